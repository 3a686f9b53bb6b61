"""Nobody learns of a link, a friendship or an account but as the members concerned allow it.

Four people link, befriend, allow, leave, are excluded and take all of it back in any order. What
the picker shows and answers is compared with what a model of the rules lets its reader know.
"""

import asyncio
import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import discord
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.app import open_services
from bot.discord.ui.friend_picker import Panel, panel_of, with_members
from bot.errors import DiscordAway, LinkBroken, NotLinked, UserError
from bot.services.accounts.visibility import OnlyInServers
from bot.services.messages.models import Member, Source
from bot.services.services import Services
from sandbox.kakao import Account, LocalKakao
from sandbox.kakao.world import World as Kakao
from storage.links import KakaoAccountTaken, Link
from tests.support.watching import FakeReader
from tests.unit.test_forwarding import config_for

PEOPLE = (101_000_001, 101_000_002, 101_000_003, 101_000_004)
STRANGER = 101_000_009
SERVERS = (7_000_001, 7_000_002)
HERE, THERE = SERVERS
SCOPES = frozenset({"profile_nickname", "talk_message", "friends"})
UNREACHED = "여기서는 고를 수 없어요. 카카오톡을 연결하지 않았거나"
AWAY = "지금은 디스코드가 대답하지 않아서"
CARD = {"object_type": "text", "text": "안녕", "link": {}}


class Discord(FakeReader):
    """The members of two servers; it notes about whom it is asked."""

    def __init__(self) -> None:
        super().__init__(servers=set(SERVERS))
        self.members: set[tuple[int, int]] = set()
        self.asked: list[tuple[int, ...]] = []

    async def usernames(self, guild_id: int, member_ids: Collection[int]) -> Mapping[int, str]:
        self._ask(guild_id)
        self.asked.append(tuple(sorted(member_ids)))
        return {one: name(one) for one in member_ids if (guild_id, one) in self.members}


def name(member_id: int) -> str:
    return f"user{member_id % 100}"


@dataclass
class Model:
    """What is so, without a look at the program."""

    friends: set[frozenset[int]] = field(default_factory=set)
    links: dict[int, int] = field(default_factory=dict)
    broken: set[int] = field(default_factory=set)
    agreed: set[int] = field(default_factory=set)
    hidden: set[int] = field(default_factory=set)
    allowed: set[tuple[int, int]] = field(default_factory=set)
    excluded: set[tuple[int, int]] = field(default_factory=set)

    def is_sound(self, member: int) -> bool:
        return member in self.links and member not in self.broken

    def leave(self, member: int) -> None:
        """End a link, and at Kakao the connection of its account."""
        self.agreed.discard(self.links.pop(member))
        self.broken.discard(member)
        self.allowed -= {(server, member) for server in SERVERS}

    def may_list(self, viewer: int) -> bool:
        return self.is_sound(viewer) and self.links[viewer] in self.agreed

    def may_know(self, viewer: int, other: int, server: int, members: set[tuple[int, int]]) -> bool:
        if viewer == other or not self.may_list(viewer) or not self.is_sound(other):
            return False
        account = self.links[other]
        return (
            frozenset({self.links[viewer], account}) in self.friends
            and account in self.agreed - self.hidden
            and (server, other) in self.allowed - self.excluded
            and {(server, viewer), (server, other)} <= members
        )


