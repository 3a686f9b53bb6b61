"""Every gate when something is found, and again when that goes out: what changed in between."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.errors import DiscordAway, NotLinked
from bot.services.highlights.gates import GATES
from bot.services.messages.models import Seen
from bot.services.servers.policy import Policy
from storage.hits import Hit, HitState, HitStore, Priority
from storage.rules import RuleKind
from tests.support.outbox import MINJI
from tests.support.watching import (
    CATEGORY,
    GUILD,
    JUNHO,
    ROLE,
    ROOM,
    FakeReader,
    HighlightsWorld,
    open_tower,
)

# Whether each gate is asked when something is found, and again when that goes out.
ASKED = {
    "matched": (True, True),
    "subscribed": (False, True),
    "own-message": (True, False),
    "paused": (True, True),
    "bot": (True, True),
    "age-restricted": (True, True),
    "ignored": (True, True),
    "only": (True, True),
    "ignore-words": (True, True),
    "opted-out": (True, True),
    "presence": (True, True),
    "server": (True, True),
    "visible": (True, True),
    "cooled-down": (True, False),
    "active": (True, False),
    "quiet": (False, False),
    "allowance": (False, False),
    "consent": (False, False),
    "link": (True, False),
}
HOUR = 3600.0

Change = Callable[[HighlightsWorld], Awaitable[object]]


async def nothing(_: HighlightsWorld) -> None:
    """Change nothing."""


@dataclass(frozen=True)
class Scene:
    """A gate that stands open for a message, until something changes."""

    gate: str
    shut: Change
    about: Mapping[str, Any] = field(default_factory=dict)
    open: Change = nothing

    def message(self, tower: HighlightsWorld) -> Seen:
        return tower.message("공지: 광고입니다", **self.about)


def chooses(**values: object) -> Change:
    """A member changes what holds for all their rules."""
    return lambda tower: tower.filter(**values)


def decides(**values: object) -> Change:
    """An admin changes the settings."""
    return lambda tower: tower.admin(**values)


async def remove_rules(tower: HighlightsWorld) -> None:
    for rule in await tower.services.rules.of(MINJI):
        await tower.services.rules.remove(MINJI, rule.id)


async def look_for_a_role(tower: HighlightsWorld) -> None:
    await remove_rules(tower)
    await tower.rule("", RuleKind.ROLE)
    tower.glass.role_ids[MINJI] = frozenset({ROLE})


async def take_the_role(tower: HighlightsWorld) -> None:
    tower.glass.role_ids[MINJI] = frozenset()


async def want_a_role(tower: HighlightsWorld) -> None:
    tower.glass.role_ids[MINJI] = frozenset({ROLE})
    await tower.admin(rule_roles=frozenset({ROLE}))


async def hide(tower: HighlightsWorld) -> None:
    tower.glass.hidden.add(ROOM)


async def find_another(tower: HighlightsWorld) -> None:
    assert await tower.found(tower.message())
    await tower.filter(cooldown=600)


async def write_there(tower: HighlightsWorld) -> None:
    await tower.filter(active_delay=300)
    await tower.services.watch.see(tower.message("저 왔어요", author_id=MINJI))


async def give_the_author_a_role(tower: HighlightsWorld) -> None:
    tower.glass.role_ids[JUNHO] = frozenset({ROLE})


async def take_the_authors_role(tower: HighlightsWorld) -> None:
    tower.glass.role_ids[JUNHO] = frozenset()


async def listen_to_a_role(tower: HighlightsWorld) -> None:
    await give_the_author_a_role(tower)
    await tower.filter(only={"roles": (ROLE,)})


SCENES = [
    Scene("matched", remove_rules),
    Scene("matched", take_the_role, {"role_mentions": frozenset({ROLE})}, look_for_a_role),
    Scene("paused", lambda tower: tower.filter(paused_until=tower.clock() + HOUR)),
    Scene("bot", chooses(ignore_bots=True), {"is_bot": True}, chooses(ignore_bots=False)),
    Scene(
        "age-restricted",
        chooses(ignore_age_restricted=True),
        {"age_restricted": True},
        chooses(ignore_age_restricted=False),
    ),
    Scene("ignored", chooses(ignored={"members": (JUNHO,)})),
    Scene("ignored", chooses(ignored={"channels": (ROOM,)})),
    Scene("ignored", chooses(ignored={"categories": (CATEGORY,)})),
    Scene("ignored", give_the_author_a_role, open=chooses(ignored={"roles": (ROLE,)})),
    Scene("only", chooses(only={"channels": (99,)})),
    Scene("only", chooses(only={"members": (99,)})),
    Scene("only", take_the_authors_role, open=listen_to_a_role),
    Scene("ignore-words", lambda tower: tower.services.rules.ignore(MINJI, GUILD, "광고", on=True)),
    Scene("opted-out", lambda tower: tower.services.optouts.set(JUNHO, on=True)),
    Scene("server", decides(off=frozenset({"highlight"}))),
    Scene("server", decides(never=frozenset({CATEGORY}))),
    Scene("server", decides(only=frozenset({99}))),
    Scene("server", decides(rule_roles=frozenset({ROLE}))),
    Scene("server", take_the_role, open=want_a_role),
    Scene("visible", hide),
    Scene("cooled-down", find_another),
    Scene("active", write_there),
]


@pytest.fixture
async def tower(tmp_path: Path) -> AsyncIterator[HighlightsWorld]:
    async with open_tower(tmp_path) as tower:
        await tower.rule()
        yield tower


def test_every_gate_is_asked_when_it_should_be() -> None:
    assert {one.name: (one.when_found, one.when_sent) for one in GATES} == ASKED


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.gate)
async def test_a_shut_gate_lets_nothing_be_found(tower: HighlightsWorld, scene: Scene) -> None:
    await scene.open(tower)
    await scene.shut(tower)
    seen = scene.message(tower)
    said = await tower.why(seen)
    assert [gate for gate, outcome in said.items() if outcome == "stop"] == [scene.gate]
    assert not await tower.found(seen)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.gate)
async def test_what_waits_is_judged_again_by_what_changed_meanwhile(
    tower: HighlightsWorld, scene: Scene
) -> None:
    await scene.open(tower)
    seen = scene.message(tower)
    assert await tower.found(seen)
    await scene.shut(tower)
    stopped = await tower.stopped(f"message:{seen.source.message_id}")
    assert stopped == (scene.gate if ASKED[scene.gate][1] else None)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.gate)
async def test_where_nothing_changed_meanwhile_it_goes_out(
    tower: HighlightsWorld, scene: Scene
) -> None:
    await scene.open(tower)
    seen = scene.message(tower)
    assert await tower.found(seen)
    assert await tower.stopped(f"message:{seen.source.message_id}") is None


async def test_nobody_becomes_the_author_of_what_waits(tower: HighlightsWorld) -> None:
    mine = tower.message(author_id=MINJI)
    assert (await tower.why(mine))["own-message"] == "stop"
    assert not await tower.found(mine)
    [rule] = await tower.services.rules.of(MINJI)
    await HitStore(tower.database).add(hit_of(mine, rule.id, tower.clock()))
    assert await tower.stopped(f"message:{mine.source.message_id}") is None


def hit_of(seen: Seen, rule_id: int, now: float) -> Hit:
    return Hit(
        member_id=MINJI,
        occasion=f"message:{seen.source.message_id}",
        kind="message",
        priority=Priority.WORD,
        guild_id=GUILD,
        channel_id=ROOM,
        message_id=seen.source.message_id,
        rule_ids=(rule_id,),
        found_at=now,
        due_at=now,
    )


async def test_without_a_link_what_waits_is_kept_and_nothing_is_found(
    tower: HighlightsWorld,
) -> None:
    seen = tower.message()
    assert await tower.found(seen)
    row = await tower.taken()
    await tower.database.change(text("DELETE FROM links"))
    with pytest.raises(NotLinked):
        await tower.services.digests.compose(row)
    hit = await tower.services.watch.found(MINJI, seen)
    assert hit is not None
    assert hit.state is HitState.TAKEN
    assert not await tower.found(tower.message())


@pytest.mark.parametrize("gate", ["quiet", "allowance", "consent"])
async def test_what_only_waits_is_found_and_dropped_for_nothing(
    tower: HighlightsWorld, gate: str
) -> None:
    await WAITING[gate](tower)
    seen = tower.message()
    assert {name for name, said in (await tower.why(seen)).items() if said != "pass"} == {gate}
    assert await tower.found(seen)
    assert await tower.stopped(f"message:{seen.source.message_id}") is None


async def be_silent(tower: HighlightsWorld) -> None:
    await tower.services.wishes.change(MINJI, dnd_until=tower.clock() + HOUR)


async def want_cards_later(tower: HighlightsWorld) -> None:
    await tower.services.wishes.change(MINJI, mode="at-hours", hours=(20,))


async def withdraw(tower: HighlightsWorld) -> None:
    link = await tower.services.links.get(MINJI)
    assert link is not None
    await tower.services.links.consented(link, {"profile_nickname"})


WAITING: Mapping[str, Change] = {
    "quiet": be_silent,
    "allowance": want_cards_later,
    "consent": withdraw,
}


async def test_a_rule_that_is_left_carries_what_another_found_too(tower: HighlightsWorld) -> None:
    other = await tower.rule("광고")
    seen = tower.message("공지: 광고입니다")
    assert await tower.found(seen)
    await tower.services.rules.remove(MINJI, other.id)
    assert await tower.stopped(f"message:{seen.source.message_id}") is None


async def test_what_names_no_rule_goes_out_for_none(tower: HighlightsWorld) -> None:
    seen = tower.message()
    hit = replace(hit_of(seen, 0, tower.clock()), rule_ids=())
    await HitStore(tower.database).add(hit)
    assert await tower.stopped(hit.occasion) == "matched"


async def test_a_message_that_was_edited_need_not_meet_its_rule_again(
    tower: HighlightsWorld,
) -> None:
    await look_for_a_role(tower)
    seen = tower.message("모여요", role_mentions=frozenset({ROLE}))
    assert await tower.found(seen)
    tower.edit(seen, text="모이지 마요", role_mentions=frozenset())
    assert await tower.stopped(f"message:{seen.source.message_id}") is None


async def test_a_word_that_was_edited_into_it_is_ignored_as_well(tower: HighlightsWorld) -> None:
    await tower.services.rules.ignore(MINJI, GUILD, "광고", on=True)
    seen = tower.message("공지")
    assert await tower.found(seen)
    tower.edit(seen, text="공지: 광고입니다")
    assert await tower.stopped(f"message:{seen.source.message_id}") == "ignore-words"


# While Discord cannot be asked


class Deaf(FakeReader):
    """Shows messages, but cannot say who may read what."""

    async def reads(self, member_id: int, guild_id: int, channel_id: int) -> bool:
        del member_id, guild_id, channel_id
        raise DiscordAway

    async def roles(
        self, member_id: int, guild_id: int, *, now: bool = False
    ) -> frozenset[int] | None:
        del member_id, guild_id, now
        raise DiscordAway


@pytest.mark.parametrize(
    ("gate", "change", "about"),
    [
        ("visible", nothing, {}),
        ("server", decides(rule_roles=frozenset({ROLE})), {}),
        ("ignored", chooses(ignored={"roles": (ROLE,)}), {}),
        ("only", chooses(only={"roles": (ROLE,)}), {}),
        ("visible", look_for_a_role, {"role_mentions": frozenset({ROLE})}),
    ],
)
async def test_a_gate_that_cannot_ask_keeps_what_is_found_and_holds_what_goes_out(
    tower: HighlightsWorld, gate: str, change: Change, about: dict[str, Any]
) -> None:
    await change(tower)
    seen = tower.message("공지", **about)
    deaf = Deaf(messages=tower.glass.messages)
    tower.services.sight.attach(deaf)
    verdicts = {one.gate: one async for one in tower.services.watch.explain(MINJI, seen)}
    assert (verdicts[gate].outcome, verdicts[gate].is_known) == ("wait", False)
    assert verdicts["paused"].is_known
    assert await tower.found(seen)
    with pytest.raises(DiscordAway):
        await tower.card()
    hit = await tower.services.watch.found(MINJI, seen)
    assert hit is not None
    assert hit.state is HitState.TAKEN


# What was said before


BOT = 4
AD = "광고 하나 할게요"


async def said_before(tower: HighlightsWorld, author_id: int = 3) -> str:
    """Return the card of a message that an advertisement stands before."""
    tower.message(AD, author_id=author_id, is_bot=author_id == BOT)
    await tower.filter(context_lines=1)
    assert await tower.found(tower.message())
    return str((await tower.card()).stored())


@pytest.mark.parametrize("author_id", [MINJI, JUNHO, 3, BOT])
async def test_what_was_said_before_is_carried_along_whoever_it_is_by(
    tower: HighlightsWorld, author_id: int
) -> None:
    await tower.filter(only={"members": (JUNHO,)})
    card = await said_before(tower, author_id)
    assert f"member {author_id}: 광고 하나" in card


@pytest.mark.parametrize(
    "change",
    [
        lambda tower: tower.services.optouts.set(3, on=True),
        chooses(ignored={"members": (3,)}),
        chooses(ignored={"roles": (ROLE,)}),
        lambda tower: tower.services.rules.ignore(MINJI, GUILD, "광고", on=True),
        decides(policy=Policy.LINK),
    ],
)
async def test_what_others_or_the_member_hold_back_is_not_carried_along(
    tower: HighlightsWorld, change: Change
) -> None:
    tower.glass.role_ids[3] = frozenset({ROLE})
    await change(tower)
    assert "member 3" not in await said_before(tower)


async def test_a_message_that_is_gone_is_dropped_as_gone(tower: HighlightsWorld) -> None:
    seen = tower.message()
    assert await tower.found(seen)
    del tower.glass.messages[seen.source]
    assert await tower.stopped(f"message:{seen.source.message_id}") == "gone"
