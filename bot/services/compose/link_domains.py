"""The web domains that are registered for the app at Kakao."""

from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

PORTS = {"http": 80, "https": 443}


class LinkDomains:
    """Ours and those that the operator names: with or without `https://` in front."""

    def __init__(self, public_url: str, others: Iterable[str] = ()) -> None:
        self._domains = [public_url, *others]

    def __str__(self) -> str:
        return ", ".join(dict.fromkeys(urlsplit(_full(one)).netloc for one in self._domains))

    def opens(self, address: str) -> bool:
        """Tell whether KakaoTalk opens an address itself, and Kakao reads its page."""
        asked = urlsplit(address)
        return any(_same(asked, domain) for domain in self._domains)


def _full(domain: str) -> str:
    return domain if "://" in domain else f"//{domain}"


def _same(asked: SplitResult, domain: str) -> bool:
    known = urlsplit(_full(domain))
    scheme = known.scheme or asked.scheme
    port = known.port or PORTS.get(scheme)
    place = (asked.scheme, asked.hostname, asked.port or PORTS.get(asked.scheme))
    return place == (scheme, known.hostname, port)
