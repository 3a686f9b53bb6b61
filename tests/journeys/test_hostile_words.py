"""Names, reasons and pictures that somebody chose in order to do harm, in the running program."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.markup import live
from tests.support.world import CHAT, World, open_world, until

TRAP = "[[눌러]](https://evil.example)"
MENU_ME = "Send to my KakaoTalk"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        yield world
        assert world.discord.problems == []


async def test_a_friends_nickname_is_no_link_in_the_picker(world: World) -> None:
    minji = world.discord.person("민지")
    friend = world.kakao.add_account(TRAP)
    world.kakao.befriend(world.kakao.account("민지"), friend)
    world.kakao.connect(friend, {"profile_nickname", "friends"})
    await world.link("민지")
    message = await world.discord.person("준호").say(CHAT, "친구에게 보낼 글")
    reply = await minji.menu(CHAT, "Send to Kakao friends", message)
    await world.follow(reply, "민지")
    panel = await reply.until(lambda one: "누구에게" in one.text)
    picked = await minji.choose(panel, "친구 고르기", [TRAP])
    assert "evil" in picked.text
    assert "](" not in live(picked.text)


async def test_an_account_with_a_trap_for_a_nickname_links_nothing(world: World) -> None:
    minji = world.discord.person("민지")
    world.kakao.add_account(TRAP)
    reply = await minji.slash(CHAT, "kakao link")
    await world.follow(reply, TRAP)
    await reply.until(lambda one: "evil" in one.text)
    awaited = await minji.slash(CHAT, "kakao status")
    done = await world.type_number(minji, reply, TRAP)
    status = await minji.slash(CHAT, "kakao status")
    asked = await minji.slash(CHAT, "kakao unlink")
    told = (reply.text, awaited.text, done.text, asked.text)
    for text in (*told, *(one["title"] for one in status.answer.embeds)):
        assert "](" not in live(text)
    assert "evil" in asked.text


async def test_an_admins_reason_is_words_to_its_reader(world: World) -> None:
    hajun, junho = world.discord.person("하준"), world.discord.person("준호")
    await world.link("준호")
    await junho.slash(CHAT, "highlight add", word="단어")
    shown = await hajun.slash(CHAT, "settings member", member=junho)
    form = (await hajun.press(shown, "연결 강제 해제")).form
    await hajun.submit(form, {"이유 (멤버에게 보여요)": f"# 경고\n{TRAP} <t:1:R> @everyone"})
    await until(lambda: junho.dms)
    told = junho.dms[-1].text
    assert "evil" in told
    assert not {"](", "<t", "@everyone", "://"} & set(live(told))


async def test_a_word_to_look_for_and_a_mistaken_time_are_shown_as_they_are(world: World) -> None:
    minji = world.discord.person("민지")
    added = await minji.slash(CHAT, "highlight add", word="[[눌러]](여기) ||숨김")
    assert "눌러" in added.text
    assert not {"](", "|"} & set(live(added.text))
    wrong = await minji.slash(CHAT, "highlight schedule", quiet=TRAP)
    assert "](" not in live(wrong.text)


@pytest.mark.parametrize(
    "address", ["http://169.254.169.254/latest/meta-data/", "https://spy.example/pixel.png"]
)
async def test_the_writer_of_an_embed_does_not_learn_who_reads_it(
    world: World, address: str
) -> None:
    minji, junho = world.discord.person("민지"), world.discord.person("준호")
    await world.link("민지")
    embed = {"title": "번개", "image": {"url": address}, "thumbnail": {"url": address}}
    message = await junho.say(CHAT, "번개 사진", embeds=[embed])
    await minji.menu(CHAT, MENU_ME, message)
    await until(lambda: world.kakao.outbox)
    [sent] = world.kakao.outbox
    assert "번개 사진" in str(sent.template)
    picture = sent.template["content"].get("image_url")
    assert picture is None or picture.startswith(world.discord.url)
