"""What Kkachi does, in plain async Python: no Discord, no HTTP, no SQL."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.services.accounts.consents import Consents
from bot.services.accounts.friends import Friends
from bot.services.accounts.linked_roles import LinkedRoles
from bot.services.accounts.links import Links
from bot.services.accounts.oauth import OAuthFlow
from bot.services.accounts.webhook_queue import WebhookQueue
from bot.services.accounts.webhooks import AccountWebhooks
from bot.services.alarms import Alarms
from bot.services.clock import Clock
from bot.services.compose.compose import Compose
from bot.services.deliveries.allowance import Allowance
from bot.services.deliveries.outbox import Outbox
from bot.services.deliveries.sender import Sender
from bot.services.forwarding.drafts import Drafts
from bot.services.forwarding.forwarding import Forwarding
from bot.services.forwarding.jumps import Jumps
from bot.services.forwarding.shares import Shares
from bot.services.highlights.digests import Digests
from bot.services.highlights.dispatcher import Dispatcher
from bot.services.highlights.rules import Rules
from bot.services.highlights.schedule import Schedules
from bot.services.highlights.watcher import Watcher
from bot.services.messages.reader import ReaderSlot
from bot.services.operations.extensions import Extensions
from bot.services.operations.metrics import Metrics
from bot.services.privacy.departures import Departures
from bot.services.privacy.expiry import Expiry
from bot.services.privacy.optouts import OptOuts
from bot.services.privacy.personal_data import PersonalData
from bot.services.servers.access import Access
from bot.services.servers.settings import Settings
from bot.services.servers.statistics import StatisticsService
from bot.services.servers.templates import Templates
from bot.services.subscriptions.notifier import Notifier
from bot.services.subscriptions.subscriptions import Subscriptions
from bot.texts import Texts


@dataclass(frozen=True, slots=True)
class Services:
    """All services, built once by `bot.app` and handed to whoever speaks with people."""

    access: Access
    links: Links
    linking: OAuthFlow
    linked_roles: LinkedRoles | None
    """None without Discord's client secret."""
    consents: Consents
    allowance: Allowance
    deliveries: Outbox
    sender: Sender
    drafts: Drafts
    forwarding: Forwarding
    compose: Compose
    templates: Templates
    settings: Settings
    optouts: OptOuts
    sight: ReaderSlot
    rules: Rules
    wishes: Schedules
    dispatcher: Dispatcher
    digests: Digests
    watch: Watcher
    statistics: StatisticsService
    subscriptions: Subscriptions
    notifying: Notifier
    friends: Friends
    metrics: Metrics
    alarms: Alarms
    plugins: Extensions
    privacy: PersonalData
    leaving: Departures
    jumps: Jumps
    shares: Shares
    accounts: AccountWebhooks
    inbox: WebhookQueue
    housekeeping: Expiry
    texts: Texts
    alert_channel_id: int
    """Where alarms go; 0 for nowhere."""
    notice_url: str
    """Where the privacy notice is."""
    now: Clock
    ping: Callable[[], Awaitable[None]]
    """Raises StorageError when the database does not answer."""
