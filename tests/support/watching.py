"""Everything that watches for a member, with a Discord that is made up and a clock that stands."""

import base64
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from bot.app import kakao_app
from bot.config import Config
from bot.errors import DiscordAway, NothingLeft
from bot.kakao import KakaoClient, Message, open_http
from bot.pictures import open_pictures
from bot.services.clock import PATIENCE, Patience
from bot.services.highlights.gates import Verdict
from bot.services.messages.models import Author, Body, Highlight, Part, Seen, Source
from bot.services.services import Services
from bot.wiring import build_services
from storage.database import Database, open_database
from storage.deliveries import OF_HITS, Chat, Delivery, DeliveryStore, NewDelivery
from storage.hits import HitStore
from storage.links import Link, LinkStore
from storage.rules import Rule, RuleKind
from storage.vault import Vault
from tests.support.outbox import ALL_SCOPES, MINJI, NOON, Clock
from tests.support.world import TOKEN_KEY

JUNHO = 2
GUILD, ROOM, THREAD, CATEGORY = 7, 70, 71, 700
ROLE = 77
DAY = 24 * 3600.0
NOWHERE = "http://127.0.0.1:9"


@dataclass
class FakeReader:
    """What can be seen of Discord; everything unless a test takes it away.

    While it is not `ready` it cannot be asked, and never about servers that are `out`.
    """

    hidden: set[int] = field(default_factory=set)
    role_ids: dict[int, frozenset[int] | None] = field(default_factory=dict)
    managers: set[int] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)
    servers: set[int] = field(default_factory=lambda: {GUILD})
    ready: bool = True
    out: set[int] = field(default_factory=set)
    messages: dict[Source, Seen] = field(default_factory=dict)
    past: list[Seen] = field(default_factory=list)

    async def reads(self, member_id: int, guild_id: int, channel_id: int) -> bool:
        del member_id
        self._ask(guild_id)
        return channel_id not in self.hidden

    async def roles(
        self, member_id: int, guild_id: int, *, now: bool = False
    ) -> frozenset[int] | None:
        del now
        self._ask(guild_id)
        return self.role_ids.get(member_id, frozenset())

    async def places(
        self, guild_id: int, channel_id: int
    ) -> tuple[int, int | None, int | None] | None:
        self._ask(guild_id)
        return channel_id, None, CATEGORY

    async def manages(self, member_id: int, guild_id: int) -> bool:
        self._ask(guild_id)
        return member_id in self.managers

    async def is_in(self, guild_id: int) -> bool:
        self._ask(guild_id)
        return guild_id in self.servers

    def guilds(self) -> Sequence[int]:
        self._ask()
        return sorted(self.servers)

    async def belongs(self, member_id: int, guild_id: int) -> bool:
        self._ask(guild_id)
        return member_id not in self.gone

    async def usernames(self, guild_id: int, member_ids: Collection[int]) -> Mapping[int, str]:
        self._ask(guild_id)
        here = [one for one in member_ids if guild_id in self.servers and one not in self.gone]
        return {one: f"user{one}" for one in here}

    async def highlights(
        self, member_id: int, sources: Sequence[Source]
    ) -> Mapping[Source, Highlight]:
        del member_id
        self._ask(*(one.guild_id or 0 for one in sources))
        here = [self.messages[one] for one in sources if one in self.messages]
        return {seen.source: highlight(seen) for seen in here}

    async def before(self, member_id: int, source: Source, count: int) -> Sequence[Highlight]:
        del member_id
        self._ask(source.guild_id or 0)
        earlier = [one for one in self.past if one.source.message_id < source.message_id]
        return [highlight(one) for one in earlier[-count:]]

    async def author(self, source: Source) -> Author | None:
        self._ask(source.guild_id or 0)
        return self.messages[source].author if source in self.messages else None

    def rooms(self, guild_id: int, after: int) -> Sequence[int]:
        self._ask(guild_id)
        newer = [one for one in self.past if one.source.message_id > after]
        return sorted({one.source.channel_id for one in newer if one.guild_id == guild_id})

    async def history(self, guild_id: int, channel_id: int, after: int) -> AsyncIterator[Seen]:
        for seen in list(self.past):
            self._ask(guild_id)
            here = seen.guild_id == guild_id and seen.source.channel_id == channel_id
            if here and seen.source.message_id > after:
                yield seen

    def has_content(self, guild_id: int) -> bool:
        return guild_id == GUILD

    def _ask(self, *guild_ids: int) -> None:
        if not self.ready or not self.out.isdisjoint(guild_ids):
            raise DiscordAway


def highlight(seen: Seen) -> Highlight:
    """Return a message as it would be carried."""
    return Highlight(seen, guild="guild", channel="room")


