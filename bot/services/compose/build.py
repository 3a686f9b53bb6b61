"""Builds what members write their own messages with."""

from dataclasses import dataclass

from bot.services.accounts.links import Links
from bot.services.compose.compose import Compose
from bot.services.compose.link_domains import LinkDomains
from bot.services.forwarding.build import ForwardingServices
from bot.services.resources import Resources
from bot.services.servers.build import ServerServices


@dataclass(frozen=True)
class ComposeServices:
    """Messages that members write themselves."""

    compose: Compose


def build_compose(
    resources: Resources, links: Links, forwarding: ForwardingServices, servers: ServerServices
) -> ComposeServices:
    """Build the service of `/compose`."""
    config = resources.config
    domains = LinkDomains(config.public_url, config.kakao_link_domains)
    compose = Compose(
        links=links,
        drafts=forwarding.drafts,
        jumps=forwarding.jumps,
        domains=domains,
        templates=servers.templates,
    )
    return ComposeServices(compose=compose)
