"""The local Kakao's share picker: what it lets through, what it refuses, what the app hears."""

import json
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha384
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession, CookieJar

from sandbox.demo.people import add_people
from sandbox.demo.templates import FEED, PREVIEW
from sandbox.kakao import LocalKakao, ShareRefused, Webhook
from sandbox.kakao.sharing import form_of
from tests.support.sandbox_kakao import SITE, Caller, calling
from tests.support.sandbox_listener import Listener, listening

TEXT = {"objectType": "text", "text": "까치가 왔어요", "link": {"webUrl": f"{SITE}/m/1"}}
NONCE = {"serverCallbackArgs": {"kkachi": "n-1"}}


@pytest.fixture
async def app() -> AsyncIterator[Listener]:
    async with listening() as listener:
        yield listener


@pytest.fixture
async def caller(app: Listener) -> AsyncIterator[Caller]:
    async with calling() as caller:
        caller.kakao.app.product_link_domains.append(caller.kakao.url)
        caller.kakao.app.js_sdk_domains.add(SITE)
        caller.kakao.app.share_webhook = Webhook(f"{app.url}/share")
        yield caller


@pytest.fixture
def kakao(caller: Caller) -> LocalKakao:
    return caller.kakao


async def open_picker(
    caller: Caller, origin: str | None = None, *, language: str = "ko", **changes: str
) -> ClientResponse:
    form = form_of("sendDefault", TEXT, SITE, caller.kakao.app.javascript_key) | changes
    headers = {"Accept-Language": language} | ({"Origin": origin} if origin else {})
    url = f"{caller.kakao.url}/picker/link"
    async with caller.http.post(url, data=form, headers=headers, allow_redirects=False) as page:
        await page.read()
        return page


async def test_a_file_of_kakaos_is_served_with_the_local_kakao_for_its_hosts(
    tmp_path: Path,
) -> None:
    file = tmp_path / "kakao.min.js"
    file.write_text("a('https://kapi.kakao.com/v2', 'https://talk-apps.kakao.com/', 'https://a.b')")
    async with LocalKakao(add_people, sdk=file).serve() as kakao, ClientSession() as http:
        body = await (await http.get(kakao.sdk_url)).read()
        assert body.decode() == f"a('{kakao.url}/v2', '{kakao.url}/', 'https://a.b')"
        assert kakao.sdk_integrity == f"sha384-{b64encode(sha384(body).digest()).decode()}"


@dataclass
class Visitor:
    """A browser with the picker open."""

    browser: ClientSession
    page: ClientResponse
    url: str
    number: str

    async def send(self, *chats: str, decision: str = "send") -> tuple[int, str]:
        form = [("tx", self.number), ("decision", decision), *(("chat", chat) for chat in chats)]
        async with self.browser.post(f"{self.url}/picker/send", data=form) as page:
            return page.status, await page.text()


@asynccontextmanager
async def picking(caller: Caller, account: str) -> AsyncIterator[Visitor]:
    """Open the picker and log in."""
    number = (await open_picker(caller)).headers["Location"].partition("=")[2]
    login, url = {"tx": number, "account": account}, caller.kakao.url
    async with (
        ClientSession(cookie_jar=CookieJar(unsafe=True)) as browser,
        browser.post(f"{url}/picker/login", data=login) as page,
    ):
        yield Visitor(browser, page, url, number)


async def code_of(page: ClientResponse) -> str:
    return (await page.text()).partition('<p class="code">')[2][:4]


# what arrives


async def test_a_share_arrives_in_every_chosen_chat(kakao: LocalKakao) -> None:
    sent = await kakao.share(
        "민지", "sendDefault", TEXT, origin=SITE, to=["me", "준호", "까치 마을"]
    )

    card = {"object_type": "text", "text": "까치가 왔어요", "link": {"web_url": f"{SITE}/m/1"}}
    assert [(one.receiver.name, one.template, one.shared) for one in sent] == [
        (name, card, True) for name in ("민지", "준호", "까치 마을")
    ]


