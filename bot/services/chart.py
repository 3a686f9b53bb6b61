"""Draws numbers as a picture that reads on dark and on light alike."""

import io
from collections.abc import Mapping, Sequence

from PIL import Image, ImageDraw, ImageFont

from storage.deliveries import DeliveryState

WIDTH, HEIGHT = 900, 320
LEFT, RIGHT, TOP, BOTTOM = 56, 20, 20, 40
BACK, LINE, INK = (43, 45, 49), (78, 80, 88), (219, 222, 225)
COLOURS: Mapping[DeliveryState, tuple[int, int, int]] = {
    DeliveryState.SENT: (254, 229, 0),
    DeliveryState.QUEUED: (88, 101, 242),
    DeliveryState.SENDING: (88, 101, 242),
    DeliveryState.PARKED: (88, 101, 242),
    DeliveryState.FAILED: (237, 66, 69),
    DeliveryState.UNKNOWN: (153, 170, 181),
}
STEPS = 4
EVERY = 7


def bars(days: Sequence[Mapping[DeliveryState, int]]) -> bytes:
    """Return a PNG with a bar for each day, its states upon each other, the oldest at the left."""
    image = Image.new("RGB", (WIDTH, HEIGHT), BACK)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(16)
    top = _top(max((_shown(day) for day in days), default=0))
    room = HEIGHT - TOP - BOTTOM
    for step in range(STEPS + 1):
        height = HEIGHT - BOTTOM - room * step // STEPS
        draw.line((LEFT, height, WIDTH - RIGHT, height), fill=LINE)
        draw.text((LEFT - 8, height), str(top * step // STEPS), INK, font, anchor="rm")
    wide = (WIDTH - LEFT - RIGHT) / max(1, len(days))
    for number, day in enumerate(days):
        x, y = LEFT + wide * number, float(HEIGHT - BOTTOM)
        for state, colour in COLOURS.items():
            high = room * day.get(state, 0) / top
            if high:
                draw.rectangle((x + 3, y - high, x + wide - 3, y), fill=colour)
                y -= high
        ago = len(days) - 1 - number
        if ago % EVERY == 0:
            middle = (x + wide / 2, HEIGHT - BOTTOM + 12)
            draw.text(middle, f"-{ago}" if ago else "0", INK, font, anchor="mt")
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def _shown(day: Mapping[DeliveryState, int]) -> int:
    return sum(day.get(state, 0) for state in COLOURS)


def _top(most: int) -> int:
    """Return a round number that all bars fit below, and that falls into even steps."""
    top = STEPS
    while top < most:
        top *= 2 if str(top)[0] != "4" else 5
        top = -(-top // STEPS) * STEPS
    return top
