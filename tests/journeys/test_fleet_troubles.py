"""Two processes of each role in random trouble, while members go on forwarding.

Each seed is a round of its own: which troubles come, when, and to whom. SEEDS=1,2,3 plays others.
"""

import asyncio
import os
import re
import signal
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

import pytest
import pytest_asyncio

from sandbox.discord import Person, Reply
from sandbox.kakao import Message
from storage.workers import DEAD_AFTER
from tests.support.fleet import Fleet, open_fleet
from tests.support.postgres import Cluster

SEEDS = [int(seed) for seed in os.environ.get("SEEDS", "18").split(",")]
MEMBERS, FRIEND, SPEAKER = ("민지", "지우"), "준호", "하준"
TO_ME, TO_FRIEND = 14, 24
ALLOWANCE = 20
TROUBLES, TRIES = 7, 8
PATIENCE = 60.0
SLOW = 0.3  # so that something is under way whenever a trouble comes
SENDERS = ("sender 1", "sender 2")
ALL = ("gateway 0", "gateway 1", *SENDERS, "web 1", "web 2")
NUMBER = re.compile(r"소식 (\d+)번")
SAID = "보냈어요"
CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE :asked
"""
# What the connection that listens has asked last.
LISTENING = "%pg_snapshot_xmin%"
UNDER_WAY = """
SELECT count(*) FROM deliveries
WHERE state IN ('queued', 'sending', 'parked')
"""
ENDED = "SELECT chat, state, reason, count(*) FROM deliveries GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
COUNTED = "SELECT max(sent) FROM allowances WHERE kind = 'pair'"
BROKEN = "SELECT count(*) FROM links WHERE broken_at IS NOT NULL"
NEW_DAY = ("DELETE FROM deliveries", "DELETE FROM allowances")
Act = Callable[[], Coroutine[Any, Any, None]]
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def fleet(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Fleet]:
    folder = tmp_path_factory.mktemp("fleet")
    async with cluster.database() as url, open_fleet(url, folder) as fleet:
        fleet.world.settings["KAKAO_PAIR_DAILY"] = str(ALLOWANCE)
        fleet.begin_two_of_each()
        await fleet.until_healthy()
        for name in MEMBERS:
            await fleet.world.link(name)
        await agrees_to_friends(fleet, "민지")
        fleet.world.kakao.slow(SLOW)
        yield fleet


async def agrees_to_friends(fleet: Fleet, name: str) -> None:
    person, room = fleet.world.discord.person(name), fleet.room(fleet.village)
    said = await person.say(room, "친구에게")
    consent = await person.menu(room, "Send to Kakao friends", said)
    await fleet.world.follow(consent, name)


@dataclass
class Round:
    """What members do, what happens to the processes meanwhile, and what came of it."""

    fleet: Fleet
    chance: Random
    answers: dict[int, Reply] = field(default_factory=dict)
    busy: set[str] = field(default_factory=set)
    log: list[str] = field(default_factory=list)

    # what members do

    async def acts(self) -> list[Act]:
        """Prepare all that members do, in random order."""
        panels = [await self._panel(TO_ME * len(MEMBERS) + number) for number in range(TO_FRIEND)]
        acts: list[Act] = [partial(self._press, number, panel) for number, panel in panels]
        for place, name in enumerate(MEMBERS):
            first = place * TO_ME
            acts += [partial(self._forward, first + number, name) for number in range(TO_ME)]
        self.chance.shuffle(acts)
        return acts

    async def _panel(self, number: int) -> tuple[int, Reply]:
        minji, room = self._person("민지"), self.fleet.room(self.fleet.village)
        said = await self._person(SPEAKER).say(room, f"소식 {number}번")
        panel = await minji.menu(room, "Send to Kakao friends", said)
        return number, await minji.choose(panel, "친구 고르기", [f"★ {FRIEND}"])

    async def _press(self, number: int, panel: Reply) -> None:
        pressing = partial(self._person("민지").press, panel, "보내기 (1)")
        self.answers[number] = await insists(pressing)

    async def _forward(self, number: int, name: str) -> None:
        fleet = self.fleet
        room = fleet.room(self.chance.choice([fleet.village, fleet.beyond]))
        said = await self._person(SPEAKER).say(room, f"소식 {number}번")
        sending = partial(self._person(name).menu, room, "Send to my KakaoTalk", said)
        self.answers[number] = await insists(sending)

    def _person(self, name: str) -> Person:
        return self.fleet.world.discord.person(name)

    # what happens meanwhile

    async def trouble(self) -> None:
        """Let one trouble come, and pass; never two to the same process."""
        troubles = [self._kill, self._kill, self._stop, self._cut_listeners, self._cut_all]
        happens = self.chance.choice([*troubles, self._expire])
        self.log.append(happens.__name__)
        await happens()

    async def _kill(self) -> None:
        await self._to_one_of(ALL, self._killed)

    async def _killed(self, name: str) -> None:
        await self.fleet.kill(name)
        await asyncio.sleep(self.chance.uniform(0, 1.5))
        self.fleet.begin_anew(name)
        await self.fleet.until_healthy(name)

    async def _stop(self) -> None:
        await self._to_one_of(SENDERS, self._stopped)

    async def _stopped(self, name: str) -> None:
        self.fleet.signal(name, signal.SIGSTOP)
        await asyncio.sleep(self.chance.uniform(1.0, DEAD_AFTER + 1.5))
        self.fleet.signal(name, signal.SIGCONT)

    async def _to_one_of(
        self, names: tuple[str, ...], happens: Callable[[str], Awaitable[None]]
    ) -> None:
        free = [name for name in names if name not in self.busy]
        if free:
            name = self.chance.choice(free)
            self.log.append(name)
            self.busy.add(name)
            await happens(name)
            self.busy.discard(name)

    async def _cut_listeners(self) -> None:
        await self.fleet.rows(CUT, asked=LISTENING)

    async def _cut_all(self) -> None:
        await self.fleet.rows(CUT, asked="%")

    async def _expire(self) -> None:
        kakao = self.fleet.world.kakao
        for name in MEMBERS:
            kakao.expire_access_tokens(kakao.account(name))

    async def play(self) -> None:
        """Let members act while troubles come, and all of it end."""
        acts = await self.acts()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._spread(group, acts, 0.25))
            group.create_task(self._spread(group, [self.trouble] * TROUBLES, 2.0))
        await self.fleet.until_healthy()
        async with asyncio.timeout(PATIENCE):
            while (await self.fleet.rows(UNDER_WAY))[0][0]:  # noqa: ASYNC110 - other processes
                await asyncio.sleep(0.2)

    async def _spread(self, group: asyncio.TaskGroup, acts: Sequence[Act], longest: float) -> None:
        for act in acts:
            group.create_task(act())
            await asyncio.sleep(self.chance.uniform(0, longest))

    # what came of it

    def arrived(self) -> Counter[tuple[int, bool]]:
        """Count the cards by the number of what they carry, and whether a friend got them."""
        return Counter(
            (number, card.to_friend)
            for card in self.fleet.world.kakao.outbox
            for number in numbers(card)
        )

    def lost(self) -> set[int]:
        """What members have read to be sent, and nobody got."""
        told = {number: reply.message for number, reply in self.answers.items()}
        promised = {one for one, message in told.items() if message and SAID in message.text}
        return promised - {number for number, _ in self.arrived()}


async def insists(act: Callable[[], Awaitable[Reply]]) -> Reply:
    """Do something again while nobody answers, as people do."""
    for _ in range(TRIES):
        reply = await act()
        if reply.failed is None:
            break
        await asyncio.sleep(1)
    return reply


def numbers(card: Message) -> set[int]:
    return {int(number) for number in NUMBER.findall(str(card.template))}


@pytest.mark.parametrize("seed", SEEDS)
async def test_whatever_happens_nothing_is_lost_stuck_beyond_the_allowance_or_twice_with_a_friend(
    fleet: Fleet, seed: int
) -> None:
    for statement in NEW_DAY:
        await fleet.change(statement)
    fleet.world.kakao.outbox.clear()
    played = Round(fleet, Random(seed))
    try:
        await played.play()
    finally:
        # pytest shows it of what fails
        print(f"seed {seed}: {played.log}", await fleet.rows(ENDED))  # noqa: T201
    arrived = played.arrived()
    assert played.lost() == set()
    friends = [times for (_, is_friends), times in arrived.items() if is_friends]
    assert set(friends) == {1}
    assert len(friends) <= ALLOWANCE
    assert max(arrived.values()) <= 2
    assert (await fleet.rows(COUNTED))[0][0] <= ALLOWANCE
    assert (await fleet.rows(BROKEN))[0][0] == 0
    assert fleet.world.discord.problems == []
