"""What discord.py can ask of the local Discord besides answering people."""

import asyncio
import io
from collections.abc import AsyncIterator
from datetime import timedelta

import discord
import pytest

from sandbox.discord import LocalDiscord, Permission, Person, Poll
from sandbox.discord.pictures import avatar, png, size_of
from tests.support.sandbox_discord import TinyBot, a_bot, by_hand, new_discord


@pytest.fixture
async def local() -> AsyncIterator[LocalDiscord]:
    async with new_discord().serve() as served:
        yield served
    assert served.problems == []


@pytest.fixture
async def bot(local: LocalDiscord) -> AsyncIterator[TinyBot]:
    async with a_bot(local, intents=discord.Intents.all()) as bot:
        yield bot


@pytest.fixture
def minji(local: LocalDiscord) -> Person:
    return local.person("민지")


@pytest.fixture
def chat(bot: TinyBot) -> discord.TextChannel:
    found = discord.utils.get(bot.guilds[0].text_channels, name="잡담")
    assert found is not None
    return found


async def test_a_file_and_an_embed_with_it_are_sent(chat: discord.TextChannel) -> None:
    embed = discord.Embed(title="노을").set_image(url="attachment://sun.png")
    file = discord.File(io.BytesIO(png(30, 20, lambda _: bytes(90))), "sun.png", description="해")
    sent = await chat.send(embed=embed, file=file)
    assert sent.embeds[0].image.url == sent.attachments[0].url
    assert (sent.attachments[0].width, sent.attachments[0].description) == (30, "해")


async def test_a_message_is_edited_and_deleted(chat: discord.TextChannel, minji: Person) -> None:
    sent = await chat.send("처음", file=discord.File(io.BytesIO(b"a"), "a.txt"))
    await sent.edit(content="다음", attachments=[])
    shown = minji.sees("잡담")[-1]
    assert (shown.content, shown.attachments, shown.view(minji)["edited"]) == ("다음", [], True)
    await sent.delete()
    assert shown not in minji.sees("잡담")


async def test_reactions_come_and_go(chat: discord.TextChannel, minji: Person) -> None:
    message = await minji.say("잡담", "좋아요?")
    await minji.react(message, "👍")
    sent = await chat.fetch_message(message.id)
    await sent.add_reaction("👍")
    assert [user.name async for user in (await chat.fetch_message(message.id)).reactions[0].users()]
    await sent.remove_reaction("👍", discord.Object(chat.guild.me.id))
    await minji.react(message, "👍")
    assert message.reactions == {}


async def test_a_reply_shows_what_it_answers(chat: discord.TextChannel, minji: Person) -> None:
    message = await minji.say("잡담", "누구 있어요?")
    await (await chat.fetch_message(message.id)).reply("저요")
    shown = minji.sees("잡담")[-1].view(minji)
    assert shown["reply"]["content"] == "누구 있어요?"
    await minji.delete(message)
    assert minji.sees("잡담")[-1].view(minji)["reply"]["deleted"]


async def test_a_forward_carries_a_snapshot(chat: discord.TextChannel, minji: Person) -> None:
    message = await minji.say("레이드-모집", "모여요", files=[("a.png", avatar("해"))])
    forward = await minji.say("잡담", forward_of=message)
    found = await chat.fetch_message(forward.id)
    (snapshot,) = found.message_snapshots
    assert (snapshot.content, len(snapshot.attachments)) == ("모여요", 1)


async def test_polls_are_read_and_sent(chat: discord.TextChannel, minji: Person) -> None:
    poll = Poll("점심?", ["국수", "밥"], expires_at=4e9)
    asked = await minji.say("잡담", poll=poll)
    await minji.vote(asked, 2)
    found = (await chat.fetch_message(asked.id)).poll
    assert found is not None
    assert [answer.vote_count for answer in found.answers] == [0, 1]
    own = discord.Poll("저녁?", duration=timedelta(hours=1))
    sent = await chat.send(poll=own.add_answer(text="네"))
    await sent.end_poll()
    *_, ended, result = minji.sees("잡담")
    assert ended.poll is not None
    assert ended.poll.closed
    told = await chat.fetch_message(result.id)
    assert told.type is discord.MessageType.poll_result
    assert told.embeds[0].fields[0].value == "저녁?"


