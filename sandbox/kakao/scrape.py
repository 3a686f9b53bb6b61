"""Reading the Open Graph tags of a page, with Kakao's cache.

`og:title` (else `<title>`), `og:description`, `og:image`, `og:image:width`, `og:image:height`.
A page that does not answer is no error: the message then shows its host and no picture, and the
next one asks again; what was read stays in `kakao.og_cache`. Pages are
really fetched, from this machine only, so the bot's own pages can be scraped; and the local Kakao
serves some itself: `GET /pages/{name}` for the names in `kakao.pages`.
"""

from html import escape
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from aiohttp import web

from sandbox.kakao.domains import is_address
from sandbox.kakao.state import OwnPage, Scraped
from sandbox.kakao.world import World

SCRAPE_SECONDS = 3.0


class Scraper:
    """Kakao's scrape server; what it has read once stays until the cache is reset."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def read(self, url: str) -> Scraped:
        """Tell what a page says about itself."""
        cached = self._world.og_cache.get(url)
        if cached is not None:
            return cached
        answer = await self._world.outside.ask("GET", url, seconds=SCRAPE_SECONDS)
        if answer.status != 200 or answer.content_type != "text/html":
            return Scraped(urlsplit(url).hostname or url)
        scraped = _Page(url, answer.body.decode(errors="replace")).scraped()
        self._world.og_cache[url] = scraped
        return scraped


class OwnPages:
    """The pages that the local Kakao serves to be scraped."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/pages/{name}.jpg", self.picture), web.get("/pages/{name}", self.show)]

    async def picture(self, request: web.Request) -> web.Response:
        return web.Response(body=self._page(request).picture, content_type="image/jpeg")

    async def show(self, request: web.Request) -> web.Response:
        page = self._page(request)
        facts = {"og:title": page.title, "og:description": page.description}
        if page.picture:
            facts["og:image"] = f"{self._world.url}{request.path}.jpg"
        tags = "".join(f'<meta property="{k}" content="{escape(v)}">' for k, v in facts.items())
        text = f'<!doctype html><html lang="ko"><meta charset="utf-8">{tags}'
        body = f"<title>{escape(page.title)}</title><h1>{escape(page.title)}</h1>"
        return web.Response(text=text + body, content_type="text/html")

    def _page(self, request: web.Request) -> OwnPage:
        page = self._world.pages.get(request.match_info["name"])
        if page is None:
            raise web.HTTPNotFound
        return page


class _Page(HTMLParser):
    def __init__(self, url: str, text: str) -> None:
        super().__init__()
        self._url = url
        self._facts: dict[str, str] = {}
        self._in_title = False
        self._title = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tags of Open Graph; of a doubled one the first counts."""
        self._in_title = tag == "title"
        facts = dict(attrs)
        name, content = facts.get("property") or facts.get("name"), facts.get("content")
        if tag == "meta" and name and name.startswith("og:") and content:
            self._facts.setdefault(name, content.strip())

    def handle_endtag(self, tag: str) -> None:
        """Note the end of the title."""
        self._in_title = self._in_title and tag != "title"

    def handle_data(self, data: str) -> None:
        """Note the title."""
        self._title += data if self._in_title else ""

    def scraped(self) -> Scraped:
        """Give what was found."""
        facts = self._facts
        title = facts.get("og:title") or self._title.strip() or urlsplit(self._url).hostname
        image = urljoin(self._url, facts["og:image"]) if "og:image" in facts else ""
        return Scraped(
            title or self._url,
            facts.get("og:description", ""),
            image if is_address(image) else "",
            _pixels(facts.get("og:image:width")),
            _pixels(facts.get("og:image:height")),
        )


def _pixels(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else 0
