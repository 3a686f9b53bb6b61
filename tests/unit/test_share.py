"""Sharing by way of Kakao's picker: the page behind a nonce, and what Kakao tells of it."""

import asyncio
import json
import logging
import re
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from bot.config import DISCORD_CDN_URL, KAKAO_AUTH_URL, KAKAO_SDK_URL, KAKAO_SHARER_URL
from bot.kakao import CustomMessage, Feed, Message, ScrapMessage, message_from
from bot.services.forwarding.shares import KEPT_SECONDS, SharingOff
from bot.services.privacy.expiry import GRACE_SECONDS, Expiry
from bot.web import ShareSettings
from storage.shares import Share
from tests.support.linking import until
from tests.support.sharing import ADMIN_KEY, LINK, TEMPLATES, ShareWorld, open_stall


@pytest.fixture
async def stall(tmp_path: Path) -> AsyncIterator[ShareWorld]:
    async with open_stall(tmp_path) as stall:
        yield stall


def offer_of(page: str, script: str = "offer") -> dict[str, Any]:
    """What the page holds for its script, or for the one that draws the card."""
    found = re.search(rf'<script type="application/json" id="{script}">(.*?)</script>', page)
    assert found
    return dict(json.loads(found[1]))


async def counted(stall: ShareWorld, share: Share, chats: int) -> None:
    async def there() -> bool:
        return await stall.chats(share) == chats

    await until(there)


async def told(stall: ShareWorld, times: int) -> None:
    async def there() -> bool:
        return len(stall.told) == times

    await until(there)


# The page


async def test_the_page_hands_the_card_and_only_the_nonce_to_kakaos_sdk(stall: ShareWorld) -> None:
    share = await stall.share()
    status, page, _ = await stall.get(f"/share/{share.nonce}")
    offer = offer_of(page)
    kakao = stall.house.kakao
    assert (status, offer["call"]) == (200, "sendDefault")
    assert offer["key"] == kakao.app.javascript_key
    assert offer["sdk"] == {"url": kakao.sdk_url, "integrity": kakao.sdk_integrity}
    assert offer["message"]["serverCallbackArgs"] == {"kkachi": share.nonce}
    assert offer["message"]["objectType"] == "feed"
    assert offer["message"]["content"]["title"] == "준호: 오늘 저녁 여덟 시!"


async def test_the_page_says_everything_in_both_languages(stall: ShareWorld) -> None:
    _, page, _ = await stall.get(f"/share/{(await stall.share()).nonce}")
    for text in ("카카오톡으로 공유하기", "카카오 창을 막았어요", "자바스크립트가 꺼져"):
        assert text in page
    for text in ("Share on KakaoTalk", "blocked Kakao’s window", "JavaScript is switched off"):
        assert text in page


@pytest.mark.parametrize(
    ("message", "call", "expected"),
    [
        (CustomMessage(template_id=7, template_args={"NAME": "민지"}), "sendCustom",
         {"templateId": 7, "templateArgs": {"NAME": "민지"}}),
        (ScrapMessage(request_url="https://kkachi.example/"), "sendScrap",
         {"requestUrl": "https://kkachi.example/"}),
    ],
)  # fmt: skip
async def test_custom_and_scrape_messages_take_their_own_call(
    stall: ShareWorld, message: Message, call: str, expected: dict[str, Any]
) -> None:
    _, page, _ = await stall.get(f"/share/{(await stall.share(message)).nonce}")
    offer = offer_of(page)
    assert offer["call"] == call
    assert offer["message"].items() >= expected.items()


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template["object_type"])
async def test_kakao_takes_every_kind_and_tells_of_each_chat(
    stall: ShareWorld, template: dict[str, Any]
) -> None:
    share = await stall.share(message_from(template))
    offer = offer_of((await stall.get(f"/share/{share.nonce}"))[1])
    to = ("me", "준호")
    await stall.house.kakao.share("민지", offer["call"], offer["message"], origin=stall.url, to=to)
    await counted(stall, share, 2)
    assert {sent.template["object_type"] for sent in stall.house.kakao.outbox} == {
        template["object_type"]
    }


async def test_what_somebody_wrote_cannot_change_the_page(stall: ShareWorld) -> None:
    evil = "</script><script>alert(1)</script><!-- '\""
    feed = Feed.model_validate({"content": {"title": evil, "description": evil, "link": LINK}})
    _, page, _ = await stall.get(f"/share/{(await stall.share(feed)).nonce}")
    assert "<script>alert" not in page
    assert offer_of(page)["message"]["content"]["title"] == evil


