"""A member's own rules: what they look for in a server, and what they want to hear nothing of."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.errors import UserError
from bot.services.cards.markdown import one_line
from bot.services.clock import Clock
from bot.services.highlights.filters import MOST_IGNORED_WORDS, Filter, read_filter
from bot.services.highlights.matching.normalise import needle
from bot.services.highlights.matching.patterns import Pattern
from bot.services.highlights.matching.words import Mode, hit
from bot.services.highlights.rule_index import RuleIndex
from bot.services.locks import KeyedLocks
from bot.services.messages.models import uncovered
from bot.services.servers.settings import Settings
from storage.rule_hits import RuleHitStore
from storage.rules import (
    EVERYWHERE,
    LONGEST_NAME,
    MOST_PLACES,
    Places,
    Rule,
    RuleKind,
    RuleOptions,
    RuleStore,
)

LONGEST_WORD = 100
MOST_REACTIONS = 1000
# Instructions of all patterns of one member in one server; everybody's messages meet them.
MOST_INSTRUCTIONS = 2000
MOST_EVERYWHERE = 50  # rules of one member for all servers
MOST_IN_RULE = 25  # channels, or people, that one rule names
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


class RuleAmbiguous(UserError):
    """What was typed may mean several of the member's rules."""

    key = "error-rule-ambiguous"


class RuleAboutNothing(UserError):
    """A rule without a word names neither a place nor anybody."""

    key = "error-rule-nothing"


class PlaceEverywhere(UserError):
    """A rule for all servers names what only one of them has."""

    key = "error-rule-everywhere"


class TooManyPlaces(UserError):
    """One rule names more places or people than it may."""

    key = "error-rule-places"


class TooManyIgnored(UserError):
    """More words or places are ignored than are kept."""

    key = "error-rules-ignored"


@dataclass(frozen=True, slots=True)
class Copied:
    """How many rules were added, were there already, or name what only their server has."""

    added: int
    skipped: int
    left: int


