"""Each of Kakao's codes becomes its class, whatever the words around it; nothing secret is kept."""

import inspect
from collections.abc import Mapping

import pytest
from aiohttp import web

from bot.kakao import (
    AccountBarred,
    AddressRefused,
    AllowanceSpent,
    AlreadyLinked,
    AppAllowanceSpent,
    AppFault,
    BadAnswer,
    BadRequest,
    ConsentMissing,
    GrantInvalid,
    ImageLimit,
    KakaoError,
    LimitBroken,
    Link,
    LostAnswer,
    NotFriends,
    NotLinked,
    NotTalkUser,
    PairDaySpent,
    ReceiverDaySpent,
    ReceiverLimit,
    ReceiverRefuses,
    Refused,
    SenderDaySpent,
    SenderMonthSpent,
    TemplateLimit,
    Text,
    TokenInvalid,
    Unavailable,
    Unreachable,
    errors,
)
from tests.support.kakao_answers import Handler, kakao_that, saying

TEXT = Text(text="안녕하세요", link=Link(web_url="https://kkachi.example/m/1"))
SECRET = "s3cret-9a8b7c"

# class: its codes, with the HTTP status under which Kakao is known to send them
API_CODES: dict[type[KakaoError], dict[int, int]] = {
    AccountBarred: {-4: 403, -103: 400, -405: 403, -406: 401}
    | dict.fromkeys((-421, -422, -423, -451, -452, -453, -480, -481), 400),
    AlreadyLinked: {-102: 400},
    AppAllowanceSpent: {-10: 400},
    AppFault: {-3: 403, -5: 403, -6: 403, -9: 400, -11: 400, -12: 403, -301: 400, -903: 400},
    BadRequest: {-2: 400, -8: 400, -201: 400, -602: 400, -606: 400, -911: 400},
    ConsentMissing: {-402: 403},
    LostAnswer: {-603: 400},
    NotFriends: {-502: 400},
    NotLinked: {-101: 400},
    NotTalkUser: {-501: 400},
    PairDaySpent: {-536: 400},
    ReceiverDaySpent: {-533: 400},
    ReceiverRefuses: {-504: 400, -530: 400},
    Refused: {-777: 400},
    SenderDaySpent: {-532: 400},
    SenderMonthSpent: {-531: 400},
    TokenInvalid: {-401: 401},
    Unavailable: {-1: 400, -7: 400, -9798: 503, -778: 500, -779: 429},
}
LOGIN_CODES: dict[type[KakaoError], str] = {
    AppFault: "KOE004 KOE005 KOE006 KOE007 KOE008 KOE009 KOE010 KOE101 KOE102 KOE125 KOE205 KOE303",
    BadRequest: "KOE001 KOE002 KOE201 KOE202 KOE204 KOE207 KOE310 KOE319",
    ConsentMissing: "KOE203",
    GrantInvalid: "KOE320 KOE322",
    Refused: "KOE999",
    TokenInvalid: "KOE400",
    Unavailable: "KOE003 KOE237",
}
WITHOUT_CODE = {AllowanceSpent, BadAnswer, Unreachable} | {
    AddressRefused, ImageLimit, LimitBroken, ReceiverLimit, TemplateLimit,
}  # fmt: skip


def saying_by(answers: Mapping[str, tuple[int, dict[str, object]]]) -> Handler:
    """Answer each access token in its own way."""

    async def handler(request: web.Request) -> web.Response:
        status, body = answers[request.headers["Authorization"].removeprefix("Bearer ")]
        return web.json_response(body, status=status)

    return handler


@pytest.mark.parametrize("kind", API_CODES, ids=lambda kind: kind.__name__)
async def test_a_code_of_the_api_raises_its_class(kind: type[KakaoError]) -> None:
    answers = {
        f"token{code}": (status, {"msg": "any words", "code": code})
        for code, status in API_CODES[kind].items()
    }
    async with kakao_that(saying_by(answers)) as kakao:
        for token, (status, body) in answers.items():
            with pytest.raises(KakaoError) as caught:
                await kakao.send_to_me(token, TEXT)
            assert type(caught.value) is kind
            assert (caught.value.code, caught.value.status) == (body["code"], status)


