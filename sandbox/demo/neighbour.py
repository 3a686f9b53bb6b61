"""Somebody who uses Kkachi already when a visitor comes: what a visitor writes can reach them."""

from aiohttp import ClientSession, CookieJar

from sandbox.demo.demo import Demo
from sandbox.discord.filled import CannotDo
from sandbox.discord.messages import every_component
from sandbox.discord.reply import Reply

NAME = "지우"
CHANNEL = "잡담"
WORD = "번개"


async def move_in(demo: Demo) -> None:
    """Let the neighbour link their account and set up a rule, by the bot's own commands."""
    person = demo.discord.person(NAME)
    invited = await person.slash(CHANNEL, "kakao link")
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as browser:
        async with browser.post(_link(invited), allow_redirects=False) as response:
            authorize = response.headers["Location"]
        back = await demo.kakao.walk(NAME, authorize)
        async with browser.get(back) as response:
            response.raise_for_status()
    added = await person.slash(CHANNEL, "highlight add", word=WORD)
    for message in (*invited.messages, *added.messages):
        await person.delete(message)


def _link(reply: Reply) -> str:
    for one in every_component(reply.answer.components):
        if "url" in one:
            return str(one["url"])
    raise CannotDo(f"there is no link below: {reply.text}")
