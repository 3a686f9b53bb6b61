"""Take the pictures of the documentation, in both languages, of what `make demo` shows.

python -m tests.pictures [FOLDER]

Needs Chromium at /usr/bin/chromium, and fonts with Korean letters and emoji in colour.
"""

import asyncio
import io
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, Locator
from playwright.async_api import Page as Tab

from sandbox.demo.browser import link_in
from sandbox.demo.demo import Options, open_demo
from sandbox.demo.page.villagers import FORUM, VOICE
from sandbox.demo.visit import ADMIN, CHANNEL, TO_ME, VISITOR, Visit, until
from sandbox.discord.messages import Message, Poll, every_component
from tests.support.sandbox_page import open_chromium

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
LANGUAGES = {"ko": "ko", "en": "en-US"}
SIZE = (1440, 900)
COLOURS, ROUNDS = 256, 4
SETTLED = 900  # milliseconds until nothing moves
HOUR, DAY = 3600.0, 86400.0
WHERE = "서울 성동구 왕십리로 83-21"
# By what it is: Korean, English.
LINES = {
    "word": ("윷놀이", "board games"),
    "hit": (
        "토요일 모임은 저녁 먹고 윷놀이까지 하고 가요. 상품도 있어요!",
        "On Saturday we have dinner, then board games. There are prizes!",
    ),
    "raid": (
        "토요일 레이드는 저녁 아홉 시에 시작해요. 비약 세 개와 간식을 챙겨 오세요 🍗",
        "The raid on Saturday starts at nine. Bring three potions and snacks 🍗",
    ),
    "asked": ("토요일에 오실 분?", "Who is in on Saturday?"),
    "answer": ("저 갈게요! 힐러 자리 아직 있나요?", "I am! Do you still need a healer?"),
    "file": ("공략-정리.pdf", "raid-guide.pdf"),
    "poll": ("몇 시가 좋아요?", "What time suits you?"),
    "post": ("골목 끝 빵집", "The bakery at the corner"),
    "body": ("다시 열었어요. 같이 가실 분?", "It is open again. Who comes along?"),
    "event": ("보드게임의 밤", "Board game night"),
    "about": ("처음 오시는 분도 환영해요", "Newcomers are welcome"),
}
FLOOD = 12

CARDS = "all => all.map(one => one.outerHTML)"
SHEET = """cards => {
  const sheet = document.createElement("div");
  sheet.id = "sheet";
  sheet.style = "position:absolute;inset:0 auto auto 0;width:1040px;padding:20px 20px 6px;"
    + "columns:4;column-gap:18px;background:#b2c7da;z-index:99";
  for (const card of cards) {
    const cell = document.createElement("div");
    cell.style = "break-inside:avoid;padding-bottom:14px";
    cell.innerHTML = card;
    sheet.append(cell);
  }
  document.body.append(sheet);
}"""


@dataclass
class Studio:
    """One demo in one language, and who looks at it."""

    visit: Visit
    tab: Tab
    folder: Path
    lang: str

    def says(self, what: str) -> str:
        return LINES[what][list(LANGUAGES).index(self.lang)]

    async def shoot(self, name: str, what: Locator | None = None) -> None:
        """Take a picture of a part of the page, or of all that is seen."""
        await self.tab.wait_for_timeout(SETTLED)
        taken = await (what or self.tab).screenshot(animations="disabled")
        ending = "" if self.lang == "en" else f".{self.lang}"
        with Image.open(io.BytesIO(taken)) as picture:
            small = picture.convert("RGB").quantize(COLOURS, kmeans=ROUNDS)
            small.save(self.folder / f"{name}{ending}.png", optimize=True)

    async def tidy(self) -> None:
        """Dismiss what only the visitor sees."""
        for message in self.visit.visitor.sees(CHANNEL):
            if message.only_for is self.visit.visitor.user:
                await self.visit.visitor.delete(message)

    async def next_day(self) -> None:
        """Let nothing of what may be sent be used up."""
        for clock in (self.visit.demo.bot, self.visit.kakao, self.visit.discord.world):
            clock.advance(DAY)
        await asyncio.sleep(1)

    async def become(self, name: str) -> None:
        await self.tab.locator(f"[data-key='{name}']").click()

    async def carried(self, happen: Awaitable[object]) -> None:
        """Let something happen that comes to the visitor as a card."""
        before = len(self.visit.cards)
        await happen
        await until("no card came", lambda: len(self.visit.cards) > before)


async def link_page(studio: Studio) -> None:
    """The page that says who links what; then the visitor goes through with it."""
    visit = studio.visit
    reply = await visit.slash("kakao link")
    page = await studio.tab.context.new_page()
    await page.set_viewport_size({"width": 720, "height": 1080})
    await page.goto(link_in(reply))
    await Studio(visit, page, studio.folder, studio.lang).shoot("link-page")
    await page.close()
    await visit.agree(reply)
    await visit.type_number(reply)
    await studio.tab.wait_for_timeout(SETTLED)


