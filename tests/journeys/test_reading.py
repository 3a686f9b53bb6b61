"""What a member sees in Discord, what rules find, and what a card carries are one and the same."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from sandbox.discord import Message, Person, Poll
from tests.support.messages import told
from tests.support.world import CHAT, World, open_village, until

pytestmark = pytest.mark.asyncio(loop_scope="module")
FORUM, NEWS = "이야기-숲", "공지"
MENU = "Send to my KakaoTalk"
QUIET_SECONDS = 0.4
DAY = 24 * 3600.0
TEXT, SECTION, THUMBNAIL, GALLERY, CONTAINER = 10, 9, 11, 12, 17


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def village(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> AsyncIterator[World]:
    async with open_village(tmp_path_factory.mktemp("reading"), migrated) as world:
        helper = world.discord.world.add_user("도우미", "도우미", bot=True)
        world.discord.world.join(world.discord.guild, helper)
        yield world
        assert world.discord.problems == []


@pytest_asyncio.fixture(loop_scope="module")
async def world(village: World) -> AsyncIterator[World]:
    """The same world for all, each on a day of its own with the rule 번개."""
    village.advance(DAY)
    village.kakao.outbox.clear()
    minji = village.discord.person("민지")
    await minji.slash(CHAT, "highlight add", word="번개")
    yield village
    while choices := await minji.autocomplete(CHAT, "highlight remove", "rule", ""):
        for one in choices:
            await minji.slash(CHAT, "highlight remove", rule=one["value"])
    await minji.slash(CHAT, "highlight options", bots=False, away=0, cooldown=0, context=0)


@pytest.fixture
def junho(world: World) -> Person:
    return world.discord.person("준호")


@pytest.fixture
def helper(world: World) -> Person:
    """A bot of somebody else's."""
    return world.discord.person("도우미")


async def arrived(world: World, count: int = 1) -> list[str]:
    """Return what so many cards say on 민지's phone, when they are there."""
    await until(lambda: len(world.kakao.outbox) >= count)
    return [told(message.template["content"]) for message in world.kakao.outbox]


async def nothing_more(world: World, count: int = 0) -> None:
    await asyncio.sleep(QUIET_SECONDS)
    assert len(world.kakao.outbox) == count


async def sent(world: World, minji: Person, message: Message) -> dict[str, str]:
    """Send a message by its menu; return what the card at KakaoTalk holds."""
    count = len(world.kakao.outbox)
    await minji.menu(message.channel, MENU, message)
    await until(lambda: len(world.kakao.outbox) > count)
    content: dict[str, str] = world.kakao.outbox[-1].template["content"]
    return content


# what rules find


async def test_a_word_in_the_question_of_a_poll_is_found(world: World, junho: Person) -> None:
    poll = Poll("토요일 번개 갈 사람?", ["간다", "못 간다"], world.discord.world.now() + DAY)
    asked = await junho.say(CHAT, poll=poll)
    assert await arrived(world) == ["준호: 📊 토요일 번개 갈 사람?\n1. 간다 · 2. 못 간다"]
    await junho.vote(asked, 1)
    await junho.end_poll(asked)
    assert (await arrived(world, 2))[1] == "준호: 📊 투표가 끝났어요: 토요일 번개 갈 사람?\n간다"


async def test_a_word_in_the_title_of_a_post_is_found_with_its_first_message(
    world: World, junho: Person
) -> None:
    post = await junho.post(FORUM, "토요일 번개 모집", "오실 분 손!")
    assert await arrived(world) == ["준호: 토요일 번개 모집 오실 분 손!"]
    foot = world.kakao.outbox[0].template["content"]["description"].splitlines()[-1]
    assert foot == "🔔 번개 · #이야기-숲 · 까치 마을"
    await junho.say(post, "저요")
    await nothing_more(world, 1)


EMBED = {
    "author": {"name": "점검 알림"},
    "title": "정기 점검",
    "description": "두 시부터 여섯 시까지",
    "fields": [{"name": "어디", "value": "모든 서버"}],
    "footer": {"text": "운영팀 드림"},
}


