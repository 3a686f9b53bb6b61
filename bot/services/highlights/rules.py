"""A member's own rules: what they look for in a server, and what they want to hear nothing of."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from bot.errors import UserError
from bot.services.cards.markdown import one_line
from bot.services.clock import DAY, HOUR, Clock, is_too_far
from bot.services.highlights.matching.matcher import Matcher
from bot.services.highlights.matching.normalise import needle
from bot.services.highlights.matching.patterns import Pattern
from bot.services.highlights.matching.words import Mode, hit
from bot.services.locks import KeyedLocks
from bot.services.messages.models import uncovered
from bot.services.servers.settings import Settings
from storage.reading import Unreadable, reading
from storage.rules import Rule, RuleKind, RuleStore

LONGEST_WORD = 100
MOST_IGNORED_WORDS = 50
MOST_PLACES = 100
MOST_REACTIONS = 1000
# Instructions of all patterns of one member in one server; everybody's messages meet them.
MOST_INSTRUCTIONS = 2000
LONGEST_DELAY = HOUR
# A pattern that is compiled holds everything up for some milliseconds, whatever thread does it:
# for so many times as long nobody else's is.
REST = 4


class TooManyRules(UserError):
    """The member has as many rules as the server's admins allow."""

    key = "error-rules-too-many"


class PatternsTooLarge(UserError):
    """All patterns of a member together would take too much of everybody's time."""

    key = "error-patterns-too-large"


class DuplicateRule(UserError):
    """The member has this rule already."""

    key = "error-rule-duplicate"


class EmptyRule(UserError):
    """Nothing of what was typed can be looked for."""

    key = "error-rule-empty"


class NeverFound(UserError):
    """No message can meet the rule: what it looks for is never searched."""

    key = "error-rule-never"


class RuleTooLong(UserError):
    """A word or phrase is longer than anybody looks for."""

    key = "error-rule-too-long"


class RuleUnknown(UserError):
    """The member has no such rule any more."""

    key = "error-rule-unknown"


class TooManyIgnored(UserError):
    """More words or places are ignored than are kept."""

    key = "error-rules-ignored"


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


