"""The whole journey without a browser: what people do on Discord and in KakaoTalk, step by step."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from aiohttp import ClientError

from sandbox.demo.browser import link_in, open_page
from sandbox.demo.demo import Demo
from sandbox.demo.linking import number_of
from sandbox.demo.neighbour import NAME as NEIGHBOUR
from sandbox.demo.neighbour import WORD
from sandbox.demo.visit import CHANNEL, TO_ME, VISITOR, StepFailed, Visit, expect, until
from sandbox.discord import CannotDo
from sandbox.discord.messages import every_component
from sandbox.kakao import Message, ShareRefused, WalkStopped

TO_FRIENDS, SHARE = "Send to Kakao friends", "Share on KakaoTalk"
WANTED = {"kakao link", "kakao status", "kakao unlink", "forward me", TO_ME, TO_FRIENDS}
WANTED |= {"compose", "share", SHARE, "highlight add", "notify add"}
MY_WORD, MY_MESSAGE = "윷놀이", "다음 주에 윷놀이까지 하고 가요"
FLOOD = 12
NOTE = "이따 같이 봐요"
PICKER, FRIENDS = "친구 고르기", ("★ 준호", "서연", "하준")
PLACE = {
    "address": "서울 성동구 성수이로 77",
    "address_title": "둥지",
    "content.title": "정기 모임",
}
GROUP = "까치 마을"
OFFER = re.compile(r'<script type="application/json" id="offer">(.*?)</script>', re.DOTALL)
REASON = "잠시 쉬어 가요"
HOUR = 3600.0
DAY = 24 * HOUR
STEP_SECONDS = 60.0
FAILURES = (StepFailed, CannotDo, WalkStopped, ShareRefused, ClientError, TimeoutError)

Act = Callable[[Visit], Awaitable[None]]


class Step(NamedTuple):
    """A step and what it is called."""

    korean: str
    english: str
    act: Act

    def title(self, lang: str | None) -> str:
        """Say in this language, or in both, what is seen."""
        both = f"{self.korean} · {self.english}"
        return {"ko": self.korean, "en": self.english}.get(lang or "", both)


STEPS: list[Step] = []


def step(korean: str, english: str) -> Callable[[Act], Act]:
    """Make a function the next step."""

    def add(act: Act) -> Act:
        STEPS.append(Step(korean, english, act))
        return act

    return add


async def walk(demo: Demo, *, lang: str | None, say: Callable[[str], None]) -> None:
    """Take all steps; StepFailed at the first that does not show what it should."""
    visit = Visit(demo)
    for one in STEPS:
        title = one.title(lang)
        try:
            async with asyncio.timeout(STEP_SECONDS):
                await one.act(visit)
        except FAILURES as failure:
            raise StepFailed(f"{title}: {failure or type(failure).__name__}") from failure
        say(f"✓ {title}")


@step("봇이 깨어 있어요", "the bot is up")
async def bot_is_up(visit: Visit) -> None:
    page = await open_page(f"{visit.demo.page.url}/api/state")
    state: dict[str, Any] = json.loads(page.text)
    commands = {one["name"] for one in state["discord"]["commands"][str(visit.discord.guild.id)]}
    expect(state["bot"]["state"] == "ready", f"the bot is {state['bot']['state']}")
    expect(commands >= WANTED, f"commands are missing: {WANTED - commands}")


@step("/kakao link는 나에게만 답해요", "/kakao link answers only me")
async def ask_for_link(visit: Visit) -> None:
    visit.reply = await visit.slash("kakao link")
    expect(visit.reply.ephemeral, "everybody can read the answer")
    expect(visit.reply.answer not in visit.friend.sees(CHANNEL), "others can read the answer")


@step("연결 페이지에 내 이름이 있어요", "the link page names me")
async def see_link_page(visit: Visit) -> None:
    for _ in range(2):
        page = await open_page(link_in(visit.reply))
        expect(page.status == 200 and VISITOR in page.text, f"this came: {page}")


@step("카카오 로그인과 동의, 번호 카드", "Kakao login, consent, a card with a number")
async def agree(visit: Visit) -> None:
    page = await visit.agree(visit.reply)
    expect(VISITOR in page.text, f"the page does not name the Kakao account: {page}")
    expect(visit.account.has_agreed("talk_message"), "Kakao knows of no consent")
    expect(len(visit.cards) == 1, "not one card came")
    kept = {table for table, value in visit.stored() if value == visit.account.id}
    expect(kept == {"pending_links"}, f"the account stands in {kept} before its number is typed")


@step("번호 입력: 틀리면 다시, 맞으면 연결", "the number: wrong first, then right")
async def type_number(visit: Visit) -> None:
    form = await visit.visitor.press(visit.reply, f"kkachi:number:{visit.visitor.id}")
    right = number_of(visit.kakao, VISITOR)
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    [label] = form.form.fields
    refused = await visit.visitor.submit(form, {label: wrong})
    expect(VISITOR not in refused.text, f"a wrong number was taken: {refused.text}")
    visit.reply = await visit.type_number(refused)


@step("디스코드에서도 알려 줘요", "Discord tells it too")
async def hear_of_link(visit: Visit) -> None:
    told = f"**{VISITOR}**"
    await until("nobody told on Discord", lambda: any(told in one for one in visit.heard))


@step("이웃에게 번개 소식이 저절로", "a word reaches the neighbour")
async def reach_neighbour(visit: Visit) -> None:
    before = visit.received(NEIGHBOUR)
    await visit.visitor.say(CHANNEL, f"이번 주말에 {WORD} 어때요?")
    await until("nothing came", lambda: visit.received(NEIGHBOUR) == before + 1)


@step("내 규칙의 단어가 저절로 도착", "a word of mine arrives by itself")
async def hear_word(visit: Visit) -> None:
    before = len(visit.cards)
    await visit.slash("highlight add", word=MY_WORD)
    await visit.friend.say(CHANNEL, MY_MESSAGE)
    card = await visit.card_after(before)
    expect(MY_MESSAGE in str(card.template), f"the card does not hold the text: {card}")


@step("새 일정이 위치 카드로", "an event comes as a map card")
async def hear_event(visit: Visit) -> None:
    before, start = len(visit.cards), visit.discord.world.now() + 2 * HOUR
    await visit.slash("notify add", what="event-new")
    await visit.admin.plan(
        visit.discord.guild, "보드게임의 밤", start, ends_at=start + HOUR, where=PLACE["address"]
    )
    card = (await visit.card_after(before)).template
    expect(card["object_type"] == "location" and card["address"], f"this came: {card}")


@step("쏟아진 소식은 한 카드로", "a flood comes as one digest")
async def hear_digest(visit: Visit) -> None:
    before, lines = len(visit.cards), [f"{MY_WORD} {number}번" for number in range(FLOOD)]
    await visit.slash("highlight pause", hours=1)
    for line in lines:
        await visit.friend.say(CHANNEL, line)
    await until(
        "the hits are not found", lambda: list(visit.stored()).count(("hits", "waiting")) == FLOOD
    )
    expect(len(visit.cards) == before, "a card came during the pause")
    await visit.slash("highlight pause", hours=0)
    card = (await visit.card_after(before)).template
    expect(card["object_type"] == "list", f"this came: {card}")
    page = await open_page(card["header_link"]["web_url"])
    missing = [line for line in lines if line not in page.text]
    expect(page.status == 200 and not missing, f"{missing} are missing: {page}")


@step("메뉴로 나에게 보내기", "forward to Me by menu")
async def forward_by_menu(visit: Visit) -> None:
    card = await visit.forward()
    words = visit.message.content.split()[0]
    expect(words in str(card.template), f"the card does not hold the text: {card}")


@step("카드가 원래 메시지를 열어요", "the card opens the message")
async def follow_card(visit: Visit) -> None:
    page = await open_page(visit.cards[-1].template["content"]["link"]["web_url"])
    expect(page.location == visit.message.jump_url, f"it leads to {page}")


@step("명령어와 링크로 보내기", "forward by command with a link")
async def forward_by_command(visit: Visit) -> None:
    before = len(visit.cards)
    await visit.slash("forward me", message=visit.message.jump_url, note=NOTE)
    expect(len(visit.cards) == before + 1, "no card came")
    expect(NOTE in str(visit.cards[-1].template), f"the note is missing: {visit.cards[-1]}")


@step("친구에게 보내기 전 동의", "consent before friends")
async def agree_to_friends(visit: Visit) -> None:
    visit.reply = await visit.menu(TO_FRIENDS)
    page = await visit.agree(visit.reply)
    expect(visit.account.has_agreed("friends"), f"Kakao knows of no consent: {page}")
    await until("the picker never came", lambda: "누구에게" in visit.reply.text)


@step("세 친구에게, 한 명은 거절", "three friends, one refuses")
async def forward_to_friends(visit: Visit) -> None:
    panel = visit.reply.answer
    await visit.visitor.choose(panel, PICKER, FRIENDS)
    await visit.visitor.press(panel, f"보내기 ({len(FRIENDS)})")
    told = [f"**{name.removeprefix('★ ')}**" for name in FRIENDS]
    await until("not everybody is named", lambda: all(one in panel.text for one in told))
    reached = [one.receiver.name for one in visit.kakao.outbox if not one.to_me]
    expect(sorted(reached) == ["서연", "준호"], f"it reached {reached}: {panel.text}")


@step("직접 쓴 위치 카드", "a location of my own")
async def compose_place(visit: Visit) -> None:
    shown = (await composed(visit, "location", PLACE)).template
    expect(shown["object_type"] == "location", f"this came: {shown}")
    expect(shown["address"] == PLACE["address"], f"it leads elsewhere: {shown}")


@step("주소로 만든 카드", "a card of a web page")
async def compose_page(visit: Visit) -> None:
    message = await composed(visit, "scrape", {"request_url": f"{visit.kakao.url}/pages/picnic"})
    expect(message.kind == "scrap", f"this came: {message}")
    expect(message.template["content"].get("image_url"), "the page's picture is missing")


async def composed(visit: Visit, kind: str, values: dict[str, str]) -> Message:
    """Write a message and send it to "Me"."""
    before = len(visit.cards)
    form = await visit.visitor.slash(CHANNEL, "compose", kind=kind)
    panel = await visit.visitor.submit(form, values)
    await visit.visitor.press(panel, "나에게 보내기")
    return await visit.card_after(before)


@step("공유하고 몇 곳인지 듣기", "share, and hear how far it came")
async def share(visit: Visit) -> None:
    reply, to = await visit.menu(SHARE), ("me", GROUP)
    page = await open_page(link_in(reply))
    found = OFFER.findall(page.text)
    expect(page.status == 200 and found, f"this came: {page}")
    call, message, key = (json.loads(found[0])[name] for name in ("call", "message", "key"))
    origin = visit.demo.environment["PUBLIC_URL"]
    sent = await visit.kakao.share(VISITOR, call, message, origin=origin, to=to, app_key=key)
    expect([one.receiver.name for one in sent] == [VISITOR, GROUP], f"it reached {sent}")
    await until("the number of chats was never told", lambda: str(len(to)) in reply.text)


@step("상태 보기", "status")
async def see_status(visit: Visit) -> None:
    reply = await visit.slash("kakao status")
    expect(VISITOR in reply.text, f"the status is: {reply.text}")


@step("만료된 토큰은 한 번만 새로", "expired tokens: one refresh")
async def expire(visit: Visit) -> None:
    visit.kakao.expire_access_tokens(visit.account)
    before = len(visit.kakao.requests)
    await visit.forward()
    since = [one.path for one in visit.kakao.requests[before:]]
    expect(since.count("/oauth/token") == 1, f"not one refresh: {since}")


@step("동의 철회: 기다렸다가 도착", "withdrawn consent: parked, comes back")
async def withdraw(visit: Visit) -> None:
    before = len(visit.cards)
    await visit.kakao.withdraw_at_kakao(visit.account, "talk_message")
    reply = await visit.menu(TO_ME)
    expect(len(visit.cards) == before, "the card came without consent")
    await visit.agree(reply)
    await visit.card_after(before)


@step("한도가 차면 내일까지", "a spent day waits for tomorrow")
async def spend(visit: Visit) -> None:
    before = len(visit.cards)
    visit.kakao.spend(visit.account, "sender")
    await visit.menu(TO_ME)
    expect(len(visit.cards) == before, "the card came though nothing was left")
    for clock in (visit.demo.bot, visit.kakao, visit.discord.world):
        clock.advance(DAY)
    await visit.menu(TO_ME)
    await until("the waiting card never came", lambda: len(visit.cards) == before + 2)


@step("카카오에서 끊고 다시 연결", "unlinked at Kakao, linked again")
async def unlink_at_kakao(visit: Visit) -> None:
    before = len(visit.heard)
    await visit.kakao.unlink_at_kakao(visit.account)
    await until("nobody told on Discord", lambda: len(visit.heard) > before)
    expect_forgotten(visit)
    await visit.link()


@step("관리자가 기능을 껐다 켜요", "an admin switches a feature")
async def switch_feature(visit: Visit) -> None:
    before = len(visit.cards)
    await choose_features(visit, but="forward")
    refused = await visit.menu(TO_ME)
    expect("꺼 두었어요" in refused.text, f"this came: {refused.text}")
    expect(len(visit.cards) == before, "a card came though the feature is off")
    await choose_features(visit)
    await visit.forward()


async def choose_features(visit: Visit, but: str = "") -> None:
    """Let the admin switch all features on but one."""
    panel = await visit.admin.slash(CHANNEL, "settings panel")
    parts = every_component(panel.answer.components)
    select = next(one for one in parts if ":features:" in one.get("custom_id", ""))
    chosen = [one["value"] for one in select["options"] if one["value"] != but]
    await visit.admin.choose(panel, select["custom_id"], chosen)


@step("관리자가 연결을 끊어요", "an admin disconnects a member")
async def unlink_by_admin(visit: Visit) -> None:
    shown = await visit.admin.slash(CHANNEL, "settings member", member=VISITOR)
    form = await visit.admin.press(shown, "연결 강제 해제")
    await visit.admin.submit(form, {"이유 (멤버에게 보여요)": REASON})
    await until("nobody told the member why", lambda: any(REASON in one for one in visit.heard))
    expect(visit.account.link is not None, "the link ended in other servers as well")
    refused = await visit.slash("forward me", message=visit.message.jump_url)
    expect("막" in refused.text or REASON in refused.text, f"it goes on here: {refused.text}")
    shown = await visit.admin.slash(CHANNEL, "settings member", member=VISITOR)
    await visit.admin.press(shown, "다시 허용하기")


@step("운영자가 서버마다 얼마나 보내는지 봐요", "the operator sees what each server sends")
async def look_as_operator(visit: Visit) -> None:
    shown = await visit.admin.slash(CHANNEL, "settings operator")
    expect(visit.discord.guild.name in shown.text, f"no server is shown: {shown.text}")


@step("연결 끊기", "unlink")
async def unlink(visit: Visit) -> None:
    question = await visit.slash("kakao unlink")
    await visit.visitor.press(question, "연결 끊기")
    expect(not visit.account.link and not visit.account.grants, "Kakao still knows the link")


@step("아무것도 남지 않아요", "nothing is left")
async def nothing_left(visit: Visit) -> None:
    expect_forgotten(visit)


@step("규격을 어기지 않았어요", "nothing against the specifications")
async def no_problems(visit: Visit) -> None:
    problems = [*visit.discord.problems, *visit.kakao.refused_templates]
    expect(not problems, "\n".join(problems))


def expect_forgotten(visit: Visit) -> None:
    """Go on only if the bot holds the visitor's Kakao id nowhere."""
    held = [place for place, value in visit.stored() if str(visit.account.id) in str(value)]
    expect(not held, f"the Kakao id is still in {held}")
