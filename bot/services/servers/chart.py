"""Draws numbers as a picture that reads on dark and on light alike."""

import io
from collections.abc import Mapping, Sequence

from PIL import Image, ImageDraw, ImageFont

from storage.deliveries import DeliveryState

WIDTH, HEIGHT = 900, 320
LEFT, RIGHT, TOP, BOTTOM = 56, 60, 20, 40
BACK, LINE, INK = (43, 45, 49), (78, 80, 88), (219, 222, 225)
USED = (87, 242, 135)  # the line of the allowance, and its percents
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
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


def draw_chart(days: Sequence[Mapping[DeliveryState, int]], shares: Sequence[float]) -> bytes:
    """Return a PNG with a bar for each day and a line above them, the oldest at the left.

    A bar stacks the day's sends by state, with their number at the left; the line is the share of
    the allowance, 0 to 1, in percent at the right.
    """
    image = Image.new("RGB", (WIDTH, HEIGHT), BACK)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(16)
    wide = (WIDTH - LEFT - RIGHT) / max(1, len(days))
    top = _top(max((_shown(day) for day in days), default=0))
    _draw_grid(draw, font, top)
    _draw_days(draw, font, len(days), wide)
    _draw_bars(draw, days, wide, top)
    points = [(LEFT + wide * (n + 0.5), _height(share)) for n, share in enumerate(shares)]
    draw.line(points, fill=USED, width=2, joint="curve")
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def _draw_grid(draw: ImageDraw.ImageDraw, font: Font, top: int) -> None:
    for step in range(STEPS + 1):
        height = _height(step / STEPS)
        draw.line((LEFT, height, WIDTH - RIGHT, height), fill=LINE)
        draw.text((LEFT - 8, height), str(top * step // STEPS), INK, font, anchor="rm")
        percent = f"{100 * step // STEPS}%"
        draw.text((WIDTH - RIGHT + 8, height), percent, USED, font, anchor="lm")


def _draw_days(draw: ImageDraw.ImageDraw, font: Font, count: int, wide: float) -> None:
    for ago in range(0, count, EVERY):
        middle = (LEFT + wide * (count - ago - 0.5), HEIGHT - BOTTOM + 12)
        draw.text(middle, f"-{ago}" if ago else "0", INK, font, anchor="mt")


def _draw_bars(
    draw: ImageDraw.ImageDraw, days: Sequence[Mapping[DeliveryState, int]], wide: float, top: int
) -> None:
    for number, day in enumerate(days):
        x, below = LEFT + wide * number, 0
        for state, colour in COLOURS.items():
            above = below + day.get(state, 0)
            if above > below:
                box = (x + 3, _height(above / top), x + wide - 3, _height(below / top))
                draw.rectangle(box, fill=colour)
            below = above


def _height(share: float) -> float:
    """Return where a share of the whole height is, from the top of the picture."""
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * min(1.0, share)


def _shown(day: Mapping[DeliveryState, int]) -> int:
    return sum(day.get(state, 0) for state in COLOURS)


def _top(most: int) -> int:
    """Return a round number that all bars fit below, and that falls into even steps."""
    tens = 1
    while most > 20 * tens:
        tens *= 10
    return next(top * tens for top in (4, 8, 12, 20) if top * tens >= most)
