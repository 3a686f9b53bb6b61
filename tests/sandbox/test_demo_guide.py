"""The guide of the demo page in a real Chromium, pressed by somebody who follows it."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from playwright.async_api import Browser, Locator, expect
from playwright.async_api import Page as Tab

from sandbox.demo.demo import Demo, Options, open_demo
from sandbox.demo.page.trouble import TEN_MINUTES
from sandbox.demo.smoke import TO_FRIENDS
from sandbox.demo.visit import CHANNEL, Visit, until
from tests.support.sandbox_page import needs_chromium, open_chromium, open_stage, visit

MOST_PRESSES, MOST_SECONDS = 6, 60.0
SLOW = 20_000
OPEN, PICK = re.compile("^(열기|Open)$"), re.compile("친구 골라|Pick a friend")

pytestmark = [pytest.mark.asyncio(loop_scope="module"), needs_chromium]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with open_chromium() as browser:
        yield browser


class Finger:
    """Presses, and counts how often and how long."""

    def __init__(self, began: float) -> None:
        self.presses = 0
        self.began = began

    async def press(self, what: Locator) -> None:
        self.presses += 1
        await what.click(timeout=SLOW)

    def check(self) -> None:
        """Hold what has been pressed since it began, and begin anew."""
        now = asyncio.get_running_loop().time()
        assert self.presses <= MOST_PRESSES
        assert now - self.began <= MOST_SECONDS
        self.presses, self.began = 0, now


@asynccontextmanager
async def demo(lang: str) -> AsyncIterator[str]:
    """What `make demo` runs; gives the address that it prints."""
    arguments = ("-m", "sandbox", "--port", "0", "--lang", lang)
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        async for line in process.stdout:
            if found := re.search(r"http://\S+", line.decode()):
                yield found[0]
                return
    finally:
        process.terminate()
        await process.communicate()
    raise AssertionError("the demo has printed no address")


def next_press(tab: Tab, step: str) -> Locator:
    """The guide's button, once it is this step's turn."""
    return tab.locator(f"#guide:has([data-step={step}].next) .press:not(.busy)")


async def agree_at_kakao(tab: Tab, finger: Finger, opener: Locator) -> None:
    """Press a button that opens Kkachi's page, and go on through Kakao until it thanks."""
    async with tab.context.expect_page() as opened:
        await finger.press(opener)
    page = await opened.value
    await finger.press(page.locator("main form button:visible").first)
    await finger.press(page.locator("button[value=민지]"))
    await finger.press(page.locator("#all"))
    await finger.press(page.locator("button[value=agree]"))
    await page.wait_for_url("**/done")
    await page.close()


async def test_no_step_is_ticked_before_it_has_happened(chromium: Browser, tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage, visit(chromium, stage.page.url) as tab:
        await tab.get_by_role("combobox").fill("/kakao link")
        await tab.keyboard.press("Enter")
        await tab.keyboard.press("Enter")
        await expect(tab.locator(".message", has_text="응답하지 않았어요")).to_be_visible()
        await expect(tab.locator("#guide li.done")).to_have_count(0)
        await stage.discord.person("민지").say("잡담", "번개")
        await expect(tab.locator("#guide li.done")).to_have_count(0)


async def test_a_friend_receives_as_long_as_they_are_linked_and_is_drawn_so() -> None:
    async with open_demo(Options(port=0)) as demo, ClientSession() as http:
        await asyncio.wait_for(demo.bot.ready.wait(), 20)
        await demo.settle()
        visit, junho = Visit(demo), demo.discord.person("준호")
        await visit.link()
        assert await linked(http, demo) == set(demo.kakao.accounts)
        await junho.press(await junho.slash(CHANNEL, "kakao unlink"), "연결 끊기")
        assert await linked(http, demo) == set(demo.kakao.accounts) - {"준호"}
        demo.kakao.advance(TEN_MINUTES)
        visit.reply = await visit.menu(TO_FRIENDS)
        await visit.agree(visit.reply)
        await until("the picker never came", lambda: "누구에게" in visit.reply.text)
        shown = str(visit.reply.answer.components)
        assert "서연" in shown
        assert "준호" not in shown


async def linked(http: ClientSession, demo: Demo) -> set[str]:
    """Who is drawn as linked."""
    async with http.get(f"{demo.page.url}/api/state") as answer:
        return {one["name"] for one in (await answer.json())["people"] if one["linked"]}


@pytest.mark.parametrize(("lang", "word"), [("ko", "번개"), ("en", "meetup")])
async def test_six_presses_lead_to_a_first_card_and_six_more_to_one_that_comes_by_itself(
    chromium: Browser, lang: str, word: str
) -> None:
    finger = Finger(asyncio.get_running_loop().time())
    async with demo(lang) as url, visit(chromium, url) as tab:
        await agree_at_kakao(tab, finger, next_press(tab, "link"))
        await finger.press(next_press(tab, "number"))
        card = tab.locator(".mine .card", has_text="오늘은 그냥 지나칠 수가")
        await expect(card).to_be_visible(timeout=SLOW)
        finger.check()
        await finger.press(next_press(tab, "card"))
        await finger.press(next_press(tab, "rule"))
        await finger.press(next_press(tab, "auto"))
        await expect(tab.locator(".mine .card", has_text=word)).to_be_visible(timeout=SLOW)
        finger.check()
        await the_rest(tab, finger)
        await morning_again(tab)


async def the_rest(tab: Tab, finger: Finger) -> None:
    """Press on to the guide's end; what was sent stands on the phone."""
    await finger.press(next_press(tab, "friends"))
    await agree_at_kakao(tab, finger, tab.locator("#guide .press", has_text=OPEN))
    await finger.press(tab.locator("#guide .press", has_text=PICK))
    await expect(tab.locator(".room-head")).to_contain_text("준호", timeout=SLOW)
    await finger.press(next_press(tab, "compose"))
    await expect(tab.locator(".mine .card.text")).to_be_visible(timeout=SLOW)
    await finger.press(next_press(tab, "share"))
    await share(tab, finger, tab.locator("#guide .press", has_text=OPEN))
    await finger.press(next_press(tab, "status"))
    await finger.press(next_press(tab, "trouble"))
    await expect(tab.locator("#guide li.done")).to_have_count(12, timeout=SLOW)
    await expect(tab.locator("#guide .press")).to_have_count(0)


async def share(tab: Tab, finger: Finger, opener: Locator) -> None:
    """Open the share page and send to one's own chat."""
    async with tab.context.expect_page() as opened:
        await finger.press(opener)
    page = await opened.value
    async with page.expect_popup() as popup:
        await finger.press(page.locator("[data-share]:visible"))
    picker = await popup.value
    await picker.locator("input[name=chat]").first.check()
    await finger.press(picker.locator("button[value=send]"))
    await page.close()


async def morning_again(tab: Tab) -> None:
    """Set the village back: nobody has written, and the visitor is not linked."""
    reset = tab.get_by_role("button", name=re.compile("처음으로|Start over"))
    await reset.click()
    await expect(reset).to_be_disabled()
    await expect(reset).to_be_enabled(timeout=SLOW)
    await expect(tab.get_by_role("alert")).to_be_hidden()
    await expect(next_press(tab, "link")).to_be_visible()
    await expect(tab.locator(".person .linked")).to_have_count(4)
    await expect(tab.locator(".message.ephemeral")).to_have_count(0)
    await expect(tab.locator(".talk .row")).to_have_count(1)
    await expect(tab.locator("#guide li.done")).to_have_count(0)
