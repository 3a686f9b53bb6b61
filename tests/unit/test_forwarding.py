"""Forwarding as a service: from a highlight to the chats of a local Kakao, without Discord."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.app import at_work, open_services
from bot.config import Config
from bot.errors import (
    ConsentMissing,
    Expired,
    LinkBroken,
    NoteTooLong,
    NotLinked,
    OperatorFault,
    SystemMessage,
    TooManyFriends,
    TryLater,
)
from bot.services.accounts.oauth import BASIC_SCOPES, FRIENDS_SCOPES
from bot.services.accounts.pending import Awaited
from bot.services.forwarding.drafts import DRAFT_SECONDS, NotYours
from bot.services.forwarding.forwarding import NobodyPicked
from bot.services.forwarding.jumps import KEPT_SECONDS, JumpExpired, JumpUnknown
from bot.services.messages.models import Highlight, Member, Source
from bot.services.services import Services
from sandbox.demo.people import add_people
from sandbox.kakao import LocalKakao
from storage.deliveries import Delivery, DeliveryState
from storage.drafts import Draft, Pick
from tests.support.messages import highlight, message
from tests.support.world import QUICK, TOKEN_KEY, until

MINJI = Member(101, "민지", "https://cdn.example/1.png", "ko")
JUNHO = Member(102, "준호", "https://cdn.example/2.png", "ko")
FRIENDS = "/v1/api/talk/friends"
PUBLIC_URL = "https://kkachi.example"
SENT, FAILED, PARKED = DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.PARKED
HELLO = highlight(message())


@dataclass
class Desk:
    """The services at work, and the Kakao they speak with."""

    services: Services
    kakao: LocalKakao
    later: float = 0.0

    async def link(self, member: Member = MINJI, scopes: tuple[str, ...] = BASIC_SCOPES) -> None:
        linking = self.services.linking
        token = (await linking.start(member, scopes=scopes)).rpartition("/")[2]
        redirect = await linking.authorize(token, None)
        back = await self.kakao.walk(member.name, redirect.location)
        query = parse_qs(urlsplit(back).query)
        arrived = await linking.callback(
            state=query["state"][0],
            code=query["code"][0],
            error=None,
            browser=redirect.browser,
        )
        if isinstance(arrived, Awaited):
            card = self.kakao.chats(self.kakao.account(member.name))[0].messages.pop()
            self.kakao.outbox.remove(card)
            await linking.prove(member.id, card.template["content"]["title"][-6:])

    async def draft(self, *names: str) -> Draft:
        """A draft to these friends; those who are no friends get an address nobody has."""
        draft = await self.services.forwarding.draft(MINJI, HELLO, None)
        picks = [Pick(self.uuid(name), name) for name in names]
        return await self.services.forwarding.pick(draft, [], picks)

    async def friends(self) -> list[str]:
        return [one.profile_nickname for one in await self.services.friends.of(MINJI.id)]

    def uuid(self, name: str) -> str:
        account = self.kakao.accounts.get(name)
        return account.uuid if account else "nobody"

    async def to_friends(self, *names: str) -> dict[str | None, Delivery]:
        rows = await self.services.forwarding.to_friends(await self.draft(*names))
        return {row.friend_name: row for row in rows}


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path) as desk:
        yield desk


@asynccontextmanager
async def open_desk(folder: Path) -> AsyncIterator[Desk]:
    desk: Desk | None = None

    def now() -> float:
        return datetime.now(UTC).timestamp() + (desk.later if desk else 0)

    async with LocalKakao(add_people, now=now).serve() as kakao:
        config = config_for(kakao, folder)
        kakao.app.redirect_uris.add(config.redirect_uri)
        kakao.app.product_link_domains.append(PUBLIC_URL)
        opening = open_services(config, now=now, restarts=QUICK)
        async with opening as services, at_work(services):
            desk = Desk(services, kakao)
            yield desk


def config_for(kakao: LocalKakao, folder: Path) -> Config:
    settings = {
        "discord_token": "unused",
        "kakao_rest_api_key": kakao.app.rest_api_key,
        "kakao_client_secret": kakao.app.client_secret,
        "kakao_auth_url": kakao.url,
        "kakao_api_url": kakao.url,
        "public_url": PUBLIC_URL,
        "database_url": f"sqlite+aiosqlite:///{folder / 'kkachi.db'}",
        "token_keys": TOKEN_KEY,
    }
    return Config(_env_file=None, **settings)  # type: ignore[arg-type] # read from words, as ever


# In a bot of somebody's own


async def test_a_loop_that_is_killed_is_started_anew_in_anybodys_bot(desk: Desk) -> None:
    await desk.link()
    [sender] = [one for one in asyncio.all_tasks() if one.get_name() == "sender"]
    sender.cancel()
    await until(lambda: desk.services.supervisor.down == {"sender"})
    assert [str(one) for one in desk.services.alarms.active] == ["loop sender"]
    [row] = await desk.services.forwarding.to_me(MINJI, HELLO, None)
    assert row.state is SENT


# To me


async def test_a_linked_member_gets_the_card_on_kakao(desk: Desk) -> None:
    await desk.link()
    [row] = await desk.services.forwarding.to_me(MINJI, HELLO, "꼭 봐!")
    assert row.state is SENT
    content = desk.kakao.outbox[0].template["content"]
    assert content["title"].endswith("오늘 저녁 여덟 시!")
    assert "꼭 봐!" in content["description"]


async def test_the_link_of_a_card_leads_to_the_message(desk: Desk) -> None:
    await desk.link()
    await desk.services.forwarding.to_me(MINJI, HELLO, None)
    address = desk.kakao.outbox[0].template["content"]["link"]["web_url"]
    assert address.startswith(f"{PUBLIC_URL}/m/")
    followed = await desk.services.jumps.follow(address.rpartition("/")[2])
    assert followed == "https://discord.com/channels/11/22/33"


async def test_nobody_who_is_not_linked_sends_anything(desk: Desk) -> None:
    with pytest.raises(NotLinked):
        await desk.services.forwarding.to_me(MINJI, HELLO, None)


@pytest.mark.parametrize(
    ("refused", "note", "error"),
    [(highlight(message(system=True)), None, SystemMessage), (HELLO, "가" * 500, NoteTooLong)],
)
async def test_what_makes_no_card_is_refused_before_anything_is_kept(
    desk: Desk, refused: Highlight, note: str | None, error: type[Exception]
) -> None:
    await desk.link()
    with pytest.raises(error):
        await desk.services.forwarding.to_me(MINJI, refused, note)
    assert await desk.services.deliveries.last(MINJI.id) == []


async def test_a_card_waits_for_a_member_who_has_to_link_again(desk: Desk) -> None:
    await desk.link()
    desk.kakao.revoke_tokens(desk.kakao.account("민지"))
    [row] = await desk.services.forwarding.to_me(MINJI, HELLO, None)
    assert (row.state, row.reason) == (PARKED, "link-again")
    await desk.link()
    [row] = await desk.services.deliveries.settle(row.forward_id, MINJI.id)
    assert row.state is SENT


# To friends


async def test_friends_get_the_card_and_one_who_refuses_is_told_apart(desk: Desk) -> None:
    await desk.link(scopes=FRIENDS_SCOPES)
    rows = await desk.to_friends("준호", "서연", "하준")
    assert [rows["준호"].state, rows["서연"].state] == [SENT, SENT]
    assert (rows["하준"].state, rows["하준"].reason) == (FAILED, "refused")
    assert {message.receiver.name for message in desk.kakao.outbox} == {"준호", "서연"}


async def test_a_friend_who_vanished_is_told_apart(desk: Desk) -> None:
    await desk.link(scopes=FRIENDS_SCOPES)
    rows = await desk.to_friends("준호", "유령")
    assert rows["준호"].state is SENT
    assert (rows["유령"].state, rows["유령"].reason) == (FAILED, "not-friend")


async def test_a_draft_goes_out_only_once(desk: Desk) -> None:
    await desk.link(scopes=FRIENDS_SCOPES)
    draft = await desk.draft("준호")
    await desk.services.forwarding.to_friends(draft)
    with pytest.raises(Expired):
        await desk.services.forwarding.to_friends(draft)
    assert len(desk.kakao.outbox) == 1


async def test_a_draft_without_friends_stays(desk: Desk) -> None:
    draft = await desk.draft()
    with pytest.raises(NobodyPicked):
        await desk.services.forwarding.to_friends(draft)
    assert await desk.services.forwarding.open(MINJI.id, draft.id) == draft


async def test_picks_of_other_pages_stay_and_six_are_too_many(desk: Desk) -> None:
    forwarding = desk.services.forwarding
    draft = await desk.draft("준호", "서연")
    draft = await forwarding.pick(draft, ["a", "b", "c"], [Pick("a", "가"), Pick("b", "나")])
    draft = await forwarding.pick(draft, ["a", "b", "c"], [Pick("c", "다")])
    assert [pick.name for pick in draft.picks] == ["준호", "서연", "다"]
    with pytest.raises(TooManyFriends):
        await forwarding.pick(draft, [], [Pick(name, name) for name in "xyz"])
    assert (await forwarding.open(MINJI.id, draft.id)).picks == draft.picks


async def test_a_draft_belongs_to_its_member_and_expires(desk: Desk) -> None:
    forwarding = desk.services.forwarding
    draft = await desk.draft("준호")
    with pytest.raises(NotYours):
        await forwarding.open(JUNHO.id, draft.id)
    desk.later = DRAFT_SECONDS + 1
    with pytest.raises(Expired):
        await forwarding.open(MINJI.id, draft.id)


async def test_only_what_may_be_repeated_goes_out_again(desk: Desk) -> None:
    await desk.link(scopes=FRIENDS_SCOPES)
    minji, junho = desk.kakao.account("민지"), desk.kakao.account("준호")
    desk.kakao.spend(minji, "pair", junho)
    rows = await desk.to_friends("준호", "하준", "서연")
    assert rows["준호"].reason == "allowance-pair"
    desk.later += 24 * 3600
    again = await desk.services.forwarding.repeat(MINJI.id, rows["준호"].forward_id)
    assert [row.state for row in again] == [SENT, FAILED, SENT]
    assert [message.receiver.name for message in desk.kakao.outbox] == ["서연", "준호"]
    with pytest.raises(Expired):
        await desk.services.forwarding.repeat(MINJI.id, rows["준호"].forward_id)


async def test_unlinking_erases_drafts_and_cancels_what_waits(desk: Desk) -> None:
    await desk.link()
    draft = await desk.draft("준호")
    await desk.services.links.unlink(MINJI.id)
    with pytest.raises(Expired):
        await desk.services.forwarding.open(MINJI.id, draft.id)


# Friends


async def test_favourites_come_first_and_the_list_is_remembered(desk: Desk) -> None:
    await desk.link(scopes=FRIENDS_SCOPES)
    names = [f.profile_nickname for f in await desk.services.friends.of(MINJI.id)]
    assert names[0] == "준호"
    assert names[1:] == sorted(names[1:])
    await desk.services.friends.of(MINJI.id)
    asked = [r for r in desk.kakao.requests if r.path == "/v1/api/talk/friends"]
    assert len(asked) == 1


async def test_the_consent_for_friends_is_missing_before_kakao_is_asked(desk: Desk) -> None:
    with pytest.raises(NotLinked):
        await desk.services.friends.of(MINJI.id)
    await desk.link()
    with pytest.raises(ConsentMissing) as missing:
        await desk.services.friends.of(MINJI.id)
    assert missing.value.scopes == {"friends"}


async def test_a_consent_that_was_withdrawn_at_kakao_is_asked_for_again(desk: Desk) -> None:
    await desk.link(scopes=FRIENDS_SCOPES)
    desk.kakao.withdraw(desk.kakao.account("민지"), "friends")
    with pytest.raises(ConsentMissing):
        await desk.services.friends.of(MINJI.id)


async def test_friends_are_those_of_the_account_that_is_linked_now(desk: Desk) -> None:
    """Also where another process has linked it, of which this one hears nothing."""
    await desk.link(scopes=FRIENDS_SCOPES)
    assert "하준" in await desk.friends()
    desk.services.links.on_unlinked.clear()
    desk.services.linking.on_linked.clear()
    await desk.link(replace(MINJI, name="준호"), FRIENDS_SCOPES)
    assert await desk.friends() == ["서연"]


async def test_a_list_that_was_asked_for_before_is_not_remembered_after_the_move(
    desk: Desk,
) -> None:
    await desk.link(scopes=FRIENDS_SCOPES)
    desk.kakao.slow(0.3)
    asking = asyncio.create_task(desk.friends())
    await until(lambda: any(one.path == FRIENDS for one in desk.kakao.requests))
    desk.kakao.slow(0)
    await desk.link(replace(MINJI, name="준호"), FRIENDS_SCOPES)
    assert "하준" in await asking
    assert await desk.friends() == ["서연"]


async def test_a_draft_with_picked_friends_does_not_outlive_their_account(desk: Desk) -> None:
    await desk.link(scopes=FRIENDS_SCOPES)
    draft = await desk.draft("서연")
    await desk.link(replace(MINJI, name="준호"), FRIENDS_SCOPES)
    with pytest.raises(Expired):
        await desk.services.forwarding.open(MINJI.id, draft.id)
    with pytest.raises(Expired):
        await desk.services.forwarding.to_friends(draft)
    assert desk.kakao.outbox == []


async def test_a_draft_stays_when_nobody_is_linked_to_send_it(desk: Desk) -> None:
    draft = await desk.draft("서연")
    with pytest.raises(NotLinked):
        await desk.services.forwarding.to_friends(draft)
    await desk.link(scopes=FRIENDS_SCOPES)
    [row] = await desk.services.forwarding.to_friends(draft)
    assert row.state is SENT


async def test_friends_of_a_server_that_kakao_does_not_let_in_leave_the_link_sound(
    desk: Desk,
) -> None:
    await desk.link(scopes=FRIENDS_SCOPES)
    desk.kakao.fail_next(2, code=-401, status=401, path=FRIENDS)
    with pytest.raises(OperatorFault):
        await desk.friends()
    assert "서연" in await desk.friends()


async def test_friends_of_a_lost_link_or_a_kakao_that_is_down(desk: Desk) -> None:
    await desk.link(scopes=FRIENDS_SCOPES)
    desk.kakao.down(True)
    with pytest.raises(TryLater):
        await desk.services.friends.of(MINJI.id)
    desk.kakao.down(False)
    desk.kakao.unlink(desk.kakao.account("민지"))
    with pytest.raises(LinkBroken):
        await desk.services.friends.of(MINJI.id)


# Jumps and housekeeping


async def test_a_jump_expires_after_thirty_days_and_is_erased_a_day_later(desk: Desk) -> None:
    address = await desk.services.jumps.open(MINJI.id, Source(None, 22, 33))
    jump = address.rpartition("/")[2]
    assert await desk.services.jumps.follow(jump) == "https://discord.com/channels/@me/22/33"
    desk.later = KEPT_SECONDS + 1
    with pytest.raises(JumpExpired):
        await desk.services.jumps.follow(jump)
    desk.later += 24 * 3600
    await desk.services.housekeeping.tidy()
    with pytest.raises(JumpUnknown):
        await desk.services.jumps.follow(jump)