@dataclass
class Village:
    """The services at work beside the model; what is done is done to both."""

    services: Services
    kakao: LocalKakao
    discord: Discord
    model: Model = field(default_factory=Model)

    def account(self, number: int) -> Account:
        return self.kakao.account(f"친구{PEOPLE.index(number)}")

    async def link(self, one: int, other: int, _: int) -> None:
        """Link `one` with the account that is `other`'s by right."""
        account, model = self.account(other), self.model
        before = model.links.get(one)
        if any(model.links[taken] == other for taken in model.links.keys() - {one}):
            with pytest.raises(KakaoAccountTaken):
                await self._keep(one, account)
            return
        await self._keep(one, account)
        if before not in {None, other}:
            model.leave(one)
        model.links[one] = other
        model.broken.discard(one)
        model.agreed.add(other)

    async def _keep(self, member: int, account: Account) -> None:
        grant = self.kakao.open_grant(account, SCOPES)
        now = self.kakao.now()
        link = Link(
            member_id=member,
            kakao_id=account.id,
            nickname=account.name,
            scopes=SCOPES,
            access_token=self.kakao.issue_access_token(grant),
            access_expires_at=now + 20_000,
            refresh_token=grant.refresh_token,
            refresh_expires_at=now + 5_000_000,
            locale="ko",
            linked_at=now,
        )
        if account.name not in {self.account(one).name for one in self.model.links.values()}:
            self.kakao.connect(account, SCOPES)
        await self.services.links.keep(link, same_account=False, is_proven=True)
        self.kakao.connect(account, SCOPES)

    async def unlink(self, one: int, *_: int) -> None:
        if one in self.model.links:
            await self.services.links.unlink(one)
            self.model.leave(one)

    async def erase(self, one: int, *_: int) -> None:
        await self.services.privacy.delete(one)
        if one in self.model.links:
            self.model.leave(one)
        self.model.excluded -= {(server, one) for server in SERVERS}

    async def end_at_kakao(self, one: int, *_: int) -> None:
        link = await self.services.links.get(one)
        if link is not None:
            self.kakao.unlink(self.account(self.model.links[one]))
            await self.services.links.undone(link.kakao_id, self.kakao.now())
            self.model.leave(one)

    async def break_link(self, one: int, *_: int) -> None:
        link = await self.services.links.get(one)
        if link is not None:
            await self.services.links.broke(link)
            self.model.broken.add(one)

    async def befriend(self, one: int, other: int, _: int) -> None:
        if one != other:
            self.kakao.befriend(self.account(one), self.account(other))
            self.model.friends.add(frozenset({one, other}))

    async def unfriend(self, one: int, other: int, _: int) -> None:
        if frozenset({one, other}) in self.model.friends:
            self.kakao.unfriend(self.account(one), self.account(other))
            self.model.friends.discard(frozenset({one, other}))

    async def hide(self, one: int, *_: int) -> None:
        self.kakao.hide(self.account(one), on=one not in self.model.hidden)
        self.model.hidden ^= {one}

    async def withdraw(self, one: int, *_: int) -> None:
        self.kakao.withdraw(self.account(one), "friends")
        self.model.agreed.discard(one)

    async def allow(self, one: int, _: int, server: int) -> None:
        allowing = self.services.visibility.allow(one, server)
        if not self.discord.ready:
            with pytest.raises(DiscordAway):
                await allowing
        elif not self.model.is_sound(one):
            with pytest.raises(LinkBroken if one in self.model.links else NotLinked):
                await allowing
        else:
            await allowing
            self.model.allowed.add((server, one))

    async def end(self, one: int, other: int, server: int) -> None:
        everywhere = one == other
        await self.services.visibility.end(one, None if everywhere else server)
        self.model.allowed -= {(place, one) for place in (SERVERS if everywhere else (server,))}

    async def join_or_leave(self, one: int, _: int, server: int) -> None:
        self.discord.members ^= {(server, one)}

    async def exclude(self, one: int, _: int, server: int) -> None:
        if (server, one) in self.model.excluded:
            await self.services.exclusions.lift(server, one)
        else:
            await self.services.exclusions.exclude(server, one, "이유")
        self.model.excluded ^= {(server, one)}

    async def lose_discord(self, *_: int) -> None:
        self.discord.ready = not self.discord.ready

    # What somebody reads

    async def check(self) -> None:
        for viewer in PEOPLE:
            for server in SERVERS:
                await self._check(viewer, server)

    async def known_to(self, viewer: int, server: int) -> set[int]:
        """Return whom a member can tell by their names at Discord."""
        await self.services.friends.forget(viewer)
        panel = await self._panel(viewer, server)
        names = shown(panel) if panel else set()
        return {one for one in PEOPLE if name(one) in names}

    async def _check(self, viewer: int, server: int) -> None:
        await self.services.friends.forget(viewer)
        members = self.discord.members
        known = {
            other
            for other in PEOPLE
            if self.model.may_know(viewer, other, server, members) and self.discord.ready
        }
        panel = await self._panel(viewer, server)
        if panel is None:
            assert not self.model.may_list(viewer)
            return
        assert shown(panel) == ({name(one) for one in known} if not panel.draft.picks else set())
        assert self._secrets(panel) == set()
        if server == HERE:
            await self._check_answers(viewer, server, known)

    async def _check_answers(self, viewer: int, server: int, known: set[int]) -> None:
        """Name everybody there is: the answers tell those apart whom the viewer may know."""
        answers, asked = {}, {}
        for other in (*PEOPLE, STRANGER):
            self.discord.asked.clear()
            panel = await self._panel(viewer, server, other)
            assert panel is not None
            asked[other] = tuple(self.discord.asked)
            answers[other] = panel.text().replace(f"@{name(other)}", "@who")
            picked = {one.member_id for one in panel.picked}
            assert picked == ({other} if other in known else set())
            assert self._secrets(panel) <= ({other} & known)
        unknown = {answers[one] for one in answers if one not in known}
        assert len(unknown) == 1
        assert (UNREACHED if self.discord.ready else AWAY) in unknown.pop()
        assert len(set(asked.values())) == 1

    async def _panel(self, viewer: int, server: int, *chosen: int) -> Panel | None:
        """Open the picker, with these members named; None for who may have none."""
        client = cast("discord.Client", SimpleNamespace(kkachi=self.services, get_guild=str))
        member = Member(viewer, "나", "", "ko")
        draft = await self.services.drafts.begin(member, Source(server, 1, 2), card=CARD)
        try:
            panel = await panel_of(client, draft, server, chosen)
        except UserError:
            return None
        if chosen:
            panel = await with_members(client, panel, {one: f"@{name(one)}" for one in chosen})
        return panel

    def _secrets(self, panel: Panel) -> set[int]:
        """Return the ids of members and accounts that stand in a panel."""
        text = panel.text() + json.dumps(panel.view().to_components())
        accounts = [self.account(one).id for one in PEOPLE]
        return {one for one in (*PEOPLE, STRANGER, *accounts) if str(one) in text}


