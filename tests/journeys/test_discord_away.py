"""Whatever goes wrong at Discord: what members wait for arrives once, as soon as it is over."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio

from sandbox.discord import Person
from tests.support.discord_trouble import HURRIED, TROUBLES, in_trouble
from tests.support.unreadable import UnreadablePoll
from tests.support.world import CHAT, World, open_world, until

pytestmark = pytest.mark.asyncio(loop_scope="module")
MINUTE, HOUR, DAY = 60.0, 3600.0, 24 * 3600.0
WHILE = 0.25
# Minutes that the pauses after a few cards take together; no event of theirs begins within them.
PAUSES = 20
WORD = "번개"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def village(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("away")
    shutil.copy(migrated, folder)
    async with open_world(folder, patience=HURRIED) as world:
        await world.link("민지")
        await world.discord.person("민지").slash(CHAT, "highlight add", word=WORD)
        await world.discord.person("민지").slash(CHAT, "highlight me", what="role")
        yield world


@pytest_asyncio.fixture(loop_scope="module")
async def world(village: World) -> AsyncIterator[World]:
    """The same world for all, each on a day of its own."""
    village.advance(DAY)
    village.kakao.outbox.clear()
    yield village
    assert village.discord.problems == []


@pytest.fixture
def junho(world: World) -> Person:
    return world.discord.person("준호")


def path_of(world: World) -> str:
    return world.settings["DATABASE_URL"].partition(":///")[2]


def stored(world: World, query: str, *values: object) -> int:
    with closing(sqlite3.connect(path_of(world))) as database:
        [count] = database.execute(f"SELECT count(*) FROM {query}", values).fetchone()  # noqa: S608 - conditions of this file
    return int(count)


def believe_nothing(world: World) -> None:
    """Let a role change, so that the bot asks about members anew."""
    guild = world.discord.guild
    world.discord.world.role_changed(guild, guild.role("레이드팀"))


async def arrives_once(world: World, *words: str) -> None:
    """See all of this on 민지's phone, on one card or several, and nothing twice."""
    minutes = PAUSES
    async with asyncio.timeout(30):
        while not all(word in texts(world) for word in words):
            await asyncio.sleep(WHILE)
            # Not in the middle of a send.
            if minutes and not stored(world, "deliveries WHERE state IN ('queued', 'sending')"):
                world.advance(MINUTE)
                minutes -= 1
    await asyncio.sleep(WHILE)
    assert [texts(world).count(word) for word in words] == [1] * len(words)


def texts(world: World) -> str:
    """Return all that arrived, of a digest what stands on the page behind it."""
    found: list[str] = []
    for template in (message.template for message in world.kakao.outbox):
        if template["object_type"] == "list":
            digest_id = template["header_link"]["web_url"].rpartition("/")[2]
            found += listed(world, digest_id)
        else:
            content = template["content"]
            found.append(f"{content['title']}\n{content['description']}")
    return "\n".join(found)


def listed(world: World, digest_id: str) -> list[str]:
    with closing(sqlite3.connect(path_of(world))) as database:
        lines = database.execute(
            "SELECT title, text FROM digest_items WHERE digest_id = ?", [digest_id]
        )
        return [f"{title}\n{text}" for title, text in lines]


async def put_off(world: World, minji: Person) -> None:
    """Let a card wait until in an hour, and a reminder until in an hour and a half."""
    await minji.slash(CHAT, "notify add", what="event-soon", minutes=30, interested=True)
    await minji.slash(CHAT, "highlight pause", hours=1)
    start = world.discord.world.now() + 2 * HOUR
    hajun = world.discord.person("하준")
    event = await hajun.plan(
        world.discord.guild, "늦은 모임", start, ends_at=start + HOUR, where="왕십리로"
    )
    await minji.mark(event)
    await world.discord.person("준호").say(CHAT, f"{WORD} 미뤄 둔 글")
    await world.until_waiting(1)


async def miss(world: World, words: str) -> None:
    """Let something be written while the bot is off; it is back, but no server is shown yet."""
    await world.stop_bot()
    await world.discord.person("준호").say("레이드-모집", f"{WORD} {words}")
    world.discord.hold_guilds()
    await world.start_bot()


PUT_OFF = (f"준호: {WORD} 미뤄 둔 글", "곧 시작해요: 늦은 모임")


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_what_is_found_missed_due_or_ready_to_go_meanwhile_arrives_once(
    world: World, minji: Person, junho: Person, trouble: str
) -> None:
    await put_off(world, minji)
    world.advance(50 * MINUTE)
    await miss(world, "놓친 글")
    async with in_trouble(world.discord, trouble):
        world.discord.hold_guilds(False)
        world.advance(45 * MINUTE)
        await junho.say(CHAT, f"{WORD} 하실 분?")
        said = await junho.say(CHAT, "@레이드팀 모여요")
        await until(lambda: stored(world, "hits WHERE message_id = ?", said.id))
        await asyncio.sleep(WHILE)
        assert not world.kakao.outbox
    found = (f"준호: {WORD} 하실 분?", "준호: @레이드팀 모여요")
    await arrives_once(world, *PUT_OFF, f"준호: {WORD} 놓친 글", *found)


