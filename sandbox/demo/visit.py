"""One visit to the demo: who is there, what they do again and again, and what can be looked at."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

from sandbox.demo.browser import WebPage, link
from sandbox.demo.demo import Demo
from sandbox.demo.linking import type_number
from sandbox.discord import Reply
from sandbox.kakao import Message

VISITOR, FRIEND, ADMIN = "민지", "준호", "하준"
CHANNEL = "잡담"
TO_ME = "Send to my KakaoTalk"
PATIENCE = 15.0
LOOK_EVERY = 0.05


class StepFailed(Exception):
    """A step did not show what it should; the text says which one, and what was seen."""


def expect(condition: object, otherwise: str) -> None:
    """Go on only if this is so."""
    if not condition:
        raise StepFailed(otherwise)


async def until(otherwise: str, come: Callable[[], object]) -> None:
    """Look again and again until it has come."""
    try:
        async with asyncio.timeout(PATIENCE):
            while not come():  # noqa: ASYNC110 - not everything is announced
                await asyncio.sleep(LOOK_EVERY)
    except TimeoutError:
        raise StepFailed(otherwise) from None


class Visit:
    """What the steps work on; `reply` is the answer that the next step goes on with."""

    reply: Reply

    def __init__(self, demo: Demo) -> None:
        self.demo, self.discord, self.kakao = demo, demo.discord, demo.kakao
        self.visitor, self.friend, self.admin = map(demo.discord.person, (VISITOR, FRIEND, ADMIN))
        self.account = demo.kakao.account(VISITOR)
        self.message = next(one for one in self.visitor.sees(CHANNEL) if one.attachments)

    # what the visitor does again and again

    async def slash(self, command: str, **options: object) -> Reply:
        """Use a slash command that must be answered."""
        return _answered(await self.visitor.slash(CHANNEL, command, **options))

    async def menu(self, name: str) -> Reply:
        """Use a command of the menu of the message with the picture."""
        return _answered(await self.visitor.menu(CHANNEL, name, self.message))

    async def forward(self) -> Message:
        """Forward that message to "Me"; gives the card."""
        before = len(self.cards)
        reply = await self.menu(TO_ME)
        expect(len(self.cards) == before + 1, f"no card came: {reply.text}")
        return self.cards[-1]

    async def agree(self, reply: Reply) -> WebPage:
        """Follow a link button through Kakao and back; gives the page seen last."""
        return await link(self.kakao, VISITOR, reply)

    async def type_number(self, reply: Reply) -> Reply:
        """Type the number that came to KakaoTalk."""
        return await type_number(self.kakao, self.visitor, VISITOR, reply)

    async def link(self) -> None:
        """Link the account anew."""
        reply = await self.slash("kakao link")
        await self.agree(reply)
        await self.type_number(reply)

    async def card_after(self, before: int) -> Message:
        """Wait until there is one card more than before."""
        await until("no card came", lambda: len(self.cards) == before + 1)
        return self.cards[-1]

    # what can be looked at

    @property
    def cards(self) -> list[Message]:
        """What has come to the visitor's own chat."""
        return self.kakao.chats(self.account)[0].messages

    @property
    def heard(self) -> list[str]:
        """What the bot has written to the visitor, here and directly."""
        seen = (*self.visitor.sees(CHANNEL), *self.visitor.dms)
        return [one.text for one in seen if one.author.bot]

    def received(self, name: str) -> int:
        """How many messages have reached somebody."""
        return sum(one.receiver.name == name for one in self.kakao.outbox)

    def stored(self) -> Iterator[tuple[str, object]]:
        """Yield every value of every row of the bot's database, with the table it stands in."""
        path = self.demo.environment["DATABASE_URL"].partition(":///")[2]
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            for (table,) in tables.fetchall():
                for row in database.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 - its own name
                    yield from ((table, value) for value in row)


def _answered(reply: Reply) -> Reply:
    expect(reply.message, f"no answer came: {reply.failed}")
    return reply
