"""What happens to accounts at Kakao, told to the app as Kakao tells it.

All verbs are coroutines and return the notices that were sent, with the app's answers, so that a
caller knows the app has heard:

    await kakao.unlink_at_kakao(account)                      # webhook and user-unlinked event
    await kakao.withdraw_at_kakao(account, "talk_message")    # user-scope-withdraw
    await kakao.revoke_tokens_at_kakao(account)               # tokens-revoked
    await kakao.send_event("user-unlinked", account, key="strange")    # forged
    kakao.signed_event("tokens-revoked", account, iat=…)      # only the token, to post oneself

Only registered webhooks are sent to: `kakao.app.share_webhook`, `unlink_webhook` and
`account_webhook` (each a `Webhook(url, method, body)`); `kakao.pause_webhooks(True)` stops all.
"""

import random as randomness
import time
from collections.abc import Callable
from typing import Any, Literal

from sandbox.kakao.notices import Notice, Notices
from sandbox.kakao.signing import Key, Keys, event, event_uri, sign, unsigned
from sandbox.kakao.state import Account
from sandbox.kakao.trouble import TroubledWorld

KeyChoice = Literal["newest", "strange", "none"]
TYPE = "secevent+jwt"
Referrer = Literal[
    "ACCOUNT_DELETE",
    "FORCED_ACCOUNT_DELETE",
    "UNLINK_FROM_ADMIN",
    "UNLINK_FROM_APPS",
    "INCOMPLETE_SIGN_UP",
]


class TellingWorld(TroubledWorld):
    """The world with webhooks."""

    def __init__(
        self, *, now: Callable[[], float] = time.time, random: randomness.Random | None = None
    ) -> None:
        super().__init__(now=now, random=random)
        self.keys = Keys(self)
        self.notices = Notices(self)

    async def unlink_at_kakao(
        self, account: Account, referrer_type: Referrer = "UNLINK_FROM_APPS"
    ) -> list[Notice]:
        """Let a person disconnect the app in the Kakao settings, and tell the app."""
        self.unlink(account)
        fields = {"app_id": str(self.app.id), "user_id": str(account.id)}
        hook = await self.notices.unlink(fields | {"referrer_type": referrer_type})
        told = await self.send_event("user-unlinked", account, reason=referrer_type)
        return [notice for notice in (hook, told) if notice is not None]

    async def withdraw_at_kakao(self, account: Account, *scopes: str) -> list[Notice]:
        """Let a person take back consents in the Kakao settings, and tell the app."""
        for scope in scopes:
            self.withdraw(account, scope)
        told = await self.send_event("user-scope-withdraw", account, scope=list(scopes))
        return [] if told is None else [told]

    async def revoke_tokens_at_kakao(self, account: Account) -> list[Notice]:
        """Kill all tokens of a person, as a new password does, and tell the app."""
        self.revoke_tokens(account)
        told = await self.send_event("tokens-revoked", account)
        return [] if told is None else [told]

    async def send_event(
        self,
        kind: str,
        account: Account | int,
        *,
        key: KeyChoice = "newest",
        kid: str | None = None,
        typ: str = TYPE,
        claims: dict[str, Any] | None = None,
        **facts: object,
    ) -> Notice | None:
        """Send one signed event; see `signed_event`. None when it went nowhere."""
        token = self.signed_event(kind, account, key=key, kid=kid, typ=typ, claims=claims, **facts)
        return await self.notices.account(token)

    def signed_event(
        self,
        kind: str,
        account: Account | int,
        *,
        key: KeyChoice = "newest",
        kid: str | None = None,
        typ: str = TYPE,
        claims: dict[str, Any] | None = None,
        **facts: object,
    ) -> str:
        """Make a signed event as a compact token.

        `kind` is a word of the OAuth group or a whole address; `facts` stand beside the subject
        in the event. `key="strange"` forges with a key of somebody else under the newest key's
        id, `key="none"` claims to need no signature, `kid` names another key in the header, and
        `claims` replace claims (a value of None leaves the claim out): `iat`, `aud`, `jti`, `iss`.
        """
        user = account.id if isinstance(account, Account) else account
        content = self._claims(event_uri(kind), str(user), facts) | (claims or {})
        kept = {name: value for name, value in content.items() if value is not None}
        newest = self.keys.newest()
        if key == "none":
            return unsigned(kept, kid=kid or newest.kid, typ=typ)
        signer = newest if key == "newest" else Key(newest.kid, self.keys.strange().private)
        return sign(kept, signer, kid=kid, typ=typ)

    def rotate_keys(self, *, keep_old: bool = True) -> None:
        """Let Kakao sign with a new key from now on; the old one stays published or not."""
        self.keys.rotate(keep_old=keep_old)
        self.changed()

    def pause_webhooks(self, on: bool) -> None:  # noqa: FBT001 - reads as `pause_webhooks(True)`
        """Send no webhooks, or send them again; what happens meanwhile is never told."""
        self.notices.off = on
        self.changed()

    def own_call(self, kind: str, account: Account, **facts: object) -> None:
        """Tell the app in the background of what it did itself, if the switch says so."""
        if self.switches.set_of_own_calls:
            claims = self._claims(event_uri(kind), str(account.id), facts)
            token = sign(claims, self.keys.newest(), kid=None, typ=TYPE)
            self.notices.soon(self.notices.account(token))

    def _claims(self, uri: str, subject: str, facts: dict[str, Any]) -> dict[str, Any]:
        """Give all claims, at the time of Kakao's own clock."""
        at = int(self.now())
        by_key = self.switches.set_aud == "rest-key"
        return {
            "iss": self.url,
            "aud": self.app.rest_api_key if by_key else str(self.app.id),
            "sub": subject,
            "iat": at,
            "toe": at,
            "jti": self.random.randbytes(16).hex(),
            "txn": self.random.randbytes(16).hex(),
            "events": event(uri, self.url, subject, facts),
        }
