"""How fast deliveries go out, from a member's id to the recorded result: Kkachi against PyKakao.

Both sides look up the member's token in SQLite, send a feed card to "Me" and commit the result.
PyKakao sends one at a time, so a thread stands for each sender.
"""

import asyncio
import base64
import contextlib
import io
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from PyKakao import Message

from benchmarks.measure import compare
from benchmarks.server import answering
from bot.app import at_work, open_services
from bot.config import Config
from bot.kakao import Button, Content, Feed, Link
from bot.services.deliveries.outbox import Outbox
from storage.database import open_database
from storage.deliveries import Chat, DeliveryState, NewDelivery
from storage.links import Link as KakaoLink
from storage.links import LinkStore
from storage.vault import Vault

SENDERS = (1, 50)
MEMBERS = 50
ADDRESS = Link(web_url="https://kkachi.example.com/m/1")
CARD = Feed(
    content=Content(title="#공지 · 까치 마을", description="민지: 토요일 밤 9시예요", link=ADDRESS),
    buttons=(Button(title="원문 보기", link=ADDRESS),),
).stored()
Side = Callable[[], Awaitable[int]]


def sends(senders: int) -> int:
    """Return how many deliveries one round takes."""
    return 20 if senders == 1 else 200


@contextlib.asynccontextmanager
async def kkachi(folder: Path, url: str) -> AsyncIterator[Callable[[int], Side]]:
    """Run Kkachi's outbox with linked members; yields what makes a side of a comparison."""
    config = _config(f"sqlite+aiosqlite:///{folder / 'data' / 'ours.db'}", url)
    async with open_database(config.database_url) as database:
        links = LinkStore(database, Vault(config.raw_token_keys))
        for member_id in range(MEMBERS):
            await links.put(_link(member_id))
    async with open_services(config) as services, at_work(services):
        yield lambda senders: _ours(services.deliveries, senders)


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


def _ours(deliveries: Outbox, senders: int) -> Side:
    async def sender(member_id: int) -> None:
        for _ in range(sends(senders) // senders):
            row = NewDelivery(member_id=member_id, chat=Chat.ME, card=CARD)
            [sent] = await deliveries.send([row])
            if sent.state is not DeliveryState.SENT:
                raise RuntimeError(f"not sent: {sent.reason}")

    async def run() -> int:
        await asyncio.gather(*(sender(member_id) for member_id in range(senders)))
        return sends(senders)

    return run


def _open_theirs(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE members (id INTEGER PRIMARY KEY, token TEXT)")
        database.execute("CREATE TABLE sends (member_id INTEGER, card TEXT, result TEXT)")
        for member_id in range(MEMBERS):
            token = f"access-token-of-member-{member_id:020}"
            database.execute("INSERT INTO members VALUES (?, ?)", (member_id, token))


def _theirs(path: Path, url: str, senders: int) -> Side:
    """PyKakao as its documentation shows it, one client for each member."""
    content = dict(CARD["content"])

    def sender(member_id: int) -> None:
        with contextlib.closing(sqlite3.connect(path, timeout=60)) as database:
            database.execute("PRAGMA synchronous = FULL")
            for _ in range(sends(senders) // senders):
                _send_and_record(database, member_id)

    def _send_and_record(database: sqlite3.Connection, member_id: int) -> None:
        query = "SELECT token FROM members WHERE id = ?"
        [token] = database.execute(query, (member_id,)).fetchone()
        client: Any = Message(service_key="key")
        client.url_message_me = f"{url}/v2/api/talk/memo/default/send"
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
        return sends(senders)

    async def run() -> int:
        return await asyncio.to_thread(work)

    return run


async def main() -> None:
    """Compare both at one and at fifty senders, with a quick and with a slow server."""
    for wait, title in ((0.0, "a server that answers at once"), (0.05, "one that takes 50 ms")):
        async with answering(wait) as url:
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                _open_theirs(folder / "theirs.db")
                async with kkachi(folder, url) as ours:
                    for senders in SENDERS:
                        await compare(
                            f"Deliveries, {senders} sending at once, {title}",
                            "deliveries",
                            {
                                "Kkachi": ours(senders),
                                "PyKakao": _theirs(folder / "theirs.db", url, senders),
                            },
                        )
