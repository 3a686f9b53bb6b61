"""The local Kakao's token endpoint."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator

import pytest

from tests.support.sandbox_kakao import CALLBACK, CHALLENGE, VERIFIER, Caller, calling

DAY = 86400


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    async with calling() as caller:
        yield caller


async def test_a_code_gives_a_pair_of_tokens(caller: Caller) -> None:
    status, tokens = await caller.exchange(await caller.code("민지"))

    assert status == 200
    assert tokens.pop("access_token") != tokens.pop("refresh_token")
    assert tokens == {
        "token_type": "bearer",
        "expires_in": 21599,
        "refresh_token_expires_in": 5183999,
        "scope": "profile_nickname talk_message",
    }


async def test_the_answer_has_kakaos_content_type(caller: Caller) -> None:
    async with caller.http.post(f"{caller.kakao.url}/oauth/token") as response:
        assert response.headers["Content-Type"] == "application/json;charset=UTF-8"


async def test_a_code_works_once(caller: Caller) -> None:
    code = await caller.code("민지")

    answers = await asyncio.gather(*(caller.exchange(code) for _ in range(5)))

    assert sorted(status for status, _ in answers) == [200, 400, 400, 400, 400]
    refused = next(body for status, body in answers if status == 400)
    assert refused == {
        "error": "invalid_grant",
        "error_description": f"authorization code not found for code={code}",
        "error_code": "KOE320",
    }


async def test_a_code_expires_after_ten_minutes(caller: Caller) -> None:
    code = await caller.code("민지")
    caller.wait(600)

    status, body = await caller.exchange(code)

    assert (status, body["error_code"]) == (400, "KOE320")


async def test_another_redirect_uri_is_refused_and_burns_the_code(caller: Caller) -> None:
    code = await caller.code("민지")

    status, body = await caller.exchange(code, redirect_uri=f"{CALLBACK}/")
    _, again = await caller.exchange(code)

    assert (status, body["error_code"], body["error"]) == (400, "KOE303", "invalid_grant")
    assert again["error_code"] == "KOE320"


@pytest.mark.parametrize("verifier", ["", "w" * 43, "v" * 42, "v" * 44])
async def test_a_wrong_verifier_is_refused(caller: Caller, verifier: str) -> None:
    code = await caller.code("민지", code_challenge=CHALLENGE, code_challenge_method="S256")

    status, body = await caller.exchange(code, code_verifier=verifier)

    assert (status, body["error"]) == (400, "invalid_grant")


async def test_the_right_verifier_is_accepted(caller: Caller) -> None:
    code = await caller.code("민지", code_challenge=CHALLENGE, code_challenge_method="S256")

    status, _ = await caller.exchange(code, code_verifier=VERIFIER)

    assert status == 200


async def test_a_verifier_without_a_challenge_is_refused(caller: Caller) -> None:
    status, _ = await caller.exchange(await caller.code("민지"), code_verifier=VERIFIER)

    assert status == 400


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({"grant_type": ""}, 400, "KOE310"),
        ({"grant_type": "password"}, 400, "KOE310"),
        ({"code": ""}, 400, "KOE207"),
        ({"redirect_uri": ""}, 400, "KOE207"),
        ({"client_id": ""}, 401, "KOE101"),
        ({"client_id": "unknown"}, 401, "KOE101"),
        ({"client_secret": ""}, 401, "KOE010"),
        ({"client_secret": "wrong"}, 401, "KOE010"),
        ({"grant_type": "refresh_token"}, 400, "KOE319"),
        ({"grant_type": "refresh_token", "refresh_token": "unknown"}, 400, "KOE322"),
    ],
)
async def test_a_faulty_token_request_has_its_koe_code(
    caller: Caller, form: dict[str, str], status: int, code: str
) -> None:
    answer, body = await caller.exchange("whatever", **form)

    assert (answer, body["error_code"]) == (status, code)
    assert set(body) == {"error", "error_description", "error_code"}


async def test_a_faulty_client_does_not_burn_the_code(caller: Caller) -> None:
    code = await caller.code("민지")
    await caller.exchange(code, client_secret="wrong")

    status, _ = await caller.exchange(code)

    assert status == 200


async def test_http_basic_is_no_client_id(caller: Caller) -> None:
    form = {"grant_type": "authorization_code", "code": "x", "redirect_uri": CALLBACK}
    app = caller.kakao.app
    pair = b64encode(f"{app.rest_api_key}:{app.client_secret}".encode()).decode()

    async with caller.http.post(
        f"{caller.kakao.url}/oauth/token", data=form, headers={"Authorization": f"Basic {pair}"}
    ) as response:
        body = await response.json()

    assert body["error_description"] == "Not exist client_id [null]"


async def test_a_json_body_and_a_query_are_not_read(caller: Caller) -> None:
    form = {**caller.secrets, "grant_type": "refresh_token", "refresh_token": "x"}
    url = f"{caller.kakao.url}/oauth/token"

    async with (
        caller.http.post(url, json=form) as body,
        caller.http.post(url, params=form) as query,
    ):
        codes = [(await response.json())["error_code"] for response in (body, query)]

    assert codes == ["KOE310", "KOE310"]


async def test_tokens_are_not_given_for_a_get(caller: Caller) -> None:
    async with caller.http.get(f"{caller.kakao.url}/oauth/token") as response:
        assert (response.status, response.content_type) == (405, "application/json")


async def test_the_client_secret_can_be_switched_off(caller: Caller) -> None:
    caller.kakao.switches.client_secret_required = False

    status, _ = await caller.exchange(await caller.code("민지"), client_secret="")

    assert status == 200


async def test_a_refresh_with_a_month_left_gives_an_access_token_only(caller: Caller) -> None:
    tokens = await caller.link("민지")

    status, body = await caller.refresh(tokens["refresh_token"])

    assert status == 200
    assert body.pop("access_token") != tokens["access_token"]
    assert body == {"token_type": "bearer", "expires_in": 21599}


async def test_a_refresh_with_less_than_a_month_left_replaces_the_refresh_token(
    caller: Caller,
) -> None:
    tokens = await caller.link("민지")
    caller.wait(31 * DAY)

    _, body = await caller.refresh(tokens["refresh_token"])
    old_status, old = await caller.refresh(tokens["refresh_token"])
    new_status, _ = await caller.refresh(body["refresh_token"])

    assert body["refresh_token_expires_in"] == 5183999
    assert (old_status, old["error_code"], new_status) == (400, "KOE322", 200)


async def test_a_refresh_token_expires_after_two_months(caller: Caller) -> None:
    tokens = await caller.link("민지")
    caller.wait(60 * DAY)

    status, body = await caller.refresh(tokens["refresh_token"])

    assert (status, body["error_description"]) == (400, "expired_or_invalid_refresh_token")


async def test_twenty_access_tokens_in_ten_minutes_are_enough(caller: Caller) -> None:
    tokens = await caller.link("민지")
    for _ in range(19):
        assert (await caller.refresh(tokens["refresh_token"]))[0] == 200

    status, body = await caller.refresh(tokens["refresh_token"])
    caller.wait(601)
    later, _ = await caller.refresh(tokens["refresh_token"])

    assert (status, body["error_code"], body["error"]) == (400, "KOE237", "invalid_request")
    assert later == 200


async def test_thirty_refresh_tokens_in_an_hour_are_enough(caller: Caller) -> None:
    caller.kakao.switches.access_tokens_per_10_minutes = 100
    for _ in range(30):
        await caller.link("민지")

    status, body = await caller.exchange(await caller.code("민지"))

    assert (status, body["error_code"]) == (400, "KOE237")


async def test_statuses_nobody_is_sure_of_are_switches(caller: Caller) -> None:
    switches = caller.kakao.switches
    switches.koe101_status = switches.koe010_status = 400
    switches.koe322_status = 401

    unknown, _ = await caller.exchange("x", client_id="unknown")
    wrong, _ = await caller.exchange("x", client_secret="wrong")
    gone, _ = await caller.refresh("x")

    assert (unknown, wrong, gone) == (400, 400, 401)


async def test_a_second_login_leaves_the_first_tokens_alive(caller: Caller) -> None:
    first = await caller.link("민지")
    await caller.link("민지")

    status, _ = await caller.get("/v2/user/me", first["access_token"])

    assert status == 200


async def test_no_secret_reaches_the_list_of_requests(caller: Caller) -> None:
    tokens = await caller.link("민지")
    await caller.get("/v2/user/me", tokens["access_token"])

    seen = str(caller.kakao.requests)

    assert caller.kakao.requests[-1] == ("GET", "/v2/user/me", 200, None)
    assert tokens["access_token"] not in seen
    assert tokens["refresh_token"] not in seen
