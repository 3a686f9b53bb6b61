"""Builds what puts scheduled events into members' calendars."""

from dataclasses import dataclass

from bot.services.accounts.links import Links
from bot.services.calendar.calendar import Calendar
from bot.services.calendar.plans import CalendarPlans
from bot.services.calendar.writer import CalendarWriter
from bot.services.forwarding.jumps import Jumps
from bot.services.resources import Resources
from bot.services.servers.access import Access
from bot.services.subscriptions.subscriptions import Subscriptions
from bot.texts import pick_locale


@dataclass(frozen=True)
class CalendarServices:
    """What is wanted in calendars, who writes them, and what they follow."""

    calendar: Calendar
    calendar_writer: CalendarWriter
    calendar_plans: CalendarPlans


def build_calendar(
    resources: Resources, links: Links, jumps: Jumps, access: Access, subscriptions: Subscriptions
) -> CalendarServices:
    """Build the services about Talk Calendar."""
    store, texts = resources.stores.calendar, resources.texts
    now, patience = resources.now, resources.patience
    is_on = resources.config.kakao_calendar
    calendar = Calendar(
        store, links, jumps, access, sight=resources.sight, texts=texts, is_on=is_on, now=now
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
    plans = CalendarPlans(calendar, writer, subscriptions, patience=patience, now=now)
    return CalendarServices(calendar, writer, plans)
