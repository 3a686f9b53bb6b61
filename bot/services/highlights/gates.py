"""What a message must pass before it goes to a member by itself.

Each gate is one small question. The same gates are asked when something is found, once more before
it goes out, and for a member who wants to know why something did or did not arrive.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bot.errors import TextArgument
from bot.services.clock import Clock
from bot.services.highlights.matching.normalise import needle, normalise
from bot.services.highlights.matching.words import found
from bot.services.highlights.rules import Filter, Places
from bot.services.messages.events import FOR_ADMINS, NOTIFY_FEATURE, EventFacts
from bot.services.messages.reader import ReaderSlot, Seen
from bot.services.privacy.optouts import OptOuts
from bot.services.servers.policy import Policy
from bot.services.servers.settings import Settings
from storage.hits import HitStore
from storage.rules import Rule, RuleKind

Outcome = Literal["pass", "stop", "wait"]
HIGHLIGHT_FEATURE = "highlight"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a gate says; `until` is when waiting ends, in seconds since 1970."""

    gate: str
    outcome: Outcome = "pass"
    until: float | None = None
    arguments: dict[str, TextArgument] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """A message, and a member with the rules that it meets."""

    member_id: int
    seen: Seen
    rules: Sequence[Rule]
    filter: Filter


Gate = Callable[[Case], Awaitable[Verdict]]


