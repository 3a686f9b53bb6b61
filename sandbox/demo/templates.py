"""The custom templates of the demo's app, as its owner makes them with Kakao's tool.

| id       | kind     | arguments                                          |
|----------|----------|----------------------------------------------------|
| `120001` | feed     | `TITLE`, `BODY`, `PATH`                            |
| `120002` | list     | `WEEK`, `FIRST`, `FIRST_AT`, `SECOND`, `SECOND_AT` |
| `120003` | commerce | `PRODUCT`, `PRICE`, `SALE_PRICE`, `IMAGE`, `PATH`  |
| `120004` | feed     | `NOTE`, and what scraping finds                    |
"""

from sandbox.kakao import CustomTemplate
from sandbox.kakao.custom import LINKS

FEED, LIST, COMMERCE, PREVIEW = 120001, 120002, 120003, 120004


def templates() -> dict[int, CustomTemplate]:
    """Give all of them by their ids."""
    made = (_feed(), _list(), _commerce(), _preview())
    return {one.id: one for one in made}


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
