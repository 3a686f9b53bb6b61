"""What members may ask of us: everything, nothing, and to be left out."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from sandbox.discord import Person
from storage.departures import DepartureStore
from storage.personal import NAMED, OWN, PersonalStore
from storage.rules import RuleKind
from storage.tables import metadata
from tests.support.outbox import MINJI
from tests.support.watching import GUILD, JUNHO, HighlightsWorld, open_tower
from tests.support.world import CHAT, World, open_world, until

MENU_ME = "Send to my KakaoTalk"
WORD, TEXT = "남모를낱말", "아무도 모르게 적은 글"
DAY = 24 * 3600.0


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        await world.link("민지")
        yield world
        assert world.discord.problems == []


async def live(world: World, minji: Person) -> None:
    """Leave traces everywhere."""
    junho = world.discord.person("준호")
    await minji.slash(CHAT, "highlight add", word=WORD)
    await minji.slash(CHAT, "highlight ignore", word="무시할낱말")
    await minji.slash(CHAT, "notify add", what="pin")
    await minji.slash(CHAT, "highlight schedule", quiet="02:00-03:00")
    await minji.slash(CHAT, "privacy optout", on=True)
    message = await junho.say(CHAT, TEXT)
    await minji.menu(CHAT, MENU_ME, message)
    await minji.menu(CHAT, "Send to Kakao friends", message)
    await minji.slash(CHAT, "highlight pause", hours=1)
    await junho.say(CHAT, f"{WORD} {TEXT} 하나")
    await junho.say(CHAT, f"{WORD} {TEXT} 둘")
    await asyncio.sleep(0.4)


def stored(folder: Path) -> bytes:
    """Return every byte of the database and of the files beside it."""
    return b"".join(file.read_bytes() for file in folder.glob("kkachi.db*"))


async def test_everything_that_is_held_comes_as_one_described_file(
    world: World, minji: Person
) -> None:
    await live(world, minji)
    reply = await minji.slash(CHAT, "privacy export")
    assert reply.ephemeral
    [file] = reply.answer.attachments
    held = json.loads(file.data)
    assert held["member_id"] == str(minji.id)
    assert all(part["what"] for part in held["held"].values())
    assert held["held"]["rules"]["rows"][0]["text"] == WORD
    assert held["held"]["links"]["rows"][0]["nickname"] == "민지"
    assert "sealed" in held["held"]["links"]["rows"][0]["access_token"]
    assert len(held["held"]["hits"]["rows"]) == 2
    assert held["held"]["optouts"]["rows"]


async def test_erasing_leaves_nothing_in_any_byte_of_the_database(
    world: World, minji: Person, tmp_path: Path
) -> None:
    kakao_id = world.kakao.account("민지").id
    await live(world, minji)
    held = stored(tmp_path)
    traces = {
        "member": minji.id.to_bytes(8, "big"),
        "account": kakao_id.to_bytes(8, "big").lstrip(b"\0"),
        "nickname": "민지".encode(),
        "rule": WORD.encode(),
        "ignored": "무시할낱말".encode(),
    }
    assert {name for name, trace in traces.items() if trace in held} >= {"member", "rule"}
    asked = await minji.slash(CHAT, "privacy delete")
    done = await minji.press(asked, "모두 지우기")
    assert "모두 지웠어요" in done.text
    assert world.kakao.account("민지").link is None
    left = stored(tmp_path)
    assert {name for name, trace in traces.items() if trace in left} == set()
    assert TEXT.encode() not in left
    await minji.slash(CHAT, "highlight pause", hours=0)
    await asyncio.sleep(0.3)
    assert len(world.kakao.outbox) == 1
    assert "아직 규칙이 없어요" in (await minji.slash(CHAT, "highlight list")).text


async def test_who_opts_out_is_not_carried_automatically_but_can_be_by_hand(
    world: World, minji: Person
) -> None:
    junho = world.discord.person("준호")
    await minji.slash(CHAT, "highlight add", word="수박")
    assert "자동으로 전송되지 않아요" in (await junho.slash(CHAT, "privacy optout", on=True)).text
    message = await junho.say(CHAT, "수박 먹을 사람")
    await asyncio.sleep(0.4)
    assert not world.kakao.outbox
    why = await minji.slash(CHAT, "highlight why", message=message.jump_url)
    assert "‘작성자 거부 설정’에서 멈췄어요" in why.text
    await minji.menu(CHAT, MENU_ME, message)
    assert len(world.kakao.outbox) == 1
    await junho.slash(CHAT, "privacy optout", on=False)
    await junho.say(CHAT, "수박 다 먹었어요")
    await until(lambda: len(world.kakao.outbox) == 2)


@pytest.mark.parametrize(
    ("language", "words"), [("ko", "개인정보를 이렇게 다뤄요"), ("en", "How your data is treated")]
)
async def test_the_notice_names_who_runs_it_and_for_how_long(
    tmp_path: Path, language: str, words: str
) -> None:
    async with open_world(tmp_path, bot=False) as world:
        world.settings |= {
            "OPERATOR_NAME": "까치 마을 반상회",
            "OPERATOR_CONTACT": "hello@kkachi.example",
            "KEEP_RECEIPTS_DAYS": "33",
        }
        await world.start_bot()
        headers = {"Accept-Language": language}
        async with aiohttp.ClientSession(headers=headers) as browser:
            async with browser.get(f"{world.public_url}/privacy") as response:
                page = await response.text()
            assert response.status == 200
            async with browser.get(f"{world.public_url}/") as response:
                front = await response.text()
            assert response.status == 200
        assert f'<html lang="{language}">' in front
        assert "까치 마을 반상회" in front
        assert f'<html lang="{language}">' in page
        assert words in page
        assert "까치 마을 반상회" in page
        assert "hello@kkachi.example" in page
        assert "33" in page


def test_every_table_that_names_a_member_is_shown_and_erased() -> None:
    known = {table.name for table in (*OWN, *NAMED)} | {"allowances", "changes", "digest_items"}
    names = {"member_id", "created_by", "kakao_id"}
    naming = {
        table.name for table in metadata.sorted_tables if names & {c.name for c in table.columns}
    }
    assert naming <= known


@pytest.fixture
async def tower(tmp_path: Path) -> AsyncIterator[HighlightsWorld]:
    async with open_tower(tmp_path) as tower:
        yield tower


async def test_rules_of_a_member_who_left_go_after_some_days(tower: HighlightsWorld) -> None:
    await tower.rule("공지")
    await tower.services.rules.add(JUNHO, GUILD, RuleKind.WORD, "남는 규칙")
    tower.glass.gone.add(MINJI)
    await tower.services.leaving.look()
    tower.clock.at += 6 * DAY
    await tower.services.leaving.tidy()
    assert await tower.services.rules.of(MINJI, GUILD)
    tower.clock.at += 2 * DAY
    await tower.services.leaving.tidy()
    assert await tower.services.rules.of(MINJI, GUILD) == []
    assert await tower.services.rules.of(JUNHO, GUILD)
    assert not await tower.found(tower.message())


async def test_a_member_who_is_back_in_time_keeps_everything(tower: HighlightsWorld) -> None:
    await tower.rule("공지")
    tower.glass.gone.add(MINJI)
    await tower.services.leaving.look()
    tower.glass.gone.clear()
    tower.clock.at += 6 * DAY
    await tower.services.leaving.look()
    tower.clock.at += 6 * DAY
    await tower.services.leaving.tidy()
    assert await tower.services.rules.of(MINJI, GUILD)


async def test_a_server_that_removed_kkachi_is_forgotten_after_some_days(
    tower: HighlightsWorld,
) -> None:
    await tower.rule("공지")
    await tower.admin(off=frozenset({"share"}))
    await tower.services.leaving.left(GUILD)
    tower.glass.servers.clear()
    tower.clock.at += 8 * DAY
    await tower.services.leaving.tidy()
    assert await tower.services.rules.of(MINJI) == []
    assert (await tower.services.settings.of(GUILD)).off == frozenset()
    assert await DepartureStore(tower.database).before(tower.clock() + DAY) == []


async def test_a_server_that_removed_kkachi_while_it_was_off_is_forgotten_too(
    tower: HighlightsWorld,
) -> None:
    await tower.admin(off=frozenset({"share"}))
    tower.glass.ready = False
    assert not await tower.services.leaving.look()
    tower.glass.ready = True
    tower.glass.servers.clear()
    assert await tower.services.leaving.look()
    tower.clock.at += 8 * DAY
    await tower.services.leaving.tidy()
    assert (await tower.services.settings.of(GUILD)).off == frozenset()


async def test_a_server_that_took_kkachi_back_while_it_was_off_keeps_everything(
    tower: HighlightsWorld,
) -> None:
    await tower.rule("공지")
    await tower.services.leaving.left(GUILD)
    tower.clock.at += 8 * DAY
    await tower.services.leaving.tidy()
    assert await tower.services.leaving.look()
    await tower.services.leaving.tidy()
    assert await tower.services.rules.of(MINJI, GUILD)


async def test_one_members_erasure_leaves_the_others_alone(tower: HighlightsWorld) -> None:
    await tower.rule("공지")
    await tower.services.rules.add(JUNHO, GUILD, RuleKind.WORD, "남는 규칙")
    await tower.services.privacy.delete(MINJI)
    held = await PersonalStore(tower.database).all(JUNHO)
    assert [row["text"] for row in held["rules"]] == ["남는 규칙"]
    mine = await PersonalStore(tower.database).all(MINJI)
    assert not any(mine.values())
