"""The one door to Kakao: what goes out and comes in passes here.

It sets headers, waits no longer than it must, reads no more than 1 MiB, and turns whatever
happens into an answer or a `KakaoError`. Nothing of httpx or aiohttp is visible above it.
"""

import asyncio
import re
import ssl
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, TypeVar

import aiohttp
import httpx
from httpx import codes
from httpx_aiohttp import AiohttpTransport
from pydantic import ValidationError
from pydantic_core import from_json
from yarl import URL

from bot.kakao.errors import (
    CLASSES,
    BadAnswer,
    Code,
    ConsentMissing,
    KakaoError,
    LostAnswer,
    Scopes,
    Unavailable,
    Unreachable,
    error_class,
    is_busy,
)
from bot.kakao.models import Answer

MAX_BODY = 1024 * 1024
MAX_CONNECTIONS = 100
KEEP_ALIVE = 15.0
POOL_TIMEOUT = 10.0
ADDRESSES = 64
CODE = re.compile(r"[A-Za-z0-9_-]{1,40}")
HEADERS: Mapping[str, str] = MappingProxyType(
    {"Accept": "application/json", "Accept-Encoding": "identity"}
)
NO_HEADERS: Mapping[str, str] = MappingProxyType({})
FORM: Mapping[str, str] = MappingProxyType(
    {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}
)

File = tuple[str, bytes, str]  # name, content, type
AnswerT = TypeVar("AnswerT", bound=Answer)


class Http(AiohttpTransport):
    """The connections of a whole process to Kakao; close it with `aclose()`.

    Waits `connect` and `read` seconds. Members share it, so it keeps no cookies; nor does it follow
    redirects. httpx's client on top would do nothing for us and cost as much CPU as all of this.
    """

    def __init__(self, *, connect: float, read: float) -> None:

        def session() -> aiohttp.ClientSession:
            connector = aiohttp.TCPConnector(limit=MAX_CONNECTIONS, keepalive_timeout=KEEP_ALIVE)
            return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

        # Our sessions trust what aiohttp's do, so this one is never asked and trusts nobody.
        super().__init__(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), client=session)
        timeout = httpx.Timeout(read, connect=connect, pool=POOL_TIMEOUT)
        self._extensions = {"timeout": timeout.as_dict()}

    def build_request(
        self,
        method: str,
        url: str,
        *,
        auth: str | None = None,
        headers: Mapping[str, str] = NO_HEADERS,
        **body: Any,  # noqa: ANN401 - httpx knows its types
    ) -> httpx.Request:
        """Return a request with an authorization."""
        sent = {**HEADERS, **headers, **({"Authorization": auth} if auth else {})}
        request = httpx.Request(
            method, _parsed(url), headers=sent, extensions=self._extensions, **body
        )
        # Otherwise it is found out again for each of them.
        request.headers.encoding = "utf-8"
        return request


def open_http(*, connect: float = 5.0, read: float = 10.0) -> Http:
    """Return what a whole process asks Kakao with; close it with `aclose()`."""
    return Http(connect=connect, read=read)


@lru_cache(maxsize=ADDRESSES)  # most are the same few, and parsing costs as much as sending
def _parsed(url: str) -> httpx.URL:
    return httpx.URL(url)


