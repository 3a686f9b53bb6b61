"""Take the pictures of the documentation, in both languages, of what `make demo` shows.

python -m tests.pictures [FOLDER]

Needs Chromium at /usr/bin/chromium, and fonts with Korean letters and emoji in colour.
"""

import asyncio
import io
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.async_api import Browser, Locator
from playwright.async_api import Page as Tab

from sandbox.demo.browser import link_in
from sandbox.demo.demo import Options, open_demo
from sandbox.demo.page.villagers import FORUM, VOICE
from sandbox.demo.portraits import PICTURES
from sandbox.demo.visit import ADMIN, CHANNEL, TO_ME, VISITOR, Visit, until
from sandbox.discord.messages import Message, Poll, every_component
from tests.support.sandbox_page import open_chromium
from tests.support.telemetry import STAFF
from tests.support.world import open_world
from tests.unit.test_keys import ended

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
LANGUAGES = {"ko": "ko", "en": "en-US"}
SIZE = (1440, 900)
COLOURS, ROUNDS = 256, 4
SETTLED = 900  # milliseconds until nothing moves
HOUR, DAY = 3600.0, 86400.0
DOCTOR = "python -m bot doctor"
TERMINAL = (
    "margin:0;padding:18px 20px;width:760px;white-space:pre-wrap;background:#1e1f22;color:#dbdee1;"
    "font:13px/1.55 DejaVu Sans Mono,Noto Sans Mono CJK KR,monospace"
)
RAIDS = "레이드-모집"
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
    "rule": ("레이드 모집", "Raid calls"),
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

WORDS = {
    "ko": {
        "box": "소풍 도시락", "out": "네 사람 몫", "join": "참가할게요",
        "match": "길드 정기전", "seats": "토요일 밤 9시, 자리 3개 남았어요", "by": "민지의 초대",
        "fee": "참가비", "snack": "간식", "sum": "합계", "won": "1,000원", "five": "5,000원",
        "all": "6,000원",
        "week": "이번 주 까치 마을", "practice": "월 21:00 연습", "new": "처음이어도 괜찮아요",
        "meet": "정기 모임", "nest": "토요일 오후 3시, 보드게임 카페", "picnic": "봄 소풍",
        "tonight": "오늘 밤 9시, 한 자리 남았어요!",
    },
    "en": {
        "box": "Picnic box", "out": "For four", "join": "Join",
        "match": "Guild match", "seats": "Saturday at nine, 3 seats left", "by": "Minji invites",
        "fee": "Entry", "snack": "Snacks", "sum": "Total", "won": "₩1,000", "five": "₩5,000",
        "all": "₩6,000",
        "week": "This week", "practice": "Mon 21:00 practice", "new": "Newcomers are welcome",
        "meet": "Meetup", "nest": "Saturday, 3 pm, board game café", "picnic": "Spring picnic",
        "tonight": "Tonight at nine, one seat left!",
    },
}  # fmt: skip
DRAW = """async templates => {
  const { bubble } = await import("/static/js/kakao/cards.js");
  const { world } = await import("/static/js/store.js");
  const starts_at = Date.UTC(2025, 9, 18, 3) / 1000;
  const draw = template => bubble({ template, starts_at }, world.state.kakao.app, () => {});
  return templates.map(draw).map(one => one.outerHTML);
}"""
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
  sheet.style.height = `${Math.ceil(sheet.getBoundingClientRect().height)}px`;
}"""


def save(taken: bytes, path: Path) -> None:
    """Keep a picture in a file as small as that can be."""
    with Image.open(io.BytesIO(taken)) as picture:
        small = picture.convert("RGB").quantize(COLOURS, kmeans=ROUNDS)
        small.save(path, optimize=True)


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
        save(taken, self.folder / f"{name}{ending}.png")

    async def sheet(self, name: str, cards: list[str]) -> None:
        """Take a picture of cards side by side."""
        await self.tab.evaluate(SHEET, cards)
        sheet = self.tab.locator("#sheet")
        await self.shoot(name, sheet)
        await sheet.evaluate("sheet => sheet.remove()")

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


async def rules(studio: Studio) -> None:
    """The member's rules, and beside them the card that one of them found."""
    visit, name = studio.visit, studio.says("rule")
    await visit.slash("highlight add", channel=RAIDS, name=name)
    await visit.slash("highlight me", what="mention", everywhere=True)
    await studio.tidy()
    await visit.slash("highlight list")
    await studio.shoot("rules")
    for rule in (name, "2"):
        await visit.slash("highlight remove", rule=rule)
    await studio.tidy()


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
    await studio.sheet("cards", [*found[1:], boost[-1]])


