"""What admins decide in Discord, between both sandboxes."""

import asyncio
import logging
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image

from sandbox.discord import Channel, Message, Permission, Person, Reply
from tests.support.messages import told
from tests.support.world import CHAT, World, open_village, until

pytestmark = pytest.mark.asyncio(loop_scope="module")
DAY = 24 * 3600.0
MENU_ME = "Send to my KakaoTalk"
CHANNEL_SELECT = 8
CHOOSE, PLACES, ROLES = "고르기", "채널이나 카테고리 고르기", "역할 고르기 (비우면 모두)"
TAKE_BACK = "되돌릴 변경 고르기"
PAGE = 0
ALL = ("카카오톡 연결", "보내기", "직접 쓰기", "공유", "하이라이트 규칙", "소식 알림")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def village(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> AsyncIterator[World]:
    async with open_village(tmp_path_factory.mktemp("panel"), migrated) as world:
        yield world


@pytest_asyncio.fixture(loop_scope="module")
async def world(village: World) -> AsyncIterator[World]:
    """The same world for all, with every feature on."""
    village.advance(DAY)
    village.kakao.outbox.clear()
    yield village
    hajun = village.discord.person("하준")
    panel = await hajun.slash(CHAT, "settings panel")
    await hajun.choose(panel, select(panel, "features"), ALL)


@pytest.fixture
def hajun(world: World) -> Person:
    """The owner of the server."""
    return world.discord.person("하준")


def select(panel: Reply, what: str) -> str:
    """Return the id of the select that changes this."""
    found = [str(one["custom_id"]) for one in components(panel) if "custom_id" in one]
    return next(one for one in found if one.startswith(f"kkachi:setting:{what}:"))


def components(panel: Reply) -> list[dict[str, Any]]:
    def below(part: dict[str, Any]) -> list[dict[str, Any]]:
        children = [*part.get("components", []), *filter(None, [part.get("accessory")])]
        return [part, *(one for child in children for one in below(child))]

    return [one for part in panel.answer.components for one in below(part)]


async def turned(person: Person, page: str) -> Reply:
    """Open the panel at a page."""
    panel = await person.slash(CHAT, "settings panel")
    return await person.choose(panel, select(panel, "page"), [page])


async def test_a_feature_that_is_switched_off_stops_at_once(
    world: World, minji: Person, hajun: Person
) -> None:
    message = await world.discord.person("준호").say(CHAT, "모두 모여요")
    panel = await hajun.slash(CHAT, "settings panel")
    assert "까치 설정" in panel.text
    assert panel.ephemeral
    await hajun.choose(panel, select(panel, "features"), [one for one in ALL if one != "보내기"])
    refused = await minji.menu(CHAT, MENU_ME, message)
    assert refused.text == "이 서버에서는 관리자가 이 기능을 꺼 두었어요."
    typed = await minji.slash(CHAT, "forward me", message=message.jump_url)
    assert "꺼 두었어요" in typed.text
    assert not world.kakao.outbox
    panel = await hajun.slash(CHAT, "settings panel")
    await hajun.choose(panel, select(panel, "features"), ALL)
    await minji.menu(CHAT, MENU_ME, message)
    assert len(world.kakao.outbox) == 1


async def test_with_linking_off_a_member_can_still_look_and_leave(
    world: World, hajun: Person
) -> None:
    seoyeon = world.discord.person("서연")
    seoyeon.locale = "ko"
    await world.link("서연")
    panel = await hajun.slash(CHAT, "settings panel")
    await hajun.choose(panel, select(panel, "features"), ["보내기"])
    assert "꺼 두었어요" in (await seoyeon.slash(CHAT, "kakao link")).text
    assert "연결돼 있어요" in (await seoyeon.slash(CHAT, "kakao status")).text
    reply = await seoyeon.slash(CHAT, "kakao unlink")
    await seoyeon.press(reply, "연결 끊기")
    assert world.kakao.account("서연").link is None


async def test_what_was_shown_before_a_feature_was_switched_off_is_refused_quietly(
    minji: Person, hajun: Person, caplog: pytest.LogCaptureFixture
) -> None:
    form = await minji.slash(CHAT, "compose", kind="text")
    listed = await minji.slash(CHAT, "notify list")
    panel = await hajun.slash(CHAT, "settings panel")
    await hajun.choose(panel, select(panel, "features"), ["보내기"])
    refused = await minji.choose(listed, "받아 볼 소식 고르기", ["새 스레드"])
    assert "꺼 두었어요" in refused.text
    refused = await minji.submit(form, {"text": "안녕", "link": "https://kkachi.example"})
    assert "꺼 두었어요" in refused.text
    # discord.py logs what has failed after the answer.
    await asyncio.sleep(0.05)
    assert [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING] == []


async def test_only_those_who_manage_the_server_see_and_use_the_panel(
    world: World, minji: Person, hajun: Person
) -> None:
    commands = {one["name"] for one in world.discord.commands_for(minji, CHAT)}
    assert "settings panel" not in commands
    panel = await hajun.slash(CHAT, "settings panel")
    chief = world.discord.world.add_role(
        world.discord.guild, "부방장", int(Permission.MANAGE_GUILD)
    )
    jiwoo = world.discord.person("지우")
    world.discord.world.give_role(world.discord.guild.member("지우"), chief)
    assert "까치 설정" in (await jiwoo.slash(CHAT, "settings panel")).text
    before = world.discord.guild.member("하준").guild.owner_id
    world.discord.guild.owner_id = jiwoo.id
    refused = await hajun.choose(panel, select(panel, "features"), ["보내기"])
    world.discord.guild.owner_id = before
    assert "‘서버 관리하기’ 권한이" in refused.text


async def test_two_admins_at_once_do_not_overwrite_each_other(
    hajun: Person,
) -> None:
    first = await hajun.slash(CHAT, "settings panel")
    second = await hajun.slash(CHAT, "settings panel")
    await hajun.choose(first, select(first, "features"), [one for one in ALL if one != "공유"])
    late = await hajun.choose(second, select(second, "features"), ["보내기"])
    assert "그사이 다른 관리자가" in late.text
    chosen = [
        option["label"]
        for one in components(late)
        for option in one.get("options", [])
        if str(one.get("custom_id")).startswith("kkachi:setting:features") and option.get("default")
    ]
    assert chosen == [one for one in ALL if one != "공유"]


async def test_places_roles_and_content_are_obeyed(
    world: World, minji: Person, hajun: Person
) -> None:
    message = await world.discord.person("준호").say(CHAT, "아주 긴 이야기 " * 20)
    panel = await turned(hajun, "채널")
    await hajun.choose(panel, select(panel, "only"), ["공지"])
    assert (
        "이 채널의 메시지는 카카오톡으로 내보내지 않도록"
        in (await minji.menu(CHAT, MENU_ME, message)).text
    )
    panel = await turned(hajun, "채널")
    await hajun.choose(panel, select(panel, "only"), [])
    panel = await turned(hajun, "내용")
    await hajun.choose(panel, select(panel, "policy"), ["앞부분만"])
    await minji.menu(CHAT, MENU_ME, message)
    [card] = [told(one.template["content"]) for one in world.kakao.outbox]
    assert card.endswith("…")
    assert len(card) < 80
    panel = await turned(hajun, "역할")
    await hajun.choose(panel, select(panel, "forward_roles"), ["운영진"])
    assert "역할이 있어야" in (await minji.menu(CHAT, MENU_ME, message)).text
    panel = await turned(hajun, "역할")
    await hajun.choose(panel, select(panel, "forward_roles"), [])
    panel = await turned(hajun, "내용")
    await hajun.choose(panel, select(panel, "policy"), ["내용과 사진 전체"])


async def test_limits_are_typed_and_counted(world: World, minji: Person, hajun: Person) -> None:
    panel = await turned(hajun, "한도·언어·기록")
    form = (await hajun.press(panel, "바꾸기")).form
    done = await hajun.submit(
        form, {"규칙 (0–200)": "30", "직접 보내기 하루 (비우면 카카오 한도만)": "1"}
    )
    assert "하루 1번" in done.text
    message = await world.discord.person("준호").say(CHAT, "한 번만")
    await minji.menu(CHAT, MENU_ME, message)
    assert "1번을 모두 썼어요" in (await minji.menu(CHAT, MENU_ME, message)).text
    form = (await hajun.press(await turned(hajun, "한도·언어·기록"), "바꾸기")).form
    wrong = await hajun.submit(form, {"규칙 (0–200)": "많이"})
    assert "0 이상의 숫자를" in wrong.text
    form = (await hajun.press(await turned(hajun, "한도·언어·기록"), "바꾸기")).form
    free = await hajun.submit(form, {"직접 보내기 하루 (비우면 카카오 한도만)": ""})
    assert "직접 보내기는 카카오 한도까지" in free.text


async def test_the_log_is_kept_in_a_text_channel_and_the_panel_says_so(hajun: Person) -> None:
    panel = await turned(hajun, "한도·언어·기록")
    [chosen] = [one for one in components(panel) if one.get("type") == CHANNEL_SELECT]
    assert chosen["placeholder"] == "텍스트 채널 고르기"
    assert sorted(chosen["channel_types"]) == [0, 5]


async def test_changes_are_recorded_logged_and_taken_back(world: World, hajun: Person) -> None:
    log = world.discord.world.add_channel(world.discord.guild, "까치-기록")
    panel = await turned(hajun, "한도·언어·기록")
    await hajun.choose(panel, select(panel, "log_channel_id"), ["까치-기록"])
    panel = await turned(hajun, "내용")
    await hajun.choose(panel, select(panel, "policy"), ["링크만"])
    await until(lambda: any("링크만" in one.content for one in written(world, log)))
    history = await turned(hajun, "바뀐 내역")
    assert "내용과 사진 전체 → 링크만" in history.text
    back = await hajun.choose(history, TAKE_BACK, [newest_of(history)])
    assert "링크만 → 내용과 사진 전체" in back.text


async def test_the_panel_answers_before_the_log_channel_is_written_to(
    world: World, hajun: Person
) -> None:
    log = world.discord.world.add_channel(world.discord.guild, "까치-일기")
    panel = await turned(hajun, "한도·언어·기록")
    await hajun.choose(panel, select(panel, "log_channel_id"), ["까치-일기"])
    panel = await turned(hajun, "내용")
    world.discord.rest_hangs(at=f"/channels/{log.id}/messages")
    async with asyncio.timeout(2):
        answer = await hajun.choose(panel, select(panel, "policy"), ["링크만"])
    assert "이 채널은 전체" in answer.text
    before = len(written(world, log))
    world.discord.rest_hangs(False)
    await until(lambda: len(written(world, log)) > before)


async def test_templates_are_recorded_logged_and_taken_back(world: World, hajun: Person) -> None:
    log = world.discord.world.add_channel(world.discord.guild, "까치-일지")
    panel = await turned(hajun, "한도·언어·기록")
    await hajun.choose(panel, select(panel, "log_channel_id"), ["까치-일지"])
    await hajun.slash(
        CHAT, "settings templates add", name="정모 안내", template_id=120001, arguments="WHO"
    )
    await until(lambda: any("정모 안내" in one.content for one in written(world, log)))
    history = await turned(hajun, "바뀐 내역")
    assert "**이름을 붙인 템플릿** + 정모 안내 `120001` (WHO)" in history.text
    back = await hajun.choose(history, TAKE_BACK, [newest_of(history)])
    assert "− 정모 안내 `120001` (WHO)" in back.text
    listed = await hajun.slash(CHAT, "settings templates list")
    assert "정모 안내" not in listed.text


async def test_a_history_of_long_changes_is_shown_as_far_as_there_is_room(hajun: Person) -> None:
    for number in range(10):
        await hajun.slash(
            CHAT,
            "settings templates add",
            name=f"{number}" + "가" * 49,
            template_id=120001,
            arguments=" ".join(f"K{key}{'A' * 40}" for key in range(25)),
        )
    history = await turned(hajun, "바뀐 내역")
    assert "+ 9가가가" in history.text
    assert "+ 0가가가" not in history.text
    while "+ 0가가가" not in history.text:
        history = await hajun.press(history, "더 오래된 내역")
    for number in range(10):
        await hajun.slash(CHAT, "settings templates remove", name=f"{number}" + "가" * 49)


def newest_of(history: Reply) -> str:
    """Return the label of the change that can be taken back first."""
    return next(
        str(option["label"])
        for one in components(history)
        for option in one.get("options", [])
        if str(one.get("custom_id")).startswith("kkachi:setting:take-back")
    )


def written(world: World, channel: Channel) -> list[Message]:
    return world.discord.world.messages(channel)


async def test_the_panel_survives_a_restart(world: World, hajun: Person) -> None:
    panel = await turned(hajun, "역할")
    await world.stop_bot()
    await world.start_bot()
    turned_again = await hajun.choose(panel, select(panel, "page"), ["내용"])
    assert "카카오톡으로 보낼 내용의 범위" in turned_again.text


async def test_a_member_is_looked_up_and_disconnected_with_a_reason(
    world: World, hajun: Person
) -> None:
    junho = world.discord.person("준호")
    await world.link("준호")
    await junho.slash(CHAT, "highlight add", word="비밀 단어")
    await junho.menu(CHAT, MENU_ME, await hajun.say(CHAT, "하나만 보내요"))
    shown = await hajun.slash(CHAT, "settings member", member=junho)
    assert "연결돼 있어요" in shown.text
    assert "오늘 보낸 카드: 2개" in shown.text
    assert "비밀" not in shown.text
    form = (await hajun.press(shown, "연결 강제 해제")).form
    done = await hajun.submit(form, {"이유 (멤버에게 보여요)": "도배"})
    assert "이유를 알려 드렸어요" in done.text
    assert world.kakao.account("준호").link is not None
    await until(lambda: junho.dms)
    assert "이유: 도배" in junho.dms[-1].text
    stranger = await hajun.slash(CHAT, "settings member", member=world.discord.person("지우"))
    assert "쓰지 않는 멤버예요" in stranger.text or "연결돼 있지 않아요" in stranger.text


async def test_statistics_come_as_numbers_a_picture_and_a_table(
    world: World, minji: Person, hajun: Person
) -> None:
    message = await world.discord.person("준호").say(CHAT, "통계에 남을 글")
    await minji.menu(CHAT, MENU_ME, message)
    reply = await hajun.slash(CHAT, "settings statistics")
    assert "연결한 멤버 1명" in reply.text
    assert "통계에 남을" not in reply.text
    picture, table = reply.answer.attachments
    first, *days = table.data.decode().splitlines()
    assert first == "date,queued,sending,sent,parked,failed,unknown,cancelled"
    assert len(days) == 30
    assert days[-1].split(",")[3] == "1"
    with Image.open(BytesIO(picture.data)) as image:
        assert image.size == (900, 320)
        colours = {colour for _, colour in image.getcolors(100_000) or ()}
    assert {(254, 229, 0), (87, 242, 135)} <= colours
