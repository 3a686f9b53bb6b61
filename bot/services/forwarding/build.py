"""Builds what members send and share by hand."""

from dataclasses import dataclass

from bot.services.accounts.build import AccountServices
from bot.services.deliveries.build import DeliveryServices
from bot.services.forwarding.drafts import Drafts
from bot.services.forwarding.forwarding import Forwarding
from bot.services.forwarding.jumps import Jumps
from bot.services.forwarding.lists import Lists
from bot.services.forwarding.shares import Permit, Shares
from bot.services.resources import Resources


@dataclass(frozen=True)
class ForwardingServices:
    """Forwards, what is being written, and the way back to Discord."""

    forwarding: Forwarding
    drafts: Drafts
    jumps: Jumps
    shares: Shares


def build_forwarding(
    resources: Resources,
    accounts: AccountServices,
    outbox: DeliveryServices,
    permit: Permit,
) -> ForwardingServices:
    """Build the services of `/forward` and `/share`; `permit` lets a share be seen."""
    config, stores, texts = resources.config, resources.stores, resources.texts
    drafts = Drafts(stores.drafts, resources.now)
    jumps = Jumps(stores.jumps, config.public_url, resources.now)
    lists = Lists(
        stores.digests,
        jumps,
        resources.sight,
        texts,
        public_url=config.public_url,
        now=resources.now,
    )
    return ForwardingServices(
        forwarding=Forwarding(
            links=accounts.links,
            deliveries=outbox.deliveries,
            drafts=drafts,
            jumps=jumps,
            lists=lists,
            texts=texts,
        ),
        drafts=drafts,
        jumps=jumps,
        shares=Shares(
            stores.shares,
            accounts.inbox,
            jumps,
            texts,
            public_url=config.public_url,
            is_on=bool(config.kakao_javascript_key),
            is_told=bool(config.kakao_admin_key.get_secret_value()),
            permit=permit,
            prepare=outbox.prepare,
            settle=outbox.images.settle,
            now=resources.now,
        ),
    )
