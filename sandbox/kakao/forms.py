"""Reading form bodies the way Kakao does."""

from urllib.parse import parse_qsl

from aiohttp import web

FORM = "application/x-www-form-urlencoded"


async def read_form(request: web.Request) -> dict[str, str]:
    """Read a form; of a doubled field the first one counts."""
    return dict(reversed(await read_pairs(request)))


async def read_pairs(request: web.Request) -> list[tuple[str, str]]:
    """Read a form with doubled fields kept."""
    try:
        text = (await request.read()).decode()
        return parse_qsl(text, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return []
