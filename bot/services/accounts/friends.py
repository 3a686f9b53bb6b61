"""Whom a member may send to: their KakaoTalk friends who use this app too."""

import logging

from bot import errors, kakao
from bot.services.accounts.links import Links
from bot.services.cache import Cache
from bot.services.clock import Clock
from bot.services.kakao_codes import member_key
from storage.links import Link

logger = logging.getLogger(__name__)

CACHED_SECONDS = 60
REMEMBERED = 1000


class KakaoRefused(errors.UserError):
    """Kakao refuses this member's request for a reason of its own, named by its code."""

    def __init__(self, code: kakao.Code | None) -> None:
        super().__init__(code=str(code))
        self.key = member_key(code)


class AppSpent(errors.TryLater):
    """Kakao answers this app no more today."""

    key = "error-app-spent"


class Friends:
    """Lists friends, favourites first; a list is remembered for a minute."""

    def __init__(self, links: Links, client: kakao.KakaoClient, *, now: Clock) -> None:
        self._links = links
        self._kakao = client
        self._lists = Cache(self._fetch, most=REMEMBERED, seconds=CACHED_SECONDS, now=now)

    async def of(self, member_id: int) -> list[kakao.Friend]:
        """Return the friends of the account that the member has linked now.

        Raises NotLinked, LinkBroken, ConsentMissing, TryLater (AppSpent among it), OperatorFault
        or KakaoRefused.
        """
        link = await self._agreeing(member_id)
        generation, friends = await self._lists.get(member_id)
        if generation != link.generation:
            self._lists.drop(member_id)
            _, friends = await self._lists.get(member_id)
        return friends

    async def forget(self, member_id: int) -> None:
        """Forget a member's list: their account or its friends have changed."""
        self._lists.drop(member_id)

    async def _fetch(self, member_id: int) -> tuple[str, list[kakao.Friend]]:
        """Ask Kakao, and say what went wrong in words for the member."""
        try:
            link, friends = await self._links.call(member_id, self._kakao.all_friends)
        except kakao.ConsentMissing:
            raise errors.ConsentMissing(frozenset({kakao.FRIENDS})) from None
        except kakao.KakaoError as error:
            logger.warning("no list of friends: %s %s", type(error).__name__, error.code)
            raise _for_member(error) from None
        friends.sort(key=lambda friend: (not friend.favorite, friend.profile_nickname))
        return link.generation, friends

    async def _agreeing(self, member_id: int) -> Link:
        link = await self._links.get(member_id)
        if link is None:
            raise errors.NotLinked
        if link.broken_at is not None:
            raise errors.LinkBroken
        if kakao.FRIENDS not in link.scopes:
            raise errors.ConsentMissing(frozenset({kakao.FRIENDS}))
        return link


def _for_member(error: kakao.KakaoError) -> errors.UserError:
    if isinstance(error, kakao.AppFault | kakao.TokenInvalid):
        return errors.OperatorFault()
    if isinstance(error, kakao.AccountBarred | kakao.NotTalkUser | kakao.Refused):
        return KakaoRefused(error.code)
    return AppSpent() if isinstance(error, kakao.AllowanceSpent) else errors.TryLater()