async def test_everybody_in_a_group_sees_what_was_shared(kakao: LocalKakao) -> None:
    (sent,) = await kakao.share("민지", "sendDefault", TEXT, origin=SITE, to=["까치 마을"])

    for account in kakao.accounts.values():
        assert [room.messages for room in kakao.chats(account)] == [[], [sent]]


async def test_friends_who_never_linked_can_be_shared_with(kakao: LocalKakao) -> None:
    stranger = kakao.add_account("유나")
    kakao.befriend(kakao.account("민지"), stranger)

    (sent,) = await kakao.share("민지", "sendDefault", TEXT, origin=SITE, to=["유나"])

    assert (sent.receiver, stranger.link) == (stranger, None)


async def test_shares_cost_no_allowance_of_the_sender(kakao: LocalKakao) -> None:
    kakao.spend(kakao.account("민지"), "sender")

    await kakao.share("민지", "sendDefault", TEXT, origin=SITE)

    assert (kakao.quotas.app, kakao.quotas.shared) == (0, 1)


async def test_a_custom_template_is_shared(kakao: LocalKakao, app: Listener) -> None:
    settings = {"templateId": FEED, "templateArgs": {"TITLE": "정기전"}, **NONCE}

    (sent,) = await kakao.share("민지", "sendCustom", settings, origin=SITE)

    assert (sent.kind, sent.template["content"]["title"]) == ("custom", "정기전")
    assert app.heard[0].json()["TEMPLATE_ID"] == FEED


async def test_a_page_is_shared(kakao: LocalKakao) -> None:
    page = f"{kakao.url}/pages/raid"

    (plain,) = await kakao.share("민지", "sendScrap", {"requestUrl": page}, origin=SITE)
    settings = {"requestUrl": page, "templateId": PREVIEW, "templateArgs": {"NOTE": "와요"}}
    (formed,) = await kakao.share("민지", "sendScrap", settings, origin=SITE)

    assert (plain.template["content"]["title"], plain.template_id) == ("길드 정기전", None)
    assert formed.template["item_content"] == {"profile_text": "와요"}


# what is refused


@pytest.mark.parametrize(
    "settings",
    [
        {"objectType": "text", "text": "링크가 없어요"},
        TEXT | {"link": {"webUrl": "https://discord.com/channels/1"}},
        TEXT | {"link": {"webUrl": f"{SITE}/", "mobileWebUrl": "https://x.example/"}},
        TEXT | {"text": "가" * 201},
        TEXT | {"colour": "yellow"},
        TEXT | {"objectType": "poem"},
        TEXT | {"serverCallbackArgs": "n-1"},
    ],
)
async def test_bad_requests_are_4002(kakao: LocalKakao, settings: dict[str, Any]) -> None:
    with pytest.raises(ShareRefused) as refused:
        await kakao.share("민지", "sendDefault", settings, origin=SITE)

    assert (refused.value.code, kakao.outbox) == ("4002", [])


async def test_only_registered_pages_are_scraped(kakao: LocalKakao) -> None:
    with pytest.raises(ShareRefused, match="4002"):
        await kakao.share("민지", "sendScrap", {"requestUrl": "https://x.example"}, origin=SITE)


async def test_an_unknown_template_is_refused(kakao: LocalKakao) -> None:
    with pytest.raises(ShareRefused, match="4002"):
        await kakao.share("민지", "sendCustom", {"templateId": 7}, origin=SITE)


async def test_another_key_is_refused(kakao: LocalKakao) -> None:
    with pytest.raises(ShareRefused, match="4003"):
        await kakao.share("민지", "sendDefault", TEXT, origin=SITE, app_key=kakao.app.rest_api_key)


async def test_a_spent_quota_is_refused_until_midnight(kakao: LocalKakao) -> None:
    kakao.spend(None, "share")
    with pytest.raises(ShareRefused, match="4006"):
        await kakao.share("민지", "sendDefault", TEXT, origin=SITE)

    kakao.advance(24 * 3600)
    assert await kakao.share("민지", "sendDefault", TEXT, origin=SITE)


