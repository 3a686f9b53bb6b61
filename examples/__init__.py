"""Kkachi in a bot of one's own, and a cog of one's own in Kkachi."""
