"""One face for everybody, wherever it is seen: on Discord, in KakaoTalk, on Kkachi's own pages."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

PICTURES = Path(__file__).with_name("pictures")
DRAWN = {
    "민지": "minji",
    "준호": "junho",
    "서연": "seoyeon",
    "하준": "hajun",
    "지우": "jiwoo",
    "Kkachi": "kkachi",
    "까치 마을": "village",
}


@cache
def portraits() -> Mapping[str, bytes]:
    """Give the pictures of the people, the bot and the server, as PNG."""
    return {name: (PICTURES / f"{drawn}.png").read_bytes() for name, drawn in DRAWN.items()}


def sunset() -> bytes:
    """Give the photo that somebody took in the evening, as JPEG."""
    return (PICTURES / "sunset.jpg").read_bytes()
