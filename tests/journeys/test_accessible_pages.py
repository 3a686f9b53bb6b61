"""Whether everybody can read and use the pages: axe-core looks at each of them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, ViewportSize

from bot.kakao import message_from
from bot.texts import LOCALES, Locale
from bot.web.pages import Pages
from tests.support.axe import violations
from tests.support.linking import texts
from tests.support.pages import every_page
from tests.support.sandbox_page import needs_chromium, open_chromium
from tests.support.sharing import TEMPLATES, ShareWorld, open_stall

PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
# What switches the language stands before the header, so that no script need do it.
EVERYTHING = {"rules": {"region": {"enabled": False}}}
# All that a dark page has of its own.
COLOURS = {"runOnly": ["color-contrast"]}
LOOKS: tuple[tuple[Literal["light", "dark"], dict[str, Any]], ...] = (
    ("light", EVERYTHING),
    ("dark", COLOURS),
)

pytestmark = [pytest.mark.asyncio(loop_scope="module"), needs_chromium]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with open_chromium() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def stall(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ShareWorld]:
    folder: Path = tmp_path_factory.mktemp("stall")
    async with open_stall(folder) as stall:
        yield stall


async def troubles(page: Page) -> list[str]:
    """What axe finds wrong with what is shown now, light and dark."""
    wrong: list[str] = []
    for scheme, rules in LOOKS:
        await page.emulate_media(color_scheme=scheme)
        found = await violations(page, rules)
        wrong += [f"{scheme} {one['id']}: {node['html']}" for one in found for node in one["nodes"]]
    return wrong


async def looked_at(page: Page, stall: ShareWorld, locale: Locale) -> dict[str, list[str]]:
    """What is wrong with each page in one language, by its name."""
    share = await stall.share()
    await page.goto(f"{stall.url}/share/{share.nonce}")
    await page.locator(f"#in-{locale}").check(force=True)
    found = {"share": await troubles(page)}
    shown = every_page(Pages(texts(), stall.url), locale, stall.house.picture)
    for name, html in shown.items():
        await page.set_content(html)
        assert await page.locator("h1:visible").count() == 1
        found[name] = await troubles(page)
    return found


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_nothing_on_any_page_shuts_anybody_out(
    chromium: Browser, stall: ShareWorld, size: ViewportSize
) -> None:
    context = await chromium.new_context(viewport=size, reduced_motion="reduce")
    page = await context.new_page()
    found = {locale: await looked_at(page, stall, locale) for locale in LOCALES}
    await context.close()
    assert len(found["ko"]) == len(found["en"]) > 12
    wrong = {(locale, n): why for locale in LOCALES for n, why in found[locale].items() if why}
    assert wrong == {}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template["object_type"])
async def test_every_kind_of_card_on_the_share_page_can_be_read(
    chromium: Browser, stall: ShareWorld, template: dict[str, Any]
) -> None:
    share = await stall.share(message_from(template))
    page = await chromium.new_page(viewport=PHONE, reduced_motion="reduce")
    await page.goto(f"{stall.url}/share/{share.nonce}")
    await page.locator(".card").first.wait_for()
    assert await troubles(page) == []
    await page.close()
