"""When Kakao answers nobody: nothing is spent on it, and all goes when it answers again."""

import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.services.alarms import Alarm
from bot.services.clock import DAY, HOUR
from sandbox.kakao import LocalKakao
from sandbox.kakao.trouble import Answerless
from storage.deliveries import DeliveryState
from tests.support.outbox import JUNHO, MINJI, World, card, open_outbox

HOWS: tuple[Answerless, ...] = ("page", "hang", "reset")
SENT, QUEUED, UNKNOWN = DeliveryState.SENT, DeliveryState.QUEUED, DeliveryState.UNKNOWN
# Seconds that Kakao has to answer: few, and enough on a busy machine.
READ = 0.2
SENDS = ("/v2/api/talk/memo", "/v1/api/talk/friends/message")


def generous(world: World) -> None:
    limits = world.kakao.switches
    limits.pair_per_day = limits.sender_per_day = limits.recipient_per_day = 10_000


@pytest.fixture
async def idle(tmp_path: Path) -> AsyncIterator[World]:
    """The world before the sender runs, where Kakao has a moment to answer."""
    async with open_outbox(tmp_path, read=READ) as world:
        generous(world)
        yield world


@pytest.fixture
async def world(idle: World) -> AsyncIterator[World]:
    async with idle.running():
        yield idle


async def states(world: World, member_id: int = MINJI) -> Counter[DeliveryState]:
    return Counter(row.state for row in await world.deliveries.last(member_id, 1000))


@pytest.mark.parametrize("how", HOWS)
async def test_a_minute_without_answers_loses_no_card_and_repeats_none_twice(
    world: World, how: Answerless
) -> None:
    world.kakao.fall_ill(how)
    for number in range(20):
        await world.to_me(card(f"{number}"))
        await world.pass_by(3)
    world.kakao.get_well()
    await world.pass_by(30)
    assert world.arrived() == {(f"{number}", "민지"): 1 for number in range(20)}
    assert await states(world) == {SENT: 20}


async def test_when_only_sends_are_ill_nothing_is_lost_either(world: World) -> None:
    for path in SENDS:
        world.kakao.fall_ill("page", path)
    for number in range(12):
        await world.to_me(card(f"{number}"))
        await world.pass_by(5)
    world.kakao.get_well()
    await world.pass_by(30)
    assert await states(world) == {SENT: 12}


async def test_when_all_arrives_but_every_answer_is_lost_each_card_comes_twice_at_most(
    world: World,
) -> None:
    world.kakao.lose_answers(10_000)
    for number in range(12):
        await world.to_me(card(f"{number}"))
        await world.to_friends("준호", "서연", card=card(f"{number}"))
        await world.pass_by(5)
    world.kakao.lose_answers(0)
    await world.pass_by(60)
    arrived = world.arrived()
    assert {arrived[f"{number}", "민지"] for number in range(12)} <= {1, 2}
    assert {arrived[f"{number}", name] for number in range(12) for name in ("준호", "서연")} == {1}


@pytest.mark.parametrize("how", HOWS)
async def test_a_silent_kakao_is_asked_now_and_then_and_not_by_every_send(
    world: World, how: Answerless
) -> None:
    world.kakao.fall_ill(how)
    for _ in range(60):
        await world.to_friends("준호")
        await world.pass_by(1, step=1)
    calls = len(world.kakao.requests)
    assert calls <= 3 + 8
    lost = (await states(world))[UNKNOWN]
    world.kakao.get_well()
    await world.pass_by(30)
    assert await states(world) == {UNKNOWN: lost, SENT: 60 - lost}
    assert lost <= 3
    assert world.readers() == ["준호"] * (60 - lost)


async def test_what_waits_says_so_and_spends_no_try(world: World) -> None:
    world.kakao.fall_ill("page")
    for _ in range(3):
        await world.to_me()
    await world.sender.rest()
    forward = await world.to_me(card("waits"))
    await world.sender.rest()
    [row] = await world.store.of_forward(forward, MINJI)
    assert (row.state, row.reason, row.tries) == (QUEUED, "unavailable", 0)
    assert row.next_try_at > world.clock()
    await world.pass_by(3 * HOUR, step=300)
    [row] = await world.store.of_forward(forward, MINJI)
    assert (row.state, row.reason, row.tries) == (QUEUED, "unavailable", 0)
    world.kakao.get_well()
    await world.pass_by(30)
    assert (await states(world)) == {SENT: 4}


