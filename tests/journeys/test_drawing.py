"""One drawing of a card: the share page and the demo's phone in a real Chromium."""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect
from playwright.async_api import Page as Tab

from bot.kakao import CustomMessage, Message, ScrapMessage, message_from
from tests.support.cards import LINK, LONG, PLACE, every_card
from tests.support.sandbox_page import (
    Stage,
    needs_chromium,
    open_chromium,
    open_stage,
    visit,
)
from tests.support.sharing import ShareWorld, open_stall

pytestmark = [pytest.mark.asyncio(loop_scope="module"), needs_chromium]

KINDS = list(every_card(""))
# Every text and picture that is seen, and where; the strip below says whose app it is.
DRAWN = """card => {
  const from = card.getBoundingClientRect(), found = [];
  const box = (name, { x, y, width, height }) => found.push(
    [name, ...[x - from.x, y - from.y, width, height].map(Math.round)]);
  const walker = document.createTreeWalker(card, NodeFilter.SHOW_ALL);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    if (element.closest("footer") || !element.checkVisibility()) continue;
    if (node.nodeName === "IMG") box("picture", node.getBoundingClientRect());
    if (node.nodeType !== Node.TEXT_NODE || !node.data.trim()) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    box(node.data, range.getBoundingClientRect());
  }
  return found;
}"""
LINES = "e => Math.round(e.offsetHeight / parseFloat(getComputedStyle(e).lineHeight))"
IS_CUT = "e => e.scrollWidth > e.clientWidth"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with open_chromium() as chromium:
        yield chromium


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path_factory.mktemp("bot")) as stage:
        yield stage


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def phone(stage: Stage, chromium: Browser) -> AsyncIterator[Tab]:
    async with visit(chromium, stage.page.url) as tab:
        yield tab


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def stall(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ShareWorld]:
    async with open_stall(tmp_path_factory.mktemp("share")) as stall:
        yield stall


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def window(chromium: Browser) -> AsyncIterator[tuple[Tab, list[str]]]:
    """A tab on a phone's screen, and what it complains about."""
    context = await chromium.new_context(viewport={"width": 390, "height": 844}, locale="ko-KR")
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(error.message))
    yield page, complaints
    await context.close()


@pytest.fixture
def page(window: tuple[Tab, list[str]]) -> Iterator[Tab]:
    page, complaints = window
    complaints.clear()
    yield page
    assert complaints == []


def feed(content: dict[str, Any]) -> Message:
    return message_from({"object_type": "feed", "content": content})


async def on_the_page(page: Tab, stall: ShareWorld, message: Message) -> Locator:
    share = await stall.share(message)
    await page.goto(f"{stall.url}/share/{share.nonce}")
    return await drawn(page.locator(".card:not(.said)"))


async def on_the_phone(phone: Tab, stage: Stage, card: Mapping[str, Any]) -> Locator:
    minji = stage.kakao.account("민지")
    number = stage.kakao.deliver(minji, minji, dict(card)).id
    stage.kakao.changed()
    bubble = phone.locator(f"[data-message='{number}']")
    await bubble.evaluate("e => Promise.all(e.getAnimations().map((one) => one.finished))")
    return await drawn(bubble.locator(".card"))


async def drawn(card: Locator) -> Locator:
    """Wait for a card and its pictures."""
    await expect(card).to_be_visible()
    await card.locator("img").evaluate_all(
        "all => Promise.allSettled(all.map((one) => one.decode()))"
    )
    return card


async def texts_of(card: Locator) -> list[str]:
    return [text for text, *_ in await card.evaluate(DRAWN)]


def of_stage(stage: Stage) -> str:
    return stage.kakao.picture_url(stage.kakao.account("준호"))


def of_stall(stall: ShareWorld) -> str:
    kakao = stall.house.kakao
    return kakao.picture_url(kakao.account("준호"))


@pytest.mark.parametrize("kind", KINDS)
async def test_the_share_page_and_the_phone_draw_the_same(
    phone: Tab, stage: Stage, page: Tab, stall: ShareWorld, kind: str
) -> None:
    message = message_from(every_card(of_stall(stall))[kind])
    here = await on_the_page(page, stall, message)
    there = await on_the_phone(phone, stage, every_card(of_stage(stage))[kind])
    assert await here.evaluate(DRAWN) == await there.evaluate(DRAWN)
    assert await here.locator("button").count() == 0


async def test_kakaotalks_own_words_are_the_same_in_english_too(
    chromium: Browser, stage: Stage, page: Tab, stall: ShareWorld
) -> None:
    async with visit(chromium, stage.page.url) as phone:
        await phone.locator("#language").get_by_text("English").click()
        for kind in ("feed", "location", "text", "calendar"):
            here = await on_the_page(page, stall, message_from(every_card(of_stall(stall))[kind]))
            await page.locator("label", has_text="English").click()
            there = await on_the_phone(phone, stage, every_card(of_stage(stage))[kind])
            assert await texts_of(here) == await texts_of(there)


async def test_a_feed_is_drawn_from_its_profile_down_to_its_buttons(
    page: Tab, stall: ShareWorld
) -> None:
    card = await on_the_page(page, stall, message_from(every_card(of_stall(stall))["feed"]))
    assert [text for text in await texts_of(card) if text != LONG] == [
        *("picture", "민지의 초대", "picture", "참가 안내", "토요일", "picture"),
        *("참가비", "1,000원", "상금", "5,000원", "합계", "6,000원"),
        *("길드 정기전", "좋아요", "0", "댓글", "1", "공유", "4", "웹에서 자세히", "참가"),
    ]
    tops = [top for _, _, top, *_ in await card.evaluate(DRAWN)]
    assert tops[-1] == max(tops)


