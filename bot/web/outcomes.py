"""How a visit to Kakao or Discord ended, told on a page that can be looked at again.

The address that a browser comes back to holds a code and a state, and is good once. So its answer
sends the browser on to an address without either, and gives it to keep what there is to tell.
"""

import base64
import binascii
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from bot.services.accounts.oauth import NewLink
from bot.services.accounts.pending import Awaited
from bot.texts import Locale

PATH = "/done"
# Browsers keep a cookie of up to 4096 characters.
LONGEST = 3500


@dataclass(frozen=True, slots=True)
class Told:
    """The page `page-<name>` with its status; `again` is an address to start over from."""

    name: str
    status: int
    locale: Locale | None
    again: str | None


Outcome = NewLink | Awaited | Told
_OUTCOMES: TypeAdapter[Outcome] = TypeAdapter(Outcome)


def packed(outcome: Outcome) -> str | None:
    """Return an outcome as the value of a cookie; None when it is too long for one."""
    value = base64.urlsafe_b64encode(_OUTCOMES.dump_json(outcome)).decode()
    return value if len(value) <= LONGEST else None


def unpacked(value: str) -> Outcome | None:
    """Return what `packed` has made of an outcome; None for everything else."""
    try:
        return _OUTCOMES.validate_json(base64.urlsafe_b64decode(value))
    except (binascii.Error, ValidationError, ValueError):
        return None
