"""A bot such as PluralKit writes anew what a member wrote, and deletes that: the card follows."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from sandbox.discord import Message, Person
from tests.support.database import opened
from tests.support.world import CHAT, World, open_world, until

QUIET_SECONDS = 0.5
LUNA = "루나"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        await world.link("민지")
        yield world
        assert world.discord.problems == []


@pytest.fixture
def junho(world: World) -> Person:
    return world.discord.person("준호")


async def replace(world: World, written: Message, text: str, *, first: str = "copy") -> Message:
    """Do as such a bot does; Discord tells of the copy first, or of the deletion."""
    if first == "deletion":
        world.discord.world.delete(written)
        await asyncio.sleep(QUIET_SECONDS)
    copy = world.discord.webhook_says(CHAT, LUNA, text)
    if first == "copy":
        await asyncio.sleep(QUIET_SECONDS)
        world.discord.world.delete(written)
    return copy


async def opens(world: World) -> list[str]:
    """Return where the cards that have arrived lead."""
    async with httpx.AsyncClient() as browser:
        return [
            (await browser.get(one.template["content"]["link"]["web_url"])).headers["location"]
            for one in world.kakao.outbox
        ]


async def lead_to(world: World, copy: Message) -> None:
    """Wait until the only card leads there: it may have been made at that very moment."""
    async with asyncio.timeout(20):
        while await opens(world) != [copy.jump_url]:  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0.05)


def message_ids(world: World) -> list[int]:
    with opened(world) as database:
        return [number for (number,) in database.execute("SELECT message_id FROM hits")]


@pytest.mark.parametrize("first", ["copy", "deletion"])
async def test_the_card_of_a_replaced_message_opens_the_one_that_exists(
    world: World, minji: Person, junho: Person, first: str
) -> None:
    await minji.slash(CHAT, "highlight add", word="번개")
    written = await junho.say(CHAT, "L: 번개 하실 분?")
    copy = await replace(world, written, "번개 하실 분?", first=first)
    await until(lambda: message_ids(world) == [copy.id])
    await until(lambda: world.kakao.outbox)
    await asyncio.sleep(QUIET_SECONDS)
    assert len(world.kakao.outbox) == 1
    await lead_to(world, copy)


async def test_what_waits_goes_out_under_the_name_of_the_copy(
    world: World, minji: Person, junho: Person
) -> None:
    await minji.slash(CHAT, "highlight add", word="번개")
    world.discord.rest_fails(503, at="/messages/")
    written = await junho.say(CHAT, "L: 번개 하실 분?")
    await until(lambda: message_ids(world) == [written.id])
    copy = await replace(world, written, "번개 하실 분?")
    await until(lambda: message_ids(world) == [copy.id])
    world.discord.rest_fails(None)
    await until(lambda: world.kakao.outbox, 20)
    card = str(world.kakao.outbox[0].template)
    assert LUNA in card
    assert "L:" not in card
    await lead_to(world, copy)


async def test_whoever_wants_bots_as_well_hears_of_it_once(
    world: World, minji: Person, junho: Person
) -> None:
    await minji.slash(CHAT, "highlight add", word="번개")
    await minji.slash(CHAT, "highlight options", bots=True)
    written = await junho.say(CHAT, "L: 번개 하실 분?")
    await until(lambda: world.kakao.outbox)
    copy = await replace(world, written, "번개 하실 분?")
    await until(lambda: message_ids(world) == [copy.id])
    await asyncio.sleep(QUIET_SECONDS)
    assert len(world.kakao.outbox) == 1


async def test_what_another_webhook_says_takes_nobodys_place(
    world: World, minji: Person, junho: Person
) -> None:
    await minji.slash(CHAT, "highlight add", word="번개")
    written = await junho.say(CHAT, "번개 하실 분?")
    await until(lambda: world.kakao.outbox)
    await replace(world, written, "배포 완료")
    await asyncio.sleep(QUIET_SECONDS)
    assert await opens(world) == [written.jump_url]


async def test_a_forward_by_hand_opens_the_copy_as_well(
    world: World, minji: Person, junho: Person
) -> None:
    written = await junho.say(CHAT, "L: 새 로고")
    await minji.menu(CHAT, "Send to my KakaoTalk", written)
    await until(lambda: world.kakao.outbox)
    copy = await replace(world, written, "새 로고")
    await asyncio.sleep(QUIET_SECONDS)
    await lead_to(world, copy)


async def test_whoever_opts_out_meanwhile_is_not_carried_under_another_name(
    world: World, minji: Person, junho: Person
) -> None:
    await minji.slash(CHAT, "highlight add", word="번개")
    world.discord.rest_fails(503, at="/messages/")
    written = await junho.say(CHAT, "L: 번개 하실 분?")
    await until(lambda: message_ids(world) == [written.id])
    copy = await replace(world, written, "번개 하실 분?")
    await until(lambda: message_ids(world) == [copy.id])
    await junho.slash(CHAT, "privacy optout", on=True)
    world.discord.rest_fails(None)
    await until(lambda: reasons(world) == ["opted-out"], 20)
    assert not world.kakao.outbox


def reasons(world: World) -> list[str]:
    with opened(world) as database:
        return [reason for (reason,) in database.execute("SELECT reason FROM hits")]
