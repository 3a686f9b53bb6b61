"""The local Discord lets an application act only where it was added."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.discord import CannotDo, Channel, LocalDiscord, Message
from sandbox.discord.core import Event
from sandbox.discord.picker import usable
from tests.support.sandbox_discord import Raw, by_hand, new_discord

MENU, GUILD, USER = "Keep", 0, 1
PLACES = ("home", "bot", "elsewhere", "people")
ALLOWED_HERE = {"home": 0, "elsewhere": 0, "bot": 1, "people": 2}


@pytest.fixture
async def local() -> AsyncIterator[LocalDiscord]:
    async with new_discord().serve() as served:
        register(served, [GUILD, USER], [0, 1, 2])
        yield served


@pytest.fixture
async def call(local: LocalDiscord) -> AsyncIterator[Raw]:
    async with by_hand(local) as raw:
        yield raw


def register(local: LocalDiscord, kinds: list[int], contexts: list[int]) -> None:
    body = {"name": MENU, "type": 3, "integration_types": kinds, "contexts": contexts}
    local.world.book().overwrite([body])


def place(local: LocalDiscord, name: str) -> Channel:
    """A channel at home, with the bot, among people, or in a server without the bot."""
    minji, junho = local.person("민지"), local.person("준호")
    if name == "elsewhere":
        guild = local.world.add_guild("옆 마을", minji.user, with_bot=False)
        local.world.join(guild, junho.user)
        return local.world.add_channel(guild, "광장")
    rooms = {"home": local.guild.channel("잡담"), "bot": minji.dm}
    return rooms.get(name) or local.world.converse(minji.user, junho.user)


@given(
    kinds=st.lists(st.sampled_from([GUILD, USER]), min_size=1, unique=True),
    contexts=st.lists(st.sampled_from([0, 1, 2]), min_size=1, unique=True),
    added=st.booleans(),
    allowed=st.booleans(),
)
def test_a_command_is_found_where_it_was_registered_for_and_added(
    kinds: list[int],
    contexts: list[int],
    added: bool,
    allowed: bool,
) -> None:
    local = new_discord()
    register(local, kinds, contexts)
    minji = local.person("민지")
    if added:
        minji.install()
    local.allow_user_install(allowed)
    for name in PLACES:
        by_server = GUILD in kinds and name in ("home", "bot")
        by_herself = USER in kinds and added and allowed
        expected = ALLOWED_HERE[name] in contexts and (by_server or by_herself)
        assert bool(list(usable(local.world, minji, place(local, name)))) is expected, name


def test_nobody_adds_to_their_account_what_is_only_for_servers(local: LocalDiscord) -> None:
    local.allow_user_install(False)
    with pytest.raises(CannotDo):
        local.person("민지").install()


async def clicked(local: LocalDiscord, name: str) -> tuple[dict[str, Any], Message]:
    """Let 민지 use the menu on a message of 준호; gives what the bot is told."""
    told: list[Event] = []
    room, minji = place(local, name), local.person("민지")
    minji.install()
    author = minji if name == "bot" else local.person("준호")
    message = await author.say(room, "안녕하세요")
    local.world.on_event.append(told.append)
    local.patience = minji._patience = 0.0
    await minji.menu(room, MENU, message)
    [data] = [one.data for one in told if one.name == "INTERACTION_CREATE"]
    return data, message


@pytest.mark.parametrize(
    ("name", "context", "owners"),
    [
        ("home", 0, {"0", "1"}),
        ("bot", 1, {"0", "1"}),
        ("elsewhere", 0, {"1"}),
        ("people", 2, {"1"}),
    ],
)
async def test_an_interaction_says_where_it_is_and_who_added_the_application(
    local: LocalDiscord, name: str, context: int, owners: set[str]
) -> None:
    data, message = await clicked(local, name)
    assert data["context"] == context
    assert set(data["authorizing_integration_owners"]) == owners
    resolved = data["data"]["resolved"]["messages"][str(message.id)]
    assert (resolved["content"], "guild_id" in resolved) == ("안녕하세요", False)
    assert set(data.get("guild", {})) in ({"id", "locale", "features"}, set())


@pytest.mark.parametrize("name", ["elsewhere", "people"])
async def test_where_it_was_not_added_a_bot_reads_and_hears_nothing(
    local: LocalDiscord, call: Raw, name: str
) -> None:
    _, message = await clicked(local, name)
    room = message.channel
    for path in ("", f"/messages/{message.id}", "/messages"):
        status, refusal = await call("GET", f"/channels/{room.id}{path}")
        assert (status, refusal["code"]) == (403, 50001)
    if room.guild is not None:
        status, refusal = await call("GET", f"/guilds/{room.guild.id}")
        assert (status, refusal["code"]) == (404, 10004)
    assert (await call("GET", "/users/@me/guilds"))[1][0]["id"] == str(local.guild.id)


@pytest.mark.parametrize(("name", "most"), [("home", 8), ("elsewhere", 5)])
async def test_only_five_more_messages_follow_where_somebodys_own_install_lets_it_act(
    local: LocalDiscord, call: Raw, name: str, most: int
) -> None:
    data, _ = await clicked(local, name)
    token = data["token"]
    answer = {"type": 5, "data": {"flags": 64}}
    await call("POST", f"/interactions/{data['id']}/{token}/callback", answer)
    hook = f"/webhooks/{data['application_id']}/{token}"
    statuses = [(await call("POST", hook, {"content": "네"}))[0] for _ in range(9)]
    # The first one only fills in what was announced.
    assert statuses == [200] * (1 + most) + [400] * (8 - most)


async def test_no_command_is_for_accounts_that_nobody_can_add_it_to(
    local: LocalDiscord, call: Raw
) -> None:
    commands = f"/applications/{local.world.application_id}/commands"
    body = {"name": MENU, "type": 3, "integration_types": [GUILD, USER]}
    local.allow_user_install(False)
    for method, sent in (("POST", body), ("PUT", [body])):
        assert (await call(method, commands, sent))[0] == 400
    assert (await call("POST", commands, body | {"integration_types": [GUILD]}))[0] == 200
