"""Logins at Discord under way: each travels, sealed, with the browser that began it.

Nothing is kept of them here, so nobody can crowd out anybody. Discord takes each code once.
"""

import base64
import hmac
import json
import re
import secrets
from collections.abc import Callable

from bot.services.accounts.oauth import SECRET, STATE_LIFE, LinkRefused
from bot.services.clock import Clock
from storage.vault import Vault, VaultError, digest

KIND = "Discord login"
NOBODY = 0
SEALED = re.compile(r"[A-Za-z0-9_-]{40,1000}={0,2}")


class Logins:
    """Seals what a login is for into the `state` that Discord hands back."""

    def __init__(
        self, vault: Vault, *, now: Clock, secret: Callable[[], str] = secrets.token_urlsafe
    ) -> None:
        self._vault = vault
        self._now = now
        self._secret = secret

    def begin(self, token: str, browser: str | None) -> tuple[str, str]:
        """Return a state for a link page, or for none, and what its browser is to be known by."""
        if browser is None or not SECRET.fullmatch(browser):
            browser = self._secret()
        login = [token, digest(browser).hex(), self._now() + STATE_LIFE]
        sealed = self._vault.seal(json.dumps(login), member_id=NOBODY, kind=KIND)
        return base64.urlsafe_b64encode(sealed).decode(), browser

    def end(self, state: str | None, browser: str | None) -> str:
        """Return the token of the link page that this login is for, "" for none.

        Raises LinkRefused: unknown, expired or other-browser.
        """
        token, began, until = self._open(state or "")
        # One that seems to last longer was begun before the clock was set back.
        if not 0 < until - self._now() <= STATE_LIFE:
            raise LinkRefused("expired")
        known = browser is not None and SECRET.fullmatch(browser)
        if not known or not hmac.compare_digest(digest(browser or "").hex(), began):
            raise LinkRefused("other-browser")
        return token

    def _open(self, state: str) -> tuple[str, str, float]:
        if not SEALED.fullmatch(state):
            raise LinkRefused("unknown")
        try:
            sealed = base64.urlsafe_b64decode(state)
            token, began, until = json.loads(self._vault.open(sealed, member_id=NOBODY, kind=KIND))
        except (VaultError, ValueError):
            raise LinkRefused("unknown") from None
        return token, began, until
