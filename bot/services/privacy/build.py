"""Builds what shows, limits and erases what is held about people."""

from dataclasses import dataclass

from bot.services.accounts.linked_roles import LinkedRoles
from bot.services.accounts.links import Links
from bot.services.privacy.expiry import Expiry, Purged
from bot.services.privacy.optouts import OptOuts
from bot.services.privacy.personal_data import PersonalData
from bot.services.privacy.presences import Presences
from bot.services.resources import Resources


@dataclass(frozen=True)
class PrivacyServices:
    """What members may ask of us, and what is erased without being asked."""

    privacy: PersonalData
    optouts: OptOuts
    presences: Presences
    housekeeping: Expiry


def build_privacy(
    resources: Resources, links: Links, roles: LinkedRoles | None, images: Purged
) -> PrivacyServices:
    """Build the services about personal data."""
    stores, texts, now = resources.stores, resources.texts, resources.now
    optouts = OptOuts(stores.optouts, now)
    presences = Presences(stores.presences, optouts, now=now)
    return PrivacyServices(
        privacy=PersonalData(stores.personal, links, optouts, presences, texts, now=now),
        optouts=optouts,
        presences=presences,
        housekeeping=Expiry(
            stores.requests,
            roles or stores.role_connections,
            stores.pending,
            stores.jumps,
            stores.drafts,
            stores.shares,
            stores.digests,
            stores.webhooks,
            images,
            stores.hits,
            stores.verdicts,
            stores.copies,
            stores.presences,
            stores.calendar,
            stores.reactions,
            stores.rule_hits,
            stores.changes,
            stores.reloads,
            # The last: what the others erase leaves the log at once.
            stores.write_ahead_log,
            now=now,
            leads=resources.worker.leads,
        ),
    )
