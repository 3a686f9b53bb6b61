"""Linking as a person sees it: a real Chromium between the link page and the local Kakao."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, Request, async_playwright

from bot.services.accounts.oauth import FRIENDS_SCOPES, NewLink
from bot.services.accounts.pending import Awaited
from bot.web.answers import OF_CONSENTS, STATUSES
from bot.web.pages import Pages
from tests.support.linking import MINJI, LinkWorld, open_house, texts

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
]
PHONE = {"width": 390, "height": 844}
EXTRA = ("talk_message", "friends")
SMALL = {"width": 320, "height": 568}
OTHERS = ("jump-unknown", "jump-expired", "not-found", "wrong-method", "wrong-host", "other-site")

# How wide the page is in Korean, then in English.
WIDTHS = """["in-ko", "in-en"].map((id) => {
    document.getElementById(id).checked = true;
    return document.documentElement.scrollWidth;
})"""

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}"),
]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def house(tmp_path: Path) -> AsyncIterator[LinkWorld]:
    async with open_house(tmp_path) as house:
        yield house


@asynccontextmanager
async def phone(
    chromium: Browser, *, scripts: bool = True, dark: bool = False, small: bool = False
) -> AsyncIterator[Page]:
    """A browser of one's own; whatever it complains about fails the test."""
    context = await chromium.new_context(
        viewport=SMALL if small else PHONE,  # type: ignore[arg-type] # a dict of these two keys
        java_script_enabled=scripts,
        color_scheme="dark" if dark else "light",
        locale="ko-KR",
    )
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        # A refusal has a status of its own, which Chromium reports as a failed load.
        if "Failed to load resource" not in message.text:
            complaints.append(message.text)

    def fail(request: Request) -> None:
        complaints.append(request.url)

    page = await context.new_page()
    page.set_default_timeout(10_000)
    page.on("console", note)
    page.on("requestfailed", fail)
    yield page
    await context.close()
    assert complaints == []


async def heading(page: Page) -> str:
    await page.wait_for_load_state()  # until its style is there both languages are seen
    return await page.locator("h1:visible").inner_text()


async def press(page: Page, label: str) -> None:
    await page.locator("button:visible, a:visible", has_text=label).first.click()


async def log_in(page: Page, account: str = "민지") -> None:
    """From the link page to Kakao's consent page."""
    await press(page, "카카오 로그인")
    await press(page, account)
    await page.wait_for_url("**/consent*")


async def agree(page: Page) -> None:
    await page.check("#all")
    await page.click("button[value=agree]")


async def test_a_member_links_from_page_to_page(chromium: Browser, house: LinkWorld) -> None:
    async with phone(chromium) as page:
        await page.goto(await house.invite(name="민지 ✨"))
        assert await page.locator("bdi:visible").inner_text() == "민지 ✨"
        assert await page.evaluate("document.querySelector('.avatar').naturalWidth") > 0
        await log_in(page)
        await agree(page)
        assert await heading(page) == "연결됐어요!"
        assert await page.locator("bdi:visible").inner_text() == "민지"
    assert (await house.linked()).scopes == {"profile_nickname", "talk_message"}


async def test_it_all_works_without_scripts_and_in_english(
    chromium: Browser, house: LinkWorld
) -> None:
    async with phone(chromium, scripts=False, dark=True) as page:
        await page.goto(await house.invite())
        assert await heading(page) == "카카오톡을 연결할까요?"
        await page.locator("label", has_text="English").click()
        assert await heading(page) == "Link your KakaoTalk?"
        await press(page, "Login with Kakao")
        await press(page, "민지")
        await agree(page)
        assert await page.locator("bdi:visible").inner_text() == "민지"


async def test_who_cancels_or_forgets_a_tick_may_go_again(
    chromium: Browser, house: LinkWorld
) -> None:
    async with phone(chromium) as page:
        await page.goto(await house.invite())
        await log_in(page)
        await page.click("button[value=cancel]")
        assert await heading(page) == "연결을 취소했어요"
        await press(page, "다시 연결하기")
        await log_in(page)
        await page.click("button[value=agree]")
        assert await heading(page) == "메시지 전송에 동의가 필요해요"
        assert await house.links.get(MINJI) is None
        await press(page, "다시 연결하기")
        await log_in(page)
        await agree(page)
        assert await heading(page) == "연결됐어요!"


