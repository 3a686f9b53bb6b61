"""The services in the order of their layers, and who hears of whom."""

from typing import Any

from bot.config import Config
from bot.kakao import KakaoClient
from bot.pictures import Pictures
from bot.services.accounts.build import build_accounts
from bot.services.accounts.linked_roles import Login
from bot.services.accounts.oauth import NewLink
from bot.services.alarms import Alarms
from bot.services.calendar.build import CalendarServices, build_calendar
from bot.services.clock import PATIENCE, Clock, Patience
from bot.services.compose.build import build_compose
from bot.services.deliveries.build import build_deliveries, build_sender
from bot.services.forwarding.build import build_forwarding
from bot.services.highlights.build import HighlightServices, build_highlights
from bot.services.messages.reader import ReaderSlot
from bot.services.operations.build import build_operations
from bot.services.operations.supervision import Supervisor
from bot.services.privacy.build import build_privacy
from bot.services.privacy.departures import Departures
from bot.services.processes.build import build_processes
from bot.services.resources import Resources
from bot.services.servers.access import LINK
from bot.services.servers.build import ServerServices, build_servers
from bot.services.services import Services
from bot.services.subscriptions.build import SubscriptionServices, build_subscriptions
from bot.sharing import share
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
    supervisor: Supervisor | None = None,
    patience: Patience = PATIENCE,
) -> Services:
    """Build the services and let them hear of each other."""
    stores = Stores.of(database, Vault(config.raw_token_keys))
    processes = build_processes(database, stores, config.duties, now)
    worker, slot, texts = processes.worker, ReaderSlot(), Texts()
    resources = Resources(config, stores, kakao, pictures, slot, texts, now, patience, worker)
    outbox = build_deliveries(resources)
    accounts = build_accounts(resources, login, outbox.allowance)
    links = accounts.links
    privacy = build_privacy(resources, links, accounts.linked_roles, outbox.images)
    servers = build_servers(resources, links, outbox.allowance, outbox.decisions)
    permit = servers.access.check_load
    forwarding = build_forwarding(resources, accounts, outbox, permit)
    operations = build_operations(resources, outbox.allowance, supervisor or Supervisor(Alarms()))
    highlights = build_highlights(
        resources,
        accounts=accounts,
        outbox=outbox,
        optouts=privacy.optouts,
        presences=privacy.presences,
        servers=servers,
        forwarding=forwarding,
    )
    subscriptions = build_subscriptions(resources, servers, highlights)
    calendar = build_calendar(resources, accounts, forwarding, servers, subscriptions)
    compose, alarms = highlights.digests.compose, operations.alarms
    services = Services(
        **_flat(processes, accounts, outbox, privacy, servers, forwarding, operations, calendar),
        **_flat(build_compose(resources, links, forwarding, servers), highlights, subscriptions),
        sender=build_sender(resources, links, outbox, alarms, compose=compose, permit=permit),
        leaving=_departures(resources, highlights, subscriptions, servers, calendar),
        **{name: getattr(resources, name) for name in ("sight", "texts", "now", "patience")},
        alert_channel_id=config.alert_channel_id,
        notice_url=f"{config.public_url}/privacy",
        ping=database.ping,
    )
    return share(_introduce(services))


def _flat(*groups: object) -> dict[str, Any]:
    return {name: service for group in groups for name, service in vars(group).items()}


