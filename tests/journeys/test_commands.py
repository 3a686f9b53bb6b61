"""What people type and click: the whole surface, and the real bot between both sandboxes."""

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import discord
import pytest
import pytest_asyncio
from discord.ext import commands

from bot.app import open_services, sync
from bot.discord.client import KkachiClient, point_at
from bot.discord.plugin import attach
from bot.discord.translator import CommandTexts
from bot.services.deliveries.outcomes import REASONS
from bot.texts import Texts
from sandbox.discord import Channel, Message, Overwrite, Permission, Person, Poll, Reply
from tests.support.messages import told
from tests.support.world import CHAT, World, open_world, until

MENU_ME, MENU_FRIENDS = "Send to my KakaoTalk", "Send to Kakao friends"
NAME = re.compile(r"[-_\w]{1,32}")
STAFF = "운영진"
COMPONENT, BUTTON = 3, 2
MENU, DEEPER = 3, {1, 2}  # a command's type; an option's that is a subcommand or a group of them


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        yield world
        assert world.discord.problems == []


@pytest.fixture
async def message(world: World) -> Message:
    return await world.discord.person("준호").say(CHAT, "오늘 저녁 여덟 시에 모여요!")


def cards(world: World) -> list[tuple[str, str]]:
    """Who got what on Kakao."""
    return [
        (message.receiver.name, told(message.template["content"])) for message in world.kakao.outbox
    ]


async def press_unseen(person: Person, message: Message, custom_id: str) -> Reply:
    """Press a button that this person's Discord would not even show."""
    data = {"custom_id": custom_id, "component_type": BUTTON, "id": 1}
    return await person._act(COMPONENT, message.channel, data, message=message)


def custom_id(message: Message, label: str) -> str:
    return str(message.component(label)["custom_id"])


def hidden_room(world: World) -> Channel:
    """A channel for the staff and the bot."""
    guild, here = world.discord.guild, world.discord.world
    view = int(Permission.VIEW_CHANNEL)
    return here.add_channel(
        guild,
        "회의실",
        overwrites=[
            Overwrite(guild.id, deny=view),
            Overwrite(guild.role(STAFF).id, allow=view),
            Overwrite(here.bot.id, allow=view, for_member=True),
        ],
    )


