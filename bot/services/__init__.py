"""What Kkachi does, in plain async Python: no Discord, no HTTP, no SQL."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.services.accounts.consents import Consents
from bot.services.accounts.friends import Friends
from bot.services.accounts.linked_roles import LinkedRoles
from bot.services.accounts.links import Links
from bot.services.accounts.oauth import Linking
from bot.services.accounts.webhook_queue import Inbox
from bot.services.accounts.webhooks import Accounts
from bot.services.alarms import Alarms
from bot.services.clock import Clock
from bot.services.compose.compose import Compose
from bot.services.deliveries.allowance import Allowance
from bot.services.deliveries.outbox import Deliveries
from bot.services.deliveries.sender import Sender
from bot.services.forwarding.drafts import Drafts
from bot.services.forwarding.forwarding import Forwarding
from bot.services.forwarding.jumps import Jumps
from bot.services.forwarding.shares import Shares
from bot.services.highlights.digests import Digests
from bot.services.highlights.dispatcher import Dispatcher
from bot.services.highlights.rules import Rules
from bot.services.highlights.schedule import WishList
from bot.services.highlights.watcher import Watch
from bot.services.messages.reader import Sight
from bot.services.operations.extensions import Plugins
from bot.services.operations.metrics import Metrics
from bot.services.privacy.departures import Leaving
from bot.services.privacy.expiry import Housekeeping
from bot.services.privacy.optouts import OptOuts
from bot.services.privacy.personal_data import Privacy
from bot.services.servers.access import Access
from bot.services.servers.settings import Settings
from bot.services.servers.statistics import StatisticsDesk
from bot.services.servers.templates import Templates
from bot.services.subscriptions.notifier import Notifying
from bot.services.subscriptions.subscriptions import Subscriptions
from bot.texts import Texts


@dataclass(frozen=True, slots=True)
class Services:
    """All services, built once by `bot.app` and handed to whoever speaks with people."""

    access: Access
    links: Links
    linking: Linking
    linked_roles: LinkedRoles | None
    """None without Discord's client secret."""
    consents: Consents
    allowance: Allowance
    deliveries: Deliveries
    sender: Sender
    drafts: Drafts
    forwarding: Forwarding
    compose: Compose
    templates: Templates
    settings: Settings
    optouts: OptOuts
    sight: Sight
    rules: Rules
    wishes: WishList
    dispatcher: Dispatcher
    digests: Digests
    watch: Watch
    statistics: StatisticsDesk
    subscriptions: Subscriptions
    notifying: Notifying
    friends: Friends
    metrics: Metrics
    alarms: Alarms
    plugins: Plugins
    privacy: Privacy
    leaving: Leaving
    jumps: Jumps
    shares: Shares
    accounts: Accounts
    inbox: Inbox
    housekeeping: Housekeeping
    texts: Texts
    alert_channel_id: int
    """Where alarms go; 0 for nowhere."""
    notice_url: str
    """Where the privacy notice is."""
    now: Clock
    ping: Callable[[], Awaitable[None]]
    """Raises StorageError when the database does not answer."""