@pytest.mark.parametrize("word", ["알림", "정기", "여섯", "어디", "서버", "운영팀"])
async def test_a_word_anywhere_in_an_embed_is_found_and_seen(
    world: World, minji: Person, helper: Person, word: str
) -> None:
    await minji.slash(CHAT, "highlight options", bots=True)
    await minji.slash(CHAT, "highlight add", word=word)
    await helper.say(CHAT, "@everyone", embeds=[EMBED])
    [card] = await arrived(world)
    assert word in card
    assert card.startswith("도우미: @everyone 점검 알림\n")


async def test_a_word_in_the_name_of_a_file_or_a_sticker_is_found(
    world: World, junho: Person
) -> None:
    await junho.say(CHAT, files=[("번개 회의록.pdf", b"%PDF")])
    await junho.say(CHAT, stickers=["번개 고양이"])
    cards = await arrived(world, 2)
    assert cards == ["준호: 📎 번개 회의록.pdf", "준호: 🏷️ 스티커: 번개 고양이"]


async def test_a_word_in_what_is_carried_on_is_found(
    world: World, minji: Person, junho: Person
) -> None:
    await minji.slash(CHAT, "privacy optout", on=False)
    said = await minji.say(CHAT, "번개는 일곱 시예요")
    await nothing_more(world)
    await junho.say(CHAT, forward_of=said)
    assert await arrived(world) == ["준호: [전달] 번개는 일곱 시예요"]


async def test_what_is_answered_is_found_with_the_answer_that_shows_it(
    world: World, minji: Person, junho: Person
) -> None:
    said = await junho.say(CHAT, "번개 칠 사람")
    await junho.say(CHAT, "저요", reply_to=said)
    await until(lambda: len(world.kakao.outbox) == 2)
    shown = [told(one.template["content"]) for one in world.kakao.outbox]
    assert all("번개" in one for one in shown)
    mine = await minji.say(CHAT, "번개 어때요?")
    await junho.say(CHAT, "좋아요", reply_to=mine)
    await nothing_more(world, 2)


async def test_what_a_followed_channel_brings_is_by_people(
    world: World, minji: Person, junho: Person
) -> None:
    hajun = world.discord.person("하준")
    await hajun.follow(NEWS, CHAT)
    news = await hajun.say(NEWS, "패치 노트")
    await minji.slash(CHAT, "highlight add", word="패치")
    await hajun.publish(news)
    assert "패치 노트" in (await arrived(world))[0]
    await junho.say(CHAT, "끝")


async def test_a_word_that_comes_by_an_edit_is_told_once(world: World, junho: Person) -> None:
    said = await junho.say(CHAT, "토요일에 모여요")
    await nothing_more(world)
    await junho.edit(said, "토요일에 번개로 모여요")
    assert await arrived(world) == ["준호: 토요일에 번개로 모여요"]
    await junho.edit(said, "토요일에 번개로 꼭 모여요")
    await nothing_more(world, 1)


async def test_the_preview_of_a_link_that_comes_later_is_no_edit(
    world: World, junho: Person
) -> None:
    said = await junho.say(CHAT, "https://news.example/1")
    world.discord.world.unfurl(said, url="https://news.example/1", title="번개 소식")
    await nothing_more(world)


async def test_an_old_message_that_is_edited_stays_old(world: World, junho: Person) -> None:
    said = await junho.say(CHAT, "토요일에 모여요")
    world.advance(2 * 3600.0)
    await junho.edit(said, "번개로 모여요")
    await nothing_more(world)


async def test_a_bots_answer_that_comes_later_is_found(
    world: World, minji: Person, helper: Person
) -> None:
    await minji.slash(CHAT, "highlight options", bots=True)
    thinking = await helper.think(CHAT)
    await helper.fill_in(thinking, "번개는 취소됐어요")
    assert await arrived(world) == ["도우미: 번개는 취소됐어요"]


