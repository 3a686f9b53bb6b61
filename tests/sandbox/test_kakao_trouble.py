"""The local Kakao's verbs for trouble."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from sandbox.demo.people import add_people
from sandbox.kakao import Account, LocalKakao
from sandbox.kakao.trouble import Kind
from tests.support.sandbox_kakao import FRIENDS, TO_ME, Caller, calling

ME = "/v2/user/me"


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    async with calling() as caller:
        yield caller


@pytest.fixture
def minji(caller: Caller) -> Account:
    return caller.kakao.account("민지")


async def test_expired_access_tokens_can_be_refreshed(caller: Caller, minji: Account) -> None:
    tokens = await caller.link("민지")
    caller.kakao.expire_access_tokens(minji)

    status, body = await caller.get(ME, tokens["access_token"])
    _, new = await caller.refresh(tokens["refresh_token"])

    assert (status, body["msg"]) == (401, "this access token is already expired")
    assert (await caller.get(ME, new["access_token"]))[0] == 200


async def test_revoked_tokens_are_gone_for_good(caller: Caller, minji: Account) -> None:
    tokens = await caller.link("민지")
    caller.kakao.revoke_tokens(minji)

    _, body = await caller.get(ME, tokens["access_token"])
    _, refused = await caller.refresh(tokens["refresh_token"])

    assert body == {"msg": "this access token does not exist", "code": -401}
    assert refused["error_code"] == "KOE322"


async def test_a_person_may_withdraw_a_consent(caller: Caller, minji: Account) -> None:
    tokens = await caller.link("민지")
    caller.kakao.withdraw(minji, "talk_message")

    _, body = await caller.to_me(tokens["access_token"])

    assert (body["code"], body["allowed_scopes"]) == (-402, ["profile_nickname"])


async def test_a_person_may_disconnect_the_app(caller: Caller, minji: Account) -> None:
    tokens = await caller.link("민지")
    code = await caller.code("민지")
    caller.kakao.unlink(minji)

    assert (await caller.get(ME, tokens["access_token"]))[1]["code"] == -401
    assert (await caller.exchange(code))[1]["error_code"] == "KOE320"


@pytest.mark.parametrize(
    ("kind", "code"), [("app", -10), ("sender", -532), ("recipient", -533), ("pair", -536)]
)
async def test_every_allowance_can_be_spent(
    caller: Caller, minji: Account, kind: Kind, code: int
) -> None:
    token = caller.kakao.token_for(minji)
    caller.kakao.spend(minji, kind)

    _, body = await caller.to_me(token)

    assert body["code"] == code


async def test_a_pair_of_friends_can_be_spent(caller: Caller, minji: Account) -> None:
    token = caller.kakao.token_for(minji)
    junho, jiwoo = caller.accounts("준호", "지우")
    caller.kakao.spend(minji, "pair", junho)

    _, body = await caller.to_friends(token, [junho, jiwoo])

    assert body["failure_info"][0]["receiver_uuids"] == [junho.uuid]
    assert (await caller.to_me(token))[0] == 200


async def test_an_allowance_of_nobody_cannot_be_spent(caller: Caller) -> None:
    with pytest.raises(ValueError, match="belongs to an account"):
        caller.kakao.spend(None, "sender")


async def test_the_next_calls_fail_and_then_all_is_well(caller: Caller, minji: Account) -> None:
    token = caller.kakao.token_for(minji)
    caller.kakao.fail_next(2)

    answers = [await caller.to_me(token) for _ in range(3)]

    assert [body.get("code") for _, body in answers] == [-1, -1, None]
    assert len(caller.kakao.outbox) == 1


async def test_only_some_paths_fail(caller: Caller, minji: Account) -> None:
    token = caller.kakao.token_for(minji, ("talk_message", "friends"))
    caller.kakao.fail_next(code=-603, path=TO_ME)

    assert (await caller.get(FRIENDS, token))[0] == 200
    assert (await caller.to_me(token))[1]["code"] == -603


async def test_tokens_fail_with_a_koe_code(caller: Caller, minji: Account) -> None:
    token = caller.kakao.token_for(minji)
    caller.kakao.fail_next(code="KOE237", status=429)

    assert (await caller.to_me(token))[0] == 200
    status, body = await caller.refresh("x")
    assert (status, body["error_code"]) == (429, "KOE237")


@pytest.mark.parametrize("body", ["", "<html>Bad Gateway</html>"])
async def test_an_answer_may_be_anything_but_json(caller: Caller, body: str) -> None:
    caller.kakao.fail_next(code=None, status=502, body=body)

    async with caller.http.get(f"{caller.kakao.url}{ME}") as response:
        assert (response.status, await response.text()) == (502, body)


async def test_a_kakao_that_is_down_answers_nobody(caller: Caller, minji: Account) -> None:
    token = caller.kakao.token_for(minji)
    caller.kakao.down(True)

    api, body = await caller.to_me(token)
    auth, refused = await caller.refresh("x")
    async with caller.http.get(caller.authorize_url()) as page:
        assert (page.status, page.content_type) == (503, "text/html")
    caller.kakao.down(False)

    assert (api, body["code"], auth, refused["error_code"]) == (503, -9798, 500, "KOE003")
    assert (await caller.to_me(token))[0] == 200


async def test_a_slow_kakao_does_the_work_but_answers_late(caller: Caller, minji: Account) -> None:
    token = caller.kakao.token_for(minji)
    caller.kakao.slow(3600)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(caller.to_me(token), 0.1)

    assert len(caller.kakao.outbox) == 1


async def test_a_lost_answer_is_a_message_that_arrived(caller: Caller, minji: Account) -> None:
    token = caller.kakao.token_for(minji)
    caller.kakao.lose_answers(1)

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await caller.to_me(token)

    assert len(caller.kakao.outbox) == 1
    assert (await caller.to_me(token))[0] == 200


async def test_a_refused_send_does_not_use_up_a_lost_answer(caller: Caller, minji: Account) -> None:
    token = caller.kakao.token_for(minji)
    caller.kakao.lose_answers(1)
    await caller.to_me(token, {})

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await caller.to_me(token)


async def test_an_ill_kakao_answers_with_a_page_until_it_gets_well(
    caller: Caller, minji: Account
) -> None:
    token = caller.kakao.token_for(minji)
    caller.kakao.fall_ill("page")
    async with caller.http.post(f"{caller.kakao.url}{TO_ME}") as response:
        assert (response.status, response.content_type) == (502, "text/html")

    caller.kakao.get_well()

    assert (await caller.to_me(token))[0] == 200
    assert len(caller.kakao.outbox) == 1


async def test_an_ill_kakao_hangs_until_it_gets_well(caller: Caller, minji: Account) -> None:
    token = caller.kakao.token_for(minji)
    caller.kakao.fall_ill("hang")

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(caller.to_me(token), 0.1)
    waiting = asyncio.create_task(caller.to_me(token))
    await asyncio.sleep(0.05)
    caller.kakao.get_well()

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await waiting
    assert caller.kakao.outbox == []


async def test_only_one_account_may_be_ill_and_only_some_paths(
    caller: Caller, minji: Account
) -> None:
    tokens = {one: caller.kakao.token_for(one) for one in (minji, caller.kakao.account("준호"))}
    caller.kakao.fall_ill("reset", path=TO_ME, account=minji)

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await caller.to_me(tokens[minji])

    assert (await caller.get(ME, tokens[minji]))[0] == 200
    assert (await caller.to_me(tokens[caller.kakao.account("준호")]))[0] == 200


async def test_two_local_kakaos_share_nothing() -> None:
    async with LocalKakao(add_people).serve() as one, LocalKakao(add_people).serve() as other:
        one.add_account("혼자")

        assert one.url != other.url
        assert "혼자" not in other.accounts
