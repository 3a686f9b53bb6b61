"""Somebody's own discord.py bot with Kkachi's commands beside its own: `python -m examples.bot`.

The settings are Kkachi's, from the environment or from `.env`.
"""

import asyncio

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import at_work, open_services
from bot.config import Config
from bot.discord import attach
from bot.discord.client import find_gateway, point_at


class MyBot(commands.Bot):
    """A bot that can do something already."""

    def __init__(self) -> None:
        intents = discord.Intents.default()
        intents.message_content = True
        super().__init__(commands.when_mentioned, intents=intents)

    async def setup_hook(self) -> None:
        """Add a command of one's own, and register all of them."""
        await find_gateway(self)
        self.tree.add_command(hello)
        await self.tree.sync()


@app_commands.command()
async def hello(interaction: discord.Interaction) -> None:
    """Say hello."""
    await interaction.response.send_message("hello", ephemeral=True)


async def main(config: Config) -> None:
    """Open Kkachi's services, give them to the bot, run both."""
    point_at(config)
    async with open_services(config) as services, at_work(services), MyBot() as bot:
        await attach(bot, services)
        await bot.start(config.discord_token.get_secret_value())


if __name__ == "__main__":
    asyncio.run(main(Config()))
