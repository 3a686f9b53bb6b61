"""Avatars that nobody had to draw, and what can be told of a picture from its first bytes."""

import hashlib
import struct
import zlib
from collections.abc import Callable

Colour = tuple[int, int, int]


def png(width: int, height: int, row: Callable[[int], bytes]) -> bytes:
    """Make a PNG file of rows of red, green and blue bytes."""
    rows = b"".join(b"\0" + row(y) for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    check = zlib.crc32(name + data)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", check)


def avatar(seed: str, cell: int = 16) -> bytes:
    """Draw five by five mirrored squares, always the same for the same seed."""
    digest = hashlib.sha256(seed.encode()).digest()
    ink, paper = bytes(_ink(digest)), bytes(_paper(digest))
    margin = paper * (cell // 2)

    def row(y: int) -> bytes:
        line = (y - cell // 2) // cell
        inked = [0 <= line < 5 and digest[3 + line * 3 + min(x, 4 - x)] & 1 for x in range(5)]
        return margin + b"".join((ink if one else paper) * cell for one in inked) + margin

    return png(6 * cell, 6 * cell, row)


def _ink(digest: bytes) -> Colour:
    return 40 + digest[0] % 130, 40 + digest[1] % 130, 40 + digest[2] % 130


def _paper(digest: bytes) -> Colour:
    red, green, blue = _ink(digest)
    return 255 - (255 - red) // 5, 255 - (255 - green) // 5, 255 - (255 - blue) // 5


def size_of(data: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG, GIF or JPEG; None for anything else."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    if data[:6] in (b"GIF87a", b"GIF89a") and len(data) >= 10:
        width, height = struct.unpack("<HH", data[6:10])
        return width, height
    return _jpeg_size(data) if data.startswith(b"\xff\xd8") else None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    place = 2
    while place + 9 < len(data) and data[place] == 0xFF:
        marker, length = data[place + 1], int.from_bytes(data[place + 2 : place + 4])
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[place + 5 : place + 9])
            return width, height
        place += 2 + length
    return None


def kind_by_name(name: str) -> str:
    """Give a file's content type, by its ending."""
    return _KINDS.get(name.rpartition(".")[2].lower(), "application/octet-stream")


_KINDS = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "mp4": "video/mp4",
    "ogg": "audio/ogg",
    "pdf": "application/pdf",
    "json": "application/json",
    "txt": "text/plain; charset=utf-8",
}
