"""Who may see that a KakaoTalk friend of theirs and a member of a server are one person.

A member allows it, server by server; off at first. Then it is shown to those of their KakaoTalk
friends who are linked and members there as well, and to nobody else. Kakao's list of friends holds
the ids of their accounts, which are compared with those of links; nothing of it is kept, and nobody
but the member whose list it is hears of it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from bot import errors, kakao
from bot.services.accounts.friends import Friends
from bot.services.accounts.links import Links
from bot.services.clock import Clock
from bot.services.messages.reader import ReaderSlot
from storage.visibilities import VisibilityStore

MOST_NAMED = 200  # friends of a member who are asked about at Discord


class OnlyInServers(errors.UserError):
    """There is no server here, or none that Kkachi is in, in which somebody could be seen."""

    key = "error-only-in-servers"


@dataclass(frozen=True, slots=True)
class KnownFriend:
    """A KakaoTalk friend, and who that is at Discord where one may know it."""

    friend: kakao.Friend
    member_id: int | None = field(default=None, repr=False)
    username: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class FriendList:
    """A member's friends; without `has_names` Discord could not be asked who they are there."""

    friends: Sequence[KnownFriend]
    has_names: bool = True

    def among(self, member_ids: Collection[int]) -> dict[int, KnownFriend]:
        """Return those of these members whom one may know to be friends; raises DiscordAway."""
        if not self.has_names:
            raise errors.DiscordAway
        known = {one.member_id: one for one in self.friends if one.member_id is not None}
        return {member_id: known[member_id] for member_id in member_ids if member_id in known}


class Visibility:
    """Keeps the wishes, and asks for them whenever somebody looks at their friends."""

    def __init__(
        self,
        store: VisibilityStore,
        links: Links,
        friends: Friends,
        sight: ReaderSlot,
        *,
        now: Clock,
    ) -> None:
        self._store = store
        self._links = links
        self._friends = friends
        self._sight = sight
        self._now = now

    async def allow(self, member_id: int, guild_id: int | None) -> None:
        """Let a member be seen in a server.

        Raises OnlyInServers, NotLinked, LinkBroken or DiscordAway.
        """
        if guild_id is None or not await self._sight.reader.is_in(guild_id):
            raise OnlyInServers
        if not await self._store.add(guild_id, member_id, self._now()):
            link = await self._links.get(member_id)
            raise errors.NotLinked if link is None else errors.LinkBroken

    async def end(self, member_id: int, guild_id: int | None) -> None:
        """Let a member not be seen in a server any more; without one, nowhere."""
        await self._store.forget(member_id=member_id, guild_id=guild_id)

    async def of(self, member_id: int) -> Sequence[int]:
        """Return the servers in which a member may be seen."""
        return await self._store.of(member_id)

    async def friends(
        self, member_id: int, guild_id: int | None, chosen: Collection[int] = ()
    ) -> FriendList:
        """Return a member's friends with the user names that they may see in a server.

        What is asked depends on who the friends are, and not on the members who were `chosen`:
        those are only asked about first. Raises what `Friends.of` raises.
        """
        friends = await self._friends.of(member_id)
        who = await self._who(member_id, guild_id, friends)
        first = sorted(who.values(), key=lambda one: one not in chosen)
        try:
            names = await self._names(member_id, guild_id, first[:MOST_NAMED])
        except errors.DiscordAway:
            return FriendList([KnownFriend(one) for one in friends], has_names=False)
        return FriendList([_known(one, who, names) for one in friends])

    async def _who(
        self, member_id: int, guild_id: int | None, friends: Sequence[kakao.Friend]
    ) -> dict[int, int]:
        """Return by account which other members may be seen in a server, in the friends' order."""
        accounts = list(dict.fromkeys(one.id for one in friends if one.id is not None))
        seen = {} if guild_id is None else await self._store.among(guild_id, accounts)
        return {one: seen[one] for one in accounts if seen.get(one, member_id) != member_id}

    async def _names(
        self, member_id: int, guild_id: int | None, others: Sequence[int]
    ) -> Mapping[int, str]:
        """Return the user names of other members, if the member is one; raises DiscordAway."""
        if guild_id is None:
            return {}
        names = await self._sight.reader.usernames(guild_id, [member_id, *others])
        return names if member_id in names else {}


def _known(friend: kakao.Friend, who: Mapping[int, int], names: Mapping[int, str]) -> KnownFriend:
    member_id = who.get(friend.id or 0)
    if member_id is None or member_id not in names:
        return KnownFriend(friend)
    return KnownFriend(friend, member_id, names[member_id])
