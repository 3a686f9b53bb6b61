"""Channels, threads, pins, reactions and deletions, as discord.py hears of them."""

from collections.abc import AsyncIterator

import discord
import pytest

from sandbox.discord import CannotDo, LocalDiscord, Overwrite, Permission, Person
from sandbox.discord.state import FORUM
from tests.support.sandbox_discord import (
    TinyBot,
    a_bot,
    by_hand,
    default_intents,
    listening,
    new_discord,
    next_of,
)

INTENTS = default_intents(reactions=True)
OWN = "Kkachi"


@pytest.fixture
async def local() -> AsyncIterator[LocalDiscord]:
    async with new_discord().serve() as served:
        yield served
    assert served.problems == []


@pytest.fixture
async def bot(local: LocalDiscord) -> AsyncIterator[TinyBot]:
    async with a_bot(local, intents=INTENTS) as bot:
        yield bot


@pytest.fixture
def minji(local: LocalDiscord) -> Person:
    return local.person("민지")


@pytest.fixture
def hajun(local: LocalDiscord) -> Person:
    return local.person("하준")


def chat(bot: TinyBot) -> discord.TextChannel:
    found = discord.utils.get(bot.guilds[0].text_channels, name="잡담")
    assert found is not None
    return found


# channels and threads


async def test_every_kind_of_channel_is_known_for_what_it_is(bot: TinyBot) -> None:
    guild = bot.guilds[0]
    news = discord.utils.get(guild.text_channels, name="공지")
    night = discord.utils.get(guild.text_channels, name="심야-이야기")
    assert news is not None and night is not None  # noqa: PT018 - one question: are both there
    assert news.is_news()
    assert night.is_nsfw()
    assert night.category is guild.categories[0]
    assert [tag.name for tag in guild.forums[0].available_tags] == ["질문", "자랑", "모집"]
    assert [channel.name for channel in guild.voice_channels] == ["마실방"]


async def test_a_post_is_a_thread_whose_first_message_has_its_id(
    bot: TinyBot, minji: Person
) -> None:
    told = listening(bot, "thread_create", "message")
    post = await minji.post("이야기-숲", "화분", "꽃이 폈어요", ["자랑"])
    _, thread = await next_of(told)
    _, message = await next_of(told)
    assert [tag.name for tag in thread.applied_tags] == ["자랑"]
    assert (message.id, message.channel) == (thread.id, thread)
    assert thread.starter_message is message
    await minji.say(post, "물은 이틀에 한 번")
    fetched = await bot.fetch_channel(post.id)
    assert isinstance(fetched, discord.Thread)
    assert (fetched.message_count, thread.parent.last_message_id) == (1, thread.id)


async def test_a_thread_is_announced_where_it_was_opened(bot: TinyBot, minji: Person) -> None:
    told = listening(bot, "thread_create", "message")
    thread = await minji.open_thread("잡담", "저녁 메뉴")
    (_, made), (_, line) = await next_of(told), await next_of(told)
    assert (made.id, made.owner_id) == (thread.id, minji.id)
    assert line.type is discord.MessageType.thread_created
    assert (line.content, line.reference.channel_id) == ("저녁 메뉴", thread.id)


async def test_a_thread_of_a_message_begins_with_a_pointer(bot: TinyBot, minji: Person) -> None:
    told = listening(bot, "thread_create", "raw_message_edit", "message")
    message = await minji.say("잡담", "따로 얘기해요")
    await next_of(told)
    await minji.open_thread("잡담", "따로", on=message)
    (_, thread), (_, edit), (_, line) = [await next_of(told) for _ in range(3)]
    assert thread.id == edit.message_id == message.id
    assert line.type is discord.MessageType.thread_starter_message
    assert line.reference.resolved.content == "따로 얘기해요"
    assert (await chat(bot).fetch_message(message.id)).flags.has_thread
    with pytest.raises(CannotDo, match="at most one thread"):
        await minji.open_thread("잡담", "또", on=message)


async def test_a_private_thread_is_heard_of_only_when_the_bot_is_let_in(
    bot: TinyBot, local: LocalDiscord, minji: Person
) -> None:
    told = listening(bot, "thread_create", "thread_join")
    thread = await minji.open_thread("잡담", "비밀", private=True)
    local.world.join_thread(thread, local.world.bot)
    name, joined = await next_of(told)
    assert (name, joined.id, joined.is_private()) == ("thread_join", thread.id, True)
    assert (await joined.fetch_member(minji.id)).id == minji.id
    with pytest.raises(discord.NotFound):
        await joined.fetch_member(local.person("준호").id)


async def test_a_channel_goes_with_its_threads(
    bot: TinyBot, local: LocalDiscord, minji: Person
) -> None:
    thread = await minji.open_thread("잡담", "곧 없어져요")
    other = await minji.open_thread("레이드-모집", "남아요")
    told = listening(bot, "guild_channel_delete", "thread_delete")
    local.world.remove_channel(local.guild.channel("잡담"))
    local.world.remove_channel(other)
    gone = {(await next_of(told))[1].name for _ in range(3)}
    assert gone == {"곧 없어져요", "잡담", "남아요"}
    assert local.world.channel(thread.id) is None


