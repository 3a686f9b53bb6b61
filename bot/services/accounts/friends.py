"""Whom a member may send to: their KakaoTalk friends who use this app too."""

import logging

from bot import errors, kakao
from bot.services.accounts.links import Links
from bot.services.clock import Clock, has_passed
from bot.services.kakao_codes import member_key

logger = logging.getLogger(__name__)

CACHED_SECONDS = 60


class KakaoRefused(errors.UserError):
    """Kakao refuses this member's request for a reason of its own, named by its code."""

    def __init__(self, code: kakao.Code | None) -> None:
        super().__init__(code=str(code))
        self.key = member_key(code)


class Friends:
    """Lists friends, favourites first; a list is remembered for a minute."""

    def __init__(self, links: Links, client: kakao.KakaoClient, *, now: Clock) -> None:
        self._links = links
        self._kakao = client
        self._now = now
        self._cache: dict[int, tuple[float, list[kakao.Friend]]] = {}

    async def of(self, member_id: int) -> list[kakao.Friend]:
        """Return the member's friends.

        Raises NotLinked, LinkBroken, ConsentMissing, TryLater, OperatorFault or KakaoRefused.
        """
        self._drop_old()
        if member_id in self._cache:
            return self._cache[member_id][1]
        await self._check_consent(member_id)
        friends = await self._fetch(member_id)
        friends.sort(key=lambda friend: (not friend.favorite, friend.profile_nickname))
        self._cache[member_id] = (self._now(), friends)
        return friends

    async def forget(self, member_id: int) -> None:
        """Forget a member's list: their account or its friends have changed."""
        self._cache.pop(member_id, None)

    def _drop_old(self) -> None:
        now = self._now()
        self._cache = {
            member_id: (at, friends)
            for member_id, (at, friends) in self._cache.items()
            if not has_passed(at, CACHED_SECONDS, now)
        }

    async def _check_consent(self, member_id: int) -> None:
        link = await self._links.get(member_id)
        if link is None:
            raise errors.NotLinked
        if link.broken_at is not None:
            raise errors.LinkBroken
        if kakao.FRIENDS not in link.scopes:
            raise errors.ConsentMissing(frozenset({kakao.FRIENDS}))

    async def _fetch(self, member_id: int) -> list[kakao.Friend]:
        """Ask Kakao, and say what went wrong in words for the member."""
        try:
            return await self._ask(member_id)
        except (kakao.TokenInvalid, kakao.NotLinked):
            await self._links.broke(member_id)
            raise errors.LinkBroken from None
        except kakao.ConsentMissing:
            raise errors.ConsentMissing(frozenset({kakao.FRIENDS})) from None
        except kakao.KakaoError as error:
            logger.warning("no list of friends: %s %s", type(error).__name__, error.code)
            raise _for_member(error) from None

    async def _ask(self, member_id: int) -> list[kakao.Friend]:
        token = await self._links.access_token(member_id)
        try:
            return await self._kakao.all_friends(token)
        except kakao.TokenInvalid:
            return await self._kakao.all_friends(await self._links.renew(member_id, token))


def _for_member(error: kakao.KakaoError) -> errors.UserError:
    if isinstance(error, kakao.AppFault):
        return errors.OperatorFault()
    if isinstance(error, kakao.AccountBarred | kakao.NotTalkUser | kakao.Refused):
        return KakaoRefused(error.code)
    return errors.TryLater()
