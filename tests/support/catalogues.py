"""Texts that are compiled once for all bots of a test run, which say the same."""

from functools import cache
from typing import Any

from fluent.runtime import bundle, prepare
from fluent.syntax import ast as ftl

compiled = cache(prepare.Compiler().compile)


class SharedCompiler(prepare.Compiler):
    """Compiles each text of the catalogues, which are parsed once, at its first use."""

    def __call__(self, item: Any) -> Any:  # noqa: ANN401 - whatever a catalogue holds
        return compiled(item) if isinstance(item, ftl.Entry) else super().__call__(item)


def share_texts() -> None:
    """Let all texts that are opened from now on have what they are compiled to in common."""
    bundle.Compiler = SharedCompiler  # type: ignore[attr-defined] # it says not what it exports
