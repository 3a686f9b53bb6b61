"""The panel of `/settings`: pages of selects that change one setting each.

All it remembers stands in the ids of its components: what they change, and the version of the
settings that the admin was looking at, so that two admins do not overwrite each other unawares.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Self, cast

import discord

from bot.discord.cog import Answered, answering
from bot.discord.limits import OPTION_LABEL, YELLOW
from bot.discord.plugin import services_of
from bot.discord.replies import locale_of
from bot.errors import TextArgument, UserError
from bot.services.servers.policy import Policy
from bot.services.servers.settings import MOST, OPERATOR, GuildSettings, SettingsChanged
from bot.texts import LOCALES
from cogs.settings.owner import check_operator
from cogs.settings.texts import SettingTexts
from storage.settings import Change

ALWAYS = "-"
SHOWN = 10  # changes at once
ROOM = 3000  # of the 4,000 characters that one message may show; the rest is for the page
SERVER, DEFAULTS = "setting", "default"
"""Whose settings a panel is about, as the ids of its components say it."""
PAGES: Mapping[str, Sequence[str]] = {
    SERVER: ("features", "places", "roles", "content", "more", "history"),
    DEFAULTS: ("features", "content", "more", "history"),
}
CHANNELS = [
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.voice,
    discord.ChannelType.stage_voice,
    discord.ChannelType.forum,
    discord.ChannelType.category,
]
Item = discord.ui.Item[Any]


class NeedsManageServer(UserError):
    """Only whoever may manage the server can do this."""

    key = "error-needs-manage-server"


@dataclass(frozen=True, slots=True)
class Panel:
    """What the panel shows at one moment."""

    settings: GuildSettings
    version: int
    features: Sequence[str]
    changes: Sequence[Change]
    words: SettingTexts
    warning: str = ""
    scope: str = SERVER

    def layout(self, page: str) -> discord.ui.LayoutView:
        """Return one page of the panel."""
        layout = discord.ui.LayoutView(timeout=None)
        layout.add_item(discord.ui.Container(*self._parts(page), accent_colour=YELLOW))
        return layout

    def _parts(self, page: str) -> Iterator[Item]:
        title = self.say(f"settings-title-{self.scope}")
        yield discord.ui.TextDisplay(f"## {title}")
        if self.warning:
            yield discord.ui.TextDisplay(f"⚠️ {self.warning}")
        shown = self._choice("page", PAGES[self.scope], {page}, "settings-page")
        yield discord.ui.ActionRow(shown)
        yield discord.ui.Separator()
        yield discord.ui.TextDisplay(self.say(f"settings-page-{page}.text"))
        pages: Mapping[str, Callable[[], Iterator[Item]]] = {
            "features": self._features,
            "places": self._places,
            "roles": self._roles,
            "content": self._content,
            "more": self._more,
            "history": self._history,
        }
        yield from pages[page]()

    def _features(self) -> Iterator[Item]:
        options = [
            discord.SelectOption(
                label=self.words.feature(one)[:OPTION_LABEL],
                value=one,
                default=one not in self.settings.off,
            )
            for one in self.features[:MOST]
        ]
        if options:
            choose = self.say("settings-choose")
            yield _row(self._select("features", options, choose, least=0, most=len(options)))

    def _places(self) -> Iterator[Item]:
        for name in ("only", "never"):
            yield self._label(name)
            yield _row(self._channels(name, getattr(self.settings, name)))

    def _roles(self) -> Iterator[Item]:
        for name in ("link_roles", "forward_roles", "rule_roles"):
            yield self._label(name)
            yield _row(self._role_select(name, getattr(self.settings, name)))

    def _content(self) -> Iterator[Item]:
        yield self._label("policy")
        yield _row(self._choice("policy", tuple(Policy), {self.settings.policy}, "settings-policy"))
        for policy in Policy if self.scope == SERVER else ():
            if policy is not self.settings.policy:
                yield self._label(f"policy-{policy}")
                places = [one for one, kept in self.settings.policies.items() if kept is policy]
                yield _row(self._channels(f"policy-{policy}", places))

    def _more(self) -> Iterator[Item]:
        text = self.words.limits(self.settings.limits.model_dump())
        label = self.say("settings-edit")
        button = SettingButton.of("limits", self.version, label, self.scope)
        yield discord.ui.Section(text, accessory=button)
        yield self._label("language")
        language = self.settings.language or ALWAYS
        yield _row(self._choice("language", (ALWAYS, *LOCALES), {language}, "settings-language"))
        if self.scope == DEFAULTS:
            return
        yield self._label("log_channel_id")
        log = self.settings.log_channel_id
        shown = self._channels(
            "log_channel_id",
            [log] if log else [],
            most=1,
            kinds=CHANNELS[:2],
            placeholder="settings-log-channel",
        )
        yield _row(shown)

    def _history(self) -> Iterator[Item]:
        if not self.changes:
            yield discord.ui.TextDisplay(self.say("settings-history-none"))
            return
        lines = _fitting([self.words.change(one) for one in self.changes[:SHOWN]])
        yield discord.ui.TextDisplay("\n".join(lines))
        shown = self.changes[: len(lines)]
        options = [
            discord.SelectOption(label=self.words.plain(one)[:OPTION_LABEL], value=str(one.version))
            for one in shown
        ]
        yield _row(self._select("take-back", options, self.say("settings-take-back")))
        if len(shown) < len(self.changes):
            label = self.say("settings-history-older")
            yield _row(SettingButton.of("older", shown[-1].version, label, self.scope))

    # components

    def _label(self, name: str) -> Item:
        return discord.ui.TextDisplay(f"**{self.say(f'settings-field-{name}')}**")

    def _choice(self, what: str, values: Sequence[str], chosen: set[Any], key: str) -> Item:
        options = [
            discord.SelectOption(
                label=self.say(f"{key}-{'auto' if value == ALWAYS else value}"),
                value=str(value),
                default=value in chosen,
            )
            for value in values
        ]
        return self._select(what, options, self.say("settings-choose"))

    def _select(
        self,
        what: str,
        options: list[discord.SelectOption],
        placeholder: str,
        *,
        least: int = 1,
        most: int = 1,
    ) -> Item:
        select: discord.ui.Select[Any] = discord.ui.Select(
            custom_id=f"kkachi:{self.scope}:{what}:{self.version}",
            placeholder=placeholder,
            min_values=least,
            max_values=most,
            options=options,
        )
        return SettingSelect(select, what, self.version, self.scope)

    def _channels(
        self,
        what: str,
        ids: "Sequence[int] | frozenset[int]",
        most: int = MOST,
        kinds: Sequence[discord.ChannelType] = CHANNELS,
        placeholder: str = "settings-everywhere",
    ) -> Item:
        select: discord.ui.ChannelSelect[Any] = discord.ui.ChannelSelect(
            custom_id=f"kkachi:{self.scope}:{what}:{self.version}",
            placeholder=self.say(placeholder),
            channel_types=list(kinds),
            min_values=0,
            max_values=most,
            default_values=_defaults(ids, discord.SelectDefaultValueType.channel),
        )
        return SettingSelect(select, what, self.version, self.scope)

    def _role_select(self, what: str, ids: frozenset[int]) -> Item:
        select: discord.ui.RoleSelect[Any] = discord.ui.RoleSelect(
            custom_id=f"kkachi:{self.scope}:{what}:{self.version}",
            placeholder=self.say("settings-everybody"),
            min_values=0,
            max_values=MOST,
            default_values=_defaults(ids, discord.SelectDefaultValueType.role),
        )
        return SettingSelect(select, what, self.version, self.scope)

    def say(self, key: str, **arguments: TextArgument) -> str:
        """Return a text in the language of whoever looks."""
        return self.words.say(key, **arguments)


class SettingSelect(
    Answered,
    discord.ui.DynamicItem[discord.ui.Item[Any]],
    template=r"kkachi:(?P<scope>setting|default):(?P<what>[\w-]+):(?P<version>[0-9]+)",
):
    """Changes one setting, or turns to another page."""

    def __init__(self, select: Item, what: str, version: int, scope: str) -> None:
        super().__init__(select)
        self.what = what
        self.version = version
        self.scope = scope

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction, item: Item, match: re.Match[str], /
    ) -> Self:
        """Read the select of a message that may be older than this process."""
        return cls(item, match["what"], int(match["version"]), match["scope"])

    async def press(self, interaction: discord.Interaction) -> None:
        """Keep what was chosen and show the panel as it is now."""
        guild_id = await settled(interaction, self.scope)
        values = [str(getattr(one, "id", one)) for one in self._values()]
        if self.what == "page":
            await show_panel(interaction, values[0], scope=self.scope)
            return
        warning = ""
        try:
            await self._keep(interaction, guild_id, values)
        except SettingsChanged as error:
            texts = services_of(interaction.client).texts
            warning = texts.say(locale_of(interaction), error.key)
        await show_panel(interaction, _page_of(self.what), warning, scope=self.scope)

    def _values(self) -> Sequence[object]:
        select = cast("discord.ui.Select[Any]", self.item)
        return select.values

    async def _keep(
        self, interaction: discord.Interaction, guild_id: int, values: list[str]
    ) -> None:
        settings = services_of(interaction.client).settings
        if self.what == "take-back":
            await settings.take_back(guild_id, interaction.user.id, int(values[0]))
            return
        before = await settings.of(guild_id)
        if self.what == "features":
            shown = {option.value for option in cast("discord.ui.Select[Any]", self.item).options}
            changed: dict[str, Any] = {"off": (before.off - shown) | (shown - set(values))}
        else:
            changed = _changed(before, self.what, values)
        await settings.change(guild_id, interaction.user.id, self.version, **changed)


class SettingButton(
    Answered,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"kkachi:(?P<scope>setting|default)s:(?P<what>limits|older):(?P<version>[0-9]+)",
):
    """Asks for the limits, or shows what changed before a version."""

    def __init__(self, button: discord.ui.Button[Any], what: str, version: int, scope: str) -> None:
        super().__init__(button)
        self.what = what
        self.version = version
        self.scope = scope

    @classmethod
    def of(cls, what: str, version: int, label: str, scope: str) -> Self:
        """Return the button for one of the two."""
        custom_id = f"kkachi:{scope}s:{what}:{version}"
        return cls(discord.ui.Button(custom_id=custom_id, label=label), what, version, scope)

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction, item: Item, match: re.Match[str], /
    ) -> Self:
        """Read the button of a message that may be older than this process."""
        button = cast("discord.ui.Button[Any]", item)
        return cls(button, match["what"], int(match["version"]), match["scope"])

    async def press(self, interaction: discord.Interaction) -> None:
        """Open the form, or turn to older changes."""
        if self.what == "older":
            await show_panel(interaction, "history", before=self.version, scope=self.scope)
            return
        services = services_of(interaction.client)
        settings = await services.settings.of(await settled(interaction, self.scope))
        words = SettingTexts(services.texts, locale_of(interaction))
        modal = LimitsModal(settings, self.version, words, self.scope)
        await interaction.response.send_modal(modal)


class BadNumber(UserError):
    """What was typed is no number that fits."""

    key = "error-settings-number"


class LimitsModal(discord.ui.Modal):
    """How much one member may have, and send in a day."""

    def __init__(
        self, settings: GuildSettings, version: int, words: SettingTexts, scope: str
    ) -> None:
        super().__init__(title=words.say("settings-limits-title"))
        self._version = version
        self._scope = scope
        self._inputs: dict[str, discord.ui.TextInput[Any]] = {}
        for name, value in settings.limits:
            field: discord.ui.TextInput[Any] = discord.ui.TextInput(
                default="" if value is None else str(value), required=False, max_length=4
            )
            self._inputs[name] = field
            label = words.say(f"settings-limit-{name}")
            self.add_item(discord.ui.Label(text=label, component=field))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Keep the limits."""
        async with answering(interaction):
            guild_id = await settled(interaction, self._scope)
            services, warning = services_of(interaction.client), ""
            try:
                limits = {name: _number(name, one.value) for name, one in self._inputs.items()}
                await services.settings.change(
                    guild_id, interaction.user.id, self._version, limits=limits
                )
            except (SettingsChanged, BadNumber) as error:
                warning = services.texts.say(locale_of(interaction), error.key)
            except ValueError:  # pydantic's own is one
                warning = services.texts.say(locale_of(interaction), BadNumber.key)
            await show_panel(interaction, "more", warning, scope=self._scope)


