"""The demo page over both services, and a visitor's browser to look at it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import (
    Browser,
    ConsoleMessage,
    Error,
    Locator,
    ViewportSize,
    async_playwright,
    expect,
)
from playwright.async_api import Page as Tab

from sandbox.demo.demo import BotProcess
from sandbox.demo.page import Page, Scene
from sandbox.demo.people import add_people
from sandbox.demo.village import build_village
from sandbox.discord import LocalDiscord
from sandbox.kakao import LocalKakao

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
SCREEN: ViewportSize = {"width": 1440, "height": 900}
NOWHERE = "about:blank"
COMMANDS: list[dict[str, Any]] = [
    {
        "name": "kakao",
        "name_localizations": {"ko": "카카오톡"},
        "description": "Connect your KakaoTalk.",
        "options": [
            {
                "type": 1,
                "name": name,
                "description": f"To {name}",
                "description_localizations": {"ko": f"{korean}해요"},
                "options": [{"type": 3, "name": "note", "description": "words", "required": True}]
                if name == "write"
                else [],
            }
            for name, korean in (("link", "연결"), ("write", "글쓰기"))
        ],
    },
    {"type": 3, "name": "Send to my KakaoTalk", "name_localizations": {"ko": "내 카톡으로"}},
]

needs_chromium = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")


@dataclass
class Stage:
    """Both services and the page, with commands that no bot answers."""

    discord: LocalDiscord
    kakao: LocalKakao
    page: Page


@asynccontextmanager
async def open_stage(tmp_path: Path, bot: BotProcess | None = None) -> AsyncIterator[Stage]:
    discord, kakao = LocalDiscord(build_village, answer_within=0.2), LocalKakao(add_people)
    discord.world.book().overwrite(COMMANDS)
    kakao.offer_calendar()
    kakao.calendar_members_only(on=False)
    async with discord.serve(), kakao.serve():
        shown = bot or BotProcess({}, tmp_path)
        page = Page(Scene(discord, kakao, shown, "http://127.0.0.1:9"))
        async with page.serve():
            yield Stage(discord, kakao, page)


@asynccontextmanager
async def open_chromium() -> AsyncIterator[Browser]:
    """A browser for a module's tests."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@asynccontextmanager
async def visit(chromium: Browser, url: str) -> AsyncIterator[Tab]:
    """A visitor's tab; whatever it complains about on its own account fails the test."""
    tab = await free_tab(chromium)
    complaints: list[str] = []

    def hear(said: ConsoleMessage) -> None:
        complaints.append(said.text)

    def fail(error: Error) -> None:
        complaints.append(str(error))

    tab.on("console", hear)
    tab.on("pageerror", fail)
    await tab.goto(url, wait_until="domcontentloaded")
    await expect(tab.locator(".message").first).to_be_visible()
    yield tab
    tab.remove_listener("console", hear)
    tab.remove_listener("pageerror", fail)
    await leave(tab)
    assert complaints == []


async def free_tab(chromium: Browser) -> Tab:
    """Give the tab of a visitor who has left, or a new one, which costs as much as the page."""
    for context in chromium.contexts:
        if [tab.url for tab in context.pages] == [NOWHERE]:
            return context.pages[0]
    context = await chromium.new_context(viewport=SCREEN, locale="ko-KR", reduced_motion="reduce")
    return await context.new_page()


async def leave(tab: Tab) -> None:
    """Leave nothing of a visit to whoever gets the tab next."""
    for opened in tab.context.pages:
        if opened is not tab:
            await opened.close()
    await tab.context.clear_cookies()
    await tab.mouse.move(0, 0)
    await tab.set_viewport_size(SCREEN)
    await tab.goto(NOWHERE)


async def right_click(tab: Tab, words: str) -> Locator:
    """Open the menu of the message with these words; gives its list of apps."""
    await tab.locator(".message", has_text=words).first.click(button="right")
    await tab.get_by_role("menuitem", name="앱").hover()
    return tab.locator(".menu.sub")
