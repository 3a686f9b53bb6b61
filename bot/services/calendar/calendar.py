"""What members want in their Talk Calendars: what of it there is, and what is to come and go."""

from collections.abc import Sequence

from bot import errors
from bot.errors import ConsentMissing, NotAllowed, UserError
from bot.kakao import TALK_CALENDAR
from bot.services.accounts.links import Links
from bot.services.calendar.entry import CalendarEntry, entry_of
from bot.services.clock import Clock
from bot.services.forwarding.jumps import Jumps
from bot.services.messages.events import NOTIFY_FEATURE, ServerEvent
from bot.services.messages.models import Source
from bot.services.messages.reader import ReaderSlot
from bot.services.servers.access import Access
from bot.texts import Texts, pick_locale
from storage.calendar_events import TAKEN_OUT, CalendarEvent, CalendarStore, Choice
from storage.links import Link
from storage.reading import reading

MOST_EVENTS = 50  # of one member
MOST_REMINDERS = 2
REMINDERS = (5, 10, 15, 30, 60, 120, 180, 360, 720, 1440)
"""Before the start, in minutes: what Kakao takes for sure, up to a day."""
SCOPES = frozenset({TALK_CALENDAR})
CONSENT = "consent"


class CalendarOff(UserError):
    """Whoever runs Kkachi has not switched calendars on."""

    key = "error-calendar-off"


class EventGone(UserError):
    """There is no such event any more, none that has not begun, or none that the member sees."""

    key = "error-calendar-event"


class CalendarFull(UserError):
    """As many events as Kkachi keeps for one member are in the calendar already."""

    key = "error-calendar-full"


class CalendarConsentMissing(ConsentMissing):
    """The member has not agreed at Kakao that Kkachi writes their calendar."""

    key = "error-calendar-consent"


