"""Tells a street address, which Kakao's map finds, from any other place that people name."""

import re

REGIONS = (
    "서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충북|충남|전북|전남|경북|경남|제주"
    "|충청북도|충청남도|전라북도|전라남도|경상북도|경상남도"
)
# 로 and 길 end the names of roads, 동, 리 and 가 those of lots: 판교역로 235, 역삼동 12-3.
NUMBER = r"[0-9]+(?:-[0-9]+)?"
ROAD = rf"[가-힣0-9.·]+(?:로|길)(?:\s?[0-9]+번?길)?\s?(?:지하\s?)?{NUMBER}(?![0-9]*[시분일월년명])"
LOT = rf"[가-힣0-9]+(?:동|리|가)\s(?:산\s?)?{NUMBER}(?:번지)?(?![0-9]*[시분일월년명층호])"
KOREAN = re.compile(
    rf"(?:(?:{REGIONS})[가-힣]*|[가-힣]+(?:시|군|구))\s.*?(?:{ROAD}|{LOT})|^{ROAD}$"
)
ROMAN = re.compile(
    r"\b[0-9]{1,5}[a-z]?,?\s(?:[\w'.-]+\s){0,4}?"
    r"(?:street|st|road|rd|avenue|ave|boulevard|blvd|lane|ln|drive|dr|square|sq|court|ct)\b"
    r"|\b[0-9]{1,5}(?:-[0-9]+)?,?\s[a-z0-9-]+-(?:daero|ro|gil)\b"
    r"|\b[a-z0-9-]+-(?:daero|ro|gil),?\s[0-9]+",
    re.IGNORECASE,
)


def is_street_address(place: str) -> bool:
    """Tell whether a place is an address that a map finds: no 온라인, Zoom or twitch.tv/x."""
    return "://" not in place and bool(KOREAN.search(place) or ROMAN.search(place))
