"""Who takes part in most journeys."""

import pytest

from sandbox.discord import Person
from tests.support.world import World


@pytest.fixture
def minji(world: World) -> Person:
    """Return the member of whom most journeys tell; each module has a world of its own."""
    return world.discord.person("민지")
