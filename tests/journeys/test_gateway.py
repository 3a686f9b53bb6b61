"""The bot's connection to Discord: it comes back, whatever became of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.telemetry import health, numbers
from tests.support.world import CHAT, World, open_world, until


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        yield world


@pytest.mark.parametrize("resumable", [True, False])
async def test_after_a_lost_connection_commands_are_answered_again(
    world: World, resumable: bool
) -> None:
    await world.discord.drop_gateway(resumable=resumable)
    await world.discord.connected(20)
    reply = await world.discord.person("민지").slash(CHAT, "kakao status")
    assert "연결" in reply.text
    assert world.discord.problems == []


async def test_a_gateway_that_refuses_for_a_while_is_tried_again(world: World) -> None:
    world.discord.refuse_gateway(True)
    await world.discord.drop_gateway(resumable=False)
    await until(lambda: not world.discord.gateway.connected)
    world.discord.refuse_gateway(False)
    await world.discord.connected(20)
    reply = await world.discord.person("민지").slash(CHAT, "kakao status")
    assert reply.ephemeral


async def test_while_the_gateway_is_away_health_and_metrics_say_so(world: World) -> None:
    async with world.discord.away(resumable=False):
        await until(lambda: not world.discord.gateway.connected)
        assert await health(world) == 503
        assert (await numbers(world))["kkachi_gateway_up[]"] == 0
    await world.discord.connected(20)
    await world.until_healthy()
    assert (await numbers(world))["kkachi_gateway_up[]"] == 1
