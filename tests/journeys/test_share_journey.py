"""Sharing as a person does it: Discord, our page in a real Chromium, Kakao's picker, and back."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from bot.kakao import CustomMessage, ScrapMessage, message_from
from sandbox.demo.templates import PREVIEW
from sandbox.discord import Reply
from sandbox.kakao import LocalKakao
from sandbox.kakao.state import Webhook
from tests.journeys.test_link_journey import CHROMIUM, FLAGS, PHONE, heading, press
from tests.support.messages import told
from tests.support.sharing import TEMPLATES, open_stall
from tests.support.world import CHAT, World, link_of, open_world, until

AGENTS = {
    "android": "Mozilla/5.0 (Linux; Android 15; SM-S921N) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/130.0.0.0 Mobile Safari/537.36",
    "iphone": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
}
BUTTON = "카카오톡 공유하기"
SAID = "오늘 저녁 여덟 시에 모여요!"
PICKER = re.compile(r"/picker\?tx=")
DESKTOP = {"width": 1280, "height": 800}
# Told apart from the console, where a browser also says what it thinks of others' pages.
WATCH_POLICY = """addEventListener("securitypolicyviolation", (event) =>
    violated(`${event.effectiveDirective} ${event.blockedURI}`));"""
# No browser on a desktop has an app to hand an intent to; the local KakaoTalk takes it.
TAKE_OVER = """navigation.addEventListener("navigate", (event) => {
    const { url } = event.destination;
    if (!url.startsWith("intent:")) return;
    event.preventDefault();
    location.href = `KAKAO/intent?uri=${encodeURIComponent(url)}`;
});"""

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


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with open_world(tmp_path_factory.mktemp("share"), bot=False) as world:
        switch_sharing_on(world)
        await world.start_bot()
        yield world
        assert world.discord.problems == []


def switch_sharing_on(world: World) -> None:
    """Set both sides up as an operator does it at Kakao."""
    app, kakao = world.kakao.app, world.kakao
    app.js_sdk_domains.add(world.public_url)
    app.share_webhook = Webhook(f"{world.public_url}/webhooks/kakao/share")
    world.settings |= {
        "KAKAO_ADMIN_KEY": app.admin_key,
        "KAKAO_JAVASCRIPT_KEY": app.javascript_key,
        "KAKAO_SDK_URL": kakao.sdk_url,
        "KAKAO_SDK_INTEGRITY": kakao.sdk_integrity,
    }


@asynccontextmanager
async def phone(
    chromium: Browser,
    kakao: LocalKakao,
    *,
    scripts: bool = True,
    agent: str | None = None,
    expected: tuple[str, ...] = (),
) -> AsyncIterator[Page]:
    """A browser of one's own; our page must not trip over its own policy, nor over anything else.

    `expected` are words of what the browser complains about with good reason.
    """
    context = await chromium.new_context(
        user_agent=agent,
        viewport=PHONE if agent else DESKTOP,  # type: ignore[arg-type] # a dict of two keys
        java_script_enabled=scripts,
        locale="ko-KR",
    )
    complaints: list[str] = []

    def note(said: str) -> None:
        complaints.append(said)

    context.set_default_timeout(10_000)
    await context.expose_function("violated", note)
    await context.add_init_script(WATCH_POLICY)
    await context.add_init_script(TAKE_OVER.replace("KAKAO", kakao.url))
    page = await context.new_page()
    page.on("console", lambda said: note(said.text))
    page.on("pageerror", lambda error: note(error.message))
    yield page
    await context.close()
    assert [one for one in complaints if not any(word in one for word in expected)] == []


async def share(world: World) -> Reply:
    message = await world.discord.person("준호").say(CHAT, SAID)
    place = f"{world.discord.guild.id}/{message.channel.id}/{message.id}"
    link = f"https://discord.com/channels/{place}"
    return await world.discord.person("민지").slash(CHAT, "share", message=link)


async def open_picker(page: Page) -> Page:
    async with page.expect_popup() as popup:
        await press(page, BUTTON)
    return await popup.value


async def arrive(page: Page) -> None:
    """Wait until the app has taken over and shows its chats."""
    await expect(page).to_have_url(PICKER)
    await page.wait_for_load_state()


async def says(page: Page, name: str) -> str:
    """Wait until the page shows this, and return its words."""
    shown = page.locator(f'article.ko [data-says="{name}"]').first
    await shown.wait_for(state="visible")
    return await shown.inner_text()


async def test_a_message_goes_from_discord_to_two_chats_and_the_news_comes_back(
    chromium: Browser, world: World
) -> None:
    reply = await share(world)
    async with phone(chromium, world.kakao) as page:
        await page.goto(link_of(reply))
        assert SAID in await page.locator(".card").inner_text()
        picker = await open_picker(page)
        await press(picker, "민지")
        for chat in (await picker.locator("input[name=chat]").all())[:2]:
            await chat.check()
        await picker.locator("button[value=send]").click()
        assert "카카오로 넘어갔어요" in await says(page, "opened")
    await reply.until(lambda message: message.text == "✅ 2개 채팅방에 공유했어요.")
    [first, second] = world.kakao.outbox[-2:]
    assert first.shared
    assert second.shared
    assert SAID in told(first.template["content"])


async def test_templates_scrapes_and_custom_messages_get_through_the_picker(
    chromium: Browser, tmp_path: Path
) -> None:
    async with open_stall(tmp_path) as stall, phone(chromium, stall.house.kakao) as page:
        kakao = stall.house.kakao
        kakao.app.product_link_domains.append(kakao.url)
        messages = [
            message_from(TEMPLATES[0]),
            CustomMessage(template_id=120001, template_args={"TITLE": "가", "BODY": "나"}),
            ScrapMessage(request_url=f"{kakao.url}/pages/raid"),
        ]
        for number, message in enumerate(messages, 1):
            share = await stall.share(message)
            await page.goto(f"{stall.url}/share/{share.nonce}")
            picker = await open_picker(page)
            if number == 1:
                await press(picker, "민지")
            await picker.locator("input[name=chat]").first.check()
            await picker.locator("button[value=send]").click()
            await picker.locator("text=카카오톡으로 공유했어요").wait_for()
            await picker.close()
        await until(lambda: len(stall.told) == len(messages))
    assert [sent.kind for sent in kakao.outbox] == ["default", "custom", "scrap"]


async def choose_a_chat(picker: Page, world: World) -> None:
    """Log in where nobody has yet, and send to one's own chat."""
    if await picker.locator("input[name=chat]").count() == 0:
        await press(picker, "민지")
    await picker.locator("input[name=chat]").first.check()
    before = len(world.kakao.outbox)
    await picker.locator("button[value=send]").click()
    await picker.locator("text=카카오톡으로 공유했어요").wait_for()
    assert [one.shared for one in world.kakao.outbox[before:]] == [True]


