"""Who may use what in a server, and what may leave it, as its admins decide.

What leaves a server is asked about at every door, and it is the server that it is from that is
asked, wherever somebody types or presses.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from typing import Protocol

from bot.errors import DiscordAway, Marked, NotAllowed
from bot.services.cache import Cache
from bot.services.clock import DAY, Clock
from bot.services.decisions import Decisions
from bot.services.deliveries.allowance import Allowance
from bot.services.messages.models import Highlight
from bot.services.messages.reader import ReaderSlot
from bot.services.servers.exclusions import Exclusions
from bot.services.servers.policy import apply_policy, is_less
from bot.services.servers.settings import GuildSettings, Settings
from storage.memberships import MembershipStore
from storage.statistics import StatisticsStore

# How many members are remembered as noted today.
REMEMBERED = 10_000
LINK = "link"
# Our own features, each with the setting that names who may use it.
FEATURES: Mapping[str, str] = {
    LINK: "link_roles",
    "forward": "forward_roles",
    "compose": "forward_roles",
    "share": "forward_roles",
    "highlight": "rule_roles",
    "notify": "rule_roles",
}
Places = Iterable[int | None]
"""A channel, its parent and its category, the nearest first."""
Roles = Callable[[], Awaitable[Collection[int] | None]]


class FeatureOff(NotAllowed):
    """The server's admins have switched this off."""

    key = "error-feature-off"
    elsewhere = "error-feature-off-elsewhere"


class RoleNeeded(NotAllowed):
    """The server's admins let only members with certain roles do this."""

    key = "error-role-needed"
    elsewhere = "error-role-needed-elsewhere"


class PlaceOff(NotAllowed):
    """The server's admins let nothing be carried out of this channel."""

    key = "error-place-off"
    elsewhere = "error-place-off-elsewhere"


class TooManySends(NotAllowed):
    """The member has sent as much out of this server today as its admins allow."""

    key = "error-sends-limit"
    elsewhere = "error-sends-limit-elsewhere"


class LessMayLeave(NotAllowed):
    """A card holds more of a message than its server lets out by now."""

    key = "error-less-may-leave"
    elsewhere = "error-less-may-leave"


class Load(Protocol):
    """Something on its way out of a server: a draft, a delivery, a share, a line of a digest.

    `policy` is how much of a message it holds; None for words of the member's own, which are not
    taken from a channel.
    """

    @property
    def guild_id(self) -> int | None:
        """The server it is from; None for direct messages."""

    @property
    def channel_id(self) -> int | None:
        """The channel it is from."""

    @property
    def feature(self) -> str:
        """By which feature it leaves."""

    @property
    def policy(self) -> str | None:
        """How much of a message it holds."""


