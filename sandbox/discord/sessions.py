"""What one shard has been told, and the websockets beneath it."""

import asyncio
import importlib
import json
import sys
import zlib
from collections import deque
from typing import Protocol

from aiohttp import web

from sandbox.discord.intents import Intent
from sandbox.discord.state import JSON, Guild

DISPATCH = 0
REPLAYED = 1000


class Compressor(Protocol):
    """One compression context for one connection's whole life."""

    def pack(self, text: str) -> bytes | str:
        """One message of the stream."""


class Plain:
    """No compression: text frames."""

    def pack(self, text: str) -> str:
        return text


class ZlibStream:
    """`compress=zlib-stream`."""

    def __init__(self) -> None:
        self._context = zlib.compressobj()

    def pack(self, text: str) -> bytes:
        return self._context.compress(text.encode()) + self._context.flush(zlib.Z_SYNC_FLUSH)


class ZstdStream:
    """`compress=zstd-stream`, which discord.py asks for from Python 3.14 on."""

    def __init__(self) -> None:
        self._context = importlib.import_module("compression.zstd").ZstdCompressor()

    def pack(self, text: str) -> bytes:
        packed: bytes = self._context.compress(text.encode(), self._context.FLUSH_BLOCK)
        return packed


def compressor(asked: str | None) -> Compressor | None:
    """Give what the client asks for; None when this Python cannot do it."""
    if asked is None:
        return Plain()
    if asked == "zlib-stream":
        return ZlibStream()
    return ZstdStream() if asked == "zstd-stream" and sys.version_info >= (3, 14) else None


class Closing(Exception):
    """The connection must be closed with this code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Session:
    """What one shard has been told; outlives the connections beneath it."""

    def __init__(self, number: str, shard: tuple[int, int], intents: Intent) -> None:
        self.id = number
        self.shard = shard
        self.intents = intents
        self.sequence = 0
        self.greeted = 0
        self.held: list[Guild] = []
        """Its servers that it was not told of yet."""
        self.told: deque[str] = deque(maxlen=REPLAYED)
        self.connection: Connection | None = None

    def dispatch(self, name: str, data: JSON) -> None:
        self.sequence += 1
        text = json.dumps({"op": DISPATCH, "t": name, "s": self.sequence, "d": data})
        self.told.append(text)
        if self.connection is not None:
            self.connection.send(text)

    def since(self, sequence: int, repeated: int = 0) -> list[str] | None:
        """Give what was told after this number; None when it is no longer kept.

        So many events before it are told once more, though never the greeting.
        """
        missed = self.sequence - sequence
        if not 0 <= missed <= len(self.told):
            return None
        again = max(0, min(repeated, sequence - self.greeted))
        start = max(0, len(self.told) - missed - again)
        return list(self.told)[start:]

    def owns(self, guild: Guild | None) -> bool:
        number, shards = self.shard
        return ((guild.id >> 22) % shards if guild else 0) == number


class Connection:
    """One websocket; its writer keeps the order of what is sent."""

    def __init__(self, socket: web.WebSocketResponse, packer: Compressor) -> None:
        self.socket = socket
        self.session: Session | None = None
        self.came: list[float] = []
        """When its latest frames came."""
        self._packer = packer
        self._queue: asyncio.Queue[str | Closing] = asyncio.Queue()

    def send(self, text: str) -> None:
        self._queue.put_nowait(text)

    def say(self, op: int, data: object = None) -> None:
        self.send(json.dumps({"op": op, "d": data, "s": None, "t": None}))

    def close(self, code: int, reason: str) -> None:
        self._queue.put_nowait(Closing(code, reason))

    async def write(self) -> None:
        """Send what is queued until told to close."""
        while True:
            item = await self._queue.get()
            if isinstance(item, Closing):
                await self.socket.close(code=item.code, message=item.reason.encode())
                return
            await self._frame(self._packer.pack(item))

    async def _frame(self, packed: bytes | str) -> None:
        if isinstance(packed, str):
            await self.socket.send_str(packed)
        else:
            await self.socket.send_bytes(packed)
