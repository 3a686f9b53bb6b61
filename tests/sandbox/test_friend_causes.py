"""Every cause of Kakao's FAQ why a friend is missing or gets nothing, by the drawer of the demo."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from sandbox.demo.page.trouble import Trouble
from sandbox.demo.village import build_village
from sandbox.discord import LocalDiscord
from sandbox.kakao.state import Account
from tests.support.sandbox_kakao import Caller, calling

FRIENDS = "/v1/api/talk/friends"
TEN_MINUTES = 600


@dataclass
class Desk:
    """The drawer, and Minji who looks for Junho."""

    caller: Caller
    trouble: Trouble
    token: str
    junho: Account

    async def listed(self) -> list[str]:
        _, body = await self.caller.get(FRIENDS, self.token)
        return [friend["profile_nickname"] for friend in body["elements"]]

    async def code(self) -> int | None:
        """Send to Junho; gives what Kakao says of it."""
        status, body = await self.caller.to_friends(self.token, [self.junho])
        return None if status == 200 else body["code"]


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with calling() as caller:
        kakao = caller.kakao
        token = kakao.token_for(kakao.account("민지"), ("talk_message", "friends"))
        trouble = Trouble(LocalDiscord(build_village), kakao, lambda _: None)
        yield Desk(caller, trouble, token, kakao.account("준호"))


@pytest.mark.parametrize(
    ("verb", "is_listed", "code"),
    [
        ("unlink", False, -2),
        ("withdraw-friends", False, -2),
        ("hide", False, -530),
        ("put-away", False, -502),
        ("leave-talk", False, -501),
        ("members-only", False, -2),
        ("refuse", True, -530),
        ("spend-recipient", True, -533),
    ],
)
async def test_a_friend_is_missing_or_gets_nothing_for_a_reason(
    desk: Desk, verb: str, is_listed: bool, code: int
) -> None:
    assert await desk.code() is None
    await desk.trouble.make(verb, "준호", on=True)
    assert ("준호" in await desk.listed(), await desk.code()) == (is_listed, code)


@pytest.mark.parametrize("verb", ["hide", "put-away", "leave-talk", "members-only", "refuse"])
async def test_what_is_a_switch_ends_as_if_it_had_never_been(desk: Desk, verb: str) -> None:
    for on in (True, False):
        await desk.trouble.make(verb, "준호", on=on)
        assert desk.trouble.view("준호")[verb] is on
    assert ("준호" in await desk.listed(), await desk.code()) == (True, None)


async def test_the_list_is_up_to_ten_minutes_old(desk: Desk) -> None:
    assert "준호" in await desk.listed()
    await desk.trouble.make("hide", "준호", on=True)
    assert "준호" in await desk.listed()
    await desk.trouble.make("ten-minutes", "준호", on=True)
    assert "준호" not in await desk.listed()


async def test_without_permission_friends_work_between_members_of_the_app(desk: Desk) -> None:
    await desk.trouble.make("members-only", "준호", on=True)
    await desk.trouble.make("join-team", "민지", on=True)
    assert (await desk.listed(), await desk.code()) == ([], -2)
    await desk.trouble.make("join-team", "준호", on=True)
    await desk.trouble.make("ten-minutes", "준호", on=True)
    assert (await desk.listed(), await desk.code()) == (["준호"], None)


async def test_the_list_says_who_refuses_only_when_kakao_does(desk: Desk) -> None:
    await desk.trouble.make("refuse", "준호", on=True)
    _, silent = await desk.caller.get(FRIENDS, desk.token)
    await desk.trouble.make("allowed-msg", "준호", on=True)
    _, telling = await desk.caller.get(FRIENDS, desk.token)
    assert "allowed_msg" not in json.dumps(silent)
    allowed = {one["profile_nickname"]: one["allowed_msg"] for one in telling["elements"]}
    assert allowed == {"준호": False, "서연": True, "지우": True, "하준": False}
