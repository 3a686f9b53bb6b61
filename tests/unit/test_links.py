"""Linking as a service: who may link, what is kept, how tokens stay fresh, how it ends."""

import asyncio
import gc
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from bot.errors import LinkBroken, NotLinked, OperatorFault, TryLater
from bot.services.accounts.consents import Consents
from bot.services.accounts.links import Links
from bot.services.accounts.oauth import FRIENDS_SCOPES, LinkRefused, NewLink, Reason
from bot.texts import Locale
from tests.support.linking import JUNHO, MINJI, LinkWorld, open_house, until

MONTH = 30 * 86400


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[LinkWorld]:
    async with open_house(tmp_path) as house:
        yield house


async def begin(house: LinkWorld, page: str, browser: str | None = None) -> tuple[str, str, str]:
    """Leave for Kakao; gives the address there, its state and the cookie."""
    redirect = await house.linking.authorize(token_of(page), browser)
    query = dict(parse_qsl(urlsplit(redirect.location).query))
    return redirect.location, query["state"], redirect.browser


def token_of(page: str) -> str:
    return page.rpartition("/")[2]


async def code_of(house: LinkWorld, location: str, account: str = "민지") -> str:
    back = await house.kakao.walk(account, location)
    return dict(parse_qsl(urlsplit(back).query))["code"]


async def refused(
    house: LinkWorld, state: str, browser: str, *, code: str | None = None, error: str | None = None
) -> LinkRefused:
    with pytest.raises(LinkRefused) as caught:
        await house.linking.callback(state=state, code=code, error=error, browser=browser)
    return caught.value


# Linking


async def test_a_member_links_an_account(house: LinkWorld) -> None:
    page = await house.invite()
    location, state, browser = await begin(house, page)
    code = await code_of(house, location)
    arrival = await house.linking.callback(state=state, code=code, error=None, browser=browser)
    assert arrival == NewLink(MINJI, "민지", "ko", None)
    link = await house.linked()
    assert link.kakao_id == house.kakao.account("민지").id
    assert link.scopes == {"profile_nickname", "talk_message"}


async def test_the_way_to_kakao_asks_for_an_account_and_both_consents(house: LinkWorld) -> None:
    location, _, _ = await begin(house, await house.invite())
    query = dict(parse_qsl(urlsplit(location).query))
    assert query["prompt"] == "select_account"
    assert query["scope"] == "profile_nickname,talk_message"
    assert query["code_challenge_method"] == "S256"


async def test_a_browser_keeps_its_cookie_and_a_strange_one_is_replaced(house: LinkWorld) -> None:
    page = await house.invite()
    _, _, first = await begin(house, page)
    assert (await begin(house, page, first))[2] == first
    assert (await begin(house, page, "a=b; c"))[2] not in {first, "a=b; c"}


async def test_a_state_is_consumed_before_anything_else(house: LinkWorld) -> None:
    _, state, browser = await begin(house, await house.invite())
    assert (await refused(house, state, "another browser entirely")).reason == "other-browser"
    assert (await refused(house, state, browser)).reason == "used"
    assert house.calls("/oauth/token") == 0


async def test_a_state_older_than_ten_minutes_is_refused(house: LinkWorld) -> None:
    page = await house.invite()
    _, state, browser = await begin(house, page)
    house.clock.passes(601)
    refusal = await refused(house, state, browser, code="c")
    assert (refusal.reason, refusal.again) == ("expired", page)


async def test_an_unknown_state_is_refused(house: LinkWorld) -> None:
    for state in ("", "x", "🐦" * 9, "a" * 43, "a" * 43 + "." + "b" * 43, "\0"):
        assert (await refused(house, state, "b", code="c")).reason == "unknown"


async def test_an_error_of_kakao_has_its_reason(house: LinkWorld) -> None:
    reasons = {
        "access_denied": "denied",
        "server_error": "kakao-down",
        "invalid_scope": "operator-fault",
        "<b>": "kakao-refused",
    }
    page = await house.invite()
    for error, reason in reasons.items():
        _, state, browser = await begin(house, page)
        assert (await refused(house, state, browser, code="c", error=error)).reason == reason
    assert house.calls("/oauth/token") == 0


