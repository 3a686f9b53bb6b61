"""Runs every benchmark, or those named on the command line."""

import asyncio
import sys

from benchmarks import (
    deliveries,
    dispatching,
    handler,
    matching,
    million,
    patterns,
    planning,
    transport,
    words,
    writer,
)

BENCHMARKS = {
    "deliveries": deliveries.main,
    "writer": writer.main,
    "transport": transport.main,
    "words": words.main,
    "matching": matching.main,
    "handler": handler.main,
    "patterns": patterns.main,
    "planning": planning.main,
    "dispatching": dispatching.main,
    "million": million.main,
}


async def run(names: list[str]) -> None:
    for name in names:
        await BENCHMARKS[name]()


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1:] or list(BENCHMARKS)))
