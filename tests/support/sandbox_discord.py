"""A tiny bot of unmodified discord.py that lives in a local Discord."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import discord
from aiohttp import ClientSession
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from sandbox.demo.village import build_village
from sandbox.discord import LocalDiscord

OPENAPI = Path(__file__).resolve().parents[3] / "shared" / "discord-openapi.json"
Interaction = discord.Interaction[Any]
Told = asyncio.Queue[list[Any]]


def new_discord(now: Callable[[], float] = time.time, answer_within: float = 3.0) -> LocalDiscord:
    """A local Discord that checks against the specification where its file is there."""
    openapi = OPENAPI if OPENAPI.exists() else None
    return LocalDiscord(build_village, now=now, answer_within=answer_within, openapi=openapi)


class TinyBot(commands.AutoShardedBot):
    """Knows nothing but what a test gives it; keeps the messages it hears."""

    def __init__(self, intents: discord.Intents, setup: Callable[["TinyBot"], None]) -> None:
        super().__init__("!", intents=intents, help_command=None, guild_ready_timeout=0.05)
        self.heard: asyncio.Queue[discord.Message] = asyncio.Queue()
        self.resumed = 0
        self.came = asyncio.Event()
        self._setup = setup

    async def setup_hook(self) -> None:
        self._setup(self)
        await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Do not wait five seconds before identifying again."""

    async def on_message(self, message: discord.Message, /) -> None:
        await self.heard.put(message)

    async def on_ready(self) -> None:
        self.came.set()

    async def on_resumed(self) -> None:
        self.resumed += 1


def listening(bot: TinyBot, *names: str) -> Told:
    """Collect what discord.py makes of these events: their name and what came with it."""
    told: Told = asyncio.Queue()

    def hear(name: str) -> None:
        async def listen(*values: object) -> None:
            told.put_nowait([name, *values])

        bot.add_listener(listen, f"on_{name}")

    for name in names:
        hear(name)
    return told


async def next_of(told: Told) -> list[Any]:
    """Give the next event."""
    async with asyncio.timeout(5):
        return await told.get()


def default_intents(**chosen: bool) -> discord.Intents:
    return discord.Intents(**({"guilds": True, "messages": True, "message_content": True} | chosen))


def nothing(_: TinyBot) -> None:
    """A bot without commands."""


@contextmanager
def pointed_at(local: LocalDiscord) -> Iterator[None]:
    """Point discord.py at the local Discord for a while."""
    base, assets = Route.BASE, discord.Asset.BASE
    gateway = DiscordWebSocket.DEFAULT_GATEWAY
    Route.BASE, discord.Asset.BASE = local.api_url, local.url
    DiscordWebSocket.DEFAULT_GATEWAY = URL(local.url.replace("http", "ws") + "/gateway")
    try:
        yield
    finally:
        Route.BASE, discord.Asset.BASE = base, assets
        DiscordWebSocket.DEFAULT_GATEWAY = gateway


@asynccontextmanager
async def a_bot(
    local: LocalDiscord,
    setup: Callable[[TinyBot], None] = nothing,
    intents: discord.Intents | None = None,
    shards: int | None = None,
) -> AsyncIterator[TinyBot]:
    """The tiny bot, ready; closed at the end."""
    bot = TinyBot(intents or default_intents(), setup)
    if shards is not None:
        bot.shard_count = shards
    with pointed_at(local):
        async with bot, asyncio.TaskGroup() as group:
            group.create_task(bot.start(local.bot_token))
            async with asyncio.timeout(10):
                await bot.came.wait()
            yield bot
            await bot.close()


class Raw:
    """Calls the API by hand, with the bot's token."""

    def __init__(self, local: LocalDiscord, http: ClientSession) -> None:
        self._local = local
        self._http = http

    async def __call__(
        self, method: str, path: str, body: object = None, *, token: str | None = None
    ) -> tuple[int, Any]:
        headers = {"Authorization": f"Bot {token or self._local.bot_token}"}
        url = self._local.api_url + path
        async with self._http.request(method, url, json=body, headers=headers) as reply:
            text = await reply.text()
            return reply.status, (await reply.json() if text else None)


@asynccontextmanager
async def by_hand(local: LocalDiscord) -> AsyncIterator[Raw]:
    async with ClientSession() as http:
        yield Raw(local, http)
