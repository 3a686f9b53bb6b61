"""A Discord message as plain data: all a card needs, nothing of discord.py."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.texts import Locale

PICTURES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})


@dataclass(frozen=True, slots=True)
class Member:
    """Whoever asks: Discord id, display name, picture and language."""

    id: int
    name: str
    avatar_url: str
    locale: Locale


@dataclass(frozen=True, slots=True)
class Source:
    """Where a message stands on Discord; `guild_id` is None in direct messages."""

    guild_id: int | None
    channel_id: int
    message_id: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command was used; the name of the server where that is known."""

    guild_id: int | None
    guild_name: str | None
    channel_id: int


@dataclass(frozen=True, slots=True)
class Names:
    """The names behind the ids in a text: `<@1>`, `<@&2>`, `<#3>`."""

    members: Mapping[int, str] = field(default_factory=dict)
    roles: Mapping[int, str] = field(default_factory=dict)
    channels: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class File:
    """An attachment; sizes in pixels, `seconds` for voice messages only."""

    name: str
    url: str
    content_type: str = ""
    width: int | None = None
    height: int | None = None
    spoiler: bool = False
    seconds: float | None = None

    @property
    def is_image(self) -> bool:
        """Whether KakaoTalk can show it as a card's picture."""
        return self.content_type.partition(";")[0] in PICTURES


@dataclass(frozen=True, slots=True)
class Embed:
    """A link preview or a bot's embed."""

    title: str = ""
    description: str = ""
    author: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    image_url: str | None = None
    image_width: int | None = None
    image_height: int | None = None


@dataclass(frozen=True, slots=True)
class Poll:
    """A poll's question and answers."""

    question: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Body:
    """What a message holds, raw as Discord has it; also that of a message forwarded inside it."""

    text: str = ""
    files: tuple[File, ...] = ()
    embeds: tuple[Embed, ...] = ()
    stickers: tuple[str, ...] = ()
    poll: Poll | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """The message that this one answers."""

    author: str
    text: str


@dataclass(frozen=True, slots=True)
class Highlight:
    """Something on Discord worth carrying; `policy` is how much of it this is, by its server."""

    source: Source
    guild: str
    channel: str
    author: str
    body: Body
    created_at: datetime
    names: Names = field(default_factory=Names)
    reply: Reply | None = None
    forwarded: Body | None = None
    age_restricted: bool = False
    system: bool = False
    policy: str = "full"


def message_address(source: Source) -> str:
    """Return Discord's own address of a message; or of a channel, or of a scheduled event.

    A channel has no message, an event no channel, and its own id is that of the message.
    """
    if not source.channel_id:
        return f"https://discord.com/events/{source.guild_id}/{source.message_id}"
    parts = (source.guild_id or "@me", source.channel_id, source.message_id or None)
    # A server stands for itself where there is no channel of its.
    path = "/".join(str(part) for part in dict.fromkeys(parts) if part is not None)
    return f"https://discord.com/channels/{path}"
