"""The outbox's table where several processes share one database."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import text

from storage.allowances import Claim
from storage.database import Database, open_database
from storage.deliveries import Chat, Delivery, DeliveryState, DeliveryStore, NewDelivery
from storage.leases import LeaseStore, Outcome
from storage.links import LinkStore
from tests.unit.test_storage_links import LINK, VAULT

ME = NewDelivery(1, Chat.ME, {"text": "까치"})
FRIENDS = [
    NewDelivery(1, Chat.FRIEND, {"text": "까치"}, friend_uuid=uuid, friend_name=uuid)
    for uuid in ("a", "b", "c")
]


def nothing(_: Delivery) -> list[Claim]:
    """What sends use up where nobody counts."""
    return []


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The database of one process among several, in which member 1 is linked."""
    async with open_database(database_url, exclusive=False) as database:
        await LinkStore(database, VAULT).put(LINK)
        yield database


@pytest.fixture
def shared(database: Database) -> DeliveryStore:
    return DeliveryStore(database)


@pytest.fixture
def leases(database: Database) -> LeaseStore:
    return LeaseStore(database)


async def test_the_rows_of_a_forward_are_leased_together_those_due_longest_first(
    shared: DeliveryStore,
    leases: LeaseStore,
) -> None:
    await shared.accept("later", FRIENDS, at=20.0)
    await shared.accept("sooner", [ME], at=10.0)
    await shared.accept("tomorrow", [ME], at=99.0)
    leased = await leases.lease(50.0, 110.0, 5, nothing)
    assert [[row.forward_id for row in lease.rows] for lease in leased] == [
        ["sooner"],
        ["later"] * 3,
    ]
    assert {row.state for lease in leased for row in lease.rows} == {DeliveryState.SENDING}
    assert await shared.next_due() == 99.0


async def test_no_more_forwards_are_leased_than_can_be_sent(
    shared: DeliveryStore, leases: LeaseStore
) -> None:
    for number in range(4):
        await shared.accept(f"f{number}", FRIENDS, at=float(number))
    leased = await leases.lease(50.0, 110.0, 2, nothing)
    assert [lease.rows[0].forward_id for lease in leased] == ["f0", "f1"]


async def test_of_two_who_lease_at_once_each_row_goes_to_one(
    shared: DeliveryStore, leases: LeaseStore
) -> None:
    for number in range(10):
        await shared.accept(f"f{number}", FRIENDS, at=0.0)
    taken = await asyncio.gather(*(leases.lease(1.0, 61.0, 6, nothing) for _ in range(2)))
    ids = [row.id for leased in taken for lease in leased for row in lease.rows]
    assert len(ids) == len(set(ids)) == 30


async def test_a_living_lease_of_another_process_is_respected(
    shared: DeliveryStore, leases: LeaseStore
) -> None:
    await shared.accept("f", [ME], at=0.0)
    await leases.lease(0.0, 60.0, 1, nothing)
    assert await leases.recover(59.0) == []
    [row] = await leases.recover(60.0)
    assert (row.state, row.repeats, row.next_try_at) == (DeliveryState.QUEUED, 1, 60.0)


async def test_a_second_lost_lease_ends_in_doubt(shared: DeliveryStore, leases: LeaseStore) -> None:
    await shared.accept("f", [ME], at=0.0)
    for start in (0.0, 100.0):
        await leases.lease(start, start + 60, 1, nothing)
        await leases.recover(start + 60)
    [row] = await shared.of_forward("f", 1)
    assert (row.state, row.reason, row.finished_at) == (DeliveryState.UNKNOWN, "restart", 160.0)


async def test_a_result_that_comes_after_the_lease_was_taken_over_is_dropped(
    shared: DeliveryStore,
    leases: LeaseStore,
) -> None:
    await shared.accept("f", [ME], at=0.0)
    [lease] = await leases.lease(0.0, 60.0, 1, nothing)
    await leases.recover(60.0)
    await leases.lease(60.0, 120.0, 1, nothing)
    await leases.record([Outcome(lease.rows[0], DeliveryState.FAILED, 61.0, "unavailable")])
    [row] = await shared.of_forward("f", 1)
    assert (row.state, row.lease_until) == (DeliveryState.SENDING, 120.0)


