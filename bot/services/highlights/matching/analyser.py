"""The dictionary of Korean: of which morphemes a run of letters is made, as MeCab-ko reads it.

Without its package, which not every platform has, nobody is asked and the word rule stands alone.
"""

import importlib
import threading
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

PACKAGE = "mecab_ko"
# Each morpheme on a line of its own; what the dictionary does not know is tagged UNKNOWN.
FORMAT = r'-F "%m\t%f[0]\n" -U "%m\t%f[0]\n" -E "\n"'
# MeCab's words for "a morpheme begins here" and "none begins here".
EDGE, INSIDE = 1, 2


class Morpheme(NamedTuple):
    """A piece of a run of letters; its tags are those of the Sejong corpus, joined by +."""

    start: int
    end: int
    tags: str


class Analysis(NamedTuple):
    """How a run of letters is made up; of two readings the one with the lower cost is likelier."""

    morphemes: Sequence[Morpheme]
    cost: int


class _Threads(threading.local):
    """What MeCab works in: one thread's lattice is not for another."""

    lattice: Any = None


_threads = _Threads()


def is_there() -> bool:
    """Return whether this machine has the analyser and its dictionary."""
    return _tagger() is not None


def load() -> None:
    """Have the dictionary in memory before the first message asks for it; takes some 10 ms."""
    if is_there():
        read("번개모임갈사람")


def read(letters: str, edges: tuple[int, ...] = (), insides: tuple[int, ...] = ()) -> Analysis:
    """Return the likeliest reading in which morphemes begin at all `edges` and at no `insides`.

    Both are offsets in the letters. Call it only where the analyser is there.
    """
    tagger = _tagger()
    if _threads.lattice is None:
        _threads.lattice = _model().createLattice()
    lattice = _threads.lattice
    lattice.set_sentence(letters)
    for offsets, demand in ((edges, EDGE), (insides, INSIDE)):
        for offset in offsets:
            lattice.set_boundary_constraint(len(letters[:offset].encode()), demand)
    tagger.parse(lattice)
    written, cost = lattice.toString(), lattice.eos_node().cost
    lattice.clear()
    return Analysis(tuple(_morphemes(letters, written)), cost)


def _morphemes(letters: str, written: str) -> Iterator[Morpheme]:
    end = 0
    for line in written.splitlines():
        surface, _, tags = line.partition("\t")
        if surface:
            start = letters.index(surface, end)
            end = start + len(surface)
            yield Morpheme(start, end, tags)


@cache
def _model() -> Any:  # noqa: ANN401 - the package has no types
    """Return the dictionary, mapped into memory; None where it cannot be had."""
    try:
        return importlib.import_module(PACKAGE).Model(FORMAT)
    except (ImportError, OSError, RuntimeError):
        return None


@cache
def _tagger() -> Any:  # noqa: ANN401 - the package has no types
    model = _model()
    return None if model is None else model.createTagger()
