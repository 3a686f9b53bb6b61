"""That every benchmark runs: nobody else does between two measurements."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import BENCHMARKS, run
from benchmarks.measure import judge

ROOT = Path(__file__).parents[1]
SIDES = {
    "deliveries": ("Kkachi", "the floor"),
    "writer": ("Kkachi's outbox", "bare aiosqlite"),
    "transport": ("Kkachi", "httpx's own client"),
    "words": ("ours", "ours, no dictionary", r"\b", "substring"),
    "matching": ("ours, the whole step", "word in text.lower()", "the word rule alone"),
    "handler": ("discord.py itself", "Kkachi adds"),
    "patterns": ("in the loop", "beside it"),
    "planning": ("a quiet day", "a lively day"),
    "dispatching": ("500 at a time", "one after another"),
    "million": ("counted in an index", "every row", "in batches", "in one statement"),
    "start": ("Kkachi", "a bot of thirty lines", "kkachi --help", "a Python that does nothing"),
    "loading": ("looked for", "read into dicts"),
}


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(  # noqa: S603 - our own
        command, capture_output=True, text=True, check=False, cwd=ROOT
    )


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_benchmark_gives_a_figure_for_each_side(name: str) -> None:
    done = bench("--brief", name)
    assert done.returncode == 0, done.stderr
    for side in SIDES[name]:
        assert re.search(rf"^ +{re.escape(side)}.* [0-9]", done.stdout, re.MULTILINE), done.stdout


async def test_all_benchmarks_run_whatever_bounds_are_missed() -> None:
    async def slow() -> None:
        judge({"rate": True, "memory": False, "time": True})

    async def quick() -> None:
        judge({"rate": False})

    missed = await run({"first": slow, "second": quick, "third": slow})
    assert missed == ["first: rate; time", "third: rate; time"]


def test_what_is_no_benchmark_is_named_and_what_there_is_listed() -> None:
    done = bench("--brief", "matching", "macthing")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1].endswith(f"'macthing' is none of {', '.join(BENCHMARKS)}")


def test_the_help_lists_the_benchmarks() -> None:
    done = bench("--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert ", ".join(BENCHMARKS) in " ".join(done.stdout.split())
