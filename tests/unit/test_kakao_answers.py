"""Whatever comes back over the wire, the client ends with an answer or a clear error."""

import asyncio
import contextlib
import gc
import json
import logging
import socket

import pytest
from aiohttp import web

from bot.kakao import (
    BadAnswer,
    Http,
    KakaoApp,
    KakaoClient,
    KakaoError,
    Link,
    LostAnswer,
    Text,
    Unavailable,
    Unreachable,
    open_http,
)
from tests.support.kakao_answers import CALLBACK, Handler, kakao_that, saying

TEXT = Text(text="안녕하세요", link=Link(web_url="https://kkachi.example/m/1"))
TOKEN = "access-token-5f2e"
MEBIBYTE = 1024 * 1024


def client(http: Http, url: str) -> KakaoClient:
    return KakaoClient(http, KakaoApp("key", "secret", CALLBACK, url, url))


UNREADABLE = {
    "empty": b"",
    "blank": b" \n",
    "HTML": b"<html><body>502 Bad Gateway</body></html>",
    "half a document": b'{"id": 1',
    "a list": b"[1, 2]",
    "a number": b"7",
    "not UTF-8": b'{"msg": "\xff\xfe"}',
    "too deep": b"[" * 100_000,
    "a number of 100,000 digits": b'{"id": ' + b"9" * 100_000 + b"}",
    "too large": b'{"msg": "' + b"x" * MEBIBYTE + b'"}',
    "another shape": b'{"hello": "world"}',
    "wrong types": b'{"id": "text", "result_code": "0", "code": {}}',
}


def saying_with_the_status_in_the_token(body: bytes) -> Handler:
    async def handler(request: web.Request) -> web.Response:
        status = int(request.headers["Authorization"].removeprefix("Bearer "))
        return web.Response(status=status, body=body, content_type="application/json")

    return handler


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
async def test_an_unreadable_answer_is_a_clear_error(body: bytes) -> None:
    async with kakao_that(saying_with_the_status_in_the_token(body)) as kakao:
        for status in (200, 404):
            with pytest.raises(BadAnswer) as caught:
                await kakao.me(str(status))
            assert caught.value.status == status
            assert caught.value.reason
        with pytest.raises(Unavailable):
            await kakao.me("503")


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
async def test_a_send_whose_answer_is_unreadable_may_have_been_sent(body: bytes) -> None:
    async with kakao_that(saying_with_the_status_in_the_token(body)) as kakao:
        for status in ("200", "502"):
            with pytest.raises(LostAnswer):
                await kakao.send_to_me(status, TEXT)
            with pytest.raises(LostAnswer):
                await kakao.send_to_friends(status, ["a"], TEXT)


@pytest.mark.parametrize(
    ("status", "kind"), [(404, BadAnswer), (302, BadAnswer), (429, Unavailable)]
)
async def test_a_send_that_is_refused_in_unknown_words_was_not_sent(
    status: int, kind: type[KakaoError]
) -> None:
    async with kakao_that(saying(status, "<html>no</html>")) as kakao:
        with pytest.raises(kind):
            await kakao.send_to_me(TOKEN, TEXT)


async def test_a_send_that_kakao_says_it_could_not_do_was_not_sent() -> None:
    async with kakao_that(saying(503, '{"code": -9798, "msg": "maintenance"}')) as kakao:
        with pytest.raises(Unavailable):
            await kakao.send_to_me(TOKEN, TEXT)


@pytest.mark.parametrize("body", ['{"result_code": -500}', "{}", '{"result_code": null}'])
async def test_a_strange_success_may_have_been_sent(body: str) -> None:
    async with kakao_that(saying(200, body)) as kakao:
        with pytest.raises(LostAnswer):
            await kakao.send_to_me(TOKEN, TEXT)


async def test_a_redirect_is_not_followed() -> None:
    seen = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.path)
        raise web.HTTPFound("/elsewhere")

    async with kakao_that(handler) as kakao:
        with pytest.raises(BadAnswer):
            await kakao.me(TOKEN)
    assert seen == ["/v2/user/me"]


async def test_no_connection_means_kakao_has_not_heard_of_it() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    async with open_http() as http:
        with pytest.raises(Unreachable) as caught:
            await client(http, f"http://127.0.0.1:{port}").send_to_me(TOKEN, TEXT)
    assert caught.value.reason


