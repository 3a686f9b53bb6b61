"""What a browser does with the bot's pages: open one, and follow a link button through Kakao."""

import re
from typing import NamedTuple

from aiohttp import ClientResponse, ClientSession, CookieJar

from sandbox.discord import CannotDo, Reply
from sandbox.discord.messages import every_component
from sandbox.kakao import LocalKakao

TAG = re.compile(r"<[^>]*>")


class WebPage(NamedTuple):
    """What came: a page, or where it sends its reader."""

    status: int
    text: str
    location: str

    def __str__(self) -> str:
        words = " ".join(TAG.sub(" ", self.text).split())
        return f"{self.status} {self.location}{words[:300]}"


async def open_page(address: str) -> WebPage:
    """Open a page; a redirect is not followed."""
    async with ClientSession() as browser, browser.get(address, allow_redirects=False) as response:
        return await _read(response)


def link_in(reply: Reply) -> str:
    """Give the address behind the link button of an answer."""
    for one in every_component(reply.answer.components):
        if "url" in one:
            return str(one["url"])
    raise CannotDo(f"there is no link below: {reply.text}")


async def link(kakao: LocalKakao, name: str, reply: Reply) -> WebPage:
    """Let somebody follow the link button, log in and agree to all; gives the page seen last."""
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as browser:
        async with browser.post(link_in(reply), allow_redirects=False) as response:
            page = await _read(response)
        if not page.location:
            raise CannotDo(f"the link page does not lead to Kakao: {page}")
        back = await kakao.walk(name, page.location)
        async with browser.get(back) as response:
            response.raise_for_status()
            return await _read(response)


async def _read(response: ClientResponse) -> WebPage:
    return WebPage(response.status, await response.text(), response.headers.get("Location", ""))
