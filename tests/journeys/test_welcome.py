"""The first hour: what comes after linking, `/help`, and how Kkachi comes into a server."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.discord import Message, Person, Reply
from sandbox.discord.permissions import EVERYDAY, Permission
from sandbox.discord.state import Guild
from tests.support.doors import limit_sends, switch_off
from tests.support.world import CHAT, World, open_world, until

BUTTONS = ["멘션 받기", "답장 받기", "단어 추가", "시험 카드 보내기"]
SAMPLE = "시험 카드 보내기"
SILENT = EVERYDAY & ~Permission.SEND_MESSAGES
HALL = "로비"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        yield world
        assert world.discord.problems == []


async def welcomed(world: World, minji: Person) -> Message:
    """Let 민지 link; gives the message that greets her then."""
    reply = await minji.slash(CHAT, "kakao link")
    await world.follow(reply, "민지")
    done = await world.type_number(minji, reply, "민지")
    return await done.until(lambda message: "계정과 연결했어요" in message.text)


def labels(message: Message | Reply) -> list[str]:
    rows = (message.answer if isinstance(message, Reply) else message).components
    return [c["label"] for row in rows for c in row["components"] if c["type"] == 2]


# After linking


async def test_whoever_has_linked_is_offered_what_to_get_next(world: World, minji: Person) -> None:
    message = await welcomed(world, minji)
    assert labels(message) == BUTTONS
    assert "하루에 보낼 수 있는 20번 중 한 번" in message.text


async def test_one_press_after_linking_a_mention_arrives(world: World, minji: Person) -> None:
    reply = await minji.press(await welcomed(world, minji), "멘션 받기")
    assert "나를 부른 멘션 소식을 카카오톡으로 알려 드려요" in reply.text
    await world.discord.person("준호").say(CHAT, f"{minji.user.mention} 같이 가요")
    await until(lambda: world.cards_of("민지"))


async def test_a_word_is_asked_for_and_then_found(world: World, minji: Person) -> None:
    form = await minji.press(await welcomed(world, minji), "단어 추가")
    reply = await minji.submit(form, {"알림을 받을 단어": "번개"})
    assert "‘번개’ 소식을 카카오톡으로 알려 드려요" in reply.text
    await world.discord.person("준호").say(CHAT, "오늘 번개 어때요")
    await until(lambda: world.cards_of("민지"))


async def test_a_word_that_is_none_is_refused_in_words(world: World, minji: Person) -> None:
    form = await minji.press(await welcomed(world, minji), "단어 추가")
    reply = await minji.submit(form, {"알림을 받을 단어": "  \u200b "})
    assert "소식을 카카오톡으로 알려 드려요" not in reply.text
    assert reply.text


async def test_a_test_card_is_a_real_one_and_counts(world: World, minji: Person) -> None:
    reply = await minji.press(await welcomed(world, minji), SAMPLE)
    await reply.until(lambda message: "보냈어요" in message.text)
    [card] = world.cards_of("민지")
    assert card.template["content"]["title"] == "까치 시험 카드"
    shown = fields(await minji.slash(CHAT, "help"))
    assert "오늘 20번 중 18번" in shown["지금 설정"]  # the number was one, too


async def test_the_buttons_outlive_a_restart(world: World, minji: Person) -> None:
    message = await welcomed(world, minji)
    await world.stop_bot()
    await world.start_bot()
    for name in ("멘션 받기", "답장 받기"):
        assert "소식을 카카오톡으로 알려 드려요" in (await minji.press(message, name)).text
    await (await minji.press(message, SAMPLE)).until(lambda shown: "보냈어요" in shown.text)


async def test_what_a_server_switches_off_is_refused_at_the_press(
    world: World, minji: Person
) -> None:
    message = await welcomed(world, minji)
    form = await minji.press(message, "단어 추가")
    await switch_off(world, "highlight", "forward")
    refused = [await minji.press(message, name) for name in BUTTONS]
    refused.append(await minji.submit(form, {"알림을 받을 단어": "번개"}))
    for reply in refused:
        assert "관리자가 이 기능을 꺼" in reply.text
    assert world.cards_of("민지") == []


async def test_what_a_server_has_switched_off_is_not_offered(world: World, minji: Person) -> None:
    await switch_off(world, "highlight")
    message = await welcomed(world, minji)
    assert labels(message) == [SAMPLE]
    assert "무엇을 받을지" not in message.text


async def test_without_a_link_a_test_card_leads_to_linking(world: World, minji: Person) -> None:
    message = await welcomed(world, minji)
    await minji.press(await minji.slash(CHAT, "kakao unlink"), "연결 끊기")
    reply = await minji.press(message, SAMPLE)
    assert labels(reply) == ["카카오톡 연결하기"]
    assert "연결되지 않아서" in (await minji.press(message, "멘션 받기")).text


async def test_a_limit_of_the_server_holds_for_test_cards(world: World, minji: Person) -> None:
    message = await welcomed(world, minji)
    await limit_sends(world, "0")
    reply = await minji.press(message, SAMPLE)
    assert "보냈어요" not in reply.text
    assert world.cards_of("민지") == []


async def test_whoever_links_in_direct_messages_gets_a_test_card_and_the_way_to_rules(
    world: World, minji: Person
) -> None:
    reply = await minji.slash(minji.dm, "kakao link")
    await world.follow(reply, "민지")
    done = await world.type_number(minji, reply, "민지")
    message = await done.until(lambda message: "계정과 연결했어요" in message.text)
    assert labels(message) == [SAMPLE]
    assert "서버에서 </highlight add:" in message.text


# /help


def fields(reply: Reply) -> dict[str, str]:
    [embed] = reply.answer.embeds
    return {field["name"]: field["value"] for field in embed["fields"]}


async def test_help_leads_somebody_new_to_linking(minji: Person) -> None:
    reply = await minji.slash(CHAT, "help")
    shown = fields(reply)
    assert list(shown) == ["지금 설정", "다음에 할 일", "명령어"]
    assert "아직 카카오톡을 연결하지 않았어요" in shown["지금 설정"]
    assert labels(reply) == ["카카오톡 연결하기"]
    assert reply.ephemeral
    assert "관리자" not in shown["다음에 할 일"]


async def test_help_shows_what_is_set_up_here_and_offers_the_rest(
    world: World, minji: Person
) -> None:
    await minji.press(await welcomed(world, minji), "멘션 받기")
    await minji.slash(CHAT, "notify add", what="event-new")
    reply = await minji.slash(CHAT, "help")
    now = fields(reply)["지금 설정"]
    assert "카카오톡 **민지** 계정과 연결돼 있어요" in now
    assert "하이라이트 규칙 1개, 소식 알림 1개" in now
    assert labels(reply) == ["답장 받기", "단어 추가", SAMPLE]
    await minji.slash(CHAT, "highlight pause", hours=1)
    assert "일시 중지 중" in fields(await minji.slash(CHAT, "help"))["지금 설정"]


async def test_help_speaks_the_members_language(world: World) -> None:
    shown = fields(await world.discord.person("서연").slash(CHAT, "help"))
    assert list(shown) == ["Your setup", "What to do next", "Commands"]


async def test_help_names_what_the_server_has_switched_off(world: World, minji: Person) -> None:
    await switch_off(world, "link", "share")
    reply = await minji.slash(CHAT, "help")
    shown = fields(reply)
    assert "🚫 여기서는 쓸 수 없어요: 카카오톡 연결, 공유" in shown["지금 설정"]
    assert "</share:" not in shown["명령어"]
    assert labels(reply) == []


async def test_help_tells_admins_of_the_panel(world: World) -> None:
    shown = fields(await world.discord.person("하준").slash(CHAT, "help"))
    assert "</settings panel:" in shown["다음에 할 일"]


async def test_help_in_direct_messages_speaks_of_no_server(minji: Person) -> None:
    shown = fields(await minji.slash(minji.dm, "help"))
    assert "이 서버에서" not in shown["지금 설정"]
    assert "서버에서 </help:" in shown["다음에 할 일"]


# Into a server


def add(world: World, *, own: int = EVERYDAY, hall: str = HALL, by: str = "준호") -> Guild:
    """Let 민지's new server have Kkachi; somebody else has added it."""
    here = world.discord.world
    guild = here.add_guild(
        "새 마을",
        world.discord.person("민지").user,
        everyone=own & EVERYDAY,
        own=own,
        added_by=world.discord.person(by).user,
        system_channel=hall,
    )
    here.join(guild, world.discord.person(by).user)
    return guild