@pytest.mark.parametrize(("title", "lines"), [("짧은 제목", [1, 3]), (LONG, [2, 2])])
async def test_title_and_description_have_four_lines_together(
    page: Tab, stall: ShareWorld, title: str, lines: list[int]
) -> None:
    content = {"title": title, "description": LONG, "link": LINK}
    card = await on_the_page(page, stall, feed(content))
    parts = [card.locator(part) for part in ("strong", "strong + span")]
    assert [await part.evaluate(LINES) for part in parts] == lines


async def test_a_description_alone_has_four_lines(page: Tab, stall: ShareWorld) -> None:
    card = await on_the_page(page, stall, feed({"description": LONG, "link": LINK}))
    assert await card.locator(".words > span").evaluate(LINES) == 4


async def test_two_buttons_have_room_for_eight_korean_characters_each(
    phone: Tab, stage: Stage
) -> None:
    titles = {"여덟글자가들어가": False, "열두글자가안들어가는단추": True}
    buttons = [{"title": title, "link": LINK} for title in titles]
    card = await on_the_phone(
        phone, stage, {"object_type": "text", "text": "글", "link": LINK, "buttons": buttons}
    )
    for title, is_cut in titles.items():
        assert await card.get_by_role("button", name=title).evaluate(IS_CUT) == is_cut


async def test_a_place_is_only_where_its_button_leads(
    phone: Tab, stage: Stage, page: Tab, stall: ShareWorld
) -> None:
    location = every_card(of_stall(stall))["location"]
    assert PLACE not in await (await on_the_page(page, stall, message_from(location))).inner_text()
    card = await on_the_phone(phone, stage, every_card(of_stage(stage))["location"])
    assert PLACE not in await card.inner_text()
    await card.get_by_role("button", name="위치 보기").click()
    await expect(phone.locator(".map footer")).to_contain_text(PLACE)
    await phone.keyboard.press("Escape")


async def test_both_languages_of_the_page_stand_in_the_card(page: Tab, stall: ShareWorld) -> None:
    card = await on_the_page(page, stall, message_from(every_card(of_stall(stall))["location"]))
    labels = card.locator(".act")
    assert await labels.all_inner_texts() == ["자세히 보기", "위치 보기"]
    await page.locator("label", has_text="English").click()
    assert await labels.all_inner_texts() == ["View details", "View location"]


async def test_a_picture_that_stands_elsewhere_is_not_loaded(page: Tab, stall: ShareWorld) -> None:
    picture = "https://elsewhere.example/a.png"
    card = await on_the_page(page, stall, message_from(every_card(picture)["feed"]))
    await expect(card.locator(".unseen")).to_have_text(
        "사진은 카카오톡에서 보여요", use_inner_text=True
    )
    assert await card.locator("img").count() == 1


@pytest.mark.parametrize(
    ("message", "says"),
    [
        (CustomMessage(template_id=7, template_args={"NAME": "민지"}), "운영자가 카카오에서"),
        (ScrapMessage(request_url="https://kkachi.example/raid"), "카카오가 이 페이지를 읽어"),
    ],
    ids=["custom", "scrap"],
)
async def test_what_kakao_makes_itself_is_said_and_not_drawn(
    page: Tab, stall: ShareWorld, message: Message, says: str
) -> None:
    card = await on_the_page(page, stall, message)
    await expect(card.locator("strong")).to_contain_text(says)
    assert await card.locator(".act").count() == 0


async def test_a_picture_that_is_none_leaves_words_on_the_page_and_nothing_on_the_phone(
    phone: Tab, stage: Stage, page: Tab, stall: ShareWorld
) -> None:
    for tab in (page, phone):
        await tab.route("**/*?broken", lambda route: route.fulfill(content_type="image/png"))
    content = {"title": "번개", "image_url": f"{of_stall(stall)}?broken", "link": LINK}
    card = await on_the_page(page, stall, feed(content))
    await expect(card.locator(".unseen")).to_be_visible()
    content |= {"image_url": f"{of_stage(stage)}?broken"}
    card = await on_the_phone(phone, stage, {"object_type": "feed", "content": content})
    await expect(card.locator(".picture")).to_have_count(0)


@pytest.mark.parametrize("scripts", [False, True], ids=["without scripts", "without the drawing"])
async def test_where_nothing_draws_it_the_cards_own_words_stand_there(
    chromium: Browser, stall: ShareWorld, *, scripts: bool
) -> None:
    context = await chromium.new_context(java_script_enabled=scripts, locale="ko-KR")
    page = await context.new_page()
    await page.route("**/static/card.js*", lambda route: route.abort())
    share = await stall.share(message_from(every_card(of_stall(stall))["list"]))
    await page.goto(f"{stall.url}/share/{share.nonce}")
    assert await page.locator(".card.said p").all_inner_texts() == [
        *("이번 주 일정", "월 21:00", LONG.strip(), "수 21:00")
    ]
    if scripts:
        await expect(page.locator(".ko [data-share]")).to_be_enabled()
    await context.close()
