"""Pictures that were uploaded to Kakao, by the address they had before."""

import math
from dataclasses import asdict, dataclass

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.erasing import in_batches
from storage.tables import images
from storage.vault import digest


@dataclass(frozen=True, slots=True)
class UploadedImage:
    """Where Kakao has a picture, and until when."""

    url: str
    width: int | None
    height: int | None
    expires_at: float


class ImageStore:
    """The table `images`; the address that a picture had before is kept as a digest only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, source: str, at: float, latest: float = math.inf) -> UploadedImage | None:
        """Return what became of this picture, unless Kakao has forgotten it by then.

        Kakao keeps none longer than until `latest`: that was noted before the clock was set back.
        """
        query = select(images.c.url, images.c.width, images.c.height, images.c.expires_at).where(
            images.c.digest == digest(source),
            images.c.expires_at > at,
            images.c.expires_at <= latest,
        )
        row = await self._database.first(query)
        return UploadedImage(**row) if row else None

    async def put(self, source: str, image: UploadedImage) -> None:
        """Keep where Kakao has a picture now."""
        key = digest(source)

        async def replace(connection: AsyncConnection) -> None:
            await connection.execute(delete(images).where(images.c.digest == key))
            await connection.execute(insert(images).values(digest=key, **asdict(image)))

        await self._database.write(replace)

    async def purge(self, before: float) -> None:
        """Erase pictures that Kakao had forgotten by then."""
        await in_batches(self._database, delete(images), images.c.expires_at < before)
