"""Runs the sides of a comparison in turn and prints medians and the ratio."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

Side = Callable[[], Awaitable[int]]


class BoundsMissed(Exception):
    """What was measured is not as is wanted; says in what."""


def judge(missed: Mapping[str, bool]) -> None:
    """Raise BoundsMissed with the names of all bounds that are missed."""
    names = [name for name, is_missed in missed.items() if is_missed]
    if names:
        raise BoundsMissed("; ".join(names))


@dataclass(frozen=True)
class Rate:
    """Units a second and CPU seconds a unit: the medians over all rounds."""

    per_second: float
    cpu: float


async def _once(side: Side) -> Rate:
    wall, cpu = time.perf_counter(), time.process_time()
    units = await side()
    return Rate(units / (time.perf_counter() - wall), (time.process_time() - cpu) / units)


async def _compare(sides: dict[str, Side], rounds: int) -> dict[str, Rate]:
    found: dict[str, list[Rate]] = {name: [] for name in sides}
    for side in sides.values():  # to warm up
        await side()
    for _ in range(rounds):
        for name, side in sides.items():
            found[name].append(await _once(side))
    return {
        name: Rate(
            statistics.median(rate.per_second for rate in rates),
            statistics.median(rate.cpu for rate in rates),
        )
        for name, rates in found.items()
    }


async def compare(title: str, unit: str, sides: dict[str, Side], rounds: int) -> None:
    """Print how the first side does against each of the others, measured in turn."""
    rates = await _compare(sides, rounds)
    first, *others = rates
    print(f"\n{title}")
    for name, rate in rates.items():
        print(
            f"  {name:<34} {rate.per_second:>10,.0f} {unit}/s {rate.cpu * 1e6:>8,.0f} µs CPU each"
        )
    for name in others:
        ratio = rates[first].per_second / rates[name].per_second
        cpu = rates[first].cpu / rates[name].cpu
        print(f"  → {ratio:.2f} times the rate of {name} at {cpu:.2f} times its CPU")
    await asyncio.sleep(0)
