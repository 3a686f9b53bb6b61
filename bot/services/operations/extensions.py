"""Which cogs run, and how one is loaded anew while everything else goes on."""

from collections.abc import Awaitable, Callable, Sequence

from bot.errors import TryLater, UserError

Reloader = Callable[[str], Awaitable[None]]


class CogUnknown(UserError):
    """No cog of this name runs."""

    key = "error-cog-unknown"


class CogBroken(UserError):
    """A cog could not be loaded; the one from before goes on."""

    key = "error-cog-broken"


class Extensions:
    """The cogs that the operator chose, by their modules' names."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self._reloader: Reloader | None = None

    def attach(self, reloader: Reloader) -> None:
        """Let a Discord client do the work."""
        self._reloader = reloader

    async def reload(self, name: str) -> None:
        """Load a cog's module anew; raises CogUnknown, CogBroken, or TryLater without Discord."""
        if name not in self.names:
            raise CogUnknown(name=name)
        if self._reloader is None:
            raise TryLater
        await self._reloader(name)