class Access:
    """Asks the settings whenever somebody uses Kkachi in a server, or something leaves one.

    Whoever cannot ask Discord for a role or a channel on which that depends raises DiscordAway.
    """

    def __init__(
        self,
        *,
        settings: Settings,
        exclusions: Exclusions,
        decisions: Decisions,
        memberships: MembershipStore,
        statistics: StatisticsStore,
        allowance: Allowance,
        sight: ReaderSlot,
        now: Clock,
    ) -> None:
        self._settings = settings
        self._exclusions = exclusions
        self._decisions = decisions
        self._memberships = memberships
        self._statistics = statistics
        self._allowance = allowance
        self._sight = sight
        self._now = now
        self._noted = Cache(self._note, most=REMEMBERED, seconds=DAY, now=now)
        self._offered: set[str] = set()

    @property
    def features(self) -> Sequence[str]:
        """The features that run here and that admins can switch off, ours first."""
        others = sorted(self._offered - FEATURES.keys())
        return [*(one for one in FEATURES if one in self._offered), *others]

    def offer(self, feature: str) -> None:
        """Note that a feature runs."""
        self._offered.add(feature)

    def withdraw(self, feature: str) -> None:
        """Note that a feature does not run any more."""
        self._offered.discard(feature)

    async def check(
        self,
        member_id: int,
        guild_id: int | None,
        feature: str,
        role_ids: Collection[int] | None = None,
    ) -> None:
        """Raise NotAllowed when a member may not use a feature in a server, or in no server.

        Without their roles Discord is asked for them as they are now.
        """
        if guild_id is None:
            await self._decisions.check(member_id, None)
            return
        await self._asked(member_id, guild_id, feature, self._roles(member_id, guild_id, role_ids))
        if not await self._is_foreign(guild_id):
            await self.note(guild_id, member_id)

    async def note(self, guild_id: int, member_id: int) -> None:
        """Note that a member uses Kkachi in a server."""
        await self._noted.get((guild_id, member_id))

    async def carried(
        self,
        member_id: int,
        highlight: Highlight,
        places: Places,
        feature: str,
        role_ids: Collection[int] | None = None,
    ) -> Highlight:
        """Return as much of a message as may leave its server by hand, by a feature.

        Raises NotAllowed.
        """
        guild_id = highlight.source.guild_id
        if guild_id is None:
            return highlight
        await self.check(member_id, guild_id, feature, role_ids)
        settings, where = await self._settings.of(guild_id), tuple(places)
        if not settings.may_take(where):
            raise PlaceOff(guild_id)
        await self._check_sends(member_id, guild_id, settings, 1)
        return apply_policy(highlight, settings.policy_of(where))

    async def check_load(
        self,
        member_id: int,
        load: Load,
        *features: str,
        role_ids: Collection[int] | None = None,
        now: bool = True,
        sends: int = 0,
    ) -> None:
        """Raise NotAllowed when something may not, or no more, leave its server as it is.

        It is asked for its own feature and for these, and for so many more sends. Without the
        member's roles Discord is asked for them as of `now`, or else believed for a minute.
        """
        guild_id = load.guild_id
        if guild_id is None:
            await self._decisions.check(member_id, None)
            return
        roles = self._roles(member_id, guild_id, role_ids, now=now)
        for feature in dict.fromkeys((load.feature, *features)):
            await self._asked(member_id, guild_id, feature, roles)
        settings = await self._settings.of(guild_id)
        await self._check_place(settings, guild_id, load)
        if sends:
            await self._check_sends(member_id, guild_id, settings, sends)

    async def admits(
        self, member_id: int, guild_id: int, feature: str, places: Places
    ) -> GuildSettings:
        """Return a server's settings where something may leave it by itself; raises NotAllowed.

        A member's roles are believed for a minute.
        """
        roles = self._roles(member_id, guild_id, None, now=False)
        settings, where = await self._settings.of(guild_id), tuple(places)
        # What happens in no channel is held by no list of channels.
        if any(where) and not settings.may_take(where):
            raise PlaceOff(guild_id)
        return await self._asked(member_id, guild_id, feature, roles)

    async def is_known(self, guild_id: int, member_id: int) -> bool:
        """Tell whether a member uses Kkachi in a server, or was excluded there."""
        if await self._exclusions.of(guild_id, member_id) is not None:
            return True
        return await self._memberships.has(guild_id, member_id)

    async def forget(self, member_id: int) -> None:
        """Note a member anew: what was noted is erased."""
        self._noted.drop_where(lambda key: key[1] == member_id)

    async def _asked(
        self, member_id: int, guild_id: int, feature: str, roles: Roles
    ) -> GuildSettings:
        await self._decisions.check(member_id, guild_id)
        settings = await self._settings.of(guild_id)
        if feature in settings.off:
            raise FeatureOff(guild_id)
        await self._exclusions.check(guild_id, member_id)
        wanted = roles_for(settings, feature)
        if wanted and wanted.isdisjoint(await roles() or ()):
            named = ", ".join(f"<@&{role}>" for role in sorted(wanted))
            raise RoleNeeded(guild_id, roles=Marked(named))
        return settings

    async def _check_place(self, settings: GuildSettings, guild_id: int, load: Load) -> None:
        """Ask the settings about a channel as it stands in its server now."""
        if load.policy is None:
            return
        where: tuple[int | None, ...] | None = (load.channel_id,)
        if settings.names_places and load.channel_id is not None:
            where = await self._sight.reader.places(guild_id, load.channel_id)
        if where is None:  # nobody knows any more where that was
            if settings.only or settings.never:
                raise PlaceOff(guild_id)
            where = (load.channel_id,)
        if any(where) and not settings.may_take(where):
            raise PlaceOff(guild_id)
        if is_less(settings.policy_of(where), load.policy):
            raise LessMayLeave(guild_id)

    async def _check_sends(
        self, member_id: int, guild_id: int, settings: GuildSettings, sends: int
    ) -> None:
        limit = settings.limits.sends
        if limit is not None and await self._sent(member_id, guild_id) + sends > limit:
            raise TooManySends(guild_id, limit=limit)

    async def _is_foreign(self, guild_id: int) -> bool:
        """Tell whether Kkachi is clearly not in a server: of those nothing is noted."""
        try:
            return not await self._sight.reader.is_in(guild_id)
        except DiscordAway:
            return False

    def _roles(
        self, member_id: int, guild_id: int, known: Collection[int] | None, *, now: bool = True
    ) -> Roles:
        async def ask() -> Collection[int] | None:
            if known is not None:
                return known
            return await self._sight.reader.roles(member_id, guild_id, now=now)

        return ask

    async def _sent(self, member_id: int, guild_id: int) -> int:
        today = (await self._allowance.left(member_id)).resets_at - DAY
        return await self._statistics.by_hand(member_id, guild_id, today)

    async def _note(self, key: tuple[int, int]) -> None:
        await self._memberships.note(*key, self._now())


def roles_for(settings: GuildSettings, feature: str) -> frozenset[int]:
    """Return the roles of which one is needed for a feature; none for everybody."""
    name = FEATURES.get(feature)
    roles: frozenset[int] = getattr(settings, name) if name else frozenset()
    return roles