async def test_a_member_who_waits_reads_why(world: World) -> None:
    world.kakao.fall_ill("page")
    for _ in range(3):
        await world.to_me()
    await world.sender.rest()
    await world.pass_by(32)
    [row] = await world.deliveries.send([world.row("준호")])
    assert (row.state, row.reason) == (QUEUED, "unavailable")


async def test_one_lost_answer_alone_is_repeated_only_when_kakao_answers(world: World) -> None:
    world.kakao.fall_ill("reset")
    await world.to_me()
    await world.pass_by(300)
    assert await states(world) == {QUEUED: 1}
    world.kakao.get_well()
    await world.pass_by(30)
    assert await states(world) == {SENT: 1}


async def test_a_repeat_waits_between_questions_while_others_were_just_answered(
    world: World,
) -> None:
    world.kakao.fall_ill("page", "/v2/api/talk")
    await world.to_me()
    await world.pass_by(12)
    await world.to_friends("준호")
    await world.pass_by(6)
    world.kakao.fall_ill("reset")
    world.kakao.requests.clear()
    await world.to_me()
    await world.pass_by(6, step=0.5)
    assert len(world.kakao.requests) <= 12
    world.kakao.get_well()
    await world.pass_by(30)
    assert world.arrived()["까치가 왔어요", "민지"] >= 1


async def test_a_new_process_holds_a_repeat_as_well(idle: World) -> None:
    async with idle.running():
        idle.kakao.lose_answers(1)
        await idle.to_me()
        await idle.sender.rest()
    idle.kakao.fall_ill("page")
    idle.begin_anew()
    async with idle.running():
        await idle.pass_by(60)
        assert await states(idle) == {QUEUED: 1}
        idle.kakao.get_well()
        await idle.pass_by(30)
        assert await states(idle) == {SENT: 1}
    assert idle.readers() == ["민지", "민지"]


async def test_a_refusal_shows_as_well_that_kakao_is_there(world: World) -> None:
    world.kakao.lose_answers(2)
    waiting = [await world.to_me(), await world.to_me()]
    await world.sender.rest()
    world.kakao.refuse(world.account("서연"))
    await world.to_friends("서연")
    await world.pass_by(30)
    assert {(await world.only(forward)).state for forward in waiting} == {SENT}
    assert -2 not in {request.code for request in world.kakao.requests}


async def test_after_a_minute_the_operator_is_told_and_again_when_it_is_over(
    world: World,
) -> None:
    world.kakao.fall_ill("page")
    for _ in range(3):
        await world.to_me()
    await world.pass_by(50)
    assert world.alarms.active == set()
    await world.pass_by(20)
    assert world.alarms.active == {Alarm.KAKAO_AWAY}
    world.kakao.get_well()
    await world.pass_by(30)
    assert world.alarms.active == set()


async def test_three_days_of_silence_end_what_waited_so_long(world: World) -> None:
    world.kakao.fall_ill("page")
    old = [await world.to_me() for _ in range(3)]
    await world.sender.rest()
    old.append(await world.to_me())
    await world.pass_by(3 * DAY + 2 * HOUR, step=HOUR)
    young = await world.to_me()
    await world.pass_by(2 * HOUR, step=HOUR)
    rows = [(await world.store.of_forward(forward, MINJI))[0] for forward in [*old, young]]
    assert rows[-1].state is QUEUED
    assert [row.state for row in rows[:-1]] == [UNKNOWN] * 3 + [DeliveryState.FAILED]


# When Kakao answers again

TROUBLES: dict[str, Callable[[LocalKakao], None]] = {
    "down": lambda kakao: kakao.down(True),
    "failing": lambda kakao: kakao.fail_next(10_000, code=-1),
    "page": lambda kakao: kakao.fall_ill("page"),
    "hang": lambda kakao: kakao.fall_ill("hang"),
}


@pytest.mark.parametrize(
    ("trouble", "seconds"), [*((trouble, 150) for trouble in TROUBLES), ("down", 1200)]
)
async def test_after_an_outage_what_waits_goes_within_seconds_and_not_all_at_once(
    world: World, trouble: str, seconds: int
) -> None:
    TROUBLES[trouble](world.kakao)
    for number in range(12):
        await world.to_me(card(f"{number}"))
    await world.pass_by(seconds, step=seconds / 30)
    world.kakao.down(False)
    world.kakao.failures.clear()
    world.kakao.get_well()
    ended = world.clock()
    await world.pass_by(30, step=0.5)
    assert await states(world) == {SENT: 12}
    at = Counter(message.at for message in world.kakao.outbox)
    assert max(at) - ended < 15 + 8 + 1
    assert max(at.values()) <= 6


