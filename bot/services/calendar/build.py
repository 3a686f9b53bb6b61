"""Builds what puts scheduled events into members' calendars."""

from dataclasses import dataclass

from bot.services.accounts.build import AccountServices
from bot.services.calendar.calendar import Calendar
from bot.services.calendar.plans import CalendarPlans
from bot.services.calendar.writer import CalendarWriter
from bot.services.forwarding.build import ForwardingServices
from bot.services.resources import Resources
from bot.services.servers.build import ServerServices
from bot.services.subscriptions.build import SubscriptionServices
from bot.texts import pick_locale


@dataclass(frozen=True)
class CalendarServices:
    """What is wanted in calendars, who writes them, and what they follow."""

    calendar: Calendar
    calendar_writer: CalendarWriter
    calendar_plans: CalendarPlans


def build_calendar(
    resources: Resources,
    accounts: AccountServices,
    forwarding: ForwardingServices,
    servers: ServerServices,
    subscriptions: SubscriptionServices,
) -> CalendarServices:
    """Build the services about Talk Calendar."""
    links, access = accounts.links, servers.access
    store, texts = resources.stores.calendar, resources.texts
    now, patience = resources.now, resources.patience
    is_on = resources.config.kakao_calendar
    calendar = Calendar(
        store,
        links,
        forwarding.jumps,
        access,
        sight=resources.sight,
        texts=texts,
        is_on=is_on,
        now=now,
    )
    writer = CalendarWriter(
        store,
        links,
        resources.kakao.calendar,
        calendar.permit,
        name=lambda locale: texts.say(pick_locale(locale), "calendar-name"),
        patience=patience,
        now=now,
    )
    plans = CalendarPlans(calendar, writer, subscriptions.subscriptions, patience=patience, now=now)
    return CalendarServices(calendar, writer, plans)