async def test_a_removed_category_leaves_its_channels(bot: TinyBot, local: LocalDiscord) -> None:
    told = listening(bot, "guild_channel_update", "guild_channel_delete")
    local.world.remove_channel(local.guild.channel("어른들"))
    assert (await next_of(told))[2].category_id is None
    assert (await next_of(told))[1].name == "어른들"


async def test_a_published_announcement_reaches_who_follows(bot: TinyBot, hajun: Person) -> None:
    told = listening(bot, "message", "raw_message_edit")
    await hajun.follow("공지", "잡담")
    assert (await next_of(told))[1].type is discord.MessageType.channel_follow_add
    news = await hajun.say("공지", "내일은 쉬어요")
    await next_of(told)
    await hajun.publish(news)
    (_, edit), (_, copy) = await next_of(told), await next_of(told)
    assert edit.message.flags.crossposted
    assert (copy.content, copy.channel.name) == ("내일은 쉬어요", "잡담")
    assert copy.flags.is_crossposted
    assert (copy.webhook_id, copy.author.name) == (copy.author.id, "까치 마을 #공지")
    assert copy.reference.message_id == news.id
    with pytest.raises(CannotDo, match="each once"):
        await hajun.publish(news)


async def test_forums_and_categories_hold_no_messages(local: LocalDiscord, hajun: Person) -> None:
    for name in ("이야기-숲", "어른들"):
        with pytest.raises(CannotDo, match="holds no messages"):
            await hajun.say(name, "여기 아닌가요")
        async with by_hand(local) as call:
            place = f"/channels/{local.guild.channel(name).id}/messages"
            status, body = await call("GET", place)
            assert (status, body["code"]) == (400, 50024)
    with pytest.raises(CannotDo, match="up to 5 of the tags"):
        await hajun.post("이야기-숲", "제목", "글", ["없는 꼬리표"])


async def test_what_is_written_in_voice_is_read_by_who_may_come_in(
    bot: TinyBot, local: LocalDiscord, minji: Person
) -> None:
    await minji.say("마실방", "들어오세요")
    channel = bot.guilds[0].voice_channels[0]
    assert [message.content async for message in channel.history()] == ["들어오세요"]
    deny = Overwrite(local.guild.id, deny=int(Permission.CONNECT))
    local.guild.channel("마실방").overwrites = [deny]
    assert minji.sees("마실방") == []
    with pytest.raises(discord.Forbidden):
        _ = [message async for message in channel.history()]


# pins


async def test_a_pin_is_told_and_written_about(bot: TinyBot, hajun: Person) -> None:
    told = listening(bot, "message", "guild_channel_pins_update")
    message = await hajun.say("잡담", "주소는 여기")
    await next_of(told)
    await hajun.pin(message)
    (_, channel, last), (_, line) = await next_of(told), await next_of(told)
    assert channel.name == "잡담"
    assert [one.pinned_at async for one in chat(bot).pins()] == [last]
    assert line.type is discord.MessageType.pins_add
    assert (line.reference.message_id, line.author.id) == (message.id, hajun.id)
    await hajun.pin(message)
    await hajun.pin(message, on=False)
    assert (await next_of(told))[2] is None
    line_itself = hajun.sees("잡담")[-1]
    with pytest.raises(CannotDo, match="is not pinned"):
        await hajun.pin(line_itself)


async def test_pins_come_newest_first_and_in_pages(
    bot: TinyBot, local: LocalDiscord, hajun: Person
) -> None:
    for text in ("하나", "둘", "셋"):
        await hajun.pin(await hajun.say("잡담", text))
        local.world.advance(1)
    pins = [message async for message in chat(bot).pins()]
    assert [message.content for message in pins] == ["셋", "둘", "하나"]
    older = [message.content async for message in chat(bot).pins(before=pins[0].pinned_at)]
    assert older == ["둘", "하나"]
    assert [message.content async for message in chat(bot).pins(limit=1)] == ["셋"]
    hide = Overwrite(local.guild.id, deny=int(Permission.READ_MESSAGE_HISTORY))
    local.guild.channel("잡담").overwrites = [hide]
    assert [message async for message in chat(bot).pins()] == []


# reactions and deletions


async def test_a_reaction_names_the_author_and_is_counted(
    bot: TinyBot, local: LocalDiscord, minji: Person, hajun: Person
) -> None:
    told = listening(bot, "raw_reaction_add", "raw_reaction_remove")
    message = await minji.say("잡담", "좋죠?")
    await hajun.react(message, "👍")
    await local.person("준호").react(message, "👍")
    await hajun.unreact(message, "👍")
    (_, added), _, (_, removed) = [await next_of(told) for _ in range(3)]
    assert (added.message_author_id, added.user_id) == (minji.id, hajun.id)
    assert (removed.message_author_id, removed.user_id) == (None, hajun.id)
    found = await chat(bot).fetch_message(message.id)
    assert [(str(one.emoji), one.count) for one in found.reactions] == [("👍", 1)]
    with pytest.raises(CannotDo, match="has not reacted"):
        await hajun.unreact(message, "👍")