def _departures(
    resources: Resources,
    highlights: HighlightServices,
    subscriptions: SubscriptionServices,
    servers: ServerServices,
    calendar: CalendarServices,
) -> Departures:
    """Say what goes with a member, or with a whole server."""
    stores = resources.stores

    async def forget_member(member_id: int, guild_id: int) -> None:
        await highlights.rules.forget(member_id=member_id, guild_id=guild_id)
        await subscriptions.subscriptions.forget(member_id=member_id, guild_id=guild_id)
        await stores.memberships.forget(member_id=member_id, guild_id=guild_id)
        await stores.visibilities.forget(member_id=member_id, guild_id=guild_id)
        await subscriptions.subscriptions.forget_about(member_id, guild_id)
        await stores.presences.forget(member_id=member_id, guild_id=guild_id)
        await stores.reactions.forget_sends(member_id=member_id, guild_id=guild_id)
        await calendar.calendar.forget(member_id, guild_id)

    async def forget_guild(guild_id: int) -> None:
        await highlights.rules.forget(guild_id=guild_id)
        await subscriptions.subscriptions.forget(guild_id=guild_id)
        await servers.settings.forget(guild_id)
        await servers.exclusions.forget(guild_id)
        await stores.memberships.forget(guild_id=guild_id)
        await stores.visibilities.forget(guild_id=guild_id)
        await stores.presences.forget(guild_id=guild_id)
        await calendar.calendar.forget(guild_id=guild_id)
        await stores.planned.forget(guild_id)
        await stores.reactions.forget_sends(guild_id=guild_id)
        await highlights.catch_up.forget(guild_id)

    return Departures(
        stores.departures,
        resources.sight,
        grace_days=resources.config.grace_days,
        forget_member=forget_member,
        forget_guild=forget_guild,
        patience=resources.patience,
        now=resources.now,
        shards=resources.config.shards,
    )


def _introduce(services: Services) -> Services:
    """Let everybody hear of what concerns them."""

    async def go_on(new: NewLink) -> None:
        await services.linked.changed(new.member_id)
        await services.friends.forget(new.member_id)
        services.dispatcher.wake(new.member_id)

    async def forget_rules(member_id: int) -> None:
        await services.rules.forget(member_id=member_id)
        await services.subscriptions.forget(member_id=member_id)
        await services.subscriptions.forget_about(member_id)
        await services.optouts.set(member_id, on=False)

    async def may_link(member_id: int, guild_id: int | None) -> None:
        await services.access.check(member_id, guild_id, LINK)

    async def end_in_server(member_id: int, guild_id: int) -> None:
        await services.rules.forget(member_id=member_id, guild_id=guild_id)
        await services.subscriptions.forget(member_id=member_id, guild_id=guild_id)

    if services.linked_roles is not None:
        services.linking.on_linked.append(services.linked_roles.linked)
        services.links.on_unlinked.append(services.linked_roles.settle)
        services.privacy.forgetters.append(services.linked_roles.forget)
    services.linking.on_linked.append(go_on)
    services.linking.askers.append(may_link)
    services.links.on_unlinked += [
        services.linked.changed,
        services.friends.forget,
        services.reactions.forget,
    ]
    services.links.on_unlinking.append(services.pending.cancel)
    services.links.on_deliveries_changed.append(services.signals.changed)
    services.exclusions.on_excluded.append(end_in_server)
    services.exclusions.on_deliveries_changed.append(services.signals.changed)
    services.privacy.forgetters += [
        services.deliveries.cancel,
        forget_rules,
        services.watch.forget,
        services.dispatcher.forget,
        services.friends.forget,
        services.access.forget,
        services.reactions.forget,
    ]
    services.wishes.on_changed.append(services.dispatcher.wake)
    _introduce_calendar(services)
    _count(services)
    return services


def _count(services: Services) -> None:
    """Let the metrics hear of what they count."""
    services.links.on_refreshed.append(services.metrics.refreshed)
    services.supervisor.on_failure.append(services.metrics.loop_failed)
    services.watch.on_matched.append(services.metrics.matched)
    services.patterns.on_skipped.append(services.metrics.patterns_skipped)


def _introduce_calendar(services: Services) -> None:
    """Let calendars follow what members have agreed to, wish for and leave."""

    async def go_on(new: NewLink) -> None:
        await services.calendar.wake(new.member_id)
        services.calendar_plans.wake()
        services.calendar_writer.wake()

    services.linking.on_linked.append(go_on)
    services.links.on_unlinking.append(services.calendar_writer.empty)
    services.exclusions.on_excluded.append(services.calendar.forget)
    services.subscriptions.on_changed.append(services.calendar_plans.wake)
