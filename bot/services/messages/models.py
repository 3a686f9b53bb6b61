"""A Discord message as plain data: what each part of it says and who wrote it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from enum import StrEnum
from typing import Literal, Self

from bot.texts import Locale

PICTURES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
ENDINGS = (".jpg", ".jpeg", ".png", ".gif", ".webp")
NOBODY: frozenset[int] = frozenset()
SPOILER = "||"
ADDRESS = "://"
BARS = r"(?<!\\)(?:\\\\)*\|\|.+?\|\|"
CODE = r"(?:^|(?<=\n))```(?!`).+?```(?!`)|(?<!`)(`{1,2})(?!`)[^\n]+?(?<!`)\1(?!`)"
COVERED, VERBATIM, EITHER = (re.compile(one, re.DOTALL) for one in (BARS, CODE, f"{CODE}|{BARS}"))
# Beside any of these what looks like code may be none to Discord.
DOUBTFUL = re.compile(r"[\\*_~\[<`]")


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
    """The names behind the ids in a text: `<@1>`, `<@&2>`, `<#3>`; authors are members as well."""

    members: Mapping[int, str] = field(default_factory=dict)
    roles: Mapping[int, str] = field(default_factory=dict)
    channels: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Author:
    """Whoever wrote something; the roles are None where Discord did not tell them along.

    A webhook is a bot as well, but not what brings the announcements of a followed channel.
    """

    id: int
    name: str = ""
    is_bot: bool = False
    role_ids: frozenset[int] | None = None
    is_webhook: bool = False
    is_followed: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """An attachment; sizes in pixels, `seconds` for voice messages only.

    A picture of a gallery has no name.
    """

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
        if self.content_type:
            return self.content_type.partition(";")[0] in PICTURES
        name = self.name or self.url.partition("?")[0]
        return bool(self.width and self.height) and name.lower().endswith(ENDINGS)


@dataclass(frozen=True, slots=True)
class Embed:
    """A bot's embed, or what Discord shows of a link; that may come after the message."""

    title: str = ""
    description: str = ""
    author: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    image_url: str | None = None
    image_width: int | None = None
    image_height: int | None = None
    footer: str = ""
    is_preview: bool = False

    @property
    def lines(self) -> Iterator[str]:
        """What is written in it, from the top."""
        yield from filter(None, (self.author, self.title, self.description))
        yield from (": ".join(filter(None, pair)) for pair in self.fields)
        if self.footer:
            yield self.footer


@dataclass(frozen=True, slots=True)
class Poll:
    """A poll's question and answers; of one that is over, the answer that won, if any."""

    question: str
    answers: tuple[str, ...]
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Body:
    """What somebody has written, raw as Discord has it.

    `title` is that of a forum post. What stands in covered places is not in it, but `covered` tells
    of it; `stands_for` tells what it is that has no words of its own.
    """

    text: str = ""
    files: tuple[File, ...] = ()
    embeds: tuple[Embed, ...] = ()
    stickers: tuple[str, ...] = ()
    poll: Poll | None = None
    title: str = ""
    covered: bool = False
    stands_for: Literal["", "forward", "notice"] = ""

    @property
    def is_plain(self) -> bool:
        """Whether it is a text and nothing else."""
        return not (self.title or self.files or self.embeds or self.stickers or self.poll)

    @property
    def shown_embeds(self) -> tuple[Embed, ...]:
        """The embeds that may be shown: an address under a spoiler covers what is behind it."""
        covered = self.text[self.text.find(SPOILER) : self.text.rfind(SPOILER)]
        return () if ADDRESS in covered else self.embeds

    def words(self, *, previews: bool = True) -> Iterator[str]:
        """Yield all that a card may show of it, as it was written."""
        yield self.title
        yield self.text
        for embed in self.shown_embeds:
            if previews or not embed.is_preview:
                yield from embed.lines
        if self.poll:
            yield from (self.poll.question, *self.poll.answers)
        yield from self.stickers
        yield from (file.name for file in self.files if not file.spoiler)

    def only_words(self) -> Self:
        """Return it without files and pictures."""
        bare = tuple(replace(embed, image_url=None) for embed in self.embeds)
        return replace(self, files=(), stickers=(), embeds=bare)


