"""Rules of members' own, from the command to the phone, between both sandboxes."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from sandbox.discord import Channel, Overwrite, Permission, Person
from tests.support.messages import told
from tests.support.world import CHAT, World, open_village, until

pytestmark = pytest.mark.asyncio(loop_scope="module")
STAFF = "운영진"
QUIET_SECONDS = 0.4
DAY = 24 * 3600.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def village(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> AsyncIterator[World]:
    async with open_village(tmp_path_factory.mktemp("highlight"), migrated) as world:
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
    await minji.slash(CHAT, "highlight options", bots=False, away=0, cooldown=0, context=0)
    await minji.slash(CHAT, "highlight schedule", when="at-once", quiet="off", leftovers="off")
    await minji.slash(CHAT, "highlight pause", hours=0)


@pytest.fixture
def junho(world: World) -> Person:
    return world.discord.person("준호")


def cards(world: World) -> list[str]:
    """What arrived on 민지's phone."""
    return [told(message.template["content"]) for message in world.kakao.outbox]


async def arrived(world: World, count: int = 1) -> list[str]:
    await until(lambda: len(world.kakao.outbox) >= count)
    return cards(world)


async def nothing_more(world: World, count: int = 0) -> None:
    await asyncio.sleep(QUIET_SECONDS)
    assert len(world.kakao.outbox) == count


def hidden_room(world: World) -> Channel:
    return world.discord.person("지우").find("운영진")


async def test_a_word_with_its_particle_arrives_by_itself(
    world: World, minji: Person, junho: Person
) -> None:
    reply = await minji.slash(CHAT, "highlight add", word="공지")
    assert "‘공지’" in reply.text
    assert "소리 없이" in reply.text
    await junho.say(CHAT, "오늘 저녁에 공지가 있어요")
    [card] = await arrived(world)
    assert card == "준호: 오늘 저녁에 공지가 있어요"
    await junho.say(CHAT, "이건 상관없는 이야기예요")
    await nothing_more(world, 1)


async def test_several_rules_that_a_message_meets_make_one_card(
    world: World, minji: Person, junho: Person
) -> None:
    await minji.slash(CHAT, "highlight add", word="레이드")
    await minji.slash(CHAT, "highlight add", word="토요일")
    await minji.slash(CHAT, "highlight pattern", pattern="밤 [0-9]+시")
    await minji.slash(CHAT, "highlight me", what="mention")
    await junho.say(CHAT, "@민지 토요일 밤 9시 레이드 올 거죠?")
    await arrived(world)
    await nothing_more(world, 1)


async def test_mentions_roles_and_replies_are_heard_and_own_messages_are_not(
    world: World, minji: Person, junho: Person
) -> None:
    for what in ("mention", "role", "reply"):
        await minji.slash(CHAT, "highlight me", what=what)
    mine = await minji.say(CHAT, "@레이드팀 다들 언제 와요?")
    await nothing_more(world)
    await junho.say(CHAT, "저는 아홉 시요", reply_to=mine)
    [answer] = await arrived(world)
    assert answer == "준호: 저는 아홉 시요\n↪ 민지: @레이드팀 다들 언제 와요?"
    await junho.say(CHAT, "@레이드팀 모여라")
    await world.discord.person("하준").say(CHAT, "@운영진 회의해요")
    assert (await arrived(world, 2))[-1] == "준호: @레이드팀 모여라"
    await nothing_more(world, 2)


async def test_reactions_beyond_a_number_are_heard_once(
    world: World, minji: Person, junho: Person
) -> None:
    await minji.slash(CHAT, "highlight me", what="reaction", reactions=2)
    mine = await minji.say(CHAT, "새 로고 어때요?")
    await junho.react(mine, "🔥")
    await nothing_more(world)
    await world.discord.person("서연").react(mine, "👍")
    assert await arrived(world) == ["민지: 새 로고 어때요?"]
    await world.discord.person("하준").react(mine, "👍")
    await nothing_more(world, 1)


