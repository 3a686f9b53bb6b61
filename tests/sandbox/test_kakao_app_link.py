"""The phone's half of Kakao Talk Share: what the API refuses, and what the app takes over."""

import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from tests.support.sandbox_kakao import SITE, Caller, calling

TEXT = {"object_type": "text", "text": "까치가 왔어요", "link": {"web_url": f"{SITE}/m/1"}}
ORIGIN = f"origin/{quote(SITE, safe='')}"


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    async with calling() as caller:
        caller.kakao.app.js_sdk_domains.add(SITE)
        yield caller


async def ask(
    caller: Caller, *, key: str | None = None, ka: str = ORIGIN, **changes: str
) -> tuple[int, dict[str, Any], str | None]:
    """Ask as the SDK does; gives status, answer, and who may read it."""
    query = {"link_ver": "4.0", "template_object": json.dumps(TEXT)} | changes
    shown = key or f"KakaoAK {caller.kakao.app.javascript_key}"
    headers = {"Authorization": shown, "KA": ka, "Origin": SITE}
    url = f"{caller.kakao.url}/v2/api/kakaolink/talk/template/default"
    async with caller.http.get(url, params=query, headers=headers) as answer:
        allowed = answer.headers.get("Access-Control-Allow-Origin")
        return answer.status, await answer.json(), allowed


async def test_the_api_takes_what_the_picker_takes(caller: Caller) -> None:
    status, answer, allowed = await ask(caller)
    assert status == 200
    assert allowed == SITE
    assert set(answer) == {
        "template_id", "template_args", "template_msg", "warning_msg", "argument_msg",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"key": "KakaoAK wrong"}, -401),
        ({"key": "Bearer token"}, -401),
        ({"ka": "origin/https%3A%2F%2Fother.example"}, -401),
        ({"ka": "sdk/2.8.3"}, -401),
        ({"link_ver": "3.0"}, -2),
        ({"template_object": "{"}, -2),
        ({"template_object": json.dumps(TEXT | {"link": {"web_url": "https://no.example"}})}, -2),
        ({"template_object": json.dumps(TEXT | {"text": "a" * 11_000})}, -2),
    ],
)
async def test_the_api_refuses_what_the_picker_refuses_and_the_page_may_read_why(
    caller: Caller, changes: dict[str, str], code: int
) -> None:
    status, answer, allowed = await ask(caller, **changes)
    assert (status >= 400, answer["code"], allowed) == (True, code, SITE)


@pytest.mark.parametrize(
    ("asked", "status"),
    [("authorization,cache-control,content-type,ka,pragma", 204), ("authorization, ka, x", 403)],
)
async def test_a_browser_may_ask_with_the_headers_of_the_sdk_only(
    caller: Caller, asked: str, status: int
) -> None:
    url = f"{caller.kakao.url}/v2/api/kakaolink/talk/template/default"
    headers = {
        "Origin": SITE,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": asked,
    }
    async with caller.http.options(url, headers=headers) as answer:
        assert answer.status == status


async def code_of(caller: Caller, path: str) -> str:
    async with caller.http.get(f"{caller.kakao.url}{path}") as page:
        return (await page.text()).partition('<p class="code">')[2][:4]


async def test_the_failure_page_names_the_code(caller: Caller) -> None:
    for said, code in (
        ({"name": "KAPIError", "code": -401, "msg": "domain mismatched??>>"}, "4019"),
        ({"name": "KAPIError"}, "4002"),
        ([], "4002"),
    ):
        words = urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
        assert await code_of(caller, f"/picker/failed?error={words}") == code
    assert await code_of(caller, "/picker/failed?error=nonsense") == "4002"


async def test_custom_templates_are_validated_under_another_name(caller: Caller) -> None:
    head = {"Authorization": f"KakaoAK {caller.kakao.app.javascript_key}", "KA": ORIGIN}
    query = {"link_ver": "4.0", "template_id": "120001", "template_args": "{}"}
    for action, status in (("validate", 200), ("custom", 400)):
        url = f"{caller.kakao.url}/v2/api/kakaolink/talk/template/{action}"
        async with caller.http.get(url, params=query, headers=head) as answer:
            assert answer.status == status


@pytest.mark.parametrize(
    ("link", "code"),
    [
        ("kakaolink://send?linkver=3.5", "4002"),
        ("kakaotalk://send?linkver=4.0", "4002"),
        ("kakaolink://send?linkver=4.0&appkey=wrong", "4003"),
    ],
)
async def test_the_app_takes_over_only_what_is_meant_for_it(
    caller: Caller, link: str, code: str
) -> None:
    assert await code_of(caller, f"/scheme/{quote(link, safe='')}") == code
    intent = f"{link.replace('kakaolink', 'intent').replace('kakaotalk', 'x')}#Intent;end;"
    assert await code_of(caller, f"/intent?{urlencode({'uri': intent})}") == "4002"
