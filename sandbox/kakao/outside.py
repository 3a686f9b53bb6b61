"""What Kakao's own servers ask of others: pages to scrape, pictures, webhooks.

Only addresses on this machine are ever asked; for all others it is as if nobody answered.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar

from sandbox.kakao.domains import is_here


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody answered; `status` is None when nobody did in time."""

    status: int | None
    body: bytes = b""
    content_type: str = ""


class Outside:
    """One HTTP client without cookies, open as long as Kakao is."""

    def __init__(self) -> None:
        self._http: ClientSession | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Be able to ask until the block ends."""
        async with ClientSession(cookie_jar=DummyCookieJar(), auto_decompress=True) as http:
            self._http = http
            try:
                yield
            finally:
                self._http = None

    async def ask(
        self,
        method: str,
        url: str,
        *,
        seconds: float,
        at_most: int = 2**20,
        headers: Mapping[str, str] | None = None,
        data: bytes | None = None,
    ) -> Answer:
        """Ask once, follow no redirect, and read no more than one byte over `at_most`."""
        if self._http is None or not is_here(url):
            return Answer(None)
        try:
            async with (
                asyncio.timeout(seconds),
                self._http.request(
                    method,
                    url,
                    allow_redirects=False,
                    timeout=ClientTimeout(total=None),
                    headers=headers,
                    data=data,
                ) as response,
            ):
                body = await _read(response.content.iter_chunked(2**16), at_most)
                return Answer(response.status, body, response.content_type)
        except (ClientError, TimeoutError, ValueError):
            return Answer(None)


async def _read(chunks: AsyncIterator[bytes], at_most: int) -> bytes:
    body = b""
    async for chunk in chunks:
        body += chunk
        if len(body) > at_most:
            break
    return body[: at_most + 1]
