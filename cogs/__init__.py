"""What people type and click in Discord; one file a subject, each a discord.py extension."""
