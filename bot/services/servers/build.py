"""Builds what admins decide with, and see."""

from dataclasses import dataclass

from bot.services.accounts.links import Links
from bot.services.decisions import Decisions
from bot.services.deliveries.allowance import Allowance
from bot.services.resources import Resources
from bot.services.servers.access import Access
from bot.services.servers.exclusions import Exclusions
from bot.services.servers.settings import Settings
from bot.services.servers.statistics import StatisticsService
from bot.services.servers.templates import Templates


@dataclass(frozen=True)
class ServerServices:
    """A server's settings, and who may do what there."""

    settings: Settings
    access: Access
    exclusions: Exclusions
    templates: Templates
    statistics: StatisticsService


def build_servers(
    resources: Resources, links: Links, allowance: Allowance, decisions: Decisions
) -> ServerServices:
    """Build the services about servers."""
    stores, now = resources.stores, resources.now
    settings = Settings(stores.settings, now)
    exclusions = Exclusions(stores.exclusions, links, now=now)
    return ServerServices(
        settings=settings,
        access=Access(
            settings=settings,
            exclusions=exclusions,
            decisions=decisions,
            memberships=stores.memberships,
            statistics=stores.statistics,
            allowance=allowance,
            sight=resources.sight,
            now=now,
        ),
        exclusions=exclusions,
        templates=Templates(settings),
        statistics=StatisticsService(stores.statistics, allowance, now=now),
    )
