"""Cogs as plugins: chosen, added, loaded anew, and used in somebody else's bot."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.config import COGS
from sandbox.discord import Permission, Person, Reply
from tests.journeys.test_settings_panel import components
from tests.support.processes import start_process
from tests.support.world import CHAT, ROOT, World, open_world, until

RELOAD = "kkachi:operator-choice:reload"
OWN = '''
from discord import app_commands
from cogs._answers import KkachiCog, say

class Own(KkachiCog):
    feature = "own"

    @app_commands.command()
    async def own(self, interaction):
        """Say something of one's own."""
        await say(interaction, "{words}")

async def setup(bot):
    await bot.add_cog(Own(bot))
'''


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, bot=False) as world:
        yield world
        assert world.discord.problems == []


def commands(world: World) -> set[str]:
    person = world.discord.person("하준")
    return {one["name"] for one in world.discord.commands_for(person, CHAT)}


def make_owner_admin(world: World) -> None:
    """Let 민지, who runs the bot, see the commands of admins."""
    here, guild = world.discord.world, world.discord.guild
    chief = here.add_role(guild, "부방장", int(Permission.MANAGE_GUILD))
    here.give_role(guild.member("민지"), chief)


async def test_the_operator_chooses_which_cogs_load(world: World) -> None:
    world.settings["COGS"] = "cogs.link,cogs.forward"
    await world.start_bot()
    assert commands(world) >= {"kakao link", "forward me"}
    assert not any(name.startswith(("compose", "highlight")) for name in commands(world))


async def test_a_module_of_ones_own_is_loaded_and_loaded_anew_from_the_command_line(
    world: World, tmp_path: Path
) -> None:
    module = tmp_path / "my_own_cog.py"
    module.write_text(OWN.format(words="처음"))
    world.settings |= {"COGS": "cogs.link,my_own_cog", "PUBLIC_URL": "https://kkachi.example"}
    process = await start_process(world.settings, tmp_path)
    await world.until_healthy()
    hajun = world.discord.person("하준")
    assert (await hajun.slash(CHAT, "own")).text == "처음"
    module.write_text(OWN.format(words="다시 불러온 뒤"))
    assert await reloaded(world, tmp_path, "my_own_cog") == (0, "my_own_cog: ok\n", "")
    assert (await hajun.slash(CHAT, "own")).text == "다시 불러온 뒤"
    module.write_text("this is not Python")
    status, _, problem = await reloaded(world, tmp_path, "my_own_cog")
    assert status == 2
    assert "the previous version keeps running" in problem
    assert (await hajun.slash(CHAT, "own")).text == "다시 불러온 뒤"
    process.terminate()
    assert await asyncio.wait_for(process.wait(), 10) == 0


async def turned_to_work(owner: Person) -> Reply:
    """Open the operator's page where modules are loaded anew."""
    page = await owner.slash(CHAT, "settings operator")
    return await owner.choose(page, "kkachi:operator-choice:page", ["점검·공지·모듈"])


async def load_anew(owner: Person, cog: str) -> Reply:
    return await owner.choose(await turned_to_work(owner), RELOAD, [cog])


def write_package(folder: Path, words: str) -> None:
    """Write a cog of two files; the second says what the first answers."""
    package = folder / "my_package"
    package.mkdir(exist_ok=True)
    cog = OWN.replace('"{words}"', "WORDS")
    (package / "__init__.py").write_text(f"from my_package.words import WORDS\n{cog}")
    (package / "words.py").write_text(words)


async def test_a_helper_of_a_cog_is_loaded_anew_with_it_and_a_broken_one_is_not(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_package(tmp_path, 'WORDS = "처음"')
    monkeypatch.syspath_prepend(tmp_path)
    world.settings["COGS"] = "cogs.settings,my_package"
    await world.start_bot()
    owner = world.discord.person("민지")
    make_owner_admin(world)
    assert (await owner.slash(CHAT, "own")).text == "처음"
    write_package(tmp_path, "from my_package.more import MORE as WORDS  # in a file of its own")
    (tmp_path / "my_package" / "more.py").write_text('MORE = "다시 불러온 뒤"')
    await load_anew(owner, "my_package")
    assert (await owner.slash(CHAT, "own")).text == "다시 불러온 뒤"
    (tmp_path / "my_package" / "more.py").write_text("this is not Python at all")
    refused = await load_anew(owner, "my_package")
    assert "불러오지 못했어요" in refused.text
    assert (await owner.slash(CHAT, "own")).text == "다시 불러온 뒤"


async def test_every_file_of_every_cog_of_ours_is_loaded_anew(world: World) -> None:
    await world.start_bot()
    make_owner_admin(world)
    owner, before = world.discord.person("민지"), dict(sys.modules)
    for cog in COGS:
        done = await load_anew(owner, cog)
        assert "다시 불러왔어요" in done.text
    files = [name for name in before if name.startswith(tuple(f"{cog}." for cog in COGS))]
    assert len(files) > 10
    assert [name for name in files if sys.modules.get(name) is before[name]] == []
    panel = await owner.slash(CHAT, "settings panel")
    assert components(panel)


async def test_admins_switch_a_feature_of_somebodys_own_off_like_any(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my_feature.py").write_text(OWN.format(words="하나"))
    monkeypatch.syspath_prepend(tmp_path)
    world.settings["COGS"] = "cogs.link,cogs.settings,my_feature"
    await world.start_bot()
    minji, hajun = world.discord.person("민지"), world.discord.person("하준")
    panel = await hajun.slash(CHAT, "settings panel")
    features = next(one for one in components(panel) if ":features:" in one.get("custom_id", ""))
    assert [one["label"] for one in features["options"]] == ["카카오톡 연결", "own"]
    await hajun.choose(panel, features["custom_id"], ["카카오톡 연결"])
    assert "꺼 두었어요" in (await minji.slash(CHAT, "own")).text
    assert (await world.discord.person("서연").slash(CHAT, "kakao link")).answer.components


async def test_what_is_switched_off_stays_off_while_its_module_is_not_loaded(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my_feature.py").write_text(OWN.format(words="하나"))
    monkeypatch.syspath_prepend(tmp_path)
    minji, hajun = world.discord.person("민지"), world.discord.person("하준")
    for cogs in ("cogs.settings,my_feature", "cogs.link,cogs.settings"):
        world.settings["COGS"] = cogs
        await world.start_bot()
        panel = await hajun.slash(CHAT, "settings panel")
        shown = next(one for one in components(panel) if ":features:" in one.get("custom_id", ""))
        await hajun.choose(panel, shown["custom_id"], [])
        await world.stop_bot()
    world.settings["COGS"] = "cogs.link,cogs.settings,my_feature"
    await world.start_bot()
    for command in ("own", "kakao link"):
        assert "꺼 두었어요" in (await minji.slash(CHAT, command)).text


async def reloaded(world: World, folder: Path, name: str) -> tuple[int | None, str, str]:
    process = await start_process(world.settings, folder, "reload", name)
    printed, problem = await process.communicate()
    return process.returncode, printed.decode(), problem.decode()


async def test_a_module_that_cannot_be_loaded_ends_the_program_with_one_line(
    world: World, tmp_path: Path
) -> None:
    world.settings["COGS"] = "cogs.link,nobody_has_this"
    process = await start_process(world.settings, tmp_path)
    _, problem = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 2
    assert problem.decode().splitlines()[-1].startswith("COGS: nobody_has_this cannot be loaded")


async def test_whoever_runs_the_bot_reloads_in_discord_and_other_admins_do_not(
    world: World,
) -> None:
    await world.start_bot()
    make_owner_admin(world)
    owner, admin = world.discord.person("민지"), world.discord.person("하준")
    done = await load_anew(owner, "cogs.forward")
    assert "다시 불러왔어요" in done.text
    assert "forward me" in commands(world)
    refused = await admin.slash(CHAT, "settings operator")
    assert "운영자만" in refused.text
    page = await turned_to_work(owner)
    [choice] = [one for one in components(page) if one.get("custom_id") == RELOAD]
    choice["options"].append({"label": "cogs.nothing", "value": "cogs.nothing"})
    unknown = await owner.choose(page, RELOAD, ["cogs.nothing"])
    assert "실행 중이 아니에요" in unknown.text


async def test_the_example_bot_has_kkachis_commands_beside_its_own(
    world: World, tmp_path: Path
) -> None:
    kept = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "examples.bot"),
        cwd=tmp_path,
        env=kept | world.settings,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    await world.discord.connected()
    await until(lambda: "hello" in commands(world), 15)
    minji = world.discord.person("민지")
    assert (await minji.slash(CHAT, "hello")).text == "hello"
    status = await minji.slash(CHAT, "kakao status")
    assert "연결" in status.text
    process.terminate()
    await asyncio.wait_for(process.communicate(), 15)