# The surface


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def payload(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What would be registered at Discord."""
    async with (
        open_world(tmp_path_factory.mktemp("surface"), bot=False) as world,
        open_services(world.config) as services,
        KkachiClient(services) as client,
    ):
        translator = CommandTexts(services.texts)
        await attach(client, services)
        return [
            await command.get_translated_payload(client.tree, translator)
            for command in client.tree.get_commands()
        ]


def parts(commands: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield commands, subcommands and options."""
    for command in commands:
        yield command
        yield from parts(command.get("options", []))


def siblings(commands: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    yield commands
    for command in commands:
        yield from siblings(command.get("options", []))


def test_every_command_has_a_korean_name_within_discords_limits(
    payload: list[dict[str, Any]],
) -> None:
    menus = [part for part in payload if part["type"] == 3]
    for part in parts(payload):
        korean = part["name_localizations"]["ko"]
        assert re.search("[가-힣]", korean)
        assert len(korean) <= 32 if part in menus else NAME.fullmatch(korean)
        assert korean == korean.lower() or part in menus


def test_every_description_is_korean_too_and_fits(payload: list[dict[str, Any]]) -> None:
    for part in parts(payload):
        if "description" in part:
            korean = part["description_localizations"]["ko"]
            assert re.search("[가-힣]", korean)
            assert 0 < len(part["description"]) <= 100
            assert 0 < len(korean) <= 100


def keyed(commands: list[dict[str, Any]], path: str = "command") -> Iterator[tuple[str, str]]:
    """Yield what is registered in English with its key in the catalogue."""
    for command in commands:
        slug = command["name"].lower().replace(" ", "-")
        if command.get("type") == MENU:
            yield f"menu-{slug}", command["name"]
            continue
        key = f"{path}-{slug}"
        yield key, command["name"]
        yield f"{key}.description", command["description"]
        for option in command.get("options", []):
            if option["type"] in DEEPER:
                yield from keyed([option], key)
            else:
                yield f"{key}.option-{option['name']}", option["name"]
                yield f"{key}.option-{option['name']}-description", option["description"]


def test_the_english_catalogue_is_what_is_registered(payload: list[dict[str, Any]]) -> None:
    texts, registered = Texts(), dict(keyed(payload))
    assert len(registered) == sum(1 + ("description" in part) for part in parts(payload))
    assert {key: texts.say("en", key) for key in registered} == registered


def test_what_is_registered_in_english_is_not_sent_twice_and_choices_have_names(
    payload: list[dict[str, Any]],
) -> None:
    assert {"en-US", "en-GB"}.isdisjoint(
        tag for part in parts(payload) for tag in part["name_localizations"]
    )
    choices = [choice for part in parts(payload) for choice in part.get("choices", [])]
    assert {frozenset(choice["name_localizations"]) for choice in choices} == {
        frozenset({"en-US", "en-GB", "ko"})
    }


def test_no_two_commands_collide_and_there_are_at_most_five_menus(
    payload: list[dict[str, Any]],
) -> None:
    for together in siblings(payload):
        korean = [(part["type"], part["name_localizations"]["ko"]) for part in together]
        english = [(part["type"], part["name"]) for part in together]
        assert len(set(korean)) == len(set(english)) == len(together)
    assert len([part for part in payload if part["type"] == 3]) <= 5


def test_the_commands_are_those_of_the_design(payload: list[dict[str, Any]]) -> None:
    slash = {f"{part['name']} {sub['name']}" for part in payload for sub in part.get("options", [])}
    menus = {part["name"] for part in payload if part["type"] == 3}
    assert slash >= {"kakao link", "kakao unlink", "kakao status", "forward me", "forward friends"}
    assert menus >= {MENU_ME, MENU_FRIENDS}


async def test_commands_are_registered_only_when_they_differ(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot.discord")
    await world.stop_bot()
    await world.start_bot()
    assert "registered" not in caplog.text
    command = next(iter(world.discord.world.book()))
    command["name_localizations"]["ko"] = "옛이름"
    await world.stop_bot()
    await world.start_bot()
    assert "12 commands are registered" in caplog.text


async def test_answers_name_commands_by_the_ids_that_they_are_registered_with(
    world: World, minji: Person
) -> None:
    ids = {one["name"]: one["id"] for one in world.discord.world.book()}
    named = f"</highlight add:{ids['highlight']}>로 만들어"
    assert named in (await minji.slash(CHAT, "highlight list")).text
    await world.stop_bot()
    await world.start_bot()  # and nothing is registered this time
    assert named in (await minji.slash(CHAT, "highlight list")).text


async def test_commands_are_registered_by_hand_while_the_bot_runs(world: World) -> None:
    world.discord.world.book().overwrite([])
    await sync(world.config)
    assert len(list(world.discord.world.book())) == 12


def test_every_reason_of_a_delivery_has_its_sentence() -> None:
    texts = Texts()
    for reason in {*REASONS.values(), "restart"}:
        assert texts.both(f"delivery-{reason}")


# Linking


async def test_a_member_links_and_is_told_in_the_same_answer(world: World, minji: Person) -> None:
    reply = await minji.slash(CHAT, "kakao link")
    assert reply.ephemeral
    assert "소리 없이" in reply.text
    await world.follow(reply, "민지")
    done = await world.type_number(minji, reply, "민지")
    await done.until(lambda message: "**민지** 계정과 연결했어요" in message.text)
    again = await minji.slash(CHAT, "kakao link")
    assert "이미 카카오톡 **민지** 계정" in again.text
    assert again.answer.component("다시 연결하기")


async def test_a_member_is_told_by_direct_message_when_the_answer_is_gone(
    world: World, minji: Person
) -> None:
    reply = await minji.slash(CHAT, "kakao link")
    await world.stop_bot()
    await world.start_bot()
    await world.follow(reply, "민지")
    await world.discord.until(lambda: bool(minji.dms))
    form = await minji.press(minji.dms[-1], "번호 입력")
    done = await minji.submit(form, {"여섯 자리 번호": world.number_of("민지")})
    await done.until(lambda message: "계정과 연결했어요" in message.text)


async def test_closed_direct_messages_do_not_stop_a_link(world: World, minji: Person) -> None:
    world.discord.close_dms(minji)
    reply = await minji.slash(CHAT, "kakao link")
    await world.stop_bot()
    await world.start_bot()
    page = await world.follow(reply, "민지")
    assert "민지" in page
    form = await minji.press(reply, "번호 입력")
    await minji.submit(form, {"여섯 자리 번호": world.number_of("민지")})
    assert "연결돼 있어요" in (await minji.slash(CHAT, "kakao status")).text


async def test_status_says_what_is_left_and_how_the_last_sends_went(
    world: World, minji: Person, message: Message
) -> None:
    await world.link("민지")
    await minji.menu(CHAT, MENU_ME, message)
    status = (await minji.slash(CHAT, "kakao status")).text
    assert "오늘 20번 중 18번 남았어요" in status
    assert "✅ 카카오톡 메시지 전송" in status
    assert "➖ 카카오 서비스 내 친구목록" in status
    assert message.jump_url in status


async def test_unlinking_asks_once_and_ends_it_at_kakao_too(world: World, minji: Person) -> None:
    await world.link("민지")
    question = await minji.slash(CHAT, "kakao unlink")
    answer = await minji.press(question, "연결 끊기")
    assert "연결을 끊었어요" in answer.text
    assert world.kakao.account("민지").link is None
    assert "아직 카카오톡이 연결되지 않았어요" in (await minji.slash(CHAT, "kakao status")).text


async def test_a_member_hears_once_that_the_link_is_lost(
    world: World, minji: Person, message: Message
) -> None:
    await world.link("민지")
    world.kakao.revoke_tokens(world.kakao.account("민지"))
    reply = await minji.menu(CHAT, MENU_ME, message)
    assert "다시 연결하면 보내 드려요" in reply.text
    await minji.menu(CHAT, MENU_ME, message)
    assert [dm.text for dm in minji.dms if "끊겨서" in dm.text] == [minji.dms[0].text]
    await world.follow(reply, "민지")
    await until(lambda: len(world.kakao.outbox) == 2)


# To me


async def test_a_right_click_carries_a_message_to_kakao(
    world: World, minji: Person, message: Message
) -> None:
    await world.link("민지")
    reply = await minji.menu(CHAT, MENU_ME, message)
    assert "‘나와의 채팅’으로 보냈어요" in reply.text
    assert cards(world) == [("민지", "준호: 오늘 저녁 여덟 시에 모여요!")]


async def test_the_command_takes_links_and_ids(
    world: World, minji: Person, message: Message
) -> None:
    await world.link("민지")
    link = message.jump_url
    for text in (link, f"<{link}>", f"{link} 이거!", str(message.id)):
        reply = await minji.slash(CHAT, "forward me", message=text, note="꼭 봐")
        assert "보냈어요" in reply.text
    assert ["꼭 봐" in text for _, text in cards(world)] == [True] * 4


async def test_bad_links_and_long_notes_get_plain_words(
    world: World, minji: Person, message: Message
) -> None:
    await world.link("민지")
    for text in ("오늘", "https://example.com/channels/1/2/3", f"{message.jump_url}0000", "9" * 20):
        reply = await minji.slash(CHAT, "forward me", message=text)
        assert "메시지" in reply.text
    note = "가" * 101
    reply = await minji.slash(CHAT, "forward me", message=message.jump_url, note=note)
    assert "100자까지" in reply.text
    assert world.kakao.outbox == []


async def test_a_message_that_the_member_cannot_read_looks_like_none(
    world: World, minji: Person
) -> None:
    await world.link("민지")
    await world.link("하준")
    hidden = await world.discord.person("하준").say(hidden_room(world), "예산은 30만 원!")
    unknown = f"{hidden.jump_url.rpartition('/')[0]}/1000000000000000000"
    refused = await minji.slash(CHAT, "forward me", message=hidden.jump_url)
    nothing = await minji.slash(CHAT, "forward me", message=unknown)
    assert refused.text == nothing.text == "메시지를 찾을 수 없거나 볼 권한이 없어요."
    allowed = await world.discord.person("하준").slash(CHAT, "forward me", message=hidden.jump_url)
    assert "보냈어요" in allowed.text


async def test_the_message_of_another_server_needs_membership_there(
    world: World, minji: Person
) -> None:
    here, elsewhere = world.discord.world, world.discord.person("지우")
    guild = here.add_guild("다른 마을", elsewhere.user)
    here.add_channel(guild, "비밀방")
    secret = await elsewhere.say("비밀방", "둘만 아는 이야기")
    await world.discord.until(lambda: guild in here.guilds)
    await world.link("민지")
    await world.link("지우")
    refused = await minji.slash(CHAT, "forward me", message=secret.jump_url)
    allowed = await elsewhere.slash(CHAT, "forward me", message=secret.jump_url)
    assert "볼 권한이 없어요" in refused.text
    assert "보냈어요" in allowed.text


async def test_without_the_message_content_intent_the_bot_still_runs_and_says_so(
    tmp_path: Path,
) -> None:
    async with open_world(tmp_path, bot=False) as world:
        world.discord.allow_intents()
        await world.start_bot()
        await world.link("민지")
        minji = world.discord.person("민지")
        message = await world.discord.person("준호").say(CHAT, "비밀 없는 이야기")
        by_link = await minji.slash(CHAT, "forward me", message=message.jump_url)
        by_menu = await minji.menu(CHAT, MENU_ME, message)
        assert "내용을 읽을 수 없어요" in by_link.text
        assert "보냈어요" in by_menu.text


async def test_every_kind_of_message_makes_a_sensible_card(
    world: World, minji: Person, message: Message
) -> None:
    await world.link("민지")
    until_then = time.time() + 3600
    hidden = hidden_room(world)
    kinds = {
        "↪ 준호: 오늘 저녁": await minji.say(CHAT, "좋아요", reply_to=message),
        "[전달] 오늘 저녁": await minji.say(CHAT, "", forward_of=message),
        "1. 피자": await minji.say(CHAT, "", poll=Poll("뭐 먹죠?", ["피자", "떡"], until_then)),
        "스티커: 하이": await minji.say(CHAT, "", stickers=["하이"]),
        "음성 메시지 0:03": await minji.say(CHAT, "", files=[("v.ogg", b"1")], voice=(3.4, "AAAA")),
        "#공지 @레이드팀 @서연": await minji.say(CHAT, "#공지 @레이드팀 @서연"),
        "#알 수 없는 채널": await minji.say(CHAT, f"<#{hidden.id}>"),
    }
    for text, one in kinds.items():
        await minji.menu(CHAT, MENU_ME, one)
        assert text in cards(world)[-1][1]


async def test_a_notice_of_discords_own_is_politely_refused(world: World, minji: Person) -> None:
    await world.link("민지")
    here, guild = world.discord.world, world.discord.guild
    joined = Message(here.ids.next(), guild.channel(CHAT), minji.user, kind=7)
    here.place(joined)
    reply = await minji.menu(CHAT, MENU_ME, joined)
    assert "시스템 메시지는 보낼 수" in reply.text


async def test_direct_messages_with_the_bot_can_be_kept_too(world: World, minji: Person) -> None:
    await world.link("민지")
    status = await minji.slash(minji.dm, "kakao status")
    assert not status.ephemeral
    kept = await minji.slash(minji.dm, "forward me", message=str(status.answer.id))
    assert "보냈어요" in kept.text
    from_elsewhere = await minji.slash(CHAT, "forward me", message=status.answer.jump_url)
    assert "볼 권한이 없어요" in from_elsewhere.text


async def test_a_consent_that_was_withdrawn_is_asked_for_on_the_spot(
    world: World, minji: Person, message: Message
) -> None:
    await world.link("민지")
    world.kakao.withdraw(world.kakao.account("민지"), "talk_message")
    reply = await minji.menu(CHAT, MENU_ME, message)
    assert reply.labels == ["동의하러 가기"]
    assert "동의하면 보내 드려요" in reply.text
    await world.follow(reply, "민지")
    await until(lambda: world.kakao.outbox)


async def test_what_kakao_cannot_take_now_is_kept_and_explained(
    world: World, minji: Person, message: Message
) -> None:
    await world.link("민지")
    world.kakao.spend(world.kakao.account("민지"), "sender")
    reply = await minji.menu(CHAT, MENU_ME, message)
    assert "오늘 보낼 수 있는 횟수를 모두 썼어요" in reply.text
    assert "다시 보내 볼게요" in reply.text


async def test_an_answer_that_came_before_the_send_was_done_is_mended_afterwards(
    world: World, minji: Person, message: Message
) -> None:
    await world.link("민지")
    world.kakao.slow(3.3)
    reply = await minji.menu(CHAT, MENU_ME, message)
    assert reply.text.startswith("⏳")
    await reply.until(lambda message: message.text.startswith("✅"))


# To friends


async def friends_panel(world: World, person: Person, message: Message) -> Message:
    """Link, ask for friends, agree at Kakao, and wait for the picker."""
    await world.link(person.name)
    reply = await person.menu(CHAT, MENU_FRIENDS, message)
    assert "친구에게 보내려면 카카오에서" in reply.text
    await world.follow(reply, person.name)
    return await reply.until(lambda panel: "누구에게" in panel.text)


async def test_three_friends_of_whom_one_refuses(
    world: World, minji: Person, message: Message
) -> None:
    panel = await friends_panel(world, minji, message)
    assert "준호: 오늘 저녁 여덟 시에" in panel.text
    await minji.choose(panel, "친구 고르기", ["★ 준호", "서연", "하준"])
    sending = await minji.press(panel, "보내기 (3)")
    done = await sending.until(lambda shown: "3명 중 2명" in shown.text)
    assert "❌ **하준** · 이 친구는 지금 앱 메시지를 받지 않아요" in done.text
    assert done.labels == []
    assert {receiver for receiver, _ in cards(world)} == {"준호", "서연"}


async def test_a_member_who_is_not_linked_gets_the_picker_after_one_walk(
    world: World, minji: Person, message: Message
) -> None:
    reply = await minji.slash(CHAT, "forward friends", message=str(message.id))
    await world.follow(reply, "민지")
    done = await world.type_number(minji, reply, "민지")
    panel = await done.until(lambda shown: "누구에게" in shown.text)
    assert panel.component("친구 고르기")


async def test_only_what_failed_and_may_be_repeated_goes_out_again(
    world: World, minji: Person, message: Message
) -> None:
    panel = await friends_panel(world, minji, message)
    world.kakao.fail_next(1, code=-5, status=403, path="/v1/api/talk/friends/message")
    await minji.choose(panel, "친구 고르기", ["★ 준호", "하준", "서연"])
    sending = await minji.press(panel, "보내기 (3)")
    done = await sending.until(lambda shown: "3명 중 0명" in shown.text)
    again = await minji.press(done, "다시 보내기 (3)")
    shown = await again.until(lambda shown: "3명 중 2명" in shown.text)
    assert shown.labels == []
    assert [receiver for receiver, _ in cards(world)] == ["준호", "서연"]


async def test_many_friends_fill_pages_and_picks_stay_over_them(
    world: World, minji: Person, message: Message
) -> None:
    for number in range(40):
        friend = world.kakao.add_account(f"친구{number:02}")
        world.kakao.befriend(world.kakao.account("민지"), friend)
        world.kakao.connect(friend, {"profile_nickname", "friends"})
    panel = await friends_panel(world, minji, message)
    await minji.choose(panel, "친구 고르기 (1/2)", ["★ 준호", "서연", "지우"])
    await minji.press(panel, custom_id(panel, "▶"))
    last = [f"친구{number:02}" for number in (37, 38, 39)]
    await minji.choose(panel, "친구 고르기 (2/2)", last)
    assert "5명까지" in panel.text
    assert "6명" in panel.text
    await minji.choose(panel, "친구 고르기 (2/2)", last[:2])
    form = await minji.press(panel, "검색")
    await minji.submit(form, {"이름": "친구39"})
    assert "‘친구39’ 검색 결과: 1명" in panel.text
    assert "준호, 서연, 지우, 친구37, 친구38" in panel.text


async def test_a_friend_who_vanished_after_the_list_was_shown(
    world: World, minji: Person, message: Message
) -> None:
    panel = await friends_panel(world, minji, message)
    await minji.choose(panel, "친구 고르기", ["★ 준호", "서연"])
    world.kakao.unlink(world.kakao.account("서연"))
    sending = await minji.press(panel, "보내기 (2)")
    done = await sending.until(lambda shown: "2명 중 1명" in shown.text)
    assert "**서연** · " in done.text
    assert "✅ **서연**" not in done.text


async def test_without_friends_the_member_learns_what_friends_need(
    world: World, message: Message
) -> None:
    world.kakao.add_account("외톨이")
    jiwoo = world.discord.person("지우")
    reply = await jiwoo.menu(CHAT, MENU_FRIENDS, message)
    await world.follow(reply, "외톨이")
    done = await world.type_number(jiwoo, reply, "외톨이")
    shown = await done.until(lambda told: "친구가 없어요" in told.text)
    assert "친구목록’에 동의하지 않았어요" in shown.text


async def test_a_draft_survives_a_restart_and_obeys_only_its_owner(
    world: World, minji: Person, message: Message
) -> None:
    panel = await friends_panel(world, minji, message)
    await minji.choose(panel, "친구 고르기", ["★ 준호"])
    await world.stop_bot()
    await world.start_bot()
    send = custom_id(panel, "보내기 (1)")
    stranger = await press_unseen(world.discord.person("준호"), panel, send)
    assert "명령어를 쓴 사람만" in stranger.text
    assert world.kakao.outbox == []
    sending = await minji.press(panel, "보내기 (1)")
    await sending.until(lambda shown: "1명에게 보냈어요" in shown.text)
    late = await press_unseen(minji, panel, send)
    assert "만료됐거나" in late.text


async def test_cancelling_throws_the_draft_away(
    world: World, minji: Person, message: Message
) -> None:
    panel = await friends_panel(world, minji, message)
    await minji.press(panel, "취소")
    assert panel.text == "보내지 않았어요."
    assert world.kakao.outbox == []


async def test_a_button_that_nobody_knows_is_answered(world: World, minji: Person) -> None:
    await world.link("민지")
    question = await minji.slash(CHAT, "kakao unlink")
    answer = await press_unseen(minji, question.answer, "kkachi:older:1")
    assert "만료됐거나" in answer.text
    stranger = world.discord.person("준호")
    answer = await press_unseen(stranger, question.answer, custom_id(question.answer, "연결 끊기"))
    assert "명령어를 쓴 사람만" in answer.text
    assert await minji.press(question, "연결 끊기")


# In somebody else's bot


async def test_the_cogs_work_in_any_bot_that_services_were_attached_to(tmp_path: Path) -> None:
    async with open_world(tmp_path, bot=False) as world, open_services(world.config) as services:
        point_at(world.config)

        class Neighbour(commands.AutoShardedBot):
            async def setup_hook(self) -> None:
                await attach(self, services)
                await self.tree.sync()

        async with Neighbour("!", intents=discord.Intents(guilds=True)) as bot:
            running = asyncio.create_task(bot.start(world.discord.bot_token))
            await world.discord.connected()
            world.discord.tell_unchecked("MESSAGE_CREATE", {"nothing": "that can be read"})
            reply = await world.discord.person("민지").slash(CHAT, "kakao status")
            assert "아직 카카오톡이 연결되지 않았어요" in reply.text
            await bot.close()
            await running
