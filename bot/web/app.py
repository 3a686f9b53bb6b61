"""The routes, and what needs no page of its own: jumps, health, static files."""

import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from aiohttp import hdrs, web
from yarl import URL

from bot.services.accounts.linked_roles import LinkedRoles
from bot.services.accounts.oauth import OAuthFlow
from bot.services.forwarding.jumps import JumpExpired, Jumps, JumpUnknown
from bot.texts import Texts
from bot.web.answers import ANSWERS, PAGES, YEAR, Answers, redirect_to, security_headers
from bot.web.guard import HEALTH, Guard
from bot.web.links import LinkPages
from bot.web.outcomes import PATH as DONE
from bot.web.pages import Pages

Application = web.Application
JUMP_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def build_health(
    texts: Texts,
    *,
    public_url: str,
    picture_origin: str,
    auth_url: str,
    healthy: Callable[[], Awaitable[bool]],
    login_page: str | None = None,
) -> web.Application:
    """Build a web application that says how this process is, and has no other page."""
    public = URL(public_url)
    pages = Pages(texts, public_url)
    headers = security_headers(picture_origin, auth_url, login_page, https=public.scheme == "https")
    answers = Answers(pages, headers)
    app = web.Application(middlewares=[Guard(answers, public).protect])
    app.on_response_prepare.append(answers.secure)
    app[ANSWERS] = answers
    app[PAGES] = pages

    async def health(_request: web.Request) -> web.Response:
        well = await healthy()
        status = HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE
        return web.json_response({"status": "ok" if well else "unavailable"}, status=status)

    app.router.add_get(HEALTH, health)
    return app


def _add_pages(
    app: web.Application,
    linking: OAuthFlow,
    jumps: Jumps,
    *,
    public_url: str,
    roles: LinkedRoles | None = None,
    asks_login: bool = False,
) -> None:
    """Add what members see: link pages, the way back from Kakao, and jumps."""
    public, pages, answers = URL(public_url), app[PAGES], app[ANSWERS]
    link_pages = LinkPages(linking, pages, answers, public, roles, asks_login=asks_login)
    rest = Rest(jumps, pages, answers)
    app.router.add_get("/link/{token}", link_pages.show)
    app.router.add_post("/link/{token}", link_pages.depart)
    # Asking for the head of this page would consume the state.
    app.router.add_get("/oauth/kakao/callback", link_pages.callback, allow_head=False)
    if roles is not None:
        app.router.add_get("/oauth/discord/callback", link_pages.identified, allow_head=False)
        app.router.add_get("/linked-roles", link_pages.report)
    app.router.add_get(DONE, link_pages.done)
    app.router.add_get("/number", link_pages.explain_number)
    app.router.add_get("/m/{id}", rest.jump)
    app.router.add_get("/static/{name}", rest.static)


def build_web(
    linking: OAuthFlow,
    jumps: Jumps,
    texts: Texts,
    *,
    public_url: str,
    picture_origin: str,
    auth_url: str,
    healthy: Callable[[], Awaitable[bool]],
    roles: LinkedRoles | None = None,
    asks_login: bool = False,
) -> web.Application:
    """Build the web application with what members see; `serve` runs it.

    With `roles` Discord can be asked whose browser it is, and where it `asks_login` it is asked
    before anybody goes on to Kakao.
    """
    app = build_health(
        texts,
        public_url=public_url,
        picture_origin=picture_origin,
        auth_url=auth_url,
        healthy=healthy,
        login_page=roles.login_page if roles else None,
    )
    _add_pages(app, linking, jumps, public_url=public_url, roles=roles, asks_login=asks_login)
    return app


class Rest:
    """Jump pages and static files."""

    def __init__(self, jumps: Jumps, pages: Pages, answers: Answers) -> None:
        self._jumps = jumps
        self._pages = pages
        self._answers = answers

    async def jump(self, request: web.Request) -> web.Response:
        """Send a reader of a card on to the message in Discord."""
        jump_id = request.match_info["id"]
        try:
            if not JUMP_ID.fullmatch(jump_id):
                raise JumpUnknown
            address = await self._jumps.follow(jump_id)
        except JumpUnknown:
            return self._answers.notice(request, "jump-unknown", HTTPStatus.NOT_FOUND)
        except JumpExpired:
            return self._answers.notice(request, "jump-expired", HTTPStatus.GONE)
        return redirect_to(HTTPStatus.FOUND, address)

    async def static(self, request: web.Request) -> web.Response:
        """Serve a style sheet or picture; its address changes with its content."""
        file = self._pages.files.get(request.match_info["name"])
        if file is None:
            raise web.HTTPNotFound
        headers = {hdrs.CACHE_CONTROL: f"public, max-age={YEAR}, immutable"}
        return web.Response(body=file.body, content_type=file.kind, headers=headers)
