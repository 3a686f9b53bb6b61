"""The door to Discord: everything that discord.py is needed for, but the commands themselves."""
