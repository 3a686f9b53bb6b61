"""The privacy notice of whoever runs this Kkachi."""

from dataclasses import dataclass

from aiohttp import web

from bot.web.answers import ANSWERS, PAGES
from bot.web.pages import preferred


@dataclass(frozen=True, slots=True)
class Notice:
    """What of the configuration the notice names."""

    operator: str
    contact: str
    domain: str
    texts_days: int
    receipts_days: int
    grace_days: int


def add_privacy(app: web.Application, notice: Notice) -> None:
    """Add the page to the web application."""

    async def show(request: web.Request) -> web.Response:
        first = preferred(request.headers.get("Accept-Language", ""))
        return request.app[ANSWERS].page(request.app[PAGES].privacy(notice, first))

    app.router.add_get("/privacy", show)
