"""`python -m sandbox.demo.soak MINUTES`: a lively village for a while, and what Kkachi needs then.

Rules fire, messages are edited and deleted, the gateway breaks, Kakao stumbles, and every round an
hour passes on all clocks, so that tokens are refreshed, days change and what is old is erased. It
ends with status 1 when something grows without bound: see `BOUNDS`.
"""

import argparse
import asyncio
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from statistics import mean

from aiohttp import ClientSession

from sandbox.demo.demo import Demo, Options, open_demo
from sandbox.demo.linking import link_account
from sandbox.demo.visit import CHANNEL, FRIEND, TO_ME, VISITOR
from sandbox.discord import Message

MEBIBYTE = 1024 * 1024
HOUR = 3600.0
READY_WITHIN = 60.0
ROUND_SECONDS = 0.2
SAMPLES = 12
"""How often is looked at the least."""
WORDS = ("소나기", "무지개", "우산")
LINKED = (VISITOR, "서연", "지우")
PLENTY = {f"KAKAO_{kind}_DAILY": "1000000" for kind in ("APP", "SENDER", "RECIPIENT", "PAIR")}
SETTINGS = PLENTY | {"KEEP_TEXTS_DAYS": "1", "KEEP_RECEIPTS_DAYS": "1"}
IN_METRICS = {
    "process_resident_memory_bytes": "memory",
    "process_open_fds": "descriptors",
    "kkachi_tasks": "tasks",
}


@dataclass(frozen=True, slots=True)
class Sample:
    """What Kkachi needs at a moment; sizes in bytes, `acts` is what has happened so far."""

    seconds: float
    acts: int
    memory: float
    descriptors: float
    tasks: float
    database: float
    log: float


@dataclass(frozen=True, slots=True)
class Bound:
    """How much more something may be in the last third of the time than in the second."""

    share: float
    more: float

    def allows(self, before: float, after: float) -> bool:
        """Tell whether this growth can be chance."""
        return after <= before * (1 + self.share) + self.more


BOUNDS: Mapping[str, Bound] = {
    "memory": Bound(0.1, 8 * MEBIBYTE),
    "descriptors": Bound(0, 8),
    "tasks": Bound(0, 16),
    "database": Bound(0.1, 8 * MEBIBYTE),
}
LOG_AN_ACT = 2048.0
"""A log never ends; it may grow by so many bytes for everything that happens."""


def growing(samples: Sequence[Sample]) -> Iterator[str]:
    """Yield what grows without bound, in words."""
    third = len(samples) // 3
    middle, last = samples[third : 2 * third], samples[-third:]
    for name, bound in BOUNDS.items():
        before, after = (mean(getattr(one, name) for one in some) for some in (middle, last))
        if not bound.allows(before, after):
            yield f"{name} grows: {before:,.0f} in the second third, {after:,.0f} in the last"
    logged = (samples[-1].log - samples[third].log) / max(1, samples[-1].acts - samples[third].acts)
    if logged > LOG_AN_ACT:
        yield f"log grows: {logged:,.0f} bytes for everything that happens"


