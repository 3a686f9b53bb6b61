"""What the local Kakao remembers: the app, its people, their tokens, chats and messages."""

from dataclasses import dataclass, field
from datetime import timedelta, timezone, tzinfo
from enum import StrEnum
from typing import Any, Literal, NamedTuple

MINUTE, HOUR, DAY = 60, 3600, 86400
KST = timezone(timedelta(hours=9), "Asia/Seoul")


class Level(StrEnum):
    """How the app owner has set a consent item."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    IN_USE = "in_use"
    OFF = "off"


@dataclass(slots=True)
class Switches:
    """What public sources do not settle; each default is the strict reading."""

    client_secret_required: bool = True
    koe101_status: int = 401
    koe010_status: int = 401
    koe237_status: int = 400
    koe322_status: int = 400
    rest_access_ttl: int = 21599
    refresh_ttl: int = 5183999
    code_ttl: int = 10 * MINUTE
    refresh_rotation_threshold: int = 30 * DAY
    access_tokens_per_10_minutes: int = 20
    refresh_tokens_per_hour: int = 30
    app_per_day: int = 30_000
    sender_per_day: int = 100
    recipient_per_day: int = 100
    pair_per_day: int = 20
    quota_memo_counts_pair: bool = True
    quota_reset_tz: tzinfo = KST
    text_over_limit: Literal["reject", "truncate"] = "reject"
    location_max_buttons: int = 2
    friends_limit_default: int = 10
    friends_cache: int = 10 * MINUTE


def _consent_items() -> dict[str, Level]:
    return {
        "profile_nickname": Level.REQUIRED,
        "profile_image": Level.OFF,
        "account_email": Level.OFF,
        "friends": Level.IN_USE,
        "talk_message": Level.OPTIONAL,
    }


@dataclass(slots=True)
class App:
    """The app as its owner has set it up in Kakao's console; the strings are no secrets."""

    id: int = 1234567
    name: str = "Kkachi"
    rest_api_key: str = "sandbox-rest-api-key"
    client_secret: str = "sandbox-client-secret"
    redirect_uris: set[str] = field(default_factory=set)
    product_link_domains: list[str] = field(default_factory=list)
    consent_items: dict[str, Level] = field(default_factory=_consent_items)
    members: set[str] = field(default_factory=set)
    friends_permission: bool = True
    login_on: bool = True
    suspended: bool = False
    allowed_ips: set[str] = field(default_factory=set)

    def level(self, scope: str) -> Level:
        """How a consent item is set; unknown ones are off."""
        return self.consent_items.get(scope, Level.OFF)


@dataclass(slots=True)
class Link:
    """An account that uses the app, and what it has agreed to."""

    connected_at: float
    agreed: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Friendship:
    """One side of a friendship in KakaoTalk; it stays as a trace after its end."""

    favorite: bool = False
    ended: bool = False


@dataclass(slots=True, eq=False)
class Account:
    """A Kakao account; `id` and `uuid` are what the app sees of it."""

    name: str
    id: int
    uuid: str
    email: str
    picture: str
    link: Link | None = None
    friends: dict[str, Friendship] = field(default_factory=dict)
    talk_user: bool = True
    hidden: bool = False
    refuses: bool = False
    rooms: "dict[int, ChatRoom]" = field(default_factory=dict, repr=False)
    grants: "list[Grant]" = field(default_factory=list, repr=False)
    issued_access: list[float] = field(default_factory=list, repr=False)
    issued_refresh: list[float] = field(default_factory=list, repr=False)
    cached_friends: "tuple[float, list[Listed]] | None" = field(default=None, repr=False)

    def has_agreed(self, scope: str) -> bool:
        """Whether the app may use a consent item of this account."""
        return self.link is not None and scope in self.link.agreed

    def is_friend_of(self, other: "Account") -> bool:
        """Whether `other` has this account among the friends in KakaoTalk."""
        friendship = other.friends.get(self.name)
        return friendship is not None and not friendship.ended


@dataclass(frozen=True, slots=True)
class Listed:
    """A friend as the friends list showed them, favourite or not."""

    account: Account
    favorite: bool


@dataclass(slots=True, eq=False)
class Grant:
    """One login: its refresh token and the access tokens it gave."""

    account: Account
    scopes: frozenset[str]
    refresh_token: str = field(repr=False)
    refresh_expires_at: float
    access_tokens: list[str] = field(default_factory=list, repr=False)


@dataclass(slots=True)
class Access:
    """A living access token."""

    grant: Grant
    expires_at: float


@dataclass(frozen=True, slots=True)
class Code:
    """An authorization code that nobody has used yet."""

    account: Account
    redirect_uri: str
    scopes: frozenset[str]
    challenge: str | None
    expires_at: float


@dataclass(slots=True)
class Visit:
    """One walk of a browser from the authorize address to the redirect back."""

    redirect_uri: str
    state: str | None
    scopes: tuple[str, ...]
    prompt: frozenset[str]
    challenge: str | None
    hint: str
    language: str
    expires_at: float


@dataclass(frozen=True, slots=True)
class Message:
    """A message as its reader gets it; `receiver` is the sender for the "Me" chat."""

    id: int
    sender: Account
    receiver: Account
    template: dict[str, Any]
    at: float

    @property
    def to_me(self) -> bool:
        """Whether it went to the sender's own chat."""
        return self.sender is self.receiver


@dataclass(slots=True)
class ChatRoom:
    """A chat as one account sees it; `partner` is None for the "Me" chat."""

    partner: Account | None
    messages: list[Message] = field(default_factory=list)


class Request(NamedTuple):
    """A request that was answered, without anything secret."""

    method: str
    path: str
    status: int
    code: int | str | None
