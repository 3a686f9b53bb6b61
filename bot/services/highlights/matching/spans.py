"""Where in a text, as people read it, stands what rules look for."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import accumulate

from bot.services.highlights.matching.normalise import Normalised, needle, normalise
from bot.services.highlights.matching.patterns import BadPattern, Pattern
from bot.services.highlights.matching.words import Mode, stands
from storage.rules import Rule, RuleKind

Span = tuple[int, int]
RUN = re.compile(r"\S+")


def finder(rules: Iterable[Rule]) -> Callable[[str], Span | None]:
    """Return what finds the first place in a text at which one of these rules is met."""
    known = tuple(rules)

    def find(text: str) -> Span | None:
        spans = (_span(rule, text) for rule in known)
        return min((span for span in spans if span is not None), default=None)

    return find


def _span(rule: Rule, text: str) -> Span | None:
    if rule.kind is RuleKind.WORD:
        return _of_word(rule.text, text, rule.options.get("mode", "word"))
    if rule.kind is RuleKind.PATTERN:
        with suppress(BadPattern):  # it was added when more was allowed
            return _of_pattern(Pattern(rule.text), text)
    return None


def _of_word(keyword: str, text: str, mode: Mode) -> Span | None:
    runs = [(run.start(), run.end(), normalise(run[0]).text) for run in RUN.finditer(text)]
    breaks = list(accumulate(len(letters) for _, _, letters in runs))
    letters = Normalised("".join(letters for _, _, letters in runs), breaks)
    sought = needle(keyword)
    start = letters.text.find(sought.text) if sought.text else -1
    while start >= 0:
        end = start + len(sought.text)
        if stands(letters, start, end, sought.gaps, mode):
            return _place(runs, breaks, start)[0], _place(runs, breaks, end - 1)[1]
        start = letters.text.find(sought.text, start + 1)
    return None


def _place(runs: Sequence[tuple[int, int, str]], breaks: Sequence[int], offset: int) -> Span:
    """Return where a letter stands in the text; the whole run where its letters are others."""
    number = bisect_right(breaks, offset)
    first, last, letters = runs[number]
    if len(letters) != last - first:
        return first, last
    at = first + offset - (breaks[number] - len(letters))
    return at, at + 1


def _of_pattern(pattern: Pattern, text: str) -> Span | None:
    """Return the shortest beginning of a text that meets a pattern, without what it can spare."""
    if not pattern.found(text):
        return None
    ends = range(len(text) + 1)
    end = bisect_left(ends, 1, key=lambda end: int(pattern.found(text[:end])))
    left = bisect_left(ends, 1, hi=end, key=lambda start: int(not pattern.found(text[start:end])))
    return max(0, left - 1), end
