"""`/compose`: from a kind to a card on KakaoTalk, with the real bot between both sandboxes."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.services.compose.message_types import MESSAGE_TYPES
from bot.texts import Texts
from cogs.compose import CHOICES
from sandbox.discord import Message, Person, Reply
from tests.support.world import CHAT, World, open_village

TEXT, FEED = "오늘 밤 9시 레이드!", "길드 정기전"


pytestmark = pytest.mark.asyncio(loop_scope="module")
DAY = 24 * 3600.0
DANGER = 4  # a red button


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def village(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> AsyncIterator[World]:
    async with open_village(tmp_path_factory.mktemp("compose"), migrated) as world:
        yield world


@pytest_asyncio.fixture(loop_scope="module")
async def world(village: World) -> World:
    """The same world for all, another day."""
    village.advance(DAY)
    village.kakao.outbox.clear()
    village.kakao.requests.clear()
    return village


@pytest.fixture
def minji(world: World) -> Person:
    minji = world.discord.person("민지")
    minji.locale = "ko"
    return minji


async def compose(person: Person, kind: str, **fields: str) -> Reply:
    """Fill in the first form; `_` stands for a space in the labels."""
    form = await person.slash(CHAT, "compose", kind=kind)
    return await person.submit(
        form, {name.replace("_", " "): text for name, text in fields.items()}
    )


async def edit(person: Person, panel: Reply, part: str, **fields: str) -> None:
    """Press the button of a part and fill in its form; the panel changes in place."""
    form = await person.press(panel, part)
    await person.submit(form, {name.replace("_", " "): text for name, text in fields.items()})


async def to_me(person: Person, panel: Reply) -> Message:
    sending = await person.press(panel, "나에게 보내기")
    return await sending.until(lambda message: "보냈어요" in message.text)


def sent(world: World) -> dict[str, Any]:
    return world.kakao.outbox[-1].template


def typed(form: Reply) -> dict[str, str]:
    """What stands in a form already."""
    return {label: field.get("value", "") for label, field in form.form.fields.items()}


def is_disabled(panel: Reply, label: str) -> bool:
    return bool(panel.answer.component(label).get("disabled"))


# Every kind


async def test_the_choices_are_all_the_kinds_and_have_their_names_in_both_languages() -> None:
    texts = Texts()
    assert set(CHOICES) == set(MESSAGE_TYPES)
    for value, name in CHOICES.items():
        assert texts.say("en", f"choice-{value}") == name
        assert len(texts.say("ko", f"choice-{value}")) <= 100


async def test_discord_shows_the_choices_in_korean(world: World) -> None:
    [command] = [one for one in world.discord.world.book() if one["name"] == "compose"]
    [kind, _] = command["options"]
    assert kind["choices"][0]["name_localizations"]["ko"] == "피드: 사진과 제목, 설명"


async def test_a_text_goes_from_one_form_to_ones_own_chat(world: World, minji: Person) -> None:
    panel = await compose(minji, "text", 글=TEXT)
    assert panel.ephemeral
    assert TEXT in panel.text
    await to_me(minji, panel)
    assert sent(world)["text"] == TEXT
    assert sent(world)["link"]["web_url"].startswith(f"{world.public_url}/m/")


async def test_a_feed_grows_part_by_part_and_looks_as_it_will(world: World, minji: Person) -> None:
    panel = await compose(minji, "feed", 제목=FEED)
    await edit(
        minji,
        panel,
        "아이템 목록",
        아이템="참가비: 1000\n상금: 5000",
        **{"합계 이름(예: 총액)": "합계", "합계 금액": "6000"},
    )
    await edit(minji, panel, "링크와 버튼", 버튼_1_이름="참가", 버튼_2_이름="거절")
    await edit(minji, panel, "소셜 정보(좋아요·댓글…)", 좋아요_수="3", 조회_수="2,000")
    for shown in (
        FEED,
        "참가비  ·  1000",
        "합계  ·  **6000**",
        "**[ 참가 ]**  **[ 거절 ]**",
        "조회 2,000",
    ):
        assert shown in panel.text
    await to_me(minji, panel)
    assert [button["title"] for button in sent(world)["buttons"]] == ["참가", "거절"]
    assert sent(world)["social"] == {"like_count": 3, "view_count": 2000}


@pytest.mark.parametrize(
    ("kind", "fields", "shown"),
    [
        (
            "list",
            {"상단_제목": "이번 주", "항목_1_제목": "월요일", "항목_2_제목": "수요일"},
            "**수요일**",
        ),
        (
            "location",
            {"주소": "판교역로 235", "제목": "정모"},
            "**[ 자세히 보기 ]**  **[ 위치 보기 ]**",
        ),
        (
            "commerce",
            {"제목": "티셔츠", "가격": "20,000원", "할인된_가격": "15000"},
            "**15,000원** ~~20,000원~~",
        ),
        ("calendar", {"일정_ID": "event-1", "제목": "정기전"}, "**정기전**\n\n**[ 일정 추가 ]**"),
    ],
)
async def test_the_other_kinds_arrive_too(
    world: World, minji: Person, kind: str, fields: dict[str, str], shown: str
) -> None:
    form = await minji.slash(CHAT, "compose", kind=kind)
    answers: dict[str, object] = {name.replace("_", " "): text for name, text in fields.items()}
    if kind == "calendar":
        answers["종류"] = ["일정 하나"]
    panel = await minji.submit(form, answers)
    assert shown in panel.text
    await to_me(minji, panel)
    assert sent(world)["object_type"] == kind


async def test_a_picture_can_come_with_the_command(world: World, minji: Person) -> None:
    form = await minji.slash(CHAT, "compose", kind="feed", picture=("raid.png", b"png"))
    panel = await minji.submit(form, {"제목": FEED})
    await to_me(minji, panel)
    assert sent(world)["content"]["image_url"].endswith("raid.png")


async def test_a_picture_that_is_none_or_has_no_place_is_refused(minji: Person) -> None:
    for kind, name, why in (("feed", "plan.pdf", "사진이 아니에요"), ("text", "a.png", "들어가지")):
        reply = await minji.slash(CHAT, "compose", kind=kind, picture=(name, b"1"))
        assert why in reply.text


async def test_an_english_member_reads_english(minji: Person) -> None:
    minji.locale = "en-US"
    form = await minji.slash(CHAT, "compose", kind="text")
    panel = await minji.submit(form, {"Text": "Tonight at nine!"})
    assert "You are writing a card: **Text**" in panel.text
    assert panel.labels[:4] == ["Text", "Link and buttons", "More ›", "Send to me"]


async def test_details_are_asked_for_apart_and_what_is_wrong_there_is_seen_from_both_sides(
    world: World, minji: Person
) -> None:
    panel = await compose(minji, "feed", 제목=FEED)
    await minji.press(panel, "더 정하기 ›")
    assert panel.labels[:4] == [
        "링크 상세와 기본 버튼",
        "버튼 1 상세",
        "버튼 2 상세",
        "‹ 기본 항목",
    ]
    form = await minji.press(panel, "링크 상세와 기본 버튼")
    await minji.submit(form, {"링크: 휴대폰 주소": "blog", "기본 버튼 이름": "바로 확인"})
    assert "**링크: 휴대폰 주소**: ‘blog’ 주소는 열 수 없어요." in panel.text
    assert panel.answer.component("링크 상세와 기본 버튼")["style"] == DANGER
    await minji.press(panel, "‹ 기본 항목")
    assert panel.answer.component("더 정하기 ›")["style"] == DANGER
    await minji.press(panel, "더 정하기 ›")
    form = await minji.press(panel, "링크 상세와 기본 버튼")
    await minji.submit(form, {"링크: 휴대폰 주소": f"{world.public_url}/phone"})
    assert "**[ 바로 확인 ]**" in panel.text
    await to_me(minji, panel)
    assert sent(world)["button_title"] == "바로 확인"
    assert sent(world)["content"]["link"]["mobile_web_url"] == f"{world.public_url}/phone"


# What is wrong


async def test_what_is_wrong_is_explained_and_nothing_typed_is_lost(
    world: World, minji: Person
) -> None:
    panel = await compose(minji, "commerce", 제목="티셔츠", 가격="공짜")
    assert "**가격**: 0 이상의 숫자로 써 주세요. 지금 값: 공짜" in panel.text
    assert is_disabled(panel, "나에게 보내기")
    assert is_disabled(panel, "친구에게 보내기")
    again = await minji.press(panel, "가격")
    assert typed(again)["가격"] == "공짜"
    await minji.submit(again, {"가격": "20000"})
    assert "⚠️" not in panel.text
    await to_me(minji, panel)
    assert sent(world)["content"]["title"] == "티셔츠"


async def test_a_row_that_is_cut_is_named_and_can_be_sent(world: World, minji: Person) -> None:
    panel = await compose(minji, "feed", 제목=FEED)
    await edit(minji, panel, "아이템 목록", 아이템="아주아주긴이름: 1000")
    assert "이름은 6자까지만 보여요. 잘리는 이름: ‘아주아주긴이름’" in panel.text
    assert "아주아주긴이름: 1000" in typed(await minji.press(panel, "아이템 목록"))["아이템"]
    await to_me(minji, panel)
    assert sent(world)["item_content"]["items"] == [{"item": "아주아주긴이", "item_op": "1000"}]


async def test_a_price_below_its_reduction_is_refused_in_a_sentence(minji: Person) -> None:
    panel = await compose(minji, "commerce", 제목="티셔츠", 가격="20000", 할인된_가격="20001")
    assert "**할인된 가격**: 가격(20,000)보다 클 수 없어요." in panel.text
    assert is_disabled(panel, "나에게 보내기")
    await edit(minji, panel, "가격", 할인된_가격="20,000")
    assert not is_disabled(panel, "나에게 보내기")


async def test_a_link_elsewhere_is_said_beforehand_and_can_be_sent(minji: Person) -> None:
    panel = await compose(minji, "feed", 제목=FEED, 링크="https://news.example/1")
    assert (
        "news.example는 등록된 도메인이 아니라서 누르면 까치의 기본 주소로 이동해요" in panel.text
    )
    await to_me(minji, panel)


async def test_a_page_of_ours_goes_to_kakao_as_an_address(world: World, minji: Person) -> None:
    panel = await compose(minji, "scrape", 페이지_주소=f"{world.public_url}/m/1")
    assert "카카오가 이 페이지의" in panel.answer.embeds[0]["footer"]["text"]
    sending = await minji.press(panel, "나에게 보내기")
    await sending.until(lambda message: "보내고" not in message.text)
    assert "/v2/api/talk/memo/scrap/send" in {request.path for request in world.kakao.requests}


async def test_a_page_of_another_domain_is_refused_before_kakao_is_asked(
    world: World, minji: Person
) -> None:
    panel = await compose(minji, "scrape", 페이지_주소="https://news.example/1")
    assert "news.example는 등록돼 있지 않아요" in panel.text
    assert is_disabled(panel, "나에게 보내기")
    assert world.kakao.requests == []


async def test_a_press_on_a_button_that_was_enabled_before_does_not_send_a_wrong_card(
    world: World, minji: Person
) -> None:
    panel = await compose(minji, "text", 글=TEXT)
    enabled = dict(panel.answer.component("나에게 보내기"))
    await edit(minji, panel, "링크와 버튼", 버튼_1_링크="a.example")
    data = {"custom_id": enabled["custom_id"], "component_type": 2, "id": enabled["id"]}
    reply = await minji._act(3, panel.answer.channel, data, message=panel.answer)
    await reply.until(lambda message: "남아 있어요" in message.text)
    assert world.kakao.outbox == []


# Sending


async def test_after_sending_to_oneself_the_card_can_be_opened_again(
    world: World, minji: Person
) -> None:
    panel = await compose(minji, "text", 글=TEXT)
    done = await to_me(minji, panel)
    assert done.labels == ["이 카드 다시 열기"]
    await minji.press(done, "이 카드 다시 열기")
    await edit(minji, panel, "글", 글="아니, 10시!")
    await to_me(minji, panel)
    assert [message.template["text"] for message in world.kakao.outbox] == [TEXT, "아니, 10시!"]


async def test_of_two_presses_only_one_sends(world: World, minji: Person) -> None:
    panel = await compose(minji, "text", 글=TEXT)
    button = dict(panel.answer.component("나에게 보내기"))
    await to_me(minji, panel)
    data = {"custom_id": button["custom_id"], "component_type": 2, "id": button["id"]}
    reply = await minji._act(3, panel.answer.channel, data, message=panel.answer)
    await reply.until(lambda message: "이미 처리된" in message.text)
    assert len(world.kakao.outbox) == 1


async def test_friends_are_picked_after_the_card_is_written(world: World, minji: Person) -> None:
    panel = await compose(minji, "location", 주소="판교역로 235", 제목="정모")
    asked = await minji.press(panel, "친구에게 보내기")
    await asked.until(lambda message: "친구에게 보내려면 카카오에서" in message.text)
    await world.follow(asked, "민지")
    picker = await asked.until(lambda message: "누구에게" in message.text)
    assert "**정모**" in picker.text
    assert "판교역로" not in picker.text
    await minji.choose(picker, "친구 고르기", ["★ 준호", "서연"])
    sending = await minji.press(picker, "보내기 (2)")
    await sending.until(lambda shown: "2명 중 2명" in shown.text)
    assert {message.receiver.name for message in world.kakao.outbox} == {"준호", "서연"}
    assert sent(world)["object_type"] == "location"


async def test_from_the_picker_one_can_go_back_to_the_card(world: World, minji: Person) -> None:
    panel = await compose(minji, "text", 글=TEXT)
    picker = (await minji.press(panel, "친구에게 보내기")).answer
    back = await minji.press(picker, "카드 고치기")
    await edit(minji, back, "글", 글="아니, 10시!")
    await minji.press(back, "친구에게 보내기")
    await minji.choose(back.answer, "친구 고르기", ["★ 준호"])
    sending = await minji.press(back.answer, "보내기 (1)")
    await sending.until(lambda shown: "1명에게 보냈어요" in shown.text)
    assert sent(world)["text"] == "아니, 10시!"


async def test_who_is_not_linked_links_and_finds_the_card_again(
    world: World, minji: Person
) -> None:
    await minji.press(await minji.slash(CHAT, "kakao unlink"), "연결 끊기")
    panel = await compose(minji, "text", 글=TEXT)
    asked = await minji.press(panel, "나에게 보내기")
    await asked.until(lambda message: "아직 카카오톡이 연결되지 않았어요" in message.text)
    await world.follow(asked, "민지")
    done = await world.type_number(minji, asked, "민지")
    again = await done.until(lambda message: "계정과 연결했어요" in message.text)
    assert TEXT in again.text
    await minji.press(again, "나에게 보내기")
    await world.discord.until(lambda: bool(world.kakao.outbox))


async def test_a_draft_survives_a_restart_and_obeys_only_its_owner(
    world: World, minji: Person
) -> None:
    panel = await compose(minji, "text", 글=TEXT)
    await world.stop_bot()
    await world.start_bot()
    button = dict(panel.answer.component("나에게 보내기"))
    data = {"custom_id": button["custom_id"], "component_type": 2, "id": button["id"]}
    stranger = world.discord.person("준호")
    refused = await stranger._act(3, panel.answer.channel, data, message=panel.answer)
    await refused.until(lambda message: "명령어를 쓴 사람만" in message.text)
    await edit(minji, panel, "링크와 버튼", 버튼_1_이름="참가")
    await to_me(minji, panel)
    assert sent(world)["buttons"][0]["title"] == "참가"


async def test_a_draft_that_is_not_wanted_is_forgotten(minji: Person) -> None:
    panel = await compose(minji, "text", 글=TEXT)
    await minji.press(panel, "취소")
    assert panel.text == "보내지 않았어요."
    assert panel.labels == []
