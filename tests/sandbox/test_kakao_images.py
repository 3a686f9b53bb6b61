"""The local Kakao's pictures: upload, scraping, deletion, and how long they stay."""

from collections.abc import AsyncIterator
from io import BytesIO

import pytest
from aiohttp import FormData
from PIL import Image

from sandbox.kakao.images import LARGEST
from tests.support.sandbox_kakao import Answer, Caller, calling

IMAGES = "/v2/api/talk/message/image"
TWENTY_DAYS = 20 * 24 * 3600


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    async with calling() as caller:
        yield caller


def drawn(kind: str = "PNG", size: tuple[int, int] = (300, 200)) -> bytes:
    data = BytesIO()
    Image.new("RGB", size, "#fee500").save(data, kind)
    return data.getvalue()


def parts(*files: bytes, name: str = "file", secure: str = "true") -> FormData:
    form = FormData({"secure_resource": secure}, default_to_multipart=True)
    for file in files:
        form.add_field(name, BytesIO(file), filename="a.png", content_type="image/png")
    return form


async def upload(caller: Caller, form: FormData, key: str | None = None) -> Answer:
    headers = {"Authorization": key or f"KakaoAK {caller.kakao.app.rest_api_key}"}
    url = f"{caller.kakao.url}{IMAGES}/upload"
    async with caller.http.post(url, data=form, headers=headers) as response:
        return response.status, await response.json()


async def ask(caller: Caller, method: str, path: str, url: str) -> Answer:
    async with caller.http.request(
        method,
        f"{caller.kakao.url}{IMAGES}/{path}",
        data={"image_url": url},
        headers={"Authorization": f"KakaoAK {caller.kakao.app.javascript_key}"},
    ) as response:
        return response.status, await response.json()


async def look(caller: Caller, url: str) -> tuple[int, bytes]:
    async with caller.http.get(url) as response:
        return response.status, await response.read()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF"])
async def test_an_uploaded_picture_can_be_seen(caller: Caller, kind: str) -> None:
    picture = drawn(kind)

    status, body = await upload(caller, parts(picture))

    original = body["infos"]["original"]
    facts = {"length": len(picture), "content_type": f"image/{kind.lower()}"}
    assert status == 200
    assert original == facts | {"url": original["url"], "width": 300, "height": 200}
    assert await look(caller, original["url"]) == (200, picture)


async def test_a_picture_is_gone_after_twenty_days(caller: Caller) -> None:
    _, body = await upload(caller, parts(drawn()))
    url = body["infos"]["original"]["url"]

    caller.kakao.advance(TWENTY_DAYS - 1)
    before, _ = await look(caller, url)
    caller.kakao.advance(1)

    assert (before, (await look(caller, url))[0]) == (200, 404)


async def test_five_megabytes_are_the_limit(caller: Caller) -> None:
    fits = drawn() + bytes(LARGEST - len(drawn()))

    accepted, _ = await upload(caller, parts(fits))
    refused, body = await upload(caller, parts(fits + b"x"))

    assert (accepted, refused, body["code"]) == (200, 400, -602)


async def test_only_one_picture_at_a_time(caller: Caller) -> None:
    status, body = await upload(caller, parts(drawn(), drawn()))

    assert (status, body["code"]) == (400, -606)


@pytest.mark.parametrize(
    "data", [b"", b"no picture", drawn()[:60], drawn("WEBP"), drawn("BMP")], ids=range(5)
)
async def test_only_pictures_of_three_formats(caller: Caller, data: bytes) -> None:
    status, body = await upload(caller, parts(data))

    assert (status, body["code"]) == (400, -911)
    assert caller.kakao.images == {}


@pytest.mark.parametrize(
    "form", [parts(), parts(drawn(), name="image"), parts(drawn(), secure="yes")], ids=range(3)
)
async def test_a_form_without_its_fields_is_refused(caller: Caller, form: FormData) -> None:
    _, body = await upload(caller, form)

    assert body["code"] == -2


async def test_a_body_that_is_no_multipart_is_refused(caller: Caller) -> None:
    _, body = await upload(caller, FormData({"file": "x"}))

    assert body["code"] == -8


async def test_a_member_s_token_opens_unless_the_switch_says_no(caller: Caller) -> None:
    bearer = f"Bearer {caller.kakao.token_for(caller.kakao.account('민지'))}"

    taken, _ = await upload(caller, parts(drawn()), bearer)
    caller.kakao.switches.image_bearer = False
    refused, body = await upload(caller, parts(drawn()), bearer)

    assert (taken, refused, body["code"]) == (200, 401, -401)


@pytest.mark.parametrize("key", ["KakaoAK x", "KakaoAK sandbox-admin-key", "Bearer x", "x"])
async def test_strangers_cannot_upload(caller: Caller, key: str) -> None:
    status, body = await upload(caller, parts(drawn()), key)

    assert (status, body["code"]) == (401, -401)


async def test_a_picture_of_this_machine_can_be_scraped(caller: Caller) -> None:
    picture = f"{caller.kakao.url}/pages/picnic.jpg"

    status, body = await ask(caller, "POST", "scrap", picture)

    original = body["infos"]["original"]
    assert (status, original["content_type"]) == (200, "image/jpeg")
    assert original["url"].startswith(f"{caller.kakao.url}/images/")


@pytest.mark.parametrize("url", ["", "x", "https://kkachi.example/a.png", "/pages/picnic.jpg"])
async def test_what_does_not_answer_cannot_be_scraped(caller: Caller, url: str) -> None:
    status, body = await ask(caller, "POST", "scrap", url)

    assert (status, body["code"]) == (400, -2)


async def test_a_deleted_picture_is_gone(caller: Caller) -> None:
    _, body = await upload(caller, parts(drawn()))
    url = body["infos"]["original"]["url"]

    answer = await ask(caller, "DELETE", "delete", url)
    again, refused = await ask(caller, "DELETE", "delete", url)

    assert answer == (200, {})
    assert (again, refused["code"], (await look(caller, url))[0]) == (400, -2, 404)
