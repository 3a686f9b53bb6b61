"""What members agree to at Kakao, and how they take it back."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot import errors
from bot.kakao import (
    AppFault,
    BadRequest,
    KakaoClient,
    KakaoError,
    Scope,
    TokenInvalid,
)
from bot.services.accounts.links import Links
from bot.services.accounts.oauth import FRIENDS_SCOPES
from storage.links import Link

logger = logging.getLogger(__name__)

PATIENCE = 4.0
NOT_REVOCABLE = -3


class ConsentRequired(errors.UserError):
    """Kakao does not let this consent be taken back: the app requires it."""

    key = "error-consent-required"


@dataclass(frozen=True, slots=True)
class Agreements:
    """A member's consents; not `live` are those we know of when Kakao does not say."""

    scopes: Sequence[Scope]
    live: bool

    @property
    def revocable(self) -> list[Scope]:
        """Those that the member can take back."""
        return [scope for scope in self.scopes if scope.agreed and scope.revocable]


class Consents:
    """Asks Kakao what a member agrees to, and tells it what they take back."""

    def __init__(self, links: Links, kakao: KakaoClient) -> None:
        self._links = links
        self._kakao = kakao

    async def of(self, member_id: int) -> Agreements:
        """Return what a member agrees to, as far as that can be told now; raises NotLinked."""
        link = await self._links.get(member_id)
        if link is None:
            raise errors.NotLinked
        try:
            async with asyncio.timeout(PATIENCE):
                link, scopes = await self._links.call(member_id, self._kakao.scopes)
        except (KakaoError, errors.UserError, TimeoutError) as error:
            logger.info("consents are not known: %s", type(error).__name__)
            known = [Scope(id=scope, agreed=scope in link.scopes) for scope in FRIENDS_SCOPES]
            return Agreements(known, live=False)
        await self._links.consented(link, (scope.id for scope in scopes if scope.agreed))
        return Agreements([scope for scope in scopes if scope.using], live=True)

    async def revoke(self, member_id: int, scope: str) -> Agreements:
        """Take a consent back and return what is left; one that is gone already is no mistake.

        Raises NotLinked, LinkBroken, ConsentRequired, TryLater or OperatorFault.
        """
        try:
            async with self._known_before(member_id, scope) as link:
                await self._links.call(
                    member_id,
                    lambda token: self._kakao.revoke_scopes(token, [scope]),
                    link.generation,
                )
        except BadRequest:
            logger.info("a consent was taken back before")
        except KakaoError as error:
            logger.warning("a consent stays: %s %s", type(error).__name__, error.code)
            raise _for_member(error) from None
        return await self.of(member_id)

    @asynccontextmanager
    async def _known_before(self, member_id: int, scope: str) -> AsyncIterator[Link]:
        """Note it first: Kakao's webhook tells of it too, and must bring the member no news."""
        link = await self._links.get(member_id)
        if link is None:
            raise errors.NotLinked
        await self._links.consented(link, link.scopes - {scope})
        try:
            yield link
        except Exception:
            await self._links.consented(link, link.scopes)
            raise


def _for_member(error: KakaoError) -> errors.UserError:
    if error.code == NOT_REVOCABLE:
        return ConsentRequired()
    is_ours = isinstance(error, AppFault | TokenInvalid)
    return errors.OperatorFault() if is_ours else errors.TryLater()
