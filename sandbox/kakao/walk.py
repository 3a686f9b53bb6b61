"""A person at a browser, for scripts: from the authorize address to the way back."""

from collections.abc import Collection
from html.parser import HTMLParser
from urllib.parse import urljoin

from aiohttp import ClientResponse, ClientSession, CookieJar

STEPS = 10


class WalkStopped(Exception):
    """The person saw a page that ends the walk; the text is what it said."""


class _Form(HTMLParser):
    """Reads what a page of ours offers."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tx = ""
        self.scopes: list[str] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the fields."""
        facts = dict(attrs)
        if tag == "input" and facts.get("name") == "tx":
            self.tx = facts.get("value") or ""
        if tag == "input" and facts.get("name") == "scope":
            self.scopes.append(facts.get("value") or "")

    def handle_data(self, data: str) -> None:
        """Note the words."""
        self.words.extend(data.split())


async def walk(
    origin: str,
    account: str,
    authorize_url: str,
    *,
    agree: Collection[str] | None = None,
    cancel: bool = False,
) -> str:
    """Log in as `account`, agree (to all that is asked unless told) and give the way back."""
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as browser:
        response = await browser.get(authorize_url, allow_redirects=False)
        for _ in range(STEPS):
            if response.status == 302:
                location = urljoin(str(response.url), response.headers["Location"])
                if not location.startswith(f"{origin}/"):
                    return location
                response = await browser.get(location, allow_redirects=False)
            else:
                form = await _answer(response, account, agree, cancel=cancel)
                response = await browser.post(response.url, data=form, allow_redirects=False)
    raise WalkStopped("the pages lead in a circle")


async def _answer(
    response: ClientResponse, account: str, agree: Collection[str] | None, *, cancel: bool
) -> list[tuple[str, str]]:
    form = _Form(await response.text())
    if response.status != 200:
        raise WalkStopped(" ".join(form.words))
    if response.url.path == "/login":
        return [("tx", form.tx), ("account", account)]
    if cancel:
        return [("tx", form.tx), ("decision", "cancel")]
    ticked = form.scopes if agree is None else [one for one in form.scopes if one in agree]
    return [("tx", form.tx), ("decision", "agree"), *(("scope", one) for one in ticked)]