@dataclass
class HighlightsWorld:
    """The services, what they look at, and what a test does there."""

    services: Services
    glass: FakeReader
    clock: Clock
    database: Database
    numbers: "count[int]" = field(default_factory=lambda: count(1_000))

    def message(
        self, text: str = "공지가 있어요", *, channel: int = ROOM, author_id: int = JUNHO,
        category_id: int = CATEGORY, is_bot: bool = False, others: Sequence[Part] = (),
        author_role_ids: frozenset[int] | None = None,
        **about: Any,  # noqa: ANN401 - the other fields of Seen
    ) -> Seen:  # fmt: skip
        """Write a message."""
        source = Source(GUILD, channel, next(self.numbers))
        author = Author(author_id, f"member {author_id}", is_bot, author_role_ids)
        parts = (*others, Part(Body(text), author=author))
        seen = Seen(source, author, parts, self.clock(), category_id=category_id, **about)
        self.glass.messages[source] = seen
        self.glass.past.append(seen)
        return seen

    def edit(self, seen: Seen, text: str | None = None, **about: Any) -> Seen:  # noqa: ANN401 - the fields of Seen
        """Change a message."""
        if text is not None:
            *others, said = seen.parts
            about["parts"] = (*others, replace(said, body=replace(said.body, text=text)))
        changed = self.glass.messages[seen.source] = replace(seen, **about)
        return changed

    async def rule(
        self, text: str = "공지", kind: RuleKind = RuleKind.WORD, **options: object
    ) -> Rule:
        return await self.services.rules.add(MINJI, GUILD, kind, text, **options)

    async def link(self, member_id: int, account: int | None = None) -> None:
        """Link a member's own account, or another one."""
        link = replace(link_of_member(member_id), kakao_id=account or member_id)
        await LinkStore(self.database, Vault([base64.b64decode(TOKEN_KEY)])).put(link)

    async def filter(self, **values: object) -> None:
        rules = self.services.rules
        before = await rules.filter(MINJI, GUILD)
        await rules.set_filter(MINJI, GUILD, before.changed(**values))

    async def admin(self, **values: object) -> None:
        """Change the server's settings."""
        version, _ = await self.services.settings.version_of(GUILD)
        await self.services.settings.change(GUILD, 99, version, **values)

    async def found(self, seen: Seen) -> bool:
        """Let the watch see a message, and tell whether it became a hit."""
        await self.services.watch.see(seen)
        return await self.services.watch.found(MINJI, seen) is not None

    async def card(self) -> Message:
        """Make the card of all that waits for 민지; raises NothingLeft."""
        return await self.services.digests.compose(await self.taken())

    async def taken(self) -> Delivery:
        """Let all that waits for 민지 be on its way."""
        hits, deliveries = HitStore(self.database), DeliveryStore(self.database)
        ids = [hit.id for hit in await hits.waiting(MINJI)]
        row = NewDelivery(MINJI, Chat.ME, OF_HITS)
        forward_id = await hits.take(ids, row, self.clock())
        [taken] = await deliveries.of_forward(forward_id or "", MINJI)
        return taken

    async def stopped(self, occasion: str) -> str | None:
        """Let what waits for 민지 go out; return the gate that stops one of it, None for none."""
        with suppress(NothingLeft):
            await self.card()
        hit = await HitStore(self.database).of_occasion(MINJI, occasion)
        assert hit is not None
        return hit.reason

    async def why(self, seen: Seen) -> dict[str, str]:
        """Return what each gate says."""
        verdicts = [one async for one in self.services.watch.explain(MINJI, seen)]
        return {one.gate: one.outcome for one in verdicts}

    async def verdict(self, seen: Seen, gate: str) -> Verdict:
        verdicts = [one async for one in self.services.watch.explain(MINJI, seen)]
        return next(one for one in verdicts if one.gate == gate)


@cache
def config_of(app_daily: int) -> Config:
    """Return the settings, which take longer to read than the services to build."""
    return Config(
        _env_file=None,
        discord_token="token",
        kakao_rest_api_key="key",
        kakao_client_secret="secret",
        kakao_auth_url=NOWHERE,
        kakao_api_url=NOWHERE,
        public_url="https://kkachi.example",
        token_keys=TOKEN_KEY,
        kakao_app_daily=app_daily,
    )


@asynccontextmanager
async def open_tower(
    folder: Path, patience: Patience = PATIENCE, *, url: str = "", app_daily: int = 30_000
) -> AsyncIterator[HighlightsWorld]:
    """Open the services on the database in a folder, or another; 민지 is linked, and Kakao away."""
    clock, glass = Clock(), FakeReader()
    config = config_of(app_daily)
    url = url or f"sqlite+aiosqlite:///{folder}/kkachi.db"
    async with (
        open_database(url) as database,
        open_http() as http,
        open_pictures(config.discord_cdn_url) as pictures,
    ):
        kakao = KakaoClient(http, kakao_app(config))
        services = build_services(config, database, kakao, pictures, clock, patience=patience)
        services.sight.attach(glass)
        tower = HighlightsWorld(services, glass, clock, database)
        await tower.link(MINJI)
        yield tower


def link_of_member(member_id: int) -> Link:
    """Return a link of a member with an account of the same number."""
    return Link(
        member_id=member_id,
        kakao_id=member_id,
        nickname="민지",
        scopes=ALL_SCOPES,
        access_token="access",
        access_expires_at=NOON + DAY,
        refresh_token="refresh",
        refresh_expires_at=NOON + 60 * DAY,
        locale="ko",
        linked_at=NOON,
    )
