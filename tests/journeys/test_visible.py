"""Friends by the names one knows (`/kakao visible`, the picker, `to:`), and why one is missing."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.discord import Message, Person, Reply
from tests.support.discord_trouble import in_trouble
from tests.support.doors import SQUARE, place
from tests.support.world import CHAT, World, open_world

MENU = "Send to Kakao friends"
PICK, MEMBERS, MISSING = "친구 고르기", "디스코드 멤버로 고르기", "친구가 안 보여요"
UNREACHED = (
    "여기서는 고를 수 없어요. 카카오톡을 연결하지 않았거나, 내 카카오톡 친구가 아니거나, "
    "/kakao visible로 이름을 공개하지 않은 멤버예요."
)
REASONS = ("연결하지 않았어요", "동의하지 않았어요", "비공개", "숨기거나 차단", "10분", "앱 멤버")


def without_ids(text: str) -> str:
    """Return a text with the names of commands as one reads them."""
    return re.sub(r"</([a-z ]+):\d+>", r"/\1", text)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Give a village and another server; 민지 and 준호, who are linked, have agreed to friends."""
    async with open_world(tmp_path, bot=False) as world:
        here = world.discord.world
        here.add_channel(here.add_guild("다른 마을", world.discord.person("민지").user), SQUARE)
        await world.start_bot()
        world.kakao.connect(world.kakao.account("민지"), {"friends"})
        for name in ("민지", "준호"):
            await world.link(name)
        world.kakao.outbox.clear()
        yield world
        assert world.discord.problems == []


@pytest.fixture
async def message(world: World) -> Message:
    return await world.discord.person("서연").say(CHAT, "오늘 저녁 여덟 시에 모여요!")


async def show(world: World, name: str, *, on: bool = True, where: str = "here") -> str:
    reply = await world.discord.person(name).slash(place(world, where), "kakao visible", on=on)
    return reply.text


def names(panel: Reply | Message) -> list[str]:
    """Whom the picker offers."""
    message = panel.answer if isinstance(panel, Reply) else panel
    return [option["label"] for option in message.component(PICK)["options"]]


def defaults(panel: Reply) -> list[str]:
    return [one["id"] for one in panel.answer.component(MEMBERS).get("default_values", [])]


async def test_a_friend_who_allows_it_is_shown_by_both_names_until_they_change_their_mind(
    world: World, minji: Person, message: Message
) -> None:
    panel = await minji.menu(CHAT, MENU, message)
    assert "★ 준호" in names(panel)
    assert "@junho" in await show(world, "준호")
    panel = await minji.menu(CHAT, MENU, message)
    assert names(panel)[0] == "★ 준호 · @junho"
    await minji.choose(panel, PICK, ["★ 준호 · @junho", "서연"])
    assert "고른 친구: **준호 · @junho, 서연**" in panel.text
    assert "보이지 않아요" in await show(world, "준호", on=False)
    await minji.choose(panel, PICK, ["★ 준호 · @junho"])
    assert names(panel)[0] == "★ 준호"
    assert "@junho" not in str(panel.answer.components) + panel.text


async def test_members_are_picked_by_their_discord_names_in_the_command(
    world: World, minji: Person, message: Message
) -> None:
    await show(world, "준호")
    panel = await minji.slash(CHAT, "forward friends", message=message.jump_url, to="준호")
    assert "고른 친구: **준호 · @junho**" in panel.text
    assert "⚠️" not in panel.text
    assert defaults(panel) == [str(world.discord.person("준호").id)]
    sending = await minji.press(panel, "보내기 (1)")
    await sending.until(lambda shown: "1명에게 보냈어요" in shown.text)
    assert [card.receiver.name for card in world.kakao.outbox] == ["준호"]