async def test_a_channel_that_the_member_cannot_see_stays_there(
    world: World, minji: Person
) -> None:
    await minji.slash(CHAT, "highlight add", word="비밀")
    jiwoo = world.discord.person("지우")
    message = await jiwoo.say(hidden_room(world), "이건 비밀이에요")
    await nothing_more(world)
    why = await minji.slash(CHAT, "highlight why", message=message.jump_url)
    assert "볼 권한이 없어요" in why.text
    assert "비밀" not in why.text


async def test_what_is_deleted_before_it_goes_out_stays_on_discord(
    world: World, minji: Person, junho: Person
) -> None:
    await minji.slash(CHAT, "highlight add", word="취소")
    await minji.slash(CHAT, "highlight pause", hours=1)
    kept = await junho.say(CHAT, "모임 취소할까요?")
    gone = await junho.say(CHAT, "취소 취소!")
    await nothing_more(world)
    await junho.edit(kept, "모임 취소 아니에요, 그대로 해요")
    await junho.delete(gone)
    await minji.slash(CHAT, "highlight pause", hours=0)
    assert await arrived(world) == ["준호: 모임 취소 아니에요, 그대로 해요"]
    await nothing_more(world, 1)


async def test_who_loses_sight_of_a_channel_gets_nothing_of_what_waits(
    world: World, minji: Person, junho: Person
) -> None:
    room = world.discord.world.add_channel(world.discord.guild, "소모임")
    await minji.slash(CHAT, "highlight add", word="소모임")
    await minji.slash(CHAT, "highlight pause", hours=1)
    await junho.say(room, "소모임 이야기는 여기서 해요")
    await nothing_more(world)
    room.overwrites.append(Overwrite(minji.id, deny=int(Permission.VIEW_CHANNEL), for_member=True))
    world.discord.world.channel_changed(room)
    await minji.slash(CHAT, "highlight pause", hours=0)
    await nothing_more(world)


async def test_many_hits_make_a_digest_whose_page_lists_them_all(
    world: World, minji: Person, junho: Person
) -> None:
    await minji.slash(CHAT, "highlight add", word="벙개")
    await minji.slash(CHAT, "highlight pause", hours=1)
    for number in range(5):
        await junho.say(CHAT, f"벙개 {number}번 후보")
    await world.until_waiting(5)
    await minji.slash(CHAT, "highlight pause", hours=0)
    await until(lambda: world.kakao.outbox)
    template = world.kakao.outbox[0].template
    assert template["object_type"] == "list"
    assert template["header_title"] == "까치가 소식 5개를 모아 왔어요"
    assert len(template["contents"]) == 3
    status, page = await read(template["header_link"]["web_url"])
    assert status == 200
    assert all(f"벙개 {number}번 후보" in page for number in range(5))


async def read(address: str) -> tuple[int, str]:
    """Open a page."""
    async with aiohttp.ClientSession() as browser, browser.get(address) as response:
        return response.status, await response.text()


async def test_the_page_behind_a_digest_forgets_what_is_deleted_and_expires(
    world: World, minji: Person, junho: Person
) -> None:
    await minji.slash(CHAT, "highlight add", word="벙개")
    await minji.slash(CHAT, "highlight pause", hours=1)
    written = [await junho.say(CHAT, f"벙개 {number}번 후보") for number in range(3)]
    await world.until_waiting(3)
    await minji.slash(CHAT, "highlight pause", hours=0)
    await until(lambda: world.kakao.outbox)
    address = world.kakao.outbox[0].template["header_link"]["web_url"]
    await junho.delete(written[1])
    async with asyncio.timeout(20):
        while "벙개 1번 후보" in (await read(address))[1]:  # noqa: ASYNC110 - nobody sets an event for a test
            await asyncio.sleep(0.01)
    status, page = await read(address)
    assert status == 200
    assert "벙개 0번 후보" in page
    world.advance(8 * DAY)
    assert (await read(address))[0] == 410
    assert (await read(f"{world.public_url}/d/nobody-knows-this-one"))[0] == 404


