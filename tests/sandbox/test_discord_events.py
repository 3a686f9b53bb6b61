"""Voice and scheduled events of the local Discord, as discord.py hears of them."""

from collections.abc import AsyncIterator, Coroutine
from typing import Any

import discord
import pytest

from sandbox.discord import CannotDo, LocalDiscord, Overwrite, Permission, Person
from sandbox.discord.events import ScheduledEvent
from sandbox.discord.pictures import avatar, size_of
from sandbox.discord.state import STAGE
from tests.support.sandbox_discord import (
    TinyBot,
    Told,
    a_bot,
    by_hand,
    default_intents,
    listening,
    new_discord,
    next_of,
)

HOUR = 3600.0
INTENTS = default_intents(voice_states=True, guild_scheduled_events=True)


@pytest.fixture
async def local() -> AsyncIterator[LocalDiscord]:
    async with new_discord().serve() as served:
        yield served
    assert served.problems == []


@pytest.fixture
async def bot(local: LocalDiscord) -> AsyncIterator[TinyBot]:
    async with a_bot(local, intents=INTENTS) as bot:
        yield bot


@pytest.fixture
def minji(local: LocalDiscord) -> Person:
    return local.person("민지")


@pytest.fixture
def hajun(local: LocalDiscord) -> Person:
    return local.person("하준")


async def planned(by: Person, where: str = "서울 성동구", **more: Any) -> ScheduledEvent:  # noqa: ANN401 - what Person.plan takes
    start = by.world.now() + HOUR
    return await by.plan(
        by.guilds[0], "산책", start, **{"where": where, "ends_at": start + HOUR, **more}
    )


# voice


async def state_after(told: Told, doing: Coroutine[Any, Any, None]) -> dict[str, Any]:
    """Give what discord.py says somebody's voice state is after they did something."""
    await doing
    _, member, _, state = await next_of(told)
    where = state.channel.name if state.channel else None
    marks = ("self_stream", "self_mute", "suppress")
    on = [name for name in marks if getattr(state, name)]
    return {"who": member.display_name, "where": where, "on": on}


async def test_people_come_stream_mute_and_go_in_voice(bot: TinyBot, minji: Person) -> None:
    told = listening(bot, "voice_state_update")
    here = {"who": "민지", "where": "마실방"}
    assert await state_after(told, minji.join_voice("마실방")) == here | {"on": []}
    assert await state_after(told, minji.stream()) == here | {"on": ["self_stream"]}
    assert await state_after(told, minji.stream(on=False)) == here | {"on": []}
    assert await state_after(told, minji.mute()) == here | {"on": ["self_mute"]}
    assert (await state_after(told, minji.leave_voice()))["where"] is None


async def test_whoever_changes_the_channel_stops_to_stream(
    bot: TinyBot, local: LocalDiscord, minji: Person
) -> None:
    local.world.add_channel(local.guild, "무대", kind=STAGE)
    told = listening(bot, "voice_state_update")
    await state_after(told, minji.join_voice("마실방"))
    await state_after(told, minji.stream())
    moved = await state_after(told, minji.join_voice("무대"))
    assert (moved["where"], moved["on"]) == ("무대", ["suppress"])
    await minji.join_voice("무대")
    assert (await state_after(told, minji.leave_voice()))["where"] is None


async def test_who_is_in_voice_already_comes_with_the_guild(
    local: LocalDiscord, minji: Person
) -> None:
    await minji.join_voice("마실방")
    async with a_bot(local, intents=INTENTS) as bot:
        (channel,) = bot.guilds[0].voice_channels
        assert [member.display_name for member in channel.members] == ["민지"]


async def test_without_the_voice_intent_nobody_is_heard_in_voice(
    local: LocalDiscord, minji: Person
) -> None:
    async with a_bot(local) as bot:
        told = listening(bot, "socket_event_type")
        await minji.join_voice("마실방")
        await minji.say("잡담", "저 왔어요")
        assert await next_of(told) == ["socket_event_type", "MESSAGE_CREATE"]


