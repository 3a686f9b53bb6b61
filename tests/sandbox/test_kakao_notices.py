"""What the local Kakao tells the app of accounts: unlink webhook, signed events, keys, clock."""

from collections.abc import AsyncIterator
from typing import Any

import jwt
import pytest

from sandbox.kakao import Account, Webhook
from sandbox.kakao.account_events import KeyChoice
from sandbox.kakao.signing import OAUTH, RISC
from tests.support.sandbox_kakao import Caller, calling
from tests.support.sandbox_listener import Listener, listening

KEYS = "/.well-known/jwks.json"


@pytest.fixture
async def app() -> AsyncIterator[Listener]:
    async with listening() as listener:
        yield listener


@pytest.fixture
async def caller(app: Listener) -> AsyncIterator[Caller]:
    async with calling() as caller:
        caller.kakao.app.unlink_webhook = Webhook(f"{app.url}/unlink")
        caller.kakao.app.account_webhook = Webhook(f"{app.url}/account")
        yield caller


@pytest.fixture
def minji(caller: Caller) -> Account:
    return caller.kakao.account("민지")


async def read(caller: Caller, token: str) -> dict[str, Any]:
    """Read a token as a careful receiver does."""
    _, body = await caller.get(KEYS, None)
    kid = jwt.get_unverified_header(token)["kid"]
    key = next(jwt.PyJWK(key) for key in body["keys"] if key["kid"] == kid)
    audience = caller.kakao.app.rest_api_key
    options: Any = {"verify_iat": False}
    return dict(
        jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=audience,
            issuer=caller.kakao.url,
            options=options,
        )
    )


# unlinking


async def test_unlinking_at_kakao_is_told_by_a_form(
    caller: Caller, app: Listener, minji: Account
) -> None:
    caller.kakao.token_for(minji)

    notices = await caller.kakao.unlink_at_kakao(minji)

    told = app.heard[0]
    assert (told.method, told.path, minji.grants, minji.link) == ("POST", "/unlink", [], None)
    assert told.form() == {
        "app_id": "1234567",
        "user_id": str(minji.id),
        "referrer_type": "UNLINK_FROM_APPS",
    }
    assert told.headers["Authorization"] == "KakaoAK sandbox-admin-key"
    assert told.headers["User-Agent"] == "KakaoOpenAPI/1.0"
    assert told.headers["Content-Type"] == "application/x-www-form-urlencoded;charset=utf-8"
    assert [(one.subject, one.status) for one in notices] == [("unlink", 200), ("account", 200)]


async def test_unlinking_at_kakao_is_told_by_a_query(
    caller: Caller, app: Listener, minji: Account
) -> None:
    caller.kakao.app.unlink_webhook = Webhook(f"{app.url}/unlink", "GET")

    await caller.kakao.unlink_at_kakao(minji, "ACCOUNT_DELETE")

    told = app.heard[0]
    assert (told.method, told.body) == ("GET", "")
    assert told.query["referrer_type"] == "ACCOUNT_DELETE"
    assert told.headers["Authorization"] == "KakaoAK sandbox-admin-key"


async def test_the_app_s_own_unlinking_is_only_an_event(
    caller: Caller, app: Listener, minji: Account
) -> None:
    await caller.post("/v1/user/unlink", caller.kakao.token_for(minji))
    await caller.kakao.notices.settle()

    claims = await read(caller, app.heard[0].body)
    assert [one.path for one in app.heard] == ["/account"]
    assert claims["events"][f"{OAUTH}user-unlinked"]["reason"] == "UNLINK_FROM_SERVICE"


async def test_own_calls_may_stay_untold(caller: Caller, app: Listener, minji: Account) -> None:
    caller.kakao.switches.set_of_own_calls = False

    await caller.post("/v1/user/unlink", caller.kakao.token_for(minji))
    await caller.kakao.notices.settle()

    assert app.heard == []


async def test_what_is_not_registered_is_not_told(
    caller: Caller, app: Listener, minji: Account
) -> None:
    caller.kakao.app.unlink_webhook = caller.kakao.app.account_webhook = None

    assert await caller.kakao.unlink_at_kakao(minji) == []
    assert app.heard == []


async def test_paused_webhooks_are_never_made_up_for(
    caller: Caller, app: Listener, minji: Account
) -> None:
    caller.kakao.pause_webhooks(True)
    await caller.kakao.unlink_at_kakao(minji)
    caller.kakao.pause_webhooks(False)
    await caller.kakao.notices.settle()

    assert app.heard == []


# events


async def test_an_event_is_signed_as_kakao_signs(
    caller: Caller, app: Listener, minji: Account
) -> None:
    app.status = 202

    (notice,) = await caller.kakao.withdraw_at_kakao(minji, "talk_message", "friends")

    told = app.heard[0]
    header, claims = jwt.get_unverified_header(told.body), await read(caller, told.body)
    subject = {"subject_type": "iss-sub", "iss": caller.kakao.url, "sub": str(minji.id)}
    assert (notice.status, told.headers["Content-Type"]) == (202, "application/secevent+jwt")
    assert "Authorization" not in told.headers
    assert (header["alg"], header["typ"]) == ("RS256", "secevent+jwt")
    assert claims["events"] == {
        f"{OAUTH}user-scope-withdraw": {"subject": subject, "scope": ["talk_message", "friends"]}
    }
    assert (claims["sub"], claims["iat"], claims["toe"]) == (str(minji.id), 1.78e9, 1.78e9)
    assert "exp" not in claims


