"""The soak: a short one finds nothing, and whatever grows without end is found."""

from dataclasses import replace

import pytest

from sandbox.demo.soak import BOUNDS, MEBIBYTE, Sample, growing, soak

STEADY = [
    Sample(
        seconds=number,
        acts=10 * number,
        memory=100.0 * MEBIBYTE + 1000 * (number % 7),
        descriptors=20.0 + number % 3,
        tasks=30.0 + number % 5,
        database=40.0 * MEBIBYTE,
        log=1000.0 * number,
    )
    for number in range(60)
]


async def test_some_seconds_of_everything_need_no_more_and_no_more() -> None:
    lines: list[str] = []
    assert await soak(0.05, lines.append) == 0, lines
    columns, first, *_, last, summary = (line.split() for line in lines)
    assert columns == ["seconds", "acts", "memory", "descriptors", "tasks", "database", "log"]
    assert all(float(value.replace(",", "")) > 0 for value in (*first[2:], *last))
    assert "cards arrived" in " ".join(summary)


def test_what_stays_as_it_is_does_not_grow() -> None:
    assert list(growing(STEADY)) == []


@pytest.mark.parametrize("name", BOUNDS)
def test_what_grows_with_time_is_named(name: str) -> None:
    first = getattr(STEADY[0], name)
    samples = [
        replace(one, **{name: first * (1 + number / 20)}) for number, one in enumerate(STEADY)
    ]
    [fault] = growing(samples)
    assert fault.startswith(f"{name} grows")


def test_a_log_that_says_too_much_is_named() -> None:
    samples = [replace(one, log=100_000.0 * number) for number, one in enumerate(STEADY)]
    [fault] = growing(samples)
    assert fault.startswith("log grows")


def test_what_is_taken_at_the_start_and_kept_is_no_growth() -> None:
    samples = [
        replace(one, memory=100.0 * MEBIBYTE * (1 + (number > 10)))
        for number, one in enumerate(STEADY)
    ]
    assert list(growing(samples)) == []