async def test_the_page_behind_a_digest_asks_authors_and_channels_anew_when_it_is_opened(
    world: World, minji: Person, junho: Person
) -> None:
    room = world.discord.world.add_channel(world.discord.guild, "소모임")
    await minji.slash(CHAT, "highlight add", word="벙개")
    await minji.slash(CHAT, "highlight pause", hours=1)
    await junho.say(CHAT, "벙개는 내일")
    await world.discord.person("지우").say(room, "벙개는 모레")
    await world.discord.person("서연").say(CHAT, "벙개는 글피")
    await world.until_waiting(3)
    await minji.slash(CHAT, "highlight pause", hours=0)
    await until(lambda: world.kakao.outbox)
    address = world.kakao.outbox[0].template["header_link"]["web_url"]

    async def shown() -> list[str]:
        page = (await read(address))[1]
        return [day for day in ("내일", "모레", "글피") if f"벙개는 {day}" in page]

    assert await shown() == ["내일", "모레", "글피"]
    await junho.slash(CHAT, "privacy optout", on=True)
    assert await shown() == ["모레", "글피"]
    room.overwrites.append(Overwrite(minji.id, deny=int(Permission.VIEW_CHANNEL), for_member=True))
    world.discord.world.channel_changed(room)
    async with asyncio.timeout(20):
        while "모레" in await shown():  # noqa: ASYNC110 - nobody sets an event for a test
            await asyncio.sleep(0.01)
    assert await shown() == ["글피"]
    async with world.discord.away():
        assert (await read(address))[0] == 503
    await world.until_healthy()
    await junho.slash(CHAT, "privacy optout", on=False)
    assert await shown() == ["내일", "글피"]


async def test_a_server_that_the_member_mutes_is_silent_and_others_do_not_matter(
    world: World, minji: Person, junho: Person
) -> None:
    await minji.slash(CHAT, "highlight add", word="점심")
    await minji.slash(CHAT, "highlight pause", hours=2, everywhere=False)
    muted = await junho.say(CHAT, "점심 뭐 먹어요?")
    await world.until_stopped(muted.id)
    world.advance(3 * 3600)
    await junho.say(CHAT, "점심 다 먹었어요?")
    assert await arrived(world) == ["준호: 점심 다 먹었어요?"]


async def test_ignored_words_and_people_are_not_heard_until_they_are_named_again(
    world: World, minji: Person, junho: Person
) -> None:
    await minji.slash(CHAT, "highlight add", word="커피")
    await minji.slash(CHAT, "highlight ignore", word="광고")
    reply = await minji.slash(CHAT, "highlight ignore", member=junho)
    assert f"<@{junho.id}>" in reply.text
    await junho.say(CHAT, "커피 마실 사람?")
    await world.discord.person("서연").say(CHAT, "커피 광고예요")
    await nothing_more(world)
    await minji.slash(CHAT, "highlight ignore", member=junho, word="광고")
    await junho.say(CHAT, "커피 광고 봤어요?")
    assert await arrived(world) == ["준호: 커피 광고 봤어요?"]


async def test_watching_one_channel_only_leaves_the_others_alone(
    world: World, minji: Person, junho: Person
) -> None:
    await minji.slash(CHAT, "highlight add", word="모집")
    await minji.slash(CHAT, "highlight only", channel="레이드-모집")
    await junho.say(CHAT, "모집 글 어디 있어요?")
    await junho.say("레이드-모집", "탱커 모집해요")
    assert await arrived(world) == ["준호: 탱커 모집해요"]
    await minji.slash(CHAT, "highlight only", channel="레이드-모집")
    await nothing_more(world, 1)


async def test_watching_one_role_only_knows_who_has_it_until_it_goes_out(
    world: World, minji: Person, junho: Person
) -> None:
    await minji.slash(CHAT, "highlight add", word="출발")
    await minji.slash(CHAT, "highlight only", role="레이드팀")
    await world.discord.person("지우").say(CHAT, "저는 출발 못 해요")
    await junho.say(CHAT, "지금 출발해요")
    assert await arrived(world) == ["준호: 지금 출발해요"]
    await minji.slash(CHAT, "highlight only", role="레이드팀")
    await nothing_more(world, 1)


