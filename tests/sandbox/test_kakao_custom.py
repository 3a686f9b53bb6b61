"""The local Kakao's custom templates and scraped pages."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from sandbox.demo.templates import COMMERCE, FEED, LIST, PREVIEW
from sandbox.kakao import Account
from sandbox.kakao.custom import arguments
from tests.support.sandbox_kakao import SITE, Answer, Caller, calling

MEMO, FRIENDS = "/v2/api/talk/memo", "/v1/api/talk/friends/message"
VALUES = {"TITLE": "길드 정기전", "BODY": "토요일 21시", "PATH": "x7"}


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    async with calling() as caller:
        caller.kakao.app.product_link_domains.append(caller.kakao.url)
        yield caller


@pytest.fixture
def token(caller: Caller) -> str:
    return caller.kakao.token_for(caller.kakao.account("민지"), ("talk_message", "friends"))


def last(caller: Caller) -> dict[str, Any]:
    return caller.kakao.outbox[-1].template


async def send(caller: Caller, token: str, number: object, values: object = VALUES) -> Answer:
    form = {"template_id": str(number), "template_args": json.dumps(values)}
    return await caller.post(f"{MEMO}/send", token, **form)


async def scrap(caller: Caller, token: str, url: str, **more: str) -> Answer:
    return await caller.post(f"{MEMO}/scrap/send", token, request_url=url, **more)


# custom templates


async def test_a_template_is_filled_with_its_arguments(caller: Caller, token: str) -> None:
    assert await send(caller, token, FEED) == (200, {"result_code": 0})

    link = {"web_url": f"{SITE}/m/x7", "mobile_web_url": f"{SITE}/m/x7"}
    content = {"title": "길드 정기전", "description": "토요일 21시", "link": link}
    assert last(caller)["content"] == content
    assert (caller.kakao.outbox[0].kind, caller.kakao.outbox[0].template_id) == ("custom", FEED)


async def test_a_missing_argument_is_read_by_the_reader(caller: Caller, token: str) -> None:
    assert (await send(caller, token, COMMERCE, {"PRICE": "20000"}))[0] == 200

    prices = {"product_name": "${PRODUCT}", "regular_price": 20000}
    assert last(caller)["commerce"] == prices | {"discount_price": "${SALE_PRICE}"}


async def test_arguments_may_be_left_out_altogether(caller: Caller, token: str) -> None:
    status, _ = await caller.post(f"{MEMO}/send", token, template_id=str(LIST))

    assert (status, last(caller)["header_title"]) == (200, "${WEEK} 일정")


async def test_arguments_that_no_template_asks_for_do_nothing(caller: Caller, token: str) -> None:
    await send(caller, token, FEED, VALUES | {"OTHER": "x", "title": "${BODY}"})

    assert last(caller)["content"]["title"] == "길드 정기전"


async def test_arguments_are_never_filled_twice(caller: Caller, token: str) -> None:
    await send(caller, token, FEED, VALUES | {"TITLE": "${BODY}"})

    assert last(caller)["content"]["title"] == "${BODY}"


async def test_friends_get_custom_templates_too(caller: Caller, token: str) -> None:
    (junho,) = caller.accounts("준호")
    form = {"template_id": str(FEED), "receiver_uuids": json.dumps([junho.uuid])}

    answer = await caller.post(f"{FRIENDS}/send", token, **form)

    assert answer == (200, {"successful_receiver_uuids": [junho.uuid]})
    assert caller.kakao.outbox[0].receiver is junho


@pytest.mark.parametrize("number", ["", "1", "-120001", "120001.0", "九", "9" * 30, '"120001"'])
async def test_a_template_of_nobody_is_refused(caller: Caller, token: str, number: str) -> None:
    status, body = await send(caller, token, number)

    assert (status, body["code"]) == (400, -2)
    assert "[template_id]" in body["msg"]


@pytest.mark.parametrize("values", ["x", [1], {"TITLE": 1}, {"TITLE": None}, {"TITLE": {"a": "b"}}])
async def test_arguments_are_an_object_of_texts(caller: Caller, token: str, values: object) -> None:
    status, body = await send(caller, token, FEED, values)

    assert (status, body["code"]) == (400, -2)
    assert caller.kakao.outbox == []


async def test_a_template_id_is_needed(caller: Caller, token: str) -> None:
    _, body = await caller.post(f"{MEMO}/send", token)

    assert body["msg"] == "The Parameter [template_id] cannot be null."


def test_a_template_lists_its_arguments_in_order(caller: Caller) -> None:
    assert arguments(caller.kakao.app.templates[FEED]) == ["TITLE", "BODY", "PATH"]


@pytest.mark.parametrize(
    ("path", "api"),
    [
        ("default/", "TALK_MEMO_DEFAULT_SEND"),
        ("", "TALK_MEMO_SEND"),
        ("scrap/", "TALK_MEMO_SCRAP_SEND"),
    ],
)
async def test_each_send_needs_the_consent(caller: Caller, path: str, api: str) -> None:
    token = caller.kakao.token_for(caller.kakao.account("민지"), ())

    _, body = await caller.post(f"{MEMO}/{path}send", token)

    assert (body["code"], body["api_type"]) == (-402, api)
    assert body["required_scopes"] == ["talk_message"]


async def test_every_kind_of_message_counts(caller: Caller, token: str) -> None:
    await caller.to_me(token)
    await send(caller, token, FEED)
    await scrap(caller, token, f"{caller.kakao.url}/pages/raid")

    assert caller.kakao.quotas.app == 3


# scraped pages


async def test_a_page_is_read_and_becomes_a_feed(caller: Caller, token: str) -> None:
    url = f"{caller.kakao.url}/pages/picnic"

    assert await scrap(caller, token, url) == (200, {"result_code": 0})

    content = last(caller)["content"]
    assert (last(caller)["object_type"], content["title"]) == ("feed", "까치 마을 봄 소풍")
    assert content["image_url"] == f"{caller.kakao.url}/pages/picnic.jpg"
    assert content["link"] == {"web_url": url, "mobile_web_url": url}
    async with caller.http.get(content["image_url"]) as picture:
        assert (picture.status, picture.content_type) == (200, "image/jpeg")


async def test_a_page_fills_a_template_and_wins_over_arguments(caller: Caller, token: str) -> None:
    url = f"{caller.kakao.url}/pages/raid"
    values = json.dumps({"NOTE": "같이 가요", "OG_TITLE": "내 제목"})

    await scrap(caller, token, url, template_id=str(PREVIEW), template_args=values)

    assert last(caller)["content"]["title"] == "길드 정기전"
    assert last(caller)["content"]["link"]["web_url"] == url
    assert last(caller)["item_content"] == {"profile_text": "같이 가요"}
    assert (caller.kakao.outbox[0].kind, caller.kakao.outbox[0].template_id) == ("scrap", PREVIEW)


@pytest.mark.parametrize(
    "url", ["", "kkachi.example", "https://example.com/", "http://kkachi.example/", "ftp://x/"]
)
async def test_only_pages_of_registered_domains(caller: Caller, token: str, url: str) -> None:
    status, body = await scrap(caller, token, url)

    assert (status, body["code"]) == (400, -2)
    assert "[request_url]" in body["msg"]


async def test_a_page_nobody_serves_is_only_its_host(caller: Caller, token: str) -> None:
    await scrap(caller, token, f"{caller.kakao.url}/pages/nothing")
    missing = last(caller)["content"]["title"]
    await scrap(caller, token, f"{SITE}/m/1")

    assert (missing, last(caller)["content"]["title"]) == ("127.0.0.1", "kkachi.example")
    assert caller.kakao.og_cache == {}


async def test_what_was_read_stays_until_the_cache_is_reset(caller: Caller, token: str) -> None:
    url = f"{caller.kakao.url}/pages/raid"
    await scrap(caller, token, url)
    read = caller.kakao.og_cache[url]

    await scrap(caller, token, url)

    assert caller.kakao.og_cache == {url: read}


async def test_a_page_goes_to_friends(caller: Caller, token: str) -> None:
    friends: list[Account] = caller.accounts("준호", "지우")
    uuids = json.dumps([friend.uuid for friend in friends])
    form = {"receiver_uuids": uuids, "request_url": f"{caller.kakao.url}/pages/raid"}

    status, _ = await caller.post(f"{FRIENDS}/scrap/send", token, **form)

    assert (status, [one.receiver for one in caller.kakao.outbox]) == (200, friends)
