"""Builds what has to do with members' Kakao accounts."""

from dataclasses import dataclass

from bot.config import KAKAO_AUTH_URL
from bot.services.accounts.consents import Consents
from bot.services.accounts.friends import Friends
from bot.services.accounts.linked import LinkedMembers
from bot.services.accounts.linked_roles import LinkedRoles, Login
from bot.services.accounts.links import Links
from bot.services.accounts.logins import Logins
from bot.services.accounts.oauth import OAuthFlow
from bot.services.accounts.partings import Partings
from bot.services.accounts.pending import Meter, PendingLinks
from bot.services.accounts.security_events import Keys, SecurityEvents
from bot.services.accounts.visibility import Visibility
from bot.services.accounts.webhook_queue import WebhookQueue
from bot.services.accounts.webhooks import AccountWebhooks
from bot.services.resources import Resources
from storage.vault import Vault


@dataclass(frozen=True)
class AccountServices:
    """Links of members with Kakao, and what Kakao tells of them."""

    links: Links
    linked: LinkedMembers
    linking: OAuthFlow
    pending: PendingLinks
    partings: Partings
    linked_roles: LinkedRoles | None
    """None without Discord's client secret."""
    consents: Consents
    friends: Friends
    visibility: Visibility
    accounts: AccountWebhooks
    inbox: WebhookQueue


def build_accounts(resources: Resources, login: Login | None, meter: Meter) -> AccountServices:
    """Build the services about accounts; with `login` members can show who they are at Discord."""
    kakao, stores, now = resources.kakao, resources.stores, resources.now
    kept = stores.partings if kakao.has_admin_key else None
    partings = Partings(stores.links, kakao, kept, now=now)
    links = Links(stores.links, kakao, now=now, partings=partings)
    url = resources.config.public_url
    pending = PendingLinks(
        stores.pending, links, kakao, meter, resources.texts, public_url=url, now=now
    )
    asks_number = resources.config.link_proof == "code"
    linking = OAuthFlow(
        links, pending, stores.requests, kakao, asks_number=asks_number, public_url=url, now=now
    )
    worker = resources.worker
    inbox = WebhookQueue(stores.webhooks, now=now, worker=lambda: worker.id)
    roles = None
    if login is not None:
        proofs, texts = stores.role_connections, resources.texts
        logins = Logins(Vault(resources.config.raw_token_keys), now=now)
        roles = LinkedRoles(login, logins, proofs, linking, links, texts=texts, now=now)
    friends = Friends(links, kakao, now=now)
    return AccountServices(
        links=links,
        linked=LinkedMembers(stores.links),
        linking=linking,
        pending=pending,
        partings=partings,
        linked_roles=roles,
        consents=Consents(links, kakao),
        friends=friends,
        visibility=Visibility(stores.visibilities, links, friends, resources.sight, now=now),
        accounts=AccountWebhooks(links, pending, inbox, _security_events(resources), now=now),
        inbox=inbox,
    )


def _security_events(resources: Resources) -> SecurityEvents:
    """Read account events; Kakao does not say for sure which of its names our app goes by there."""
    config = resources.config
    names = (config.kakao_rest_api_key.get_secret_value(), config.kakao_app_id)
    return SecurityEvents(
        Keys(resources.kakao, now=resources.now),
        issuers={config.kakao_auth_url, KAKAO_AUTH_URL},
        audience=[name for name in names if name],
        now=resources.now,
    )