class Calendar:
    """Wants events in members' calendars, or no more; the writer sees to it."""

    def __init__(
        self,
        store: CalendarStore,
        links: Links,
        jumps: Jumps,
        access: Access,
        *,
        sight: ReaderSlot,
        texts: Texts,
        is_on: bool,
        now: Clock,
    ) -> None:
        self.is_on = is_on
        self._store = store
        self._links = links
        self._jumps = jumps
        self._access = access
        self._sight = sight
        self._texts = texts
        self._now = now

    def check_on(self) -> None:
        """Raise CalendarOff where nobody has a calendar."""
        if not self.is_on:
            raise CalendarOff

    async def check_consent(self, member_id: int) -> Link:
        """Return a member's link, if Kkachi may write the calendar by it.

        Raises NotLinked, LinkBroken or ConsentMissing.
        """
        link = await self._sound_link(member_id)
        if not link.scopes >= SCOPES:
            raise CalendarConsentMissing(SCOPES)
        return link

    async def _sound_link(self, member_id: int) -> Link:
        link = await self._links.get(member_id)
        if link is None:
            raise errors.NotLinked
        if link.broken_at is not None:
            raise errors.LinkBroken
        return link

    async def permit(self, member_id: int, guild_id: int, places: tuple[int | None, ...]) -> None:
        """Raise NotAllowed where a server's admins do not let this go to the member."""
        await self._access.admits(member_id, guild_id, NOTIFY_FEATURE, places)

    async def sees(self, member_id: int, event: ServerEvent) -> bool:
        """Tell whether a member sees an event on Discord right now; raises DiscordAway."""
        reader = self._sight.reader
        if event.channel_id is None:
            return await reader.roles(member_id, event.guild_id) is not None
        return await reader.reads(member_id, event.guild_id, event.channel_id)

    async def put(self, member_id: int, event: ServerEvent, *, by_hand: bool) -> None:
        """Want an event in the calendar, again if it was taken out.

        Without the consent it waits for that. Raises CalendarOff, EventGone, CalendarFull,
        NotAllowed, DiscordAway, and what `check_consent` does.
        """
        self.check_on()
        link = await self._sound_link(member_id)
        await self.permit(member_id, event.guild_id, event.places)
        start = event.facts.starts_at
        if start is None or start <= self._now() or not await self.sees(member_id, event):
            raise EventGone
        event_id = event.facts.event_id or 0
        known = await self._store.find(member_id, event_id)
        address = await self._address(member_id, event, known)
        entry = await self._entry(link, event, address)
        is_agreed = link.scopes >= SCOPES
        row = CalendarEvent(
            id=0,
            member_id=member_id,
            guild_id=event.guild_id,
            event_id=event_id,
            by_hand=by_hand or (known is not None and known.by_hand),
            generation=link.generation,
            wanted=entry.stored(),
            written=None,
            kakao_event_id=None,
            creates=0,
            reason=None if is_agreed else CONSENT,
            tries=0,
            due_at=self._now() if is_agreed else None,
            ends_at=entry.event.end_at,
        )
        if not await self._store.put(row, most=MOST_EVENTS):
            raise CalendarFull
        if not is_agreed:
            await self.check_consent(member_id)
            # They have agreed meanwhile, and what waited was woken before this did.
            await self.wake(member_id)

    async def follow(self, one: CalendarEvent, event: ServerEvent) -> None:
        """Want an event in the calendar as it is now, or its next date beside the last one.

        What the server's admins let no more out stays as it is. Raises DiscordAway.
        """
        link = await self._links.get(one.member_id)
        if link is None:
            return
        with reading("calendar_events", one.id):
            before = CalendarEntry.read(one.wanted)
        is_next = before.event.end_at <= self._now()
        address = before.link
        if is_next:
            address = await self._address(one.member_id, event, None)
        entry = await self._entry(link, event, address)
        if entry == before:
            return
        try:
            await self.permit(one.member_id, one.guild_id, event.places)
        except NotAllowed:
            return
        want = self._store.want_next if is_next else self._store.want
        await want(one, entry.stored(), entry.event.end_at, self._now())

    async def take_out(self, member_id: int, event_id: int) -> None:
        """Want an event no more, and not again by itself."""
        one = await self._store.find(member_id, event_id)
        if one is not None:
            await self._store.take_out_one(one, self._now(), TAKEN_OUT)

    async def drop(self, one: CalendarEvent) -> None:
        """Want an event no more, until there is a reason for it again."""
        await self._store.take_out_one(one, self._now(), None)

    async def forget(self, member_id: int | None = None, guild_id: int | None = None) -> None:
        """Take a member's events out, a server's, or a member's of a server."""
        await self._store.take_out(self._now(), member_id=member_id, guild_id=guild_id)

    async def of(self, member_id: int, guild_id: int | None = None) -> Sequence[CalendarEvent]:
        """Return what is wanted in a member's calendar, of a server or of all."""
        mine = await self._store.of_member(member_id)
        return [one for one in mine if one.wanted and guild_id in {None, one.guild_id}]

    async def of_guild(self, guild_id: int) -> Sequence[CalendarEvent]:
        """Return what is kept of a server's events, for all members."""
        return await self._store.of_guild(guild_id)

    async def servers(self) -> frozenset[int]:
        """Return the servers of which something is wanted in a calendar."""
        return await self._store.servers()

    async def find(self, member_id: int, event_id: int) -> CalendarEvent | None:
        """Return how an event stands in a member's calendar."""
        return await self._store.find(member_id, event_id)

    async def choice(self, member_id: int) -> Choice:
        """Return how a member wants events in the calendar."""
        return await self._store.choice(member_id)

    async def choose(self, member_id: int, choice: Choice) -> None:
        """Keep how a member wants events; those that are there get the new reminders."""
        await self._store.choose(member_id, choice)
        for one in await self.of(member_id):
            with reading("calendar_events", one.id):
                entry = CalendarEntry.read(one.wanted)
            stored = entry.stored()
            stored["event"]["reminders"] = list(choice.reminders)
            if stored != one.wanted:
                await self._store.want(one, stored, one.ends_at, self._now())

    async def wake(self, member_id: int) -> None:
        """Try again what waits for the member."""
        await self._store.wake(member_id, self._now())

    async def _address(
        self, member_id: int, event: ServerEvent, known: CalendarEvent | None
    ) -> str:
        """Return our address of an event; the one that stands in the calendar stays."""
        for stored in (known.wanted, known.written) if known else ():
            if stored is not None:
                return CalendarEntry.read(stored).link
        return await self._jumps.open(member_id, _source_of(event), event.facts.starts_at)

    async def _entry(self, link: Link, event: ServerEvent, address: str) -> CalendarEntry:
        choice = await self._store.choice(link.member_id)
        locale = pick_locale(link.locale)
        return entry_of(event, address, choice.reminders, locale=locale, texts=self._texts)


def _source_of(event: ServerEvent) -> Source:
    return event.facts.place(Source(event.guild_id, event.channel_id or 0, 0))
