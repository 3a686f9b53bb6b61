"""What Kkachi adds to each message that Discord tells of, beside what discord.py spends on it.

Nobody's rule is met: so it is with nearly all messages there are.
"""

import asyncio
import base64
import gc
import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import discord
from discord.ext import commands

from benchmarks.matching import messages_of, some_rules
from benchmarks.measure import judge
from bot.app import open_services
from bot.config import Config
from bot.discord.plugin import attach
from bot.services.services import Services

TURNS = 4  # of the loop, until the handlers are done
SETTLING_SECONDS = 0.5
GUILD, ROOM, OWNER, ROLE = 10**17, 2 * 10**17, 3 * 10**17, 4 * 10**17
HELD = range(ROLE, ROLE + 3)  # the roles that everybody has
NOWHERE = "http://127.0.0.1:9"
MOST_TIMES = 1.5
SEED = 20261128


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    messages: int = 300
    rules: int = 200
    rounds: int = 60


FULL, BRIEF = Size(), Size(messages=10, rules=5, rounds=1)


def _guild(number: int) -> dict[str, Any]:
    roles = [_role(number, 0), *(_role(one, place) for place, one in enumerate(HELD, 1))]
    room = {"id": str(number + ROOM), "type": 0, "name": "room", "position": 0}
    return {
        "id": str(number),
        "name": "guild",
        "owner_id": str(OWNER),
        "roles": roles,
        "channels": [room | {"permission_overwrites": [], "parent_id": None}],
        "members": [],
        "member_count": 5,
        "emojis": [],
        "stickers": [],
        "features": [],
    }


def _role(number: int, position: int) -> dict[str, Any]:
    looks = {"color": 0, "hoist": False, "managed": False, "mentionable": False}
    return looks | {"id": str(number), "name": "role", "permissions": "0", "position": position}


def _message(number: int, guild_id: int, text: str) -> dict[str, Any]:
    author_id = 5 * 10**17 + number % 500
    author = {"id": str(author_id), "username": "somebody", "discriminator": "0", "avatar": None}
    member = {"joined_at": "2026-01-01T00:00:00+00:00", "deaf": False, "mute": False}
    return {
        "id": str(9 * 10**17 + number),
        "type": 0,
        "channel_id": str(guild_id + ROOM),
        "guild_id": str(guild_id),
        "author": author | {"global_name": "Somebody"},
        "member": member | {"roles": [str(one) for one in HELD], "flags": 0, "nick": None},
        "content": text,
        "timestamp": "2026-11-28T10:00:00+00:00",
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "pinned": False,
        "flags": 0,
        "components": [],
    }


def _told(guild_id: int, count: int) -> list[dict[str, Any]]:
    texts = [one.text for one in messages_of(random.Random(SEED), count)]
    return [_message(number, guild_id, text) for number, text in enumerate(texts)]


class Deaf(commands.Bot):
    """Reads no commands in what people write, as Kkachi's own client."""

    async def on_message(self, message: discord.Message, /) -> None:
        """Do nothing."""


@asynccontextmanager
async def _a_bot() -> AsyncIterator[Deaf]:
    intents = discord.Intents(guilds=True, messages=True, message_content=True)
    cache = discord.MemberCacheFlags.none()
    bot = Deaf("!", intents=intents, member_cache_flags=cache, max_messages=None, help_command=None)
    async with bot:
        state = bot._connection  # noqa: SLF001 - there is no other way to tell a bot of an event
        for number in (GUILD, GUILD + 1):
            state._add_guild_from_data(_guild(number))  # type: ignore[arg-type] # noqa: SLF001 - raw, as above
        yield bot


async def _once(bot: Deaf, told: Sequence[dict[str, Any]]) -> float:
    """Return the microseconds of the processor for each message, until nothing is left to do."""
    parse = bot._connection.parsers["MESSAGE_CREATE"]  # noqa: SLF001 - as above
    gc.collect()
    started = time.process_time()
    for data in told:
        parse(data)
        for _ in range(TURNS):
            await asyncio.sleep(0)
    return (time.process_time() - started) / len(told) * 1e6


@asynccontextmanager
async def _services(folder: Path) -> AsyncIterator[Services]:
    config = Config(
        _env_file=None,
        discord_token="token",  # noqa: S106 - nobody is asked
        kakao_rest_api_key="key",
        kakao_client_secret="secret",  # noqa: S106 - as above
        kakao_auth_url=NOWHERE,
        kakao_api_url=NOWHERE,
        public_url="https://kkachi.example",
        token_keys=base64.b64encode(bytes(range(32))).decode(),
        database_url=f"sqlite+aiosqlite:///{folder}/kkachi.db",
        cogs="cogs.watch,cogs.events",
    )
    async with open_services(config) as services:
        yield services


async def _add_rules(services: Services, count: int) -> None:
    """Let members look for what nobody writes."""
    for rule in some_rules(random.Random(SEED), count):
        await services.rules.add(rule.member_id, GUILD, rule.kind, f"{rule.text}쀍")
    await asyncio.sleep(SETTLING_SECONDS)


async def _costs(folder: Path, size: Size) -> list[list[float]]:
    """Return of each round the costs without Kkachi, and with it in servers with and without rules.

    The rounds are many and short, so that whatever else a machine does meets all sides of one.
    """
    async with _services(folder) as services, _a_bot() as alone, _a_bot() as bot:
        await attach(bot, services)
        await bot.unload_extension("cogs.events")  # what happens in servers is another matter
        await _add_rules(services, size.rules)
        with_rules, without = (_told(guild_id, size.messages) for guild_id in (GUILD, GUILD + 1))
        sides = [(alone, with_rules), (bot, with_rules), (bot, without)]
        return [[await _once(*side) for side in sides] for _ in range(size.rounds)]


async def main(size: Size) -> None:
    """Compare; raises BoundsMissed."""
    with tempfile.TemporaryDirectory() as folder:
        rounds = await _costs(Path(folder), size)
    alone = statistics.median(one for one, _, _ in rounds)
    watched = statistics.median(watched - alone for alone, watched, _ in rounds)
    unwatched = statistics.median(unwatched - alone for alone, _, unwatched in rounds)
    times = statistics.median((watched - alone) / alone for alone, watched, _ in rounds)
    print("\nA message that meets no rule, in µs of the processor")
    print(f"  discord.py itself                   {alone:>7.1f}")
    print(f"  Kkachi adds, in a server with rules {watched:>7.1f}")
    print(f"  Kkachi adds, in one without         {unwatched:>7.1f}")
    print(f"  → {times:.2f} times as much as discord.py (at most {MOST_TIMES} wanted)")
    judge({"times": times > MOST_TIMES})
