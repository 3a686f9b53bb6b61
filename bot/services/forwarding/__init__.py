"""What members send by hand: forwards, drafts, shares, jump links (/forward, /share)."""
