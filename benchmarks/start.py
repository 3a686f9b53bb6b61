"""How long a start takes: until commands are answered, and until the help is printed.

Beside Kkachi a bot of thirty lines on the same libraries (`plain_bot`): both import what they need,
open a SQLite file, serve pages, log in to the same local Discord and register their commands, which
it forgets in between. Beside the help a Python that does nothing.
"""

import asyncio
import base64
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.demo.village import build_village
from sandbox.discord import LocalDiscord

ROOT = Path(__file__).parents[1]
HOST = "127.0.0.1"
WITHIN = 60.0
KEPT = ("PATH", "HOME", "LANG")
KKACHI = ("-m", "bot")
SIDES = {"Kkachi": KKACHI, "a bot of thirty lines": ("-m", "benchmarks.plain_bot")}
HELP = {"kkachi --help": (*KKACHI, "--help"), "a Python that does nothing": ("-c", "pass")}


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    warm_ups: int = 1
    rounds: int = 5


FULL, BRIEF = Size(), Size(warm_ups=0, rounds=1)


@dataclass(frozen=True)
class Took:
    """Seconds of the clock and of the processor."""

    seconds: float
    cpu: float


Ready = Callable[[int], Awaitable[object]]
Start = Callable[[Sequence[str]], Awaitable[Took]]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _environment(discord: LocalDiscord, folder: Path) -> dict[str, str]:
    port = str(_free_port())
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return kept | {
        "PYTHONPATH": str(ROOT),
        "DISCORD_TOKEN": discord.bot_token,
        "DISCORD_API_URL": discord.api_url,
        "KAKAO_REST_API_KEY": "key",
        "KAKAO_CLIENT_SECRET": "secret",
        "PUBLIC_URL": f"http://{HOST}:{port}",
        "WEB_PORT": port,
        "DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'kkachi.db'}",
        "TOKEN_KEYS": base64.b64encode(bytes(32)).decode(),
    }


async def _timed(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path, ready: Ready
) -> Took:
    """Run Python until it is ready; then it is killed, so that nothing more counts."""
    began = time.perf_counter()
    process = subprocess.Popen(  # noqa: ASYNC220, S603 - the two sides
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        await ready(process.pid)
        seconds = time.perf_counter() - began
    finally:
        os.kill(process.pid, signal.SIGKILL)
        _, _, used = await asyncio.to_thread(os.wait4, process.pid, 0)
    return Took(seconds, used.ru_utime + used.ru_stime)


async def _ended(process: int) -> None:
    # Left to be asked what it has used.
    await asyncio.to_thread(os.waitid, os.P_PID, process, os.WEXITED | os.WNOWAIT)


def _starts(discord: LocalDiscord, environment: Mapping[str, str], folder: Path) -> Start:
    async def registered(_: int) -> None:
        await discord.until(
            lambda: discord.gateway.connected and any(True for _ in discord.world.book()), WITHIN
        )

    async def start(arguments: Sequence[str]) -> Took:
        discord.world.books.clear()
        took = await _timed(arguments, environment, folder, registered)
        await discord.until(lambda: not discord.gateway.connected, WITHIN)
        return took

    return start


def _median(took: Sequence[Took]) -> Took:
    return Took(
        statistics.median(one.seconds for one in took), statistics.median(one.cpu for one in took)
    )


async def _compare(
    title: str, sides: Mapping[str, Sequence[str]], start: Start, size: Size
) -> None:
    """Print how long each side takes, by turns: the medians."""
    took: dict[str, list[Took]] = {name: [] for name in sides}
    for _ in range(size.warm_ups):
        for arguments in sides.values():
            await start(arguments)
    for _ in range(size.rounds):
        for name, arguments in sides.items():
            took[name].append(await start(arguments))
    middle = {name: _median(all_of) for name, all_of in took.items()}
    print(f"\n{title}")
    for name, one in middle.items():
        print(f"  {name:<34} {one.seconds:>8.2f} s {one.cpu:>8.2f} s CPU")
    ours, other = middle.values()
    print(
        f"  → {ours.seconds / other.seconds:.1f} times as long as {[*sides][1]},"
        f" at {ours.cpu / other.cpu:.1f} times its CPU"
    )


async def main(size: Size) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with LocalDiscord(build_village).serve() as discord:
            environment = _environment(discord, folder)
            await _compare(
                "Start: from the command to registered commands",
                SIDES,
                _starts(discord, environment, folder),
                size,
            )
        await _compare(
            "The command line's help",
            HELP,
            lambda arguments: _timed(arguments, environment, folder, _ended),
            size,
        )
