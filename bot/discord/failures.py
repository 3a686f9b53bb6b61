"""How a question to Discord may fail: with a clear no, or with nobody knowing.

Here, and nowhere else, Discord's failures are told apart. `reader` asks for the services,
`messages` and `convert` for a member who pressed something.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager

import aiohttp
import discord

from bot.errors import DiscordAway
from bot.services.clock import PATIENCE

NO = (discord.NotFound, discord.Forbidden)
"""What `asking` lets through: Discord says that something is not there, or not for us."""
FAILURES = (discord.HTTPException, aiohttp.ClientError, OSError)
"""All that a request may raise; a time-out is an OSError."""
UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What discord.py raises for a message that it does not understand."""

# Discord counts all requests together by the second.
LIMIT_SECONDS = 1.0
TOO_MANY_REQUESTS, SERVER_ERROR = 429, 500
UNKNOWN_CHANNEL, UNKNOWN_GUILD, UNKNOWN_MESSAGE = 10003, 10004, 10008
UNKNOWN_MEMBER, UNKNOWN_USER, UNKNOWN_EVENT = 10007, 10013, 10070
MISSING_ACCESS, MISSING_PERMISSIONS = 50001, 50013
NO_DIRECT_MESSAGES = 50007
"""Somebody takes no direct messages from here, or has blocked Kkachi."""
NO_MEMBER = frozenset({UNKNOWN_MEMBER, UNKNOWN_USER})
CLEAR = NO_MEMBER | {
    UNKNOWN_CHANNEL,
    UNKNOWN_GUILD,
    UNKNOWN_MESSAGE,
    UNKNOWN_EVENT,
    MISSING_ACCESS,
    MISSING_PERMISSIONS,
}


@asynccontextmanager
async def asking(
    bot: discord.Client, seconds: float = PATIENCE.answer, *, no: Collection[int] = CLEAR
) -> AsyncIterator[None]:
    """Ask Discord, for so long at most; raises NotFound or Forbidden, or else DiscordAway.

    Only refusals with one of these codes are a no. A proxy before Discord refuses without a code.
    By itself discord.py asks again for 25 seconds after a 500, 502 or 504, for as long as Discord
    says after a 429, and waits for an answer for five minutes.
    """
    try:
        async with asyncio.timeout(seconds):
            with _ending_limits(bot):
                yield
    except NO as error:
        if error.code in no:
            raise
        raise DiscordAway from error
    except (*FAILURES, discord.RateLimited) as error:
        raise DiscordAway from error


@contextmanager
def _ending_limits(bot: discord.Client) -> Iterator[None]:
    """Let others go on after a request is given up while it waits out the limit of all requests.

    They wait for that request to say when the limit is over; cancelled, it never would.
    """
    try:
        yield
    except asyncio.CancelledError:
        over = bot.http._global_over  # noqa: SLF001 - discord.py forgets it, and offers no other way
        if not over.is_set():
            asyncio.get_running_loop().call_later(LIMIT_SECONDS, over.set)
        raise


def is_away(error: BaseException) -> bool:
    """Tell whether a request has failed in a way that only says that Discord does not answer."""
    if isinstance(error, discord.HTTPException):
        has_no_code = isinstance(error, NO) and not error.code
        return has_no_code or error.status == TOO_MANY_REQUESTS or error.status >= SERVER_ERROR
    return isinstance(error, (aiohttp.ClientError, TimeoutError, discord.RateLimited))


def summary(error: BaseException) -> str:
    """Return how a request failed, for the log; never what it was about."""
    if isinstance(error, discord.HTTPException):
        return f"HTTP {error.status}, code {error.code}"
    return type(error).__name__
