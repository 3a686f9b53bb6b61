"""Messages as they were read, for tests that need no Discord."""

from collections.abc import Mapping

from bot.kakao import Content
from bot.services.messages.models import (
    Author,
    Body,
    Highlight,
    Names,
    Part,
    PartKind,
    Seen,
    Source,
)

AT = 1_763_596_800.0  # 2025-11-20
HERE = Source(11, 22, 33)
JUNHO, MINJI = Author(102, "준호"), Author(101, "민지")


def quoted(body: Body, author: Author = JUNHO, *, age_restricted: bool = False) -> Part:
    """Return what a message answers."""
    return Part(body, PartKind.QUOTED, author, age_restricted=age_restricted)


def forwarded(body: Body, *, age_restricted: bool = False) -> Part:
    """Return what a message carries on."""
    return Part(body, PartKind.FORWARDED, age_restricted=age_restricted)


def message(
    body: Body = Body("오늘 저녁 여덟 시!"),  # noqa: B008 - it is frozen
    *others: Part,
    author: Author = JUNHO,
    source: Source = HERE,
    age_restricted: bool = False,
    system: bool = False,
) -> Seen:
    """Return a message that somebody wrote, with what it answers and carries on."""
    parts = (*others, Part(body, author=author))
    return Seen(source, author, parts, AT, age_restricted=age_restricted, system=system)


def highlight(
    seen: Seen, *, guild: str = "까치 마을", channel: str = "잡담", names: Names | None = None
) -> Highlight:
    """Return a message with the names that whoever gets it may see."""
    return Highlight(seen, guild, channel, names=names or Names())


def told(content: Content | Mapping[str, str], guild: str = "까치 마을") -> str:
    """Return what a card says, without the line that says why it came and where it stands."""
    fields = content.model_dump() if isinstance(content, Content) else content
    lines = (fields.get("description") or "").split("\n")
    said = [line for line in lines if not line.endswith(guild)]
    return "\n".join([fields["title"], *said])
