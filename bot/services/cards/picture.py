"""The picture of a card: the first that KakaoTalk can show, wherever in a message it stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from bot.kakao import SMALLEST_IMAGE, is_address
from bot.services.messages.models import Body, Highlight, PartKind


@dataclass(frozen=True, slots=True)
class Picture:
    """The picture of a card; the size is left out where Discord does not tell it."""

    url: str
    width: int | None
    height: int | None

    @property
    def shown(self) -> bool:
        """Whether KakaoTalk shows it: it wants 200 pixels on each side."""
        return is_address(self.url) and all(
            side is None or side >= SMALLEST_IMAGE for side in (self.width, self.height)
        )


def first_image(highlight: Highlight) -> Picture | None:
    """Return the picture for the card: an attached one before that of an embed."""
    bodies = shown_bodies(highlight)
    files = chain.from_iterable(map(_attached, bodies))
    embeds = chain.from_iterable(map(_embedded, bodies))
    return next((picture for picture in chain(files, embeds) if picture.shown), None)


def picture_of(body: Body) -> Picture | None:
    """Return the first picture that somebody has written with."""
    return next((one for one in chain(_attached(body), _embedded(body)) if one.shown), None)


def shown_bodies(highlight: Highlight) -> list[Body]:
    """Return what may be shown: the message, then what is forwarded; nothing for adults only."""
    seen = highlight.seen
    if seen.age_restricted:
        return []
    parts = (*seen.of_kind(PartKind.WRITTEN), *seen.of_kind(PartKind.FORWARDED))
    return [part.body for part in parts if not part.age_restricted]


def _attached(body: Body) -> Iterator[Picture]:
    for file in body.files:
        if file.is_image and not file.spoiler:
            yield Picture(file.url, file.width, file.height)


def _embedded(body: Body) -> Iterator[Picture]:
    for embed in body.shown_embeds:
        yield Picture(embed.image_url or "", embed.image_width, embed.image_height)
