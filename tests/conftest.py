"""What all tests share."""

import asyncio
import gc
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from storage.database import open_database
from tests.support.catalogues import share_texts
from tests.support.postgres import Cluster, missing
from tests.support.postgres import cluster as run_cluster
from tests.support.processes import import_once
from tests.support.statements import share_statements

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
    share_statements()
    share_texts()


def pytest_collection_finish() -> None:
    """Look for no garbage among the thousands of tests: they stay to the end."""
    gc.freeze()
    import_once()


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
def cluster() -> Iterator[Cluster]:
    """Run a PostgreSQL with a database that is up to date."""
    reason = missing()
    if reason is not None:
        pytest.skip(reason)
    with run_cluster() as cluster:
        asyncio.run(cluster.migrate())
        yield cluster


@pytest.fixture
async def postgresql(cluster: Cluster) -> AsyncIterator[str]:
    """Give the address of a PostgreSQL database of the test's own that is up to date."""
    async with cluster.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Give the address of a database that is up to date; the test is run on each kind."""
    if request.param == "postgresql":
        url: str = request.getfixturevalue("postgresql")
        return url
    return f"sqlite+aiosqlite:///{request.getfixturevalue('tmp_path')}/kkachi.db"