@pytest.mark.parametrize("lacks", ["consent", "link"])
async def test_whom_one_has_named_before_agreeing_is_picked_afterwards(
    world: World, minji: Person, message: Message, lacks: str
) -> None:
    await show(world, "준호")
    if lacks == "link":
        await minji.press(await minji.slash(CHAT, "kakao unlink"), "연결 끊기")
    else:
        world.kakao.withdraw(world.kakao.account("민지"), "friends")
    named = {"message": message.jump_url, "to": "준호", "to2": "지우"}
    asked = await minji.slash(CHAT, "forward friends", **named)
    await world.follow(asked, "민지")
    if lacks == "link":
        asked = await world.type_number(minji, asked, "민지")
    panel = await asked.until(lambda shown: "누구에게" in shown.text)
    assert "고른 친구: **준호 · @junho**" in panel.text
    assert f"⚠️ @jiwoo: {UNREACHED}" in without_ids(panel.text)
    sending = await minji.press(panel, "보내기 (1)")
    await sending.until(lambda shown: "1명에게 보냈어요" in shown.text)


async def test_whoever_cannot_be_reached_is_told_of_in_the_same_words_whatever_the_reason(
    world: World, minji: Person, message: Message
) -> None:
    """Not linked; linked and a friend but not shown; shown but no friend; the member; a bot."""
    world.kakao.unfriend(world.kakao.account("민지"), world.kakao.account("하준"))
    for name in ("서연", "하준"):
        await link_in_any_language(world, name)
    await show(world, "하준")
    await show(world, "민지")
    told = {}
    for name in ("지우", "서연", "하준", "민지", "Kkachi"):
        panel = await minji.slash(CHAT, "forward friends", message=message.jump_url, to=name)
        username = world.discord.world.bot.username if name == "Kkachi" else usernames(world)[name]
        told[name] = without_ids(panel.answer.content).replace(username, "who")
    assert set(told.values()) == {
        f"누구에게 보낼까요? 5명까지 고를 수 있어요.\n⚠️ @who: {UNREACHED}",
    }


async def test_some_are_picked_and_the_others_are_named(
    world: World, minji: Person, message: Message
) -> None:
    await show(world, "준호")
    chosen = {"to": "지우", "to2": "준호", "to3": "준호", "to5": "서연"}
    panel = await minji.slash(CHAT, "forward friends", message=message.jump_url, **chosen)
    assert "고른 친구: **준호 · @junho**" in panel.text
    assert f"⚠️ @jiwoo, @seoyeon: {UNREACHED}" in without_ids(panel.text)


async def test_the_picker_takes_members_too_beside_those_picked_by_their_kakao_names(
    world: World, minji: Person, message: Message
) -> None:
    await show(world, "준호")
    panel = await minji.menu(CHAT, MENU, message)
    await minji.choose(panel, PICK, ["서연"])
    await minji.choose(panel, MEMBERS, ["준호", "지우"])
    assert "고른 친구: **서연, 준호 · @junho**" in panel.text
    assert f"⚠️ @jiwoo: {UNREACHED}" in without_ids(panel.text)
    await minji.choose(panel, MEMBERS, [])
    assert "고른 친구: **서연**" in panel.text
    assert defaults(panel) == []


async def test_the_same_holds_for_what_a_member_has_written(world: World, minji: Person) -> None:
    await show(world, "준호")
    form = await minji.slash(CHAT, "compose", kind="text")
    panel = await minji.submit(form, {"글": "내일 봐요"})
    await minji.press(panel, "친구에게 보내기")
    assert names(panel)[0] == "★ 준호 · @junho"
    await minji.choose(panel, MEMBERS, ["준호"])
    assert "고른 친구: **준호 · @junho**" in panel.text


@pytest.mark.parametrize("where", ["dm", "other"])
async def test_the_switch_is_one_for_each_server(
    world: World, minji: Person, message: Message, where: str
) -> None:
    """In direct messages it is the server that the message is from."""
    assert "@junho" in await show(world, "준호")
    panel = await minji.slash(place(world, where), "forward friends", message=message.jump_url)
    assert ("★ 준호 · @junho" in names(panel)) is (where == "dm")
    assert (MEMBERS in str(panel.answer.components)) is (where == "other")


