"""The Kakao client against a local Kakao, over real sockets."""

from collections.abc import AsyncIterator
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from bot.kakao import (
    AppAllowanceSpent,
    AppFault,
    BadRequest,
    Button,
    ConsentMissing,
    Content,
    Feed,
    GrantInvalid,
    KakaoApp,
    KakaoClient,
    Link,
    LostAnswer,
    PairDaySpent,
    ReceiverLimit,
    ReceiverRefuses,
    SenderDaySpent,
    Text,
    TokenInvalid,
    Unavailable,
    Unreachable,
    new_verifier,
    open_http,
)
from bot.kakao.http import Transport
from sandbox.demo.people import add_people
from sandbox.kakao import Account, LocalKakao
from tests.support.certificates import certified
from tests.support.kakao_answers import CALLBACK, kakao_that

# Every letter, but no half of a surrogate pair.
WHOLE = st.characters(exclude_categories=["Cs"])
PUBLIC = "https://kkachi.example"
SCOPES = ("profile_nickname", "talk_message", "friends")
# The example of RFC 7636, appendix B.
RFC_VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
RFC_CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
LINK = Link(web_url=f"{PUBLIC}/m/1", mobile_web_url=f"{PUBLIC}/m/1")
TEXT = Text(text="안녕하세요 & 100% + 둘 😀", link=LINK)
FEED = Feed(
    content=Content(title="#레이드", description="민지: 오늘 9시", link=LINK),
    buttons=(Button(title="원문 보기", link=LINK),),
)


class World:
    """A local Kakao at some time, and the client for it."""

    client: KakaoClient

    def __init__(self) -> None:
        self.time = 1_795_176_000.0
        self.kakao = LocalKakao(add_people, now=lambda: self.time)

    def app(self, **changes: str) -> KakaoApp:
        facts = {
            "rest_api_key": self.kakao.app.rest_api_key,
            "client_secret": self.kakao.app.client_secret,
            "redirect_uri": CALLBACK,
            "auth_url": self.kakao.url,
            "api_url": self.kakao.url,
        }
        return KakaoApp(**facts | changes)

    @property
    def minji(self) -> Account:
        return self.kakao.account("민지")

    def token(self) -> str:
        return self.kakao.token_for(self.minji, SCOPES)

    def uuids(self, *names: str) -> list[str]:
        return [self.kakao.account(name).uuid for name in names]

    async def code(self, verifier: str, *, agree: list[str] | None = None) -> str:
        address = self.client.authorize_url(state="state-1", scopes=SCOPES, verifier=verifier)
        back = await self.kakao.walk("민지", address, agree=agree)
        return parse_qs(urlsplit(back).query)["code"][0]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    world = World()
    world.kakao.app.redirect_uris.add(CALLBACK)
    world.kakao.app.product_link_domains.append(PUBLIC)
    async with world.kakao.serve(), open_http() as http:
        world.client = KakaoClient(http, world.app())
        yield world


def test_the_authorize_address_asks_for_all_that_login_needs() -> None:
    client = KakaoClient(open_http(), KakaoApp("key", "secret", CALLBACK))
    address = client.authorize_url(state="s t", scopes=["a", "b"], verifier=RFC_VERIFIER)
    assert address.startswith("https://kauth.kakao.com/oauth/authorize?")
    assert parse_qs(urlsplit(address).query) == {
        "response_type": ["code"],
        "client_id": ["key"],
        "redirect_uri": [CALLBACK],
        "scope": ["a,b"],
        "state": ["s t"],
        "prompt": ["select_account"],
        "code_challenge": [RFC_CHALLENGE],
        "code_challenge_method": ["S256"],
    }


def test_a_verifier_is_made_of_32_random_bytes() -> None:
    assert new_verifier(lambda number: b"\xff" * number) == "_" * 42 + "8"
    assert new_verifier() != new_verifier()