async def test_what_a_member_ignores_or_forgets_while_it_waits_does_not_arrive(
    world: World, minji: Person, junho: Person
) -> None:
    for word in ("모임", "번개"):
        await minji.slash(CHAT, "highlight add", word=word)
    await minji.slash(CHAT, "highlight pause", hours=1)
    await junho.say(CHAT, "모임 장소는 제가 정할게요")
    await world.discord.person("서연").say(CHAT, "번개 칠 사람?")
    await world.discord.person("서연").say(CHAT, "모임은 몇 시예요?")
    await world.until_waiting(3)
    await minji.slash(CHAT, "highlight ignore", member=junho)
    [rule] = await minji.autocomplete(CHAT, "highlight remove", "rule", "번개")
    await minji.slash(CHAT, "highlight remove", rule=rule["value"])
    await minji.slash(CHAT, "highlight pause", hours=0)
    assert await arrived(world) == ["서연: 모임은 몇 시예요?"]
    await minji.slash(CHAT, "highlight ignore", member=junho)
    await nothing_more(world, 1)


async def test_bots_count_only_for_who_wants_them(world: World, minji: Person) -> None:
    here = world.discord.world
    here.join(world.discord.guild, here.add_user("builder", "배포봇", bot=True))
    builder = world.discord.person("배포봇")
    await minji.slash(CHAT, "highlight add", word="배포")
    await builder.say(CHAT, "배포를 시작해요")
    await nothing_more(world)
    reply = await minji.slash(CHAT, "highlight options", bots=True)
    assert "봇의 메시지도 알리기" in reply.text
    await builder.say(CHAT, "배포가 끝났어요")
    assert await arrived(world) == ["builder: 배포가 끝났어요"]
    reply = await minji.slash(CHAT, "highlight options", bots=False)
    assert "봇의 메시지는 알리지 않기" in reply.text
    await builder.say(CHAT, "배포를 또 해요")
    await nothing_more(world, 1)
    here.leave(world.discord.guild, builder.user)


async def test_age_restricted_channels_count_only_for_who_wants_them(
    world: World, minji: Person, junho: Person
) -> None:
    await minji.slash(CHAT, "highlight add", word="와인")
    await junho.say("심야-이야기", "와인 마실 사람?")
    await nothing_more(world)
    reply = await minji.slash(CHAT, "highlight options", age_restricted=True)
    assert "연령 제한 채널도 알리기" in reply.text
    await junho.say("심야-이야기", "와인 한 병 더")
    [card] = await arrived(world)
    assert "와인" not in card
    reply = await minji.slash(CHAT, "highlight options", age_restricted=False)
    assert "연령 제한 채널은 알리지 않기" in reply.text
    await junho.say("심야-이야기", "와인 그만")
    await nothing_more(world, 1)


async def test_a_rule_cools_down_in_each_channel(
    world: World, minji: Person, junho: Person
) -> None:
    await minji.slash(CHAT, "highlight add", word="입장", cooldown=30)
    await junho.say(CHAT, "먼저 입장!")
    await arrived(world)
    await junho.say(CHAT, "또 입장!")
    await junho.say("레이드-모집", "여기도 입장!")
    assert await arrived(world, 2) == ["준호: 먼저 입장!", "준호: 여기도 입장!"]
    await nothing_more(world, 2)
    world.advance(1900)
    await junho.say(CHAT, "다시 입장!")
    assert (await arrived(world, 3))[-1] == "준호: 다시 입장!"