async def test_a_refused_exchange_has_its_reason(house: LinkWorld) -> None:
    answers: list[tuple[str | None, int, Reason]] = [
        ("KOE320", 400, "kakao-refused"),
        ("KOE101", 401, "operator-fault"),
        ("KOE010", 401, "operator-fault"),
        ("KOE003", 500, "kakao-down"),
        ("KOE237", 429, "kakao-down"),
        (None, 500, "kakao-down"),
    ]
    page = await house.invite()
    for code, status, reason in answers:
        _, state, browser = await begin(house, page)
        house.kakao.fail_next(1, code, status, path="/oauth/token")
        assert (await refused(house, state, browser, code="c")).reason == reason
    assert await house.links.get(MINJI) is None


async def test_a_caller_address_that_kakao_does_not_allow_is_the_operators(
    house: LinkWorld,
) -> None:
    location, state, browser = await begin(house, await house.invite())
    code = await code_of(house, location)
    house.kakao.fail_next(1, -401, 401, path="/v2/user/me")
    assert (await refused(house, state, browser, code=code)).reason == "operator-fault"


async def test_a_day_of_the_app_that_is_over_is_not_the_members_account(house: LinkWorld) -> None:
    location, state, browser = await begin(house, await house.invite())
    code = await code_of(house, location)
    house.kakao.fail_next(1, -10, 400, path="/v2/user/me")
    refusal = await refused(house, state, browser, code=code)
    assert (refusal.reason, refusal.again) == ("app-spent", None)


async def test_neither_code_nor_error_is_a_bad_request(house: LinkWorld) -> None:
    _, state, browser = await begin(house, await house.invite())
    assert (await refused(house, state, browser)).reason == "bad-request"


async def test_another_members_account_is_refused_and_stays_theirs(house: LinkWorld) -> None:
    await house.link("민지", JUNHO)
    page = await house.invite(MINJI)
    location, state, browser = await begin(house, page)
    refusal = await refused(house, state, browser, code=await code_of(house, location))
    assert (refusal.reason, refusal.again) == ("account-taken", page)
    assert await house.links.get(MINJI) is None
    assert await house.client.me(await house.token(JUNHO))


async def test_linking_again_replaces_the_tokens(house: LinkWorld) -> None:
    await house.link()
    before = await house.linked()
    await house.link()
    after = await house.linked()
    assert after.kakao_id == before.kakao_id
    assert after.access_token != before.access_token
    assert house.calls("/v1/user/unlink") == 0


async def test_another_account_takes_the_place_of_the_former_one(house: LinkWorld) -> None:
    heard: list[str] = []

    async def unlinked(member_id: int) -> None:
        heard.append(f"unlinked {member_id}")

    async def linked(arrival: NewLink) -> None:
        heard.append(f"linked {arrival.nickname}")

    await house.link("민지")
    house.links.on_unlinked.append(unlinked)
    house.linking.on_linked.append(linked)
    await house.link("준호")
    assert (await house.linked()).kakao_id == house.kakao.account("준호").id
    assert house.kakao.account("민지").link is None
    assert heard == [f"unlinked {MINJI}", "linked 준호"]


async def test_a_broken_link_is_whole_again_after_linking(house: LinkWorld) -> None:
    await house.link()
    await house.links.broke(await house.linked())
    await house.link()
    assert (await house.linked()).broken_at is None


async def test_a_failing_listener_does_not_undo_the_link(house: LinkWorld) -> None:
    heard: list[NewLink] = []

    async def fails(arrival: NewLink) -> None:
        raise RuntimeError(arrival.nickname)

    async def hears(arrival: NewLink) -> None:
        heard.append(arrival)

    house.linking.on_linked += [fails, hears]
    assert (await house.link()).status == 200
    assert heard == [NewLink(MINJI, "민지", "ko", None)]


async def test_a_finished_page_is_of_no_more_use(house: LinkWorld) -> None:
    page = await house.invite()
    location, state, browser = await begin(house, page)
    _, second, _ = await begin(house, page, browser)
    await house.linking.callback(
        state=state, code=await code_of(house, location), error=None, browser=browser
    )
    assert (await refused(house, second, browser, code="c")).reason == "used"
    with pytest.raises(LinkRefused, match="request-used"):
        await house.linking.authorize(token_of(page), browser)


async def test_a_page_expires_after_half_an_hour(house: LinkWorld) -> None:
    page = await house.invite()
    house.clock.passes(1801)
    with pytest.raises(LinkRefused, match="request-expired"):
        await house.linking.request(token_of(page))