@pytest.mark.parametrize("origin", ["https://x.example", "http://kkachi.example", f"{SITE}:8443"])
async def test_a_page_of_another_origin_is_refused(kakao: LocalKakao, origin: str) -> None:
    with pytest.raises(ShareRefused, match="4019"):
        await kakao.share("민지", "sendDefault", TEXT, origin=origin)


@pytest.mark.parametrize(
    ("origin", "status"), [(None, 303), ("null", 303), (SITE, 303), ("https://x.example", 400)]
)
async def test_the_browser_s_own_word_counts_too(
    caller: Caller, origin: str | None, status: int
) -> None:
    assert (await open_picker(caller, origin)).status == status


@pytest.mark.parametrize(
    "params",
    [
        "",
        "[]",
        "{",
        json.dumps({"template_object": {}}),
        json.dumps({"link_ver": "3.0", "template_object": {}}),
        json.dumps({"link_ver": "4.0"}),
        json.dumps({"link_ver": "4.0", "template_id": FEED}),
        json.dumps({"link_ver": "4.0", "template_object": {"x": "y" * 11_000}}),
        "[" * 20_000,
    ],
    ids=range(9),
)
async def test_malformed_parameters_are_4002(caller: Caller, params: str) -> None:
    page = await open_picker(caller, validation_params=params)

    assert (page.status, await code_of(page)) == (400, "4002")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [("validation_action", "feed", "4002"), ("ka", "sdk/2.8.3", "4019"), ("app_key", "", "4003")],
)
async def test_a_form_without_its_fields_is_refused(
    caller: Caller, field: str, value: str, code: str
) -> None:
    page = await open_picker(caller, **{field: value})

    assert (page.status, await code_of(page)) == (400, code)


# the pages


async def test_the_picker_shows_me_groups_and_friends(caller: Caller) -> None:
    async with picking(caller, "준호") as visitor:
        text = await visitor.page.text()

    shown = [name for name in ("나와의 채팅", "까치 마을", "민지", "서연", "지우") if name in text]
    assert shown == ["나와의 채팅", "까치 마을", "민지", "서연"]


async def test_whoever_is_logged_in_need_not_log_in_again(caller: Caller) -> None:
    async with picking(caller, "준호") as visitor:
        location = (await open_picker(caller)).headers["Location"]
        async with visitor.browser.get(f"{caller.kakao.url}{location}") as page:
            assert "공유할 채팅방" in await page.text()
        async with visitor.browser.get(f"{caller.kakao.url}{location}&as=other") as page:
            assert 'action="/picker/login"' in await page.text()


async def test_somebody_unknown_cannot_log_in(caller: Caller) -> None:
    async with picking(caller, "아무개") as visitor:
        assert visitor.page.status == 400
        assert (await visitor.send("me"))[0] == 200  # the login page again

    assert caller.kakao.outbox == []


async def test_nobody_is_shared_with_unasked(caller: Caller) -> None:
    async with picking(caller, "준호") as visitor:
        nobody, text = await visitor.send()
        stranger, _ = await visitor.send(str(caller.kakao.account("지우").id))

    assert (nobody, "하나 이상" in text, stranger) == (400, True, 400)
    assert caller.kakao.outbox == []


async def test_a_cancelled_share_is_over(caller: Caller) -> None:
    async with picking(caller, "준호") as visitor:
        _, cancelled = await visitor.send("me", decision="cancel")
        again, _ = await visitor.send("me")

    assert ("공유하지 않았어요" in cancelled, again, caller.kakao.outbox) == (True, 400, [])


async def test_a_share_is_sent_once(caller: Caller) -> None:
    async with picking(caller, "준호") as visitor:
        statuses = [(await visitor.send("me"))[0] for _ in range(2)]

    assert (statuses, len(caller.kakao.outbox)) == ([200, 400], 1)


