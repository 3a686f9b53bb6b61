"""What is held about people: looked after by loops, shown and erased when somebody asks."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.services.clock import DAY, HOUR, MINUTE
from bot.services.messages.events import EventFacts, ServerEvent
from bot.services.privacy.departures import BREATH, Departures
from bot.services.privacy.expiry import Expiry
from bot.texts import Locale
from storage.database import StorageError
from storage.departures import DepartureStore
from storage.optouts import OptOutStore
from storage.rules import RuleKind
from storage.subscriptions import SubscriptionKind
from tests.support.outbox import MINJI, Clock
from tests.support.watching import GUILD, JUNHO, ROOM, HighlightsWorld, open_tower

SEOYEON, ELSEWHERE = 3, 9


@pytest.fixture
async def tower(tmp_path: Path, database_url: str) -> AsyncIterator[HighlightsWorld]:
    async with open_tower(tmp_path, url=database_url) as tower:
        yield tower


class Over(Exception):
    """The test has seen enough of a loop."""


@dataclass
class Naps:
    """Lets time pass at once, and notes for how long a loop rests; ends it after so many rests."""

    clock: Clock
    rests: int = 3
    taken: list[float] = field(default_factory=list)
    breaths: list[float] = field(default_factory=list)
    then: Callable[[int], Awaitable[object]] | None = None

    async def __call__(self, seconds: float) -> None:
        self.clock.at += seconds
        if seconds < 1:
            self.breaths.append(seconds)
            return
        self.taken.append(seconds)
        if self.then is not None:
            await self.then(len(self.taken))
        if len(self.taken) >= self.rests:
            raise Over

    async def of(self, loop: Awaitable[None]) -> list[float]:
        """Run a loop until it is over; return its rests."""
        with suppress(Over):
            await loop
        return self.taken


# Who has left


@dataclass
class Office:
    """Departures that remember whom they have erased, and whom Discord was asked about."""

    tower: HighlightsWorld
    naps: Naps
    erased: list[tuple[int, int]] = field(default_factory=list)
    asked: list[tuple[int, int]] = field(default_factory=list)
    looked: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = DepartureStore(self.tower.database)
        self.departures = Departures(
            self.store,
            self.tower.services.sight,
            grace_days=7,
            forget_member=self.forget_member,
            forget_guild=self.forget_guild,
            patience=self.tower.services.patience,
            now=self.tower.clock,
            sleep=self.naps,
        )
        self.tower.services.sight.attach(self)  # type: ignore[arg-type] # the half that is asked

    async def forget_member(self, member_id: int, guild_id: int) -> None:
        self.erased.append((guild_id, member_id))

    async def forget_guild(self, guild_id: int) -> None:
        self.erased.append((guild_id, 0))

    async def is_in(self, guild_id: int) -> bool:
        self.looked.append(guild_id)
        return await self.tower.glass.is_in(guild_id)

    async def belongs(self, member_id: int, guild_id: int) -> bool:
        self.asked.append((guild_id, member_id))
        return await self.tower.glass.belongs(member_id, guild_id)

    async def gone(self) -> set[tuple[int, int]]:
        """Who is noted as gone: server and member."""
        return set(await self.store.before(self.tower.clock() + DAY))


@pytest.fixture
async def office(tower: HighlightsWorld) -> Office:
    """Two members have something in one server, and one of them in another one too."""
    tower.glass.servers.add(ELSEWHERE)
    for member_id, guild_id in ((MINJI, GUILD), (JUNHO, GUILD), (JUNHO, ELSEWHERE)):
        await tower.services.rules.add(member_id, guild_id, RuleKind.WORD, "공지")
    return Office(tower, Naps(tower.clock))


async def test_it_is_looked_once_a_day_who_has_left(office: Office) -> None:
    office.naps.rests = 48
    assert await office.naps.of(office.departures.run()) == [HOUR] * 48
    assert office.asked == [(GUILD, MINJI), (GUILD, JUNHO), (ELSEWHERE, JUNHO)] * 2


async def test_a_kkachi_that_starts_anew_every_day_erases_as_well(office: Office) -> None:
    office.tower.glass.gone.add(MINJI)
    for _ in range(9):
        today = Office(office.tower, Naps(office.tower.clock, rests=2))
        await today.naps.of(today.departures.run())
        office.erased += today.erased
        office.tower.clock.at += DAY - 2 * HOUR
    assert office.erased == [(GUILD, MINJI)]


async def test_asking_about_members_holds_nothing_else_up(office: Office) -> None:
    assert await office.departures.look()
    assert office.naps.breaths == [0, 0, BREATH, BREATH, BREATH]


async def test_while_discord_is_silent_it_is_asked_again_later_and_later(office: Office) -> None:
    async def come_back(rests: int) -> None:
        if rests == 3:
            office.tower.glass.ready = True
            office.tower.glass.gone.add(MINJI)

    office.tower.glass.ready = False
    office.naps.rests, office.naps.then = 5, come_back
    assert await office.naps.of(office.departures.run()) == [2, 4, 8, HOUR, HOUR]
    assert await office.gone() == {(GUILD, MINJI)}


async def test_of_a_silent_server_one_member_is_asked_about_and_of_the_others_all(
    office: Office,
) -> None:
    office.tower.glass.out.add(GUILD)
    office.tower.glass.gone |= {MINJI, JUNHO}
    assert not await office.departures.look()
    assert office.asked == [(ELSEWHERE, JUNHO)]
    assert office.looked.count(GUILD) == 1
    assert await office.gone() == {(ELSEWHERE, JUNHO)}
    office.tower.glass.out.clear()
    office.asked.clear()
    assert await office.departures.look()
    assert set(office.asked) == {(GUILD, MINJI), (GUILD, JUNHO)}
    assert len(await office.gone()) == 3


async def test_who_left_while_a_server_was_silent_is_noted_with_the_day_it_is_known(
    office: Office,
) -> None:
    office.tower.glass.gone.add(MINJI)
    await office.departures.look()
    office.tower.clock.at += 6 * DAY
    await office.departures.look()
    await office.departures.tidy()
    assert office.erased == []
    office.tower.clock.at += DAY + 1
    await office.departures.tidy()
    assert office.erased == [(GUILD, MINJI)]
    assert await office.gone() == set()


async def test_a_server_that_removed_kkachi_has_lost_all_its_members_without_asking(
    office: Office,
) -> None:
    office.tower.glass.servers.remove(ELSEWHERE)
    assert await office.departures.look()
    assert await office.gone() == {(ELSEWHERE, 0), (ELSEWHERE, JUNHO)}
    assert office.asked == [(GUILD, MINJI), (GUILD, JUNHO)]


async def test_a_server_that_took_kkachi_back_is_no_longer_one_it_has_left(office: Office) -> None:
    await office.departures.left(GUILD)
    await office.departures.left(ELSEWHERE)
    await office.departures.joined(GUILD)
    assert await office.gone() == {(ELSEWHERE, 0)}


@pytest.mark.parametrize("who", ["member", "kkachi"])
async def test_who_has_left_long_ago_is_no_more_seen_there_by_their_friends(
    tower: HighlightsWorld, who: str
) -> None:
    tower.glass.servers.add(ELSEWHERE)
    services, glass = tower.services, tower.glass
    await tower.link(JUNHO)
    for guild_id in (GUILD, ELSEWHERE):
        await services.visibility.allow(JUNHO, guild_id)
    if who == "kkachi":
        glass.servers.remove(ELSEWHERE)
    else:
        glass.gone.add(JUNHO)
    for days in (0, 8):
        tower.clock.at += days * DAY
        await services.leaving.look()
        await services.leaving.tidy()
        left = {"member": [], "kkachi": [GUILD]}[who] if days else [GUILD, ELSEWHERE]
        assert sorted(await services.visibility.of(JUNHO)) == sorted(left)


async def test_what_fails_for_somebody_is_logged_by_its_place_and_not_its_words(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    async def fails(member_id: int, guild_id: int) -> bool:
        raise ValueError(f"비밀 {member_id} {guild_id}")

    office.belongs = fails  # type: ignore[method-assign] # a mistake of ours
    assert await office.departures.look()
    assert "ValueError at" in caplog.text
    assert "비밀" not in caplog.text


async def test_a_database_that_fails_ends_no_looking(office: Office) -> None:
    database = office.tower.database

    async def mend(rests: int) -> None:
        if rests == 1:
            await database.change(text("ALTER TABLE away RENAME TO departures"))

    office.tower.glass.gone.add(MINJI)
    office.naps.then = mend
    await database.change(text("ALTER TABLE departures RENAME TO away"))
    await office.naps.of(office.departures.run())
    assert await office.gone() == {(GUILD, MINJI)}


# What has expired


@dataclass
class Shelf:
    """A table that notes what it was told to erase, or fails."""

    clock: Clock
    fails: bool = False
    purged: list[float] = field(default_factory=list)

    async def purge(self, before: float) -> None:
        if self.fails:
            raise StorageError("full")
        self.purged.append(self.clock.at - before)


async def test_what_expired_a_day_ago_is_erased_once_an_hour(tower: HighlightsWorld) -> None:
    shelf, naps = Shelf(tower.clock), Naps(tower.clock, rests=121)
    await naps.of(Expiry(shelf, now=tower.clock, sleep=naps).run())
    assert naps.taken == [MINUTE] * 121
    assert shelf.purged == [DAY] * 3


async def test_a_table_that_fails_keeps_no_other_one_from_being_tidied_and_is_told_of(
    tower: HighlightsWorld,
) -> None:
    full, good = Shelf(tower.clock, fails=True), Shelf(tower.clock)
    with pytest.raises(StorageError, match="full"):
        await Expiry(full, good, now=tower.clock).tidy()
    assert good.purged == [DAY]
    full.fails = False
    await Expiry(full, good, now=tower.clock).tidy()
    assert (full.purged, good.purged) == ([DAY], [DAY, DAY])


# Who wants nothing carried


async def test_an_opt_out_holds_from_now_on_and_after_a_restart(tower: HighlightsWorld) -> None:
    optouts, store = tower.services.optouts, OptOutStore(tower.database)
    assert not await optouts.has(JUNHO)
    await optouts.set(JUNHO, on=True)
    assert await optouts.has(JUNHO)
    assert not await optouts.has(MINJI)
    assert await store.all() == {JUNHO}
    row = await tower.database.first(text("SELECT at FROM optouts"))
    assert row == {"at": tower.clock()}
    await optouts.set(JUNHO, on=False)
    assert not await optouts.has(JUNHO)
    assert await store.all() == set()


async def test_a_member_opts_out_and_in_by_one_command(tower: HighlightsWorld) -> None:
    privacy, optouts = tower.services.privacy, tower.services.optouts
    await privacy.opt_out(MINJI, on=True)
    assert [await optouts.has(one) for one in (MINJI, JUNHO)] == [True, False]
    await privacy.opt_out(MINJI, on=False)
    assert not await optouts.has(MINJI)


# Showing and erasing


@pytest.mark.parametrize(("locale", "about"), [("ko", "까치"), ("en", "Kkachi")])
async def test_what_is_shown_says_of_whom_when_and_what_for(
    tower: HighlightsWorld, locale: Locale, about: str
) -> None:
    await tower.rule("번개")
    shown = await tower.services.privacy.export(MINJI, locale)
    assert about in shown["about"]
    assert shown["member_id"] == str(MINJI)
    assert shown["exported_at"] == datetime.fromtimestamp(tower.clock(), UTC).isoformat()
    assert [row["text"] for row in shown["held"]["rules"]["rows"]] == ["번개"]
    whats = [part["what"] for part in shown["held"].values()]
    assert len(set(whats)) == len(whats)
    assert "privacy-" not in "".join((shown["about"], *whats))
    other = await tower.services.privacy.export(JUNHO, locale)
    assert not any(part["rows"] for part in other["held"].values())


async def test_what_is_shown_is_told_in_the_members_language(tower: HighlightsWorld) -> None:
    shown = [await tower.services.privacy.export(MINJI, locale) for locale in ("ko", "en")]
    assert shown[0]["about"] != shown[1]["about"]
    assert shown[0]["held"]["rules"]["what"] != shown[1]["held"]["rules"]["what"]


async def test_erasing_takes_the_link_lets_go_of_memory_and_then_empties_the_tables(
    tower: HighlightsWorld,
) -> None:
    done: list[str] = []

    async def exported() -> dict[str, Any]:
        """Return all but that something has changed, which linking again has meanwhile."""
        found = await tower.services.privacy.export(MINJI, "ko")
        del found["held"]["changes"]
        return found

    async def forget(member_id: int) -> None:
        assert member_id == MINJI
        assert await tower.services.links.get(MINJI) is None
        assert await exported() == held
        done.append("forgotten")

    await tower.services.optouts.set(MINJI, on=True)
    link = await tower.services.links.get(MINJI)
    assert link is not None
    tower.services.privacy.forgetters[:] = [forget]
    await tower.services.links.unlink(MINJI)
    held = await exported()
    assert held["held"]["optouts"]["rows"]
    await tower.link(MINJI)
    await tower.services.privacy.delete(MINJI)
    assert done == ["forgotten"]
    assert not any(
        part["rows"] for part in (await tower.services.privacy.export(MINJI, "ko"))["held"].values()
    )


async def test_who_never_linked_is_erased_as_well(tower: HighlightsWorld) -> None:
    await tower.services.rules.add(SEOYEON, GUILD, RuleKind.WORD, "공지")
    await tower.services.privacy.delete(SEOYEON)
    assert await tower.services.rules.of(SEOYEON) == []


# What memory would still do after the tables are empty


async def opt_out(tower: HighlightsWorld) -> None:
    await tower.services.optouts.set(MINJI, on=True)
    assert await tower.services.optouts.has(MINJI)


async def is_carried(tower: HighlightsWorld) -> bool:
    return not await tower.services.optouts.has(MINJI)


async def look_for_a_word(tower: HighlightsWorld) -> None:
    await tower.rule("번개")
    assert tower.services.rules.index.matcher.matches(tower.message("번개 하자"))


async def no_word_is_looked_for(tower: HighlightsWorld) -> bool:
    return not tower.services.rules.index.matcher.matches(tower.message("번개 하자"))


async def subscribe(tower: HighlightsWorld) -> None:
    await tower.services.subscriptions.add(MINJI, GUILD, SubscriptionKind.PIN)
    assert await tower.services.subscriptions.wanting(pinned(tower))


async def nothing_is_subscribed(tower: HighlightsWorld) -> bool:
    return not await tower.services.subscriptions.wanting(pinned(tower))


def pinned(tower: HighlightsWorld) -> ServerEvent:
    return ServerEvent("pin:1", SubscriptionKind.PIN, GUILD, tower.clock(), EventFacts(), ROOM)


async def write_somewhere(tower: HighlightsWorld) -> None:
    await tower.rule("번개")
    await tower.filter(active_delay=300)
    await tower.services.watch.see(tower.message("저 왔어요", author_id=MINJI))
    assert tower.services.watch._activity.last(MINJI, ROOM) is not None


async def nobody_knows_where_they_wrote(tower: HighlightsWorld) -> bool:
    return tower.services.watch._activity.last(MINJI, ROOM) is None


async def be_noted(tower: HighlightsWorld) -> None:
    await tower.services.access.check(MINJI, GUILD, "highlight", [])
    assert await tower.services.access.is_known(GUILD, MINJI)


async def is_noted_anew(tower: HighlightsWorld) -> bool:
    await tower.services.access.check(MINJI, GUILD, "highlight", [])
    return await tower.services.access.is_known(GUILD, MINJI)


async def wait_and_send(tower: HighlightsWorld) -> None:
    dispatcher = tower.services.dispatcher
    dispatcher.wake(MINJI)
    dispatcher._days.note_sent(MINJI)


async def nothing_is_planned(tower: HighlightsWorld) -> bool:
    dispatcher = tower.services.dispatcher
    return MINJI not in dispatcher._times and MINJI not in dispatcher._days._sent


async def list_friends(tower: HighlightsWorld) -> None:
    """The list comes from Kakao when the member has just unlinked."""
    await tower.services.links.unlink(MINJI)
    tower.services.friends._lists.put(MINJI, ("generation", []))


async def no_friend_is_known(tower: HighlightsWorld) -> bool:
    return MINJI not in tower.services.friends._lists._known


@pytest.mark.parametrize(
    ("leave_a_trace", "is_forgotten"),
    [
        (opt_out, is_carried),
        (look_for_a_word, no_word_is_looked_for),
        (subscribe, nothing_is_subscribed),
        (write_somewhere, nobody_knows_where_they_wrote),
        (be_noted, is_noted_anew),
        (wait_and_send, nothing_is_planned),
        (list_friends, no_friend_is_known),
    ],
)
async def test_after_erasing_memory_knows_nothing_either(
    tower: HighlightsWorld,
    leave_a_trace: Callable[[HighlightsWorld], Awaitable[None]],
    is_forgotten: Callable[[HighlightsWorld], Awaitable[bool]],
) -> None:
    await leave_a_trace(tower)
    await tower.services.privacy.delete(MINJI)
    assert await is_forgotten(tower)
