"""Every kind of message by its own call, and the other calls around messages."""

import json
from collections.abc import AsyncIterator
from io import BytesIO

import pytest
from aiohttp import web
from PIL import Image as Picture

from bot.kakao import (
    AppFault,
    BadRequest,
    Button,
    Calendar,
    Content,
    CustomMessage,
    Feed,
    ImageLimit,
    Item,
    ItemContent,
    KakaoClient,
    Link,
    Message,
    ScrapMessage,
    Social,
    TokenInvalid,
    Unavailable,
    for_sharing,
    message_from,
    open_http,
)
from tests.support.kakao_answers import kakao_that, saying
from tests.unit.test_kakao_client import PUBLIC, World
from tests.unit.test_kakao_templates import COMMERCE, FEED, LIST, LOCATION, TEXT

LINK = Link(web_url=f"{PUBLIC}/m/1", android_execution_params="raid=7")
CUSTOM = CustomMessage(template_id=120001, template_args={"TITLE": "정기전", "BODY": "토 21:00"})
BARE = CustomMessage(template_id=120001)
PAGE = ScrapMessage(request_url=f"{PUBLIC}/raid")
FILLED = ScrapMessage(
    request_url=f"{PUBLIC}/raid", template_id=120004, template_args={"NOTE": "오늘이에요"}
)
MESSAGES = (TEXT, FEED, LIST, LOCATION, COMMERCE, CUSTOM, BARE, PAGE, FILLED)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    world = World()
    world.kakao.app.product_link_domains.append(PUBLIC)
    async with world.kakao.serve(), open_http() as http:
        world.client = KakaoClient(http, world.app())
        yield world


def picture(color: str = "red") -> bytes:
    out = BytesIO()
    Picture.new("RGB", (300, 200), color).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("message", MESSAGES, ids=repr)
def test_a_stored_message_reads_back_the_same(message: Message) -> None:
    assert message_from(json.loads(json.dumps(message.stored()))) == message


def test_what_is_stored_is_no_more_than_what_was_said() -> None:
    assert BARE.stored() == {"template_id": 120001}
    assert PAGE.stored() == {"request_url": f"{PUBLIC}/raid"}
    assert CUSTOM.stored() == {
        "template_id": 120001,
        "template_args": {"TITLE": "정기전", "BODY": "토 21:00"},
    }


@pytest.mark.parametrize(
    ("message", "path", "form"),
    [
        (TEXT, "default/send", {"template_object": TEXT.template_object()}),
        (CUSTOM, "send", {"template_id": 120001, "template_args": dict(CUSTOM.template_args)}),
        (BARE, "send", {"template_id": 120001}),
        (PAGE, "scrap/send", {"request_url": f"{PUBLIC}/raid"}),
        (FILLED, "scrap/send", FILLED.stored()),
    ],
    ids=repr,
)
async def test_each_kind_goes_by_its_own_call(
    message: Message, path: str, form: dict[str, object]
) -> None:
    asked: list[tuple[str, dict[str, str]]] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append((request.path, {k: str(v) for k, v in (await request.post()).items()}))
        return web.json_response({"result_code": 0, "successful_receiver_uuids": ["a"]})

    async with kakao_that(answer) as kakao:
        await kakao.send_to_me("token", message)
        await kakao.send_to_friends("token", ["a"], message)
    fields = {
        k: v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for k, v in form.items()
    }
    assert asked == [
        (f"/v2/api/talk/memo/{path}", fields),
        (f"/v1/api/talk/friends/message/{path}", {"receiver_uuids": '["a"]'} | fields),
    ]


@pytest.mark.parametrize("message", MESSAGES, ids=repr)
async def test_every_kind_arrives_at_me_and_at_friends(world: World, message: Message) -> None:
    await world.client.send_to_me(world.token(), message)
    result = await world.client.send_to_friends(world.token(), world.uuids("준호", "서연"), message)
    assert result.failure_info == ()
    assert [sent.to_me for sent in world.kakao.outbox] == [True, False, False]


async def test_a_calendar_arrives_when_its_channel_has_it(world: World) -> None:
    [event, *_] = world.kakao.app.events
    content = Content(title="정기전", link=LINK)
    await world.client.send_to_me(
        world.token(), Calendar(id_type="event", id=event, content=content)
    )
    assert len(world.kakao.outbox) == 1


@pytest.mark.parametrize(
    "message",
    [CustomMessage(template_id=7), ScrapMessage(request_url="https://elsewhere.example/")],
    ids=["template", "domain"],
)
async def test_what_the_app_has_not_registered_is_a_bad_request(
    world: World, message: Message
) -> None:
    with pytest.raises(BadRequest) as caught:
        await world.client.send_to_me(world.token(), message)
    assert caught.value.code == -2
    with pytest.raises(BadRequest):
        await world.client.send_to_friends(world.token(), world.uuids("준호"), message)


