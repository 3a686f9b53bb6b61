"""What a member is told where they ask for cards that come by themselves."""

import discord

from bot.discord.plugin import services_of
from bot.discord.replies import link_button, locale_of


async def arriving(
    interaction: discord.Interaction, *, is_first: bool
) -> tuple[list[str], discord.ui.View | None]:
    """Return how cards arrive, the first time, and the way to a link for who has none."""
    services, locale = services_of(interaction.client), locale_of(interaction)
    lines = [services.texts.say(locale, "arriving-first")] if is_first else []
    if await services.links.get(interaction.user.id) is not None:
        return lines, None
    lines.append(services.texts.say(locale, "arriving-not-linked"))
    return lines, await link_button(interaction)
