"""The composition root: opens everything in order, closes it in reverse."""

import asyncio
import random
import signal
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, TypeVar

from bot.client import GUILD_READY_SECONDS, Discord, sync_commands
from bot.config import KAKAO_AUTH_URL, Config
from bot.kakao import KakaoApp, KakaoClient, open_http
from bot.pictures import Pictures, open_pictures
from bot.services import Services
from bot.services.accounts import Accounts
from bot.services.allowance import Allowance, Limits
from bot.services.attempts import Attempts, as_it_is
from bot.services.changes import Changes
from bot.services.compose import Compose
from bot.services.conclusions import Conclusions
from bot.services.consents import Consents
from bot.services.deliveries import Deliveries
from bot.services.domains import Domains
from bot.services.drafts import Drafts
from bot.services.events import Events, Keys
from bot.services.forwarding import Forwarding
from bot.services.friends import Friends
from bot.services.housekeeping import Housekeeping
from bot.services.images import Images
from bot.services.inbox import Inbox
from bot.services.jumps import Jumps
from bot.services.links import Arrival, Links
from bot.services.sender import Sender
from bot.services.shares import Shares
from bot.services.templates import Templates
from bot.texts import Texts
from bot.web import ShareSettings, add_accounts, add_sharing, build_web, serve
from storage.allowances import AllowanceStore
from storage.database import Database, StorageError, open_database
from storage.deliveries import DeliveryStore
from storage.drafts import DraftStore
from storage.images import ImageStore
from storage.jumps import JumpStore
from storage.link_requests import LinkRequestStore
from storage.links import LinkStore
from storage.shares import ShareStore
from storage.templates import TemplateStore
from storage.vault import Vault
from storage.webhooks import WebhookStore

T = TypeVar("T")

# Of the ten seconds there are to stop; the rest is for closing Discord and the web server.
FINISHING_SECONDS = 4.0


class CannotListen(Exception):
    """The web server's address is taken or not this machine's."""


