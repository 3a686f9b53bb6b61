"""What the reader says of Discord while that is in trouble: a clear no, or that nobody knows."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.discord.failures import LIMIT_SECONDS
from bot.discord.reader import DiscordServerReader
from bot.discord.whereabouts import is_outside
from bot.errors import DiscordAway
from bot.services.clock import PATIENCE
from bot.services.messages.models import Source
from sandbox.discord import LocalDiscord, Message, Overwrite, Permission
from storage.departures import DepartureStore
from storage.rules import RuleKind
from tests.support.discord_trouble import HURRIED, TROUBLES, in_trouble
from tests.support.sandbox_discord import (
    TinyBot,
    a_bot,
    default_intents,
    listening,
    new_discord,
    next_of,
    nothing,
    pointed_at,
)
from tests.support.unreadable import UnreadablePoll
from tests.support.watching import HighlightsWorld, open_tower
from tests.support.world import CHAT, until

DAY = 24 * 3600.0
# To the next server of the same one of two shards.
NEXT = 2 << 22
Ask = Callable[[DiscordServerReader, LocalDiscord, Message], Awaitable[object]]


@pytest.fixture
async def local() -> AsyncIterator[LocalDiscord]:
    async with new_discord().serve() as served:
        yield served


@pytest.fixture
async def bot(local: LocalDiscord) -> AsyncIterator[TinyBot]:
    async with a_bot(local) as bot:
        yield bot


@pytest.fixture
def reader(bot: TinyBot) -> DiscordServerReader:
    return DiscordServerReader(bot, HURRIED)


@pytest.fixture
async def tower(tmp_path: Path, reader: DiscordServerReader) -> AsyncIterator[HighlightsWorld]:
    """The services, with the real reader on the local Discord."""
    async with open_tower(tmp_path, HURRIED) as tower:
        tower.services.sight.attach(reader)
        yield tower


def place_of(message: Message) -> Source:
    channel = message.channel
    return Source(channel.guild.id if channel.guild else None, channel.id, message.id)


def member(local: LocalDiscord) -> int:
    return local.person("민지").id


async def history(reader: DiscordServerReader, local: LocalDiscord, message: Message) -> list[int]:
    seen = reader.history(local.guild.id, message.channel.id, message.id - 1)
    return [one.source.message_id async for one in seen]


QUESTIONS: dict[str, Ask] = {
    "reads": lambda reader, local, said: reader.reads(
        member(local), local.guild.id, said.channel.id
    ),
    "roles": lambda reader, local, _: reader.roles(member(local), local.guild.id),
    "manages": lambda reader, local, _: reader.manages(local.person("하준").id, local.guild.id),
    "belongs": lambda reader, local, _: reader.belongs(member(local), local.guild.id),
    "highlights": lambda reader, local, said: reader.highlights(member(local), [place_of(said)]),
    "before": lambda reader, local, said: reader.before(member(local), place_of(said), 2),
    "history": history,
}


async def unanswered(bot: TinyBot, local: LocalDiscord, said: Message) -> set[str]:
    """Ask everything at once, each by a reader that knows nothing; return what nobody knows."""

    async def is_unknown(ask: Ask) -> bool:
        try:
            async with asyncio.timeout(5 * HURRIED.answer):
                return not await ask(DiscordServerReader(bot, HURRIED), local, said)
        except DiscordAway:
            return True

    unknown = await asyncio.gather(*map(is_unknown, QUESTIONS.values()))
    return {name for name, nobody_knows in zip(QUESTIONS, unknown, strict=True) if nobody_knows}


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_while_discord_fails_nobody_knows_and_afterwards_they_do(
    local: LocalDiscord, bot: TinyBot, trouble: str
) -> None:
    said = await local.person("준호").say(CHAT, "안녕하세요")
    async with in_trouble(local, trouble):
        assert await unanswered(bot, local, said) == set(QUESTIONS)
    for ask in QUESTIONS.values():
        assert await ask(DiscordServerReader(bot), local, said)


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_a_refusal_without_a_code_of_discords_is_no_answer(
    local: LocalDiscord, bot: TinyBot, status: int
) -> None:
    said = await local.person("준호").say(CHAT, "안녕하세요")
    local.rest_fails(status)
    assert await unanswered(bot, local, said) == set(QUESTIONS)


async def test_while_the_gateway_is_away_nobody_knows(
    local: LocalDiscord, bot: TinyBot, reader: DiscordServerReader
) -> None:
    said = await local.person("준호").say(CHAT, "안녕하세요")
    told = listening(bot, "shard_disconnect")
    async with local.away():
        await next_of(told)
        assert await unanswered(bot, local, said) == set(QUESTIONS)
        with pytest.raises(DiscordAway):
            await reader.is_in(local.guild.id)
    await local.connected()
    await until(lambda: not bot.shards[0].is_closed())
    assert await reader.is_in(local.guild.id)


async def test_of_a_server_in_an_outage_nothing_is_known(
    local: LocalDiscord, bot: TinyBot, reader: DiscordServerReader
) -> None:
    said = await local.person("준호").say(CHAT, "안녕하세요")
    told = listening(bot, "guild_unavailable")
    local.world.outage(local.guild)
    await next_of(told)
    assert await unanswered(bot, local, said) == set(QUESTIONS)
    with pytest.raises(DiscordAway):
        await reader.is_in(local.guild.id)


async def test_before_the_first_greeting_nothing_is_known(local: LocalDiscord) -> None:
    reader = DiscordServerReader(TinyBot(default_intents(), nothing), HURRIED)
    with pytest.raises(DiscordAway):
        await reader.is_in(local.guild.id)
    with pytest.raises(DiscordAway):
        await reader.reads(1, local.guild.id, 2)


async def test_a_server_that_took_kkachi_out_is_a_clear_no(
    local: LocalDiscord, bot: TinyBot, reader: DiscordServerReader
) -> None:
    said = await local.person("준호").say(CHAT, "안녕하세요")
    told = listening(bot, "guild_remove")
    local.world.leave(local.guild, local.world.bot)
    await next_of(told)
    assert not await reader.is_in(local.guild.id)
    assert await reader.highlights(member(local), [place_of(said)]) == {}
    with pytest.raises(DiscordAway):
        await reader.belongs(member(local), local.guild.id)


async def test_what_discord_clearly_says_is_believed(
    local: LocalDiscord, reader: DiscordServerReader
) -> None:
    junho, here = local.person("준호"), local.guild.id
    said = await junho.say(CHAT, "지울 글")
    await junho.delete(said)
    assert await reader.highlights(member(local), [place_of(said)]) == {}
    assert not await reader.reads(member(local), here, local.guild.channel("운영진").id)
    assert not await reader.reads(member(local), here, 123456789012345678)
    local.world.leave(local.guild, junho.user)
    assert not await reader.belongs(junho.id, here)
    assert await reader.roles(junho.id, here) is None
    assert await reader.belongs(member(local), here)


async def test_a_room_that_hides_itself_from_kkachi_is_a_clear_no(
    local: LocalDiscord, reader: DiscordServerReader
) -> None:
    said = await local.person("준호").say(CHAT, "이제 숨을 방")
    deny = Overwrite(local.world.bot.id, deny=int(Permission.VIEW_CHANNEL), for_member=True)
    said.channel.overwrites.append(deny)
    assert await reader.highlights(member(local), [place_of(said)]) == {}
    assert await history(reader, local, said) == []


async def test_while_discord_keeps_silent_only_the_first_waits_for_it(
    local: LocalDiscord, reader: DiscordServerReader
) -> None:
    local.rest_hangs()
    started = asyncio.get_running_loop().time()
    for number in range(50):
        with pytest.raises(DiscordAway):
            await reader.roles(number + 1, local.guild.id)
    assert asyncio.get_running_loop().time() < started + 10 * HURRIED.answer


async def test_giving_up_in_a_limit_for_all_requests_does_not_hold_up_the_others_for_good(
    local: LocalDiscord, reader: DiscordServerReader
) -> None:
    local.limit_next(1, retry_after=60, everywhere=True)
    with pytest.raises(DiscordAway):
        await reader.roles(member(local), local.guild.id)
    await asyncio.sleep(LIMIT_SECONDS + HURRIED.answer)
    assert await reader.roles(member(local), local.guild.id)


async def test_a_message_that_cannot_be_read_costs_only_itself(
    local: LocalDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    junho = local.person("준호")
    unread = UnreadablePoll("비밀 투표", ["가", "나"], expires_at=4e9)
    polls = [await junho.say(CHAT, "비밀 투표", poll=unread) for _ in range(2)]
    said = [await junho.say(CHAT, f"글 {number}") for number in range(5)]
    last = await junho.say(CHAT, "비밀 투표", poll=unread)
    caplog.set_level(logging.INFO)
    async with a_bot(local) as bot:
        reader = DiscordServerReader(bot)
        assert await history(reader, local, polls[0]) == [one.id for one in said]
        wanted = [place_of(one) for one in (*polls, *said)]
        assert list(await reader.highlights(member(local), wanted)) == wanted[2:]
        few = [place_of(one) for one in (polls[0], said[0])]
        assert list(await reader.highlights(member(local), few)) == few[1:]
        before = await reader.before(member(local), place_of(last), 6)
        assert [one.seen.text for one in before] == [f"글 {number}" for number in range(5)]
    assert "cannot be read: AttributeError" in caplog.text
    assert "비밀" not in caplog.text


async def test_however_much_was_written_all_of_it_is_read(
    local: LocalDiscord, bot: TinyBot
) -> None:
    junho = local.person("준호")
    first = await junho.say(CHAT, "글 0")
    rest = await junho.flood(CHAT, [f"글 {number}" for number in range(1, 1100)])
    read = await history(DiscordServerReader(bot), local, first)
    assert read == [first.id, *(one.id for one in rest)]


# grace time


async def look_until_known(tower: HighlightsWorld) -> None:
    """Let the loop look who has left, until that is known of all."""
    departures = DepartureStore(tower.database)
    looking = asyncio.create_task(tower.services.leaving.run())
    async with asyncio.timeout(20):
        while not await departures.before(tower.clock() + DAY):  # noqa: ASYNC110 - nobody sets an event for a test
            await asyncio.sleep(0.01)
    looking.cancel()


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_who_cannot_be_asked_about_has_not_left_and_is_asked_about_again_soon(
    local: LocalDiscord, tower: HighlightsWorld, trouble: str
) -> None:
    rules, here = tower.services.rules, local.guild.id
    stayed, left = local.person("민지"), local.person("준호")
    for person in (stayed, left):
        await rules.add(person.id, here, RuleKind.WORD, "공지")
    local.world.leave(local.guild, left.user)
    departures = DepartureStore(tower.database)
    async with in_trouble(local, trouble):
        assert not await tower.services.leaving.look()
        assert await departures.before(tower.clock() + DAY) == []
        looking = asyncio.create_task(look_until_known(tower))
        await asyncio.sleep(HURRIED.longest)
    await looking
    assert await departures.before(tower.clock() + DAY) == [(here, left.id)]


@pytest.mark.parametrize("trouble", ["refusing", "hanging", "outage"])
async def test_before_anything_is_erased_discord_is_asked_once_more(
    local: LocalDiscord, bot: TinyBot, tower: HighlightsWorld, trouble: str
) -> None:
    junho, here = local.person("준호"), local.guild.id
    await tower.services.rules.add(junho.id, here, RuleKind.WORD, "공지")
    local.world.leave(local.guild, junho.user)
    assert await tower.services.leaving.look()
    tower.clock.at += 8 * DAY
    if trouble == "outage":
        told = listening(bot, "guild_unavailable", "guild_available")
        local.world.outage(local.guild)
        await next_of(told)
        await tower.services.leaving.tidy()
        local.world.outage(local.guild, out=False)
        await next_of(told)
    else:
        async with in_trouble(local, trouble):
            await tower.services.leaving.tidy()
    assert await tower.services.rules.of(junho.id, here)
    await asyncio.sleep(HURRIED.answer)
    local.world.join(local.guild, junho.user)
    await tower.services.leaving.tidy()
    assert await tower.services.rules.of(junho.id, here)
    local.world.leave(local.guild, junho.user)
    await tower.services.leaving.look()
    tower.clock.at += 8 * DAY
    await tower.services.leaving.tidy()
    assert await tower.services.rules.of(junho.id, here) == []


async def test_whether_kkachi_is_in_a_server_is_asked_where_the_gateway_does_not_say(
    local: LocalDiscord, bot: TinyBot
) -> None:
    minji = local.person("민지")
    other = local.world.add_guild("옆 마을", minji.user, with_bot=False)
    bot.kkachi = SimpleNamespace(patience=HURRIED)  # type: ignore[attr-defined]

    async def outside(guild_id: int) -> bool:
        pressed = SimpleNamespace(client=bot, guild_id=guild_id, is_guild_integration=lambda: False)
        return await is_outside(pressed)  # type: ignore[arg-type]

    for is_heard in (True, False):
        if not is_heard:
            bot._ready.clear()  # as for servers that another process hears of
        assert not await outside(local.guild.id)
        assert await outside(other.id)
    local.rest_down()
    with pytest.raises(DiscordAway):
        await outside(other.id)


async def test_a_server_that_another_process_listens_to_is_read_over_http_for_a_minute(
    local: LocalDiscord,
) -> None:
    said = await local.person("준호").say(CHAT, "안녕하세요")
    far = TinyBot(default_intents(), nothing)
    far.shard_ids, far.shard_count = [1 - (local.guild.id >> 22) % 2], 2
    setattr(far, "kkachi", SimpleNamespace(patience=PATIENCE))  # noqa: B010 - as `attach` puts it there
    with pointed_at(local):
        async with far:
            await far.login(local.bot_token)
            reader = DiscordServerReader(far)
            assert await reader.is_in(local.guild.id)
            assert not await reader.is_in(local.guild.id + NEXT)
            assert await reader.reads(member(local), local.guild.id, said.channel.id)
            found = await reader.highlights(member(local), [place_of(said)])
            assert found[place_of(said)].seen.text == "안녕하세요"
            local.rest_fails(503)
            assert await reader.places(local.guild.id, said.channel.id) is not None
            with pytest.raises(DiscordAway):
                await reader.is_in(local.guild.id + 2 * NEXT)
