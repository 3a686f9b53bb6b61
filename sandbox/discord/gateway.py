"""The gateway: sessions that hear events, connections that come and go beneath them."""

import asyncio
import json
import logging
from collections import deque
from dataclasses import dataclass

from aiohttp import WSCloseCode, WSMsgType, web

from sandbox.discord.core import Event
from sandbox.discord.intents import Intent, application_flags, as_read
from sandbox.discord.member_requests import (
    DECODE_ERROR,
    DISALLOWED_INTENTS,
    MOST_NAMED,
    checked,
    chunks,
    ids_of,
    is_for_all,
    nonce_of,
)
from sandbox.discord.sessions import Closing, Connection, Session, compressor
from sandbox.discord.spec import Spec
from sandbox.discord.state import JSON, Guild, Member
from sandbox.discord.world import World

logger = logging.getLogger(__name__)

HEARTBEAT, IDENTIFY, PRESENCE, VOICE_STATE, RESUME = 1, 2, 3, 4, 6
RECONNECT, REQUEST_MEMBERS, INVALID_SESSION, HELLO, ACK = 7, 8, 9, 10, 11
UNKNOWN_OPCODE, NOT_AUTHENTICATED, BAD_TOKEN, ALREADY_AUTHENTICATED = 4001, 4003, 4004, 4005
TOO_MANY_FRAMES, BAD_SHARD, BAD_INTENTS = 4008, 4010, 4013
HEARTBEAT_MS = 41_250
ALL_INTENTS = (1 << 26) - 1
LARGEST_FRAME = 4096  # bytes
# What a bot hears of a guild that it is not in.
OF_STRANGERS = frozenset({"INTERACTION_CREATE", "GUILD_DELETE"})
MOST_FRAMES, FRAMES_SECONDS = 120, 60.0  # of one connection
ALL_MEMBERS_SECONDS = 30.0  # between two requests for all members of a guild
IDENTIFY_SECONDS = 5.0  # between two shards of one key
KEPT_IDENTIFIES = 1000


@dataclass(frozen=True, slots=True)
class Identify:
    """A shard that came, at a time in seconds since 1970, and whether it was let in."""

    shard: int
    at: float
    is_in: bool


