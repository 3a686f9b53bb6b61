"""Links that wait for their member to type the number that went to the Kakao account's own chat."""

import hmac
from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.allowances import Claim, count, give_back, mark_spent
from storage.database import Database, StorageError, rows_of
from storage.deliveries import Delivery
from storage.erasing import in_batches
from storage.links import Link, LinkStore
from storage.reading import Unreadable, as_list, reading
from storage.tables import number_cards, pending_links
from storage.vault import Vault, VaultError

ACCESS = "access token of a pending link"
REFRESH = "refresh token of a pending link"
NUMBER = "number of a pending link"
LINK_COLUMNS = tuple(one.name for one in fields(Link) if one.name != "broken_at")
PENDING = pending_links.c
CARD = number_cards.c


class TooManyCards(StorageError):
    """As many cards as there may be in a while have gone to this member or account already."""


class CardSpent(StorageError):
    """Kakao lets no more be sent today, by our own count; `claim` says of what."""

    def __init__(self, claim: Claim) -> None:
        super().__init__("nothing left")
        self.claim = claim


@dataclass(frozen=True, slots=True)
class PendingLink:
    """A link as it will be, the number that makes it good, and for whom Kakao was asked."""

    link: Link
    number: str = field(repr=False)
    tries_left: int
    expires_at: float
    member_name: str
    member_avatar_url: str
    guild_name: str | None
    draft_id: str | None


@dataclass(frozen=True, slots=True)
class Card:
    """A card that is about to bring a number, as it was counted."""

    id: int
    claims: Sequence[Claim]


@dataclass(frozen=True, slots=True)
class CardBound:
    """A card goes out `at` this time; so many may in so many seconds, to a member or an account."""

    at: float
    most: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Guess:
    """What came of a number: `pending` is None when none was awaited; a right one made the link."""

    pending: PendingLink | None = None
    is_right: bool = False
    changed: list[Delivery] = field(default_factory=list)


