"""What all tests share."""

import os
import tempfile
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")  # noqa: S108 - only a hint where writing costs no disk


def pytest_configure(config: pytest.Config) -> None:
    """Keep the databases of tests in memory where that is possible: every COMMIT is an fsync."""
    if config.option.basetemp is None and os.access(MEMORY, os.W_OK):
        folder = tempfile.TemporaryDirectory(prefix="kkachi-tests-", dir=MEMORY)
        config.option.basetemp = str(Path(folder.name) / "tests")
        config.add_cleanup(folder.cleanup)
