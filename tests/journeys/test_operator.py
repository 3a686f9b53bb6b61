"""What whoever runs Kkachi sees and decides in Discord, between both sandboxes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.discord import Channel, Message, Permission, Person, Reply
from sandbox.discord.state import Guild
from tests.journeys.test_settings_panel import components, select
from tests.support.doors import SQUARE, open_doors
from tests.support.world import CHAT, World, until

MENU_ME = "Send to my KakaoTalk"
PAGE, SERVER = "kkachi:operator-choice:page", "kkachi:operator-choice:server"
BARRED = "운영자가 이 까치를 여기서 쓸 수 없게"
BUTTON, SELECT = 2, 3
DAY = 24 * 3600.0


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_doors(tmp_path) as world:
        here, guild = world.discord.world, world.discord.guild
        chief = here.add_role(guild, "부방장", int(Permission.MANAGE_GUILD))
        here.give_role(guild.member("민지"), chief)
        yield world


@pytest.fixture
async def message(world: World) -> Message:
    return await world.discord.person("준호").say(CHAT, "모두 모여요")


async def opened(minji: Person, page: str = "") -> Reply:
    """Open the operator's page; 민지 owns the application."""
    shown = await minji.slash(CHAT, "settings operator")
    return await minji.choose(shown, PAGE, [page]) if page else shown


async def listed(minji: Person, number: int, *ids: int) -> Reply:
    """Write one of the four lists: blocked and allowed servers, blocked and allowed members."""
    shown = await opened(minji, "허용·차단 목록")
    buttons = [one["custom_id"] for one in components(shown) if one.get("label") == "바꾸기"]
    form = await minji.press(shown, buttons[number])
    return await minji.submit(form, {"ID를 한 줄에 하나씩": "\n".join(map(str, ids))})


async def rest(minji: Person, button: str) -> Reply:
    return await minji.press(await opened(minji, "점검·공지·모듈"), button)


def servers(world: World) -> tuple[Guild, Guild]:
    first, second = world.discord.world.guilds[:2]
    return first, second


async def test_the_page_shows_servers_by_use_with_what_they_send(
    world: World, minji: Person, message: Message
) -> None:
    await minji.menu(CHAT, MENU_ME, message)
    shown = await opened(minji)
    assert shown.ephemeral
    lines = [line for line in shown.text.splitlines() if "오늘" in line]
    assert "오늘 1 / 30,000 · 30일 1" in lines[0]
    assert "다른 마을" in lines[-1]
    assert "오늘 0" in lines[-1]
    one = await minji.choose(shown, SERVER, [world.discord.guild.name])
    assert "연결한 멤버 1명" in one.text
    assert "다른 서버와 똑같아요" in one.text


async def test_nobody_but_the_operator_opens_the_page_or_presses_what_is_on_it(
    world: World, minji: Person
) -> None:
    hajun = world.discord.person("하준")
    refused = await hajun.slash(CHAT, "settings operator")
    assert refused.text == "이 봇의 운영자만 할 수 있어요."
    for page in ("", "허용·차단 목록", "점검·공지·모듈", "새 서버의 기본 설정"):
        world.discord.world.owner = minji.user
        shown = await opened(minji, page)
        world.discord.world.owner = hajun.user
        for part in components(shown):
            if part.get("type") == BUTTON:
                assert "운영자만" in (await minji.press(shown, part["custom_id"])).text
            elif part.get("type") == SELECT:
                first = part["options"][0]["label"]
                assert "운영자만" in (await minji.choose(shown, part["custom_id"], [first])).text
    world.discord.world.owner = minji.user
    form = (await minji.press(await opened(minji, "점검·공지·모듈"), "공지 쓰기")).form
    world.discord.world.owner = hajun.user
    assert "운영자만" in (await minji.submit(form, {"한국어": "점검해요"})).text