class PendingLinkStore:
    """The tables `pending_links` and `number_cards`; tokens and numbers are sealed.

    The kinds they are sealed as are their own: moved to `links` a token does not open.
    """

    def __init__(self, database: Database, vault: Vault, links: LinkStore) -> None:
        self._database = database
        self._vault = vault
        self._links = links

    def turn(self, member_id: int) -> AbstractAsyncContextManager[None]:
        """Let nobody else, in this or another process, work on a member's link meanwhile."""
        return self._links.turn(member_id)

    async def get(self, member_id: int) -> PendingLink | None:
        """Return the member's pending link, also when its time is over."""
        query = select(pending_links).where(PENDING.member_id == member_id)
        row = await self._database.first(query)
        return self._opened(row) if row else None

    async def of_account(self, kakao_id: int) -> list[PendingLink]:
        """Return all pending links with a KakaoTalk account."""
        query = select(pending_links).where(PENDING.kakao_id == kakao_id)
        return self._readable(await self._database.all(query))

    async def put(
        self, pending: PendingLink, claims: Sequence[Claim], bound: CardBound
    ) -> tuple[Card, PendingLink | None]:
        """Keep a pending link in place of the member's former one, and count its card.

        Returns both. Raises TooManyCards or CardSpent, and all stays as it was then.
        """

        async def replace(connection: AsyncConnection) -> tuple[Card, PendingLink | None]:
            card = await self._count(connection, pending.link, claims, bound)
            mine = delete(pending_links).where(PENDING.member_id == pending.link.member_id)
            former = await rows_of(connection, mine.returning(pending_links))
            await connection.execute(insert(pending_links).values(self._sealed(pending)))
            return card, next(iter(self._readable(former)), None)

        return await self._database.write(replace)

    async def count(self, link: Link, claims: Sequence[Claim], bound: CardBound) -> Card:
        """Count one more card for a pending link; raises TooManyCards or CardSpent."""
        return await self._database.write(
            lambda connection: self._count(connection, link, claims, bound)
        )

    async def uncount(self, card: Card, spent: Sequence[Claim]) -> None:
        """Note that a card has certainly not arrived, and what Kakao says is used up."""

        async def change(connection: AsyncConnection) -> None:
            await connection.execute(delete(number_cards).where(CARD.id == card.id))
            await give_back(connection, card.claims)
            await mark_spent(connection, spent)

        await self._database.write(change)

    async def guess(self, member_id: int, number: str, now: float, latest: float) -> Guess:
        """Try a number: one try less, and with the right one the link is good, all at once.

        `latest` is how late a pending link can end by a clock that was not set back. Whatever is
        over is erased. Raises KakaoAccountTaken, and the tries are as before then.
        """
        mine = PENDING.member_id == member_id
        use = (
            update(pending_links)
            .where(mine, PENDING.tries_left > 0, ~_is_over(now, latest))
            .values(tries_left=PENDING.tries_left - 1)
            .returning(pending_links)
        )

        async def change(connection: AsyncConnection) -> Guess:
            for row in await rows_of(connection, use):
                pending = self._opened(row)
                is_right = hmac.compare_digest(number.encode(), pending.number.encode())
                if is_right or not pending.tries_left:
                    await connection.execute(delete(pending_links).where(mine))
                if not is_right:
                    return Guess(pending)
                return Guess(
                    pending,
                    is_right=True,
                    changed=await self._links.place(connection, pending.link),
                )
            return Guess()

        return await self._database.write(change)

    async def take(self, member_id: int) -> list[PendingLink]:
        """Erase and return the member's pending link."""
        return await self._take(PENDING.member_id == member_id)

    async def drop(self, pending: PendingLink) -> bool:
        """Erase this very one, unless it was replaced meanwhile; False when it is gone."""
        link = pending.link
        same = (PENDING.member_id == link.member_id) & (PENDING.generation == link.generation)
        gone = delete(pending_links).where(same).returning(PENDING.member_id)
        return bool(await self._database.change(gone))

    async def take_over(self, now: float, latest: float) -> list[PendingLink]:
        """Erase and return those whose time is over; see `guess`."""
        over = _is_over(now, latest)
        if await self._database.first(select(PENDING.member_id).where(over).limit(1)) is None:
            return []
        return await self._take(over)

    async def purge(self, before: float) -> None:
        """Forget cards that were sent before then."""
        await in_batches(self._database, delete(number_cards), CARD.sent_at < before)

    async def _take(self, which: ColumnElement[bool]) -> list[PendingLink]:
        gone = delete(pending_links).where(which).returning(pending_links)
        return self._readable(await self._database.change(gone))

    async def _count(
        self, connection: AsyncConnection, link: Link, claims: Sequence[Claim], bound: CardBound
    ) -> Card:
        account = self._vault.mark(f"account {link.kakao_id}")
        for same in (CARD.member_id == link.member_id, CARD.account == account):
            # What was sent long after now was sent before the clock was set back.
            lately = CARD.sent_at.between(bound.at - bound.seconds, bound.at + bound.seconds)
            query = select(func.count().label("n")).where(same, lately)
            [found] = await rows_of(connection, query)
            if found["n"] >= bound.most:
                raise TooManyCards
        for claim in (await count(connection, {0: claims})).values():
            raise CardSpent(claim)
        values = {"member_id": link.member_id, "account": account, "sent_at": bound.at}
        add = insert(number_cards).values(values).returning(CARD.id)
        [row] = await rows_of(connection, add)
        return Card(row["id"], claims)

    def _sealed(self, pending: PendingLink) -> dict[str, object]:
        link = pending.link
        values = {name: getattr(link, name) for name in LINK_COLUMNS}
        others = {one.name: getattr(pending, one.name) for one in fields(pending)}
        del others["link"]
        sealed = {
            "access_token": self._seal(link.access_token, link, ACCESS),
            "refresh_token": self._seal(link.refresh_token, link, REFRESH),
            "number": self._seal(pending.number, link, NUMBER),
        }
        return values | others | sealed | {"scopes": sorted(link.scopes)}

    def _readable(self, rows: Iterable[dict[str, Any]]) -> list[PendingLink]:
        """Open those that can be: without a token there is nothing to undo at Kakao."""
        found = []
        for row in rows:
            with suppress(Unreadable, VaultError):
                found.append(self._opened(row))
        return found

    def _opened(self, row: dict[str, Any]) -> PendingLink:
        member_id = row["member_id"]
        with reading("pending links", member_id):
            opened = {
                name: self._vault.open(row[name], member_id=member_id, kind=kind)
                for name, kind in (
                    ("access_token", ACCESS),
                    ("refresh_token", REFRESH),
                    ("number", NUMBER),
                )
            }
            values = row | opened | {"scopes": frozenset(as_list(row["scopes"]))}
            link = Link(**{name: values.pop(name) for name in LINK_COLUMNS})
            return PendingLink(link=link, **values)

    def _seal(self, text: str, link: Link, kind: str) -> bytes:
        return self._vault.seal(text, member_id=link.member_id, kind=kind)


def _is_over(now: float, latest: float) -> ColumnElement[bool]:
    return or_(PENDING.expires_at <= now, PENDING.expires_at > latest)
