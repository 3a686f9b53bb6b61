"""Pending links as a service: how numbers are made, tried, counted and forgotten."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.kakao import KakaoApp, KakaoClient, open_http
from bot.services.accounts.links import Links
from bot.services.accounts.pending import (
    CARDS_AN_HOUR,
    TRIES,
    NotANumber,
    NumberNotAwaited,
    NumberOver,
    NumberTaken,
    NumberWrong,
    PendingLinks,
    digits_of,
    new_number,
)
from bot.services.deliveries.allowance import Allowance, KakaoLimits
from sandbox.demo.people import add_people
from sandbox.kakao import LocalKakao
from storage import links
from storage import pending_links as pending
from storage.allowances import AllowanceStore
from storage.database import open_database
from storage.links import Link, LinkStore
from storage.pending_links import PendingLinkStore
from storage.tables import pending_links
from storage.vault import Vault, VaultError
from tests.support.linking import JUNHO, MINJI, LinkWorld, open_house, texts
from tests.support.outbox import VAULT, Clock

DAY = 24 * 3600.0


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[LinkWorld]:
    async with open_house(tmp_path, asks_number=True) as house:
        yield house


def number_of(house: LinkWorld, name: str = "민지") -> str:
    card = house.kakao.chats(house.kakao.account(name))[0].messages[-1]
    return str(card.template["content"]["title"])[-6:]


def other_than(number: str) -> str:
    return f"{(int(number) + 1) % 1_000_000:06}"


async def test_a_number_makes_the_link_good_once(house: LinkWorld) -> None:
    page = await house.link()
    assert page.status == 200
    assert await house.links.get(MINJI) is None
    await house.linking.prove(MINJI, number_of(house))
    assert (await house.linked()).kakao_id == house.kakao.account("민지").id
    with pytest.raises(NumberNotAwaited):
        await house.linking.prove(MINJI, number_of(house))


async def test_the_sixth_guess_is_not_made_even_if_it_is_right(house: LinkWorld) -> None:
    await house.link()
    number = number_of(house)
    for left in range(TRIES - 1, 0, -1):
        with pytest.raises(NumberWrong) as wrong:
            await house.linking.prove(MINJI, other_than(number))
        assert wrong.value.arguments == {"left": left}
    with pytest.raises(NumberOver):
        await house.linking.prove(MINJI, other_than(number))
    with pytest.raises(NumberNotAwaited):
        await house.linking.prove(MINJI, number)
    assert house.kakao.account("민지").link is None


async def test_a_number_is_for_its_member_only(house: LinkWorld) -> None:
    await house.link("민지", MINJI)
    await house.link("준호", JUNHO)
    with pytest.raises(NumberWrong):
        await house.linking.prove(JUNHO, number_of(house, "민지"))


async def test_whoever_types_first_has_the_account_and_keeps_it(house: LinkWorld) -> None:
    await house.link("민지", MINJI)
    first = number_of(house)
    await house.link("민지", JUNHO)
    await house.linking.prove(JUNHO, number_of(house))
    with pytest.raises(NumberTaken):
        await house.linking.prove(MINJI, first)
    assert await house.pending.of(MINJI) is None
    assert house.kakao.account("민지").link is not None
    assert (await house.token(JUNHO)) is not None


async def test_what_is_over_does_not_undo_somebodys_good_link(house: LinkWorld) -> None:
    await house.link("민지", MINJI)
    await house.link("민지", JUNHO)
    await house.linking.prove(JUNHO, number_of(house))
    house.clock.passes(601)
    await house.pending.tidy()
    assert house.kakao.account("민지").link is not None
    assert house.calls("/v1/user/unlink") == 0


async def test_a_clock_that_is_set_back_ends_it_rather_than_keeping_it_for_long(
    house: LinkWorld,
) -> None:
    await house.link()
    house.clock.passes(-DAY)
    assert await house.pending.of(MINJI) is None
    with pytest.raises(NumberNotAwaited):
        await house.linking.prove(MINJI, number_of(house))
    await house.pending.tidy()
    assert house.kakao.account("민지").link is None


async def test_a_token_that_is_moved_to_the_good_links_does_not_open(house: LinkWorld) -> None:
    await house.link()
    [row] = await house.database.all(pending_links.select())
    vault = house.store._vault
    assert vault.open(row["access_token"], member_id=MINJI, kind=pending.ACCESS)
    with pytest.raises(VaultError):
        vault.open(row["access_token"], member_id=MINJI, kind=links.ACCESS)


async def test_what_no_key_opens_is_erased_all_the_same(house: LinkWorld) -> None:
    await house.link()
    lost = PendingLinkStore(house.database, Vault([b"x" * 32]), house.store)
    assert await lost.take_over(house.clock() + DAY, house.clock() + 2 * DAY) == []
    assert await house.pending.of(MINJI) is None


async def test_cards_count_for_the_day_and_refused_ones_do_not(house: LinkWorld) -> None:
    allowance = Allowance(AllowanceStore(house.database), KakaoLimits(), now=house.clock)
    house.kakao.fail_next(1, -9798, 503, path="/v2/api/talk/memo/default/send")
    assert (await house.link()).status == 503
    assert (await allowance.left(MINJI)).me == 20
    await house.link()
    assert (await allowance.left(MINJI)).me == 19


async def test_refused_cards_leave_room_for_those_that_come(house: LinkWorld) -> None:
    house.kakao.fail_next(CARDS_AN_HOUR, -9798, 503, path="/v2/api/talk/memo/default/send")
    for _ in range(CARDS_AN_HOUR):
        assert (await house.link()).status == 503
    assert (await house.link()).status == 200


async def test_an_unlinking_of_before_does_not_end_what_was_begun_since(house: LinkWorld) -> None:
    await house.link()
    account = house.kakao.account("민지")
    await house.pending.undone(account.id, house.clock() - 60)
    await house.pending.undone(account.id, house.clock())
    assert await house.pending.of(MINJI) is not None
    house.kakao.unlink(account)
    await house.pending.undone(account.id, house.clock())
    assert await house.pending.of(MINJI) is None


def test_numbers_are_six_digits_with_their_zeros() -> None:
    assert all(digits_of(new_number()) for _ in range(1000))
    assert len({new_number() for _ in range(100)}) > 90


@pytest.mark.parametrize("typed", ["482913", " 482 913 ", "482-913", "４８２９１３"])
def test_a_number_is_read_as_it_is_meant(typed: str) -> None:
    assert digits_of(typed) == "482913"


@pytest.mark.parametrize("typed", ["", "48291", "4829133", "48291a", "번호는?", "٤٨٢٩١٣"])
def test_what_is_no_number_costs_no_try(typed: str) -> None:
    with pytest.raises(NotANumber):
        digits_of(typed)


@given(st.text(max_size=12))
def test_nothing_that_can_be_typed_is_more_than_six_digits(typed: str) -> None:
    with suppress(NotANumber):
        digits = digits_of(typed)
        assert digits.isascii()
        assert digits.isdigit()
        assert len(digits) == 6


async def test_two_processes_together_take_five_guesses_and_one_of_them_links(
    postgresql: str,
) -> None:
    clock = Clock()
    kakao = LocalKakao(add_people, now=clock, random=Random(1))
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(kakao.serve())
        http = await stack.enter_async_context(open_http())
        key, secret = kakao.app.rest_api_key, kakao.app.client_secret
        client = KakaoClient(http, KakaoApp(key, secret, "https://kkachi", kakao.url, kakao.url))

        async def process() -> PendingLinks:
            database = await stack.enter_async_context(open_database(postgresql))
            store = LinkStore(database, VAULT)
            return PendingLinks(
                PendingLinkStore(database, VAULT, store),
                Links(store, client, now=clock),
                client,
                Allowance(AllowanceStore(database), KakaoLimits(), now=clock),
                texts(),
                public_url="https://kkachi",
                now=clock,
                number=lambda: "482913",
            )

        one, other = await process(), await process()
        await ask(one, kakao, clock)
        results = await asyncio.gather(
            *(each.prove(MINJI, "000000") for _ in range(6) for each in (one, other)),
            return_exceptions=True,
        )
        made = [type(result) for result in results]
        assert made.count(NumberWrong) == TRIES - 1
        assert made.count(NumberOver) == 1
        assert made.count(NumberNotAwaited) == 12 - TRIES
        await ask(one, kakao, clock)
        results = await asyncio.gather(
            *(each.prove(MINJI, "482913") for each in (one, other)), return_exceptions=True
        )
        assert [type(result) for result in results].count(NumberNotAwaited) == 1


async def ask(pending: PendingLinks, kakao: LocalKakao, clock: Clock) -> None:
    account = kakao.account("민지")
    kakao.connect(account, {"talk_message"})
    grant = kakao.open_grant(account, frozenset({"talk_message"}))
    link = Link(
        member_id=MINJI,
        kakao_id=account.id,
        nickname="민지",
        scopes=frozenset({"talk_message"}),
        access_token=kakao.issue_access_token(grant),
        access_expires_at=clock() + 3600,
        refresh_token=grant.refresh_token,
        refresh_expires_at=clock() + 60 * DAY,
        locale="ko",
        linked_at=clock(),
    )
    assert await pending.ask(link, Asks(), None)


class Asks:
    member_name = "민지 (@minji)"
    member_avatar_url = "https://cdn.example/1.png"
    guild_name = "까치 마을"
