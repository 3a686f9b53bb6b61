"""Writes members' calendars: what is wanted there comes, changes and goes, each thing once.

Kakao has no key against doing a create twice. So that one was begun is committed before it is
asked for, and one whose answer was lost is looked for, among our own events, before it is repeated.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from bot import errors
from bot.kakao import (
    NO_ANSWER,
    TALK_CALENDAR,
    AccountBarred,
    AllowanceSpent,
    AppFault,
    BadRequest,
    ConsentMissing,
    KakaoCalendar,
    KakaoError,
    KeptEvent,
    LimitBroken,
    NotTalkUser,
    TokenInvalid,
    Unreachable,
)
from bot.logs import described
from bot.services.accounts.links import Links
from bot.services.calendar.entry import CalendarEntry
from bot.services.clock import DAY, HOUR, MINUTE, SEOUL, Clock, Patience
from bot.services.listeners import Listeners, guarded
from storage.calendar_events import TAKEN_OUT, CalendarEvent, CalendarStore
from storage.database import StorageError
from storage.reading import Unreadable, reading

logger = logging.getLogger(__name__)

# Before each further try, in first waits of `Patience`; the last again and again.
WAITS = (15, 60, 300, 1800)
MOST_CREATES = 2
# Of a member who waits for the end of their link.
EMPTYING_SECONDS = 20.0
AT_ONCE = 100
SIDE_BY_SIDE = 4
# What Kakao answers to whoever is no member of an app without permission.
NOT_A_MEMBER = -5
UNCLEAR = tuple(kind for kind in NO_ANSWER if kind is not Unreachable)

T = TypeVar("T")
Permit = Callable[[int, int, tuple[int | None, ...]], Awaitable[None]]
"""Asks whether something of a server's may go to a member; raises NotAllowed or DiscordAway."""