async def test_another_browser_starts_over(chromium: Browser, house: LinkWorld) -> None:
    async with phone(chromium) as page, phone(chromium) as other:
        await page.goto(await house.invite())
        await press(page, "카카오 로그인")
        await page.wait_for_url("**/login*")
        await other.goto(page.url)
        await press(other, "민지")
        await agree(other)
        assert await heading(other) == "다른 브라우저에서 돌아왔어요"
        await press(other, "다시 연결하기")
        await press(other, "카카오 로그인")
        await press(other, "민지")
        assert await heading(other) == "연결됐어요!"


async def test_a_number_is_asked_for_after_consent_and_discord_opens_from_there(
    chromium: Browser, tmp_path: Path
) -> None:
    async with open_house(tmp_path, asks_number=True) as house, phone(chromium) as page:
        await page.goto(await house.invite())
        await log_in(page)
        await agree(page)
        assert await heading(page) == "이제 번호만 입력하면 돼요"
        assert await page.locator("bdi:visible").inner_text() == "민지"
        leads = page.locator("a.button:visible")
        assert await leads.get_attribute("href") == "https://discord.com/channels/@me"
        assert await house.links.get(MINJI) is None


def awaited(*, is_sure: bool) -> Awaited:
    return Awaited(MINJI, "가" * 20, "ko", "https://discord.com/channels/@me", is_sure=is_sure)


def agreed(draft_id: str | None) -> NewLink:
    return NewLink(MINJI, "가" * 20, "ko", draft_id, asked=frozenset(EXTRA))


async def test_a_consent_is_asked_for_without_a_word_of_linking(
    chromium: Browser, house: LinkWorld
) -> None:
    await house.link()
    before = await house.linked()
    async with phone(chromium, scripts=False) as page:
        await page.goto(await house.invite(scopes=("friends",)))
        assert await page.title() == "카카오 동의 추가 · 까치"
        assert await heading(page) == "‘카카오 서비스 내 친구목록’ 동의를 추가할까요?"
        shown = await page.locator("article:visible").inner_text()
        assert "연결할까요" not in shown
        assert "지금까지의 연결과 규칙은 그대로예요" in shown
        assert "카카오톡 친구를 골라 카드를 보낼 수 있어요" in shown
        await press(page, "카카오에서 동의하기")
        await press(page, "민지")
        await agree(page)
        assert await heading(page) == "동의했어요!"
        shown = await page.locator("article:visible").inner_text()
        assert "연결됐어요" not in shown
        await page.locator("label", has_text="English").click()
        assert await heading(page) == "Agreed!"
    after = await house.linked()
    assert after.scopes == before.scopes | {"friends"}
    assert after.generation == before.generation


async def test_a_consent_that_was_not_given_leaves_the_link_and_leads_back(
    chromium: Browser, house: LinkWorld
) -> None:
    await house.link()
    async with phone(chromium) as page:
        await page.goto(await house.invite(scopes=("friends",), draft_id="draft"))
        assert "보내던 카드가 디스코드에서" in await page.locator("article:visible").inner_text()
        await press(page, "카카오에서 동의하기")
        await press(page, "민지")
        await page.click("button[value=cancel]")
        assert await heading(page) == "동의하지 않았어요"
        assert "연결은 그대로예요" in await page.locator("article:visible").inner_text()
        await press(page, "다시 동의하러 가기")
        assert "동의를 추가할까요" in await heading(page)
    assert await house.token()


async def test_every_page_fits_a_small_phone(chromium: Browser, house: LinkWorld) -> None:
    pages = Pages(texts(), house.url)
    names = (*STATUSES, *OTHERS, "failed", *(f"consent-{name}" for name in OF_CONSENTS))
    shown = [pages.notice(name, "ko", house.url) for name in names]
    shown += [pages.notice(name, "ko") for name in names]
    shown += [
        pages.linked(NewLink(MINJI, "가" * 20, "ko", "draft")),
        *(pages.awaited(awaited(is_sure=is_sure)) for is_sure in (True, False)),
        pages.number("ko"),
        pages.link("A" * 32, house.picture, FRIENDS_SCOPES, "ko"),
        *(
            pages.consent("A" * 32, house.picture, EXTRA, "ko", with_draft=with_draft)
            for with_draft in (True, False)
        ),
        *(pages.linked(agreed(draft)) for draft in (None, "draft")),
    ]
    async with phone(chromium, small=True) as page:
        await page.goto(f"{house.url}/")
        for html in shown:
            await page.set_content(html, wait_until="commit")
            assert await page.evaluate(WIDTHS) == [320, 320], html
