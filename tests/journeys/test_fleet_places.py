"""Members, admins and the operator, served by a gateway that another server is told to."""

import json
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise

import pytest
import pytest_asyncio

from bot.discord.identify import PAUSE
from sandbox.discord import Channel, Guild, Person
from sandbox.discord.gateway import Identify
from sandbox.discord.permissions import Permission
from sandbox.kakao.calendars import CalendarEvent
from tests.support.fleet import Fleet, open_fleet, shard_of
from tests.support.postgres import Cluster
from tests.support.world import link_of, until

HOUR = 3600.0
PATIENCE = 60.0
PAGE, SERVER = "kkachi:operator-choice:page", "kkachi:operator-choice:server"
LOG = "INSERT INTO settings (guild_id, version, settings) VALUES (:guild_id, 1, :settings)"
GATEWAYS = ("gateway 0", "gateway 1")
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def fleet(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Fleet]:
    folder = tmp_path_factory.mktemp("fleet")
    async with cluster.database() as url, open_fleet(url, folder) as fleet:
        world = fleet.world
        world.settings["KAKAO_CALENDAR"] = "true"
        world.kakao.offer_calendar()
        world.kakao.calendar_members_only(on=False)
        world.discord.limit_identifies(2)
        for guild in guilds(fleet):
            chief = world.discord.world.add_role(guild, "부방장", int(Permission.MANAGE_GUILD))
            world.discord.world.give_role(guild.member("민지"), chief)
        for number, name in enumerate(GATEWAYS):
            fleet.begin(name, "gateway", shards=f"{number}/2")
        fleet.begin("web and sender", "web", "sender")
        await fleet.until_healthy()
        await world.link("민지")
        yield fleet
        assert world.discord.problems == []


def guilds(fleet: Fleet) -> tuple[Guild, Guild]:
    """Return both servers; another gateway listens to each."""
    return fleet.village, fleet.beyond


def both_ways(fleet: Fleet) -> tuple[tuple[Channel, Guild], ...]:
    """Return a room of each server, and the server that its gateway does not listen to."""
    here, there = guilds(fleet)
    return (fleet.room(here), there), (fleet.room(there), here)


def asks(fleet: Fleet) -> tuple[Channel, ...]:
    """Return where one may ask about anything: in each server and, at shard 0, directly."""
    return fleet.room(fleet.village), fleet.room(fleet.beyond), minji(fleet).dm


def minji(fleet: Fleet) -> Person:
    return fleet.world.discord.person("민지")


async def test_the_operator_sees_all_servers_and_looks_at_each_wherever_they_are(
    fleet: Fleet,
) -> None:
    for room, far in both_ways(fleet):
        shown = await minji(fleet).slash(room, "settings operator")
        assert shown.ephemeral
        assert all(one.name in shown.text for one in guilds(fleet))
        one = await minji(fleet).choose(shown, SERVER, [far.name])
        assert str(far.id) in one.text


async def test_a_notice_of_the_operators_reaches_the_log_channels_of_all_servers(
    fleet: Fleet,
) -> None:
    for guild in guilds(fleet):
        settings = json.dumps({"log_channel_id": fleet.room(guild).id})
        await fleet.change(LOG, guild_id=guild.id, settings=settings)
    for room, _ in both_ways(fleet):
        shown = await minji(fleet).slash(room, "settings operator")
        work = await minji(fleet).choose(shown, PAGE, ["점검·공지·모듈"])
        form = await minji(fleet).press(work, "공지 쓰기")
        words = f"{room.name}에서 알려요"
        done = await minji(fleet).submit(form, {"한국어": words})
        assert "2곳 중 2곳" in done.text
        for guild in guilds(fleet):
            said = fleet.world.discord.world.messages(fleet.room(guild))
            assert sum(words in message.content for message in said) == 1


async def test_a_member_reads_the_names_of_servers_that_another_process_listens_to(
    fleet: Fleet,
) -> None:
    for guild in guilds(fleet):
        await minji(fleet).slash(fleet.room(guild), "kakao visible", on=True)
        await minji(fleet).slash(fleet.room(guild), "highlight add", word="번개")
    for place in asks(fleet):
        status = await minji(fleet).slash(place, "kakao status")
        assert all(one.name in status.text for one in guilds(fleet)), status.text
    for room, far in both_ways(fleet):
        found = await minji(fleet).autocomplete(room, "highlight import", "server", "")
        assert [one["name"] for one in found] == [far.name]


