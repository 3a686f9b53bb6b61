"""How fast deliveries go out, from a member's id to the recorded result: Kkachi against PyKakao.

Both look up the member's token in SQLite, send a feed card to "Me" and commit the result. PyKakao
sends one at a time, so a thread stands for each sender, with a client of its own that it keeps.
The floor is what no sender can do without: a bare POST over a connection that is kept open, and one
commit for all results that wait. It looks nothing up, and what it was sending is lost by a kill.
"""

import asyncio
import base64
import contextlib
import importlib
import importlib.util
import io
import json
import sqlite3
import ssl
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import aiosqlite

from benchmarks.card import CARD
from benchmarks.measure import Side, compare
from benchmarks.server import WAITS, answering
from bot.app import at_work, open_services
from bot.config import Config
from bot.services.deliveries.outbox import Outbox
from storage.database import open_database
from storage.deliveries import UNDER_WAY, Chat, DeliveryState, NewDelivery
from storage.links import Link as KakaoLink
from storage.links import LinkStore
from storage.vault import Vault

# A member reads after three seconds that it goes on; here it is waited for to the end.
LONGEST = 60.0
OTHER = "PyKakao"


@dataclass(frozen=True)
class Size:
    """How much is measured: members who send at once, and what each of them sends in a round."""

    senders: tuple[tuple[int, int], ...] = ((1, 20), (50, 4), (200, 1))
    waits: tuple[float, ...] = tuple(WAITS)
    rounds: int = 5

    @property
    def members(self) -> int:
        """How many there have to be."""
        return max(senders for senders, _ in self.senders)


FULL, BRIEF = Size(), Size(senders=((1, 1), (2, 1)), waits=(0.0,), rounds=1)


@contextlib.asynccontextmanager
async def kkachi(folder: Path, url: str, members: int) -> AsyncIterator[Callable[[int, int], Side]]:
    """Run Kkachi's outbox with linked members; yields what makes a side of a comparison."""
    config = _config(f"sqlite+aiosqlite:///{folder / 'data' / 'ours.db'}", url)
    async with open_database(config.database_url) as database:
        links = LinkStore(database, Vault(config.raw_token_keys))
        for member_id in range(members):
            await links.put(_link(member_id))
    async with open_services(config) as services, at_work(services):
        yield lambda senders, each: _ours(services.deliveries, senders, each)


def _config(database_url: str, kakao_url: str) -> Config:
    """Return settings that allow as much as there is to send."""
    plenty = 10**9
    values: dict[str, object] = {
        "discord_token": "none",
        "kakao_rest_api_key": "key",
        "kakao_client_secret": "secret",
        "kakao_auth_url": kakao_url,
        "kakao_api_url": kakao_url,
        "kakao_app_daily": plenty,
        "kakao_sender_daily": plenty,
        "kakao_recipient_daily": plenty,
        "kakao_pair_daily": plenty,
        "public_url": "https://kkachi.example.com",
        "database_url": database_url,
        "token_keys": base64.b64encode(bytes(32)).decode(),
    }
    return Config.model_validate(values)


def _link(member_id: int) -> KakaoLink:
    return KakaoLink(
        member_id=member_id,
        kakao_id=member_id,
        nickname="민지",
        scopes=frozenset({"talk_message"}),
        access_token=f"access-token-of-member-{member_id:020}",
        access_expires_at=time.time() + 9_999,
        refresh_token=f"refresh-token-of-member-{member_id:020}",
        refresh_expires_at=time.time() + 999_999,
        locale="ko",
        linked_at=time.time(),
    )


def _ours(deliveries: Outbox, senders: int, each: int) -> Side:
    async def sender(member_id: int) -> None:
        for _ in range(each):
            row = NewDelivery(member_id=member_id, chat=Chat.ME, card=CARD)
            [sent] = await deliveries.send([row])
            if sent.state in UNDER_WAY:
                [sent] = await deliveries.settle(sent.forward_id, member_id, timeout=LONGEST)
            if sent.state is not DeliveryState.SENT:
                raise RuntimeError(f"not sent: {sent.reason}")

    async def run() -> int:
        await asyncio.gather(*(sender(member_id) for member_id in range(senders)))
        return senders * each

    return run


def _open_theirs(path: Path, members: int) -> None:
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE members (id INTEGER PRIMARY KEY, token TEXT)")
        database.execute("CREATE TABLE sends (member_id INTEGER, card TEXT, result TEXT)")
        for member_id in range(members):
            token = f"access-token-of-member-{member_id:020}"
            database.execute("INSERT INTO members VALUES (?, ?)", (member_id, token))


