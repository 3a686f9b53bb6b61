"""Two servers and the direct messages with the bot: where something is from, where one types."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.services.clock import PATIENCE, Patience
from sandbox.discord import Channel, Message, Person, Reply
from tests.support.world import CHAT, World, open_world

SQUARE = "광장"  # of the other server, which 민지 owns
STAFF = "운영진"
SHARING = {"KAKAO_ADMIN_KEY": "the-admin-key", "KAKAO_JAVASCRIPT_KEY": "the-javascript-key"}
PAGES = {
    "features": "기능",
    "only": "채널",
    "never": "채널",
    "link_roles": "역할",
    "forward_roles": "역할",
    "rule_roles": "역할",
    "policy": "내용",
    "policy-link": "내용",
    "log_channel_id": "한도·언어·기록",
}
NAMES = {
    "link": "카카오톡 연결",
    "forward": "보내기",
    "compose": "직접 쓰기",
    "share": "공유",
    "highlight": "하이라이트 규칙",
    "notify": "소식 알림",
}
SENDS = "직접 보내기 하루 (비우면 카카오 한도만)"


@asynccontextmanager
async def open_doors(folder: Path, patience: Patience = PATIENCE) -> AsyncIterator[World]:
    """Open a world with another server; 민지 is in both and linked."""
    async with open_world(folder, bot=False, patience=patience) as world:
        world.settings |= SHARING | {"KAKAO_CALENDAR": "true"}
        here, minji = world.discord.world, world.discord.person("민지")
        guild = here.add_guild("다른 마을", minji.user)
        here.add_channel(guild, SQUARE)
        await world.start_bot()
        await world.link("민지")
        world.kakao.outbox.clear()
        yield world
        assert world.discord.problems == []


def place(world: World, name: str) -> Channel:
    """Return where 민지 types: in direct messages, here, or in the other server."""
    minji = world.discord.person("민지")
    return minji.dm if name == "dm" else minji.find(SQUARE if name == "other" else CHAT)


async def decide(world: World, what: str, *values: str) -> Reply:
    """Let the owner of the first server choose this in the panel."""
    hajun = world.discord.person("하준")
    panel = await hajun.slash(CHAT, "settings panel")
    panel = await hajun.choose(panel, select(panel, "page"), [PAGES[what]])
    return await hajun.choose(panel, select(panel, what), values)


async def switch_off(world: World, *features: str) -> None:
    await decide(world, "features", *(name for one, name in NAMES.items() if one not in features))


async def limit_sends(world: World, most: str) -> None:
    hajun = world.discord.person("하준")
    panel = await hajun.slash(CHAT, "settings panel")
    panel = await hajun.choose(panel, select(panel, "page"), ["한도·언어·기록"])
    await hajun.submit((await hajun.press(panel, "바꾸기")).form, {SENDS: most})


def select(panel: Reply, what: str) -> str:
    """Return the id of the select that changes this."""
    found = [str(one["custom_id"]) for one in components(panel.answer) if "custom_id" in one]
    return next(one for one in found if one.startswith(f"kkachi:setting:{what}:"))


def components(message: Message) -> list[dict[str, Any]]:
    def below(part: dict[str, Any]) -> list[dict[str, Any]]:
        children = [*part.get("components", []), *filter(None, [part.get("accessory")])]
        return [part, *(one for child in children for one in below(child))]

    return [one for part in message.components for one in below(part)]


def texts(world: World) -> list[str]:
    """Return what arrived on Kakao."""
    return [str(one.template) for one in world.kakao.outbox]


def staff(world: World, names: Collection[str], *, on: bool) -> None:
    """Give the staff's role to these people, or take it away."""
    guild, here = world.discord.guild, world.discord.world
    for name in names:
        change = here.give_role if on else here.take_role
        change(guild.member(name), guild.role(STAFF))


async def friends_panel(world: World, person: Person, where: Channel, message: Message) -> Message:
    """Ask for friends with a link, agree at Kakao, and wait for the picker."""
    reply = await person.slash(where, "forward friends", message=message.jump_url)
    if "누구에게" in reply.text:
        return reply.answer
    await world.follow(reply, person.name)
    return await reply.until(lambda panel: "누구에게" in panel.text)
