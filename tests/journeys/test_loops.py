"""Whatever of Kkachi's loops is killed is told of, counted, and works again by itself."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.texts import LOCALES, Texts
from sandbox.kakao.state import Webhook
from tests.support.database import change, locked, opened
from tests.support.telemetry import STAFF, alarms, health, numbers
from tests.support.world import CHAT, World, open_world, until

LOOPS = {
    *("webhooks", "discord", "expiry", "catch-up", "notifier", "departures"),
    *("dispatcher", "heartbeat", "sender", "tokens"),
    *("pending links", "partings", "presence"),
}
# They end and begin with the connection.
LOOPS_OF_COGS = {"missed-messages", "missed-events"}
HOUR = 3600.0


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, bot=False) as world:
        app = world.kakao.app
        app.unlink_webhook = Webhook(f"{world.public_url}/webhooks/kakao/unlink", "GET")
        world.settings |= {
            "ALERT_CHANNEL_ID": str(world.discord.guild.channel(STAFF).id),
            "KAKAO_ADMIN_KEY": app.admin_key,
            "KAKAO_APP_ID": str(app.id),
        }
        await world.start_bot()
        await world.link("민지")
        yield world
        assert world.discord.problems == []


def kill(*names: str) -> None:
    """Cancel these loops, as nothing of Kkachi's ever does."""
    found = [one for one in asyncio.all_tasks() if one.get_name() in names]
    assert len(found) == len(names)
    for task in found:
        task.cancel()


async def until_health(world: World, status: int) -> None:
    async with asyncio.timeout(20):
        while await health(world) != status:  # noqa: ASYNC110 - nobody sets an event for a test
            await asyncio.sleep(0.01)


async def until_told(world: World, *words: str) -> None:
    await until(lambda: all(any(one in line for line in alarms(world)) for one in words))


@pytest.mark.parametrize("loops", [LOOPS, LOOPS_OF_COGS], ids=["services", "cogs"])
async def test_each_loop_that_is_killed_is_told_of_counted_and_started_anew(
    world: World, loops: set[str]
) -> None:
    kill(*loops)
    await until_health(world, 503)
    await until_health(world, 200)
    found, texts = await numbers(world), Texts()
    for loop in loops:
        assert found[f"kkachi_loop_failures_total['{loop}']"] == 1
        assert found[f"kkachi_loop_up['{loop}']"] == 1
        for locale in LOCALES:
            what = texts.say(locale, f"loop-{loop.replace(' ', '-')}")
            for key in ("alarm-loop", "alarm-over"):
                await until_told(world, texts.say(locale, key, what=what))


