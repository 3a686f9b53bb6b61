"""Gives Discord's pictures to Kakao before a card goes out.

Discord's own addresses work for a day only, and Kakao's scraper would see them. Either they are all
uploaded (`KAKAO_IMAGES=upload`), and a card whose picture cannot be had goes without it: the words
are worth more. Or Kakao is let to fetch them itself, and only what it cannot reach is uploaded
(`KAKAO_IMAGES_UNREACHABLE=upload`); then Discord's address stays where neither can be done.

A picture that no card has gone with is deleted at Kakao after a while.
"""

import asyncio
import logging
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from bot.kakao import (
    NO_ANSWER,
    SMALLEST_IMAGE,
    BadRequest,
    CustomMessage,
    Image,
    KakaoClient,
    KakaoError,
    Message,
    ScrapMessage,
    message_from,
)
from bot.pictures import NotAPicture, Pictures, PictureUnavailable
from bot.services.cache import Bounded
from bot.services.clock import DAY, HOUR, Clock
from bot.services.locks import KeyedLocks
from storage.database import StorageError
from storage.images import ImageStore, UploadedImage

if TYPE_CHECKING:
    from bot.services.deliveries.image_file import Drawn

logger = logging.getLogger(__name__)

# Kakao keeps pictures for so long.
KEPT_SECONDS = 20 * DAY
# A card may be tried again, or another one need the same picture.
UNSENT_SECONDS = HOUR
DELETED_AT_ONCE = 100
DELETING_SECONDS = 5.0
MOST_UNSENT = 10_000
PATIENCE = 15.0
# "Timeout inside Kakao": it has waited in vain for whoever has the picture.
SCRAPING_TIMED_OUT = -603
PICTURE = "image_url"
SIZES = ("image_width", "image_height")
# With these Discord signs an address anew for everybody who reads the message.
SIGNATURE = frozenset({"ex", "is", "hm"})

FAILURES = (PictureUnavailable, NotAPicture, KakaoError, StorageError, TimeoutError)


class Images:
    """Brings each picture to Kakao once, for as long as Kakao keeps it.

    Where it `scrapes`, Kakao is asked to fetch a picture before it is uploaded.
    """

    def __init__(
        self,
        store: ImageStore,
        kakao: KakaoClient,
        pictures: Pictures,
        *,
        now: Clock,
        scrapes: bool = False,
    ) -> None:
        self._store = store
        self._kakao = kakao
        self._pictures = pictures
        self._now = now
        self._scrapes = scrapes
        self._uploads = KeyedLocks[str]()
        # Large pictures take memory, so they are drawn one by one.
        self._drawing = asyncio.Semaphore()
        # By the addresses at Kakao, what no card has gone with; and of what that is no more true.
        self._unsent = Bounded[str, str](MOST_UNSENT)
        self._gone: set[str] = set()

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
        images = dict(zip(wanted, found, strict=True))
        if self._scrapes:
            images = {address: image for address, image in images.items() if image is not None}
        try:
            return message_from(replaced(stored, images))
        except BadRequest:
            # It has nothing but its picture.
            return message

    async def settle(self, message: Message, gone: bool) -> None:  # noqa: FBT001 - as `Settle` has it
        """Note whether a message that was prepared has gone out, or may have."""
        if not self._unsent or isinstance(message, CustomMessage | ScrapMessage):
            return
        kept = {address: self._unsent.get(address) for address in addresses(message.stored())}
        sources = {address: source for address, source in kept.items() if source is not None}
        try:
            if gone:
                for address in sources:
                    del self._unsent[address]
                self._gone.update(sources.values())
            await self._note_gone()
            for source in () if gone else sources.values():
                await self._store.mark_unsent(source, self._now())
        except StorageError as error:  # the card itself has gone, or has not
            logger.warning("what became of a picture is not noted: %s", error)

    async def purge(self, before: float) -> None:
        """Forget what Kakao had forgotten by then, and delete there what no card has gone with."""
        await self._store.purge(before)
        await self._note_gone()
        for _ in range(DELETED_AT_ONCE):
            row = await self._store.take_unsent(self._now() - UNSENT_SECONDS)
            if row is None:
                return
            try:
                async with asyncio.timeout(DELETING_SECONDS):
                    await self._kakao.delete_image(row["url"])
            except BadRequest:
                logger.info("a picture was deleted before")
            except (KakaoError, TimeoutError) as failure:
                logger.warning("Kakao keeps a picture for now: %s", type(failure).__name__)
                await self._store.put_back(row)
                return

    async def _note_gone(self) -> None:
        for source in list(self._gone):
            await self._store.mark_sent(source)
            self._gone.discard(source)

    async def _image(self, address: str, access_token: str | None) -> UploadedImage | None:
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._kept(address, access_token)
        except FAILURES as failure:
            what = "with Discord's address" if self._scrapes else "without its picture"
            logger.warning("a card goes %s: %s", what, type(failure).__name__)
            return None

    async def _kept(self, address: str, access_token: str | None) -> UploadedImage:
        source = _unsigned(address)
        async with self._uploads.of(source):
            now = self._now()
            image = await self._store.find(source, now, now + KEPT_SECONDS)
            if image is None:
                brought = await self._bring(address, access_token)
                end = now + KEPT_SECONDS
                image = UploadedImage(brought.url, brought.width, brought.height, end)
                with suppress(StorageError):
                    await self._store.put(source, image)
            if not image.sent:
                self._unsent[image.url] = source
            return image

    async def _bring(self, address: str, access_token: str | None) -> Image:
        if self._scrapes:
            try:
                return await self._kakao.scrap_image(address, access_token=access_token)
            except KakaoError as failure:
                if isinstance(failure, NO_ANSWER) and failure.code != SCRAPING_TIMED_OUT:
                    raise
        return await self._upload(address, access_token)

    async def _upload(self, address: str, access_token: str | None) -> Image:
        file = await self._pictures.fetch(address)
        async with self._drawing:
            drawn = await asyncio.to_thread(_fit_for_kakao, file)
        return await self._kakao.upload_image(
            drawn.file, drawn.name, drawn.content_type, access_token=access_token
        )


def _fit_for_kakao(file: bytes) -> "Drawn":
    # Pillow is not imported at the start, where nobody waits for a picture.
    from bot.services.deliveries.image_file import fit_for_kakao  # noqa: PLC0415

    return fit_for_kakao(file)


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