def _theirs(path: Path, url: str, senders: int, each: int) -> Side:
    """PyKakao as its documentation shows it, one client for each member."""
    message = importlib.import_module(OTHER).Message
    content = dict(CARD["content"])

    def sender(member_id: int) -> None:
        client: Any = message(service_key="key")
        client.url_message_me = f"{url}/v2/api/talk/memo/default/send"
        with contextlib.closing(sqlite3.connect(path, timeout=60)) as database:
            database.execute("PRAGMA synchronous = FULL")
            for _ in range(each):
                _send_and_record(database, client, member_id)

    def _send_and_record(database: sqlite3.Connection, client: Any, member_id: int) -> None:  # noqa: ANN401 - not typed
        query = "SELECT token FROM members WHERE id = ?"
        [token] = database.execute(query, (member_id,)).fetchone()
        client.set_access_token(token)
        answer = client.send_message_to_me(
            message_type="feed", content=content, buttons=CARD["buttons"]
        )
        with database:
            database.execute("INSERT INTO sends VALUES (?, ?, ?)", (member_id, "", str(answer)))

    def work() -> int:
        # It reports every step on standard output.
        with contextlib.redirect_stdout(io.StringIO()), ThreadPoolExecutor(senders) as pool:
            list(pool.map(sender, range(senders)))
        return senders * each

    async def run() -> int:
        return await asyncio.to_thread(work)

    return run


class Floor:
    """Results that wait are committed together, and nothing else is done."""

    def __init__(self, http: aiohttp.ClientSession, database: aiosqlite.Connection) -> None:
        self._http, self._database = http, database
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []
        self._arrived = asyncio.Event()

    async def commit(self) -> None:
        """Commit until cancelled."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            group, self._waiting = self._waiting, []
            rows = [(member_id, "", "{}") for member_id, _ in group]
            await self._database.executemany("INSERT INTO sends VALUES (?, ?, ?)", rows)
            await self._database.commit()
            for _, done in group:
                done.set_result(None)

    async def send(self, url: str, member_id: int) -> None:
        """Send a card and have it recorded."""
        headers = {"Authorization": f"Bearer access-token-of-member-{member_id:020}"}
        form = {"template_object": json.dumps(CARD)}
        async with self._http.post(url, headers=headers, data=form) as answer:
            await answer.json()
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((member_id, done))
        self._arrived.set()
        await done

    def side(self, url: str, senders: int, each: int) -> Side:
        """Return a side of a comparison."""

        async def sender(member_id: int) -> None:
            for _ in range(each):
                await self.send(url, member_id)

        async def run() -> int:
            await asyncio.gather(*(sender(member_id) for member_id in range(senders)))
            return senders * each

        return run


@contextlib.asynccontextmanager
async def floor(path: Path) -> AsyncIterator[Floor]:
    """Open what the floor stands on."""
    # Made here: aiohttp's own knows nothing of the certificate that `answering` has just made.
    connector = aiohttp.TCPConnector(limit=0, ssl=ssl.create_default_context())
    async with (
        aiohttp.ClientSession(connector=connector) as http,
        aiosqlite.connect(path) as database,
    ):
        await database.execute("PRAGMA synchronous = FULL")
        bare = Floor(http, database)
        committing = asyncio.create_task(bare.commit())
        yield bare
        committing.cancel()


def _has_other() -> bool:
    return importlib.util.find_spec(OTHER) is not None


async def _compare(folder: Path, url: str, title: str, size: Size) -> None:
    theirs, bare = folder / "theirs.db", folder / "floor.db"
    for path in (theirs, bare):
        _open_theirs(path, size.members)
    async with kkachi(folder, url, size.members) as ours, floor(bare) as least:
        for senders, each in size.senders:
            sides = {"Kkachi": ours(senders, each)}
            if _has_other():
                sides[OTHER] = _theirs(theirs, url, senders, each)
            sides["the floor"] = least.side(f"{url}/send", senders, each)
            heading = f"Deliveries, {senders} sending at once, {title}"
            await compare(heading, "deliveries", sides, size.rounds)


async def main(size: Size) -> None:
    """Compare all at few and many senders, with a quick and with a slow server."""
    if not _has_other():
        print(f"\n{OTHER} is not installed, so it is left out; make bench installs it")
    for wait in size.waits:
        with tempfile.TemporaryDirectory() as folder:
            async with answering(wait) as url:
                await _compare(Path(folder), url, WAITS[wait], size)
