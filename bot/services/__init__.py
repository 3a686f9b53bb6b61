"""What Kkachi does, in plain async Python: no Discord, no HTTP, no SQL."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.services.deliveries import Deliveries
from bot.services.forwarding import Forwarding
from bot.services.friends import Friends
from bot.services.housekeeping import Housekeeping
from bot.services.jumps import Jumps
from bot.services.links import Links
from bot.texts import Texts


@dataclass(frozen=True, slots=True)
class Services:
    """All services, built once by `bot.app` and handed to whoever speaks with people."""

    links: Links
    deliveries: Deliveries
    forwarding: Forwarding
    friends: Friends
    jumps: Jumps
    housekeeping: Housekeeping
    texts: Texts
    ping: Callable[[], Awaitable[None]]
    """Raises StorageError when the database does not answer."""
