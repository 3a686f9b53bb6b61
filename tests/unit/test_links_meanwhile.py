"""What becomes of a link while Kakao is asked about it, and when Kakao says nothing clear."""

import asyncio
import gc
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.errors import LinkBroken, NotLinked, OperatorFault, TryLater
from bot.services.accounts.links import Links, Waits
from bot.texts import Locale
from storage.links import Link
from tests.support.linking import MINJI, LinkWorld, open_house, until

HOUR, DAY = 3600.0, 86400.0
MONTH = 30 * DAY
TALK = frozenset({"talk_message"})
TOKEN, UNLINK, SCOPES = "/oauth/token", "/v1/user/unlink", "/v2/user/scopes"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[LinkWorld]:
    async with open_house(tmp_path) as house:
        await house.link("민지")
        yield house


def hurried(house: LinkWorld) -> Links:
    """Return links that wait for Kakao as ever, only that seconds are shorter."""
    return Links(
        house.store, house.client, now=house.clock, waits=Waits(refresh=0.1, unlink=0.1, notice=0.1)
    )


async def asked(house: LinkWorld, path: str, times: int) -> None:
    async def has_come() -> bool:
        return house.calls(path) >= times

    await until(has_come)


# Another account, linked meanwhile


async def test_what_is_asked_for_one_link_is_not_asked_by_the_one_made_since(
    house: LinkWorld,
) -> None:
    former = await house.linked()
    await house.link("준호")
    tokens: list[str] = []

    async def ask(token: str) -> None:
        tokens.append(token)

    with pytest.raises(NotLinked):
        await house.links.call(MINJI, ask, former.generation)
    assert tokens == []
    await house.links.call(MINJI, ask, (await house.linked()).generation)
    await house.links.call(MINJI, ask)
    assert tokens == [(await house.linked()).access_token] * 2


async def test_whoever_waits_to_refresh_one_link_gets_no_token_of_the_next(
    house: LinkWorld,
) -> None:
    """The one made meanwhile has a good token, and stands before the refresh begins."""
    former = await house.linked()
    house.clock.passes(DAY)
    async with house.store.turn(MINJI):
        asking = asyncio.create_task(house.links.fresh(MINJI, former.generation))
        await asyncio.sleep(0.05)
        await take_the_place(house)
    with pytest.raises(NotLinked):
        await asking
    assert house.calls(TOKEN) == 1


async def test_a_refresh_that_ends_after_another_account_is_linked_gives_no_token_of_that(
    house: LinkWorld,
) -> None:
    former = await house.linked()
    house.clock.passes(DAY)
    house.kakao.slow(0.2)
    asking = asyncio.create_task(house.links.fresh(MINJI, former.generation))
    await asked(house, TOKEN, 2)
    await take_the_place(house)
    with pytest.raises(NotLinked):
        await asking
    assert (await house.linked()).kakao_id == house.kakao.account("준호").id


async def take_the_place(house: LinkWorld) -> None:
    """Link another account, as another process may that has no part in this one's turns."""
    junho = house.kakao.account("준호")
    house.kakao.connect(junho, TALK)
    grant = house.kakao.open_grant(junho, TALK)
    link = Link(
        member_id=MINJI,
        kakao_id=junho.id,
        nickname="준호",
        scopes=TALK,
        access_token=house.kakao.issue_access_token(grant),
        access_expires_at=house.clock() + HOUR,
        refresh_token=grant.refresh_token,
        refresh_expires_at=house.clock() + MONTH,
        locale="ko",
        linked_at=house.clock(),
    )
    await house.store.put(link)


# What is told, and to whom


