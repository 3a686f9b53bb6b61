"""Requests to link an account, and the single-use OAuth states they lead to."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Delete, Select, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, rows_of
from storage.erasing import in_batches
from storage.reading import as_list, reading
from storage.tables import link_requests, link_states
from storage.vault import Vault, digest

VERIFIER = "verifier"
# Of one link page, whose address only one member has; used ones are kept to be told from unknown.
MOST_STATES = 10
MOST_PAGES = 20


@dataclass(frozen=True, slots=True)
class LinkRequest:
    """A member who asked for the link page; `digest` is that of the token in its address.

    `guild_id` is the server in which they asked, None in direct messages.
    """

    member_id: int
    member_name: str
    member_avatar_url: str
    locale: str
    scopes: tuple[str, ...]
    draft_id: str | None
    created_at: float
    expires_at: float
    finished_at: float | None = None
    guild_id: int | None = None
    digest: bytes = b""
    guild_name: str | None = None
    channel_id: int | None = None


@dataclass(frozen=True, slots=True)
class LinkState:
    """One way to Kakao's login page and back, by one browser."""

    request: LinkRequest
    browser: bytes
    """Digest of the cookie that the browser was given."""
    verifier: str = field(repr=False)
    expires_at: float


class LinkRequestStore:
    """The tables `link_requests` and `link_states`; of tokens, states and cookies only digests."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def add(self, token: str, request: LinkRequest) -> None:
        """Keep a request under the digest of its token; of too many of a member the oldest go."""
        values = {
            "digest": digest(token),
            "member_id": request.member_id,
            "member_name": request.member_name,
            "member_avatar_url": request.member_avatar_url,
            "locale": request.locale,
            "scopes": list(request.scopes),
            "draft_id": request.draft_id,
            "created_at": request.created_at,
            "expires_at": request.expires_at,
            "finished_at": request.finished_at,
            "guild_id": request.guild_id,
            "guild_name": request.guild_name,
            "channel_id": request.channel_id,
        }

        async def put(connection: AsyncConnection) -> None:
            await connection.execute(insert(link_requests).values(values))
            await connection.execute(_surplus(request.member_id))

        await self._database.write(put)

    async def find(self, token: str) -> LinkRequest | None:
        """Return the request of a token, also when it has expired or is finished."""
        row = await self._database.first(_request(digest(token)))
        return _read(row) if row else None

    async def finish(self, request_digest: bytes, at: float) -> None:
        """Note that the request has led to a link: its page is of no more use."""
        change = (
            update(link_requests)
            .where(link_requests.c.digest == request_digest)
            .values(finished_at=at)
        )
        await self._database.change(change)

    async def open_state(
        self, token: str, *, state: str, browser: str, verifier: str, now: float, expires_at: float
    ) -> bool:
        """Keep a new state of the token's request, bound to the browser's cookie.

        Where there are too many, the oldest of the same browser goes; of others only those that
        have expired. False where there is no room.
        """

        async def add(connection: AsyncConnection) -> bool:
            # For its page's sake: two who press at once must not both take the last room.
            page = _request(digest(token)).with_for_update()
            [request] = await rows_of(connection, page)
            if not await _make_room(connection, request["digest"], digest(browser), now):
                return False
            values = {
                "digest": digest(state),
                "request_digest": request["digest"],
                "browser": digest(browser),
                "verifier": self._vault.seal(
                    verifier, member_id=request["member_id"], kind=VERIFIER
                ),
                "expires_at": expires_at,
            }
            await connection.execute(insert(link_states).values(values))
            return True

        return await self._database.write(add)

    async def consume(self, state: str, now: float) -> LinkState | None:
        """Use up a state: of any number of callers one gets it, the others None.

        An expired state is given too, so that the caller can say which of the two it was.
        """
        use = (
            update(link_states)
            .where(link_states.c.digest == digest(state), link_states.c.used_at.is_(None))
            .values(used_at=now)
            .returning(link_states)
        )

        async def take(connection: AsyncConnection) -> LinkState | None:
            for used in await rows_of(connection, use):
                [request] = await rows_of(connection, _request(used["request_digest"]))
                return self._opened(used, _read(request))
            return None

        return await self._database.write(take)

    async def was_issued(self, state: str) -> bool:
        """Tell a used state from one that we never gave out."""
        query = select(link_states.c.digest).where(link_states.c.digest == digest(state))
        return await self._database.first(query) is not None

    async def purge(self, before: float) -> None:
        """Erase requests that expired before then, with their states."""
        old = link_requests.c.expires_at < before
        await in_batches(self._database, delete(link_requests), old)

    def _opened(self, row: dict[str, Any], request: LinkRequest) -> LinkState:
        return LinkState(
            request=request,
            browser=row["browser"],
            verifier=self._vault.open(row["verifier"], member_id=request.member_id, kind=VERIFIER),
            expires_at=row["expires_at"],
        )


def _surplus(member_id: int) -> Delete:
    pages = link_requests.c
    mine = pages.member_id == member_id
    kept = select(pages.digest).where(mine).order_by(pages.created_at.desc()).limit(MOST_PAGES)
    return delete(link_requests).where(mine, pages.digest.not_in(kept))


async def _make_room(connection: AsyncConnection, page: bytes, browser: bytes, now: float) -> bool:
    states = link_states.c
    of_page = select(link_states).where(states.request_digest == page).order_by(states.expires_at)
    rows = await rows_of(connection, of_page)
    if len(rows) < MOST_STATES:
        return True
    may_go = [row for row in rows if row["expires_at"] <= now or row["browser"] == browser]
    if may_go:
        oldest = states.digest == may_go[0]["digest"]
        await connection.execute(delete(link_states).where(oldest))
    return bool(may_go)


def _request(token_digest: bytes) -> Select[Any]:
    return select(link_requests).where(link_requests.c.digest == token_digest)


def _read(row: dict[str, Any]) -> LinkRequest:
    with reading("a link request of member", row["member_id"]):
        return LinkRequest(**row | {"scopes": tuple(as_list(row["scopes"]))})
