"""Which server events a member wants to hear of, and reminders (/notify)."""
