"""The local Kakao's sends: what is delivered, what is refused and why."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from sandbox.kakao import Account
from tests.support.sandbox_kakao import ANY_CARD, SITE, TO_FRIENDS, TO_ME, Caller, calling

LINK = {"web_url": f"{SITE}/m/1", "mobile_web_url": f"{SITE}/m/1"}
CONTENT = {"title": "제목", "link": LINK}
BUTTON = {"title": "보기", "link": LINK}
TWO_TEXTS = {
    "unparsable": "failed to parse parameter. name=template_object, "
    "stringToParse=-, paramString=-, paramStringAlias=null",
    "receivers": "Constraints on the parameter [receiver_uuids] are unsatisfied.",
}


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    async with calling() as caller:
        yield caller


@pytest.fixture
def minji(caller: Caller) -> Account:
    return caller.kakao.account("민지")


@pytest.fixture
def token(caller: Caller, minji: Account) -> str:
    return caller.kakao.token_for(minji, ("talk_message", "friends"))


# what arrives


async def test_a_memo_arrives_in_the_own_chat(caller: Caller, token: str, minji: Account) -> None:
    answer = await caller.to_me(token)

    chats = caller.kakao.chats(minji)
    assert answer == (200, {"result_code": 0})
    assert [chat.partner for chat in chats] == [None]
    assert chats[0].messages == caller.kakao.outbox
    assert (chats[0].messages[0].template, chats[0].messages[0].to_me) == (ANY_CARD, True)


async def test_a_message_to_a_friend_is_in_both_chats(
    caller: Caller, token: str, minji: Account
) -> None:
    (junho,) = caller.accounts("준호")

    answer = await caller.to_friends(token, [junho])

    assert answer == (200, {"successful_receiver_uuids": [junho.uuid]})
    assert [room.partner for room in caller.kakao.chats(minji)] == [None, junho]
    assert [room.partner for room in caller.kakao.chats(junho)] == [None, minji]
    assert caller.kakao.chats(junho)[1].messages[0].sender is minji


async def test_the_latest_chat_comes_first(caller: Caller, token: str, minji: Account) -> None:
    junho, jiwoo = caller.accounts("준호", "지우")
    for friend in (junho, jiwoo, junho):
        await caller.to_friends(token, [friend])

    assert [room.partner for room in caller.kakao.chats(minji)] == [None, junho, jiwoo]


async def test_whoever_watches_is_told_of_every_change(caller: Caller, token: str) -> None:
    changes: list[int] = []
    caller.kakao.on_change.append(lambda: changes.append(len(caller.kakao.outbox)))

    await caller.to_me(token)

    assert changes == [1]


async def test_a_link_to_an_unregistered_domain_leads_to_the_default_domain(
    caller: Caller, token: str
) -> None:
    foreign = {"web_url": "https://discord.com/channels/1", "mobile_web_url": f"{SITE}/m/1"}
    card = {"object_type": "feed", "content": {"title": "제목", "link": foreign}}

    await caller.to_me(token, card | {"buttons": [{"title": "보기", "link": foreign}]})

    kept = {"web_url": SITE, "mobile_web_url": f"{SITE}/m/1"}
    sent = caller.kakao.outbox[0].template
    assert (sent["content"]["link"], sent["buttons"][0]["link"]) == (kept, kept)


@pytest.mark.parametrize(
    "url", ["http://kkachi.example/", "https://kkachi.example:8443/", "https://x.kkachi.example/"]
)
async def test_a_domain_is_scheme_host_and_port(caller: Caller, token: str, url: str) -> None:
    await caller.to_me(token, ANY_CARD | {"link": {"web_url": url}})

    assert caller.kakao.outbox[0].template["link"] == {"web_url": SITE}


async def test_an_app_without_domains_has_no_links(caller: Caller, token: str) -> None:
    caller.kakao.app.product_link_domains.clear()

    await caller.to_me(token)

    assert caller.kakao.outbox[0].template["link"] == {}


# receivers


async def test_refused_and_delivered_are_told_apart_and_grouped_by_code(
    caller: Caller, token: str, minji: Account
) -> None:
    extra = caller.kakao.add_account("새벽")
    caller.kakao.befriend(minji, extra)
    caller.kakao.connect(extra, ("friends",))
    caller.kakao.refuse(extra)
    caller.kakao.spend(caller.kakao.account("지우"), "recipient")
    friends = [*caller.accounts("하준", "준호", "지우", "서연"), extra]
    hajun, junho, jiwoo, seoyeon, _ = (friend.uuid for friend in friends)

    status, body = await caller.to_friends(token, friends)

    assert status == 200
    assert body["successful_receiver_uuids"] == [junho, seoyeon]
    failures = {one["code"]: one["receiver_uuids"] for one in body["failure_info"]}
    assert failures == {-530: [hajun, extra.uuid], -533: [jiwoo]}


async def test_the_senders_last_sends_go_to_the_first_receivers(
    caller: Caller, token: str, minji: Account
) -> None:
    caller.kakao.spend(minji, "sender")
    caller.kakao.quotas.senders[minji.id] -= 3
    friends = caller.accounts("준호", "서연", "지우", "하준")
    caller.kakao.refuse(friends[3], on=False)

    _, body = await caller.to_friends(token, friends)

    assert len(body["successful_receiver_uuids"]) == 3
    assert body["failure_info"][0]["code"] == -532
    assert body["failure_info"][0]["receiver_uuids"] == [friends[3].uuid]


async def test_nothing_delivered_is_an_error_with_the_first_reason(
    caller: Caller, token: str
) -> None:
    hajun, jiwoo = caller.accounts("하준", "지우")
    caller.kakao.spend(jiwoo, "recipient")

    status, body = await caller.to_friends(token, [jiwoo, hajun])

    assert status == 400
    assert body == {"msg": "daily message limit per receiver has been exceeded.", "code": -533}
    assert caller.kakao.outbox == []


async def test_a_friend_of_before_is_not_a_friend_now(
    caller: Caller, token: str, minji: Account
) -> None:
    junho, seoyeon = caller.accounts("준호", "서연")
    caller.kakao.unfriend(minji, junho)

    _, body = await caller.to_friends(token, [junho, seoyeon])

    assert body["failure_info"][0]["code"] == -502


async def test_a_hidden_profile_and_a_left_kakaotalk_cannot_be_reached(
    caller: Caller, token: str
) -> None:
    junho, jiwoo, seoyeon = caller.accounts("준호", "지우", "서연")
    caller.kakao.hide(junho)
    caller.kakao.leave_talk(jiwoo)

    _, body = await caller.to_friends(token, [junho, jiwoo, seoyeon])

    assert [one["code"] for one in body["failure_info"]] == [-530, -501]


@pytest.mark.parametrize(
    ("uuids", "text"),
    [
        (None, "The Parameter [receiver_uuids] cannot be null."),
        ("[]", "The Parameter [receiver_uuids] cannot be empty."),
        ("", f"{TWO_TEXTS['receivers']} The input receiver id(s) is invalid format."),
        ("not json", f"{TWO_TEXTS['receivers']} The input receiver id(s) is invalid format."),
        ('{"a": 1}', f"{TWO_TEXTS['receivers']} The input receiver id(s) is invalid format."),
        ("[1]", f"{TWO_TEXTS['receivers']} The input receiver id(s) is invalid format."),
        ('["short"]', f"{TWO_TEXTS['receivers']} The input receiver id(s) is invalid format."),
    ],
)
async def test_malformed_receivers_are_refused(
    caller: Caller, token: str, uuids: str | None, text: str
) -> None:
    form = {"template_object": json.dumps(ANY_CARD)}
    form |= {} if uuids is None else {"receiver_uuids": uuids}

    answer = await caller.post(TO_FRIENDS, token, **form)

    assert answer == (400, {"msg": text, "code": -2})


async def test_six_receivers_are_too_many_and_none_may_be_named_twice(
    caller: Caller, token: str
) -> None:
    (junho,) = caller.accounts("준호")
    strangers = [caller.kakao.add_account(f"친구 {number}") for number in range(6)]

    for receivers in (strangers, [junho, junho]):
        status, body = await caller.to_friends(token, receivers)
        assert (status, body["code"]) == (400, -2)
    assert caller.kakao.outbox == []


async def test_the_sender_is_no_receiver(caller: Caller, token: str, minji: Account) -> None:
    _, body = await caller.to_friends(token, [minji, *caller.accounts("준호")])

    assert body["code"] == -2
    assert body["msg"].startswith("Cannot contain a receiver who is identical to the sender")


@pytest.mark.parametrize("case", ["stranger", "unlinked", "without consent"])
async def test_one_receiver_kakao_does_not_allow_refuses_the_whole_call(
    caller: Caller, token: str, case: str
) -> None:
    junho, seoyeon = caller.accounts("준호", "서연")
    if case == "unlinked":
        caller.kakao.unlink(seoyeon)
    elif case == "without consent":
        caller.kakao.withdraw(seoyeon, "friends")
    else:
        seoyeon = caller.kakao.add_account("모르는 사람")

    status, body = await caller.to_friends(token, [junho, seoyeon])

    assert (status, body["code"]) == (400, -2)
    assert body["msg"].endswith("Not allowed to send a message to some of receivers.")
    assert caller.kakao.outbox == []


async def test_without_permission_only_members_send_to_members(
    caller: Caller, token: str, minji: Account
) -> None:
    caller.kakao.app.friends_permission = False
    caller.kakao.app.members |= {"준호"}
    junho, seoyeon = caller.accounts("준호", "서연")

    _, outsider = await caller.to_friends(token, [junho])
    caller.kakao.app.members.add(minji.name)
    inside, _ = await caller.to_friends(token, [junho])
    _, outside = await caller.to_friends(token, [seoyeon])

    assert (outsider["code"], inside, outside["code"]) == (-5, 200, -2)


async def test_a_sender_without_kakaotalk_cannot_send(
    caller: Caller, token: str, minji: Account
) -> None:
    caller.kakao.leave_talk(minji)

    _, friends = await caller.to_friends(token, caller.accounts("준호"))
    _, memo = await caller.to_me(token)

    assert (friends["code"], memo["code"]) == (-501, -501)


# quotas


async def test_twenty_memos_a_day_and_again_after_midnight_in_seoul(
    caller: Caller, token: str, minji: Account
) -> None:
    for _ in range(20):
        assert (await caller.to_me(token))[0] == 200

    status, body = await caller.to_me(token)
    caller.wait(18 * 3600 + 33 * 60 + 19)  # 23:59:59 in Seoul
    _, before_midnight = await caller.to_me(caller.kakao.token_for(minji))
    caller.wait(1)
    after_midnight, _ = await caller.to_me(caller.kakao.token_for(minji))

    assert (status, body["code"], before_midnight["code"]) == (400, -536, -536)
    assert after_midnight == 200


async def test_memos_may_be_left_uncounted(caller: Caller, token: str) -> None:
    caller.kakao.switches.quota_memo_counts_pair = False

    statuses = {(await caller.to_me(token))[0] for _ in range(25)}

    assert statuses == {200}


async def test_twenty_messages_a_day_for_a_pair(caller: Caller, token: str) -> None:
    junho, jiwoo = caller.accounts("준호", "지우")
    for _ in range(20):
        await caller.to_friends(token, [junho])

    _, body = await caller.to_friends(token, [junho])
    other, _ = await caller.to_friends(token, [jiwoo])

    assert (body["code"], other) == (-536, 200)


async def test_a_hundred_messages_a_day_for_a_sender_and_for_a_recipient(
    caller: Caller, token: str
) -> None:
    caller.kakao.switches.pair_per_day = 1000
    (junho,) = caller.accounts("준호")
    for _ in range(100):
        await caller.to_friends(token, [junho])
    seoyeon = caller.kakao.token_for(caller.kakao.account("서연"))

    _, sender = await caller.to_me(token)
    _, recipient = await caller.to_friends(seoyeon, [junho])

    assert (sender["code"], recipient["code"]) == (-532, -533)


async def test_a_refused_message_is_not_counted(caller: Caller, token: str) -> None:
    await caller.to_friends(token, caller.accounts("하준", "준호"))

    assert caller.kakao.quotas.app == 1


async def test_the_app_itself_has_a_limit(caller: Caller, token: str) -> None:
    caller.kakao.switches.app_per_day = 1
    await caller.to_me(token)

    answer = await caller.to_me(token)

    assert answer == (400, {"msg": "API limit has been exceeded.", "code": -10})


# templates

GOOD: list[dict[str, Any]] = [
    {
        "object_type": "feed",
        "content": CONTENT
        | {"description": "설명", "image_url": "https://cdn.example/a.png"}
        | {"image_width": 800, "image_height": 400},
        "item_content": {
            "profile_text": "가" * 16,
            "items": [{"item": "참가비", "item_op": "1000"}],
            "sum": "합계",
            "sum_op": "1000",
        },
        "social": {"like_count": 0, "view_count": 3},
        "buttons": [BUTTON, BUTTON],
    },
    {"object_type": "text", "text": "가" * 200, "link": LINK, "button_title": "열어 보기"},
    {"object_type": "list", "header_title": "목록", "header_link": LINK, "contents": [CONTENT] * 3},
    {"object_type": "location", "address": "경기 성남시", "content": CONTENT},
    {
        "object_type": "commerce",
        "content": CONTENT,
        "commerce": {"regular_price": 20000, "discount_price": 15000, "discount_rate": 25},
    },
    {"object_type": "calendar", "id_type": "event", "id": "x", "content": CONTENT},
]


@pytest.mark.parametrize("card", GOOD, ids=lambda card: card["object_type"])
async def test_all_six_templates_are_accepted(
    caller: Caller, token: str, card: dict[str, Any]
) -> None:
    assert await caller.to_me(token, card) == (200, {"result_code": 0})
    assert caller.kakao.outbox[0].template == card


FEED = {"object_type": "feed", "content": CONTENT}
TEXT = {"object_type": "text", "text": "글", "link": LINK}
LIST = {"object_type": "list", "header_title": "목록", "header_link": LINK}
COMMERCE = {"object_type": "commerce", "content": CONTENT}


@pytest.mark.parametrize(
    ("card", "why"),
    [
        ([], "template_object: must be an object"),
        ({}, "object_type: is unknown"),
        ({"object_type": "scrap"}, "object_type: is unknown"),
        ({"object_type": ["feed"]}, "object_type: is unknown"),
        ({"object_type": "text", "text": "글"}, "link: is missing"),
        ({"object_type": "text", "link": LINK}, "text: is missing"),
        (TEXT | {"text": ""}, "text: is empty"),
        (TEXT | {"text": "가" * 201}, "text: has 201 characters of 200"),
        (TEXT | {"text": 1}, "text: must be a string"),
        (TEXT | {"text": "\ud800"}, "text: must be a string"),
        (TEXT | {"link": {}}, "link: has no address"),
        (TEXT | {"link": f"{SITE}/m/1"}, "link: must be an object"),
        (TEXT | {"link": {"webUrl": SITE}}, "link.webUrl: is not known"),
        (
            TEXT | {"link": {"web_url": "discord://x"}},
            "link.web_url: must be an http or https address",
        ),
        (
            TEXT | {"link": {"web_url": "http://a b/"}},
            "link.web_url: must be an http or https address",
        ),
        (
            TEXT | {"link": {"web_url": "http://[x"}},
            "link.web_url: must be an http or https address",
        ),
        (TEXT | {"link": {"web_url": None}}, "link.web_url: must be an http or https address"),
        (TEXT | {"content": CONTENT}, "content: is not known"),
        (TEXT | {"buttons": [BUTTON] * 3}, "buttons: has 3 elements"),
        (TEXT | {"buttons": BUTTON}, "buttons: must be an array"),
        (TEXT | {"buttons": [{"title": "보기"}]}, "buttons[0].link: is missing"),
        ({"object_type": "feed"}, "content: is missing"),
        (FEED | {"content": {"title": "제목"}}, "content.link: is missing"),
        (
            FEED | {"content": {"link": LINK, "title": ""}},
            "content: needs a title, a description or an image_url",
        ),
        (
            FEED | {"content": CONTENT | {"image_width": 199}},
            "content.image_width: is out of range",
        ),
        (FEED | {"social": {"like_count": True}}, "social.like_count: must be a whole number"),
        (
            FEED | {"item_content": {"items": [{"item": "이름"}]}},
            "item_content.items[0].item_op: is missing",
        ),
        (LIST | {"contents": [CONTENT]}, "contents: has 1 elements"),
        (COMMERCE, "commerce: is missing"),
        (
            COMMERCE
            | {"commerce": {"regular_price": 1, "discount_rate": 1, "fixed_discount_price": 1}},
            "commerce: has both discount_rate and fixed_discount_price",
        ),
        (
            {"object_type": "calendar", "id_type": "day", "id": "x", "content": CONTENT},
            "id_type: must be one of event, calendar",
        ),
    ],
)
async def test_a_wrong_template_is_refused_and_the_place_is_told_to_tests(
    caller: Caller, token: str, card: object, why: str
) -> None:
    answer = await caller.to_me(token, card)

    assert answer == (400, {"msg": TWO_TEXTS["unparsable"], "code": -2})
    assert caller.kakao.refused_templates == [why]


@pytest.mark.parametrize("text", ["", "{", "NaN", "[" * 10_000, '{"a": 1} x'])
async def test_a_template_that_is_not_json_is_refused(
    caller: Caller, token: str, text: str
) -> None:
    _, body = await caller.post(TO_ME, token, template_object=text)

    assert body == {"msg": TWO_TEXTS["unparsable"], "code": -2}


async def test_a_send_without_a_template_is_refused(caller: Caller, token: str) -> None:
    status, body = await caller.post(TO_ME, token)

    assert (status, body["msg"]) == (400, "The Parameter [template_object] cannot be null.")


@pytest.mark.parametrize(
    "card",
    [
        TEXT | {"buttons": [BUTTON | {"title": "View on Web"}] * 2, "button_title": "가" * 30},
        FEED | {"content": {"title": "가" * 900, "description": "나" * 900, "link": LINK}},
        {
            "object_type": "commerce",
            "content": {"title": "티셔츠", "link": LINK},
            "commerce": {"regular_price": 2**31 - 1, "currency_unit": "카카오 마을 원"},
        },
    ],
    ids=lambda card: card["object_type"],
)
async def test_what_kakao_is_not_known_to_refuse_arrives_whole(
    caller: Caller, token: str, card: dict[str, Any]
) -> None:
    assert await caller.to_me(token, card) == (200, {"result_code": 0})
    assert caller.kakao.outbox[0].template == card


async def test_of_an_item_row_the_reader_gets_what_is_shown(caller: Caller, token: str) -> None:
    rows = {"items": [{"item": "일곱 글자예요", "item_op": "9" * 26}], "sum_op": "1" * 12}
    assert (await caller.to_me(token, FEED | {"item_content": rows}))[0] == 200
    shown = {"items": [{"item": "일곱 글자예", "item_op": "9" * 25}], "sum_op": "1" * 11}
    assert caller.kakao.outbox[0].template["item_content"] == shown


async def test_a_lenient_kakao_cuts_instead_of_refusing(caller: Caller, token: str) -> None:
    caller.kakao.switches.text_over_limit = "truncate"

    status, _ = await caller.to_me(token, TEXT | {"text": "가" * 300})

    assert status == 200
    assert caller.kakao.outbox[0].template["text"] == "가" * 200
