"""The whole demo: both services, the page, and the bot as a process of its own."""

import asyncio
import base64
import os
import secrets
import socket
import sqlite3
import sys
import tempfile
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import ClientError, ClientSession, ClientTimeout

from sandbox.demo import clock
from sandbox.demo.neighbour import move_in
from sandbox.demo.page import Page, Scene
from sandbox.demo.people import add_people
from sandbox.demo.village import build_neighbourhood
from sandbox.discord import LocalDiscord
from sandbox.kakao import LocalKakao
from sandbox.kakao.sdk_file import STAND_IN
from sandbox.kakao.state import Webhook

HOST = "127.0.0.1"
ROOT = Path(__file__).resolve().parents[2]
LINES = 200
LONGEST_LINE = 1024 * 1024
PATIENCE = 10.0
WAKES_WITHIN = 60.0
LOOK_EVERY = 0.1
KEPT_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "TEMP", "SYSTEMROOT", "VIRTUAL_ENV")


@dataclass(frozen=True, slots=True)
class Options:
    """How the demo is started; port 0 takes any free port for everything."""

    port: int = 8700
    lang: str | None = None
    openapi: Path | None = None
    kakao_sdk: Path = STAND_IN
    with_bot: bool = True
    settings: Mapping[str, str] = field(default_factory=dict)
    """Of the bot, beside those that lead it to both services."""


class BotProcess:
    """The bot with its last lines kept; its state is `none` until it runs.

    Its code is unmodified, only its clock can be moved.
    """

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self.state = "none"
        self.exit: int | None = None
        self.logged = 0
        """How many bytes it has said so far."""
        self.lines: deque[str] = deque(maxlen=LINES)
        self.on_change: list[Callable[[], None]] = []
        self.ready = asyncio.Event()
        self._environment = environment
        self._folder = folder
        self._clock = folder / "clock"

    @asynccontextmanager
    async def running(self) -> AsyncIterator["BotProcess"]:
        """Keep the bot running until the block ends; then SIGTERM, and SIGKILL if it lingers."""
        self._turn("starting")
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "sandbox.demo.clock", str(self._clock), "bot"),
            cwd=self._folder,
            env=child_environment(self._environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            limit=LONGEST_LINE,
        )
        watchers = [asyncio.create_task(one) for one in (self._follow(process), self._greet())]
        try:
            yield self
        finally:
            self.on_change.clear()  # that it is ended is no news
            await _end(process)
            watchers[1].cancel()
            await asyncio.gather(*watchers, return_exceptions=True)

    def advance(self, seconds: float) -> None:
        """Move its clock forward."""
        clock.move(self._clock, seconds)
        self._changed()

    @property
    def linked(self) -> frozenset[int]:
        """The ids of the Kakao accounts that it has linked, by its own database."""
        path = self._environment.get("DATABASE_URL", "").partition(":///")[2]
        with (
            suppress(sqlite3.Error),
            closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db,
        ):
            return frozenset(row[0] for row in db.execute("SELECT kakao_id FROM links"))
        return frozenset()

    async def _follow(self, process: asyncio.subprocess.Process) -> None:
        if process.stdout is not None:
            async for line in process.stdout:
                self.logged += len(line)
                self.lines.append(line.decode(errors="replace").rstrip())
                self._changed()
        self.exit = await process.wait()
        self._turn("stopped")
        self.ready.set()

    async def _greet(self) -> None:
        """Look at the bot's health until it is well."""
        address = f"{self._environment['PUBLIC_URL']}/healthz"
        async with ClientSession(timeout=ClientTimeout(total=2)) as http:
            while not await _healthy(http, address):  # noqa: ASYNC110 - only asking tells
                await asyncio.sleep(LOOK_EVERY)
        if self.exit is None:
            self._turn("ready")
            self.ready.set()

    def _turn(self, state: str) -> None:
        self.state = state
        self._changed()

    def _changed(self) -> None:
        for listener in self.on_change:
            listener()


