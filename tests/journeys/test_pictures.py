"""What becomes of pictures at Kakao, with the real bot between both sandboxes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.demo.portraits import sunset
from sandbox.discord import Person, Reply
from tests.support.world import CHAT, World, open_world, until

SHARING = {"KAKAO_JAVASCRIPT_KEY": "the-javascript-key"}
SEND = "/v2/api/talk/memo"
SCRAPE = "/v2/api/talk/message/image/scrap"
SETTINGS = {
    "uploading": {"KAKAO_IMAGES": "upload"},
    "mending": {"KAKAO_IMAGES": "link", "KAKAO_IMAGES_UNREACHABLE": "upload"},
}


@pytest.fixture(params=SETTINGS)
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, bot=False) as world:
        world.settings |= SETTINGS[request.param] | SHARING
        await world.start_bot()
        await world.link("민지")
        yield world


async def send_picture(minji: Person, name: str = "노을.jpg") -> Reply:
    message = await minji.say(CHAT, "노을이에요", files=[(name, sunset())])
    return await minji.menu(CHAT, "Send to my KakaoTalk", message)


def is_kakaos(world: World) -> bool:
    address = world.kakao.outbox[-1].template["content"]["image_url"]
    return str(address).startswith(f"{world.kakao.url}/images/")


async def pass_hours(world: World, hours: int) -> None:
    """Let Kkachi stand still for a while; it tidies up when it starts."""
    await world.stop_bot()
    world.advance(hours * 3600)
    await world.start_bot()


async def test_the_picture_of_a_card_that_never_went_is_deleted_and_others_stay(
    world: World, minji: Person
) -> None:
    await send_picture(minji)
    await until(lambda: len(world.kakao.outbox) == 1)
    assert is_kakaos(world)
    world.kakao.fail_next(1, -2, path=SEND)
    assert "이 카드를 거절했어요" in (await send_picture(minji, "다른 노을.jpg")).text
    assert len(world.kakao.images) == 2
    await pass_hours(world, 3)
    await until(lambda: len(world.kakao.images) == 1)
    kept = world.kakao.outbox[0].template["content"]["image_url"].rpartition("/")[2]
    assert set(world.kakao.images) == {kept}


async def test_a_card_whose_answer_was_lost_keeps_its_picture(world: World, minji: Person) -> None:
    world.kakao.lose_answers(1)
    await send_picture(minji)
    await until(lambda: len(world.kakao.outbox) == 1)
    await pass_hours(world, 3)
    await until(lambda: len(world.kakao.outbox) == 2)
    assert len(world.kakao.images) == 1


async def test_a_picture_that_kakao_cannot_fetch_comes_all_the_same(
    world: World, minji: Person
) -> None:
    world.kakao.fail_next(1, -2, path=SCRAPE)
    await send_picture(minji)
    await until(lambda: len(world.kakao.outbox) == 1)
    assert is_kakaos(world)


async def test_the_picture_of_a_shared_card_stays_whatever_becomes_of_others_with_it(
    world: World, minji: Person
) -> None:
    message = await minji.say(CHAT, "노을이에요", files=[("노을.jpg", sunset())])
    await minji.menu(CHAT, "Share on KakaoTalk", message)
    world.kakao.fail_next(1, -2, path=SEND)
    refused = await minji.menu(CHAT, "Send to my KakaoTalk", message)
    assert "이 카드를 거절했어요" in refused.text
    await pass_hours(world, 3)
    await pass_hours(world, 3)
    assert len(world.kakao.images) == 1


async def test_without_leave_cards_have_discords_address(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        await world.link("민지")
        await send_picture(world.discord.person("민지"))
        await until(lambda: len(world.kakao.outbox) == 1)
        assert not is_kakaos(world)
        assert world.kakao.images == {}