class Rules:
    """Keeps members' rules, and the index of those that are looked for here."""

    def __init__(
        self,
        store: RuleStore,
        index: RuleIndex,
        settings: Settings,
        hits: RuleHitStore,
        *,
        now: Clock,
    ) -> None:
        self._store = store
        self._hits = hits
        self._settings = settings
        self._now = now
        self.index = index
        self._compiling = asyncio.Lock()
        self._adding = KeyedLocks[int]()

    async def of(self, member_id: int, guild_id: int | None = None) -> list[Rule]:
        """Return a member's rules, of one server or all of them, the oldest first."""
        return await self._store.of_member(member_id, *([] if guild_id is None else [guild_id]))

    async def holding(self, member_id: int, guild_id: int) -> list[Rule]:
        """Return the rules that hold in a server: its own, then those for all servers."""
        mine = await self._store.of_member(member_id, guild_id, EVERYWHERE)
        return sorted(mine, key=lambda rule: (rule.is_everywhere, rule.id))

    async def add(
        self,
        member_id: int,
        guild_id: int,
        kind: RuleKind,
        text: str = "",
        **options: Any,  # noqa: ANN401 - those of RuleOptions
    ) -> Rule:
        """Keep a rule; it counts from the next message on.

        Raises TooManyRules, DuplicateRule, EmptyRule, NeverFound, RuleTooLong, BadPattern,
        PatternsTooLarge, RuleAboutNothing, PlaceEverywhere or TooManyPlaces.
        """
        chosen = RuleOptions.model_validate(_named(options))
        new = _checked_rule(Rule(0, member_id, guild_id, kind, text, self._now(), options=chosen))
        size = await self._size(new)
        async with self.index.turn:
            await self._check_room(new, size)
            rule = await self._store.add(new)
            self.index.put(rule)
        await self.index.tell_added(guild_id)
        return rule

    async def change(
        self,
        member_id: int,
        rule_id: int,
        *,
        text: str | None = None,
        guild_id: int | None = None,
        **options: Any,  # noqa: ANN401 - those of RuleOptions
    ) -> Rule:
        """Change what a rule looks for, where it holds, or its options; its number stays.

        Raises RuleUnknown, or like `add`.
        """
        values: dict[str, Any] = {"text": text, "guild_id": guild_id}
        given = {name: value for name, value in values.items() if value is not None}

        def changed(rule: Rule) -> Rule:
            new = replace(rule, **given, options=rule.options.changed(**_named(options)))
            return _checked_rule(new)

        size = await self._size(changed(await self.one(member_id, rule_id)))
        async with self.index.turn:
            before = await self.one(member_id, rule_id)
            new = changed(before)
            await self._check_room(new, size)
            if not await self._store.change(new):
                raise RuleUnknown
            self.index.drop(before)
            self.index.put(new)
        await self.index.tell_added(new.guild_id)
        return new

    async def pause(self, member_id: int, rule_id: int, *, on: bool) -> Rule:
        """Let one rule find nothing for now, or look again; raises RuleUnknown, or like `add`."""
        return await self.change(member_id, rule_id, paused=on)

    async def remove(self, member_id: int, rule_id: int) -> Rule:
        """Forget a member's rule; raises RuleUnknown."""
        async with self.index.turn:
            rule = await self.one(member_id, rule_id)
            if await self._store.remove(member_id, rule_id):
                self.index.drop(rule)
                return rule
        raise RuleUnknown

    async def find(self, member_id: int, guild_id: int, typed: str) -> Rule:
        """Return the rule that a member means: by its words, its name, or its place in the list.

        Raises RuleUnknown or RuleAmbiguous.
        """
        mine, sought = await self.holding(member_id, guild_id), one_line(typed).casefold()
        called = [rule for rule in mine if sought in _calls(rule)] if sought else []
        if not called and sought.isdecimal() and 0 < int(sought) <= len(mine):
            return mine[int(sought) - 1]
        called = called or [rule for rule in mine if any(sought in one for one in _calls(rule))]
        if not called or not sought:
            raise RuleUnknown
        if len(called) > 1:
            raise RuleAmbiguous(text=typed)
        return called[0]

    async def one(self, member_id: int, rule_id: int) -> Rule:
        """Return a member's rule; raises RuleUnknown."""
        rule = next((one for one in await self.of(member_id) if one.id == rule_id), None)
        if rule is None:
            raise RuleUnknown
        return rule

    async def copy(self, member_id: int, source: int, target: int) -> Copied:
        """Copy the rules and ignored words of one server to another.

        Raises TooManyRules and PatternsTooLarge.
        """
        added = skipped = left = 0
        for rule in await self.of(member_id, source):
            if rule.options.only.has_rooms or rule.options.only.roles:
                left += 1
                continue
            try:
                await self.add(member_id, target, rule.kind, rule.text, **dict(rule.options))
                added += 1
            except DuplicateRule:
                skipped += 1
        words = (await self.filter(member_id, source)).ignore_words
        before = await self.filter(member_id, target)
        both = tuple(dict.fromkeys((*before.ignore_words, *words)))[:MOST_IGNORED_WORDS]
        await self.set_filter(member_id, target, before.changed(ignore_words=both))
        return Copied(added, skipped, left)

    async def hits(self, member_id: int) -> dict[int, int]:
        """Return how often each of a member's rules has hit in the last seven days."""
        return await self._hits.of_week(member_id, self._now())

    async def servers(self, member_id: int) -> list[int]:
        """Return the servers in which a member has rules of their own."""
        return sorted({rule.guild_id for rule in await self.of(member_id)} - {EVERYWHERE})

    async def filter(self, member_id: int, guild_id: int) -> Filter:
        """Return what holds for all of a member's rules in a server.

        Raises Unreadable: then these rules find nothing, since nobody knows what they are to leave.
        """
        kept = read_filter(member_id, guild_id, await self._store.filter(member_id, guild_id))
        return kept.as_of(self._now())

    async def set_filter(self, member_id: int, guild_id: int, new: Filter) -> None:
        """Keep what holds for all of a member's rules in a server."""
        await self._store.set_filter(member_id, guild_id, new.model_dump(mode="json"))
        if new.active_delay:
            self.index.delayed.add(member_id)

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
        async with self.index.turn:
            if member_id is not None:
                for rule in await self.of(member_id, guild_id):
                    self.index.drop(rule)
            elif guild_id is not None:
                await self.index.drop_server(guild_id)
            await self._store.forget(member_id=member_id, guild_id=guild_id)
        if member_id is not None and guild_id is None:
            self.index.delayed.discard(member_id)

    async def _size(self, new: Rule) -> int:
        """Return how large a pattern is, and let nobody add many at once; raises BadPattern.

        Nothing else has a size.
        """
        if new.kind is not RuleKind.PATTERN:
            return 0
        async with self._adding.of(new.member_id), self._compiling:
            started = time.perf_counter()
            try:
                return Pattern(new.text).size
            finally:
                await asyncio.sleep(REST * (time.perf_counter() - started))

    async def _check_room(self, new: Rule, size: int) -> None:
        mine = await self.of(new.member_id, new.guild_id)
        others = [rule for rule in mine if rule.id != new.id]
        limit = MOST_EVERYWHERE
        if not new.is_everywhere:
            limit = (await self._settings.of(new.guild_id)).limits.rules
        if len(others) >= limit and len(others) == len(mine):
            raise TooManyRules(limit=limit)
        if any(_same(rule, new) for rule in others):
            raise DuplicateRule(text=new.text or new.kind)
        if size and not new.options.paused:
            self._check_patterns(new, size)

    def _check_patterns(self, new: Rule, size: int) -> None:
        """Raise PatternsTooLarge where those of a member would be too large in any server."""
        where = self.index.matcher.guilds() if new.is_everywhere else {new.guild_id}
        for guild_id in {*where, new.guild_id}:
            compiled = self.index.matcher.patterns(guild_id).get(new.member_id, {})
            sizes = (one.size for number, one in compiled.items() if number != new.id)
            if size + sum(sizes) > MOST_INSTRUCTIONS:
                raise PatternsTooLarge


