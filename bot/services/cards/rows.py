"""A row of a card that shows several things."""

from bot.kakao import Content, Link
from bot.services.cards.picture import Picture


def list_row(title: str, below: str, picture: Picture | None, address: str) -> Content:
    """Return a row that leads to an address."""
    return Content.fit(
        title=title,
        description=below,
        image_url=picture and picture.url,
        image_width=picture and picture.width,
        image_height=picture and picture.height,
        link=Link(web_url=address, mobile_web_url=address),
    )
