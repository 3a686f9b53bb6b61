"""The phone of the demo page in a real Chromium: KakaoTalk's messages as it draws them."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect
from playwright.async_api import Page as Tab

from sandbox.kakao.state import Kind
from sandbox.kakao.switches import KST
from tests.support.sandbox_page import Stage, needs_chromium, open_chromium, open_stage, visit

LINK = {"web_url": "http://127.0.0.1:9/m/x", "mobile_web_url": "http://127.0.0.1:9/m/x"}
LONG = "토요일 밤 아홉 시에 모여요. " * 12
LINES = "e => Math.round(e.offsetHeight / parseFloat(getComputedStyle(e).lineHeight))"
CONTENT = {"title": "정기전", "description": "토요일 21:00", "link": LINK}
MEETING = {"object_type": "location", "address": "서울 성동구 성수이로 77", "content": CONTENT}
JSON = dict[str, Any]

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path_factory.mktemp("bot")) as stage:
        yield stage


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def tab(stage: Stage) -> AsyncIterator[Tab]:
    async with open_chromium() as chromium, visit(chromium, stage.page.url) as tab:
        yield tab


@needs_chromium
async def test_a_new_card_opens_its_room_with_four_lines_of_text(tab: Tab, stage: Stage) -> None:
    content = {"title": LONG, "description": LONG, "link": LINK}
    feed = {"object_type": "feed", "content": content, "buttons": [{"title": "보기", "link": LINK}]}
    minji = stage.kakao.account("민지")
    stage.kakao.deliver(minji, minji, feed)
    stage.kakao.changed()
    card = tab.locator(".mine .card")
    await expect(card.get_by_role("button", name="보기")).to_be_visible()
    await expect(card.locator("footer")).to_contain_text("Kkachi")
    await expect(tab.locator(".room-head")).to_contain_text("나와의 채팅")
    shown = [await card.locator(tag).evaluate(LINES) for tag in ("strong", ".words span")]
    assert shown == [2, 2]


async def arrive(stage: Stage, tab: Tab, template: JSON, kind: Kind = "default") -> Locator:
    """Let a message come to Minji's own chat; gives the card."""
    minji = stage.kakao.account("민지")
    number = stage.kakao.deliver(minji, minji, template, kind=kind).id
    stage.kakao.changed()
    card = tab.locator(f"[data-message='{number}'] .card")
    await expect(card).to_be_visible()
    return card


@needs_chromium
async def test_a_feed_shows_its_items_its_sum_and_three_counts(tab: Tab, stage: Stage) -> None:
    rows = [{"item": "참가비", "item_op": "1,000원"}, {"item": "말뿐", "item_op": ""}]
    sums = {"sum": "합계", "sum_op": "6,000원"}
    feed = {
        "object_type": "feed",
        "content": CONTENT,
        "item_content": {"profile_text": "민지의 초대", "items": rows, **sums},
        "social": {"subscriber_count": 9, "view_count": 1845, "shared_count": 2, "like_count": 286},
    }
    card = await arrive(stage, tab, feed)
    await expect(card.locator(".profile.bold")).to_have_text("민지의 초대")
    assert await card.locator("dl div").all_inner_texts() == [
        "참가비\n1,000원",
        "합계\n6,000원",
    ]
    assert await card.locator(".social span").all_inner_texts() == [
        "좋아요 286",
        "공유 2",
        "조회 1,845",
    ]
    await expect(card.get_by_role("button", name="자세히 보기")).to_be_visible()


@needs_chromium
async def test_a_list_shows_a_header_and_rows_that_lead_somewhere(tab: Tab, stage: Stage) -> None:
    rows = [{"title": day, "description": "연습", "link": LINK} for day in ("월", "수", "금")]
    names = {"header_title": "이번 주 일정", "button_title": "전체 보기"}
    template = {"object_type": "list", "header_link": LINK, "contents": rows, **names}
    card = await arrive(stage, tab, template)
    pressed = [await one.inner_text() for one in await card.get_by_role("button").all()]
    rows_shown = ["월\n연습", "수\n연습", "금\n연습"]
    assert pressed == ["이번 주 일정", *rows_shown, "전체 보기", "Kkachi"]