async def test_a_voice_channel_that_is_deleted_lets_everybody_go(
    bot: TinyBot, local: LocalDiscord, minji: Person
) -> None:
    told = listening(bot, "voice_state_update", "guild_channel_delete")
    await state_after(told, minji.join_voice("마실방"))
    local.world.remove_channel(local.guild.channel("마실방"))
    assert [(await next_of(told))[0] for _ in range(2)] == [
        "voice_state_update",
        "guild_channel_delete",
    ]
    assert local.world.voice_state(minji.user) is None
    assert [one.name for one in local.world.events_of(local.guild)] == ["정기 모임"]


async def test_only_who_may_connect_talks_and_only_in_voice(
    local: LocalDiscord, minji: Person
) -> None:
    with pytest.raises(CannotDo, match="no voice channel"):
        await minji.join_voice("잡담")
    with pytest.raises(CannotDo, match="is in no voice channel"):
        await minji.stream()
    channel = local.guild.channel("마실방")
    channel.overwrites = [Overwrite(local.guild.id, deny=int(Permission.CONNECT))]
    with pytest.raises(CannotDo, match="lacks CONNECT"):
        await minji.join_voice("마실방")


# scheduled events


async def test_what_is_planned_comes_with_the_guild(bot: TinyBot) -> None:
    events = {event.name: event for event in bot.guilds[0].scheduled_events}
    assert events["정기 모임"].location == "서울 성동구 왕십리로 83-21"
    assert events["정기 모임"].entity_type is discord.EntityType.external
    channel = events["별자리 이야기"].channel
    assert channel is not None
    assert (channel.name, events["별자리 이야기"].end_time) == ("마실방", None)


async def test_an_event_is_planned_changed_begun_and_ended(bot: TinyBot, hajun: Person) -> None:
    told = listening(bot, "scheduled_event_create", "scheduled_event_update")
    event = await planned(hajun, description="강아지도 와요", cover=avatar("해"))
    _, made = await next_of(told)
    assert (made.name, made.location, made.creator_id) == ("산책", "서울 성동구", hajun.id)
    assert size_of(await made.cover_image.read()) is not None
    await hajun.change_event(event, name="긴 산책", where="마실방")
    _, before, after = await next_of(told)
    assert (after.name, after.channel.name, after.location) == ("긴 산책", "마실방", None)
    assert before.name == "산책"
    await hajun.start_event(event)
    assert (await next_of(told))[2].status is discord.EventStatus.active
    await hajun.end_event(event)
    assert (await next_of(told))[2].status is discord.EventStatus.completed
    assert event not in hajun.world.events


async def test_an_event_that_moves_keeps_its_length(hajun: Person) -> None:
    event = await planned(hajun)
    await hajun.change_event(event, starts_at=event.starts_at + 5 * HOUR)
    assert event.ends_at == event.starts_at + HOUR


async def test_a_cancelled_event_is_an_update_and_a_deleted_one_keeps_its_status(
    bot: TinyBot, hajun: Person
) -> None:
    told = listening(bot, "scheduled_event_update", "scheduled_event_delete")
    await hajun.cancel_event(await planned(hajun))
    await hajun.delete_event(await planned(hajun))
    update, delete = await next_of(told), await next_of(told)
    assert (update[0], update[-1].status.value) == ("scheduled_event_update", 4)
    assert (delete[0], delete[-1].status.value) == ("scheduled_event_delete", 1)


async def test_what_is_held_at_a_place_begins_and_ends_by_itself(
    bot: TinyBot, local: LocalDiscord, hajun: Person
) -> None:
    await planned(hajun)
    inside = await planned(hajun, "마실방", ends_at=None)
    told = listening(bot, "scheduled_event_update")
    local.world.advance(HOUR)
    begun = (await next_of(told))[-1].status
    local.world.advance(HOUR)
    over = (await next_of(told))[-1].status
    assert (begun, over) == (discord.EventStatus.active, discord.EventStatus.completed)
    assert inside in local.world.events_of(local.guild)
    assert inside.status.name == "SCHEDULED"