async def first_cards(studio: Studio) -> None:
    """A card that was sent by hand, and one that came by itself."""
    visit = studio.visit
    await studio.tidy()
    await studio.carried(visit.menu(TO_ME))
    await visit.slash("highlight add", word=studio.says("word"))
    await studio.tidy()
    await studio.carried(visit.friend.say(CHANNEL, studio.says("hit")))
    await studio.shoot("demo")


async def every_card(studio: Studio) -> None:
    """One card of each kind, side by side."""
    visit, friend = studio.visit, studio.visit.friend
    await studio.next_day()
    for what in ("event-new", "voice", "forum"):
        await visit.slash("notify add", what=what)
    await visit.admin.slash(CHANNEL, "notify add", what="boost")
    start = visit.discord.world.now() + 2 * HOUR
    guild, about = visit.discord.guild, studio.says("about")
    event = visit.admin.plan(
        guild, studio.says("event"), start, ends_at=start + HOUR, description=about, where=WHERE
    )
    await studio.carried(event)
    await studio.carried(friend.join_voice(VOICE))
    await studio.carried(friend.post(FORUM, studio.says("post"), studio.says("body")))
    visit.discord.world.boost(guild, friend.user)
    for one in await written(studio):
        await studio.carried(visit.visitor.menu(CHANNEL, TO_ME, one))
    helped = await visit.slash("help")
    await studio.carried(visit.visitor.press(helped, f"kkachi:sample:{visit.visitor.id}"))
    await show_all(studio)


async def written(studio: Studio) -> list[Message]:
    """What people write, one message of each kind."""
    visit, friend = studio.visit, studio.visit.friend
    other, world = visit.discord.person("서연"), visit.discord.world
    asked = await visit.visitor.say(CHANNEL, studio.says("asked"))
    poll = Poll(studio.says("poll"), ["20:00", "21:00", "22:00"], world.now() + DAY)
    return [
        await friend.say(CHANNEL, studio.says("raid")),
        await other.say(CHANNEL, studio.says("answer"), reply_to=asked),
        await friend.say(CHANNEL, files=[(studio.says("file"), b"%PDF-1.4")]),
        await friend.say(CHANNEL, stickers=["Wave"]),
        await other.say(CHANNEL, poll=poll),
    ]


async def show_all(studio: Studio) -> None:
    tab, cards = studio.tab, studio.tab.locator(".talk .card")
    await tab.wait_for_timeout(SETTLED)
    found = await cards.evaluate_all(CARDS)
    await studio.become(ADMIN)
    await tab.locator(".talk .row").first.click()
    await tab.wait_for_timeout(SETTLED)
    boost = await cards.evaluate_all(CARDS)
    await tab.evaluate(SHEET, [*found[1:], boost[-1]])
    await studio.shoot("cards", tab.locator("#sheet"))
    await tab.locator("#sheet").evaluate("sheet => sheet.remove()")


async def panel(studio: Studio) -> None:
    """What admins decide about the texts that may leave."""
    admin = studio.visit.admin
    opened = await admin.slash(CHANNEL, "settings panel")
    parts = (one.get("custom_id", "") for one in every_component(opened.answer.components))
    pages = next(part for part in parts if part.startswith("kkachi:setting:page:"))
    await admin.choose(opened, pages, ["content"])
    await studio.shoot("settings", studio.tab.locator(".message:has(.container)").last)
    await admin.delete(opened.answer)
    await studio.become(VISITOR)


async def flood(studio: Studio) -> None:
    """A flood, and the digest that it became."""
    visit, word = studio.visit, studio.says("word")
    await studio.next_day()
    await visit.slash("highlight pause", hours=1)
    for number in range(FLOOD):
        person = visit.friend if number % 2 else visit.discord.person("서연")
        await person.say(CHANNEL, f"{word} {number + 1}/{FLOOD} 🙋")
    await until(
        "the hits are not found", lambda: list(visit.stored()).count(("hits", "waiting")) >= FLOOD
    )
    await studio.carried(visit.slash("highlight pause", hours=0))
    await studio.tidy()
    await studio.shoot("digest")


SCENES: tuple[Callable[[Studio], Awaitable[None]], ...] = (
    link_page,
    first_cards,
    every_card,
    panel,
    flood,
)


async def take(browser: Browser, lang: str, folder: Path) -> None:
    """Take all pictures in one language."""
    async with open_demo(Options(port=0, lang=lang)) as demo:
        await asyncio.wait_for(demo.bot.ready.wait(), 60)
        visit = Visit(demo)
        for person in (visit.visitor, visit.admin):
            person.locale = LANGUAGES[lang]
        await demo.settle()
        width, height = SIZE
        context = await browser.new_context(
            viewport={"width": width, "height": height}, locale=lang, reduced_motion="reduce"
        )
        tab = await context.new_page()
        await tab.goto(demo.page.url)
        for scene in SCENES:
            await scene(Studio(visit, tab, folder, lang))
        await context.close()


async def main(folder: Path) -> None:
    """Take all pictures; StepFailed when the demo does not show what it should."""
    async with open_chromium() as browser:
        for lang in LANGUAGES:
            await take(browser, lang, folder)


if __name__ == "__main__":
    asyncio.run(main(Path(*sys.argv[1:2]) if sys.argv[1:] else FOLDER))