@needs_chromium
async def test_a_location_opens_a_map_over_the_chat(tab: Tab, stage: Stage) -> None:
    card = await arrive(stage, tab, MEETING | {"address_title": "둥지"})
    await card.get_by_role("button", name="위치 보기").click()
    await expect(tab.locator(".map footer")).to_have_text("둥지서울 성동구 성수이로 77")
    await tab.keyboard.press("Escape")
    await expect(tab.locator(".map")).to_have_count(0)
    await expect(card).to_be_visible()


@needs_chromium
async def test_prices_are_written_as_kakaotalk_writes_them(tab: Tab, stage: Stage) -> None:
    shown = {
        "15,000원": {"regular_price": 15000},
        "25% 15,000원 20,000원": {
            "regular_price": 20000, "discount_price": 15000, "discount_rate": 25
        },
        "-$5 $15 $20": {
            "regular_price": 20, "discount_price": 15, "fixed_discount_price": 5,
            "currency_unit": "$", "currency_unit_position": 1,
        },
        "${PRICE}원": {"regular_price": "${PRICE}"},
    }  # fmt: skip
    for words, prices in shown.items():
        goods = {"object_type": "commerce", "content": CONTENT, "commerce": prices}
        card = await arrive(stage, tab, goods, kind="custom")
        assert " ".join(await card.locator(".prices > *").all_inner_texts()) == words


@needs_chromium
async def test_an_event_shows_its_day_and_is_added(tab: Tab, stage: Stage) -> None:
    event = {"object_type": "calendar", "id_type": "event", "content": CONTENT}
    card = await arrive(stage, tab, event | {"id": "kkachi-meetup"})
    await expect(card.locator(".sheet")).to_have_text("10월18")
    await card.get_by_role("button", name="일정 추가").click()
    await expect(card.get_by_role("button", name="추가했어요")).to_be_disabled()
    unknown = await arrive(stage, tab, event | {"id": "nobody-knows"})
    await expect(unknown.locator(".sheet")).to_have_text("")


@needs_chromium
async def test_a_scraped_page_says_where_it_is(tab: Tab, stage: Stage) -> None:
    feed = {"object_type": "feed", "content": CONTENT}
    await expect((await arrive(stage, tab, feed, kind="scrap")).locator(".domain")).to_have_text(
        "127.0.0.1:9"
    )
    await expect((await arrive(stage, tab, feed)).locator(".domain")).to_have_count(0)


@needs_chromium
async def test_a_group_shows_who_of_it_shared(tab: Tab, stage: Stage) -> None:
    (group,) = stage.kakao.groups.values()
    stage.kakao.deliver(stage.kakao.account("서연"), group, MEETING, shared=True)
    stage.kakao.changed()
    await expect(tab.locator(".room-head")).to_have_text(group.name)
    await expect(tab.locator(".theirs .who")).to_have_text("서연")
    await expect(tab.locator(".theirs .face")).to_have_js_property("naturalWidth", 192)


@needs_chromium
async def test_everybody_has_one_face_on_both_sides(tab: Tab, stage: Stage) -> None:
    state = await (await tab.request.get(f"{stage.page.url}/api/state")).json()
    for one in state["people"]:
        kakao = stage.kakao.picture_url(stage.kakao.account(one["name"]))
        drawn = [await (await tab.request.get(at)).body() for at in (one["avatar"], kakao)]
        assert drawn[0] == drawn[1]


@needs_chromium
async def test_a_friends_text_is_pushed_and_counted_until_it_is_seen(
    tab: Tab, stage: Stage
) -> None:
    text = {"object_type": "text", "text": "오늘 밤 9시!", "link": LINK, "button_title": "참가"}
    minji, junho = stage.kakao.account("민지"), stage.kakao.account("준호")
    count = tab.get_by_role("radio", name="준호").locator(".count")
    before = sum(map(int, await count.all_inner_texts()))
    stage.kakao.deliver(minji, junho, text)
    stage.kakao.changed()
    await expect(count).to_have_text(str(before + 1))
    await expect(tab.locator(".mine .card.text")).to_contain_text("오늘 밤 9시!")
    await tab.get_by_role("radio", name="준호").click()
    await expect(tab.get_by_role("radio", name="준호").locator(".count")).to_have_count(0)
    await tab.locator(".row", has_text="민지").click()
    await expect(tab.locator(".theirs .card.text")).to_contain_text("참가")


