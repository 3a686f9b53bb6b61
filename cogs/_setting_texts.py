"""How settings and their changes read, on the panel and in the log channel."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import discord

from bot.errors import TextArgument
from bot.texts import Locale, Texts
from storage.settings import Change

CHANNELS = frozenset({"only", "never"})
ROLES = frozenset({"link_roles", "forward_roles", "rule_roles"})


@dataclass(frozen=True, slots=True)
class SettingTexts:
    """Puts changes into the words of one language."""

    texts: Texts
    locale: Locale

    def change(self, change: Change) -> str:
        """Return a change as a line: when, who, what, before and after."""
        return f"- <t:{int(change.at)}:R> <@{change.member_id}> {self.told(change)}"

    def told(self, change: Change) -> str:
        """Return what changed, from what to what."""
        parts = (
            f"**{self._field(name)}** {self._value(name, change.before.get(name))}"
            f" → {self._value(name, value)}"
            for name, value in change.after.items()
        )
        return "; ".join(parts)

    def plain(self, change: Change) -> str:
        """Return what changed where nothing but plain text is shown."""
        names = ", ".join(self._field(name) for name in change.after)
        return f"#{change.version} · {names}"

    def say(self, key: str, **arguments: TextArgument) -> str:
        """Return a text."""
        return self.texts.say(self.locale, key, **arguments)

    def _field(self, name: str) -> str:
        return self.say(f"settings-field-{name}")

    def _value(self, name: str, value: Any) -> str:  # noqa: ANN401 - any setting's, as JSON
        if value is None or value in ([], {}):
            return self.say("settings-none")
        if name == "off":
            return self._joined(self.say(f"settings-feature-{one}") for one in value)
        if name in CHANNELS:
            return self._joined(f"<#{one}>" for one in value)
        if name in ROLES:
            return self._joined(f"<@&{one}>" for one in value)
        if name == "policies":
            pairs = value.items()
            return self._joined(f"<#{one}>: {self._policy(kept)}" for one, kept in pairs)
        if name == "limits":
            return self.say(
                "settings-limits",
                rules=value["rules"],
                subscriptions=value["subscriptions"],
                sends="∞" if value["sends"] is None else value["sends"],
            )
        return self._plain_value(name, value)

    def _plain_value(self, name: str, value: object) -> str:
        if name == "policy":
            return self._policy(str(value))
        if name == "language":
            return self.say(f"settings-language-{value}")
        if name == "log_channel_id":
            return f"<#{value}>"
        return discord.utils.escape_markdown(str(value))

    def _policy(self, value: str) -> str:
        return self.say(f"settings-policy-{value}")

    def _joined(self, parts: Iterable[str]) -> str:
        return ", ".join(parts)