async def test_reactions_are_cleared(bot: TinyBot, minji: Person, hajun: Person) -> None:
    told = listening(bot, "raw_reaction_clear", "raw_reaction_clear_emoji")
    message = await minji.say("잡담", "좋죠?")
    for emoji in ("👍", "🔥"):
        await hajun.react(message, emoji)
    await hajun.clear_reactions(message, "👍")
    await hajun.clear_reactions(message)
    assert [(await next_of(told))[0] for _ in range(2)] == [
        "raw_reaction_clear_emoji",
        "raw_reaction_clear",
    ]
    with pytest.raises(CannotDo, match="lacks MANAGE_MESSAGES"):
        await minji.clear_reactions(message)


async def test_a_message_has_at_most_twenty_reactions(
    bot: TinyBot, minji: Person, hajun: Person
) -> None:
    message = await minji.say("잡담", "다 골라요")
    for number in range(20):
        await minji.react(message, chr(0x1F600 + number))
    with pytest.raises(CannotDo, match="at most 20"):
        await hajun.react(message, "🪶")
    sent = await chat(bot).fetch_message(message.id)
    with pytest.raises(discord.HTTPException, match="30010"):
        await sent.add_reaction("🪶")


async def test_without_the_reactions_intent_reactions_are_not_heard(
    local: LocalDiscord, minji: Person
) -> None:
    async with a_bot(local) as bot:
        message = await minji.say("잡담", "좋죠?")
        told = listening(bot, "socket_event_type")
        await minji.react(message, "👍")
        await minji.edit(message, "좋죠!")
        names = [(await next_of(told))[1] for _ in range(2)]
        assert names == ["MESSAGE_CREATE", "MESSAGE_UPDATE"]


async def test_many_messages_are_written_and_deleted_at_once(
    bot: TinyBot, minji: Person, hajun: Person
) -> None:
    told = listening(bot, "raw_bulk_message_delete")
    flood = await minji.flood("잡담", [f"{number}번째" for number in range(30)])
    await hajun.purge(flood)
    _, event = await next_of(told)
    assert event.message_ids == {message.id for message in flood}
    with pytest.raises(discord.NotFound):
        await chat(bot).fetch_message(flood[0].id)
    with pytest.raises(CannotDo, match="lacks MANAGE_MESSAGES"):
        await minji.purge([await minji.say("잡담", "제 것도 못 지워요")])


# the API


async def test_history_is_newest_first_and_ends_where_reading_is_not_allowed(
    bot: TinyBot, local: LocalDiscord, minji: Person
) -> None:
    room = local.world.add_channel(local.guild, "새-방")
    written = await minji.flood(room, [str(number) for number in range(120)])
    found = bot.get_channel(room.id) or await bot.fetch_channel(room.id)
    assert isinstance(found, discord.TextChannel)
    after = [m.content async for m in found.history(limit=3, after=written[4])]
    latest = [m.content async for m in found.history(limit=None)]
    assert (after, len(latest), latest[0]) == (["5", "6", "7"], 120, "119")
    async with by_hand(local) as call:
        _, page = await call("GET", f"/channels/{room.id}/messages?after={written[4].id}&limit=3")
        assert [one["content"] for one in page] == ["7", "6", "5"]
        room.overwrites = [
            Overwrite(local.guild.id, deny=int(Permission.READ_MESSAGE_HISTORY)),
        ]
        assert await call("GET", f"/channels/{room.id}/messages") == (200, [])
        room.overwrites = [Overwrite(local.guild.id, deny=int(Permission.VIEW_CHANNEL))]
        status, body = await call("GET", f"/channels/{room.id}/messages")
        assert (status, body["code"]) == (403, 50001)


@pytest.mark.parametrize("limit", ["0", "101", "x"])
async def test_a_page_has_one_to_a_hundred_messages(limit: str) -> None:
    async with new_discord().serve() as local, by_hand(local) as call:
        place = f"/channels/{local.guild.channel('잡담').id}/messages"
        status, body = await call("GET", f"{place}?limit={limit}")
    assert (status, body["code"]) == (400, 50035)


async def test_what_discord_wrote_is_not_pinned_by_bots(local: LocalDiscord) -> None:
    local.guild.role(OWN).permissions |= int(Permission.PIN_MESSAGES)
    hajun = local.person("하준")
    await hajun.pin(await hajun.say("잡담", "여기요"))
    line = hajun.sees("잡담")[-1]
    async with by_hand(local) as call:
        place = f"/channels/{line.channel.id}/messages/pins/{line.id}"
        status, body = await call("PUT", place, {})
    assert (status, body["code"]) == (403, 50021)


async def test_threads_are_not_made_where_there_are_none(local: LocalDiscord) -> None:
    forum = local.world.add_channel(local.guild, "또-다른-숲", kind=FORUM)
    async with by_hand(local) as call:
        status, body = await call(
            "POST", f"/channels/{forum.id}/threads", {"name": "글", "type": 11}
        )
    assert (status, body["code"]) == (400, 50024)
