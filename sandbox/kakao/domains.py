"""Addresses: what one is, and which ones belong to the app's registered domains."""

import ipaddress
from urllib.parse import urlsplit

from sandbox.kakao.state import App

Origin = tuple[str, str | None, int | None]


def origin(url: str) -> Origin:
    """Split off scheme, host and port; three empty values for what is no address."""
    try:
        parts = urlsplit(url)
        found = parts.scheme, parts.hostname, parts.port
    except ValueError:
        return "", None, None
    return found


def is_address(value: str) -> bool:
    """Tell whether it is an http or https address."""
    if not value.isprintable() or " " in value:
        return False
    scheme, host, _ = origin(value)
    return scheme in {"http", "https"} and bool(host)


def is_registered(app: App, url: str) -> bool:
    """Tell whether an address is on a web domain of the app's Product Link."""
    return origin(url) in {origin(domain) for domain in app.product_link_domains}


def is_here(url: str) -> bool:
    """Tell whether an address is on this machine; the sandbox never asks any other."""
    scheme, host, _ = origin(url)
    if scheme not in {"http", "https"} or not host:
        return False
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
