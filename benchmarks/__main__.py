"""Runs every benchmark, or those named on the command line, and says where and of what."""

import argparse
import asyncio
import gc
import os
import platform
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path

from benchmarks.certificate import certified
from benchmarks.measure import BoundsMissed

BENCHMARKS = (
    *("deliveries", "writer", "transport", "words", "matching", "handler", "patterns"),
    *("planning", "dispatching", "million", "start", "loading"),
)
Benchmark = Callable[[], Awaitable[None]]
CPU_INFO = Path("/proc/cpuinfo")


def machine() -> str:
    """Name the processor, how much of it there is and how busy it was."""
    lines = CPU_INFO.read_text().splitlines() if CPU_INFO.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    processor = names[0] if names else platform.processor() or platform.machine()
    busy = os.getloadavg()[0]
    return (
        f"{processor}, {os.cpu_count()} cores, load {busy:.1f} before; "
        f"{platform.system()}, Python {platform.python_version()}"
    )


def commit() -> str:
    """Name the code that is measured; + is what is not committed yet."""
    command = ["git", "describe", "--always", "--dirty=+", "--exclude=*"]
    done = subprocess.run(  # noqa: S603 - reads only
        command, capture_output=True, text=True, check=False, cwd=Path(__file__).parent
    )
    return done.stdout.strip() or "unknown"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; gives the exit status."""
    options = _parser().parse_args(arguments)
    print(f"Machine: {machine()}\nCommit: {commit()}")
    certified()
    benchmarks = _benchmarks(options.names or BENCHMARKS, brief=options.brief)
    # As Kkachi itself does before it begins.
    gc.freeze()
    missed = asyncio.run(run(benchmarks))
    if options.brief or not missed:
        return 0
    print("\nMissed bounds:", *missed, sep="\n  ")
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure Kkachi beside other ways; print ratios."
    )
    parser.add_argument(
        "names",
        nargs="*",
        type=_name,
        metavar="NAME",
        help=f"what to measure instead of all: {', '.join(BENCHMARKS)}",
    )
    parser.add_argument(
        "--brief",
        action="store_true",
        help="run each for a moment only, to see that it works; no bound is judged",
    )
    return parser


def _name(given: str) -> str:
    if given not in BENCHMARKS:
        raise argparse.ArgumentTypeError(f"{given!r} is none of {', '.join(BENCHMARKS)}")
    return given


def _benchmarks(names: Sequence[str], *, brief: bool) -> dict[str, Benchmark]:
    found = {name: import_module(f"benchmarks.{name}") for name in names}
    return {
        name: partial(one.main, one.BRIEF if brief else one.FULL) for name, one in found.items()
    }


async def run(benchmarks: Mapping[str, Benchmark]) -> list[str]:
    """Run all of these; gives the bounds that are missed, each with whose it is."""
    missed = []
    for name, benchmark in benchmarks.items():
        try:
            await benchmark()
        except BoundsMissed as error:
            missed.append(f"{name}: {error}")
    return missed


if __name__ == "__main__":
    sys.exit(main())
