"""Lets what leads to a message lead to the one that a bot has put in its place."""

from collections.abc import Collection, Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, rows_of
from storage.hits import CHUNK, MESSAGE, HitState
from storage.tables import deliveries, digest_items, drafts, hits, jumps

# These belong to a member, by whom they are found; nothing else of theirs is looked through.
OWN = (jumps, drafts, deliveries)


class ReplacementStore:
    """Changes the tables that name a message."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def replace(
        self, old: int, new: int, author_id: int, member_ids: Collection[int], reason: str
    ) -> None:
        """Let all that these members have of a message be of the new one, by its true author.

        What was dropped for this reason waits again. Whoever knows the new one hears no more.
        """
        members = sorted(member_ids)

        async def change(connection: AsyncConnection) -> None:
            for start in range(0, len(members), CHUNK):
                some = members[start : start + CHUNK]
                await _replace_hits(connection, (old, new), author_id, some, reason)
                for table in OWN:
                    mine = table.c.member_id.in_(some) & (table.c.message_id == old)
                    await connection.execute(update(table).where(mine).values(message_id=new))
            lines = update(digest_items).where(digest_items.c.message_id == old)
            await connection.execute(lines.values(message_id=new))

        await self._database.write(change)


async def _replace_hits(
    connection: AsyncConnection,
    messages: tuple[int, int],
    author_id: int,
    member_ids: Sequence[int],
    reason: str,
) -> None:
    former, occasion = (f"{MESSAGE}:{one}" for one in messages)
    mine = hits.c.member_id.in_(member_ids)
    known = await rows_of(
        connection, select(hits.c.member_id).where(mine, hits.c.occasion == occasion)
    )
    told = [row["member_id"] for row in known]
    twice = hits.c.member_id.in_(told) & (hits.c.occasion == former)
    await connection.execute(delete(hits).where(twice))
    moved = update(hits).where(mine, hits.c.occasion == former)
    await connection.execute(
        moved.values(occasion=occasion, message_id=messages[1], author_id=author_id)
    )
    dropped = (hits.c.state == HitState.DROPPED) & (hits.c.reason == reason)
    again = update(hits).where(mine, hits.c.occasion == occasion, dropped)
    await connection.execute(again.values(state=HitState.WAITING, reason=None, forward_id=None))