class Gates:
    """The gates about message and place; the last ones, about the day, are the dispatcher's."""

    def __init__(
        self,
        sight: ReaderSlot,
        settings: Settings,
        optouts: OptOuts,
        hits: HitStore,
        *,
        now: Clock,
    ) -> None:
        self._sight = sight
        self._settings = settings
        self._optouts = optouts
        self._hits = hits
        self._now = now
        self._on_finding: tuple[Gate, ...] = (
            self._matched,
            self._own,
            self._paused,
            self._bot,
            self._adult,
            self._ignored,
            self._only,
            self._ignored_words,
            self._opted_out,
            self._server,
            self._visible,
            self._cooled_down,
        )

    async def verdicts(self, case: Case) -> AsyncIterator[Verdict]:
        """Yield what each gate says, the cheap ones first."""
        for gate in self._on_finding:
            yield await gate(case)

    async def stopped_by(self, case: Case) -> Verdict | None:
        """Return the first gate that a message does not pass."""
        async for verdict in self.verdicts(case):
            if verdict.outcome == "stop":
                return verdict
        return None

    async def may_leave(self, member_id: int, seen: Seen, feature: str) -> str | None:
        """Return the gate that stops a message right before it goes out, None for none."""
        if await self._optouts.has(seen.author_id):
            return "opted-out"
        settings = await self._settings.of(seen.guild_id)
        if feature in settings.off or not settings.may_take(seen.places):
            return "server"
        if not await self._sight.reader.reads(member_id, seen.guild_id, seen.source.channel_id):
            return "visible"
        return None

    async def may_hear(
        self, member_id: int, kind: str, guild_id: int, channel_id: int | None, facts: EventFacts
    ) -> str | None:
        """Return the gate that stops an event, as it happens or before it goes out."""
        if facts.author_id is not None and await self._optouts.has(facts.author_id):
            return "opted-out"
        if not await self._has_notices(member_id, guild_id, (channel_id, *facts.parents)):
            return "server"
        reader = self._sight.reader
        if kind in FOR_ADMINS:
            visible = await reader.manages(member_id, guild_id)
        elif channel_id is None:
            visible = await reader.roles(member_id, guild_id) is not None
        else:
            visible = await reader.reads(member_id, guild_id, channel_id)
        return None if visible else "visible"

    async def leaving(self, guild_id: int, channel_id: int | None, facts: EventFacts) -> EventFacts:
        """Return as much of an event as its server's policy lets out."""
        settings = await self._settings.of(guild_id)
        is_link = settings.policy_of((channel_id, *facts.parents)) is Policy.LINK
        return facts.wordless() if is_link and facts.author_id is not None else facts

    async def _has_notices(
        self, member_id: int, guild_id: int, places: Sequence[int | None]
    ) -> bool:
        """Tell whether the server lets this member hear of what happens in a place."""
        settings = await self._settings.of(guild_id)
        if NOTIFY_FEATURE in settings.off:
            return False
        # What happens in no channel is held by no list of channels.
        if any(places) and not settings.may_take(places):
            return False
        return await self._has_role(member_id, guild_id, settings.rule_roles)

    async def _has_role(self, member_id: int, guild_id: int, wanted: frozenset[int]) -> bool:
        if not wanted:
            return True
        roles = await self._sight.reader.roles(member_id, guild_id)
        return not wanted.isdisjoint(roles or ())

    async def policy(self, seen: Seen) -> Policy:
        """Return how much of a message may leave its server."""
        return (await self._settings.of(seen.guild_id)).policy_of(seen.places)

    async def _matched(self, case: Case) -> Verdict:
        return _verdict("matched", stopped=not case.rules)

    async def _own(self, case: Case) -> Verdict:
        asked = any(rule.kind is RuleKind.REACTION for rule in case.rules)
        mine = case.seen.author_id == case.member_id
        return _verdict("own-message", stopped=mine and not asked)

    async def _paused(self, case: Case) -> Verdict:
        until = case.filter.paused_until
        return _verdict("paused", stopped=until is not None and until > self._now())

    async def _bot(self, case: Case) -> Verdict:
        return _verdict("bot", stopped=case.seen.is_bot and case.filter.ignore_bots)

    async def _adult(self, case: Case) -> Verdict:
        stopped = case.seen.age_restricted and case.filter.ignore_age_restricted
        return _verdict("age-restricted", stopped=stopped)

    async def _ignored(self, case: Case) -> Verdict:
        return _verdict("ignored", stopped=_within(case.seen, case.filter.ignored))

    async def _only(self, case: Case) -> Verdict:
        only = case.filter.only
        return _verdict("only", stopped=not only.is_empty and not _within(case.seen, only))

    async def _ignored_words(self, case: Case) -> Verdict:
        words = case.filter.ignore_words
        text = normalise(case.seen.text) if words else None
        stopped = text is not None and any(found(needle(word), text) for word in words)
        return _verdict("ignore-words", stopped=stopped)

    async def _opted_out(self, case: Case) -> Verdict:
        return _verdict("opted-out", stopped=await self._optouts.has(case.seen.author_id))

    async def _server(self, case: Case) -> Verdict:
        settings = await self._settings.of(case.seen.guild_id)
        allowed = HIGHLIGHT_FEATURE not in settings.off and settings.may_take(case.seen.places)
        allowed = allowed and await self._has_role(
            case.member_id, case.seen.guild_id, settings.rule_roles
        )
        return _verdict("server", stopped=not allowed)

    async def _visible(self, case: Case) -> Verdict:
        source = case.seen.source
        reader = self._sight.reader
        reads = await reader.reads(case.member_id, case.seen.guild_id, source.channel_id)
        return _verdict("visible", stopped=not reads)

    async def _cooled_down(self, case: Case) -> Verdict:
        ready = [rule for rule in case.rules if await self._is_cool(case, rule)]
        return _verdict("cooled-down", stopped=bool(case.rules) and not ready)

    async def _is_cool(self, case: Case, rule: Rule) -> bool:
        cooldown = rule.options.get("cooldown") or case.filter.cooldown
        if not cooldown:
            return True
        channel_id = case.seen.source.channel_id
        last = await self._hits.last_found(case.member_id, channel_id, rule.id)
        return last is None or last + cooldown <= min(self._now(), case.seen.created_at)


def _verdict(gate: str, *, stopped: bool) -> Verdict:
    return Verdict(gate, "stop" if stopped else "pass")


def _within(seen: Seen, places: Places) -> bool:
    """Tell whether a message is of one of these members or roles, or in one of these places."""
    where = {seen.source.channel_id, seen.parent_id}
    return (
        seen.author_id in places.members
        or not seen.author_role_ids.isdisjoint(places.roles)
        or not where.isdisjoint(places.channels)
        or seen.category_id in places.categories
    )
