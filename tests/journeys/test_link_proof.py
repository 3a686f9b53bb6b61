"""A link is good when its number was typed: the attack, the journey, and every way it ends."""

import asyncio
import logging
import re
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest

from sandbox.discord import Message, Person, Reply
from storage.vault import digest
from tests.support.processes import start_process
from tests.support.world import CHAT, NUMBER, World, link_of, open_world, until

FIELD = "여섯 자리 번호"
ENTER, AGAIN = "번호 입력", "다시 보내기"
SEND = "/v2/api/talk/memo/default/send"
UNLINK = "/v1/user/unlink"
TO_ME, TO_FRIENDS = "Send to my KakaoTalk", "Send to Kakao friends"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        yield world
        assert world.discord.problems == []


@pytest.fixture
async def message(world: World) -> Message:
    return await world.discord.person("준호").say(CHAT, "오늘 저녁 여덟 시에 모여요!")


def table(folder: Path, name: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "kkachi.db")) as database:
        return database.execute(f"SELECT * FROM {name}").fetchall()  # noqa: S608 - a name of ours


def tables_with(folder: Path, value: object) -> set[str]:
    """The tables in which a value stands."""
    with closing(sqlite3.connect(folder / "kkachi.db")) as database:
        names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return {name for (name,) in names if any(value in row for row in table(folder, name))}


async def consented(world: World, person: Person, account: str = "민지") -> Reply:
    """Use `/kakao link` and agree at Kakao; the number is on its way then."""
    reply = await person.slash(CHAT, "kakao link")
    await world.follow(reply, account)
    await reply.until(lambda shown: "여섯 자리 번호를 보냈어요" in shown.text)
    return reply


async def typed(person: Person, reply: Reply | Message, number: str) -> Reply:
    form = await person.press(reply, ENTER)
    return await person.submit(form, {FIELD: number})


def other_than(number: str, step: int = 1) -> str:
    return f"{(int(number) + step) % 1_000_000:06}"


def paths(world: World) -> list[str]:
    return [request.path for request in world.kakao.requests]


async def test_whoever_presses_an_attackers_link_page_through_gives_nothing_away(
    world: World, message: Message, tmp_path: Path
) -> None:
    attacker, victim = world.discord.person("준호"), world.kakao.account("민지")
    reply = await attacker.slash(CHAT, "kakao link")
    page = await world.visit(link_of(reply), "민지")
    assert "연결됐어요" not in page
    before = len(world.kakao.requests)
    friends = await attacker.menu(CHAT, TO_FRIENDS, message)
    assert "연결되지 않았어요" in friends.text
    assert "연결되지 않았어요" in (await attacker.menu(CHAT, TO_ME, message)).text
    assert "서연" not in (await attacker.slash(CHAT, "kakao status")).text
    assert len(world.kakao.requests) == before
    assert tables_with(tmp_path, victim.id) == {"pending_links"}
    number = world.number_of("민지")
    for step in range(1, 5):
        wrong = await typed(attacker, reply, other_than(number, step))
        assert f"{5 - step}번 더" in wrong.text
    over = await typed(attacker, reply, other_than(number, 5))
    assert "다섯 번" in over.text
    assert tables_with(tmp_path, victim.id) == set()
    assert table(tmp_path, "pending_links") == table(tmp_path, "links") == []
    assert victim.link is None
    assert paths(world).count(UNLINK) == 1
    again = await attacker.press(reply, ENTER)
    assert "기다리는 번호가 없어요" in again.text
    assert [one.to_me for one in world.kakao.outbox] == [True]


