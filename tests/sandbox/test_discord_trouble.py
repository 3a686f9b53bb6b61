"""What goes wrong at Discord on demand, as a bot of unmodified discord.py meets it."""

import asyncio
import logging
from collections.abc import AsyncIterator

import aiohttp
import discord
import pytest

from sandbox.discord import LocalDiscord, Poll
from tests.support.sandbox_discord import (
    TinyBot,
    a_bot,
    by_hand,
    listening,
    new_discord,
    next_of,
    nothing,
    pointed_at,
)

SOON = 0.2


@pytest.fixture
async def local() -> AsyncIterator[LocalDiscord]:
    async with new_discord().serve() as served:
        yield served


def member(local: LocalDiscord) -> str:
    return f"/guilds/{local.guild.id}/members/{local.person('민지').id}"


@pytest.mark.parametrize(("status", "kind"), [(500, "application/json"), (502, "text/html")])
async def test_a_failure_is_discords_own_or_a_page_of_the_proxy_before_it(
    local: LocalDiscord, status: int, kind: str
) -> None:
    local.rest_fails(status)
    async with aiohttp.ClientSession() as http, http.get(f"{local.api_url}/gateway") as reply:
        assert (reply.status, reply.content_type) == (status, kind)
    local.rest_fails(None)
    async with aiohttp.ClientSession() as http, http.get(f"{local.api_url}/gateway") as reply:
        assert reply.status == 200


async def test_only_some_calls_fail(local: LocalDiscord) -> None:
    local.rest_fails(503, at="/members/")
    async with by_hand(local) as call:
        assert (await call("GET", member(local)))[0] == 503
        assert (await call("GET", f"/guilds/{local.guild.id}"))[0] == 200


async def test_who_is_barred_by_the_proxy_is_told_so_in_its_own_words(local: LocalDiscord) -> None:
    async with a_bot(local) as bot:
        local.rest_fails(429)
        with pytest.raises(discord.HTTPException) as raised:
            await bot.fetch_user(local.person("민지").id)
    assert (raised.value.status, raised.value.code) == (429, 0)


async def test_a_call_that_hangs_is_answered_if_somebody_still_waits_when_it_is_over(
    local: LocalDiscord,
) -> None:
    async with by_hand(local) as call:
        local.rest_hangs(at="/members/")
        asked = asyncio.create_task(call("GET", member(local)))
        assert (await call("GET", f"/guilds/{local.guild.id}"))[0] == 200
        await asyncio.sleep(SOON)
        assert not asked.done()
        local.rest_hangs(False)
        assert (await asked)[0] == 200


async def test_what_hangs_is_not_done_once_nobody_waits_any_more(local: LocalDiscord) -> None:
    room = local.guild.channel("잡담")
    async with by_hand(local) as call:
        local.rest_hangs()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(SOON):
                await call("POST", f"/channels/{room.id}/messages", {"content": "안녕"})
        await asyncio.sleep(SOON)
        local.rest_hangs(False)
        _, messages = await call("GET", f"/channels/{room.id}/messages")
    assert "안녕" not in [one["content"] for one in messages]


async def test_refused_connections_leave_the_gateway_that_stands(local: LocalDiscord) -> None:
    async with a_bot(local) as bot:
        await local.refuse_connections()
        with pytest.raises(aiohttp.ClientConnectionError):
            await bot.fetch_user(local.person("민지").id)
        await local.person("민지").say("잡담", "들려요?")
        async with asyncio.timeout(20):
            assert (await bot.heard.get()).content == "들려요?"
        await local.refuse_connections(False)
        assert (await bot.fetch_user(local.person("민지").id)).display_name == "민지"


async def test_servers_may_come_late_and_tell_nothing_before(local: LocalDiscord) -> None:
    local.hold_guilds()
    bot = TinyBot(discord.Intents(guilds=True, messages=True), nothing)
    with pointed_at(local):
        async with bot, asyncio.TaskGroup() as group:
            told = listening(bot, "guild_available")
            group.create_task(bot.start(local.bot_token))
            async with asyncio.timeout(20):
                await bot.came.wait()
            [guild] = bot.guilds
            assert guild.unavailable
            await local.person("민지").say("잡담", "아직이에요?")
            local.hold_guilds(False)
            assert (await next_of(told))[1].name == "까치 마을"
            assert bot.heard.empty()
            await bot.close()


async def test_a_poll_without_an_end_is_more_than_discord_py_can_read(
    local: LocalDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    endless = Poll("언제 만날까요?", ["토요일", "일요일"], expires_at=None)
    message = await local.person("민지").say("잡담", "투표해요", poll=endless)
    async with a_bot(local) as bot:
        room = bot.get_channel(message.channel.id)
        assert isinstance(room, discord.TextChannel)
        with pytest.raises(TypeError):
            await room.fetch_message(message.id)
