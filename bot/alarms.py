"""Tells an address of the operator's what needs a person, whether Discord is there or not."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import aiohttp

from bot.logs import described
from bot.services.alarms import Trouble, line_of
from bot.services.clock import Clock
from bot.texts import LOCALES, Locale, Texts

logger = logging.getLogger(__name__)

MOST_WAITING = 50
SECONDS = 10.0
# After a failure, each time twice as long: while nobody answers, one question at a time is asked.
FIRST_WAIT, LONGEST_WAIT = 2.0, 600.0
# They may take it later; all other refusals are for good.
LATER = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
URGENT, USUAL = 4, 3


@dataclass(frozen=True, slots=True)
class Told:
    """An alarm, or its end, in words."""

    name: str
    begins: bool
    texts: Mapping[Locale, str]
    at: float
    about: str
    """The address of this Kkachi."""

    @property
    def text(self) -> str:
        """All languages, one line for each."""
        return "\n".join(self.texts.values())


class Refused(Exception):
    """The address does not want what it gets."""


class Away(Exception):
    """Nobody answers there just now."""


def form_of(url: str, wanted: str) -> str:
    """Return in which form an address takes alarms: what is wanted, or what its name tells."""
    if wanted:
        return wanted
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host in {"discord.com", "discordapp.com"} and parts.path.startswith("/api/"):
        return "discord"
    if host == "hooks.slack.com":
        return "slack"
    return "ntfy" if host.split(".")[0] == "ntfy" else "json"


def request_of(url: str, form: str, told: Told) -> tuple[str, dict[str, Any]]:
    """Return where to post an alarm, and what."""
    if form == "discord":
        return url, {"content": told.text, "allowed_mentions": {"parse": []}}
    if form == "slack":
        return url, {"text": told.text}
    if form == "ntfy":
        # Their JSON goes to the server; the topic stands in it.
        parts = urlsplit(url)
        root = urlunsplit((parts.scheme, parts.netloc, "/", "", ""))
        tags = ["rotating_light" if told.begins else "white_check_mark"]
        priority = URGENT if told.begins else USUAL
        topic = parts.path.strip("/")
        words = {"title": "Kkachi", "message": told.text, "tags": tags, "priority": priority}
        return root, {"topic": topic, **words}
    state = "begins" if told.begins else "over"
    return url, {
        "alarm": told.name,
        "state": state,
        "texts": dict(told.texts),
        "at": told.at,
        "kkachi": told.about,
    }


class AlarmPost:
    """Posts alarms one after the other, in their order, until each has arrived."""

    def __init__(
        self,
        post: Callable[[Told], Awaitable[None]],
        texts: Texts,
        about: str,
        *,
        now: Clock,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._post = post
        self._texts = texts
        self._about = about
        self._now = now
        self._sleep = sleep
        # The oldest goes when there are too many: what is true now is worth more.
        self._waiting: deque[Told] = deque(maxlen=MOST_WAITING)
        self._arrived = asyncio.Event()

    def tell(self, alarm: Trouble, begins: bool) -> None:  # noqa: FBT001 - as it is told
        """Accept an alarm, or its end; it is posted by `run`."""
        lines = {one: line_of(self._texts, one, alarm, begins=begins) for one in LOCALES}
        self._waiting.append(Told(str(alarm), begins, lines, self._now(), self._about))
        self._arrived.set()

    async def run(self) -> None:
        """Post what waits until cancelled."""
        wait = FIRST_WAIT
        while True:
            await self._arrived.wait()
            told = self._waiting[0]
            try:
                await self._post(told)
            except Away as error:
                logger.warning("an alarm waits for ALERT_URL (%s), %.0f s", error, wait)
                await self._sleep(wait)
                wait = min(2 * wait, LONGEST_WAIT)
                continue
            except Refused as error:
                logger.error("ALERT_URL does not take an alarm: %s", error)  # noqa: TRY400 - its own words may hold the address
            wait = FIRST_WAIT
            if self._waiting and self._waiting[0] is told:
                self._waiting.popleft()
            if not self._waiting:
                self._arrived.clear()


@asynccontextmanager
async def open_alarm_post(
    url: str, form: str, texts: Texts, about: str, *, now: Clock
) -> AsyncIterator[AlarmPost]:
    """Open the way to an address that wants to be told; nothing else of it is ever logged."""
    chosen = form_of(url, form)
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as http:

        async def post(told: Told) -> None:
            address, body = request_of(url, chosen, told)
            await _posted(http, address, body)

        yield AlarmPost(post, texts, about, now=now)


async def _posted(http: aiohttp.ClientSession, address: str, body: Mapping[str, Any]) -> None:
    try:
        async with http.post(address, json=body, allow_redirects=False) as response:
            status = response.status
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        # Its words name the address, which is a secret.
        raise Away(type(error).__name__) from None
    except ValueError as error:
        raise Refused(described(error)) from None
    if status in LATER or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Away(str(status))
    if status >= HTTPStatus.MULTIPLE_CHOICES:
        raise Refused(str(status))
