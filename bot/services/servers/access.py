"""Who may use what in a server, and what may leave it, as its admins decide."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from bot.errors import Marked, UserError
from bot.services.cache import Cache
from bot.services.clock import DAY, Clock
from bot.services.deliveries.allowance import Allowance
from bot.services.messages.models import Highlight
from bot.services.servers.policy import apply_policy
from bot.services.servers.settings import GuildSettings, Settings
from storage.memberships import MembershipStore
from storage.statistics import StatisticsStore

# How many members are remembered as noted today.
REMEMBERED = 10_000
# Our own features, each with the setting that names who may use it.
FEATURES: Mapping[str, str] = {
    "link": "link_roles",
    "forward": "forward_roles",
    "compose": "forward_roles",
    "share": "forward_roles",
    "highlight": "rule_roles",
    "notify": "rule_roles",
}


class FeatureOff(UserError):
    """The server's admins have switched this off."""

    key = "error-feature-off"


class RoleNeeded(UserError):
    """The server's admins let only members with certain roles do this."""

    key = "error-role-needed"


class PlaceOff(UserError):
    """The server's admins let nothing be carried out of this channel."""

    key = "error-place-off"


class TooManySends(UserError):
    """The member has sent as much out of this server today as its admins allow."""

    key = "error-sends-limit"


class Access:
    """Asks the settings whenever somebody uses Kkachi in a server."""

    def __init__(
        self,
        settings: Settings,
        memberships: MembershipStore,
        statistics: StatisticsStore,
        allowance: Allowance,
        *,
        now: Clock,
    ) -> None:
        self._settings = settings
        self._memberships = memberships
        self._statistics = statistics
        self._allowance = allowance
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
        self, member_id: int, guild_id: int, feature: str, role_ids: Collection[int]
    ) -> None:
        """Raise FeatureOff or RoleNeeded when a member may not use a feature in a server."""
        settings = await self._settings.of(guild_id)
        if feature in settings.off:
            raise FeatureOff
        wanted = roles_for(settings, feature)
        if wanted and wanted.isdisjoint(role_ids):
            raise RoleNeeded(roles=Marked(", ".join(f"<@&{role}>" for role in sorted(wanted))))
        await self._noted.get((guild_id, member_id))

    async def carried(
        self, member_id: int, highlight: Highlight, places: Iterable[int | None]
    ) -> Highlight:
        """Return as much of a message as may leave its server by hand.

        `places` are its channel, the channel's parent and category. Raises PlaceOff, TooManySends.
        """
        guild_id = highlight.source.guild_id
        if guild_id is None:
            return highlight
        settings, where = await self._settings.of(guild_id), tuple(places)
        if not settings.may_take(where):
            raise PlaceOff
        limit = settings.limits.sends
        if limit is not None and await self._sent(member_id, guild_id) >= limit:
            raise TooManySends(limit=limit)
        return apply_policy(highlight, settings.policy_of(where))

    async def _sent(self, member_id: int, guild_id: int) -> int:
        today = (await self._allowance.left(member_id)).resets_at - DAY
        return await self._statistics.by_hand(member_id, guild_id, today)

    async def _note(self, key: tuple[int, int]) -> None:
        await self._memberships.note(*key, self._now())

    async def is_known(self, guild_id: int, member_id: int) -> bool:
        """Tell whether a member uses Kkachi in a server."""
        return await self._memberships.has(guild_id, member_id)

    async def forget(self, member_id: int) -> None:
        """Note a member anew: what was noted is erased."""
        self._noted.drop_where(lambda key: key[1] == member_id)


def roles_for(settings: GuildSettings, feature: str) -> frozenset[int]:
    """Return the roles of which one is needed for a feature; none for everybody."""
    name = FEATURES.get(feature)
    roles: frozenset[int] = getattr(settings, name) if name else frozenset()
    return roles
