"""Makes any picture of Discord one that Kakao takes: pure, and slow enough for a thread."""

import io
from dataclasses import dataclass

from PIL import Image, ImageOps

from bot.kakao import MAX_IMAGE, SMALLEST_IMAGE
from bot.pictures import NotAPicture

MOST_SIDE = 2048
# A few bytes can unfold to gigabytes.
MOST_POINTS = 50_000_000
READABLE = ("PNG", "JPEG", "GIF", "WEBP")
TAKEN = {"PNG": "image/png", "JPEG": "image/jpeg"}
QUALITY = 85
WHITE = (255, 255, 255)
CLEAR = (255, 255, 255, 0)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A file that Kakao takes."""

    file: bytes
    content_type: str

    @property
    def name(self) -> str:
        """A name for the file; the one it had on Discord may tell something."""
        return f"picture.{self.content_type.removeprefix('image/')}"


def fit_for_kakao(file: bytes) -> Drawn:
    """Return a picture as it is where Kakao takes it so, else drawn anew.

    Raises NotAPicture.
    """
    try:
        with Image.open(io.BytesIO(file), formats=READABLE) as image:
            if image.width * image.height > MOST_POINTS:
                raise NotAPicture("too many points")
            image.load()
            kind = TAKEN.get(image.format or "")
            if kind and _fits(file, image):
                return Drawn(file, kind)
            return _encoded(_redrawn(image))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as failure:
        raise NotAPicture("too many points") from failure
    except (OSError, ValueError, SyntaxError, EOFError, ArithmeticError) as failure:
        # Pillow's readers raise all of these for broken files.
        raise NotAPicture(type(failure).__name__) from None


def _fits(file: bytes, image: Image.Image) -> bool:
    # A camera notes where it was, and which side is up; Kakao need not know the one
    # and may not read the other.
    is_plain = not image.getexif()
    return is_plain and len(file) <= MAX_IMAGE and min(image.size) >= SMALLEST_IMAGE


def _redrawn(image: Image.Image) -> Image.Image:
    """Return the first frame, upright, neither too large nor too small."""
    upright = ImageOps.exif_transpose(image)
    plain = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    plain.thumbnail((MOST_SIDE, MOST_SIDE))
    if min(plain.size) >= SMALLEST_IMAGE:
        return plain
    width, height = (max(side, SMALLEST_IMAGE) for side in plain.size)
    framed = Image.new(plain.mode, (width, height), CLEAR if plain.mode == "RGBA" else WHITE)
    framed.paste(plain, ((width - plain.width) // 2, (height - plain.height) // 2))
    return framed


def _encoded(image: Image.Image) -> Drawn:
    if image.mode == "RGBA":
        file = _saved(image, "PNG")
        if len(file) <= MAX_IMAGE:
            return Drawn(file, "image/png")
        image = _on_white(image)
    # At this quality and size the worst noise stays below Kakao's limit.
    return Drawn(_saved(image, "JPEG", quality=QUALITY), "image/jpeg")


def _on_white(image: Image.Image) -> Image.Image:
    paper = Image.new("RGB", image.size, WHITE)
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _saved(image: Image.Image, kind: str, **options: int) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()
