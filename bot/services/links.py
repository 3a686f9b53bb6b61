"""Ties a Discord member to a Kakao account and keeps the tokens of that tie usable."""

import asyncio
import hmac
import logging
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal, TypeVar
from weakref import WeakValueDictionary

from bot.errors import LinkBroken, NotLinked, OperatorFault, TryLater
from bot.kakao import (
    AppFault,
    BadAnswer,
    GrantInvalid,
    KakaoClient,
    KakaoError,
    LostAnswer,
    TokenInvalid,
    Tokens,
    Unavailable,
    Unreachable,
)
from bot.services.highlight import Member
from bot.texts import Locale, pick_locale
from storage.link_requests import LinkRequest, LinkRequestStore, LinkState
from storage.links import KakaoAccountTaken, Link, LinkStore
from storage.vault import digest

logger = logging.getLogger(__name__)

BASIC_SCOPES = ("profile_nickname", "talk_message")
FRIENDS_SCOPES = (*BASIC_SCOPES, "friends")
# Without this one no card goes out.
NEEDED = frozenset({"talk_message"})

REQUEST_LIFE = 30 * 60
STATE_LIFE = 10 * 60
REFRESH_EARLY = 60
# Kakao names the life of a new refresh token; this stands in should it ever leave it out.
REFRESH_TOKEN_LIFE = 60 * 24 * 60 * 60
UNLINK_PATIENCE = 5
LISTENER_PATIENCE = 3
# How far Kakao's clock and ours may be apart.
CLOCKS_APART = 10

Reason = Literal[
    "denied",
    "unknown",
    "used",
    "expired",
    "other-browser",
    "kakao-down",
    "kakao-refused",
    "account-taken",
    "other-account",
    "talk-message-unticked",
    "friends-unticked",
    "request-unknown",
    "request-used",
    "request-expired",
    "bad-request",
    "operator-fault",
]

# What Kakao may put into `error` when it sends the browser back; all else is kakao-refused.
KAKAO_ANSWERS: dict[str, Reason] = {
    "access_denied": "denied",
    "server_error": "kakao-down",
    "invalid_client": "operator-fault",
    "invalid_scope": "operator-fault",
    "misconfigured": "operator-fault",
    "unauthorized": "operator-fault",
    "unauthorized_client": "operator-fault",
}

T = TypeVar("T")
SECRET = re.compile(r"[A-Za-z0-9_-]{20,128}")


