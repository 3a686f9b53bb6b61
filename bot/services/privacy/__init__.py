"""What is held about people: export, erasure, opt-outs, departures, expiry (/privacy)."""
