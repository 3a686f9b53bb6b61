"""Who asks: this machine, or somebody who shows a secret."""

import hmac
from ipaddress import ip_address

from aiohttp import hdrs, web
from yarl import URL

# What proxies tell of whom they ask for; each of them knows other names.
FORWARDING = frozenset(
    {
        "forwarded",
        "via",
        "x-real-ip",
        "x-client-ip",
        "x-cluster-client-ip",
        "x-original-host",
        "x-envoy-external-address",
        "x-azure-clientip",
        "true-client-ip",
        "client-ip",
        "cf-connecting-ip",
        "cf-ray",
        "cdn-loop",
        "fastly-client-ip",
        "fly-client-ip",
    }
)


def shows(request: web.BaseRequest, expected: bytes) -> bool:
    """Tell whether a request carries exactly this `Authorization`, whatever bytes it holds."""
    given = request.headers.getall(hdrs.AUTHORIZATION, [])
    if len(given) != 1:
        return False
    return hmac.compare_digest(given[0].encode(errors="surrogateescape"), expected)


def is_this_machine(request: web.BaseRequest) -> bool:
    """Tell whether a program on this machine asks, past every proxy.

    A proxy on this machine comes from the same address. It passes on the name that the visitor has
    typed, or says for whom it asks: either shows it.
    """
    if forwarding_headers(request):
        return False
    hosts = request.headers.getall(hdrs.HOST, [])
    own, _ = own_address(request)
    named = _host_of(hosts[0]) if len(hosts) == 1 else None
    return all(where == own or _is_loopback(where) for where in (named, request.remote))


def forwarding_headers(request: web.BaseRequest) -> list[str]:
    """Return the names of the headers with which a proxy says for whom it asks."""
    return sorted({name for name in request.headers if _is_forwarding(name)})


def own_address(request: web.BaseRequest) -> tuple[str, int]:
    """Return where our end of the connection is; nowhere when the visitor has left already."""
    name = request.get_extra_info("sockname") or ("", 0)
    return name[0], name[1]


def _host_of(named: str) -> str | None:
    """Return the host out of a `Host` header, without its port; None when it is none."""
    try:
        return URL(f"http://{named}").host
    except ValueError:
        return None


def _is_forwarding(name: str) -> bool:
    plain = name.lower().replace("_", "-")
    return plain in FORWARDING or plain.startswith(("x-forwarded", "x-original-forwarded"))


def _is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False
