"""Rules of their own place and people, from the command to the phone, between both sandboxes."""

from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

import pytest
import pytest_asyncio

from sandbox.discord import Person
from sandbox.discord.permissions import Permission
from sandbox.discord.state import CATEGORY, Overwrite
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
    unseen = here.add_channel(
        shared,
        "다락방",
        overwrites=[
            Overwrite(shared.id, deny=int(Permission.VIEW_CHANNEL)),
            Overwrite(here.bot.id, allow=int(Permission.VIEW_CHANNEL), for_member=True),
        ],
    )
    refused = await minji.slash(CHAT, "highlight add", word="벙개", everywhere=True, channel=CHAT)
    assert "채널이나 역할을 정할 수 없어요" in refused.text
    await minji.slash(CHAT, "highlight add", word="벙개", everywhere=True)
    for room, text in (
        *((beyond, "벙개 멀리서"), (unseen, "벙개 몰래")),
        *((square, "벙개 위에서"), (CHAT, "벙개 여기서")),
    ):
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
    for options in ({}, {"channel": MARKET}, {"channel": FOREST, "name": "숲 공지"}):
        await minji.slash(CHAT, "highlight add", word="공지", **options)
    many = await minji.slash(CHAT, "highlight remove", rule="공지")
    assert "여러 개예요" in many.text
    for typed in ("숲 공지", "2", " 공지 "):
        removed = await minji.slash(CHAT, "highlight remove", rule=typed)
        assert "‘공지’" in removed.text
        assert "지웠어요" in removed.text
    assert "아직 규칙이 없어요" in (await minji.slash(CHAT, "highlight list")).text


async def test_capital_letters_count_for_a_rule_that_says_so(
    world: World, minji: Person, junho: Person
) -> None:
    added = await minji.slash(CHAT, "highlight add", word="US", case_sensitive=True)
    assert "‘US’" in added.text
    assert "대소문자 구분" in (await minji.slash(CHAT, "highlight list")).text
    await junho.say(CHAT, "call us today")
    await junho.say(CHAT, "US에서 왔어요")
    assert await arrived(world, 1) == ["준호: US에서 왔어요"]
    await minji.slash(CHAT, "highlight change", rule="US", case_sensitive=False)
    await junho.say(CHAT, "call us again")
    assert (await arrived(world, 2))[1:] == ["준호: call us again"]


async def test_a_category_and_a_role_are_a_place_and_people_too(
    world: World, minji: Person, junho: Person
) -> None:
    here, guild, hajun = world.discord.world, world.discord.guild, world.discord.person("하준")
    plaza = here.add_channel(guild, "모임터", kind=CATEGORY)
    bench = here.add_channel(guild, "벤치", category=plaza)
    await minji.slash(CHAT, "highlight add", word="산책", channel=plaza, role="운영진")
    for who, room in ((junho, bench), (hajun, CHAT), (hajun, bench)):
        await who.say(room, f"{who.name}, 산책해요")
    assert await arrived(world, 1) == ["하준: 하준, 산책해요"]
    await minji.slash(CHAT, "highlight change", rule="산책", role="운영진")
    await junho.say(CHAT, "그냥 산책해요")
    await junho.say(bench, "이제 산책해요")
    assert (await arrived(world, 2))[1:] == ["준호: 이제 산책해요"]


async def test_patterns_and_mentions_have_a_place_and_the_card_tells_the_name(
    world: World, minji: Person, junho: Person
) -> None:
    await minji.slash(
        CHAT, "highlight pattern", pattern="[0-9]+만원", channel=MARKET, name="비싼 것"
    )
    await minji.slash(CHAT, "highlight me", what="mention", channel=MARKET)
    for room in (CHAT, MARKET):
        await junho.say(room, "20만원이에요")
        await junho.say(room, "@민지 여기 봐요")
    assert sorted(await arrived(world, 2)) == ["준호: 20만원이에요", "준호: @민지 여기 봐요"]
    told_why = [str(one.template["content"]) for one in world.kakao.outbox]
    assert sum("비싼 것" in one for one in told_why) == 1


REFUSED: Sequence[tuple[str, Mapping[str, object], str, str]] = (
    ("add", {"cooldown": 5}, "채널이나 멤버, 역할", "Without a word, choose"),
    ("add", {"channel": CHAT, "case_sensitive": True}, "단어 규칙에서만", "for rules about a word"),
    (
        *("add", {"word": "벙개", "everywhere": True, "channel": CHAT}),
        *("채널이나 역할을 정할 수 없어요", "cannot name channels or roles"),
    ),
    ("me", {"what": "mention", "reactions": 3}, "내 메시지에 달린 반응", "goes with"),
    ("me", {"what": "reaction", "member": "준호"}, "멤버를 정할 수 없어요", "no member can be"),
    ("change", {"rule": "없는 말", "name": "새"}, "그런 규칙이 없어요", "There is no such rule"),
    ("change", {"rule": "모임"}, "바꿀 항목을 하나 이상", "Choose at least one thing"),
    ("change", {"rule": "mention", "word": "모임"}, "패턴 규칙에서만", "take another word"),
    ("change", {"rule": "모임", "word": "정모"}, "이미 있는 규칙", "You have this rule already"),
    ("remove", {"rule": "없는 말"}, "그런 규칙이 없어요", "There is no such rule"),
    ("schedule", {"minutes": 30, "hours": "9"}, "둘 중 하나만", "Give one of them alone"),
    ("schedule", {"when": "at-hours", "minutes": 30}, "둘 중 하나만", "Give one of them alone"),
    ("schedule", {"quiet": "23-23:00"}, "시작과 끝이 같아요", "begin when they end"),
    (
        *("schedule", {"when": "at-hours", "hours": "9", "leftovers": "08:00"}),
        *("그 시각에 보내요", "comes at those hours too"),
    ),
)