async def test_an_unknown_page_is_refused(house: LinkWorld) -> None:
    for token in ("", "x", "a" * 43, "../" * 12, "\0" * 30, "가" * 30):
        with pytest.raises(LinkRefused, match="request-unknown"):
            await house.linking.request(token)


# More consent


async def test_a_new_consent_asks_only_for_what_is_missing_and_adds_to_the_rest(
    house: LinkWorld,
) -> None:
    await house.link()
    page = await house.invite(scopes=FRIENDS_SCOPES, draft_id="draft")
    location, state, browser = await begin(house, page)
    assert "scope=friends&" in location
    code = await code_of(house, location)
    arrival = await house.linking.callback(state=state, code=code, error=None, browser=browser)
    assert isinstance(arrival, NewLink)
    assert arrival.draft_id == "draft"
    assert (await house.linked()).scopes == set(FRIENDS_SCOPES)


async def test_unticked_friends_leave_the_link_as_it_was(house: LinkWorld) -> None:
    await house.link()
    before = await house.linked()
    answer = await house.link(scopes=FRIENDS_SCOPES, draft_id="draft", agree=())
    assert (answer.status, await house.linked()) == (400, before)


async def test_a_new_consent_of_another_account_is_noticed(house: LinkWorld) -> None:
    await house.link("민지")
    before = await house.linked()
    answer = await house.link("준호", scopes=FRIENDS_SCOPES, draft_id="draft")
    assert (answer.status, await house.linked()) == (409, before)


async def test_a_member_without_a_link_is_asked_for_everything(house: LinkWorld) -> None:
    location, _, _ = await begin(house, await house.invite(scopes=FRIENDS_SCOPES, draft_id="d"))
    assert "scope=profile_nickname,talk_message,friends" in location


# Tokens


async def test_a_fresh_token_is_used_as_it_is(house: LinkWorld) -> None:
    await house.link()
    assert await house.token() == (await house.linked()).access_token
    assert house.calls("/oauth/token") == 1


async def test_a_token_is_refreshed_a_minute_before_its_end(house: LinkWorld) -> None:
    await house.link()
    before = await house.linked()
    house.clock.at = before.access_expires_at - 60
    after = await house.token()
    assert after != before.access_token
    assert (await house.linked()).access_token == after
    assert (await house.linked()).refresh_token == before.refresh_token


async def test_ten_at_once_refresh_once(house: LinkWorld) -> None:
    await house.link()
    house.clock.passes(86400)
    tokens = await asyncio.gather(*(house.token() for _ in range(10)))
    assert len(set(tokens)) == 1
    assert house.calls("/oauth/token") == 2


async def test_a_new_refresh_token_replaces_the_old_one(house: LinkWorld) -> None:
    await house.link()
    before = await house.linked()
    house.clock.passes(MONTH + 86400)
    await house.token()
    after = await house.linked()
    assert after.refresh_token != before.refresh_token
    house.clock.passes(MONTH)
    assert await house.token() != after.access_token


async def test_a_pair_is_saved_although_its_caller_went_away(house: LinkWorld) -> None:
    await house.link()
    before = await house.linked()
    house.clock.passes(MONTH + 86400)
    house.kakao.slow(0.05)
    caller = asyncio.create_task(house.token())
    await house.asked_for_tokens(2)
    caller.cancel()
    await house.token()
    assert caller.cancelled()
    assert house.calls("/oauth/token") == 2
    assert (await house.linked()).refresh_token != before.refresh_token


async def test_a_dead_refresh_token_breaks_the_link_and_is_told_once(house: LinkWorld) -> None:
    told: list[tuple[int, Locale]] = []

    async def broken(member_id: int, locale: Locale) -> None:
        told.append((member_id, locale))

    house.links.on_broken.append(broken)
    await house.link()
    house.kakao.revoke_tokens(house.kakao.account("민지"))
    house.clock.passes(86400)
    calls = [house.token() for _ in range(3)]
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(result) for result in results] == [LinkBroken] * 3
    assert told == [(MINJI, "ko")]
    assert house.calls("/oauth/token") == 2


async def test_a_refresh_token_past_its_end_is_not_sent(house: LinkWorld) -> None:
    await house.link()
    house.clock.passes(3 * MONTH)
    with pytest.raises(LinkBroken):
        await house.token()
    assert house.calls("/oauth/token") == 1