def as_text(rule: Rule) -> str:
    """Return a rule as one line that can be read and copied."""
    options = rule.options
    extras = [
        options.mode if options.mode != "word" else "",
        "Aa" if options.case_sensitive else "",
        str(options.threshold) if rule.kind is RuleKind.REACTION else "",
        "everywhere" if rule.is_everywhere else "",
        "paused" if options.paused else "",
    ]
    about = [f"({one})" for one in extras if one]
    named = f"“{options.name}”" if options.name else ""
    parts = (f"{rule.kind}:", rule.text, *about, *_named_places(options.only), named)
    return " ".join(filter(None, parts))


def _named_places(only: Places) -> Iterator[str]:
    yield from (f"<#{one}>" for one in (*only.channels, *only.categories))
    yield from (f"<@{one}>" for one in only.members)
    yield from (f"<@&{one}>" for one in only.roles)


def _named(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options with a name that is one line, as long as a name may be."""
    given = {name: value for name, value in options.items() if value is not None}
    if "name" in given:
        given["name"] = one_line(given["name"])[:LONGEST_NAME]
    return given


def _checked_rule(new: Rule) -> Rule:
    """Return a rule as it is kept; raises what is wrong with it."""
    only = new.options.only
    if new.kind is RuleKind.ANY and only.is_empty:
        raise RuleAboutNothing
    if new.is_everywhere and (only.has_rooms or only.roles):
        raise PlaceEverywhere
    if max(map(len, (only.channels, only.categories, only.members, only.roles))) > MOST_IN_RULE:
        raise TooManyPlaces(limit=MOST_IN_RULE)
    return replace(new, text=_checked(new.kind, new.text, new.options.mode))


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


def _calls(rule: Rule) -> list[str]:
    """Return by what a member may call a rule."""
    return [one.casefold() for one in (rule.options.name, rule.text) if one] or [rule.kind]


def _same_places(only: Places, other: Places) -> bool:
    """Tell whether two name the same, in whatever order it was chosen."""
    return all(set(ids) == set(getattr(other, name)) for name, ids in only)


def _same(rule: Rule, new: Rule) -> bool:
    if rule.kind is not new.kind or not _same_places(rule.options.only, new.options.only):
        return False
    if new.kind is RuleKind.WORD:
        is_cased = rule.options.case_sensitive, new.options.case_sensitive
        return needle(rule.text) == needle(new.text) and (
            not any(is_cased) or (all(is_cased) and rule.text == new.text)
        )
    return rule.text == new.text
