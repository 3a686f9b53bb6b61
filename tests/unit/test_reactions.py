"""An emoji that sends: each message once, asked about like what the menu sends, told of once."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text, update

from bot.errors import ConsentMissing
from bot.services.clock import DAY, Patience
from bot.services.highlights.emoji import NoEmoji, emoji_of, key_of
from bot.services.highlights.reactions import MOST_UNDER_WAY, Reaction, Refusal
from bot.services.messages.models import Author, Body, Part, PartKind, Seen
from storage.database import StorageError
from storage.deliveries import Delivery, DeliveryState
from storage.links import LinkStore
from storage.reactions import ReactionStore
from storage.tables import deliveries
from tests.support.linking import until
from tests.support.outbox import MINJI, VAULT
from tests.support.watching import (
    GUILD,
    JUNHO,
    ROOM,
    HighlightsWorld,
    open_tower,
)

MARK = "🔖"
FAMILY = "👩‍👩‍👧"
QUEUED, SENT = DeliveryState.QUEUED, DeliveryState.SENT
FAILED, CANCELLED = DeliveryState.FAILED, DeliveryState.CANCELLED
UNKNOWN, SENDING = DeliveryState.UNKNOWN, DeliveryState.SENDING


@dataclass
class Reacting:
    """What watches, and a member who reacts; `told` is what they were told."""

    tower: HighlightsWorld
    told: list[Refusal] = field(default_factory=list)

    async def choose(self, emoji: str = MARK) -> None:
        await self.tower.services.reactions.choose(MINJI, emoji_of(emoji), "ko")

    async def tell(self, refusal: Refusal) -> None:
        self.told.append(refusal)

    async def react(
        self, seen: Seen, emoji: str = MARK, *, there: bool = True, member_id: int = MINJI
    ) -> float:
        """React, or take it away, let what follows be done, and return when more is."""
        await self.hear(seen, emoji, there=there, member_id=member_id)
        return await self.look()

    async def hear(
        self, seen: Seen, emoji: str = MARK, *, there: bool = True, member_id: int = MINJI
    ) -> None:
        reactions = self.tower.services.reactions
        reaction = Reaction(member_id, seen.source, key_of(emoji))
        reactions.hear(reaction, is_there=there)
        await reactions.settle(reaction)

    async def look(self) -> float:
        return await self.tower.services.reactions.look()

    async def rows(self, seen: Seen | None = None) -> list[Delivery]:
        rows = (await self.tower.services.deliveries.last(MINJI, 100))[::-1]
        return [row for row in rows if seen is None or row.message_id == seen.source.message_id]

    async def states(self, seen: Seen | None = None) -> list[DeliveryState]:
        return [row.state for row in await self.rows(seen)]

    async def becomes(self, row: Delivery, state: DeliveryState, reason: str | None = None) -> None:
        values = {"state": state, "reason": reason, "finished_at": self.tower.clock()}
        change = update(deliveries).where(deliveries.c.id == row.id).values(values)
        await self.tower.database.change(change)

    async def count(self, table: str) -> int:
        row = await self.tower.database.first(text(f"SELECT count(*) AS n FROM {table}"))  # noqa: S608 - of this file
        return int(row["n"]) if row else 0

    @property
    def causes(self) -> list[str]:
        return [one.error.key for one in self.told if one.error is not None]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Reacting]:
    async with open_tower(tmp_path) as tower:
        desk = Reacting(tower)
        tower.services.reactions.on_refused.append(desk.tell)
        yield desk


# Which emoji it is


@pytest.mark.parametrize(
    ("chosen", "name", "number"),
    [
        (MARK, MARK, None),
        ("❤️", "❤", None),
        ("❤", "❤️", None),
        ("👍", "👍🏽", None),
        ("👍🏿", "👍", None),
        ("1️⃣", "1⃣", None),
        ("🇰🇷", "🇰🇷", None),
        (FAMILY, FAMILY, None),
        ("🧑🏻‍💻", "🧑‍💻", None),
        ("<:kka:123456789012345678>", "renamed", 123456789012345678),
        ("<a:kka:123456789012345678>", "kka", 123456789012345678),
        (f" {MARK} ", MARK, None),
    ],
)
def test_one_emoji_is_the_same_however_it_looks(chosen: str, name: str, number: int | None) -> None:
    assert emoji_of(chosen).key == key_of(name, number)


@pytest.mark.parametrize(
    ("one", "other"),
    [("👍", "👎"), ("👩", FAMILY), ("🇰🇷", "🇯🇵"), ("<:a1:123456789012345678>", "a1"), ("1️⃣", "2️⃣")],
)
def test_two_emoji_are_two(one: str, other: str) -> None:
    assert emoji_of(one).key != key_of(other)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "가",
        "bookmark",
        ":bookmark:",
        "1",
        "#",
        "🔖🔖",
        "🔖 가",
        "☙",
        "🏽",
        "<:x:1>",
        "@everyone",
    ],
)
def test_what_is_no_single_emoji_is_refused(typed: str) -> None:
    with pytest.raises(NoEmoji):
        emoji_of(typed)


# Each message once


async def test_nothing_is_sent_before_a_member_has_chosen(desk: Reacting) -> None:
    seen = desk.tower.message()
    await desk.react(seen)
    assert await desk.rows() == []
    assert await desk.tower.services.reactions.of(MINJI) is None


async def test_a_message_is_sent_once_as_if_by_the_menu(desk: Reacting) -> None:
    seen = desk.tower.message("토요일 아홉 시예요")
    await desk.choose()
    await desk.react(seen, "🎉")
    await desk.react(seen, member_id=JUNHO)
    assert await desk.rows() == []
    for _ in range(2):
        await desk.react(seen)
    [row] = await desk.rows()
    assert "토요일 아홉 시예요" in row.card["content"]["title"]  # type: ignore[index] # it has one
    assert (row.feature, row.policy, row.guild_id, row.channel_id) == (
        "forward",
        "full",
        GUILD,
        ROOM,
    )


@pytest.mark.parametrize("emoji", ["🎉", "off"])
async def test_what_waits_can_be_taken_back_after_the_choice_has_changed(
    desk: Reacting, emoji: str
) -> None:
    seen = desk.tower.message()
    await desk.choose()
    await desk.react(seen)
    if emoji == "off":
        assert await desk.tower.services.reactions.switch_off(MINJI)
    else:
        await desk.choose(emoji)
    await desk.react(seen, "🎉", there=False)
    assert await desk.states() == [QUEUED]
    await desk.react(seen, there=False)
    assert await desk.states() == [CANCELLED]
    assert (await desk.rows())[0].card is None


async def test_what_is_taken_away_while_it_is_being_sent_is_not_tried_again(tmp_path: Path) -> None:
    async with open_tower(tmp_path, Patience(first=0.05)) as tower:
        desk = Reacting(tower)
        await desk.choose()
        failing, going = tower.message(), tower.message()
        for seen, ends in ((failing, QUEUED), (going, SENT)):
            await desk.react(seen)
            [row] = await desk.rows(seen)
            await desk.becomes(row, SENDING)
            await desk.react(seen, there=False)
            assert await desk.states(seen) == [SENDING]
            await desk.becomes(row, ends)

        async def is_settled() -> bool:
            return await desk.states(failing) == [CANCELLED]

        await until(is_settled)
        assert await desk.states(going) == [SENT]


# By turns: react, take away, let time pass, and let Kakao answer.
STEPS = st.sampled_from(["on", "off", "on again", "look", "away", SENT, UNKNOWN, FAILED, SENDING])


@dataclass
class Expected:
    """What must have become of a message: the states of its rows, and whether a wish waits."""

    rows: list[DeliveryState] = field(default_factory=list)
    waits: bool = False

    @property
    def last(self) -> DeliveryState | None:
        return self.rows[-1] if self.rows else None

    def step(self, step: str) -> None:
        if step == "on":
            self.waits |= self.last in {None, FAILED, CANCELLED}
        elif step == "off":
            self.waits = False
            if self.last is QUEUED:
                self.rows[-1] = CANCELLED
        elif step == "look":
            self.rows += [QUEUED] * self.waits
            self.waits = False
        elif self.last in {QUEUED, SENDING}:
            self.rows[-1] = DeliveryState(step)


@pytest.fixture(scope="module")
def lasting(migrated: Path) -> Iterator[tuple[asyncio.Runner, Reacting]]:
    """One world for all examples, each with a message of its own."""
    with asyncio.Runner() as runner, tempfile.TemporaryDirectory(dir=migrated.parent) as folder:
        shutil.copy(migrated, folder)
        opening = open_tower(Path(folder))
        desk = Reacting(runner.run(opening.__aenter__()))
        runner.run(desk.choose())
        yield runner, desk
        runner.run(opening.__aexit__(None, None, None))


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(STEPS, max_size=12))
def test_whatever_comes_in_whatever_order_a_message_goes_once(
    lasting: tuple[asyncio.Runner, Reacting], steps: list[str]
) -> None:
    runner, desk = lasting

    async def live() -> None:
        seen, expected, away = desk.tower.message(), Expected(), False
        for step in steps:
            if step == "away":
                away = desk.tower.glass.ready
                desk.tower.glass.ready = not away
            elif step in {"on", "on again"}:
                expected.step("on")
                await desk.hear(seen)
            elif step == "off":
                expected.step("off")
                await desk.hear(seen, there=False)
            elif step == "look":
                desk.tower.clock.at += 60.0
                if not away:
                    expected.step("look")
                await desk.look()
            else:
                expected.step(step)
                for row in (await desk.rows(seen))[-1:]:
                    if row.state in {QUEUED, SENDING}:
                        await desk.becomes(row, DeliveryState(step))
            assert await desk.states(seen) == expected.rows
        desk.tower.glass.ready = True
        arrived = [
            one for one in await desk.states(seen) if one in {SENT, UNKNOWN, SENDING, QUEUED}
        ]
        assert len(arrived) <= 1
        await desk.hear(seen, there=False)
        await desk.tower.database.change(deliveries.delete())

    runner.run(live())


# What stops it


async def unlinked(tower: HighlightsWorld) -> None:
    await LinkStore(tower.database, VAULT).delete(MINJI, tower.clock())


async def hidden(tower: HighlightsWorld) -> None:
    tower.glass.hidden.add(ROOM)


async def gone(tower: HighlightsWorld) -> None:
    tower.glass.messages.clear()


async def opted_out(tower: HighlightsWorld) -> None:
    await tower.services.optouts.set(JUNHO, on=True)


async def switched_off(tower: HighlightsWorld) -> None:
    await tower.admin(off=frozenset({"forward"}))


async def closed(tower: HighlightsWorld) -> None:
    await tower.admin(never=frozenset({ROOM}))


async def for_others(tower: HighlightsWorld) -> None:
    await tower.admin(forward_roles=frozenset({5}))


async def limited(tower: HighlightsWorld) -> None:
    limits = (await tower.services.settings.of(GUILD)).limits
    await tower.admin(limits=limits.model_copy(update={"sends": 0}))


CAUSES: dict[str, Callable[[HighlightsWorld], Awaitable[None]]] = {
    "error-not-linked": unlinked,
    "error-message-not-found": gone,
    "error-author-not-in-passing": opted_out,
    "error-feature-off": switched_off,
    "error-place-off": closed,
    "error-role-needed": for_others,
    "error-sends-limit": limited,
}


@pytest.mark.parametrize("cause", [*CAUSES, "hidden"])
async def test_what_may_not_go_does_not_and_its_member_is_told_once(
    desk: Reacting, cause: str
) -> None:
    first, second = desk.tower.message(), desk.tower.message()
    await CAUSES.get(cause, hidden)(desk.tower)
    await desk.choose()  # whoever unlinks loses it
    await desk.react(first)
    await desk.react(second)
    assert await desk.rows() == []
    assert desk.causes == ["error-message-not-found" if cause == "hidden" else cause]
    assert await desk.count("reaction_sends") == 0


async def test_what_may_go_at_last_goes_when_one_reacts_again(desk: Reacting) -> None:
    seen = desk.tower.message()
    await desk.choose()
    await switched_off(desk.tower)
    await desk.react(seen)
    await desk.tower.admin(off=frozenset())
    await desk.react(seen, there=False)
    await desk.react(seen)
    assert await desk.states() == [QUEUED]


async def test_ones_own_message_and_what_others_answer_in_it(desk: Reacting) -> None:
    """Who opted out writes no word of what others react to, and may send what they wrote."""
    quoted = Part(Body("비밀이에요"), PartKind.QUOTED, Author(JUNHO, "준호"))
    seen = desk.tower.message("내가 쓴 글", author_id=MINJI, others=[quoted])
    await opted_out(desk.tower)
    await desk.tower.services.optouts.set(MINJI, on=True)
    await desk.choose()
    await desk.react(seen)
    [row] = await desk.rows()
    assert "내가 쓴 글" in str(row.card)
    assert "비밀" not in str(row.card)


async def test_a_consent_that_is_missing_lets_it_wait_and_is_told_once(desk: Reacting) -> None:
    links = LinkStore(desk.tower.database, VAULT)
    link = await desk.tower.services.links.get(MINJI)
    assert link is not None
    await links.set_scopes(link, ["profile_nickname"])
    await desk.choose()
    for _ in range(2):
        await desk.react(desk.tower.message())
    assert await desk.states() == [QUEUED, QUEUED]
    assert [type(one.error) for one in desk.told] == [ConsentMissing]


@pytest.mark.parametrize(
    ("state", "reason", "is_told"),
    [(FAILED, "barred", True), (CANCELLED, "not-allowed", True), (CANCELLED, None, False)],
)
async def test_what_has_failed_later_is_told_once_and_may_be_asked_anew(
    desk: Reacting, state: DeliveryState, reason: str | None, is_told: bool
) -> None:
    await desk.choose()
    for _ in range(2):
        seen = desk.tower.message()
        await desk.react(seen)
        await desk.becomes((await desk.rows(seen))[0], state, reason)
        await desk.look()
    assert [one.failed.reason for one in desk.told if one.failed] == [reason] * is_told
    await desk.react(seen)
    assert await desk.states(seen) == [state, QUEUED]


async def test_a_flood_of_reactions_is_bounded(desk: Reacting) -> None:
    await desk.choose()
    many = [desk.tower.message() for _ in range(MOST_UNDER_WAY + 5)]
    for seen in many:
        await desk.hear(seen)
    await desk.look()
    assert await desk.states() == [QUEUED] * MOST_UNDER_WAY
    assert desk.causes == ["error-too-many-reactions"]
    await desk.becomes((await desk.rows())[0], SENT)
    await desk.react(many[-1])
    assert await desk.states(many[-1]) == [QUEUED]


# While Discord or the database is away


async def test_what_discord_cannot_be_asked_about_outlives_a_restart(tmp_path: Path) -> None:
    async with open_tower(tmp_path) as tower:
        desk, seen = Reacting(tower), tower.message()
        await desk.choose()
        tower.glass.ready = False
        assert 0 < await desk.react(seen) < 5
        assert await desk.rows() == []
    async with open_tower(tmp_path) as tower:
        desk = Reacting(tower)
        tower.glass.messages[seen.source] = seen
        tower.clock.at += 60.0
        await desk.look()
        assert await desk.states(seen) == [QUEUED]


async def test_after_a_day_nobody_asks_any_more_and_the_member_is_told(desk: Reacting) -> None:
    await desk.choose()
    desk.tower.glass.ready = False
    await desk.react(desk.tower.message())
    desk.tower.clock.at += DAY - 1
    await desk.look()
    assert (desk.causes, await desk.count("reaction_sends")) == ([], 1)
    desk.tower.clock.at += 120
    await desk.look()
    assert (desk.causes, await desk.count("reaction_sends")) == (["error-discord-away"], 0)


async def test_what_is_taken_away_while_the_first_cannot_be_kept_stays_away(
    desk: Reacting, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, store = desk.tower.message(), ReactionStore
    await desk.choose()
    with monkeypatch.context() as patch:
        patch.setattr(store, "note", failing)
        with pytest.raises(StorageError):
            await desk.hear(seen)
    await desk.hear(seen, there=False)
    await desk.tower.services.reactions.settle(Reaction(MINJI, seen.source, MARK))
    await desk.look()
    assert await desk.rows() == []


async def failing(*_: object, **__: object) -> None:
    raise StorageError("the disk is full")


# Whose it is


async def test_it_is_shown_and_erased_like_all_that_is_a_members(desk: Reacting) -> None:
    await desk.choose()
    await desk.react(desk.tower.message())
    held = (await desk.tower.services.privacy.export(MINJI, "ko"))["held"]
    assert held["reaction_choices"]["rows"][0]["emoji"] == MARK
    assert held["reaction_sends"]["rows"][0]["guild_id"] == GUILD
    await desk.tower.services.privacy.delete(MINJI)
    assert await desk.count("reaction_choices") == await desk.count("reaction_sends") == 0
    assert await desk.tower.services.reactions.of(MINJI) is None


async def test_an_unlink_ends_it(desk: Reacting) -> None:
    await desk.choose()
    await desk.react(desk.tower.message())
    await desk.tower.services.links.unlink(MINJI)
    assert await desk.count("reaction_choices") == await desk.count("reaction_sends") == 0
    assert await desk.tower.services.reactions.of(MINJI) is None
    await desk.tower.link(MINJI)
    await desk.react(desk.tower.message())
    assert await desk.states() == [CANCELLED]


@pytest.mark.parametrize("how", ["left", "excluded"])
async def test_what_belongs_to_a_server_goes_with_it_and_the_emoji_stays(
    desk: Reacting, how: str
) -> None:
    await desk.choose()
    await desk.react(desk.tower.message())
    if how == "left":
        leaving = desk.tower.services.leaving
        desk.tower.glass.gone.add(MINJI)
        await desk.tower.services.access.check(MINJI, GUILD, "forward", ())
        await leaving.look()
        desk.tower.clock.at += 60 * DAY
        await leaving.tidy()
    else:
        await desk.tower.services.exclusions.exclude(GUILD, MINJI, "규칙 위반")
    assert await desk.count("reaction_sends") == 0
    assert await desk.tower.services.reactions.of(MINJI) is not None


async def test_after_a_month_the_message_is_forgotten(desk: Reacting) -> None:
    await desk.choose()
    await desk.react(desk.tower.message())
    desk.tower.clock.at += 29 * DAY
    await desk.tower.services.housekeeping.tidy()
    assert await desk.count("reaction_sends") == 1
    desk.tower.clock.at += 3 * DAY
    await desk.tower.services.housekeeping.tidy()
    assert await desk.count("reaction_sends") == 0
