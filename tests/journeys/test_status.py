"""`/kakao status` tells cards apart, says what waits and for what, and what its counts count."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.discord import Person
from tests.support.discord_trouble import in_trouble
from tests.support.doors import open_doors
from tests.support.world import CHAT, World, until

MENU_ME, MENU_FRIENDS = "Send to my KakaoTalk", "Send to Kakao friends"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_doors(tmp_path) as world:
        yield world


async def status(minji: Person) -> str:
    return (await minji.slash(CHAT, "kakao status")).text


async def test_each_send_is_told_by_its_first_words_its_place_and_how_it_went(
    world: World, minji: Person
) -> None:
    junho = world.discord.person("준호")
    for number, words in enumerate(("**오늘** 저녁에 모여요", "내일은 쉬어요", "모레 다시 만나요")):
        message = await junho.say(CHAT, words)
        if number == 1:
            world.kakao.fail_next(1, -2, path="/v2/api/talk/memo")
        await minji.menu(CHAT, MENU_ME, message)
    shown = await status(minji)
    channel = f"<#{minji.find(CHAT).id}>"
    assert f"✅ {channel} “준호: 모레 다시 만나요” · **나와의 채팅** · 보냈어요." in shown
    assert f"❌ {channel} “준호: 내일은 쉬어요”" in shown
    assert "“준호: 오늘 저녁에 모여요”" in shown
    assert "최근에 보낸 카드 3개" in shown
    assert message.jump_url in shown


async def test_what_may_be_read_no_more_or_was_erased_is_shown_without_words(
    world: World, minji: Person
) -> None:
    message = await world.discord.person("준호").say(CHAT, "비밀이었던 이야기")
    await minji.menu(CHAT, MENU_ME, message)
    assert "비밀이었던" in await status(minji)
    await world.discord.person("준호").delete(message)
    shown = await status(minji)
    assert "비밀이었던" not in shown
    assert f"✅ <#{minji.find(CHAT).id}> · **나와의 채팅** · 보냈어요." in shown


@pytest.mark.parametrize("trouble", ["503", "hanging"])
async def test_a_discord_that_does_not_answer_costs_the_words_and_nothing_else(
    world: World, minji: Person, trouble: str
) -> None:
    message = await world.discord.person("준호").say(CHAT, "한마디")
    await minji.menu(CHAT, MENU_ME, message)
    async with in_trouble(world.discord, trouble, at="/messages/"):
        shown = await status(minji)
    assert "**나와의 채팅** · 보냈어요." in shown
    assert "한마디" not in shown


async def test_news_of_rules_are_told_by_how_many_they_are(world: World, minji: Person) -> None:
    junho = world.discord.person("준호")
    await minji.slash(CHAT, "highlight add", word="수박")
    await junho.say(CHAT, "수박 먹어요")
    await until(lambda: len(world.kakao.outbox) == 1)
    assert "“준호: 수박 먹어요” · **나와의 채팅**" in await status(minji)
    await minji.slash(CHAT, "highlight schedule", quiet="00:00-23:59")
    await junho.say(CHAT, "수박 또 먹어요")
    await junho.say(CHAT, "수박 남았어요")
    await world.until_waiting(2)
    shown = await status(minji)
    assert "🔎 찾은 소식 2개 · 아직 카드에 담지 않았어요" in shown
    assert "또 먹어요" not in shown


async def test_what_waits_is_counted_by_what_it_waits_for(world: World, minji: Person) -> None:
    account = world.kakao.account("민지")
    world.kakao.withdraw(account, "talk_message")
    for words in ("하나", "둘"):
        message = await world.discord.person("준호").say(CHAT, words)
        await minji.menu(CHAT, MENU_ME, message)
    shown = await status(minji)
    assert "기다리는 것" in shown
    assert "⏸️ 카드 2개 · 카카오에서 동의하면 보내 드려요" in shown


@pytest.mark.parametrize("locale", ["ko", "en-US"])
async def test_without_the_consent_to_send_nothing_is_well_and_a_button_leads_to_it(
    world: World, minji: Person, locale: str
) -> None:
    minji.locale = locale
    world.kakao.withdraw(world.kakao.account("민지"), "talk_message")
    reply = await minji.slash(CHAT, "kakao status")
    well = {"ko": "잘 연결돼 있어요", "en": "Linked and working"}[locale[:2]]
    assert well not in reply.text
    way = await minji.press(reply, {"ko": "동의하러 가기", "en": "Agree at Kakao"}[locale[:2]])
    await world.follow(way, "민지")
    assert well in await status(minji)


async def test_counts_say_what_they_count_in_both_languages(world: World, minji: Person) -> None:
    message = await world.discord.person("준호").say(CHAT, "하나")
    consent = await minji.menu(CHAT, MENU_FRIENDS, message)
    await world.follow(consent, "민지")
    await consent.until(lambda shown: "누구에게" in shown.text)
    shown = await status(minji)
    for words in ("전체(나 + 친구)", "오늘 100번 중 99번", "오늘 20번 중 19번"):
        assert words in shown
    minji.locale = "en-US"
    shown = await status(minji)
    assert "In total (you + friends)" in shown
    assert "99 of 100 sends left today" in shown


async def test_words_of_others_stay_words(world: World, minji: Person) -> None:
    words = "||숨긴 말|| [눌러](https://evil.example) @everyone"
    message = await world.discord.person("준호").say(CHAT, words)
    await minji.menu(CHAT, MENU_ME, message)
    shown = await status(minji)
    assert "숨긴 말" not in shown
    assert "](https://evil.example)" not in shown


async def test_a_card_of_ones_own_is_told_by_its_title_while_it_is_kept(
    world: World, minji: Person
) -> None:
    world.kakao.withdraw(world.kakao.account("민지"), "talk_message")
    form = await minji.slash(CHAT, "compose", kind="text")
    panel = await minji.submit(form, {"글": "내가 쓴 글이에요"})
    done = await minji.press(panel, "나에게 보내기")
    await done.until(lambda message: "동의하면 보내 드려요" in message.text)
    shown = await status(minji)
    assert "“내가 쓴 글이에요” · **나와의 채팅** · 카카오에서 동의하면" in shown
