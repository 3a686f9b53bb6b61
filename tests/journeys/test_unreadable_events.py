"""An event of Discord that cannot be read costs that event, and nothing else."""

import logging
from collections.abc import AsyncIterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from sandbox.discord import Person, Poll
from sandbox.discord.snowflakes import stamp
from tests.support.database import change
from tests.support.telemetry import numbers
from tests.support.unreadable import UnreadablePoll
from tests.support.world import CHAT, World, open_world, until

WORDS = "준호에게만 한 말"
JSON = dict[str, Any]
KINDS = (
    *("MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_REACTION_ADD", "INTERACTION_CREATE"),
    *("GUILD_MEMBER_ADD", "GUILD_SCHEDULED_EVENT_CREATE", "VOICE_STATE_UPDATE"),
    *("THREAD_CREATE", "CHANNEL_CREATE", "CHANNEL_UPDATE", "GUILD_ROLE_CREATE"),
    *("GUILD_AUDIT_LOG_ENTRY_CREATE", "GUILD_CREATE", "GUILD_UPDATE", "GUILD_ROLE_UPDATE"),
    *("ENTITLEMENT_CREATE", "TYPING_START", "A_NEW_ONE"),
)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        await world.link("민지")
        await world.discord.person("민지").slash(CHAT, "highlight add", word="번개")
        yield world
        assert world.discord.problems == []


@pytest.fixture
def junho(world: World) -> Person:
    return world.discord.person("준호")


def texts(world: World) -> str:
    return " ".join(str(message.template) for message in world.kakao.outbox)


async def odd_poll(world: World, junho: Person) -> JSON:
    """Return a message with a poll as discord.py takes none to be."""
    said = await junho.say(CHAT, WORDS)
    found: JSON = deepcopy(said.payload(world.discord.world.bot))
    question: JSON = {"question": None, "answers": [], "expiry": stamp(4e9)}
    return found | {"guild_id": str(world.discord.guild.id), "poll": question}


def sessions(world: World) -> set[str]:
    return set(world.discord.gateway._sessions)


async def both_arrive(world: World, junho: Person, *unreadable: tuple[str, JSON]) -> None:
    """Say something before and after events that cannot be read, and see both arrive."""
    before = sessions(world)
    await junho.say(CHAT, "번개 하나")
    for name, data in unreadable:
        world.discord.tell_unchecked(name, data)
    await junho.say(CHAT, "번개 둘")
    await until(lambda: "번개 하나" in texts(world) and "번개 둘" in texts(world))
    assert sessions(world) == before


async def test_a_message_that_cannot_be_read_is_lost_alone(
    world: World, junho: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "bot")
    await both_arrive(world, junho, ("MESSAGE_CREATE", await odd_poll(world, junho)))
    reply = await world.discord.person("민지").slash(CHAT, "kakao status")
    assert "연결" in reply.text
    assert "an event is lost, MESSAGE_CREATE cannot be read: AttributeError at" in caplog.text
    assert WORDS not in caplog.text
    found = await numbers(world)
    assert found["kkachi_gateway_events_lost_total['MESSAGE_CREATE']"] == 1
    assert found["kkachi_loop_up['discord']"] == 1


@pytest.mark.parametrize("data", [{}, {"id": "a word"}, None, [WORDS]])
async def test_events_of_every_kind_are_lost_alone(world: World, junho: Person, data: JSON) -> None:
    await both_arrive(world, junho, *((name, data) for name in KINDS))


async def test_a_server_that_cannot_be_read_whole_leaves_the_others_alone(
    world: World, junho: Person
) -> None:
    elsewhere = {"id": "77", "name": "elsewhere", "unavailable": False, "channels": [{}]}
    await both_arrive(world, junho, ("GUILD_CREATE", elsewhere))


async def test_of_a_server_that_was_read_by_half_nothing_is_known_until_it_is_shown_anew(
    world: World, junho: Person, caplog: pytest.LogCaptureFixture
) -> None:
    half = {"id": str(world.discord.guild.id), "name": "까치네", "roles": [{}]}
    world.discord.tell_unchecked("GUILD_UPDATE", half)
    reply = await world.discord.person("민지").slash(CHAT, "kakao status")
    assert "연결" in reply.text
    assert "is believed until Discord shows it anew" in caplog.text
    await world.discord.drop_gateway(resumable=False)
    await world.discord.connected()
    await junho.say(CHAT, "번개 하나")
    await until(lambda: "번개 하나" in texts(world))


async def test_a_channel_whose_change_cannot_be_read_is_asked_for(
    world: World, junho: Person
) -> None:
    room = world.discord.guild.channel(CHAT)
    changed = room.payload() | {"permission_overwrites": [{"id": "a word"}]}
    await both_arrive(world, junho, ("CHANNEL_UPDATE", changed))


async def test_what_a_listener_raises_is_one_line_in_the_log(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await change(world, "ALTER TABLE departures RENAME TO away")
    world.discord.tell_unchecked("GUILD_DELETE", {"id": str(world.discord.guild.id)})
    await until(lambda: "on_guild_remove failed: StorageError at storage/" in caplog.text)
    assert "Traceback" not in caplog.text


async def test_a_poll_without_an_end_is_read_like_any_other(world: World, junho: Person) -> None:
    minji = world.discord.person("민지")
    endless = Poll("번개는 언제?", ["오늘", "내일"], expires_at=None)
    said = await junho.say(CHAT, "", poll=endless)
    await until(lambda: "번개는 언제?" in texts(world))
    answer = await junho.say(CHAT, "번개는 오늘!", reply_to=said)
    await until(lambda: "번개는 오늘!" in texts(world))
    for sending in (
        minji.slash(CHAT, "forward me", message=said.jump_url),
        minji.menu(CHAT, "Send to my KakaoTalk", said),
        minji.menu(CHAT, "Send to my KakaoTalk", answer),
    ):
        world.kakao.outbox.clear()
        await sending
        assert "번개는 언제?" in texts(world)
    found = await numbers(world)
    assert not any(
        name.startswith("kkachi_gateway_events_lost") and at for name, at in found.items()
    )
    world.discord.problems.clear()  # the published specification knows no such poll


async def test_a_poll_without_an_end_is_found_in_a_gap(world: World, junho: Person) -> None:
    await world.stop_bot()
    await junho.say(CHAT, "", poll=Poll("번개는 언제?", ["오늘"], expires_at=None))
    await world.start_bot()
    await until(lambda: "번개는 언제?" in texts(world))
    world.discord.problems.clear()  # as above


async def test_what_cannot_be_read_is_not_found_by_its_link(world: World, junho: Person) -> None:
    said = await junho.say(CHAT, "", poll=UnreadablePoll("언제?", ["오늘"], expires_at=4e9))
    reply = await world.discord.person("민지").slash(CHAT, "forward me", message=said.jump_url)
    assert "찾을 수 없거나" in reply.text
    world.discord.problems.clear()  # as above