async def test_of_a_long_message_the_piece_with_the_word_is_shown(
    world: World, junho: Person
) -> None:
    await junho.say(
        CHAT, "지난 시즌을 돌아봅니다. " * 40 + "번개는 일요일이에요. " + "그럼 이만. " * 60
    )
    [card] = await arrived(world)
    assert "번개는 일요일이에요." in card
    title, *rest = card.splitlines()
    assert title == "준호: 지난 시즌을 돌아봅니다. 지난 시즌을 돌아봅니다…"
    assert "".join(rest).startswith("…")
    assert card.endswith("…")


# who is left out


async def test_whoever_opted_out_is_not_quoted_nor_carried_on(world: World, junho: Person) -> None:
    seoyeon = world.discord.person("서연")
    await seoyeon.slash(CHAT, "privacy optout", on=True)
    secret = await seoyeon.say(CHAT, "비밀 번개 이야기")
    await junho.say(CHAT, "그거 번개 얘기야?", reply_to=secret)
    assert await arrived(world) == ["준호: 그거 번개 얘기야?"]
    await junho.say(CHAT, forward_of=secret)
    await nothing_more(world, 1)
    await seoyeon.slash(CHAT, "privacy optout", on=False)
    await junho.say(CHAT, "번개 맞네", reply_to=secret)
    assert (await arrived(world, 2))[1] == "준호: 번개 맞네\n↪ 서연: 비밀 번개 이야기"


async def test_neither_whom_the_member_ignores_nor_a_bot_is_quoted(
    world: World, minji: Person, junho: Person, helper: Person
) -> None:
    seoyeon = world.discord.person("서연")
    quoted = [await seoyeon.say(CHAT, "조용히"), await helper.say(CHAT, "삐빅")]
    await minji.slash(CHAT, "highlight ignore", member=seoyeon)
    for number, one in enumerate(quoted, 1):
        await junho.say(CHAT, f"번개 {number}", reply_to=one)
    assert await arrived(world, 2) == ["준호: 번개 1", "준호: 번개 2"]
    await minji.slash(CHAT, "highlight ignore", member=seoyeon)


# what a card shows


async def test_text_and_then_the_embed_never_only_the_ping(
    world: World, minji: Person, helper: Person
) -> None:
    message = await helper.say(CHAT, "@everyone", embeds=[EMBED])
    card = await sent(world, minji, message)
    assert "정기 점검" in told(card)


async def test_somebody_named_in_an_embed_has_a_name(
    world: World, minji: Person, junho: Person, helper: Person
) -> None:
    embed = {"title": "입장", "description": f"<@{junho.id}> 님이 레벨 10이 되었습니다"}
    card = await sent(world, minji, await helper.say(CHAT, embeds=[embed]))
    assert "@준호 님이" in told(card)


async def test_a_covered_container_stays_covered_also_when_it_is_quoted(
    world: World, minji: Person, junho: Person, helper: Person
) -> None:
    inner = {"type": TEXT, "content": "범인은 집사다"}
    covered = {"type": CONTAINER, "spoiler": True, "components": [inner]}
    message = await helper.say(CHAT, components=[covered])
    assert told(await sent(world, minji, message)) == "도우미: (스포일러)"
    answer = await junho.say(CHAT, "헉", reply_to=message)
    card = await sent(world, minji, answer)
    assert told(card) == "준호: 헉\n↪ 도우미: (스포일러)"


async def test_what_is_laid_out_is_read_in_order_and_found(
    world: World, minji: Person, helper: Person
) -> None:
    await minji.slash(CHAT, "highlight options", bots=True)
    picture = {"media": {"url": "https://pictures.example/a.png"}}
    section = {
        "type": SECTION,
        "components": [{"type": TEXT, "content": "**번개** 안내"}],
        "accessory": {"type": THUMBNAIL, **picture},
    }
    parts = [section, {"type": TEXT, "content": "일곱 시"}]
    layout = {"type": CONTAINER, "components": parts}
    message = await helper.say(CHAT, components=[layout, {"type": GALLERY, "items": [picture]}])
    assert await arrived(world) == ["도우미: 번개 안내 일곱 시"]
    assert told(await sent(world, minji, message)) == "도우미: 번개 안내 일곱 시"


