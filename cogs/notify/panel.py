"""How a member's subscriptions read, and the panel that switches them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self, cast

import discord

from bot.discord.limits import YELLOW
from bot.discord.plugin import AnyBot, services_of
from bot.discord.reader import reader_of
from bot.discord.replies import defer_edit, fitting, items, locale_of
from bot.discord.ui.selects import OnlySelect
from bot.errors import DiscordAway, TextArgument
from bot.services.messages.events import FOR_ADMINS
from bot.services.subscriptions.subscriptions import BY_INTEREST, options_of
from bot.texts import Locale, Texts
from storage.presences import PresenceState
from storage.subscriptions import Subscription, SubscriptionKind


@dataclass(frozen=True, slots=True)
class SubscriptionTexts:
    """Puts subscriptions into the words of one language.

    `states` say of members who are watched what they answered, `names` what they are called.
    """

    texts: Texts
    locale: Locale
    guild: discord.Guild | None
    states: Mapping[int, PresenceState] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)

    def line(self, one: Subscription) -> str:
        """Return one subscription as a line of a message."""
        where = f"<#{one.channel_id}>" if one.channel_id else self.say("notify-everywhere")
        who = f"<@{one.watched_id}>" if one.watched_id else ""
        return f"- {self._joined(one, who, where, *self._consent(one))}"

    def plain(self, one: Subscription) -> str:
        """Return one subscription where nothing but plain text is shown."""
        channel = self.guild.get_channel_or_thread(one.channel_id or 0) if self.guild else None
        where = f"#{channel.name}" if channel else self.say("notify-everywhere")
        who = self.names.get(one.watched_id, str(one.watched_id)) if one.watched_id else ""
        return self._joined(one, who, where)

    def overview(self, mine: Sequence[Subscription]) -> discord.Embed:
        """Return all subscriptions of a server."""
        return discord.Embed(
            title=self.say("notify-list-title", count=len(mine)),
            description=fitting([self.line(one) for one in mine]) or self.say("notify-list-none"),
            colour=YELLOW,
        )

    def hints(self, kinds: Collection[SubscriptionKind]) -> Iterator[str]:
        """Yield what this server lacks, so that nobody waits for what cannot come."""
        if self.guild is None:
            return
        if SubscriptionKind.ROLE in kinds and not self.guild.me.guild_permissions.view_audit_log:
            yield self.say("notify-hint-audit-log")
        flags = self.guild.system_channel_flags
        is_told = self.guild.system_channel is not None
        if SubscriptionKind.NEWCOMER in kinds and not (is_told and flags.join_notifications):
            yield self.say("notify-hint-newcomers")
        if SubscriptionKind.BOOST in kinds and not (is_told and flags.premium_subscriptions):
            yield self.say("notify-hint-boosts")

    def say(self, key: str, **arguments: TextArgument) -> str:
        """Return a text."""
        return self.texts.say(self.locale, key, **arguments)

    def _joined(self, one: Subscription, who: str, where: str, *more: str) -> str:
        parts = [self.say(f"notify-kind-{one.kind}"), who, where, *self._extras(one), *more]
        return " · ".join(filter(None, parts))

    def _consent(self, one: Subscription) -> Iterator[str]:
        """Yield why nothing comes of a member who has not agreed."""
        if one.watched_id is None:
            return
        state = self.states.get(one.watched_id, PresenceState.WAITING)
        if state is not PresenceState.ALLOWED:
            told = {PresenceState.DECLINED, PresenceState.CLOSED}
            yield self.say(f"notify-watched-{state if state in told else 'waiting'}")

    def _extras(self, one: Subscription) -> Iterator[str]:
        options = options_of(one)
        if one.kind is SubscriptionKind.EVENT_SOON:
            yield self.say("notify-minutes", minutes=options.minutes)
        if one.kind in BY_INTEREST and options.interested_only:
            yield self.say("notify-interested")
        if options.calendar:
            key = "notify-calendar-interested" if options.interested_only else "notify-calendar"
            yield self.say(key)
        forum = self.guild.get_channel(one.channel_id or 0) if self.guild else None
        if options.tags and isinstance(forum, discord.ForumChannel):
            names = [tag.name for tag in forum.available_tags if tag.id in options.tags]
            yield ", ".join(names)


async def texts_for(interaction: discord.Interaction) -> SubscriptionTexts:
    """Return the words for whoever asks, with what those whom they watch have answered."""
    services, guild_id = services_of(interaction.client), interaction.guild_id or 0
    states = await services.presences.of_asker(interaction.user.id, guild_id)
    names: Mapping[int, str] = {}
    with suppress(DiscordAway):
        people = reader_of(cast("AnyBot", interaction.client)).people
        names = await people.names(guild_id, states) if states else {}
    return SubscriptionTexts(
        services.texts, locale_of(interaction), interaction.guild, states, names
    )


def _switched(*, manages: bool) -> list[SubscriptionKind]:
    """Return the kinds that need no more than to be switched on."""
    barred = ({SubscriptionKind.PERSON} | FOR_ADMINS) - (FOR_ADMINS if manages else set())
    return [kind for kind in SubscriptionKind if kind not in barred]


class KindSelect(
    OnlySelect,
    template=r"kkachi:notify:kinds",
):
    """What a member hears of in this server; what is on keeps its channels and options."""

    feature = "notify"

    @classmethod
    def of(cls, mine: Sequence[Subscription], words: SubscriptionTexts, *, manages: bool) -> Self:
        """Return the select for a member's subscriptions in a server."""
        on = {one.kind for one in mine}
        kinds = _switched(manages=manages)
        options = [
            discord.SelectOption(
                label=words.say(f"notify-kind-{kind}"),
                value=kind,
                default=kind in on,
            )
            for kind in kinds
        ]
        select: discord.ui.Select[Any] = discord.ui.Select(
            custom_id="kkachi:notify:kinds",
            placeholder=words.say("notify-list-choose"),
            min_values=0,
            max_values=len(options),
            options=options,
        )
        return cls(select)

    async def press(self, interaction: discord.Interaction) -> None:
        """Switch what was chosen on and the rest off, and show how it is now."""
        await defer_edit(interaction)
        services = services_of(interaction.client)
        member_id, guild_id = interaction.user.id, interaction.guild_id or 0
        manages = interaction.permissions.manage_guild
        shown = set(_switched(manages=manages))
        on = {SubscriptionKind(value) for value in self.item.values} & shown
        await services.subscriptions.switch(member_id, guild_id, shown, on)
        mine = await services.subscriptions.of(member_id, guild_id)
        words = await texts_for(interaction)
        await interaction.edit_original_response(
            content="\n".join(words.hints(on)),
            embeds=[words.overview(mine)],
            view=items(self.of(mine, words, manages=manages)),
        )
