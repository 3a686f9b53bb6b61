"""Two processes of each role on one PostgreSQL, as members see them, and killed in turn."""

import asyncio
import json
import signal
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from sandbox.discord import Guild, Person
from sandbox.kakao import Message
from tests.support.fleet import Fleet, open_fleet
from tests.support.postgres import Cluster
from tests.support.world import until

PATIENCE = 60.0
# As any other process would write it.
COPY = """
INSERT INTO rules (member_id, guild_id, kind, text, created_at, options)
SELECT member_id, :guild_id, kind, text, created_at, options FROM rules WHERE text = '소나기'
"""
SET = "INSERT INTO settings (guild_id, version, settings) VALUES (:guild_id, 1, :settings)"
# So that no card waits because there were many within the hour.
AGE = "UPDATE deliveries SET created_at = created_at - 7200"
RESET = "DELETE FROM settings WHERE guild_id = :guild_id"
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def fleet(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Fleet]:
    folder = tmp_path_factory.mktemp("fleet")
    async with cluster.database() as url, open_fleet(url, folder) as fleet:
        fleet.begin_two_of_each()
        await fleet.until_healthy()
        fleet.begin("twin", "gateway", shards="0/2")  # it tries for some seconds
        await fleet.world.link("민지")
        for guild in (fleet.village, fleet.beyond):
            reply = await minji(fleet).slash(fleet.room(guild), "highlight add", word="번개")
            assert "번개" in reply.text
        yield fleet
        assert fleet.world.discord.problems == []


def minji(fleet: Fleet) -> Person:
    return fleet.world.discord.person("민지")


def cards(fleet: Fleet, text: str) -> list[Message]:
    """The cards that hold a text."""
    return [one for one in fleet.world.kakao.outbox if text in str(one.template)]


async def said(fleet: Fleet, guild: Guild, text: str) -> None:
    await fleet.world.discord.person("준호").say(fleet.room(guild), text)


async def arrives(fleet: Fleet, text: str) -> None:
    """Wait for a card, which is long ago then."""
    await until(lambda: cards(fleet, text), PATIENCE)
    await fleet.change(AGE)


async def sends_by_hand(fleet: Fleet, text: str) -> None:
    room = fleet.room(fleet.village)
    message = await fleet.world.discord.person("준호").say(room, text)
    reply = await minji(fleet).menu(room, "Send to my KakaoTalk", message)
    await reply.until(lambda one: "보냈어요" in one.text)
    assert len(cards(fleet, text)) == 1


async def test_a_member_hears_of_both_servers_and_gets_answers_from_any_process(
    fleet: Fleet,
) -> None:
    for guild in (fleet.village, fleet.beyond):
        await said(fleet, guild, f"번개 모여요 {guild.id}")
        await arrives(fleet, f"번개 모여요 {guild.id}")
    await sends_by_hand(fleet, "누가 보내든")


async def test_a_rule_copied_to_the_other_gateways_server_counts_there_within_two_seconds(
    fleet: Fleet,
) -> None:
    reply = await minji(fleet).slash(fleet.room(fleet.village), "highlight add", word="소나기")
    assert "소나기" in reply.text
    await fleet.change(COPY, guild_id=fleet.beyond.id)
    await asyncio.sleep(2)
    await said(fleet, fleet.beyond, "소나기가 와요")
    await arrives(fleet, "소나기가 와요")


async def test_settings_made_in_one_process_hold_in_those_that_send(fleet: Fleet) -> None:
    room = fleet.room(fleet.village)
    await said(fleet, fleet.village, "번개 하나")
    await arrives(fleet, "번개 하나")
    closed = json.dumps({"never": [room.id]})
    await fleet.change(SET, guild_id=fleet.village.id, settings=closed)
    await asyncio.sleep(2)
    await said(fleet, fleet.village, "번개 둘")
    message = await fleet.world.discord.person("준호").say(room, "손으로도")
    reply = await minji(fleet).menu(room, "Send to my KakaoTalk", message)
    assert "내보내지 않도록" in reply.text
    await fleet.change(RESET, guild_id=fleet.village.id)
    await asyncio.sleep(2)
    await sends_by_hand(fleet, "다시 열렸어요")
    assert cards(fleet, "번개 둘") == []


async def test_senders_are_killed_and_the_other_one_goes_on(fleet: Fleet) -> None:
    for name in ("sender 1", "sender 2"):
        await fleet.kill(name)
        await sends_by_hand(fleet, f"{name} is dead")
        await fleet.start(name, "sender")


async def test_webs_are_killed_and_the_other_one_goes_on(fleet: Fleet) -> None:
    for name, person in (("web 1", "준호"), ("web 2", "하준")):
        await fleet.kill(name)
        await fleet.world.link(person)
        await fleet.start(name, "web")


async def test_what_is_written_while_a_gateway_is_dead_arrives_when_it_is_back(
    fleet: Fleet,
) -> None:
    for guild, other in ((fleet.village, fleet.beyond), (fleet.beyond, fleet.village)):
        name = fleet.gateway_of(guild)
        await fleet.kill(name)
        await said(fleet, guild, f"번개 missed {guild.id}")
        await said(fleet, other, f"번개 meanwhile {guild.id}")
        await arrives(fleet, f"번개 meanwhile {guild.id}")
        assert cards(fleet, f"번개 missed {guild.id}") == []
        fleet.begin(name, "gateway", shards=f"{name.split()[1]}/2")
        await arrives(fleet, f"번개 missed {guild.id}")
        await fleet.until_healthy(name)


async def test_a_second_process_for_the_same_servers_is_refused_in_one_line(fleet: Fleet) -> None:
    assert await fleet.ended("twin") == 1
    del fleet.processes["twin"]
    [line] = fleet.log("twin").read_text().splitlines()
    assert line.startswith("SHARDS: another process listens to 0/2 already")


async def test_a_stopped_gateway_that_comes_back_sends_no_card_twice(fleet: Fleet) -> None:
    name = fleet.gateway_of(fleet.village)
    fleet.signal(name, signal.SIGSTOP)
    stopped_at = time.monotonic()
    await said(fleet, fleet.village, "번개 while stopped")
    await asyncio.sleep(max(0.0, stopped_at + 7 - time.monotonic()))
    fleet.signal(name, signal.SIGCONT)
    await arrives(fleet, "번개 while stopped")
    await asyncio.sleep(1)
    assert len(cards(fleet, "번개 while stopped")) == 1