async def until_sent(world: World, forward: str) -> None:
    """Wait for a send of 준호's, without letting the clock go on."""
    async with asyncio.timeout(20):
        while [row.state for row in await world.store.of_forward(forward, JUNHO)] != [SENT]:  # noqa: ASYNC110 - nobody sets an event for a test
            await asyncio.sleep(0.01)


async def test_one_members_trouble_holds_nobody_else(world: World) -> None:
    await world.link("준호", JUNHO)
    world.kakao.fall_ill("hang", account=world.account())
    for number in range(10):
        await world.to_me(card(f"hers {number}"))
        forward = await world.to_me(card(f"his {number}"), JUNHO)
        await world.pass_by(1, step=1)
        await until_sent(world, forward)


async def test_who_comes_when_only_one_member_fails_is_let_through_first(world: World) -> None:
    await world.link("준호", JUNHO)
    world.kakao.fall_ill("page", account=world.account())
    for number in range(10):
        await world.to_me(card(f"hers {number}"))
    await world.pass_by(60)
    await world.to_me(card("his"), JUNHO)
    await world.pass_by(16)
    assert await states(world, JUNHO) == {SENT: 1}


# Whatever happens

FAULTS: dict[str, Callable[[World], None]] = {
    "page": lambda world: world.kakao.fall_ill("page"),
    "reset": lambda world: world.kakao.fall_ill("reset"),
    "hang": lambda world: world.kakao.fall_ill("hang"),
    "sends are ill": lambda world: world.kakao.fall_ill("page", "/v2/api/talk"),
    "tokens are ill": lambda world: world.kakao.fall_ill("reset", "/oauth"),
    "hers is ill": lambda world: world.kakao.fall_ill("reset", account=world.account()),
    "well": lambda world: world.kakao.get_well(),
    "down": lambda world: world.kakao.down(True),
    "up": lambda world: world.kakao.down(False),
    "lost": lambda world: world.kakao.lose_answers(2),
    "failing": lambda world: world.kakao.fail_next(2, code=-1),
    "timed out": lambda world: world.kakao.fail_next(1, code=-603),
    "expired": lambda world: world.kakao.expire_access_tokens(world.account()),
}
A_KILL = "a kill"
FRIENDS = ("준호", "서연")


async def live(world: World, acts: list[tuple[str, float]]) -> dict[str, str]:
    """Let a member send to herself and to friends at each moment; returns the text of each."""
    texts: dict[str, str] = {}
    waiting = list(acts)
    while waiting:
        async with world.running():
            while waiting:
                fault, seconds = waiting.pop(0)
                if fault == A_KILL:
                    break
                FAULTS[fault](world)
                text = f"{len(waiting)}"
                texts[await world.to_me(card(text))] = text
                texts[await world.to_friends(*FRIENDS, card=card(text))] = text
                await world.pass_by(seconds, step=seconds / 3)
        await leave_off(world)
    return texts


async def leave_off(world: World) -> None:
    """Be killed with all that is due under way, and start anew."""
    now = world.clock()
    await world.leases.lease(now, now + 60, 100, lambda row: world.allowance.claims(row, now))
    world.begin_anew()


async def recover(world: World) -> None:
    """Let Kakao be well for as long as anything may wait."""
    world.kakao.get_well()
    world.kakao.down(False)
    world.kakao.lose_answers(0)
    world.kakao.failures.clear()
    async with world.running():
        await world.pass_by(60, step=5)
        await world.pass_by(2 * HOUR, step=600)


moments = st.tuples(st.sampled_from([*FAULTS, A_KILL]), st.sampled_from([0.3, 3.0, 30.0, 150.0]))


@settings(max_examples=20)
@given(st.lists(moments, min_size=1, max_size=8))
def test_whatever_kakao_does_nothing_comes_twice_to_friends_or_ends_nowhere(
    migrated: Path, acts: list[tuple[str, float]]
) -> None:
    async def run(folder: Path) -> None:
        async with open_outbox(folder, read=READ) as world:
            generous(world)
            texts = await live(world, acts)
            await recover(world)
            arrived = world.arrived()
            for row in await world.deliveries.last(MINJI, 1000):
                times = arrived[texts[row.forward_id], row.friend_name or "민지"]
                assert row.state in {SENT, UNKNOWN}
                assert (row.state is SENT) <= times <= 1 + (row.friend_name is None) * row.repeats

    with TemporaryDirectory(dir=migrated.parent) as name:
        shutil.copy(migrated, name)
        asyncio.run(run(Path(name)))