class Gateway:
    """All sessions; decides which of them hears what."""

    def __init__(self, world: World, token: str, spec: Spec | None) -> None:
        self._world = world
        self._token = token
        self._spec = spec
        self._sessions: dict[str, Session] = {}
        self._connections: set[Connection] = set()
        self.refusing = False
        self.holding = False
        self._silent = False
        self._repeated = 0
        self._all_from: dict[int, float] = {}
        self.counts_identifies = False
        """Whether a shard that comes too early is sent away, as it always is at Discord."""
        self._identify_from: dict[int, float] = {}
        self.identifies: deque[Identify] = deque(maxlen=KEPT_IDENTIFIES)
        """Which shards came, the oldest first."""
        self.member_requests: list[JSON] = []
        """All requests for members so far, the oldest first."""
        world.on_event.append(self.publish)

    @property
    def connected(self) -> bool:
        """Whether some bot has identified and is there."""
        return any(one.connection is not None for one in self._sessions.values())

    # what the world tells

    def publish(self, event: Event) -> None:
        """Tell every session that may hear it."""
        for session in self._sessions.values():
            if self._hears(session, event):
                self._tell(session, event.name, self._as_told(session, event))

    def _tell(self, session: Session, name: str, data: JSON) -> None:
        for fault in self._spec.event_faults(name, data) if self._spec else ():
            self._world.problems.append(f"our event {name}: {fault}")
        session.dispatch(name, data)

    def _hears(self, session: Session, event: Event) -> bool:
        if not session.owns(event.guild) or event.guild in session.held:
            return False
        if event.guild is not None and not self._is_told_of(event.guild, event.name):
            return False
        if event.needs is not None and not session.intents & event.needs:
            return self._own_change(event)
        return event.channel is None or self._world.sees(self._world.bot, event.channel)

    def _is_told_of(self, guild: Guild, name: str) -> bool:
        is_in = self._world.bot.id in guild.members
        return not guild.unavailable and (is_in or name in OF_STRANGERS)

    def _own_change(self, event: Event) -> bool:
        """Let a bot always hear of its own membership."""
        own = event.name == "GUILD_MEMBER_UPDATE"
        return own and event.data["user"]["id"] == str(self._world.bot.id)

    def _as_told(self, session: Session, event: Event) -> JSON:
        if event.name == "GUILD_CREATE" and event.guild is not None:
            return self._guild(session, event.guild) | event.data
        message = event.message
        if message is None or "content" not in event.data:
            return event.data
        if session.intents & Intent.MESSAGE_CONTENT:
            return event.data
        return as_read(self._world.bot, message, event.data)

    # trouble

    async def drop(self, *, resumable: bool, repeated: int = 0) -> None:
        """Cut every connection; sessions survive only when they may be resumed.

        On resuming, so many of the last events are told once more, as Discord sometimes does.
        """
        self._repeated = repeated
        if not resumable:
            self._sessions.clear()
        for connection in list(self._connections):
            connection.close(4000, "dropped")

    def tell_unchecked(self, name: str, data: JSON) -> None:
        """Tell every session an event of any shape, as Discord does when it changes something."""
        for session in self._sessions.values():
            session.dispatch(name, data)

    def ask_to_reconnect(self) -> None:
        """Ask every bot to come back on a new connection, as Discord does now and then."""
        for connection in self._connections:
            connection.say(RECONNECT)

    def refuse(self, *, refusing: bool) -> None:
        """Answer new connections with 503."""
        self.refusing = refusing

    def hold(self, *, holding: bool) -> None:
        """Tell new sessions of no server until this ends."""
        self.holding = holding
        if not holding:
            for session in self._sessions.values():
                self._tell_guilds(session)

    def keep_members(self, *, silent: bool) -> None:
        """Leave requests for members unanswered until this ends."""
        self._silent = silent

    async def close(self) -> None:
        for connection in list(self._connections):
            connection.close(WSCloseCode.GOING_AWAY, "shutting down")

    # one connection

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """Serve one websocket."""
        packer = compressor(request.query.get("compress"))
        if self.refusing or packer is None:
            return web.Response(status=503)
        socket = web.WebSocketResponse(max_msg_size=0, compress=False)
        await socket.prepare(request)
        connection = Connection(socket, packer)
        self._connections.add(connection)
        writer = asyncio.create_task(connection.write())
        try:
            await self._talk(connection)
        finally:
            await self._hang_up(connection, writer)
        return socket

    async def _talk(self, connection: Connection) -> None:
        connection.say(HELLO, {"heartbeat_interval": HEARTBEAT_MS})
        async for frame in connection.socket:
            if frame.type is not WSMsgType.TEXT:
                continue
            try:
                self._count(connection)
                self._take(connection, _parsed(frame.data))
            except Closing as closing:
                connection.close(closing.code, closing.reason)

    def _count(self, connection: Connection) -> None:
        now = self._world.now()
        connection.came = [at for at in connection.came if at > now - FRAMES_SECONDS] + [now]
        if len(connection.came) > MOST_FRAMES:
            raise Closing(TOO_MANY_FRAMES, "Rate limited.")

    async def _hang_up(self, connection: Connection, writer: asyncio.Task[None]) -> None:
        self._connections.discard(connection)
        if connection.session is not None and connection.session.connection is connection:
            connection.session.connection = None
        writer.cancel()
        try:
            await writer
        except (asyncio.CancelledError, ConnectionError):
            logger.debug("a gateway connection has ended")
        self._world.changed()

    def _take(self, connection: Connection, frame: JSON) -> None:
        op, data = frame.get("op"), frame.get("d")
        if op == HEARTBEAT:
            connection.say(ACK)
        elif op == IDENTIFY:
            self._identify(connection, data or {})
        elif op == RESUME:
            self._resume(connection, data or {})
        elif connection.session is None:
            raise Closing(NOT_AUTHENTICATED, "Not authenticated.")
        elif op == REQUEST_MEMBERS:
            self._send_members(connection.session, data)
        elif op not in (PRESENCE, VOICE_STATE):
            raise Closing(UNKNOWN_OPCODE, "Unknown opcode.")

    def _identify(self, connection: Connection, data: JSON) -> None:
        if connection.session is not None:
            raise Closing(ALREADY_AUTHENTICATED, "Already authenticated.")
        self._check_token(data)
        intents = self._checked_intents(data.get("intents"))
        number, shards = data.get("shard") or (0, 1)
        if not 0 <= number < shards:
            raise Closing(BAD_SHARD, "Invalid shard.")
        if not self._takes(number):
            connection.say(INVALID_SESSION, data=False)
            return
        session = Session(f"{self._world.random.getrandbits(128):032x}", (number, shards), intents)
        self._sessions[session.id] = session
        self._bind(session, connection)
        self._greet(session)

    def _takes(self, shard: int) -> bool:
        """Tell whether a shard may come now; those whose numbers have one key come in turn."""
        key, now = shard % self._world.shards_at_once, self._world.now()
        takes = not self.counts_identifies or now >= self._identify_from.get(key, now)
        if takes:
            self._identify_from[key] = now + IDENTIFY_SECONDS
        self.identifies.append(Identify(shard, now, takes))
        return takes

    def limit_identifies(self, at_once: int) -> None:
        """Begin to send away what comes too early."""
        self.counts_identifies, self._world.shards_at_once = True, at_once
        self._identify_from.clear()
        self.identifies.clear()

    def _check_token(self, data: JSON) -> None:
        if str(data.get("token", "")).removeprefix("Bot ") != self._token:
            raise Closing(BAD_TOKEN, "Authentication failed.")

    def _checked_intents(self, bits: object) -> Intent:
        if not isinstance(bits, int) or not 0 <= bits <= ALL_INTENTS:
            raise Closing(BAD_INTENTS, "Invalid intent(s).")
        privileged = Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES | Intent.MESSAGE_CONTENT
        if bits & privileged & ~self._world.allowed_intents:
            raise Closing(DISALLOWED_INTENTS, "Disallowed intent(s).")
        return Intent(bits)

    def _bind(self, session: Session, connection: Connection) -> None:
        session.connection, connection.session = connection, session
        self._world.changed()

    def _greet(self, session: Session) -> None:
        world = self._world
        owned = [guild for guild in world.guilds if session.owns(guild)]
        owned = [guild for guild in owned if world.bot.id in guild.members]
        user = world.bot.payload() | {"verified": True, "mfa_enabled": False, "email": None}
        flags = application_flags(world.allowed_intents)
        ready = {
            "v": 10,
            "user": user,
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in owned],
            "session_id": session.id,
            "resume_gateway_url": world.site.url.replace("http", "ws", 1) + "/gateway",
            "shard": list(session.shard),
            "application": {"id": str(world.application_id), "flags": flags},
        }
        self._tell(session, "READY", ready)
        session.held = owned
        if not self.holding:
            self._tell_guilds(session)
        session.greeted = session.sequence

    def _tell_guilds(self, session: Session) -> None:
        guilds, session.held = session.held, []
        for guild in guilds:
            if session.intents & Intent.GUILDS and not guild.unavailable:
                told = self._guild(session, guild) | {"unavailable": False}
                self._tell(session, "GUILD_CREATE", told)

    def _guild(self, session: Session, guild: Guild) -> JSON:
        """Without the presences intent the bot is told of no member but itself."""
        bot = self._world.bot
        everybody = session.intents & Intent.GUILD_PRESENCES
        members = list(guild.members.values()) if everybody else [guild.members[bot.id]]
        threads = [one for one in guild.threads() if self._world.sees(bot, one)]
        told = guild.gateway_payload(members, threads)
        if session.intents & Intent.GUILD_VOICE_STATES:
            self._add_voices(guild, told, members)
        if session.intents & Intent.GUILD_SCHEDULED_EVENTS:
            events = self._world.events_seen(guild, bot)
            told["guild_scheduled_events"] = [one.payload() for one in events]
        return told

    def _add_voices(self, guild: Guild, told: JSON, members: list[Member]) -> None:
        """Whoever talks is told of, whether or not the bot may know all members."""
        states = self._world.voices_in(guild)
        told["voice_states"] = [one.payload() for one in states]
        present = [guild.members[one.user.id] for one in states]
        told["members"] += [one.payload() for one in present if one not in members]

    def _resume(self, connection: Connection, data: JSON) -> None:
        self._check_token(data)
        session = self._sessions.get(str(data.get("session_id")))
        missed = session.since(int(data.get("seq") or 0), self._repeated) if session else None
        if session is None or missed is None:
            connection.say(INVALID_SESSION, data=False)
            return
        self._repeated = 0
        self._bind(session, connection)
        for text in missed:
            connection.send(text)
        self._tell(session, "RESUMED", {})

    # members on request

    def _send_members(self, session: Session, data: object) -> None:
        request = checked(data, session.intents)
        self.member_requests.append(request)
        if len(ids_of(request)) > MOST_NAMED:
            self._world.problems.append(f"more than {MOST_NAMED} members are asked for by id")
        guild = self._world.guild(int(request["guild_id"]))
        if self._silent or guild is None or not self._tells_of(session, guild):
            return
        if is_for_all(request) and (wait := self._wait_for_all(guild)):
            meta = {"guild_id": str(guild.id)} | nonce_of(request)
            limit = {"opcode": REQUEST_MEMBERS, "retry_after": wait, "meta": meta}
            self._tell(session, "RATE_LIMITED", limit)
            return
        for chunk in chunks(guild, request, session.intents):
            self._tell(session, "GUILD_MEMBERS_CHUNK", chunk)

    def _tells_of(self, session: Session, guild: Guild) -> bool:
        here = self._world.bot.id in guild.members and not guild.unavailable
        return here and session.owns(guild) and guild not in session.held

    def _wait_for_all(self, guild: Guild) -> float:
        """Give how long it is until all members of a guild may be asked for; 0 takes that turn."""
        now = self._world.now()
        wait = max(0.0, self._all_from.get(guild.id, now) - now)
        if not wait:
            self._all_from[guild.id] = now + ALL_MEMBERS_SECONDS
        return wait


def _parsed(text: str) -> JSON:
    if len(text.encode()) > LARGEST_FRAME:
        raise Closing(DECODE_ERROR, "Error while decoding payload.")
    try:
        frame = json.loads(text)
    except ValueError:
        raise Closing(DECODE_ERROR, "Error while decoding payload.") from None
    if not isinstance(frame, dict):
        raise Closing(DECODE_ERROR, "Error while decoding payload.")
    return frame
