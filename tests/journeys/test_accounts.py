"""What a member notices of Kakao's notices, with the real bot between both sandboxes."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.demo.portraits import sunset
from sandbox.kakao.state import Webhook
from tests.support.world import CHAT, World, open_world, until


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, bot=False) as world:
        app = world.kakao.app
        app.unlink_webhook = Webhook(f"{world.public_url}/webhooks/kakao/unlink", "GET")
        app.account_webhook = Webhook(f"{world.public_url}/webhooks/kakao/account")
        world.settings |= {"KAKAO_ADMIN_KEY": app.admin_key, "KAKAO_APP_ID": str(app.id)}
        world.settings |= {"KAKAO_IMAGES": "upload"}
        await world.start_bot()
        await world.link("민지")
        yield world


async def test_whoever_unlinks_at_kakao_hears_of_it_once_and_can_link_again(world: World) -> None:
    minji = world.discord.person("민지")
    notices = await world.kakao.unlink_at_kakao(world.kakao.account("민지"))
    assert [notice.status for notice in notices] == [200, 202]
    await until(lambda: minji.dms)
    assert "카카오에서 까치와의 연결이 끊겼어요" in minji.dms[0].text
    reply = await minji.slash(CHAT, "kakao status")
    assert "아직 카카오톡이 연결되지 않았어요" in reply.text
    await world.link("민지")
    assert len(minji.dms) == 1


async def test_whoever_unlinks_in_discord_gets_no_direct_message(world: World) -> None:
    minji = world.discord.person("민지")
    reply = await minji.slash(CHAT, "kakao unlink")
    await minji.press(reply, "연결 끊기")
    await world.kakao.notices.settle()
    await asyncio.sleep(0.05)
    assert minji.dms == []


async def test_revoked_tokens_are_told_before_any_card_fails(world: World) -> None:
    minji = world.discord.person("민지")
    await world.kakao.revoke_tokens_at_kakao(world.kakao.account("민지"))
    await until(lambda: minji.dms)
    assert "카카오톡 연결이 끊겨서" in minji.dms[0].text


async def test_a_picture_goes_through_kakao_when_the_operator_wants_it_so(world: World) -> None:
    minji = world.discord.person("민지")
    message = await minji.say(CHAT, "노을이에요", files=[("노을.jpg", sunset())])
    await minji.menu(CHAT, "Send to my KakaoTalk", message)
    await until(lambda: world.kakao.outbox)
    content = world.kakao.outbox[0].template["content"]
    assert content["image_url"].startswith(f"{world.kakao.url}/images/")
    assert world.discord.url not in str(content)


async def test_a_consent_withdrawn_at_kakao_is_told_with_the_way_back(world: World) -> None:
    minji = world.discord.person("민지")
    await world.kakao.withdraw_at_kakao(world.kakao.account("민지"), "talk_message")
    await until(lambda: minji.dms)
    assert "카카오톡 메시지 전송" in minji.dms[0].text
    way = await minji.press(minji.dms[0], "동의하러 가기")
    await world.follow(way, "민지")
    await way.until(lambda message: "동의했어요" in message.text)


async def test_a_consent_taken_back_in_discord_is_no_news_to_the_member(world: World) -> None:
    minji = world.discord.person("민지")
    status = await minji.slash(CHAT, "kakao status")
    sure = await minji.choose(status, "동의 철회하기", ["카카오톡 메시지 전송"])
    await minji.press(sure, "철회하기")
    await world.kakao.notices.settle()
    await asyncio.sleep(0.05)
    assert minji.dms == []
