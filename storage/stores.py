"""All the stores of one database."""

from dataclasses import dataclass
from typing import Self

from storage.allowances import AllowanceStore
from storage.calendar_events import CalendarStore
from storage.changes import ChangeStore, Feed
from storage.copies import Copies
from storage.database import Database
from storage.decisions import DecisionStore
from storage.deliveries import DeliveryStore
from storage.departures import DepartureStore
from storage.digests import DigestStore
from storage.drafts import DraftStore
from storage.exclusions import ExclusionStore
from storage.hits import HitStore
from storage.images import ImageStore
from storage.jumps import JumpStore
from storage.leases import LeaseStore
from storage.link_requests import LinkRequestStore
from storage.links import LinkStore
from storage.memberships import MembershipStore
from storage.notices import NoticeStore
from storage.optouts import OptOutStore
from storage.partings import PartingStore
from storage.pending_links import PendingLinkStore
from storage.personal import PersonalStore
from storage.planned_events import PlannedEventStore
from storage.presences import PresenceStore
from storage.reactions import ReactionStore
from storage.reloads import ReloadStore
from storage.replacements import ReplacementStore
from storage.role_connections import RoleConnectionStore
from storage.rule_hits import RuleHitStore
from storage.rules import RuleStore
from storage.schedules import WishStore
from storage.settings import SettingsStore
from storage.shares import ShareStore
from storage.statistics import StatisticsStore
from storage.subscriptions import SubscriptionStore
from storage.troubles import TroubleStore
from storage.vault import Vault
from storage.verdicts import VerdictStore
from storage.visibilities import VisibilityStore
from storage.watermarks import WatermarkStore
from storage.webhooks import WebhookStore
from storage.workers import WorkerStore
from storage.write_ahead_log import WriteAheadLog


@dataclass(frozen=True, slots=True)
class Stores:
    """One for each table, for copies of all, for those who send, and for what others change."""

    allowances: AllowanceStore
    calendar: CalendarStore
    changes: ChangeStore
    copies: Copies
    decisions: DecisionStore
    deliveries: DeliveryStore
    departures: DepartureStore
    digests: DigestStore
    drafts: DraftStore
    exclusions: ExclusionStore
    feed: Feed
    hits: HitStore
    images: ImageStore
    jumps: JumpStore
    leases: LeaseStore
    links: LinkStore
    memberships: MembershipStore
    notices: NoticeStore
    optouts: OptOutStore
    partings: PartingStore
    pending: PendingLinkStore
    personal: PersonalStore
    planned: PlannedEventStore
    presences: PresenceStore
    reactions: ReactionStore
    reloads: ReloadStore
    replacements: ReplacementStore
    requests: LinkRequestStore
    role_connections: RoleConnectionStore
    rule_hits: RuleHitStore
    rules: RuleStore
    settings: SettingsStore
    shares: ShareStore
    statistics: StatisticsStore
    subscriptions: SubscriptionStore
    troubles: TroubleStore
    verdicts: VerdictStore
    visibilities: VisibilityStore
    watermarks: WatermarkStore
    webhooks: WebhookStore
    wishes: WishStore
    write_ahead_log: WriteAheadLog
    workers: WorkerStore

    @classmethod
    def of(cls, database: Database, vault: Vault) -> Self:
        """Return the stores of a database."""
        links = LinkStore(database, vault)
        return cls(
            allowances=AllowanceStore(database),
            calendar=CalendarStore(database),
            changes=ChangeStore(database),
            copies=Copies(database.path),
            decisions=DecisionStore(database),
            deliveries=DeliveryStore(database),
            departures=DepartureStore(database),
            digests=DigestStore(database),
            drafts=DraftStore(database),
            exclusions=ExclusionStore(database),
            feed=Feed(database),
            hits=HitStore(database),
            images=ImageStore(database),
            jumps=JumpStore(database),
            leases=LeaseStore(database),
            links=links,
            memberships=MembershipStore(database),
            notices=NoticeStore(database, vault),
            optouts=OptOutStore(database),
            partings=PartingStore(database, vault),
            pending=PendingLinkStore(database, vault, links),
            personal=PersonalStore(database),
            planned=PlannedEventStore(database),
            presences=PresenceStore(database),
            reactions=ReactionStore(database),
            reloads=ReloadStore(database),
            replacements=ReplacementStore(database),
            requests=LinkRequestStore(database, vault),
            role_connections=RoleConnectionStore(database, vault),
            rule_hits=RuleHitStore(database),
            rules=RuleStore(database),
            settings=SettingsStore(database),
            shares=ShareStore(database),
            statistics=StatisticsStore(database),
            subscriptions=SubscriptionStore(database),
            troubles=TroubleStore(database),
            verdicts=VerdictStore(database),
            visibilities=VisibilityStore(database),
            watermarks=WatermarkStore(database),
            webhooks=WebhookStore(database, vault),
            wishes=WishStore(database),
            write_ahead_log=WriteAheadLog(database),
            workers=WorkerStore(database),
        )