class Village:
    """People who never rest; `acts` counts what they have done."""

    def __init__(self, demo: Demo) -> None:
        self._demo = demo
        self._discord, self._kakao = demo.discord, demo.kakao
        self._friend = demo.discord.person(FRIEND)
        self.acts = self.rounds = 0

    async def move_in(self) -> None:
        """Let some link their accounts and set up rules."""
        switches = self._kakao.switches
        switches.app_per_day = switches.pair_per_day = 1_000_000
        switches.sender_per_day = switches.recipient_per_day = 1_000_000
        for name, word in zip(LINKED, WORDS, strict=True):
            person = self._discord.person(name)
            asked = await person.slash(CHANNEL, "kakao link")
            await link_account(self._kakao, person, name, asked)
            await person.slash(CHANNEL, "highlight add", word=word)
            await person.slash(CHANNEL, "highlight me", what="mention")

    async def round(self) -> None:
        """Live for a moment; then an hour is over."""
        self.rounds += 1
        said = [await self._say(f"{word} {self.rounds}: 다들 어디예요?") for word in WORDS]
        await self._friend.edit(said[0], f"{WORDS[0]} 대신 {WORDS[1]} {self.rounds}")
        await self._friend.delete(await self._say(f"{WORDS[2]}은 못 본 걸로 해요"))
        self.acts += 2
        await self._happen(said[1])
        for clock in (self._discord.world, self._kakao, self._demo.bot):
            clock.advance(HOUR)

    async def _say(self, text: str) -> Message:
        self.acts += 1
        return await self._friend.say(CHANNEL, text)

    async def _happen(self, message: Message) -> None:
        """Do what is done now and then, by the number of the round."""
        if self.rounds % 3 == 0:
            await self._discord.person(VISITOR).menu(CHANNEL, TO_ME, message)
            self.acts += 1
        if self.rounds % 7 == 0:
            await self._discord.drop_gateway(resumable=self.rounds % 2 == 0)
            await self._discord.connected()
        if self.rounds % 11 == 0:
            self._kakao.fail_next(2)
        if self.rounds % 30 in {0, 2}:
            self._kakao.down(self.rounds % 30 == 0)


class Watch:
    """Looks at the bot from outside, as its operator could."""

    def __init__(self, demo: Demo, village: Village, http: ClientSession) -> None:
        self._demo = demo
        self._village = village
        self._http = http
        self._clock = asyncio.get_running_loop().time
        self._began = self._clock()
        self._file = Path(demo.environment["DATABASE_URL"].partition(":///")[2])

    @property
    def seconds(self) -> float:
        """For how long it has been watched."""
        return self._clock() - self._began

    async def look(self) -> Sample:
        """Take a sample."""
        async with self._http.get(f"{self._demo.environment['PUBLIC_URL']}/metrics") as response:
            response.raise_for_status()
            lines = (await response.text()).splitlines()
        found = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        files = self._file.parent.glob(f"{self._file.name}*")
        return Sample(
            seconds=self.seconds,
            acts=self._village.acts,
            database=sum(file.stat().st_size for file in files),
            log=self._demo.bot.logged,
            **{name: float(found[metric]) for metric, name in IN_METRICS.items()},
        )


async def soak(minutes: float, say: Callable[[str], None]) -> int:
    """Let the village live for so long; returns the exit status."""
    async with open_demo(Options(port=0, settings=SETTINGS)) as demo, ClientSession() as http:
        async with asyncio.timeout(READY_WITHIN):
            await demo.bot.ready.wait()
        village = Village(demo)
        await village.move_in()
        samples = await _live(minutes * 60, village, Watch(demo, village, http), say)
        cards, state = len(demo.kakao.outbox), demo.bot.state
    say(f"{village.rounds:,} rounds, {village.acts:,} acts, {cards:,} cards arrived")
    faults = [*growing(samples), *([] if cards else ["no card arrived"])]
    faults += [] if state == "ready" else [f"the bot is {state}"]
    for fault in faults:
        say(f"✗ {fault}")
    return int(bool(faults))


async def _live(
    seconds: float, village: Village, watch: Watch, say: Callable[[str], None]
) -> list[Sample]:
    """Live and look in turn, and say every minute what is needed."""
    samples = [await watch.look()]
    say("  ".join(f"{field.name:>11}" for field in fields(Sample)))
    _tell(samples[0], say)
    told = 0.0
    while watch.seconds < seconds or len(samples) < SAMPLES:
        await village.round()
        await asyncio.sleep(ROUND_SECONDS)
        samples.append(await watch.look())
        if watch.seconds >= told + 60:
            told = watch.seconds
            _tell(samples[-1], say)
    _tell(samples[-1], say)
    return samples


def _tell(sample: Sample, say: Callable[[str], None]) -> None:
    say("  ".join(f"{value:>11,.0f}" for value in astuple(sample)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.demo.soak", description=__doc__)
    parser.add_argument("minutes", type=float, nargs="?", default=5.0)
    return asyncio.run(soak(parser.parse_args(arguments).minutes, _say))


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - this is the command line


if __name__ == "__main__":
    sys.exit(main())
