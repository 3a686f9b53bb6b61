"""All that processes of Kkachi import sooner or later, for the one they are forked from."""

from importlib import import_module

from bot.__main__ import COMMANDS, command
from bot.config import COGS
from bot.texts import Texts

for name in COMMANDS:
    command(name)
for name in (*COGS, "asyncpg"):
    import_module(name)
Texts()