async def share_a_page_in_a_template(world: World) -> Reply:
    """An admin names a template, and a member writes a page's card in it."""
    guild, here = world.discord.guild, world.discord.world
    here.give_role(guild.member("지우"), here.add_role(guild, "관리", 1 << 5))
    await world.discord.person("지우").slash(
        CHAT, "settings templates add", name="한마디", template_id=PREVIEW, arguments="NOTE"
    )
    minji = world.discord.person("민지")
    form = await minji.slash(CHAT, "compose", kind="scrape")
    page = f"{world.public_url}/m/1"
    panel = await minji.submit(form, {"페이지 주소": page, "템플릿": ["한마디"]})
    await minji.submit(await minji.press(panel, "변수 1"), {"NOTE": "봐 주세요!"})
    return await minji.press(panel, "카카오톡으로 공유")


async def test_a_page_in_a_template_is_shared_on_computers_on_phones_and_without_scripts(
    chromium: Browser, world: World
) -> None:
    address, before = link_of(await share_a_page_in_a_template(world)), len(world.kakao.outbox)
    async with phone(chromium, world.kakao) as page:
        await page.goto(address)
        await choose_a_chat(await open_picker(page), world)
    for scripts, way in ((True, "[data-share]"), (False, "noscript a.kakao")):
        async with phone(chromium, world.kakao, scripts=scripts, agent=AGENTS["android"]) as page:
            await page.goto(address)
            await page.locator(f".ko {way}").click()
            await arrive(page)
            await choose_a_chat(page, world)
    sent = world.kakao.outbox[before:]
    assert [(one.kind, one.template_id) for one in sent] == [("scrap", PREVIEW)] * 3
    said = [one.template["item_content"]["profile_text"] for one in sent]
    assert said == ["봐 주세요!"] * 3


@pytest.mark.parametrize("system", AGENTS)
async def test_on_a_phone_kakao_is_asked_and_the_app_takes_over(
    chromium: Browser, world: World, system: str
) -> None:
    reply = await share(world)
    async with phone(chromium, world.kakao, agent=AGENTS[system]) as page:
        await page.goto(link_of(reply))
        await press(page, BUTTON)
        await arrive(page)
        await choose_a_chat(page, world)
    await reply.until(lambda message: message.text == "✅ 1개 채팅방에 공유했어요.")
    assert SAID in told(world.kakao.outbox[-1].template["content"])