def shown(panel: Panel) -> set[str]:
    """Return the names at Discord that a panel shows."""
    text = panel.text() + json.dumps(panel.view().to_components())
    return {name(one) for one in (*PEOPLE, STRANGER) if name(one) in text}


ACTIONS: tuple[Callable[[Village, int, int, int], Awaitable[None]], ...] = (
    *(Village.link, Village.unlink, Village.erase, Village.end_at_kakao, Village.break_link),
    *(Village.befriend, Village.unfriend, Village.hide, Village.withdraw, Village.lose_discord),
    *(Village.allow, Village.end, Village.join_or_leave, Village.exclude),
)
people, servers = st.sampled_from(PEOPLE), st.sampled_from(SERVERS)
happenings = st.lists(
    st.tuples(st.sampled_from(ACTIONS), people, people, servers), min_size=1, max_size=12
)


async def begin(village: Village) -> None:
    """Let all be as open as can be: everybody is linked, seen, a friend and a member."""
    for one in PEOPLE:
        await village.link(one, one, 0)
        for other in PEOPLE:
            await village.befriend(one, other, 0)
        for server in SERVERS:
            village.discord.members.add((server, one))
            await village.allow(one, one, server)


def add_accounts(kakao: Kakao) -> None:
    for number in range(len(PEOPLE)):
        kakao.add_account(f"친구{number}")


