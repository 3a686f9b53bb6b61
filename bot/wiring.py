"""Which service is made of which stores and services, and who hears of whom."""

from dataclasses import dataclass
from random import SystemRandom

from bot.config import KAKAO_AUTH_URL, Config
from bot.kakao import KakaoClient
from bot.pictures import Pictures
from bot.services import Services
from bot.services.accounts.consents import Consents
from bot.services.accounts.friends import Friends
from bot.services.accounts.linked_roles import LinkedRoles, Login
from bot.services.accounts.links import Links
from bot.services.accounts.oauth import NewLink, OAuthFlow
from bot.services.accounts.security_events import Keys, SecurityEvents
from bot.services.accounts.webhook_queue import WebhookQueue
from bot.services.accounts.webhooks import AccountWebhooks
from bot.services.alarms import Alarms
from bot.services.clock import DAY, Clock
from bot.services.compose.compose import Compose
from bot.services.compose.link_domains import LinkDomains
from bot.services.deliveries.allowance import Allowance, KakaoLimits
from bot.services.deliveries.attempt import Attempts, Prepare, as_it_is
from bot.services.deliveries.followups import FollowUps
from bot.services.deliveries.images import Images
from bot.services.deliveries.outbox import Outbox
from bot.services.deliveries.sender import Keep, Sender
from bot.services.deliveries.signals import OutboxSignals
from bot.services.forwarding.drafts import Drafts
from bot.services.forwarding.forwarding import Forwarding
from bot.services.forwarding.jumps import Jumps
from bot.services.forwarding.shares import Shares
from bot.services.highlights.digests import Digests
from bot.services.highlights.dispatcher import Dispatcher
from bot.services.highlights.gates import Gates
from bot.services.highlights.matching.matcher import Matcher
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
from storage.database import Database
from storage.stores import Stores
from storage.vault import Vault


def build_services(
    config: Config,
    database: Database,
    kakao: KakaoClient,
    pictures: Pictures,
    now: Clock,
    *,
    login: Login | None = None,
) -> Services:
    """Build the services and let them hear of each other."""
    stores = Stores.of(database, Vault(config.raw_token_keys))
    texts, signals = Texts(), OutboxSignals()
    links = Links(stores.links, kakao, now=now)
    allowance = Allowance(stores.allowances, _limits(config), now=now)
    deliveries = Outbox(stores.deliveries, links, signals, now=now, random=SystemRandom())
    drafts, jumps = Drafts(stores.drafts, now), Jumps(stores.jumps, config.public_url, now)
    inbox = WebhookQueue(stores.webhooks, now=now)
    images = Images(stores.images, kakao, pictures, now=now)
    prepare = images.prepare if config.kakao_images == "upload" else as_it_is
    found = _found(
        config,
        stores,
        links=links,
        allowance=allowance,
        jumps=jumps,
        texts=texts,
        signals=signals,
        now=now,
    )
    alarms = Alarms()
    metrics = Metrics(stores.statistics, stores.hits, allowance, alarms, now=now)
    links.on_refreshed = metrics.refreshed
    found.watch.on_matched = metrics.matched
    compose = found.digests.compose
    attempts = Attempts(links, kakao, now=now, compose=compose, prepare=prepare)
    linking = OAuthFlow(links, stores.requests, kakao, public_url=config.public_url, now=now)
    services = Services(
        access=Access(found.settings, stores.memberships, stores.statistics, allowance, now=now),
        links=links,
        linking=linking,
        linked_roles=_linked_roles(stores, login, linking, links, texts, now=now),
        consents=Consents(links, kakao),
        allowance=allowance,
        deliveries=deliveries,
        sender=_sender(
            config,
            stores,
            links=links,
            allowance=allowance,
            attempts=attempts,
            signals=signals,
            alarms=alarms,
            now=now,
        ),
        drafts=drafts,
        forwarding=Forwarding(
            links=links, deliveries=deliveries, drafts=drafts, jumps=jumps, texts=texts
        ),
        compose=Compose(links=links, drafts=drafts, jumps=jumps, domains=_domains(config)),
        templates=Templates(found.settings),
        settings=found.settings,
        optouts=found.optouts,
        sight=found.sight,
        rules=found.rules,
        wishes=found.wishes,
        dispatcher=found.dispatcher,
        digests=found.digests,
        watch=found.watch,
        statistics=StatisticsService(stores.statistics, allowance, now=now),
        subscriptions=found.subscriptions,
        notifying=found.notifying,
        friends=Friends(links, kakao, now=now),
        metrics=metrics,
        alarms=alarms,
        plugins=Extensions(config.cogs),
        privacy=PersonalData(stores.personal, links, found.optouts, texts, now=now),
        leaving=_leaving(config, stores, found, now),
        jumps=jumps,
        shares=_shares(
            config, stores, inbox=inbox, jumps=jumps, texts=texts, prepare=prepare, now=now
        ),
        accounts=AccountWebhooks(links, inbox, _events(config, kakao, now), now=now),
        inbox=inbox,
        housekeeping=_housekeeping(stores, now),
        texts=texts,
        alert_channel_id=config.alert_channel_id,
        notice_url=f"{config.public_url}/privacy",
        now=now,
        ping=database.ping,
    )
    _introduce(services, stores)
    return services


