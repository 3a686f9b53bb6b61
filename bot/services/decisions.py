"""What whoever runs Kkachi has decided: who may use it, which part is whose, and when it rests."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from bot.errors import Barred, Maintenance, UserError
from bot.services.cache import Cache
from bot.services.clock import Clock
from storage.decisions import EVERYTHING, Decision, DecisionKind, DecisionStore

__all__ = ["Decided", "DecisionKind", "Decisions"]

# Several processes may run, and the operator speaks with one of them.
BELIEVED_SECONDS = 10.0
MOST_LISTED = 200
HIGHEST_SHARE = 100
NO_SERVER = 0


class SharesFull(UserError):
    """The parts that servers are given would be more than the whole."""

    key = "error-shares-full"


class ListFull(UserError):
    """A list of the operator's would hold more than it can."""

    key = "error-list-full"


@dataclass(frozen=True, slots=True)
class Decided:
    """All that holds at one moment; a list of who is allowed that is empty allows everybody."""

    of_kind: Mapping[DecisionKind, frozenset[int]] = field(default_factory=dict)
    shares: Mapping[int, int] = field(default_factory=dict)
    """Servers whose part is not like the others', each with its percent of the whole."""

    def of(self, kind: DecisionKind) -> frozenset[int]:
        """Return the subjects of a kind."""
        return self.of_kind.get(kind, frozenset())

    @property
    def in_maintenance(self) -> bool:
        """Whether nothing is sent for now."""
        return bool(self.of(DecisionKind.MAINTENANCE))

    def admits_server(self, guild_id: int) -> bool:
        """Tell whether a server may use Kkachi."""
        allowed, blocked = DecisionKind.SERVER_ALLOWED, DecisionKind.SERVER_BLOCKED
        return self._admits(guild_id, allowed, blocked)

    def admits_member(self, member_id: int) -> bool:
        """Tell whether a member may use Kkachi."""
        allowed, blocked = DecisionKind.MEMBER_ALLOWED, DecisionKind.MEMBER_BLOCKED
        return self._admits(member_id, allowed, blocked)

    def _admits(self, subject_id: int, allowed: DecisionKind, blocked: DecisionKind) -> bool:
        only = self.of(allowed)
        return subject_id not in self.of(blocked) and (not only or subject_id in only)


class Decisions:
    """Knows what the operator has decided; other processes hear of a change within seconds."""

    def __init__(self, store: DecisionStore, *, now: Clock) -> None:
        self._store = store
        self._now = now
        self._known = Cache(self._read, most=1, seconds=BELIEVED_SECONDS)
        self.on_changed: list[Callable[[], object]] = []

    async def now(self) -> Decided:
        """Return all that holds now."""
        return await self._known.get(EVERYTHING)

    async def check(self, member_id: int, guild_id: int | None) -> None:
        """Raise Barred where a member, or a server, is shut out."""
        lists = await self.now()
        admitted = guild_id is None or lists.admits_server(guild_id)
        if not (admitted and lists.admits_member(member_id)):
            raise Barred(guild_id or NO_SERVER)

    async def check_open(self) -> None:
        """Raise Maintenance while nothing new is accepted."""
        if (await self.now()).in_maintenance:
            raise Maintenance

    async def change(
        self, kind: DecisionKind, *, added: Collection[int] = (), removed: Collection[int] = ()
    ) -> None:
        """Put subjects on a list, and take others off it; raises ListFull."""
        after = (await self.now()).of(kind) - set(removed) | set(added)
        if len(after) > MOST_LISTED:
            raise ListFull(limit=MOST_LISTED)
        await self._keep(kind, [Decision(kind, one) for one in added], removed)

    async def set_share(self, guild_id: int, percent: int | None) -> None:
        """Give a server this part of the whole, or, with None, as much as any.

        Raises SharesFull, ListFull.
        """
        if percent is None:
            await self._keep(DecisionKind.SHARE, [], [guild_id])
            return
        shares = {**(await self.now()).shares, guild_id: percent}
        if sum(shares.values()) > HIGHEST_SHARE:
            raise SharesFull
        if len(shares) > MOST_LISTED:
            raise ListFull(limit=MOST_LISTED)
        await self._keep(DecisionKind.SHARE, [Decision(DecisionKind.SHARE, guild_id, percent)], [])

    async def set_maintenance(self, *, on: bool) -> None:
        """Let Kkachi rest, or go on."""
        change = {"added": [EVERYTHING]} if on else {"removed": [EVERYTHING]}
        await self.change(DecisionKind.MAINTENANCE, **change)

    def doubt(self) -> None:
        """Read anew what was decided: another process has heard of something else."""
        self._known.doubt(None)
        for changed in self.on_changed:
            changed()

    async def _keep(
        self, kind: DecisionKind, added: Collection[Decision], removed: Collection[int]
    ) -> None:
        with self._known.changing():
            await self._store.change(kind, added, removed, self._now())
        for changed in self.on_changed:
            changed()

    async def _read(self, _: int) -> Decided:
        found: dict[DecisionKind, set[int]] = {kind: set() for kind in DecisionKind}
        shares = {}
        for one in await self._store.all():
            found[one.kind].add(one.subject_id)
            if one.kind is DecisionKind.SHARE:
                shares[one.subject_id] = one.value
        return Decided({kind: frozenset(some) for kind, some in found.items()}, shares)