class Filter(BaseModel):
    """What holds for all of a member's rules in a server; times in seconds.

    `active_delay` is how long a hit waits, and is dropped when the member writes there meanwhile.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    ignore_words: tuple[str, ...] = Field(default=(), max_length=MOST_IGNORED_WORDS)
    ignored: Places = Places()
    only: Places = Places()
    ignore_bots: bool = True
    ignore_age_restricted: bool = True
    active_delay: int = Field(default=0, ge=0, le=LONGEST_DELAY)
    cooldown: int = Field(default=0, ge=0, le=DAY)
    context_lines: int = Field(default=0, ge=0, le=3)
    paused_from: float | None = None
    paused_until: float | None = None

    def is_paused(self, now: float) -> bool:
        """Tell whether nothing is to be found now."""
        if self.paused_until is None or self.paused_until <= now:
            return False
        return self.paused_from is None or not is_too_far(self.paused_from, self.paused_until, now)

    def changed(self, **values: object) -> Self:
        """Return a filter with other values, checked like any."""
        return self.model_validate(self.model_dump() | values)


class Rules:
    """Keeps members' rules, and the matcher that looks for them, the same."""

    def __init__(
        self, store: RuleStore, matcher: Matcher, settings: Settings, *, now: Clock
    ) -> None:
        self._store = store
        self._settings = settings
        self._now = now
        self.matcher = matcher
        # One change at a time, so that the matcher looks for what is stored and nothing else.
        self._turn = asyncio.Lock()
        self._compiling = asyncio.Lock()
        self._adding = KeyedLocks[int]()
        # Members who want to hear nothing of where they write themselves; every message asks.
        self.delayed: set[int] = set()
        self.on_added: list[Callable[[int], Awaitable[None]]] = []
        self._watched: set[int] = set()

    async def load(self) -> None:
        """Give the matcher everybody's rules; to be done once, before messages come in."""
        rules = [rule async for rule in self._store.all()]
        self._watched = {rule.guild_id for rule in rules}
        self.matcher.load(rules)
        async for member_id, guild_id, values in self._store.all_filters():
            with suppress(Unreadable):
                if _filter(member_id, guild_id, values).active_delay:
                    self.delayed.add(member_id)

    def watch(self, guild_id: int) -> bool:
        """Tell whether anybody may look for something in a server; every message asks."""
        return guild_id in self._watched

    async def of(self, member_id: int, guild_id: int | None = None) -> list[Rule]:
        """Return a member's rules, in one server or everywhere, the oldest first."""
        return await self._store.of_member(member_id, guild_id)

    async def add(
        self,
        member_id: int,
        guild_id: int,
        kind: RuleKind,
        text: str = "",
        **options: Any,  # noqa: ANN401 - `mode`, `threshold`, `cooldown`
    ) -> Rule:
        """Keep a rule; it counts from the next message on.

        Raises TooManyRules, DuplicateRule, EmptyRule, NeverFound, RuleTooLong, BadPattern or
        PatternsTooLarge.
        """
        chosen = {name: value for name, value in options.items() if value}
        checked = _checked(kind, text, chosen.get("mode", "word"))
        new = Rule(0, member_id, guild_id, kind, checked, self._now(), options=chosen)
        size = await self._size(new) if kind is RuleKind.PATTERN else 0
        async with self._turn:
            await self._check_room(new, size)
            rule = await self._store.add(new)
            self.matcher.add(rule)
            self._watched.add(guild_id)
        for listener in self.on_added:
            await listener(guild_id)
        return rule

    async def remove(self, member_id: int, rule_id: int) -> Rule:
        """Forget a member's rule; raises RuleUnknown."""
        async with self._turn:
            for rule in await self.of(member_id):
                if rule.id == rule_id and await self._store.remove(member_id, rule_id):
                    self.matcher.remove(rule)
                    return rule
        raise RuleUnknown

    async def copy(self, member_id: int, source: int, target: int) -> tuple[int, int]:
        """Copy the rules and filter of one server to another.

        Returns how many were added and how many were there already; raises TooManyRules and
        PatternsTooLarge.
        """
        added = skipped = 0
        for rule in await self.of(member_id, source):
            try:
                await self.add(member_id, target, rule.kind, rule.text, **rule.options)
                added += 1
            except DuplicateRule:
                skipped += 1
        words = (await self.filter(member_id, source)).ignore_words
        before = await self.filter(member_id, target)
        both = tuple(dict.fromkeys((*before.ignore_words, *words)))[:MOST_IGNORED_WORDS]
        await self.set_filter(member_id, target, before.changed(ignore_words=both))
        return added, skipped

    async def servers(self, member_id: int) -> list[int]:
        """Return the servers in which a member has rules."""
        return sorted({rule.guild_id for rule in await self.of(member_id)})

    async def filter(self, member_id: int, guild_id: int) -> Filter:
        """Return what holds for all of a member's rules in a server.

        Raises Unreadable: then these rules find nothing, since nobody knows what they are to leave.
        """
        return _filter(member_id, guild_id, await self._store.filter(member_id, guild_id))

    async def set_filter(self, member_id: int, guild_id: int, new: Filter) -> None:
        """Keep what holds for all of a member's rules in a server."""
        await self._store.set_filter(member_id, guild_id, new.model_dump(mode="json"))
        if new.active_delay:
            self.delayed.add(member_id)

    async def ignore(self, member_id: int, guild_id: int, word: str, *, on: bool) -> Filter:
        """Ignore messages with a word, or no more; raises like `add`, or TooManyIgnored."""
        word = _checked(RuleKind.WORD, word)
        before = await self.filter(member_id, guild_id)
        sought = needle(word).text
        words = tuple(one for one in before.ignore_words if needle(one).text != sought)
        if on:
            words = (*words, word)
        if len(words) > MOST_IGNORED_WORDS:
            raise TooManyIgnored(limit=MOST_IGNORED_WORDS)
        after = before.changed(ignore_words=words)
        await self.set_filter(member_id, guild_id, after)
        return after

    async def ignore_author(self, member_id: int, guild_id: int, author_id: int) -> None:
        """Ignore somebody's messages in a server; raises TooManyIgnored."""
        before = await self.filter(member_id, guild_id)
        ignored = before.ignored
        if author_id in ignored.members:
            return
        if len(ignored.members) >= MOST_PLACES:
            raise TooManyIgnored(limit=MOST_PLACES)
        members = (*ignored.members, author_id)
        after = before.changed(ignored=ignored.model_copy(update={"members": members}).model_dump())
        await self.set_filter(member_id, guild_id, after)

    async def forget(self, *, member_id: int | None = None, guild_id: int | None = None) -> None:
        """Forget the rules of a member, of a server, or of a member in a server."""
        async with self._turn:
            if member_id is not None:
                for rule in await self.of(member_id, guild_id):
                    self.matcher.remove(rule)
            elif guild_id is not None:
                async for rule in self._store.all():
                    if rule.guild_id == guild_id:
                        self.matcher.remove(rule)
                self._watched.discard(guild_id)
            await self._store.forget(member_id=member_id, guild_id=guild_id)
        if member_id is not None and guild_id is None:
            self.delayed.discard(member_id)

    async def _size(self, new: Rule) -> int:
        """Return how large a pattern is, and let nobody add many at once; raises BadPattern."""
        async with self._adding.of(new.member_id), self._compiling:
            started = time.perf_counter()
            try:
                return Pattern(new.text).size
            finally:
                await asyncio.sleep(REST * (time.perf_counter() - started))

    async def _check_room(self, new: Rule, size: int) -> None:
        mine = await self.of(new.member_id, new.guild_id)
        limit = (await self._settings.of(new.guild_id)).limits.rules
        if len(mine) >= limit:
            raise TooManyRules(limit=limit)
        if any(_same(rule, new.kind, new.text) for rule in mine):
            raise DuplicateRule(text=new.text or new.kind)
        compiled = self.matcher.patterns(new.guild_id).get(new.member_id, {})
        if size and size + sum(one.size for one in compiled.values()) > MOST_INSTRUCTIONS:
            raise PatternsTooLarge


def _filter(member_id: int, guild_id: int, values: object) -> Filter:
    with reading("filters", f"of member {member_id} in server {guild_id}"):
        return Filter.model_validate(values)


def as_text(rule: Rule) -> str:
    """Return a rule as one line that can be read and copied."""
    mode = rule.options.get("mode", "word")
    extra = rule.options.get("threshold") or ("" if mode == "word" else mode)
    return " ".join(filter(None, (f"{rule.kind}:", rule.text, extra and f"({extra})")))


def _checked(kind: RuleKind, text: str, mode: Mode = "word") -> str:
    if kind is RuleKind.PATTERN:
        return text
    if kind is not RuleKind.WORD:
        return ""
    word = one_line(text)
    if len(word) > LONGEST_WORD:
        raise RuleTooLong(limit=LONGEST_WORD, length=len(word))
    if not needle(word).text:
        raise EmptyRule
    if not hit(word, uncovered(word), mode):
        raise NeverFound
    return word


def _same(rule: Rule, kind: RuleKind, text: str) -> bool:
    if rule.kind is not kind:
        return False
    if kind is RuleKind.WORD:
        return needle(rule.text) == needle(text)
    return rule.text == text