@dataclass(frozen=True, slots=True)
class Found:
    """What finds highlights by itself and brings them on their way."""

    settings: Settings
    optouts: OptOuts
    sight: ReaderSlot
    rules: Rules
    wishes: Schedules
    dispatcher: Dispatcher
    digests: Digests
    watch: Watcher
    subscriptions: Subscriptions
    notifying: Notifier


def _found(
    config: Config,
    stores: Stores,
    *,
    links: Links,
    allowance: Allowance,
    jumps: Jumps,
    texts: Texts,
    signals: OutboxSignals,
    now: Clock,
) -> Found:
    settings, optouts = Settings(stores.settings, now), OptOuts(stores.optouts, now)
    sight, wishes = ReaderSlot(), Schedules(stores.wishes)
    rules = Rules(stores.rules, Matcher(), settings, now=now)
    gates = Gates(sight, settings, optouts, stores.hits, now=now)
    dispatcher = Dispatcher(
        hits=stores.hits,
        deliveries=stores.deliveries,
        links=links,
        allowance=allowance,
        wishes=wishes,
        signals=signals,
        now=now,
    )
    wishes.on_changed.append(dispatcher.wake)
    digests = Digests(
        store=stores.digests,
        hits=stores.hits,
        links=links,
        rules=rules,
        gates=gates,
        sight=sight,
        jumps=jumps,
        texts=texts,
        public_url=config.public_url,
        now=now,
    )
    watch = Watcher(
        rules=rules,
        gates=gates,
        hits=stores.hits,
        digests=stores.digests,
        watermarks=stores.watermarks,
        links=links,
        wishes=wishes,
        dispatcher=dispatcher,
        sight=sight,
        now=now,
    )
    subscriptions = Subscriptions(stores.subscriptions, settings, now=now)
    return Found(
        settings=settings,
        optouts=optouts,
        sight=sight,
        rules=rules,
        wishes=wishes,
        dispatcher=dispatcher,
        digests=digests,
        watch=watch,
        subscriptions=subscriptions,
        notifying=Notifier(subscriptions, gates, watch, now=now),
    )


def _introduce(services: Services, stores: Stores) -> None:
    """Let everybody hear of links that are made and undone."""

    async def go_on(new: NewLink) -> None:
        await services.friends.forget(new.member_id)
        await services.deliveries.unpark(new.member_id)
        services.dispatcher.wake(new.member_id)

    async def forget_rules(member_id: int) -> None:
        await services.rules.forget(member_id=member_id)

    async def forget_subscriptions(member_id: int) -> None:
        await services.subscriptions.forget(member_id=member_id)

    async def forget_optout(member_id: int) -> None:
        await services.optouts.set(member_id, on=False)

    services.privacy.forgetters = (
        services.deliveries.cancel,
        forget_rules,
        forget_subscriptions,
        forget_optout,
        services.wishes.forget,
        services.watch.forget,
        services.dispatcher.forget,
        services.friends.forget,
        services.access.forget,
    )
    if services.linked_roles is not None:
        services.linking.on_linked.append(services.linked_roles.linked)
        services.links.on_unlinked.append(services.linked_roles.unlinked)
    services.linking.on_linked.append(go_on)
    services.links.on_unlinked += [
        services.deliveries.cancel,
        services.allowance.forget,
        stores.drafts.delete_member,
        stores.hits.delete_member,
        stores.digests.delete_member,
        services.friends.forget,
    ]


