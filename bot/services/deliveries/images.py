"""Gives Discord's pictures to Kakao before a card goes out (`KAKAO_IMAGES=upload`).

Discord's own addresses work for a day only, and Kakao's scraper would see them. A card whose
picture cannot be had goes without it: the words are worth more.
"""

import asyncio
import logging
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from bot.kakao import (
    SMALLEST_IMAGE,
    BadRequest,
    CustomMessage,
    KakaoClient,
    KakaoError,
    Message,
    ScrapMessage,
    message_from,
)
from bot.pictures import Pictures, PictureUnavailable
from bot.services.clock import DAY, Clock
from bot.services.deliveries.image_file import NotAPicture, fit_for_kakao
from bot.services.locks import KeyedLocks
from storage.database import StorageError
from storage.images import ImageStore, UploadedImage

logger = logging.getLogger(__name__)

# Kakao keeps pictures for so long.
KEPT_SECONDS = 20 * DAY
PATIENCE = 15.0
PICTURE = "image_url"
SIZES = ("image_width", "image_height")
# With these Discord signs an address anew for everybody who reads the message.
SIGNATURE = frozenset({"ex", "is", "hm"})

FAILURES = (PictureUnavailable, NotAPicture, KakaoError, StorageError, TimeoutError)


class Images:
    """Uploads each picture once, for as long as Kakao keeps it."""

    def __init__(
        self,
        store: ImageStore,
        kakao: KakaoClient,
        pictures: Pictures,
        *,
        now: Clock,
    ) -> None:
        self._store = store
        self._kakao = kakao
        self._pictures = pictures
        self._now = now
        self._uploads = KeyedLocks[str]()
        # Large pictures take memory, so they are drawn one by one.
        self._drawing = asyncio.Semaphore()

    async def prepare(self, message: Message, access_token: str | None) -> Message:
        """Return the message with Kakao's addresses in place of Discord's.

        The token is for the case that Kakao wants a member's rather than the key of the app.
        """
        if isinstance(message, CustomMessage | ScrapMessage):
            return message
        stored = message.stored()
        wanted = {address for address in addresses(stored) if self._pictures.knows(address)}
        if not wanted:
            return message
        found = await asyncio.gather(*(self._image(one, access_token) for one in wanted))
        try:
            return message_from(replaced(stored, dict(zip(wanted, found, strict=True))))
        except BadRequest:
            # It has nothing but its picture.
            return message

    async def _image(self, address: str, access_token: str | None) -> UploadedImage | None:
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._kept(address, access_token)
        except FAILURES as failure:
            logger.warning("a card goes without its picture: %s", type(failure).__name__)
            return None

    async def _kept(self, address: str, access_token: str | None) -> UploadedImage:
        source = _unsigned(address)
        async with self._uploads.of(source):
            now = self._now()
            kept = await self._store.find(source, now, now + KEPT_SECONDS)
            if kept is not None:
                return kept
            image = await self._upload(address, access_token, now + KEPT_SECONDS)
            with suppress(StorageError):
                await self._store.put(source, image)
            return image

    async def _upload(
        self, address: str, access_token: str | None, expires_at: float
    ) -> UploadedImage:
        file = await self._pictures.fetch(address)
        async with self._drawing:
            drawn = await asyncio.to_thread(fit_for_kakao, file)
        image = await self._kakao.upload_image(
            drawn.file, drawn.name, drawn.content_type, access_token=access_token
        )
        return UploadedImage(image.url, image.width, image.height, expires_at)


def addresses(part: object) -> Iterator[str]:
    """Find the addresses of all pictures in a template."""
    match part:
        case dict():
            for name, value in part.items():
                if isinstance(value, str) and name.endswith(PICTURE):
                    yield value
                else:
                    yield from addresses(value)
        case list() | tuple():
            for value in part:
                yield from addresses(value)


def replaced(part: Any, images: Mapping[str, UploadedImage | None]) -> Any:  # noqa: ANN401 - JSON
    """Return a template with other pictures; one for which there is none is left out."""
    match part:
        case dict():
            return _with_images({n: replaced(v, images) for n, v in part.items()}, images)
        case list() | tuple():
            return [replaced(value, images) for value in part]
        case _:
            return part


def _with_images(
    part: Mapping[str, Any], images: Mapping[str, UploadedImage | None]
) -> Mapping[str, Any]:
    """Put Kakao's addresses into one part; what could not be uploaded is left out."""
    result = dict(part)
    for name in part:
        if name.endswith(PICTURE) and part[name] in images:
            image = images[part[name]]
            result |= {name: image and image.url}
            if name == PICTURE:
                result |= _sizes(image)
    return {name: value for name, value in result.items() if value is not None}


def _sizes(image: UploadedImage | None) -> dict[str, int | None]:
    sides = (image.width, image.height) if image else (None, None)
    known = all(side is not None and side >= SMALLEST_IMAGE for side in sides)
    return dict(zip(SIZES, sides if known else (None, None), strict=True))


def _unsigned(address: str) -> str:
    """Return what stays the same in the address of a picture."""
    parts = urlsplit(address)
    query = [pair for pair in parse_qsl(parts.query) if pair[0] not in SIGNATURE]
    return urlunsplit(parts._replace(query=urlencode(query), fragment=""))
