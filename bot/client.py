"""The old name of what stands in `bot.discord` now; here for one release."""

from bot.discord.client import find_gateway, point_at
from bot.discord.plugin import attach

__all__ = ["attach", "find_gateway", "point_at"]
