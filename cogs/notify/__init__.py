"""`/notify`: what a member wants to hear of as it happens in a server."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.discord.cog import KkachiCog
from bot.discord.limits import AUTOCOMPLETE_CHOICES, CHOICE_NAME
from bot.discord.options import Chosen, Place
from bot.discord.plugin import AnyBot
from bot.discord.replies import defer, items, say, way_to_link
from bot.discord.ui.arrival_hint import arriving
from bot.errors import ConsentMissing, DiscordAway, LinkBroken, NotLinked, UserError
from bot.kakao import TALK_CALENDAR
from bot.services.calendar.calendar import EventGone
from bot.services.messages.events import FOR_ADMINS
from cogs.notify.calendar import (
    ApartButton,
    CalendarButton,
    ReminderSelect,
    event_panel,
    overview_panel,
    planned_event,
)
from cogs.notify.panel import KindSelect, texts_for
from storage.subscriptions import Subscription, SubscriptionKind

What = Literal[
    "event-new",
    "event-changed",
    "event-soon",
    "event-started",
    "event-cancelled",
    "voice",
    "person",
    "stream",
    "announcement",
    "pin",
    "thread",
    "forum",
    "role-given",
    "boost",
    "newcomer",
]
Type = discord.ChannelType
HEARD = frozenset({Type.voice, Type.stage_voice, Type.category})
FITTING: Mapping[SubscriptionKind, frozenset[discord.ChannelType]] = {
    SubscriptionKind.VOICE: HEARD,
    SubscriptionKind.PERSON: HEARD,
    SubscriptionKind.STREAM: HEARD,
    SubscriptionKind.ANNOUNCEMENT: frozenset({Type.text, Type.news, Type.category}),
    SubscriptionKind.PIN: frozenset(Type),
    SubscriptionKind.THREAD: frozenset({Type.text, Type.news, Type.category}),
    SubscriptionKind.FORUM: frozenset({Type.forum, Type.category}),
}


class WrongChannel(UserError):
    """What was chosen cannot happen in that channel."""

    key = "error-notify-channel"


class OnlyForums(UserError):
    """Only posts of one forum have tags, and only that forum's own."""

    key = "error-notify-tag"


class OnlyAdmins(UserError):
    """Only those who manage a server may hear of this."""

    key = "error-notify-admins"


class NobodyNamed(UserError):
    """Whom it is about is missing, or the kind is about nobody."""

    key = "error-notify-member"


class CannotWatch(UserError):
    """Bots and oneself cannot be watched."""

    key = "error-notify-watch"


class NoCalendar(UserError):
    """Only what is planned stands in a calendar."""

    key = "error-notify-calendar"


