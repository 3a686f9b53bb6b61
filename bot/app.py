"""The composition root: opens everything in order, closes it in reverse."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from bot.alarms import open_alarm_post
from bot.config import Config
from bot.discord.client import GUILD_READY_SECONDS
from bot.discord.connection import CannotLoad, Discord, TokenRefused, sync_commands
from bot.discord.far import FarDiscord
from bot.discord.oauth import DiscordLogin, open_discord_login
from bot.kakao import KakaoApp, KakaoClient, open_http
from bot.logs import ForgottenLog
from bot.pictures import open_pictures
from bot.services.alarms import Alarm, Alarms
from bot.services.clock import PATIENCE, Clock, Patience
from bot.services.listeners import guarded
from bot.services.operations.absence import Absence
from bot.services.operations.supervision import RESTARTS, Restarts, Supervisor
from bot.services.services import Services
from bot.web import (
    Application,
    Notice,
    ShareSettings,
    add_accounts,
    add_digests,
    add_doctor,
    add_front,
    add_metrics,
    add_operator,
    add_privacy,
    add_sharing,
    build_health,
    build_web,
    serve,
)
from bot.wiring import build_services
from storage.database import NoDatabase, StorageError, open_database
from storage.duties import GATEWAY, SENDER, WEB
from storage.workers import ShardsTaken

Work = Coroutine[Any, Any, None]

# Of the ten seconds there are to stop; the rest is for closing Discord and the web server.
FINISHING_SECONDS = 4.0
# For the database to answer whoever asks whether all is well, who waits three seconds as a rule.
ANSWER_SECONDS = 2.0


class CannotListen(Exception):
    """The web server's address is taken or not this machine's."""


async def run(config: Config) -> None:
    """Run everything until SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(ForgottenLog())
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    await run_until(stopped, config)


async def run_until(
    stopped: asyncio.Event,
    config: Config,
    *,
    now: Clock = time.time,
    guild_ready_timeout: float = GUILD_READY_SECONDS,
    restarts: Restarts = RESTARTS,
    patience: Patience = PATIENCE,
) -> None:
    """Run what this process is for until `stopped` is set; a loop that fails is started anew.

    Raises TokenRefused, CannotLoad, CannotListen, StorageError, ShardsTaken.
    """
    async with AsyncExitStack() as stack:
        opening = open_services(config, now=now, restarts=restarts, patience=patience)
        services = await stack.enter_async_context(opening)
        await services.worker.begin()
        keep = services.supervisor.run
        discord: Discord | FarDiscord = FarDiscord(config, services)
        if GATEWAY in config.roles:
            discord = Discord(config, services, guild_ready_timeout=guild_ready_timeout)
        await stack.enter_async_context(_web(config, services, discord))
        await stack.enter_async_context(_alarms(config, services, discord))
        connection = keep("discord", discord.run, fatal=(TokenRefused, CannotLoad))
        await stack.enter_async_context(_beside(connection))
        await stack.enter_async_context(at_work(services))
        await stopped.wait()
        discord.stop_listening()


async def sync(config: Config) -> None:
    """Register the commands at Discord by hand; Kkachi may run meanwhile.

    The database is looked at only. Raises OlderDatabase, NewerDatabase.
    """
    async with open_beside(config) as services:
        await sync_commands(config, services)


@asynccontextmanager
async def open_beside(config: Config) -> AsyncIterator[Services]:
    """Build all services upon the database as it is, beside a Kkachi that may run.

    Before the first start, upon an empty one that is gone afterwards. Raises OlderDatabase,
    NewerDatabase and whatever else keeps it from being opened.
    """
    with TemporaryDirectory() as folder:
        if not await _is_there(config):
            path = Path(folder) / "data" / "kkachi.db"
            path.parent.mkdir()
            # A file that is there is not told of in the log as a new one is.
            path.touch()
            url = f"sqlite+aiosqlite:///{path}"
            async with open_services(config.model_copy(update={"database_url": url})) as services:
                yield services
            return
        async with open_services(config, exclusive=False, as_it_is=True) as services:
            yield services


async def _is_there(config: Config) -> bool:
    try:
        async with open_database(config.database_url, exclusive=False, as_it_is=True):
            return True
    except NoDatabase:
        return False


