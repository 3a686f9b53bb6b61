"""What whoever runs Kkachi can see of it: numbers, lines, alarms."""

import asyncio
import gc
import json
import logging
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import tracing
from bot.logs import TEXT, ForgottenLog, JsonLines, TextLines
from tests.support.database import change
from tests.support.processes import start_process
from tests.support.telemetry import STAFF, numbers
from tests.support.world import CHAT, ROOT, World, open_world, until

MENU_ME = "Send to my KakaoTalk"
WORDS = "준호에게만 한 말"
TOKEN = "a-token-for-prometheus"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, bot=False) as world:
        world.settings["METRICS_TOKEN"] = TOKEN
        world.settings["ALERT_CHANNEL_ID"] = str(world.discord.guild.channel(STAFF).id)
        await world.start_bot()
        await world.link("민지")
        yield world
        assert world.discord.problems == []


async def test_prometheus_reads_sends_allowance_queue_and_gateway(world: World) -> None:
    minji, junho = world.discord.person("민지"), world.discord.person("준호")
    await minji.slash(CHAT, "highlight add", word="번개")
    message = await junho.say(CHAT, "모여요")
    await minji.menu(CHAT, MENU_ME, message)
    world.kakao.expire_access_tokens(world.kakao.account("민지"))
    await minji.menu(CHAT, MENU_ME, message)
    found = await numbers(world)
    assert found["kkachi_deliveries['0', 'sent']"] == 2
    assert found["kkachi_queue_depth[]"] == 0
    assert found["kkachi_links['sound']"] == 1
    assert found["kkachi_allowance_used[]"] == 2 + 1  # the number's card
    assert found["kkachi_allowance_limit[]"] == 30_000
    assert found["kkachi_gateway_up[]"] == 1
    assert found["kkachi_match_seconds_count[]"] >= 1
    assert found["kkachi_token_refreshes_total['ok']"] == 1
    assert not any("민지" in name or str(minji.id) in name for name in found)


async def test_metrics_are_for_this_machine_or_for_the_token(world: World) -> None:
    through_a_proxy = {"X-Forwarded-For": "203.0.113.9"}
    assert await numbers(world, **through_a_proxy) == {}
    assert await numbers(world, Authorization="Bearer wrong", **through_a_proxy) == {}
    assert await numbers(world, Authorization=f"Bearer {TOKEN}", **through_a_proxy)


async def test_metrics_are_read_behind_a_proxy_and_from_another_container(world: World) -> None:
    await world.stop_bot()
    world.settings["PUBLIC_URL"] = "https://kkachi.example"
    await world.start_bot()
    assert await numbers(world)
    assert await numbers(world, Host="kkachi:8080", Authorization=f"Bearer {TOKEN}")
    assert await numbers(world, Host="evil.example") == {}
    assert await numbers(world, Host="evil.example", Authorization="Bearer wrong") == {}


async def test_numbers_that_cannot_be_read_hide_no_others(world: World) -> None:
    await change(world, "ALTER TABLE hits RENAME TO away")
    found = await numbers(world)
    assert found["kkachi_gateway_up[]"] == 1
    assert found["kkachi_loop_up['sender']"] == 1
    assert "kkachi_hits_waiting[]" not in found


async def test_an_alarm_is_told_once_and_its_end_as_well(world: World) -> None:
    minji = world.discord.person("민지")
    room = world.discord.guild.channel(STAFF)
    message = await world.discord.person("준호").say(CHAT, "모여요")
    before = len(world.discord.world.messages(room))

    def told() -> list[str]:
        return [one.content for one in world.discord.world.messages(room)[before:]]

    world.kakao.spend(None, "app")
    for _ in range(2):
        await minji.menu(CHAT, MENU_ME, message)
    await until(told)
    assert "오늘 앱 전체가" in told()[0]
    assert "used up today's sends" in told()[0]
    assert (await numbers(world))["kkachi_alarm['app-spent']"] == 1
    world.advance(25 * 3600)
    await minji.menu(CHAT, MENU_ME, message)
    await until(lambda: len(told()) == 2)
    assert "해결됐어요" in told()[1]
    assert (await numbers(world))["kkachi_alarm['app-spent']"] == 0


async def test_json_lines_carry_the_forward_from_the_command_to_kakaos_answer(
    tmp_path: Path,
) -> None:
    async with open_world(tmp_path, bot=False) as world:
        world.settings["LOG_FORMAT"] = "json"
        process = await start_process(world.settings, tmp_path)
        await world.until_healthy()
        await world.link("민지")
        message = await world.discord.person("준호").say(CHAT, "아무도 모르게")
        await world.discord.person("민지").menu(CHAT, MENU_ME, message)
        process.terminate()
        _, printed = await asyncio.wait_for(process.communicate(), 10)
    lines = [json.loads(line) for line in printed.decode().splitlines()]
    forwards = {line["forward"]: line["logger"] for line in lines if "forward" in line}
    [forward] = forwards
    loggers = {line["logger"] for line in lines if line.get("forward") == forward}
    assert loggers == {"bot.services.deliveries.outbox", "bot.services.deliveries.sender"}
    assert "아무도 모르게" not in printed.decode()


def test_lines_for_people_end_with_the_forward() -> None:
    record = logging.LogRecord("bot", logging.INFO, "x", 1, "%d to send", (2,), None)
    token = tracing.forward.set("abc")
    try:
        assert TextLines(TEXT).format(record).endswith("bot: 2 to send [forward abc]")
        assert json.loads(JsonLines().format(record))["forward"] == "abc"
    finally:
        tracing.forward.reset(token)


def failing() -> None:
    raise ValueError(WORDS)


def test_lines_say_where_an_error_came_from_and_not_its_words() -> None:
    try:
        failing()
    except ValueError:
        record = logging.LogRecord("bot", logging.ERROR, "x", 1, "no", None, sys.exc_info())
    for formatter in (TextLines(TEXT), JsonLines()):
        line = formatter.format(record)
        assert "in failing" in line
        assert "ValueError" in line
        assert WORDS not in line
        record.exc_text = None


async def test_a_task_that_nobody_asked_is_logged_without_its_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    asyncio.get_running_loop().set_exception_handler(ForgottenLog())
    task = asyncio.create_task(asyncio.to_thread(failing))
    await asyncio.wait([task])
    del task
    gc.collect()
    assert "never retrieved: ValueError at journeys/test_telemetry.py:" in caplog.text
    assert WORDS not in caplog.text


async def test_a_lack_of_files_is_one_line_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    at, loop = [0.0], asyncio.get_running_loop()
    log = ForgottenLog(clock=lambda: at[0])
    lack = {"message": "socket.accept() out of system resource", "exception": OSError(24, "files")}
    for _ in range(100):
        log(loop, lack)
    assert len(caplog.records) == 1
    at[0] += 60
    log(loop, lack)
    assert caplog.records[-1].getMessage().endswith("OSError (and 99 more)")


def test_the_container_file_copies_what_stands_in_the_project() -> None:
    lines = (ROOT / "Containerfile").read_text().splitlines()
    copied = [line.split()[1:-1] for line in lines if line.startswith("COPY ")]
    names = [name for names in copied for name in names if not names[0].startswith("--")]
    assert {"bot", "cogs", "storage", "requirements.lock"} <= set(names)
    assert all((ROOT / name).exists() for name in names)
