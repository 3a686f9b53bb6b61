"""How fast sends are accepted for good: Kkachi's outbox against a commit for each row.

Both write the rows that a forward of one card to "Me" makes, with the link looked up before. As
many callers as there are each wait until theirs is committed, and then come again.
"""

import asyncio
import json
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import aiosqlite

from benchmarks.card import CARD
from benchmarks.measure import Side, compare
from storage.database import PRAGMAS, open_database
from storage.deliveries import Chat, DeliveryStore, NewDelivery, new_rows
from storage.links import Link, LinkStore
from storage.vault import Vault

GENERATION = "SELECT generation FROM links WHERE member_id = ?"


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    rows: int = 1_000
    callers: tuple[int, ...] = (1, 50)
    rounds: int = 5


FULL, BRIEF = Size(), Size(rows=4, callers=(1, 2), rounds=1)


def _link(member_id: int) -> Link:
    return Link(
        member_id=member_id,
        kakao_id=member_id,
        nickname="민지",
        scopes=frozenset({"talk_message"}),
        access_token="access",  # noqa: S106 - of nobody
        access_expires_at=1.0,
        refresh_token="refresh",  # noqa: S106 - of nobody
        refresh_expires_at=1.0,
        locale="ko",
        linked_at=0.0,
    )


def _side(accept: Callable[[int, str], Awaitable[None]], callers: int, rows: int) -> Side:
    async def caller(member_id: int, round_of: str) -> None:
        for number in range(rows // callers):
            await accept(member_id, f"{round_of}-{member_id}-{number}")

    async def run() -> int:
        round_of = str(asyncio.get_running_loop().time())
        await asyncio.gather(*(caller(member_id, round_of) for member_id in range(callers)))
        return rows

    return run


def _row(member_id: int) -> NewDelivery:
    return NewDelivery(member_id=member_id, chat=Chat.ME, card=CARD)


def _ours(store: DeliveryStore) -> Callable[[int, str], Awaitable[None]]:
    async def accept(member_id: int, forward_id: str) -> None:
        await store.accept(forward_id, [_row(member_id)], at=0.0)

    return accept


def _bare(connection: aiosqlite.Connection) -> Callable[[int, str], Awaitable[None]]:
    """One transaction at a time."""
    [sample] = new_rows("", [_row(0)], 0.0, "")
    columns, marks = ", ".join(sample), ", ".join("?" for _ in sample)
    statement = f"INSERT INTO deliveries ({columns}) VALUES ({marks})"  # noqa: S608 - our own names
    turn = asyncio.Lock()

    async def accept(member_id: int, forward_id: str) -> None:
        async with turn:
            async with connection.execute(GENERATION, (member_id,)) as found:
                [generation] = await found.fetchone() or [""]
            [row] = new_rows(forward_id, [_row(member_id)], 0.0, generation)
            values = (row | {"card": json.dumps(row["card"])}).values()
            await connection.execute(statement, tuple(values))
            await connection.commit()

    return accept


async def main(size: Size) -> None:
    """Compare both on files of their own, with the same pragmas."""
    vault = Vault([bytes(32)])
    with tempfile.TemporaryDirectory() as folder:
        ours, bare = (f"{Path(folder)}/{name}" for name in ("ours.db", "bare.db"))
        for path in (ours, bare):
            async with open_database(f"sqlite+aiosqlite:///{path}") as database:
                for member_id in range(max(size.callers)):
                    await LinkStore(database, vault).put(_link(member_id))
        async with (
            open_database(f"sqlite+aiosqlite:///{ours}") as database,
            aiosqlite.connect(bare) as connection,
        ):
            for pragma in PRAGMAS:
                await connection.execute(pragma)
            for callers in size.callers:
                await compare(
                    f"Sends accepted for good, {callers} at once",
                    "sends",
                    {
                        "Kkachi's outbox": _side(
                            _ours(DeliveryStore(database)), callers, size.rows
                        ),
                        "bare aiosqlite, a commit for each": _side(
                            _bare(connection), callers, size.rows
                        ),
                    },
                    size.rounds,
                )
