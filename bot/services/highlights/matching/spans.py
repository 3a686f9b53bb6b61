"""Where in a text, as people read it, stands what rules look for."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence

from bot.services.highlights.matching.normalise import (
    Normalised,
    as_written,
    needle,
    normalise,
)
from bot.services.highlights.matching.patterns import Pattern, plain
from bot.services.highlights.matching.scopes import Scope
from bot.services.highlights.matching.words import Mode, places
from storage.rules import Rule, RuleKind

Span = tuple[int, int]
RUN = re.compile(r"\S+")


def finder(rules: Iterable[Rule], patterns: Mapping[int, Pattern]) -> Callable[[str], Span | None]:
    """Return what finds the first place in a text at which one of these rules is met.

    `patterns` are compiled, by the rules' numbers.
    """
    known = tuple(rules)

    def find(text: str) -> Span | None:
        spans = (_span(rule, text, patterns.get(rule.id)) for rule in known)
        return min((span for span in spans if span is not None), default=None)

    return find


def _span(rule: Rule, text: str, pattern: Pattern | None) -> Span | None:
    if rule.kind is RuleKind.WORD:
        scope = Scope.of(rule)
        return _of_word(rule.text, text, rule.options.mode, scope.letters if scope else "")
    # Looked for in the form that it has at KakaoTalk, which is plain but for its quotes.
    return pattern.place(plain(text)) if pattern else None


def _of_word(keyword: str, text: str, mode: Mode, written: str = "") -> Span | None:
    runs = [(run.start(), run.end(), normalise(run[0]).text) for run in RUN.finditer(text)]
    letters = Normalised([letters for _, _, letters in runs])
    for start, end in places(needle(keyword), letters, mode):
        first = _place(runs, letters.breaks, start)[0]
        last = _place(runs, letters.breaks, end - 1)[1]
        if written in as_written(text[first:last]):
            return first, last
    return None


def _place(runs: Sequence[tuple[int, int, str]], breaks: Sequence[int], offset: int) -> Span:
    """Return where a letter stands in the text; the whole run where its letters are others."""
    number = bisect_right(breaks, offset)
    first, last, letters = runs[number]
    if len(letters) != last - first:
        return first, last
    at = first + offset - (breaks[number] - len(letters))
    return at, at + 1
