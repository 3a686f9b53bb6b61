"""Stands before every route: hosts, and a readable page for whatever goes wrong."""

import logging
from http import HTTPStatus

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware
from yarl import URL

from bot.logs import Seldom, described
from bot.services.accounts.oauth import LinkRefused
from bot.web.answers import Answers
from bot.web.caller import own_address
from bot.web.doctor import PATH as DOCTOR
from bot.web.metrics import PATH as METRICS
from bot.web.operator import KEYS, RELOAD, UNLINK

logger = logging.getLogger(__name__)

HEALTH = "/healthz"
# What the operator's own programs ask for, past the proxy: its name for us is not the public one.
OPERATORS = frozenset({HEALTH, METRICS, RELOAD, UNLINK, KEYS})


class Guard:
    """Stands before every route: no other host, no answer without a readable page."""

    def __init__(self, answers: Answers, public: URL) -> None:
        self._answers = answers
        self._seldom = Seldom(logger)
        self._hosts = {public.host_port_subcomponent, f"{public.host_subcomponent}:{public.port}"}

    @property
    def protect(self) -> Middleware:
        """The middleware."""

        @web.middleware
        async def protect(request: web.Request, handler: Handler) -> web.StreamResponse:
            if not self._is_host(request):
                return self._answers.notice(request, "wrong-host", HTTPStatus.MISDIRECTED_REQUEST)
            try:
                return await handler(request)
            except LinkRefused as refused:
                return self._answers.refusal(request, refused)
            except web.HTTPException as error:
                return self._http_error(request, error)
            except Exception as error:  # noqa: BLE001 - a traceback may hold secrets
                self._seldom.error(f"{_route(request)} fails: %s", described(error))
                return self._answers.notice(request, "failed", HTTPStatus.INTERNAL_SERVER_ERROR)

        return protect

    def _is_host(self, request: web.Request) -> bool:
        hosts = request.headers.getall(hdrs.HOST, [])
        if len(hosts) != 1:
            return False
        host = hosts[0].lower()
        if host in self._hosts:
            return True
        if _route(request) == DOCTOR:
            # That a proxy passes on another name is what it is asked for; its ticket decides.
            return True
        # Where such a header comes along, it alone decides, behind that address.
        known = host in _own_hosts(request) or hdrs.AUTHORIZATION in request.headers
        return known and _route(request) in OPERATORS

    def _http_error(self, request: web.Request, error: web.HTTPException) -> web.Response:
        names = {HTTPStatus.NOT_FOUND: "not-found", HTTPStatus.METHOD_NOT_ALLOWED: "wrong-method"}
        name = names.get(HTTPStatus(error.status), "bad-request")
        response = self._answers.notice(request, name, error.status)
        for header in (hdrs.ALLOW, hdrs.WWW_AUTHENTICATE):
            if header in error.headers:
                response.headers[header] = error.headers[header]
        return response


def _own_hosts(request: web.Request) -> set[str]:
    """Return the names under which a supervisor on this machine reaches the bound socket."""
    host, port = own_address(request)
    return {f"{host}:{port}", f"[{host}]:{port}", f"localhost:{port}"}


def _route(request: web.Request) -> str:
    """Return the pattern of the address; the address itself may hold a secret."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "no route"
