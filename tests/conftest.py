"""What all tests share."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from storage.database import open_database
from tests.support.postgres import missing, postgres

# Machines differ, and none is quiet: how long an example takes is no reason to fail.
settings.register_profile("kkachi", deadline=None)
settings.load_profile("kkachi")
MEMORY = Path("/dev/shm")  # noqa: S108 - only a hint where writing costs no disk


def pytest_configure(config: pytest.Config) -> None:
    """Keep the databases of tests in memory where that is possible: every COMMIT is an fsync."""
    if config.option.basetemp is None and os.access(MEMORY, os.W_OK):
        folder = tempfile.TemporaryDirectory(prefix="kkachi-tests-", dir=MEMORY)
        config.option.basetemp = str(Path(folder.name) / "tests")
        config.add_cleanup(folder.cleanup)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database file that is up to date; migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("migrated") / "kkachi.db"

    async def migrate() -> None:
        async with open_database(f"sqlite+aiosqlite:///{path}"):
            pass

    asyncio.run(migrate())
    return path


@pytest.fixture
def tmp_path(tmp_path: Path, migrated: Path) -> Path:
    """Return an empty folder but for a database that is up to date."""
    shutil.copy(migrated, tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Give the address of a PostgreSQL; what is in it may be thrown away."""
    reason = missing()
    if reason is not None:
        pytest.skip(reason)
    with postgres() as url:
        yield url
