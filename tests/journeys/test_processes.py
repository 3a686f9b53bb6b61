"""Processes that send from one PostgreSQL: killed, and stopped for longer than others wait."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from asyncio.subprocess import Process
from base64 import b64encode
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from sandbox.demo.people import add_people
from sandbox.kakao import LocalKakao
from storage.deliveries import DeliveryState
from storage.workers import DEAD_AFTER
from tests.support.outbox import MINJI, Clock, World, card, opened
from tests.support.world import ROOT, until

FRIENDS = ("준호", "서연")
SENT, UNKNOWN = DeliveryState.SENT, DeliveryState.UNKNOWN
UNDER_WAY = {DeliveryState.QUEUED, DeliveryState.SENDING}


@dataclass
class Senders:
    """Somebody who accepts, and processes that send."""

    world: World
    settings: dict[str, str]

    @asynccontextmanager
    async def process(self) -> AsyncIterator[Process]:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.support.sending",
            cwd=ROOT,
            env=self.settings,
            stdout=subprocess.PIPE,
        )
        try:
            assert process.stdout is not None
            assert await process.stdout.readline() == b"ready\n"
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()

    async def accept(self, text: str) -> None:
        self.world.clock.at = time.time()
        await self.world.to_me(card(text))
        await self.world.to_friends(*FRIENDS, card=card(text))

    async def settled(self, seconds: float) -> Counter[tuple[str, DeliveryState]]:
        """Wait until nothing is under way any more, and count how all of it ended."""
        async with asyncio.timeout(seconds):
            while True:
                rows = await self.world.deliveries.last(MINJI, 1000)
                if not any(row.state in UNDER_WAY for row in rows):
                    return Counter((row.chat, row.state) for row in rows)
                await asyncio.sleep(0.1)

    async def stuck(self) -> bool:
        """Tell whether something is under way, and still is a moment later."""
        await asyncio.sleep(0.5)
        rows = await self.world.deliveries.last(MINJI, 1000)
        return any(row.state is DeliveryState.SENDING for row in rows)

    def most(self, *names: str) -> int:
        """How often a card came to one of these, at most."""
        return max(times for (_, name), times in self.world.arrived().items() if name in names)


@pytest.fixture
async def senders(postgresql: str, tmp_path: Path) -> AsyncIterator[Senders]:
    kakao, clock = LocalKakao(add_people), Clock(time.time())
    limits = kakao.switches
    limits.pair_per_day = limits.sender_per_day = limits.recipient_per_day = 10_000
    async with kakao.serve(), opened(kakao, kakao.url, tmp_path, clock, url=postgresql) as world:
        await world.link()
        sends = {"ROLES": "sender"}
        plenty = sends | {
            f"KAKAO_{kind}_DAILY": "10000" for kind in ("PAIR", "SENDER", "RECIPIENT")
        }
        settings = plenty | {
            "PATH": os.environ["PATH"],
            "DISCORD_TOKEN": "none",
            "KAKAO_REST_API_KEY": kakao.app.rest_api_key,
            "KAKAO_CLIENT_SECRET": kakao.app.client_secret,
            "KAKAO_AUTH_URL": kakao.url,
            "KAKAO_API_URL": kakao.url,
            "PUBLIC_URL": "http://127.0.0.1:1",
            "DATABASE_URL": postgresql,
            "TOKEN_KEYS": b64encode(b"k" * 32).decode(),
        }
        yield Senders(world, settings)


async def test_what_a_killed_process_was_sending_is_settled_within_seconds(
    senders: Senders,
) -> None:
    kakao = senders.world.kakao
    async with senders.process() as first, senders.process() as second:
        second.send_signal(signal.SIGSTOP)
        kakao.slow(30)
        await senders.accept("killed")
        await until(lambda: len(kakao.outbox) == 1 + len(FRIENDS))
        first.kill()
        killed_at = time.monotonic()
        kakao.slow(0)
        second.send_signal(signal.SIGCONT)
        ended = await senders.settled(30)
    assert time.monotonic() - killed_at < 2 * DEAD_AFTER
    assert ended == {("me", SENT): 1, ("friend", UNKNOWN): 2}
    assert senders.world.arrived() == {
        ("killed", "민지"): 2,
        ("killed", "준호"): 1,
        ("killed", "서연"): 1,
    }


async def test_an_allowance_of_20_stays_20_whoever_sends(senders: Senders) -> None:
    senders.settings["KAKAO_PAIR_DAILY"] = "20"
    async with senders.process(), senders.process():
        for number in range(30):
            await senders.world.to_me(card(f"{number}"))
        await until(lambda: len(senders.world.kakao.outbox) >= 20, 30)
        await asyncio.sleep(2)
    assert len(senders.world.kakao.outbox) == 20
    assert set(senders.world.arrived().values()) == {1}
    used = await senders.world.database.all(text("SELECT sent FROM allowances WHERE kind='pair'"))
    assert [row["sent"] for row in used] == [20]


async def test_a_process_that_is_stopped_at_random_and_continued_sends_nothing_twice_to_friends(
    senders: Senders,
) -> None:
    kakao, chance, accepted = senders.world.kakao, random.Random(5), 0
    async with senders.process() as first, senders.process():
        kakao.slow(0.1)
        while not await senders.stuck():
            first.send_signal(signal.SIGCONT)
            for _ in range(5):
                accepted += 1
                await senders.accept(f"{accepted}")
            await asyncio.sleep(chance.uniform(0, 0.1))
            first.send_signal(signal.SIGSTOP)
        await senders.settled(DEAD_AFTER + 10)
        first.send_signal(signal.SIGCONT)
        await asyncio.sleep(0.5)
        await senders.accept("afterwards")
        ended = await senders.settled(10)
    assert senders.most(*FRIENDS) == 1
    assert senders.most("민지") <= 2
    assert ended.total() == 3 * (accepted + 1)
    assert set(ended) <= {("me", SENT), ("friend", SENT), ("friend", UNKNOWN), ("me", UNKNOWN)}