@app_commands.guild_only()
class Notify(KkachiCog, commands.GroupCog, group_name="notify"):
    """Get events of this server on KakaoTalk."""

    feature = "notify"
    components = (KindSelect, CalendarButton, ReminderSelect, ApartButton)

    async def cog_load(self) -> None:
        """Offer the calendar where whoever runs Kkachi has switched it on."""
        await super().cog_load()
        if not self.services.calendar.is_on and self.app_command is not None:
            self.app_command.remove_command("calendar")

    @app_commands.command()
    async def add(
        self,
        interaction: discord.Interaction,
        *,
        what: What,
        channel: Place | None = None,
        tag: app_commands.Range[str, 1, 100] | None = None,
        minutes: app_commands.Range[int, 1, 1440] = 15,
        interested: bool = False,
        member: discord.Member | None = None,
        calendar: bool = False,
    ) -> None:
        """Tell me when something happens.

        Args:
            interaction: who asks, and where
            what: What happens
            channel: Only in this channel or category
            tag: For forum posts: only with this tag
            minutes: For "starting soon": how many minutes before
            interested: For scheduled events: only those I marked as interested
            member: For "a member joins voice": who, if they agree
            calendar: For new scheduled events: put them into my Talk Calendar as well
        """
        await defer(interaction)
        kind = SubscriptionKind(what)
        if calendar:
            self._check_calendar(kind)
        _check_who(interaction, kind)
        _check_where(kind, channel)
        _check_whom(interaction, kind, member)
        tags = tuple(
            one.id
            for one in _tags_of(interaction, channel.id if channel else None)
            if tag is not None and one.name.casefold() == tag.casefold()
        )
        if tag is not None and not tags:
            raise OnlyForums
        before = await self.services.subscriptions.of(interaction.user.id)
        options = {"tags": tags, "minutes": minutes, "interested_only": interested}
        options |= {"calendar": calendar}
        mine = await self._subscribe(interaction, kind, channel, member, **options)
        words = await texts_for(interaction)
        lines = [words.line(one) for one in mine if one.kind is kind]
        parts = [self.text(interaction, "notify-added"), *lines, *words.hints([kind])]
        more, view = await arriving(interaction, is_first=not before)
        if calendar:
            consent, way = await self._calendar_consent(interaction)
            more, view = [*more, *consent], way or view
        await say(interaction, "\n".join([*parts, *more]), view=view)

    def _check_calendar(self, kind: SubscriptionKind) -> None:
        self.services.calendar.check_on()
        if kind is not SubscriptionKind.EVENT_NEW:
            raise NoCalendar

    async def _calendar_consent(
        self, interaction: discord.Interaction
    ) -> tuple[list[str], discord.ui.View | None]:
        """Return what happens now, or the way to what is still missing for it."""
        try:
            await self.services.calendar.check_consent(interaction.user.id)
        except (ConsentMissing, NotLinked, LinkBroken):
            view, why = await way_to_link(
                interaction, scopes=[TALK_CALENDAR], label="kakao-button-agree"
            )
            return [why or self.text(interaction, "calendar-consent-needed")], view
        return [self.text(interaction, "calendar-added")], None

    @app_commands.command()
    async def calendar(self, interaction: discord.Interaction, event: str | None = None) -> None:
        """Put a scheduled event into my Talk Calendar, or see what is there.

        Args:
            interaction: who asks, and where
            event: Which event
        """
        await defer(interaction)
        if event is None:
            embed, view = await overview_panel(interaction)
        else:
            number = int(event) if event.isdecimal() else 0
            planned = planned_event(self.services, interaction.guild_id or 0, number)
            if not await self.services.calendar.sees(interaction.user.id, planned):
                raise EventGone
            embed, view = await event_panel(interaction, planned)
        await say(interaction, "", embeds=[embed], view=view)

    @calendar.autocomplete("event")
    async def complete_event(
        self, interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """Offer what is planned here and the member sees."""
        calendar, found = self.services.calendar, []
        with suppress(DiscordAway):
            for number, one in self.services.calendar_plans.planned(
                interaction.guild_id or 0
            ).items():
                name = one.facts.title
                is_meant = current.casefold() in name.casefold()
                if is_meant and await calendar.sees(interaction.user.id, one):
                    found.append(app_commands.Choice(name=name[:CHOICE_NAME], value=str(number)))
        return found[:AUTOCOMPLETE_CHOICES]

    async def _subscribe(
        self,
        interaction: discord.Interaction,
        kind: SubscriptionKind,
        channel: Chosen | None,
        member: discord.Member | None,
        **options: Any,  # noqa: ANN401 - those of `Options`
    ) -> Sequence[Subscription]:
        """Subscribe, let a member be asked whether they agree, and return what there is now."""
        services, member_id = self.services, interaction.user.id
        guild_id, watched_id = interaction.guild_id or 0, member.id if member else None
        if watched_id is not None:
            await services.presences.wish(member_id, watched_id, guild_id)
        await services.subscriptions.add(
            member_id,
            guild_id,
            kind,
            channel.id if channel else None,
            watched_id=watched_id,
            **options,
        )
        services.presence_asking.wake()
        return await services.subscriptions.of(member_id, guild_id)

    @add.autocomplete("tag")
    async def complete_tag(
        self, interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """Offer the tags of the forum that was chosen."""
        chosen = getattr(interaction.namespace, "channel", None)
        return [
            app_commands.Choice(name=tag.name, value=tag.name)
            for tag in _tags_of(interaction, getattr(chosen, "id", None))
            if current.casefold() in tag.name.casefold()
        ][:AUTOCOMPLETE_CHOICES]

    @app_commands.command(name="list")
    async def list_subscriptions(self, interaction: discord.Interaction) -> None:
        """Show my notifications here, and switch them on or off."""
        await defer(interaction)
        mine = await self.services.subscriptions.of(interaction.user.id, interaction.guild_id or 0)
        words = await texts_for(interaction)
        select = KindSelect.of(mine, words, manages=interaction.permissions.manage_guild)
        await say(interaction, "", embeds=[words.overview(mine)], view=items(select))

    @app_commands.command()
    async def remove(self, interaction: discord.Interaction, subscription: str) -> None:
        """Remove a notification.

        Args:
            interaction: who asks, and where
            subscription: Which one
        """
        await defer(interaction)
        number = int(subscription) if subscription.isdecimal() else 0
        gone = await self.services.subscriptions.remove(interaction.user.id, number)
        line = (await texts_for(interaction)).line(gone)
        await say(interaction, f"{self.text(interaction, 'notify-removed')}\n{line}")

    @remove.autocomplete("subscription")
    async def complete_subscription(
        self, interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """Offer the subscriptions whose names hold what was typed."""
        mine = await self.services.subscriptions.of(interaction.user.id, interaction.guild_id or 0)
        words = await texts_for(interaction)
        named = [(words.plain(one), one.id) for one in mine]
        return [
            app_commands.Choice(name=name[:CHOICE_NAME], value=str(number))
            for name, number in named
            if current.casefold() in name.casefold()
        ][:AUTOCOMPLETE_CHOICES]


def _check_who(interaction: discord.Interaction, kind: SubscriptionKind) -> None:
    if kind in FOR_ADMINS and not interaction.permissions.manage_guild:
        raise OnlyAdmins


def _check_where(kind: SubscriptionKind, channel: Chosen | None) -> None:
    if channel is not None and channel.type not in FITTING.get(kind, ()):
        raise WrongChannel


def _check_whom(
    interaction: discord.Interaction, kind: SubscriptionKind, member: discord.Member | None
) -> None:
    if (kind is SubscriptionKind.PERSON) is not (member is not None):
        raise NobodyNamed
    if member is not None and (member.bot or member.id == interaction.user.id):
        raise CannotWatch


def _tags_of(
    interaction: discord.Interaction, channel_id: int | None
) -> Sequence[discord.ForumTag]:
    forum = interaction.guild and interaction.guild.get_channel(channel_id or 0)
    return forum.available_tags if isinstance(forum, discord.ForumChannel) else ()


async def setup(bot: AnyBot) -> None:
    """Add the cog to a bot that Kkachi's services were attached to."""
    await bot.add_cog(Notify(bot))
