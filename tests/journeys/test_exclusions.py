"""What one server's admin ends is what that server may do with a link; the link stays good."""

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from sandbox.discord import Message, Permission, Person, Reply
from tests.support.doors import decide, friends_panel, open_doors, place, texts
from tests.support.world import CHAT, World, until

MENU_ME = "Send to my KakaoTalk"
REASON = "이유 (멤버에게 보여요)"
UNLINK, LIFT = "연결 강제 해제", "다시 허용하기"
ENDED = "연결을 쓰지 못하게 했어요"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_doors(tmp_path) as world:
        yield world


@pytest.fixture
def hajun(world: World) -> Person:
    """The owner of the first server."""
    return world.discord.person("하준")


@pytest.fixture
async def message(world: World) -> Message:
    return await world.discord.person("준호").say(CHAT, "우리끼리 이야기")


def rows(world: World, query: str) -> list[tuple[object, ...]]:
    path = world.settings["DATABASE_URL"].partition(":///")[2]
    with closing(sqlite3.connect(path)) as database:
        return database.execute(query).fetchall()


async def exclude(admin: Person, member: Person, why: str = "도배") -> Reply:
    shown = await admin.slash(CHAT, "settings member", member=member)
    return await admin.submit((await admin.press(shown, UNLINK)).form, {REASON: why})


async def test_a_forced_unlink_leaves_the_link_good_in_another_server(
    world: World, minji: Person, hajun: Person, message: Message
) -> None:
    await minji.menu(CHAT, MENU_ME, message)
    done = await exclude(hajun, minji)
    assert "이 서버에서 연결을 해제하고 이유를 알려 드렸어요" in done.text
    assert "이유: 도배" in minji.dms[-1].text
    assert world.kakao.account("민지").link is not None
    elsewhere = await minji.say(place(world, "other"), "다른 마을 이야기")
    sent = await minji.menu(place(world, "other"), MENU_ME, elsewhere)
    assert "보냈어요" in sent.text
    assert "연결돼 있어요" in (await minji.slash(CHAT, "kakao status")).text


@pytest.mark.parametrize("where", ["here", "dm", "other"])
@pytest.mark.parametrize("command", ["forward me", "forward friends", "share"])
async def test_the_server_may_not_use_the_link_wherever_it_is_asked(
    world: World, minji: Person, message: Message, command: str, where: str
) -> None:
    hajun = world.discord.person("하준")
    await minji.menu(CHAT, MENU_ME, message)
    world.kakao.outbox.clear()
    await exclude(hajun, minji)
    refused = await minji.slash(place(world, where), command, message=message.jump_url)
    assert ENDED in refused.text
    assert "도배" in refused.text
    assert not world.kakao.outbox


async def test_it_ends_rules_subscriptions_hits_drafts_and_what_waits_in_that_server_only(
    world: World, minji: Person, hajun: Person, message: Message
) -> None:
    other = place(world, "other")
    for where in (CHAT, other):
        await minji.slash(where, "highlight add", word="번개")
        await minji.slash(where, "notify add", what="pin")
    panel = await friends_panel(world, minji, minji.find(CHAT), message)
    elsewhere = await minji.say(other, "다른 마을 이야기")
    world.kakao.withdraw(world.kakao.account("민지"), "talk_message")
    await minji.slash(CHAT, "forward me", message=message.jump_url)
    waiting = await minji.slash(other, "forward me", message=elsewhere.jump_url)
    await world.discord.person("준호").say(CHAT, "번개 칠 사람")
    await world.until_waiting(1)
    await exclude(hajun, minji)
    assert other.guild is not None
    assert rows(world, "SELECT guild_id FROM rules") == [(other.guild.id,)]
    assert rows(world, "SELECT guild_id FROM subscriptions") == [(other.guild.id,)]
    assert rows(world, "SELECT count(*) FROM hits WHERE state = 'waiting'") == [(0,)]
    assert ENDED in (await minji.press(panel, "취소")).text
    await world.follow(waiting, "민지")
    await until(lambda: "다른 마을 이야기" in "".join(texts(world)))
    await world.discord.person("준호").say(CHAT, "번개 또 칠 사람")
    again = await world.discord.person("민지").slash(other, "kakao status")
    assert "취소" in again.text
    assert "우리끼리" not in "".join(texts(world))
    assert "번개" not in "".join(texts(world))


async def test_an_admin_lifts_it_and_the_look_up_shows_it(
    world: World, minji: Person, hajun: Person, message: Message
) -> None:
    log = world.discord.world.add_channel(world.discord.guild, "까치-기록")
    await decide(world, "log_channel_id", "까치-기록")
    await minji.menu(CHAT, MENU_ME, message)
    await exclude(hajun, minji, "**도배**")
    shown = await hajun.slash(CHAT, "settings member", member=minji)
    assert "이 서버에서 연결을 해제했어요" in shown.text
    assert r"\*\*도배" in shown.text
    assert shown.labels == [LIFT]
    lifted = await hajun.press(shown, LIFT)
    assert "다시 쓸 수 있어요" in lifted.text
    await until(lambda: "다시 쓸 수 있어요" in minji.dms[-1].text)
    assert "보냈어요" in (await minji.menu(CHAT, MENU_ME, message)).text
    await until(lambda: "다시 허용했어요" in world.discord.world.messages(log)[-1].content)
    written = "".join(one.content for one in world.discord.world.messages(log))
    assert "카카오톡 연결을 해제했어요" in written
    assert "도배" not in written
    assert "만료됐거나" in (await hajun.press(shown, LIFT)).text


