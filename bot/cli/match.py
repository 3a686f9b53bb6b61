"""`python -m bot match`: the word rule over JSON lines, without settings or servers."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli.exit import give_up
from bot.services.highlights.matching.words import hit

STANDARD_INPUT = "-"
File = Annotated[
    str, typer.Argument(metavar="FILE", help='Lines of {"keyword": …, "text": …}; - for stdin.')
]


class NotAPair(ValueError):
    """A line that is not `{"keyword": …, "text": …}`; its text says where and why."""


def match(file: File) -> None:
    """Print each line with "hit": whether its text has the keyword as a word."""
    try:
        with (
            nullcontext(sys.stdin.buffer) if file == STANDARD_INPUT else Path(file).open("rb")
        ) as lines:
            for line in judged(lines):
                sys.stdout.buffer.write(line + b"\n")
    except OSError as error:
        give_up(f"{file}: {error.strerror}")
    except NotAPair as mistake:
        give_up(f"{file}, {mistake}")


def judged(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield every object with `hit` added; blank lines are passed over."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            pair = _read(line, number)
            yield _written({**pair, "hit": hit(pair["keyword"], pair["text"])})


def _read(line: bytes, number: int) -> dict[str, Any]:
    try:
        pair = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as mistake:
        raise NotAPair(f"line {number}: not UTF-8") from mistake
    except json.JSONDecodeError as mistake:
        reason = f"{mistake.msg} at column {mistake.colno}"
        raise NotAPair(f"line {number}: not JSON ({reason})") from mistake
    except RecursionError as mistake:
        raise NotAPair(f"line {number}: nested too deeply") from mistake
    if not isinstance(pair, dict):
        raise NotAPair(f"line {number}: not a JSON object")
    for key in ("keyword", "text"):
        if not isinstance(pair.get(key), str):
            raise NotAPair(f'line {number}: "{key}" is missing or not a string')
    return pair


def _written(pair: dict[str, Any]) -> bytes:
    try:
        return json.dumps(pair, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # half of a surrogate pair exists only as its escape
        return json.dumps(pair).encode()
