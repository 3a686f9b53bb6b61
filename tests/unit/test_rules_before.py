"""Rules and filters that a release before kept find in this one what they found in that."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from bot.services.messages.models import Author, Seen
from storage import schema
from storage.rules import RuleKind, RuleOptions
from tests.support.outbox import MINJI
from tests.support.watching import GUILD, JUNHO, ROLE, ROOM, HighlightsWorld, open_tower

# The version of the tables before rules had places, people and names of their own.
BEFORE = "0024"
MARKET, HAJUN, BOT, HOOK = 75, 3, 5, 6
NOWHERE: dict[str, list[int]] = {"channels": [], "categories": [], "members": [], "roles": []}
# A filter as that release wrote it, whole.
KEPT: dict[str, Any] = {
    "ignore_words": [],
    "ignored": NOWHERE,
    "only": NOWHERE,
    "ignore_bots": True,
    "ignore_age_restricted": True,
    "active_delay": 0,
    "cooldown": 0,
    "context_lines": 0,
    "paused_from": None,
    "paused_until": None,
}
RULES = (
    ("word", "공지", "{}"),
    ("word", "art", '{"mode": "anywhere", "cooldown": 600}'),
    ("pattern", "번개 [0-9]+시", "{}"),
    ("mention", "", "{}"),
    ("role", "", "{}"),
    ("reply", "", "{}"),
    ("reaction", "", '{"threshold": 5}'),
)
WORD, INSIDE, PATTERN, MENTION, ANY_ROLE, REPLY, REACTION = range(1, 8)


@asynccontextmanager
async def upgraded(
    folder: Path, chosen: Mapping[str, Any] | None = None
) -> AsyncIterator[HighlightsWorld]:
    """Start this release where 민지 had these rules and this filter before."""
    (folder / "kkachi.db").unlink()  # the tables of today
    engine = create_engine(f"sqlite:///{folder / 'kkachi.db'}")
    rule = "INSERT INTO rules VALUES (:id, :member_id, :guild_id, :kind, :text, :options, 0.0)"
    mine = {"member_id": MINJI, "guild_id": GUILD}
    with engine.begin() as connection:
        schema.upgrade(connection, BEFORE)
        for number, (kind, words, options) in enumerate(RULES, 1):
            row = mine | {"id": number, "kind": kind, "text": words, "options": options}
            connection.execute(text(rule), row)
        if chosen is not None:
            row = mine | {"filter": json.dumps(KEPT | dict(chosen))}
            connection.execute(
                text("INSERT INTO filters VALUES (:member_id, :guild_id, :filter)"), row
            )
    engine.dispose()
    async with open_tower(folder) as tower:
        await tower.services.rules.index.load()
        yield tower


async def rules_of(tower: HighlightsWorld, seen: Seen) -> Sequence[int]:
    """Return which rules have found a message."""
    await tower.services.watch.see(seen)
    hit = await tower.services.watch.found(MINJI, seen)
    return hit.rule_ids if hit else ()


async def test_each_kind_of_rule_finds_what_it_found(tmp_path: Path) -> None:
    async with upgraded(tmp_path) as tower:
        tower.glass.role_ids[MINJI] = frozenset({ROLE})
        for about, rule_id in (
            ({"text": "공지입니다"}, WORD),
            ({"text": "START"}, INSIDE),
            ({"text": "번개 9시"}, PATTERN),
            ({"text": "저기", "mentions": frozenset({MINJI})}, MENTION),
            ({"text": "저기", "role_mentions": frozenset({ROLE})}, ANY_ROLE),
            ({"text": "저기", "reply_to": MINJI}, REPLY),
        ):
            assert await rules_of(tower, tower.message(**about)) == (rule_id,)
        for number, met in ((4, ()), (5, (REACTION,))):
            mine = tower.message("저기", author_id=MINJI)
            await tower.services.watch.react(mine, number)
            hit = await tower.services.watch.found(MINJI, mine)
            assert (hit.rule_ids if hit else ()) == met
        kept = await tower.services.rules.of(MINJI)
        assert [(one.kind, one.text) for one in kept] == [(RuleKind(k), t) for k, t, _ in RULES]
        assert kept[1].options == RuleOptions(mode="anywhere", cooldown=600)
        assert await tower.services.rules.hits(MINJI) == dict.fromkeys(range(1, 8), 1)


@pytest.mark.parametrize(
    ("only", "heard"),
    [
        ({"channels": [ROOM]}, [(ROOM, JUNHO), (ROOM, HAJUN)]),
        ({"members": [JUNHO]}, [(ROOM, JUNHO), (MARKET, JUNHO)]),
        # Either did, since nobody could ask for both.
        (
            {"channels": [ROOM], "members": [JUNHO]},
            [(ROOM, JUNHO), (ROOM, HAJUN), (MARKET, JUNHO)],
        ),
    ],
)
async def test_a_place_or_somebody_chosen_before_is_still_enough(
    tmp_path: Path, only: dict[str, list[int]], heard: list[tuple[int, int]]
) -> None:
    async with upgraded(tmp_path, {"only": NOWHERE | only}) as tower:
        said = [(room, author) for room in (ROOM, MARKET) for author in (JUNHO, HAJUN)]
        written = {one: tower.message(channel=one[0], author_id=one[1]) for one in said}
        assert [one for one in said if await tower.found(written[one])] == heard


@pytest.mark.parametrize(("ignore_bots", "heard"), [(True, []), (False, [BOT, HOOK])])
async def test_bots_and_webhooks_are_both_left_out_or_neither_as_before(
    tmp_path: Path, ignore_bots: bool, heard: list[int]
) -> None:
    async with upgraded(tmp_path, {"ignore_bots": ignore_bots}) as tower:
        robots = [
            Author(BOT, "봇", is_bot=True),
            Author(HOOK, "웹훅", is_bot=True, is_webhook=True),
        ]
        written = [tower.edit(tower.message(author_id=one.id), author=one) for one in robots]
        assert [one.author_id for one in written if await tower.found(one)] == heard
        news = replace(tower.message(), author=Author(9, "소식", is_followed=True))
        assert await tower.found(news)


async def test_what_was_ignored_before_still_is(tmp_path: Path) -> None:
    ignored = {"ignore_words": ["광고"], "ignored": NOWHERE | {"members": [HAJUN]}}
    async with upgraded(tmp_path, ignored) as tower:
        written = [
            tower.message(),
            tower.message("공지 광고예요"),
            tower.message(author_id=HAJUN),
        ]
        assert [await tower.found(one) for one in written] == [True, False, False]