async def test_the_card_says_who_asks_and_leads_only_to_our_page(
    world: World, minji: Person
) -> None:
    await consented(world, minji)
    [card] = world.cards_of("민지")
    assert card.template["content"]["title"] == f"까치 확인 번호 {world.number_of('민지')}"
    asks = card.template["item_content"]
    rows = {row["item"]: row["item_op"] for row in asks["items"]}
    assert rows["누가"].startswith("민지")
    assert rows["서버"] == "까치 마을"
    assert asks["profile_image_url"].startswith(world.discord.url)
    assert "아무에게도 알려 주지 마세요" in card.template["content"]["description"]
    leads = set(re.findall(r'"web_url": "([^"]+)"', str(card.template).replace("'", '"')))
    assert leads == {f"{world.public_url}/number"}
    async with aiohttp.ClientSession() as browser, browser.get(leads.pop()) as response:
        page = await response.text()
    assert "https://discord.com/channels/@me" in page
    assert "아무것도 하지 않으면 돼요" in page


async def test_the_page_after_consent_leads_back_to_where_the_number_is_asked_for(
    world: World, minji: Person
) -> None:
    reply = await minji.slash(CHAT, "kakao link")
    page = await world.follow(reply, "민지")
    channel = reply.answer.channel
    assert f"https://discord.com/channels/{channel.guild.id}/{channel.id}" in page  # type: ignore[union-attr] # in a server
    assert "이제 번호만 입력하면 돼요" in page
    assert world.number_of("민지") not in page


async def test_an_english_member_types_the_number_in_english(world: World, minji: Person) -> None:
    minji.locale = "en-US"
    reply = await minji.slash(CHAT, "kakao link")
    page = await world.follow(reply, "민지")
    assert "One step left: the number" in page
    await reply.until(lambda shown: "six-digit number is on its way" in shown.text)
    [card] = world.cards_of("민지")
    [number] = NUMBER.findall(card.template["content"]["title"])
    assert card.template["content"]["title"] == f"Kkachi number {number}"
    form = await minji.press(reply, "Enter the number")
    assert list(form.form.fields) == ["Six-digit number"]
    done = await minji.submit(form, {"Six-digit number": f"{number[:3]} {number[3:]}"})
    await done.until(lambda shown: "Linked to KakaoTalk as **민지**" in shown.text)


async def test_a_wrong_number_may_be_mended_and_the_right_one_works_once(
    world: World, minji: Person, tmp_path: Path
) -> None:
    reply = await consented(world, minji)
    number = world.number_of("민지")
    wrong = await typed(minji, reply, other_than(number))
    assert "4번 더" in wrong.text
    no_number = await typed(minji, wrong, "안녕")
    assert "여섯 자리 숫자" in no_number.text
    done = await typed(minji, wrong, number)
    await done.until(lambda shown: "**민지** 계정과 연결했어요" in shown.text)
    assert len(table(tmp_path, "links")) == 1
    assert table(tmp_path, "pending_links") == []
    again = await minji.press(reply, ENTER)
    assert "이미 카카오톡 **민지** 계정" in again.text


async def test_nobody_types_it_for_somebody_else(
    world: World, minji: Person, tmp_path: Path
) -> None:
    reply = await consented(world, minji)
    button = reply.answer.component(ENTER)
    junho = world.discord.person("준호")
    data = {"custom_id": button["custom_id"], "component_type": 2, "id": button["id"]}
    refused = await junho._act(3, reply.answer.channel, data, message=reply.answer)
    assert "명령어를 쓴 사람만" in refused.text
    assert refused.modal is None
    assert len(table(tmp_path, "pending_links")) == 1


async def test_after_ten_minutes_it_is_over_and_told(
    world: World, minji: Person, tmp_path: Path
) -> None:
    reply = await consented(world, minji)
    number = world.number_of("민지")
    form = await minji.press(reply, ENTER)
    world.advance(601)
    await until(lambda: world.kakao.account("민지").link is None)
    await until(lambda: any("연결하지 않았어요" in one.text for one in reply.messages))
    assert table(tmp_path, "pending_links") == []
    late = await minji.submit(form, {FIELD: number})
    assert "기다리는 번호가 없어요" in late.text
    assert table(tmp_path, "links") == []


