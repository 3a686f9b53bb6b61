"""The whole journey without a browser, through the doors a visitor has.

What a person does on Discord goes through the page's HTTP API; the bot's link pages and Kakao's
login and consent pages are walked over HTTP with cookies, form by form. What is then seen is read
from the page's snapshot, and from what the two services remember.
"""

import asyncio
import json
import sqlite3
from collections.abc import Awaitable, Callable, Collection, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, CookieJar

from sandbox.demo.demo import Demo
from sandbox.demo.neighbour import NAME as NEIGHBOUR
from sandbox.demo.neighbour import WORD
from sandbox.discord import CannotDo

JSON = dict[str, Any]
WHO, SOMEBODY_ELSE = "민지", "준호"
REFUSING = "하준"
FRIENDS = ("준호", "서연", REFUSING)
CHANNEL = "잡담"
TO_ME, TO_FRIENDS = "Send to my KakaoTalk", "Send to Kakao friends"
SHARE = "Share on KakaoTalk"
GROUP = "까치 마을"
PLACE = {
    "address": "서울 성동구 성수이로 77",
    "address_title": "둥지",
    "content.title": "정기 모임",
}
NOTE = "이따 같이 봐요"
MY_WORD, MY_MESSAGE = "윷놀이", "다음 주에 윷놀이까지 하고 가요"
FLOOD = 12
ADMIN, REASON = "하준", "잠시 쉬어 가요"
BUTTON, SELECT, TEXT_INPUT = 2, 3, 4
ANSWERS = (20, 23)  # message types: the first answer to a slash command or a menu
GREEN, RED, LINK = 3, 4, 5
PATIENCE = 15.0
LOOK_EVERY = 0.05


class StepFailed(Exception):
    """A step did not show what it should; the text says which one, and what was seen."""


@dataclass
class Form:
    """A form of an HTML page: where it goes, what it sends anyway, what it offers."""

    action: str
    fixed: list[tuple[str, str]] = field(default_factory=list)
    offered: dict[str, list[str]] = field(default_factory=dict)


