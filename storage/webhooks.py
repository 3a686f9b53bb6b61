"""Which of Kakao's notices were taken already, so that a repeated one counts once."""

from sqlalchemy import delete, exists, insert, literal, select

from storage.database import Database
from storage.erasing import in_batches
from storage.tables import webhooks

# Older ones are refused by their time, or are nothing that Kakao would repeat.
KEEP_SECONDS = 30 * 24 * 3600.0


class WebhookStore:
    """The table `webhooks`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def seen(self, notice_id: str, at: float) -> bool:
        """Note a notice, and tell whether it was noted before."""
        noted = exists().where(webhooks.c.id == notice_id)
        row = select(literal(notice_id), literal(at)).where(~noted)
        change = insert(webhooks).from_select(["id", "seen_at"], row).returning(webhooks.c.id)
        return not await self._database.change(change)

    async def purge(self, before: float) -> None:
        """Erase notices that nobody can repeat any more."""
        old = webhooks.c.seen_at < before - KEEP_SECONDS
        await in_batches(self._database, delete(webhooks), old)
