"""Watches what is written: finds whose rules it meets, asks the gates, and notes each hit once."""

import asyncio
import logging
import time
from collections import OrderedDict, defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from bot.errors import UserError
from bot.services.accounts.links import NEEDED, Links
from bot.services.clock import Clock
from bot.services.highlights.dispatcher import Dispatcher
from bot.services.highlights.gates import Case, Gates, Verdict
from bot.services.highlights.matching.matcher import Match
from bot.services.highlights.rules import Rules
from bot.services.highlights.schedule import Schedules
from bot.services.locks import KeyedLocks
from bot.services.messages.events import ServerEvent
from bot.services.messages.reader import ReaderSlot, Seen
from storage.database import StorageError
from storage.digests import DigestStore
from storage.hits import MESSAGE, Hit, HitStore, Priority
from storage.rules import RuleKind
from storage.watermarks import WatermarkStore

logger = logging.getLogger(__name__)

PRIORITIES: Mapping[RuleKind, Priority] = {
    RuleKind.MENTION: Priority.MENTION,
    RuleKind.ROLE: Priority.MENTION,
    RuleKind.REPLY: Priority.REPLY,
    RuleKind.WORD: Priority.WORD,
    RuleKind.PATTERN: Priority.WORD,
    RuleKind.REACTION: Priority.WORD,
}
LONGEST_GAP = 3600.0
DISCORD_EPOCH = 1_420_070_400.0
SAVE_EVERY = 5.0
# How many members' last words are remembered.
REMEMBERED = 20_000
ACTIVE = "active"


