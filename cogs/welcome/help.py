"""What `/help` shows: what is set up for a member here, what comes next, and the commands."""

from collections.abc import Sequence
from dataclasses import dataclass

import discord

from bot.discord.limits import EMBED_FIELD_VALUE, YELLOW
from bot.discord.words import plain
from bot.errors import TextArgument
from bot.services.deliveries.allowance import Left
from bot.services.servers.access import FEATURES
from bot.texts import Locale, Texts
from storage.links import Link

# Beside those of features that run and may be used here.
ALWAYS = ("privacy",)


@dataclass(frozen=True, slots=True)
class Setup:
    """What is set up for a member where they ask."""

    link: Link | None
    is_awaited: bool
    left: Left
    in_server: bool
    rules: int
    subscriptions: int
    is_paused: bool
    features: Sequence[str]
    """What they may use here."""
    refused: Sequence[str]
    """What runs, but not for them here."""
    manages: bool
    emoji: str = ""
    """With which they send a message by reacting to it."""

    @property
    def is_linked(self) -> bool:
        """Whether cards can reach them."""
        return self.link is not None and self.link.broken_at is None


@dataclass(frozen=True, slots=True)
class HelpTexts:
    """Puts it into the words of one language."""

    texts: Texts
    locale: Locale

    def embed(self, setup: Setup) -> discord.Embed:
        """Return all of it on one screen."""
        embed = discord.Embed(
            title=self.say("help-title"), description=self.say("help-about"), colour=YELLOW
        )
        for name, lines in (
            ("help-now", self._now(setup)),
            ("help-next", self._next(setup)),
            ("help-commands", self._commands(setup)),
        ):
            value = "\n".join(lines)[:EMBED_FIELD_VALUE]
            embed.add_field(name=self.say(name), value=value, inline=False)
        return embed

    def _now(self, setup: Setup) -> list[str]:
        lines = [self._connection(setup)]
        if setup.in_server and (setup.rules or setup.subscriptions):
            counts = {"rules": setup.rules, "subscriptions": setup.subscriptions}
            lines.append(self.say("help-here", **counts))
        elif setup.in_server:
            lines.append(self.say("help-nothing-here"))
        if setup.emoji:
            lines.append(self.say("help-reaction", emoji=setup.emoji))
        if setup.is_paused:
            lines.append(self.say("help-paused"))
        if setup.refused:
            names = ", ".join(
                self.say(f"settings-feature-{one}") if one in FEATURES else plain(one)
                for one in setup.refused
            )
            lines.append(self.say("help-refused", features=names))
        return lines

    def _connection(self, setup: Setup) -> str:
        if setup.link is None:
            return self.say("help-awaited" if setup.is_awaited else "help-unlinked")
        if setup.link.broken_at is not None:
            return self.say("help-broken")
        nickname = plain(setup.link.nickname)
        left, limit = setup.left.me, setup.left.me_limit
        return self.say("help-linked", nickname=nickname, left=left, limit=limit)

    def _next(self, setup: Setup) -> list[str]:
        lines = []
        if not setup.is_linked:
            lines.append(self.say("help-next-number" if setup.is_awaited else "help-next-link"))
        elif setup.in_server and "highlight" in setup.features:
            lines.append(self.say("help-next-choose"))
        if "forward" in setup.features:
            lines.append(self.say("help-next-menu"))
            if setup.is_linked:
                lines.append(self.say("help-next-sample", limit=setup.left.me_limit))
        if not setup.in_server:
            lines.append(self.say("help-next-server"))
        if setup.manages:
            lines.append(self.say("help-next-panel"))
        return lines

    def _commands(self, setup: Setup) -> list[str]:
        known = ("link", "highlight", "notify", "forward", "compose", "share")
        named = [one for one in known if one in setup.features]
        return [self.say(f"help-command-{one}") for one in (*named, *ALWAYS)]

    def say(self, key: str, **arguments: TextArgument) -> str:
        """Return a text."""
        return self.texts.say(self.locale, key, **arguments)
