"""Discord in trouble for a while: what may go wrong with its HTTP API, by name."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.services.clock import Patience
from sandbox.discord import LocalDiscord

TROUBLES = ("refusing", "500", "502", "503", "429", "hanging")
HURRIED = Patience(answer=1.0, first=0.04, longest=0.15)
"""Waits for Discord as ever, only that seconds are shorter."""


@asynccontextmanager
async def in_trouble(discord: LocalDiscord, trouble: str, *, at: str = "") -> AsyncIterator[None]:
    """Let calls fail in this way while the block runs; `at` is in the path of those that do."""
    if trouble == "refusing":
        await discord.refuse_connections()
    elif trouble == "hanging":
        discord.rest_hangs(at=at)
    else:
        discord.rest_fails(int(trouble), at=at)
    try:
        yield
    finally:
        discord.rest_fails(None)
        discord.rest_hangs(False)
        await discord.refuse_connections(False)