async def test_who_is_there_just_now_needs_no_card(
    world: World, minji: Person, junho: Person
) -> None:
    await minji.slash(CHAT, "highlight add", word="퇴근")
    await minji.slash(CHAT, "highlight options", away=5)
    await minji.say(CHAT, "저 여기 있어요")
    first = await junho.say(CHAT, "퇴근해요?")
    await world.until_stopped(first.id)
    world.advance(400)
    second = await junho.say(CHAT, "다들 퇴근했어요?")
    await world.until_waiting(1)
    why = await minji.slash(CHAT, "highlight why", message=second.jump_url)
    assert "⏳" in why.text
    assert "보낼 차례를 기다리고 있어요" in why.text
    world.advance(400)
    assert await arrived(world) == ["준호: 다들 퇴근했어요?"]


async def test_what_was_said_before_comes_along_when_it_is_wanted(
    world: World, minji: Person, junho: Person
) -> None:
    await minji.slash(CHAT, "highlight add", word="그날")
    await minji.slash(CHAT, "highlight options", context=2)
    seoyeon = world.discord.person("서연")
    await junho.say(CHAT, "언제 모일까요?")
    await seoyeon.say(CHAT, "토요일이요")
    await junho.say(CHAT, "좋아요, 그날 봐요")
    assert await arrived(world) == [
        "준호: 좋아요, 그날 봐요\n↑ 서연: 토요일이요\n↑ 준호: 언제 모일까요?"
    ]


async def test_quiet_hours_hold_cards_back_until_they_end(
    world: World, minji: Person, junho: Person
) -> None:
    await minji.slash(CHAT, "highlight add", word="새벽")
    reply = await minji.slash(CHAT, "highlight schedule", quiet="0-23:59", leftovers="08:00")
    assert "00:00부터 23:59까지" in reply.text
    await junho.say(CHAT, "새벽까지 달려요")
    await nothing_more(world)
    await minji.slash(CHAT, "highlight schedule", quiet="off")
    assert await arrived(world) == ["준호: 새벽까지 달려요"]


async def test_times_that_are_none_are_explained(minji: Person) -> None:
    assert "08:00처럼" in (await minji.slash(CHAT, "highlight schedule", quiet="밤새")).text
    assert "25:00" in (await minji.slash(CHAT, "highlight schedule", quiet="25:00-26:00")).text
    hourless = await minji.slash(CHAT, "highlight schedule", when="at-hours")
    assert "서로 맞지 않거나" in hourless.text
    zone = await minji.slash(CHAT, "highlight schedule", time_zone="Asia/Kkachi")
    assert "Asia/Seoul처럼" in zone.text
    assert (
        "Europe/Berlin"
        in (await minji.slash(CHAT, "highlight schedule", time_zone="Europe/Berlin")).text
    )
    await minji.slash(CHAT, "highlight schedule", time_zone="Asia/Seoul")


async def test_one_members_patterns_together_take_little_of_everybodys_time(minji: Person) -> None:
    large = [
        await minji.slash(CHAT, "highlight pattern", pattern=f"{c}[ab]{{400}}z") for c in "cdefg"
    ]
    assert ["소식을 카카오톡으로 알려 드려요" in one.text for one in large] == [True] * 4 + [False]
    assert "모두 합치면 너무 커요" in large[-1].text
    small = await minji.slash(CHAT, "highlight pattern", pattern="밤 [0-9]+시")
    assert "소식을 카카오톡으로 알려 드려요" in small.text


async def test_patterns_that_cannot_be_are_refused_with_the_reason(minji: Person) -> None:
    assert "전방·후방 탐색" in (await minji.slash(CHAT, "highlight pattern", pattern="(?=a)b")).text
    assert "역참조" in (await minji.slash(CHAT, "highlight pattern", pattern=r"(a)\1")).text


async def test_the_same_rule_twice_and_too_many_rules_are_refused(minji: Person) -> None:
    await minji.slash(CHAT, "highlight add", word="회의")
    assert "이미" in (await minji.slash(CHAT, "highlight add", word="회의")).text
    for number in range(29):
        await minji.slash(CHAT, "highlight add", word=f"규칙{number}번")
    assert "30개" in (await minji.slash(CHAT, "highlight add", word="하나만 더")).text
    panel = await minji.slash(CHAT, "highlight list")
    assert "규칙 30개" in panel.text
    assert "‘규칙28번’" not in panel.text
    assert "**30.** ‘규칙28번’" in (await minji.press(panel, "다음")).text