async def show_panel(
    interaction: discord.Interaction,
    page: str = "features",
    warning: str = "",
    *,
    before: int | None = None,
    scope: str = SERVER,
) -> None:
    """Show a page of the panel: as an answer to a command, else in place of the panel.

    Of the history that is what came before a version.
    """
    services, guild_id = services_of(interaction.client), await settled(interaction, scope)
    version, settings = await services.settings.version_of(guild_id)
    changes: Sequence[Change] = ()
    if page == "history":
        changes = await services.settings.changes(guild_id, SHOWN + 1, before)
    panel = Panel(
        settings=settings,
        version=version,
        features=services.access.features,
        changes=changes,
        words=SettingTexts(services.texts, locale_of(interaction)),
        warning=warning,
        scope=scope,
    )
    layout = panel.layout(page)
    if interaction.type is discord.InteractionType.application_command:
        await interaction.response.send_message(view=layout, ephemeral=True)
    else:
        await interaction.response.edit_message(view=layout)


async def settled(interaction: discord.Interaction, scope: str) -> int:
    """Return whose settings a panel changes, where whoever asks may change them now.

    Raises NeedsManageServer, OnlyOwner, DiscordAway.
    """
    if scope == SERVER:
        return managed(interaction)
    await check_operator(interaction)
    return OPERATOR


