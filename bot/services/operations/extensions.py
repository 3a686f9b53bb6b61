"""Which cogs run, and how one is loaded anew while everything else goes on.

Where several processes listen to Discord each has its own: all of them are asked, and answer.
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from bot.errors import TryLater, UserError
from bot.logs import described
from bot.services.clock import Clock
from bot.services.processes.worker import Worker
from storage.changes import Changed
from storage.reloads import Reload, ReloadStore

logger = logging.getLogger(__name__)

Reloader = Callable[[str], Awaitable[None]]

DONE = "ok"
SILENT = "error-cog-silent"
"""Says that a process has not answered."""
LOOK_EVERY = 1.0
# For all of them to load it and register its commands.
ANSWER_SECONDS, ASK_EVERY = 15.0, 0.2
TRIES = int(ANSWER_SECONDS / ASK_EVERY)


class CogUnknown(UserError):
    """No cog of this name runs."""

    key = "error-cog-unknown"


class CogBroken(UserError):
    """A cog could not be loaded; the one from before goes on."""

    key = "error-cog-broken"


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What came of it in the process that has these shards; `trouble` names why it did not."""

    shards: str
    trouble: str | None


class Extensions:
    """The cogs that the operator chose, by their modules' names."""

    def __init__(
        self, names: Sequence[str], store: ReloadStore, worker: Worker, *, now: Clock
    ) -> None:
        self.names = names
        self._store = store
        self._worker = worker
        self._now = now
        self._reloader: Reloader | None = None
        self._arrived = asyncio.Event()

    def attach(self, reloader: Reloader) -> None:
        """Let a Discord client do the work."""
        self._reloader = reloader

    async def reload(self, name: str) -> Sequence[Reloaded]:
        """Load a cog's module anew wherever it runs; returns nothing where that is here alone.

        Raises TryLater when nobody is on Discord, and alone also CogUnknown and CogBroken.
        """
        if self._worker.is_alone:
            await self._reload_here(name)
            return ()
        request = secrets.token_hex(8)
        if not await self._store.ask(request, name, self._now()):
            raise TryLater
        try:
            return await self._answers(request)
        finally:
            await self._store.forget(request)

    async def asked(self, _: Changed) -> None:
        """Look now."""
        self._arrived.set()

    async def run(self) -> None:
        """Do what is asked of this process until cancelled; raises StorageError."""
        while True:
            self._arrived.clear()
            for reload in await self._store.of_worker(self._worker.id):
                await self._store.answer(reload, await self._tried(reload))
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY):
                    await self._arrived.wait()

    async def _answers(self, request: str) -> Sequence[Reloaded]:
        for _ in range(TRIES):
            if await self._store.is_over(request, self._now()):
                break
            await asyncio.sleep(ASK_EVERY)
        return [
            Reloaded(one.shards, None if one.outcome == DONE else one.outcome or SILENT)
            for one in await self._store.of_request(request)
        ]

    async def _tried(self, reload: Reload) -> str:
        try:
            await self._reload_here(reload.cog)
        except UserError as error:
            return error.key
        except Exception as error:  # noqa: BLE001 - whoever asked is to hear of it, and not to wait
            logger.error("%s is not loaded anew: %s", reload.cog, described(error))  # noqa: TRY400 - its words may quote
            return CogBroken.key
        return DONE

    async def _reload_here(self, name: str) -> None:
        if name not in self.names:
            raise CogUnknown(name=name)
        if self._reloader is None:
            raise TryLater
        await self._reloader(name)
