"""Carries one Discord message to KakaoTalk because a member asked for it."""

from collections.abc import Sequence
from typing import Any

from bot.errors import Expired, NotLinked, TooManyFriends, UserError
from bot.kakao import MAX_RECEIVERS
from bot.services.accounts.links import Links
from bot.services.cards.message import message_card
from bot.services.cards.sample import sample_card
from bot.services.deliveries.outbox import Outbox
from bot.services.forwarding.drafts import DRAFT_SECONDS, Drafts
from bot.services.forwarding.jumps import Jumps
from bot.services.forwarding.lists import Lists, Several
from bot.services.messages.models import Highlight, Member, Source
from bot.texts import Texts
from storage.deliveries import Chat, Delivery, NewDelivery
from storage.drafts import Draft, Pick


class NobodyPicked(UserError):
    """The send button was pressed before any friend was picked."""

    key = "error-nobody-picked"


class Forwarding:
    """Sends highlights to "Me" at once, and to friends by way of a draft with a picker."""

    def __init__(
        self,
        *,
        links: Links,
        deliveries: Outbox,
        drafts: Drafts,
        jumps: Jumps,
        lists: Lists,
        texts: Texts,
    ) -> None:
        self._links = links
        self._deliveries = deliveries
        self._drafts = drafts
        self._jumps = jumps
        self._lists = lists
        self._texts = texts

    async def to_me(self, member: Member, highlight: Highlight, note: str | None) -> list[Delivery]:
        """Send to the member's own chat and return how that went so far.

        Raises NotLinked, SystemMessage or NoteTooLong; then nothing is sent.
        """
        return await self.send([await self.row_to_me(member, highlight, note)])

    async def row_to_me(
        self, member: Member, highlight: Highlight, note: str | None = None
    ) -> NewDelivery:
        """Return a send to the member's own chat; raises NotLinked, SystemMessage, NoteTooLong."""
        if await self._links.get(member.id) is None:
            raise NotLinked
        source = highlight.source
        return NewDelivery(
            member_id=member.id,
            chat=Chat.ME,
            card=await self._card(member, highlight, note),
            guild_id=source.guild_id,
            channel_id=source.channel_id,
            message_id=source.message_id,
            policy=highlight.policy,
        )

    async def several_to_me(
        self, member: Member, several: Several, note: str | None
    ) -> list[Delivery]:
        """Send several messages to the member's own chat as one card with a page behind.

        Raises NotLinked, NoteTooLong or DiscordAway; then nothing is sent.
        """
        if await self._links.get(member.id) is None:
            raise NotLinked
        listed, first = await self._lists.make(member, several, note), several.messages[0]
        row = NewDelivery(
            member_id=member.id,
            chat=Chat.ME,
            card=listed.card,
            guild_id=first.source.guild_id,
            channel_id=first.source.channel_id,
            policy=first.policy,
        )
        return await self.send([row])

    async def sample(self, member: Member, source: Source) -> NewDelivery:
        """Return a card for the member's own chat that shows what cards are like.

        It leads to `source`, where it was asked for. Raises NotLinked.
        """
        if await self._links.get(member.id) is None:
            raise NotLinked
        link = await self._jumps.open(member.id, source)
        return NewDelivery(
            member_id=member.id,
            chat=Chat.ME,
            card=sample_card(link, member.locale, self._texts).template_object(),
            guild_id=source.guild_id,
            channel_id=source.channel_id,
        )

    async def draft(self, member: Member, highlight: Highlight, note: str | None) -> Draft:
        """Keep a card for a day while the member agrees at Kakao and picks friends.

        Raises SystemMessage or NoteTooLong.
        """
        card = await self._card(member, highlight, note)
        return await self._drafts.begin(
            member, highlight.source, card=card, policy=highlight.policy
        )

    async def draft_of_several(self, member: Member, several: Several, note: str | None) -> Draft:
        """Keep the card of several messages, and its page, as `draft` does.

        Raises NoteTooLong or DiscordAway.
        """
        listed = await self._lists.make(member, several, note, DRAFT_SECONDS)
        first = several.messages[0]
        source = Source(first.source.guild_id, first.source.channel_id, 0)
        return await self._drafts.begin(
            member, source, card=listed.card, policy=first.policy, digest_id=listed.digest_id
        )

    async def open(self, member_id: int, draft_id: str) -> Draft:
        """Return a member's own draft with its card; raises Expired or NotYours."""
        draft = await self._drafts.open(member_id, draft_id)
        if draft.is_being_written:
            raise Expired
        return draft

    async def pick(self, draft: Draft, shown: Sequence[str], picked: Sequence[Pick]) -> Draft:
        """Replace the picks among the friends who are `shown`; those on other pages stay.

        Raises TooManyFriends; the picks stay as they were.
        """
        elsewhere = [pick for pick in draft.picks if pick.uuid not in shown]
        picks = (*elsewhere, *picked)
        if len(picks) > MAX_RECEIVERS:
            raise TooManyFriends(count=len(picks), limit=MAX_RECEIVERS)
        return await self._drafts.change(draft, picks=picks)

    async def turn(self, draft: Draft, page: int) -> Draft:
        """Show another page of the picker."""
        return await self._drafts.change(draft, page=page)

    async def search(self, draft: Draft, query: str) -> Draft:
        """Show only friends whose names hold `query`; an empty one shows all."""
        return await self._drafts.change(draft, query=query, page=0)

    async def discard(self, draft: Draft) -> None:
        """Forget a draft that the member does not want to send."""
        await self._drafts.discard(draft)
        if draft.digest_id is not None:
            await self._lists.discard(draft.digest_id)

    async def to_friends(self, draft: Draft) -> list[Delivery]:
        """Send a draft to the friends picked and return how that went so far.

        Raises NobodyPicked, NotLinked, or Expired when it was sent or discarded already.
        """
        if not draft.picks:
            raise NobodyPicked
        if draft.digest_id is not None:
            await self._lists.keep(draft.digest_id)
        return await self.send([_to_friend(draft, pick) for pick in draft.picks], draft)

    async def rows(self, member_id: int, forward_id: str) -> list[Delivery]:
        """Return the deliveries of a member's forward."""
        return await self._deliveries.of_forward(forward_id, member_id)

    async def repeat(self, member_id: int, forward_id: str) -> list[Delivery]:
        """Send again to the friends whom it did not reach and where that makes sense.

        Raises Expired when nothing of this forward can be sent again.
        """
        if not await self._deliveries.repeat(forward_id, member_id):
            raise Expired
        return await self._deliveries.settle(forward_id, member_id)

    async def send(self, rows: Sequence[NewDelivery], draft: Draft | None = None) -> list[Delivery]:
        """Send because a member has just asked for it, and return how that went so far.

        A draft ends with that. Raises NotLinked, or Expired when it was sent or discarded already.
        """
        return await self._deliveries.send(rows, draft_id=draft.id if draft else None)

    async def _card(self, member: Member, highlight: Highlight, note: str | None) -> dict[str, Any]:
        link = await self._jumps.open(member.id, highlight.source)
        card = message_card(
            highlight, note=note, link=link, locale=member.locale, texts=self._texts
        )
        return card.template_object()


def _to_friend(draft: Draft, pick: Pick) -> NewDelivery:
    return NewDelivery(
        member_id=draft.member_id,
        chat=Chat.FRIEND,
        friend_uuid=pick.uuid,
        friend_name=pick.name,
        card=draft.card,
        guild_id=draft.guild_id,
        channel_id=draft.channel_id,
        message_id=draft.message_id or None,
        feature=draft.feature,
        policy=draft.policy,
    )
