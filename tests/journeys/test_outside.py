"""Where Kkachi is no member: other servers and direct messages, for who has added it themselves."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from sandbox.discord import Channel, Guild, Person
from sandbox.discord.payloads import CannotDo
from tests.support.doors import decide, switch_off
from tests.support.messages import told
from tests.support.world import CHAT, World, open_world

MENU_ME, MENU_FRIENDS = "Send to my KakaoTalk", "Send to Kakao friends"
SECRET = "내일 일곱 시에 다리 앞에서 봐요"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        yield world
        assert world.discord.problems == []


@pytest.fixture
async def minji(world: World) -> Person:
    """민지 is linked, and has added Kkachi to her account."""
    await world.link("민지")
    person = world.discord.person("민지")
    person.install()
    return person


@pytest.fixture
def junho(world: World) -> Person:
    return world.discord.person("준호")


@pytest.fixture
def square(world: World, junho: Person) -> Channel:
    """A channel of a server in which Kkachi is not."""
    return other_server(world, junho, "민지").channel("광장")


def other_server(world: World, owner: Person, *names: str) -> Guild:
    here = world.discord.world
    guild = here.add_guild("옆 마을", owner.user, with_bot=False)
    here.add_channel(guild, "광장")
    for name in names:
        here.join(guild, world.discord.person(name).user)
    return guild


def talk(world: World, *people: Person, name: str = "") -> Channel:
    return world.discord.world.converse(*(one.user for one in people), name=name)


def description(world: World) -> str:
    return str(world.kakao.outbox[-1].template["content"]["description"])


async def original_of(world: World) -> str:
    """Follow the card's link; gives where at Discord it leads."""
    link = world.kakao.outbox[-1].template["content"]["link"]["web_url"]
    async with (
        aiohttp.ClientSession() as browser,
        browser.get(link, allow_redirects=False) as response,
    ):
        return response.headers["Location"]


async def test_a_message_of_another_server_goes_to_kakao_and_says_that_it_is_from_there(
    world: World, minji: Person, junho: Person, square: Channel
) -> None:
    message = await junho.say(square, SECRET)
    reply = await minji.menu(square, MENU_ME, message)
    assert reply.ephemeral
    assert "준호" in told(world.kakao.outbox[-1].template["content"])
    assert "#광장 · 다른 서버" in description(world)
    assert await original_of(world) == message.jump_url


async def test_of_another_server_nothing_is_noted_but_the_send_itself(
    world: World, minji: Person, junho: Person, square: Channel
) -> None:
    await minji.menu(square, MENU_ME, await junho.say(square, SECRET))
    reply = await minji.slash(minji.dm, "privacy export")
    [file] = reply.answer.attachments
    assert square.guild is not None
    held = file.data.decode()
    assert '"memberships"' in held
    memberships = held.partition('"memberships"')[2].partition("]")[0]
    assert str(world.discord.guild.id) in memberships
    assert str(square.guild.id) not in memberships


@pytest.mark.parametrize(
    ("others", "place"),
    [
        (["준호"], "다이렉트 메시지"),
        (["준호", "지우"], "그룹 대화"),
        (["준호", "지우"], "그룹 대화 · 낚시 모임"),
    ],
)
async def test_a_direct_message_goes_to_kakao_and_only_who_sends_it_reads_the_answer(
    world: World, minji: Person, junho: Person, others: list[str], place: str
) -> None:
    name = place.removeprefix("그룹 대화").removeprefix(" · ") if len(others) > 1 else ""
    room = talk(world, minji, *map(world.discord.person, others), name=name)
    message = await junho.say(room, SECRET)
    reply = await minji.menu(room, MENU_ME, message)
    assert description(world).endswith(place)
    assert await original_of(world) == f"https://discord.com/channels/@me/{room.id}/{message.id}"
    assert reply.ephemeral
    assert junho.sees(room) == [message]


async def test_a_thread_of_another_server_is_named_as_far_as_discord_tells(
    world: World, minji: Person, junho: Person, square: Channel
) -> None:
    room = world.discord.world.add_thread(square, "번개 모임", junho.user)
    message = await junho.say(room, SECRET)
    await minji.menu(room, MENU_ME, message)
    assert description(world).endswith("#번개 모임 · 다른 서버")
    assert await original_of(world) == message.jump_url


async def test_what_is_age_restricted_elsewhere_stays_there(
    world: World, minji: Person, junho: Person, square: Channel
) -> None:
    square.nsfw = True
    await minji.menu(square, MENU_ME, await junho.say(square, SECRET))
    assert "연령 제한 메시지예요" in told(world.kakao.outbox[-1].template["content"])
    assert SECRET[:5] not in told(world.kakao.outbox[-1].template["content"])


async def test_a_friend_gets_a_direct_message_by_way_of_the_picker(
    world: World, minji: Person, junho: Person
) -> None:
    room = talk(world, minji, junho)
    reply = await minji.menu(room, MENU_FRIENDS, await junho.say(room, SECRET))
    await world.follow(reply, "민지")
    panel = await reply.until(lambda message: "누구에게" in message.text)
    await minji.choose(panel, "친구 고르기", ["서연"])
    sending = await minji.press(panel, "보내기 (1)")
    await sending.until(lambda message: "1명에게 보냈어요" in message.text)
    assert world.kakao.outbox[-1].receiver.name == "서연"
    assert junho.sees(room)[1:] == []


async def test_a_card_is_written_where_kkachi_is_not(
    world: World, minji: Person, square: Channel
) -> None:
    form = await minji.slash(square, "compose", kind="text")
    panel = await minji.submit(form, {"글": "모임은 일곱 시예요"})
    assert panel.ephemeral
    sending = await minji.press(panel, "나에게 보내기")
    await sending.until(lambda message: "보냈어요" in message.text)
    assert "모임은 일곱 시예요" in world.kakao.outbox[-1].template["text"]


