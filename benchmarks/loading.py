"""How long 100,000 rules take at the start: from their rows to a matcher that looks for them.

The floor is to read the same rows and do nothing with them.
"""

import random
import tempfile
from pathlib import Path

from sqlalchemy import insert, select

from benchmarks.matching import RULES, SEED, some_rules
from benchmarks.measure import Side, compare
from bot.services.highlights.matching.matcher import Matcher
from bot.services.highlights.rule_index import RuleIndex
from storage.database import Database, open_database
from storage.rules import Rule, RuleStore
from storage.tables import rules


def _row(rule: Rule) -> dict[str, object]:
    values = {name: getattr(rule, name) for name in Rule.__slots__ if name != "id"}
    return values | {"options": rule.options.model_dump(mode="json", exclude_defaults=True)}


async def _fill(database: Database) -> None:
    rows = [_row(rule) for rule in some_rules(random.Random(SEED))]
    await database.write(lambda connection: connection.execute(insert(rules), rows))


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data" / "kkachi.db"
        async with open_database(f"sqlite+aiosqlite:///{path}") as database:
            await _fill(database)

            async def looked_for() -> int:
                await RuleIndex(RuleStore(database), Matcher()).load()
                return RULES

            async def read() -> int:
                return len(await database.all(select(rules)))

            sides: dict[str, Side] = {"looked for": looked_for, "read into dicts": read}
            await compare(f"{RULES:,} rules at the start", "rules", sides)
