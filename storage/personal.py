"""Everything that is held about one member, over all tables: to show it, and to erase it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.allowances import counts_of
from storage.database import Database
from storage.decisions import OF_MEMBERS
from storage.tables import (
    allowances,
    calendar_choices,
    calendar_events,
    changes,
    decisions,
    deliveries,
    departures,
    digest_items,
    digests,
    drafts,
    exclusions,
    filters,
    hits,
    jumps,
    link_requests,
    links,
    memberships,
    notices,
    number_cards,
    optouts,
    pending_links,
    presences,
    reaction_choices,
    reaction_sends,
    role_connections,
    rule_hits,
    rules,
    setting_changes,
    shares,
    subscriptions,
    verdicts,
    visibilities,
    waiting_webhooks,
    wishes,
)

# The tables whose rows belong to a member, in the order in which they can be erased.
OWN: tuple[Table, ...] = (
    *(links, pending_links, link_requests, role_connections, optouts, memberships, departures),
    *(rules, rule_hits, filters, subscriptions, wishes, hits, verdicts, digests),
    *(reaction_choices, reaction_sends),
    *(drafts, jumps, deliveries, shares, exclusions, visibilities, presences, notices),
    *(calendar_events, calendar_choices, waiting_webhooks),
)
# Where a member is only named: as whoever did something for a server, and beside the cards that
# must not become too many, whoever asks to be erased in between.
NAMED: Mapping[Table, str] = {setting_changes: "member_id", number_cards: "member_id"}
NOBODY = 0
SEALED = "(sealed, not shown)"


class PersonalStore:
    """Reads and erases by member."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self, member_id: int) -> dict[str, list[dict[str, Any]]]:
        """Return all rows about a member by table; of what is sealed only that it is there."""

        async def read(connection: AsyncConnection) -> dict[str, list[dict[str, Any]]]:
            found = {}
            for table in (*OWN, digest_items, allowances, decisions, changes, *NAMED):
                result = await connection.execute(select(table).where(_of(table, member_id)))
                found[table.name] = [_shown(dict(row)) for row in result.mappings()]
            return found

        return await self._database.read(read)

    async def erase(self, member_id: int) -> None:
        """Erase a member everywhere, in one transaction, and out of the log of transactions."""

        async def change(connection: AsyncConnection) -> None:
            for table in (digest_items, *OWN, allowances):
                await connection.execute(delete(table).where(_erased(table, member_id)))
            await connection.execute(
                update(hits).where(hits.c.author_id == member_id).values(author_id=None)
            )
            asked = update(presences).where(presences.c.asker_id == member_id)
            await connection.execute(asked.values(asker_id=NOBODY))
            for author in (digest_items.c.author_id, digest_items.c.origin_author_id):
                await connection.execute(
                    update(digest_items).where(author == member_id).values({author: None})
                )
            for table, column in NAMED.items():
                named = update(table).where(_of(table, member_id)).values({column: NOBODY})
                await connection.execute(named)
            # Last: all of this was a change too, of which other processes hear without a name.
            told = update(changes).where(changes.c.member_id == member_id)
            await connection.execute(told.values(member_id=None))

        await self._database.write(change)
        await self._database.scrub()


def _erased(table: Table, member_id: int) -> ColumnElement[bool]:
    if table is presences:  # whom they asked is not asked more often for that
        return presences.c.member_id == member_id
    if table is subscriptions:
        about = subscriptions.c.watched_id == member_id
        return or_(subscriptions.c.member_id == member_id, about)
    return _of(table, member_id)


def _of(table: Table, member_id: int) -> ColumnElement[bool]:
    if table is presences:
        return or_(presences.c.member_id == member_id, presences.c.asker_id == member_id)
    if table is digest_items:
        mine = select(digests.c.id).where(digests.c.member_id == member_id)
        return digest_items.c.digest_id.in_(mine)
    if table is allowances:
        return counts_of(member_id)
    if table is decisions:
        return decisions.c.kind.in_(OF_MEMBERS) & (decisions.c.subject_id == member_id)
    column: ColumnElement[Any] = table.c[NAMED.get(table, "member_id")]
    return column == member_id


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {name: SEALED if isinstance(value, bytes) else value for name, value in row.items()}
