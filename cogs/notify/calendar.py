"""A scheduled event's card with the button for Talk Calendar, and how a member wants it there."""

import re
from dataclasses import dataclass, replace
from typing import Any, Self

import discord

from bot.discord.cog import Answered
from bot.discord.limits import YELLOW
from bot.discord.plugin import services_of
from bot.discord.replies import defer_edit, fitting, items, locale_of
from bot.discord.ui.selects import OnlySelect
from bot.discord.words import plain
from bot.errors import TextArgument
from bot.services.calendar.calendar import MOST_REMINDERS, REMINDERS, EventGone
from bot.services.calendar.entry import CalendarEntry
from bot.services.messages.events import ServerEvent
from bot.services.services import Services
from bot.texts import Locale
from storage.calendar_events import TAKEN_OUT, CalendarEvent, Choice

# So long somebody waits to read that Kakao has taken it; then they read that it is on its way.
PATIENCE = 8.0
HOUR, DAY = 60, 1440


@dataclass(frozen=True, slots=True)
class CalendarTexts:
    """Puts what stands in the calendar into the words of one member."""

    services: Services
    locale: Locale

    def say(self, key: str, **arguments: TextArgument) -> str:
        """Return a text."""
        return self.services.texts.say(self.locale, key, **arguments)

    def ahead(self, minutes: int) -> str:
        """Return how long before the start."""
        if minutes % DAY == 0:
            return self.say("calendar-before-days", count=minutes // DAY)
        if minutes % HOUR == 0:
            return self.say("calendar-before-hours", count=minutes // HOUR)
        return self.say("calendar-before-minutes", count=minutes)

    def state(self, one: CalendarEvent | None) -> str:
        """Return how an event stands in the calendar, and why not as it should."""
        if one is None or one.reason == TAKEN_OUT:
            return self.say("calendar-state-out")
        if one.reason is not None:
            return self.say(f"calendar-state-{one.reason}")
        if one.wanted is None or one.kakao_event_id is None:
            return self.say("calendar-state-waiting")
        reminders = CalendarEntry.read(one.wanted).event.reminders
        return self.say("calendar-state-in", when=", ".join(map(self.ahead, reminders)))

    def line(self, one: CalendarEvent) -> str:
        """Return one event as a line of a list."""
        event = CalendarEntry.read(one.wanted).event
        return f"- **{plain(event.title)}** · <t:{int(event.start_at)}:f>\n  {self.state(one)}"


async def event_panel(
    interaction: discord.Interaction, event: ServerEvent
) -> tuple[discord.Embed, discord.ui.View]:
    """Return a scheduled event's card, and what can be done with it."""
    services, member_id = services_of(interaction.client), interaction.user.id
    words = CalendarTexts(services, locale_of(interaction))
    facts, event_id = event.facts, event.facts.event_id or 0
    one = await services.calendar.find(member_id, event_id)
    embed = discord.Embed(
        title=plain(facts.title)[:256], description=words.state(one), colour=YELLOW
    )
    embed.add_field(name=words.say("calendar-when"), value=f"<t:{int(facts.starts_at or 0)}:F>")
    place = facts.location or facts.channel
    if place:
        embed.add_field(name=words.say("calendar-where"), value=plain(place)[:1024])
    embed.set_footer(text=words.say("calendar-list-about"))
    act = "put" if one is None or one.wanted is None else "out"
    button = CalendarButton(act, event.guild_id, event_id, words.say(f"calendar-button-{act}"))
    return embed, items(button, *_choices(words, await services.calendar.choice(member_id)))


async def overview_panel(
    interaction: discord.Interaction,
) -> tuple[discord.Embed, discord.ui.View]:
    """Return what of this server stands in the member's calendar, and how they want it there."""
    services, member_id = services_of(interaction.client), interaction.user.id
    words = CalendarTexts(services, locale_of(interaction))
    mine = await services.calendar.of(member_id, interaction.guild_id)
    told = fitting([words.line(one) for one in mine]) or words.say("calendar-list-none")
    embed = discord.Embed(title=words.say("calendar-list-title"), description=told, colour=YELLOW)
    embed.set_footer(text=words.say("calendar-list-about"))
    return embed, items(*_choices(words, await services.calendar.choice(member_id)))


def _choices(words: CalendarTexts, choice: Choice) -> list[discord.ui.Item[Any]]:
    key = "calendar-button-together" if choice.apart else "calendar-button-apart"
    return [
        ReminderSelect.of(words, choice),
        ApartButton(is_on=not choice.apart, label=words.say(key)),
    ]


class CalendarButton(
    Answered,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"kkachi:calendar:(?P<act>put|out):(?P<guild>[0-9]+):(?P<event>[0-9]+)",
):
    """Puts an event into the calendar of whoever presses it, or takes it out."""

    feature = "notify"

    def __init__(self, act: str, guild_id: int, event_id: int, label: str) -> None:
        style = discord.ButtonStyle.primary if act == "put" else discord.ButtonStyle.secondary
        custom_id = f"kkachi:calendar:{act}:{guild_id}:{event_id}"
        super().__init__(
            discord.ui.Button(label=label, style=style, custom_id=custom_id, emoji="📅")
        )
        self.act = act
        self.guild_id = guild_id
        self.event_id = event_id

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Read the button of a message that may be older than this process."""
        del item
        return cls(match["act"], int(match["guild"]), int(match["event"]), "…")

    async def press(self, interaction: discord.Interaction) -> None:
        """Do it, and show how the event stands then."""
        await defer_edit(interaction)
        services, member_id = services_of(interaction.client), interaction.user.id
        event = planned_event(services, self.guild_id, self.event_id)
        if self.act == "put":
            await services.calendar.put(member_id, event, by_hand=True)
        else:
            await services.calendar.take_out(member_id, self.event_id)
        await services.calendar_writer.write_soon(member_id, PATIENCE)
        embed, view = await event_panel(interaction, event)
        await interaction.edit_original_response(embed=embed, view=view)


class ReminderSelect(
    OnlySelect,
    template=r"kkachi:calendar-reminders",
):
    """When Kakao reminds a member of events, all of them."""

    feature = "notify"

    @classmethod
    def of(cls, words: CalendarTexts, choice: Choice) -> Self:
        """Return the select with what the member has chosen."""
        options = [
            discord.SelectOption(
                label=words.ahead(minutes), value=str(minutes), default=minutes in choice.reminders
            )
            for minutes in REMINDERS
        ]
        select: discord.ui.Select[Any] = discord.ui.Select(
            custom_id="kkachi:calendar-reminders",
            placeholder=words.say("calendar-reminders"),
            max_values=MOST_REMINDERS,
            options=options,
        )
        return cls(select)

    async def press(self, interaction: discord.Interaction) -> None:
        """Keep the choice, for what is in the calendar as well."""
        chosen = tuple(sorted(int(value) for value in self.item.values))
        await _choose(interaction, reminders=chosen)


class ApartButton(
    Answered,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"kkachi:calendar-apart:(?P<on>on|off)",
):
    """Whether new events stand in a calendar of Kkachi's, or among the member's own."""

    feature = "notify"

    def __init__(self, *, is_on: bool, label: str) -> None:
        custom_id = f"kkachi:calendar-apart:{'on' if is_on else 'off'}"
        super().__init__(discord.ui.Button(label=label, custom_id=custom_id))
        self.is_on = is_on

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Read the button of a message that may be older than this process."""
        del item
        return cls(is_on=match["on"] == "on", label="…")

    async def press(self, interaction: discord.Interaction) -> None:
        """Keep the choice."""
        await _choose(interaction, apart=self.is_on)


async def _choose(
    interaction: discord.Interaction,
    **values: Any,  # noqa: ANN401 - those of `Choice`
) -> None:
    await defer_edit(interaction)
    services, member_id = services_of(interaction.client), interaction.user.id
    services.calendar.check_on()
    before = await services.calendar.choice(member_id)
    await services.calendar.choose(member_id, replace(before, **values))
    await services.calendar_writer.write_soon(member_id, PATIENCE)
    embed, view = await _shown_again(interaction)
    await interaction.edit_original_response(embed=embed, view=view)


async def _shown_again(
    interaction: discord.Interaction,
) -> tuple[discord.Embed, discord.ui.View]:
    """Return the panel that was pressed, as it is now: of an event, or of all."""
    view = discord.ui.View.from_message(interaction.message) if interaction.message else None
    for child in view.children if view else ():
        found = re.fullmatch(r"kkachi:calendar:\w+:(\d+):(\d+)", getattr(child, "custom_id", ""))
        if found:
            event = planned_event(services_of(interaction.client), int(found[1]), int(found[2]))
            return await event_panel(interaction, event)
    return await overview_panel(interaction)


def planned_event(services: Services, guild_id: int, event_id: int) -> ServerEvent:
    """Return an event that has not begun; raises EventGone or DiscordAway."""
    event = services.calendar_plans.planned(guild_id).get(event_id)
    if event is None:
        raise EventGone
    return event
