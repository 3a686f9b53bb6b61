"""A whole world on loopback: a local Discord, a local Kakao and the real bot between them.

async with open_world(tmp_path) as world:
    minji = world.discord.person("민지")
    await world.link("민지")
    reply = await minji.menu("잡담", "Send to my KakaoTalk", message)
"""

import asyncio
import base64
import re
import shutil
import socket
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from bot.app import run_until
from bot.config import Config
from bot.services.clock import PATIENCE, Patience
from bot.services.operations.supervision import Restarts
from sandbox.demo.people import add_people
from sandbox.demo.village import build_village
from sandbox.discord import LocalDiscord, Person, Reply
from sandbox.kakao import LocalKakao
from sandbox.kakao import Message as KakaoMessage
from tests.support.sdk import SDK

ROOT = Path(__file__).parents[2]
OPENAPI = ROOT.parent / "shared" / "discord-openapi.json"
TOKEN_KEY = base64.b64encode(bytes(range(32))).decode()
NUMBER = re.compile(r"\d{6}")
STEP = 0.01
# Asking costs both the test and the bot, which has its start to do.
HEALTH_STEP = 0.05
# Discord waits for three; on a machine that is busy with other tests any answer may be late. Where
# all there is gets used and pressed, `test_both_languages`, it is held to Discord's.
DISCORDS_SECONDS, ANSWER_SECONDS = 3.0, 8.0
QUICK = Restarts(first=0.05, longest=0.2, steady=0.5)
CHAT = "잡담"


@dataclass
class World:
    """Both sandboxes, the settings that lead the bot to them, and the bot while it runs."""

    discord: LocalDiscord
    kakao: LocalKakao
    public_url: str
    settings: dict[str, str]
    ahead: float = 0.0
    restarts: Restarts = QUICK
    patience: Patience = PATIENCE
    _stopped: asyncio.Event = field(default_factory=asyncio.Event)
    _bot: asyncio.Task[None] | None = None

    @property
    def config(self) -> Config:
        values = {name.lower(): value for name, value in self.settings.items()}
        return Config(_env_file=None, **values)  # type: ignore[arg-type] # read from words, as ever

    async def until_waiting(self, count: int) -> None:
        """Wait until the bot keeps so many hits for later."""
        await self._until_counted(count, "SELECT count(*) FROM hits WHERE state = 'waiting'")

    async def until_stopped(self, message_id: int) -> None:
        """Wait until the bot has noted why somebody gets nothing of a message."""
        query = "SELECT count(*) FROM verdicts WHERE occasion = ?"
        await self._until_counted(1, query, f"message:{message_id}")

    async def _until_counted(self, count: int, query: str, *values: str) -> None:
        path = self.settings["DATABASE_URL"].partition(":///")[2]
        with closing(sqlite3.connect(path)) as database:
            await until(lambda: database.execute(query, values).fetchone()[0] == count)

    async def start_bot(self) -> None:
        """Start the bot in this process and wait until its commands are answered."""
        self._stopped = asyncio.Event()
        self._bot = asyncio.create_task(
            run_until(
                self._stopped,
                self.config,
                now=lambda: time.time() + self.ahead,
                guild_ready_timeout=0.05,
                restarts=self.restarts,
                patience=self.patience,
            )
        )
        await self.until_healthy()

    def advance(self, seconds: float) -> None:
        """Let time pass for Discord, for Kakao and for the bot."""
        self.ahead += seconds
        self.discord.world.advance(seconds)
        self.kakao.advance(seconds)

    async def stop_bot(self) -> None:
        self._stopped.set()
        bot, self._bot = self._bot, None
        if bot is not None:
            await asyncio.wait_for(bot, 10)

    async def until_healthy(self, seconds: float = 20) -> None:
        async with aiohttp.ClientSession() as browser:
            async with asyncio.timeout(seconds):
                while not await self._is_healthy(browser):
                    if self._bot is not None and self._bot.done():
                        await self.stop_bot()
                    await asyncio.sleep(HEALTH_STEP)

    async def _is_healthy(self, browser: aiohttp.ClientSession) -> bool:
        try:
            async with browser.get(f"{self.public_url}/healthz") as response:
                return response.status == 200
        except aiohttp.ClientError:
            return False

    async def link(self, name: str, *, account: str | None = None) -> Reply:
        """Let somebody use `/kakao link` and go all the way; returns what they read at last."""
        person = self.discord.person(name)
        reply = await person.slash(CHAT, "kakao link")
        await self.follow(reply, account or name)
        done = await self.type_number(person, reply, account or name)
        await done.until(lambda message: "계정과 연결했어요" in message.text)
        return done

    async def follow(self, reply: Reply, account: str, *, agree: set[str] | None = None) -> str:
        """Follow the link button of an answer through Kakao; returns the page seen last."""
        return await self.visit(link_of(reply), account, agree=agree)

    async def type_number(self, person: Person, reply: Reply, account: str) -> Reply:
        """Read the number in KakaoTalk, type it below the answer, and throw its card away."""
        await reply.until(lambda message: "여섯 자리 번호를 보냈어요" in message.text)
        number = self.number_of(account)
        self.forget_card(account)
        form = await person.press(reply, "번호 입력")
        return await person.submit(form, {"여섯 자리 번호": number})

    def number_of(self, account: str) -> str:
        """Read the number on the newest card of an account's own chat."""
        [number] = NUMBER.findall(self.cards_of(account)[-1].template["content"]["title"])
        return str(number)

    def cards_of(self, account: str) -> list[KakaoMessage]:
        """What has come to an account's own chat."""
        return self.kakao.chats(self.kakao.account(account))[0].messages

    def forget_card(self, account: str) -> None:
        """Leave the chats as they were before the newest card came."""
        self.kakao.outbox.remove(self.cards_of(account).pop())

    async def visit(self, address: str, account: str, *, agree: set[str] | None = None) -> str:
        """Walk from a link page through Kakao and back; returns the page seen last."""
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar) as browser:
            async with browser.post(address, allow_redirects=False) as response:
                assert response.status == 303, await response.text()
                authorize = response.headers["Location"]
            back = await self.kakao.walk(account, authorize, agree=agree)
            async with browser.get(back) as response:
                return await response.text()


