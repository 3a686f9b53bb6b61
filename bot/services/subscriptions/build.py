"""Builds what tells members of events in their servers."""

from dataclasses import dataclass

from bot.services.highlights.build import HighlightServices
from bot.services.resources import Resources
from bot.services.servers.build import ServerServices
from bot.services.subscriptions.asking import PresenceAsking
from bot.services.subscriptions.notifier import Notifier
from bot.services.subscriptions.planned import PlannedEvents
from bot.services.subscriptions.subscriptions import Subscriptions


@dataclass(frozen=True)
class SubscriptionServices:
    """Who wants to hear of what, and who tells them."""

    subscriptions: Subscriptions
    notifying: Notifier
    presence_asking: PresenceAsking
    planned: PlannedEvents


def build_subscriptions(
    resources: Resources, servers: ServerServices, highlights: HighlightServices
) -> SubscriptionServices:
    """Build the services of `/notify`."""
    stores, now, patience = resources.stores, resources.now, resources.patience
    subscriptions = Subscriptions(stores.subscriptions, servers.settings, now=now)
    notifier = Notifier(
        subscriptions, highlights.gates, highlights.watch, patience=patience, now=now
    )
    asking = PresenceAsking(stores.presences, servers.access, patience=patience, now=now)
    planned = PlannedEvents(stores.planned, now=now)
    return SubscriptionServices(subscriptions, notifier, asking, planned)
