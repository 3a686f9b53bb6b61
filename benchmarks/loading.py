"""How long 100,000 rules take at the start: from their rows to a matcher that looks for them.

The floor is to read the same rows and do nothing with them.
"""

import random
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import insert, select

from benchmarks.matching import SEED, some_rules
from benchmarks.measure import Side, compare
from bot.services.highlights.matching.matcher import Matcher
from bot.services.highlights.rule_index import RuleIndex
from storage.database import Database, open_database
from storage.rules import Rule, RuleStore
from storage.tables import rules


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    rules: int = 100_000
    rounds: int = 5


FULL, BRIEF = Size(), Size(rules=100, rounds=1)


def _row(rule: Rule) -> dict[str, object]:
    values = {name: getattr(rule, name) for name in Rule.__slots__ if name != "id"}
    return values | {"options": rule.options.model_dump(mode="json", exclude_defaults=True)}


async def _fill(database: Database, count: int) -> None:
    rows = [_row(rule) for rule in some_rules(random.Random(SEED), count)]
    await database.write(lambda connection: connection.execute(insert(rules), rows))


async def main(size: Size) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data" / "kkachi.db"
        async with open_database(f"sqlite+aiosqlite:///{path}") as database:
            await _fill(database, size.rules)

            async def looked_for() -> int:
                await RuleIndex(RuleStore(database), Matcher()).load()
                return size.rules

            async def read() -> int:
                return len(await database.all(select(rules)))

            sides: dict[str, Side] = {"looked for": looked_for, "read into dicts": read}
            await compare(f"{size.rules:,} rules at the start", "rules", sides, size.rounds)
