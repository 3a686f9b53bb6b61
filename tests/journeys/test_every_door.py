"""Every command, menu, button and select there is: none does what its feature, switched off, bars.

Whoever adds one finds it here: a component must be shown by `everything_to_press`, a command needs
nothing but its feature.
"""

import importlib
import inspect
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.config import COGS
from bot.discord.cog import Answered, KkachiCog
from sandbox.discord import Message, Person, Reply
from sandbox.discord.commands import CHAT as SLASH
from sandbox.discord.commands import MESSAGE_MENU, leaves
from sandbox.discord.picker import usable
from tests.support.doors import NAMES, components, friends_panel, open_doors, place, switch_off
from tests.support.world import CHAT, World

OFF = "꺼 두었어요"
SECRET = "우리끼리만 아는 이야기예요"
# To look, to leave and to be forgotten is always allowed; admins are asked for their permission.
ALWAYS = ("help", "kakao status", "kakao unlink", "privacy ", "settings ")
ALWAYS_PRESSED = {
    "UnlinkButton",
    "TakeBackSelect",
    "TakeBackButton",
    "EraseButton",
    "PresenceButton",
    "PresenceSelect",
    "SettingSelect",
    "SettingButton",
    "UnlinkMemberButton",
    "LiftMemberButton",
    "OperatorSelect",
    "OperatorButton",
}
# It makes a link button, which asks by itself.
ASKS_ITSELF = {"AgreeButton"}
# It stands in a direct message about a flood, carries nothing, and only lets less come.
LETS_LESS_COME = {"IgnoreButton"}
BUTTON = 2
OPTIONS: dict[int, Any] = {3: "번개", 4: 1, 5: True, 10: 1.0}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_doors(tmp_path) as world:
        yield world


@pytest.fixture
async def message(world: World) -> Message:
    return await world.discord.person("준호").say(CHAT, SECRET)


def our_components() -> dict[str, type[Any]]:
    """Return every button and select of every cog, by the name of its class."""
    return {
        component.__name__: component
        for name in COGS
        for _, cog in inspect.getmembers(importlib.import_module(name), inspect.isclass)
        if issubclass(cog, KkachiCog)
        for component in cog.components
    }


def filled_in(
    definitions: list[dict[str, Any]], message: Message, person: Person
) -> dict[str, Any]:
    """Fill in what a command must have."""
    known = {"message": message.jump_url, "member": person, "user": person}
    return {
        one["name"]: known.get(one["name"])
        or next((choice["value"] for choice in one.get("choices", ())), None)
        or OPTIONS.get(one["type"], message.channel)
        for one in definitions
        if one.get("required")
    }


