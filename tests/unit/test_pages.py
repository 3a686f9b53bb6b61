"""What all of Kkachi's pages have in common, and the one that stands in front of them."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from bot.texts import LOCALES, Locale
from bot.web import Notice
from bot.web.pages import Pages
from tests.support.linking import texts
from tests.support.pages import DISCORD, NICKNAME, NOTICE, SOMEBODY, WORDS, every_page
from tests.support.sharing import ShareWorld, open_stall

HOME = "https://kkachi.example"
PICTURE = "https://cdn.example/face.png"
META = re.compile(r'<meta (?:property|name)="([^"]+)" content="([^"]*)">')
HREF = re.compile(r'<a [^>]*href="([^"]+)"')
PAGES = sorted(every_page(Pages(texts(), HOME), "ko", PICTURE))


@pytest.fixture
async def stall(tmp_path: Path) -> AsyncIterator[ShareWorld]:
    async with open_stall(tmp_path) as stall:
        yield stall


def rendered(name: str, locale: Locale) -> str:
    return every_page(Pages(texts(), HOME), locale, PICTURE)[name]


def told(page: str) -> dict[str, str]:
    """What a page tells whoever shows a link to it."""
    return {name: unescape(value) for name, value in META.findall(page)}


def ways_out(page: str, locale: Locale) -> list[str]:
    """Where one comes to from the words of one language."""
    article = page.partition(f'<article class="{locale}"')[2].partition("</article>")[0]
    return [href for href in HREF.findall(article) if href.startswith("https://discord.com/")]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", PAGES)
def test_every_page_leads_back_to_discord_once(name: str, locale: Locale) -> None:
    page = rendered(name, locale)
    for language in LOCALES:
        ways = ways_out(page, language)
        # A digest leads to its messages as well.
        assert ways.count(DISCORD) == (2 if name == "digest" else 1)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", PAGES)
def test_a_preview_of_a_page_shows_our_words_and_picture_and_nothing_personal(
    name: str, locale: Locale
) -> None:
    page = rendered(name, locale)
    facts = told(page)
    assert facts["og:site_name"] == texts().say(locale, "page-name")
    assert facts["og:description"] == texts().say(locale, "page-tagline")
    assert facts["og:image"].startswith(f"{HOME}/static/kkachi.png?v=")
    assert facts["og:locale"] == {"ko": "ko_KR", "en": "en_US"}[locale]
    assert facts["og:title"]
    head = page.partition("</head>")[0]
    for personal in (SOMEBODY, NICKNAME, WORDS, PICTURE):
        assert personal not in unescape(head)
    assert "/link/" not in head


def test_only_pages_that_are_about_nobody_may_be_found_by_searching() -> None:
    found = [name for name in PAGES if "robots" not in told(rendered(name, "ko"))]
    assert found == ["front", "privacy"]


async def test_the_share_page_has_the_same_way_out_and_the_same_preview(stall: ShareWorld) -> None:
    share = await stall.share()
    _, page, _ = await stall.get(f"/share/{share.nonce}")
    assert ways_out(page, "ko") == [DISCORD]
    facts = told(page)
    assert facts["og:title"] == texts().say("ko", "page-share")
    assert facts["og:image"].startswith(f"{stall.url}/static/kkachi.png?v=")
    assert share.nonce not in str(facts)


async def test_the_picture_of_previews_is_one_that_kakao_and_discord_take(
    stall: ShareWorld,
) -> None:
    _, page, _ = await stall.get("/number")
    address = told(page)["og:image"]
    async with stall.house.browser() as browser, browser.session.get(address) as answer:
        body = await answer.read()
        assert (answer.status, answer.content_type) == (200, "image/png")
    facts = told(page)
    size = int.from_bytes(body[16:20]), int.from_bytes(body[20:24])
    assert size == (int(facts["og:image:width"]), int(facts["og:image:height"]))


# The front page


@pytest.mark.parametrize("locale", LOCALES)
def test_the_front_page_names_who_runs_it_and_how_to_reach_them(locale: Locale) -> None:
    page = rendered("front", locale)
    assert "까치 마을 반상회" in page
    hrefs = HREF.findall(page)
    assert "mailto:hello@kkachi.example" in hrefs
    assert "https://discord.gg/kkachi" in hrefs
    assert f"{HOME}/privacy" in hrefs


def front(notice: Notice) -> str:
    return Pages(texts(), HOME).front(notice, "ko")


def test_without_an_operators_words_the_front_page_names_the_domain() -> None:
    page = front(replace(NOTICE, operator="", contact="", invite=""))
    assert "kkachi.example에서 운영해요" in page
    assert "mailto:" not in page
    assert "서버 들어가기" not in page
    assert ways_out(page, "ko") == [DISCORD]


@pytest.mark.parametrize(
    ("contact", "address"),
    [
        ("hello@kkachi.example", "mailto:hello@kkachi.example"),
        ("https://kkachi.example/ask", "https://kkachi.example/ask"),
        ("@magpie on Discord", ""),
        ("javascript:alert(1)@x", ""),
        ("a@b?cc=everybody", ""),
        ("", ""),
    ],
)
def test_a_contact_becomes_a_link_when_it_is_an_address(contact: str, address: str) -> None:
    notice = replace(NOTICE, contact=contact)
    assert notice.contact_address == address
    links = [href for href in HREF.findall(front(notice)) if href == address]
    assert len(links) == (2 if address else 0)


@pytest.mark.parametrize(("asks_number", "step"), [(True, "여섯 자리 번호"), (False, "차례로")])
def test_the_front_page_says_what_linking_asks_here(asks_number: bool, step: str) -> None:
    page = front(replace(NOTICE, asks_number=asks_number))
    start = page.partition("시작하기")[2].partition("</ol>")[0]
    assert [step in start for step in ("여섯 자리 번호", "차례로")] == [
        asks_number,
        not asks_number,
    ]
    assert step in start
