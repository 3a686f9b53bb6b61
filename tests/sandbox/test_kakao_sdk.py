"""Kakao's JavaScript SDK, or our stand-in, in a real Chromium on a page of another origin."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, Page, async_playwright, expect

from sandbox.demo.people import add_people
from sandbox.kakao import LocalKakao
from tests.support.sdk import SDK

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
TRY = """line => {
  try { eval(line); return null; } catch (error) { return `${error.name}: ${error.message}`; }
}"""
LINKED = "{title: '', link: {}}"
TEXT = "objectType: 'text', text: '', link: {}"
LIST = "objectType: 'list', headerTitle: '', headerLink: {}"
ON_CLICK = "line => { document.querySelector('#share').onclick = () => eval(line); }"

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}"),
]


@dataclass
class Shop:
    """A page with a share button, opened in a browser."""

    kakao: LocalKakao
    origin: str
    tab: Page

    async def tries(self, action: str) -> str | None:
        """Run a line of JavaScript; gives what it throws."""
        thrown: str | None = await self.tab.evaluate(TRY, action)
        return thrown

    async def shares(self, call: str) -> Page:
        """Press a button that makes this call; gives the pop-up."""
        await self.tab.evaluate(ON_CLICK, call)
        async with self.tab.expect_popup() as popup:
            await self.tab.locator("#share").click()
        return await popup.value


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def opened(chromium: Browser) -> AsyncIterator[Shop]:
    async with LocalKakao(add_people, sdk=SDK).serve() as kakao, shop_window(kakao) as origin:
        kakao.app.product_link_domains += [origin, kakao.url]
        context = await chromium.new_context(locale="ko-KR")
        yield Shop(kakao, origin, await context.new_page())
        await context.close()


@pytest_asyncio.fixture(loop_scope="module")
async def shop(opened: Shop) -> Shop:
    """The shop as it is in the morning."""
    opened.kakao.app.js_sdk_domains = {opened.origin}
    opened.kakao.sharings.clear()
    opened.kakao.sessions.clear()
    for popup in opened.tab.context.pages[1:]:
        await popup.close()
    await opened.tab.goto(f"{opened.origin}/")
    return opened


@asynccontextmanager
async def shop_window(kakao: LocalKakao) -> AsyncIterator[str]:
    script = f'<script src="{kakao.sdk_url}" integrity="{kakao.sdk_integrity}"'
    text = f'<!doctype html>{script} crossorigin="anonymous"></script><button id="share">'
    policy = f"script-src {kakao.url} 'unsafe-eval'; form-action {kakao.url}"

    async def show(request: web.Request) -> web.Response:
        headers = {"Content-Security-Policy": policy, "X-Path": request.path}
        return web.Response(text=text, content_type="text/html", headers=headers)

    app = web.Application()
    app.router.add_get("/", show)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_a_click_leads_to_the_picker_and_to_a_chat(shop: Shop) -> None:
    await shop.tries(f"Kakao.init('{shop.kakao.app.javascript_key}')")
    link = f"{{webUrl: '{shop.origin}/x'}}"

    popup = await shop.shares(
        f"Kakao.Share.sendDefault({{objectType: 'feed', content: {{title: '정기전', link: {link}}},"
        f" buttons: [{{title: '보기', link: {link}}}], serverCallbackArgs: {{a: '1'}}}})"
    )
    await popup.get_by_role("button", name="민지").click()
    await popup.get_by_label("나와의 채팅").check()
    await popup.get_by_label("까치 마을").check()
    await popup.get_by_role("button", name="공유하기").click()

    await expect(popup.get_by_role("heading")).to_have_text("카카오톡으로 공유했어요")
    content = {"title": "정기전", "link": {"web_url": f"{shop.origin}/x"}}
    assert [one.receiver.name for one in shop.kakao.outbox] == ["민지", "까치 마을"]
    assert shop.kakao.outbox[0].template["content"] == content


async def test_templates_keep_the_names_of_their_arguments(shop: Shop) -> None:
    await shop.tries(f"Kakao.init('{shop.kakao.app.javascript_key}')")
    popup = await shop.shares(
        f"Kakao.Share.sendScrap({{requestUrl: '{shop.kakao.url}/pages/raid',"
        " templateId: 120004, templateArgs: {NOTE: '와요'}})"
    )

    await expect(popup.get_by_role("button", name="민지")).to_be_visible()
    (sharing,) = shop.kakao.sharings.values()
    assert sharing.template["item_content"] == {"profile_text": "와요"}


async def test_a_page_on_no_sdk_domain_sees_4019(shop: Shop) -> None:
    shop.kakao.app.js_sdk_domains.clear()
    await shop.tries(f"Kakao.init('{shop.kakao.app.javascript_key}')")

    popup = await shop.shares(
        "Kakao.Share.sendDefault({objectType: 'text', text: '가', link: {webUrl: 'https://a.b'}})"
    )

    await expect(popup.locator(".code")).to_contain_text("4019")


async def test_sharing_begins_with_init_which_happens_once_until_cleanup(shop: Shop) -> None:
    before = await shop.tab.evaluate("Object.keys(Kakao).sort()")
    await shop.tries("Kakao.init('key')")

    assert {"VERSION", "cleanup", "init", "isInitialized"} <= set(before)
    assert "Share" not in before
    assert await shop.tab.evaluate("[Kakao.isInitialized(), typeof Kakao.Share]") == [
        True,
        "object",
    ]
    assert "Already initialized" in str(await shop.tries("Kakao.init('key')"))
    await shop.tries("Kakao.cleanup()")
    assert not await shop.tab.evaluate("Kakao.isInitialized()")
    assert await shop.tries("Kakao.init('key')") is None


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        ("sendDefault({objectType: 'feed'})", "Missing required keys: content"),
        ("sendDefault({})", "objectType should be one of"),
        ("sendDefault({objectType: 'poem'})", "objectType should be one of"),
        ("sendDefault({objectType: 'text', text: 7, link: {}})", 'Illegal argument for "text"'),
        ("sendDefault({objectType: 'text', text: '', link: {url: ''}})", "Invalid parameter keys"),
        ("sendDefault({objectType: 'feed', content: {title: ''}})", "Missing required keys: link"),
        (f"sendDefault({{{TEXT}, buttons: [{LINKED}, {LINKED}, {LINKED}]}})", 'for "buttons"'),
        (f"sendDefault({{{LIST}, contents: [{LINKED}]}})", 'for "contents"'),
        (f"sendDefault({{{LIST}, contents: [{LINKED}, {{}}]}})", "Missing required keys: link"),
        (
            "sendDefault({objectType: 'text', text: '', link: {}, x: 1})",
            "Invalid parameter keys: x",
        ),
        ("sendCustom({})", "Missing required keys: templateId"),
        ("sendCustom({templateId: '7'})", 'Illegal argument for "templateId"'),
        ("sendScrap({})", "Missing required keys: requestUrl"),
        ("createDefaultButton({objectType: 'text'})", "Missing required keys: text,link,container"),
        ("createCustomButton({templateId: 7, container: '#no'})", "container is required"),
    ],
)
async def test_bad_arguments_throw_at_once(shop: Shop, call: str, complaint: str) -> None:
    await shop.tries("Kakao.init('key')")

    thrown = str(await shop.tries(f"Kakao.Share.{call}"))

    assert thrown.startswith("KakaoError: ")
    assert complaint in thrown


async def test_a_created_button_shares_until_cleanup(shop: Shop) -> None:
    await shop.tries(f"Kakao.init('{shop.kakao.app.javascript_key}')")
    await shop.tries("Kakao.Share.createCustomButton({container: '#share', templateId: 120001})")

    async with shop.tab.expect_popup() as popup:
        await shop.tab.locator("#share").click()
    await expect((await popup.value).get_by_role("button", name="민지")).to_be_visible()
    await shop.tries("Kakao.Share.cleanup()")
    await shop.tab.locator("#share").click()

    assert len(shop.kakao.sharings) == 1