async def templates(studio: Studio) -> None:
    """All templates of Kakao's, as `/compose` can fill them."""
    people = PICTURES / "minji.png", PICTURES / "junho.png", PICTURES / "hajun.png"
    files = [(one.name, one.read_bytes()) for one in (PICTURES / "picnic.jpg", *people)]
    shown = await studio.visit.admin.say("공지", files=files)
    addresses = [one.url for one in (*studio.visit.message.attachments, *shown.attachments)]
    drawn = await studio.tab.evaluate(DRAW, default_templates(WORDS[studio.lang], *addresses))
    await studio.sheet("templates", drawn)


def default_templates(
    say: dict[str, str], sunset: str, picnic: str, *faces: str
) -> list[dict[str, object]]:
    link = {"web_url": "https://kkachi.example"}

    def content(title: str, description: str, picture: str = "") -> dict[str, object]:
        pictured = {"image_url": picture} if picture else {}
        return {"title": say[title], "description": say[description], "link": link, **pictured}

    rows = [content("practice", "new", faces[1]), content("meet", "nest", faces[2])]
    owed = (("fee", "won"), ("snack", "five"))
    items = [{"item": say[name], "item_op": say[amount]} for name, amount in owed]
    item = {"profile_text": say["by"], "profile_image_url": faces[0], "items": items,
            "sum": say["sum"], "sum_op": say["all"]}  # fmt: skip
    counts = {"like_count": 286, "comment_count": 45}
    button = [{"title": say["join"], "link": link}]
    return [
        {"object_type": "feed", "content": content("match", "seats", sunset), "item_content": item,
         "social": counts, "buttons": button},
        {"object_type": "list", "header_title": say["week"], "header_link": link,
         "contents": rows},
        {"object_type": "location", "content": content("picnic", "nest"), "address": WHERE},
        {"object_type": "text", "text": say["tonight"], "link": link, "buttons": button},
        {"object_type": "commerce", "content": content("box", "out", picnic),
         "commerce": {"regular_price": 20000,
                      "discount_price": 15000, "discount_rate": 25}},
        {"object_type": "calendar", "id_type": "event", "id": "e",
         "content": content("meet", "nest")},
    ]  # fmt: skip


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
    rules,
    every_card,
    templates,
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


async def look_over(browser: Browser, folder: Path) -> None:
    """Take the picture of what the doctor says to an operator whose client secret is wrong."""
    with TemporaryDirectory() as place:
        async with open_world(Path(place)) as world:
            kakao, portal = world.kakao.app, world.discord.portal
            staff = world.discord.guild.channel(STAFF)
            world.settings |= {
                "ALERT_CHANNEL_ID": str(staff.id),
                "DISCORD_CLIENT_SECRET": portal.client_secret,
                "KAKAO_ADMIN_KEY": kakao.admin_key,
                "KAKAO_JAVASCRIPT_KEY": kakao.javascript_key,
            }
            await world.stop_bot()
            await world.start_bot()
            wrong = world.settings | {"KAKAO_CLIENT_SECRET": "wrong"}
            for lang in LANGUAGES:
                _, printed = await ended(wrong, Path(place), "doctor", "--lang", lang)
                await shoot_terminal(browser, f"$ {DOCTOR}\n{printed.strip()}", lang, folder)


async def shoot_terminal(browser: Browser, text: str, lang: str, folder: Path) -> None:
    """Take a picture of what a terminal shows."""
    context = await browser.new_context(
        viewport={"width": 800, "height": 600}, device_scale_factor=2
    )
    tab = await context.new_page()
    await tab.set_content(f"<pre lang={lang} style='{TERMINAL}'>{escape(text)}</pre>")
    ending = "" if lang == "en" else f".{lang}"
    save(await tab.locator("pre").screenshot(), folder / f"doctor{ending}.png")
    await context.close()


async def main(folder: Path) -> None:
    """Take all pictures; StepFailed when the demo does not show what it should."""
    async with open_chromium() as browser:
        await look_over(browser, folder)
        for lang in LANGUAGES:
            await take(browser, lang, folder)


if __name__ == "__main__":
    asyncio.run(main(Path(*sys.argv[1:2]) if sys.argv[1:] else FOLDER))
