"""The local Discord as tests and the demo hold it."""

import random as randomness
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from sandbox.discord.gateway import Gateway, Identify
from sandbox.discord.intents import Intent
from sandbox.discord.interactions import Interactions
from sandbox.discord.messages import Message
from sandbox.discord.oauth import Portal
from sandbox.discord.person import Person, commands_for
from sandbox.discord.server import Door, Server
from sandbox.discord.spec import spec_at
from sandbox.discord.state import JSON, Channel, Guild
from sandbox.discord.world import World

PRIVILEGED_INTENTS = {
    "members": Intent.GUILD_MEMBERS,
    "presences": Intent.GUILD_PRESENCES,
    "message_content": Intent.MESSAGE_CONTENT,
}


class LocalDiscord:
    """A Discord with one bot, on loopback and in memory.

    `populate` makes its main server and the people in it. `problems` collects every body that was
    refused as malformed, and every reply and event of ours that Discord's specification refuses;
    a healthy test ends with an empty list.
    """

    def __init__(
        self, populate: Callable[[World], Guild], *,
        now: Callable[[], float] = time.time, random: randomness.Random | None = None,
        openapi: Path | None = None, answer_within: float = 3.0, patience: float = 15.0,
    ) -> None:  # fmt: skip
        self.bot_token = "sandbox.discord.bot-token"
        self.patience = patience
        self.world = World(now=now, rng=random or randomness.Random())
        self.interactions = Interactions(self.world, answer_within=answer_within)
        spec = None if openapi is None else spec_at(openapi)
        self.gateway = Gateway(self.world, self.bot_token, spec)
        self._server = Server(self.world, self.interactions, self.gateway, self.bot_token, spec)
        self._people: dict[str, Person] = {}
        self.guild: Guild = populate(self.world)

    @asynccontextmanager
    async def serve(self, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator["LocalDiscord"]:
        """Answer on this address while the block runs."""
        runner = web.AppRunner(self._server.application(), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            self._door = Door(runner, host, port)
            await self._door.open()
            self.world.site.url = f"http://{host}:{self._door.port}"
            yield self
        finally:
            self.rest_hangs(hanging=False)
            self.interactions.close()
            await self.gateway.close()
            await runner.cleanup()

    @property
    def url(self) -> str:
        return self.world.site.url

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/v10"

    @property
    def problems(self) -> list[str]:
        return self.world.problems

    @property
    def on_change(self) -> list[Callable[[], None]]:
        """Called after anything that somebody can see has changed."""
        return self.world.on_change

    @property
    def people(self) -> list["Person"]:
        """Everybody in the main server but the bots, in order."""
        return [self.person(m.name) for m in self.guild.members.values() if not m.user.bot]

    def person(self, name: str) -> Person:
        """Give the person of this name, by the name people see."""
        if name not in self._people:
            user = next(one for one in self.world.users.values() if one.name == name)
            self._people[name] = Person(self.world, self.interactions, user, self.patience)
        return self._people[name]

    def commands_for(self, person: Person, channel: Channel | str) -> list[JSON]:
        """List the commands this person could use in this channel, one entry for each way."""
        return commands_for(self.world, person, person.find(channel))

    async def until(self, come: Callable[[], bool], seconds: float = 5.0) -> None:
        """Wait until something has become true here; TimeoutError when it does not."""
        if not await self.world.signal.until(come, seconds):
            raise TimeoutError("the local Discord has waited in vain")

    async def connected(self, seconds: float = 15.0) -> None:
        """Wait until a bot is connected to the gateway."""
        await self.until(lambda: self.gateway.connected, seconds)

    def message(self, message_id: int) -> Message | None:
        return self.world.find_message(message_id)

    def webhook_says(self, place: str, name: str, text: str) -> Message:
        """Let a webhook of a channel of the main server write, under a name of its own choice."""
        return self.world.post_by_webhook(self.guild.channel(place), name, content=text)

    # what the developer portal sets

    @property
    def portal(self) -> Portal:
        """The application's secret, redirect addresses and what is reported of its users."""
        return self._server.oauth.portal

    def is_alive(self, token: str) -> bool:
        """Tell whether a token of somebody's login would still be taken."""
        return self._server.oauth.is_alive(token)

    def allow_intents(self, *names: str) -> None:
        """Which privileged intents are switched on: members, presences, message_content."""
        self.world.allowed_intents = Intent(0)
        for name in names:
            self.world.allowed_intents |= PRIVILEGED_INTENTS[name]

    def allow_user_install(self, allowed: bool = True) -> None:  # noqa: FBT001, FBT002 - reads as a switch
        """Whether people may add the application to their own account."""
        self.world.allows_user_install = allowed

    # trouble

    async def drop_gateway(self, *, resumable: bool = True, repeated: int = 0) -> None:
        """Cut the gateway connection; the session survives only when it may be resumed.

        What happens in between is told on resuming, after `repeated` events that were told before.
        """
        await self.gateway.drop(resumable=resumable, repeated=repeated)

    @asynccontextmanager
    async def away(self, *, resumable: bool = True, repeated: int = 0) -> AsyncIterator[None]:
        """Keep the bot from the gateway while the block runs.

        What happens in it is told afterwards if the session may be resumed, and never otherwise.
        """
        self.refuse_gateway()
        await self.drop_gateway(resumable=resumable, repeated=repeated)
        await self.until(lambda: not self.gateway.connected)
        try:
            yield
        finally:
            self.refuse_gateway(refusing=False)

    def tell_unchecked(self, name: str, data: JSON) -> None:
        """Tell the bot an event of any shape, such as one that it cannot read."""
        self.gateway.tell_unchecked(name, data)

    def ask_to_reconnect(self) -> None:
        """Let Discord ask the bot to come back on a new connection; nothing is lost."""
        self.gateway.ask_to_reconnect()

    def refuse_gateway(self, refusing: bool = True) -> None:  # noqa: FBT001, FBT002 - reads as a switch
        """Let no new gateway connection in."""
        self.gateway.refuse(refusing=refusing)

    @property
    def refuses_gateway(self) -> bool:
        """Whether no new gateway connection is let in."""
        return self.gateway.refusing

    @property
    def holds_guilds(self) -> bool:
        """Whether a new session's servers stay unavailable."""
        return self.gateway.holding

    @property
    def rest_is_down(self) -> bool:
        """Whether calls of the HTTP API fail."""
        return self._server.trouble.failing is not None

    @property
    def rest_is_silent(self) -> bool:
        """Whether calls of the HTTP API are left without an answer."""
        return self._server.trouble.hangs

    def hold_guilds(self, holding: bool = True) -> None:  # noqa: FBT001, FBT002 - reads as a switch
        """Leave a new session's servers unavailable, as Discord does for a while, until it ends."""
        self.gateway.hold(holding=holding)

    def limit_identifies(self, at_once: int) -> None:
        """Let so many shards come together, and send away what comes too early, as Discord does.

        Otherwise it says 1 and lets everybody in: tests start bots anew at once.
        """
        self.gateway.limit_identifies(at_once)

    @property
    def identifies(self) -> Sequence[Identify]:
        """Which shards came to the gateway, the oldest first."""
        return list(self.gateway.identifies)

    def members_hang(self, hanging: bool = True) -> None:  # noqa: FBT001, FBT002 - reads as a switch
        """Leave requests for members over the gateway unanswered until this ends."""
        self.gateway.keep_members(silent=hanging)

    @property
    def member_requests(self) -> list[JSON]:
        """What was asked for over the gateway of members, the oldest first."""
        return self.gateway.member_requests

    def rest_down(self, down: bool = True) -> None:  # noqa: FBT001, FBT002 - reads as a switch
        """Answer every call of the HTTP API with 503."""
        self.rest_fails(503 if down else None)

    def rest_fails(self, status: int | None, *, at: str = "", after: int = 0) -> None:
        """Answer calls whose path holds `at` with this status; some are a proxy's, in HTML.

        So many of them are let through before.
        """
        trouble = self._server.trouble
        trouble.failing, trouble.passing = None if status is None else (at, status), after

    def rest_hangs(self, hanging: bool = True, *, at: str = "") -> None:  # noqa: FBT001, FBT002 - reads as a switch
        """Take calls whose path holds `at`, and answer none of them until it ends."""
        self._server.trouble.hang(at if hanging else None)

    @property
    def hanging(self) -> int:
        """How many calls of the HTTP API are left without an answer right now."""
        return self._server.trouble.waiting

    async def refuse_connections(self, refusing: bool = True) -> None:  # noqa: FBT001, FBT002 - reads as a switch
        """Let nobody in, gateway or HTTP API; gateway connections that stand stay."""
        self._server.trouble.refusing = refusing
        await (self._door.close() if refusing else self._door.open())

    def limit_next(self, calls: int, *, retry_after: float = 0.1, everywhere: bool = False) -> None:
        """Answer the next calls with 429: a limit of their own, or that of all calls together."""
        trouble = self._server.trouble
        trouble.limited, trouble.retry_after, trouble.everywhere = calls, retry_after, everywhere

    def close_dms(self, person: Person, closed: bool = True) -> None:  # noqa: FBT001, FBT002 - reads as a switch
        """Let the person take no messages from bots."""
        person.user.dms_open = not closed
