"""Watches what is written: finds whose rules it meets, asks the gates, and notes each hit once."""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from bot.logs import described
from bot.services.accounts.linked import LinkedMembers
from bot.services.cache import Bounded
from bot.services.clock import Clock
from bot.services.highlights.activity import Activity
from bot.services.highlights.cases import occasion_of
from bot.services.highlights.dispatcher import Dispatcher
from bot.services.highlights.edits import Edits
from bot.services.highlights.gaps import See
from bot.services.highlights.gates import Gates, Moment, Verdict
from bot.services.highlights.matching.matcher import Match
from bot.services.highlights.pattern_search import Late, PatternSearch
from bot.services.highlights.presence import Presence
from bot.services.highlights.replacements import GONE, Replacements
from bot.services.highlights.rules import Rules
from bot.services.highlights.verdicts import Fate, Verdicts
from bot.services.listeners import Listeners, guarded
from bot.services.locks import KeyedLocks
from bot.services.messages.events import ServerEvent
from bot.services.messages.models import Seen
from storage.database import StorageError
from storage.digests import DigestStore
from storage.hits import Hit, HitStore, Priority
from storage.reading import Unreadable
from storage.rules import RuleKind

logger = logging.getLogger(__name__)

ACTIVE = "active"
# How often judging a message fails for no known reason before its member is passed over.
MOST_FAILURES = 3
EVERYBODY = 0  # stands for all members, where a message fails as a whole
REMEMBERED = 1000
SIDE_BY_SIDE = 100  # members of one message who are judged for at once