@asynccontextmanager
async def open_services(
    config: Config,
    *,
    now: Clock = time.time,
    exclusive: bool = True,
    as_it_is: bool = False,
    restarts: Restarts = RESTARTS,
    patience: Patience = PATIENCE,
) -> AsyncIterator[Services]:
    """Open the database and the way to Kakao, and build all services upon them."""
    supervisor = Supervisor(Alarms(), restarts)
    writing = partial(supervisor.run, "database")
    async with (
        open_database(
            config.database_url, exclusive=exclusive, as_it_is=as_it_is, keep=writing, now=now
        ) as database,
        open_http() as http,
        open_pictures(config.discord_cdn_url) as pictures,
        _login(config) as login,
    ):
        kakao = KakaoClient(http, kakao_app(config))
        services = build_services(
            config,
            database,
            kakao,
            pictures,
            now,
            login=login,
            supervisor=supervisor,
            patience=patience,
        )
        if exclusive:
            await services.hearing.begin()
            await services.rules.index.load()
            await services.catch_up.load()
        yield services


@asynccontextmanager
async def _login(config: Config) -> AsyncIterator[DiscordLogin | None]:
    secret = config.discord_client_secret.get_secret_value()
    if not secret:
        yield None
        return
    async with open_discord_login(
        api_url=config.discord_api_url,
        bot_token=config.discord_token.get_secret_value(),
        client_secret=secret,
        redirect_uri=f"{config.public_url}/oauth/discord/callback",
    ) as login:
        yield login


@asynccontextmanager
async def _alarms(
    config: Config, services: Services, discord: Discord | FarDiscord
) -> AsyncIterator[None]:
    """Notice when Discord is away, and tell ALERT_URL of every trouble."""
    keep, alarms = services.supervisor.run, services.alarms
    absence = Absence(Alarm.DISCORD_AWAY, alarms, lambda: discord.is_ready, now=services.now)
    works = [keep("presence", absence.run)]
    async with AsyncExitStack() as stack:
        url = config.alert_url.get_secret_value()
        if url:
            opening = open_alarm_post(
                url, config.alert_form, services.texts, config.public_url, now=services.now
            )
            post = await stack.enter_async_context(opening)
            alarms.on_change_elsewhere.append(post.tell)
            works.append(keep("alerts", post.run))
        await stack.enter_async_context(_beside(*works))
        yield


@asynccontextmanager
async def at_work(services: Services) -> AsyncIterator[None]:
    """Send what is accepted or found, and tidy up; at the end sends under way may finish.

    A loop that fails meanwhile is started anew, and the operator is told.
    """
    duties = services.worker.duties.roles
    works = [
        *_everywhere(services),
        *(_by_gateway(services) if GATEWAY in duties else ()),
        *(_by_sender(services) if SENDER in duties else ()),
        *(_by_web(services) if WEB in duties else ()),
    ]
    async with _beside(*works):
        try:
            yield
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(FINISHING_SECONDS):
                    await services.sender.stop()


def _everywhere(services: Services) -> Iterator[Work]:
    keep = services.supervisor.run
    yield keep("tokens", services.links.tokens.run)
    yield keep("expiry", services.housekeeping.run)
    yield keep("partings", services.partings.run)
    yield keep("heartbeat", services.worker.run, fatal=(ShardsTaken,))
    if not services.worker.is_alone:
        yield keep("signals", services.hearing.run)
        yield keep("troubles", services.troubles.run)


def _by_gateway(services: Services) -> Iterator[Work]:
    keep = services.supervisor.run
    yield keep("catch-up", services.catch_up.run)
    yield keep("notifier", services.notifying.run)
    yield keep("presences", services.presence_asking.run)
    yield keep("departures", services.leaving.run)
    yield keep("dispatcher", services.dispatcher.run)
    yield keep("reactions", services.reactions.run)
    if services.calendar.is_on:
        yield keep("calendar plans", services.calendar_plans.run)
        yield keep("calendar", services.calendar_writer.run)
    if not services.worker.is_alone:
        yield keep("carrier", services.carrier.run)


def _by_sender(services: Services) -> Iterator[Work]:
    yield services.supervisor.run("sender", services.sender.run, services.sender.is_stopping)


def _by_web(services: Services) -> Iterator[Work]:
    yield services.supervisor.run("pending links", services.pending.run)


