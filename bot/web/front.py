"""The front page: what this Kkachi is, for whom, how to begin, and who runs it."""

from aiohttp import web

from bot.web.answers import ANSWERS, PAGES
from bot.web.pages import preferred
from bot.web.privacy import Notice


def add_front(app: web.Application, notice: Notice) -> None:
    """Add the page to the web application."""

    async def show(request: web.Request) -> web.Response:
        first = preferred(request.headers.get("Accept-Language", ""))
        return request.app[ANSWERS].page(request.app[PAGES].front(notice, first))

    app.router.add_get("/", show)
