"""The accounts, tokens and chats of the local Kakao, and what may be done with them."""

import random as randomness
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable
from typing import Any

from sandbox.kakao.calendars import Calendars
from sandbox.kakao.outside import Outside
from sandbox.kakao.quotas import Quotas
from sandbox.kakao.state import (
    Access,
    Account,
    App,
    ChatRoom,
    Code,
    Friendship,
    Grant,
    Group,
    Image,
    Kind,
    Link,
    Message,
    OwnPage,
    Partner,
    Request,
    Scraped,
    Sharing,
    Visit,
)
from sandbox.kakao.switches import Switches

FIRST_ID = 3_012_345_678
FIRST_GROUP = 18_012_345_678
DAY_IN_BROWSER = 24 * 3600


class World:
    """Everything in memory; the HTTP side asks it and tells it."""

    def __init__(
        self,
        *,
        now: Callable[[], float] = time.time,
        random: randomness.Random | None = None,
    ) -> None:
        self.now = now
        self.random = random or randomness.SystemRandom()
        self.url = ""
        self.app = App()
        self.outside = Outside()
        self.switches = Switches()
        self.quotas = Quotas(self.switches)
        self.calendars = Calendars(self.switches, self.time)
        self.accounts: dict[str, Account] = {}
        self.by_uuid: dict[str, Account] = {}
        self.groups: dict[int, Group] = {}
        self.portraits: dict[str, bytes] = {}  # PNG, by the name of a person or a group
        self.pages: dict[str, OwnPage] = {}
        self.codes: dict[str, Code] = {}
        self.access: dict[str, Access] = {}
        self.refresh: dict[str, Grant] = {}
        self.visits: dict[str, Visit] = {}
        self.sessions: dict[str, tuple[Account, float]] = {}
        self.sharings: dict[str, Sharing] = {}
        self.images: dict[str, Image] = {}
        self.og_cache: dict[str, Scraped] = {}
        self.outbox: list[Message] = []
        self.requests: list[Request] = []
        self.refused_templates: list[str] = []
        self.on_change: list[Callable[[], None]] = []

    def advance(self, seconds: float) -> None:
        """Move the clock of Kakao forward: tokens, codes, pictures and quotas grow older."""
        before = self.now
        self.now = lambda: before() + seconds
        self.changed()

    def time(self) -> float:
        """Return the time of Kakao's clock, wherever it was moved to meanwhile."""
        return self.now()

    def changed(self) -> None:
        """Tell whoever watches that something visible is different now."""
        for listener in self.on_change:
            listener()

    def secret(self) -> str:
        """Make a value nobody can guess, of the alphabet that tokens have."""
        return urlsafe_b64encode(self.random.randbytes(33)).decode()

    def own_call(self, kind: str, account: Account, **facts: object) -> None:
        """Note that the app itself ended something; a world with webhooks tells of it."""

    def remember(self, sharing: Sharing) -> str:
        """Keep a message for whoever is at the picker; gives the number it is known by there."""
        for number in [tx for tx, one in self.sharings.items() if one.expires_at <= self.now()]:
            del self.sharings[number]
        number = self.secret()
        self.sharings[number] = sharing
        return number

    # people

    def add_account(self, name: str, *, email: str | None = None) -> Account:
        """Open a Kakao account that does not use the app yet."""
        if name in self.accounts:
            raise ValueError(f"there is an account {name} already")
        number = FIRST_ID + len(self.accounts)
        uuid = urlsafe_b64encode(self.random.randbytes(21)).decode()
        picture = f"/pictures/{number}.png"
        account = Account(name, number, picture, uuid, email or f"{number}@example.com")
        self.accounts[name] = self.by_uuid[uuid] = account
        self.changed()
        return account

    def account(self, name: str) -> Account:
        """Find an account by name."""
        return self.accounts[name]

    def find_account(self, name_or_email: str) -> Account | None:
        """Find the account somebody typed into the login form."""
        typed = name_or_email.strip()
        found = self.accounts.get(typed)
        return found or next((a for a in self.accounts.values() if a.email == typed), None)

    def add_group(self, name: str, *members: Account) -> Group:
        """Open a group chat; it is among the chats of its members once something was said."""
        number = FIRST_GROUP + len(self.groups)
        group = self.groups[number] = Group(name, number, f"/pictures/{number}.png", list(members))
        return group

    def picture_url(self, partner: Partner) -> str:
        """Give the address of the picture of an account or a group."""
        return self.url + partner.picture

    def befriend(self, one: Account, other: Account) -> None:
        """Make two people friends in KakaoTalk."""
        one.friends[other.name] = Friendship()
        other.friends[one.name] = Friendship()
        self.changed()

    def unfriend(self, one: Account, other: Account) -> None:
        """End a friendship on both sides."""
        one.friends[other.name].ended = other.friends[one.name].ended = True
        self.changed()

    def put_away(self, one: Account, other: Account, *, on: bool = True) -> None:
        """Let `one` hide or block a friend: no longer listed, sends get -502."""
        one.friends[other.name].put_away = on
        self.changed()

    def favorite(self, one: Account, other: Account, *, on: bool = True) -> None:
        """Let `one` mark a friend as favourite."""
        one.friends[other.name].favorite = on
        self.changed()

    # consent and tokens

    def connect(self, account: Account, scopes: Iterable[str]) -> None:
        """Tie an account to the app, or add to what it has agreed to."""
        account.link = account.link or Link(self.now())
        account.link.agreed.update(scopes)
        self.changed()

    def disconnect(self, account: Account) -> None:
        """End the tie: consents are erased and all tokens die."""
        self.drop_tokens(account)
        account.link = account.cached_friends = None
        self.changed()

    def issue_code(self, account: Account, visit: Visit) -> str:
        """Make the single-use code of a finished login."""
        code = self.secret()
        expires_at = self.now() + self.switches.code_ttl
        scopes = frozenset(account.link.agreed if account.link else ())
        self.codes[code] = Code(account, visit.redirect_uri, scopes, visit.challenge, expires_at)
        return code

    def open_grant(self, account: Account, scopes: Iterable[str]) -> Grant:
        """Begin a login of the app, with a refresh token."""
        grant = Grant(account, frozenset(scopes), "", 0)
        account.grants.append(grant)
        self.renew_refresh_token(grant)
        return grant

    def renew_refresh_token(self, grant: Grant) -> None:
        """Give a grant a new refresh token; the old one is dead at once."""
        self.refresh.pop(grant.refresh_token, None)
        grant.refresh_token = self.secret()
        grant.refresh_expires_at = self.now() + self.switches.refresh_ttl + 1
        self.refresh[grant.refresh_token] = grant

    def issue_access_token(self, grant: Grant) -> str:
        """Give a grant one more access token; earlier ones live on until they expire."""
        token = self.secret()
        self.access[token] = Access(grant, self.now() + self.switches.rest_access_ttl + 1)
        grant.access_tokens.append(token)
        return token

    def drop_grant(self, grant: Grant) -> None:
        """End one login with all its tokens."""
        for token in grant.access_tokens:
            self.access.pop(token, None)
        self.refresh.pop(grant.refresh_token, None)
        grant.account.grants.remove(grant)

    def drop_tokens(self, account: Account) -> None:
        """End every login of an account, codes on their way included."""
        for grant in list(account.grants):
            self.drop_grant(grant)
        self.codes = {k: code for k, code in self.codes.items() if code.account is not account}

    def token_for(self, account: Account, scopes: Iterable[str] = ("talk_message",)) -> str:
        """Link an account and give an access token at once, without browser or code."""
        self.connect(account, {"profile_nickname", *scopes})
        agreed = account.link.agreed if account.link else ()
        return self.issue_access_token(self.open_grant(account, agreed))

    # browser sessions

    def log_in(self, account: Account) -> str:
        """Open a browser session."""
        cookie = self.secret()
        self.sessions[cookie] = (account, self.now() + DAY_IN_BROWSER)
        return cookie

    def logged_in(self, cookie: str | None) -> Account | None:
        """Tell whose browser session a cookie is."""
        account, until = self.sessions.get(cookie or "", (None, 0.0))
        return account if until > self.now() else None

    # messages

    def deliver(
        self,
        sender: Account,
        receiver: Partner,
        template: dict[str, Any],
        *,
        kind: Kind = "default",
        template_id: int | None = None,
        shared: bool = False,
    ) -> Message:
        """Put a message into the chats of all who are in it."""
        number, at = len(self.outbox) + 1, self.now()
        message = Message(number, sender, receiver, template, at, kind, template_id, shared)
        self.outbox.append(message)
        for owner, partner in _sides(sender, receiver):
            _room(owner, partner).messages.append(message)
        return message

    def chats(self, account: Account) -> list[ChatRoom]:
        """List the chats of an account: "Me" first, then the latest first."""
        mine = _room(account, account)
        others = [room for room in account.rooms.values() if room is not mine]
        return [mine, *sorted(others, key=lambda room: -room.messages[-1].id)]


def _sides(sender: Account, receiver: Partner) -> list[tuple[Account, Partner]]:
    """List who gets a message and whom their chat is with."""
    if isinstance(receiver, Group):
        return [(member, receiver) for member in receiver.members]
    if isinstance(receiver, Account) and receiver is not sender:
        return [(sender, receiver), (receiver, sender)]
    return [(sender, receiver)]


def _room(owner: Account, partner: Partner) -> ChatRoom:
    room = owner.rooms.get(partner.id)
    if room is None:
        room = owner.rooms[partner.id] = ChatRoom(None if partner is owner else partner)
    return room