def test_a_template_for_sharing_has_camels_all_the_way_down() -> None:
    feed = Feed(
        content=Content(title="a", image_url=f"{PUBLIC}/i.png", image_width=200, link=LINK),
        item_content=ItemContent(profile_text="b", items=(Item(item="c", item_op="1"),)),
        social=Social(like_count=1, subscriber_count=2),
        buttons=(Button(title="d", link=Link(mobile_web_url=PUBLIC)),),
    )
    assert for_sharing(feed) == {
        "objectType": "feed",
        "content": {
            "title": "a",
            "imageUrl": f"{PUBLIC}/i.png",
            "imageWidth": 200,
            "link": {"webUrl": f"{PUBLIC}/m/1", "androidExecutionParams": "raid=7"},
        },
        "itemContent": {"profileText": "b", "items": [{"item": "c", "itemOp": "1"}]},
        "social": {"likeCount": 1, "subscriberCount": 2},
        "buttons": [{"title": "d", "link": {"mobileWebUrl": PUBLIC}}],
    }


def test_arguments_keep_their_names_when_they_are_shared() -> None:
    message = CustomMessage(template_id=7, template_args={"user_name": "민지"})
    assert for_sharing(message) == {"templateId": 7, "templateArgs": {"user_name": "민지"}}
    assert for_sharing(PAGE) == {"requestUrl": f"{PUBLIC}/raid"}


async def test_an_uploaded_picture_can_be_shown_and_forgotten(world: World) -> None:
    image = await world.client.upload_image(picture(), "그림.png", "image/png")
    assert (image.content_type, image.width, image.height) == ("image/png", 300, 200)
    assert image.length == len(picture())
    await world.client.delete_image(image.url)
    with pytest.raises(BadRequest):
        await world.client.delete_image(image.url)


async def test_kakao_fetches_a_picture_itself(world: World) -> None:
    image = await world.client.scrap_image(f"{world.kakao.url}/pages/picnic.jpg")
    assert image.content_type == "image/jpeg"


@pytest.mark.parametrize(("size", "limit"), [(0, 1), (5 * 1024 * 1024 + 1, 5 * 1024 * 1024)])
async def test_a_picture_beyond_the_limit_is_not_sent(world: World, size: int, limit: int) -> None:
    with pytest.raises(ImageLimit) as caught:
        await world.client.upload_image(bytes(size), "a.png", "image/png")
    assert (caught.value.limit, caught.value.value) == (limit, size)
    assert world.kakao.requests == []


async def test_what_is_no_picture_is_a_bad_request(world: World) -> None:
    with pytest.raises(BadRequest) as caught:
        await world.client.upload_image(b"no picture", "a.png", "image/png")
    assert caught.value.code == -911


@pytest.mark.parametrize("code", [-401, -3, -5])
async def test_where_the_app_key_does_not_do_the_members_token_may(code: int) -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.headers["Authorization"])
        if asked[-1].startswith("KakaoAK"):
            return web.json_response({"code": code}, status=401)
        return web.json_response({"infos": {"original": {"url": "https://k.example/a.png"}}})

    async with kakao_that(answer) as kakao:
        image = await kakao.upload_image(b"data", "a.png", "image/png", access_token="token")
        assert image.url == "https://k.example/a.png"
        with pytest.raises((AppFault, TokenInvalid)):
            await kakao.scrap_image("https://kkachi.example/a.png")
    assert asked == ["KakaoAK key", "Bearer token", "KakaoAK key"]


async def test_a_forgotten_picture_needs_no_answer_to_read() -> None:
    async with kakao_that(saying(200, b"")) as kakao:
        await kakao.delete_image("https://k.example/a.png")
    async with kakao_that(saying(500, b"")) as kakao:
        with pytest.raises(Unavailable):
            await kakao.delete_image("https://k.example/a.png")


async def test_a_consent_can_be_taken_back(world: World) -> None:
    token = world.token()
    left = await world.client.revoke_scopes(token, ["friends"])
    agreed = {scope.id for scope in left if scope.agreed}
    assert "talk_message" in agreed
    assert "friends" not in agreed


async def test_what_the_app_requires_cannot_be_taken_back(world: World) -> None:
    with pytest.raises(AppFault) as caught:
        await world.client.revoke_scopes(world.token(), ["profile_nickname"])
    assert caught.value.code == -3


async def test_a_consent_that_was_never_given_cannot_be_taken_back(world: World) -> None:
    token = world.kakao.token_for(world.minji, ["profile_nickname"])
    with pytest.raises(BadRequest):
        await world.client.revoke_scopes(token, ["friends"])


async def test_the_keys_of_kakao_are_public(world: World) -> None:
    keys = (await world.client.jwks())["keys"]
    assert {"kid", "kty", "n", "e"} <= set(keys[0])
    assert keys[0]["kty"] == "RSA"
