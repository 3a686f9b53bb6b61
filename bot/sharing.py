"""What the processes on one PostgreSQL let each other know."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from pydantic import TypeAdapter

from bot.services.accounts.oauth import NewLink
from bot.services.accounts.partings import Parting
from bot.services.accounts.pending import Awaited
from bot.services.alarms import Trouble
from bot.services.highlights.digests import Flood
from bot.services.processes.carrier import Carried
from bot.services.services import Services
from bot.texts import Locale
from storage.changes import Changed
from storage.duties import GATEWAY
from storage.links import Link
from storage.shares import Share


def share(services: Services) -> Services:
    """Let this process hear of others and pass on what it cannot tell itself, if there are any."""
    if not services.worker.is_alone:
        hear_others(services)
        carry_news(services, is_away=GATEWAY not in services.worker.duties.roles)
    return services


def hear_others(services: Services) -> None:
    """Let whoever remembers something hear when another process has changed it."""
    for topic, listener in LISTENERS.items():
        services.hearing.on(topic, partial(listener, services))
    services.hearing.on("notices", services.carrier.arrived)
    services.hearing.on_moved.append(services.signals.moved)


async def _rules(services: Services, changed: Changed) -> None:
    await services.rules.index.refresh(changed.member_id)


async def _settings(services: Services, changed: Changed) -> None:
    services.settings.doubt(changed.guild_id)


async def _subscriptions(services: Services, changed: Changed) -> None:
    services.subscriptions.doubt(changed.guild_id)


async def _links(services: Services, changed: Changed) -> None:
    services.linked.doubt(changed.member_id)
    await _wishes(services, changed)


async def _wishes(services: Services, changed: Changed) -> None:
    if changed.member_id is not None:
        services.dispatcher.wake(changed.member_id)


async def _optouts(services: Services, _: Changed) -> None:
    services.optouts.doubt()


async def _reactions(services: Services, changed: Changed) -> None:
    services.reactions.doubt(changed.member_id)


async def _memberships(services: Services, changed: Changed) -> None:
    if changed.member_id is not None:
        await services.access.forget(changed.member_id)


async def _decisions(services: Services, _: Changed) -> None:
    services.decisions.doubt()


async def _exclusions(services: Services, _: Changed) -> None:
    await services.exclusions.tell_missed()


# By the table whose triggers tell of it.
LISTENERS: Mapping[str, Callable[[Services, Changed], Awaitable[None]]] = {
    "rules": _rules,
    "filters": _rules,
    "settings": _settings,
    "subscriptions": _subscriptions,
    "links": _links,
    "wishes": _wishes,
    "optouts": _optouts,
    "reaction_choices": _reactions,
    "memberships": _memberships,
    "exclusions": _exclusions,
    "decisions": _decisions,
}


def carry_news(services: Services, *, is_away: bool) -> None:
    """Let news for somebody on Discord reach a process that is there."""
    links, linking = services.links, services.linking
    kinds = (
        _of_member("linked", linking.on_linked, tuple[NewLink], lambda new: new.member_id),
        _of_member("awaited", linking.on_awaited, tuple[Awaited], lambda one: one.member_id),
        _of_member("number late", services.pending.on_over, tuple[int, Locale]),
        _of_member("link broken", links.on_broken, tuple[int, Locale]),
        _of_member("link undone", links.on_undone, tuple[int, Locale]),
        _of_member(
            "account kept",
            links.on_kept,
            tuple[Link, Parting],
            lambda link, _: link.member_id,
            bare=_bare,
        ),
        _of_member(
            "consent missing",
            links.on_consent_missing,
            tuple[int, Locale, frozenset[str]],
            is_read=lambda member_id, *_: services.carrier.has_read(member_id),
        ),
        _of_member("flood", services.digests.on_flood, tuple[Flood], lambda one: one.member_id),
        _kind(
            "share reached",
            services.shares.on_reached,
            tuple[Share],
            waiting=lambda share: share.nonce,
            member=lambda share: share.member_id,
            bare=lambda share: (replace(share, message={}),),
            only_awaited=True,
        ),
        _kind(
            "alarm",
            services.alarms.on_change,
            tuple[Trouble, bool],
            waiting=lambda *_: "",
            member=lambda *_: None,
        ),
    )
    services.signals.on_read.append(services.carrier.note_read)
    for kind in kinds:
        services.carrier.carry(kind, away=is_away)


def _bare(link: Link, parting: Parting) -> tuple[Link, Parting]:
    return replace(link, access_token="", refresh_token="", kakao_id=0), parting


def _of_member(
    kind: str,
    listeners: list[Any],
    shape: Any,  # noqa: ANN401 - a tuple of the listeners' arguments
    member: Callable[..., int] = lambda member_id, *_: member_id,
    **how: Any,  # noqa: ANN401 - the rest of `Carried`
) -> Carried:
    """Return a kind of news about a member, who may wait for it."""

    def waiting(*news: Any) -> str:  # noqa: ANN401 - as `shape` says
        return str(member(*news))

    return _kind(kind, listeners, shape, waiting=waiting, member=member, **how)


def _kind(kind: str, listeners: list[Any], shape: Any, **how: Any) -> Carried:  # noqa: ANN401 - as above
    before = frozenset(listeners)
    return Carried(kind=kind, listeners=listeners, shape=TypeAdapter(shape), before=before, **how)
