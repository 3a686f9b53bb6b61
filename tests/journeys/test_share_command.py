"""`/share` and its menu: the answer with the way to the page, and what becomes of it later."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from sandbox.discord import Message, Person, Reply
from tests.support.world import CHAT, World, link_of, open_world

MENU = "Share on KakaoTalk"
ADMIN_KEY = "the-admin-key"
SHARING = {"KAKAO_ADMIN_KEY": ADMIN_KEY, "KAKAO_JAVASCRIPT_KEY": "the-javascript-key"}
READY = "아래 버튼으로 공유 페이지를 열고"


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with open_world(tmp_path_factory.mktemp("share"), bot=False) as world:
        world.settings |= SHARING
        await world.start_bot()
        yield world
        assert world.discord.problems == []


@pytest.fixture
def minji(world: World) -> Person:
    minji = world.discord.person("민지")
    minji.locale = "ko"
    return minji


@pytest_asyncio.fixture(loop_scope="module")
async def message(world: World) -> Message:
    return await world.discord.person("준호").say(CHAT, "오늘 저녁 여덟 시에 모여요!")


async def reach(world: World, reply: Reply, *notice_ids: str) -> None:
    """Say as Kakao does that the share of this answer has reached chats."""
    body = {"CHAT_TYPE": "DirectChat", "HASH_CHAT_ID": "k", "kkachi": nonce_of(reply)}
    async with aiohttp.ClientSession() as kakao:
        for notice_id in notice_ids:
            resource = f"{nonce_of(reply)}-{notice_id}"
            head = {"Authorization": f"KakaoAK {ADMIN_KEY}", "X-Kakao-Resource-ID": resource}
            url = f"{world.public_url}/webhooks/kakao/share"
            async with kakao.post(url, json=body, headers=head) as answer:
                assert answer.status == 200


async def page_of(reply: Reply) -> str:
    async with aiohttp.ClientSession() as browser, browser.get(link_of(reply)) as answer:
        assert answer.status == 200
        return await answer.text()


def nonce_of(reply: Reply) -> str:
    return link_of(reply).rpartition("/")[2]


async def test_the_menu_answers_with_the_way_to_a_page_that_shows_the_card(
    world: World, minji: Person, message: Message
) -> None:
    reply = await minji.menu(CHAT, MENU, message)
    assert (reply.ephemeral, reply.labels) == (True, ["카카오톡으로 공유"])
    assert reply.text.startswith(READY)
    assert link_of(reply).startswith(f"{world.public_url}/share/")
    assert "오늘 저녁 여덟 시에 모여요!" in await page_of(reply)


async def test_a_link_and_a_note_do_the_same(world: World, minji: Person, message: Message) -> None:
    place = f"{world.discord.guild.id}/{message.channel.id}/{message.id}"
    link = f"https://discord.com/channels/{place}"
    page = await page_of(await minji.slash(CHAT, "share", message=link, note="같이 가요"))
    assert "같이 가요" in page
    assert "오늘 저녁 여덟 시에 모여요!" in page


async def test_the_answer_says_how_many_chats_it_reached_and_keeps_its_button(
    world: World, minji: Person, message: Message
) -> None:
    reply = await minji.menu(CHAT, MENU, message)
    await reach(world, reply, "a1")
    await reply.until(lambda one: one.text.startswith("✅ 1개 채팅방에"))
    await reach(world, reply, "a1", "a2", "a3")
    await reply.until(lambda one: one.text.startswith("✅ 3개 채팅방에"))
    assert len(reply.messages) == 1
    assert reply.labels == ["카카오톡으로 공유"]


async def test_an_english_member_is_told_in_english(
    world: World, minji: Person, message: Message
) -> None:
    minji.locale = "en-US"
    reply = await minji.menu(CHAT, MENU, message)
    assert reply.text.startswith("Open the share page")
    await reach(world, reply, "a1", "a2")
    await reply.until(lambda one: one.text == "✅ Shared to 2 chats.")


async def test_two_members_hear_only_of_their_own_shares(
    world: World, minji: Person, message: Message
) -> None:
    first = await minji.menu(CHAT, MENU, message)
    second = await world.discord.person("준호").menu(CHAT, MENU, message)
    await reach(world, second, "a1")
    await second.until(lambda one: "1개" in one.text)
    assert first.text.startswith(READY)


async def test_after_a_restart_a_chat_still_counts_though_the_answer_stays(
    world: World, minji: Person, message: Message
) -> None:
    reply = await minji.menu(CHAT, MENU, message)
    await world.stop_bot()
    await world.start_bot()
    await reach(world, reply, "a1")
    later = await minji.menu(CHAT, MENU, message)
    await reach(world, later, "b1")
    await later.until(lambda one: "1개" in one.text)
    assert reply.text.startswith(READY)


async def test_what_a_member_writes_is_shared_from_the_panel(world: World, minji: Person) -> None:
    reply = await minji.slash(CHAT, "compose", kind="text")
    panel = await minji.submit(reply, {"글": "같이 놀아요"})
    shared = await minji.press(panel.answer, "카카오톡으로 공유")
    assert "같이 놀아요" in await page_of(shared)
    await reach(world, shared, "c1")
    await shared.until(lambda one: "1개 채팅방에" in one.text)
    assert "같이 놀아요" in str(panel.answer.embeds)


async def test_who_may_not_read_a_message_cannot_share_it(minji: Person) -> None:
    reply = await minji.slash(CHAT, "share", message="123456789012345678")
    assert "메시지를 찾을 수 없거나" in reply.text


async def test_a_note_that_is_too_long_is_refused_in_words(minji: Person, message: Message) -> None:
    reply = await minji.slash(CHAT, "share", message=str(message.id), note="가" * 101)
    assert "100자까지" in reply.text


async def test_without_a_javascript_key_the_command_says_so(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        minji = world.discord.person("민지")
        said = await world.discord.person("준호").say(CHAT, "안녕!")
        reply = await minji.menu(CHAT, MENU, said)
    assert "공유를 켜지 않았어요" in reply.text


async def test_without_an_admin_key_the_answer_promises_no_news(tmp_path: Path) -> None:
    async with open_world(tmp_path, bot=False) as world:
        world.settings |= {"KAKAO_JAVASCRIPT_KEY": "the-javascript-key"}
        await world.start_bot()
        said = await world.discord.person("준호").say(CHAT, "안녕!")
        reply = await world.discord.person("민지").menu(CHAT, MENU, said)
    assert reply.text.startswith(READY)
    assert "알려 드릴게요" not in reply.text
