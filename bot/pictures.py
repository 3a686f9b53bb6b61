"""Fetches pictures that were posted on Discord, from nowhere but Discord.

The address of a picture comes from what somebody wrote. Whoever could make us fetch any address
would see what only this machine can reach, so hosts are few and redirects are not followed.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar
from yarl import URL

DISCORD = (
    "https://cdn.discordapp.com",
    "https://media.discordapp.net",
    # Its proxy for what stands elsewhere: nobody else learns who looks at it.
    "https://images-ext-1.discordapp.net",
    "https://images-ext-2.discordapp.net",
)
MOST_BYTES = 25 * 1024 * 1024
CONNECT_SECONDS = 5.0
SECONDS = 10.0
OK = 200


class PictureUnavailable(Exception):
    """The picture is not Discord's, is gone, too large or too slow."""


class NotAPicture(Exception):
    """This is no picture that can be read, or one of too many points."""


class Pictures:
    """A downloader for one process."""

    def __init__(self, http: ClientSession, origins: Iterable[str]) -> None:
        self._http = http
        self._origins = frozenset(origins)

    def knows(self, address: str) -> bool:
        """Tell whether an address is Discord's."""
        return stands_at(address, self._origins)

    async def fetch(self, address: str) -> bytes:
        """Return a picture of Discord, or raise PictureUnavailable."""
        if not self.knows(address):
            raise PictureUnavailable("not an address of Discord")
        try:
            async with (
                asyncio.timeout(SECONDS),
                self._http.get(URL(address), allow_redirects=False) as response,
            ):
                if response.status != OK:
                    raise PictureUnavailable(f"status {response.status}")
                return await _bounded(response.content.iter_any())
        except (ClientError, OSError, ValueError) as failure:
            # TimeoutError is an OSError. The address stays out: it lets its reader in.
            raise PictureUnavailable(type(failure).__name__) from None


@asynccontextmanager
async def open_pictures(cdn_url: str) -> AsyncIterator[Pictures]:
    """Open the downloader; `cdn_url` is where Discord's pictures are."""
    origins = DISCORD if cdn_url in DISCORD else (cdn_url,)
    async with ClientSession(
        auto_decompress=False,
        cookie_jar=DummyCookieJar(),
        headers={"Accept": "image/*", "Accept-Encoding": "identity"},
        timeout=ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
    ) as http:
        yield Pictures(http, origins)


def stands_at(address: str, origins: Iterable[str]) -> bool:
    """Tell whether an address is at one of these origins, and names no user."""
    try:
        url = URL(address)
        return url.user is None and url.origin() in {URL(one).origin() for one in origins}
    except ValueError:
        return False


async def _bounded(chunks: AsyncIterator[bytes]) -> bytes:
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > MOST_BYTES:
            raise PictureUnavailable("too large")
    return bytes(body)
