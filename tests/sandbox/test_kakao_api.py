"""The local Kakao's user and friends APIs, and the checks every call passes."""

import json
from collections.abc import AsyncIterator
from io import BytesIO

import pytest

from sandbox.kakao import Level
from tests.support.sandbox_kakao import BASIC, FRIENDS, TO_ME, Answer, Caller, calling

ME = "/v2/user/me"
SCOPES = "/v2/user/scopes"
REVOKE = "/v2/user/revoke/scopes"


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    async with calling() as caller:
        yield caller


@pytest.fixture
def token(caller: Caller) -> str:
    return caller.kakao.token_for(caller.kakao.account("민지"), ("talk_message", "friends"))


# the checks every call passes


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("", "no authentication key!"),
        ("Basic abc", "no authentication key!"),
        ("KakaoAK sandbox-rest-api-key", "invalid app key."),
        ("Bearer ", "this access token does not exist"),
        ("Bearer null", "this access token does not exist"),
        ("bearer {token}", "no authentication key!"),
    ],
)
async def test_a_caller_without_a_good_token_gets_401(
    caller: Caller, token: str, header: str, text: str
) -> None:
    headers = {"Authorization": header.format(token=token)} if header else {}

    async with caller.http.get(f"{caller.kakao.url}{ME}", headers=headers) as response:
        assert response.status == 401
        assert await response.json() == {"msg": text, "code": -401}
        assert response.headers["WWW-Authenticate"].startswith("Bearer")


async def test_a_token_expires_after_six_hours(caller: Caller, token: str) -> None:
    caller.wait(21600)

    status, body = await caller.get(ME, token)

    assert status == 401
    assert body == {"msg": "this access token is already expired", "code": -401}


async def test_an_endless_token_is_malformed(caller: Caller) -> None:
    status, body = await caller.get(ME, "x" * 2000)

    assert (status, body["code"]) == (400, -2)


async def test_a_json_body_looks_like_an_unknown_token(caller: Caller, token: str) -> None:
    async with caller.http.post(
        f"{caller.kakao.url}{TO_ME}",
        json={"template_object": "{}"},
        headers={"Authorization": f"Bearer {token}"},
    ) as response:
        assert (response.status, (await response.json())["code"]) == (401, -401)


async def test_a_caller_at_another_address_is_refused(caller: Caller, token: str) -> None:
    caller.kakao.app.allowed_ips.add("203.0.113.7")

    status, body = await caller.get(ME, token)

    assert (status, body["code"]) == (401, -401)
    assert "ip mismatched! callerIp=127.0.0.1." in body["msg"]


async def test_a_suspended_app_gets_nothing(caller: Caller, token: str) -> None:
    caller.kakao.app.suspended = True

    status, body = await caller.get(ME, token)

    assert (status, body["code"]) == (403, -12)


async def test_unknown_paths_and_wrong_methods_are_refused_as_json(
    caller: Caller, token: str
) -> None:
    unknown, body = await caller.get("/v1/api/talk/nothing", token)
    wrong, _ = await caller.get(TO_ME, token)

    assert (unknown, wrong, body["code"]) == (404, 405, -2)


async def test_a_body_over_a_megabyte_is_refused(caller: Caller, token: str) -> None:
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/x-www-form-urlencoded",
    }

    async with caller.http.post(
        f"{caller.kakao.url}{TO_ME}", data=BytesIO(b"x" * 2**21), headers=headers
    ) as response:
        assert (response.status, (await response.json())["code"]) == (413, -2)


async def test_an_item_the_app_has_not_set_is_the_operators_fault(
    caller: Caller, token: str
) -> None:
    caller.kakao.app.consent_items["talk_message"] = Level.OFF

    status, body = await caller.to_me(token)

    assert (status, body["code"]) == (403, -3)
    assert "App disabled [talk_message] scopes for [TALK_MEMO_DEFAULT_SEND]" in body["msg"]


async def test_a_missing_consent_is_named_with_what_there_is(caller: Caller) -> None:
    token = caller.kakao.token_for(caller.kakao.account("민지"), ())

    status, body = await caller.to_me(token)

    assert status == 403
    assert body == {
        "msg": "insufficient scopes.",
        "code": -402,
        "api_type": "TALK_MEMO_DEFAULT_SEND",
        "required_scopes": ["talk_message"],
        "allowed_scopes": ["profile_nickname"],
    }