async def run(config: Config) -> None:
    """Run everything until SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    await run_until(stopped, config)


async def run_until(
    stopped: asyncio.Event, config: Config, *, guild_ready_timeout: float = GUILD_READY_SECONDS
) -> None:
    """Run everything until `stopped` is set, or until something ends that must not.

    Raises TokenRefused, CannotListen, StorageError.
    """
    async with AsyncExitStack() as stack:
        services = await stack.enter_async_context(open_services(config))
        # Opened before the web server and closed after it: what Kakao says is not said again.
        await stack.enter_async_context(services.inbox.open())
        discord = Discord(config, services, guild_ready_timeout=guild_ready_timeout)
        await stack.enter_async_context(_web(config, services, discord))
        connected = await stack.enter_async_context(_task(discord.run()))
        sending = await stack.enter_async_context(at_work(services))
        stopping = await stack.enter_async_context(_task(stopped.wait()))
        await _first(stopping, connected, sending)


async def sync(config: Config) -> None:
    """Register the commands at Discord by hand; Kkachi may run meanwhile."""
    async with open_services(config, exclusive=False) as services:
        await sync_commands(config, services)


@asynccontextmanager
async def open_services(
    config: Config, *, now: Callable[[], float] = time.time, exclusive: bool = True
) -> AsyncIterator[Services]:
    """Open the database and the way to Kakao, and build all services upon them."""
    async with (
        open_database(config.database_url, exclusive=exclusive) as database,
        open_http() as http,
        open_pictures(config.discord_cdn_url) as pictures,
    ):
        kakao = KakaoClient(http, _kakao_app(config))
        yield build_services(config, database, kakao, pictures, now)


def build_services(
    config: Config,
    database: Database,
    kakao: KakaoClient,
    pictures: Pictures,
    now: Callable[[], float],
) -> Services:
    """Build the services and let them hear of each other."""
    vault = Vault(config.raw_token_keys)
    requests, drafts, pages = (
        LinkRequestStore(database, vault),
        DraftStore(database),
        JumpStore(database),
    )
    texts = Texts()
    links = Links(
        LinkStore(database, vault), requests, kakao, public_url=config.public_url, now=now
    )
    allowance = Allowance(AllowanceStore(database), _limits(config), now=now)
    outbox, changes, chance = DeliveryStore(database), Changes(), random.SystemRandom()
    deliveries = Deliveries(outbox, links, changes, now=now, random=chance)
    uploads = ImageStore(database)
    images = Images(uploads, kakao, pictures, now=now)
    prepare = images.prepare if config.kakao_images == "upload" else as_it_is
    sender = Sender(
        outbox,
        allowance,
        Attempts(links, kakao, now=now, prepare=prepare),
        Conclusions(outbox, links, changes),
        changes,
        now=now,
        random=chance,
    )
    friends = Friends(links, kakao, now=now)
    jumps = Jumps(pages, config.public_url, now)
    webhooks = WebhookStore(database)
    inbox = Inbox(webhooks, now=now)
    accounts = Accounts(links, inbox, _events(config, kakao, now), now=now)
    share_store = ShareStore(database)
    shares = Shares(
        share_store,
        inbox,
        jumps,
        texts,
        public_url=config.public_url,
        is_on=bool(config.kakao_javascript_key),
        is_told=bool(config.kakao_admin_key.get_secret_value()),
        prepare=prepare,
        now=now,
    )
    begun = Drafts(drafts, now)
    forwarding = Forwarding(
        links=links, deliveries=deliveries, drafts=begun, jumps=jumps, texts=texts
    )
    compose = Compose(
        links=links,
        drafts=begun,
        jumps=jumps,
        domains=Domains(config.public_url, config.kakao_link_domains),
    )

    async def go_on(arrival: Arrival) -> None:
        await friends.forget(arrival.member_id)
        await deliveries.unpark(arrival.member_id)

    links.on_linked.append(go_on)
    links.on_unlinked += [
        deliveries.cancel,
        allowance.forget,
        drafts.delete_member,
        friends.forget,
    ]
    return Services(
        links=links,
        consents=Consents(links, kakao),
        allowance=allowance,
        deliveries=deliveries,
        sender=sender,
        drafts=begun,
        forwarding=forwarding,
        compose=compose,
        templates=Templates(TemplateStore(database), now),
        friends=friends,
        jumps=jumps,
        shares=shares,
        accounts=accounts,
        inbox=inbox,
        housekeeping=Housekeeping(requests, pages, drafts, share_store, webhooks, uploads, now=now),
        texts=texts,
        ping=database.ping,
    )


@asynccontextmanager
async def at_work(services: Services) -> AsyncIterator[asyncio.Task[None]]:
    """Send what is accepted and tidy up; at the end sends under way may finish."""
    async with _task(services.housekeeping.run()), _task(services.sender.run()) as sending:
        try:
            yield sending
        finally:
            with suppress(TimeoutError):
                await asyncio.wait_for(services.sender.stop(), FINISHING_SECONDS)


@asynccontextmanager
async def _web(config: Config, services: Services, discord: Discord) -> AsyncIterator[None]:
    async def healthy() -> bool:
        with suppress(StorageError):
            await services.ping()
            return discord.is_ready
        return False

    web = build_web(
        services.links,
        services.jumps,
        services.texts,
        public_url=config.public_url,
        picture_origin=config.discord_cdn_url,
        auth_url=config.kakao_auth_url,
        healthy=healthy,
    )
    add_sharing(web, services.shares, _share_settings(config))
    add_accounts(
        web,
        services.accounts,
        admin_key=config.kakao_admin_key.get_secret_value(),
        app_id=config.kakao_app_id,
    )
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(serve(web, config.web_host, config.web_port))
        except OSError as error:
            place = f"{config.web_host}:{config.web_port}"
            raise CannotListen(
                f"WEB_HOST, WEB_PORT: {place} cannot be listened on: {error.strerror}"
            ) from None
        yield


def _kakao_app(config: Config) -> KakaoApp:
    return KakaoApp(
        rest_api_key=config.kakao_rest_api_key.get_secret_value(),
        client_secret=config.kakao_client_secret.get_secret_value(),
        redirect_uri=config.redirect_uri,
        auth_url=config.kakao_auth_url,
        api_url=config.kakao_api_url,
    )


def _limits(config: Config) -> Limits:
    return Limits(
        app=config.kakao_app_daily,
        sender=config.kakao_sender_daily,
        recipient=config.kakao_recipient_daily,
        pair=config.kakao_pair_daily,
        reset_hour=config.kakao_reset_hour,
    )


def _events(config: Config, kakao: KakaoClient, now: Callable[[], float]) -> Events:
    """Read account events; Kakao does not say for sure which of its names our app goes by there."""
    names = (config.kakao_rest_api_key.get_secret_value(), config.kakao_app_id)
    return Events(
        Keys(kakao, now=now),
        issuers={config.kakao_auth_url, KAKAO_AUTH_URL},
        audience=[name for name in names if name],
        now=now,
    )


def _share_settings(config: Config) -> ShareSettings:
    return ShareSettings(
        javascript_key=config.kakao_javascript_key,
        sdk_url=config.kakao_sdk_url,
        sdk_integrity=config.kakao_sdk_integrity,
        auth_url=config.kakao_auth_url,
        picture_origin=config.discord_cdn_url,
        admin_key=config.kakao_admin_key.get_secret_value(),
    )


@asynccontextmanager
async def _task(work: Coroutine[Any, Any, T]) -> AsyncIterator[asyncio.Task[T]]:
    """Do this beside the rest and cancel it at the end."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _first(*tasks: asyncio.Task[Any]) -> None:
    """Wait for the first task to end, and raise what it raised."""
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()
