"""Who takes part in most journeys."""

from collections.abc import Iterator

import pytest

from bot.services.accounts import partings, pending
from bot.services.highlights import dispatcher
from sandbox.discord import Person
from tests.support.world import World

LOOKED_FOR_EVERY = 0.1


@pytest.fixture(scope="module", autouse=True)
def _impatient() -> Iterator[None]:
    """Let the bot soon see that hours have passed: a journey moves the clock and waits for it."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (dispatcher, partings, pending):
            patch.setattr(module, "LOOK_EVERY", LOOKED_FOR_EVERY)
        yield


@pytest.fixture
def minji(world: World) -> Person:
    """Return the member of whom most journeys tell; each module has a world of its own."""
    return world.discord.person("민지")
