"""The gateway: who is let in, what is heard, and what comes after a drop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import reduce
from operator import or_
from typing import Any

import aiohttp
import discord
import pytest

from sandbox.discord import LocalDiscord
from sandbox.discord.intents import Intent
from tests.support.sandbox_discord import (
    TinyBot,
    a_bot,
    by_hand,
    default_intents,
    listening,
    new_discord,
    next_of,
    pointed_at,
)


@pytest.fixture
async def local() -> AsyncIterator[LocalDiscord]:
    async with new_discord().serve() as served:
        yield served
    assert served.problems == []


async def heard(bot: TinyBot, count: int = 1) -> list[discord.Message]:
    async with asyncio.timeout(20):
        return [await bot.heard.get() for _ in range(count)]


async def test_a_wrong_token_is_refused(local: LocalDiscord) -> None:
    bot = TinyBot(default_intents(), lambda _: None)
    with pointed_at(local):
        async with bot:
            with pytest.raises(discord.LoginFailure):
                await bot.start("not the token")


async def test_a_privileged_intent_that_is_off_ends_the_bot(local: LocalDiscord) -> None:
    local.allow_intents()
    bot = TinyBot(default_intents(), lambda _: None)
    with pointed_at(local):
        async with bot:
            with pytest.raises(discord.PrivilegedIntentsRequired):
                await bot.start(local.bot_token)


async def test_the_guild_arrives_with_its_channels(local: LocalDiscord) -> None:
    async with a_bot(local) as bot:
        (guild,) = bot.guilds
        names = [channel.name for channel in guild.channels]
    assert names[:4] == ["공지", "잡담", "레이드-모집", "운영진"]
    assert names[4:] == ["마실방", "이야기-숲", "어른들", "심야-이야기"]


async def test_members_come_in_chunks_to_whom_asks(local: LocalDiscord) -> None:
    async with a_bot(local, intents=default_intents(members=True)) as bot:
        assert {member.display_name for member in bot.guilds[0].members} >= {"민지", "지우"}


async def test_without_the_members_intent_a_bot_knows_only_itself(local: LocalDiscord) -> None:
    async with a_bot(local) as bot:
        assert [member.bot for member in bot.guilds[0].members] == [True]
        assert await bot.guilds[0].query_members("민") != []


async def test_a_message_is_heard(local: LocalDiscord) -> None:
    async with a_bot(local) as bot:
        await local.person("민지").say("잡담", "안녕하세요")
        (message,) = await heard(bot)
    assert (message.content, message.author.display_name) == ("안녕하세요", "민지")


async def test_without_the_content_intent_the_text_is_empty(local: LocalDiscord) -> None:
    async with a_bot(local, intents=default_intents(message_content=False)) as bot:
        await local.person("민지").say("잡담", "안녕하세요")
        await local.person("민지").say("잡담", f"{local.world.bot.mention} 여기요")
        hidden, called = await heard(bot, 2)
    assert hidden.content == ""
    assert called.content.endswith("여기요")


async def test_without_the_messages_intent_nothing_is_heard(local: LocalDiscord) -> None:
    async with a_bot(local, intents=default_intents(messages=False, dm_messages=True)) as bot:
        await local.person("민지").say("잡담", "서버에서")
        minji = local.person("민지")
        await minji.say(minji.dm, "쪽지로")
        messages = await heard(bot)
    assert [message.content for message in messages] == ["쪽지로"]


async def test_a_channel_the_bot_cannot_see_is_not_heard(local: LocalDiscord) -> None:
    staff = local.guild.channel("운영진")
    staff.overwrites = [one for one in staff.overwrites if not one.for_member]
    async with a_bot(local) as bot:
        await local.person("하준").say("운영진", "비밀")
        await local.person("하준").say("잡담", "공개")
        messages = await heard(bot)
    assert [message.content for message in messages] == ["공개"]


async def test_a_dropped_bot_resumes_and_hears_what_it_missed(local: LocalDiscord) -> None:
    async with a_bot(local) as bot:
        local.refuse_gateway()
        await local.drop_gateway()
        await local.until(lambda: not local.gateway.connected)
        await local.person("민지").say("잡담", "그 사이에")
        local.refuse_gateway(False)
        (message,) = await heard(bot)
    assert message.content == "그 사이에"


async def test_a_resumed_session_is_told_so(local: LocalDiscord) -> None:
    async with a_bot(local) as bot:
        await local.drop_gateway()
        await local.person("민지").say("잡담", "곧바로")
        await heard(bot)
        assert bot.resumed == 1


async def test_a_lost_session_begins_anew(local: LocalDiscord) -> None:
    async with a_bot(local) as bot:
        bot.came.clear()
        await local.drop_gateway(resumable=False)
        async with asyncio.timeout(20):
            await bot.came.wait()
        assert bot.resumed == 0


async def test_what_happens_without_a_session_is_never_told(local: LocalDiscord) -> None:
    async with a_bot(local) as bot:
        bot.came.clear()
        async with local.away(resumable=False):
            await local.person("민지").say("잡담", "아무도 못 들어요")
        async with asyncio.timeout(20):
            await bot.came.wait()
        await local.person("민지").say("잡담", "이제 들려요")
        (message,) = await heard(bot)
    assert (message.content, bot.resumed) == ("이제 들려요", 0)


async def test_a_replay_may_tell_the_last_events_twice(local: LocalDiscord) -> None:
    minji = local.person("민지")
    async with a_bot(local) as bot:
        await minji.flood("잡담", ["하나", "둘"])
        await heard(bot, 2)
        async with local.away(repeated=1):
            await minji.say("잡담", "셋")
        messages = await heard(bot, 2)
        await local.drop_gateway()
        await minji.say("잡담", "넷")
        messages += await heard(bot)
    assert [message.content for message in messages] == ["둘", "셋", "넷"]


async def test_the_greeting_is_never_repeated(local: LocalDiscord) -> None:
    async with a_bot(local) as bot:
        told = listening(bot, "ready", "guild_available", "resumed")
        await local.drop_gateway(repeated=100)
        assert await next_of(told) == ["resumed"]


async def test_a_bot_comes_back_when_it_is_asked_to(local: LocalDiscord) -> None:
    async with a_bot(local) as bot:
        told = listening(bot, "resumed")
        local.ask_to_reconnect()
        assert await next_of(told) == ["resumed"]
        await local.person("민지").say("잡담", "다시 왔네요")
        assert [message.content for message in await heard(bot)] == ["다시 왔네요"]


async def test_a_server_goes_out_and_comes_back(local: LocalDiscord) -> None:
    async with a_bot(local) as bot:
        told = listening(bot, "guild_unavailable", "guild_available")
        local.world.outage(local.guild)
        await local.person("민지").say("잡담", "들려요?")
        local.world.outage(local.guild, out=False)
        assert (await next_of(told))[0] == "guild_unavailable"
        assert (await next_of(told))[0] == "guild_available"
        assert bot.heard.empty()


async def test_a_bot_that_is_put_out_loses_the_server(local: LocalDiscord) -> None:
    async with a_bot(local) as bot:
        told = listening(bot, "guild_remove")
        local.world.leave(local.guild, local.world.bot)
        assert (await next_of(told))[0] == "guild_remove"
        assert list(bot.guilds) == []


async def test_a_new_server_tells_no_more_of_its_members_than_the_intents_allow(
    local: LocalDiscord,
) -> None:
    async with a_bot(local) as bot:
        told = listening(bot, "guild_join")
        local.world.add_guild("두 번째", local.person("민지").user)
        await next_of(told)
        assert [member.bot for member in bot.guilds[-1].members] == [True]


async def test_a_reply_that_calls_the_bot_hides_what_it_answers(local: LocalDiscord) -> None:
    async with a_bot(local, intents=default_intents(message_content=False)) as bot:
        secret = await local.person("준호").say("잡담", "비밀")
        call = f"{local.world.bot.mention} 이거요"
        await local.person("민지").say("잡담", call, reply_to=secret)
        _, reply = await heard(bot, 2)
    assert reply.content == call
    assert reply.reference is not None
    assert isinstance(reply.reference.resolved, discord.Message)
    assert reply.reference.resolved.content == ""


async def test_two_shards_share_the_guilds(local: LocalDiscord) -> None:
    second = local.world.add_guild("두 번째", local.person("민지").user)
    async with a_bot(local, shards=2) as bot:
        shards = {guild.id: guild.shard_id for guild in bot.guilds}
    assert shards == {one.id: (one.id >> 22) % 2 for one in (local.guild, second)}


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ('{"op": 8, "d": {}}', 4003),
        ('{"op": 2, "d": {"token": "x", "intents": 0}}', 4004),
        ("not json", 4002),
        ("[]", 4002),
    ],
)
async def test_bad_frames_close_the_connection(local: LocalDiscord, frame: str, code: int) -> None:
    async with aiohttp.ClientSession() as http, http.ws_connect(f"{local.url}/gateway") as socket:
        assert (await socket.receive_json())["op"] == 10
        await socket.send_str(frame)
        await socket.receive()
        assert socket.close_code == code


async def test_a_heartbeat_is_acknowledged(local: LocalDiscord) -> None:
    async with aiohttp.ClientSession() as http, http.ws_connect(f"{local.url}/gateway") as socket:
        await socket.receive_json()
        await socket.send_json({"op": 1, "d": None})
        assert (await socket.receive_json())["op"] == 11


async def test_the_api_being_down_is_seen_by_the_bot(local: LocalDiscord) -> None:
    async with a_bot(local) as bot:
        local.rest_down()
        with pytest.raises(discord.DiscordServerError):
            await bot.fetch_user(local.person("민지").id)


async def test_a_rate_limit_is_waited_out(local: LocalDiscord) -> None:
    async with a_bot(local) as bot:
        local.limit_next(1, retry_after=0.01)
        assert (await bot.fetch_user(local.person("민지").id)).display_name == "민지"


async def test_the_gateway_address_is_local(local: LocalDiscord) -> None:
    async with by_hand(local) as call:
        status, body = await call("GET", "/gateway/bot")
    assert (status, body["url"]) == (200, local.url.replace("http", "ws") + "/gateway")


async def identified(local: LocalDiscord, shard: int, shards: int) -> int | str:
    """Let a shard come by hand; give the name of what it hears, or else the number."""
    async with aiohttp.ClientSession() as http, http.ws_connect(f"{local.url}/gateway") as socket:
        intents, token = int(Intent.GUILDS), local.bot_token
        identify = {"token": token, "intents": intents, "shard": [shard, shards]}
        await socket.receive_json()  # hello
        await socket.send_json({"op": 2, "d": identify})
        frame = await socket.receive_json()
    told: int | str = frame["t"] or frame["op"]
    return told


async def test_shards_of_one_key_come_five_seconds_apart_and_others_together(
    local: LocalDiscord,
) -> None:
    local.limit_identifies(2)
    async with by_hand(local) as call:
        _, body = await call("GET", "/gateway/bot")
    assert body["session_start_limit"]["max_concurrency"] == 2
    assert [await identified(local, shard, 4) for shard in range(4)] == ["READY", "READY", 9, 9]
    local.world.advance(5)
    assert [await identified(local, shard, 4) for shard in (2, 3, 0)] == ["READY", "READY", 9]
    assert [one.shard for one in local.identifies if not one.is_in] == [2, 3, 0]


# members on request


@asynccontextmanager
async def a_session(
    local: LocalDiscord, *intents: Intent
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """Identify by hand, and hear of the server."""
    async with aiohttp.ClientSession() as http, http.ws_connect(f"{local.url}/gateway") as socket:
        identify = {"token": local.bot_token, "intents": int(reduce(or_, intents, Intent.GUILDS))}
        await socket.send_json({"op": 2, "d": identify})
        await dispatched(socket, "GUILD_CREATE")
        yield socket


async def dispatched(socket: aiohttp.ClientWebSocketResponse, name: str) -> dict[str, Any]:
    """Give what the next event of this name holds."""
    async with asyncio.timeout(20):
        while (frame := await socket.receive_json()).get("t") != name:
            pass
    data: dict[str, Any] = frame["d"]
    return data


async def asked(
    local: LocalDiscord, socket: aiohttp.ClientWebSocketResponse, **about: object
) -> dict[str, Any]:
    """Ask for members, and give the answer."""
    await socket.send_json({"op": 8, "d": {"guild_id": str(local.guild.id)} | about})
    return await dispatched(socket, "GUILD_MEMBERS_CHUNK")


def names(chunk: dict[str, Any]) -> set[str]:
    return {member["user"]["global_name"] for member in chunk["members"]}


async def test_members_are_given_by_their_ids_without_any_privileged_intent(
    local: LocalDiscord,
) -> None:
    minji, junho = (local.person(name).id for name in ("민지", "준호"))
    async with a_session(local) as socket:
        chunk = await asked(local, socket, user_ids=[str(minji), junho, "5"], nonce="7")
        assert names(chunk) == {"민지", "준호"}
        assert chunk["not_found"] == ["5"]
        assert chunk["nonce"] == "7"
        assert (chunk["chunk_index"], chunk["chunk_count"]) == (0, 1)
        assert "presences" not in chunk
        one = await asked(local, socket, user_ids=str(minji), nonce="7" * 33, presences=True)
        assert names(one) == {"민지"}
        assert not {"nonce", "presences"} & one.keys()


async def test_presences_are_given_to_whom_their_intent_is_given(local: LocalDiscord) -> None:
    minji = str(local.person("민지").id)
    async with a_session(local, Intent.GUILD_PRESENCES) as socket:
        assert "presences" in await asked(local, socket, user_ids=[minji], presences=True)
        assert "presences" not in await asked(local, socket, user_ids=[minji])


async def test_a_hundred_members_are_given_by_their_ids_and_the_others_are_a_fault_of_the_bot(
    local: LocalDiscord,
) -> None:
    people = [local.world.add_user(f"user{number}", f"사람 {number}") for number in range(101)]
    for one in people:
        local.world.join(local.guild, one)
    async with a_session(local) as socket:
        ids = [str(one.id) for one in people]
        assert len((await asked(local, socket, user_ids=ids[1:]))["members"]) == 100
        assert local.problems == []
        assert len((await asked(local, socket, user_ids=ids))["members"]) == 100
    assert local.problems.pop() == "more than 100 members are asked for by id"


async def test_all_members_come_a_thousand_at_a_time_and_once_in_half_a_minute(
    local: LocalDiscord,
) -> None:
    before = len(local.guild.members)
    for number in range(1000):
        local.world.join(local.guild, local.world.add_user(f"user{number}", f"사람 {number}"))
    all_of_them = {"guild_id": str(local.guild.id), "query": "", "limit": 0, "nonce": "n"}
    async with a_session(local, Intent.GUILD_MEMBERS) as socket:
        first = await asked(local, socket, **all_of_them)
        rest = await dispatched(socket, "GUILD_MEMBERS_CHUNK")
        assert (len(first["members"]), len(rest["members"])) == (1000, before)
        assert (first["chunk_index"], rest["chunk_index"], rest["chunk_count"]) == (0, 1, 2)
        named = await asked(local, socket, query="사람", limit=0)
        assert len(named["members"]) == 100
        await socket.send_json({"op": 8, "d": all_of_them})
        limited = await dispatched(socket, "RATE_LIMITED")
        assert limited["meta"] == {"guild_id": str(local.guild.id), "nonce": "n"}
        assert 0 < limited["retry_after"] <= 30
        local.world.advance(limited["retry_after"])
        assert len((await asked(local, socket, **all_of_them))["members"]) == 1000


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"query": "", "limit": 0}, 4014),
        ({"query": "", "limit": 1}, 4014),
        ({"query": "민"}, 4002),
        ({"user_ids": []}, 4002),
        ({"user_ids": ["민지"]}, 4002),
        ({"guild_id": None, "user_ids": ["5"]}, 4002),
        ({}, 4002),
        ({"user_ids": ["1" * 20] * 200}, 4002),
    ],
)
async def test_requests_that_discord_does_not_take_close_the_connection(
    local: LocalDiscord, request_: dict[str, Any], code: int
) -> None:
    async with a_session(local) as socket:
        await socket.send_json({"op": 8, "d": {"guild_id": str(local.guild.id)} | request_})
        await socket.receive()
        assert socket.close_code == code


async def test_more_than_120_frames_a_minute_close_the_connection(local: LocalDiscord) -> None:
    async with a_session(local) as socket:
        for _ in range(119):
            await socket.send_json({"op": 1, "d": None})
            assert (await socket.receive_json())["op"] == 11
        local.world.advance(60)
        for _ in range(121):
            await socket.send_json({"op": 1, "d": None})
        while (await socket.receive()).type is aiohttp.WSMsgType.TEXT:
            pass
        assert socket.close_code == 4008


async def test_a_gateway_that_keeps_silent_about_members_says_so_of_none(
    local: LocalDiscord,
) -> None:
    minji = str(local.person("민지").id)
    async with a_session(local) as socket:
        local.members_hang()
        request = {"guild_id": str(local.guild.id), "user_ids": [minji]}
        await socket.send_json({"op": 8, "d": request})
        await local.until(lambda: len(local.member_requests) == 1)
        local.members_hang(False)
        await asked(local, socket, user_ids=[minji], nonce="second")
        assert local.member_requests[0] == request
