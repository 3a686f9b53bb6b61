"""What Kkachi says to whoever typed or clicked, the same way everywhere."""

import logging
import traceback
from collections.abc import Sequence
from typing import Any

import discord

from bot.discord.access import check_feature
from bot.discord.failures import FAILURES, is_away, summary
from bot.discord.limits import EMBED_DESCRIPTION
from bot.discord.notices import NOBODY, is_private
from bot.discord.plugin import notices_of, services_of
from bot.discord.words import sentence
from bot.errors import (
    ConsentMissing,
    DiscordAway,
    KeptUnreadable,
    LinkBroken,
    NotAllowed,
    NotLinked,
    TryLater,
    UserError,
)
from bot.services.accounts.oauth import BASIC_SCOPES
from bot.services.accounts.pending import NumberNotAwaited, NumberOver, NumberTaken
from bot.services.messages.models import Member, Place
from bot.services.servers.access import LINK
from bot.texts import Locale, pick_locale
from storage.reading import Unreadable

_log = logging.getLogger(__name__)

PICTURE_SIZE = 128
# What leaves a member without a link, or without the one that waited for its number.
STARTS_ANEW = (NumberNotAwaited, NumberOver, NumberTaken)
ACKNOWLEDGED = 40060  # "Interaction has already been acknowledged."


def locale_of(interaction: discord.Interaction) -> Locale:
    """Return the language that the member's Discord is set to."""
    return pick_locale(str(interaction.locale))


def member_of(interaction: discord.Interaction) -> Member:
    """Return whoever asks; with the user name, since nicknames can imitate each other."""
    user = interaction.user
    picture = user.display_avatar.with_size(PICTURE_SIZE)
    name = f"{user.display_name} (@{user.name})"
    return Member(user.id, name, picture.url, locale_of(interaction))


def _place_of(interaction: discord.Interaction) -> Place | None:
    if interaction.channel_id is None:
        return None
    name = interaction.guild.name if interaction.guild is not None else None
    return Place(interaction.guild_id, name or None, interaction.channel_id)


def fitting(lines: Sequence[str]) -> str:
    """Return as many lines as the description of an embed has room for."""
    text, more = "\n".join(lines), "\n…"
    if len(text) <= EMBED_DESCRIPTION:
        return text
    return text[: EMBED_DESCRIPTION - len(more)].rpartition("\n")[0] + more


def items(*children: discord.ui.Item[Any]) -> discord.ui.View:
    """Return a view of components that need no memory of ours: they survive a restart."""
    view = discord.ui.View(timeout=None)
    for child in children:
        view.add_item(child)
    return view


async def defer(interaction: discord.Interaction) -> None:
    """Tell Discord within its three seconds that an answer comes."""
    await interaction.response.defer(ephemeral=is_private(interaction), thinking=True)


async def defer_edit(interaction: discord.Interaction) -> None:
    """Tell Discord that the message this button stands on will change."""
    await interaction.response.defer()


async def say(
    interaction: discord.Interaction,
    text: str,
    *,
    view: discord.ui.View | None = None,
    embeds: Sequence[discord.Embed] = (),
) -> None:
    """Answer, or follow up where an answer was already begun."""
    done = interaction.response.is_done()
    send = interaction.followup.send if done else interaction.response.send_message
    await send(
        text,
        view=view or items(),
        embeds=embeds,
        ephemeral=is_private(interaction),
        allowed_mentions=NOBODY,
    )


async def refuse(
    interaction: discord.Interaction,
    error: Exception,
    *,
    draft_id: str | None = None,
    scopes: Sequence[str] = BASIC_SCOPES,
) -> None:
    """Answer a mistake in words, with the way on where there is one.

    `draft_id` names the draft that goes on by itself once the member has linked and agreed to
    `scopes` at Kakao.
    """
    original = getattr(error, "original", error)
    if isinstance(original, discord.HTTPException) and original.code == ACKNOWLEDGED:
        _log.info("Discord told of an interaction twice")
        return
    if isinstance(original, Unreadable):
        original = KeptUnreadable()
    if is_away(original):
        _log.warning("Discord did not answer: %s", summary(original))
        original = DiscordAway()
    if not isinstance(original, UserError):
        # Where, not what: an error's own words may quote a message.
        place = "".join(traceback.format_tb(original.__traceback__))
        _log.error("unexpected %s while answering a member\n%s", type(original).__name__, place)
        original = UserError()
    try:
        view, why = await _way_on(interaction, original, draft_id, scopes)
        await say(interaction, _joined(_sentence(interaction, original), why), view=view)
    except FAILURES as failure:
        _log.warning("a member got no answer: %s", summary(failure))


def _sentence(interaction: discord.Interaction, error: UserError) -> str:
    texts = services_of(interaction.client).texts
    return sentence(texts, locale_of(interaction), error, interaction.guild_id)


async def _way_on(
    interaction: discord.Interaction,
    error: UserError,
    draft_id: str | None,
    scopes: Sequence[str],
) -> tuple[discord.ui.View | None, str]:
    if isinstance(error, ConsentMissing):
        return await way_to_link(
            interaction,
            scopes=sorted(error.scopes),
            draft_id=draft_id,
            label="kakao-button-agree",
        )
    if isinstance(error, (NotLinked, LinkBroken, *STARTS_ANEW)):
        return await way_to_link(interaction, scopes=scopes, draft_id=draft_id)
    return None, ""


async def way_to_link(
    interaction: discord.Interaction,
    *,
    scopes: Sequence[str] = BASIC_SCOPES,
    draft_id: str | None = None,
    label: str = "kakao-button-link",
) -> tuple[discord.ui.View | None, str]:
    """Return the button of `link_button`; where linking is not allowed why there is none."""
    try:
        view = await link_button(interaction, scopes=scopes, draft_id=draft_id, label=label)
    except (NotAllowed, TryLater) as error:
        texts, locale = services_of(interaction.client).texts, locale_of(interaction)
        return None, texts.say(locale, "kakao-no-button", why=_sentence(interaction, error))
    return view, ""


def _joined(*lines: str) -> str:
    return "\n".join(filter(None, lines))


async def link_button(
    interaction: discord.Interaction,
    *,
    scopes: Sequence[str] = BASIC_SCOPES,
    draft_id: str | None = None,
    label: str = "kakao-button-link",
) -> discord.ui.View:
    """Return a button to the member's own link page; they are told here when they return.

    It does what `/kakao link` does, and is asked about like that: raises NotAllowed or DiscordAway.
    """
    await check_feature(interaction, LINK)
    services = services_of(interaction.client)
    member = member_of(interaction)
    address = await services.linking.start(
        member, scopes=tuple(scopes), draft_id=draft_id, place=_place_of(interaction)
    )
    notices_of(interaction.client).expect(interaction)
    text = services.texts.say(member.locale, label)
    return items(discord.ui.Button(label=text, url=address))