async def test_a_kill_between_consent_and_number_costs_nothing(
    tmp_path: Path,
) -> None:
    async with open_world(tmp_path, bot=False) as world:
        minji = world.discord.person("민지")
        process = await start_process(world.settings, tmp_path)
        await world.until_healthy()
        reply = await consented(world, minji)
        process.send_signal(signal.SIGKILL)
        await process.wait()
        await world.start_bot()
        done = await typed(minji, reply, world.number_of("민지"))
        await done.until(lambda shown: "계정과 연결했어요" in shown.text)
        assert len(table(tmp_path, "links")) == 1


async def test_status_says_that_a_number_is_awaited_and_sends_it_again(
    world: World, minji: Person
) -> None:
    await consented(world, minji)
    number = world.number_of("민지")
    status = await minji.slash(CHAT, "kakao status")
    assert "번호를 입력하면 연결돼요" in status.text
    again = await minji.press(status, AGAIN)
    assert "다시 보냈어요" in again.text
    assert world.number_of("민지") == number
    assert len(world.cards_of("민지")) == 2
    done = await typed(minji, again, number)
    await done.until(lambda shown: "계정과 연결했어요" in shown.text)


async def test_only_so_many_cards_come_in_an_hour(world: World, minji: Person) -> None:
    reply = await consented(world, minji)
    for _ in range(4):
        assert "다시 보냈어요" in (await minji.press(reply, AGAIN)).text
    assert "한 시간에 5번" in (await minji.press(reply, AGAIN)).text
    page = await world.follow(await world.discord.person("준호").slash(CHAT, "kakao link"), "민지")
    assert "번호를 너무 자주 보냈어요" in page
    assert len(world.cards_of("민지")) == 5
    world.advance(3601)
    await until(lambda: world.kakao.account("민지").link is None)
    await consented(world, minji)


async def test_a_refused_card_is_said_and_nothing_is_kept(
    world: World, minji: Person, tmp_path: Path
) -> None:
    cases = {(-501, 400): "번호를 보낼 수 없어요", (-1, 500): "카카오에 연결할 수 없어요"}
    cases |= {(-402, 403): "메시지 전송에 동의가 필요해요", (-10, 400): "오늘은 번호를"}
    for (code, status), words in cases.items():
        world.kakao.fail_next(1, code, status, path=SEND)
        page = await world.follow(await minji.slash(CHAT, "kakao link"), "민지")
        assert words in page
        assert table(tmp_path, "pending_links") == []
        assert world.kakao.account("민지").link is None
        assert tables_with(tmp_path, world.kakao.account("민지").id) == set()


async def test_a_card_whose_answer_is_lost_may_have_come_and_can_be_sent_again(
    world: World, minji: Person
) -> None:
    reply = await minji.slash(CHAT, "kakao link")
    world.kakao.lose_answers(1)
    page = await world.follow(reply, "민지")
    assert "도착했는지는 알 수 없어요" in page
    await reply.until(lambda shown: "알 수 없어요" in shown.text)
    assert "다시 보냈어요" in (await minji.press(reply, AGAIN)).text
    done = await typed(minji, reply, world.number_of("민지"))
    await done.until(lambda shown: "계정과 연결했어요" in shown.text)


async def test_another_account_waits_beside_the_link_that_stands(
    world: World, minji: Person, message: Message
) -> None:
    await world.link("민지")
    reply = await consented(world, minji, "준호")
    assert "보냈어요" in (await minji.menu(CHAT, TO_ME, message)).text
    assert world.kakao.outbox[-1].sender.name == "민지"
    status = await minji.slash(CHAT, "kakao status")
    await status.until(lambda shown: "연결돼 있어요" in shown.text)
    done = await typed(minji, reply, world.number_of("준호"))
    await done.until(lambda shown: "**준호** 계정과 연결했어요" in shown.text)
    assert world.kakao.account("민지").link is None
    await minji.menu(CHAT, TO_ME, message)
    assert world.kakao.outbox[-1].sender.name == "준호"


