"""Runs the web application on a socket."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from bot.logs import Seldom
from bot.web.answers import ANSWERS
from bot.web.connections import Bounds, Connection, Connections, bounds_of_this_process

logger = logging.getLogger(__name__)

# Requests under way may finish; aiohttp waits this long twice before it cancels them.
SHUTDOWN_PATIENCE = 1.0


@asynccontextmanager
async def serve(
    app: web.Application, host: str, port: int, bounds: Bounds | None = None
) -> AsyncIterator[int]:
    """Serve the application; yields the port, which is another one when 0 was asked for."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_PATIENCE)
    await runner.setup()
    try:
        connections = Connections(bounds or bounds_of_this_process())
        server = await _listen(runner, connections, host, port)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
    finally:
        await runner.cleanup()


async def _listen(
    runner: web.AppRunner, connections: Connections, host: str, port: int
) -> asyncio.Server:
    handler, seldom = runner.server, Seldom(logger)
    assert handler is not None  # noqa: S101 - setup() has made it
    answers = runner.app[ANSWERS]
    loop = asyncio.get_running_loop()
    return await loop.create_server(
        lambda: Connection(handler, answers, connections, seldom), host, port
    )