class Demo:
    """What runs: the two services, the page, and the bot's environment."""

    discord: LocalDiscord
    kakao: LocalKakao
    bot: BotProcess
    environment: Mapping[str, str]
    page: Page

    def __init__(self, options: Options, ports: "Ports") -> None:
        self._options = options
        self._ports = [ports.take() for _ in range(3)]
        self._day = AsyncExitStack()
        self.on_bot_change: list[Callable[[], None]] = []
        """Told of the bot of every day."""

    async def begin(self) -> Scene:
        """Let both services and the bot begin a day of which nothing has happened."""
        day, options = self._day, self._options
        for_discord, for_kakao, for_bot = self._ports
        self.discord = LocalDiscord(build_neighbourhood, openapi=options.openapi)
        self.kakao = LocalKakao(add_people, sdk=options.kakao_sdk)
        await day.enter_async_context(self.discord.serve(HOST, for_discord))
        await day.enter_async_context(self.kakao.serve(HOST, for_kakao))
        folder = Path(day.enter_context(tempfile.TemporaryDirectory(prefix="kkachi-")))
        environment = bot_environment(self.discord, self.kakao, folder, for_bot)
        self.environment = {**environment, **options.settings}
        register_app(self.kakao, self.environment["PUBLIC_URL"])
        self.bot = BotProcess(self.environment, folder)
        self.bot.on_change.append(self._tell)
        if options.with_bot:
            await day.enter_async_context(self.bot.running())
        return Scene(self.discord, self.kakao, self.bot, self.environment["PUBLIC_URL"])

    async def begin_again(self) -> Scene:
        """End the day and begin it once more; TimeoutError when the bot does not wake up."""
        await self.end()
        scene = await self.begin()
        if self._options.with_bot:
            await asyncio.wait_for(self.bot.ready.wait(), WAKES_WITHIN)
            await self.settle()
        return scene

    async def settle(self) -> None:
        """Let everybody but the visitor link their account."""
        await move_in(self.discord, self.kakao, lambda: self.bot.linked)

    async def end(self) -> None:
        """Let nothing of the day stay."""
        await self._day.aclose()

    def _tell(self) -> None:
        for listener in self.on_bot_change:
            listener()


@asynccontextmanager
async def open_demo(options: Options) -> AsyncIterator[Demo]:
    """Run everything until the block ends; nothing of it stays."""
    ports = Ports(options.port)
    page_port = ports.take()
    demo = Demo(options, ports)
    try:
        demo.page = Page(await demo.begin(), lang=options.lang, begin_again=demo.begin_again)
        async with demo.page.serve(HOST, page_port):
            yield demo
    finally:
        await demo.end()


class Ports:
    """Hands out ports of this machine: from the first one upwards, free ones only."""

    def __init__(self, first: int) -> None:
        self._next = first

    def take(self) -> int:
        """Give the next free port; when the first one was 0, any."""
        while self._next:
            self._next += 1
            if _is_free(self._next - 1):
                return self._next - 1
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            return int(probe.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def bot_environment(
    discord: LocalDiscord, kakao: LocalKakao, folder: Path, port: int
) -> dict[str, str]:
    """Give the environment of a bot that talks to the sandbox."""
    return {
        "DISCORD_TOKEN": discord.bot_token,
        "DISCORD_API_URL": discord.api_url,
        "KAKAO_REST_API_KEY": kakao.app.rest_api_key,
        "KAKAO_CLIENT_SECRET": kakao.app.client_secret,
        "KAKAO_ADMIN_KEY": kakao.app.admin_key,
        "KAKAO_JAVASCRIPT_KEY": kakao.app.javascript_key,
        "KAKAO_APP_ID": str(kakao.app.id),
        "KAKAO_LINK_DOMAINS": kakao.url,
        "KAKAO_SDK_URL": kakao.sdk_url,
        "KAKAO_SDK_INTEGRITY": kakao.sdk_integrity,
        "KAKAO_AUTH_URL": kakao.url,
        "KAKAO_API_URL": kakao.url,
        "KAKAO_CALENDAR": "true",
        "PUBLIC_URL": f"http://{HOST}:{port}",
        "WEB_HOST": HOST,
        "WEB_PORT": str(port),
        "DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'data' / 'kkachi.db'}",
        "TOKEN_KEYS": base64.b64encode(secrets.token_bytes(32)).decode(),
    }


def register_app(kakao: LocalKakao, public_url: str) -> None:
    """Register the bot's addresses at Kakao, as its operator does in the console."""
    kakao.app.redirect_uris.add(f"{public_url}/oauth/kakao/callback")
    kakao.app.product_link_domains += [public_url, kakao.url]
    kakao.app.js_sdk_domains.add(public_url)
    kakao.offer_calendar()
    kakao.calendar_members_only(on=False)
    kakao.app.share_webhook = Webhook(f"{public_url}/webhooks/kakao/share")
    kakao.app.unlink_webhook = Webhook(f"{public_url}/webhooks/kakao/unlink")
    kakao.app.account_webhook = Webhook(f"{public_url}/webhooks/kakao/account")


def child_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Give the child its settings and no other: no proxies, no keys of a real `.env`."""
    kept = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    python = {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}
    return kept | python | dict(settings)


async def _healthy(http: ClientSession, address: str) -> bool:
    try:
        async with http.get(address) as response:
            return response.status == 200
    except (ClientError, TimeoutError):
        return False


async def _end(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), PATIENCE)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