async def test_what_is_turned_off_outside_a_server_ends_everywhere(
    world: World, minji: Person, message: Message
) -> None:
    await show(world, "준호")
    assert "서버에서만 켤 수 있어요" in await show_in_dm(world, "준호", on=True)
    assert "어느 서버에서도" in await show_in_dm(world, "준호", on=False)
    assert names(await minji.menu(CHAT, MENU, message))[0] == "★ 준호"


async def test_an_unlink_ends_it_also_for_the_next_account(
    world: World, minji: Person, message: Message
) -> None:
    junho = world.discord.person("준호")
    await show(world, "준호")
    await junho.press(await junho.slash(CHAT, "kakao unlink"), "연결 끊기")
    world.kakao.connect(world.kakao.account("준호"), {"friends"})
    await world.link("준호")
    assert names(await minji.menu(CHAT, MENU, message))[0] == "★ 준호"
    status = await junho.slash(CHAT, "kakao status")
    assert "안 해요. 서버에서 </kakao visible:" in str(status.answer.embeds)


async def test_the_member_sees_where_they_are_shown(world: World) -> None:
    junho = world.discord.person("준호")
    await show(world, "준호")
    for where in (CHAT, junho.dm):
        status = await junho.slash(where, "kakao status")
        assert "까치 마을" in str(status.answer.embeds)


async def test_nobody_is_shown_who_is_not_linked_or_may_not_link(world: World) -> None:
    assert "아직 카카오톡이 연결되지 않았어요" in await show(world, "지우")
    assert "보이지 않아요" in await show(world, "지우", on=False)


async def test_who_has_left_the_server_is_not_shown(
    world: World, minji: Person, message: Message
) -> None:
    await show(world, "준호")
    world.discord.world.leave(world.discord.guild, world.discord.person("준호").user)
    assert names(await minji.menu(CHAT, MENU, message))[0] == "★ 준호"


async def test_while_discord_cannot_be_asked_the_picker_says_so_and_still_works(
    world: World, minji: Person, message: Message
) -> None:
    await show(world, "준호")
    panel = await minji.menu(CHAT, MENU, message)
    believe_nothing(world)
    world.discord.members_hang()
    async with in_trouble(world.discord, "503", at="/members/"):
        await minji.choose(panel, MEMBERS, ["준호"])
    assert "누가 어느 멤버인지 알 수 없어요" in panel.text
    assert "@junho" not in panel.text
    assert names(panel)[0] == "★ 준호"
    world.discord.members_hang(False)
    await minji.choose(panel, MEMBERS, ["준호"])
    assert "고른 친구: **준호 · @junho**" in panel.text


async def test_somebody_reads_all_of_it_in_english(world: World) -> None:
    seoyeon = world.discord.person("서연")
    world.kakao.connect(world.kakao.account("서연"), {"friends"})
    await link_in_any_language(world, "서연")
    seoyeon.locale = "en-US"
    assert "(**@seoyeon**)" in (await seoyeon.slash(CHAT, "kakao visible", on=True)).text
    assert "까치 마을" in str((await seoyeon.slash(CHAT, "kakao status")).answer.embeds)
    message = await seoyeon.say(CHAT, "Let us meet at eight")
    await show(world, "준호")
    who = {"to": "준호", "to2": "지우"}
    panel = await seoyeon.slash(CHAT, "forward friends", message=message.jump_url, **who)
    assert "Picked: **준호 · @junho**" in panel.text
    assert "@jiwoo: cannot be picked here. They have not linked KakaoTalk," in panel.text
    why = await seoyeon.press(panel, "Somebody is missing")
    assert "ten minutes behind" in why.text