class CalendarWriter:
    """Does what is due, one thing after another for each member."""

    def __init__(
        self,
        store: CalendarStore,
        links: Links,
        kakao: KakaoCalendar,
        permit: Permit,
        *,
        name: Callable[[str], str],
        patience: Patience,
        now: Clock,
    ) -> None:
        self._store = store
        self._links = links
        self._kakao = kakao
        self._permit = permit
        self._name = name
        self._patience = patience
        self._now = now
        self._writing = Listeners()
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Look now whether something is due."""
        self._woken.set()

    async def run(self) -> None:
        """Write until cancelled; raises StorageError."""
        while True:
            self._woken.clear()
            await self.write_due()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._patience.first):
                    await self._woken.wait()

    async def write_due(self) -> None:
        """Do what is due by now, for some members at once."""
        members = {one.member_id for one in await self._store.due(self._now(), AT_ONCE)}
        slots = asyncio.Semaphore(SIDE_BY_SIDE)

        async def write(member_id: int) -> None:
            async with slots:
                await self.write_member(member_id)

        await asyncio.gather(*(write(one) for one in members))

    async def write_member(self, member_id: int) -> None:
        """Do what is due for a member; raises StorageError."""
        async with self._store.turn(member_id):
            for one in await self._store.of_member(member_id):
                if one.due_at is not None and one.due_at <= self._now():
                    await self._write(one)

    async def write_soon(self, member_id: int, seconds: float) -> None:
        """Do what is due for a member who waits, but no longer than this; the rest goes on."""
        # Not cancelled when it takes long: a create that was begun should hear its answer.
        writing = self._writing.spawn(guarded("writing a calendar", self.write_member(member_id)))
        await asyncio.wait({writing}, timeout=seconds)

    async def empty(self, member_id: int) -> None:
        """Take everything of ours out of a member's calendar, as far as Kakao lets us now.

        What is known of it stays: with its link it is erased. Raises StorageError.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(EMPTYING_SECONDS), self._store.turn(member_id):
                for one in await self._store.of_member(member_id):
                    await self._store.take_out_one(one, self._now(), TAKEN_OUT)
                    if one.may_be_there:
                        await self._write(replace(one, wanted=None, reason=TAKEN_OUT))

    async def _write(self, one: CalendarEvent) -> None:
        try:
            await self._step(one)
        except Unreadable:
            await self._store.erase(one.id)
        except errors.NotLinked:
            await self._store.erase(one.id)
        except (errors.UserError, KakaoError) as error:
            await self._refused(one, error)
        except StorageError:
            raise
        except Exception as error:  # noqa: BLE001 - the others have nothing to do with it
            logger.error("an event is passed over: %s", described(error))  # noqa: TRY400
            await self._later(one, "unexpected")

    async def _step(self, one: CalendarEvent) -> None:
        if one.wanted is None:
            await self._remove(one)
            return
        wanted = _read(one, one.wanted)
        await self._permit(one.member_id, one.guild_id, wanted.places)
        if one.kakao_event_id is not None:
            await self._update(one, one.kakao_event_id, wanted)
        else:
            await self._create(one, wanted)

    # into the calendar

    async def _create(self, one: CalendarEvent, wanted: CalendarEntry) -> None:
        found = await self._find(one) if one.creates else None
        if found is not None:
            await self._store.change(one.id, kakao_event_id=found, creates=0)
            await self._update(replace(one, kakao_event_id=found, creates=0), found, wanted)
        elif wanted.event.start_at <= self._now():
            await self._settle(one, reason="begun", creates=0)
        elif one.creates >= MOST_CREATES:
            await self._settle(one, reason="unclear")
        else:
            await self._begin(one, wanted)

    async def _begin(self, one: CalendarEvent, wanted: CalendarEntry) -> None:
        calendar_id = await self._calendar(one)
        await self._store.change(one.id, creates=one.creates + 1, written=one.wanted)
        try:
            number = await self._call(
                one, lambda token: self._kakao.create_event(token, wanted.event, *calendar_id)
            )
        except UNCLEAR:
            raise
        except (errors.UserError, KakaoError):  # certainly nothing happened
            await self._store.change(one.id, creates=one.creates, written=one.written)
            raise
        await self._settle(one, kakao_event_id=number, creates=0, written=one.wanted)

    async def _find(self, one: CalendarEvent) -> str | None:
        """Return the id of an event whose create was not answered, if it is there."""
        tried = _read(one, one.written)
        start = tried.event.start_at
        listed = await self._call(
            one, lambda token: self._kakao.events(token, start, start + 5 * MINUTE)
        )
        for found in listed:
            is_like = found.title == tried.event.title and found.start_at == start
            if found.id and is_like and tried.link in (await self._kept(one, found.id)).description:
                return found.id
        return None

    async def _kept(self, one: CalendarEvent, number: str) -> KeptEvent:
        return await self._call(one, lambda token: self._kakao.event(token, number))

    async def _calendar(self, one: CalendarEvent) -> tuple[str, ...]:
        """Return the calendar of ours if the member wants one; it is made when it is missing."""
        if not (await self._store.choice(one.member_id)).apart:
            return ()
        link = await self._links.get(one.member_id)
        name = self._name(link.locale if link else "ko")
        for calendar in await self._call(one, self._kakao.calendars):
            if calendar.name == name:
                return (calendar.id,)
        return (await self._call(one, lambda token: self._kakao.create_calendar(token, name)),)

    # what is there already

    async def _update(self, one: CalendarEvent, number: str, wanted: CalendarEntry) -> None:
        """Write what is different now, but for what somebody has changed by hand."""
        before = _read(one, one.written)
        fields = wanted.event.changed(before.event)
        try:
            if fields:
                fields -= (await self._kept(one, number)).differs(before.event)
            if fields:
                await self._call(
                    one,
                    lambda token: self._kakao.update_event(token, number, wanted.event, fields),
                )
        except BadRequest:  # somebody has taken it out
            await self._forget(one, TAKEN_OUT)
            return
        await self._settle(one, written=one.wanted)

    async def _remove(self, one: CalendarEvent) -> None:
        number = one.kakao_event_id
        if number is None and one.creates:
            number = await self._find(one)
        if number is not None:
            with suppress(BadRequest):  # it is gone already
                await self._call(one, lambda token: self._kakao.delete_event(token, number))
        await self._forget(one, one.reason)

    async def _forget(self, one: CalendarEvent, reason: str | None) -> None:
        if reason != TAKEN_OUT:
            await self._store.erase(one.id)
            return
        gone = {"kakao_event_id": None, "written": None, "wanted": None, "creates": 0}
        await self._store.change(one.id, **gone, reason=TAKEN_OUT, tries=0, due_at=None)

    # Kakao, and what it refuses

    async def _call(self, one: CalendarEvent, ask: Callable[[str], Awaitable[T]]) -> T:
        return (await self._links.call(one.member_id, ask, one.generation))[1]

    async def _settle(
        self, one: CalendarEvent, *, reason: str | None = None, **values: object
    ) -> None:
        await self._store.settle(one, self._now(), reason=reason, tries=0, due_at=None, **values)

    async def _later(
        self, one: CalendarEvent, reason: str | None, wait: float | None = None
    ) -> None:
        """Try again after a while that grows, or after this one."""
        if wait is None:
            wait = WAITS[min(one.tries, len(WAITS) - 1)] * self._patience.first
        due = self._now() + wait
        await self._store.settle(one, self._now(), reason=reason, tries=one.tries + 1, due_at=due)

    async def _refused(self, one: CalendarEvent, error: errors.UserError | KakaoError) -> None:
        kind, code = type(error).__name__, getattr(error, "code", None)
        logger.info("calendar event %d waits: %s %s", one.id, kind, code)
        if one.wanted is None:  # and why it is to go must not be forgotten
            await self._later(one, one.reason)
            return
        match error:
            case ConsentMissing():
                await self._stop(one, "consent")
                await self._tell_missing(one)
            case AppFault() if error.code == NOT_A_MEMBER:
                await self._later(one, "members-only", DAY)
            case AppFault() | TokenInvalid() | errors.OperatorFault():
                await self._later(one, "operator", HOUR)
            case AllowanceSpent():
                await self._later(one, "spent", self._until_tomorrow())
            case AccountBarred() | NotTalkUser():
                await self._stop(one, "account")
            case errors.LinkBroken():
                await self._stop(one, "link-broken")
            case errors.NotAllowed():
                await self._later(one, "not-allowed", HOUR)
            case _ if isinstance(error, (errors.UserError, *NO_ANSWER)):
                await self._later(one, "waiting")
            case _:
                await self._stop(one, "refused")

    async def _stop(self, one: CalendarEvent, reason: str) -> None:
        """Wait until the member has changed something."""
        await self._store.settle(one, self._now(), reason=reason, due_at=None)

    async def _tell_missing(self, one: CalendarEvent) -> None:
        link = await self._links.get(one.member_id)
        if link is not None:
            await self._links.consent_missing(link, frozenset({TALK_CALENDAR}), quietly=False)

    def _until_tomorrow(self) -> float:
        now = datetime.fromtimestamp(self._now(), SEOUL)
        day = now.replace(hour=0, minute=1, second=0, microsecond=0) + timedelta(days=1)
        return (day - now).total_seconds()


def _read(one: CalendarEvent, stored: object) -> CalendarEntry:
    with reading("calendar_events", one.id):
        try:
            return CalendarEntry.read(stored)
        except LimitBroken as error:
            raise ValueError from error