@asynccontextmanager
async def _web(
    config: Config, services: Services, discord: Discord | FarDiscord
) -> AsyncIterator[None]:
    """Serve members where that is ours, and else only whoever asks how this process is."""
    async with AsyncExitStack() as stack:
        if WEB in config.roles:
            # Before the web server and after it: what Kakao says is not said again.
            queue = services.inbox.open(partial(services.supervisor.run, "webhooks"))
            await stack.enter_async_context(queue)
        web = _application(config, services, discord)
        _add_operators_pages(web, config, services, discord)
        try:
            await stack.enter_async_context(serve(web, config.web_host, config.web_port))
        except OSError as error:
            place = f"{config.web_host}:{config.web_port}"
            raise CannotListen(
                f"WEB_HOST, WEB_PORT: {place} cannot be listened on: {error.strerror}"
            ) from None
        if WEB in config.roles and services.linked_roles is not None:
            declaration = guarded("declaring Linked Roles", services.linked_roles.declare())
            await stack.enter_async_context(_beside(declaration))
        yield


def _application(config: Config, services: Services, discord: Discord | FarDiscord) -> Application:
    async def healthy() -> bool:
        return discord.is_ready and not services.supervisor.down and await _is_written(services)

    if WEB not in config.roles:
        return build_health(
            services.texts,
            public_url=config.public_url,
            picture_origin=config.discord_cdn_url,
            auth_url=config.kakao_auth_url,
            healthy=healthy,
        )
    web = build_web(
        services.linking,
        services.jumps,
        services.texts,
        public_url=config.public_url,
        picture_origin=config.discord_cdn_url,
        auth_url=config.kakao_auth_url,
        healthy=healthy,
        roles=services.linked_roles,
        asks_login=config.link_proof == "discord",
    )
    _add_members_pages(web, config, services)
    return web


def _add_members_pages(web: Application, config: Config, services: Services) -> None:
    add_digests(web, services.digests)
    notice = _notice(config)
    add_front(web, notice)
    add_privacy(web, notice)
    add_doctor(web, config.raw_token_keys, services.now)
    add_sharing(web, services.shares, _share_settings(config))
    add_accounts(
        web,
        services.accounts,
        admin_key=config.kakao_admin_key.get_secret_value(),
        app_id=config.kakao_app_id,
    )


def _add_operators_pages(
    web: Application, config: Config, services: Services, discord: Discord | FarDiscord
) -> None:
    async def metrics() -> bytes:
        return await services.metrics.text(connected=discord.is_ready)

    add_operator(web, services.plugins.reload, services.exclusions.end_link, config.raw_token_keys)
    add_metrics(web, metrics, config.metrics_token.get_secret_value())


async def _is_written(services: Services) -> bool:
    if Alarm.DATABASE in services.alarms.active:
        return False
    with suppress(StorageError, TimeoutError):
        async with asyncio.timeout(ANSWER_SECONDS):
            await services.ping()
        return True
    return False


def kakao_app(config: Config) -> KakaoApp:
    """Return the application as the settings name it."""
    return KakaoApp(
        rest_api_key=config.kakao_rest_api_key.get_secret_value(),
        client_secret=config.kakao_client_secret.get_secret_value(),
        redirect_uri=config.redirect_uri,
        auth_url=config.kakao_auth_url,
        api_url=config.kakao_api_url,
        admin_key=config.kakao_admin_key.get_secret_value(),
    )


def _notice(config: Config) -> Notice:
    return Notice(
        operator=config.operator_name,
        contact=config.operator_contact,
        invite=config.operator_invite,
        asks_number=config.link_proof == "code",
        has_calendar=config.kakao_calendar,
        domain=urlsplit(config.public_url).netloc,
        texts_days=config.keep_texts_days,
        receipts_days=config.keep_receipts_days,
        grace_days=config.grace_days,
    )


def _share_settings(config: Config) -> ShareSettings:
    return ShareSettings(
        javascript_key=config.kakao_javascript_key,
        sdk_url=config.kakao_sdk_url,
        sdk_integrity=config.kakao_sdk_integrity,
        auth_url=config.kakao_auth_url,
        api_url=config.kakao_api_url,
        sharer_url=config.kakao_sharer_url,
        public_url=config.public_url,
        picture_origin=config.discord_cdn_url,
        admin_key=config.kakao_admin_key.get_secret_value(),
    )


@asynccontextmanager
async def _beside(*works: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Do all of this beside the rest and cancel it at the end; what one raises ends the rest."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(work) for work in works]
            yield
            for task in tasks:
                task.cancel()
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None
