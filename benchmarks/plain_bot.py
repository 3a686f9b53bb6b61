"""The bot beside which `start` measures Kkachi: one command, one page and one table."""

import asyncio
import os

import discord
from aiohttp import web
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from yarl import URL


class PlainBot(commands.AutoShardedBot):
    async def setup_hook(self) -> None:
        _, gateway, _ = await self.http.get_bot_gateway()
        DiscordWebSocket.DEFAULT_GATEWAY = URL(gateway)
        await self.tree.sync()


async def main() -> None:
    Route.BASE = os.environ["DISCORD_API_URL"]
    bot = PlainBot(commands.when_mentioned, intents=discord.Intents.default())

    @bot.tree.command(description="Answers.")
    async def ping(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("pong")

    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE IF NOT EXISTS plain (id INTEGER PRIMARY KEY)"))
    runner = web.AppRunner(web.Application())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(os.environ["WEB_PORT"])).start()
    await bot.start(os.environ["DISCORD_TOKEN"])


if __name__ == "__main__":
    asyncio.run(main())
