"""What of a digest's page may be shown when it is opened: what everybody wants is asked anew.

Meanwhile an author may have opted out, a channel may have been hidden from the reader, and admins
may have changed their minds.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from bot.errors import DiscordAway, NotAllowed
from bot.services.highlights.cases import EventCase
from bot.services.highlights.gates import Gates, Moment
from bot.services.servers.access import Access
from storage.digests import Digest, Item
from storage.hits import MESSAGE
from storage.reading import Unreadable
from storage.subscriptions import SubscriptionKind

K = TypeVar("K", bound=Hashable)
AT_ONCE = 10  # questions of one page
# What only admins hear of: a line that does not say what it tells of may be that.
UNSAID = SubscriptionKind.BOOST


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a page that may be shown now, and how many wait for Discord to say so."""

    shown: Sequence[Item]
    waiting: int


class Opening:
    """Asks about each line; many of them are about the same place."""

    def __init__(self, gates: Gates, access: Access) -> None:
        self._gates = gates
        self._access = access

    async def lines(self, digest: Digest) -> Lines:
        """Return what may be shown; raises DiscordAway where nobody knows of any line."""
        member_id, turns = digest.member_id, asyncio.Semaphore(AT_ONCE)
        loads = {_load(item): item for item in digest.items}
        cases = {case for item in digest.items for case in _cases(member_id, item)}
        may_leave, may_pass = await asyncio.gather(
            _asked(loads, lambda key: self._may_leave(member_id, loads[key]), turns),
            _asked(cases, self._may_pass, turns),
        )
        answers = [
            _all_of([may_leave[_load(item)], *map(may_pass.get, _cases(member_id, item))])
            for item in digest.items
        ]
        shown = [item for item, may in zip(digest.items, answers, strict=True) if may]
        waiting = answers.count(None)
        if waiting and not shown:
            raise DiscordAway
        return Lines(shown, waiting)

    async def _may_leave(self, member_id: int, item: Item) -> bool:
        """Tell whether its server still lets so much of it out."""
        try:
            await self._access.check_load(member_id, item, now=False)
        except (NotAllowed, Unreadable):
            return False
        return True

    async def _may_pass(self, case: EventCase) -> bool:
        return await self._gates.stopped_by(case, Moment.SHOWN) is None


async def _asked(
    keys: Iterable[K], ask: Callable[[K], Awaitable[bool]], turns: asyncio.Semaphore
) -> dict[K, bool | None]:
    """Return the answer about each, None while nobody knows it."""

    async def known(key: K) -> bool | None:
        async with turns:
            try:
                return await ask(key)
            except DiscordAway:
                return None

    wanted = tuple(keys)
    return dict(zip(wanted, await asyncio.gather(*map(known, wanted)), strict=True))


def _all_of(answers: Collection[bool | None]) -> bool | None:
    """Return no where anybody says no, and yes only where all do."""
    if False in answers:
        return False
    return None if None in answers else True


def _load(item: Item) -> Hashable:
    """Return all that decides whether a line may leave its server."""
    return item.guild_id, item.channel_id, item.feature, item.policy


def _cases(member_id: int, item: Item) -> Sequence[EventCase]:
    """Return what is asked of gates: may its reader look there, and may its authors be shown."""
    if item.guild_id is None:
        return ()
    kind = item.kind or (UNSAID if item.channel_id is None else MESSAGE)
    case = EventCase(member_id, kind, item.guild_id, (item.channel_id,), None)
    return [replace(case, author_id=one) for one in item.author_ids] or [case]