async def test_revoked_tokens_are_told(caller: Caller, app: Listener, minji: Account) -> None:
    caller.kakao.token_for(minji)

    await caller.kakao.revoke_tokens_at_kakao(minji)

    claims = await read(caller, app.heard[0].body)
    assert (list(claims["events"]), minji.grants) == ([f"{OAUTH}tokens-revoked"], [])


async def test_every_event_has_its_own_id(caller: Caller, app: Listener, minji: Account) -> None:
    for _ in range(3):
        await caller.kakao.send_event("token-issued", minji)

    claims = [await read(caller, one.body) for one in app.heard]
    assert len({one["jti"] for one in claims}) == 3


async def test_a_notice_can_be_repeated(caller: Caller, app: Listener, minji: Account) -> None:
    notice = await caller.kakao.send_event(f"{RISC}account-disabled", minji)
    assert notice is not None

    await caller.kakao.notices.again(notice)

    assert app.heard[0] == app.heard[1]


@pytest.mark.parametrize(
    ("key", "error"), [("strange", jwt.InvalidSignatureError), ("none", jwt.InvalidAlgorithmError)]
)
async def test_forged_events_are_told_apart(
    caller: Caller, minji: Account, key: KeyChoice, error: type[Exception]
) -> None:
    token = caller.kakao.signed_event("user-unlinked", minji, key=key)

    with pytest.raises(error):
        await read(caller, token)


async def test_claims_and_header_can_be_altered(caller: Caller, minji: Account) -> None:
    token = caller.kakao.signed_event(
        "user-unlinked", minji, kid="k", typ="JWT", claims={"iat": 7, "aud": None, "jti": "j"}
    )

    header = jwt.get_unverified_header(token)
    claims = jwt.decode(token, options={"verify_signature": False})
    assert (header["kid"], header["typ"]) == ("k", "JWT")
    assert (claims["iat"], claims["jti"], "aud" in claims) == (7, "j", False)


async def test_the_audience_may_be_the_app_id(caller: Caller, minji: Account) -> None:
    caller.kakao.switches.set_aud = "app-id"

    token = caller.kakao.signed_event("user-unlinked", minji.id)

    assert jwt.decode(token, options={"verify_signature": False})["aud"] == "1234567"


# keys


async def test_an_old_key_stays_published(caller: Caller, minji: Account) -> None:
    old = caller.kakao.signed_event("tokens-revoked", minji)
    caller.kakao.rotate_keys()
    new = caller.kakao.signed_event("tokens-revoked", minji)

    _, body = await caller.get(KEYS, None)
    kids = [jwt.get_unverified_header(token)["kid"] for token in (old, new)]
    assert [key["kid"] for key in body["keys"]] == kids
    assert all(
        (key["kty"], key["alg"], key["use"]) == ("RSA", "RS256", "sig") for key in body["keys"]
    )
    assert "d" not in body["keys"][0]


async def test_an_old_key_may_be_gone(caller: Caller) -> None:
    old = caller.kakao.keys.newest().kid
    caller.kakao.rotate_keys(keep_old=False)

    _, body = await caller.get(KEYS, None)
    assert old not in [key["kid"] for key in body["keys"]]


async def test_the_keys_are_asked_for_like_everything_else(caller: Caller) -> None:
    caller.kakao.down(True)

    status, _ = await caller.get(KEYS, None)
    caller.kakao.down(False)
    _, facts = await caller.get("/.well-known/sse-configuration", None)

    assert (status, facts["jwks_uri"]) == (503, f"{caller.kakao.url}{KEYS}")
    assert ("GET", KEYS, 503, -9798) in caller.kakao.requests


# the wire


async def test_an_answer_after_three_seconds_is_none(
    caller: Caller, app: Listener, minji: Account
) -> None:
    caller.kakao.switches.webhook_seconds = 0.05
    app.late = 1

    (notice, _) = await caller.kakao.unlink_at_kakao(minji)

    assert (notice.status, notice.seconds < 1) == (None, True)


async def test_redirects_are_not_followed(caller: Caller, app: Listener, minji: Account) -> None:
    app.status, app.location = 302, f"{app.url}/elsewhere"

    (notice, _) = await caller.kakao.unlink_at_kakao(minji)

    assert (notice.status, [one.path for one in app.heard]) == (302, ["/unlink", "/account"])


@pytest.mark.parametrize("url", ["https://kkachi.example/unlink", "http://127.0.0.1:1/", "x"])
async def test_nobody_there_is_no_answer(caller: Caller, minji: Account, url: str) -> None:
    caller.kakao.app.unlink_webhook = Webhook(url)

    (notice, _) = await caller.kakao.unlink_at_kakao(minji)

    assert notice.status is None
    assert caller.kakao.notices.sent[0] is notice


# the clock


async def test_the_clock_can_be_moved_to_tomorrow(caller: Caller, minji: Account) -> None:
    caller.kakao.spend(minji, "pair")
    before = (await caller.to_me(caller.kakao.token_for(minji)))[1]["code"]
    token = caller.kakao.token_for(minji)

    caller.kakao.advance(24 * 3600)

    expired = (await caller.to_me(token))[1]["code"]
    after, _ = await caller.to_me(caller.kakao.token_for(minji))
    assert (before, expired, after) == (-536, -401, 200)


async def test_moves_of_the_clock_add_up(caller: Caller) -> None:
    caller.kakao.advance(60)
    caller.kakao.advance(60)

    assert caller.kakao.now() == 1_780_000_120