def managed(interaction: discord.Interaction) -> int:
    """Return the server that whoever asks may manage; raises NeedsManageServer.

    Discord hides the command from others, but admins can show it to anybody.
    """
    if interaction.guild_id is None or not interaction.permissions.manage_guild:
        raise NeedsManageServer
    return interaction.guild_id


def _changed(before: GuildSettings, what: str, values: list[str]) -> dict[str, Any]:
    """Return which settings a choice changes, and to what."""
    if what == "policy":
        return {"policy": values[0]}
    if what == "language":
        return {"language": None if values[0] == ALWAYS else values[0]}
    if what == "log_channel_id":
        return {"log_channel_id": int(values[0]) if values else None}
    if what.startswith("policy-"):
        policy = Policy(what.removeprefix("policy-"))
        others = {place: kept for place, kept in before.policies.items() if kept is not policy}
        return {"policies": others | {int(value): policy for value in values}}
    return {what: {int(value) for value in values}}


def _page_of(what: str) -> str:
    pages = {
        "features": ("features",),
        "places": ("only", "never"),
        "roles": ("link_roles", "forward_roles", "rule_roles"),
        "more": ("language", "log_channel_id"),
        "history": ("take-back",),
    }
    return next((page for page, names in pages.items() if what in names), "content")


def _fitting(lines: Sequence[str]) -> list[str]:
    """Return as many lines as one message has room for, but one at least."""
    lengths = accumulate(len(line) + 1 for line in lines)
    fitting = sum(length <= ROOM for length in lengths)
    return [line[:ROOM] for line in lines[: fitting or 1]]


def _row(item: Item) -> Item:
    return discord.ui.ActionRow(item)


def _defaults(
    ids: "Sequence[int] | frozenset[int]", kind: discord.SelectDefaultValueType
) -> list[discord.SelectDefaultValue]:
    return [discord.SelectDefaultValue(id=one, type=kind) for one in sorted(ids)[:MOST]]


def _number(name: str, text: str) -> int | None:
    text = text.strip()
    if not text and name == "sends":
        return None
    if not text.isdecimal():
        raise BadNumber
    return int(text)