async def test_who_has_not_agreed_to_friends_reads_that_nobody_finds_them(world: World) -> None:
    world.kakao.withdraw(world.kakao.account("서연"), "friends")
    await link_in_any_language(world, "서연")
    reply = await world.discord.person("서연").slash(CHAT, "kakao visible", on=True)
    assert "친구들의 목록에 내가 나오지 않아요" in reply.text
    assert reply.answer.labels == ["동의하러 가기"]


# Why a friend is missing


async def test_whoever_misses_a_friend_reads_why_also_when_others_are_there(
    minji: Person, message: Message
) -> None:
    panel = await minji.menu(CHAT, MENU, message)
    why = await minji.press(panel, MISSING)
    assert why.ephemeral
    assert all(reason in why.text for reason in REASONS)


@pytest.mark.parametrize(
    ("code", "status", "words"),
    [
        (-10, 400, "오늘은 카카오가 까치의 요청을 더 받아 주지 않아요"),
        (-9798, 503, "지금은 카카오에 연결할 수 없어요"),
        (-5, 403, "설정을 고쳐야 해요"),
    ],
)
async def test_where_kakao_lists_nobody_it_is_said_why(
    world: World, message: Message, code: int, status: int, words: str
) -> None:
    minji = world.discord.person("민지")
    world.kakao.fail_next(1, code, status, path="/v1/api/talk/friends")
    assert words in (await minji.menu(CHAT, MENU, message)).text


async def test_a_search_that_finds_nobody_says_why(
    world: World, minji: Person, message: Message
) -> None:
    await show(world, "준호")
    panel = await minji.menu(CHAT, MENU, message)
    await minji.submit(await minji.press(panel, "검색"), {"이름": "없는이"})
    assert all(reason in panel.text for reason in REASONS)
    await minji.submit(await minji.press(panel, "검색"), {"이름": "@Jun"})
    assert names(panel) == ["★ 준호 · @junho"]


async def test_a_friend_who_takes_no_messages_is_shown_as_such_and_cannot_be_picked(
    world: World, minji: Person, message: Message
) -> None:
    world.kakao.switches.friends_allowed_msg = True
    world.kakao.account("준호").refuses = True
    await show(world, "준호")
    panel = await minji.slash(CHAT, "forward friends", message=message.jump_url, to="준호")
    refused = "지금 앱 메시지를 받지 않아서 고를 수 없어요"
    assert f"⚠️ 준호 · @junho: {refused}" in panel.text
    assert {"🚫 준호 · @junho", "🚫 하준", "서연"} < set(names(panel))
    await minji.choose(panel, PICK, ["🚫 하준", "서연"])
    assert f"⚠️ 하준: {refused}" in panel.text
    assert "고른 친구: **서연**" in panel.text


async def test_friends_whom_nobody_could_show_cost_no_others(
    world: World, minji: Person, message: Message
) -> None:
    kakao = world.kakao
    for name in (" \u3000", "\u200b", "준호 · @junho", "가" * 150):
        friend = kakao.add_account(name)
        kakao.befriend(kakao.account("민지"), friend)
        kakao.connect(friend, {"friends"})
    kakao.account("지우").uuid = ""
    panel = await minji.menu(CHAT, MENU, message)
    shown = names(panel)
    assert shown[0] == "★ 준호"
    assert sorted(shown[1:]) == sorted(
        ["서연", "하준", "가" * 60, "이름 없는 친구", "이름 없는 친구", "준호 · ＠junho"]
    )


def believe_nothing(world: World) -> None:
    """Let a role change, so that the bot asks about members anew."""
    guild = world.discord.guild
    world.discord.world.role_changed(guild, guild.role("운영진"))


def usernames(world: World) -> dict[str, str]:
    return {one.name: one.username for one in world.discord.world.users.values()}


async def show_in_dm(world: World, name: str, *, on: bool) -> str:
    person = world.discord.person(name)
    return (await person.slash(person.dm, "kakao visible", on=on)).text


async def link_in_any_language(world: World, name: str) -> None:
    """Link somebody whose Discord may be English."""
    person = world.discord.person(name)
    person.locale = "ko"
    await world.link(name)