class Watcher:
    """Takes what the Discord side has seen; keeps nothing of what was written."""

    def __init__(
        self,
        *,
        rules: Rules,
        gates: Gates,
        hits: HitStore,
        digests: DigestStore,
        watermarks: WatermarkStore,
        links: Links,
        wishes: Schedules,
        dispatcher: Dispatcher,
        sight: ReaderSlot,
        now: Clock,
    ) -> None:
        self._rules = rules
        self._gates = gates
        self._hits = hits
        self._digests = digests
        self._watermarks = watermarks
        self._links = links
        self._wishes = wishes
        self._dispatcher = dispatcher
        self._sight = sight
        self._now = now
        self.on_matched: list[Callable[[float], None]] = []
        self._spoke: OrderedDict[tuple[int, int], float] = OrderedDict()
        self._heard: dict[int, int] = {}
        self._turns = KeyedLocks[int]()
        # Servers of which something may have been missed.
        self._behind: set[int] = set()

    # messages

    async def see(self, seen: Seen) -> None:
        """Look at a new message: whoever's rules it meets gets a hit if all gates let it pass.

        In each server one after the other, as they were written.
        """
        async with self._turns.of(seen.guild_id):
            started = time.perf_counter()
            matches = self._rules.matcher.matches(seen)
            took = time.perf_counter() - started
            for listener in self.on_matched:
                listener(took)
            await self._note_activity(seen)
            for member_id, mine in _by_member(matches).items():
                await self._consider(member_id, seen, mine)
            self._mark(seen)

    async def react(self, seen: Seen, count: int) -> None:
        """Look at a message that has so many reactions now; its author may want to know."""
        author_id = seen.author_id
        rule_id = self.reaction_rule(seen.guild_id, author_id)
        mine = await self._rules.of(author_id, seen.guild_id)
        rule = next((one for one in mine if one.id == rule_id), None)
        if rule is not None and count >= int(rule.options.get("threshold", 1)):
            # What happens is the reaction, whenever the message was written.
            seen = replace(seen, created_at=self._now())
            await self._consider(author_id, seen, [Match(rule.id, author_id, rule.kind)])

    def reaction_rule(self, guild_id: int, author_id: int) -> int | None:
        """Return the author's rule about reactions to what they write, if they have one."""
        return self._rules.matcher.watchers(guild_id, RuleKind.REACTION).get(author_id)

    async def deleted(self, message_ids: Sequence[int]) -> None:
        """Forget messages that are gone: they leave the queue and the pages behind digests."""
        await self._hits.drop_messages(message_ids, "gone")
        await self._digests.drop_messages(message_ids)

    async def happened(self, member_id: int, event: ServerEvent) -> bool:
        """Note an event for a member who subscribed to it; False when they know it already."""
        if not await self._is_linked(member_id):
            return False
        return await self._keep(_hit_of_event(member_id, event, self._now()))

    def missed(self) -> list[int]:
        """Note that nobody listened for a while; return the servers to catch up with.

        What is written from now on does not move the marks from where to look.
        """
        self._behind |= set(self._rules.matcher.guilds())
        return sorted(self._behind)

    async def catch_up(self, guild_id: int) -> int:
        """Look at what was written while nobody listened, an hour back at most; return how much."""
        looked = 0
        try:
            await self._save()
            mark = await self._watermarks.get(guild_id)
            if mark is not None:
                after = max(mark, first_id_at(self._now() - LONGEST_GAP))
                async for seen in self._sight.reader.history(guild_id, after):
                    await self.see(seen)
                    looked += 1
        finally:
            self._behind.discard(guild_id)
        if looked:
            logger.info("server %d: %d missed messages were looked at", guild_id, looked)
        return looked

    async def run(self) -> None:
        """Keep up to where each server was heard, until cancelled."""
        try:
            while True:
                await asyncio.sleep(SAVE_EVERY)
                await self._save()
        finally:
            await asyncio.shield(self._save())

    async def explain(self, member_id: int, seen: Seen) -> AsyncIterator[Verdict]:
        """Yield what each gate says to a message, in the order in which it would pass them."""
        matches = [one for one in self._rules.matcher.matches(seen) if one.member_id == member_id]
        case = await self._case(member_id, seen, matches)
        async for verdict in self._gates.verdicts(case):
            yield verdict
        yield self._active(case)
        async for verdict in self._of_day(member_id, seen, matches):
            yield verdict

    async def found(self, member_id: int, seen: Seen) -> Hit | None:
        """Return what a message has become for a member, if it was found."""
        return await self._hits.of_occasion(member_id, _occasion(seen))

    async def forget(self, member_id: int) -> None:
        """Forget where a member has written."""
        for key in [key for key in self._spoke if key[0] == member_id]:
            del self._spoke[key]

    # one member

    async def _consider(self, member_id: int, seen: Seen, matches: Sequence[Match]) -> None:
        try:
            case = await self._case(member_id, seen, matches)
            if not case.rules or await self._gates.stopped_by(case) is not None:
                return
            if self._active(case).outcome == "stop" or not await self._is_linked(member_id):
                return
            await self._keep(_hit(case, self._now()))
        except UserError as error:
            # What cannot be known counts as not allowed.
            logger.info("a hit is let go, %s", type(error).__name__)
        except StorageError as error:
            logger.warning("a hit is lost, the database fails: %s", error)

    async def _case(self, member_id: int, seen: Seen, matches: Sequence[Match]) -> Case:
        wanted = {match.rule_id for match in matches}
        mine = await self._rules.of(member_id, seen.guild_id) if wanted else []
        rules = [rule for rule in mine if rule.id in wanted]
        if any(rule.kind is RuleKind.ROLE for rule in rules):
            roles = await self._sight.reader.roles(member_id, seen.guild_id) or frozenset()
            is_meant = not roles.isdisjoint(seen.role_mentions)
            rules = [rule for rule in rules if is_meant or rule.kind is not RuleKind.ROLE]
        chosen = await self._rules.filter(member_id, seen.guild_id)
        return Case(member_id, seen, rules, chosen)

    async def _keep(self, hit: Hit) -> bool:
        new = await self._hits.add(hit)
        self._dispatcher.wake(hit.member_id)
        return new

    async def _is_linked(self, member_id: int) -> bool:
        return await self._links.get(member_id) is not None

    # being active oneself

    async def _note_activity(self, seen: Seen) -> None:
        """Remember who wrote where; what waits to see whether they are there is dropped."""
        key = seen.author_id, seen.source.channel_id
        self._spoke[key] = self._now()
        self._spoke.move_to_end(key)
        if len(self._spoke) > REMEMBERED:
            self._spoke.popitem(last=False)
        if seen.author_id in self._rules.delayed:
            with suppress(StorageError):
                await self._hits.drop_in_channel(*key, due_after=self._now(), reason=ACTIVE)

    def _active(self, case: Case) -> Verdict:
        delay = case.filter.active_delay
        if not delay:
            return Verdict(ACTIVE)
        spoke = self._spoke.get((case.member_id, case.seen.source.channel_id))
        if spoke is not None and spoke + delay > self._now():
            return Verdict(ACTIVE, "stop")
        return Verdict(ACTIVE, "wait", until=self._now() + delay)

    # the day

    async def _of_day(
        self, member_id: int, seen: Seen, matches: Sequence[Match]
    ) -> AsyncIterator[Verdict]:
        now = self._now()
        silent_until = (await self._wishes.of(member_id)).silent_until(now)
        silent = silent_until > now
        yield Verdict("quiet", "wait" if silent else "pass", until=silent_until if silent else None)
        case = Case(member_id, seen, (), await self._rules.filter(member_id, seen.guild_id))
        # Whether the member is there was asked before.
        hit = replace(_hit(case, now, _best(matches)), due_at=now)
        planned = await self._dispatcher.preview(member_id, hit)
        waits = not planned.now and not silent
        yield Verdict("allowance", "wait" if waits else "pass", planned.next_at if waits else None)
        link = await self._links.get(member_id)
        agreed = link is not None and link.scopes >= NEEDED
        yield Verdict("consent", "pass" if agreed or link is None else "wait")
        sound = link is not None and link.broken_at is None
        yield Verdict("link", "pass" if sound else ("stop" if link is None else "wait"))

    # up to where each server was heard

    def _mark(self, seen: Seen) -> None:
        if seen.guild_id not in self._behind:
            last = self._heard.get(seen.guild_id, 0)
            self._heard[seen.guild_id] = max(last, seen.source.message_id)

    async def _save(self) -> None:
        heard, self._heard = self._heard, {}
        if not heard:
            return
        try:
            await self._watermarks.put(heard)
        except StorageError as error:
            self._heard = heard | self._heard
            logger.warning("watermarks are not kept: %s", error)


def first_id_at(at: float) -> int:
    """Return the smallest id that Discord gives to anything made at this time."""
    return int((at - DISCORD_EPOCH) * 1000) << 22


def _by_member(matches: Sequence[Match]) -> Mapping[int, list[Match]]:
    found: defaultdict[int, list[Match]] = defaultdict(list)
    for match in matches:
        found[match.member_id].append(match)
    return found


def _best(matches: Sequence[Match]) -> Priority:
    return min((PRIORITIES[match.kind] for match in matches), default=Priority.WORD)


def _occasion(seen: Seen) -> str:
    return f"{MESSAGE}:{seen.source.message_id}"


def _hit(case: Case, now: float, priority: Priority | None = None) -> Hit:
    seen = case.seen
    best = min((PRIORITIES[rule.kind] for rule in case.rules), default=Priority.WORD)
    return Hit(
        member_id=case.member_id,
        occasion=_occasion(seen),
        kind=MESSAGE,
        priority=best if priority is None else priority,
        guild_id=seen.guild_id,
        channel_id=seen.source.channel_id,
        message_id=seen.source.message_id,
        rule_ids=tuple(rule.id for rule in case.rules),
        found_at=min(now, seen.created_at),
        due_at=now + case.filter.active_delay,
    )


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
