"""How well the word rule reads hard lines, beside other ways; with kiwipiepy if it is there.

That analyser judges what a plain search finds: a hit is a noun that begins and ends as the keyword.
"""

import importlib
import importlib.util
import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.services.highlights.matching import glued
from bot.services.highlights.matching.words import hit

LISTS = Path(__file__).parents[1] / "tests" / "hard_words"
ANALYSER = "kiwipiepy"
Judge = Callable[[str, str], bool]
Line = dict[str, Any]


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    lines: int | None = None
    """Of each list; None for all."""


FULL, BRIEF = Size(), Size(lines=50)


@contextmanager
def without_dictionary() -> Iterator[None]:
    """Let the word rule be as it is where MeCab-ko is not installed."""
    asked = glued.stands_glued
    glued.stands_glued = lambda *_, **__: False
    try:
        yield
    finally:
        glued.stands_glued = asked


def forget_words() -> None:
    """Let every word be new to the word rule."""
    for function in vars(glued).values():
        if hasattr(function, "cache_clear") and function.__module__ == glued.__name__:
            function.cache_clear()


def _alone(keyword: str, text: str) -> bool:
    with without_dictionary():
        return hit(keyword, text)


def _in_bounds(keyword: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(keyword)}\b", text, re.IGNORECASE) is not None


def _in(keyword: str, text: str) -> bool:
    return keyword.lower() in text.lower()


def _analysers() -> dict[str, Judge]:
    if importlib.util.find_spec(ANALYSER) is None:
        return {}
    kiwi: Any = importlib.import_module(ANALYSER).Kiwi()

    def analysed(keyword: str, text: str) -> bool:
        starts = {match.start() for match in re.finditer(re.escape(keyword), text)}
        tokens = kiwi.tokenize(text)
        ends = {token.start + token.len for token in tokens}
        return any(token.start in starts and token.start + len(keyword) in ends for token in tokens)

    def both(keyword: str, text: str) -> bool:
        return hit(keyword, text) and (not _in(keyword, text) or analysed(keyword, text))

    return {ANALYSER: analysed, f"ours, then {ANALYSER}": both}


def _score(judge: Judge, lines: Sequence[Line]) -> str:
    started = time.perf_counter()
    got = [judge(line["keyword"], line["text"]) for line in lines]
    took = (time.perf_counter() - started) / len(lines) * 1e6
    right = sum(hit and line["hit"] for hit, line in zip(got, lines, strict=True))
    recall, precision = right / sum(line["hit"] for line in lines), right / (sum(got) or 1)
    return f"recall {recall:.3f}  precision {precision:.3f}  {took:>6,.0f} µs a line"


def _lines(name: str, style: str, mode: str = "word") -> list[Line]:
    path = LISTS / f"{name}.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return [
        line
        for line in lines
        if line.get("style", "written") == style and line.get("mode", "word") == mode
    ]


async def main(size: Size) -> None:
    judges = {
        "ours": hit,
        "ours, no dictionary": _alone,
        r"\b": _in_bounds,
        "substring": _in,
        **_analysers(),
    }
    for style, name in (
        ("written", "development"),
        ("written", "held_out"),
        ("chat", "development"),
        ("chat", "held_out_chat"),
    ):
        lines = _lines(name, style)[: size.lines]
        print(f"\nThe word rule on {len(lines)} {style} lines ({name.replace('_', ' ')})")
        for title, judge in judges.items():
            print(f"  {title:<22} {_score(judge, lines)}")
    lines = _lines("development", "chat", "anywhere")[: size.lines]
    print(f"\nInside words too, on {len(lines)} lines spelled out or mistyped (development)")
    print(f"  {'ours':<22} {_score(lambda word, text: hit(word, text, 'anywhere'), lines)}")
