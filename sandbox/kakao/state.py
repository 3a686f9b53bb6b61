"""What the local Kakao remembers: the app, its people, their tokens, chats and messages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, NamedTuple

Kind = Literal["default", "custom", "scrap"]


class Level(StrEnum):
    """How the app owner has set a consent item."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    IN_USE = "in_use"
    OFF = "off"


def _consent_items() -> dict[str, Level]:
    return {
        "profile_nickname": Level.REQUIRED,
        "profile_image": Level.OFF,
        "account_email": Level.OFF,
        "friends": Level.IN_USE,
        "talk_message": Level.OPTIONAL,
        "talk_calendar": Level.OFF,
    }


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where the app wants to be told: GET sends a query; POST sends JSON or a form.

    Unlink notices by POST are always forms, account events always `application/secevent+jwt`.
    """

    url: str
    method: Literal["GET", "POST"] = "POST"
    body: Literal["json", "form"] = "json"


@dataclass(frozen=True, slots=True)
class CustomTemplate:
    """A message template of the app, made in Kakao's tool; `${KEY}` in its texts is an argument."""

    id: int
    name: str
    body: Mapping[str, Any]


@dataclass(slots=True)
class App:
    """The app as its owner has set it up in Kakao's console; the strings are no secrets."""

    id: int = 1234567
    name: str = "App"
    rest_api_key: str = "sandbox-rest-api-key"
    client_secret: str = "sandbox-client-secret"
    admin_key: str = "sandbox-admin-key"
    admin_key_may: set[str] = field(default_factory=lambda: {"unlink"})
    javascript_key: str = "sandbox-javascript-key"
    js_sdk_domains: set[str] = field(default_factory=set)
    redirect_uris: set[str] = field(default_factory=set)
    product_link_domains: list[str] = field(default_factory=list)
    consent_items: dict[str, Level] = field(default_factory=_consent_items)
    members: set[str] = field(default_factory=set)
    friends_permission: bool = True
    calendar_permission: bool = False
    login_on: bool = True
    suspended: bool = False
    allowed_ips: set[str] = field(default_factory=set)
    templates: dict[int, CustomTemplate] = field(default_factory=dict)
    events: dict[str, float] = field(default_factory=dict)  # of its channel, when they begin
    share_webhook: Webhook | None = None
    unlink_webhook: Webhook | None = None
    account_webhook: Webhook | None = None

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
    """One side of a friendship in KakaoTalk; it stays as a trace after its end.

    `put_away` is a friend whom this side has hidden or blocked.
    """

    favorite: bool = False
    ended: bool = False
    put_away: bool = False


@dataclass(slots=True, eq=False)
class Partner:
    """Whom a chat is with: a person or a group; the picture is a path."""

    name: str
    id: int
    picture: str


@dataclass(slots=True, eq=False)
class Group(Partner):
    """A group chat; messages come here only by Kakao Talk Share."""

    members: "list[Account]" = field(default_factory=list, repr=False)


@dataclass(slots=True, eq=False)
class Account(Partner):
    """A Kakao account; `id` and `uuid` are what the app sees of it."""

    uuid: str
    email: str
    link: Link | None = None
    friends: dict[str, Friendship] = field(default_factory=dict)
    talk_user: bool = True
    hidden: bool = False
    refuses: bool = False
    refused_with: int | None = None
    unmentioned: bool = False
    rooms: "dict[int, ChatRoom]" = field(default_factory=dict, repr=False)
    grants: "list[Grant]" = field(default_factory=list, repr=False)
    issued_access: list[float] = field(default_factory=list, repr=False)
    issued_refresh: list[float] = field(default_factory=list, repr=False)
    cached_friends: "tuple[float, list[Listed]] | None" = field(default=None, repr=False)

    def has_agreed(self, scope: str) -> bool:
        """Whether the app may use a consent item of this account."""
        return self.link is not None and scope in self.link.agreed

    def is_friend_of(self, other: "Account") -> bool:
        """Whether `other` has this account among the friends in KakaoTalk, hidden ones apart."""
        friendship = other.friends.get(self.name)
        return friendship is not None and not (friendship.ended or friendship.put_away)


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


@dataclass(slots=True)
class Sharing:
    """A message in the picker, on its way from a share button to the chosen chats.

    `callback` holds the `serverCallbackArgs`; without them the app is not told.
    """

    template: dict[str, Any]
    kind: Kind
    template_id: int | None
    callback: dict[str, Any] | None
    language: str
    expires_at: float


@dataclass(frozen=True, slots=True)
class Message:
    """A message as its reader gets it; `receiver` is the sender for the "Me" chat.

    `template` is always in the words of a default template: a custom one is a feed, list or
    commerce with its arguments filled in (a missing one still reads `${KEY}`, also where a number
    belongs), a scraped page is a feed. `shared` ones came by Kakao Talk Share.
    """

    id: int
    sender: Account
    receiver: Partner
    template: dict[str, Any]
    at: float
    kind: Kind = "default"
    template_id: int | None = None
    shared: bool = False

    @property
    def to_me(self) -> bool:
        """Whether it went to the sender's own chat."""
        return self.sender is self.receiver

    @property
    def to_friend(self) -> bool:
        """Whether the app sent it to a friend: KakaoTalk then adds a button of its own."""
        return not self.shared and not self.to_me


@dataclass(slots=True)
class ChatRoom:
    """A chat as one account sees it; `partner` is None for the "Me" chat."""

    partner: Partner | None
    messages: list[Message] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Image:
    """A picture that Kakao keeps for a while."""

    data: bytes = field(repr=False)
    content_type: str
    width: int
    height: int
    until: float


@dataclass(frozen=True, slots=True)
class Scraped:
    """What the Open Graph tags of a page say."""

    title: str
    description: str = ""
    image_url: str = ""
    image_width: int = 0
    image_height: int = 0


@dataclass(frozen=True, slots=True)
class OwnPage:
    """A page that the local Kakao serves to be scraped; the picture is a JPEG."""

    title: str
    description: str
    picture: bytes = field(default=b"", repr=False)


class Request(NamedTuple):
    """A request that was answered, without anything secret."""

    method: str
    path: str
    status: int
    code: int | str | None
