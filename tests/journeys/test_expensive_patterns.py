"""Members with the most expensive patterns there can be, between both sandboxes."""

import asyncio
import shutil
from base64 import b64decode
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from bot.services.highlights.pattern_budget import PatternBudget
from storage.database import open_database
from storage.links import LinkStore
from storage.rules import Rule, RuleKind, RuleStore
from storage.vault import Vault
from tests.support.messages import told
from tests.support.watching import link_of_member
from tests.support.world import CHAT, TOKEN_KEY, World, open_world, until

ACCOUNTS = range(100, 108)
EXPENSIVE, WORST = "a[ab]{{{}}}c", "a" * 1900
CHEAP = "번개 ?[0-9]+시"
# Discord forgets a command that is not answered by then.
PROMISED_SECONDS = 3.0


@pytest.fixture
async def world(tmp_path: Path, migrated: Path) -> AsyncIterator[World]:
    shutil.copy(migrated, tmp_path)
    async with open_world(tmp_path, bot=False) as world:
        yield world


async def start(world: World, *, linked: bool) -> None:
    """Start the bot when eight accounts have four expensive patterns each."""
    guild = world.discord.person("민지").find(CHAT).guild
    assert guild is not None
    async with open_database(world.settings["DATABASE_URL"]) as database:
        links, rules = LinkStore(database, Vault([b64decode(TOKEN_KEY)])), RuleStore(database)
        for member_id in ACCOUNTS:
            if linked:
                await links.put(link_of_member(member_id))
            for number in range(4):
                text = EXPENSIVE.format(450 + number)
                await rules.add(Rule(0, member_id, guild.id, RuleKind.PATTERN, text, 0.0))
    await world.start_bot()
    await world.link("민지")


@pytest.mark.parametrize("linked", [False, True])
async def test_expensive_patterns_hold_up_no_answers_and_no_cheap_pattern(
    world: World, *, linked: bool
) -> None:
    await start(world, linked=linked)
    minji, junho = world.discord.person("민지"), world.discord.person("준호")
    await minji.slash(CHAT, "highlight pattern", pattern=CHEAP)
    for _ in range(40):
        await junho.say(CHAT, WORST)
    said = await junho.say(CHAT, f"{WORST} 번개 7시")
    async with asyncio.timeout(PROMISED_SECONDS):
        reply = await world.discord.person("서연").slash(CHAT, "kakao status")
    assert reply.text
    await until(lambda: world.kakao.outbox, 30.0)
    why = await minji.slash(CHAT, "highlight why", message=str(said.id))
    assert "건너뛰었어요" not in why.answer.embeds[0]["description"]


async def test_why_says_of_what_was_skipped_that_it_was(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    little = partial(PatternBudget, rate=1e-6, burst=1e-3)
    monkeypatch.setattr("bot.services.highlights.build.PatternBudget", little)
    await world.start_bot()
    await world.link("민지")
    minji, junho = world.discord.person("민지"), world.discord.person("준호")
    for number in range(4):
        pattern = EXPENSIVE.format(450 + number)
        await minji.slash(CHAT, "highlight pattern", pattern=pattern)
    for _ in range(5):
        await junho.say(CHAT, WORST)
    said = await junho.say(CHAT, f"{WORST}c")
    async with asyncio.timeout(20):
        text = ""
        while "건너뛰었어요" not in text:
            await asyncio.sleep(0.2)
            why = await minji.slash(CHAT, "highlight why", message=str(said.id))
            text = why.answer.embeds[0]["description"]


async def test_a_pattern_is_kept_until_its_member_links_and_found_from_then_on(
    world: World,
) -> None:
    await world.start_bot()
    jiwoo, junho = world.discord.person("지우"), world.discord.person("준호")
    reply = await jiwoo.slash(CHAT, "highlight pattern", pattern=CHEAP)
    assert "연결하기 전까지는" in reply.text
    tried = await jiwoo.slash(CHAT, "highlight test", text="번개 7시")
    assert "연결하기 전까지는" in tried.text
    assert CHEAP in tried.text
    said = await junho.say(CHAT, "번개 7시")
    why = await jiwoo.slash(CHAT, "highlight why", message=str(said.id))
    assert "연결돼 있지 않아요" in why.answer.embeds[0]["description"]
    await world.link("지우")
    world.kakao.outbox.clear()
    await junho.say(CHAT, "번개 8시")
    await until(lambda: world.kakao.outbox)
    [card] = world.kakao.outbox
    assert told(card.template["content"]) == "준호: 번개 8시"
