"""Builds the outbox and what sends from it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from random import SystemRandom

from bot.config import Config
from bot.services.accounts.links import Links
from bot.services.alarms import Alarms
from bot.services.clock import DAY
from bot.services.decisions import Decisions
from bot.services.deliveries.allowance import Allowance, KakaoLimits
from bot.services.deliveries.attempt import Attempts, Compose, Permit, Prepare, as_it_is
from bot.services.deliveries.followups import FollowUps
from bot.services.deliveries.images import Images
from bot.services.deliveries.outbox import Outbox
from bot.services.deliveries.recent import RecentSends
from bot.services.deliveries.sender import SHARED_LOOK_EVERY, Keep, Sender
from bot.services.deliveries.signals import OutboxSignals
from bot.services.deliveries.signed import SignedPictures
from bot.services.resources import Resources


@dataclass(frozen=True)
class DeliveryServices:
    """What was accepted, and what Kakao still lets us send; `build_sender` adds who sends it."""

    allowance: Allowance
    decisions: Decisions
    deliveries: Outbox
    signals: OutboxSignals
    recent: RecentSends
    images: Images
    prepare: Prepare
    """What becomes of a message's pictures right before it goes out."""


def build_deliveries(resources: Resources) -> DeliveryServices:
    """Build the outbox and the allowance."""
    stores, now = resources.stores, resources.now
    decisions = Decisions(stores.decisions, now=now)

    async def percents() -> Mapping[int, int]:
        return (await decisions.now()).shares

    signals = OutboxSignals()
    decisions.on_changed.append(signals.work.set)
    config = resources.config
    uploads, mends = config.kakao_images == "upload", config.kakao_images_unreachable == "upload"
    images = Images(
        stores.images, resources.kakao, resources.pictures, now=now, scrapes=not uploads
    )
    return DeliveryServices(
        allowance=Allowance(stores.allowances, _limits(config), now=now, percents=percents),
        decisions=decisions,
        deliveries=Outbox(
            stores.deliveries,
            signals,
            now=now,
            random=SystemRandom(),
            look_every=math.inf if stores.workers.is_alone else SHARED_LOOK_EVERY,
        ),
        signals=signals,
        recent=RecentSends(stores.deliveries, stores.hits, resources.sight, resources.texts),
        images=images,
        prepare=images.prepare if uploads or mends else as_it_is,
    )


def build_sender(
    resources: Resources,
    links: Links,
    outbox: DeliveryServices,
    alarms: Alarms,
    *,
    compose: Compose,
    permit: Permit,
) -> Sender:
    """Build what sends; `compose` makes the message of an automatic delivery.

    `permit` lets one go that was sent by hand.
    """
    config, store, now = resources.config, resources.stores.deliveries, resources.now

    async def is_halted() -> bool:
        return (await outbox.decisions.now()).in_maintenance

    signals = outbox.signals
    attempts = Attempts(
        links,
        resources.kakao,
        signals,
        resources.worker,
        now=now,
        compose=compose,
        permit=permit,
        renew=SignedPictures(resources.sight, now=now).renew,
        prepare=outbox.prepare,
        settle=outbox.images.settle,
    )
    return Sender(
        store,
        outbox.allowance,
        attempts,
        FollowUps(store, links, signals),
        signals,
        leases=resources.stores.leases,
        now=now,
        random=SystemRandom(),
        alarms=alarms,
        patience=resources.patience,
        is_halted=is_halted,
        keep=Keep(config.keep_texts_days * DAY, config.keep_receipts_days * DAY),
    )


def _limits(config: Config) -> KakaoLimits:
    return KakaoLimits(
        app=config.kakao_app_daily,
        sender=config.kakao_sender_daily,
        recipient=config.kakao_recipient_daily,
        pair=config.kakao_pair_daily,
        reset_hour=config.kakao_reset_hour,
    )
