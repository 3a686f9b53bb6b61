"""How a link ends when Kakao does not play along: said as it is, and seen to afterwards."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.discord import Person, Reply
from tests.support.processes import start_process
from tests.support.world import CHAT, World, open_world, until

UNLINK = "/v1/user/unlink"
BY_HAND = {"ko": "연결된 서비스 관리", "en": "Connected Services"}
BUTTONS = {
    "kakao unlink": {"ko": "연결 끊기", "en": "Unlink"},
    "privacy delete": {"ko": "모두 지우기", "en": "Erase everything"},
}
CLAIMS = (
    "카카오 쪽 연결도 끊었",
    "카카오톡 연결도 끊었어요",
    "at Kakao too",
    "KakaoTalk is unlinked",
)


@pytest.fixture(params=["admin key", "tokens"])
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, bot=False) as world:
        if request.param == "admin key":
            world.settings["KAKAO_ADMIN_KEY"] = world.kakao.app.admin_key
        await world.start_bot()
        await world.link("민지")
        yield world
        assert world.discord.problems == []


async def end(minji: Person, command: str) -> Reply:
    question = await minji.slash(CHAT, command)
    return await minji.press(question, BUTTONS[command][minji.locale[:2]])


async def undone(world: World) -> None:
    """Wait until nothing of the connection is left at Kakao."""
    world.advance(60)
    await until(lambda: world.kakao.account("민지").link is None)


@pytest.mark.parametrize("locale", ["ko", "en-US"])
@pytest.mark.parametrize("command", BUTTONS)
async def test_what_kakao_does_not_undo_is_said_and_tried_until_it_has(
    world: World, minji: Person, command: str, locale: str
) -> None:
    minji.locale = locale
    world.kakao.down(True)
    answer = await end(minji, command)
    assert BY_HAND[locale[:2]] in answer.text
    assert not any(claim in answer.text for claim in CLAIMS)
    kept = {"ko": "30일 동안 다시", "en": "for up to 30 days"}[locale[:2]] in answer.text
    assert kept is ("KAKAO_ADMIN_KEY" in world.settings)
    world.kakao.down(False)
    await undone(world)


async def test_an_answer_that_is_lost_is_no_failure_and_no_success(
    world: World, minji: Person
) -> None:
    world.kakao.fall_ill("reset", UNLINK)
    answer = await end(minji, "kakao unlink")
    assert "끊겼는지는 알 수 없어요" in answer.text
    world.kakao.get_well()
    await undone(world)


async def test_a_refused_app_is_the_operators_to_mend(world: World, minji: Person) -> None:
    world.kakao.fail_next(1, -12, path=UNLINK)
    assert "운영자가 까치의 설정을 고쳐야 해요" in (await end(minji, "kakao unlink")).text
    await undone(world)


async def test_a_number_that_is_called_off_says_so_as_well(world: World, minji: Person) -> None:
    await end(minji, "kakao unlink")
    reply = await minji.slash(CHAT, "kakao link")
    await world.follow(reply, "민지")
    world.kakao.down(True)
    answer = await minji.slash(CHAT, "kakao unlink")
    assert BY_HAND["ko"] in answer.text
    assert not any(claim in answer.text for claim in CLAIMS)
    world.kakao.down(False)
    await undone(world)


async def wait_for_number(world: World, minji: Person, account: str) -> Reply:
    reply = await minji.slash(CHAT, "kakao link")
    await world.follow(reply, account)
    await until(lambda: len(world.cards_of(account)) == 1)
    return reply


async def type_number(minji: Person, number: str) -> Reply:
    status = await minji.slash(CHAT, "kakao status")
    button = {"ko": "번호 입력", "en": "Enter the number"}[minji.locale[:2]]
    form = await minji.press(status, button)
    return await minji.submit(form, {next(iter(form.form.fields)): number})


@pytest.mark.parametrize("locale", ["ko", "en-US"])
@pytest.mark.parametrize("how", ["too late", "too many tries", "another instead", "moved"])
async def test_an_account_that_ends_by_itself_is_named_where_kakao_keeps_it(
    world: World, minji: Person, how: str, locale: str
) -> None:
    minji.locale = locale
    left = "민지" if how == "moved" else "준호"
    reply = await wait_for_number(world, minji, "준호")
    number = world.number_of("준호")
    world.kakao.fall_ill("reset", UNLINK)
    match how:
        case "too late":
            world.advance(601)
        case "too many tries":
            for step in range(1, 6):
                reply = await type_number(minji, f"{(int(number) + step) % 1_000_000:06}")
        case "another instead":
            reply = await wait_for_number(world, minji, "서연")
        case "moved":
            reply = await type_number(minji, number)
    here = {"ko": f"**{left}** 계정은 이제", "en": f"KakaoTalk **{left}** is no longer"}[locale[:2]]
    await reply.until(lambda _: any(here in one.text for one in reply.messages))
    [text] = [one.text for one in reply.messages if here in one.text]
    assert BY_HAND[locale[:2]] in text
    world.kakao.get_well()
    world.advance(60)
    await until(lambda: world.kakao.account(left).link is None)


async def test_the_operator_reads_it_too_and_the_member_where_to_end_it(
    world: World, minji: Person, tmp_path: Path
) -> None:
    world.kakao.down(True)
    process = await start_process(world.settings, tmp_path, "unlink", str(minji.id))
    printed, _ = await process.communicate()
    kept = "for 30 days" if "KAKAO_ADMIN_KEY" in world.settings else "for a day, unless"
    assert printed.decode().splitlines()[1:4] == [
        "Kakao has not confirmed that it is undone: it is away.",
        f"Kkachi tries again {kept}{'.' if 'days' in kept else ' it is restarted.'}",
        "The member can undo it in their Kakao account, under the connected services.",
    ]
    assert BY_HAND["ko"] in minji.dms[-1].text
    world.kakao.down(False)
    await undone(world)


async def test_a_misconfigured_app_is_not_the_members_fault(world: World, minji: Person) -> None:
    await end(minji, "kakao unlink")
    body = '{"error":"misconfigured","error_description":"invalid web_site_url"}'
    world.kakao.fail_next(1, None, 400, path="/oauth/token", body=body)
    reply = await minji.slash(CHAT, "kakao link")
    assert "까치 설정에 문제가 있어요" in await world.follow(reply, "민지")
