"""What becomes of a card when Kakao does not clearly say yes or no, or time runs short."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.kakao import Message
from bot.services.deliveries.attempt import LONGEST_LEASE, RECORDING_SECONDS
from storage.deliveries import DeliveryState
from tests.support.outbox import MINJI, World, open_outbox


@pytest.fixture
async def idle(tmp_path: Path) -> AsyncIterator[World]:
    """민지 has linked her account, and no sender runs yet."""
    async with open_outbox(tmp_path) as world:
        yield world


async def test_of_a_friend_whom_the_answer_leaves_out_nobody_knows(idle: World) -> None:
    idle.kakao.leave_out(idle.account("서연"))
    async with idle.running():
        forward = await idle.to_friends("준호", "서연")
        assert await idle.named(forward) == {"준호": ("sent", None), "서연": ("unknown", "lost")}
        idle.let_pass(3600)
        await idle.sender.rest()
        assert await idle.deliveries.repeat(forward, MINJI) == []
    assert sorted(idle.readers()) == ["서연", "준호"]


@pytest.mark.parametrize("code", [-402, -101, -401, -2])
async def test_what_kakao_says_of_a_friend_is_never_taken_for_the_senders(
    idle: World, code: int
) -> None:
    before = await idle.links.get(MINJI)
    idle.kakao.refuse_with(idle.account("서연"), code)
    async with idle.running():
        forward = await idle.to_friends("준호", "서연")
        assert await idle.named(forward) == {
            "준호": ("sent", None),
            "서연": ("failed", "not-friend"),
        }
    assert await idle.links.get(MINJI) == before
    assert idle.broken == []


@pytest.mark.parametrize(("left", "sends"), [(RECORDING_SECONDS, 0), (RECORDING_SECONDS + 1, 1)])
async def test_no_call_begins_that_could_not_be_recorded_in_time(
    idle: World, left: float, sends: int
) -> None:
    """Whoever finds the row after its lease takes the call for lost, and sends it once more."""
    leave(idle, left)
    async with idle.running():
        row = await idle.only(await idle.to_me())
    assert idle.sends() == sends
    assert row.state is (DeliveryState.SENT if sends else DeliveryState.QUEUED)


async def test_a_call_that_is_given_up_at_the_end_of_its_lease_may_have_arrived(
    idle: World,
) -> None:
    leave(idle, RECORDING_SECONDS + 0.2)
    idle.kakao.slow(2)
    async with idle.running():
        friend = await idle.only(await idle.to_friends("서연"))
        assert (friend.state, friend.reason) == (DeliveryState.UNKNOWN, "lost")
        mine = await idle.only(await idle.to_me())
        assert (mine.state, mine.reason, mine.repeats) == (DeliveryState.QUEUED, "lost", 1)
    assert idle.readers() == ["서연", "민지"]


def leave(world: World, seconds: float) -> None:
    """Let making the next card ready take so long that only this much of its lease is left."""

    async def prepare(message: Message, access_token: str | None) -> Message:
        del access_token
        world.clock.at += LONGEST_LEASE - seconds
        return message

    world.begin_anew(prepare=prepare)