async def test_while_the_gateway_is_away_everything_waits_and_then_arrives_once(
    world: World, minji: Person, junho: Person
) -> None:
    await put_off(world, minji)
    async with world.discord.away(resumable=False):
        world.advance(95 * MINUTE)
        await junho.say(CHAT, f"{WORD} 놓친 글")
        await asyncio.sleep(WHILE)
        assert not world.kakao.outbox
    await world.discord.connected(20)
    await arrives_once(world, *PUT_OFF, f"준호: {WORD} 놓친 글")


async def test_servers_that_discord_shows_long_after_a_start_lose_nothing(
    world: World, minji: Person
) -> None:
    await put_off(world, minji)
    world.advance(50 * MINUTE)
    await miss(world, "놓친 글")
    world.advance(45 * MINUTE)
    # To these waits as long as minutes are to those of a minute.
    await asyncio.sleep(5 * HURRIED.longest)
    assert not world.kakao.outbox
    world.discord.hold_guilds(False)
    await arrives_once(world, *PUT_OFF, f"준호: {WORD} 놓친 글")


async def test_a_card_that_is_ready_waits_for_discord_and_says_so(
    world: World, junho: Person
) -> None:
    believe_nothing(world)
    async with in_trouble(world.discord, "503", at="/members/"):
        await junho.say(CHAT, f"{WORD} 기다려요")
        await until(lambda: stored(world, "deliveries WHERE reason = 'discord' AND tries > 1"))
        assert not world.kakao.outbox
    await arrives_once(world, f"준호: {WORD} 기다려요")


@pytest.mark.parametrize("trouble", ["refusing", "hanging"])
async def test_what_happens_in_the_server_meanwhile_is_told_once(
    world: World, minji: Person, trouble: str
) -> None:
    for what in ("voice", "thread"):
        await minji.slash(CHAT, "notify add", what=what)
    await minji.slash(CHAT, "notify add", what="event-changed", interested=True)
    hajun, start = world.discord.person("하준"), world.discord.world.now() + 2 * HOUR
    event = await hajun.plan(
        world.discord.guild, "모임", start, ends_at=start + HOUR, where="왕십리로"
    )
    await minji.mark(event)
    believe_nothing(world)
    async with in_trouble(world.discord, trouble):
        await hajun.join_voice("마실방")
        await hajun.open_thread(CHAT, f"저녁 {trouble}")
        await hajun.change_event(event, name=f"큰 모임 {trouble}")
        await asyncio.sleep(WHILE)
        assert not world.kakao.outbox
    await arrives_once(
        world, "🔊 하준", f"새 스레드: 저녁 {trouble}", f"이벤트 변경: 큰 모임 {trouble}"
    )
    await hajun.leave_voice()


@pytest.mark.parametrize("trouble", ["refusing", "hanging"])
async def test_reactions_and_pins_meanwhile_are_counted_when_they_can_be(
    world: World, minji: Person, junho: Person, trouble: str
) -> None:
    await minji.slash(CHAT, "highlight me", what="reaction", reactions=1)
    await minji.slash(CHAT, "notify add", what="pin")
    mine = await minji.say(CHAT, f"새 로고 {trouble}")
    plain = await junho.say("레이드-모집", f"회비 {trouble}")
    async with in_trouble(world.discord, trouble):
        await junho.react(mine, "🔥")
        await world.discord.person("하준").pin(plain)
        await asyncio.sleep(WHILE)
        assert not world.kakao.outbox
    await arrives_once(world, f"민지: 새 로고 {trouble}", f"준호: 회비 {trouble}")


async def test_who_asks_meanwhile_is_told_that_discord_does_not_answer(
    world: World, minji: Person, junho: Person
) -> None:
    said = await junho.say(CHAT, "여기 있어요")
    for trouble in ("503", "hanging"):
        async with in_trouble(world.discord, trouble, at="/channels/"):
            reply = await minji.slash(CHAT, "forward me", message=said.jump_url)
        assert "디스코드가 대답하지 않아요" in reply.text


async def test_why_says_that_it_waits_for_discord_and_never_that_all_is_passed(
    world: World, minji: Person, junho: Person
) -> None:
    believe_nothing(world)
    async with in_trouble(world.discord, "503", at="/members/"):
        said = await junho.say(CHAT, f"{WORD} 왜 안 와요?")
        await until(lambda: stored(world, "hits WHERE message_id = ?", said.id))
        why = (await minji.slash(CHAT, "highlight why", message=said.jump_url)).text
    assert "디스코드의 답을 기다려요" in why
    assert "모든 조건을 통과했어요" not in why
    await arrives_once(world, f"준호: {WORD} 왜 안 와요?")


async def test_a_message_that_cannot_be_read_costs_only_itself_in_a_gap(
    world: World, junho: Person
) -> None:
    await world.stop_bot()
    unread = UnreadablePoll("언제?", ["오늘", "내일"], expires_at=4e9)
    for number in range(3):
        await junho.say(CHAT, f"{WORD} 투표", poll=unread)
        await junho.say(CHAT, f"{WORD} 글 {number}")
    await world.start_bot()
    await arrives_once(world, *(f"준호: {WORD} 글 {number}" for number in range(3)))
    world.discord.problems.clear()
