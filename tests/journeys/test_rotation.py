"""`kkachi keys rotate` beside a Kkachi that runs: it must know the new key first."""

import base64
from pathlib import Path

from storage.database import open_database
from storage.links import LinkStore
from storage.vault import Vault
from tests.support.world import TOKEN_KEY, World, open_world
from tests.unit.test_keys import NEW, ended

BOTH = f"{base64.b64encode(NEW).decode()},{TOKEN_KEY}"


async def is_readable(world: World, key: bytes) -> bool:
    """Tell whether this key alone opens what is kept of 민지's link."""
    url = world.settings["DATABASE_URL"]
    async with open_database(url, exclusive=False, as_it_is=True) as database:
        return (
            await LinkStore(database, Vault([key])).get(world.discord.person("민지").id) is not None
        )


async def test_nothing_is_sealed_with_a_key_that_the_running_kkachi_does_not_know(
    tmp_path: Path,
) -> None:
    async with open_world(tmp_path) as world:
        await world.link("민지")
        new = world.settings | {"TOKEN_KEYS": BOTH}
        status, out = await ended(new, tmp_path, "keys", "rotate")
        assert (status, "does not know the first key of TOKEN_KEYS yet" in out) == (2, True)
        assert await is_readable(world, base64.b64decode(TOKEN_KEY))

        await world.stop_bot()
        world.settings["TOKEN_KEYS"] = BOTH
        await world.start_bot()
        status, out = await ended(new, tmp_path, "keys", "rotate")
        assert (status, "Everything is sealed" in out) == (0, True)
        assert await is_readable(world, NEW)
