"""The whole demo: both services, the page, and the bot as a process of its own."""

import asyncio
import base64
import os
import secrets
import socket
import sys
import tempfile
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import ClientError, ClientSession, ClientTimeout

from sandbox.demo import clock
from sandbox.demo.page import Page
from sandbox.demo.people import add_people
from sandbox.demo.village import build_village
from sandbox.discord import LocalDiscord
from sandbox.kakao import LocalKakao
from sandbox.kakao.sdk_file import STAND_IN
from sandbox.kakao.state import Webhook

HOST = "127.0.0.1"
ROOT = Path(__file__).resolve().parents[2]
LINES = 200
LONGEST_LINE = 1024 * 1024
PATIENCE = 10.0
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
            await _end(process)
            watchers[1].cancel()
            await asyncio.gather(*watchers, return_exceptions=True)

    def advance(self, seconds: float) -> None:
        """Move its clock forward."""
        clock.move(self._clock, seconds)
        self._changed()

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


@dataclass(frozen=True, slots=True)
class Demo:
    """What runs: the two services, the page, and the bot's environment."""

    discord: LocalDiscord
    kakao: LocalKakao
    page: Page
    bot: BotProcess
    environment: Mapping[str, str]


@asynccontextmanager
async def open_demo(options: Options) -> AsyncIterator[Demo]:
    """Run everything until the block ends; nothing of it stays."""
    async with AsyncExitStack() as stack:
        ports = Ports(options.port)
        page_port = ports.take()
        discord = LocalDiscord(build_village, openapi=options.openapi)
        kakao = LocalKakao(add_people, sdk=options.kakao_sdk)
        await stack.enter_async_context(discord.serve(HOST, ports.take()))
        await stack.enter_async_context(kakao.serve(HOST, ports.take()))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kkachi-")))
        environment = bot_environment(discord, kakao, folder, ports.take())
        environment |= options.settings
        register_app(kakao, environment["PUBLIC_URL"])
        bot = BotProcess(environment, folder)
        page = Page(discord, kakao, bot, bot_url=environment["PUBLIC_URL"], lang=options.lang)
        await stack.enter_async_context(page.serve(HOST, page_port))
        if options.with_bot:
            await stack.enter_async_context(bot.running())
        yield Demo(discord, kakao, page, bot, environment)


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
