"""Builds what this process knows of others, and lets them know."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from random import SystemRandom

from bot.services.clock import Clock
from bot.services.processes.carrier import Carrier
from bot.services.processes.signals import Signals
from bot.services.processes.worker import Worker
from storage.database import Database
from storage.duties import Duties
from storage.stores import Stores


@dataclass(frozen=True)
class ProcessServices:
    """This process among others; upon SQLite there are none."""

    worker: Worker
    hearing: Signals
    """What others have changed."""
    carrier: Carrier
    """What is to be told on Discord by another process."""
    turn: Callable[[str], AbstractAsyncContextManager[None]]
    """Waits until no process holds the turn of this name, and holds it."""


def build_processes(
    database: Database, stores: Stores, duties: Duties, now: Clock
) -> ProcessServices:
    """Build the services about other processes."""
    worker = Worker(stores.workers, now=now, random=SystemRandom(), duties=duties)
    return ProcessServices(
        worker=worker,
        hearing=Signals(stores.feed),
        carrier=Carrier(stores.notices, worker, now=now),
        turn=database.turn,
    )
