"""Alarms reach the operator's own address, in its form, also while Discord is away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.alarms import (
    FIRST_WAIT,
    LONGEST_WAIT,
    MOST_WAITING,
    AlarmPost,
    Away,
    Refused,
    Told,
    form_of,
    request_of,
)
from bot.services.alarms import Alarm, Alarms, LoopDown
from bot.services.operations.absence import PATIENCE, Absence
from tests.support.linking import texts
from tests.support.outbox import NOON, Clock
from tests.support.world import CHAT, open_world, until

SECRET = "a-secret-of-the-webhook"


class Mailbox:
    """What stands at ALERT_URL: takes what is posted, or refuses for a while."""

    def __init__(self) -> None:
        self.posted: list[dict[str, Any]] = []
        self.statuses: list[int] = []
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        status = self.statuses.pop(0) if self.statuses else 204
        if status == 204:
            self.posted.append(await request.json())
        return web.Response(status=status)


@asynccontextmanager
async def mailbox() -> AsyncIterator[Mailbox]:
    box = Mailbox()
    app = web.Application()
    app.router.add_post(f"/{SECRET}", box.take)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        box.url = f"http://127.0.0.1:{runner.addresses[0][1]}/{SECRET}"
        yield box
    finally:
        await runner.cleanup()


async def test_an_alarm_is_posted_and_its_end_too_while_discord_is_away(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with mailbox() as box, open_world(tmp_path, bot=False) as world:
        world.settings["ALERT_URL"] = box.url
        await world.start_bot()
        await world.link("민지")
        message = await world.discord.person("준호").say(CHAT, "모여요")
        async with world.discord.away():
            world.advance(PATIENCE + 60)
            await until(lambda: box.posted, 15)
            told = box.posted[0]
            assert (told["alarm"], told["state"]) == ("discord-away", "begins")
            assert "디스코드에 연결되지" in told["texts"]["ko"]
        await until(lambda: len(box.posted) == 2, 20)
        assert (box.posted[1]["alarm"], box.posted[1]["state"]) == ("discord-away", "over")
        assert str(message.id) not in str(box.posted)
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    ("url", "form"),
    [
        ("https://discord.com/api/webhooks/1/x", "discord"),
        ("https://discord.com/invite", "json"),
        ("https://hooks.slack.com/services/T/B/x", "slack"),
        ("https://ntfy.sh/topic", "ntfy"),
        ("https://ntfy.example.com/topic", "ntfy"),
        ("https://example.com/ntfy", "json"),
    ],
)
def test_the_form_follows_the_address_unless_it_is_named(url: str, form: str) -> None:
    assert form_of(url, "") == form
    assert form_of(url, "slack") == "slack"


def test_each_form_is_what_its_service_takes() -> None:
    told = Told("database", True, {"ko": "가득", "en": "full"}, NOON, "https://k.example")
    both = "가득\nfull"
    mute = {"content": both, "allowed_mentions": {"parse": []}}
    assert request_of("https://d/x", "discord", told) == ("https://d/x", mute)
    assert request_of("https://s/x", "slack", told) == ("https://s/x", {"text": both})
    where, body = request_of("https://ntfy.sh/my-topic", "ntfy", told)
    assert (where, body["topic"], body["message"]) == ("https://ntfy.sh/", "my-topic", both)
    where, body = request_of("https://j/x", "json", told)
    assert (body["alarm"], body["state"], body["at"]) == ("database", "begins", NOON)


async def posted_after(failures: list[Exception], *alarms: str) -> tuple[list[str], list[float]]:
    """Let these alarms be told to an address that fails so at first; return what came, and when."""
    came, waits = list[str](), list[float]()

    async def post(told: Told) -> None:
        if failures:
            raise failures.pop(0)
        came.append(told.name)

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    tellers = AlarmPost(post, texts(), "https://k.example", now=Clock(), sleep=sleep)
    for name in alarms:
        tellers.tell(LoopDown(name), True)
    running = asyncio.create_task(tellers.run())
    expected = min(len(alarms), MOST_WAITING) - sum(isinstance(one, Refused) for one in failures)
    await until(lambda: len(came) == expected)
    running.cancel()
    return came, waits


async def test_while_nobody_answers_there_it_asks_ever_more_seldom_and_loses_nothing() -> None:
    came, waits = await posted_after([Away("500")] * 12, "sender", "expiry")
    assert came == ["loop sender", "loop expiry"]
    assert waits[:3] == [FIRST_WAIT, 2 * FIRST_WAIT, 4 * FIRST_WAIT]
    assert waits[-1] == LONGEST_WAIT


async def test_what_is_refused_for_good_holds_up_no_other() -> None:
    assert await posted_after([Refused("404")], "sender", "expiry") == (["loop expiry"], [])


async def test_never_more_than_some_wait_and_the_newest_stay() -> None:
    came, _ = await posted_after([], *["expiry"] * MOST_WAITING, "sender", "tokens")
    assert (len(came), came[-2:]) == (MOST_WAITING, ["loop sender", "loop tokens"])


async def test_a_short_absence_is_no_alarm_and_a_long_one_is_one_until_it_is_over() -> None:
    clock, alarms, there = Clock(), Alarms(), [True]
    seen = list[bool]()

    async def sleep(_seconds: float) -> None:
        seen.append(Alarm.DISCORD_AWAY in alarms.active)
        there[0] = len(seen) not in {1, 2, 3}
        clock.at += PATIENCE / 2
        if len(seen) == 6:
            raise asyncio.CancelledError

    watch = Absence(Alarm.DISCORD_AWAY, alarms, lambda: there[0], now=clock, sleep=sleep)
    with pytest.raises(asyncio.CancelledError):
        await watch.run()
    assert seen == [False, False, True, True, False, False]
