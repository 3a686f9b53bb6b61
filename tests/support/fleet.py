"""Several processes of Kkachi on one PostgreSQL, between the local Discord and the local Kakao.

async with open_fleet(postgresql, tmp_path) as fleet:
    await fleet.start("left", "gateway", shards="0/2")
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool
from yarl import URL

from bot.cli.exit import TROUBLE
from sandbox.demo.people import add_people
from sandbox.demo.village import build_village
from sandbox.discord import Channel, Guild, LocalDiscord
from sandbox.discord.world import World as DiscordWorld
from sandbox.kakao import LocalKakao
from tests.support.processes import FORKS
from tests.support.world import ANSWER_SECONDS, CHAT, TOKEN_KEY, World, free_port

SHARDS = 2
BEYOND = "강건너"
HEALTHY_SECONDS = 180.0
STEP = 0.05
PLENTY = 10_000


def build_both_villages(world: DiscordWorld) -> Guild:
    """Build the village and, with the same people, another one on the other shard."""
    village = build_village(world)
    owner = next(one.user for one in village.members.values() if one.user.name == "하준")
    while True:
        other = world.add_guild("강 건너 마을", owner)
        if shard_of(other) != shard_of(village):
            break
        world.guilds.remove(other)  # the time that its id holds decides
    for member in village.members.values():
        if member.user.id not in other.members:
            world.join(other, member.user)
    world.add_channel(other, BEYOND)
    return village


def shard_of(guild: Guild) -> int:
    return (guild.id >> 22) % SHARDS


@dataclass
class Fleet:
    """The processes by their names; each has a port of its own."""

    world: World
    folder: Path
    database: AsyncEngine
    processes: dict[str, ForkServerProcess] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    settings: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def village(self) -> Guild:
        return self.world.discord.guild

    @property
    def beyond(self) -> Guild:
        return self.world.discord.world.guilds[-1]

    def room(self, guild: Guild) -> Channel:
        """Where people of a server talk."""
        return next(one for one in guild.channels if one.name in {CHAT, BEYOND})

    def gateway_of(self, guild: Guild) -> str:
        """Which process listens to a server."""
        return f"gateway {shard_of(guild)}"

    def begin(self, name: str, *roles: str, shards: str = "") -> None:
        """Start a process and do not wait for it."""
        self.ports.setdefault(name, free_port())
        self.settings[name] = self.world.settings | {
            "ROLES": ",".join(roles),
            "SHARDS": shards,
            "WEB_PORT": str(self.ports[name]),
        }
        self.begin_anew(name)

    def begin_anew(self, name: str) -> None:
        """Start a process that has ended, as it was."""
        given = self.settings[name], self.folder, self.log(name)
        process = FORKS.Process(target=run_kkachi, args=given)
        process.start()
        self.processes[name] = process

    def begin_two_of_each(self) -> None:
        """Start two processes of each role, each gateway with one of the two servers."""
        for number in range(SHARDS):
            self.begin(f"gateway {number}", "gateway", shards=f"{number}/{SHARDS}")
        for name in ("sender 1", "sender 2", "web 1", "web 2"):
            self.begin(name, name.split()[0])

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    async def start(self, name: str, *roles: str, shards: str = "") -> None:
        """Start a process and wait until it is at work."""
        self.begin(name, *roles, shards=shards)
        await self.until_healthy(name)

    async def forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Be the proxy before all who serve pages."""
        for port in [self.ports[name] for name in self.processes if name.startswith("web")]:
            with suppress(OSError):
                backend = await asyncio.open_connection("127.0.0.1", port)
                await asyncio.gather(_pass_on(reader, backend[1]), _pass_on(backend[0], writer))
                return
        writer.close()

    async def until_healthy(self, *names: str) -> None:
        async with aiohttp.ClientSession() as browser, asyncio.timeout(HEALTHY_SECONDS):
            for name in names or self.processes:
                while not await self._is_healthy(browser, name):
                    if not self.processes[name].is_alive():
                        self._begin_after_trouble(name)
                    await asyncio.sleep(STEP)

    def _begin_after_trouble(self, name: str) -> None:
        """Do as systemd does when its connection was cut at the very start."""
        said = self.log(name).read_text()
        assert self.processes[name].exitcode == TROUBLE, said
        assert "connection" in said.splitlines()[-1], said
        self.begin_anew(name)

    async def _is_healthy(self, browser: aiohttp.ClientSession, name: str) -> bool:
        try:
            async with browser.get(f"http://127.0.0.1:{self.ports[name]}/healthz") as response:
                return response.status == 200
        except aiohttp.ClientError:
            return False

    async def kill(self, name: str) -> None:
        self.processes[name].kill()
        await self.ended(name)

    async def ended(self, name: str) -> int | None:
        """Wait until a process has ended; returns its exit status."""
        await asyncio.to_thread(self.processes[name].join, 20)
        return self.processes[name].exitcode

    def signal(self, name: str, number: signal.Signals) -> None:
        pid = self.processes[name].pid
        assert pid is not None
        os.kill(pid, number)

    async def rows(self, query: str, **values: object) -> Sequence[Any]:
        async with self.database.connect() as connection:
            return (await connection.execute(text(query), values)).all()

    async def change(self, statement: str, **values: object) -> None:
        async with self.database.begin() as connection:
            await connection.execute(text(statement), values)

    async def end(self) -> None:
        running = [name for name, one in self.processes.items() if one.is_alive()]
        for name in running:
            self.signal(name, signal.SIGCONT)
            self.signal(name, signal.SIGTERM)
        for name in running:
            if await self.ended(name) is None:
                await self.kill(name)