def slash_commands(
    world: World, person: Person, where: str
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for top in usable(world.discord.world, person, place(world, where)):
        if top["type"] == SLASH:
            for steps, definitions in leaves(top):
                yield " ".join(step["name"] for step in steps), definitions


async def test_every_command_with_its_feature_off_says_so(
    world: World, minji: Person, message: Message
) -> None:
    await switch_off(world, *NAMES)
    barred = []
    for name, definitions in list(slash_commands(world, minji, "here")):
        if not name.startswith(ALWAYS):
            reply = await minji.slash(CHAT, name, **filled_in(definitions, message, minji))
            assert OFF in reply.text, name
            barred.append(name)
    for menu in usable(world.discord.world, minji, place(world, "here")):
        if menu["type"] == MESSAGE_MENU:
            assert OFF in (await minji.menu(CHAT, menu["name"], message)).text
            barred.append(menu["name"])
    assert len(barred) > 20
    assert not world.kakao.outbox


@pytest.mark.parametrize("where", ["dm", "other"])
async def test_no_command_anywhere_else_carries_a_message_of_a_server_that_is_off(
    world: World, minji: Person, message: Message, where: str
) -> None:
    await switch_off(world, *NAMES)
    tried = []
    for name, definitions in list(slash_commands(world, minji, where)):
        if any(one["name"] == "message" for one in definitions):
            here = place(world, where)
            reply = await minji.slash(here, name, **filled_in(definitions, message, minji))
            assert SECRET not in reply.text
            # `/highlight why` tells the member which gate stops it, and that is all it does.
            assert OFF in reply.text or (name == "highlight why" and "서버 설정" in reply.text), (
                name
            )
            tried.append(name)
    assert {"forward me", "forward friends", "share"} <= set(tried)
    assert not world.kakao.outbox


async def everything_to_press(world: World, person: Person, message: Message) -> list[Message]:
    """Return messages that have every button and select there is."""
    hajun = world.discord.person("하준")
    panel = await friends_panel(world, person, person.find(CHAT), message)
    failing = await friends_panel(world, person, person.find(CHAT), message)
    await person.choose(failing, "친구 고르기", ["서연"])
    world.kakao.fail_next(1, code=-5, status=403, path="/v1/api/talk/friends/message")
    failed = await person.press(failing, "보내기 (1)")
    await failed.until(lambda shown: "보내지 못했어요." in shown.text)
    written = await person.submit(
        (await person.slash(CHAT, "compose", kind="text")).form, {"글": "직접 쓴 글"}
    )
    await hajun.slash(CHAT, "settings templates add", name="정모", template_id=120001)
    templates = await person.slash(CHAT, "compose", kind="custom")
    kinds = await person.slash(CHAT, "notify list")
    event, *_ = await person.autocomplete(CHAT, "notify calendar", "event", "")
    calendar = await person.slash(CHAT, "notify calendar", event=event["value"])
    welcome = await person.slash(CHAT, "help")
    for each in range(21):
        await person.slash(CHAT, "highlight add", word=f"규칙{each}번")
    rules, rule = [await person.slash(CHAT, "highlight list") for _ in range(2)]
    await person.choose(rule, "바꾸거나 지울 규칙을 고르세요", ["1. ‘규칙0번’"])
    link = await person.slash(CHAT, "kakao link")
    await world.follow(link, "지우")
    number = await link.until(lambda shown: "번호" in shown.text and "다시 보내기" in shown.labels)
    answers = (failed, written, templates, kinds, calendar, welcome, rules, rule)
    return [panel, number, *(one.answer for one in answers)]


async def test_every_button_and_select_with_its_feature_off_says_so(
    world: World, minji: Person, message: Message
) -> None:
    shown = await everything_to_press(world, minji, message)
    sent = list(world.kakao.outbox)
    await switch_off(world, *NAMES)
    ours = {
        name: one
        for name, one in our_components().items()
        if name not in ALWAYS_PRESSED | ASKS_ITSELF | LETS_LESS_COME
    }
    met = set()
    for one in shown:
        for component in components(one):
            for name, kind in ours.items():
                custom_id = component.get("custom_id", "")
                if kind.__discord_ui_compiled_template__.fullmatch(custom_id):
                    reply = await pressed(minji, one, component)
                    assert OFF in reply.text, (name, custom_id)
                    met.add(name)
    assert met == set(ours)
    assert world.kakao.outbox == sent


async def pressed(person: Person, message: Message, component: dict[str, Any]) -> Reply:
    """Use a component, whether it is shown as dead or not."""
    values = [option["value"] for option in component.get("options", [])[:1]]
    data = {
        "custom_id": component["custom_id"],
        "component_type": component["type"],
        "id": component.get("id", 1),
        **({} if component["type"] == BUTTON else {"values": values}),
    }
    return await person._act(3, message.channel, data, message=message)


def test_every_component_is_answered_and_has_a_feature_or_needs_none() -> None:
    for name, component in our_components().items():
        assert issubclass(component, Answered), name
        is_free = name in ALWAYS_PRESSED | ASKS_ITSELF
        assert bool(component.feature) is not is_free, name
