"""What only several processes on one PostgreSQL can show."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from random import Random

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.kakao import KakaoApp, KakaoClient, open_http
from bot.services.accounts.links import Links
from bot.services.highlights.filters import Filter
from sandbox.demo.people import add_people
from sandbox.kakao import LocalKakao
from storage import schema
from storage.database import Database, open_database
from storage.deliveries import Chat, DeliveryStore, NewDelivery
from storage.images import ImageStore, UploadedImage
from storage.links import Link, LinkStore
from storage.partings import PartingStore
from storage.reactions import Choice, NewSend, Noted, ReactionStore
from storage.rule_hits import RuleHitStore, count_hit
from storage.rules import RuleStore
from storage.tables import metadata
from tests.support.outbox import CARD, NOON, VAULT, Clock
from tests.support.postgres import EMPTY, Cluster

DAY = 24 * 3600.0
MEMBERS = 48


@dataclass
class Process:
    """One of two who share nothing but the database."""

    database: Database
    store: LinkStore
    links: Links


@dataclass
class Pair:
    """Two processes, their Kakao and their clock."""

    one: Process
    other: Process
    kakao: LocalKakao
    clock: Clock


@pytest.fixture
async def pair(postgresql: str) -> AsyncIterator[Pair]:
    clock = Clock()
    kakao = LocalKakao(add_people, now=clock, random=Random(1))
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(kakao.serve())
        http = await stack.enter_async_context(open_http())
        key, secret = kakao.app.rest_api_key, kakao.app.client_secret
        client = KakaoClient(http, KakaoApp(key, secret, "https://kkachi", kakao.url, kakao.url))

        async def process() -> Process:
            database = await stack.enter_async_context(open_database(postgresql))
            store = LinkStore(database, VAULT)
            return Process(database, store, Links(store, client, now=clock))

        yield Pair(await process(), await process(), kakao, clock)


def link_of(pair: Pair, member_id: int, name: str) -> Link:
    account = pair.kakao.accounts.get(name) or pair.kakao.add_account(name)
    pair.kakao.connect(account, {"talk_message"})
    grant = pair.kakao.open_grant(account, frozenset({"talk_message"}))
    return Link(
        member_id=member_id,
        kakao_id=account.id,
        nickname=name,
        scopes=frozenset({"talk_message"}),
        access_token=pair.kakao.issue_access_token(grant),
        access_expires_at=pair.clock() + 3600,
        refresh_token=grant.refresh_token,
        refresh_expires_at=pair.clock() + 60 * DAY,
        locale="ko",
        linked_at=pair.clock(),
    )


async def test_the_migrations_make_exactly_the_tables(pair: Pair) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        return list(compare_metadata(context, metadata))

    found = await pair.one.database.read(lambda connection: connection.run_sync(differences))
    assert found == []


async def test_two_processes_that_refresh_at_once_do_not_break_each_others_links(
    pair: Pair,
) -> None:
    for member_id in range(MEMBERS):
        await pair.one.store.put(link_of(pair, member_id, f"사람 {member_id}"))
    pair.clock.at += 31 * DAY
    asked = [
        process.links.fresh(member_id)
        for member_id in range(MEMBERS)
        for process in (pair.one, pair.other)
    ]
    links = await asyncio.gather(*asked)
    assert len({link.access_token for link in links}) == MEMBERS
    paths = [request.path for request in pair.kakao.requests]
    assert paths.count("/oauth/token") == MEMBERS


async def test_nothing_is_accepted_for_a_link_that_another_process_is_replacing(
    pair: Pair,
) -> None:
    outbox = DeliveryStore(pair.one.database)
    row = NewDelivery(1, Chat.ME, CARD)
    await pair.one.store.put(link_of(pair, 1, "민지"))
    for number in range(40):
        following = link_of(pair, 1, ("준호", "민지")[number % 2])
        accepting = [outbox.accept(f"{number}-{one}", [row], at=NOON) for one in range(3)]
        await asyncio.gather(*accepting, pair.other.store.put(following))
        queued = await pair.one.database.all(
            text("SELECT DISTINCT link_generation FROM deliveries WHERE state = 'queued'")
        )
        assert {one["link_generation"] for one in queued} <= {following.generation}


async def test_a_turn_is_one_at_a_time_over_both_processes(pair: Pair) -> None:
    entered: list[str] = []

    async def take(name: str, database: Database) -> None:
        async with database.turn("a turn"):
            entered.append(f"{name} in")
            await asyncio.sleep(0.01)
            entered.append(f"{name} out")

    databases = (pair.one.database, pair.other.database)
    await asyncio.gather(*(take(str(n), databases[n % 2]) for n in range(6)))
    assert len(entered) == 12
    assert all(one[:2] == two[:2] for one, two in zip(entered[::2], entered[1::2], strict=True))


async def test_what_waits_is_told_apart_by_what_it_waits_for(pair: Pair) -> None:
    await pair.one.store.put(link_of(pair, 1, "민지"))
    store = DeliveryStore(pair.one.database)
    for number in range(3):
        rows = [NewDelivery(1, Chat.ME, CARD)]
        await store.accept(f"forward {number}", rows, at=NOON + number)
    [first] = await store.of_forward("forward 0", 1)
    await store.postpone(first, chat=Chat.ME, until=NOON + 2, reason="unavailable")
    waiting = await store.waiting(1)
    assert {(one.first.reason, one.count) for one in waiting} == {("unavailable", 2), (None, 1)}


async def test_a_picture_and_a_parting_are_seen_to_by_one_process(pair: Pair) -> None:
    databases = (pair.one.database, pair.other.database)
    images = [ImageStore(database) for database in databases]
    await images[0].put("a", UploadedImage("https://k.example/a", 200, 200, NOON + DAY))
    await images[0].mark_unsent("a", NOON)
    taken = await asyncio.gather(*(store.take_unsent(NOON + 1) for store in images))
    assert [row is None for row in taken].count(True) == 1
    await images[1].put_back(next(filter(None, taken)))
    assert await images[0].find("a", NOON) is not None
    assert await images[1].take_unsent(NOON + 1) is None
    partings = [PartingStore(database, VAULT) for database in databases]
    number = await partings[0].add(7, next_try_at=NOON, expires_at=NOON + DAY)
    [due] = await partings[1].due(NOON, NOON + 1, 10)
    assert (due.id, due.kakao_id, due.tries) == (number, 7, 0)
    await partings[1].postpone(number, 1, NOON + 1)
    assert await partings[0].due(NOON, NOON + 1, 10) == []


async def test_a_reaction_that_both_processes_hear_sends_its_message_once(pair: Pair) -> None:
    await pair.one.store.put(link_of(pair, 1, "민지"))
    databases = (pair.one.database, pair.other.database)
    stores = [ReactionStore(database) for database in databases]
    outboxes = [DeliveryStore(database) for database in databases]
    row = NewDelivery(1, Chat.ME, CARD)
    await stores[0].choose(Choice(1, "🔖", "🔖", "ko", NOON))
    for number in range(10):
        new = NewSend(1, number, 7, 70, "🔖")
        heard = [one.note(new, most=20, at=NOON, expires_at=NOON + DAY) for one in stores * 2]
        noted = await asyncio.gather(*heard)
        assert noted.count(Noted.NEW) == 1
        sends = [(await one.due(NOON, 20))[0] for one in stores]
        accepting = [
            outbox.accept(f"{number}-{turn}", [row], at=NOON, claim=store.claim(send))
            for turn, (store, outbox, send) in enumerate(zip(stores, outboxes, sends, strict=True))
        ]
        took = await asyncio.gather(*accepting)
        assert sorted(one.name for one in took) == ["ACCEPTED", "TAKEN_BACK"]
        [cancelled] = await stores[1].withdraw(1, number, NOON)
        assert cancelled.state == "cancelled"
        assert await stores[0].find(1, number) is None
    told = await asyncio.gather(*(one.tell(1, "why", NOON, DAY) for one in stores * 3))
    assert told.count(True) == 1
    assert await stores[0].next_due() is None
    await stores[0].hasten(NOON, 1.0)
    assert await stores[0].take_ended(20) == []


async def test_a_filter_of_the_release_before_keeps_its_meaning_and_hits_are_counted(
    cluster: Cluster,
) -> None:
    async with cluster.database(EMPTY) as url:
        await _keeps_its_meaning(url)


async def _keeps_its_meaning(url: str) -> None:
    engine = create_async_engine(url)
    both = {"channels": [70], "categories": [], "members": [2], "roles": []}
    async with engine.begin() as connection:
        await connection.run_sync(schema.upgrade, "0024")
        row = {"filter": json.dumps({"only": both})}
        await connection.execute(text("INSERT INTO filters VALUES (1, 7, :filter)"), row)
    await engine.dispose()
    async with open_database(url) as database:
        kept = Filter.model_validate(await RuleStore(database).filter(1, 7))
        assert (kept.only_either, kept.only.members) == (True, (2,))
        for _ in range(2):
            await database.write(lambda connection: count_hit(connection, 1, [5, 6], NOON))
        assert await RuleHitStore(database).of_week(1, NOON) == {5: 2, 6: 2}


CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


async def test_what_is_read_and_whose_turn_it_is_survive_connections_that_were_cut(
    pair: Pair, postgresql: str
) -> None:
    one, other = pair.one.database, pair.other.database
    engine = create_async_engine(postgresql)
    for _ in range(2):
        assert len(await asyncio.gather(*(one.all(text("SELECT 1")) for _ in range(4)))) == 4
        async with one.turn("warm"), other.turn("warm too"):
            pass
        async with engine.connect() as connection:
            await connection.execute(text(CUT))
        assert await one.all(text("SELECT 1 AS one")) == [{"one": 1}]
        async with one.turn("a"), other.turn("b"):
            pass
        await one.change(text("DELETE FROM jumps"))
    await engine.dispose()


async def test_whoever_has_a_turn_when_connections_are_cut_ends_it_like_any_other(
    pair: Pair,
) -> None:
    one, other = pair.one.database, pair.other.database
    async with one.turn("a turn"):
        await other.read(lambda connection: connection.execute(text(CUT)))
    async with one.turn("a turn"), other.turn("another"):
        pass


async def test_a_change_is_saved_whose_connection_was_cut_before_it_came(pair: Pair) -> None:
    one, other = pair.one.database, pair.other.database
    await one.change(text("DELETE FROM jumps"))
    for change in (one.write, one.write_apart):
        await other.read(lambda connection: connection.execute(text(CUT)))
        await change(lambda connection: connection.execute(text("DELETE FROM jumps")))
