"""Pictures that Kakao has for our cards, by the address they had before."""

import math
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, rows_of
from storage.erasing import in_batches
from storage.tables import images
from storage.vault import digest

TABLE = images.c


@dataclass(frozen=True, slots=True)
class UploadedImage:
    """Where Kakao has a picture, and until when; `sent` when a card has gone with it."""

    url: str
    width: int | None
    height: int | None
    expires_at: float
    sent: bool = False


class ImageStore:
    """The table `images`; the address that a picture had before is kept as a digest only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, source: str, at: float, latest: float = math.inf) -> UploadedImage | None:
        """Return what became of this picture, unless Kakao has forgotten it by then.

        Kakao keeps none longer than until `latest`: that was noted before the clock was set back.
        A card is about to go with it.
        """
        mine = TABLE.digest == digest(source)
        valid = mine & (TABLE.expires_at > at) & (TABLE.expires_at <= latest)
        row = await self._database.first(select(images).where(valid))
        if row is not None and row["unsent_since"] is not None:
            # It may be taken to be deleted at this very moment.
            wanted = update(images).where(valid).values(unsent_since=None)
            row = next(iter(await self._database.change(wanted.returning(images))), None)
        return None if row is None else _image(row)

    async def put(self, source: str, image: UploadedImage) -> None:
        """Keep where Kakao has a picture now, with which a card is about to go."""
        key = digest(source)

        async def replace(connection: AsyncConnection) -> None:
            await connection.execute(delete(images).where(TABLE.digest == key))
            await connection.execute(insert(images).values(digest=key, **asdict(image)))

        await self._database.write(replace)

    async def mark_sent(self, source: str) -> None:
        """Note that a card has gone with a picture, or may have."""
        change = update(images).where(TABLE.digest == digest(source))
        await self._database.change(change.values(sent=True, unsent_since=None))

    async def mark_unsent(self, source: str, at: float) -> None:
        """Note that a card has certainly not gone with a picture; another one may have."""
        mine = (TABLE.digest == digest(source)) & ~TABLE.sent
        await self._database.change(update(images).where(mine).values(unsent_since=at))

    async def take_unsent(self, before: float) -> dict[str, Any] | None:
        """Erase and return one with which no card has gone, and none was to go since then."""
        unsent = ~TABLE.sent & (TABLE.unsent_since < before)
        one = select(TABLE.digest).where(unsent).limit(1).scalar_subquery()
        taken = delete(images).where(unsent, TABLE.digest == one).returning(images)
        return next(iter(await self._database.change(taken)), None)

    async def put_back(self, row: dict[str, Any]) -> None:
        """Keep what was taken, unless the picture was uploaded anew meanwhile."""

        async def restore(connection: AsyncConnection) -> None:
            mine = select(TABLE.digest).where(TABLE.digest == row["digest"])
            if not await rows_of(connection, mine):
                await connection.execute(insert(images).values(row))

        await self._database.write(restore)

    async def purge(self, before: float) -> None:
        """Erase pictures that Kakao had forgotten by then."""
        await in_batches(self._database, delete(images), TABLE.expires_at < before)


def _image(row: dict[str, Any]) -> UploadedImage:
    return UploadedImage(**{name: row[name] for name in UploadedImage.__slots__})