async def test_a_message_of_another_processs_server_is_forwarded_by_its_address(
    fleet: Fleet,
) -> None:
    for guild in guilds(fleet):
        junho = fleet.world.discord.person("준호")
        message = await junho.say(fleet.room(guild), f"{guild.name} 소식")
        for place in asks(fleet):
            sent = await minji(fleet).slash(place, "forward me", message=message.jump_url)
            await sent.until(lambda one: "보냈어요" in one.text, PATIENCE)


async def test_who_was_disconnected_reads_where_in_whichever_server_they_ask_next(
    fleet: Fleet,
) -> None:
    discord, hajun = fleet.world.discord, fleet.world.discord.person("하준")
    for room, far in both_ways(fleet):
        discord.close_dms(minji(fleet))
        shown = await hajun.slash(fleet.room(far), "settings member", member=minji(fleet))
        form = (await hajun.press(shown, "연결 강제 해제")).form
        await hajun.submit(form, {"이유 (멤버에게 보여요)": "도배"})
        told = await minji(fleet).slash(room, "kakao status")
        message = await told.until(lambda one: "도배" in one.text, PATIENCE)
        assert far.name in message.text
        discord.close_dms(minji(fleet), closed=False)
        shown = await hajun.slash(fleet.room(far), "settings member", member=minji(fleet))
        await hajun.press(shown, shown.labels[0])


# calendars


def entries(fleet: Fleet) -> list[CalendarEvent]:
    kakao = fleet.world.kakao
    return list(kakao.calendars.of(kakao.account("민지")).events.values())


async def stands(fleet: Fleet, name: str) -> None:
    """Wait until an event, and nothing else, stands in the calendar."""
    await until(lambda: [one.title for one in entries(fleet)] == [name], PATIENCE)


async def test_an_event_is_once_in_the_calendar_whichever_gateway_is_killed_in_between(
    fleet: Fleet,
) -> None:
    world, hajun = fleet.world, fleet.world.discord.person("하준")
    for event in world.discord.world.events_of(fleet.village):
        await minji(fleet).mark(event, interested=False)
    how = {"what": "event-new", "calendar": True, "interested": True}
    for guild in guilds(fleet):
        asked = await minji(fleet).slash(fleet.room(guild), "notify add", **how)
        if any("url" in one for row in asked.answer.components for one in row["components"]):
            await world.visit(link_of(asked), "민지")
    start = world.discord.world.now() // HOUR * HOUR + 24 * HOUR
    for guild in guilds(fleet):
        world.kakao.slow(30.0)
        name = f"모임 {guild.id}"
        event = await hajun.plan(guild, name, start, ends_at=start + HOUR, where="서울숲")
        await minji(fleet).mark(event)
        await stands(fleet, name)
        for gateway in GATEWAYS:  # whichever of them asked Kakao
            await fleet.kill(gateway)
        world.kakao.slow(0.0)
        other, own = sorted(GATEWAYS, key=lambda one: one == fleet.gateway_of(guild))
        fleet.begin_anew(other)
        await fleet.until_healthy(other)
        changed = f"새 {name}"
        await hajun.change_event(event, name=changed)
        fleet.begin_anew(own)
        await fleet.until_healthy(own)
        await stands(fleet, changed)
        await hajun.delete_event(event)
        await until(lambda: entries(fleet) == [], PATIENCE)
    created = [one for one in world.kakao.requests if one.path.endswith("/create/event")]
    assert len(created) == len(guilds(fleet))


# coming to Discord


async def test_shards_of_several_processes_come_as_many_at_a_time_as_discord_takes(
    fleet: Fleet,
) -> None:
    discord = fleet.world.discord
    assert all(one.is_in for one in discord.identifies)
    for at_once, most_waits in ((2, 1), (16, 0)):
        await ends(fleet, *GATEWAYS)
        discord.limit_identifies(at_once)
        for number, name in enumerate(GATEWAYS):
            fleet.begin(name, "gateway", shards=f"{2 * number}-{2 * number + 1}/4")
        await fleet.until_healthy(*GATEWAYS)
        came = discord.identifies
        assert sorted(one.shard for one in came) == [0, 1, 2, 3]
        assert all(one.is_in for one in came)
        assert waits(came) <= most_waits
    assert shard_of(fleet.village) != shard_of(fleet.beyond)
    await test_the_operator_sees_all_servers_and_looks_at_each_wherever_they_are(fleet)


def waits(came: Sequence[Identify]) -> int:
    """Count how often all that were still to come have waited for their turn."""
    return sum(after.at - before.at >= PAUSE for before, after in pairwise(came))


async def ends(fleet: Fleet, *names: str) -> None:
    for name in names:
        fleet.processes[name].terminate()
    for name in names:
        await fleet.ended(name)
