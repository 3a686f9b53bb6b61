"""Builds what finds highlights by itself and brings them on their way."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.services.accounts.build import AccountServices
from bot.services.accounts.linked import LinkedMembers
from bot.services.accounts.links import Links
from bot.services.deliveries.build import DeliveryServices
from bot.services.forwarding.build import ForwardingServices
from bot.services.forwarding.forwarding import Forwarding
from bot.services.forwarding.jumps import Jumps
from bot.services.highlights.activity import Activity
from bot.services.highlights.catch_up import CatchUp
from bot.services.highlights.days import Days
from bot.services.highlights.digests import Digests
from bot.services.highlights.dispatcher import Dispatcher
from bot.services.highlights.gates import Gates
from bot.services.highlights.matching.matcher import Matcher
from bot.services.highlights.opening import Opening
from bot.services.highlights.pattern_budget import PatternBudget
from bot.services.highlights.pattern_search import PatternSearch
from bot.services.highlights.picked import Picked
from bot.services.highlights.presence import Presence
from bot.services.highlights.questions import Questions
from bot.services.highlights.reactions import Reactions
from bot.services.highlights.replacements import Replacements
from bot.services.highlights.rule_index import RuleIndex
from bot.services.highlights.rules import Rules
from bot.services.highlights.schedule import Schedules
from bot.services.highlights.verdicts import Verdicts
from bot.services.highlights.watcher import Watcher
from bot.services.privacy.optouts import OptOuts
from bot.services.privacy.presences import Presences
from bot.services.resources import Resources
from bot.services.servers.build import ServerServices


@dataclass(frozen=True)
class HighlightServices:
    """Members' rules, and the way from a message to a card."""

    rules: Rules
    wishes: Schedules
    gates: Gates
    dispatcher: Dispatcher
    digests: Digests
    catch_up: CatchUp
    patterns: PatternSearch
    watch: Watcher
    replacements: Replacements
    picked: Picked
    reactions: Reactions


def build_highlights(
    resources: Resources,
    *,
    accounts: AccountServices,
    outbox: DeliveryServices,
    optouts: OptOuts,
    presences: Presences,
    servers: ServerServices,
    forwarding: ForwardingServices,
) -> HighlightServices:
    """Build the services of `/highlight`."""
    stores, sight, now = resources.stores, resources.sight, resources.now
    links, linked = accounts.links, accounts.linked
    rules = _rules(resources, servers)
    wishes, activity = Schedules(stores.wishes, now=now), Activity()
    dispatcher = _dispatcher(resources, links, outbox, wishes)
    questions = Questions(
        sight=sight,
        access=servers.access,
        optouts=optouts,
        presences=presences,
        subscriptions=stores.subscriptions,
        hits=stores.hits,
        activity=activity,
        links=links,
        wishes=wishes,
        dispatcher=dispatcher,
        now=now,
    )
    gates = Gates(questions, rules)
    presence = Presence(sight)
    patterns = PatternSearch(rules.index.matcher, linked, PatternBudget(), presence)
    catch_up = _catch_up(resources, rules.index, presence)
    again_after = resources.patience.first
    replacements = Replacements(stores.replacements, again_after=again_after, now=now)
    replacements.on_replaced.append(dispatcher.wake)
    watch = _watcher(
        resources, rules, gates, activity, dispatcher,
        patterns=patterns, linked=linked, replacements=replacements, catch_up=catch_up,
        presence=presence, note_use=servers.access.note,
    )  # fmt: skip
    digests = _digests(
        resources, gates, wishes, links=links, rules=rules, servers=servers, jumps=forwarding.jumps
    )
    picked = Picked(servers.access, optouts, gates, wishes, replacements)
    reactions = _reactions(resources, links, outbox, forwarding.forwarding, picked)
    return HighlightServices(
        rules, wishes, gates, dispatcher, digests, catch_up, patterns, watch, replacements,
        picked, reactions,
    )  # fmt: skip


def _catch_up(resources: Resources, index: RuleIndex, presence: Presence) -> CatchUp:
    sight, marks, patience = resources.sight, resources.stores.watermarks, resources.patience
    catch_up = CatchUp(index, marks, sight, presence, patience=patience, now=resources.now)
    index.on_added.append(catch_up.begin)
    return catch_up


def _rules(resources: Resources, servers: ServerServices) -> Rules:
    stores, shards = resources.stores, resources.config.shards
    alone = resources.worker.is_alone
    index = RuleIndex(stores.rules, Matcher(), shards=shards, is_alone=alone)
    return Rules(stores.rules, index, servers.settings, stores.rule_hits, now=resources.now)


def _watcher(
    resources: Resources, rules: Rules, gates: Gates, activity: Activity, dispatcher: Dispatcher,
    *, patterns: PatternSearch, linked: LinkedMembers, replacements: Replacements,
    catch_up: CatchUp, presence: Presence, note_use: Callable[[int, int], Awaitable[None]],
) -> Watcher:  # fmt: skip
    stores, now = resources.stores, resources.now
    return Watcher(
        rules=rules,
        patterns=patterns,
        linked=linked,
        gates=gates,
        hits=stores.hits,
        digests=stores.digests,
        activity=activity,
        dispatcher=dispatcher,
        verdicts=Verdicts(stores.verdicts, stores.hits, stores.deliveries, now=now),
        replacements=replacements,
        presence=presence,
        note_use=note_use,
        take=catch_up.see,
        now=now,
    )


def _dispatcher(
    resources: Resources, links: Links, outbox: DeliveryServices, wishes: Schedules
) -> Dispatcher:
    stores, is_alone = resources.stores, resources.worker.is_alone
    others = None if is_alone else stores.hits
    return Dispatcher(
        hits=stores.hits,
        links=links,
        days=Days(outbox.allowance, stores.deliveries, now=resources.now, others=others),
        schedules=wishes,
        signals=outbox.signals,
        sight=resources.sight,
        patience=resources.patience,
        now=resources.now,
        is_alone=is_alone,
    )


def _reactions(
    resources: Resources,
    links: Links,
    outbox: DeliveryServices,
    forwarding: Forwarding,
    picked: Picked,
) -> Reactions:
    return Reactions(
        resources.stores.reactions,
        links=links,
        forwarding=forwarding,
        outbox=outbox.deliveries,
        signals=outbox.signals,
        picked=picked,
        sight=resources.sight,
        patience=resources.patience,
        now=resources.now,
    )


def _digests(
    resources: Resources,
    gates: Gates,
    schedules: Schedules,
    *,
    links: Links,
    rules: Rules,
    servers: ServerServices,
    jumps: Jumps,
) -> Digests:
    return Digests(
        store=resources.stores.digests,
        hits=resources.stores.hits,
        links=links,
        rules=rules,
        gates=gates,
        settings=servers.settings,
        opening=Opening(gates, servers.access),
        schedules=schedules,
        sight=resources.sight,
        jumps=jumps,
        texts=resources.texts,
        public_url=resources.config.public_url,
        now=resources.now,
    )
