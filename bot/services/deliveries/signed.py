"""Discord signs addresses of pictures for about a day; a card that waits longer gets new ones."""

from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from bot.kakao import BadRequest, CustomMessage, Message, ScrapMessage, message_from
from bot.services.cards.picture import Picture, first_image
from bot.services.clock import MINUTE, Clock
from bot.services.deliveries.images import addresses, replaced
from bot.services.messages.models import Source
from bot.services.messages.reader import ReaderSlot
from storage.deliveries import Delivery
from storage.images import UploadedImage

# Kakao takes its time to fetch a picture.
EARLY = 10 * MINUTE


class SignedPictures:
    """Asks for a message anew whose picture cannot be fetched any more."""

    def __init__(self, sight: ReaderSlot, *, now: Clock) -> None:
        self._sight = sight
        self._now = now

    async def renew(self, row: Delivery, message: Message) -> Message:
        """Return a message with its picture as it is today, or without it.

        Raises DiscordAway while that cannot be asked.
        """
        if isinstance(message, CustomMessage | ScrapMessage):
            return message
        stored = message.stored()
        until = self._now() + EARLY
        over = [one for one in addresses(stored) if (expires_at(one) or until + 1) <= until]
        if not over:
            return message
        image = _image(await self._picture(row))
        renewed: Mapping[str, UploadedImage | None] = dict.fromkeys(over, image)
        try:
            return message_from(replaced(stored, renewed))
        except BadRequest:  # it has nothing but its picture
            return message

    async def _picture(self, row: Delivery) -> Picture | None:
        if row.guild_id is None or row.channel_id is None or row.message_id is None:
            return None
        source = Source(row.guild_id, row.channel_id, row.message_id)
        found = await self._sight.reader.highlights(row.member_id, [source])
        return first_image(found[source]) if source in found else None


def expires_at(address: str) -> float | None:
    """Return until when Discord has signed an address, None for one that it has not signed."""
    signed = parse_qs(urlsplit(address).query)
    try:
        return float(int(signed["ex"][0], 16)) if "hm" in signed else None
    except (KeyError, ValueError):
        return None


def _image(picture: Picture | None) -> UploadedImage | None:
    if picture is None:
        return None
    return UploadedImage(picture.url, picture.width or 0, picture.height or 0, 0.0)
