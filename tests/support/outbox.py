"""An outbox between a linked member and the local Kakao, with a clock that moves when told to."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from bot.kakao import KakaoApp, KakaoClient, Message, Text, open_http
from bot.kakao import Link as WebLink
from bot.services.accounts.links import Links
from bot.services.alarms import Alarms
from bot.services.clock import DAY, HOUR
from bot.services.deliveries.allowance import Allowance, KakaoLimits
from bot.services.deliveries.attempt import Attempts, Compose, Prepare, as_it_is
from bot.services.deliveries.followups import FollowUps
from bot.services.deliveries.outbox import PATIENCE, Outbox
from bot.services.deliveries.sender import Sender
from bot.services.deliveries.signals import OutboxSignals
from bot.services.processes.worker import Worker
from bot.texts import Locale
from sandbox.demo.people import add_people
from sandbox.kakao import Account, LocalKakao
from storage.allowances import AllowanceStore
from storage.database import Database, open_database
from storage.deliveries import Chat, Delivery, DeliveryState, DeliveryStore, NewDelivery
from storage.duties import SENDER, Duties
from storage.leases import LeaseStore
from storage.links import Link, LinkStore
from storage.vault import Vault
from storage.workers import WorkerStore

NOON = 1_785_553_200.0  # in Seoul, on a Saturday in August
MINJI, JUNHO = 1, 2
CARD = Text(text="까치가 왔어요", link=WebLink(web_url="https://example.com")).template_object()
ALL_SCOPES = frozenset({"profile_nickname", "talk_message", "friends"})
VAULT = Vault([b"k" * 32])
PLENTY = KakaoLimits(app=10_000, sender=10_000, recipient=10_000, pair=10_000)


@dataclass
class Clock:
    """A clock that moves only when told."""

    at: float = NOON

    def __call__(self) -> float:
        return self.at


async def composed_of_nothing(row: Delivery) -> Message:
    """Make the message of what was found, where nothing is."""
    raise AssertionError(row)


def card(text: str) -> dict[str, object]:
    """Return a card that says this."""
    return CARD | {"text": text}


SENDING = Duties(frozenset({SENDER}))


class RestingSender(Sender):
    """A sender that says when it has nothing to do at this moment of the clock."""

    pauses: asyncio.Event

    async def run(self) -> None:
        self.pauses = asyncio.Event()
        await super().run()

    async def rest(self) -> None:
        """Wait until all is done that can be at this moment of the clock."""
        work = self._signals.work
        async with asyncio.timeout(30):
            while work.is_set() or self._busy or not self.pauses.is_set():  # noqa: ASYNC110 - of three
                await asyncio.sleep(0.002)

    async def _pause(self, seconds: float) -> None:
        self.pauses.set()
        await super()._pause(seconds)
        self.pauses.clear()


@dataclass
class World:
    """A linked member, her friends, and everything between her and KakaoTalk."""

    kakao: LocalKakao
    database: Database
    links: Links
    client: KakaoClient
    clock: Clock
    broken: list[int] = field(default_factory=list)

    limits: KakaoLimits = PLENTY
    starts: int = 0

    def __post_init__(self) -> None:
        self.store, self.leases = DeliveryStore(self.database), LeaseStore(self.database)
        self.begin_anew()

    def begin_anew(
        self,
        *,
        client: KakaoClient | None = None,
        concurrency: int = 32,
        compose: Compose = composed_of_nothing,
        prepare: Prepare = as_it_is,
        patience: float = PATIENCE,
    ) -> None:
        """Be a process that has just started on this database."""
        self.changes, self.alarms = OutboxSignals(), Alarms()
        # No two processes make the same ids.
        self.starts += 1
        random = Random(6 + self.starts)
        self.allowance = Allowance(AllowanceStore(self.database), self.limits, now=self.clock)
        self.deliveries = Outbox(
            self.store, self.changes, now=self.clock, random=random, patience=patience
        )
        self.links.on_deliveries_changed[:] = [self.changes.changed]
        self.worker = Worker(
            WorkerStore(self.database), now=self.clock, random=random, duties=SENDING
        )
        self.sender = RestingSender(
            self.store,
            self.allowance,
            Attempts(
                self.links,
                client or self.client,
                self.changes,
                self.worker,
                now=self.clock,
                compose=compose,
                prepare=prepare,
                calls=concurrency,
            ),
            FollowUps(self.store, self.links, self.changes),
            self.changes,
            leases=self.leases,
            now=self.clock,
            random=random,
            alarms=self.alarms,
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.sender.run())
        try:
            yield
        finally:
            await self.sender.stop()
            await task

    async def link(
        self,
        name: str = "민지",
        member_id: int = MINJI,
        scopes: frozenset[str] = ALL_SCOPES,
    ) -> None:
        """Let a member link their account, or do so again."""
        account = self.kakao.account(name)
        self.kakao.connect(account, scopes)
        grant = self.kakao.open_grant(account, scopes)
        link = Link(
            member_id=member_id,
            kakao_id=account.id,
            nickname=name,
            scopes=scopes,
            access_token=self.kakao.issue_access_token(grant),
            access_expires_at=self.clock() + 6 * HOUR,
            refresh_token=grant.refresh_token,
            refresh_expires_at=self.clock() + 60 * DAY,
            locale="ko",
            linked_at=self.clock(),
        )
        await self.links.keep(link, same_account=False, is_proven=True)

    async def hear(self, member_id: int, _locale: Locale) -> None:
        """Note that a member was told to link again."""
        self.broken.append(member_id)

    async def to_me(self, card: dict[str, object] = CARD, member_id: int = MINJI) -> str:
        return await self.deliveries.accept([NewDelivery(member_id, Chat.ME, card)])

    async def to_friends(
        self, *names: str, member_id: int = MINJI, card: dict[str, object] = CARD
    ) -> str:
        return await self.deliveries.accept([self.row(name, member_id, card) for name in names])

    def row(self, name: str, member_id: int = MINJI, card: dict[str, object] = CARD) -> NewDelivery:
        uuid = self.kakao.account(name).uuid
        return NewDelivery(member_id, Chat.FRIEND, card, friend_uuid=uuid, friend_name=name)

    async def settled(self, forward_id: str, member_id: int = MINJI) -> list[Delivery]:
        """Wait until nothing happens any more at this moment of the clock."""
        for _ in range(10):
            rows = await self.deliveries.settle(forward_id, member_id, timeout=1)
            if not any(is_moving(row, self.clock()) for row in rows):
                return rows
        raise AssertionError(rows)

    async def only(self, forward_id: str, member_id: int = MINJI) -> Delivery:
        [row] = await self.settled(forward_id, member_id)
        return row

    async def named(self, forward_id: str) -> dict[str, tuple[str, str | None]]:
        """State and reason for each friend."""
        rows = await self.settled(forward_id)
        return {row.friend_name or "": (row.state, row.reason) for row in rows}

    async def one_send(self) -> None:
        """Wait until a send has come to Kakao; the answer may take longer."""
        for _ in range(500):
            if self.sends():
                return
            await asyncio.sleep(0.01)
        raise AssertionError("nothing was sent")

    def let_pass(self, seconds: float) -> None:
        self.clock.at += seconds
        self.changes.work.set()

    async def pass_by(self, seconds: float, step: float = 2.0) -> None:
        """Let time pass in steps, in each of which all is done that can be."""
        for _ in range(round(seconds / step)):
            self.let_pass(step)
            await self.sender.rest()

    def account(self, name: str = "민지") -> Account:
        return self.kakao.account(name)

    def sends(self) -> int:
        return sum(request.path.endswith("/send") for request in self.kakao.requests)

    def arrived(self) -> Counter[tuple[str, str]]:
        """How often each text came to whom."""
        return Counter(
            (message.template["text"], message.receiver.name) for message in self.kakao.outbox
        )

    def readers(self) -> list[str]:
        """Who got something, in the order of arrival."""
        return [message.receiver.name for message in self.kakao.outbox]


def is_moving(row: Delivery, now: float) -> bool:
    due = row.state is DeliveryState.QUEUED and row.next_try_at <= now
    return due or row.state is DeliveryState.SENDING


@asynccontextmanager
async def opened(
    kakao: LocalKakao,
    kakao_url: str,
    folder: Path,
    clock: Clock,
    limits: KakaoLimits = PLENTY,
    *,
    read: float = 10.0,
    exclusive: bool = True,
    url: str = "",
) -> AsyncIterator[World]:
    """Open everything, on the database in a folder or another; Kakao has so long to answer."""
    url = url or f"sqlite+aiosqlite:///{folder}/kkachi.db"
    async with (
        open_database(url, exclusive=exclusive) as database,
        open_http(read=read) as http,
    ):
        key, secret = kakao.app.rest_api_key, kakao.app.client_secret
        client = KakaoClient(http, KakaoApp(key, secret, "https://kkachi", kakao_url, kakao_url))
        links = Links(LinkStore(database, VAULT), client, now=clock)
        world = World(kakao, database, links, client, clock, limits=limits)
        links.on_broken.append(world.hear)
        yield world


@asynccontextmanager
async def open_outbox(
    folder: Path, limits: KakaoLimits = PLENTY, *, read: float = 10.0, url: str = ""
) -> AsyncIterator[World]:
    """Open a world with a local Kakao of its own, in which the member is linked."""
    clock = Clock()
    kakao = LocalKakao(add_people, now=clock, random=Random(1))
    async with (
        kakao.serve(),
        opened(kakao, kakao.url, folder, clock, limits, read=read, url=url) as world,
    ):
        await world.link()
        yield world