async def test_a_text_can_be_tried_and_rules_copied_as_text(minji: Person) -> None:
    await minji.slash(CHAT, "highlight add", word="배")
    await minji.slash(CHAT, "highlight add", word="rust", mode="anywhere")
    assert "✅" in (await minji.slash(CHAT, "highlight test", text="배를 타요")).text
    assert "rust" in (await minji.slash(CHAT, "highlight test", text="trusty")).text
    assert "❌" in (await minji.slash(CHAT, "highlight test", text="배터리가 나갔어요")).text
    [file] = (await minji.slash(CHAT, "highlight export")).answer.attachments
    assert file.data.decode() == "word: 배\nword: rust (anywhere)"


async def test_words_are_found_as_they_are_typed_in_a_chat(minji: Person) -> None:
    await minji.slash(CHAT, "highlight add", word="번개")
    await minji.slash(CHAT, "highlight add", word="레이드", mode="anywhere")
    for text in ("ㅋㅋ번개칠사람", "내일번개모임 있음?", "레 이 드 가자", "레에이드 ㄱㄱ"):
        assert "✅" in (await minji.slash(CHAT, "highlight test", text=text)).text
    for text in ("번 개", "번개탄팔아요"):
        assert "❌" in (await minji.slash(CHAT, "highlight test", text=text)).text


async def test_a_trial_tells_of_ignores_and_of_the_mode_that_would_have_found_it(
    minji: Person,
) -> None:
    await minji.slash(CHAT, "highlight add", word="번개")
    await minji.slash(CHAT, "highlight ignore", word="취소")
    kept_back = await minji.slash(CHAT, "highlight test", text="번개 취소됐어요")
    assert "✅" in kept_back.text
    assert "오지 않아요: 취소" in kept_back.text
    near = await minji.slash(CHAT, "highlight test", text="물번개처럼")
    assert "❌" in near.text
    assert "‘글자 안에서도 (한 글자씩 띄어 쓰거나 잘못 쳐도)’ 방식이면" in near.text
    await minji.slash(CHAT, "highlight ignore", channel=CHAT)
    assert (
        "이 채널은 알리지 않기로"
        in (await minji.slash(CHAT, "highlight test", text="번개 칠까요?")).text
    )
    await minji.slash(CHAT, "highlight ignore", channel=CHAT)
    await minji.slash(CHAT, "highlight ignore", word="취소")


async def test_points_in_time_are_told_by_the_members_own_clock(
    world: World, minji: Person, junho: Person
) -> None:
    await minji.slash(CHAT, "highlight schedule", time_zone="Europe/Berlin")
    await minji.slash(CHAT, "highlight add", word="마감")
    text = "마감은 <t:1796000000:f>"
    before = len(world.kakao.outbox)
    message = await junho.say(CHAT, text)
    await until(lambda: len(world.kakao.outbox) > before)
    await minji.slash(CHAT, "forward me", message=message.jump_url)
    await until(lambda: len(world.kakao.outbox) > before + 1)
    for sent in world.kakao.outbox[before:]:
        assert "01:53 (Europe/Berlin)" in told(sent.template["content"]).replace("…\n", " ")
    await minji.slash(CHAT, "highlight schedule", time_zone="Asia/Seoul")


async def test_what_no_message_can_meet_is_refused_with_the_reason(minji: Person) -> None:
    for word in ("@everyone", "<:wave:123456789012345678>", "minji@example.com", "||번개||"):
        refused = await minji.slash(CHAT, "highlight add", word=word)
        assert "메시지에서 찾지 않아요" in refused.text, word
    assert "character.ai" in (await minji.slash(CHAT, "highlight add", word="character.ai")).text
    assert "✅" in (await minji.slash(CHAT, "highlight test", text="요즘 character.ai 재밌다")).text


