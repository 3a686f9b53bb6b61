"""The local Kakao's authorize address, login page and consent page."""

from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import ClientSession, CookieJar

from sandbox.kakao import Level, WalkStopped
from tests.support.sandbox_kakao import CALLBACK, Caller, calling


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    async with calling() as caller:
        yield caller


@pytest.fixture
async def browser() -> AsyncIterator[ClientSession]:
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as browser:
        yield browser


def query(location: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


async def test_a_login_comes_back_with_a_code_and_the_same_state(caller: Caller) -> None:
    location = await caller.kakao.walk("민지", caller.authorize_url(state="é&=\r\n 까치"))

    assert location.startswith(f"{CALLBACK}?code=")
    assert query(location)["state"] == "é&=\r\n 까치"


async def test_no_state_is_invented(caller: Caller) -> None:
    location = await caller.kakao.walk("민지", caller.authorize_url(state=""))

    assert set(query(location)) == {"code"}


async def test_a_redirect_uri_with_a_query_keeps_it(caller: Caller) -> None:
    caller.kakao.app.redirect_uris.add(f"{CALLBACK}?from=kakao")

    location = await caller.kakao.walk(
        "민지", caller.authorize_url(redirect_uri=f"{CALLBACK}?from=kakao")
    )

    assert location.startswith(f"{CALLBACK}?from=kakao&code=")


async def test_cancel_comes_back_with_access_denied_and_state(caller: Caller) -> None:
    location = await caller.kakao.walk("민지", caller.authorize_url(), cancel=True)

    denied = "error=access_denied&error_description=User%20denied%20access&state=a%20state"
    assert location == f"{CALLBACK}?{denied}"
    assert caller.kakao.account("민지").link is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"client_id": "somebody-else"}, "KOE101"),
        ({"client_id": ""}, "KOE207"),
        ({"redirect_uri": f"{CALLBACK}/"}, "KOE006"),
        ({"redirect_uri": ""}, "KOE207"),
        ({"response_type": "id_token"}, "KOE201"),
        ({"response_type": "token"}, "KOE202"),
        ({"response_type": ""}, "KOE207"),
        ({"scope": "talk_message,account_email"}, "KOE205"),
        ({"scope": "openid"}, "KOE205"),
        ({"prompt": "maybe"}, "KOE204"),
        ({"prompt": "none,login"}, "KOE204"),
        ({"code_challenge": "x" * 43, "code_challenge_method": "plain"}, "KOE204"),
        ({"code_challenge": "x" * 43}, "KOE204"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "KOE204"),
    ],
)
async def test_a_faulty_authorize_address_ends_on_a_page_of_kakao(
    caller: Caller, changes: dict[str, str], code: str
) -> None:
    async with caller.http.get(caller.authorize_url(**changes)) as response:
        assert (response.status, response.content_type) == (400, "text/html")
        assert code in await response.text()
    assert caller.kakao.requests[-1] == ("GET", "/oauth/authorize", 400, code)


async def test_a_doubled_parameter_is_malformed(caller: Caller) -> None:
    with pytest.raises(WalkStopped, match="KOE001"):
        await caller.kakao.walk("민지", caller.authorize_url() + "&state=another")


async def test_an_app_without_kakao_login_shows_koe004(caller: Caller) -> None:
    caller.kakao.app.login_on = False

    with pytest.raises(WalkStopped, match="KOE004"):
        await caller.kakao.walk("민지", caller.authorize_url())


async def test_the_scopes_may_be_separated_by_spaces(caller: Caller) -> None:
    tokens = await caller.link("민지", "friends talk_message")

    assert tokens["scope"] == "friends profile_nickname talk_message"


async def test_what_is_left_unticked_is_not_agreed_to(caller: Caller) -> None:
    await caller.kakao.walk("민지", caller.authorize_url(), agree=set())

    link = caller.kakao.account("민지").link
    assert link is not None
    assert link.agreed == {"profile_nickname"}


async def test_friends_are_never_asked_for_at_first_login_unless_requested(caller: Caller) -> None:
    tokens = await caller.link("민지", "profile_nickname")

    assert tokens["scope"] == "profile_nickname talk_message"


async def test_whoever_agreed_to_everything_sees_no_consent_page(caller: Caller) -> None:
    await caller.link("민지")
    caller.kakao.requests.clear()

    await caller.kakao.walk("민지", caller.authorize_url(prompt="select_account"))

    assert [request.path for request in caller.kakao.requests] == [
        "/oauth/authorize",
        "/login",
        "/login",
    ]


async def test_only_what_is_not_agreed_yet_is_asked(caller: Caller, browser: ClientSession) -> None:
    await caller.link("민지")
    url = caller.authorize_url(scope="talk_message,friends")
    page = await browser.get(url)
    tx = page.url.query["tx"]

    consent = await browser.post(page.url, data={"tx": tx, "account": "minji@example.com"})

    text = await consent.text()
    assert 'value="friends"' in text
    assert 'value="talk_message"' not in text


