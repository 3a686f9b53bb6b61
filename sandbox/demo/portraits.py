"""One face for everybody, wherever it is seen: on Discord, in KakaoTalk, on Kkachi's own pages."""

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


def portrait(name: str) -> bytes | None:
    """Give the picture of a person, the bot or the server as PNG; None when nobody drew one."""
    drawn = DRAWN.get(name)
    return None if drawn is None else (PICTURES / f"{drawn}.png").read_bytes()


def sunset() -> bytes:
    """Give the photo that somebody took in the evening, as JPEG."""
    return (PICTURES / "sunset.jpg").read_bytes()


def nobody() -> bytes:
    """Give the picture of somebody who has chosen none, as PNG."""
    return (PICTURES / "nobody.png").read_bytes()
