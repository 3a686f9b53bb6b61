"""Everything that writes calendars, with a local Kakao and a Discord that is made up."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.app import kakao_app
from bot.config import Config
from bot.errors import DiscordAway
from bot.kakao import KakaoClient, open_http
from bot.pictures import open_pictures
from bot.services.clock import Patience
from bot.services.messages.events import EventFacts, ServerEvent
from bot.services.services import Services
from bot.wiring import build_services
from sandbox.demo.people import add_people
from sandbox.kakao import Account, LocalKakao
from sandbox.kakao.calendars import CalendarEvent as InCalendar
from storage.calendar_events import CalendarEvent
from storage.database import Database, open_database
from storage.links import Link, LinkStore
from storage.subscriptions import SubscriptionKind
from storage.vault import Vault
from tests.support.outbox import MINJI, NOON, Clock
from tests.support.watching import DAY, GUILD, ROOM, FakeReader
from tests.support.world import TOKEN_KEY

SCOPES = frozenset({"profile_nickname", "talk_message", "talk_calendar"})
HOUR = 3600.0
RAID = 501
START = NOON - NOON % 300 + 3 * HOUR


@dataclass
class FakePlan:
    """What is planned on Discord; it cannot be asked while it is `away`."""

    events: dict[int, ServerEvent] = field(default_factory=dict)
    marked: dict[int, set[int]] = field(default_factory=dict)
    off: set[int] = field(default_factory=set)
    away: bool = False

    def servers(self) -> Iterable[int]:
        return [GUILD]

    def upcoming(self) -> Iterable[ServerEvent]:
        return [] if self.away else list(self.events.values())

    async def interested(self, guild_id: int, event_id: int) -> frozenset[int]:
        del guild_id
        if self.away:
            raise DiscordAway
        return frozenset(self.marked.get(event_id, ()))

    def is_off(self, guild_id: int, event_id: int, channel_id: int | None) -> bool:
        del guild_id, channel_id
        if self.away:
            raise DiscordAway
        return event_id in self.off


@dataclass
class CalendarWorld:
    """The services, both sides, and what happens there."""

    services: Services
    kakao: LocalKakao
    discord: FakePlan
    reader: FakeReader
    clock: Clock
    database: Database

    @property
    def minji(self) -> Account:
        return self.kakao.account("민지")

    @property
    def shown(self) -> list[InCalendar]:
        """What 민지 sees in the calendar."""
        return list(self.kakao.calendars.of(self.minji).events.values())

    @property
    def titles(self) -> list[str]:
        return sorted(one.title for one in self.shown)

    def plan(self, title: str = "레이드", number: int = RAID, **facts: object) -> ServerEvent:
        """Put an event into Discord's plan, or change it there."""
        known = {"title": title, "guild": "까치 마을", "channel": "마실방", "event_id": number}
        event = ServerEvent(
            key=f"event:{number}",
            kind=SubscriptionKind.EVENT_SOON,
            guild_id=GUILD,
            at=self.clock(),
            facts=EventFacts.model_validate({"starts_at": START} | known | facts),
            channel_id=ROOM,
        )
        self.discord.events[number] = event
        return event

    def cancel(self, number: int = RAID) -> None:
        del self.discord.events[number]
        self.discord.off.add(number)

    async def put(self, event: ServerEvent | None = None) -> CalendarEvent:
        """Let 민지 press the button below an event."""
        event = event or self.plan()
        await self.services.calendar.put(MINJI, event, by_hand=True)
        await self.services.calendar_writer.write_due()
        return await self.row(event.facts.event_id or 0)

    async def subscribe(self, *, interested: bool = False) -> None:
        await self.services.subscriptions.add(
            MINJI, GUILD, SubscriptionKind.EVENT_NEW, calendar=True, interested_only=interested
        )

    async def follow(self) -> bool:
        """Compare with what is planned, and write what is due."""
        is_known = await self.services.calendar_plans.compare()
        await self.services.calendar_writer.write_due()
        return is_known

    async def row(self, number: int = RAID) -> CalendarEvent:
        found = await self.services.calendar.find(MINJI, number)
        assert found is not None
        return found

    def calls(self, path: str) -> int:
        return sum(one.path.endswith(path) for one in self.kakao.requests)

    async def link(self, scopes: frozenset[str] = SCOPES) -> None:
        token = self.kakao.token_for(self.minji, scopes)
        link = replace(_link(self.minji, token), scopes=scopes)
        await LinkStore(self.database, Vault(_config(self.kakao).raw_token_keys)).put(link)


def _link(account: Account, token: str) -> Link:
    return Link(
        member_id=MINJI,
        kakao_id=account.id,
        nickname=account.name,
        scopes=SCOPES,
        access_token=token,
        access_expires_at=NOON + DAY,
        refresh_token=account.grants[-1].refresh_token,
        refresh_expires_at=NOON + 60 * DAY,
        locale="ko",
        linked_at=NOON,
    )


def _config(kakao: LocalKakao) -> Config:
    return Config(
        _env_file=None,
        discord_token="token",
        kakao_rest_api_key=kakao.app.rest_api_key,
        kakao_client_secret=kakao.app.client_secret,
        kakao_auth_url=kakao.url,
        kakao_api_url=kakao.url,
        public_url="https://kkachi.example",
        token_keys=TOKEN_KEY,
        kakao_calendar=True,
    )


@asynccontextmanager
async def open_calendar(folder: Path) -> AsyncIterator[CalendarWorld]:
    """Open the services on a database in a folder; 민지 is linked and has agreed."""
    clock, reader, plan = Clock(), FakeReader(), FakePlan()
    kakao = LocalKakao(add_people, now=clock)
    kakao.switches.rest_access_ttl = 90 * int(DAY)
    kakao.offer_calendar()
    kakao.calendar_members_only(on=False)
    async with (
        kakao.serve(),
        open_database(f"sqlite+aiosqlite:///{folder}/kkachi.db") as database,
        open_http() as http,
        open_pictures("http://127.0.0.1:9") as pictures,
    ):
        config = _config(kakao)
        client = KakaoClient(http, kakao_app(config))
        patience = Patience(first=2.0)
        services = build_services(config, database, client, pictures, clock, patience=patience)
        services.sight.attach(reader)
        services.calendar_plans.attach(plan)
        world = CalendarWorld(services, kakao, plan, reader, clock, database)
        await world.link()
        yield world
