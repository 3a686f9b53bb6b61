"""Custom templates of the app: what is registered, and how arguments fill one.

Registered in the local app, each usable for "Me", friends, scraping and sharing:

| id       | kind     | arguments                                          |
|----------|----------|----------------------------------------------------|
| `120001` | feed     | `TITLE`, `BODY`, `PATH`                            |
| `120002` | list     | `WEEK`, `FIRST`, `FIRST_AT`, `SECOND`, `SECOND_AT` |
| `120003` | commerce | `PRODUCT`, `PRICE`, `SALE_PRICE`, `IMAGE`, `PATH`  |
| `120004` | feed     | `NOTE`, and what scraping finds: see below         |

A scraped page fills `OG_TITLE`, `OG_DESCRIPTION`, `OG_IMAGE` and `REQUEST_URL`; arguments of the
caller never win over these. Without an argument the reader sees `${KEY}`, as at Kakao. Links of a
template are paths on the app's default domain.
"""

import re
from collections.abc import Mapping
from typing import Any

from sandbox.kakao.state import App, CustomTemplate, Scraped

ARGUMENT = re.compile(r"\$\{([^{}]+)\}")
FEED, LIST, COMMERCE, PREVIEW = 120001, 120002, 120003, 120004
LINKS = ("web_url", "mobile_web_url")
NUMBERS = frozenset({"regular_price", "discount_price", "discount_rate", "fixed_discount_price"})


def register(app: App) -> None:
    """Put the templates of the demo into the app, as its owner does with Kakao's tool."""
    for template in (_feed(), _list(), _commerce(), _preview()):
        app.templates[template.id] = template


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


def _link(path: str) -> dict[str, str]:
    return dict.fromkeys(LINKS, path)


def _feed() -> CustomTemplate:
    link = _link("/m/${PATH}")
    body = {
        "object_type": "feed",
        "content": {"title": "${TITLE}", "description": "${BODY}", "link": link},
        "buttons": [{"title": "보러 가기", "link": link}],
    }
    return CustomTemplate(FEED, "마을 소식", body)


def _list() -> CustomTemplate:
    link = _link("/")
    rows = [
        {"title": f"${{{row}}}", "description": f"${{{row}_AT}}", "link": link}
        for row in ("FIRST", "SECOND")
    ]
    body = {
        "object_type": "list",
        "header_title": "${WEEK} 일정",
        "header_link": link,
        "contents": rows,
        "buttons": [{"title": "전체 보기", "link": link}],
    }
    return CustomTemplate(LIST, "이번 주 일정", body)


def _commerce() -> CustomTemplate:
    link = _link("/m/${PATH}")
    prices = {"regular_price": "${PRICE}", "discount_price": "${SALE_PRICE}"}
    body = {
        "object_type": "commerce",
        "content": {"title": "${PRODUCT}", "image_url": "${IMAGE}", "link": link},
        "commerce": {"product_name": "${PRODUCT}", **prices},
        "buttons": [{"title": "함께 사기", "link": link}],
    }
    return CustomTemplate(COMMERCE, "공동 구매", body)


def _preview() -> CustomTemplate:
    link = _link("${REQUEST_URL}")
    content = {
        "title": "${OG_TITLE}",
        "description": "${OG_DESCRIPTION}",
        "image_url": "${OG_IMAGE}",
        "link": link,
    }
    body = {
        "object_type": "feed",
        "content": content,
        "item_content": {"profile_text": "${NOTE}"},
        "buttons": [{"title": "열어 보기", "link": link}],
    }
    return CustomTemplate(PREVIEW, "링크와 한마디", body)