class LinkRefused(Exception):
    """Linking stops here; `reason` names the page that says why.

    `again` is the address of the link page while that can still be used.
    """

    def __init__(
        self, reason: Reason, locale: Locale | None = None, again: str | None = None
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.locale = locale
        self.again = again


@dataclass(frozen=True, slots=True)
class Departure:
    """Where the browser goes next, and the cookie value it is known by."""

    location: str
    browser: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """A member whose Kakao account has just been linked."""

    member_id: int
    nickname: str
    locale: Locale
    draft_id: str | None
    agreed: frozenset[str] = frozenset()
    """What they agreed to beyond what their link allowed before, when it stood already."""


LinkedListener = Callable[[Arrival], Awaitable[None]]
BrokenListener = Callable[[int, Locale], Awaitable[None]]
UnlinkedListener = Callable[[int], Awaitable[None]]
ConsentListener = Callable[[int, Locale, frozenset[str]], Awaitable[None]]


class Links:
    """Every link of a member with Kakao: made, kept fresh, broken and undone."""

    def __init__(
        self,
        links: LinkStore,
        requests: LinkRequestStore,
        kakao: KakaoClient,
        *,
        public_url: str,
        now: Callable[[], float],
        token: Callable[[], str] = secrets.token_urlsafe,
    ) -> None:
        self._links = links
        self._requests = requests
        self._kakao = kakao
        self._public_url = public_url
        self._now = now
        self._token = token
        # A lock lives as long as somebody holds or awaits it.
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._under_way: set[asyncio.Task[Any]] = set()
        self.on_linked: list[LinkedListener] = []
        self.on_broken: list[BrokenListener] = []
        self.on_unlinked: list[UnlinkedListener] = []
        self.on_consent_missing: list[ConsentListener] = []
        # At Kakao itself, where the member may not think of us.
        self.on_undone: list[BrokenListener] = []

    # From Discord to the link page

    async def invite(
        self,
        member: Member,
        *,
        scopes: Sequence[str] = BASIC_SCOPES,
        draft_id: str | None = None,
    ) -> str:
        """Return the address of a new link page for this member, valid for half an hour.

        With a draft Kakao is asked only for what the member has not agreed to yet.
        """
        token = self._token()
        now = self._now()
        request = LinkRequest(
            member_id=member.id,
            member_name=member.name,
            member_avatar_url=member.avatar_url,
            locale=member.locale,
            scopes=tuple(scopes) if draft_id is None else await self._missing(member.id, scopes),
            draft_id=draft_id,
            created_at=now,
            expires_at=now + REQUEST_LIFE,
        )
        await self._requests.add(token, request)
        return self._page(token)

    async def request(self, token: str) -> LinkRequest:
        """Return what a link page is about; looking consumes nothing.

        Raises LinkRefused: request-unknown, request-used or request-expired.
        """
        request = await self._requests.find(token) if SECRET.fullmatch(token) else None
        if request is None:
            raise LinkRefused("request-unknown")
        if request.finished_at is not None:
            raise LinkRefused("request-used", pick_locale(request.locale))
        if request.expires_at <= self._now():
            raise LinkRefused("request-expired", pick_locale(request.locale))
        return request

    async def begin(self, token: str, browser: str | None) -> Departure:
        """Send this browser to Kakao with a state that is good for one return."""
        request = await self.request(token)
        if browser is None or not SECRET.fullmatch(browser):
            browser = self._token()
        # The state carries the page's token, so that a refusal can lead back to that page.
        state = f"{token}.{self._token()}"
        verifier = self._token()
        await self._requests.open_state(
            token,
            state=state,
            browser=browser,
            verifier=verifier,
            expires_at=self._now() + STATE_LIFE,
        )
        location = self._kakao.authorize_url(state=state, scopes=request.scopes, verifier=verifier)
        return Departure(location, browser)

    # Back from Kakao

    async def arrive(
        self, *, state: str | None, code: str | None, error: str | None, browser: str | None
    ) -> Arrival:
        """Finish a link with what Kakao's redirect brought; the state is consumed before all else.

        Raises LinkRefused; nothing is stored then.
        """
        token, opened = await self._consume(state)
        request = opened.request
        locale = pick_locale(request.locale)
        try:
            self._check(opened, browser)
            link = await self._introduce(opened, code, error)
            agreed = await self._settle(request, link)
        except LinkRefused as refused:
            again = self._page(token) if self._usable(request, refused.reason) else None
            raise LinkRefused(refused.reason, locale, again) from None
        arrival = Arrival(link.member_id, link.nickname, locale, request.draft_id, agreed)
        await self._tell(listener(arrival) for listener in self.on_linked)
        return arrival

    async def _consume(self, state: str | None) -> tuple[str, LinkState]:
        if state is None:
            raise LinkRefused("bad-request")
        token, _, nonce = state.partition(".")
        if not SECRET.fullmatch(token) or not SECRET.fullmatch(nonce):
            raise LinkRefused("unknown")
        opened = await self._requests.consume(state, self._now())
        if opened is None:
            issued = await self._requests.was_issued(state)
            raise LinkRefused("used" if issued else "unknown")
        return token, opened

    def _check(self, opened: LinkState, browser: str | None) -> None:
        if opened.request.finished_at is not None:
            raise LinkRefused("used")
        if opened.expires_at <= self._now():
            raise LinkRefused("expired")
        if browser is None or not hmac.compare_digest(digest(browser), opened.browser):
            raise LinkRefused("other-browser")

    async def _introduce(self, opened: LinkState, code: str | None, error: str | None) -> Link:
        """Turn Kakao's answer into a link that is not stored yet."""
        if error is not None:
            raise LinkRefused(KAKAO_ANSWERS.get(error, "kakao-refused"))
        if not code:
            raise LinkRefused("bad-request")
        try:
            return await self._meet(opened, code)
        except KakaoError as failure:
            logger.warning("Kakao refused a link: %s %s", type(failure).__name__, failure.code)
            raise LinkRefused(_reason(failure)) from None

    async def _meet(self, opened: LinkState, code: str) -> Link:
        tokens = await self._kakao.exchange_code(code, opened.verifier)
        now = self._now()
        if tokens.refresh_token is None:
            raise LinkRefused("kakao-refused")
        user = await self._kakao.me(tokens.access_token)
        scopes = await self._kakao.scopes(tokens.access_token)
        return Link(
            member_id=opened.request.member_id,
            kakao_id=user.id,
            nickname=user.nickname or "KakaoTalk",
            scopes=frozenset(scope.id for scope in scopes if scope.agreed),
            access_token=tokens.access_token,
            access_expires_at=now + tokens.expires_in,
            refresh_token=tokens.refresh_token,
            refresh_expires_at=now + (tokens.refresh_token_expires_in or REFRESH_TOKEN_LIFE),
            locale=opened.request.locale,
            linked_at=now,
        )

    async def _settle(self, request: LinkRequest, link: Link) -> frozenset[str]:
        """Store the link, unless the account or the consent is not what was asked for.

        Returns what a link that stood already allows beyond what it did.
        """
        async with self._turn(link.member_id):
            before = await self._links.get(link.member_id)
            moved = before is not None and before.kakao_id != link.kakao_id
            if moved and request.draft_id is not None:
                # The draft's friends are friends of the account that is linked now.
                raise LinkRefused("other-account")
            _check_consent(request, link)
            try:
                await self._links.put(link)
            except KakaoAccountTaken:
                raise LinkRefused("account-taken") from None
        await self._requests.finish(request.digest, self._now())
        if before is not None and moved:
            await self._leave(before)
            await self._tell(listener(link.member_id) for listener in self.on_unlinked)
        if before is None or before.broken_at is not None or moved:
            return frozenset()
        return link.scopes - before.scopes

    def _usable(self, request: LinkRequest, reason: Reason) -> bool:
        is_open = request.finished_at is None and request.expires_at > self._now()
        return is_open and reason != "operator-fault"

    # Tokens

    async def get(self, member_id: int) -> Link | None:
        """Return the member's link, broken or not."""
        return await self._links.get(member_id)

    async def access_token(self, member_id: int) -> str:
        """Return a token that is good for at least another minute.

        Raises NotLinked, LinkBroken (the member must link again), TryLater or OperatorFault.
        """
        return await self._ensure(
            member_id, lambda link: link.access_expires_at > self._now() + REFRESH_EARLY
        )

    async def renew(self, member_id: int, refused: str) -> str:
        """Return another token than the one Kakao has just refused, with one refresh at most."""
        return await self._ensure(member_id, lambda link: link.access_token != refused)

    async def broke(self, member_id: int) -> None:
        """Note that Kakao no longer accepts this member; the first time listeners are told."""
        link = await self._links.get(member_id)
        if link is not None and await self._links.mark_broken(member_id, self._now()):
            await self._tell_broken(link)

    async def consent_missing(
        self, member_id: int, scopes: frozenset[str], at: float, *, quietly: bool
    ) -> None:
        """Note that Kakao asked for consents at this time; the first time listeners are told.

        Unless `quietly`: then the member is looking at an answer that says so.
        """
        first = await self._links.withdraw(member_id, scopes, at)
        link = await self._links.get(member_id)
        if first and link is not None and not quietly:
            await self._tell_consent_missing(link, scopes)

    async def consented(self, member_id: int, scopes: Iterable[str]) -> None:
        """Keep what the member agrees to, as Kakao has just told."""
        await self._links.set_scopes(member_id, scopes)

    async def _ensure(self, member_id: int, good: Callable[[Link], bool]) -> str:
        link = await self._sound(member_id)
        if good(link):
            return link.access_token
        # The caller may be cancelled; a pair that Kakao has issued must still be saved.
        return await asyncio.shield(self._spawn(self._renewed(member_id, good)))

    async def _renewed(self, member_id: int, good: Callable[[Link], bool]) -> str:
        async with self._turn(member_id):
            link = await self._sound(member_id)
            if good(link):
                return link.access_token
            token = await self._refresh(link)
            if token is not None:
                return token
            first = await self._links.mark_broken(member_id, self._now())
        # Outside the lock: a listener may ask for this member's token itself.
        if first:
            await self._tell_broken(link)
        raise LinkBroken

    async def _sound(self, member_id: int) -> Link:
        link = await self._links.get(member_id)
        if link is None:
            raise NotLinked
        if link.broken_at is not None:
            raise LinkBroken
        return link

    async def _refresh(self, link: Link) -> str | None:
        """Return a new token that is saved already, or None when the link has come to its end."""
        if link.refresh_expires_at <= self._now():
            return None
        try:
            tokens = await self._kakao.refresh(link.refresh_token)
        except GrantInvalid:
            return None
        except AppFault as fault:
            logger.warning("Kakao refuses the app: %s, see docs/kakao-errors.md", fault.code)
            raise OperatorFault from None
        except KakaoError as failure:
            logger.warning("No refresh now: %s %s", type(failure).__name__, failure.code)
            raise TryLater from None
        await self._save(link.member_id, tokens)
        return tokens.access_token

    async def _save(self, member_id: int, tokens: Tokens) -> None:
        now = self._now()
        life = tokens.refresh_token_expires_in
        await self._links.save_tokens(
            member_id,
            access_token=tokens.access_token,
            access_expires_at=now + tokens.expires_in,
            refresh_token=tokens.refresh_token,
            refresh_expires_at=None if life is None else now + life,
        )

    # The end of a link

    async def unlink(self, member_id: int) -> None:
        """Forget the member's Kakao account, here and, when Kakao can be reached, there.

        Raises NotLinked.
        """
        async with self._turn(member_id):
            link = await self._links.get(member_id)
            if link is None:
                raise NotLinked
            await self._leave(link)
            await self._links.delete(member_id)
        await self._tell(listener(member_id) for listener in self.on_unlinked)

    async def _leave(self, link: Link) -> None:
        """Ask Kakao to undo the connection; the member's wish stands whatever it answers."""
        try:
            async with asyncio.timeout(UNLINK_PATIENCE):
                await self._unlink_at_kakao(link)
        except (KakaoError, TimeoutError) as failure:
            logger.warning("Kakao keeps a connection: %s", type(failure).__name__)

    async def _unlink_at_kakao(self, link: Link) -> None:
        try:
            await self._kakao.unlink(link.access_token)
        except TokenInvalid:
            tokens = await self._kakao.refresh(link.refresh_token)
            await self._kakao.unlink(tokens.access_token)

    # What Kakao tells us of an account; `at` is when it happened there

    async def undone(self, kakao_id: int, at: float) -> None:
        """Forget a link that was undone at Kakao; its member is told."""
        async with self._of_account(kakao_id, at) as link:
            if link is not None:
                await self._links.delete(link.member_id)
        if link is not None:
            await self._tell(listener(link.member_id) for listener in self.on_unlinked)
            await self._tell_all(self.on_undone, link)

    async def revoked(self, kakao_id: int, at: float) -> None:
        """Note that the tokens of an account are dead; its member is told."""
        async with self._of_account(kakao_id, at) as link:
            first = link is not None and await self._links.mark_broken(link.member_id, self._now())
        if link is not None and first:
            await self._tell_broken(link)

    async def withdrew(self, kakao_id: int, scopes: frozenset[str], at: float) -> None:
        """Note what an account no longer agrees to; one that gets no more cards is told."""
        async with self._of_account(kakao_id, at) as link:
            if link is not None:
                await self._links.withdraw(link.member_id, scopes, link.linked_at)
        if link is not None and NEEDED & link.scopes & scopes:
            await self._tell_consent_missing(link, NEEDED)

    @asynccontextmanager
    async def _of_account(self, kakao_id: int, at: float) -> AsyncIterator[Link | None]:
        """Hold still the link of an account, unless it was made after this happened."""
        found = await self._links.of_account(kakao_id)
        if found is None:
            yield None
            return
        async with self._turn(found.member_id):
            link = await self._links.of_account(kakao_id)
            stands = link is not None and link.linked_at <= at + CLOCKS_APART
            yield link if stands else None

    # Small things

    def _page(self, token: str) -> str:
        return f"{self._public_url}/link/{token}"

    def _turn(self, member_id: int) -> asyncio.Lock:
        return self._locks.setdefault(member_id, asyncio.Lock())

    async def _missing(self, member_id: int, scopes: Sequence[str]) -> tuple[str, ...]:
        link = await self._links.get(member_id)
        agreed = link.scopes if link is not None and link.broken_at is None else frozenset()
        return tuple(scope for scope in scopes if scope not in agreed) or tuple(scopes)

    async def _tell_broken(self, link: Link) -> None:
        await self._tell_all(self.on_broken, link)

    async def _tell_consent_missing(self, link: Link, scopes: frozenset[str]) -> None:
        locale, listeners = pick_locale(link.locale), self.on_consent_missing
        await self._tell(listener(link.member_id, locale, scopes) for listener in listeners)

    async def _tell_all(self, listeners: Iterable[BrokenListener], link: Link) -> None:
        locale = pick_locale(link.locale)
        await self._tell(listener(link.member_id, locale) for listener in listeners)

    async def _tell(self, calls: Iterable[Awaitable[None]]) -> None:
        """Let all listeners hear; a slow one goes on by itself, a failing one is only logged."""
        tasks = [self._spawn(_guarded(call)) for call in calls]
        if tasks:
            await asyncio.wait(tasks, timeout=LISTENER_PATIENCE)

    def _spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task


def _check_consent(request: LinkRequest, link: Link) -> None:
    missing = frozenset(request.scopes) - link.scopes
    if "talk_message" in missing:
        raise LinkRefused("talk-message-unticked")
    if "friends" in missing:
        raise LinkRefused("friends-unticked")


async def _guarded(call: Awaitable[None]) -> None:
    try:
        await call
    except Exception as failure:  # noqa: BLE001 - whoever listens must not undo a link
        logger.warning("A listener to links failed: %s", type(failure).__name__)


def _reason(failure: KakaoError) -> Reason:
    match failure:
        case AppFault() | TokenInvalid():
            # A token that Kakao issued a moment ago is refused: callers' addresses are limited.
            return "operator-fault"
        case Unavailable() | LostAnswer() | Unreachable() | BadAnswer():
            return "kakao-down"
        case _:
            return "kakao-refused"
