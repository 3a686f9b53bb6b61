"""Account events of Kakao: signed JWTs, each checked before a word of it is believed.

Security Event Tokens (RFC 8417) tell what has happened, so they have no end: what makes an old one
harmless is that a repeated `jti` is ignored and that a newer link is never touched.

Events are rare, so PyJWT is imported with the first of them and not at the start.
"""

import asyncio
import binascii
import logging
import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from bot.kakao import KakaoClient, KakaoError
from bot.services.clock import DAY, Clock, has_passed

if TYPE_CHECKING:
    import jwt

logger = logging.getLogger(__name__)

Fault = Literal["invalid_request", "invalid_key", "invalid_issuer", "invalid_audience"]

ALGORITHM = "RS256"
TYPE = "secevent+jwt"
OAUTH = "https://schemas.openid.net/secevent/oauth/event-type/"
REQUIRED = ["iss", "aud", "iat", "jti", "events"]
LONGEST_ID = 255
NUMBER = re.compile(r"[0-9]{1,18}")  # no more than 64 bits hold
FURTHEST_TIME = 10**11
MOST_AHEAD = 5 * 60
KEYS_SECONDS = 1.8
KEYS_LIFE = DAY
ASK_AGAIN = 60
ASK_AFTER_TROUBLE = 5


class EventRefused(Exception):
    """This is no event of Kakao for us; both words go into the answer that Kakao documents."""

    def __init__(self, fault: Fault, description: str) -> None:
        super().__init__(f"{fault}: {description}")
        self.fault = fault
        self.description = description


@dataclass(frozen=True, slots=True)
class AccountEvent:
    """One thing that happened to an account, such as `user-unlinked`."""

    kind: str
    kakao_id: int
    at: float
    scopes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Event:
    """A token that is Kakao's, and what it tells; `id` is its `jti`."""

    id: str
    happenings: tuple[AccountEvent, ...]


class Keys:
    """Kakao's public keys; strangers cannot make us ask for them again and again."""

    def __init__(self, kakao: KakaoClient, *, now: Clock) -> None:
        self._kakao = kakao
        self._now = now
        self._keys: Mapping[str, jwt.PyJWK] = {}
        self._asking = asyncio.Lock()
        self._fetched_at = self._asked_at = float("-inf")
        self._pause = 0.0

    async def find(self, key_id: str) -> "jwt.PyJWK | None":
        """Return a key; for one that is not known Kakao is asked, though not too often."""
        with suppress(TimeoutError):
            async with asyncio.timeout(KEYS_SECONDS), self._asking:
                await self._refresh(key_id)
        return self._keys.get(key_id)

    async def _refresh(self, key_id: str) -> None:
        now = self._now()
        is_good = key_id in self._keys and not has_passed(self._fetched_at, KEYS_LIFE, now)
        if is_good or not has_passed(self._asked_at, self._pause, now):
            return
        self._asked_at, self._pause = now, ASK_AFTER_TROUBLE
        try:
            found = await self._kakao.jwks()
        except KakaoError as failure:
            logger.warning("Kakao's keys cannot be fetched: %s", type(failure).__name__)
            return
        # The first time tells nothing about how often Kakao changes its keys.
        self._pause = ASK_AGAIN if self._keys else 0.0
        self._fetched_at = now
        self._keys = _usable(found)


