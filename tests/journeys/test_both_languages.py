"""Every answer, panel and form opens in both languages: Discord refuses what is too long."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.texts import Texts, pick_locale
from cogs.compose import CHOICES
from sandbox.discord import Message, Person, Reply
from sandbox.discord.messages import every_component
from sandbox.discord.person import commands_for
from tests.support.world import CHAT, DISCORDS_SECONDS, World, open_village

pytestmark = pytest.mark.asyncio(loop_scope="module")
BUTTON = 2
DEEP = 2
MENUS = {"Send to Kakao friends", "Send to my KakaoTalk", "Share on KakaoTalk"}
FORMS = ("settings-limits-title", "settings-member-unlink", "forward-search-title")
# What they do cannot be undone, and they open nothing.
LEFT_ALONE = ("kkachi:unlink:", "kkachi:erase:", "kkachi:picker:send:")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("languages")
    async with open_village(
        folder, migrated, calendar=True, answer_within=DISCORDS_SECONDS
    ) as world:
        await world.link("하준")
        kakao = world.kakao
        kakao.befriend(kakao.account("하준"), kakao.account("서연"))
        yield world


def calls(message: Message) -> dict[str, list[dict[str, Any]]]:
    """Return how each command is called, in an order in which each has something to show.

    Those without a call take what they complete by themselves, and say one sentence.
    """
    where = {"message": message.jump_url}
    return {
        "settings templates add": [{"name": "모임", "template_id": 1}],
        "settings templates list": [{}],
        "compose": [{"kind": kind} for kind in CHOICES],
        "settings templates remove": [{"name": "모임"}],
        "help": [{}],
        "highlight add": [{"word": "번개"}],
        "highlight pattern": [{"pattern": "번개.*"}],
        "highlight me": [{"what": what} for what in ("mention", "reply", "role", "reaction")],
        "highlight ignore": [{"word": "광고"}],
        "highlight only": [{"channel": CHAT}],
        "highlight options": [{"bots": True, "away": 10}],
        "highlight schedule": [{"when": "every", "minutes": 30}, {"when": "at-once"}],
        "highlight list": [{}],
        "highlight reaction": [{"emoji": "🔖"}, {"emoji": "off"}],
        "highlight test": [{"text": "번개 모임"}],
        "highlight why": [where],
        "highlight export": [{}],
        "highlight pause": [{"hours": 1}, {"hours": 0}],
        "highlight import": [],
        "highlight change": [{"rule": "번개", "channel": CHAT, "name": "번개"}],
        "highlight remove": [],
        "notify add": [{"what": "event-new"}],
        "notify list": [{}],
        "notify calendar": [{}],
        "notify remove": [],
        "forward me": [where],
        "forward friends": [where],
        "share": [where],
        "privacy optout": [{"on": True}, {"on": False}],
        "privacy export": [{}],
        "privacy delete": [{}],
        "privacy presence": [{}],
        "settings panel": [{}],
        "settings member": [{"member": "민지"}],
        "settings statistics": [{}],
        "settings operator": [{}],
        "kakao link": [{}],
        "kakao status": [{}],
        "kakao visible": [{"on": True}, {"on": False}],
        "kakao unlink": [{}],
    }


def parts(reply: Reply) -> Iterator[dict[str, Any]]:
    """Yield what can be pressed or chosen from."""

    for part in every_component(reply.answer.components) if reply.message else ():
        name = str(part.get("custom_id", ""))
        if name and not part.get("disabled") and not name.startswith(LEFT_ALONE):
            yield part


async def open_all(person: Person, reply: Reply, odd: str, depth: int = DEEP) -> set[str]:
    """Press all there is, as deep as is asked for; returns the titles of the forms that open."""
    assert reply.failed is None
    assert reply.modal or odd not in reply.text
    titles = {str(reply.modal.title)} if reply.modal else set[str]()
    # First what opens a form beside the message, then what turns the message into another.
    for part in sorted(parts(reply), key=lambda one: int(one["type"])) if depth else ():
        name = part["custom_id"]
        if name not in {one["custom_id"] for one in parts(reply)}:
            continue  # another press has changed the message
        if part["type"] == BUTTON:
            after = await person.press(reply, name)
            titles |= await open_all(person, after, odd, depth - 1)
        for option in part["options"] if ":page:" in name else ():
            after = await person.choose(reply, name, [option["label"]])
            titles |= await open_all(person, after, odd, depth - 1)
    return titles


@pytest.mark.parametrize("language", ["ko", "en-US"])
async def test_every_answer_panel_and_form_opens(world: World, language: str) -> None:
    hajun = world.discord.person("하준")
    hajun.locale = language
    locale, texts = pick_locale(language), Texts()
    odd = texts.say(locale, "error-unexpected")
    called = calls(await world.discord.person("준호").say(CHAT, "번개 모임이에요"))
    found = {one["name"] for one in commands_for(world.discord.world, hajun, hajun.find(CHAT))}
    assert found - set(called) - MENUS == set()
    titles = set[str]()
    for command in (one for one in called if one in found):
        for options in called[command]:
            reply = await hajun.slash(CHAT, command, **options)
            titles |= await open_all(hajun, reply, odd)
    assert titles >= {texts.say(locale, key) for key in FORMS}
