"""Who runs this Kkachi, and their privacy notice."""

import re
from dataclasses import dataclass

from aiohttp import web

from bot.web.answers import ANSWERS, PAGES
from bot.web.pages import preferred

EMAIL = re.compile(r"[^\s@:/?]+@[^\s@:/?]+")


@dataclass(frozen=True, slots=True)
class Notice:
    """What of the configuration the front page and the notice name."""

    operator: str
    contact: str
    invite: str
    domain: str
    asks_number: bool
    has_calendar: bool
    texts_days: int
    receipts_days: int
    grace_days: int

    @property
    def contact_address(self) -> str:
        """Where the contact leads in a browser; empty when it is words."""
        if self.contact.startswith(("https://", "http://")):
            return self.contact
        return f"mailto:{self.contact}" if EMAIL.fullmatch(self.contact) else ""


def add_privacy(app: web.Application, notice: Notice) -> None:
    """Add the page to the web application."""

    async def show(request: web.Request) -> web.Response:
        first = preferred(request.headers.get("Accept-Language", ""))
        return request.app[ANSWERS].page(request.app[PAGES].privacy(notice, first))

    app.router.add_get("/privacy", show)
