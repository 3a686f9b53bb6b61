"""A card of every kind with everything in it."""

from typing import Any

LINK = {"web_url": "https://kkachi.example/m/1"}
LONG = "토요일 밤 아홉 시에 시작해요. 자리가 세 개 남았으니 먼저 말해 주세요. " * 3
PLACE = "경기 성남시 분당구 판교역로 235"
LABEL = "웹에서 아주 자세히 보기"


def every_card(picture: str) -> dict[str, dict[str, Any]]:
    """Return the six default templates by their kinds; `picture` stands wherever one can."""
    shown = {"image_url": picture, "image_width": 800, "image_height": 400}
    content = {"title": "길드 정기전", "description": LONG, **shown, "link": LINK}
    buttons = [{"title": title, "link": LINK} for title in ("웹에서 자세히", "참가")]
    items = {
        "profile_text": "민지의 초대",
        "profile_image_url": picture,
        "title_image_text": "참가 안내",
        "title_image_category": "토요일",
        "title_image_url": picture,
        "items": [{"item": "참가비", "item_op": "1,000원"}, {"item": "상금", "item_op": "5,000원"}],
        "sum": "합계",
        "sum_op": "6,000원",
    }
    counts = {"view_count": 2000, "shared_count": 4, "comment_count": 1, "like_count": 0}
    price = {"product_name": "티셔츠", "regular_price": 20000, "discount_price": 15000}
    rows = [{**content, "title": "월 21:00"}, {"title": "수 21:00", "link": LINK}]
    return {
        "feed": {
            "object_type": "feed",
            "content": content,
            "item_content": items,
            "social": counts,
            "buttons": buttons,
        },
        "list": {
            "object_type": "list",
            "header_title": "이번 주 일정",
            "header_link": LINK,
            "contents": rows,
            "button_title": "전체 보기",
        },
        "location": {
            "object_type": "location",
            "address": PLACE,
            "address_title": "모임 장소",
            "content": content,
            "social": {"subscriber_count": 7},
        },
        "commerce": {
            "object_type": "commerce",
            "content": content,
            "commerce": {**price, "discount_rate": 25},
            "buttons": buttons,
        },
        "text": {"object_type": "text", "text": LONG, "link": LINK},
        "calendar": {
            "object_type": "calendar",
            "id_type": "event",
            "id": "nobody-knows",
            "content": content,
            "buttons": buttons[:1],
        },
    }