async def test_the_name_that_somebody_gave_a_file_is_shown(
    world: World, minji: Person, junho: Person
) -> None:
    message = await junho.say(CHAT, files=[("2026 정기총회 회의록.pdf", b"%PDF")])
    assert message.attachments[0].filename.isascii()
    card = await sent(world, minji, message)
    assert told(card) == "준호: 📎 2026 정기총회 회의록.pdf"


async def test_a_quote_without_words_says_what_it_was(
    world: World, minji: Person, junho: Person
) -> None:
    sunset = Path(__file__).parents[2] / "sandbox/demo/pictures/sunset.jpg"
    question = Poll("언제?", ["오늘"], world.discord.world.now() + DAY)
    voice = await junho.say(CHAT, files=[("v.ogg", b"OggS")], voice=(3.0, "AAAA"))
    quoted = {
        "사진": await junho.say(CHAT, files=[("cat.jpg", sunset.read_bytes())]),
        "📎 a.pdf": await junho.say(CHAT, files=[("a.pdf", b"%PDF")]),
        "🏷️ 스티커: 고양이": await junho.say(CHAT, stickers=["고양이"]),
        "📊 언제? 1. 오늘": await junho.say(CHAT, poll=question),
        "🎤 음성 메시지 0:03": voice,
        "전달한 메시지": await junho.say(CHAT, forward_of=voice),
    }
    for what, message in quoted.items():
        answer = await junho.say(CHAT, "귀엽다", reply_to=message)
        card = await sent(world, minji, answer)
        assert told(card) == f"준호: 귀엽다\n↪ 준호: {what}"


async def test_the_first_message_of_a_thread_is_the_one_that_it_stands_for(
    world: World, minji: Person, junho: Person
) -> None:
    said = await junho.say(CHAT, "번개 장소 정해요")
    thread = await world.discord.person("서연").open_thread(CHAT, "장소", on=said)
    [starter] = world.discord.world.messages(thread)
    card = await sent(world, minji, starter)
    assert told(card) == "준호: 번개 장소 정해요"
    await nothing_more(world, 2)
    world.discord.world.delete(said)
    refused = await minji.menu(thread, MENU, starter)
    assert "시스템" in refused.text or "알림" in refused.text


# names


async def test_everybody_is_called_as_they_are_in_the_server(
    world: World, minji: Person, junho: Person
) -> None:
    guild, jiwoo, seoyeon = world.discord.guild, *map(world.discord.person, ("지우", "서연"))
    new = {junho: "길드장 준호", seoyeon: "부길드장", jiwoo: "막내"}
    for one, name in new.items():
        await one.call_oneself(guild, name)
    asked = await seoyeon.say(CHAT, "누가 와요?")
    said = await junho.say(CHAT, f"번개 집합, <@{jiwoo.id}> 도요", reply_to=asked)
    expected = "길드장 준호: 번개 집합, @막내 도요\n↪ 부길드장: 누가 와요?"
    assert await arrived(world) == [expected]
    assert told(await sent(world, minji, said)) == expected
    for one in new:
        await one.call_oneself(guild, None)
        await one.say(CHAT, "이름 돌려놓기")


async def test_a_post_that_is_mentioned_has_its_name_for_whoever_may_see_it(
    world: World, minji: Person, junho: Person
) -> None:
    hajun = world.discord.person("하준")
    post = await junho.post(FORUM, "토요일 모임", "오실 분 손!")
    hidden = await hajun.open_thread(CHAT, "몰래", private=True)
    message = await hajun.say(CHAT, f"자세한 건 <#{post.id}> 에서, <#{hidden.id}> 말고")
    card = await sent(world, minji, message)
    assert told(card) == "하준: 자세한 건 #토요일 모임 에서, #알 수 없는 채널…\n말고"


async def test_an_archived_thread_that_is_mentioned_has_its_name(
    world: World, minji: Person, junho: Person
) -> None:
    thread = await junho.open_thread(CHAT, "지난 이야기")
    assert thread.thread is not None
    thread.thread.archived = True
    world.discord.world.channel_changed(thread)
    card = await sent(world, minji, await junho.say(CHAT, f"<#{thread.id}> 참고"))
    assert told(card) == "준호: #지난 이야기 참고"