def test_keys_are_never_shown() -> None:
    shown = repr(KakaoApp("the-key", "the-secret", CALLBACK))
    assert "the-key" not in shown
    assert "the-secret" not in shown


async def test_a_login_gives_tokens_that_tell_who_it_is(world: World) -> None:
    verifier = new_verifier()
    tokens = await world.client.exchange_code(await world.code(verifier), verifier)
    assert tokens.expires_in == 21599
    assert tokens.refresh_token is not None
    assert tokens.refresh_token_expires_in == 5183999
    assert tokens.scopes == frozenset(SCOPES)
    user = await world.client.me(tokens.access_token)
    assert (user.id, user.nickname) == (world.minji.id, "민지")


async def test_a_code_works_once(world: World) -> None:
    verifier = new_verifier()
    code = await world.code(verifier)
    await world.client.exchange_code(code, verifier)
    with pytest.raises(GrantInvalid) as caught:
        await world.client.exchange_code(code, verifier)
    assert caught.value.code == "KOE320"


async def test_a_code_is_worth_nothing_with_another_verifier(world: World) -> None:
    code = await world.code(new_verifier())
    with pytest.raises(GrantInvalid):
        await world.client.exchange_code(code, new_verifier())


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"rest_api_key": "another"}, "KOE101"),
        ({"client_secret": "another"}, "KOE010"),
        ({"redirect_uri": "https://other.example/"}, "KOE303"),
    ],
)
async def test_wrong_settings_are_a_fault_of_the_app(
    world: World, changes: dict[str, str], code: str
) -> None:
    verifier = new_verifier()
    granted = await world.code(verifier)
    async with open_http() as http:
        with pytest.raises(AppFault) as caught:
            await KakaoClient(http, world.app(**changes)).exchange_code(granted, verifier)
    assert caught.value.code == code


async def test_a_refresh_leaves_out_the_refresh_token_until_its_last_month(world: World) -> None:
    verifier = new_verifier()
    first = await world.client.exchange_code(await world.code(verifier), verifier)
    assert first.refresh_token
    early = await world.client.refresh(first.refresh_token)
    world.time += 40 * 86400
    late = await world.client.refresh(first.refresh_token)
    assert early.refresh_token is None
    assert late.refresh_token not in {None, first.refresh_token}
    with pytest.raises(GrantInvalid) as caught:
        await world.client.refresh(first.refresh_token)
    assert caught.value.code == "KOE322"


async def test_an_expired_token_is_invalid(world: World) -> None:
    token = world.token()
    world.kakao.expire_access_tokens(world.minji)
    with pytest.raises(TokenInvalid):
        await world.client.me(token)


async def test_consents_are_listed(world: World) -> None:
    token = world.kakao.token_for(world.minji, ["talk_message"])
    scopes = {scope.id: scope.agreed for scope in await world.client.scopes(token)}
    assert scopes["talk_message"] is True
    assert scopes["friends"] is False


async def test_an_unlink_kills_the_token(world: World) -> None:
    token = world.token()
    assert await world.client.unlink(token) == world.minji.id
    with pytest.raises(TokenInvalid):
        await world.client.me(token)


async def test_friends_come_with_favourites_first(world: World) -> None:
    page = await world.client.friends(world.token(), limit=2)
    assert page.total_count == 4
    assert page.elements[0].profile_nickname == "준호"
    assert page.elements[0].favorite is True
    assert page.elements[0].uuid == world.kakao.account("준호").uuid
    assert page.next_offset == 2


async def test_all_friends_come_page_by_page(world: World) -> None:
    names = [f"친구{number:03}" for number in range(230)]
    for name in names:
        friend = world.kakao.add_account(name)
        world.kakao.befriend(world.minji, friend)
        world.kakao.connect(friend, ["profile_nickname", "friends"])
    friends = await world.client.all_friends(world.token())
    assert len(friends) == 234
    assert set(names) < {friend.profile_nickname for friend in friends}
    assert [request.path for request in world.kakao.requests] == ["/v1/api/talk/friends"] * 3


