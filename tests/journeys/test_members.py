"""Members whom nobody knows yet are asked for together, and nobody is taken for gone by that."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.discord.limits import MEMBERS_ASKED_FOR
from bot.discord.reader import DiscordServerReader
from bot.errors import DiscordAway
from bot.services.messages.models import Source
from sandbox.discord import LocalDiscord
from storage.rules import RuleKind
from tests.support.discord_trouble import HURRIED
from tests.support.sandbox_discord import TinyBot, a_bot, listening, new_discord, next_of
from tests.support.watching import open_tower
from tests.support.world import CHAT

AT_HTTP = "/members/"
SECONDS = 5
STRANGER = 123456789012345678
PER_MINUTE = 110  # requests that discord.py sends over one gateway connection


@pytest.fixture
async def local() -> AsyncIterator[LocalDiscord]:
    async with new_discord().serve() as served:
        yield served
        assert served.problems == []


@pytest.fixture
async def bot(local: LocalDiscord) -> AsyncIterator[TinyBot]:
    async with a_bot(local) as bot:
        yield bot


@pytest.fixture
def reader(bot: TinyBot) -> DiscordServerReader:
    return DiscordServerReader(bot, HURRIED)


def crowd(local: LocalDiscord, count: int) -> list[int]:
    """Let so many people join; return their ids."""
    people = [local.world.add_user(f"user{number}", f"사람 {number}") for number in range(count)]
    for one in people:
        local.world.join(local.guild, one)
    return [one.id for one in people]


async def known(
    reader: DiscordServerReader, local: LocalDiscord, ids: Iterable[int]
) -> list[frozenset[int] | BaseException | None]:
    """Ask for the roles of all of them at the same moment."""
    asking = (reader.roles(one, local.guild.id) for one in ids)
    return await asyncio.gather(*asking, return_exceptions=True)


def everybody(local: LocalDiscord, ids: Sequence[int]) -> list[frozenset[int]]:
    return [frozenset({local.guild.id})] * len(ids)


async def test_thirty_members_are_one_request_over_the_gateway_and_none_by_http(
    local: LocalDiscord, bot: TinyBot
) -> None:
    ids, reader = crowd(local, 30), DiscordServerReader(bot)
    local.rest_fails(503, at=AT_HTTP)
    assert await known(reader, local, ids) == everybody(local, ids)
    assert await known(reader, local, ids) == everybody(local, ids)
    [request] = local.member_requests
    assert {int(one) for one in request["user_ids"]} == set(ids)


async def test_more_than_a_hundred_are_several_requests(local: LocalDiscord, bot: TinyBot) -> None:
    ids, reader = crowd(local, MEMBERS_ASKED_FOR + 30), DiscordServerReader(bot)
    local.rest_fails(503, at=AT_HTTP)
    assert await known(reader, local, ids) == everybody(local, ids)
    assert [len(one["user_ids"]) for one in local.member_requests] == [MEMBERS_ASKED_FOR, 30]


async def test_one_member_alone_is_asked_for_by_http(
    local: LocalDiscord, reader: DiscordServerReader
) -> None:
    ids = crowd(local, 1)
    assert await known(reader, local, ids) == everybody(local, ids)
    assert local.member_requests == []


async def test_one_member_whom_http_says_nothing_of_keeps_nobody_else_waiting(
    local: LocalDiscord, bot: TinyBot
) -> None:
    reader, (slow, other) = DiscordServerReader(bot), crowd(local, 2)
    local.rest_hangs(at=f"{AT_HTTP}{slow}")
    asking = asyncio.create_task(known(reader, local, [slow]))
    await local.until(lambda: local.hanging == 1)
    async with asyncio.timeout(SECONDS):
        assert await known(reader, local, [other]) == everybody(local, [other])
    assert not asking.done()
    local.rest_hangs(False)
    assert await asking == everybody(local, [slow])


async def test_the_members_of_one_message_are_one_request(
    local: LocalDiscord, bot: TinyBot, tmp_path: Path
) -> None:
    reader = DiscordServerReader(bot)
    ids, here = crowd(local, 30), local.guild.id
    said = await local.person("준호").say(CHAT, "공지가 있어요")
    async with open_tower(tmp_path) as tower:
        for one in ids:
            await tower.link(one)
            await tower.services.rules.add(one, here, RuleKind.WORD, "공지")
        before = replace(tower.message(), source=Source(here, said.channel.id, said.id - 1))
        await tower.services.watch.see(before)
        tower.services.sight.attach(reader)
        local.rest_fails(503, at=AT_HTTP)
        seen = replace(tower.message(), source=Source(here, said.channel.id, said.id))
        await tower.services.watch.see(seen)
        assert None not in [await tower.services.watch.found(one, seen) for one in ids]
    assert len(local.member_requests) == 1


async def test_whoever_the_gateway_does_not_name_is_gone_only_if_http_says_so(
    local: LocalDiscord, reader: DiscordServerReader
) -> None:
    stayed, left = crowd(local, 2)
    local.world.leave(local.guild, local.world.users[left])
    ids = [stayed, left, STRANGER]
    # So long that the gateway's half of it is enough for an answer.
    with_trouble = DiscordServerReader(reader._bot, replace(HURRIED, answer=4.0))
    local.rest_fails(503, at=AT_HTTP)
    first, *others = await known(with_trouble, local, ids)
    assert first == frozenset({local.guild.id})
    assert [type(one) for one in others] == [DiscordAway, DiscordAway]
    local.rest_fails(None)
    assert await known(reader, local, ids) == [first, None, None]


async def test_a_gateway_that_does_not_answer_is_left_alone_for_a_while_and_http_is_asked(
    local: LocalDiscord, bot: TinyBot, reader: DiscordServerReader
) -> None:
    local.members_hang()
    first, second = crowd(local, 3), crowd(local, 2)
    assert await known(reader, local, first) == everybody(local, first)
    assert await known(reader, local, second) == everybody(local, second)
    assert len(local.member_requests) == 1
    assert bot._connection._chunk_requests == {}


async def test_a_new_session_before_the_answer_takes_nobody_for_gone(
    local: LocalDiscord, bot: TinyBot
) -> None:
    reader = DiscordServerReader(bot)
    local.members_hang()
    ids, told = crowd(local, 3), listening(bot, "ready")
    asking = asyncio.create_task(known(reader, local, ids))
    await local.until(lambda: len(local.member_requests) == 1)
    await local.drop_gateway(resumable=False)
    answers = await asking
    assert None not in answers
    await next_of(told)
    local.members_hang(False)
    assert await known(DiscordServerReader(bot), local, ids) == everybody(local, ids)


async def test_who_is_asked_for_and_wanted_no_more_costs_the_others_nothing(
    local: LocalDiscord, reader: DiscordServerReader
) -> None:
    ids = crowd(local, 3)
    gone, *left = [asyncio.create_task(reader.roles(one, local.guild.id)) for one in ids]
    await asyncio.sleep(0)
    gone.cancel()
    assert await asyncio.gather(*left) == everybody(local, ids[1:])


async def test_when_the_gateway_takes_no_more_requests_http_is_asked(
    local: LocalDiscord, bot: TinyBot
) -> None:
    ids = crowd(local, 2)
    for _ in range(PER_MINUTE + 5):
        assert await known(DiscordServerReader(bot), local, ids) == everybody(local, ids)
    assert 0 < len(local.member_requests) <= PER_MINUTE