class Transport:
    """Carries one request to Kakao and the answer back."""

    def __init__(self, http: Http, *, deadline: float) -> None:
        self._http = http
        self._deadline = deadline

    async def call(self, model: type[AnswerT], request: httpx.Request) -> AnswerT:
        """Return the answer; trouble at Kakao that comes without a code is `Unavailable`."""
        try:
            return await self._answer(model, request)
        except BadAnswer as error:
            raise _busy_or(error) from None

    async def call_once(self, model: type[AnswerT], request: httpx.Request) -> AnswerT:
        """Return the answer to a message; one that cannot be read may hide a success."""
        try:
            return await self.call(model, request)
        except (BadAnswer, Unavailable) as error:
            if error.code is None and _may_have_worked(error.status):
                raise LostAnswer(status=error.status, reason=error.reason) from None
            raise

    async def call_empty(self, request: httpx.Request) -> None:
        """Wait for Kakao to accept a request whose answer says nothing more."""
        try:
            await self._accepted(request)
        except BadAnswer as error:
            raise _busy_or(error) from None

    def get(self, url: str, *, auth: str | None = None) -> httpx.Request:
        """Return a GET."""
        return self._http.build_request("GET", url, auth=auth)

    def delete(self, url: str, *, auth: str | None = None) -> httpx.Request:
        """Return a DELETE."""
        return self._http.build_request("DELETE", url, auth=auth)

    def post(
        self, url: str, form: Mapping[str, str] | None = None, *, auth: str | None = None
    ) -> httpx.Request:
        """Return a POST of a form."""
        # Python's own way takes five times as long, which a card's many Korean letters make much.
        body = URL.build(query=form or {}).raw_query_string.encode()
        return self._http.build_request("POST", url, auth=auth, headers=FORM, content=body)

    def upload(self, url: str, file: File, form: Mapping[str, str], *, auth: str) -> httpx.Request:
        """Return a POST of a form with a file."""
        return self._http.build_request(
            "POST", url, auth=auth, data=dict(form), files={"file": file}
        )

    async def _answer(self, model: type[AnswerT], request: httpx.Request) -> AnswerT:
        status, body = await self._accepted(request)
        try:
            return model.model_validate(_document(status, body))
        except ValidationError:  # its text would quote the answer
            raise BadAnswer(status=status, reason="unexpected shape") from None

    async def _accepted(self, request: httpx.Request) -> tuple[int, bytes]:
        status, body = await self._exchange(request)
        if not codes.is_success(status):
            raise _refusal(status, _document(status, body))
        return status, body

    async def _exchange(self, request: httpx.Request) -> tuple[int, bytes]:
        """Return status and body; translates every failure of the network."""
        try:
            async with asyncio.timeout(self._deadline):
                response = await self._http.handle_async_request(request)
                try:
                    return response.status_code, await _bounded_body(response)
                finally:
                    await response.aclose()
        except (httpx.HTTPError, aiohttp.ClientError, TimeoutError) as error:
            # `from None`: aiohttp's errors show the request's headers, token included.
            raise _broken(error) from None


def bearer(access_token: str) -> str:
    """Return the authorization of a member."""
    return f"Bearer {access_token}"


def app_key(key: str) -> str:
    """Return the authorization of the application itself."""
    return f"KakaoAK {key}"


def _busy_or(error: BadAnswer) -> KakaoError:
    if is_busy(error.status):
        return Unavailable(status=error.status, reason=error.reason)
    return error


async def _bounded_body(response: httpx.Response) -> bytes:
    # Raw, because a few compressed bytes could unfold to any size.
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > MAX_BODY:
            raise BadAnswer(status=response.status_code, reason="too large")
    return bytes(body)


def _broken(error: BaseException) -> KakaoError:
    """Tell a connection that was never made from one that broke when Kakao may have heard us.

    httpx-aiohttp calls both `ConnectTimeout`; the error of aiohttp behind it is exact.
    """
    cause = error.__cause__ or error
    never = isinstance(cause, (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError))
    return (Unreachable if never else LostAnswer)(reason=type(cause).__name__)


def _document(status: int, body: bytes) -> Mapping[str, Any]:
    if not body.strip():
        raise BadAnswer(status=status, reason="empty")
    try:
        document = from_json(body)
    except ValueError:
        raise BadAnswer(status=status, reason="not JSON") from None
    if not isinstance(document, dict):
        raise BadAnswer(status=status, reason="not a JSON object")
    return document


def _refusal(status: int, document: Mapping[str, Any]) -> KakaoError:
    code = _code(document)
    if code is None:
        return BadAnswer(status=status, reason="an error without a code")
    kind = error_class(code, status)
    if issubclass(kind, ConsentMissing):
        return ConsentMissing(
            code,
            status,
            required_scopes=_scopes(document, "required_scopes"),
            allowed_scopes=_scopes(document, "allowed_scopes"),
        )
    return kind(code, status)


def _code(document: Mapping[str, Any]) -> Code | None:
    """Return `code` (kapi) or `error_code` (kauth), else OAuth's own word."""
    code, named, word = (document.get(key) for key in ("code", "error_code", "error"))
    if isinstance(code, int) and not isinstance(code, bool):
        return code
    known = [text for text in (named, word) if isinstance(text, str) and CODE.fullmatch(text)]
    return next((text for text in known if text in CLASSES), known[0] if known else None)


def _scopes(document: Mapping[str, Any], key: str) -> Scopes:
    scopes = document.get(key)
    return frozenset(map(str, scopes)) if isinstance(scopes, list) else frozenset()


def _may_have_worked(status: int | None) -> bool:
    return status is not None and (codes.is_success(status) or codes.is_server_error(status))
