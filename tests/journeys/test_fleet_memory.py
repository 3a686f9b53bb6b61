"""Nothing that members wait for is in the memory of the one process that is killed."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from sandbox.discord import Guild, Permission, Person
from sandbox.kakao.state import Webhook
from tests.support.fleet import Fleet, open_fleet
from tests.support.postgres import Cluster
from tests.support.processes import start_process
from tests.support.world import World, open_world, until

PATIENCE = 60.0
EVERYTHING = ("gateway", "sender", "web")
UNDONE = "카카오에서 까치와의 연결이 끊겼어요"
STUCK = (
    """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'no'; END $$
""",
    "CREATE TRIGGER stuck BEFORE DELETE ON links FOR EACH ROW EXECUTE FUNCTION refuse()",
)
FREE = ("DROP TRIGGER stuck ON links", "DROP FUNCTION refuse")
STUCK_HERE = "CREATE TRIGGER stuck BEFORE DELETE ON links BEGIN SELECT RAISE(ABORT, 'no'); END"
pytestmark = pytest.mark.asyncio(loop_scope="module")
WHO_WORKS = "SELECT tries FROM waiting_webhooks WHERE tries > 0"
WHO_TELLS = """
SELECT workers.shards FROM notices JOIN workers ON workers.id = notices.worker
"""


def hear_kakao(world: World) -> None:
    """Let Kakao say who has unlinked, and the processes believe it."""
    app = world.kakao.app
    app.unlink_webhook = Webhook(f"{world.public_url}/webhooks/kakao/unlink", "GET")
    world.settings |= {"KAKAO_ADMIN_KEY": app.admin_key, "KAKAO_APP_ID": str(app.id)}


async def unlinks(world: World, name: str) -> None:
    """Let somebody cut the connection at Kakao, which hears that we know."""
    notices = await world.kakao.unlink_at_kakao(world.kakao.account(name))
    assert [one.status for one in notices] == [200]


def told(person: Person) -> int:
    """How often somebody has read in a direct message that they are not linked any more."""
    return sum(UNDONE in one.text for one in person.dms)


# Two processes that do everything, each for its half of the servers


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def fleet(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Fleet]:
    folder = tmp_path_factory.mktemp("memory")
    async with cluster.database() as url, open_fleet(url, folder) as fleet:
        hear_kakao(fleet.world)
        make_owner_admin(fleet)
        for number in (0, 1):
            fleet.begin(f"web {number}", *EVERYTHING, shards=f"{number}/2")
        await fleet.until_healthy()
        yield fleet
        assert fleet.world.discord.problems == []


async def test_whoever_comes_back_reads_it_on_their_answer_whichever_process_served_the_page(
    fleet: Fleet,
) -> None:
    for guild, name in ((fleet.village, "민지"), (fleet.beyond, "준호")):
        person = fleet.world.discord.person(name)
        await links(fleet, guild, name)
        assert person.dms == []


async def test_what_kakao_said_is_worked_through_by_another_when_its_process_is_killed(
    fleet: Fleet,
) -> None:
    for statement in STUCK:
        await fleet.change(statement)
    await unlinks(fleet.world, "민지")
    await seen(fleet, WHO_WORKS)
    await fleet.kill("web 0")  # the one that the proxy asks
    for statement in FREE:
        await fleet.change(statement)
    minji = fleet.world.discord.person("민지")
    await until(lambda: told(minji), PATIENCE)
    assert await fleet.rows("SELECT id FROM waiting_webhooks") == []
    await fleet.start("web 0", *EVERYTHING, shards="0/2")
    assert told(minji) == 1


async def test_what_a_gateway_was_telling_when_it_was_killed_the_other_one_tells(
    fleet: Fleet,
) -> None:
    junho = fleet.world.discord.person("준호")
    fleet.world.discord.rest_hangs(at="@me/channels")
    await unlinks(fleet.world, "준호")
    [[shards]] = await seen(fleet, WHO_TELLS)
    name = f"web {shards.partition('/')[0]}"
    await fleet.kill(name)
    fleet.world.discord.rest_hangs(False)
    await until(lambda: told(junho), PATIENCE)
    await fleet.start(name, *EVERYTHING, shards=shards)
    assert told(junho) == 1
    assert await fleet.rows("SELECT id FROM notices") == []


async def test_a_module_is_loaded_anew_in_both_from_the_page_and_from_the_command_line(
    fleet: Fleet,
) -> None:
    owner = fleet.world.discord.person("민지")
    page = await owner.slash(fleet.room(fleet.village), "settings operator")
    work = await owner.choose(page, "kkachi:operator-choice:page", ["점검·공지·모듈"])
    done = await owner.choose(work, "kkachi:operator-choice:reload", ["cogs.forward"])
    await done.until(lambda one: "다시 불러왔어요" in one.text)
    assert "`0/2, 1/2`" in done.text
    assert [reloads(fleet, number) for number in (0, 1)] == [1, 1]
    settings = fleet.world.settings | {"WEB_PORT": str(fleet.ports["web 1"])}
    process = await start_process(settings, fleet.folder, "reload", "cogs.forward")
    printed, problem = await process.communicate()
    lines = [f"cogs.forward: ok (SHARDS={number}/2)" for number in (0, 1)]
    assert (printed.decode().splitlines(), problem) == (lines, b"")
    assert [reloads(fleet, number) for number in (0, 1)] == [2, 2]


def make_owner_admin(fleet: Fleet) -> None:
    """Let 민지, who runs the bot, see the commands of admins."""
    here, guild = fleet.world.discord.world, fleet.village
    chief = here.add_role(guild, "부방장", int(Permission.MANAGE_GUILD))
    here.give_role(guild.member("민지"), chief)


async def links(fleet: Fleet, guild: Guild, name: str) -> None:
    """Let somebody link from a server, and read on their answer that they have."""
    person = fleet.world.discord.person(name)
    reply = await person.slash(fleet.room(guild), "kakao link")
    await fleet.world.follow(reply, name)
    done = await fleet.world.type_number(person, reply, name)
    await done.until(lambda one: "계정과 연결했어요" in one.text)


async def seen(fleet: Fleet, query: str) -> Sequence[Any]:
    async with asyncio.timeout(PATIENCE):
        while True:
            if rows := await fleet.rows(query):
                return rows
            await asyncio.sleep(0.05)


def reloads(fleet: Fleet, number: int) -> int:
    return fleet.log(f"web {number}").read_text().count("cogs.forward is loaded anew")


# One process on one file


async def test_what_kakao_said_to_the_only_process_outlives_it(tmp_path: Path) -> None:
    async with open_world(tmp_path, bot=False) as world:
        hear_kakao(world)
        first = await start_process(world.settings, tmp_path)
        await world.until_healthy(PATIENCE)
        await world.link("민지")
        file = world.settings["DATABASE_URL"].partition(":///")[2]
        with closing(sqlite3.connect(file)) as database:
            database.execute(STUCK_HERE)
        await unlinks(world, "민지")
        first.kill()
        await first.wait()
        with closing(sqlite3.connect(file)) as database:
            database.execute("DROP TRIGGER stuck")
        second = await start_process(world.settings, tmp_path)
        minji = world.discord.person("민지")
        await until(lambda: told(minji), PATIENCE)
        await until(lambda: not held(file), PATIENCE)
        second.terminate()
        assert await asyncio.wait_for(second.wait(), 10) == 0


def held(file: str) -> list[object]:
    """Return what there is of links, and of what Kakao has said."""
    with closing(sqlite3.connect(file)) as database:
        links = database.execute("SELECT * FROM links").fetchall()
        return links + database.execute("SELECT * FROM waiting_webhooks").fetchall()
