"""The gates one by one: what each lets pass, what it stops, and that the rest stay open."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import DiscordAway
from bot.services.messages.models import Seen
from storage.hits import HitStore, Priority
from storage.rules import RuleKind
from tests.support.outbox import MINJI
from tests.support.watching import (
    CATEGORY,
    GUILD,
    JUNHO,
    ROLE,
    ROOM,
    THREAD,
    HighlightsWorld,
    open_tower,
)

GATES = (
    *("matched", "own-message", "paused", "bot", "age-restricted", "ignored", "only"),
    *("ignore-words", "opted-out", "server", "visible", "cooled-down", "active"),
    *("quiet", "allowance", "consent", "link"),
)
MINUTE = 60.0


@pytest.fixture
async def tower(tmp_path: Path, database_url: str) -> AsyncIterator[HighlightsWorld]:
    async with open_tower(tmp_path, url=database_url) as tower:
        await tower.rule()
        yield tower


async def stopped_only_by(tower: HighlightsWorld, gate: str, seen: Seen) -> None:
    said = await tower.why(seen)
    assert {name for name, outcome in said.items() if outcome == "stop"} == {gate}
    assert not await tower.found(seen)


async def test_an_ordinary_message_passes_all_gates_in_their_order(tower: HighlightsWorld) -> None:
    seen = tower.message()
    said = await tower.why(seen)
    assert tuple(said) == GATES
    assert set(said.values()) == {"pass"}
    assert await tower.found(seen)


async def test_matched_wants_a_rule_that_the_text_meets(tower: HighlightsWorld) -> None:
    await stopped_only_by(tower, "matched", tower.message("아무 말"))


async def test_own_messages_are_not_told_but_reactions_to_them_are(tower: HighlightsWorld) -> None:
    mine = tower.message(author_id=MINJI)
    await stopped_only_by(tower, "own-message", mine)
    await tower.rule("", RuleKind.REACTION, threshold=3)
    await tower.services.watch.react(mine, 2)
    assert await tower.services.watch.found(MINJI, mine) is None
    await tower.services.watch.react(mine, 3)
    assert await tower.services.watch.found(MINJI, mine) is not None


async def test_a_pause_stops_until_it_is_over(tower: HighlightsWorld) -> None:
    await tower.filter(paused_until=tower.clock() + 10 * MINUTE)
    await stopped_only_by(tower, "paused", tower.message())
    tower.clock.at += 11 * MINUTE
    assert await tower.found(tower.message())


async def test_bots_are_ignored_unless_the_member_wants_them(tower: HighlightsWorld) -> None:
    await stopped_only_by(tower, "bot", tower.message(is_bot=True))
    await tower.filter(ignore_bots=False)
    assert await tower.found(tower.message(is_bot=True))


async def test_age_restricted_channels_are_ignored_unless_the_member_wants_them(
    tower: HighlightsWorld,
) -> None:
    await stopped_only_by(tower, "age-restricted", tower.message(age_restricted=True))
    await tower.filter(ignore_age_restricted=False)
    assert await tower.found(tower.message(age_restricted=True))


@pytest.mark.parametrize(
    "ignored",
    [
        {"channels": (ROOM,)},
        {"categories": (CATEGORY,)},
        {"members": (JUNHO,)},
        {"roles": (ROLE,)},
    ],
)
async def test_what_is_ignored_stops_and_as_only_it_is_all_that_passes(
    tower: HighlightsWorld, ignored: dict[str, tuple[int, ...]]
) -> None:
    roles = frozenset({ROLE})
    await tower.filter(ignored=ignored)
    await stopped_only_by(tower, "ignored", tower.message(author_role_ids=roles))
    await tower.filter(ignored={}, only=ignored)
    assert await tower.found(tower.message(author_role_ids=roles))
    elsewhere = tower.message(channel=99, category_id=98, author_id=97)
    await stopped_only_by(tower, "only", elsewhere)


async def test_the_channel_of_a_thread_counts_for_its_messages(tower: HighlightsWorld) -> None:
    await tower.filter(ignored={"channels": (ROOM,)})
    await stopped_only_by(tower, "ignored", tower.message(channel=THREAD, parent_id=ROOM))


async def test_ignored_words_are_found_like_any_words(tower: HighlightsWorld) -> None:
    await tower.services.rules.ignore(MINJI, GUILD, "광고", on=True)
    await stopped_only_by(tower, "ignore-words", tower.message("공지: 광고입니다"))
    assert await tower.found(tower.message("공지: 신광고등학교"))


async def test_who_opted_out_is_not_carried(tower: HighlightsWorld) -> None:
    await tower.services.optouts.set(JUNHO, on=True)
    await stopped_only_by(tower, "opted-out", tower.message())
    await tower.services.optouts.set(JUNHO, on=False)
    assert await tower.found(tower.message())


async def test_admins_switch_the_feature_and_places_off(tower: HighlightsWorld) -> None:
    await tower.admin(off=frozenset({"highlight"}))
    await stopped_only_by(tower, "server", tower.message())
    await tower.admin(off=frozenset(), never=frozenset({CATEGORY}))
    await stopped_only_by(tower, "server", tower.message())
    await tower.admin(never=frozenset(), only=frozenset({ROOM}))
    assert await tower.found(tower.message())
    await stopped_only_by(tower, "server", tower.message(channel=99))


async def test_admins_may_ask_for_a_role(tower: HighlightsWorld) -> None:
    await tower.admin(rule_roles=frozenset({ROLE}))
    await stopped_only_by(tower, "server", tower.message())
    tower.glass.role_ids[MINJI] = None
    await stopped_only_by(tower, "server", tower.message())
    tower.glass.role_ids[MINJI] = frozenset({ROLE})
    assert await tower.found(tower.message())


async def test_what_the_member_cannot_see_is_not_told(tower: HighlightsWorld) -> None:
    tower.glass.hidden.add(ROOM)
    await stopped_only_by(tower, "visible", tower.message())


async def test_while_discord_cannot_be_asked_what_is_found_waits_until_it_can(
    tower: HighlightsWorld,
) -> None:
    seen = tower.message()
    tower.services.sight.detach()
    assert (await tower.verdict(seen, "visible")).outcome == "wait"
    assert await tower.found(seen)
    with pytest.raises(DiscordAway):
        await tower.card()
    tower.services.sight.attach(tower.glass)
    tower.glass.hidden.add(ROOM)
    await stopped_only_by(tower, "visible", tower.message())


async def test_a_rule_cools_down_by_channel_and_counts_the_time_of_writing(
    tower: HighlightsWorld,
) -> None:
    await tower.filter(cooldown=600)
    assert await tower.found(tower.message())
    tower.clock.at += 5 * MINUTE
    again = tower.message()
    await stopped_only_by(tower, "cooled-down", again)
    assert await tower.found(tower.message(channel=99))
    tower.clock.at += 60 * MINUTE
    missed = replace(tower.message(), created_at=again.created_at)
    assert not await tower.found(missed)
    assert await tower.found(tower.message())


async def test_a_rule_of_its_own_cooldown_does_not_hold_back_another(
    tower: HighlightsWorld,
) -> None:
    await tower.rule("점심", cooldown=600)
    assert await tower.found(tower.message("점심"))
    assert not await tower.found(tower.message("점심"))
    assert await tower.found(tower.message("점심 공지"))


@pytest.mark.parametrize(("own", "of_all"), [(60, 600), (600, 60)])
async def test_a_rules_own_cooldown_counts_before_that_of_all_rules(
    tower: HighlightsWorld, own: int, of_all: int
) -> None:
    await tower.rule("점심", cooldown=own)
    await tower.filter(cooldown=of_all)
    assert await tower.found(tower.message("점심"))
    tower.clock.at += own - 1
    await stopped_only_by(tower, "cooled-down", tower.message("점심"))
    tower.clock.at += 1
    assert await tower.found(tower.message("점심"))


async def test_active_waits_and_stops_when_the_member_writes_there(tower: HighlightsWorld) -> None:
    await tower.filter(active_delay=300)
    seen = tower.message()
    assert (await tower.verdict(seen, "active")).until == tower.clock() + 300
    assert await tower.found(seen)
    await tower.services.watch.see(tower.message("저 왔어요", author_id=MINJI))
    hit = await tower.services.watch.found(MINJI, seen)
    assert hit is not None
    assert (hit.state, hit.reason) == ("dropped", "active")
    await stopped_only_by(tower, "active", tower.message())
    tower.clock.at += 301
    assert await tower.found(tower.message())


async def test_active_goes_by_when_both_were_written_however_late_that_is_judged(
    tower: HighlightsWorld,
) -> None:
    await tower.filter(active_delay=300)
    mine, soon = tower.message("저 여기요", author_id=MINJI), tower.message()
    tower.clock.at += 2000
    later = tower.message()
    await tower.services.watch.see(mine)
    await stopped_only_by(tower, "active", soon)
    assert await tower.found(later)


async def test_who_edits_an_old_message_was_there_when_they_last_wrote(
    tower: HighlightsWorld,
) -> None:
    await tower.filter(active_delay=300)
    old = tower.message("저 여기요", author_id=MINJI)
    tower.clock.at += 2000
    await tower.services.watch.see(tower.message("아직요", author_id=MINJI))
    await tower.services.watch.see(old)
    await stopped_only_by(tower, "active", tower.message())


async def test_quiet_hours_and_do_not_disturb_wait(tower: HighlightsWorld) -> None:
    wishes = tower.services.wishes
    await wishes.change(MINJI, dnd_until=tower.clock() + 2 * 3600)
    verdict = await tower.verdict(tower.message(), "quiet")
    assert (verdict.outcome, verdict.until) == ("wait", tower.clock() + 2 * 3600)
    await wishes.change(MINJI, dnd_until=None, quiet_from=9 * 60, quiet_to=21 * 60)
    verdict = await tower.verdict(tower.message(), "quiet")
    assert (verdict.outcome, verdict.until) == ("wait", tower.clock() + 9 * 3600)


async def test_a_member_without_a_link_gets_no_hits_and_is_told_why(tower: HighlightsWorld) -> None:
    await tower.services.links.unlink(MINJI)
    seen = tower.message()
    assert (await tower.why(seen))["link"] == "stop"
    assert not await tower.found(seen)


async def test_a_message_is_a_hit_once_and_keeps_the_best_reason(tower: HighlightsWorld) -> None:
    await tower.rule("", RuleKind.MENTION)
    seen = tower.message()
    assert await tower.found(seen)
    await tower.services.watch.see(replace(seen, mentions=frozenset({MINJI})))
    [hit] = await HitStore(tower.database).waiting(MINJI)
    assert hit.priority is Priority.MENTION
    assert len(hit.rule_ids) == 2


async def test_a_role_rule_counts_only_for_roles_that_the_member_has(
    tower: HighlightsWorld,
) -> None:
    await tower.rule("", RuleKind.ROLE)
    called = tower.message("다들 모여요", role_mentions=frozenset({ROLE}))
    assert not await tower.found(called)
    tower.glass.role_ids[MINJI] = frozenset({ROLE})
    assert await tower.found(called)