async def test_a_new_consent_is_good_for_new_tokens_only(caller: Caller) -> None:
    old = await caller.link("민지")
    new = await caller.link("민지", "friends")

    before, body = await caller.get(FRIENDS, old["access_token"])
    after, _ = await caller.get(FRIENDS, new["access_token"])

    assert (before, body["code"], body["api_type"], after) == (403, -402, "FRIENDS", 200)


# the person


async def test_me_tells_id_nickname_and_the_own_uuid(caller: Caller, token: str) -> None:
    minji = caller.kakao.account("민지")

    status, me = await caller.get(ME, token)

    assert status == 200
    assert me == {
        "id": minji.id,
        "connected_at": "2026-05-28T20:26:40Z",
        "synched_at": "2026-05-28T20:26:40Z",
        "properties": {"nickname": "민지"},
        "kakao_account": {
            "profile_nickname_needs_agreement": False,
            "profile": {"nickname": "민지", "is_default_nickname": False},
        },
        "for_partner": {"uuid": minji.uuid},
    }
    assert await caller.post(ME, token) == (200, me)


async def test_me_hides_what_was_not_agreed(caller: Caller, token: str) -> None:
    caller.kakao.app.consent_items |= dict.fromkeys(
        ("profile_image", "account_email"), Level.OPTIONAL
    )
    for scope in ("profile_nickname", "talk_message"):
        caller.kakao.withdraw(caller.kakao.account("민지"), scope)

    _, me = await caller.get(ME, token)

    assert "properties" not in me
    assert "for_partner" not in me
    assert me["kakao_account"] == {
        "profile_nickname_needs_agreement": True,
        "profile_image_needs_agreement": True,
        "has_email": True,
        "email_needs_agreement": True,
    }


async def test_me_shows_picture_and_address_where_agreed(caller: Caller) -> None:
    items = ("profile_image", "account_email")
    caller.kakao.app.consent_items |= dict.fromkeys(items, Level.OPTIONAL)
    token = caller.kakao.token_for(caller.kakao.account("민지"), items)

    _, me = await caller.get(ME, token)

    assert me["kakao_account"]["email"] == "minji@example.com"
    assert me["kakao_account"]["profile"]["thumbnail_image_url"].startswith(caller.kakao.url)


async def test_the_token_info_counts_down(caller: Caller, token: str) -> None:
    caller.wait(600)

    _, info = await caller.get("/v1/user/access_token_info", token)

    minji = caller.kakao.account("민지")
    assert info == {"id": minji.id, "expires_in": 21000, "app_id": caller.kakao.app.id}


async def test_logging_out_ends_that_login_only(caller: Caller) -> None:
    first, second = await caller.link("민지"), await caller.link("민지")

    status, _ = await caller.post("/v1/user/logout", first["access_token"])

    assert status == 200
    assert (await caller.get(ME, first["access_token"]))[0] == 401
    assert (await caller.refresh(first["refresh_token"]))[1]["error_code"] == "KOE322"
    assert (await caller.get(ME, second["access_token"]))[0] == 200


async def test_unlinking_kills_all_tokens_and_consents(caller: Caller) -> None:
    first, second = await caller.link("민지"), await caller.link("민지")
    minji = caller.kakao.account("민지")

    answer = await caller.post("/v1/user/unlink", first["access_token"])

    assert answer == (200, {"id": minji.id})
    assert minji.link is None
    assert (await caller.get(ME, second["access_token"]))[1]["code"] == -401
    assert (await caller.refresh(second["refresh_token"]))[1]["error_code"] == "KOE322"


async def as_admin(caller: Caller, key: str, **form: str | int) -> Answer:
    url, headers = f"{caller.kakao.url}/v1/user/unlink", {"Authorization": f"KakaoAK {key}"}
    async with caller.http.post(url, headers=headers, data=form) as response:
        return response.status, await response.json()


async def test_the_admin_key_unlinks_whom_it_names(caller: Caller) -> None:
    tokens, minji = await caller.link("민지"), caller.kakao.account("민지")
    key = caller.kakao.app.admin_key
    target = {"target_id_type": "user_id", "target_id": str(minji.id)}

    assert await as_admin(caller, key, **target) == (200, {"id": minji.id})

    assert minji.link is None
    assert (await caller.get(ME, tokens["access_token"]))[0] == 401
    assert (await as_admin(caller, key, **target))[1]["code"] == -101