class Watcher:
    """Takes what the Discord side has seen; keeps nothing of what was written."""

    def __init__(
        self,
        *,
        rules: Rules,
        patterns: PatternSearch,
        linked: LinkedMembers,
        gates: Gates,
        hits: HitStore,
        digests: DigestStore,
        activity: Activity,
        dispatcher: Dispatcher,
        verdicts: Verdicts,
        replacements: Replacements,
        presence: Presence,
        note_use: Callable[[int, int], Awaitable[None]],
        take: Callable[[Seen, See[Seen]], Awaitable[None]],
        now: Clock,
    ) -> None:
        self._rules = rules
        self._patterns = patterns
        self._linked = linked
        self._gates = gates
        self._hits = hits
        self._digests = digests
        self._activity = activity
        self._dispatcher = dispatcher
        self._verdicts = verdicts
        self._replacements = replacements
        self._presence = presence
        self._note_use = note_use
        self._take = take
        self._now = now
        self.on_matched: list[Callable[[float], None]] = []
        self._turns = KeyedLocks[int]()
        self._late = Listeners()
        # How often judging a message for a member has failed, by the ids of both.
        self._failures = Bounded[tuple[int, int], int](REMEMBERED)
        self._edits = Edits(now)

    # messages

    async def see(self, seen: Seen) -> None:
        """Look at a new message as it comes; one that cannot be judged is judged again later."""
        self._edits.note(seen)
        await self._take(seen, self.judge)

    async def edited(self, seen: Seen) -> None:
        """Look at a message whose words have changed; whoever was told of it hears no more."""
        if self._edits.is_change(seen):
            await self._take(seen, self.judge)

    async def judge(self, seen: Seen) -> bool:
        """Look at a message: whoever's rules it meets gets a hit if all gates let it pass.

        In each channel one after the other, as they were written; what is nothing to anybody waits
        for none. Returns whether that was possible for all members; else it has to be done again.
        """
        return await self._is_done(EVERYBODY, seen, self._judge(seen))

    async def react(self, seen: Seen, count: int) -> None:
        """Look at a message that has so many reactions now; its author may want to know.

        Raises StorageError when that is to be done again.
        """
        author_id = seen.author_id
        mine = await self._rules.holding(author_id, seen.guild_id)
        asked = self._reaction_rules(seen.guild_id, author_id)
        met = [
            Match(rule.id, author_id, rule.kind)
            for rule in mine
            if rule.id in asked
            and count >= rule.options.threshold
            and self._rules.index.matcher.admits(rule.id, seen)
        ]
        if met:
            # What happens is the reaction, whenever the message was written.
            seen = replace(seen, created_at=self._now())
            with suppress(Unreadable):
                await self._consider(author_id, seen, met)

    def asks_for_reactions(self, guild_id: int, author_id: int) -> bool:
        """Tell whether an author wants to hear of reactions to what they write."""
        return bool(self._reaction_rules(guild_id, author_id))

    def _reaction_rules(self, guild_id: int, author_id: int) -> Sequence[int]:
        return self._rules.index.matcher.own(guild_id, RuleKind.REACTION, author_id)

    async def deleted(self, message_ids: Sequence[int]) -> None:
        """Forget messages that are gone: they leave the queue and the pages behind digests.

        Those that a bot has replaced are followed.
        """
        gone = await self._replacements.gone(message_ids)
        await self._hits.drop_messages(gone, GONE)
        await self._digests.drop_messages(gone)

    async def happened(self, member_id: int, event: ServerEvent) -> bool:
        """Note an event for a member who subscribed to it; False when they know it already."""
        if event.says_more is not None:
            told = await self._hits.of_occasion(member_id, event.says_more)
            if told is not None and told.channel_id == event.channel_id:
                return False
        return await self._keep(_hit_of_event(member_id, event, self._now()))

    async def explain(self, member_id: int, seen: Seen) -> AsyncIterator[Verdict]:
        """Yield what each gate says to a message, in the order in which it would pass them."""
        mine = await self.matches(member_id, seen)
        case = await self._gates.rule_case(member_id, seen, _ids(mine), Moment.WHY)
        async for verdict in self._gates.verdicts(case, Moment.WHY):
            yield verdict

    async def matches(self, member_id: int, seen: Seen) -> list[Match]:
        """Return a member's own rules that a message meets, whether or not they have linked."""
        mine = [
            one for one in self._rules.index.matcher.matches(seen) if one.member_id == member_id
        ]
        return [*mine, *await self._patterns.of_member(member_id, seen)]

    async def found(self, member_id: int, seen: Seen) -> Hit | None:
        """Return a message as it was found for a member, if it was."""
        return await self._hits.of_occasion(member_id, occasion_of(seen))

    async def fate(self, member_id: int, seen: Seen) -> Fate:
        """Return what has become of a message for a member."""
        return await self._verdicts.fate(member_id, occasion_of(seen))

    async def forget(self, member_id: int) -> None:
        """Forget where a member has written, and what failed for them."""
        self._activity.forget(member_id)
        self._patterns.forget(member_id)
        self._presence.forget(member_id)
        for key in [key for key in self._failures if key[0] == member_id]:
            del self._failures[key]

    # one member

    async def _matches(
        self, seen: Seen, words: Sequence[Match]
    ) -> tuple[Mapping[int, list[Match]], Sequence[Late]]:
        """Return what a message meets of those who have linked, and what is still to be sought."""
        patterns = await self._patterns.find(seen)
        found = _by_member(await self._of_present(seen, [*words, *patterns.matches]))
        linked = await self._linked.among(found)
        for member_id in found.keys() - linked:
            await self._verdicts.note(member_id, occasion_of(seen), "link")
        return {one: found[one] for one in found if one in linked}, patterns.late

    async def _of_present(self, seen: Seen, matches: Sequence[Match]) -> Sequence[Match]:
        """Return the matches without those of rules for all servers whose members are elsewhere."""
        matcher = self._rules.index.matcher
        far = {one.member_id for one in matches if matcher.is_everywhere(one)}
        if not far:
            return matches
        near = await self._presence.among(seen.guild_id, sorted(far))
        return [one for one in matches if one.member_id in near or not matcher.is_everywhere(one)]

    async def _judge_late(self, late: Late) -> None:
        """Judge a message for a member whose patterns had to wait."""
        matches = await self._patterns.find_late(late)
        if not matches:
            return
        judging = self._consider(late.member_id, late.seen, matches)
        if not await self._is_done(late.member_id, late.seen, judging):
            await self._take(late.seen, self.judge)

    async def _judge(self, seen: Seen) -> None:
        started = time.perf_counter()
        words = self._rules.index.matcher.matches(seen)
        took = time.perf_counter() - started
        for listener in self.on_matched:
            listener(took)
        if not words and self._may_be_left(seen):
            self._activity.note(seen.author_id, seen.source.channel_id, seen.created_at)
            return
        async with self._turns.of(seen.source.channel_id):
            await self._judge_in_turn(seen, words)

    def _may_be_left(self, seen: Seen) -> bool:
        """Tell whether a message that meets no words is nothing to anybody."""
        has_patterns = self._rules.index.matcher.patterns(seen.guild_id)
        return not has_patterns and seen.author_id not in self._rules.index.delayed

    async def _judge_in_turn(self, seen: Seen, words: Sequence[Match]) -> None:
        matches, late = await self._matches(seen, words)
        await self._note_activity(seen)
        turns = asyncio.Semaphore(SIDE_BY_SIDE)

        async def is_judged(member_id: int, mine: Sequence[Match]) -> bool:
            async with turns:
                return await self._is_done(member_id, seen, self._consider(member_id, seen, mine))

        if not all(await asyncio.gather(*(is_judged(*one) for one in matches.items()))):
            raise _NotForAll
        for one in late:
            self._late.spawn(guarded("a late search", self._judge_late(one)))

    async def _is_done(self, member_id: int, seen: Seen, judging: Awaitable[None]) -> bool:
        """Judge a message for a member; False when that must be done again."""
        try:
            await judging
        except Unreadable:  # it has been told; their rules find nothing
            return True
        except _NotForAll:
            return False
        except StorageError as error:
            logger.warning("a message is judged again, the database fails: %s", error)
            return False
        except Exception as error:  # noqa: BLE001 - the others have nothing to do with it
            is_over = self._has_failed((member_id, seen.source.message_id))
            what = "a member is passed over" if is_over else "a message is judged again"
            logger.error("%s: %s", what, described(error))  # noqa: TRY400 - its words may quote
            return is_over
        return True

    def _has_failed(self, key: tuple[int, int]) -> bool:
        """Count a failure that nobody foresaw, and tell whether trying again is given up."""
        failures = self._failures.pop(key, 0) + 1
        if failures >= MOST_FAILURES:
            return True
        self._failures[key] = failures
        return False

    async def _consider(self, member_id: int, seen: Seen, matches: Sequence[Match]) -> None:
        if self._replacements.is_told(member_id, seen):
            return
        case = await self._gates.rule_case(member_id, seen, _ids(matches), Moment.FOUND)
        gate = await self._gates.stopped_by(case, Moment.FOUND)
        if gate is None:
            if any(rule.is_everywhere for rule in case.rules):
                # Its admins may see who uses Kkachi there, and end it.
                await self._note_use(seen.guild_id, member_id)
            await self._keep(case.hit(self._now()))
            await self._replacements.note(member_id, seen)
        else:
            await self._verdicts.note(member_id, occasion_of(seen), gate)

    async def _keep(self, hit: Hit) -> bool:
        new = await self._hits.add(hit)
        self._dispatcher.wake(hit.member_id)
        return new

    async def _note_activity(self, seen: Seen) -> None:
        """Remember who wrote where; what waits to see whether they are there is dropped."""
        key = seen.author_id, seen.source.channel_id
        self._activity.note(*key, seen.created_at)
        if self._rules.index.matcher.has_everywhere(seen.author_id):
            self._presence.note(seen.guild_id, seen.author_id)
        if seen.author_id in self._rules.index.delayed:
            with suppress(StorageError):
                await self._hits.drop_in_channel(*key, due_after=self._now(), reason=ACTIVE)


class _NotForAll(Exception):
    """A message could not be judged for every member."""


def _by_member(matches: Sequence[Match]) -> Mapping[int, list[Match]]:
    found: defaultdict[int, list[Match]] = defaultdict(list)
    for match in matches:
        found[match.member_id].append(match)
    return found


def _ids(matches: Iterable[Match]) -> frozenset[int]:
    return frozenset(match.rule_id for match in matches)


def _hit_of_event(member_id: int, event: ServerEvent, now: float) -> Hit:
    """Return an event as a hit; with a message its newest text is carried, else the facts."""
    facts = event.facts.model_dump(mode="json", exclude_defaults=True)
    return Hit(
        member_id=member_id,
        occasion=event.key,
        kind=event.kind,
        priority=Priority.EVENT,
        guild_id=event.guild_id,
        channel_id=event.channel_id,
        message_id=event.message_id,
        facts=facts if event.message_id is None else None,
        found_at=now,
        due_at=now,
    )
