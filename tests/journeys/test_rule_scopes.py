"""Rules of their own place and people, from the command to the phone, between both sandboxes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from sandbox.discord import Person
from tests.support.messages import told
from tests.support.world import CHAT, World, open_village, until

pytestmark = pytest.mark.asyncio(loop_scope="module")
DAY = 24 * 3600.0
MARKET, FOREST = "레이드-모집", "이야기-숲"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def village(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> AsyncIterator[World]:
    async with open_village(tmp_path_factory.mktemp("scopes"), migrated) as world:
        yield world


@pytest_asyncio.fixture(loop_scope="module")
async def world(village: World) -> AsyncIterator[World]:
    """The same world for all, each on a day of its own and without rules of the day before."""
    village.advance(DAY)
    village.kakao.outbox.clear()
    yield village
    minji = village.discord.person("민지")
    while choices := await minji.autocomplete(CHAT, "highlight remove", "rule", ""):
        for one in choices:
            await minji.slash(CHAT, "highlight remove", rule=one["value"])
    await minji.slash(CHAT, "highlight options", bots=False, webhooks=False, followed=True)
    await minji.slash(CHAT, "highlight schedule", when="at-once", quiet="off", leftovers="off")


@pytest.fixture
def junho(world: World) -> Person:
    return world.discord.person("준호")


async def arrived(world: World, count: int) -> list[str]:
    """Wait for so many cards, after the last of which nothing else may come."""
    await until(lambda: len(world.kakao.outbox) >= count)
    return [told(message.template["content"]) for message in world.kakao.outbox]


async def test_a_word_is_found_only_in_the_channel_of_its_rule_until_that_is_changed(
    world: World, minji: Person, junho: Person
) -> None:
    reply = await minji.slash(CHAT, "highlight add", word="거래", channel=MARKET, name="장터")
    assert "‘거래’" in reply.text
    shown = (await minji.slash(CHAT, "highlight list")).text
    assert f"장터** · ‘거래’ · <#{junho.find(MARKET).id}>" in shown
    await junho.say(CHAT, "여기서도 거래해요?")
    await junho.say(MARKET, "거래할 사람?")
    assert await arrived(world, 1) == ["준호: 거래할 사람?"]
    await minji.slash(CHAT, "highlight change", rule="장터", channel=CHAT)
    await junho.say(CHAT, "이제 거래해요")
    await minji.slash(CHAT, "highlight change", rule="거래", channel=MARKET)
    await junho.say(MARKET, "거래 끝났어요")
    await junho.say(CHAT, "마지막 거래예요")
    assert await arrived(world, 3) == [
        *("준호: 거래할 사람?", "준호: 이제 거래해요", "준호: 마지막 거래예요")
    ]


async def test_without_a_word_all_there_is_in_a_forum_or_by_a_bot_arrives(
    world: World, minji: Person, junho: Person
) -> None:
    here = world.discord.world
    here.join(world.discord.guild, here.add_user("notices", "공지봇", bot=True))
    bot = world.discord.person("공지봇")
    await minji.slash(CHAT, "highlight add", word="점검")
    await minji.slash(CHAT, "highlight add", member=bot)
    await minji.slash(CHAT, "highlight add", channel=FOREST)
    await bot.say(CHAT, "점검은 열 시예요")
    assert len(await arrived(world, 1)) == 1
    await junho.say(CHAT, "그렇군요")
    forum = junho.find(FOREST)
    post = here.add_thread(forum, "새 이야기", junho.user)
    await junho.say(post, "숲에서 인사해요")
    assert (await arrived(world, 2))[1].startswith("준호: ")
    why = await minji.slash(CHAT, "highlight list")
    assert "모든 메시지" in why.text
    here.leave(world.discord.guild, bot.user)


async def test_a_webhook_and_a_followed_channel_are_no_bots(
    world: World, minji: Person, junho: Person
) -> None:
    here, local = world.discord.world, world.discord
    await minji.slash(CHAT, "highlight add", word="배포")
    here.follow(local.guild.channel("공지"), local.guild.channel(CHAT), junho.user)
    hajun = local.person("하준")
    await minji.slash(CHAT, "highlight options", bots=True)
    first = local.webhook_says(CHAT, "CI", "배포 시작")
    here.publish(await hajun.say("공지", "배포 안내예요"))
    await arrived(world, 2)
    reply = await minji.slash(CHAT, "highlight add", author_of=first.jump_url)
    assert "모든 메시지" in reply.text
    here.post(
        local.guild.channel(CHAT), first.author, webhook_id=first.webhook_id, content="다 됐어요"
    )
    cards = await arrived(world, 3)
    assert all("배포 시작" not in card for card in cards)
    assert cards[-1].endswith("다 됐어요")


async def test_a_rule_for_all_servers_looks_where_its_member_is_and_nowhere_else(
    world: World, minji: Person, junho: Person
) -> None:
    here = world.discord.world
    [shared, strange] = [here.add_guild(name, junho.user) for name in ("윗마을", "먼 마을")]
    here.join(shared, minji.user)
    [square, beyond] = [here.add_channel(guild, "광장") for guild in (shared, strange)]
    refused = await minji.slash(CHAT, "highlight add", word="벙개", everywhere=True, channel=CHAT)
    assert "채널이나 역할을 정할 수 없어요" in refused.text
    await minji.slash(CHAT, "highlight add", word="벙개", everywhere=True)
    for room, text in ((beyond, "벙개 멀리서"), (square, "벙개 위에서"), (CHAT, "벙개 여기서")):
        await junho.say(room, text)
    found = {card.split("\n")[0].split(" · ")[0] for card in await arrived(world, 2)}
    assert found == {"준호: 벙개 위에서", "준호: 벙개 여기서"}
    for room in (square, CHAT):
        assert "모든 서버" in (await minji.slash(room, "highlight list")).text
    await minji.slash(CHAT, "highlight change", rule="벙개", everywhere=False)
    await junho.say(square, "벙개 또 위에서")
    await junho.say(CHAT, "벙개 또 여기서")
    assert (await arrived(world, 3))[2:] == ["준호: 벙개 또 여기서"]


@pytest.mark.usefixtures("world")
async def test_a_rule_that_is_typed_by_hand_is_found_or_said_to_be_one_of_several(
    minji: Person,
) -> None:
    await minji.slash(CHAT, "highlight add", word="공지")
    await minji.slash(CHAT, "highlight add", word="공지", channel=MARKET)
    many = await minji.slash(CHAT, "highlight remove", rule="공지")
    assert "여러 개예요" in many.text
    removed = await minji.slash(CHAT, "highlight remove", rule="2")
    assert "지웠어요" in removed.text
    assert "규칙 1개" in (await minji.slash(CHAT, "highlight list")).text


@pytest.mark.usefixtures("world")
async def test_what_would_have_no_effect_is_refused(minji: Person) -> None:
    async def refused(command: str, **options: object) -> str:
        return (await minji.slash(CHAT, f"highlight {command}", **options)).text

    assert "채널이나 멤버, 역할" in await refused("add", cooldown=5)
    assert "단어 규칙에서만" in await refused("add", channel=CHAT, case_sensitive=True)
    assert "내 메시지에 달린 반응" in await refused("me", what="mention", reactions=3)
    assert "둘 중 하나만" in await refused("schedule", minutes=30, hours="9")
    assert "둘 중 하나만" in await refused("schedule", when="at-hours", minutes=30)
    assert "시작과 끝이 같아요" in await refused("schedule", quiet="23-23:00")
    assert "30분마다" in await refused("schedule", minutes=30)
    assert "모아서 보내기: 9, 18-20시" in await refused("schedule", hours="9,18,19,20")
    assert "그 시각에 보내요" in await refused("schedule", leftovers="08:00")


async def test_each_rule_of_the_list_can_be_changed_paused_and_removed(
    world: World, minji: Person, junho: Person
) -> None:
    for word in ("모임", "rust"):
        await minji.slash(CHAT, "highlight add", word=word)
    await junho.say(CHAT, "모임 있어요")
    await arrived(world, 1)
    panel = await minji.slash(CHAT, "highlight list")
    assert "‘모임’ · 지난 7일 1번" in panel.text
    panel = await minji.choose(panel, "바꾸거나 지울 규칙을 고르세요", ["1. ‘모임’"])
    panel = await minji.press(panel, "멈추기")
    await junho.say(CHAT, "모임 또 있어요")
    form = await minji.press(panel, "바꾸기")
    answers = {"단어나 패턴": "정모", "이름": "정기 모임", "재알림 간격 (분, 0이면 없음)": "0"}
    panel = await minji.submit(form, answers)
    assert "**정기 모임**" in panel.text
    panel = await minji.press(panel, "다시 찾기")
    await junho.say(CHAT, "정모 있어요")
    assert await arrived(world, 2) == ["준호: 모임 있어요", "준호: 정모 있어요"]
    panel = await minji.press(panel, "지우기")
    assert "규칙 1개" in panel.text
    assert "정모" not in panel.text.partition("규칙 1개")[2]


async def test_a_pause_is_not_shown_when_it_is_over(world: World, minji: Person) -> None:
    await minji.slash(CHAT, "highlight pause", hours=1)
    assert "까지 일시 중지" in (await minji.slash(CHAT, "highlight list")).text
    world.advance(3700)
    shown = (await minji.slash(CHAT, "highlight list")).text
    assert "까지 일시 중지" not in shown
    assert "한 시간에 세 장까지는 하나씩" in shown