@pytest.mark.parametrize(
    ("key", "changes", "code"),
    [
        ("sandbox-rest-api-key", {}, -401),
        ("sandbox-admin-key", {"target_id_type": "uuid"}, -2),
        ("sandbox-admin-key", {"target_id": "1"}, -101),
        ("sandbox-admin-key", {"target_id": ""}, -2),
    ],
)
async def test_the_admin_key_needs_to_be_right_and_somebody_to_be_named(
    caller: Caller, key: str, changes: dict[str, str], code: int
) -> None:
    await caller.link("민지")
    minji = caller.kakao.account("민지")
    target = {"target_id_type": "user_id", "target_id": str(minji.id)} | changes

    assert (await as_admin(caller, key, **target))[1]["code"] == code
    assert minji.link is not None


async def test_an_admin_key_may_do_only_what_its_list_allows(caller: Caller) -> None:
    await caller.link("민지")
    caller.kakao.app.admin_key_may.clear()
    minji = caller.kakao.account("민지")

    answer = await as_admin(
        caller, "sandbox-admin-key", target_id_type="user_id", target_id=minji.id
    )

    assert (answer[0], answer[1]["code"]) == (403, -3)
    assert minji.link is not None


async def test_whoever_links_again_is_asked_again_and_keeps_the_id(caller: Caller) -> None:
    tokens = await caller.link("민지")
    _, before = await caller.get(ME, tokens["access_token"])
    await caller.post("/v1/user/unlink", tokens["access_token"])
    caller.kakao.requests.clear()

    again = await caller.link("민지")

    assert ("POST", "/consent", 302, None) in caller.kakao.requests
    assert (await caller.get(ME, again["access_token"]))[1]["id"] == before["id"]


async def test_the_scopes_tell_what_is_agreed_and_revocable(caller: Caller) -> None:
    token = caller.kakao.token_for(caller.kakao.account("민지"))

    _, body = await caller.get(SCOPES, token)

    found = {one["id"]: (one["agreed"], one.get("revocable")) for one in body["scopes"]}
    assert found == {
        "profile_nickname": (True, False),
        "talk_message": (True, True),
        "friends": (False, None),
    }


async def test_the_scopes_can_be_narrowed(caller: Caller, token: str) -> None:
    _, body = await caller.get(SCOPES, token, scopes='["friends"]')
    status, wrong = await caller.get(SCOPES, token, scopes="friends")

    assert [one["id"] for one in body["scopes"]] == ["friends"]
    assert (status, wrong["code"]) == (400, -2)


async def test_a_consent_can_be_given_back(caller: Caller, token: str) -> None:
    status, body = await caller.post(REVOKE, token, scopes='["talk_message"]')

    agreed = [one["id"] for one in body["scopes"] if one["agreed"]]
    assert (status, agreed) == (200, ["profile_nickname", "friends"])
    assert (await caller.to_me(token))[1]["code"] == -402


@pytest.mark.parametrize(
    ("scopes", "status", "code"),
    [
        (["profile_nickname"], 403, -3),
        (["account_email"], 400, -2),
        ([], 400, -2),
        ("friends", 400, -2),
    ],
)
async def test_a_consent_that_cannot_be_given_back(
    caller: Caller, token: str, scopes: object, status: int, code: int
) -> None:
    answer, body = await caller.post(REVOKE, token, scopes=json.dumps(scopes))

    assert (answer, body["code"]) == (status, code)


# friends


async def test_friends_come_favorites_first_then_by_name(caller: Caller, token: str) -> None:
    status, body = await caller.get(FRIENDS, token)

    names = [friend["profile_nickname"] for friend in body["elements"]]
    assert status == 200
    assert names == ["준호", "서연", "지우", "하준"]
    assert (body["total_count"], body["favorite_count"]) == (4, 1)
    junho = caller.kakao.account("준호")
    assert body["elements"][0] == {
        "id": junho.id,
        "uuid": junho.uuid,
        "favorite": True,
        "profile_nickname": "준호",
        "profile_thumbnail_image": caller.kakao.picture_url(junho),
    }


