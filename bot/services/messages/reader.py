"""What the services need to see of Discord, and nothing of how it is looked at."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Protocol

from bot.errors import DiscordAway
from bot.services.messages.models import Author, Highlight, PartKind, Seen, Source

__all__ = ["DiscordReader", "ReaderSlot", "Seen", "origin_author"]


class DiscordReader(Protocol):
    """A look at Discord as it is right now.

    No, None, or nothing is said only when Discord clearly says so; when it could not be asked
    everything here but `has_content` raises DiscordAway.
    """

    async def reads(self, member_id: int, guild_id: int, channel_id: int) -> bool:
        """Tell whether a member may read a channel."""

    async def roles(
        self, member_id: int, guild_id: int, *, now: bool = False
    ) -> frozenset[int] | None:
        """Return a member's roles, a minute old at most or as of `now`; None for no member."""

    async def places(
        self, guild_id: int, channel_id: int
    ) -> tuple[int, int | None, int | None] | None:
        """Return a channel, its parent and its category; None when there is no such channel."""

    async def manages(self, member_id: int, guild_id: int) -> bool:
        """Tell whether a member may manage a server."""

    async def is_in(self, guild_id: int) -> bool:
        """Tell whether Kkachi is in a server."""

    def guilds(self) -> Sequence[int]:
        """Return the servers that Kkachi is in and that Discord has shown."""

    async def belongs(self, member_id: int, guild_id: int) -> bool:
        """Tell whether somebody is a member of a server that Kkachi is in."""

    async def usernames(self, guild_id: int, member_ids: Collection[int]) -> Mapping[int, str]:
        """Return the user names of those who are members of a server that Kkachi is in.

        They are a minute old at most.
        """

    async def highlights(
        self, member_id: int, sources: Sequence[Source]
    ) -> Mapping[Source, Highlight]:
        """Return those of the messages that still exist, with the names that this member sees."""

    async def before(self, member_id: int, source: Source, count: int) -> Sequence[Highlight]:
        """Return the messages before one, at most so many, the oldest first."""

    async def author(self, source: Source) -> Author | None:
        """Return who wrote a message; None for one that is gone or cannot be looked at."""

    def rooms(self, guild_id: int, after: int) -> Sequence[int]:
        """Return the channels and threads of a server with something newer than a message."""

    def history(self, guild_id: int, channel_id: int, after: int) -> AsyncIterator[Seen]:
        """Yield what was written in one of them after a message, the oldest first."""

    def has_content(self, guild_id: int) -> bool:
        """Tell whether Discord shows us what members write."""


class ReaderSlot:
    """Holds the reader while a Discord client is there."""

    def __init__(self) -> None:
        self._reader: DiscordReader | None = None

    def attach(self, reader: DiscordReader) -> None:
        """Read through this one from now on."""
        self._reader = reader

    def detach(self) -> None:
        """Detach the reader."""
        self._reader = None

    @property
    def reader(self) -> DiscordReader:
        """The reader; raises DiscordAway while there is none."""
        if self._reader is None:
            raise DiscordAway
        return self._reader


async def origin_author(sight: ReaderSlot, seen: Seen) -> int | None:
    """Return who wrote what a message forwards, as far as that can be known.

    Raises DiscordAway.
    """
    for part in seen.of_kind(PartKind.FORWARDED):
        if part.origin is not None:
            author = await sight.reader.author(part.origin)
            return author.id if author else None
    return None
