"""The journey of a link: from Discord to our page, to Kakao, and back with a code."""

import hmac
import logging
import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.errors import DiscordAway, NotAllowed
from bot.kakao import (
    FRIENDS,
    TALK_CALENDAR,
    TALK_MESSAGE,
    AccountBarred,
    AllowanceSpent,
    AppFault,
    BadAnswer,
    ConsentMissing,
    KakaoClient,
    KakaoError,
    LostAnswer,
    NotTalkUser,
    TokenInvalid,
    Unavailable,
    Unreachable,
)
from bot.services.accounts.links import Links, OtherAccount, ProofNeeded
from bot.services.accounts.pending import Awaited, CardRefused, PendingLinks
from bot.services.clock import DAY, MINUTE, Clock
from bot.services.listeners import Listeners
from bot.services.messages.models import Member, Place, Source, message_address
from bot.texts import Locale, pick_locale
from storage.link_requests import LinkRequest, LinkRequestStore, LinkState
from storage.links import KakaoAccountTaken, Link
from storage.pending_links import CardSpent, TooManyCards
from storage.vault import digest

logger = logging.getLogger(__name__)

BASIC_SCOPES = ("profile_nickname", TALK_MESSAGE)
FRIENDS_SCOPES = (*BASIC_SCOPES, FRIENDS)

REQUEST_LIFE = 30 * MINUTE
STATE_LIFE = 10 * MINUTE
# Kakao names the life of a new refresh token; this stands in should it ever leave it out.
REFRESH_TOKEN_LIFE = 60 * DAY