async def test_a_loop_that_is_down_is_seen_until_it_has_run_well_for_a_while(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await change(world, "ALTER TABLE jumps RENAME TO away")
    kill("expiry")
    await until_health(world, 503)
    found = await numbers(world)
    assert found["kkachi_loop_up['expiry']"] == 0
    assert found["kkachi_loop_up['sender']"] == 1
    await until(lambda: "expiry is started anew in 0.2 s: StorageError" in caplog.text)
    await change(world, "ALTER TABLE away RENAME TO jumps")
    await until_health(world, 200)
    await until_told(world, "멈췄어요: 기한이 지난 것 지우기", "해결됐어요: 기한이 지난 것 지우기")


async def test_a_table_that_cannot_be_tidied_keeps_nothing_from_being_erased(world: World) -> None:
    await change(world, "ALTER TABLE jumps RENAME TO away", "ALTER TABLE drafts RENAME TO gone")
    world.advance(48 * HOUR)
    with opened(world) as database:
        count = "SELECT count(*) FROM link_requests"
        assert database.execute(count).fetchone() == (1,)
        kill("expiry")
        await until(lambda: database.execute(count).fetchone() == (0,))


async def test_what_members_ask_for_is_done_after_its_loop_was_killed(world: World) -> None:
    minji, junho = world.discord.person("민지"), world.discord.person("준호")
    await minji.slash(CHAT, "highlight add", word="번개")
    kill("dispatcher", "sender", "catch-up", "notifier")
    await junho.say(CHAT, "번개 하실 분?")
    await until(lambda: world.kakao.outbox)
    message = await junho.say(CHAT, "모여요")
    await minji.menu(CHAT, "Send to my KakaoTalk", message)
    await until(lambda: len(world.kakao.outbox) == 2)


async def test_sending_begins_anew_once_results_can_be_recorded(world: World) -> None:
    minji = world.discord.person("민지")
    message = await minji.say(CHAT, "모여요")
    await change(
        world,
        "CREATE TRIGGER full BEFORE UPDATE ON deliveries WHEN NEW.state = 'sent' "
        "BEGIN SELECT RAISE(ABORT, 'disk full'); END",
    )
    asked = asyncio.create_task(minji.menu(CHAT, "Send to my KakaoTalk", message))
    await until_told(world, "멈췄어요: 카카오톡으로 보내기", "데이터베이스에 쓸 수 없어요")
    assert await health(world) == 503
    await change(world, "DROP TRIGGER full")
    await asked
    await until_health(world, 200)
    before = len(world.kakao.outbox)
    assert 1 <= before <= 2
    await minji.menu(CHAT, "Send to my KakaoTalk", message)
    await until(lambda: len(world.kakao.outbox) == before + 1)
    await until_told(world, "해결됐어요: 카카오톡으로 보내기")


async def test_wishes_that_cannot_be_read_keep_only_their_member_waiting(world: World) -> None:
    minji, jiwoo = world.discord.person("민지"), world.discord.person("지우")
    await world.link("지우")
    for person in (minji, jiwoo):
        await person.slash(CHAT, "highlight add", word="번개")
        await person.slash(CHAT, "highlight schedule", quiet="off")
    mine = f"WHERE member_id = {jiwoo.id}"
    await change(world, f"UPDATE wishes SET wishes = '{{broken' {mine}")  # noqa: S608 - a number
    message = await world.discord.person("준호").say(CHAT, "번개 하실 분?")
    await until(lambda: [one.receiver.name for one in world.kakao.outbox] == ["민지"])
    why = await jiwoo.slash(CHAT, "highlight why", message=str(message.id))
    assert "읽을 수 없어서" in why.text
    await jiwoo.slash(CHAT, "highlight schedule", quiet="off")
    await until(lambda: [one.receiver.name for one in world.kakao.outbox] == ["민지", "지우"])
    assert await health(world) == 200


async def test_settings_that_cannot_be_read_are_said_to_whoever_asks(world: World) -> None:
    hajun = world.discord.person("하준")
    guild_id = world.discord.guild.id
    row = f"INSERT INTO settings VALUES ({guild_id}, 1, '{{broken')"  # noqa: S608 - a number
    await change(world, "DELETE FROM settings", row)
    await world.stop_bot()
    await world.start_bot()
    reply = await hajun.slash(CHAT, "highlight list")
    assert "읽을 수 없어서" in reply.text


async def test_kakaos_notices_are_worked_through_after_their_loop_was_killed(world: World) -> None:
    minji = world.discord.person("민지")
    kill("webhooks")
    notices = await world.kakao.unlink_at_kakao(world.kakao.account("민지"))
    assert notices[0].status == 200
    await until(lambda: minji.dms)


async def test_a_command_is_answered_after_the_connection_was_killed(world: World) -> None:
    kill("discord")
    await until_health(world, 503)
    await world.until_healthy()
    reply = await world.discord.person("민지").slash(CHAT, "kakao status")
    assert "연결" in reply.text


async def test_whoever_waits_for_a_killed_writer_gets_an_error_and_the_next_one_is_served(
    world: World,
) -> None:
    minji = world.discord.person("민지")
    async with locked(world):
        asked = asyncio.create_task(minji.slash(CHAT, "highlight add", word="번개"))
        await asyncio.sleep(0.2)
        kill("database")
        refused = await asked
        assert await health(world) == 503
    assert "문제" in refused.text
    await until_health(world, 200)
    reply = await minji.slash(CHAT, "highlight add", word="번개")
    assert "번개" in reply.text
    assert (await numbers(world))["kkachi_loop_failures_total['database']"] == 1
    await until_told(world, "멈췄어요: 데이터베이스에 쓰기", "Over: writing into the database")


async def test_a_database_that_somebody_locks_is_seen_and_it_goes_on_afterwards(
    world: World,
) -> None:
    minji = world.discord.person("민지")
    async with locked(world):
        await until_health(world, 503)
    await until_health(world, 200)
    reply = await minji.slash(CHAT, "highlight add", word="번개")
    assert "번개" in reply.text


async def test_stopping_waits_for_no_loop_that_is_down(world: World) -> None:
    kill("database", *LOOPS)
    await until_health(world, 503)
    async with asyncio.timeout(8):
        await world.stop_bot()
