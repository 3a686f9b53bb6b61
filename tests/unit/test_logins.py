"""Logins at Discord under way, as the browser carries them."""

import gc
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.accounts.logins import KIND, NOBODY, Logins
from bot.services.accounts.oauth import LinkRefused
from storage.vault import Vault
from tests.support.linking import Clock

PAGE = "p" * 43
VAULT = Vault([os.urandom(32)])


def reason(logins: Logins, state: str | None, browser: str | None) -> str:
    with pytest.raises(LinkRefused) as refused:
        logins.end(state, browser)
    return refused.value.reason


def test_whoever_began_a_login_ends_it() -> None:
    logins = Logins(VAULT, now=Clock())
    state, browser = logins.begin(PAGE, None)
    assert PAGE not in state
    assert logins.end(state, browser) == PAGE
    assert logins.begin("", browser)[1] == browser


def test_ten_thousand_who_begin_cost_nothing() -> None:
    logins = Logins(VAULT, now=Clock())
    first, browser = logins.begin(PAGE, None)
    gc.collect()
    before = len(gc.get_objects())
    for _ in range(10_000):
        logins.begin("", None)
    gc.collect()
    assert len(gc.get_objects()) - before < 100
    assert logins.end(first, browser) == PAGE


def test_nobody_else_ends_it_nor_too_late_nor_with_other_keys() -> None:
    clock = Clock()
    logins = Logins(VAULT, now=clock)
    state, browser = logins.begin(PAGE, None)
    for other in (None, "", "x" * 43, browser + "\udcff", browser * 99):
        assert reason(logins, state, other) == "other-browser"
    assert reason(Logins(Vault([os.urandom(32)]), now=clock), state, browser) == "unknown"
    verifier = VAULT.seal("[]", member_id=NOBODY, kind="verifier")
    assert reason(logins, verifier.hex(), browser) == "unknown"
    clock.passes(-3600)
    assert reason(logins, state, browser) == "expired"
    clock.passes(3600 + 601)
    assert reason(logins, state, browser) == "expired"
    assert KIND != "verifier"


@given(st.one_of(st.none(), st.text(), st.from_regex(r"[A-Za-z0-9_-]{40,300}={0,2}")))
def test_what_was_never_sealed_is_unknown(state: str | None) -> None:
    assert reason(Logins(VAULT, now=Clock()), state, "b" * 43) == "unknown"


def test_a_cookie_that_is_none_of_ours_is_replaced() -> None:
    logins = Logins(VAULT, now=Clock())
    for cookie in ("short", "a" * 9000, "b" * 43 + "\udcff"):
        _, browser = logins.begin(PAGE, cookie)
        assert browser != cookie
