"""What is looked for in this process: the stored rules in memory, kept the same as they are.

This process says what it has changed itself; of what others have changed it hears by `refresh`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress

from bot.garbage import uncollected
from bot.services.highlights.filters import read_filter
from bot.services.highlights.matching import analyser
from bot.services.highlights.matching.matcher import Matcher
from bot.services.highlights.matching.patterns import BadPattern
from storage.duties import ALL, Shards
from storage.reading import Unreadable
from storage.rules import EVERYWHERE, Rule, RuleStore


class RuleIndex:
    """Members' rules in the servers that are listened to here, in a matcher that looks for them."""

    def __init__(
        self,
        store: RuleStore,
        matcher: Matcher,
        *,
        shards: Shards = ALL,
        is_alone: bool = True,
    ) -> None:
        self._store = store
        self._is_alone = is_alone
        self.matcher = matcher
        self.shards = shards
        """Which servers are listened to here."""
        self.turn = asyncio.Lock()
        """Held while rules are changed, so that what is looked for is what is stored."""
        # Members who want to hear nothing of where they write themselves; every message asks.
        self.delayed: set[int] = set()
        self.on_added: list[Callable[[int], Awaitable[None]]] = []
        # By member what is looked for, where another process may change it.
        self._known: dict[int, dict[int, Rule]] = {}
        self._watched: set[int] = set()

    async def load(self) -> None:
        """Look for everybody's rules in the servers that are listened to here."""
        with uncollected():
            rules = [rule async for rule in self._store.all(self.shards)]
            self._watched = {rule.guild_id for rule in rules}
            self.matcher.load(rules)
            for rule in () if self._is_alone else rules:
                self._known.setdefault(rule.member_id, {})[rule.id] = rule
        await asyncio.to_thread(analyser.load)
        async for member_id, guild_id, values in self._store.all_filters():
            self._mind_delay(member_id, guild_id, values)

    def watch(self, guild_id: int) -> bool:
        """Tell whether anybody may look for something in a server; every message asks."""
        return guild_id in self._watched or EVERYWHERE in self._watched

    async def refresh(self, member_id: int | None) -> None:
        """Look for a member's rules, or everybody's, as another process may have changed them.

        Raises StorageError.
        """
        if member_id is None:
            await self._refresh([rule async for rule in self._store.all(self.shards)], self._known)
            return
        stored = await self._store.of_member(member_id)
        await self._refresh([rule for rule in stored if self._listens(rule)], [member_id])
        for guild_id in {rule.guild_id for rule in stored}:
            values = await self._store.filter(member_id, guild_id)
            self._mind_delay(member_id, guild_id, values)

    async def _refresh(self, stored: Iterable[Rule], member_ids: Iterable[int]) -> None:
        async with self.turn:
            new = {rule.id: rule for rule in stored}
            known = {
                number: rule
                for member_id in tuple(member_ids)
                for number, rule in self._known.get(member_id, {}).items()
            }
            for number, rule in known.items():
                if new.get(number) != rule:
                    self.drop(rule)
            added = [rule for number, rule in new.items() if known.get(number) != rule]
            for rule in added:
                self.put(rule)
        for guild_id in {rule.guild_id for rule in added}:
            await self.tell_added(guild_id)

    def put(self, rule: Rule) -> None:
        """Look for a rule from the next message on."""
        if not self._listens(rule):
            return
        with suppress(BadPattern):  # of a release that allows more
            self.matcher.add(rule)
        self._watched.add(rule.guild_id)
        if not self._is_alone:
            self._known.setdefault(rule.member_id, {})[rule.id] = rule

    def drop(self, rule: Rule) -> None:
        """Look for a rule no more, and in no server for whose sake it alone was looked at."""
        self.matcher.remove(rule)
        mine = self._known.get(rule.member_id, {})
        mine.pop(rule.id, None)
        if not mine:
            self._known.pop(rule.member_id, None)
        if rule.is_everywhere and not self.matcher.members_everywhere():
            self._watched.discard(EVERYWHERE)

    async def drop_server(self, guild_id: int) -> None:
        """Look for nothing in a server any more."""
        async for rule in self._store.all(self.shards):
            if rule.guild_id == guild_id:
                self.drop(rule)
        self._watched.discard(guild_id)

    async def tell_added(self, guild_id: int) -> None:
        """Let everybody who listens know that there are rules for a server."""
        for listener in self.on_added:
            await listener(guild_id)

    def _listens(self, rule: Rule) -> bool:
        return rule.is_everywhere or self.shards.holds(rule.guild_id)

    def _mind_delay(self, member_id: int, guild_id: int, values: object) -> None:
        with suppress(Unreadable):
            if read_filter(member_id, guild_id, values).active_delay:
                self.delayed.add(member_id)
