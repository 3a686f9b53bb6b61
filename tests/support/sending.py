"""A process that does nothing but send: `python -m tests.support.sending`."""

import asyncio
import sys

from bot.app import at_work, open_services
from bot.config import load_config


async def main() -> None:
    """Send what is due until somebody ends this."""
    async with open_services(load_config()) as services, at_work(services):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