@asynccontextmanager
async def village_in(folder: Path, *, is_open: bool) -> AsyncIterator[Village]:
    async with LocalKakao(add_accounts, now=lambda: datetime.now(UTC).timestamp()).serve() as kakao:
        kakao.switches.friends_cache = 0
        async with open_services(config_for(kakao, folder)) as services:
            village = Village(services, kakao, Discord())
            services.sight.attach(village.discord)
            if is_open:
                await begin(village)
            yield village


@pytest.fixture
async def village(tmp_path: Path) -> AsyncIterator[Village]:
    """Give a village where all are linked, friends, members, and seen by each other."""
    async with village_in(tmp_path, is_open=True) as village:
        yield village


async def test_where_all_is_open_everybody_is_known_to_everybody(village: Village) -> None:
    """Without this the tests below could pass by showing nobody anything."""
    await village.check()
    for viewer in PEOPLE:
        assert await village.known_to(viewer, HERE) == set(PEOPLE) - {viewer}
    with pytest.raises(OnlyInServers):
        await village.services.visibility.allow(MINJI, None)


MINJI, JUNHO, SEOYEON, _ = PEOPLE
LINK, UNLINK = Village.link, Village.unlink
WAYS: dict[str, list[tuple[object, int, int, int]]] = {
    "says so": [(Village.end, JUNHO, SEOYEON, HERE)],
    "says so for everywhere": [(Village.end, JUNHO, JUNHO, THERE)],
    "unlinks": [(UNLINK, JUNHO, 0, 0)],
    "unlinks and links again": [(UNLINK, JUNHO, 0, 0), (LINK, JUNHO, JUNHO, 0)],
    "takes another account": [(UNLINK, SEOYEON, 0, 0), (LINK, JUNHO, SEOYEON, 0)],
    "is erased and links again": [(Village.erase, JUNHO, 0, 0), (LINK, JUNHO, JUNHO, 0)],
    "leaves at Kakao": [(Village.end_at_kakao, JUNHO, 0, 0), (LINK, JUNHO, JUNHO, 0)],
    "has a broken link": [(Village.break_link, JUNHO, 0, 0)],
    "leaves the server": [(Village.join_or_leave, JUNHO, 0, HERE)],
    "is excluded by an admin": [(Village.exclude, JUNHO, 0, HERE)],
    "hides at Kakao": [(Village.hide, JUNHO, 0, 0)],
    "takes a consent back": [(Village.withdraw, JUNHO, 0, 0)],
    "is a friend no more": [(Village.unfriend, JUNHO, MINJI, 0)],
    "has a reader who left": [(Village.join_or_leave, MINJI, 0, HERE)],
    "cannot be asked about": [(Village.lose_discord, 0, 0, 0)],
}


@pytest.mark.parametrize("what", WAYS.values(), ids=WAYS)
async def test_nobody_is_seen_any_more_who(
    village: Village, what: list[tuple[object, int, int, int]]
) -> None:
    for act, one, other, server in what:
        await cast("Callable[..., Awaitable[None]]", act)(village, one, other, server)
    assert JUNHO not in await village.known_to(MINJI, HERE)
    await village.check()


async def live(folder: Path, what: list[tuple[object, int, int, int]], *, is_open: bool) -> None:
    async with village_in(folder, is_open=is_open) as village:
        for act, one, other, server in what:
            await cast("Callable[..., Awaitable[None]]", act)(village, one, other, server)
        await village.check()


@settings(max_examples=30)
@given(happenings, st.booleans())
def test_nobody_learns_more_than_the_members_concerned_allow(
    migrated: Path, what: list[tuple[object, int, int, int]], is_open: bool
) -> None:
    with tempfile.TemporaryDirectory(dir=migrated.parent) as folder:
        shutil.copy(migrated, folder)
        asyncio.run(live(Path(folder), what, is_open=is_open))
