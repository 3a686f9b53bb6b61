"""What people paste, in the running program: posts, threads, channels and files."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.discord import Person
from tests.support.world import CHAT, World, open_world, until


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        await world.link("민지")
        yield world
        assert world.discord.problems == []


async def forwarded(world: World, pasted: str) -> str:
    """Return the card that comes when somebody pastes this."""
    before = len(world.kakao.outbox)
    reply = await world.discord.person("민지").slash(CHAT, "forward me", message=pasted)
    assert "✅" in reply.text or "⏳" in reply.text, reply.text
    await until(lambda: len(world.kakao.outbox) > before)
    return str(world.kakao.outbox[-1].template)


async def test_the_link_and_the_id_of_a_post_are_its_first_message(world: World) -> None:
    junho = world.discord.person("준호")
    post = await junho.post("이야기-숲", "토요일 번개", "오실 분 손들어 주세요")
    await junho.say(post, "저요")
    guild = world.discord.guild.id
    for pasted in (
        f"https://discord.com/channels/{guild}/{post.id}",
        str(post.id),
        f"<#{post.id}>",
    ):
        assert "손들어" in await forwarded(world, pasted), pasted


async def test_the_link_of_a_thread_is_the_message_it_was_made_of(world: World) -> None:
    junho = world.discord.person("준호")
    first = await junho.say(CHAT, "회식 장소 정해요")
    made = await junho.open_thread(CHAT, "회식", on=first)
    free = await junho.open_thread(CHAT, "잡담 하나")
    await junho.say(free, "여기서 시작해요")
    guild = world.discord.guild.id
    link = "https://discord.com/channels/{}/{}".format
    assert "회식 장소" in await forwarded(world, link(guild, made.id))
    assert "여기서 시작" in await forwarded(world, link(guild, free.id))


async def test_a_channel_is_no_message_and_a_hidden_post_is_not_there(
    world: World, minji: Person
) -> None:
    guild = world.discord.guild
    channel = world.discord.person("준호").find(CHAT)
    reply = await minji.slash(
        CHAT, "forward me", message=f"https://discord.com/channels/{guild.id}/{channel.id}"
    )
    assert "메시지가 아니라 채널이에요" in reply.text


async def test_the_link_of_a_picture_is_the_message_that_holds_it(world: World) -> None:
    junho = world.discord.person("준호")
    await junho.say(CHAT, "앞의 글")
    message = await junho.say(CHAT, "사진 올려요", files=[("a.txt", b"words")])
    await junho.say(CHAT, "뒤의 글")
    [file] = message.attachments
    pasted = f"https://cdn.discordapp.com/attachments/{message.channel.id}/{file.id}/a.txt?ex=1"
    assert "사진 올려요" in await forwarded(world, pasted)