async def test_the_list_can_tell_who_refuses_messages(caller: Caller, token: str) -> None:
    caller.kakao.switches.friends_allowed_msg = True
    _, body = await caller.get(FRIENDS, token)
    told = {one["profile_nickname"]: one["allowed_msg"] for one in body["elements"]}
    assert told == {"준호": True, "서연": True, "지우": True, "하준": False}


async def test_friends_can_be_turned_around(caller: Caller, token: str) -> None:
    _, body = await caller.get(FRIENDS, token, order="desc", friend_order="nickname")

    names = [friend["profile_nickname"] for friend in body["elements"]]
    assert names == ["하준", "지우", "준호", "서연"]


async def test_friends_come_ten_at_a_time_unless_told(caller: Caller, token: str) -> None:
    minji = caller.kakao.account("민지")
    for number in range(20):
        friend = caller.kakao.add_account(f"친구 {number:02}")
        caller.kakao.befriend(minji, friend)
        caller.kakao.connect(friend, ("friends",))

    _, first = await caller.get(FRIENDS, token)
    _, last = await caller.get(FRIENDS, token, offset=20, limit=100)

    assert (len(first["elements"]), len(last["elements"])) == (10, 4)
    assert (first["before_url"], last["after_url"]) == (None, None)
    assert "offset=10&limit=10&order=asc&friend_order=favorite" in first["after_url"]


async def test_the_next_page_is_at_a_host_that_must_not_get_the_token(
    caller: Caller, token: str
) -> None:
    _, body = await caller.get(FRIENDS, token, limit=2)

    assert body["after_url"].startswith("http://kapi.kakao.invalid/")


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "101"},
        {"limit": "0"},
        {"limit": "many"},
        {"offset": "-1"},
        {"order": "up"},
        {"friend_order": "age"},
        {"secure_resource": "1"},
    ],
)
async def test_a_wrong_parameter_of_friends_is_refused(
    caller: Caller, token: str, query: dict[str, str]
) -> None:
    status, body = await caller.get(FRIENDS, token, **query)

    assert (status, body["code"]) == (400, -2)


async def test_only_friends_who_agreed_and_show_themselves_are_listed(
    caller: Caller, token: str
) -> None:
    kakao, minji = caller.kakao, caller.kakao.account("민지")
    kakao.befriend(minji, kakao.add_account("아직"))
    kakao.withdraw(kakao.account("서연"), "friends")
    kakao.hide(kakao.account("준호"))
    kakao.unfriend(minji, kakao.account("지우"))

    _, body = await caller.get(FRIENDS, token)

    assert [friend["profile_nickname"] for friend in body["elements"]] == ["하준"]


async def test_the_friends_list_changes_after_ten_minutes_only(caller: Caller, token: str) -> None:
    minji, junho = caller.accounts("민지", "준호")
    _, before = await caller.get(FRIENDS, token)
    caller.kakao.unfriend(minji, junho)

    caller.wait(599)
    _, same = await caller.get(FRIENDS, token)
    caller.wait(1)
    _, after = await caller.get(FRIENDS, token)

    assert same == before
    assert after["total_count"] == 3


async def test_without_permission_only_members_see_members(caller: Caller, token: str) -> None:
    caller.kakao.app.friends_permission = False
    caller.kakao.app.members |= {"민지", "서연"}

    _, body = await caller.get(FRIENDS, token)

    assert [friend["profile_nickname"] for friend in body["elements"]] == ["서연"]


async def test_a_person_without_kakaotalk_has_no_friends_there(caller: Caller, token: str) -> None:
    caller.kakao.leave_talk(caller.kakao.account("민지"))

    status, body = await caller.get(FRIENDS, token)

    assert (status, body["code"]) == (400, -501)


async def test_names_are_taken_once(caller: Caller) -> None:
    with pytest.raises(ValueError, match="민지"):
        caller.kakao.add_account("민지")


async def test_two_hundred_members_can_link(caller: Caller) -> None:
    tokens = {
        caller.kakao.token_for(caller.kakao.add_account(f"멤버 {number}"), BASIC)
        for number in range(200)
    }

    assert len(tokens) == 200
    assert len({account.id for account in caller.kakao.accounts.values()}) == 205
