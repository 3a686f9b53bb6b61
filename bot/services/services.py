"""All services together."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.services.accounts.build import AccountServices
from bot.services.calendar.build import CalendarServices
from bot.services.clock import Clock, Patience
from bot.services.compose.build import ComposeServices
from bot.services.deliveries.build import DeliveryServices
from bot.services.deliveries.sender import Sender
from bot.services.forwarding.build import ForwardingServices
from bot.services.highlights.build import HighlightServices
from bot.services.messages.reader import ReaderSlot
from bot.services.operations.build import OperationServices
from bot.services.privacy.build import PrivacyServices
from bot.services.privacy.departures import Departures
from bot.services.processes.build import ProcessServices
from bot.services.servers.build import ServerServices
from bot.services.subscriptions.build import SubscriptionServices
from bot.texts import Texts


@dataclass(frozen=True)
class Services(
    ProcessServices,
    AccountServices,
    DeliveryServices,
    PrivacyServices,
    ServerServices,
    ForwardingServices,
    OperationServices,
    ComposeServices,
    HighlightServices,
    SubscriptionServices,
    CalendarServices,
):
    """All services in one flat list, built once by `bot.wiring`."""

    sender: Sender
    leaving: Departures
    sight: ReaderSlot
    texts: Texts
    alert_channel_id: int
    """Where alarms go; 0 for nowhere."""
    notice_url: str
    """Where the privacy notice is."""
    now: Clock
    patience: Patience
    """How long Discord is waited for."""
    ping: Callable[[], Awaitable[None]]
    """Raises StorageError when the database does not answer."""
