"""What members want to hear of in a server by itself, and whom they want to hear nothing of."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, rows_of
from storage.reading import as_object, readable
from storage.rule_hits import forget_rules
from storage.tables import filters, rules

PAGE = 5000
WORD_MODES = ("word", "exact", "anywhere")


class RuleKind(StrEnum):
    """What a rule looks for."""

    WORD = "word"
    PATTERN = "pattern"
    MENTION = "mention"
    ROLE = "role"
    REPLY = "reply"
    REACTION = "reaction"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a member; `text` is the word or pattern as it was typed.

    Options: `mode` of a word, `threshold` of reactions, `cooldown` in seconds.
    """

    id: int
    member_id: int
    guild_id: int
    kind: RuleKind
    text: str
    created_at: float
    options: dict[str, Any] = field(default_factory=dict)


class RuleStore:
    """The tables `rules` and `filters`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, rule: Rule) -> Rule:
        """Keep a rule and return it with its number."""
        values = {name: getattr(rule, name) for name in Rule.__slots__ if name != "id"}
        [row] = await self._database.change(insert(rules).values(values).returning(rules))
        return _read(row)

    async def remove(self, member_id: int, rule_id: int) -> bool:
        """Forget a member's rule; False when there was none."""
        mine = (rules.c.id == rule_id) & (rules.c.member_id == member_id)

        async def erase(connection: AsyncConnection) -> bool:
            gone = await rows_of(connection, delete(rules).where(mine).returning(rules.c.id))
            await forget_rules(connection, [row["id"] for row in gone])
            return bool(gone)

        return await self._database.write(erase)

    async def of_member(self, member_id: int, guild_id: int | None = None) -> list[Rule]:
        """Return a member's rules, in one server or everywhere, the oldest first."""
        query = select(rules).where(rules.c.member_id == member_id)
        if guild_id is not None:
            query = query.where(rules.c.guild_id == guild_id)
        return readable("rules", await self._database.all(query.order_by(rules.c.id)), _read)

    async def all(self) -> AsyncIterator[Rule]:
        """Yield everybody's rules."""
        after = 0
        page = select(rules).where(rules.c.id > bindparam("after")).order_by(rules.c.id).limit(PAGE)
        while rows := await self._database.all(page, {"after": after}):
            for rule in readable("rules", rows, _read):
                yield rule
            after = rows[-1]["id"]

    async def filter(self, member_id: int, guild_id: int) -> dict[str, Any]:
        """Return what a member has set for all their rules in a server."""
        row = await self._database.first(select(filters).where(_of(filters, member_id, guild_id)))
        return row["filter"] if row else {}

    async def set_filter(self, member_id: int, guild_id: int, values: dict[str, Any]) -> None:
        """Keep what a member has set for all their rules in a server."""

        async def replace(connection: AsyncConnection) -> None:
            await connection.execute(delete(filters).where(_of(filters, member_id, guild_id)))
            row = {"member_id": member_id, "guild_id": guild_id, "filter": values}
            await connection.execute(insert(filters).values(row))

        await self._database.write(replace)

    async def all_filters(self) -> AsyncIterator[tuple[int, int, dict[str, Any]]]:
        """Yield everybody's filters with whose they are, and of which server."""
        for row in await self._database.all(select(filters)):
            yield row["member_id"], row["guild_id"], row["filter"]

    async def forget(self, *, member_id: int | None = None, guild_id: int | None = None) -> None:
        """Forget the rules and filters of a member, of a server, or of a member in a server."""

        async def erase(connection: AsyncConnection) -> None:
            gone = delete(rules).where(_of(rules, member_id, guild_id)).returning(rules.c.id)
            await forget_rules(connection, [row["id"] for row in await rows_of(connection, gone)])
            await connection.execute(delete(filters).where(_of(filters, member_id, guild_id)))

        await self._database.write(erase)


def _of(table: Any, member_id: int | None, guild_id: int | None) -> ColumnElement[bool]:  # noqa: ANN401 - a Table, whose columns mypy does not know
    wanted: Sequence[tuple[str, int | None]] = (("member_id", member_id), ("guild_id", guild_id))
    parts = [table.c[name] == value for name, value in wanted if value is not None]
    if not parts:
        raise ValueError("whose?")
    first, *others = parts
    for part in others:
        first &= part
    found: ColumnElement[bool] = first
    return found


def _read(row: dict[str, Any]) -> Rule:
    options = as_object(row["options"])
    if options.get("mode", WORD_MODES[0]) not in WORD_MODES or not isinstance(row["text"], str):
        raise ValueError("no rule of this release")
    numbers = {name: int(options[name]) for name in ("threshold", "cooldown") if name in options}
    return Rule(**row | {"kind": RuleKind(row["kind"]), "options": options | numbers})
