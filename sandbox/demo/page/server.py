"""The page's web server: its files, its JSON API, its stream of changes."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from aiohttp import web
from pydantic import ValidationError

from sandbox.demo.page.actions import ACTIONS, Action, Desk
from sandbox.demo.page.changes import Changes
from sandbox.demo.page.discord_side import DiscordSide
from sandbox.demo.page.guard import Guard
from sandbox.demo.page.kakao_side import KakaoSide
from sandbox.demo.page.trouble import Trouble
from sandbox.discord import CannotDo, LocalDiscord, Person, User
from sandbox.discord.state import Site
from sandbox.kakao import LocalKakao

JSON = dict[str, Any]
STATIC = Path(__file__).with_name("static")
# The bubble is Kkachi's own drawing, so that the phone and the share page cannot differ.
DRAWING = Path(__file__).parents[3] / "bot" / "web" / "static"
LAST_LINES = 80
LARGEST_BODY = 12 * 1024 * 1024


class Bot(Protocol):
    """What the page shows of the bot's process."""

    state: str
    exit: int | None
    on_change: list[Callable[[], None]]

    @property
    def lines(self) -> Iterable[str]:
        """Its last lines."""

    @property
    def linked(self) -> Collection[int]:
        """The ids of the Kakao accounts that it has linked."""

    def advance(self, seconds: float) -> None:
        """Move its clock forward."""


@dataclass(slots=True)
class Onlooker:
    """For whom a picture is drawn, and in which language they read."""

    user: User
    locale: str
    site: Site


@dataclass(frozen=True, slots=True)
class Scene:
    """What the page shows and works on: a local Discord, a local Kakao and a bot."""

    discord: LocalDiscord
    kakao: LocalKakao
    bot: Bot
    bot_url: str


BeginAgain = Callable[[], Awaitable[Scene]]


class Page:
    """The demo page over a scene; `begin_again` gives a new one, at the same addresses."""

    def __init__(
        self, scene: Scene, *, lang: str | None = None, begin_again: BeginAgain | None = None
    ) -> None:
        self.url = ""
        self._lang = lang
        self._changes = Changes()
        self._begin_again = begin_again
        self._resetting = False
        self._show(scene)

    def _show(self, scene: Scene) -> None:
        self._discord, self._kakao, self._bot = scene.discord, scene.kakao, scene.bot
        trouble = Trouble(scene.discord, scene.kakao, scene.bot.advance)
        self._desk = Desk(trouble, bot_url=scene.bot_url)
        self._kakao_side = KakaoSide(scene.kakao)
        self._run = secrets.token_hex(8)
        for listeners in (scene.discord.on_change, scene.kakao.on_change, scene.bot.on_change):
            listeners.append(self._changes.happened)

    @asynccontextmanager
    async def serve(self, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator["Page"]:
        """Listen until the block ends; `url` is the address meanwhile."""
        runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=1)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
            self.url = f"http://{host}:{runner.addresses[0][1]}"
            yield self
        finally:
            self._changes.close()
            await runner.cleanup()

    def _application(self) -> web.Application:
        guard = Guard((self._discord.url, self._kakao.url))
        application = web.Application(
            middlewares=[guard.middleware()], client_max_size=LARGEST_BODY
        )
        application.on_response_prepare.append(guard.set_headers)
        application.router.add_get("/", self._index)
        application.router.add_static("/static", STATIC)
        application.router.add_static("/drawing", DRAWING)
        application.router.add_get("/api/state", self._state)
        application.router.add_get("/api/events", self._events)
        application.router.add_post("/api/reset", self._reset)
        for name, action in ACTIONS.items():
            application.router.add_post(f"/api/{name}", self._doing(action))
        return application

    async def _index(self, _: web.Request) -> web.StreamResponse:
        return web.FileResponse(STATIC / "index.html")

    async def _state(self, request: web.Request) -> web.Response:
        wanted = request.query.get("person")
        people = self._people()
        person = next((one for one in people if one.user.name == wanted), people[0])
        locale = "en-US" if request.query.get("lang") == "en" else "ko"
        return web.json_response(self._view(person, locale))

    def _view(self, person: Person, locale: str) -> JSON:
        name = person.user.name
        side = DiscordSide(self._discord.world)
        return {
            "run": self._run,
            "now": self._discord.world.now(),
            "resets": self._begin_again is not None,
            "resetting": self._resetting,
            "version": self._changes.version,
            "lang": self._lang,
            "person": name,
            "people": [self._person(one, side) for one in self._people()],
            "bot": {
                "state": self._bot.state,
                "exit": self._bot.exit,
                "url": self._desk.bot_url,
                "lines": list(self._bot.lines)[-LAST_LINES:],
            },
            "discord": side.view(Onlooker(person.user, locale, self._discord.world.site)),
            "kakao": self._kakao_side.view(name),
            "trouble": self._desk.trouble.view(name),
        }

    def _people(self) -> list[Person]:
        """Those who have an account on both sides, whoever is about to link first."""
        known = {one.name: one for one in self._discord.people}
        return [known[name] for name in self._kakao.accounts if name in known]

    def _person(self, person: Person, side: DiscordSide) -> JSON:
        name = person.user.name
        return {
            "id": str(person.user.id),
            "name": name,
            "handle": person.user.username,
            "avatar": side.face(person.user),
            "agreed": self._kakao_side.has_agreed(name),
            "linked": self._kakao_side.number_of(name) in self._bot.linked,
            "received": self._kakao_side.received(name),
        }

    async def _events(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b"retry: 1000\n\n")
        try:
            async for version in self._changes.watch():
                line = ":\n\n" if version is None else f"event: change\ndata: {version}\n\n"
                await response.write(line.encode())
        except ConnectionError:
            return response
        return response

    async def _reset(self, request: web.Request) -> web.Response:
        """Begin again; whoever asks meanwhile is told that it is under way."""
        if request.content_type != "application/json":
            return web.json_response({"error": "the body must be JSON"}, status=415)
        if self._begin_again is None or self._resetting:
            return web.json_response({"error": "this cannot be reset now"}, status=409)
        self._turn(resetting=True)
        try:
            self._show(await self._begin_again())
        except (TimeoutError, OSError, CannotDo) as error:
            reason = str(error) or "the bot does not wake up"
            return web.json_response({"error": reason}, status=409)
        finally:
            self._turn(resetting=False)
        return web.json_response({})

    def _turn(self, *, resetting: bool) -> None:
        self._resetting = resetting
        self._changes.happened()

    def _doing(self, action: type[Action]) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def do(request: web.Request) -> web.Response:
            if request.content_type != "application/json":
                return web.json_response({"error": "the body must be JSON"}, status=415)
            try:
                made = action.model_validate_json(await request.read())
                return web.json_response(await made.run(self._desk))
            except ValidationError as error:
                return web.json_response({"error": _readable(error)}, status=400)
            except CannotDo as error:
                return web.json_response({"error": str(error)}, status=409)

        return do


def _readable(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
