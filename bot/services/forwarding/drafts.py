"""What a member has begun and not sent yet: kept for a day, and nobody else's business."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any, Unpack

from bot.errors import Expired, UserError
from bot.services.cache import Bounded
from bot.services.clock import DAY, Clock
from bot.services.messages.models import Member, Source
from storage.drafts import Changes, Draft, DraftStore

DRAFT_SECONDS = DAY
ID_BYTES = 12
MOST_NAMED = 1000  # drafts whose members have gone to Kakao


class NotYours(UserError):
    """Somebody else's button was pressed."""

    key = "error-not-yours"


def new_draft_id() -> str:
    """Return an id that nobody can guess and that fits into a button."""
    return secrets.token_urlsafe(ID_BYTES)


class Drafts:
    """Begins, opens and ends drafts."""

    def __init__(
        self, store: DraftStore, now: Clock, token: Callable[[], str] = new_draft_id
    ) -> None:
        self._store = store
        self._now = now
        self._token = token
        self.named = Bounded[str, Mapping[int, str]](MOST_NAMED)
        """By draft whom its member named before their friends could be read, with user names.

        In memory only: what is stored names nobody else.
        """

    async def begin(
        self,
        member: Member,
        source: Source,
        *,
        card: dict[str, Any] | None = None,
        kind: str = "forward",
        form: dict[str, Any] | None = None,
        policy: str | None = None,
        digest_id: str | None = None,
    ) -> Draft:
        """Keep a card, or a form that becomes one, for a day; a message's with its policy.

        `digest_id` is the page behind the card of several messages.
        """
        now = self._now()
        draft = Draft(
            id=self._token(),
            member_id=member.id,
            card=card or {},
            guild_id=source.guild_id,
            channel_id=source.channel_id,
            message_id=source.message_id,
            locale=member.locale,
            created_at=now,
            expires_at=now + DRAFT_SECONDS,
            kind=kind,
            form=form,
            policy=policy,
            digest_id=digest_id,
        )
        await self._store.add(draft)
        return draft

    async def open(self, member_id: int, draft_id: str) -> Draft:
        """Return a member's own draft; raises Expired or NotYours."""
        return self._own(member_id, await self._store.get(draft_id))

    async def change(self, draft: Draft, **values: Unpack[Changes]) -> Draft:
        """Keep what the member has changed; raises Expired."""
        return self._own(draft.member_id, await self._store.update(draft.id, **values))

    async def discard(self, draft: Draft) -> None:
        """Forget a draft that the member does not want to send."""
        self.named.pop(draft.id, None)
        await self._store.delete(draft.id)

    def _own(self, member_id: int, draft: Draft | None) -> Draft:
        if draft is None or draft.expires_at <= self._now():
            raise Expired
        if draft.member_id != member_id:
            raise NotYours
        return draft