Reason = Literal[
    "denied",
    "unknown",
    "used",
    "expired",
    "other-browser",
    "too-many-browsers",
    "kakao-down",
    "kakao-refused",
    "account-taken",
    "other-account",
    "talk-message-unticked",
    "friends-unticked",
    "talk-calendar-unticked",
    "app-spent",
    "card-spent",
    "card-refused",
    "cards-too-many",
    "request-unknown",
    "request-used",
    "request-expired",
    "bad-request",
    "operator-fault",
    "other-member",
    "discord-denied",
    "discord-down",
    "linking-off",
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

DISCORD = "https://discord.com/channels/@me"
# What trying again at once does not mend.
HOPELESS: frozenset[Reason] = frozenset(
    {"operator-fault", "linking-off", "app-spent", "card-spent", "cards-too-many"}
)

SECRET = re.compile(r"[A-Za-z0-9_-]{20,128}")


class LinkRefused(Exception):
    """Linking stops here; `reason` names the page that says why.

    `again` is the address of the link page while that can still be used; `asks_consent` when no
    more than a consent was asked for.
    """

    def __init__(
        self,
        reason: Reason,
        locale: Locale | None = None,
        again: str | None = None,
        *,
        asks_consent: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.locale = locale
        self.again = again
        self.asks_consent = asks_consent


@dataclass(frozen=True, slots=True)
class Redirect:
    """Where the browser goes next, and the cookie value it is known by."""

    location: str
    browser: str


@dataclass(frozen=True, slots=True)
class NewLink:
    """A member whose Kakao account has just been linked."""

    member_id: int
    nickname: str
    locale: Locale
    draft_id: str | None
    agreed: frozenset[str] = frozenset()
    """What they agreed to beyond what their link allowed before, when it stood already."""
    asked: frozenset[str] = frozenset()
    """What they went to agree to, when that was all they went for."""


def asks_consent(request: LinkRequest) -> bool:
    """Tell whether a request of `OAuthFlow` asks for consents only, of a link that stands."""
    return not frozenset(BASIC_SCOPES).issubset(request.scopes)


LinkedListener = Callable[[NewLink], Awaitable[None]]
Asker = Callable[[int, int | None], Awaitable[None]]
"""Asks a server whether a member may link there; raises NotAllowed or DiscordAway."""
AwaitedListener = Callable[[Awaited], Awaitable[None]]


class OAuthFlow:
    """Leads a member to Kakao and back.

    Where it `asks_number`, an account that is new to the member is linked by the number that went
    to its own chat; otherwise whoever comes back was known before they left.
    """

    def __init__(
        self,
        links: Links,
        pending: PendingLinks,
        requests: LinkRequestStore,
        kakao: KakaoClient,
        *,
        asks_number: bool,
        public_url: str,
        now: Clock,
        token: Callable[[], str] = secrets.token_urlsafe,
    ) -> None:
        self.asks_number = asks_number
        self._links = links
        self._pending = pending
        self._requests = requests
        self._kakao = kakao
        self._public_url = public_url
        self._now = now
        self._token = token
        self._listeners = Listeners()
        self.on_linked: list[LinkedListener] = []
        self.askers: list[Asker] = []
        self.on_awaited: list[AwaitedListener] = []

    async def start(
        self,
        member: Member,
        *,
        scopes: Sequence[str] = BASIC_SCOPES,
        draft_id: str | None = None,
        place: Place | None = None,
    ) -> str:
        """Return the address of a new link page for this member, valid for half an hour.

        With a draft Kakao is asked only for what the member has not agreed to yet. The server in
        which it was asked for is asked again whenever the page is used.
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
            guild_id=place.guild_id if place else None,
            guild_name=place.guild_name if place else None,
            channel_id=place.channel_id if place else None,
        )
        await self._requests.add(token, request)
        return self._page(token)

    async def request(self, token: str) -> LinkRequest:
        """Return what a link page is about; looking consumes nothing.

        Without a link that stands it is about linking, whatever consents were asked for. Raises
        LinkRefused: request-unknown, request-used, request-expired, linking-off or discord-down.
        """
        found = await self._requests.find(token) if SECRET.fullmatch(token) else None
        if found is None:
            raise LinkRefused("request-unknown")
        request = await self._completed(found)
        if request.finished_at is not None:
            raise _refusal("request-used", request)
        if request.expires_at <= self._now():
            raise _refusal("request-expired", request)
        await self._ask_server(request)
        return request

    async def authorize(self, token: str, browser: str | None) -> Redirect:
        """Send this browser to Kakao with a state that is good for one return."""
        request = await self.request(token)
        if browser is None or not SECRET.fullmatch(browser):
            browser = self._token()
        # The state carries the page's token, so that a refusal can lead back to that page.
        state = f"{token}.{self._token()}"
        verifier = self._token()
        is_open = await self._requests.open_state(
            token,
            state=state,
            browser=browser,
            verifier=verifier,
            now=self._now(),
            expires_at=self._now() + STATE_LIFE,
        )
        if not is_open:
            raise _refusal("too-many-browsers", request)
        location = self._kakao.authorize_url(state=state, scopes=request.scopes, verifier=verifier)
        return Redirect(location, browser)

    # Back from Kakao

    async def callback(
        self, *, state: str | None, code: str | None, error: str | None, browser: str | None
    ) -> NewLink | Awaited:
        """Finish a link with what Kakao's redirect brought; the state is consumed before all else.

        An Awaited waits for its number. Raises LinkRefused; nothing is stored then.
        """
        token, opened = await self._consume(state)
        request = await self._completed(opened.request)
        try:
            self._check(opened, browser)
            await self._ask_server(request)
            link = await self._introduce(opened, code, error)
            arrived = await self._settle(request, link)
        except LinkRefused as refused:
            again = self._page(token) if self._usable(request, refused.reason) else None
            raise _refusal(refused.reason, request, again) from None
        if isinstance(arrived, Awaited):
            await self._listeners.tell(listener(arrived) for listener in self.on_awaited)
        else:
            await self._listeners.tell(listener(arrived) for listener in self.on_linked)
        return arrived

    async def prove(self, member_id: int, typed: str) -> None:
        """Finish the member's link with the number that they typed; raises as PendingLinks."""
        proven = await self._pending.prove(member_id, typed)
        link = proven.link
        new = NewLink(member_id, link.nickname, pick_locale(link.locale), proven.draft_id)
        await self._listeners.tell(listener(new) for listener in self.on_linked)

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
        known = browser is not None and SECRET.fullmatch(browser)
        if not known or not hmac.compare_digest(digest(browser or ""), opened.browser):
            raise LinkRefused("other-browser")

    async def _ask_server(self, request: LinkRequest) -> None:
        try:
            for ask in self.askers:
                await ask(request.member_id, request.guild_id)
        except NotAllowed:
            raise _refusal("linking-off", request) from None
        except DiscordAway:
            raise _refusal("discord-down", request) from None

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

    async def _settle(self, request: LinkRequest, link: Link) -> NewLink | Awaited:
        """Store the link, unless the account or the consent is not what was asked for."""
        _check_consent(request, link)
        arrived: NewLink | Awaited
        try:
            # A draft's friends are friends of the account that is linked now.
            same = request.draft_id is not None or asks_consent(request)
            agreed = await self._links.keep(link, same_account=same, is_proven=not self.asks_number)
            arrived = NewLink(
                link.member_id,
                link.nickname,
                pick_locale(link.locale),
                request.draft_id,
                agreed,
                frozenset(request.scopes) if asks_consent(request) else frozenset(),
            )
        except OtherAccount:
            raise LinkRefused("other-account") from None
        except KakaoAccountTaken:
            raise LinkRefused("account-taken") from None
        except ProofNeeded:
            arrived = await self._ask_number(request, link)
        await self._requests.finish(request.digest, self._now())
        return arrived

    async def _ask_number(self, request: LinkRequest, link: Link) -> Awaited:
        try:
            is_sure = await self._pending.ask(link, request, request.draft_id)
        except CardRefused as refused:
            raise LinkRefused(_card_reason(refused.why)) from None
        place = Source(request.guild_id, request.channel_id or 0, 0)
        address = message_address(place) if request.channel_id else DISCORD
        return Awaited(
            member_id=link.member_id,
            nickname=link.nickname,
            locale=pick_locale(link.locale),
            address=address,
            is_sure=is_sure,
        )

    def _usable(self, request: LinkRequest, reason: Reason) -> bool:
        is_open = request.finished_at is None and request.expires_at > self._now()
        return is_open and reason not in HOPELESS

    async def _missing(self, member_id: int, scopes: Sequence[str]) -> tuple[str, ...]:
        link = await self._standing(member_id)
        agreed = frozenset() if link is None else link.scopes
        return tuple(scope for scope in scopes if scope not in agreed) or tuple(scopes)

    async def _completed(self, request: LinkRequest) -> LinkRequest:
        """Return a request that asks for all that a link needs, unless there is one."""
        if not asks_consent(request) or await self._standing(request.member_id) is not None:
            return request
        return replace(request, scopes=tuple(dict.fromkeys((*BASIC_SCOPES, *request.scopes))))

    async def _standing(self, member_id: int) -> Link | None:
        link = await self._links.get(member_id)
        return None if link is None or link.broken_at is not None else link

    def _page(self, token: str) -> str:
        return f"{self._public_url}/link/{token}"


def _refusal(reason: Reason, request: LinkRequest, again: str | None = None) -> LinkRefused:
    locale = pick_locale(request.locale)
    return LinkRefused(reason, locale, again, asks_consent=asks_consent(request))


def _check_consent(request: LinkRequest, link: Link) -> None:
    missing = frozenset(request.scopes) - link.scopes
    if TALK_MESSAGE in missing:
        raise LinkRefused("talk-message-unticked")
    if FRIENDS in missing:
        raise LinkRefused("friends-unticked")
    if TALK_CALENDAR in missing:
        raise LinkRefused("talk-calendar-unticked")


def _reason(failure: KakaoError) -> Reason:
    match failure:
        case AppFault() | TokenInvalid():
            # A token that Kakao issued a moment ago is refused: callers' addresses are limited.
            return "operator-fault"
        case AllowanceSpent():
            return "app-spent"
        case Unavailable() | LostAnswer() | Unreachable() | BadAnswer():
            return "kakao-down"
        case _:
            return "kakao-refused"


def _card_reason(why: KakaoError | TooManyCards | CardSpent) -> Reason:
    match why:
        case TooManyCards():
            return "cards-too-many"
        case CardSpent() | AllowanceSpent():
            return "card-spent"
        case ConsentMissing():
            return "talk-message-unticked"
        case NotTalkUser() | AccountBarred():
            return "card-refused"
        case _:
            return _reason(why)
