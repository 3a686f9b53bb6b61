"""Custom templates of the app, `app.templates`: how arguments fill one.

A scraped page fills `OG_TITLE`, `OG_DESCRIPTION`, `OG_IMAGE` and `REQUEST_URL`; arguments of the
caller never win over these. Without an argument the reader sees `${KEY}`, as at Kakao. Links of a
template are paths on the app's default domain.
"""

import re
from collections.abc import Mapping
from typing import Any

from sandbox.kakao.state import App, CustomTemplate, Scraped

ARGUMENT = re.compile(r"\$\{([^{}]+)\}")
LINKS = ("web_url", "mobile_web_url")
NUMBERS = frozenset({"regular_price", "discount_price", "discount_rate", "fixed_discount_price"})


def arguments(template: CustomTemplate) -> list[str]:
    """List the arguments of a template in the order they appear."""
    return list(dict.fromkeys(_arguments(template.body)))


def fill(template: CustomTemplate, values: Mapping[str, str], app: App) -> dict[str, Any]:
    """Give the message that readers see."""
    site = app.product_link_domains[0].rstrip("/") if app.product_link_domains else ""
    return {key: _fill(part, key, values, site) for key, part in template.body.items()}


def of_page(url: str, scraped: Scraped) -> dict[str, str]:
    """Give the arguments that scraping fills."""
    return {
        "OG_TITLE": scraped.title,
        "OG_DESCRIPTION": scraped.description,
        "OG_IMAGE": scraped.image_url,
        "REQUEST_URL": url,
    }


def _arguments(value: object) -> list[str]:
    if isinstance(value, Mapping):
        return [name for part in value.values() for name in _arguments(part)]
    if isinstance(value, list):
        return [name for part in value for name in _arguments(part)]
    return ARGUMENT.findall(str(value))


def _fill(value: object, key: str, values: Mapping[str, str], site: str) -> object:
    if isinstance(value, dict):
        return {name: _fill(part, name, values, site) for name, part in value.items()}
    if isinstance(value, list):
        return [_fill(part, key, values, site) for part in value]
    text = ARGUMENT.sub(lambda found: values.get(found[1], found[0]), str(value))
    if key in NUMBERS and text.isascii() and text.isdigit():
        return int(text)
    return site and site + text if key in LINKS and text.startswith("/") else text
