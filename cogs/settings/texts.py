"""How settings and their changes read, on the panel and in the log channel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.discord.words import plain
from bot.errors import TextArgument
from bot.services.servers.access import FEATURES
from bot.texts import Locale, Texts
from storage.settings import Change

WHOLE = frozenset({"limits"})  # short enough to be read as they were and as they are
ROLES = frozenset({"link_roles", "forward_roles", "rule_roles"})
UNLIMITED = "unlimited"  # as the catalogues know it
MOST = 8  # of what came and went, that a line shows


@dataclass(frozen=True, slots=True)
class SettingTexts:
    """Puts changes into the words of one language."""

    texts: Texts
    locale: Locale

    def change(self, change: Change) -> str:
        """Return a change as a line: its number, when, who, what, before and after."""
        when = f"<t:{int(change.at)}:R>"
        return f"- `#{change.version}` {when} <@{change.member_id}> {self.told(change)}"

    def told(self, change: Change) -> str:
        """Return what changed: what came and what went, or from what to what."""
        parts = (
            f"**{self._field(name)}** {self._turned(name, change.before.get(name), value)}"
            for name, value in change.after.items()
        )
        return "; ".join(parts)

    def plain(self, change: Change) -> str:
        """Return what changed where nothing but plain text is shown."""
        names = ", ".join(self._field(name) for name in change.after)
        return f"#{change.version} · {names}"

    def limits(self, value: Mapping[str, Any]) -> str:
        """Return the limits in one line."""
        sends = UNLIMITED if value["sends"] is None else value["sends"]
        return self.say("settings-limits", **{**value, "sends": sends})

    def feature(self, name: str) -> str:
        """Return what a feature is called; one of somebody's own by its plain name."""
        return self.say(f"settings-feature-{name}") if name in FEATURES else name

    def say(self, key: str, **arguments: TextArgument) -> str:
        """Return a text."""
        return self.texts.say(self.locale, key, **arguments)

    def _field(self, name: str) -> str:
        return self.say(f"settings-field-{name}")

    def _turned(self, name: str, before: Any, after: Any) -> str:  # noqa: ANN401 - any setting's, as JSON
        if name in WHOLE or not isinstance(after, list | dict):
            return f"{self._value(name, before)} → {self._value(name, after)}"
        old, new = self._parts(name, before), self._parts(name, after)
        came = [f"+ {one}" for one in new if one not in old]
        went = [f"− {one}" for one in old if one not in new]
        return self._joined([*came, *went])

    def _parts(self, name: str, value: Any) -> list[str]:  # noqa: ANN401 - any setting's, as JSON
        if name == "off":
            return [self.feature(one) for one in value]
        if name in ROLES:
            return [f"<@&{one}>" for one in value]
        if name == "policies":
            return [f"<#{one}>: {self._policy(kept)}" for one, kept in value.items()]
        if name == "templates":
            return [_template(one) for one in value.values()]
        return [f"<#{one}>" for one in value]

    def _value(self, name: str, value: Any) -> str:  # noqa: ANN401 - any setting's, as JSON
        if value is None:
            return self.say("settings-none")
        if name == "limits":
            return self.limits(value)
        if name == "policy":
            return self._policy(value)
        if name == "language":
            return self.say(f"settings-language-{value}")
        return f"<#{value}>"

    def _policy(self, value: str) -> str:
        return self.say(f"settings-policy-{value}")

    def _joined(self, parts: Sequence[str]) -> str:
        shown = ", ".join(parts[:MOST])
        more = len(parts) - MOST
        return shown if more <= 0 else self.say("settings-more", shown=shown, count=more)


def _template(template: Mapping[str, Any]) -> str:
    name = plain(template["name"])
    arguments = (
        f" ({', '.join(map(plain, template['arguments'][:MOST]))})" if template["arguments"] else ""
    )
    return f"{name} `{template['template_id']}`{arguments}"