async def test_a_connection_that_is_not_made_in_time_was_never_made() -> None:
    """Nobody accepts there, and there is room for no more who wait for that."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, contextlib.ExitStack() as stack:
        address = full.getsockname()
        stack.enter_context(socket.create_connection(address))
        async with open_http(connect=0.3) as http:
            with pytest.raises(Unreachable) as caught:
                await client(http, f"http://127.0.0.1:{address[1]}").send_to_me(TOKEN, TEXT)
    assert "Timeout" in caught.value.reason


async def test_an_unknown_host_is_unreachable() -> None:
    async with open_http() as http:
        with pytest.raises(Unreachable):
            await client(http, "http://kakao.invalid").send_to_me(TOKEN, TEXT)


async def test_an_answer_that_never_comes_is_lost() -> None:
    async def handler(_: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return web.Response()

    async with kakao_that(handler, read=0.2) as kakao:
        with pytest.raises(LostAnswer):
            await kakao.send_to_me(TOKEN, TEXT)


async def test_an_answer_that_only_drips_is_given_up() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(600):
            await response.write(b" ")
            await asyncio.sleep(0.05)
        return response

    async with kakao_that(handler, read=0.2, deadline=0.4) as kakao:
        with pytest.raises(LostAnswer):
            await kakao.send_to_me(TOKEN, TEXT)


async def hang_up(request: web.Request) -> web.Response:
    await request.read()
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def reset(request: web.Request) -> web.Response:
    await request.read()
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def hang_up_in_the_middle(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "100"})
    await response.prepare(request)
    await response.write(b'{"result_code"')
    assert request.transport is not None
    request.transport.close()
    return response


@pytest.mark.parametrize("handler", [hang_up, reset, hang_up_in_the_middle])
async def test_a_connection_that_breaks_after_the_request_loses_the_answer(
    handler: Handler,
) -> None:
    async with kakao_that(handler) as kakao:
        with pytest.raises(LostAnswer):
            await kakao.send_to_me(TOKEN, TEXT)


async def test_something_that_is_not_http_loses_the_answer_and_shows_no_token() -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(babble, "127.0.0.1", 0) as listener, open_http() as http:
        host, port = listener.sockets[0].getsockname()
        with pytest.raises(LostAnswer) as caught:
            await client(http, f"http://{host}:{port}").send_to_me(TOKEN, TEXT)
    assert caught.value.__suppress_context__
    assert TOKEN not in f"{caught.value} {caught.value!r} {vars(caught.value)}"


async def test_a_compressed_bomb_is_not_unfolded() -> None:
    async def handler(_: web.Request) -> web.Response:
        answer = web.Response(text=" " * 8 * MEBIBYTE, content_type="application/json")
        answer.enable_compression(web.ContentCoding.gzip)
        return answer

    async with kakao_that(handler) as kakao:
        with pytest.raises(BadAnswer, match="not JSON"):
            await kakao.me(TOKEN)


async def test_a_million_bytes_are_still_read() -> None:
    body = json.dumps({"id": 7, "padding": "x" * (MEBIBYTE - 100)})
    async with kakao_that(saying(200, body)) as kakao:
        assert (await kakao.me(TOKEN)).id == 7


async def test_cookies_of_one_member_never_travel_with_another() -> None:
    cookies = []

    async def handler(request: web.Request) -> web.Response:
        cookies.append(request.headers.get("Cookie"))
        answer = web.json_response({"id": 7})
        answer.set_cookie("session", "of-the-first-member")
        return answer

    async with kakao_that(handler) as kakao:
        await kakao.me("first")
        await kakao.me("second")
    assert cookies == [None, None]


async def test_a_token_that_would_break_a_header_is_a_bad_answer() -> None:
    body = json.dumps({"access_token": "a\r\nX-Evil: 1", "expires_in": 60})
    async with kakao_that(saying(200, body)) as kakao:
        with pytest.raises(BadAnswer):
            await kakao.refresh("refresh-token")


async def test_no_secret_reaches_a_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    body = json.dumps({"access_token": TOKEN, "expires_in": 60, "refresh_token": "refresh-9d"})
    async with kakao_that(saying(200, body)) as kakao:
        tokens = await kakao.exchange_code("code-77", "verifier-88")
    assert tokens.access_token == TOKEN
    seen = caplog.text + repr(tokens) + str(tokens)
    assert not any(secret in seen for secret in (TOKEN, "refresh-9d", "code-77", "verifier-88"))


async def test_broken_connections_leave_nothing_behind() -> None:
    async with kakao_that(hang_up_in_the_middle) as kakao:
        for _ in range(5):
            with pytest.raises(LostAnswer):
                await kakao.send_to_me(TOKEN, TEXT)
    gc.collect()  # an unclosed connection would warn here, and warnings are errors