async def test_stickers_and_voice_messages_are_marked(
    chat: discord.TextChannel, minji: Person
) -> None:
    sticker = await minji.say("잡담", stickers=["까치 인사"])
    spoken = await minji.say("잡담", files=[("voice.ogg", b"OggS")], voice=(2.5, "AAAA"))
    assert (await chat.fetch_message(sticker.id)).stickers[0].name == "까치 인사"
    heard = await chat.fetch_message(spoken.id)
    assert (heard.flags.voice, heard.attachments[0].duration) == (True, 2.5)


async def test_pinning_needs_its_permission(chat: discord.TextChannel, local: LocalDiscord) -> None:
    sent = await chat.send("중요해요")
    with pytest.raises(discord.Forbidden):
        await sent.pin()
    local.guild.role("Kkachi").permissions |= int(Permission.PIN_MESSAGES)
    await sent.pin()
    assert [message.content async for message in chat.pins()] == ["중요해요"]


async def test_threads_are_started_and_joined(
    chat: discord.TextChannel, minji: Person, local: LocalDiscord
) -> None:
    message = await minji.say("잡담", "따로 이야기해요")
    public = await (await chat.fetch_message(message.id)).create_thread(name="따로")
    await public.send("여기예요")
    private = await chat.create_thread(name="우리끼리")
    await private.add_user(discord.Object(minji.id))
    assert [(one.kind, one.text) for one in minji.sees("따로")] == [(21, ""), (0, "여기예요")]
    assert "우리끼리" in [one.name for one in minji.channels(local.guild)]
    assert "우리끼리" not in [one.name for one in local.person("준호").channels(local.guild)]
    assert {one.name for one in await chat.guild.active_threads()} == {"따로", "우리끼리"}


async def test_people_and_roles_are_looked_up(bot: TinyBot, minji: Person) -> None:
    guild = await bot.fetch_guild(bot.guilds[0].id)
    member = await guild.fetch_member(minji.id)
    assert [role.name for role in member.roles[1:]] == ["레이드팀"]
    assert [one.name async for one in guild.fetch_members()]
    assert "레이드팀" in [role.name for role in await guild.fetch_roles()]
    assert (await bot.fetch_user(minji.id)).global_name == "민지"


async def test_the_application_is_described(bot: TinyBot) -> None:
    info = await bot.application_info()
    assert (info.name, info.id) == ("Kkachi", bot.application_id)
    assert info.flags.gateway_message_content_limited


async def test_comings_and_goings_are_told(bot: TinyBot, local: LocalDiscord) -> None:
    come = asyncio.ensure_future(bot.wait_for("member_join", timeout=20))
    gone = asyncio.ensure_future(bot.wait_for("member_remove", timeout=20))
    await asyncio.sleep(0)
    newcomer = local.world.add_user("sua", "수아")
    local.world.join(local.guild, newcomer)
    local.world.leave(local.guild, newcomer)
    assert {(await come).id, (await gone).id} == {newcomer.id}


async def test_typing_reaches_the_bot_and_the_channel(
    bot: TinyBot, chat: discord.TextChannel, minji: Person
) -> None:
    seen = asyncio.ensure_future(bot.wait_for("typing", timeout=20))
    await asyncio.sleep(0)
    minji.world.typing(minji.user, minji.find("잡담"))
    _, who, _ = await seen
    assert who.id == minji.id
    await chat.typing()


def test_the_size_of_pictures_is_read() -> None:
    gif = b"GIF89a\x05\x00\x06\x00" + b"\0" * 8
    jpeg = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffc0000b080010002001011100")
    assert [size_of(one) for one in (png(3, 2, lambda _: bytes(9)), gif, jpeg, b"text")] == [
        (3, 2),
        (5, 6),
        (32, 16),
        None,
    ]


async def test_a_bot_in_many_servers_lists_them_page_by_page(local: LocalDiscord) -> None:
    owner = local.person("민지").user
    for number in range(250):
        local.world.add_guild(f"마을 {number}", owner)
    async with by_hand(local) as call:
        _, first = await call("GET", "/users/@me/guilds")
        _, rest = await call("GET", f"/users/@me/guilds?limit=200&after={first[-1]['id']}")
        status, _ = await call("GET", "/users/@me/guilds?limit=201")
    listed = [int(one["id"]) for one in (*first, *rest)]
    assert (len(first), status) == (200, 400)
    assert listed == sorted(guild.id for guild in local.world.guilds)
    local.problems.clear()
