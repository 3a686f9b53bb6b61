"""Who may hear when a member comes into voice: the question, the answer, `/privacy presence`."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self, cast

import discord

from bot.discord.cog import Answered
from bot.discord.failures import CLEAR, NO, NO_DIRECT_MESSAGES, asking
from bot.discord.guilds import guild_of, is_ours, language_of, names_of
from bot.discord.limits import BUTTON_LABEL, OPTION_LABEL, SELECT_OPTIONS, YELLOW
from bot.discord.notices import NOBODY
from bot.discord.plugin import AnyBot, services_of
from bot.discord.reader import reader_of
from bot.discord.replies import defer_edit, fitting, items, locale_of
from bot.discord.ui.selects import MemberSelect
from bot.discord.words import plain
from bot.errors import DiscordAway
from bot.services.forwarding.drafts import NotYours
from bot.texts import Locale, Texts
from storage.presences import Presence, PresenceState

ALLOWED, DECLINED = PresenceState.ALLOWED, PresenceState.DECLINED


class DiscordPresenceDoor:
    """Asks by direct message, in the language of the server where the asker is."""

    def __init__(self, bot: AnyBot) -> None:
        self._bot = bot
        self._services = services_of(bot)

    async def can_ask(self, question: Presence) -> bool:
        """Tell whether both are in that server, and this process looks after it.

        Raises DiscordAway.
        """
        guild_id = question.guild_id
        if not is_ours(self._bot, guild_id) or guild_of(self._bot, guild_id) is None:
            return False
        both = [question.asker_id, question.member_id]
        found = await reader_of(self._bot).usernames(guild_id, both)
        return len(found) == len(both)

    async def ask(self, question: Presence) -> bool:
        """Ask a member; False when they take no direct messages. Raises DiscordAway."""
        services = self._services
        guild = self._bot.get_guild(question.guild_id)
        locale = language_of(guild, await services.settings.of(question.guild_id))
        text = await question_text(self._bot, question, services.texts, locale)
        labelled = [
            PresenceButton(act, question, services.texts.say(locale, f"presence-{act}"))
            for act in ("yes", "no")
        ]
        try:
            async with asking(self._bot, services.patience.answer, no=CLEAR | {NO_DIRECT_MESSAGES}):
                channel = await self._bot.create_dm(discord.Object(question.member_id))
                await channel.send(text, view=items(*labelled), allowed_mentions=NOBODY)
        except NO:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Pair:
    """Who wants to hear, and in which server."""

    guild_id: int
    asker_id: int


class PresenceButton(
    Answered,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"kkachi:presence:(?P<act>yes|no):(?P<guild>[0-9]+):(?P<asker>[0-9]+)",
):
    """A member's answer to somebody; it can be changed with the button that takes its place."""

    def __init__(self, act: str, pair: Presence | Pair, label: str) -> None:
        is_yes = act == "yes"
        super().__init__(
            discord.ui.Button(
                label=label[:BUTTON_LABEL],
                style=discord.ButtonStyle.success if is_yes else discord.ButtonStyle.secondary,
                custom_id=f"kkachi:presence:{act}:{pair.guild_id}:{pair.asker_id}",
            )
        )
        self.is_yes = is_yes
        self.pair = Pair(pair.guild_id, pair.asker_id)

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Read the button of a message that may be older than this process."""
        del item
        return cls(match["act"], Pair(int(match["guild"]), int(match["asker"])), "…")

    async def press(self, interaction: discord.Interaction) -> None:
        """Keep the answer of whoever presses, and offer to change it."""
        await defer_edit(interaction)
        services, locale, pair = services_of(interaction.client), locale_of(interaction), self.pair
        await services.presences.answer(
            interaction.user.id, pair.asker_id, pair.guild_id, yes=self.is_yes
        )
        done, other = ("allowed", "no") if self.is_yes else ("declined", "yes")
        asked = await question_text(interaction.client, pair, services.texts, locale)
        label = "presence-take-back" if self.is_yes else "presence-yes"
        button = PresenceButton(other, pair, services.texts.say(locale, label))
        await interaction.edit_original_response(
            content=f"{asked}\n\n{services.texts.say(locale, f'presence-{done}')}",
            view=items(button),
        )


class PresenceSelect(
    MemberSelect,
    template=r"kkachi:presences:(?P<member>[0-9]+)",
):
    """Who may hear when a member comes into voice; whoever is left out may no more."""

    @classmethod
    def of(cls, member_id: int, shown: Sequence[Presence], names: "Names", words: str) -> Self:
        """Return the select of the questions that are shown; `words` stand in it."""
        options = [
            discord.SelectOption(
                label=names.label(one)[:OPTION_LABEL],
                value=f"{one.guild_id}:{one.asker_id}",
                default=one.state is ALLOWED,
            )
            for one in shown
        ]
        select: discord.ui.Select[Any] = discord.ui.Select(
            custom_id=f"kkachi:presences:{member_id}",
            placeholder=words,
            min_values=0,
            max_values=len(options),
            options=options,
        )
        return cls(select, member_id)

    async def press(self, interaction: discord.Interaction) -> None:
        """Say yes to those who were chosen and take it back from the rest."""
        if interaction.user.id != self.member_id:
            raise NotYours
        await defer_edit(interaction)
        presences = services_of(interaction.client).presences
        chosen = set(self.item.values)
        changed = [
            (one, is_yes)
            for one in _shown(await presences.of_member(self.member_id))
            if (is_yes := f"{one.guild_id}:{one.asker_id}" in chosen) is not (one.state is ALLOWED)
        ]
        # A yes may be refused.
        for one, is_yes in sorted(changed, key=lambda change: change[1]):
            await presences.answer(self.member_id, one.asker_id, one.guild_id, yes=is_yes)
        embed, view = await overview(interaction)
        await interaction.edit_original_response(embeds=[embed], view=view)


@dataclass(frozen=True, slots=True)
class Names:
    """What askers and servers are called, as far as Discord says so."""

    askers: Mapping[tuple[int, int], str]
    servers: Mapping[int, str]

    def label(self, one: Presence) -> str:
        """Return a question where nothing but plain text is shown."""
        asker = self.askers.get((one.guild_id, one.asker_id), str(one.asker_id))
        return f"{asker} · {self.servers.get(one.guild_id, one.guild_id)}"

    def line(self, one: Presence) -> str:
        """Return a question as part of a message."""
        asker = self.askers.get((one.guild_id, one.asker_id))
        who = f"<@{one.asker_id}>" if asker is None else plain(asker)
        return f"{who} · {plain(str(self.servers.get(one.guild_id, one.guild_id)))}"


async def question_text(
    client: discord.Client, pair: Presence | Pair, texts: Texts, locale: Locale
) -> str:
    """Return who wants to hear of what, and in which server."""
    bot = cast("AnyBot", client)
    name, servers = await _name(bot, pair), await names_of(bot, [pair.guild_id])
    return texts.say(
        locale,
        "presence-question",
        name=plain(name) if name else f"<@{pair.asker_id}>",
        guild=plain(servers.get(pair.guild_id, "…")),
    )


async def overview(interaction: discord.Interaction) -> tuple[discord.Embed, discord.ui.View]:
    """Return who may hear when the member comes into voice, and the way to change it."""
    services, locale = services_of(interaction.client), locale_of(interaction)
    texts, member_id = services.texts, interaction.user.id
    shown = _shown(await services.presences.of_member(member_id))
    names = await _names(cast("AnyBot", interaction.client), shown)
    lines = [f"- {names.line(one)} · {texts.say(locale, _state_key(one))}" for one in shown]
    about = fitting([texts.say(locale, "presence-about"), *lines] if lines else [])
    embed = discord.Embed(
        title=texts.say(locale, "presence-title"),
        description=about or texts.say(locale, "presence-nobody"),
        colour=YELLOW,
    )
    if not shown:
        return embed, items()
    words = texts.say(locale, "presence-choose")
    return embed, items(PresenceSelect.of(member_id, shown, names, words))


def _state_key(one: Presence) -> str:
    return f"presence-state-{one.state if one.state in {ALLOWED, DECLINED} else 'open'}"


def _shown(found: Sequence[Presence]) -> Sequence[Presence]:
    """Return as many as a select takes: first those who may hear, then the newest."""
    return sorted(found, key=lambda one: one.state is not ALLOWED)[:SELECT_OPTIONS]


async def _names(bot: AnyBot, shown: Sequence[Presence]) -> Names:
    askers = {(one.guild_id, one.asker_id): await _name(bot, one) for one in shown}
    servers = await names_of(bot, (one.guild_id for one in shown))
    return Names({key: name for key, name in askers.items() if name is not None}, servers)


async def _name(bot: AnyBot, pair: Presence | Pair) -> str | None:
    """Return what somebody is called, with the user name, since nicknames can imitate each other.

    None for who is not there, or while Discord cannot be asked.
    """
    with suppress(DiscordAway):
        member = await reader_of(bot).people.member(pair.guild_id, pair.asker_id)
        return f"{member.display_name} (@{member.name})" if member is not None else None
    return None