class Page(HTMLParser):
    """A page as somebody reads it: its words and its forms, and the data for its script."""

    def __init__(self, response: ClientResponse, text: str) -> None:
        super().__init__()
        self.url = str(response.url)
        self.status = response.status
        self.forms: list[Form] = []
        self.data: JSON = {}
        self._is_data = False
        self._words: list[str] = []
        self.feed(text)

    @property
    def words(self) -> str:
        """All that can be read, on one line."""
        return " ".join(self._words)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note forms and their fields."""
        facts = {name: value or "" for name, value in attrs}
        self._is_data = facts.get("type") == "application/json"
        if tag == "form":
            self.forms.append(Form(urljoin(self.url, facts.get("action", ""))))
        elif self.forms and tag in {"input", "button"} and facts.get("name"):
            name, value = facts["name"], facts.get("value", "")
            if facts.get("type") == "hidden":
                self.forms[-1].fixed.append((name, value))
            else:
                self.forms[-1].offered.setdefault(name, []).append(value)

    def handle_data(self, data: str) -> None:
        """Note words, and what a page gives to its script."""
        if self._is_data:
            self.data = json.loads(data)
            self._is_data = False
        else:
            self._words.extend(data.split())

    def form(self, *names: str) -> Form:
        """Find the form that offers these fields."""
        for form in self.forms:
            if all(name in form.offered for name in names):
                return form
        raise StepFailed(f"a form with {names or 'a button'} was expected, but this came: {self}")

    def __str__(self) -> str:
        return f"{self.status} {urlsplit(self.url).path}: {self.words[:300]}"


class Smoke:
    """One visitor's walk through the demo."""

    def __init__(self, demo: Demo, *, lang: str | None, say: Callable[[str], None]) -> None:
        self._demo = demo
        self._lang = lang
        self._say = say
        self._here = demo.discord.guild.channel(CHANNEL)
        self._message = self._pick_message()
        self._invitation = ""
        jar = CookieJar(unsafe=True)
        self._http = ClientSession(timeout=ClientTimeout(total=30), cookie_jar=jar)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()

    async def run(self) -> None:
        """Walk; StepFailed at the first step that does not show what it should."""
        for korean, english, step in self._steps():
            title = {"ko": korean, "en": english}.get(self._lang or "", f"{korean} · {english}")
            try:
                await step()
            except (StepFailed, CannotDo, ClientError, TimeoutError) as failure:
                raise StepFailed(f"{title}: {failure}") from failure
            self._say(f"✓ {title}")

    def _steps(self) -> list[tuple[str, str, Callable[[], Awaitable[None]]]]:
        return [
            ("봇이 깨어 있어요", "the bot is up", self._bot_is_up),
            ("/kakao link는 나에게만 답해요", "/kakao link answers only me", self._ask_for_link),
            ("연결 페이지에 내 이름이 있어요", "the link page names me", self._see_link_page),
            ("카카오 로그인과 동의, 성공 페이지", "Kakao login, consent, success", self._link),
            ("디스코드에서도 알려 줘요", "Discord tells it too", self._hear_of_link),
            ("이웃에게 번개 소식이 저절로", "a word reaches the neighbour", self._reach_neighbour),
            ("내 규칙의 단어가 저절로 도착", "a word of mine arrives by itself", self._hear_word),
            ("새 일정이 위치 카드로", "an event comes as a map card", self._hear_event),
            ("쏟아진 소식은 한 카드로", "a flood comes as one digest", self._hear_digest),
            ("메뉴로 나에게 보내기", "forward to Me by menu", self._forward_by_menu),
            ("카드가 원래 메시지를 열어요", "the card opens the message", self._follow_card),
            ("명령어와 링크로 보내기", "forward by command with a link", self._forward_by_command),
            ("친구에게 보내기 전 동의", "consent before friends", self._agree_to_friends),
            ("세 친구에게, 한 명은 거절", "three friends, one refuses", self._forward_to_friends),
            ("직접 쓴 위치 카드", "a location of my own", self._compose_place),
            ("주소로 만든 카드", "a card of a web page", self._compose_page),
            ("공유하고 몇 곳인지 듣기", "share, and hear how far it came", self._share),
            ("상태 보기", "status", self._see_status),
            ("만료된 토큰은 한 번만 새로", "expired tokens: one refresh", self._expire),
            ("동의 철회: 기다렸다가 도착", "withdrawn consent: parked, comes back", self._withdraw),
            ("한도가 차면 내일까지", "a spent day waits for tomorrow", self._spend),
            ("카카오에서 끊고 다시 연결", "unlinked at Kakao, linked again", self._unlink_at_kakao),
            ("관리자가 기능을 껐다 켜요", "an admin switches a feature", self._switch_feature),
            ("관리자가 연결을 끊어요", "an admin disconnects a member", self._unlink_by_admin),
            ("연결 끊기", "unlink", self._unlink),
            ("아무것도 남지 않아요", "nothing is left", self._nothing_left),
            ("규격을 어기지 않았어요", "nothing against the specifications", self._no_problems),
        ]

    # the steps

    async def _bot_is_up(self) -> None:
        state = await self._state()
        commands = {one["name"] for one in state["discord"]["commands"][str(self._guild)]}
        wanted = {"kakao link", "kakao status", "kakao unlink", "forward me", TO_ME, TO_FRIENDS}
        wanted |= {"compose", "share", SHARE, "highlight add", "notify add"}
        _expect(state["bot"]["state"] == "ready", f"the bot is {state['bot']['state']}")
        _expect(commands >= wanted, f"commands are missing: {wanted - commands}")

    async def _ask_for_link(self) -> None:
        answer = await self._answer_to("slash", command="kakao link")
        self._invitation = _link_in(answer)
        _expect(answer["ephemeral"], "everybody can read the answer")
        others = await self._messages(SOMEBODY_ELSE)
        _expect(answer["id"] not in {one["id"] for one in others}, "others can read the answer")

    async def _see_link_page(self) -> None:
        for _ in range(2):
            page = await self._open(self._invitation)
            _expect(page.status == 200 and WHO in page.words, f"this came: {page}")

    async def _link(self) -> None:
        page = await self._walk(self._invitation)
        _expect(WHO in page.words, f"the page does not name the Kakao account: {page}")
        _expect(self._account.has_agreed("talk_message"), "Kakao knows of no consent")

    async def _hear_of_link(self) -> None:
        await self._until(
            "nobody told on Discord", lambda state: _told_after(state, self._here.id, WHO)
        )

    async def _reach_neighbour(self) -> None:
        before = self._received(NEIGHBOUR)
        await self._do("say", channel=self._here.id, text=f"이번 주말에 {WORD} 어때요?")
        await self._until("nothing came", lambda _: self._received(NEIGHBOUR) == before + 1)

    async def _hear_word(self) -> None:
        before = len(await self._my_chat())
        await self._answer_to("slash", command="highlight add", options={"word": MY_WORD})
        await self._do("say", person=SOMEBODY_ELSE, channel=self._here.id, text=MY_MESSAGE)
        await self._until("no card came", lambda state: len(_me(state)) == before + 1)
        card = (await self._my_chat())[-1]["template"]
        _expect(MY_MESSAGE in str(card), f"the card does not hold the text: {card}")

    async def _hear_event(self) -> None:
        before = len(await self._my_chat())
        await self._answer_to("slash", command="notify add", options={"what": "event-new"})
        await self._do("trouble", verb="plan")
        await self._until("no card came", lambda state: len(_me(state)) == before + 1)
        card = (await self._my_chat())[-1]["template"]
        _expect(card["object_type"] == "location" and card["address"], f"this came: {card}")

    async def _hear_digest(self) -> None:
        before = len(await self._my_chat())
        await self._answer_to("slash", command="highlight pause", options={"hours": 1})
        for number in range(FLOOD):
            text = f"{MY_WORD} {number}번"
            await self._do("say", person=SOMEBODY_ELSE, channel=self._here.id, text=text)
        await self._soon("the hits are not found", lambda: self._waiting() == FLOOD)
        _expect(len(await self._my_chat()) == before, "a card came during the pause")
        await self._answer_to("slash", command="highlight pause", options={"hours": 0})
        await self._until("no digest came", lambda state: len(_me(state)) == before + 1)
        card = (await self._my_chat())[-1]["template"]
        _expect(card["object_type"] == "list", f"this came: {card}")
        page = await self._open(card["header_link"]["web_url"])
        missing = [n for n in range(FLOOD) if f"{MY_WORD} {n}번" not in page.words]
        _expect(page.status == 200 and not missing, f"{missing} are missing: {page}")

    async def _forward_by_menu(self) -> None:
        await self._to_me_by_menu()
        card = (await self._my_chat())[-1]["template"]
        words = self._message.content.split()[0]
        _expect(words in str(card), f"the card does not hold the text: {card}")

    async def _follow_card(self) -> None:
        card = (await self._my_chat())[-1]["template"]
        address = card["content"]["link"]["web_url"]
        found = (await self._do("follow", address=address))["discord"]
        _expect(found is not None, f"{address} does not lead to Discord")
        _expect(found["message"] == str(self._message.id), f"it leads to {found}")

    async def _forward_by_command(self) -> None:
        before = len(await self._my_chat())
        options = {"message": self._message.jump_url, "note": NOTE}
        await self._answer_to("slash", command="forward me", options=options)
        chat = await self._my_chat()
        _expect(len(chat) == before + 1, "no card came")
        _expect(NOTE in str(chat[-1]["template"]), f"the note is missing: {chat[-1]}")

    async def _agree_to_friends(self) -> None:
        answer = await self._answer_to("menu", command=TO_FRIENDS, message=self._message.id)
        page = await self._walk(_link_in(answer))
        _expect(self._account.has_agreed("friends"), f"Kakao knows of no consent: {page}")
        await self._until("the picker never came", lambda state: bool(_pickers(self._in(state))))

    async def _forward_to_friends(self) -> None:
        picker = _pickers(await self._messages())[-1]
        select = next(_components(picker, SELECT))
        values = [one["value"] for one in select["options"] if one["label"].endswith(FRIENDS)]
        _expect(len(values) == len(FRIENDS), f"the picker offers {select['options']}")
        about: JSON = {"message": picker["id"]}
        await self._do("choose", **about, custom_id=select["custom_id"], values=values)
        send = await self._button(picker["id"], GREEN)
        await self._do("press", **about, custom_id=send["custom_id"])
        told = await self._told(picker["id"], FRIENDS)
        reached = [one.receiver.name for one in self._demo.kakao.outbox if not one.to_me]
        _expect(sorted(reached) == ["서연", "준호"], f"it reached {reached}: {told}")

    async def _compose_place(self) -> None:
        message = await self._composed("location", PLACE)
        shown = message["template"]
        _expect(shown["object_type"] == "location", f"this came: {shown}")
        _expect(shown["address"] == PLACE["address"], f"it leads elsewhere: {shown}")

    async def _compose_page(self) -> None:
        address = f"{self._demo.kakao.url}/pages/picnic"
        message = await self._composed("scrape", {"request_url": address})
        _expect(message["kind"] == "scrap", f"this came: {message}")
        _expect(message["template"]["content"].get("image_url"), "the page's picture is missing")

    async def _share(self) -> None:
        answer = await self._answer_to("menu", command=SHARE, message=self._message.id)
        page = await self._open(_link_in(answer))
        _expect(page.status == 200 and page.data, f"this came: {page}")
        to = ("me", GROUP)
        call, settings, key = (page.data[name] for name in ("call", "message", "key"))
        sent = await self._demo.kakao.share(
            WHO, call, settings, origin=self._bot_url, to=to, app_key=key
        )
        _expect([one.receiver.name for one in sent] == [WHO, GROUP], f"it reached {sent}")
        await self._until(
            "the number of chats was never told",
            lambda state: str(len(to)) in _text_of(self._in(state), answer["id"]),
        )

    async def _see_status(self) -> None:
        answer = await self._answer_to("slash", command="kakao status")
        _expect(WHO in _text(answer), f"the status is: {_text(answer)}")

    async def _expire(self) -> None:
        await self._do("trouble", verb="expire")
        before = len(self._demo.kakao.requests)
        await self._to_me_by_menu()
        since = self._demo.kakao.requests[before:]
        refreshed = [one for one in since if one.path == "/oauth/token"]
        _expect(len(refreshed) == 1, f"{len(refreshed)} refreshes: {since}")

    async def _withdraw(self) -> None:
        before = len(await self._my_chat())
        await self._do("trouble", verb="withdraw-talk")
        answer = await self._answer_to("menu", command=TO_ME, message=self._message.id)
        _expect(len(await self._my_chat()) == before, "the card came without consent")
        await self._walk(_link_in(answer))
        await self._until("the card never came", lambda state: len(_me(state)) == before + 1)

    async def _spend(self) -> None:
        before = len(await self._my_chat())
        await self._do("trouble", verb="spend-sender")
        await self._answer_to("menu", command=TO_ME, message=self._message.id)
        _expect(len(await self._my_chat()) == before, "the card came though nothing was left")
        await self._do("trouble", verb="tomorrow")
        await self._answer_to("menu", command=TO_ME, message=self._message.id)
        await self._until(
            "the waiting card never came", lambda state: len(_me(state)) == before + 2
        )

    async def _unlink_at_kakao(self) -> None:
        before = _written_by_bots(await self._state())
        await self._do("trouble", verb="unlink")
        await self._until("nobody told on Discord", lambda state: _written_by_bots(state) > before)
        held = [place for place, value in self._database() if str(self._account.id) in str(value)]
        _expect(not held, f"the Kakao id is still in {held}")
        await self._walk(_link_in(await self._answer_to("slash", command="kakao link")))

    async def _switch_feature(self) -> None:
        before = len(await self._my_chat())
        await self._choose_features(but="forward")
        refused = await self._answer_to("menu", command=TO_ME, message=self._message.id)
        _expect("꺼 두었어요" in _text(refused), f"this came: {_text(refused)}")
        _expect(len(await self._my_chat()) == before, "a card came though the feature is off")
        await self._choose_features()
        await self._to_me_by_menu()

    async def _choose_features(self, but: str = "") -> None:
        panel = await self._answer_to("slash", person=ADMIN, command="settings panel")
        select = next(one for one in _every(panel, SELECT) if ":features:" in one["custom_id"])
        chosen = [one["value"] for one in select["options"] if one["value"] != but]
        about: JSON = {"person": ADMIN, "message": panel["id"], "custom_id": select["custom_id"]}
        await self._do("choose", **about, values=chosen)

    async def _unlink_by_admin(self) -> None:
        asked = {"command": "settings member", "options": {"member": str(self._member)}}
        shown = await self._answer_to("slash", person=ADMIN, **asked)
        (button,) = [one for one in _every(shown, BUTTON) if one["style"] == RED]
        about: JSON = {"person": ADMIN, "message": shown["id"]}
        form = (await self._do("press", **about, custom_id=button["custom_id"]))["modal"]
        field = next(_every({"components": form["components"]}, TEXT_INPUT))
        values = {field["custom_id"]: REASON}
        await self._do("submit", person=ADMIN, modal=form["id"], values=values)
        _expect(self._account.link is None, "Kakao still knows the link")
        await self._until(
            "nobody told the member why", lambda state: REASON in str(state["discord"])
        )
        await self._walk(_link_in(await self._answer_to("slash", command="kakao link")))

    async def _unlink(self) -> None:
        answer = await self._answer_to("slash", command="kakao unlink")
        button = await self._button(answer["id"], RED)
        await self._do("press", message=answer["id"], custom_id=button["custom_id"])
        linked = [one["linked"] for one in (await self._state())["people"] if one["name"] == WHO]
        _expect(linked == [False] and self._account.link is None, "Kakao still knows the link")

    async def _nothing_left(self) -> None:
        held = [place for place, value in self._database() if str(self._account.id) in str(value)]
        _expect(not held, f"the Kakao id is still in {held}")

    async def _no_problems(self) -> None:
        problems = [*self._demo.discord.problems, *self._demo.kakao.refused_templates]
        _expect(not problems, "\n".join(problems))

    # what a visitor does

    async def _do(self, action: str, **details: object) -> JSON:
        body = {"person": WHO, "locale": "ko", **details}
        async with self._http.post(f"{self._demo.page.url}/api/{action}", json=body) as response:
            answer: JSON = await response.json()
        _expect(response.status == 200, f"{action}: {answer.get('error')}")
        _expect(not answer.get("failed"), f"{action}: {answer.get('failed')}")
        return answer

    async def _composed(self, kind: str, values: dict[str, str]) -> JSON:
        """Write a message and send it to "Me"; gives what came."""
        before, known = len(await self._my_chat()), {one["id"] for one in await self._messages()}
        asked = await self._do(
            "slash", channel=self._here.id, command="compose", options={"kind": kind}
        )
        await self._do("submit", modal=asked["modal"]["id"], values=values)
        (panel,) = [one for one in await self._messages() if one["id"] not in known]
        send = await self._button(panel["id"], GREEN)
        await self._do("press", message=panel["id"], custom_id=send["custom_id"])
        await self._until("no message came", lambda state: len(_me(state)) == before + 1)
        return (await self._my_chat())[-1]

    async def _answer_to(self, action: str, **details: object) -> JSON:
        """Use a command here and give the message that answers."""
        who = str(details.get("person", WHO))
        before = {one["id"] for one in await self._messages(who)}
        await self._do(action, channel=self._here.id, **details)
        after = [one for one in await self._messages(who) if one["type"] in ANSWERS]
        new = [one for one in after if one["id"] not in before]
        _expect(len(new) == 1, f"{len(new)} answers came")
        return new[0]

    async def _to_me_by_menu(self) -> None:
        before = len(await self._my_chat())
        answer = await self._answer_to("menu", command=TO_ME, message=self._message.id)
        _expect(len(await self._my_chat()) == before + 1, f"no card came: {_text(answer)}")

    async def _open(self, address: str) -> Page:
        async with self._http.get(address) as response:
            return Page(response, await response.text())

    async def _submit(self, form: Form, *values: tuple[str, str]) -> Page:
        async with self._http.post(form.action, data=[*form.fixed, *values]) as response:
            return Page(response, await response.text())

    async def _walk(self, invitation: str) -> Page:
        """Go from the link page through Kakao and back, agreeing to all that is asked."""
        page = await self._submit((await self._open(invitation)).form())
        while page.url.startswith(self._demo.kakao.url) and page.status == 200:
            path = urlsplit(page.url).path
            page = await (self._log_in(page) if path == "/login" else self._agree(page))
        _expect(page.status == 200 and page.url.startswith(self._bot_url), f"this came: {page}")
        return page

    async def _log_in(self, page: Page) -> Page:
        return await self._submit(page.form("account"), ("account", WHO))

    async def _agree(self, page: Page) -> Page:
        form = page.form("decision")
        scopes = [("scope", value) for value in form.offered.get("scope", [])]
        return await self._submit(form, *scopes, ("decision", "agree"))

    # what a visitor sees

    async def _state(self, person: str = WHO) -> JSON:
        address = f"{self._demo.page.url}/api/state"
        async with self._http.get(address, params={"person": person}) as response:
            state: JSON = await response.json()
            return state

    async def _messages(self, person: str = WHO) -> list[JSON]:
        return self._in(await self._state(person))

    def _in(self, state: JSON) -> list[JSON]:
        messages: list[JSON] = state["discord"]["messages"][str(self._here.id)]
        return messages

    async def _my_chat(self) -> list[JSON]:
        return _me(await self._state())

    async def _until(self, otherwise: str, come: Callable[[JSON], bool]) -> None:
        """Look again whenever the page is told of a change."""
        try:
            async with (
                asyncio.timeout(PATIENCE),
                self._http.get(f"{self._demo.page.url}/api/events") as news,
            ):
                while not come(await self._state()):
                    await news.content.readuntil(b"\n\n")
        except TimeoutError:
            raise StepFailed(otherwise) from None

    async def _soon(self, otherwise: str, come: Callable[[], bool]) -> None:
        """Look again and again at what the page is not told of."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not come():  # noqa: ASYNC110 - nobody announces it
                    await asyncio.sleep(LOOK_EVERY)
        except TimeoutError:
            raise StepFailed(otherwise) from None

    async def _button(self, message: str, style: int) -> JSON:
        seen = next(one for one in await self._messages() if one["id"] == message)
        for one in _components(seen, BUTTON):
            if one["style"] == style and not one.get("disabled"):
                return one
        raise StepFailed(f"there is no such button below: {_text(seen)}")

    async def _told(self, message: str, names: Collection[str]) -> str:
        """Wait until a message names everybody; gives its text."""
        text = ""

        def names_all(state: JSON) -> bool:
            nonlocal text
            found = [one for one in self._in(state) if one["id"] == message]
            text = _text(found[0]) if found else ""
            return all(f"**{name}**" in text for name in names)

        await self._until(f"not everybody is named: {text}", names_all)
        return text

    # the world behind

    @property
    def _account(self) -> Any:  # noqa: ANN401 - sandbox.kakao's Account, read only
        return self._demo.kakao.account(WHO)

    @property
    def _member(self) -> int:
        return self._demo.discord.person(WHO).id

    @property
    def _guild(self) -> int:
        return self._demo.discord.guild.id

    @property
    def _bot_url(self) -> str:
        return self._demo.environment["PUBLIC_URL"]

    def _pick_message(self) -> Any:  # noqa: ANN401 - sandbox.discord's Message, read only
        written = self._demo.discord.world.messages(self._here)
        return next(one for one in written if one.attachments)

    def _received(self, name: str) -> int:
        return sum(one.receiver.name == name for one in self._demo.kakao.outbox)

    def _waiting(self) -> int:
        found = [value for table, value in self._database() if table == "hits"]
        return found.count("waiting")

    def _database(self) -> Iterator[tuple[str, object]]:
        """Every value of every row, with the table it stands in."""
        path = self._demo.environment["DATABASE_URL"].partition(":///")[2]
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            for (table,) in tables.fetchall():
                for row in database.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 - its own name
                    yield from ((table, value) for value in row)


def _expect(condition: object, otherwise: str) -> None:
    if not condition:
        raise StepFailed(otherwise)


def _components(message: JSON, kind: int) -> Iterator[JSON]:
    rows = (one for row in message["components"] for one in row.get("components", [row]))
    return (one for one in rows if one["type"] == kind)


def _every(part: JSON, kind: int) -> Iterator[JSON]:
    """Yield the components of a kind, however deep they stand."""
    below = [*part.get("components", [])]
    below += [part[name] for name in ("accessory", "component") if name in part]
    for one in below:
        if one.get("type") == kind:
            yield one
        yield from _every(one, kind)


def _pickers(messages: list[JSON]) -> list[JSON]:
    return [one for one in messages if any(_components(one, SELECT))]


def _link_in(message: JSON) -> str:
    for one in _components(message, BUTTON):
        if one["style"] == LINK:
            return str(one["url"])
    raise StepFailed(f"there is no link button below: {_text(message)}")


def _text(message: JSON) -> str:
    embeds = (f"{one.get('title', '')} {one.get('description', '')}" for one in message["embeds"])
    return "\n".join((message["content"], *embeds)).strip()


def _text_of(messages: list[JSON], number: str) -> str:
    return next((_text(one) for one in messages if one["id"] == number), "")


def _written_by_bots(state: JSON) -> int:
    messages = (one for channel in state["discord"]["messages"].values() for one in channel)
    return sum(1 for one in messages if one["author"]["bot"])


def _me(state: JSON) -> list[JSON]:
    chats: list[JSON] = state["kakao"]["chats"]
    found: list[JSON] = next(one["messages"] for one in chats if one["id"] == "me")
    return found


def _told_after(state: JSON, channel: int, name: str) -> bool:
    """Whether the bot has written the nickname, here or directly."""
    places = [str(channel), *(one["id"] for one in state["discord"]["dms"])]
    messages = (one for place in places for one in state["discord"]["messages"][place])
    return any(one["author"]["bot"] and f"**{name}**" in _text(one) for one in messages)
