"""`kkachi unlink`: the operator ends a link altogether, while Kkachi runs or not."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.discord import Person
from tests.support.doors import open_doors, place
from tests.support.processes import start_process
from tests.support.world import CHAT, World, until

MENU_ME = "Send to my KakaoTalk"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_doors(tmp_path) as world:
        yield world


async def unlink(world: World, folder: Path, *arguments: str) -> tuple[int | None, str, str]:
    process = await start_process(world.settings, folder, "unlink", *arguments)
    printed, problem = await process.communicate()
    return process.returncode, printed.decode(), problem.decode()


async def test_the_operator_ends_a_link_while_kkachi_runs_and_the_member_reads_why(
    world: World, minji: Person, tmp_path: Path
) -> None:
    status, printed, problem = await unlink(world, tmp_path, str(minji.id), "--reason", "사칭")
    assert (status, problem) == (0, "")
    assert printed.splitlines() == [
        f"The link of member {minji.id} is ended: tokens erased, what waited cancelled.",
        "Undone at Kakao.",
        "The member was told.",
    ]
    assert world.kakao.account("민지").link is None
    assert "운영자가" in minji.dms[-1].text
    assert "The operator of Kkachi" in minji.dms[-1].text
    assert "이유: 사칭" in minji.dms[-1].text
    assert "연결되지 않았어요" in (await minji.slash(CHAT, "kakao status")).text
    await world.link("민지")
    message = await minji.say(place(world, "other"), "다시 왔어요")
    assert "보냈어요" in (await minji.menu(place(world, "other"), MENU_ME, message)).text


async def test_without_a_reason_none_is_told(world: World, minji: Person, tmp_path: Path) -> None:
    assert (await unlink(world, tmp_path, str(minji.id)))[0] == 0
    assert "이유" not in minji.dms[-1].text


async def test_the_operator_ends_a_link_while_kkachi_does_not_run(
    world: World, minji: Person, tmp_path: Path
) -> None:
    await world.stop_bot()
    told = len(minji.dms)
    status, printed, _ = await unlink(world, tmp_path, str(minji.id), "--reason", "사칭")
    assert status == 0
    assert printed.splitlines()[1:] == ["Undone at Kakao.", "The member will be told by the bot."]
    assert world.kakao.account("민지").link is None
    assert len(minji.dms) == told
    await world.start_bot()
    await until(lambda: any("이유: 사칭" in one.text for one in minji.dms))


async def test_with_closed_direct_messages_the_next_command_tells_it_once(
    world: World, minji: Person, tmp_path: Path
) -> None:
    world.discord.close_dms(minji)
    _, printed, _ = await unlink(world, tmp_path, str(minji.id), "--reason", "사칭")
    assert "The member will be told by the bot." in printed
    first = await minji.slash(CHAT, "kakao link")
    await first.until(lambda shown: "이유: 사칭" in shown.text)
    again = await minji.slash(CHAT, "kakao link")
    assert all("사칭" not in one.text for one in again.messages)


async def test_a_kakao_that_is_away_is_said_so(world: World, minji: Person, tmp_path: Path) -> None:
    world.kakao.down(True)
    status, printed, _ = await unlink(world, tmp_path, str(minji.id))
    assert status == 0
    assert "Kakao has not confirmed that it is undone: it is away." in printed


async def test_who_is_not_linked_is_named(world: World, tmp_path: Path) -> None:
    jiwoo = world.discord.person("지우")
    status, printed, problem = await unlink(world, tmp_path, str(jiwoo.id))
    assert (status, printed) == (1, "")
    assert problem == f"Member {jiwoo.id} is not linked.\n"
    await world.stop_bot()
    assert (await unlink(world, tmp_path, str(jiwoo.id)))[0] == 1


async def test_only_whoever_has_the_keys_is_heard(
    world: World, minji: Person, tmp_path: Path
) -> None:
    keys = world.settings["TOKEN_KEYS"]
    world.settings["TOKEN_KEYS"] = "A" * 43 + "="
    status, _, problem = await unlink(world, tmp_path, str(minji.id))
    world.settings["TOKEN_KEYS"] = keys
    assert status == 2
    assert "with the same keys?" in problem
    assert world.kakao.account("민지").link is not None
