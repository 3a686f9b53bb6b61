"""Without the message content intent: what does not need words still works."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.world import CHAT, World, open_world, until


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, bot=False) as world:
        world.discord.allow_intents()
        yield world


async def test_mentions_and_replies_arrive_and_words_say_what_is_missing(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "cogs")
    await world.start_bot()
    assert "without the intent message_content" in caplog.text
    await world.link("민지")
    minji, junho = world.discord.person("민지"), world.discord.person("준호")
    word = await minji.slash(CHAT, "highlight add", word="공지")
    assert "메시지 내용을 볼 수 없어요" in word.text
    mention = await minji.slash(CHAT, "highlight me", what="mention")
    assert "메시지 내용" not in mention.text
    await minji.slash(CHAT, "highlight me", what="reply")
    await junho.say(CHAT, "@민지 공지 봤어요?")
    await until(lambda: len(world.kakao.outbox) == 1)
    mine = await minji.say(CHAT, "네")
    await junho.say(CHAT, "고마워요", reply_to=mine)
    await until(lambda: len(world.kakao.outbox) == 2)
    cards = [message.template["content"] for message in world.kakao.outbox]
    assert all("#잡담" in card["description"] for card in cards)
    assert not any("공지" in card["title"] + card["description"] for card in cards)