@pytest.mark.usefixtures("world")
async def test_what_would_have_no_effect_is_refused_in_both_languages(minji: Person) -> None:
    for word in ("모임", "정모"):
        await minji.slash(CHAT, "highlight add", word=word)
    await minji.slash(CHAT, "highlight me", what="mention")
    before = await minji.slash(CHAT, "highlight list")
    for command, options, korean, english in REFUSED:
        for minji.locale, said in (("en-US", english), ("ko", korean)):
            reply = await minji.slash(CHAT, f"highlight {command}", **options)
            assert said in reply.text, (command, options)
    assert (await minji.slash(CHAT, "highlight list")).text == before.text


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("options", "korean", "english"),
    [
        ({"minutes": 30}, "30분마다 모아서 보내기", "Together, every 30 minutes"),
        ({"hours": "9,18,19,20"}, "모아서 보내기: 9, 18-20시", "at these hours: 9, 18-20"),
        (
            {"hours": ",".join(map(str, range(24)))},
            *("매시간 모아서 보내기", "Together, every hour"),
        ),
        (
            {"when": "at-once"},
            *("한 시간에 세 장까지는 하나씩, 그 뒤로는", "Up to three an hour come alone; then"),
        ),
    ],
)
async def test_minutes_or_hours_alone_choose_how_cards_come_and_the_answer_tells(
    minji: Person, options: dict[str, str], korean: str, english: str
) -> None:
    for minji.locale, said in (("en-US", english), ("ko", korean)):
        assert said in (await minji.slash(CHAT, "highlight schedule", **options)).text
        assert said in (await minji.slash(CHAT, "highlight list")).text


async def test_three_an_hour_come_at_once_and_alone_and_what_is_next_comes_together(
    world: World, minji: Person, junho: Person
) -> None:
    await minji.slash(CHAT, "highlight add", word="번개")
    for number in range(3):
        await junho.say(CHAT, f"번개 {number}번")
        await arrived(world, number + 1)
    for number in (3, 4):
        await junho.say(CHAT, f"번개 {number}번")
    await world.until_waiting(2)
    world.advance(61)
    await until(lambda: len(world.kakao.outbox) == 4)
    kinds = [message.template["object_type"] for message in world.kakao.outbox]
    assert kinds == ["feed", "feed", "feed", "list"]
    assert len(world.kakao.outbox[-1].template["contents"]) == 2


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


LISTED = {
    "ko": (
        "**1.** **장터** · ‘Rust’ · {market} · 대소문자 구분 · 지난 7일 0번",
        "**2.** 모든 메시지 · {junho} · ⏸️ 멈춤 · 지난 7일 0번",
        "**3.** 나를 부른 멘션 · 모든 서버 · 지난 7일 0번",
        "- 봇의 메시지도 알리기\n- 웹훅의 메시지는 알리지 않기",
        "- 팔로우한 공지 채널의 메시지는 알리지 않기",
    ),
    "en-US": (
        '**1.** **장터** · "Rust" · {market} · capital and small letters differ · 0 hits in 7 days',
        "**2.** every message · {junho} · ⏸️ paused · 0 hits in 7 days",
        "**3.** mentions of me · in all servers · 0 hits in 7 days",
        "- Bot messages are included\n- Messages by webhooks are ignored",
        "- Messages from followed announcement channels are ignored",
    ),
}


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("language", ["en-US", "ko"])
async def test_the_list_says_where_by_whom_and_how_each_rule_holds(
    minji: Person, junho: Person, language: str
) -> None:
    await minji.slash(
        CHAT, "highlight add", word="Rust", channel=MARKET, case_sensitive=True, name="장터"
    )
    await minji.slash(CHAT, "highlight add", member=junho)
    await minji.slash(CHAT, "highlight change", rule="2", paused=True)
    await minji.slash(CHAT, "highlight me", what="mention", everywhere=True)
    await minji.slash(CHAT, "highlight options", bots=True, webhooks=False, followed=False)
    minji.locale = language
    shown = (await minji.slash(CHAT, "highlight list")).text
    minji.locale = "ko"
    names = {"market": f"<#{junho.find(MARKET).id}>", "junho": f"<@{junho.user.id}>"}
    for line in LISTED[language]:
        assert line.format(**names) in shown


async def test_a_pause_is_not_shown_when_it_is_over(world: World, minji: Person) -> None:
    await minji.slash(CHAT, "highlight pause", hours=1)
    assert "까지 일시 중지" in (await minji.slash(CHAT, "highlight list")).text
    world.advance(3700)
    shown = (await minji.slash(CHAT, "highlight list")).text
    assert "까지 일시 중지" not in shown
    assert "한 시간에 세 장까지는 하나씩" in shown
