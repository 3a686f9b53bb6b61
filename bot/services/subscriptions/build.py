"""Builds what tells members of events in their servers."""

from dataclasses import dataclass

from bot.services.highlights.build import HighlightServices
from bot.services.resources import Resources
from bot.services.servers.settings import Settings
from bot.services.subscriptions.notifier import Notifier
from bot.services.subscriptions.subscriptions import Subscriptions


@dataclass(frozen=True)
class SubscriptionServices:
    """Who wants to hear of what, and who tells them."""

    subscriptions: Subscriptions
    notifying: Notifier


def build_subscriptions(
    resources: Resources, settings: Settings, highlights: HighlightServices
) -> SubscriptionServices:
    """Build the services of `/notify`."""
    now, patience = resources.now, resources.patience
    subscriptions = Subscriptions(resources.stores.subscriptions, settings, now=now)
    notifier = Notifier(
        subscriptions, highlights.gates, highlights.watch, patience=patience, now=now
    )
    return SubscriptionServices(subscriptions, notifier)