async def test_whoever_works_on_the_application_in_its_team_is_its_operator(
    world: World, minji: Person
) -> None:
    hajun = world.discord.person("하준")
    world.discord.world.team = {hajun.user.id: "admin", minji.user.id: "read_only"}
    assert "까치 운영" in (await hajun.slash(CHAT, "settings operator")).text
    assert "운영자만" in (await minji.slash(CHAT, "settings operator")).text


async def test_while_discord_does_not_say_who_the_operator_is_nothing_is_shown(
    world: World, minji: Person
) -> None:
    world.discord.rest_fails(500, at="/oauth2/applications/@me")
    assert "까치 운영" not in (await minji.slash(CHAT, "settings operator")).text


async def test_a_blocked_server_is_shut_at_every_door_until_it_is_unblocked(
    world: World, minji: Person, message: Message
) -> None:
    await minji.slash(CHAT, "highlight add", word="번개")
    shown = await minji.choose(await opened(minji), SERVER, [world.discord.guild.name])
    blocked = await minji.press(shown, "차단하기")
    assert "🚫" in blocked.text
    assert BARRED in (await minji.menu(CHAT, MENU_ME, message)).text
    assert BARRED in (await minji.slash(CHAT, "highlight add", word="모임")).text
    for place in (minji.dm, minji.find(SQUARE)):
        carried = await minji.slash(place, "forward me", message=message.jump_url)
        assert BARRED in carried.text
    await world.discord.person("준호").say(CHAT, "오늘 번개 있어요")
    there = await world.discord.person("민지").say(minji.find(SQUARE), "여기는 괜찮아요")
    await minji.menu(minji.find(SQUARE), MENU_ME, there)
    assert ["여기는 괜찮아요" in str(one.template) for one in world.kakao.outbox] == [True]
    assert "연결돼 있어요" in (await minji.slash(CHAT, "kakao status")).text
    await minji.press(blocked, "차단 풀기")
    await minji.menu(CHAT, MENU_ME, message)
    await until(lambda: len(world.kakao.outbox) == 2)


async def test_where_servers_are_allowed_the_others_are_not(
    world: World, minji: Person, message: Message
) -> None:
    first, second = servers(world)
    await listed(minji, 1, second.id)
    assert BARRED in (await minji.menu(CHAT, MENU_ME, message)).text
    await listed(minji, 1, second.id, first.id)
    assert BARRED not in (await minji.menu(CHAT, MENU_ME, message)).text


async def test_a_blocked_member_sends_from_nowhere_and_can_still_leave(
    world: World, minji: Person, message: Message
) -> None:
    seoyeon = world.discord.person("서연")
    seoyeon.locale = "ko"
    await world.link("서연")
    shown = await listed(minji, 2, seoyeon.id)
    assert f"<@{seoyeon.id}>" in shown.text
    assert BARRED in (await seoyeon.menu(CHAT, MENU_ME, message)).text
    assert BARRED in (await seoyeon.slash(seoyeon.dm, "compose", kind="text")).text
    assert BARRED in (await seoyeon.slash(seoyeon.dm, "kakao link")).text
    export = await seoyeon.slash(CHAT, "privacy export")
    assert export.failed is None
    reply = await seoyeon.slash(CHAT, "kakao unlink")
    await seoyeon.press(reply, "연결 끊기")
    assert world.kakao.account("서연").link is None


async def test_what_is_no_id_changes_no_list(minji: Person) -> None:
    shown = await listed(minji, 0, 12)
    assert "17자리부터 20자리까지" in shown.text


