"""Runs every benchmark, or those named on the command line, and says where and of what."""

import asyncio
import os
import platform
import subprocess
import sys
from importlib import import_module
from pathlib import Path

from benchmarks.certificate import certified

BENCHMARKS = (
    *("deliveries", "writer", "transport", "words", "matching", "handler", "patterns"),
    *("planning", "dispatching", "million", "start", "loading"),
)
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


async def run(names: list[str]) -> None:
    """Run these."""
    print(f"Machine: {machine()}\nCommit: {commit()}")
    certified()
    for name in names:
        await import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1:] or list(BENCHMARKS)))