async def test_the_pages_speak_english_too(caller: Caller) -> None:
    location = (await open_picker(caller, language="en-US,en;q=0.9")).headers["Location"]

    async with caller.http.get(f"{caller.kakao.url}{location}") as page:
        assert "Choose an account" in await page.text()


async def test_the_picker_closes_after_ten_minutes(caller: Caller) -> None:
    location = (await open_picker(caller)).headers["Location"]
    caller.kakao.advance(600)

    async with caller.http.get(f"{caller.kakao.url}{location}") as page:
        assert (page.status, await code_of(page)) == (400, "4002")


# what the app hears


async def test_each_chat_is_told_once_with_its_own_number(kakao: LocalKakao, app: Listener) -> None:
    await kakao.share(
        "민지", "sendDefault", TEXT | NONCE, origin=SITE, to=["me", "준호", "까치 마을"]
    )

    told = [one.json() for one in app.heard]
    assert {one["CHAT_TYPE"] for one in told} == {"MemoChat", "DirectChat", "MultiChat"}
    assert {one["kkachi"] for one in told} == {"n-1"}
    assert len({one["HASH_CHAT_ID"] for one in told}) == 3
    assert len({one.headers["X-Kakao-Resource-ID"] for one in app.heard}) == 3
    assert all("TEMPLATE_ID" not in one for one in told)


async def test_a_share_notice_carries_kakao_s_headers(kakao: LocalKakao, app: Listener) -> None:
    await kakao.share("민지", "sendDefault", TEXT | NONCE, origin=SITE)

    (told,) = app.heard
    assert (told.method, told.path) == ("POST", "/share")
    assert told.headers["Authorization"] == "KakaoAK sandbox-admin-key"
    assert told.headers["User-Agent"] == "KakaoOpenAPI/1.0"
    assert told.headers["Content-Type"] == "application/json;charset=UTF-8"


async def test_a_chat_keeps_its_hash(kakao: LocalKakao, app: Listener) -> None:
    for name in ("준호", "준호", "지우"):
        await kakao.share("민지", "sendDefault", TEXT | NONCE, origin=SITE, to=[name])

    first, second, other = (one.json()["HASH_CHAT_ID"] for one in app.heard)
    assert first == second != other


async def test_the_notice_may_be_a_form(kakao: LocalKakao, app: Listener) -> None:
    kakao.app.share_webhook = Webhook(f"{app.url}/share", body="form")
    args = {"serverCallbackArgs": {"kkachi": "까치&1", "count": 2}}

    await kakao.share("민지", "sendDefault", TEXT | args, origin=SITE)

    form = app.heard[0].form()
    assert app.heard[0].headers["Content-Type"].startswith("application/x-www-form-urlencoded")
    assert (form["kkachi"], form["count"], form["CHAT_TYPE"]) == ("까치&1", "2", "MemoChat")


async def test_the_notice_may_be_a_query(kakao: LocalKakao, app: Listener) -> None:
    kakao.app.share_webhook = Webhook(f"{app.url}/share", "GET")

    await kakao.share("민지", "sendDefault", TEXT | NONCE, origin=SITE)

    assert (app.heard[0].method, app.heard[0].query["kkachi"]) == ("GET", "n-1")


async def test_arguments_never_replace_what_kakao_says(kakao: LocalKakao, app: Listener) -> None:
    args = {"serverCallbackArgs": '{"CHAT_TYPE": "MultiChat", "kkachi": "n"}'}

    await kakao.share("민지", "sendDefault", TEXT | args, origin=SITE)

    assert app.heard[0].json()["CHAT_TYPE"] == "MemoChat"


async def test_without_arguments_nobody_is_told(kakao: LocalKakao, app: Listener) -> None:
    await kakao.share("민지", "sendDefault", TEXT, origin=SITE)

    assert (len(kakao.outbox), app.heard) == (1, [])
