"""Lets members know what was decided about their link while their direct messages were closed."""

from typing import cast

import discord

from bot.discord.failures import FAILURES
from bot.discord.guilds import names_of
from bot.discord.notices import NOBODY, is_private
from bot.discord.plugin import AnyBot, notices_of, services_of
from bot.discord.replies import locale_of
from bot.discord.words import plain
from bot.services.listeners import guarded
from bot.services.servers.exclusions import OPERATOR, Excluded, Exclusion
from bot.texts import LOCALES, Locale, Texts, pick_locale


def exclusion_text(texts: Texts, locale: Locale, exclusion: Exclusion, guild: str) -> str:
    """Return what somebody decided about a member's link, and why."""
    reason = plain(exclusion.reason)
    if exclusion.guild_id != OPERATOR:
        return texts.say(locale, "excluded-told", guild=plain(guild), reason=reason)
    lines = [texts.say(locale, "link-ended-told")]
    if reason:
        lines.append(texts.say(locale, "link-ended-reason", reason=reason))
    return "\n".join(lines)


async def tell_directly(bot: AnyBot, exclusion: Exclusion) -> bool:
    """Write to a member what was decided about their link; False when that does not reach them."""
    services = services_of(bot)
    link = await services.links.get(exclusion.member_id)
    # Nobody knows the language of a link that is gone.
    locales = LOCALES if link is None else [pick_locale(link.locale)]
    name = await _name(bot, exclusion)
    texts = [exclusion_text(services.texts, locale, exclusion, name) for locale in locales]
    return await notices_of(bot).send_direct(exclusion.member_id, "\n\n".join(texts))


async def tell_after(interaction: discord.Interaction, error: Exception | None = None) -> None:
    """Follow a command up with what its member has not been told of yet, each once."""
    await guarded("telling a member of their link", _tell(interaction, error))


async def _tell(interaction: discord.Interaction, error: Exception | None) -> None:
    exclusions = services_of(interaction.client).exclusions
    original = getattr(error, "original", error)
    for exclusion in await exclusions.untold(interaction.user.id):
        if isinstance(original, Excluded) and original.guild_id == exclusion.guild_id:
            await exclusions.tell(exclusion, _known)
        elif not _is_form(interaction):
            await exclusions.tell(exclusion, lambda one: _follow_up(interaction, one))


async def _known(_: Exclusion) -> bool:
    return True  # the answer has said it


async def _follow_up(interaction: discord.Interaction, exclusion: Exclusion) -> bool:
    bot = cast("AnyBot", interaction.client)
    name = await _name(bot, exclusion)
    texts = services_of(bot).texts
    text = exclusion_text(texts, locale_of(interaction), exclusion, name)
    private = is_private(interaction)
    try:
        await interaction.followup.send(text, ephemeral=private, allowed_mentions=NOBODY)
    except FAILURES:
        return False
    return True


async def _name(bot: AnyBot, exclusion: Exclusion) -> str:
    if exclusion.guild_id == OPERATOR:
        return ""
    number = exclusion.guild_id
    return (await names_of(bot, [number])).get(number, str(number))


def _is_form(interaction: discord.Interaction) -> bool:
    return interaction.response.type is discord.InteractionResponseType.modal
