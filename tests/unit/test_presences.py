"""Who may hear when somebody comes into voice, whatever all of them do before."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import DiscordAway, Expired
from bot.services.clock import DAY
from bot.services.privacy.presences import OptedOut, TooManyAsked
from storage.presences import Presence, PresenceState
from storage.subscriptions import SubscriptionKind
from tests.support.watching import GUILD, HighlightsWorld, open_tower

ASKER, OTHER, WATCHED = 21, 22, 23
Act = Callable[["Village"], Coroutine[Any, Any, None]]


class Door:
    """A way to direct messages that may be closed, or lead to a Discord that is away."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.is_open, self.is_away = True, False

    async def can_ask(self, question: Presence) -> bool:
        return question.guild_id == GUILD

    async def ask(self, question: Presence) -> bool:
        if self.is_away:
            raise DiscordAway
        self.asked.append(question.asker_id)
        return self.is_open


class Village:
    """The services, and what the member who is watched has said last to whom."""

    def __init__(self, tower: HighlightsWorld) -> None:
        self.services, self.clock, self.door = tower.services, tower.clock, Door()
        self.services.presence_asking.attach(self.door)
        self.allowed: dict[int, bool] = {}
        self.is_out = False

    async def wish(self, asker_id: int) -> None:
        await self.services.presences.wish(asker_id, WATCHED, GUILD)
        await self.services.subscriptions.add(
            asker_id, GUILD, SubscriptionKind.PERSON, watched_id=WATCHED
        )
        self.allowed.setdefault(asker_id, False)

    async def answer(self, asker_id: int, *, yes: bool) -> None:
        with suppress(Expired, OptedOut):
            await self.services.presences.answer(WATCHED, asker_id, GUILD, yes=yes)
            self.allowed[asker_id] = yes

    async def opt_out(self, *, on: bool) -> None:
        await self.services.privacy.opt_out(WATCHED, on=on)
        if on:
            self.allowed = dict.fromkeys(self.allowed, False)

    async def erase(self, member_id: int) -> None:
        await self.services.privacy.delete(member_id)
        self.allowed = {} if member_id == WATCHED else self.allowed
        self.allowed.pop(member_id, None)

    async def check(self) -> None:
        found = {one: await self._is_allowed(one) for one in (ASKER, OTHER)}
        assert found == {one: self.allowed.get(one, False) for one in found}
        held = await self.services.presences.of_member(WATCHED)
        assert {one.asker_id for one in held} == self.allowed.keys()

    async def _is_allowed(self, asker_id: int) -> bool:
        return await self.services.presences.is_allowed(GUILD, WATCHED, asker_id)


async def _ask(village: Village) -> None:
    await village.services.presence_asking.ask_all()


ACTS: list[Act] = [
    lambda one: one.wish(ASKER),
    lambda one: one.wish(OTHER),
    lambda one: one.answer(ASKER, yes=True),
    lambda one: one.answer(ASKER, yes=False),
    lambda one: one.answer(OTHER, yes=True),
    lambda one: one.opt_out(on=True),
    lambda one: one.opt_out(on=False),
    lambda one: one.erase(WATCHED),
    lambda one: one.erase(ASKER),
    _ask,
]


async def _live(folder: Path, acts: list[Act]) -> None:
    async with open_tower(folder) as tower:
        village = Village(tower)
        for act in acts:
            await act(village)
            await village.check()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(ACTS), max_size=12))
def test_somebody_may_hear_of_a_member_if_and_only_if_that_was_their_last_word(
    migrated: Path, acts: list[Act]
) -> None:
    with tempfile.TemporaryDirectory(dir=migrated.parent) as folder:
        shutil.copy(migrated, folder)
        asyncio.run(_live(Path(folder), acts))


@pytest.fixture
async def village(tmp_path: Path, migrated: Path) -> Any:  # noqa: ANN401 - pytest's generators
    shutil.copy(migrated, tmp_path)
    async with open_tower(tmp_path) as tower:
        yield Village(tower)


async def state(village: Village, asker_id: int = ASKER) -> PresenceState:
    return (await village.services.presences.of_asker(asker_id, GUILD))[WATCHED]


async def test_a_question_that_may_not_have_come_is_asked_again_and_an_answer_stands(
    village: Village,
) -> None:
    asking = village.services.presence_asking
    await village.wish(ASKER)
    village.door.is_away = True
    assert not await asking.ask_all()
    assert await state(village) is PresenceState.WAITING
    village.door.is_away = False
    assert await asking.ask_all()
    assert await state(village) is PresenceState.ASKED
    await village.answer(ASKER, yes=True)
    assert await asking.ask_all()
    assert (await state(village), village.door.asked) == (PresenceState.ALLOWED, [ASKER])


async def test_closed_messages_are_tried_once_a_day_when_somebody_asks_again(
    village: Village,
) -> None:
    village.door.is_open = False
    for _ in range(2):
        await village.wish(ASKER)
        await village.services.presence_asking.ask_all()
        assert await state(village) is PresenceState.CLOSED
    assert village.door.asked == [ASKER]
    village.clock.at += DAY
    await village.wish(ASKER)
    await village.services.presence_asking.ask_all()
    assert village.door.asked == [ASKER, ASKER]


async def test_nobody_asks_more_by_erasing_themselves_and_nobody_is_asked_for_nothing(
    village: Village,
) -> None:
    subscriptions = village.services.subscriptions
    await village.wish(OTHER)
    [one] = await subscriptions.of(OTHER, GUILD)
    await subscriptions.remove(OTHER, one.id)
    await village.services.presence_asking.ask_all()
    assert village.door.asked == []
    for _ in range(7):
        await village.wish(ASKER)
        await village.services.presence_asking.ask_all()
        await village.erase(ASKER)
    assert len(village.door.asked) == 5
    village.clock.at += 3 * DAY
    await village.services.housekeeping.tidy()
    assert await village.services.presences.of_member(WATCHED) == []


async def test_ten_a_day_may_be_asked_and_who_leaves_is_forgotten_in_both_roles(
    village: Village,
) -> None:
    presences = village.services.presences
    for number in range(10):
        await presences.wish(ASKER, 100 + number, GUILD)
    with pytest.raises(TooManyAsked):
        await presences.wish(ASKER, 999, GUILD)
    await presences.wish(ASKER, 100, GUILD)
    village.clock.at += DAY + 1
    await presences.wish(ASKER, WATCHED, GUILD)
    await village.wish(OTHER)
    assert (GUILD, WATCHED) in await village.services.leaving._store.present()
    await village.services.leaving._forget_member(ASKER, GUILD)
    assert await presences.of_asker(ASKER, GUILD) == {}
    await village.services.leaving._forget_member(WATCHED, GUILD)
    assert await presences.of_asker(OTHER, GUILD) == {}
    assert await village.services.subscriptions.of(OTHER, GUILD) == []
