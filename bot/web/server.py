"""Runs the web application on a socket."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus

from aiohttp import web

from bot.web.answers import ANSWERS, Answers

logger = logging.getLogger(__name__)

# Requests under way may finish; aiohttp waits this long twice before it cancels them.
SHUTDOWN_PATIENCE = 1.0
# How long a body that nobody reads is waited for before the connection is closed.
LINGERING_TIME = 1.0


class Farewell(web.Response):
    """The last answer on a connection: what is still sent is read to its end, and ignored.

    To close a connection with unread bytes would make the visitor's side forget the answer.
    """

    def __init__(self, page: web.Response, gone: asyncio.Event) -> None:
        super().__init__(body=page.body, status=page.status, headers=page.headers)
        self.force_close()
        self._gone = gone

    async def write_eof(self, data: bytes = b"") -> None:
        """Finish the answer, then wait for the visitor to leave."""
        await super().write_eof(data)
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGERING_TIME):
                await self._gone.wait()


class Connection(web.RequestHandler):
    """Answers what is not even HTTP with our own page, and logs nothing of what was sent."""

    __slots__ = ("_answers", "_deaf", "_gone")

    def __init__(self, server: web.Server, answers: Answers) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            access_log=None,  # type: ignore[arg-type] # None means off; its lines hold addresses
            lingering_time=LINGERING_TIME,
        )
        self._answers = answers
        self._deaf = False
        self._gone = asyncio.Event()

    def data_received(self, data: bytes) -> None:
        """Listen, unless the last answer is under way."""
        if not self._deaf:
            super().data_received(data)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Note that nobody is there any more."""
        self._gone.set()
        super().connection_lost(exc)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = HTTPStatus.INTERNAL_SERVER_ERROR,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - it repeats what was sent
    ) -> web.StreamResponse:
        """Answer a request that could not be parsed, or whose answer could not be made."""
        logger.info("A request could not be answered: %s", type(exc).__name__)
        if request.writer.output_size > 0:
            raise ConnectionError("the answer has begun already")
        self._deaf = True
        name = "failed" if status == HTTPStatus.INTERNAL_SERVER_ERROR else "bad-request"
        return Farewell(self._answers.notice(request, name, status), self._gone)

    def log_exception(self, *_args: object, **facts: object) -> None:
        """Log what kind of thing failed; the rest may hold an address with a token."""
        logger.error("A connection failed: %s", type(facts.get("exc_info")).__name__)


@asynccontextmanager
async def serve(app: web.Application, host: str, port: int) -> AsyncIterator[int]:
    """Serve the application; yields the port, which is another one when 0 was asked for."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_PATIENCE)
    await runner.setup()
    try:
        server = await _listen(runner, app[ANSWERS], host, port)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, answers: Answers, host: str, port: int) -> asyncio.Server:
    connections = runner.server
    assert connections is not None  # noqa: S101 - setup() has made it
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: Connection(connections, answers), host, port)