async def test_kakaos_troubles_and_the_operators_keep_the_link(house: LinkWorld) -> None:
    answers: list[tuple[str | None, int, type[Exception]]] = [
        ("KOE003", 500, TryLater),
        ("KOE237", 400, TryLater),
        (None, 502, TryLater),
        ("KOE010", 401, OperatorFault),
        ("KOE101", 401, OperatorFault),
    ]
    await house.link()
    house.clock.passes(86400)
    for code, status, error in answers:
        house.kakao.fail_next(1, code, status, path="/oauth/token")
        with pytest.raises(error):
            await house.token()
    assert await house.token()


async def test_a_refused_token_is_renewed_once_for_all_who_held_it(house: LinkWorld) -> None:
    await house.link()
    held = await house.linked()
    links = await asyncio.gather(*(house.links.renew(held) for _ in range(5)))
    assert len({link.access_token for link in links}) == 1
    assert links[0].access_token != held.access_token
    assert house.calls("/oauth/token") == 2


async def test_without_a_link_there_is_no_token(house: LinkWorld) -> None:
    with pytest.raises(NotLinked):
        await house.token()
    await house.link()
    gone = await house.linked()
    await house.links.unlink(MINJI)
    with pytest.raises(NotLinked):
        await house.links.renew(gone)


async def test_a_listener_may_ask_for_the_token_itself(house: LinkWorld) -> None:
    async def asks(member_id: int, _locale: Locale) -> None:
        with pytest.raises(LinkBroken):
            await house.token(member_id)

    house.links.on_broken.append(asks)
    await house.link()
    house.clock.passes(3 * MONTH)
    with pytest.raises(LinkBroken):
        await asyncio.wait_for(house.token(), 1)


PEOPLE = ("민지", "준호", "서연", "하준", "지우")


async def test_two_who_refresh_at_once_do_not_break_each_others_links(house: LinkWorld) -> None:
    for member_id, name in enumerate(PEOPLE):
        await house.link(name, member_id)
    house.clock.passes(MONTH + 86400)
    other = Links(house.store, house.client, now=house.clock)
    asked = [(one, member_id) for member_id in range(len(PEOPLE)) for one in (house.links, other)]
    links = await asyncio.gather(*(one.fresh(member_id) for one, member_id in asked))
    assert len({link.access_token for link in links}) == len(PEOPLE)
    assert house.calls("/oauth/token") == 2 * len(PEOPLE)
    house.clock.passes(86400)
    assert all([await house.token(member_id) for member_id in range(len(PEOPLE))])


@pytest.mark.parametrize("account", ["민지", "준호"])
async def test_a_refusal_that_comes_late_breaks_no_link_that_was_made_meanwhile(
    house: LinkWorld, account: str
) -> None:
    await house.link("민지")
    house.kakao.fail_next(1, -101, 400, path="/v2/user/scopes")
    house.kakao.slow(0.3)
    asking = asyncio.create_task(Consents(house.links, house.client).of(MINJI))
    await until(lambda: asked_for(house, "/v2/user/scopes"))
    house.kakao.slow(0)
    await house.link(account, scopes=FRIENDS_SCOPES)
    assert not (await asking).live
    link = await house.linked()
    assert (link.broken_at, link.kakao_id) == (None, house.kakao.account(account).id)


@pytest.mark.parametrize("account", ["민지", "준호"])
async def test_what_a_former_link_agreed_to_is_not_kept_of_the_one_made_meanwhile(
    house: LinkWorld, account: str
) -> None:
    await house.link("민지")
    house.kakao.slow(0.3)
    asking = asyncio.create_task(Consents(house.links, house.client).of(MINJI))
    await until(lambda: asked_for(house, "/v2/user/scopes"))
    house.kakao.slow(0)
    house.clock.passes(1)
    await house.link(account, scopes=FRIENDS_SCOPES)
    await asking
    assert (await house.linked()).scopes == set(FRIENDS_SCOPES)


async def asked_for(house: LinkWorld, path: str) -> bool:
    """Whether the test's own question has come to Kakao: linking has asked one of its own."""
    return house.calls(path) == 2


async def test_no_lock_outlives_its_use(house: LinkWorld) -> None:
    await house.link()
    house.clock.passes(86400)
    await house.token()
    gc.collect()
    assert not house.database._turns._locks


# One more consent


