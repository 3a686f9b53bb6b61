"""What Kkachi does, in plain async Python: no Discord, no HTTP, no SQL."""