async def test_why_names_the_gate_that_stopped_a_message(
    world: World, minji: Person, junho: Person
) -> None:
    other = await junho.say(CHAT, "아무 말")
    assert (
        "‘규칙’에서 멈췄어요"
        in (await minji.slash(CHAT, "highlight why", message=other.jump_url)).text
    )
    await minji.slash(CHAT, "highlight add", word="회식")
    hit = await junho.say(CHAT, "회식 언제예요?")
    await arrived(world)
    await until(lambda: world.kakao.outbox)
    why = await minji.slash(CHAT, "highlight why", message=str(hit.id))
    [embed] = why.answer.embeds
    first, *_ = embed["description"].splitlines()
    assert first.startswith("**")
    assert "카카오톡으로 보냈어요" in first
    assert why.text.count("✅") == 1


async def test_why_tells_what_stopped_a_message_then_and_not_what_would_stop_it_now(
    minji: Person, junho: Person
) -> None:
    await minji.slash(CHAT, "highlight add", word="번개모임")
    await minji.slash(CHAT, "highlight ignore", word="취소")
    stopped = await junho.say(CHAT, "번개모임 취소할까요?")
    why = await minji.slash(CHAT, "highlight why", message=str(stopped.id))
    async with asyncio.timeout(20):
        while "확인했을 때 멈췄어요" not in why.text:
            why = await minji.slash(CHAT, "highlight why", message=str(stopped.id))
    await minji.slash(CHAT, "highlight ignore", word="취소")
    why = await minji.slash(CHAT, "highlight why", message=str(stopped.id))
    first, _, now, *_ = why.answer.embeds[0]["description"].splitlines()
    assert "확인했을 때 멈췄어요. 무시할 단어" in first
    assert "모든 조건을 통과했어요" in now
    held = await minji.slash(CHAT, "privacy export")
    assert "verdicts" in held.answer.attachments[0].data.decode()


async def test_rules_are_copied_from_another_server(world: World, minji: Person) -> None:
    here = world.discord.world
    other = here.add_guild("다른 마을", world.discord.person("준호").user)
    here.join(other, minji.user)
    room = here.add_channel(other, "광장")
    await minji.slash(CHAT, "highlight add", word="정모")
    await minji.slash(room, "highlight add", word="정모")
    await minji.slash(room, "highlight add", word="번개")
    choices = await minji.autocomplete(CHAT, "highlight import", "server", "다른")
    assert [one["name"] for one in choices] == ["다른 마을"]
    reply = await minji.slash(CHAT, "highlight import", server=choices[0]["value"])
    assert "1개를 가져왔어요" in reply.text
    assert "‘번개’" in (await minji.slash(CHAT, "highlight list")).text


async def test_who_has_not_linked_is_told_and_gets_a_button(world: World) -> None:
    seoyeon = world.discord.person("서연")
    seoyeon.locale = "en-US"
    reply = await seoyeon.slash(CHAT, "highlight add", word="pizza")
    assert "not linked" in reply.text or "connect" in reply.text.lower()
    assert reply.answer.components
    seoyeon.locale = "ko"


async def test_unlinking_erases_what_waits_and_the_pages(
    world: World, minji: Person, junho: Person
) -> None:
    await minji.slash(CHAT, "highlight add", word="벙개")
    await minji.slash(CHAT, "highlight pause", hours=1)
    for number in range(2):
        await junho.say(CHAT, f"벙개 {number}번")
    await world.until_waiting(2)
    await minji.slash(CHAT, "highlight pause", hours=0)
    await until(lambda: world.kakao.outbox)
    address = world.kakao.outbox[0].template["header_link"]["web_url"]
    await minji.slash(CHAT, "highlight pause", hours=1)
    await junho.say(CHAT, "벙개 또")
    await world.until_waiting(1)
    reply = await minji.slash(CHAT, "kakao unlink")
    await minji.press(reply, "연결 끊기")
    assert (await read(address))[0] == 404
    await world.link("민지")
    await minji.slash(CHAT, "highlight pause", hours=0)
    await nothing_more(world, 1)
