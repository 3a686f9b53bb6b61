"""Members of a server, asked for over the gateway where several are wanted at the same moment."""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import discord

from bot.discord.failures import FAILURES
from bot.discord.guilds import is_limited
from bot.discord.limits import MEMBERS_ASKED_FOR
from bot.discord.plugin import AnyBot

_log = logging.getLogger(__name__)

QUIET_SECONDS = 0.01  # once nobody has joined for so long, it is asked
PAUSE_SECONDS = 60.0  # without the gateway, after it has left a question unanswered

Members = Mapping[int, discord.Member]


class MemberRequests:
    """Asks for up to a hundred members of a server in one request (opcode 8, by ids).

    Whoever the answer does not name may be a member all the same: it may have been cut short by a
    new session. Only HTTP says no, and one member alone is asked for there as well: the gateway
    takes 120 requests a minute. But discord.py lets such questions of one server wait for each
    other, so nobody is sent behind one that is under way.
    """

    def __init__(self, bot: AnyBot, seconds: float) -> None:
        self._bot = bot
        self._seconds = seconds
        # By server, who is asked for next, and the answer to come.
        self._next: dict[int, tuple[list[int], asyncio.Task[Members]]] = {}
        self._under_way: set[asyncio.Task[Members]] = set()
        self._by_http = Counter[int]()
        self._paused_until = 0.0

    async def find(self, guild: discord.Guild, member_id: int) -> discord.Member | None:
        """Return a member if the gateway names them; None when that says nothing."""
        ids, answer = self._next.get(guild.id) or self._begin(guild)
        ids.append(member_id)
        if len(ids) == MEMBERS_ASKED_FOR:
            del self._next[guild.id]
        # Whoever is cancelled does not cancel it for the others.
        return (await asyncio.shield(answer)).get(member_id)

    @contextmanager
    def by_http(self, guild_id: int) -> Iterator[None]:
        """Note that a member of a server is asked for by HTTP."""
        self._by_http[guild_id] += 1
        try:
            yield
        finally:
            self._by_http[guild_id] -= 1
            if not self._by_http[guild_id]:
                del self._by_http[guild_id]

    def _begin(self, guild: discord.Guild) -> tuple[list[int], asyncio.Task[Members]]:
        ids: list[int] = []
        answer = asyncio.create_task(self._gather(guild, ids))
        self._under_way.add(answer)
        answer.add_done_callback(self._under_way.discard)
        self._next[guild.id] = ids, answer
        return ids, answer

    async def _gather(self, guild: discord.Guild, ids: list[int]) -> Members:
        before = 0
        while before < len(ids) < MEMBERS_ASKED_FOR:
            before = len(ids)
            await asyncio.sleep(QUIET_SECONDS)
        if (following := self._next.get(guild.id)) is not None and following[0] is ids:
            del self._next[guild.id]
        is_alone = len(ids) == 1 and guild.id not in self._by_http
        if is_alone or self._is_paused or is_limited(self._bot, guild):
            return {}
        return {member.id: member for member in await self._asked(guild, ids)}

    @property
    def _is_paused(self) -> bool:
        return asyncio.get_running_loop().time() < self._paused_until

    async def _asked(self, guild: discord.Guild, ids: list[int]) -> Sequence[discord.Member]:
        try:
            async with asyncio.timeout(self._seconds):
                return await guild.query_members(user_ids=ids, limit=len(ids), cache=False)
        except TimeoutError:
            _log.warning("the gateway leaves a question for members unanswered; HTTP is asked")
            self._paused_until = asyncio.get_running_loop().time() + PAUSE_SECONDS
            _forget_unanswered(guild)
        except (*FAILURES, discord.DiscordException) as error:
            _log.warning("the gateway was not asked for members: %s", type(error).__name__)
        return ()


def _forget_unanswered(guild: discord.Guild) -> None:
    """Forget the requests of a server that nobody waits for; discord.py would keep them."""
    requests = guild._state._chunk_requests  # noqa: SLF001 - it offers no other way
    for nonce, request in tuple(requests.items()):
        if request.guild_id == guild.id and not request.waiters:
            del requests[nonce]