@pytest.mark.parametrize("locale", ["ko", "en-US"])
async def test_whose_direct_messages_are_closed_reads_why_at_the_next_command_once(
    world: World, minji: Person, hajun: Person, message: Message, locale: str
) -> None:
    await minji.menu(CHAT, MENU_ME, message)
    world.discord.close_dms(minji)
    done = await exclude(hajun, minji)
    assert "다음에 명령어를 쓸 때" in done.text
    shown = await hajun.slash(CHAT, "settings member", member=minji)
    assert "다음에 명령어를 쓸 때" in shown.text
    minji.locale = locale
    other = place(world, "other")
    first = await minji.slash(other, "kakao status")
    await first.until(lambda shown: "도배" in shown.text)
    told = next(one for one in first.messages if "도배" in one.text)
    assert "까치 마을" in told.text
    assert ("An admin" in told.text) is (locale == "en-US")
    again = await minji.slash(other, "kakao status")
    assert all("도배" not in one.text for one in again.messages)


async def test_a_refusal_that_says_why_is_not_followed_by_the_same(
    world: World, minji: Person, hajun: Person, message: Message
) -> None:
    await minji.menu(CHAT, MENU_ME, message)
    world.discord.close_dms(minji)
    await exclude(hajun, minji)
    refused = await minji.menu(CHAT, MENU_ME, message)
    assert "도배" in refused.text
    status = await minji.slash(CHAT, "kakao status")
    assert [one for one in [*refused.messages, *status.messages] if "도배" in one.text] == [
        refused.answer
    ]


# The admin's buttons


async def test_an_admin_who_may_no_more_finds_a_dead_button(
    world: World, minji: Person, message: Message
) -> None:
    await minji.menu(CHAT, MENU_ME, message)
    here, guild = world.discord.world, world.discord.guild
    chief = here.add_role(guild, "부방장", int(Permission.MANAGE_GUILD))
    here.give_role(guild.member("지우"), chief)
    jiwoo = world.discord.person("지우")
    shown = await jiwoo.slash(CHAT, "settings member", member=minji)
    form = (await jiwoo.press(shown, UNLINK)).form
    here.take_role(guild.member("지우"), chief)
    assert "‘서버 관리하기’ 권한이" in (await jiwoo.press(shown, UNLINK)).text
    assert "‘서버 관리하기’ 권한이" in (await jiwoo.submit(form, {REASON: "도배"})).text
    assert rows(world, "SELECT * FROM exclusions") == []


async def test_of_a_member_who_has_left_nothing_is_shown_and_nothing_is_done(
    world: World, minji: Person, hajun: Person, message: Message
) -> None:
    await minji.menu(CHAT, MENU_ME, message)
    shown = await hajun.slash(CHAT, "settings member", member=minji)
    form = (await hajun.press(shown, UNLINK)).form
    world.discord.world.leave(world.discord.guild, minji.user)
    assert "이제 이 서버에 없는 멤버예요" in (await hajun.press(shown, UNLINK)).text
    assert "이제 이 서버에 없는 멤버예요" in (await hajun.submit(form, {REASON: "도배"})).text
    assert rows(world, "SELECT * FROM exclusions") == []
    assert world.kakao.account("민지").link is not None


async def test_whether_a_member_has_left_is_no_guess(
    world: World, minji: Person, hajun: Person, message: Message
) -> None:
    await minji.menu(CHAT, MENU_ME, message)
    shown = await hajun.slash(CHAT, "settings member", member=minji)
    form = (await hajun.press(shown, UNLINK)).form
    world.discord.rest_fails(404, at="/members/")
    refused = await hajun.submit(form, {REASON: "도배"})
    assert "디스코드가 대답하지 않아요" in refused.text
    assert rows(world, "SELECT * FROM exclusions") == []


# What is held


async def test_privacy_shows_and_erases_it(
    world: World, minji: Person, hajun: Person, message: Message
) -> None:
    await minji.menu(CHAT, MENU_ME, message)
    await exclude(hajun, minji)
    export = await minji.slash(minji.dm, "privacy export")
    [file] = export.answer.attachments
    held = json.loads(file.data)["held"]["exclusions"]
    assert [one["reason"] for one in held["rows"]] == ["도배"]
    question = await minji.slash(minji.dm, "privacy delete")
    await minji.press(question, "모두 지우기")
    assert rows(world, "SELECT * FROM exclusions") == []


async def test_a_server_that_removes_kkachi_forgets_it(
    world: World, minji: Person, hajun: Person, message: Message
) -> None:
    await minji.menu(CHAT, MENU_ME, message)
    await exclude(hajun, minji)
    await world.stop_bot()
    world.discord.world.leave(world.discord.guild, world.discord.world.bot)
    world.advance(24 * 3600.0)
    await world.start_bot()
    await until(lambda: rows(world, "SELECT * FROM departures WHERE member_id = 0"))
    await world.stop_bot()
    world.advance(8 * 24 * 3600.0)
    await world.start_bot()
    await until(lambda: not rows(world, "SELECT * FROM exclusions"))