async def test_agree_to_all_agrees_to_all_that_is_shown(
    caller: Caller, browser: ClientSession
) -> None:
    page = await browser.get(caller.authorize_url(scope="friends"))
    tx = page.url.query["tx"]
    await browser.post(page.url, data={"tx": tx, "account": "민지"})

    form = {"tx": tx, "all": "1", "decision": "agree"}
    async with browser.post(
        f"{caller.kakao.url}/consent", data=form, allow_redirects=False
    ) as response:
        assert response.status == 302

    link = caller.kakao.account("민지").link
    assert link is not None
    assert link.agreed == {"profile_nickname", "talk_message", "friends"}


async def test_a_browser_stays_logged_in_for_a_day(caller: Caller, browser: ClientSession) -> None:
    page = await browser.get(caller.authorize_url())
    await browser.post(page.url, data={"tx": page.url.query["tx"], "account": "민지"})

    again = await browser.get(caller.authorize_url())
    caller.wait(25 * 3600)
    next_day = await browser.get(caller.authorize_url())

    assert (again.url.path, next_day.url.path) == ("/consent", "/login")


@pytest.mark.parametrize("prompt", ["login", "select_account", "create"])
async def test_these_prompts_show_the_login_page_to_whoever_is_logged_in(
    caller: Caller, browser: ClientSession, prompt: str
) -> None:
    page = await browser.get(caller.authorize_url())
    await browser.post(page.url, data={"tx": page.url.query["tx"], "account": "민지"})

    again = await browser.get(caller.authorize_url(prompt=prompt))

    assert again.url.path == "/login"


async def test_silence_without_a_session_is_login_required(caller: Caller) -> None:
    location = await caller.kakao.walk("민지", caller.authorize_url(prompt="none"))

    assert query(location)["error"] == "login_required"


async def test_silence_asks_for_no_consent(caller: Caller, browser: ClientSession) -> None:
    page = await browser.get(caller.authorize_url())
    await browser.post(page.url, data={"tx": page.url.query["tx"], "account": "민지"})
    silent = caller.authorize_url(prompt="none")

    async with browser.get(silent, allow_redirects=False) as before:
        assert query(before.headers["Location"])["error"] == "consent_required"
    caller.kakao.connect(caller.kakao.account("민지"), ("profile_nickname", "talk_message"))
    async with browser.get(silent, allow_redirects=False) as after:
        assert "code" in query(after.headers["Location"])


async def test_an_unknown_account_is_told_so_on_the_login_page(
    caller: Caller, browser: ClientSession
) -> None:
    page = await browser.get(caller.authorize_url(), headers={"Accept-Language": "en-US"})

    form = {"tx": page.url.query["tx"], "account": "<script>"}
    async with browser.post(page.url, data=form) as response:
        text = await response.text()

    assert response.status == 400
    assert "No Kakao Account has this name" in text
    assert "<script>" not in text


async def test_the_consent_page_wants_a_login_first(caller: Caller, browser: ClientSession) -> None:
    page = await browser.get(caller.authorize_url())
    tx = page.url.query["tx"]

    consent = await browser.get(f"{caller.kakao.url}/consent", params={"tx": tx})
    form = {"tx": tx, "decision": "agree"}
    agreed = await browser.post(f"{caller.kakao.url}/consent", data=form)

    assert (consent.url.path, agreed.url.path) == ("/login", "/login")


@pytest.mark.parametrize(
    "form",
    [
        {"decision": "agree", "scope": "friends"},
        {"decision": "perhaps"},
        {"decision": "agree", "tx": "unknown"},
    ],
)
async def test_a_form_that_no_page_of_ours_made_is_refused(
    caller: Caller, browser: ClientSession, form: dict[str, str]
) -> None:
    page = await browser.get(caller.authorize_url())
    tx = page.url.query["tx"]
    await browser.post(page.url, data={"tx": tx, "account": "민지"})

    async with browser.post(f"{caller.kakao.url}/consent", data={"tx": tx, **form}) as response:
        assert response.status == 400
    assert caller.kakao.account("민지").link is None


async def test_a_page_left_open_for_ten_minutes_is_too_old(
    caller: Caller, browser: ClientSession
) -> None:
    page = await browser.get(caller.authorize_url())
    caller.wait(601)

    late = await browser.get(page.url)

    assert late.status == 400
    assert "KOE001" in await late.text()


async def test_the_pages_speak_the_browsers_language_and_can_be_switched(
    caller: Caller, browser: ClientSession
) -> None:
    korean = await browser.get(caller.authorize_url(), headers={"Accept-Language": "ko-KR,ko"})
    english = await browser.get(korean.url.update_query(lang="en"))

    assert "계정 선택" in await korean.text()
    assert "Choose an account" in await english.text()


async def test_a_required_item_cannot_be_left_out(caller: Caller) -> None:
    caller.kakao.app.consent_items["talk_message"] = Level.REQUIRED

    await caller.kakao.walk("민지", caller.authorize_url(), agree=set())

    assert caller.kakao.account("민지").has_agreed("talk_message")


async def test_everybody_has_a_drawn_picture(caller: Caller) -> None:
    for account in [*caller.kakao.accounts.values(), caller.kakao.add_account("새 사람")]:
        async with caller.http.get(caller.kakao.picture_url(account)) as response:
            assert response.content_type == "image/png"
            assert (await response.read()).startswith(b"\x89PNG")