async def test_what_holds_a_former_links_rows_up_does_not_hold_up_the_next_ones(
    database: Database, shared: DeliveryStore, leases: LeaseStore
) -> None:
    await shared.accept("former", [ME], at=0.0)
    [lease] = await leases.lease(0.0, 60.0, 1, nothing)
    await LinkStore(database, VAULT).put(replace(LINK, kakao_id=9, generation="next"))
    await shared.accept("next", [ME], at=1.0)
    former = lease.rows[0]
    assert await shared.park(former, reason="consent") == []
    assert await shared.postpone(former, chat=Chat.ME, until=99.0, reason="allowance-sender") == []
    [row] = await shared.postpone(None, chat=Chat.ME, until=99.0, reason="allowance-app")
    assert (row.forward_id, row.link_generation) == ("next", "next")


@pytest.mark.parametrize("state", [state for state in DeliveryState if state != "sending"])
async def test_what_is_handed_on_of_an_outcome_is_what_stands_in_the_table(
    shared: DeliveryStore, leases: LeaseStore, state: DeliveryState
) -> None:
    await shared.accept("f", FRIENDS, at=0.0)
    [lease] = await leases.lease(0.0, 60.0, 1, nothing, worker="w")
    full = Outcome(lease.rows[0], state, 5.0, "lost", -603, ("friends",), 7.0, 3, 1)
    outcomes = [full, *(Outcome(row, state, 6.0) for row in lease.rows[1:])]
    await leases.record(outcomes)
    assert [outcome.recorded for outcome in outcomes] == await shared.of_forward("f", 1)


async def test_many_who_accept_at_once_each_read_what_became_of_theirs(
    database: Database, shared: DeliveryStore
) -> None:
    await LinkStore(database, VAULT).put(replace(LINK, member_id=2, kakao_id=2))
    rows = [replace(ME, member_id=member_id) for member_id in (1, 2, 3)]
    accepted = await asyncio.gather(
        *(shared.accept(f"{row.member_id}", [row], at=0.0) for row in rows),
        shared.accept("drafted", [ME], at=0.0, draft_id="gone"),
        shared.accept("friends", FRIENDS, at=0.0),
    )
    assert [end.name for end in accepted] == [
        "ACCEPTED", "ACCEPTED", "NOT_LINKED", "DRAFT_GONE", "ACCEPTED",
    ]  # fmt: skip
    assert [row.forward_id for row in await shared.last(1, 9)] == ["friends"] * 3 + ["1"]
    assert [row.forward_id for row in await shared.last(2, 9)] == ["2"]


async def test_only_what_was_accepted_for_the_link_there_is_can_be_repeated(
    database: Database, shared: DeliveryStore, leases: LeaseStore
) -> None:
    await shared.accept("f", [ME], at=0.0)
    [lease] = await leases.lease(0.0, 60.0, 1, nothing)
    await leases.record([Outcome(lease.rows[0], DeliveryState.FAILED, 1.0, "operator")])
    ids = [row.id for row in lease.rows]
    await database.change(text("UPDATE links SET generation = 'another'"))
    assert await shared.requeue(ids, 2.0) == []
    await database.change(
        text("UPDATE links SET generation = :its").bindparams(its=LINK.generation)
    )
    assert [row.id for row in await shared.requeue(ids, 3.0)] == ids


async def test_what_nobody_comes_back_for_is_dropped_and_old_rows_go(
    shared: DeliveryStore,
) -> None:
    await shared.accept("f", FRIENDS, at=0.0)
    [row, *_] = await shared.of_forward("f", 1)
    await shared.park(row, reason="consent")
    await shared.drop_parked(before=1.0, at=5.0)
    rows = await shared.of_forward("f", 1)
    assert {(row.state, row.friend_name, row.card) for row in rows} == {
        (DeliveryState.CANCELLED, None, None)
    }
    await shared.purge(before=6.0)
    assert await shared.last(1, 5) == []