BAD_FRIENDS: dict[str, object] = {
    "without a uuid": {"profile_nickname": "준호"},
    "with no uuid": {"uuid": None, "profile_nickname": "준호"},
    "with an empty uuid": {"uuid": ""},
    "with a blank uuid": {"uuid": " \t"},
    "with a number for a uuid": {"uuid": 7},
    "with a uuid that fits nowhere": {"uuid": "u" * 101},
    "with an id that is no number": {"uuid": "u", "id": "준호"},
    "with an id of nobody": {"uuid": "u", "id": 0},
    "with a name that is no text": {"uuid": "u", "profile_nickname": ["준호"]},
    "with a strange answer": {"uuid": "u", "allowed_msg": "perhaps"},
    "that is none": None,
    "that is a list": [],
}


@pytest.mark.parametrize("bad", BAD_FRIENDS.values(), ids=BAD_FRIENDS)
async def test_a_friend_that_cannot_be_read_costs_no_other_friend(
    bad: object, caplog: pytest.LogCaptureFixture
) -> None:
    good = {"uuid": "good", "profile_nickname": "", "allowed_msg": None, "id": None}

    async def friends(_: web.Request) -> web.Response:
        elements = [bad, good, bad]
        return web.json_response({"elements": elements, "total_count": 3, "after_url": None})

    async with kakao_that(friends) as client:
        [found] = await client.all_friends("token")
    assert (found.uuid, found.takes_messages) == ("good", True)
    [line] = [record.getMessage() for record in caplog.records if record.name.startswith("bot")]
    assert line.startswith("2 friends are left out")
    assert "준호" not in line


@pytest.mark.parametrize(
    "after_url",
    [
        "http://evil.example/steal?offset={offset}&limit=100",
        "//evil.example?offset={offset}",
        "?offset={offset}",
    ],
)
async def test_the_token_never_goes_to_an_address_found_in_an_answer(after_url: str) -> None:
    asked: list[str] = []

    async def friends(request: web.Request) -> web.Response:
        asked.append(request.query["offset"])
        following = int(request.query["offset"]) + 100
        document = {
            "elements": [{"uuid": f"u{following}"}, {"uuid": "same"}],
            "total_count": 9,
            "after_url": after_url.format(offset=following) if following < 300 else None,
        }
        return web.json_response(document)

    async with kakao_that(friends) as client:
        found = await client.all_friends("token")
    assert asked == ["0", "100", "200"]
    assert [friend.uuid for friend in found] == ["u100", "same", "u200", "u300"]


@pytest.mark.parametrize(
    "after_url", ["", "nonsense", "?offset=x", "?offset=0", "http://[", "?offset=-5"]
)
async def test_pages_that_lead_nowhere_or_back_end_the_list(after_url: str) -> None:
    async def friends(_: web.Request) -> web.Response:
        return web.json_response({"elements": None, "total_count": 0, "after_url": after_url})

    async with kakao_that(friends) as client:
        assert await client.all_friends("token") == []