def _linked_roles(
    stores: Stores,
    login: Login | None,
    linking: OAuthFlow,
    links: Links,
    texts: Texts,
    *,
    now: Clock,
) -> LinkedRoles | None:
    if login is None:
        return None
    return LinkedRoles(login, stores.role_connections, linking, links, texts, now=now)


def _leaving(config: Config, stores: Stores, found: Found, now: Clock) -> Departures:
    """Say what goes with a member, or with a whole server."""

    async def forget_member(member_id: int, guild_id: int) -> None:
        await found.rules.forget(member_id=member_id, guild_id=guild_id)
        await found.subscriptions.forget(member_id=member_id, guild_id=guild_id)
        await stores.memberships.forget(member_id=member_id, guild_id=guild_id)

    async def forget_guild(guild_id: int) -> None:
        await found.rules.forget(guild_id=guild_id)
        await found.subscriptions.forget(guild_id=guild_id)
        await found.settings.forget(guild_id)
        await stores.memberships.forget(guild_id=guild_id)
        await stores.watermarks.delete_guild(guild_id)

    return Departures(
        stores.departures,
        found.sight,
        grace_days=config.grace_days,
        forget_member=forget_member,
        forget_guild=forget_guild,
        now=now,
    )


def _sender(
    config: Config,
    stores: Stores,
    *,
    links: Links,
    allowance: Allowance,
    attempts: Attempts,
    signals: OutboxSignals,
    alarms: Alarms,
    now: Clock,
) -> Sender:
    followups = FollowUps(stores.deliveries, links, signals)
    return Sender(
        stores.deliveries,
        allowance,
        attempts,
        followups,
        signals,
        now=now,
        random=SystemRandom(),
        alarms=alarms,
        keep=Keep(config.keep_texts_days * DAY, config.keep_receipts_days * DAY),
    )


def _shares(
    config: Config,
    stores: Stores,
    *,
    inbox: WebhookQueue,
    jumps: Jumps,
    texts: Texts,
    prepare: Prepare,
    now: Clock,
) -> Shares:
    return Shares(
        stores.shares,
        inbox,
        jumps,
        texts,
        public_url=config.public_url,
        is_on=bool(config.kakao_javascript_key),
        is_told=bool(config.kakao_admin_key.get_secret_value()),
        prepare=prepare,
        now=now,
    )


def _housekeeping(stores: Stores, now: Clock) -> Expiry:
    kept = (stores.requests, stores.jumps, stores.drafts, stores.shares, stores.digests)
    return Expiry(*kept, stores.webhooks, stores.images, stores.hits, now=now)


def _domains(config: Config) -> LinkDomains:
    return LinkDomains(config.public_url, config.kakao_link_domains)


def _limits(config: Config) -> KakaoLimits:
    return KakaoLimits(
        app=config.kakao_app_daily,
        sender=config.kakao_sender_daily,
        recipient=config.kakao_recipient_daily,
        pair=config.kakao_pair_daily,
        reset_hour=config.kakao_reset_hour,
    )


def _events(config: Config, kakao: KakaoClient, now: Clock) -> SecurityEvents:
    """Read account events; Kakao does not say for sure which of its names our app goes by there."""
    names = (config.kakao_rest_api_key.get_secret_value(), config.kakao_app_id)
    return SecurityEvents(
        Keys(kakao, now=now),
        issuers={config.kakao_auth_url, KAKAO_AUTH_URL},
        audience=[name for name in names if name],
        now=now,
    )
