"""What a member is told where they ask for cards that come by themselves."""

import discord

from bot.discord.plugin import services_of
from bot.discord.replies import locale_of, way_to_link


async def arriving(
    interaction: discord.Interaction, *, is_first: bool
) -> tuple[list[str], discord.ui.View | None]:
    """Return how cards arrive, the first time, and the way to a link for who has none."""
    services, locale = services_of(interaction.client), locale_of(interaction)
    lines = [services.texts.say(locale, "arriving-first")] if is_first else []
    if await services.links.get(interaction.user.id) is not None:
        return lines, None
    view, why = await way_to_link(interaction)
    lines += filter(None, [services.texts.say(locale, "arriving-not-linked"), why])
    return lines, view