def greetings(world: World, guild: Guild) -> list[str]:
    room = guild.system_channel
    said = world.discord.person("민지").sees(room) if room else []
    return [one.text for one in said if one.author is world.discord.world.bot]


async def test_a_server_is_greeted_in_its_system_channel(world: World) -> None:
    guild = add(world)
    await until(lambda: greetings(world, guild))
    [text] = greetings(world, guild)
    for words in ("안녕하세요, 까치예요", "</settings panel:", "</kakao link:", "</help:"):
        assert words in text
    assert world.discord.person("준호").dms == world.discord.person("민지").dms == []


@pytest.mark.parametrize("hall", [HALL, ""])
async def test_where_it_may_not_write_whoever_added_it_is_told(world: World, hall: str) -> None:
    guild = add(world, own=SILENT | Permission.VIEW_AUDIT_LOG, hall=hall)
    junho = world.discord.person("준호")
    await until(lambda: junho.dms)
    assert "까치를 **새 마을** 서버에 추가해 주셔서" in junho.dms[0].text
    assert "</settings panel:" in junho.dms[0].text
    assert greetings(world, guild) == []
    assert world.discord.person("민지").dms == []


async def test_where_nobody_may_know_who_added_it_the_owner_is_told(world: World) -> None:
    guild = add(world, hall="")
    minji = world.discord.person("민지")
    await until(lambda: minji.dms)
    assert "새 마을" in minji.dms[0].text
    assert world.discord.person("준호").dms == []
    assert guild.system_channel is None


async def test_a_server_is_greeted_once_for_each_time_that_it_is_joined(world: World) -> None:
    here = world.discord.world
    guild = add(world)
    await until(lambda: greetings(world, guild))
    here.outage(guild)
    here.outage(guild, out=False)
    await world.stop_bot()
    await world.start_bot()
    await world.discord.person("민지").slash(CHAT, "help")
    assert len(greetings(world, guild)) == 1


async def test_a_server_that_was_there_for_long_is_not_greeted(world: World) -> None:
    world.ahead += 2 * 60 * 60  # what Discord tells of was long ago by then
    guild = add(world)
    await world.discord.person("민지").slash(CHAT, "help")
    assert greetings(world, guild) == []
