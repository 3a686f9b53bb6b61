"""Members' own rules: matching, gates, planning, digests (/highlight)."""
