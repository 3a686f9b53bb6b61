"""The composition root: opens everything in order, closes it in reverse."""

import asyncio
import random
import signal
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, TypeVar

from bot.client import GUILD_READY_SECONDS, Discord, sync_commands
from bot.config import Config
from bot.kakao import KakaoApp, KakaoClient, open_http
from bot.services import Services
from bot.services.deliveries import Deliveries
from bot.services.forwarding import Forwarding
from bot.services.friends import Friends
from bot.services.housekeeping import Housekeeping
from bot.services.jumps import Jumps
from bot.services.links import Arrival, Links
from bot.texts import Texts
from bot.web import build_web, serve
from storage.database import Database, StorageError, open_database
from storage.deliveries import DeliveryStore
from storage.drafts import DraftStore
from storage.jumps import JumpStore
from storage.link_requests import LinkRequestStore
from storage.links import LinkStore
from storage.vault import Vault

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
    ):
        yield build_services(config, database, KakaoClient(http, _kakao_app(config)), now)


def build_services(
    config: Config, database: Database, kakao: KakaoClient, now: Callable[[], float]
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
    deliveries = Deliveries(
        DeliveryStore(database), links, kakao, now=now, random=random.SystemRandom()
    )
    friends = Friends(links, kakao, now=now)
    jumps = Jumps(pages, config.public_url, now)
    forwarding = Forwarding(
        links=links, deliveries=deliveries, drafts=drafts, jumps=jumps, texts=texts, now=now
    )

    async def go_on(arrival: Arrival) -> None:
        await friends.forget(arrival.member_id)
        await deliveries.unpark(arrival.member_id)

    links.on_linked.append(go_on)
    links.on_unlinked += [deliveries.cancel, drafts.delete_member, friends.forget]
    return Services(
        links=links,
        deliveries=deliveries,
        forwarding=forwarding,
        friends=friends,
        jumps=jumps,
        housekeeping=Housekeeping(requests, pages, drafts, now=now),
        texts=texts,
        ping=database.ping,
    )


@asynccontextmanager
async def at_work(services: Services) -> AsyncIterator[asyncio.Task[None]]:
    """Send what is accepted and tidy up; at the end sends under way may finish."""
    async with _task(services.housekeeping.run()), _task(services.deliveries.run()) as sending:
        try:
            yield sending
        finally:
            with suppress(TimeoutError):
                await asyncio.wait_for(services.deliveries.stop(), FINISHING_SECONDS)


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
