"""SQLite's log of transactions, in which what was erased would stay until it is written over."""

from storage.database import Database


class WriteAheadLog:
    """The log, emptied like a table whose rows expire."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def purge(self, before: float) -> None:
        """Empty it, whatever the time: all that is in it stands in the tables by then."""
        del before
        await self._database.scrub()
