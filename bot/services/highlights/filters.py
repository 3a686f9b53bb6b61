"""What a member wants to hear nothing of in a server, whatever rule of theirs finds it."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.services.clock import DAY, HOUR, is_too_far
from bot.services.messages.models import Author
from storage.reading import reading
from storage.rules import Places

MOST_IGNORED_WORDS = 50
LONGEST_DELAY = HOUR


class Filter(BaseModel):
    """What holds for all of a member's rules in a server; times in seconds.

    A message must be in one of the places of `only` and by one of its people. Since that was
    different in an earlier release, `only_either` lets one of both do for whoever chose then.
    `active_delay` is how long a hit waits, and is dropped when the member writes there meanwhile.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    ignore_words: tuple[str, ...] = Field(default=(), max_length=MOST_IGNORED_WORDS)
    ignored: Places = Places()
    only: Places = Places()
    only_either: bool = False
    ignore_bots: bool = True
    ignore_webhooks: bool = True
    ignore_followed: bool = False
    ignore_age_restricted: bool = True
    active_delay: int = Field(default=0, ge=0, le=LONGEST_DELAY)
    cooldown: int = Field(default=0, ge=0, le=DAY)
    context_lines: int = Field(default=0, ge=0, le=3)
    paused_from: float | None = None
    paused_until: float | None = None

    @model_validator(mode="before")
    @classmethod
    def _of_earlier_releases(cls, values: object) -> object:
        """Webhooks were bots once."""
        if isinstance(values, dict) and "ignore_bots" in values:
            return {"ignore_webhooks": values["ignore_bots"]} | values
        return values

    def leaves_out(self, author: Author) -> bool:
        """Tell whether what somebody writes does not count, since no human does."""
        if author.is_followed:
            return self.ignore_followed
        return self.ignore_webhooks if author.is_webhook else author.is_bot and self.ignore_bots

    def is_paused(self, now: float) -> bool:
        """Tell whether nothing is to be found now."""
        if self.paused_until is None or self.paused_until <= now:
            return False
        return self.paused_from is None or not is_too_far(self.paused_from, self.paused_until, now)

    def as_of(self, now: float) -> Self:
        """Return a filter without a pause that is over."""
        if self.paused_until is None or self.is_paused(now):
            return self
        return self.changed(paused_from=None, paused_until=None)

    def changed(self, **values: object) -> Self:
        """Return a filter with other values, checked like any."""
        return self.model_validate(self.model_dump() | values)


def read_filter(member_id: int, guild_id: int, values: object) -> Filter:
    """Return a filter as it was kept; raises Unreadable."""
    with reading("filters", f"of member {member_id} in server {guild_id}"):
        return Filter.model_validate(values)