@asynccontextmanager
async def open_fleet(
    postgresql: str, folder: Path, *, proxied: bool = True
) -> AsyncIterator[Fleet]:
    """Open both sandboxes beside this database; who takes part is started by the test.

    Unless it is `proxied`, somebody else stands before the webs.
    """
    async with AsyncExitStack() as stack:
        local = LocalDiscord(
            build_both_villages, answer_within=ANSWER_SECONDS, patience=1.5 * ANSWER_SECONDS
        )
        discord = await stack.enter_async_context(local.serve())
        kakao = await stack.enter_async_context(LocalKakao(add_people).serve())
        database = create_async_engine(postgresql, poolclass=NullPool)
        fleet = Fleet(_world(discord, kakao, postgresql), folder, database)
        stack.push_async_callback(fleet.database.dispose)
        if proxied:
            port = URL(fleet.world.public_url).port
            proxy = await asyncio.start_server(fleet.forward, "127.0.0.1", port)
            await stack.enter_async_context(proxy)
        stack.push_async_callback(fleet.end)
        yield fleet


def _world(discord: LocalDiscord, kakao: LocalKakao, postgresql: str) -> World:
    port = free_port()
    public_url = f"http://127.0.0.1:{port}"
    kakao.app.redirect_uris.add(f"{public_url}/oauth/kakao/callback")
    kakao.app.product_link_domains.append(public_url)
    limits = kakao.switches
    limits.pair_per_day = limits.sender_per_day = limits.recipient_per_day = PLENTY
    plenty = {f"KAKAO_{kind}_DAILY": str(PLENTY) for kind in ("PAIR", "SENDER", "RECIPIENT")}
    settings = plenty | {
        "DISCORD_TOKEN": discord.bot_token,
        "DISCORD_API_URL": discord.api_url,
        "KAKAO_REST_API_KEY": kakao.app.rest_api_key,
        "KAKAO_CLIENT_SECRET": kakao.app.client_secret,
        "KAKAO_AUTH_URL": kakao.url,
        "KAKAO_API_URL": kakao.url,
        "PUBLIC_URL": public_url,
        "DATABASE_URL": postgresql,
        "TOKEN_KEYS": TOKEN_KEY,
    }
    return World(discord, kakao, public_url, settings)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
    writer.close()


def run_kkachi(settings: dict[str, str], folder: Path, log: Path) -> None:
    """Be `python -m bot` with nothing but these settings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    os.environ.clear()
    os.environ.update(kept | settings)
    os.chdir(folder)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(output, 1)
    os.dup2(output, 2)
    sys.argv = ["bot"]
    import_module("bot.__main__").main()
