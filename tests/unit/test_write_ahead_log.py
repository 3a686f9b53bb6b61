"""What was delivered or erased leaves SQLite's write-ahead log within the hour."""

from pathlib import Path

from bot.app import open_services
from bot.config import read_config
from bot.services.privacy.expiry import EVERY_SECONDS, Expiry
from storage.deliveries import DeliveryState
from storage.write_ahead_log import WriteAheadLog
from tests.support.outbox import CARD, open_outbox
from tests.unit.test_config import GOOD

SECRET = "우리끼리만 아는 이야기예요"
HOUR = 3600.0


def holders(folder: Path) -> set[str]:
    """Return the files that hold the words, however they are written."""
    forms = SECRET.encode(), SECRET.encode("unicode_escape")
    return {
        one.name
        for one in folder.iterdir()
        if one.is_file() and any(form in one.read_bytes() for form in forms)
    }


async def test_a_card_that_was_delivered_leaves_the_log_within_the_hour(tmp_path: Path) -> None:
    async with open_outbox(tmp_path) as world, world.running():
        forward = await world.to_me(CARD | {"text": SECRET})
        assert (await world.only(forward)).state is DeliveryState.SENT
        assert "kkachi.db-wal" in holders(tmp_path)
        await Expiry(WriteAheadLog(world.database), now=world.clock).tidy()
        assert holders(tmp_path) == set()
    assert EVERY_SECONDS <= HOUR


async def test_the_hourly_tidying_empties_the_log(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/kkachi.db"
    config = read_config(
        {name.lower(): one for name, one in (GOOD | {"DATABASE_URL": url}).items()}
    )
    async with open_services(config) as services:
        await services.templates.add(10, 1, SECRET, 1, "")
        await services.settings.forget(10)
        assert holders(tmp_path)
        await services.housekeeping.tidy()
        assert holders(tmp_path) == set()