class PartKind(StrEnum):
    """What a part of a message is to the message."""

    WRITTEN = "written"
    FORWARDED = "forwarded"
    QUOTED = "quoted"
    """What it answers."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a message, by one author.

    Of what is forwarded Discord does not tell the author: `origin` is where that can be asked.
    """

    body: Body
    kind: PartKind = PartKind.WRITTEN
    author: Author | None = None
    origin: Source | None = None
    age_restricted: bool = False

    def is_by(self, member_id: int) -> bool:
        """Tell whether somebody has written it, as far as that is known."""
        return self.author is not None and self.author.id == member_id


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as it was read; the parts stand in the order in which Discord shows them.

    `parent_id` is the channel that a thread belongs to, `reply_to` the author of what it answers,
    `system` what Discord itself wrote.
    """

    source: Source
    author: Author
    parts: tuple[Part, ...]
    created_at: float
    mentions: frozenset[int] = NOBODY
    role_mentions: frozenset[int] = NOBODY
    reply_to: int | None = None
    parent_id: int | None = None
    category_id: int | None = None
    age_restricted: bool = False
    system: bool = False

    @classmethod
    def of_text(cls, source: Source, author_id: int, text: str, created_at: float) -> Self:
        """Return a message that is no more than a text."""
        author = Author(author_id)
        return cls(source, author, (Part(Body(text), author=author),), created_at)

    @property
    def author_id(self) -> int:
        """Who sent it."""
        return self.author.id

    @property
    def guild_id(self) -> int:
        """The server it was written in."""
        return self.source.guild_id or 0

    @property
    def places(self) -> tuple[int | None, ...]:
        """Its channel, the channel's parent and category, the nearest first."""
        return self.source.channel_id, self.parent_id, self.category_id

    @property
    def text(self) -> str:
        """All that rules search."""
        return self.words()

    def words(self, *, previews: bool = True) -> str:
        """Return all that is written in it; what Discord itself shows of links may be left out."""
        if len(self.parts) == 1 and self.parts[0].body.is_plain:  # as nearly all messages are
            return uncovered(self.parts[0].body.text)
        searched = (part.body for part in self.parts if not part.age_restricted)
        lines = (line for body in searched for line in body.words(previews=previews))
        return "\n".join(filter(None, map(uncovered, lines)))

    def without(self, kind: PartKind, author_id: int | None = None) -> Self:
        """Return it without its parts of a kind, of everybody or of one author."""
        if len(self.parts) == 1 and self.parts[0].kind is not kind:  # as nearly all messages are
            return self
        kept = tuple(
            part
            for part in self.parts
            if part.kind is not kind or (author_id is not None and not part.is_by(author_id))
        )
        return self if len(kept) == len(self.parts) else replace(self, parts=kept)

    def of_kind(self, kind: PartKind) -> tuple[Part, ...]:
        """Return its parts of a kind."""
        return tuple(part for part in self.parts if part.kind is kind)


def uncovered(text: str) -> str:
    """Return a text without its spoilers: who is told of a word in one would know it.

    In code bars cover nothing. Where it is not sure what is code, all between bars counts as
    covered.
    """
    if SPOILER not in text:
        return text
    if "`" not in text:
        return COVERED.sub(" ", text)
    if DOUBTFUL.search(VERBATIM.sub("", text)):
        return f"{text[: text.find(SPOILER)]} {text[text.rfind(SPOILER) :]}"
    return EITHER.sub(lambda one: one[0] if one[0].startswith("`") else " ", text)


class Room(StrEnum):
    """What kind of place a message stands in."""

    SERVER = "server"
    ELSEWHERE = "elsewhere"
    """A server whose name Discord does not tell, as Kkachi is no member of it."""
    DIRECT = "direct"
    GROUP = "group"
    """Direct messages among several people; they may have given it a name."""


@dataclass(frozen=True, slots=True)
class Highlight:
    """Something on Discord worth carrying, with the names that whoever gets it may see.

    `parent` is the channel of a thread or post, whose name is then `channel`. `most` is how many
    characters of what was said may leave the server, None for all; `policy` is why. `zone` is where
    whoever gets it lives, None for Seoul: points in time are told in it.
    """

    seen: Seen
    guild: str = ""
    channel: str = ""
    parent: str = ""
    names: Names = field(default_factory=Names)
    most: int | None = None
    policy: str = "full"
    zone: tzinfo | None = None
    room: Room = Room.SERVER

    @property
    def source(self) -> Source:
        """Where it stands on Discord."""
        return self.seen.source

    def by(self, author_id: int) -> Self:
        """Return it as written by somebody, under the name that it bears."""
        former = self.seen.author
        author = Author(author_id, former.name)
        parts = tuple(
            replace(part, author=author) if part.author == former else part
            for part in self.seen.parts
        )
        return replace(self, seen=replace(self.seen, author=author, parts=parts))

    @property
    def author(self) -> str:
        """What whoever sent it is called there."""
        return self.name_of(self.seen.author)

    def name_of(self, author: Author | None) -> str:
        """Return what somebody is called there; nothing where nobody knows who it is."""
        return self.names.members.get(author.id, author.name) if author else ""


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
