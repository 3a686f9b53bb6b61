"""The gateway: who is let in, what is heard, and what comes after a drop."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import discord
import pytest

from sandbox.discord import LocalDiscord
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
    async with asyncio.timeout(5):
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
        async with asyncio.timeout(10):
            await bot.came.wait()
        assert bot.resumed == 0


async def test_what_happens_without_a_session_is_never_told(local: LocalDiscord) -> None:
    async with a_bot(local) as bot:
        bot.came.clear()
        async with local.away(resumable=False):
            await local.person("민지").say("잡담", "아무도 못 들어요")
        async with asyncio.timeout(10):
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