@needs_chromium
async def test_the_strip_below_a_card_opens_the_apps_default_domain(tab: Tab, stage: Stage) -> None:
    stage.kakao.app.product_link_domains[:] = [stage.kakao.url, "https://second.example"]
    await tab.get_by_role("radio", name="민지").click()
    await expect(tab.locator(".theirs")).to_have_count(0)
    card = await arrive(stage, tab, {"object_type": "feed", "content": CONTENT})
    async with tab.context.expect_page() as opened:
        await card.get_by_role("button", name="Kkachi").click()
    assert (await opened.value).url == f"{stage.kakao.url}/"
    await (await opened.value).close()


@needs_chromium
async def test_a_card_of_a_friend_leads_to_the_visibility_of_ones_profile(
    tab: Tab, stage: Stage
) -> None:
    minji, junho = stage.kakao.account("민지"), stage.kakao.account("준호")
    await tab.get_by_role("radio", name="민지").click()
    feed = {"object_type": "feed", "content": CONTENT}
    own = await arrive(stage, tab, feed)
    await expect(own.get_by_role("button", name="프로필 공개 설정")).to_have_count(0)
    stage.kakao.deliver(junho, minji, feed)
    stage.kakao.changed()
    await tab.locator(".theirs .visibility").last.click()
    settings = tab.get_by_role("dialog", name="프로필 공개 설정")
    for hidden in (True, False):
        await settings.get_by_role("switch").click()
        await expect(settings.get_by_role("switch")).to_have_attribute(
            "aria-checked", str(not hidden).lower()
        )
        assert minji.hidden is hidden
    await tab.keyboard.press("Escape")
    await expect(settings).to_have_count(0)


@needs_chromium
async def test_what_was_shared_has_no_button_of_the_apps(tab: Tab, stage: Stage) -> None:
    minji, seoyeon = stage.kakao.account("민지"), stage.kakao.account("서연")
    stage.kakao.deliver(seoyeon, minji, MEETING, shared=True)
    stage.kakao.changed()
    await expect(tab.locator(".room-head")).to_have_text("서연")
    await expect(tab.locator(".theirs .card")).to_be_visible()
    await expect(tab.locator(".theirs .visibility")).to_have_count(0)


@needs_chromium
async def test_the_calendar_shows_a_month_and_the_day_that_is_chosen(
    tab: Tab, stage: Stage
) -> None:
    minji, start = stage.kakao.account("민지"), stage.kakao.now() + 2 * 3600
    stage.kakao.calendars.add(minji, "정기 모임", start)
    stage.kakao.changed()
    await tab.get_by_role("button", name="뒤로").click()
    await tab.get_by_role("button", name="톡캘린더").click()
    chosen = date_in_korea(start)
    await tab.locator(f".days [data-key='{chosen}']").click()
    event = tab.locator(".of-day .event")
    await expect(event).to_contain_text("정기 모임")
    await expect(event).to_contain_text("10분 전")
    await expect(tab.locator(f".days [data-key='{chosen}']")).to_have_attribute(
        "aria-pressed", "true"
    )


@needs_chromium
async def test_a_reminder_slides_in_at_its_time(tab: Tab, stage: Stage) -> None:
    minji, start = stage.kakao.account("민지"), stage.kakao.now() + 30 * 60
    stage.kakao.calendars.add(minji, "번개", start)
    stage.kakao.changed()
    await expect(tab.locator(".push.ring")).to_have_count(0)
    stage.kakao.advance(21 * 60)
    banner = tab.locator(".push.ring")
    await expect(banner).to_contain_text("10분 뒤 시작해요: 번개")
    await banner.click()
    await expect(tab.locator(".of-day")).to_contain_text("번개")


def date_in_korea(at: float) -> str:
    return datetime.fromtimestamp(at, KST).date().isoformat()
