"""What Kkachi does, in plain async Python: no Discord, no HTTP, no SQL."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.services.access import Access
from bot.services.accounts import Accounts
from bot.services.alarms import Alarms
from bot.services.allowance import Allowance
from bot.services.compose import Compose
from bot.services.consents import Consents
from bot.services.deliveries import Deliveries
from bot.services.digests import Digests
from bot.services.dispatch import Dispatcher
from bot.services.drafts import Drafts
from bot.services.forwarding import Forwarding
from bot.services.friends import Friends
from bot.services.housekeeping import Housekeeping
from bot.services.inbox import Inbox
from bot.services.jumps import Jumps
from bot.services.leaving import Leaving
from bot.services.linked_roles import LinkedRoles
from bot.services.linking import Linking
from bot.services.links import Links
from bot.services.metrics import Metrics
from bot.services.notifying import Notifying
from bot.services.optouts import OptOuts
from bot.services.plugins import Plugins
from bot.services.privacy import Privacy
from bot.services.rules import Rules
from bot.services.sender import Sender
from bot.services.settings import Settings
from bot.services.shares import Shares
from bot.services.sight import Sight
from bot.services.statistics import StatisticsDesk
from bot.services.subscriptions import Subscriptions
from bot.services.templates import Templates
from bot.services.watching import Watch
from bot.services.wishes import WishList
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
    now: Callable[[], float]
    ping: Callable[[], Awaitable[None]]
    """Raises StorageError when the database does not answer."""