async def test_maintenance_refuses_what_is_new_and_holds_what_was_accepted(
    world: World, minji: Person, message: Message
) -> None:
    await minji.slash(CHAT, "highlight add", word="번개")
    assert "🛠️" in (await rest(minji, "점검 켜기")).text
    refused = await minji.menu(CHAT, MENU_ME, message)
    assert refused.text == "지금은 점검 중이에요. 이미 받은 카드는 점검이 끝나면 보내요."
    assert "점검 중" in (await minji.slash(minji.dm, "compose", kind="text")).text
    assert "연결돼 있어요" in (await minji.slash(CHAT, "kakao status")).text
    assert (await minji.slash(CHAT, "help")).failed is None
    await world.discord.person("준호").say(CHAT, "오늘 번개 있어요")
    world.advance(DAY / 24)
    await rest(minji, "점검 끄기")
    await until(lambda: any("번개" in str(one.template) for one in world.kakao.outbox))


async def test_servers_start_from_what_the_operator_sets_and_keep_what_they_set(
    world: World, minji: Person, message: Message
) -> None:
    shown = await opened(minji, "새 서버의 기본 설정")
    assert "새 서버의 기본 설정" in shown.text
    features = f"kkachi:default:features:{0}"
    shown = await minji.choose(shown, features, ["카카오톡 연결", "직접 쓰기"])
    assert "꺼 두었어요" in (await minji.menu(CHAT, MENU_ME, message)).text
    hajun = world.discord.person("하준")
    panel = await hajun.slash(CHAT, "settings panel")
    await hajun.choose(panel, select(panel, "features"), ["카카오톡 연결", "보내기"])
    await minji.menu(CHAT, MENU_ME, message)
    assert len(world.kakao.outbox) == 1
    there = await minji.say(minji.find(SQUARE), "다른 마을 이야기")
    assert "꺼 두었어요" in (await minji.menu(minji.find(SQUARE), MENU_ME, there)).text


async def test_a_notice_comes_into_every_log_channel_in_the_language_of_its_server(
    world: World, minji: Person
) -> None:
    first, second = servers(world)
    logs = []
    for guild, owner in ((first, world.discord.person("하준")), (second, minji)):
        logs.append(world.discord.world.add_channel(guild, "기록"))
        place = minji.find(SQUARE) if guild is second else minji.find(CHAT)
        panel = await owner.slash(place, "settings panel")
        panel = await owner.choose(panel, select(panel, "page"), ["한도·언어·기록"])
        await owner.choose(panel, select(panel, "log_channel_id"), ["기록"])
    world.discord.world.choose_language(second, "en-GB")
    form = await minji.press(await opened(minji, "점검·공지·모듈"), "공지 쓰기")
    told = await minji.submit(form, {"한국어": "밤에 쉬어요", "영어": "We rest at night"})
    assert "서버 2곳 중 2곳" in told.text
    assert [newest(world, log) for log in logs] == [
        "📣 까치 운영자의 공지: 밤에 쉬어요",
        "📣 A notice from Kkachi's operator: We rest at night",
    ]


def newest(world: World, log: Channel) -> str:
    *_, last = world.discord.world.history[log.id].values()
    return last.content


async def test_the_operator_gives_a_server_a_part_of_its_own(world: World, minji: Person) -> None:
    shown = await minji.choose(await opened(minji), SERVER, [world.discord.guild.name])
    form = await minji.press(shown, "몫 정하기")
    given = await minji.submit(form, {"하루 전체에서 몇 % (비우면 똑같이)": "25"})
    assert "오늘 0 / 7,500" in given.text
    form = await minji.press(shown, "몫 정하기")
    wrong = await minji.submit(form, {"하루 전체에서 몇 % (비우면 똑같이)": "많이"})
    assert "0부터 100까지" in wrong.text


async def test_the_page_reads_in_english_and_fits_a_phone(minji: Person) -> None:
    minji.locale = "en-US"
    shown = await minji.slash(CHAT, "settings operator")
    assert "Kkachi for its operator" in shown.text
    for page in ("Allowed and blocked", "Maintenance, notices, modules", "What servers start from"):
        turned = await minji.choose(await minji.slash(CHAT, "settings operator"), PAGE, [page])
        assert len(turned.text.splitlines()) <= 20
