"""Reads what a request brings: short, there soon, and each field once."""

import asyncio
import json
from collections.abc import Mapping
from urllib.parse import parse_qsl

from aiohttp import ClientError, hdrs, web

LONGEST_BODY = 64 * 1024
MOST_FIELDS = 100
READING_SECONDS = 1.0


class Unreadable(Exception):
    """The body is too long, too slow, broken off, or not what it should be."""


async def fields_of(request: web.Request) -> Mapping[str, str]:
    """Return the fields of a notice: from the query (GET), else from a form or from JSON.

    A field that comes twice is no field of Kakao's. Raises Unreadable.
    """
    if request.method == hdrs.METH_GET:
        return _once(list(request.query.items()))
    body = await body_of(request)
    try:
        if request.content_type == "application/json":
            return _texts(json.loads(body))
        return _once(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except (ValueError, RecursionError):
        raise Unreadable from None


async def body_of(request: web.Request) -> bytes:
    """Return the body, which must be short and there soon. Raises Unreadable."""
    body = bytearray()
    try:
        async with asyncio.timeout(READING_SECONDS):
            while chunk := await request.content.readany():
                body += chunk
                if len(body) > LONGEST_BODY:
                    raise Unreadable
    except (TimeoutError, OSError, ClientError, web.RequestPayloadError):
        raise Unreadable from None
    return bytes(body)


def _once(pairs: list[tuple[str, str]]) -> Mapping[str, str]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise Unreadable
    return fields


def _texts(document: object) -> Mapping[str, str]:
    """Return what is plain in a JSON object; numbers as they are written."""
    if not isinstance(document, dict):
        raise Unreadable
    return {name: str(value) for name, value in document.items() if isinstance(value, str | int)}
