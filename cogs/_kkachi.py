"""The old name of what stands in `bot.discord` now; here for one release."""

from bot.discord.plugin import AnyBot, HasKkachi, notices_of, services_of

__all__ = ["AnyBot", "HasKkachi", "notices_of", "services_of"]
