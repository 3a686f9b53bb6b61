"""The examples of Kakao's own documents, as data.

Feed, list, location, commerce and text are those of the default templates' pages for REST; the
English feed, the calendar and the scrape message are those of the JavaScript SDK's demo.

https://developers.kakao.com/docs/latest/en/message-template/default
"""

from typing import Any

KAGE = "https://mud-kage.kakao.com/dn"
CAKE = f"{KAGE}/Q2iNx/btqgeRgV54P/VLdBs9cvyn8BJXB3o7N8UK/kakaolink40_original.png"
DESSERT = f"{KAGE}/NTmhS/btqfEUdFAUf/FjKzkZsnoeE4o19klTOVI1/openlink_640x640s.jpg"
DEVELOPERS = {
    "web_url": "https://developers.kakao.com",
    "mobile_web_url": "https://developers.kakao.com",
}
DOMAINS = (
    "http://www.daum.net",
    "http://m.daum.net",
    "https://developers.kakao.com",
    "https://style.kakao.com",
)
EVENT = "63996425afcec577cce94f0b"
Example = dict[str, Any]


def _in_app(params: str) -> dict[str, str]:
    return {"android_execution_params": params, "ios_execution_params": params}


def _on_daum(path: str = "") -> dict[str, str]:
    return {"web_url": f"http://www.daum.net{path}", "mobile_web_url": f"http://m.daum.net{path}"}


def _of_dresses(path: str, params: str) -> dict[str, str]:
    address = f"https://style.kakao.com/main/women/contentId=100{path}"
    return {"web_url": address, "mobile_web_url": address, **_in_app(params)}


def _picture(address: str, side: int) -> dict[str, Any]:
    return {"image_url": address, "image_width": side, "image_height": side}


def _cakes(unit: str) -> dict[str, Any]:
    return {
        "profile_text": "Kakao",
        "profile_image_url": CAKE,
        "title_image_url": CAKE,
        "title_image_text": "Cheese cake",
        "title_image_category": "Cake",
        "items": [{"item": f"Cake{n}", "item_op": f"{n}000{unit}"} for n in range(1, 6)],
        "sum": "Total",
        "sum_op": f"15000{unit}",
    }


def _magazine(number: int, title: str, picture: str) -> dict[str, Any]:
    path = f"/contents/{number}"
    return {
        "title": title,
        "description": "매거진",
        **_picture(f"http://mud-kage.kakao.co.kr/dn/{picture}/openlink_640x640s.jpg", 640),
        "link": {**_on_daum(path), **_in_app(path)},
    }


FEED: Example = {
    "object_type": "feed",
    "content": {
        "title": "오늘의 디저트",
        "description": "아메리카노, 빵, 케익",
        **_picture(DESSERT, 640),
        "link": {**_on_daum(), **_in_app("contentId=100")},
    },
    "item_content": _cakes("원"),
    "social": {
        "like_count": 100,
        "comment_count": 200,
        "shared_count": 300,
        "view_count": 400,
        "subscriber_count": 500,
    },
    "buttons": [
        {"title": "웹으로 이동", "link": _on_daum()},
        {"title": "앱으로 이동", "link": _in_app("contentId=100")},
    ],
}
ENGLISH_FEED: Example = {
    "object_type": "feed",
    "content": {
        "title": "Strawberry cheese cake",
        "description": "#cake #strawberry #cafe #atmosphere #blinddate",
        "image_url": CAKE,
        "link": DEVELOPERS,
    },
    "item_content": _cakes(" won"),
    "social": {"like_count": 100, "comment_count": 200},
    "buttons": [
        {"title": "View on Web", "link": DEVELOPERS},
        {"title": "View on App", "link": DEVELOPERS},
    ],
}
LIST: Example = {
    "object_type": "list",
    "header_title": "WEEKELY MAGAZINE",
    "header_link": {**_on_daum(), **_in_app("main")},
    "contents": [
        _magazine(1, "자전거 라이더를 위한 공간", "QNvGY/btqfD0SKT9m/k4KUlb1m0dKPHxGV8WbIK1"),
        _magazine(
            2, "비쥬얼이 끝내주는 오레오 카푸치노", "boVWEm/btqfFGlOpJB/mKsq9z6U2Xpms3NztZgiD1"
        ),
        _magazine(3, "감성이 가득한 분위기", "NTmhS/btqfEUdFAUf/FjKzkZsnoeE4o19klTOVI1"),
    ],
    "buttons": [
        {"title": "웹으로 이동", "link": _on_daum()},
        {"title": "앱으로 이동", "link": _in_app("main")},
    ],
}
LOCATION: Example = {
    "object_type": "location",
    "content": {
        "title": "카카오 판교오피스",
        "description": "카카오 판교오피스 위치입니다.",
        **_picture(
            f"{KAGE}/drTdbB/bWYf06POFPf/owUHIt7K7NoGD0hrzFLeW0/kakaolink40_original.png", 800
        ),
        "link": {
            "web_url": "https://developers.kakao.com",
            "mobile_web_url": "https://developers.kakao.com/mobile",
            "android_execution_params": "platform=android",
            "ios_execution_params": "platform=ios",
        },
    },
    "buttons": [
        {
            "title": "웹으로 보기",
            "link": {
                "web_url": "https://developers.kakao.com",
                "mobile_web_url": "https://developers.kakao.com/mobile",
            },
        }
    ],
    "address": "경기 성남시 분당구 판교역로 235 에이치스퀘어 N동 7층",
    "address_title": "카카오 판교오피스",
}
COMMERCE: Example = {
    "object_type": "commerce",
    "content": {
        "title": "Ivory long dress (4 Color)",
        **_picture(
            "http://mud-kage.kakao.co.kr/dn/RY8ZN/btqgOGzITp3/uCM1x2xu7GNfr7NS9QvEs0"
            "/kakaolink40_original.png",
            640,
        ),
        "link": _of_dresses("", "contentId=100"),
    },
    "commerce": {"regular_price": 208800, "discount_price": 146160, "discount_rate": 30},
    "buttons": [
        {"title": "구매하기", "link": _of_dresses("/buy", "contentId=100&buy=true")},
        {"title": "공유하기", "link": _of_dresses("/share", "contentId=100&share=true")},
    ],
}
TEXT: Example = {
    "object_type": "text",
    "text": "텍스트 영역입니다. 최대 200자 표시 가능합니다.",
    "link": DEVELOPERS,
    "button_title": "바로 확인",
}
CALENDAR: Example = {
    "object_type": "calendar",
    "id_type": "event",
    "id": EVENT,
    "content": {
        "title": "1월 신작 평론 모임",
        "description": "따끈한 신작 감상평을 나누는 월간 모임에 초대합니다.",
        "image_url": "http://k.kakaocdn.net/dn/dFUqwp/bl3SUTqb2VV/VFSqyPpKUzZVVMcmotN9A0"
        "/kakaolink40_original.png",
        "link": DEVELOPERS,
    },
    "buttons": [{"title": "모임 주제 보기", "link": DEVELOPERS}],
}
DEFAULTS = (FEED, ENGLISH_FEED, LIST, LOCATION, COMMERCE, TEXT, CALENDAR)
SCRAPED = "https://developers.kakao.com"