class SecurityEvents:
    """Reads account events."""

    def __init__(
        self,
        keys: Keys,
        *,
        issuers: Collection[str],
        audience: Collection[str],
        now: Clock,
    ) -> None:
        self._keys = keys
        self._issuers = frozenset(issuers)
        self._audience = frozenset(audience)
        self._now = now

    async def read(self, token: bytes) -> Event:
        """Return what a token tells, or raise EventRefused."""
        key = await self._keys.find(_key_id(token))
        if key is None:
            raise EventRefused("invalid_key", "the key is not one of Kakao's")
        return self._event(self._claims(token, key))

    def _claims(self, token: bytes, key: "jwt.PyJWK") -> dict[str, Any]:
        import jwt  # noqa: PLC0415 - see above

        try:
            return jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                issuer=self._issuers,
                audience=self._audience,
                # The times are held against our own clock below; there is no end to an event.
                options={
                    "require": REQUIRED,
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
        except jwt.InvalidSignatureError:
            raise EventRefused("invalid_key", "the signature does not fit the key") from None
        except jwt.InvalidIssuerError:
            raise EventRefused("invalid_issuer", "iss is not Kakao's") from None
        except jwt.InvalidAudienceError:
            raise EventRefused("invalid_audience", "aud is not this app") from None
        except jwt.MissingRequiredClaimError as missing:
            raise _missing(missing.claim) from None
        except jwt.PyJWTError:
            raise EventRefused("invalid_request", "not a valid JWT") from None

    def _event(self, claims: Mapping[str, Any]) -> Event:
        event_id, events = claims["jti"], claims["events"]
        if not isinstance(event_id, str) or not 1 <= len(event_id) <= LONGEST_ID:
            raise EventRefused("invalid_request", "jti is not a short text")
        if not isinstance(events, dict):
            raise EventRefused("invalid_request", "events is not an object")
        issued_at = _time(claims["iat"], "iat")
        if issued_at > self._now() + MOST_AHEAD:
            raise EventRefused("invalid_request", "iat lies in the future")
        at = min(issued_at, _time(claims.get("toe", issued_at), "toe"))
        happenings = (_happening(*event, claims.get("sub"), at) for event in events.items())
        return Event(event_id, tuple(one for one in happenings if one is not None))


def _key_id(token: bytes) -> str:
    """Return which key a token claims to be signed with; nothing else of it is believed yet."""
    import jwt  # noqa: PLC0415 - see above

    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError:
        raise EventRefused("invalid_request", "not a JWT") from None
    kind, key_id = header.get("typ"), header.get("kid")
    if not isinstance(kind, str) or kind.lower().removeprefix("application/") != TYPE:
        raise EventRefused("invalid_request", f"typ is not {TYPE}")
    if header.get("alg") != ALGORITHM:
        raise EventRefused("invalid_request", f"alg is not {ALGORITHM}")
    if not isinstance(key_id, str):
        raise EventRefused("invalid_key", "kid is missing")
    return key_id


def _usable(found: Mapping[str, Any]) -> "Mapping[str, jwt.PyJWK]":
    """Return the keys that can check our kind of signature, each by its id."""
    import jwt  # noqa: PLC0415 - see above

    usable = {}
    for description in found["keys"]:
        key_id = description.get("kid")
        if isinstance(key_id, str) and description.get("kty") == "RSA":
            try:
                usable[key_id] = jwt.PyJWK(description, ALGORITHM)
            except (jwt.PyJWTError, binascii.Error, ValueError, KeyError):
                logger.warning("One of Kakao's keys cannot be read")
    return usable


def _happening(uri: str, facts: object, subject: object, at: float) -> AccountEvent | None:
    """Read one event; None for kinds that other people have made up and for nobody's."""
    if not uri.startswith(OAUTH) or not isinstance(facts, dict):
        return None
    about = facts.get("subject")
    who = about.get("sub", subject) if isinstance(about, dict) else subject
    kakao_id = account_id(who)
    if kakao_id is None:
        return None
    scopes = facts.get("scope")
    withdrawn = frozenset(map(str, scopes)) if isinstance(scopes, list) else frozenset()
    return AccountEvent(uri.removeprefix(OAUTH), kakao_id, at, withdrawn)


def account_id(value: object) -> int | None:
    """Return the id of a Kakao account as Kakao writes it into its notices."""
    is_id = isinstance(value, str) and NUMBER.fullmatch(value)
    return int(str(value)) if is_id else None


def _time(value: object, claim: str) -> float:
    if isinstance(value, int | float) and 0 <= value <= FURTHEST_TIME:
        return float(value)
    raise EventRefused("invalid_request", f"{claim} is not a time")


def _missing(claim: str) -> EventRefused:
    faults: Mapping[str, Fault] = {"iss": "invalid_issuer", "aud": "invalid_audience"}
    return EventRefused(faults.get(claim, "invalid_request"), f"{claim} is missing")