async def test_who_agrees_to_more_is_told_so_and_keeps_the_link(house: LinkWorld) -> None:
    heard: list[NewLink] = []

    async def hear(new: NewLink) -> None:
        heard.append(new)

    await house.link()
    house.linking.on_linked.append(hear)
    await house.link(scopes=("friends",))
    assert heard[0].asked == heard[0].agreed == frozenset({"friends"})
    assert (await house.linked()).scopes == set(FRIENDS_SCOPES)


async def test_a_consent_never_moves_the_link_to_another_account(house: LinkWorld) -> None:
    await house.link()
    answer = await house.link("준호", scopes=("friends",))
    assert "지금 연결된 카카오계정이 아니에요" in answer.page
    assert (await house.linked()).kakao_id == house.kakao.account("민지").id


@pytest.mark.parametrize("end", ["never linked", "unlinked", "broken"])
async def test_without_a_link_that_stands_a_consent_is_a_link_with_all_it_needs(
    house: LinkWorld, end: str
) -> None:
    if end != "never linked":
        await house.link()
    page = await house.invite(scopes=("friends",))
    if end == "unlinked":
        await house.links.unlink(MINJI)
    elif end == "broken":
        await house.links.broke(await house.linked())
    async with house.browser() as browser:
        assert "카카오톡을 연결할까요?" in (await browser.get(page)).page
        done = await browser.get(await house.back(browser, page))
    assert "연결됐어요!" in done.page
    assert (await house.linked()).scopes == set(FRIENDS_SCOPES)


@pytest.mark.parametrize(
    ("code", "status", "words"),
    [("KOE003", 500, "연결할 수 없어요"), ("KOE320", 400, "동의를 거절했어요")],
)
async def test_what_goes_wrong_with_a_consent_leaves_the_link_and_says_so(
    house: LinkWorld, code: str, status: int, words: str
) -> None:
    await house.link()
    house.kakao.fail_next(1, code, status, path="/oauth/token")
    page = (await house.link(scopes=("friends",))).page
    assert words in page
    assert "지금까지의 연결은 그대로예요" in page
    assert await house.token()


async def test_a_page_for_a_consent_that_is_over_says_what_it_was_for(house: LinkWorld) -> None:
    await house.link()
    used, late = [await house.invite(scopes=("friends",)) for _ in range(2)]
    async with house.browser() as browser:
        await browser.get(await house.back(browser, used))
        assert "이 주소로는 이미 동의했어요" in (await browser.get(used)).page
        house.clock.passes(3600)
        assert "동의하러 가는 주소는 30분" in (await browser.get(late)).page


async def test_a_consent_that_we_do_not_know_still_has_its_page(house: LinkWorld) -> None:
    await house.link()
    async with house.browser() as browser:
        answer = await browser.get(await house.invite(scopes=("friends", "plusfriends")))
    assert answer.status == 200
    assert "친구목록" in answer.page


# The end


async def test_unlinking_ends_the_connection_at_kakao_too(house: LinkWorld) -> None:
    ended: list[int] = []

    async def unlinked(member_id: int) -> None:
        ended.append(member_id)

    house.links.on_unlinked.append(unlinked)
    await house.link()
    await house.links.unlink(MINJI)
    assert house.kakao.account("민지").link is None
    assert await house.links.get(MINJI) is None
    assert ended == [MINJI]


async def test_an_expired_token_is_refreshed_to_unlink(house: LinkWorld) -> None:
    await house.link()
    house.kakao.expire_access_tokens(house.kakao.account("민지"))
    await house.links.unlink(MINJI)
    assert house.kakao.account("민지").link is None


async def test_unlinking_works_while_kakao_is_down(house: LinkWorld) -> None:
    await house.link()
    house.kakao.down(True)
    await house.links.unlink(MINJI)
    assert await house.links.get(MINJI) is None


async def test_there_is_nothing_to_unlink_twice(house: LinkWorld) -> None:
    await house.link()
    await house.links.unlink(MINJI)
    with pytest.raises(NotLinked):
        await house.links.unlink(MINJI)


async def test_nothing_secret_is_readable_in_the_database(house: LinkWorld) -> None:
    page = await house.invite()
    location, state, browser = await begin(house, page)
    code = await code_of(house, location)
    await house.linking.callback(state=state, code=code, error=None, browser=browser)
    link = await house.linked()
    kept = b"".join(file.read_bytes() for file in house.file.parent.glob("kkachi.db*"))
    for secret in (token_of(page), state, browser, code, link.access_token, link.refresh_token):
        assert secret.encode() not in kept