@pytest.mark.parametrize("kind", LOGIN_CODES, ids=lambda kind: kind.__name__)
async def test_a_code_of_the_login_raises_its_class(kind: type[KakaoError]) -> None:
    async def handler(request: web.Request) -> web.Response:
        code = (await request.post())["code"]
        return web.json_response({"error": "some_word", "error_code": code}, status=400)

    async with kakao_that(handler) as kakao:
        for code in LOGIN_CODES[kind].split():
            with pytest.raises(KakaoError) as caught:
                await kakao.exchange_code(code, "verifier")
            assert type(caught.value) is kind
            assert caught.value.code == code


def test_every_known_code_is_tried_above() -> None:
    tried = {code for codes in API_CODES.values() for code in codes}
    tried_login = {code for codes in LOGIN_CODES.values() for code in codes.split()}
    assert {code for code in errors.CLASSES if isinstance(code, int)} <= tried
    assert {code for code in errors.CLASSES if str(code).startswith("KOE")} <= tried_login


def test_every_declared_error_has_a_code_or_another_cause_that_is_tested() -> None:
    declared = {
        kind
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, KakaoError)
    }
    assert declared == {KakaoError} | set(API_CODES) | set(LOGIN_CODES) | WITHOUT_CODE


def test_the_tree_at_the_top_of_the_module_is_the_tree() -> None:
    tree = errors.__doc__ or ""
    lines = [line for line in tree.splitlines() if "── " in line]
    drawn = [line.split("── ")[1].split()[0] for line in lines]
    declared = [
        name
        for name, kind in vars(errors).items()
        if inspect.isclass(kind) and issubclass(kind, KakaoError) and kind is not KakaoError
    ]
    assert drawn == declared


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("invalid_grant", GrantInvalid),
        ("invalid_client", AppFault),
        ("invalid_scope", AppFault),
        ("misconfigured", AppFault),
        ("unauthorized", AppFault),
        ("server_error", Unavailable),
        ("never_heard_of", Refused),
    ],
)
async def test_a_login_refusal_without_a_code_goes_by_its_oauth_word(
    word: str, kind: type[KakaoError]
) -> None:
    async with kakao_that(saying(400, {"error": word})) as kakao:
        with pytest.raises(kind):
            await kakao.refresh("refresh-token")


async def test_missing_consent_names_what_is_missing() -> None:
    body: dict[str, object] = {
        "msg": "insufficient scopes.",
        "code": -402,
        "required_scopes": ["friends"],
        "allowed_scopes": ["profile_nickname"],
    }
    async with kakao_that(saying(403, body)) as kakao:
        with pytest.raises(ConsentMissing) as caught:
            await kakao.friends("token")
    assert caught.value.required_scopes == {"friends"}
    assert caught.value.allowed_scopes == {"profile_nickname"}


async def test_nothing_secret_is_kept_in_an_error() -> None:
    body: dict[str, object] = {
        "error": "invalid_grant",
        "error_description": f"authorization code not found for code={SECRET}",
        "error_code": "KOE320",
    }
    async with kakao_that(saying(400, body)) as kakao:
        with pytest.raises(GrantInvalid) as caught:
            await kakao.exchange_code(SECRET, "verifier")
    error = caught.value
    assert SECRET not in f"{error} {error!r} {vars(error)}"
    assert str(error) == "code KOE320, HTTP 400"


@pytest.mark.parametrize(
    "body",
    [
        {"code": "-401"},
        {"code": True},
        {"code": None, "error": None},
        {"error": {"a": 1}, "error_code": 7},
        {"error_code": "x" * 500},
        {"error": f"<b>{SECRET}</b>"},
    ],
)
async def test_an_error_whose_code_is_unusable_is_a_bad_answer(body: dict[str, object]) -> None:
    async with kakao_that(saying(400, body)) as kakao:
        with pytest.raises(BadAnswer, match="an error without a code"):
            await kakao.me("token")
