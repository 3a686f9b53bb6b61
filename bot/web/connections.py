"""Who is connected: how many at once, and how long one may take to say what they want."""

import asyncio
import logging
import resource
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import ip_address, ip_network

from aiohttp import hdrs, web

from bot.logs import Seldom
from bot.web.answers import Answers

Handle = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

logger = logging.getLogger(__name__)

# How long a body that nobody reads is waited for before the connection is closed.
LINGERING_TIME = 1.0
# asyncio takes so many connections in one go, before any of them can be closed again.
TAKEN_AT_ONCE = 128
# The rest of the files is for Discord, Kakao, the database and pictures.
SHARE_OF_FILES = 2
# Where systems begin, and more than we have use for.
USUAL_FILES, MOST_FILES = 1024, 4096
# The width of what one household or machine is given of IPv6.
IPV6_PREFIX = 64


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many connections there may be, and how many seconds each may take for what."""

    most: int
    most_of_one: int
    """From one address that is not this machine's or this network's, where proxies are."""
    asking: float = 10.0
    """Until a request line and all its headers are there, and for taking an answer."""
    idle: float = 130.0
    """Between two requests: longer than Caddy (120) and nginx (60) keep theirs."""


def bounds_of_this_process() -> Bounds:
    """Return how many connections the web server may take; says so where that is few."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        files = MOST_FILES
    most = max(1, (min(files, MOST_FILES) - TAKEN_AT_ONCE) // SHARE_OF_FILES)
    if files < USUAL_FILES:
        logger.warning(
            "only %d files may be open at once: the web server takes %d connections at most"
            " (LimitNOFILE of the unit, or ulimit -n)",
            files,
            most,
        )
    return Bounds(most=most, most_of_one=max(1, most // 8))


class Connections:
    """All connections there are; whoever waits longest for nothing makes room for a new one."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self._inside: dict[Connection, str] = {}

    def enter(self, connection: "Connection", peer: str) -> bool:
        """Let a connection in, at the cost of an idle one where there is no room; else False."""
        place = _place(peer)
        others = [one for one, where in self._inside.items() if where == place]
        is_full = len(self._inside) >= self.bounds.most
        has_share = _is_near(peer) or len(others) < self.bounds.most_of_one
        # Of those there are too many of, it is one of their own that goes.
        among = list(self._inside) if has_share else others
        if (is_full or not has_share) and not self._close_one(among):
            return False
        self._inside[connection] = place
        return True

    def leave(self, connection: "Connection") -> None:
        """Note that nobody is there any more."""
        self._inside.pop(connection, None)

    def _close_one(self, among: "list[Connection]") -> bool:
        """Close whoever has never asked anything, then whoever asks nothing now, oldest first."""
        idle = min((one for one in among if one.is_idle), key=_waiting, default=None)
        if idle is None:
            return False
        self.leave(idle)
        idle.abort()
        return True


class Unrouted(web.Response):
    """An answer to what has met no route, which nobody else completes."""

    def __init__(self, page: web.Response, answers: Answers) -> None:
        super().__init__(body=page.body, status=page.status, headers=page.headers)
        self._answers = answers

    async def _prepare_headers(self) -> None:
        await super()._prepare_headers()
        self._answers.secure_headers(self.headers)


class Farewell(Unrouted):
    """The last answer on a connection: what is still sent is read to its end, and ignored.

    To close a connection with unread bytes would make the visitor's side forget the answer.
    """

    def __init__(self, page: web.Response, answers: Answers, gone: asyncio.Event) -> None:
        super().__init__(page, answers)
        self.force_close()
        self._gone = gone

    async def write_eof(self, data: bytes = b"") -> None:
        """Finish the answer, then wait for the visitor to leave."""
        await super().write_eof(data)
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGERING_TIME):
                await self._gone.wait()


class Connection(web.RequestHandler):
    """Answers what is not even HTTP with our own page, and logs nothing of what was sent.

    aiohttp waits for ever for the rest of a request line or of headers, and for an answer to be
    taken; this one does not.
    """

    __slots__ = ("_answers", "_connections", "_deaf", "_gone", "_patience", "_seldom", "since")

    def __init__(
        self, server: web.Server, answers: Answers, connections: Connections, seldom: Seldom
    ) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            access_log=None,  # type: ignore[arg-type] # None means off; its lines hold addresses
            lingering_time=LINGERING_TIME,
            keepalive_timeout=connections.bounds.idle,
            # Nobody who asks us anything compresses it; what is not unpacked cannot burst.
            auto_decompress=False,
        )
        self._answers = answers
        self._connections = connections
        self._seldom = seldom
        self._deaf = False
        self._gone = asyncio.Event()
        self._patience: asyncio.TimerHandle | None = None
        self.since = self._loop.time()

    @property
    def is_idle(self) -> bool:
        """Whether the next request is waited for."""
        return self._waiter is not None and not self._waiter.done()

    @property
    def has_asked(self) -> bool:
        """Whether a whole request has ever come."""
        return self._request_count > 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Come in, if there is room."""
        super().connection_made(transport)
        peer = (transport.get_extra_info("peername") or ("",))[0]
        if self._connections.enter(self, peer):
            self._expect()
        else:
            self.abort()

    def data_received(self, data: bytes) -> None:
        """Listen, unless the last answer is under way; what has begun must be whole soon."""
        if self._deaf:
            return
        before = self._request_count
        super().data_received(data)
        if self._request_count > before:
            self.since = self._loop.time()
            self._expect_nothing()
        elif self.is_idle and self._patience is None:
            self._expect()

    def pause_writing(self) -> None:
        """Give the visitor some time to take what was answered."""
        super().pause_writing()
        self._expect()

    def resume_writing(self) -> None:
        """Go on."""
        self._expect_nothing()
        super().resume_writing()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Note that nobody is there any more."""
        self._gone.set()
        self._expect_nothing()
        self._connections.leave(self)
        super().connection_lost(exc)

    def abort(self) -> None:
        """Close at once, whatever is still to be read or written."""
        transport = self.transport
        self.force_close()
        if transport is not None:
            transport.abort()

    def _expect(self) -> None:
        self._expect_nothing()
        self._patience = self._loop.call_later(self._connections.bounds.asking, self.abort)

    def _expect_nothing(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    async def _handle_request(
        self, request: web.BaseRequest, start_time: float | None, request_handler: Handle
    ) -> tuple[web.StreamResponse, bool]:
        # aiohttp would repeat what was expected, and stumble over bytes that are no text.
        if request.headers.get(hdrs.EXPECT, "100-continue").lower() != "100-continue":
            request_handler = self._disappoint
        return await super()._handle_request(request, start_time, request_handler)

    async def _disappoint(self, request: web.BaseRequest) -> web.StreamResponse:
        status = HTTPStatus.EXPECTATION_FAILED
        return Unrouted(self._answers.notice(request, "bad-request", status), self._answers)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = HTTPStatus.INTERNAL_SERVER_ERROR,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - it repeats what was sent
    ) -> web.StreamResponse:
        """Answer a request that could not be parsed, or whose answer could not be made."""
        self._seldom.info("a request could not be answered: %s", type(exc).__name__)
        if request.writer.output_size > 0:
            raise ConnectionError("the answer has begun already")
        self._deaf = True
        name = "failed" if status == HTTPStatus.INTERNAL_SERVER_ERROR else "bad-request"
        page = self._answers.notice(request, name, status)
        return Farewell(page, self._answers, self._gone)

    def log_exception(self, *_args: object, **facts: object) -> None:
        """Log what kind of thing failed; the rest may hold an address with a token."""
        self._seldom.error("a connection failed: %s", type(facts.get("exc_info")).__name__)


def _waiting(connection: Connection) -> tuple[bool, float]:
    return connection.has_asked, connection.since


def _is_near(peer: str) -> bool:
    """Tell whether this address is of this machine or network: a proxy's, who asks for many."""
    try:
        return ip_address(peer).is_private
    except ValueError:
        return True


def _place(peer: str) -> str:
    try:
        address = ip_address(peer)
    except ValueError:
        return peer
    if address.version == 4:  # noqa: PLR2004 - the version of a protocol
        return peer
    return str(ip_network((int(address), IPV6_PREFIX), strict=False))