async def test_pages_without_end_are_given_up() -> None:
    asked = 0

    async def friends(request: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        following = int(request.query["offset"]) + 1
        return web.json_response({"total_count": 1, "after_url": f"?offset={following}"})

    async with kakao_that(friends) as client:
        await client.all_friends("token")
    assert asked == 100


async def test_a_card_arrives_in_the_me_chat_as_it_was_made(world: World) -> None:
    await world.client.send_to_me(world.token(), FEED)
    await world.client.send_to_me(world.token(), TEXT)
    sent = [message.template for message in world.kakao.outbox]
    assert sent == [FEED.template_object(), TEXT.template_object()]
    assert all(message.to_me for message in world.kakao.outbox)


async def test_a_card_arrives_with_friends(world: World) -> None:
    receivers = world.uuids("준호", "서연")
    result = await world.client.send_to_friends(world.token(), receivers, FEED)
    assert set(result.successful_receiver_uuids) == set(receivers)
    assert result.failure_info == ()
    assert {message.receiver.name for message in world.kakao.outbox} == {"준호", "서연"}


async def test_a_friend_who_refuses_is_told_apart_from_those_reached(world: World) -> None:
    world.kakao.spend(world.kakao.account("지우"), "recipient")
    receivers = world.uuids("준호", "하준", "지우")
    result = await world.client.send_to_friends(world.token(), receivers, FEED)
    assert result.successful_receiver_uuids == (receivers[0],)
    reasons = {info.receiver_uuids: type(info.error).__name__ for info in result.failure_info}
    assert reasons == {(receivers[1],): "ReceiverRefuses", (receivers[2],): "ReceiverDaySpent"}


async def test_a_send_that_reaches_nobody_is_an_error(world: World) -> None:
    with pytest.raises(ReceiverRefuses):
        await world.client.send_to_friends(world.token(), world.uuids("하준"), FEED)


async def test_the_sender_is_no_friend_of_their_own(world: World) -> None:
    with pytest.raises(BadRequest):
        await world.client.send_to_friends(world.token(), [world.minji.uuid], FEED)


@pytest.mark.parametrize("number", [0, 6])
async def test_a_wrong_number_of_receivers_is_refused_before_the_call(
    world: World, number: int
) -> None:
    with pytest.raises(ReceiverLimit) as caught:
        await world.client.send_to_friends(world.token(), ["uuid"] * number, FEED)
    broken = caught.value
    assert (broken.field, broken.limit, broken.value) == ("receiver_uuids", 5, number)
    assert world.kakao.requests == []


async def test_a_missing_consent_is_named(world: World) -> None:
    token = world.token()
    world.kakao.withdraw(world.minji, "talk_message")
    with pytest.raises(ConsentMissing) as caught:
        await world.client.send_to_me(token, TEXT)
    assert caught.value.required_scopes == {"talk_message"}


@pytest.mark.parametrize(
    ("kind", "error"),
    [("app", AppAllowanceSpent), ("sender", SenderDaySpent), ("pair", PairDaySpent)],
)
async def test_each_spent_allowance_has_its_own_error(
    world: World, kind: str, error: type[Exception]
) -> None:
    account = None if kind == "app" else world.minji
    world.kakao.spend(account, kind)  # type: ignore[arg-type]  # a parametrised literal
    with pytest.raises(error):
        await world.client.send_to_me(world.token(), TEXT)


async def test_maintenance_sends_nothing(world: World) -> None:
    token = world.token()
    world.kakao.down(True)
    with pytest.raises(Unavailable):
        await world.client.send_to_me(token, TEXT)
    with pytest.raises(Unavailable):
        await world.client.refresh("refresh-token")
    assert world.kakao.outbox == []


async def test_a_lost_answer_may_hide_a_message_that_arrived(world: World) -> None:
    world.kakao.lose_answers(1)
    with pytest.raises(LostAnswer):
        await world.client.send_to_me(world.token(), TEXT)
    assert len(world.kakao.outbox) == 1


async def test_who_shows_a_certificate_that_nobody_has_signed_hears_nothing() -> None:
    heard: list[bytes] = []

    async def hear(request: web.Request) -> web.Response:
        heard.append(await request.read())
        return web.json_response({"result_code": 0})

    shown, _ = certified(60)
    async with kakao_that(hear, tls=shown) as client:
        with pytest.raises(Unreachable, match="Certificate"):
            await client.send_to_me("a token", TEXT)
    assert heard == []


@given(st.dictionaries(st.text(WHOLE, min_size=1), st.text(WHOLE)))
async def test_any_form_says_what_it_was_given(form: dict[str, str]) -> None:
    http = open_http()
    body = Transport(http, deadline=1.0).post("https://kapi.kakao.com/any", form).content
    await http.aclose()
    assert (
        dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=bool(form)))
        == form
    )
