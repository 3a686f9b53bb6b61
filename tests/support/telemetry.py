"""What an operator's own programs read of a running bot."""

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from tests.support.world import World

STAFF = "운영진"


async def numbers(world: World, **headers: str) -> dict[str, float]:
    """Read `/metrics` as Prometheus does."""
    async with aiohttp.ClientSession() as browser:
        address = f"{world.public_url}/metrics"
        async with browser.get(address, headers=headers) as response:
            if response.status != 200:
                return {}
            text = await response.text()
    return {
        f"{sample.name}{sorted(sample.labels.values())}": sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def health(world: World) -> int:
    """Ask whether all is well."""
    address = f"{world.public_url}/healthz"
    async with aiohttp.ClientSession() as browser, browser.get(address) as response:
        return response.status


def alarms(world: World) -> list[str]:
    """Return what stands in the operator's channel."""
    room = world.discord.guild.channel(STAFF)
    by_bot = (one for one in world.discord.world.messages(room) if one.author.bot)
    return [one.content for one in by_bot]