def link_of(reply: Reply) -> str:
    """Return the address behind the only link button of an answer."""
    rows = reply.answer.components
    [url] = [c["url"] for row in rows for c in row["components"] if "url" in c]
    return str(url)


async def until(come: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait until something has become true."""
    async with asyncio.timeout(seconds):
        while not come():  # noqa: ASYNC110 - nobody sets an event for a test
            await asyncio.sleep(STEP)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def open_world(
    folder: Path,
    *,
    bot: bool = True,
    patience: Patience = PATIENCE,
    calendar: bool = False,
    answer_within: float = ANSWER_SECONDS,
) -> AsyncIterator[World]:
    """Start both sandboxes and, unless told otherwise, the bot; the database is in `folder`."""
    async with AsyncExitStack() as stack:
        openapi = OPENAPI if OPENAPI.exists() else None
        discord = await stack.enter_async_context(
            LocalDiscord(build_village, openapi=openapi, answer_within=answer_within).serve()
        )
        kakao = await stack.enter_async_context(LocalKakao(add_people, sdk=SDK).serve())
        world = _world(discord, kakao, folder)
        world.patience = patience
        world.settings |= {"KAKAO_CALENDAR": "true"} if calendar else {}
        stack.push_async_callback(world.stop_bot)
        if bot:
            await world.start_bot()
        yield world


@asynccontextmanager
async def open_village(
    folder: Path, migrated: Path, *, calendar: bool = False, answer_within: float = ANSWER_SECONDS
) -> AsyncIterator[World]:
    """Open a world that many tests share, in which 민지 is linked; `migrated` is its database."""
    shutil.copy(migrated, folder)
    async with open_world(folder, calendar=calendar, answer_within=answer_within) as world:
        await world.link("민지")
        yield world
        assert world.discord.problems == []


def _world(discord: LocalDiscord, kakao: LocalKakao, folder: Path) -> World:
    port = free_port()
    public_url = f"http://127.0.0.1:{port}"
    kakao.app.redirect_uris.add(f"{public_url}/oauth/kakao/callback")
    kakao.app.product_link_domains.append(public_url)
    settings = {
        "DISCORD_TOKEN": discord.bot_token,
        "DISCORD_API_URL": discord.api_url,
        "KAKAO_REST_API_KEY": kakao.app.rest_api_key,
        "KAKAO_CLIENT_SECRET": kakao.app.client_secret,
        "KAKAO_AUTH_URL": kakao.url,
        "KAKAO_API_URL": kakao.url,
        "PUBLIC_URL": public_url,
        "WEB_PORT": str(port),
        "DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'kkachi.db'}",
        "TOKEN_KEYS": TOKEN_KEY,
    }
    return World(discord, kakao, public_url, settings)