async def test_more_consent_of_the_same_account_needs_no_number(
    world: World, minji: Person, message: Message
) -> None:
    await world.link("민지")
    asked = await minji.menu(CHAT, TO_FRIENDS, message)
    await world.follow(asked, "민지")
    await asked.until(lambda shown: "누구에게" in shown.text)
    again = await minji.slash(CHAT, "kakao link")
    assert "연결됐어요" in await world.follow(again, "민지")
    assert world.cards_of("민지") == []


async def test_another_account_in_place_of_a_pending_one_undoes_that(
    world: World, minji: Person, tmp_path: Path
) -> None:
    await consented(world, minji)
    reply = await consented(world, minji, "준호")
    assert world.kakao.account("민지").link is None
    assert len(table(tmp_path, "pending_links")) == 1
    refused = await typed(minji, reply, world.number_of("민지"))
    assert "번호가 달라요" in refused.text


@pytest.mark.parametrize("how", ["unlink", "delete", "at kakao"])
async def test_a_pending_link_goes_with_the_rest(
    world: World, minji: Person, tmp_path: Path, how: str
) -> None:
    await consented(world, minji)
    account = world.kakao.account("민지")
    match how:
        case "unlink":
            assert "취소했어요" in (await minji.slash(CHAT, "kakao unlink")).text
        case "delete":
            asked = await minji.slash(CHAT, "privacy delete")
            await minji.press(asked, asked.labels[0])
        case _:
            world.kakao.unlink(account)
            await world.stop_bot()
            world.settings["KAKAO_ADMIN_KEY"] = world.kakao.app.admin_key
            await world.start_bot()
            await told_of_unlinking(world, account.id)
    await until(lambda: table(tmp_path, "pending_links") == [])
    assert account.link is None
    assert tables_with(tmp_path, account.id) == set()


async def told_of_unlinking(world: World, kakao_id: int) -> None:
    address = f"{world.public_url}/webhooks/kakao/unlink"
    key = {"Authorization": f"KakaoAK {world.kakao.app.admin_key}"}
    fields = {
        "app_id": world.kakao.app.id,
        "user_id": kakao_id,
        "referrer_type": "UNLINK_FROM_APPS",
    }
    async with aiohttp.ClientSession(headers=key) as http, http.post(address, data=fields) as done:
        assert done.status == 200


async def test_an_export_lists_it_without_its_tokens(world: World, minji: Person) -> None:
    await consented(world, minji)
    reply = await minji.slash(CHAT, "privacy export")
    [file] = reply.answer.attachments
    text = file.data.decode()
    assert '"pending_links"' in text
    assert "민지" in text
    assert world.number_of("민지") not in re.findall(r"(?<!\d)\d{6}(?!\d)", text)
    assert "(sealed, not shown)" in text


async def test_neither_number_nor_token_reaches_a_log_or_stands_open_in_the_database(
    world: World, minji: Person, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("bot", "cogs", "storage"):
        caplog.set_level(logging.DEBUG, name)
    caplog.set_level(logging.INFO, "discord")
    reply = await consented(world, minji)
    number = world.number_of("민지")
    [row] = table(tmp_path, "pending_links")
    sealed = [value for value in row if isinstance(value, bytes)]
    assert len(sealed) == 3
    assert number not in row
    assert digest(number) not in row
    await typed(minji, reply, other_than(number))
    await typed(minji, reply, number)
    logged = re.findall(r"(?<!\d)\d{6}(?!\d)", caplog.text)
    assert {number, other_than(number)}.isdisjoint(logged)


async def test_guesses_at_once_are_no_more_than_five(
    world: World, minji: Person, tmp_path: Path
) -> None:
    reply = await consented(world, minji)
    number = world.number_of("민지")
    forms = [await minji.press(reply, ENTER) for _ in range(12)]
    guesses = [other_than(number, step) for step in range(1, 12)] + [number]
    answers = await asyncio.gather(
        *(minji.submit(form, {FIELD: one}) for form, one in zip(forms, guesses, strict=True))
    )
    wrong = [one for one in answers if "번호가 달라요" in one.text]
    assert len(wrong) <= 4
    assert table(tmp_path, "pending_links") == []
