"""The page behind a digest: all that one card stands for."""

import re
from http import HTTPStatus

from aiohttp import web

from bot.errors import DiscordAway
from bot.services.highlights.digests import DigestExpired, Digests, DigestUnknown
from bot.texts import pick_locale
from bot.web.answers import ANSWERS, PAGES

DIGEST_ID = re.compile(r"[A-Za-z0-9_-]{20,64}")


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
            digest = await self._digests.page(digest_id)
        except DigestUnknown:
            return answers.notice(request, "digest-unknown", HTTPStatus.NOT_FOUND)
        except DigestExpired:
            return answers.notice(request, "digest-expired", HTTPStatus.GONE)
        except DiscordAway:
            return answers.notice(request, "discord-away", HTTPStatus.SERVICE_UNAVAILABLE)
        return answers.page(request.app[PAGES].digest(digest, pick_locale(digest.locale)))
