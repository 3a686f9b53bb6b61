"""What members want to hear of in a server by itself, and whom they want to hear nothing of."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Text, bindparam, cast, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, rows_of
from storage.duties import ALL, Shards
from storage.reading import readable
from storage.rule_hits import forget_rules
from storage.tables import filters, rules

PAGE = 5000
# Discord counts the shard of a server from its id without the last bits.
SHARD_BITS = 22
EVERYWHERE = 0
"""Stands for all servers, where a rule has that of one."""
MOST_PLACES = 100
LONGEST_NAME = 40
DAY = 24 * 3600
# Most rules have the same few; whoever has others pays for reading them.
KNOWN_OPTIONS = 1000
COLUMNS = [
    *(column for column in rules.c if column is not rules.c.options),
    cast(rules.c.options, Text).label("options"),
]

WordMode = Literal["word", "exact", "anywhere"]


class RuleKind(StrEnum):
    """What a rule looks for."""

    WORD = "word"
    PATTERN = "pattern"
    MENTION = "mention"
    ROLE = "role"
    REPLY = "reply"
    REACTION = "reaction"
    ANY = "any"
    """Whatever is written where, or by whom, the rule says."""


class Places(BaseModel):
    """Channels, categories, members and roles, by their ids."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    channels: tuple[int, ...] = Field(default=(), max_length=MOST_PLACES)
    categories: tuple[int, ...] = Field(default=(), max_length=MOST_PLACES)
    members: tuple[int, ...] = Field(default=(), max_length=MOST_PLACES)
    roles: tuple[int, ...] = Field(default=(), max_length=MOST_PLACES)

    @property
    def is_empty(self) -> bool:
        """Whether it names nothing at all."""
        return not (self.channels or self.categories or self.members or self.roles)

    @property
    def has_rooms(self) -> bool:
        """Whether it names a channel or a category."""
        return bool(self.channels or self.categories)

    @property
    def has_people(self) -> bool:
        """Whether it names a member or a role."""
        return bool(self.members or self.roles)

    def holds_rooms(self, rooms: Collection[int | None]) -> bool:
        """Tell whether one of a message's channel, parent and category is among these."""
        return any(one in rooms for one in (*self.channels, *self.categories))


class RuleOptions(BaseModel):
    """What a rule has beyond what it looks for; `cooldown` in seconds.

    `mode` and `case_sensitive` are about words, `threshold` about reactions. With `only` it holds
    in one of these channels or categories, for what one of these members or roles has written.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    mode: WordMode = "word"
    case_sensitive: bool = False
    threshold: int = Field(default=1, ge=1)
    cooldown: int = Field(default=0, ge=0, le=DAY)
    name: str = Field(default="", max_length=LONGEST_NAME)
    only: Places = Places()
    paused: bool = False

    def changed(self, **values: object) -> Self:
        """Return options with other values, checked like any."""
        return self.model_validate(self.model_dump() | values)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a member; `text` is the word or pattern as it was typed.

    `guild_id` is `EVERYWHERE` for one that holds in all servers.
    """

    id: int
    member_id: int
    guild_id: int
    kind: RuleKind
    text: str
    created_at: float
    options: RuleOptions = field(default_factory=RuleOptions)

    @property
    def is_everywhere(self) -> bool:
        """Whether it holds in all servers."""
        return self.guild_id == EVERYWHERE


class RuleStore:
    """The tables `rules` and `filters`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, rule: Rule) -> Rule:
        """Keep a rule and return it with its number."""
        [row] = await self._database.change(insert(rules).values(_values(rule)).returning(*COLUMNS))
        return _read(row)

    async def change(self, rule: Rule) -> bool:
        """Keep a member's rule as it is now; False when there is none any more."""
        mine = (rules.c.id == rule.id) & (rules.c.member_id == rule.member_id)
        changed = update(rules).where(mine).values(_values(rule)).returning(rules.c.id)
        return bool(await self._database.change(changed))

    async def remove(self, member_id: int, rule_id: int) -> bool:
        """Forget a member's rule; False when there was none."""
        mine = (rules.c.id == rule_id) & (rules.c.member_id == member_id)

        async def erase(connection: AsyncConnection) -> bool:
            gone = await rows_of(connection, delete(rules).where(mine).returning(rules.c.id))
            await forget_rules(connection, [row["id"] for row in gone])
            return bool(gone)

        return await self._database.write(erase)

    async def of_member(self, member_id: int, *guild_ids: int) -> list[Rule]:
        """Return a member's rules, all of them or those of some servers, the oldest first."""
        query = select(*COLUMNS).where(rules.c.member_id == member_id)
        if guild_ids:
            query = query.where(rules.c.guild_id.in_(guild_ids))
        return readable("rules", await self._database.all(query.order_by(rules.c.id)), _read)

    async def all(self, shards: Shards = ALL) -> AsyncIterator[Rule]:
        """Yield everybody's rules that hold in servers of these shards."""
        after = 0
        page = (
            select(*COLUMNS).where(rules.c.id > bindparam("after")).order_by(rules.c.id).limit(PAGE)
        )
        if not shards.are_all:
            shard = (rules.c.guild_id // 2**SHARD_BITS) % shards.count
            here = shard.between(shards.first, shards.last)
            page = page.where(here | (rules.c.guild_id == EVERYWHERE))
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


def _values(rule: Rule) -> dict[str, Any]:
    values = {name: getattr(rule, name) for name in Rule.__slots__ if name != "id"}
    return values | {"options": rule.options.model_dump(mode="json", exclude_defaults=True)}


def _read(row: dict[str, Any]) -> Rule:
    if not isinstance(row["text"], str):
        raise TypeError("no rule of this release")
    return Rule(
        row["id"],
        row["member_id"],
        row["guild_id"],
        RuleKind(row["kind"]),
        row["text"],
        row["created_at"],
        _options(row["options"]),
    )


@lru_cache(maxsize=KNOWN_OPTIONS)
def _options(written: str) -> RuleOptions:
    return RuleOptions.model_validate_json(written)
