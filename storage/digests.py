"""The page behind a digest: a line for everything that was folded into one card."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, rows_of
from storage.erasing import in_batches
from storage.tables import digest_items, digests

CHUNK = 500
# With a page go its lines, of which there may be hundreds.
PAGES = 50


@dataclass(frozen=True, slots=True)
class Item:
    """One line: where it stands, what it says, where it leads, and `why` it was found.

    It is out of a channel of a server, by a feature, and holds as much of a message as `policy`.
    What it tells of is of a `kind`, as a hit is, by an author, and by another in what it forwards.
    """

    title: str
    text: str
    address: str
    at: float
    message_id: int | None = None
    guild_id: int | None = None
    channel_id: int | None = None
    feature: str = "highlight"
    policy: str | None = None
    why: str = ""
    kind: str | None = None
    author_id: int | None = None
    origin_author_id: int | None = None

    @property
    def author_ids(self) -> tuple[int, ...]:
        """Everybody whose words it shows, as far as that is known."""
        known = self.author_id, self.origin_author_id
        return tuple(dict.fromkeys(one for one in known if one is not None))


@dataclass(frozen=True, slots=True)
class Digest:
    """A page with an id that nobody can guess; each delivery has one at most."""

    id: str
    forward_id: str
    member_id: int
    locale: str
    created_at: float
    expires_at: float
    items: Sequence[Item] = ()
    left_out: int = 0
    """How many more the card stands for."""


class DigestStore:
    """The tables `digests` and `digest_items`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, digest: Digest) -> None:
        """Keep a page, in place of the one that this delivery had."""
        head = {name: getattr(digest, name) for name in Digest.__slots__ if name != "items"}
        rows = [_row(digest.id, position, item) for position, item in enumerate(digest.items)]

        async def replace(connection: AsyncConnection) -> None:
            old = delete(digests).where(digests.c.forward_id == digest.forward_id)
            await connection.execute(old)
            await connection.execute(insert(digests).values(head))
            if rows:
                await connection.execute(insert(digest_items), rows)

        await self._database.write(replace)

    async def find(self, digest_id: str) -> Digest | None:
        """Return a page, also when it has expired."""

        async def look(connection: AsyncConnection) -> Digest | None:
            rows = await rows_of(connection, select(digests).where(digests.c.id == digest_id))
            if not rows:
                return None
            lines = select(digest_items).where(digest_items.c.digest_id == digest_id)
            items = await rows_of(connection, lines.order_by(digest_items.c.position))
            return Digest(**rows[0], items=[_item(row) for row in items])

        return await self._database.read(look)

    async def keep_until(self, digest_id: str, at: float) -> None:
        """Let a page expire then, and no sooner."""
        mine = digests.c.id == digest_id
        await self._database.change(update(digests).where(mine).values(expires_at=at))

    async def delete(self, digest_id: str) -> None:
        """Erase a page."""
        await self._database.change(delete(digests).where(digests.c.id == digest_id))

    async def of_forward(self, forward_id: str) -> str | None:
        """Return the id of the page that a delivery has already."""
        query = select(digests.c.id).where(digests.c.forward_id == forward_id)
        row = await self._database.first(query)
        return row["id"] if row else None

    async def drop_messages(self, message_ids: Sequence[int]) -> None:
        """Erase the lines of messages that are gone."""

        async def erase(connection: AsyncConnection) -> None:
            for start in range(0, len(message_ids), CHUNK):
                some = message_ids[start : start + CHUNK]
                gone = delete(digest_items).where(digest_items.c.message_id.in_(some))
                await connection.execute(gone)

        await self._database.write(erase)

    async def purge(self, before: float) -> None:
        """Erase pages that expired before then."""
        old = digests.c.expires_at < before
        await in_batches(self._database, delete(digests), old, size=PAGES)


def _row(digest_id: str, position: int, item: Item) -> dict[str, Any]:
    values = {name: getattr(item, name) for name in Item.__slots__}
    return values | {"digest_id": digest_id, "position": position}


def _item(row: dict[str, Any]) -> Item:
    return Item(**{name: row[name] for name in Item.__slots__})
