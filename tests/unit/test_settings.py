"""What admins decide for their server, and that nobody's change gets lost."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.errors import Expired
from bot.services.privacy.optouts import OptOuts
from bot.services.servers.policy import Policy
from bot.services.servers.settings import GuildSettings, Limits, Settings, SettingsChanged
from storage.database import Database, open_database
from storage.optouts import OptOutStore
from storage.settings import Change, SettingsStore
from tests.support.outbox import Clock

VILLAGE, TOWN = 10, 20
JIWOO, HAJUN = 1, 2
CHANNEL, PARENT, CATEGORY = 100, 101, 102


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with open_database(database_url) as opened:
        yield opened


@pytest.fixture
def settings(database: Database) -> Settings:
    return Settings(SettingsStore(database), Clock())


async def test_a_server_nobody_has_touched_has_the_defaults(settings: Settings) -> None:
    assert await settings.version_of(VILLAGE) == (0, GuildSettings())


async def test_a_change_is_still_there_after_a_restart(
    settings: Settings, database: Database
) -> None:
    await settings.change(VILLAGE, JIWOO, 0, off={"share"}, policies={CHANNEL: "link"})

    read = await Settings(SettingsStore(database), Clock()).of(VILLAGE)

    assert read.off == {"share"}
    assert read.policies == {CHANNEL: Policy.LINK}
    assert await settings.of(TOWN) == GuildSettings()


async def test_a_listener_that_fails_is_logged_and_the_change_stands(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(_: int, __: GuildSettings, ___: Change) -> None:
        raise ConnectionResetError("somebody's words")

    settings.on_changed.append(fail)
    assert (await settings.change(VILLAGE, JIWOO, 0, off={"share"})).off == {"share"}
    assert "ConnectionResetError" in caplog.text
    assert "somebody's words" not in caplog.text


async def test_the_slower_of_two_admins_is_told(settings: Settings, database: Database) -> None:
    elsewhere = Settings(SettingsStore(database), Clock())
    await elsewhere.of(VILLAGE)
    await settings.change(VILLAGE, JIWOO, 0, off={"share"})

    with pytest.raises(SettingsChanged):
        await elsewhere.change(VILLAGE, HAJUN, 0, off={"compose"})

    assert (await elsewhere.of(VILLAGE)).off == {"share"}


async def test_of_two_changes_at_once_one_is_kept(settings: Settings) -> None:
    await settings.of(VILLAGE)
    both = [settings.change(VILLAGE, who, 0, limits=Limits(rules=who)) for who in (JIWOO, HAJUN)]

    ends = await asyncio.gather(*both, return_exceptions=True)

    assert [type(end) for end in ends].count(SettingsChanged) == 1
    assert len(await settings.changes(VILLAGE)) == 1


async def test_every_change_says_who_made_it_and_what_it_touched(settings: Settings) -> None:
    await settings.change(VILLAGE, JIWOO, 0, language="ko")
    await settings.change(VILLAGE, HAJUN, 1, never={CHANNEL, PARENT})

    latest, first = await settings.changes(VILLAGE)

    assert (latest.member_id, latest.before) == (HAJUN, {"never": []})
    assert latest.after == {"never": [CHANNEL, PARENT]}
    assert (first.version, first.after) == (1, {"language": "ko"})


async def test_a_change_that_changes_nothing_is_not_recorded(settings: Settings) -> None:
    await settings.change(VILLAGE, JIWOO, 0, policy="full")
    assert await settings.changes(VILLAGE) == []


async def test_taking_a_change_back_leaves_later_ones(settings: Settings) -> None:
    await settings.change(VILLAGE, JIWOO, 0, off={"share"})
    await settings.change(VILLAGE, HAJUN, 1, language="en")

    after = await settings.take_back(VILLAGE, HAJUN, 1)

    assert (after.off, after.language) == (frozenset(), "en")
    assert len(await settings.changes(VILLAGE)) == 3


async def test_taking_a_change_back_leaves_what_others_did_to_the_same_setting(
    settings: Settings,
) -> None:
    await settings.change(VILLAGE, JIWOO, 0, never={CHANNEL}, policies={CHANNEL: "link"})
    more = {CHANNEL: "link", PARENT: "excerpt"}
    await settings.change(VILLAGE, HAJUN, 1, never={CHANNEL, PARENT}, policies=more)
    await settings.change(VILLAGE, HAJUN, 2, never={PARENT}, policies={PARENT: "excerpt"})

    without_first = await settings.take_back(VILLAGE, HAJUN, 1)
    again = await settings.take_back(VILLAGE, HAJUN, 3)

    assert without_first.never == {PARENT}
    assert without_first.policies == {PARENT: Policy.EXCERPT}
    assert again.never == {CHANNEL, PARENT}
    assert again.policies == {CHANNEL: Policy.LINK, PARENT: Policy.EXCERPT}


async def test_a_limit_is_taken_back_alone(settings: Settings) -> None:
    await settings.change(VILLAGE, JIWOO, 0, limits=Limits(rules=5))
    await settings.change(VILLAGE, HAJUN, 1, limits=Limits(rules=5, sends=3))

    after = await settings.take_back(VILLAGE, HAJUN, 1)

    assert after.limits == Limits(sends=3)


async def test_a_change_that_is_not_recorded_cannot_be_taken_back(settings: Settings) -> None:
    with pytest.raises(Expired):
        await settings.take_back(VILLAGE, JIWOO, 7)


async def test_whoever_listens_hears_of_a_change(settings: Settings) -> None:
    heard: list[tuple[int, frozenset[str], int]] = []

    async def listen(guild_id: int, after: GuildSettings, change: Change) -> None:
        heard.append((guild_id, after.off, change.member_id))

    settings.on_changed.append(listen)
    await settings.change(VILLAGE, JIWOO, 0, off={"notify"})
    assert heard == [(VILLAGE, frozenset({"notify"}), JIWOO)]


async def test_a_forgotten_server_begins_anew(settings: Settings) -> None:
    await settings.change(VILLAGE, JIWOO, 0, off={"share"})
    await settings.forget(VILLAGE)
    assert await settings.version_of(VILLAGE) == (0, GuildSettings())
    assert await settings.changes(VILLAGE) == []


@pytest.mark.parametrize(
    ("only", "never", "may"),
    [
        ((), (), True),
        ((CHANNEL,), (), True),
        ((CATEGORY,), (), True),
        ((999,), (), False),
        ((), (PARENT,), False),
        ((CATEGORY,), (CHANNEL,), False),
    ],
)
def test_where_messages_may_be_taken_from(only: list[int], never: list[int], *, may: bool) -> None:
    settings = GuildSettings(only=frozenset(only), never=frozenset(never))
    assert settings.may_take((CHANNEL, PARENT, CATEGORY)) is may


def test_the_nearest_place_decides_what_may_leave_it() -> None:
    settings = GuildSettings(policy=Policy.EXCERPT, policies={PARENT: Policy.LINK})
    assert settings.policy_of((CHANNEL, PARENT, CATEGORY)) is Policy.LINK
    assert settings.policy_of((CHANNEL, None, CATEGORY)) is Policy.EXCERPT


async def test_whoever_opts_out_is_out_until_they_say_otherwise(database: Database) -> None:
    optouts = OptOuts(OptOutStore(database), Clock())
    await optouts.set(JIWOO, on=True)
    assert await optouts.has(JIWOO)
    assert await OptOuts(OptOutStore(database), Clock()).has(JIWOO)

    await optouts.set(JIWOO, on=False)
    assert not await optouts.has(JIWOO)
