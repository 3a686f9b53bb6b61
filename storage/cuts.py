"""Connections that were cut while nobody used them, as when PostgreSQL is started anew.

Only whoever uses one finds out, and then all that were made before it are let go as well.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

T = TypeVar("T")


async def past_a_cut(work: Callable[[], Awaitable[T]]) -> T:
    """Do something, and once more if its connection was cut; so it must do no harm twice."""
    try:
        return await work()
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
    return await work()