async def test_interest_is_told_by_id_and_read_page_by_page(
    bot: TinyBot, local: LocalDiscord, minji: Person, hajun: Person
) -> None:
    told = listening(bot, "socket_event_type")
    event = await planned(hajun)
    for name in ("민지", "준호", "서연"):
        await local.person(name).mark(event)
    await minji.mark(event, interested=False)
    names = [(await next_of(told))[1].removeprefix("GUILD_SCHEDULED_EVENT_") for _ in range(5)]
    assert names == ["CREATE", "USER_ADD", "USER_ADD", "USER_ADD", "USER_REMOVE"]
    fetched = await bot.guilds[0].fetch_scheduled_event(event.id)
    assert fetched.user_count == 2
    first = [user async for user in fetched.users(limit=1)]
    rest = [user async for user in fetched.users(limit=5, after=first[0])]
    assert [user.global_name for user in (*first, *rest)] == ["준호", "서연"]
    back = [user.global_name async for user in fetched.users(limit=5, before=rest[0])]
    assert back == ["준호"]


async def test_the_api_lists_events_with_members(local: LocalDiscord, hajun: Person) -> None:
    event = await planned(hajun)
    await local.person("민지").mark(event)
    place = f"/guilds/{local.guild.id}/scheduled-events"
    async with by_hand(local) as call:
        _, everything = await call("GET", f"{place}?with_user_count=true")
        _, users = await call("GET", f"{place}/{event.id}/users?with_member=true")
        missing, body = await call("GET", f"{place}/1")
    assert {one["name"]: one["user_count"] for one in everything} == {
        "별자리 이야기": 0,
        "정기 모임": 2,
        "산책": 1,
    }
    assert users[0]["member"]["user"]["global_name"] == "민지"
    assert (missing, body["code"]) == (404, 10070)


async def test_an_event_in_a_hidden_channel_is_hidden(local: LocalDiscord, hajun: Person) -> None:
    deny = Overwrite(local.guild.id, deny=int(Permission.VIEW_CHANNEL))
    local.guild.channel("마실방").overwrites = [deny]
    async with a_bot(local, intents=INTENTS) as bot, by_hand(local) as call:
        told = listening(bot, "socket_event_type")
        await planned(hajun, "마실방")
        await hajun.say("잡담", "쉿")
        assert (await next_of(told))[1] == "MESSAGE_CREATE"
        assert [event.name for event in bot.guilds[0].scheduled_events] == ["정기 모임"]
        _, listed = await call("GET", f"/guilds/{local.guild.id}/scheduled-events")
        assert [one["name"] for one in listed] == ["정기 모임"]


async def test_without_the_events_intent_nothing_planned_is_told(
    local: LocalDiscord, hajun: Person
) -> None:
    async with a_bot(local) as bot:
        told = listening(bot, "socket_event_type")
        await planned(hajun)
        await hajun.say("잡담", "산책 가요")
        assert (await next_of(told))[1] == "MESSAGE_CREATE"
        assert list(bot.guilds[0].scheduled_events) == []


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"ends_at": None}, "needs an end"),
        ({"ends_at": 1.0}, "ends after it begins"),
        ({"where": ""}, "a place has"),
        ({"where": "가" * 101}, "a place has"),
        ({"where": "잡담"}, "in a voice channel or at a place"),
        ({"description": "가" * 1001}, "a description has"),
        ({"cover": b"no picture"}, "a cover is a picture"),
    ],
)
async def test_discord_refuses_bad_plans(hajun: Person, wrong: dict[str, Any], why: str) -> None:
    with pytest.raises(CannotDo, match=why):
        await planned(hajun, **wrong)
    with pytest.raises(CannotDo, match="in the future"):
        await hajun.plan(hajun.guilds[0], "어제", hajun.world.now() - 1, where="마실방")


async def test_only_who_may_changes_the_calendar(
    local: LocalDiscord, minji: Person, hajun: Person
) -> None:
    event = await planned(hajun)
    with pytest.raises(CannotDo, match="lacks CREATE_EVENTS"):
        await planned(minji)
    local.guild.everyone.permissions |= int(Permission.CREATE_EVENTS)
    own = await planned(minji)
    await minji.change_event(own, name="내 산책")
    with pytest.raises(CannotDo, match="lacks MANAGE_EVENTS"):
        await minji.change_event(event, name="남의 산책")
    await hajun.start_event(event)
    with pytest.raises(CannotDo, match="at another time"):
        await hajun.change_event(event, starts_at=event.starts_at + 1)
    with pytest.raises(CannotDo, match="only what is planned"):
        await hajun.cancel_event(event)
    await hajun.delete_event(own)
    with pytest.raises(CannotDo, match="over or gone"):
        await minji.change_event(own, name="없는 산책")
