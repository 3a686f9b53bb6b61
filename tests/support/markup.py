"""Reads what Discord would make of a text, for tests about words of others."""

import re

# What Discord shows of a backslash and what stands behind it: everything but letters is a mark.
ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")
# With all that is escaped taken away, what still stands for more than itself.
LIVE = re.compile(
    r"\]\(|<[@#:/t]|<a:|[*_~|`]|@everyone|@here|://|discord\.gg/"
    r"|^\s*(?:#{1,3}|-#|[-*+]|>|>>>|\d+\.)\s",
    re.MULTILINE,
)


def live(text: str) -> list[str]:
    """Return the marks in a text that Discord would act upon."""
    return LIVE.findall(ESCAPED.sub("·", text))


def as_shown(text: str) -> str:
    """Return a text of nothing but escaped words as people see it."""
    return ESCAPED.sub(r"\1", text)
