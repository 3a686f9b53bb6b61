"""A crowd that connects to the web server and says nothing, while others go about their things."""

import asyncio
import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import aiohttp

from tests.support.processes import start_process
from tests.support.world import CHAT, World, open_world

CROWD = 1000
FEW_FILES = 400


@contextmanager
def crowd(world: World) -> Iterator[None]:
    """Stand at the door with half a request each."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4 * CROWD)), hard))
    port = int(world.settings["WEB_PORT"])
    with ExitStack() as stack:
        for _ in range(CROWD):
            one = stack.enter_context(socket.create_connection(("127.0.0.1", port), 5))
            one.send(b"GET /healthz HTTP/1.1\r\nHost:")
        yield


async def health(world: World) -> int:
    address, patience = f"{world.public_url}/healthz", aiohttp.ClientTimeout(total=5)
    async with aiohttp.ClientSession(timeout=patience) as browser, browser.get(address) as answer:
        return answer.status


async def test_a_thousand_who_say_nothing_keep_nobody_out(tmp_path: Path) -> None:
    async with open_world(tmp_path, bot=False) as world:
        process = await start_process(world.settings, tmp_path, files=FEW_FILES)
        await world.until_healthy()
        await world.link("민지")
        with crowd(world):
            for _ in range(5):
                assert await health(world) == 200
                reply = await world.discord.person("민지").slash(CHAT, "kakao status")
                assert "나와의 채팅" in reply.text
                await asyncio.sleep(0.1)
        process.terminate()
        async with asyncio.timeout(20):
            _, printed = await process.communicate()
        lines = printed.decode().splitlines()
        assert "only 400 files may be open at once" in printed.decode()
        assert "Traceback" not in printed.decode()
        assert len(lines) < 20
