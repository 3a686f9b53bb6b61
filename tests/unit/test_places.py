"""Which places of an event are put on a map."""

from zoneinfo import ZoneInfo

import pytest

from bot.kakao.templates import Feed, Location
from bot.services.cards.event import event_card, line_of
from bot.services.cards.place import is_street_address
from bot.services.messages.events import EventFacts
from bot.texts import Texts


@pytest.mark.parametrize(
    "place",
    [
        "경기 성남시 분당구 판교역로 235",
        "서울 성동구 성수이로 77",
        "서울특별시 강남구 테헤란로12길 34 2층",
        "서울시 강남구 역삼동 123-4",
        "부산광역시 해운대구 우동 1408번지 벡스코",
        "제주특별자치도 제주시 첨단로 242",
        "판교역로 235",
        "221B Baker Street, London",
        "152 Teheran-ro, Gangnam-gu, Seoul",
    ],
)
def test_an_address_is_one(place: str) -> None:
    assert is_street_address(place)


@pytest.mark.parametrize(
    "place",
    [
        "온라인",
        "Zoom",
        "twitch.tv/x",
        "https://twitch.tv/kkachi",
        "디스코드 음성 채널",
        "강남역 2번 출구",
        "디스코드로 9시",
        "서울 어딘가",
        "길드 하우스",
        "서버 1동 2층",
        "",
    ],
)
def test_any_other_place_is_none(place: str) -> None:
    assert not is_street_address(place)


@pytest.mark.parametrize(
    ("place", "shape"),
    [
        ("서울 성동구 성수이로 77", Location),
        ("온라인", Feed),
        ("twitch.tv/x", Feed),
        ("Zoom", Feed),
    ],
)
def test_only_an_address_gets_a_map_and_every_place_is_told(
    place: str, shape: type[Feed | Location]
) -> None:
    facts = EventFacts(title="정모", guild="까치 마을", location=place)
    card = event_card("event-new", facts, link="https://a.example/e", locale="ko", texts=Texts())
    assert isinstance(card, shape)
    assert place in str(card.template_object())


@pytest.mark.parametrize(
    ("zone", "shown"),
    [("Europe/Berlin", "01:53 – 02:53 (Europe/Berlin)"), ("Asia/Seoul", "09:53 – 10:53")],
)
def test_an_event_begins_by_the_members_own_clock(zone: str, shown: str) -> None:
    facts = EventFacts(title="정모", starts_at=1_796_000_000, ends_at=1_796_003_600)
    _, text = line_of("event-new", facts, locale="ko", texts=Texts(), zone=ZoneInfo(zone))
    assert text.splitlines()[0].endswith(shown)
