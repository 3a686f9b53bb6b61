"""The door to Discord: all that discord.py is needed for, but the commands themselves.

What a cog of one's own needs can be imported from here.
"""

from bot.discord.cog import Answered, KkachiCog
from bot.discord.plugin import AnyBot, attach
from bot.discord.replies import defer, say

__all__ = ["Answered", "AnyBot", "KkachiCog", "attach", "defer", "say"]