@pytest.mark.parametrize("system", AGENTS)
async def test_on_a_phone_an_unregistered_page_ends_on_kakaos_failure_page(
    chromium: Browser, world: World, system: str
) -> None:
    domains = world.kakao.app.js_sdk_domains
    domains.remove(world.public_url)
    try:
        refused = ("401 (Unauthorized)", "400 (Bad Request)")
        async with phone(chromium, world.kakao, agent=AGENTS[system], expected=refused) as page:
            await page.goto(link_of(await share(world)))
            await press(page, BUTTON)
            await page.wait_for_url(f"{world.kakao.url}/picker/failed*")
            assert "4019" in await page.locator("body").inner_text()
    finally:
        domains.add(world.public_url)


@pytest.mark.parametrize("agent", [None, *AGENTS.values()], ids=["desktop", *AGENTS])
async def test_without_scripts_a_link_does_the_same(
    chromium: Browser, world: World, agent: str | None
) -> None:
    reply = await share(world)
    async with phone(chromium, world.kakao, scripts=False, agent=agent) as page:
        await page.goto(link_of(reply))
        assert await heading(page) == "카카오톡으로 공유하기"
        assert "자바스크립트가 꺼져 있어요" in await page.locator("article.ko").inner_text()
        assert await page.locator(".ko [data-share]").is_disabled()
        await page.locator("label", has_text="English").click()
        assert "JavaScript is switched off" in await page.locator("article.en").inner_text()
        await page.locator("article.en noscript a.kakao").click()
        await choose_a_chat(page, world)
    await reply.until(lambda message: message.text == "✅ 1개 채팅방에 공유했어요.")


@pytest.mark.parametrize("system", AGENTS)
async def test_every_kind_of_message_leaves_a_phone_with_and_without_scripts(
    chromium: Browser, tmp_path: Path, system: str
) -> None:
    async with open_stall(tmp_path) as stall:
        kakao = stall.house.kakao
        kakao.app.product_link_domains.append(kakao.url)
        messages = [
            *map(message_from, TEMPLATES),
            CustomMessage(template_id=120001, template_args={"TITLE": "가", "BODY": "나"}),
            ScrapMessage(request_url=f"{kakao.url}/pages/raid"),
        ]
        for scripts in (True, False):
            async with phone(chromium, kakao, scripts=scripts, agent=AGENTS[system]) as page:
                for message in messages:
                    made = await stall.share(message)
                    await page.goto(f"{stall.url}/share/{made.nonce}")
                    way = f".ko {'[data-share]' if scripts else 'noscript a.kakao'}"
                    await page.locator(way).click()
                    await arrive(page)


async def test_a_blocked_window_is_explained(chromium: Browser, world: World) -> None:
    async with phone(chromium, world.kakao) as page:
        await page.add_init_script("window.open = () => null")
        await page.goto(link_of(await share(world)))
        await press(page, BUTTON)
        assert "막았어요" in await says(page, "blocked")


async def test_a_file_that_cannot_be_loaded_is_explained(chromium: Browser, world: World) -> None:
    async with phone(chromium, world.kakao, expected=("net::ERR_FAILED",)) as page:
        await page.route("**/sdk/kakao.min.js", lambda route: route.abort())
        await page.goto(link_of(await share(world)))
        assert "불러오지 못했어요" in await says(page, "unreachable")
        assert await page.locator(".ko [data-share]").is_disabled()


async def test_an_altered_file_does_not_run_and_is_explained(
    chromium: Browser, world: World
) -> None:
    async with phone(chromium, world.kakao, expected=("'integrity' attribute",)) as page:
        head = {"Access-Control-Allow-Origin": "*", "Content-Type": "text/javascript"}
        await page.route(
            "**/sdk/kakao.min.js",
            lambda route: route.fulfill(body="window.Kakao = {}", headers=head),
        )
        await page.goto(link_of(await share(world)))
        assert "예상과 달라요" in await says(page, "altered")
        assert await page.evaluate("typeof window.Kakao") == "undefined"


async def test_what_the_sdk_refuses_is_shown_for_the_operator(
    chromium: Browser, world: World
) -> None:
    async with phone(chromium, world.kakao) as page:
        await page.goto(link_of(await share(world)))
        await page.evaluate("offer.message.nonsense = true")
        await press(page, BUTTON)
        assert "거절했어요" in await says(page, "refused")
        assert "nonsense" in await page.locator("article.ko [data-why]").inner_text()


async def test_a_domain_that_is_not_registered_ends_on_kakaos_page_and_ours_explains_it(
    chromium: Browser, world: World
) -> None:
    domains = world.kakao.app.js_sdk_domains
    domains.remove(world.public_url)
    try:
        async with phone(chromium, world.kakao) as page:
            await page.goto(link_of(await share(world)))
            picker = await open_picker(page)
            await picker.locator("text=4019").first.wait_for()
            assert "4019" in await page.locator("article.ko").inner_text()
    finally:
        domains.add(world.public_url)