async def test_who_is_in_no_server_of_kkachis_links_sends_and_unlinks_all_the_same(
    world: World, junho: Person
) -> None:
    stranger = world.discord.world.add_user("narae", "나래")
    square = other_server(world, junho, "나래").channel("광장")
    narae, message = world.discord.person(stranger.name), await junho.say(square, SECRET)
    narae.install()
    asked = await narae.menu(square, MENU_ME, message)
    await world.follow(asked, "지우")
    linked = await world.type_number(narae, asked, "지우")
    assert "카드" in (await linked.until(lambda shown: "연결했어요" in shown.text)).text
    await narae.menu(square, MENU_ME, message)
    assert "#광장 · 다른 서버" in description(world)
    helped = await narae.slash(square, "help")
    assert "규칙" not in helped.text.partition("명령어")[0]
    await narae.press(await narae.slash(narae.dm, "kakao unlink"), "연결 끊기")
    assert "연결하지 않았어요" in (await narae.slash(square, "help")).text


async def test_friends_see_nobody_by_name_in_a_server_where_kkachi_is_not(
    minji: Person, square: Channel
) -> None:
    reply = await minji.slash(square, "kakao visible", on=True)
    assert "서버에서" in reply.text


# what others have decided


async def test_where_kkachi_is_a_member_its_admins_decide_for_who_added_it_themselves_too(
    world: World, minji: Person, junho: Person
) -> None:
    await switch_off(world, "forward")
    world.discord.guild.takes_commands = False  # added as a bot, without its commands
    reply = await minji.menu(CHAT, MENU_ME, await junho.say(CHAT, SECRET))
    assert set(reply.interaction.owners) == {"1"}
    assert "꺼 두었어요" in reply.text
    assert world.kakao.outbox == []


async def test_where_kkachi_is_a_member_messages_are_read_as_ever_for_who_added_it_themselves(
    world: World, minji: Person, junho: Person
) -> None:
    world.discord.guild.takes_commands = False
    await minji.menu(CHAT, MENU_ME, await junho.say(CHAT, SECRET))
    assert description(world).endswith("#잡담 · 까치 마을")


async def test_a_thread_that_kkachi_does_not_see_keeps_the_rules_of_its_channel(
    world: World, minji: Person, junho: Person
) -> None:
    await decide(world, "never", CHAT)
    chat = world.discord.guild.channel(CHAT)
    room = world.discord.world.add_thread(chat, "둘이서", junho.user, private=True)
    world.discord.world.join_thread(room, minji.user)
    reply = await minji.menu(room, MENU_ME, await junho.say(room, SECRET))
    assert "내보내지 않도록" in reply.text
    assert world.kakao.outbox == []


async def test_who_has_opted_out_is_carried_from_nowhere_that_no_admin_watches(
    world: World, minji: Person, junho: Person, square: Channel
) -> None:
    await junho.slash(CHAT, "privacy optout", on=True)
    secret = await junho.say(square, SECRET)
    refused = await minji.menu(square, MENU_ME, secret)
    assert "보내지 않기를 원해요" in refused.text
    assert world.kakao.outbox == []
    await minji.slash(CHAT, "privacy optout", on=True)  # her own words are hers to send
    await minji.menu(square, MENU_ME, await minji.say(square, "좋아요", reply_to=secret))
    assert "좋아요" in told(world.kakao.outbox[-1].template["content"])
    assert SECRET[:5] not in told(world.kakao.outbox[-1].template["content"])


# who can use it


async def test_without_adding_it_nobody_finds_kkachi_where_it_is_not(
    world: World, minji: Person, junho: Person, square: Channel
) -> None:
    minji.uninstall()
    message = await junho.say(square, SECRET)
    with pytest.raises(CannotDo, match="no menu"):
        await minji.menu(square, MENU_ME, message)
    with pytest.raises(CannotDo, match="no menu"):
        await minji.menu(talk(world, minji, junho), MENU_ME, message)


async def test_rules_and_settings_are_found_only_where_kkachi_is_a_member(
    world: World, minji: Person, square: Channel, junho: Person
) -> None:
    here = {one["name"].partition(" ")[0] for one in world.discord.commands_for(minji, square)}
    there = world.discord.commands_for(minji, talk(world, minji, junho))
    assert here == {"kakao", "privacy", "help", "compose", "Send"}
    assert {one["name"].partition(" ")[0] for one in there} == here


async def test_an_operator_keeps_kkachi_to_its_servers(
    world: World, minji: Person, junho: Person, square: Channel
) -> None:
    await world.stop_bot()
    world.settings["USER_INSTALL"] = "false"
    await world.start_bot()
    assert {tuple(one["integration_types"]) for one in world.discord.world.book()} == {(0,)}
    with pytest.raises(CannotDo, match="no menu"):
        await minji.menu(square, MENU_ME, await junho.say(square, SECRET))


async def test_kkachi_starts_before_its_portal_lets_people_add_it(world: World) -> None:
    world.discord.allow_user_install(False)
    await world.stop_bot()
    await world.start_bot()
    kinds = {tuple(one["integration_types"]) for one in world.discord.world.book()}
    assert kinds == {(0,)}
    world.discord.allow_user_install()
    await world.stop_bot()
    await world.start_bot()
    for_people = {
        one["name"] for one in world.discord.world.book() if 1 in one["integration_types"]
    }
    assert for_people == {"kakao", "privacy", "help", "compose", MENU_ME, MENU_FRIENDS}