async def test_the_page_tells_kakao_where_it_is_and_nobody_its_path(stall: ShareWorld) -> None:
    _, page, headers = await stall.get(f"/share/{(await stall.share()).nonce}")
    assert headers["Content-Security-Policy"] == stall.settings.headers()["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "strict-origin"
    assert headers["Cache-Control"] == "no-store"
    assert not re.search(r"<[^>]+ (style|on\w+)=", page)


def test_the_page_may_load_only_our_script_and_kakaos() -> None:
    settings = ShareSettings(
        javascript_key="",
        sdk_url=KAKAO_SDK_URL,
        sdk_integrity="",
        auth_url=KAKAO_AUTH_URL,
        api_url="https://kapi.kakao.com",
        sharer_url=KAKAO_SHARER_URL,
        public_url="https://kkachi.example",
        picture_origin=DISCORD_CDN_URL,
    )
    policy = settings.headers()["Content-Security-Policy"].split("; ")
    assert policy[0] == "default-src 'none'"
    assert "script-src 'self' https://t1.kakaocdn.net" in policy
    assert "connect-src https://t1.kakaocdn.net https://kapi.kakao.com" in policy
    assert "form-action https://kauth.kakao.com https://*.kakao.com" in policy
    (unsafe,) = (rule for rule in policy if "unsafe" in rule)
    assert unsafe.startswith("style-src-attr 'unsafe-hashes' 'sha256-")


async def test_other_pages_still_load_no_script_at_all(stall: ShareWorld) -> None:
    _, _, headers = await stall.get("/share/nobody")
    assert "script-src" not in headers["Content-Security-Policy"]


async def test_a_picture_elsewhere_is_not_loaded_where_its_host_would_see_the_visitor(
    stall: ShareWorld,
) -> None:
    ours, theirs = f"{stall.house.kakao.url}/i.png", "https://evil.example/i.png"
    rows = [{"image_url": url, "link": LINK} for url in (theirs, ours)]
    share = await stall.share(
        message_from(
            {"object_type": "list", "header_title": "가", "header_link": LINK, "contents": rows}
        )
    )
    page = (await stall.get(f"/share/{share.nonce}"))[1]
    assert offer_of(page, "preview")["pictures"] == [ours]


async def test_a_picture_goes_the_way_that_the_operator_has_chosen(tmp_path: Path) -> None:
    async def through_kakao(message: Message, _token: str | None) -> Message:
        stored = json.dumps(message.stored())
        return message_from(json.loads(stored.replace("cdn.example", "k.kakaocdn.net")))

    image = {"image_url": "https://cdn.example/1.png", "link": LINK}
    async with open_stall(tmp_path, prepare=through_kakao) as stall:
        share = await stall.share(Feed.model_validate({"content": image}))
    assert share.message["content"]["image_url"] == "https://k.kakaocdn.net/1.png"


async def test_a_page_closes_after_a_day(stall: ShareWorld) -> None:
    share = await stall.share()
    stall.house.clock.passes(KEPT_SECONDS)
    status, page, _ = await stall.get(f"/share/{share.nonce}", **{"Accept-Language": "ko"})
    assert (status, "만료된 공유 페이지예요" in page) == (410, True)


async def test_a_page_that_nobody_made_does_not_exist(stall: ShareWorld) -> None:
    for nonce in ("unknown", "x" * 65, "%00", "a b", "..%2f"):
        status, page, _ = await stall.get(f"/share/{nonce}")
        assert (status, "공유 페이지를 찾을 수 없어요" in page) == (404, True)


async def test_old_shares_are_erased(stall: ShareWorld) -> None:
    share = await stall.share()
    stall.house.clock.passes(KEPT_SECONDS + GRACE_SECONDS + 1)
    await Expiry(stall.store, now=stall.house.clock).tidy()
    assert await stall.store.find(share.nonce) is None


async def test_without_a_javascript_key_there_is_nothing_to_share_with(tmp_path: Path) -> None:
    async with open_stall(tmp_path, is_on=False) as stall:
        with pytest.raises(SharingOff):
            await stall.share()
        with pytest.raises(SharingOff):
            await stall.share(CustomMessage(template_id=1))


async def test_without_webhooks_the_page_promises_no_news(tmp_path: Path) -> None:
    async with open_stall(tmp_path, is_told=False) as stall:
        _, page, _ = await stall.get(f"/share/{(await stall.share()).nonce}")
    assert "Discord shows how many" not in page


# What Kakao tells


async def test_each_chat_is_counted_and_told(stall: ShareWorld) -> None:
    share = await stall.share()
    for notice_id in ("a1", "a2", "a3"):
        assert await stall.notice(share.nonce, notice_id) == 200
    await counted(stall, share, 3)
    await told(stall, 3)
    assert stall.told == [(share.nonce, 1), (share.nonce, 2), (share.nonce, 3)]


async def test_a_repeated_notice_counts_once(stall: ShareWorld) -> None:
    share = await stall.share()
    for notice_id in ("a1", "a1", "a1", "a2"):
        assert await stall.notice(share.nonce, notice_id) == 200
    await counted(stall, share, 2)
    await told(stall, 2)


async def test_the_same_notice_id_at_once_counts_once(stall: ShareWorld) -> None:
    share = await stall.share()
    answers = await asyncio.gather(*(stall.notice(share.nonce, "a1") for _ in range(20)))
    assert set(answers) == {200}
    assert await stall.notice(share.nonce, "last") == 200
    await counted(stall, share, 2)


async def test_a_form_and_a_query_say_the_same(stall: ShareWorld) -> None:
    share = await stall.share()
    fields = {"CHAT_TYPE": "MultiChat", "HASH_CHAT_ID": "k", "kkachi": share.nonce}
    form = {"Content-Type": "application/x-www-form-urlencoded", "X-Kakao-Resource-ID": "b1"}
    assert await stall.notice(body=urlencode(fields).encode(), headers=form) == 200
    assert await stall.query(fields) == 200
    await counted(stall, share, 2)


async def test_asking_for_the_head_counts_nothing(stall: ShareWorld) -> None:
    share = await stall.share()
    assert await stall.query({"kkachi": share.nonce}, "HEAD") == 405
    assert await stall.notice(share.nonce, "last") == 200
    await counted(stall, share, 1)


async def test_a_forged_notice_is_refused_and_counts_nothing(stall: ShareWorld) -> None:
    share = await stall.share()
    for key in ("", "KakaoAK ", "KakaoAK wrong", ADMIN_KEY, f"Bearer {ADMIN_KEY}", "KakaoAK é"):
        assert await stall.notice(share.nonce, headers={"Authorization": key}) == 403
    assert await stall.notice(share.nonce, "last") == 200
    await counted(stall, share, 1)


async def test_without_an_admin_key_nobody_can_be_kakao(tmp_path: Path) -> None:
    async with open_stall(tmp_path, admin_key="") as stall:
        share = await stall.share()
        for key in ("", "KakaoAK", "KakaoAK ", f"KakaoAK {ADMIN_KEY}"):
            assert await stall.notice(share.nonce, headers={"Authorization": key}) == 403


def test_the_admin_key_is_not_printed() -> None:
    settings = ShareSettings("", "", "", "", "", "", "", "", ADMIN_KEY)
    assert ADMIN_KEY not in repr(settings)


async def test_an_altered_nonce_is_thanked_for_and_ignored(stall: ShareWorld) -> None:
    share = await stall.share()
    altered = ("altered", "", None, 7, ["a"], "x" * 5000, "'; DROP TABLE shares; --")
    for body in ({}, *({"kkachi": nonce} for nonce in altered)):
        assert await stall.notice(body=json.dumps(body).encode()) == 200
    assert await stall.notice(share.nonce, "last") == 200
    await counted(stall, share, 1)
    assert stall.told == [(share.nonce, 1)]


async def test_malformed_json_is_refused(stall: ShareWorld) -> None:
    for body in (b"{", b'{"a":', b"{" * 60_000, b'{"a":' * 9000, b"{}}", b"{\xff}"):
        assert await stall.notice(body=body) == 400


async def test_a_notice_without_its_id_is_refused(stall: ShareWorld) -> None:
    share = await stall.share()
    for notice_id in ("", "x" * 201, "a b"):
        assert await stall.notice(share.nonce, notice_id) == 400


async def test_a_body_of_a_megabyte_is_not_read(stall: ShareWorld) -> None:
    assert await stall.notice(body=b" " * 2**20) == 400
    assert await stall.notice(body=b"x" * 2**20, headers={"Authorization": "no"}) == 403


async def test_kakao_hears_of_a_slow_database_and_nothing_is_lost_or_counted_twice(
    stall: ShareWorld,
) -> None:
    share = await stall.share()
    other = sqlite3.connect(stall.house.file)
    other.execute("BEGIN EXCLUSIVE")
    answers = [await stall.notice(share.nonce, notice_id) for notice_id in ("a1", "a2")]
    other.rollback()
    other.close()
    assert answers == [503, 503]
    await counted(stall, share, 2)
    assert await stall.notice(share.nonce, "a1") == 200
    await counted(stall, share, 2)


async def test_kakao_hears_of_a_broken_database_and_nothing_is_lost(
    stall: ShareWorld, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    share = await stall.share()
    await asyncio.to_thread(_rename, stall.house.file, "shares", "gone")
    assert await stall.notice(share.nonce) == 503
    await until(lambda: _logged(caplog, "has to wait"))
    await asyncio.to_thread(_rename, stall.house.file, "gone", "shares")
    await counted(stall, share, 1)
    assert share.nonce not in caplog.text


def _rename(file: Path, table: str, name: str) -> None:
    """Wait for the program's own transaction to end, which goes on meanwhile."""
    with sqlite3.connect(file) as database:
        database.execute(f"ALTER TABLE {table} RENAME TO {name}")


async def _logged(caplog: pytest.LogCaptureFixture, words: str) -> bool:
    return words in caplog.text


async def test_a_sharer_who_cannot_be_told_is_counted_all_the_same(stall: ShareWorld) -> None:
    share = await stall.share()

    async def fail(_: Share) -> None:
        raise RuntimeError

    stall.shares.on_reached.insert(0, fail)
    for notice_id in ("a1", "a2"):
        assert await stall.notice(share.nonce, notice_id) == 200
    await counted(stall, share, 2)


async def test_a_notice_is_counted_even_when_the_page_has_closed(stall: ShareWorld) -> None:
    share = await stall.share()
    stall.house.clock.passes(KEPT_SECONDS + 1)
    assert await stall.notice(share.nonce) == 200
    await counted(stall, share, 1)
