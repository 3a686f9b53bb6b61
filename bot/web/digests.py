"""The page behind a digest: all that one card stands for."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from http import HTTPStatus

from aiohttp import web

from bot.errors import DiscordAway
from bot.services.cards.markdown import in_zone, moment_of
from bot.services.highlights.digests import DigestExpired, Digests, DigestUnknown, Item
from bot.texts import Locale, Texts, pick_locale
from bot.web.answers import ANSWERS, PAGES

DIGEST_ID = re.compile(r"[A-Za-z0-9_-]{20,64}")


@dataclass(frozen=True, slots=True)
class Group:
    """What was found in one place, the oldest first."""

    place: str
    lines: Sequence[Item]


@dataclass(frozen=True, slots=True)
class Moments:
    """Tells times by the clock of whoever the page is for; `made_at` is when it was made."""

    texts: Texts
    zone: tzinfo
    made_at: float

    def made(self, locale: Locale) -> str:
        """Return when the page was made, with the time zone where that is not Seoul's."""
        moment = moment_of(self._then(self.made_at), locale, self.texts)
        return in_zone(moment, self.zone, locale, self.texts)

    def at(self, seconds: float, locale: Locale) -> str:
        """Return a time; with its day, if the page was made on another."""
        then = self._then(seconds)
        is_same_day = then.date() == self._then(self.made_at).date()
        return f"{then:%H:%M}" if is_same_day else moment_of(then, locale, self.texts)

    def stamp(self, seconds: float) -> str:
        """Return a time for programs."""
        return self._then(seconds).isoformat(timespec="minutes")

    def _then(self, seconds: float) -> datetime:
        return datetime.fromtimestamp(seconds, self.zone)


def grouped(items: Iterable[Item]) -> list[Group]:
    """Return lines by their places; the place of the most important, which comes first, first."""
    places: dict[tuple[int | None, int | None, str], list[Item]] = {}
    for item in items:
        places.setdefault((item.guild_id, item.channel_id, item.title), []).append(item)
    return [
        Group(place, sorted(lines, key=lambda line: line.at))
        for (_, _, place), lines in places.items()
    ]


def add_digests(app: web.Application, digests: Digests) -> None:
    """Add the page to the web application."""
    app.router.add_get("/d/{id}", DigestPage(digests).show)


class DigestPage:
    """Shows whoever has the address what it lists; nobody can guess one."""

    def __init__(self, digests: Digests) -> None:
        self._digests = digests

    async def show(self, request: web.Request) -> web.Response:
        """Show every line with its link to Discord."""
        answers, digest_id = request.app[ANSWERS], request.match_info["id"]
        try:
            if not DIGEST_ID.fullmatch(digest_id):
                raise DigestUnknown
            view = await self._digests.page(digest_id)
        except DigestUnknown:
            return answers.notice(request, "digest-unknown", HTTPStatus.NOT_FOUND)
        except DigestExpired:
            return answers.notice(request, "digest-expired", HTTPStatus.GONE)
        except DiscordAway:
            return answers.notice(request, "discord-away", HTTPStatus.SERVICE_UNAVAILABLE)
        digest, pages = view.digest, request.app[PAGES]
        moments = Moments(pages.texts, view.zone, digest.created_at)
        locale, groups = pick_locale(digest.locale), grouped(digest.items)
        page = pages.digest(digest, groups, moments, locale, waiting=view.waiting)
        return answers.page(page)
