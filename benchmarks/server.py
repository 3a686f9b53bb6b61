"""A Kakao that accepts every message, over HTTPS as the real one, in a process of its own."""

import asyncio
import multiprocessing
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from multiprocessing.connection import Connection
from pathlib import Path

from aiohttp import web

from benchmarks.certificate import HOST, certified

# What a server is called that takes so many seconds for each answer.
WAITS = {0.0: "a server that answers at once", 0.05: "one that takes 50 ms"}


def _serve(ready: Connection, wait: float, folder: Path) -> None:
    async def answer(request: web.Request) -> web.Response:
        await request.read()
        await asyncio.sleep(wait)
        return web.json_response({"result_code": 0})

    async def run() -> None:
        app = web.Application()
        app.router.add_post("/{path:.*}", answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(folder / "server.pem")
        await web.TCPSite(runner, HOST, 0, backlog=1024, ssl_context=tls).start()
        ready.send(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(run())


@asynccontextmanager
async def answering(wait: float) -> AsyncIterator[str]:
    """Serve until left; every answer takes `wait` seconds. Gives its address."""
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    folder = Path(certified().name)
    server = spawn.Process(target=_serve, args=(there, wait, folder), daemon=True)
    server.start()
    try:
        port = await asyncio.to_thread(here.recv)
        yield f"https://{HOST}:{port}"
    finally:
        server.kill()
        server.join()