async def test_a_missing_consent_is_told_once_and_not_to_whoever_reads_it_anyway(
    house: LinkWorld,
) -> None:
    told: list[tuple[int, Locale, frozenset[str]]] = []

    async def hear(member_id: int, locale: Locale, scopes: frozenset[str]) -> None:
        told.append((member_id, locale, scopes))

    house.links.on_consent_missing.append(hear)
    link = await house.linked()
    await house.links.consent_missing(link, TALK, quietly=True)
    await house.links.consent_missing(link, TALK, quietly=False)
    assert told == []
    await house.links.consented(link, link.scopes)
    await house.links.consent_missing(link, TALK, quietly=False)
    await house.links.consent_missing(link, TALK, quietly=False)
    assert told == [(MINJI, "ko", TALK)]
    assert not (await house.linked()).scopes >= TALK


async def test_how_each_refresh_ends_is_counted(house: LinkWorld) -> None:
    counted: list[str] = []
    house.links.on_refreshed.append(counted.append)
    house.clock.passes(DAY)
    for code, error in ((None, TryLater), ("KOE010", OperatorFault)):
        house.kakao.fail_next(1, code, 500 if code is None else 401, path=TOKEN)
        with pytest.raises(error):
            await house.token()
    await house.token()
    house.kakao.revoke_tokens(house.kakao.account("민지"))
    house.clock.passes(DAY)
    with pytest.raises(LinkBroken):
        await house.token()
    assert counted == ["failed", "failed", "ok", "ended"]


async def test_the_log_names_kakaos_code_and_nothing_secret(
    house: LinkWorld, caplog: pytest.LogCaptureFixture
) -> None:
    link = await house.linked()
    house.clock.passes(DAY)
    house.kakao.fail_next(1, "KOE237", 400, path=TOKEN)
    with pytest.raises(TryLater):
        await house.token()
    assert "KOE237" in caplog.text
    assert not any(token in caplog.text for token in (link.access_token, link.refresh_token))


async def test_a_refresh_token_is_not_sent_in_the_second_it_ends(house: LinkWorld) -> None:
    house.clock.at = (await house.linked()).refresh_expires_at
    with pytest.raises(LinkBroken):
        await house.token()
    assert house.calls(TOKEN) == 1


# Kakao hangs


async def test_a_refresh_that_fails_when_nobody_waits_for_it_any_more_is_no_mistake_of_ours(
    house: LinkWorld,
) -> None:
    forgotten: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: forgotten.append(context))
    links = hurried(house)
    house.clock.passes(DAY)
    house.kakao.fall_ill("hang", TOKEN)
    with pytest.raises(TryLater):
        await links.fresh(MINJI)
    house.kakao.get_well()
    async with asyncio.timeout(20):
        while links._listeners._under_way:  # noqa: ASYNC110 - nobody waits for it, as is the point
            await asyncio.sleep(0.01)
    gc.collect()
    assert forgotten == []


async def test_nor_is_one_that_is_torn_off_when_kkachi_stops(house: LinkWorld) -> None:
    forgotten: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: forgotten.append(context))
    links = hurried(house)
    house.clock.passes(DAY)
    house.kakao.fall_ill("hang", TOKEN)
    with pytest.raises(TryLater):
        await links.fresh(MINJI)
    for refresh in links._listeners._under_way:
        refresh.cancel()
    await asyncio.sleep(0.05)
    house.kakao.get_well()
    assert forgotten == []


async def test_unlinking_waits_a_few_seconds_for_kakao_and_no_longer(house: LinkWorld) -> None:
    house.kakao.fall_ill("hang", UNLINK)
    async with asyncio.timeout(20):
        await hurried(house).unlink(MINJI)
    house.kakao.get_well()
    assert await house.links.get(MINJI) is None


async def test_a_notice_is_believed_when_kakao_does_not_say_how_the_account_stands(
    house: LinkWorld,
) -> None:
    links, told = hurried(house), []

    async def hear(member_id: int, _locale: Locale) -> None:
        told.append(member_id)

    links.on_undone.append(hear)
    house.kakao.fall_ill("hang", SCOPES)
    async with asyncio.timeout(20):
        await links.undone(house.kakao.account("민지").id, house.clock())
    house.kakao.get_well()
    assert told == [MINJI]
    assert await house.links.get(MINJI) is None
