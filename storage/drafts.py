"""Cards that a member has not sent yet, with the friends picked so far; they outlive restarts."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypedDict, Unpack

from sqlalchemy import delete, insert, select, update

from storage.database import Database
from storage.erasing import in_batches
from storage.reading import as_list, as_object, reading
from storage.tables import drafts


@dataclass(frozen=True, slots=True)
class Pick:
    """A friend who was picked."""

    uuid: str
    name: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A card on its way to friends; `query` and `page` say where their picker stands.

    While a member still writes it, `form` holds what they have filled in and `card` nothing.
    `policy` is how much of a message the card holds, None for words of the member's own.
    """

    id: str
    member_id: int
    card: dict[str, Any]
    guild_id: int | None
    channel_id: int | None
    message_id: int | None
    locale: str
    created_at: float
    expires_at: float
    picks: tuple[Pick, ...] = ()
    query: str = ""
    page: int = 0
    kind: str = "forward"
    form: dict[str, Any] | None = None
    policy: str | None = None
    digest_id: str | None = None
    """The page behind the card, where that stands for several messages."""

    @property
    def feature(self) -> str:
        """By which feature it was begun, as admins switch that off."""
        return "forward" if self.kind == "forward" else "compose"

    @property
    def is_being_written(self) -> bool:
        """Whether there is no card yet that could be sent to friends."""
        return not self.card


class Changes(TypedDict, total=False):
    """What of a draft can change."""

    picks: Sequence[Pick]
    query: str
    page: int
    card: dict[str, Any]
    form: dict[str, Any]


class DraftStore:
    """The table `drafts`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, draft: Draft) -> None:
        """Keep a draft."""
        await self._database.change(insert(drafts).values(asdict(draft)))

    async def get(self, draft_id: str) -> Draft | None:
        """Return a draft, also when it has expired."""
        row = await self._database.first(select(drafts).where(drafts.c.id == draft_id))
        return _read(row) if row else None

    async def update(self, draft_id: str, **changes: Unpack[Changes]) -> Draft | None:
        """Keep what the member has changed and return the draft as it is now."""
        values: dict[str, Any] = {**changes}
        if "picks" in changes:
            values["picks"] = [asdict(pick) for pick in changes["picks"]]
        change = update(drafts).where(drafts.c.id == draft_id).values(values).returning(drafts)
        rows = await self._database.change(change)
        return _read(rows[0]) if rows else None

    async def delete(self, draft_id: str) -> bool:
        """Erase a draft; False when it was gone, so that of two presses only one sends it."""
        change = delete(drafts).where(drafts.c.id == draft_id).returning(drafts.c.id)
        return bool(await self._database.change(change))

    async def purge(self, before: float) -> None:
        """Erase drafts that expired before then."""
        await in_batches(self._database, delete(drafts), drafts.c.expires_at < before)


def _read(row: dict[str, Any]) -> Draft:
    with reading("a draft of member", row["member_id"]):
        picks = tuple(Pick(**pick) for pick in as_list(row["picks"]))
        form = None if row["form"] is None else as_object(row["form"])
        return Draft(**row | {"picks": picks, "card": as_object(row["card"]), "form": form})
