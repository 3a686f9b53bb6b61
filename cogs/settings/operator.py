"""The page of whoever runs Kkachi: servers, what they start from, who may use it, and its work.

Like the panel it remembers nothing but what stands in the ids of its components.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self, cast

import discord

from bot.discord.cog import Answered, answering
from bot.discord.guilds import all_guilds, find_guild, language_of
from bot.discord.limits import MESSAGE_CONTENT, OPTION_LABEL, SELECT_OPTIONS, YELLOW
from bot.discord.plugin import AnyBot, services_of
from bot.discord.replies import defer, defer_edit, locale_of
from bot.discord.words import code, plain, plain_lines
from bot.errors import DiscordAway, TextArgument, UserError
from bot.services.decisions import Decided, DecisionKind
from bot.services.operations.extensions import Reloaded
from bot.services.servers.statistics import ServerUse
from bot.texts import LOCALES, Locale, Texts
from cogs.settings.members import write_log
from cogs.settings.owner import check_operator
from cogs.settings.panel import DEFAULTS, show_panel

PAGES = ("servers", "defaults", "lists", "work")
LISTS = (
    DecisionKind.SERVER_BLOCKED,
    DecisionKind.SERVER_ALLOWED,
    DecisionKind.MEMBER_BLOCKED,
    DecisionKind.MEMBER_ALLOWED,
)
SERVERS_SHOWN = 8
IDS_SHOWN = 10
SERVER_NAME = 40  # characters
LONGEST_LIST = 4000  # characters, as many as a form's field takes
LONGEST_NOTICE = 1500  # characters
ID = re.compile(r"[0-9]{17,20}")
NOTHING = 0
Item = discord.ui.Item[Any]


class BadId(UserError):
    """What was typed holds something that is no id."""

    key = "error-operator-id"


class BadShare(UserError):
    """What was typed is no percentage."""

    key = "error-operator-share"


@dataclass(frozen=True, slots=True)
class OperatorPage:
    """What the page shows at one moment; `chosen` is the server that it is about."""

    servers: Sequence[ServerUse]
    names: Mapping[int, str]
    lists: Decided
    cogs: Sequence[str]
    texts: Texts
    locale: Locale
    first: int = 0
    chosen: ServerUse | None = None
    linked: int = 0
    note: str = ""

    def layout(self, page: str) -> discord.ui.LayoutView:
        """Return one page."""
        layout = discord.ui.LayoutView(timeout=None)
        layout.add_item(discord.ui.Container(*self._parts(page), accent_colour=YELLOW))
        return layout

    def _parts(self, page: str) -> Iterator[Item]:
        yield discord.ui.TextDisplay(f"## {self.say('operator-title')}")
        if self.note:
            yield discord.ui.TextDisplay(self.note)
        yield _row(self._choice("page", [(one, self.say(f"operator-page-{one}")) for one in PAGES]))
        yield discord.ui.Separator()
        pages: Mapping[str, Callable[[], Iterator[Item]]] = {
            "servers": self._servers,
            "lists": self._lists,
            "work": self._work,
        }
        yield from self._server(self.chosen) if self.chosen else pages[page]()

    def _servers(self) -> Iterator[Item]:
        shown = self.servers[self.first : self.first + SERVERS_SHOWN]
        lines = [self._line(one) for one in shown]
        yield discord.ui.TextDisplay("\n".join(lines) or self.say("operator-servers-none"))
        if shown:
            names = [(str(one.guild_id), self.names[one.guild_id]) for one in shown]
            yield _row(self._choice("server", names))
        turns = [("earlier", self.first - SERVERS_SHOWN), ("later", self.first + SERVERS_SHOWN)]
        buttons = [
            OperatorButton.of("turn", at, self.say(f"operator-button-{turn}"))
            for turn, at in turns
            if 0 <= at < len(self.servers)
        ]
        if buttons:
            yield discord.ui.ActionRow(*buttons)

    def _line(self, server: ServerUse) -> str:
        mark = "" if self.lists.admits_server(server.guild_id) else "🚫 "
        return mark + self.say(
            "operator-server",
            name=plain(self.names[server.guild_id], SERVER_NAME),
            today=server.today,
            part=server.part,
            month=server.month,
        )

    def _server(self, server: ServerUse) -> Iterator[Item]:
        number = server.guild_id
        share = self.lists.shares.get(number)
        told = "fair" if share is None else share
        more = self.say("operator-server-more", number=str(number), linked=self.linked, share=told)
        yield discord.ui.TextDisplay(f"{self._line(server)}\n{more}")
        is_blocked = number in self.lists.of(DecisionKind.SERVER_BLOCKED)
        act = "unblock" if is_blocked else "block"
        yield discord.ui.ActionRow(
            OperatorButton.of("share", number, self.say("operator-share")),
            OperatorButton.of(act, number, self.say(f"operator-button-{act}")),
            OperatorButton.of("turn", NOTHING, self.say("operator-back")),
        )

    def _lists(self) -> Iterator[Item]:
        yield discord.ui.TextDisplay(self.say("operator-lists"))
        for kind in LISTS:
            ids = sorted(self.lists.of(kind))
            shown = ", ".join(self._named(kind, one) for one in ids[:IDS_SHOWN])
            if len(ids) > IDS_SHOWN:
                shown = self.say("settings-more", shown=shown, count=len(ids) - IDS_SHOWN)
            text = f"**{self.say(f'operator-list-{kind}')}**\n{shown or self.say('settings-none')}"
            button = OperatorButton.of(kind, NOTHING, self.say("settings-edit"))
            yield discord.ui.Section(text, accessory=button)

    def _named(self, kind: DecisionKind, number: int) -> str:
        if kind in {DecisionKind.MEMBER_ALLOWED, DecisionKind.MEMBER_BLOCKED}:
            return f"<@{number}>"
        name = self.names.get(number)
        return f"`{number}`" if name is None else plain(name, SERVER_NAME)

    def _work(self) -> Iterator[Item]:
        state = "on" if self.lists.in_maintenance else "off"
        turn = OperatorButton.of(
            "maintenance", int(not self.lists.in_maintenance), self.say(f"operator-turn-{state}")
        )
        yield discord.ui.Section(self.say(f"operator-maintenance-{state}"), accessory=turn)
        write = OperatorButton.of("notice", NOTHING, self.say("operator-notice-write"))
        yield discord.ui.Section(self.say("operator-notice"), accessory=write)
        yield discord.ui.TextDisplay(self.say("operator-reload"))
        yield _row(self._choice("reload", [(one, one) for one in self.cogs[:SELECT_OPTIONS]]))

    def _choice(self, what: str, options: Sequence[tuple[str, str]]) -> Item:
        select: discord.ui.Select[Any] = discord.ui.Select(
            custom_id=f"kkachi:operator-choice:{what}",
            placeholder=self.say(f"operator-choose-{what}"),
            options=[
                discord.SelectOption(label=label[:OPTION_LABEL], value=value)
                for value, label in options
            ],
        )
        return OperatorSelect(select, what)

    def say(self, key: str, **arguments: TextArgument) -> str:
        """Return a text in the language of whoever looks."""
        return self.texts.say(self.locale, key, **arguments)


class OperatorSelect(
    Answered,
    discord.ui.DynamicItem[discord.ui.Item[Any]],
    template=r"kkachi:operator-choice:(?P<what>[\w-]+)",
):
    """Turns to a page or a server, or loads a cog anew."""

    def __init__(self, select: Item, what: str) -> None:
        super().__init__(select)
        self.what = what

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction, item: Item, match: re.Match[str], /
    ) -> Self:
        """Read the select of a message that may be older than this process."""
        return cls(item, match["what"])

    async def press(self, interaction: discord.Interaction) -> None:
        """Show what was chosen."""
        await check_operator(interaction)
        [value] = cast("discord.ui.Select[Any]", self.item).values
        if self.what == "server":
            await show_operator(interaction, chosen=int(value))
        elif self.what == "reload":
            await self._reload(interaction, value)
        elif value == "defaults":
            await show_panel(interaction, scope=DEFAULTS)
        else:
            await show_operator(interaction, value)

    async def _reload(self, interaction: discord.Interaction, cog: str) -> None:
        await defer_edit(interaction)
        services = services_of(interaction.client)
        reloaded = await services.plugins.reload(cog)
        note = reloaded_text(services.texts, locale_of(interaction), cog, reloaded)
        await show_operator(interaction, "work", note=note)


def reloaded_text(texts: Texts, locale: Locale, cog: str, processes: Sequence[Reloaded]) -> str:
    """Return what came of loading a cog anew, by the processes' shards where there are several."""
    if not processes:
        return texts.say(locale, "settings-reloaded", name=code(cog))
    lines = []
    for trouble in sorted({one.trouble for one in processes}, key=lambda key: key or ""):
        shards = ", ".join(one.shards for one in processes if one.trouble == trouble)
        mark, key = ("", "settings-reloaded") if trouble is None else ("⚠️ ", trouble)
        lines.append(f"{mark}`{shards}` {texts.say(locale, key, name=code(cog))}")
    return "\n".join(lines)


class OperatorButton(
    Answered,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"kkachi:operator:(?P<what>[a-z-]+):(?P<about>[0-9]+)",
):
    """Does one thing about a server, a list, or everything."""

    def __init__(self, button: discord.ui.Button[Any], what: str, about: int) -> None:
        super().__init__(button)
        self.what = what
        self.about = about

    @classmethod
    def of(cls, what: str, about: int, label: str) -> Self:
        """Return the button for one thing."""
        custom_id = f"kkachi:operator:{what}:{about}"
        return cls(discord.ui.Button(custom_id=custom_id, label=label), what, about)

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction, item: Item, match: re.Match[str], /
    ) -> Self:
        """Read the button of a message that may be older than this process."""
        return cls(cast("discord.ui.Button[Any]", item), match["what"], int(match["about"]))

    async def press(self, interaction: discord.Interaction) -> None:
        """Do it, or open the form that it needs."""
        await check_operator(interaction)
        decisions = services_of(interaction.client).decisions
        if self.what == "turn":
            await show_operator(interaction, first=self.about)
        elif self.what == "maintenance":
            await decisions.set_maintenance(on=bool(self.about))
            await show_operator(interaction, "work")
        elif self.what in {"block", "unblock"}:
            way = "added" if self.what == "block" else "removed"
            await decisions.change(DecisionKind.SERVER_BLOCKED, **{way: [self.about]})
            await show_operator(interaction, chosen=self.about)
        else:
            await interaction.response.send_modal(self._form(interaction, await decisions.now()))

    def _form(self, interaction: discord.Interaction, lists: Decided) -> "OperatorForm":
        texts, locale = services_of(interaction.client).texts, locale_of(interaction)
        if self.what == "notice":
            return NoticeForm(texts, locale)
        if self.what == "share":
            return ShareForm(self.about, lists, texts, locale)
        return ListForm(DecisionKind(self.what), lists, texts, locale)


class OperatorForm(discord.ui.Modal):
    """A form of the page's; what is typed wrong is told on the page itself."""

    page = "servers"
    chosen: int | None = None
    """The server that it is about."""

    def ask(self, label: str, default: str, *, most: int, lines: bool = True) -> Any:  # noqa: ANN401 - generic
        """Add a field and return it."""
        style = discord.TextStyle.paragraph if lines else discord.TextStyle.short
        field: discord.ui.TextInput[Any] = discord.ui.TextInput(
            style=style, default=default or None, required=False, max_length=most
        )
        self.add_item(discord.ui.Label(text=label, component=field))
        return field

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Keep what was typed and show the page as it is now."""
        async with answering(interaction):
            await check_operator(interaction)
            await defer_edit(interaction)
            try:
                note = await self.keep(interaction)
            except UserError as error:
                texts = services_of(interaction.client).texts
                note = f"⚠️ {texts.say(locale_of(interaction), error.key, **error.arguments)}"
            await show_operator(interaction, self.page, chosen=self.chosen, note=note)

    async def keep(self, interaction: discord.Interaction) -> str:
        """Do what was typed and return what to say of it; raises UserError."""
        raise NotImplementedError  # every form has its own


class ShareForm(OperatorForm):
    """Asks which part of the daily allowance is a server's."""

    def __init__(self, guild_id: int, lists: Decided, texts: Texts, locale: Locale) -> None:
        super().__init__(title=texts.say(locale, "operator-share"))
        self._guild_id = self.chosen = guild_id
        share = lists.shares.get(guild_id)
        label = texts.say(locale, "operator-share-label")
        shown = "" if share is None else str(share)
        self._percent = self.ask(label, shown, most=3, lines=False)

    async def keep(self, interaction: discord.Interaction) -> str:
        """Give the server its part."""
        typed = self._percent.value.strip().removesuffix("%")
        if typed and not (typed.isdecimal() and int(typed) <= 100):  # noqa: PLR2004 - percent
            raise BadShare
        decisions = services_of(interaction.client).decisions
        await decisions.set_share(self._guild_id, int(typed) if typed else None)
        return ""


class ListForm(OperatorForm):
    """Shows a list to be changed; what others changed meanwhile stays."""

    page = "lists"

    def __init__(self, kind: DecisionKind, lists: Decided, texts: Texts, locale: Locale) -> None:
        super().__init__(title=texts.say(locale, f"operator-list-{kind}"))
        self._kind = kind
        self._shown = lists.of(kind)
        ids = "\n".join(map(str, sorted(self._shown)))
        self._ids = self.ask(texts.say(locale, "operator-list-label"), ids, most=LONGEST_LIST)

    async def keep(self, interaction: discord.Interaction) -> str:
        """Add what is new on it, and take off what is no more."""
        typed = self._ids.value.replace(",", " ").split()
        if not all(map(ID.fullmatch, typed)):
            raise BadId
        ids = frozenset(map(int, typed))
        decisions = services_of(interaction.client).decisions
        await decisions.change(self._kind, added=ids - self._shown, removed=self._shown - ids)
        return ""


class NoticeForm(OperatorForm):
    """Asks in both languages for what all servers shall read."""

    page = "work"

    def __init__(self, texts: Texts, locale: Locale) -> None:
        super().__init__(title=texts.say(locale, "operator-notice-write"))
        self._words = {
            one: self.ask(texts.say(locale, f"settings-language-{one}"), "", most=LONGEST_NOTICE)
            for one in LOCALES
        }

    async def keep(self, interaction: discord.Interaction) -> str:
        """Write it into every log channel, in the language of each server."""
        words = {locale: field.value.strip() for locale, field in self._words.items()}
        said = {locale: words[locale] or next(filter(None, words.values()), "") for locale in words}
        bot, texts = cast("AnyBot", interaction.client), services_of(interaction.client).texts
        guilds = await all_guilds(bot) if any(said.values()) else {}
        told = [await _has_read(bot, guild_id, said) for guild_id in guilds]
        return texts.say(
            locale_of(interaction), "operator-notice-told", told=sum(told), all=len(told)
        )


async def _has_read(bot: AnyBot, guild_id: int, said: Mapping[Locale, str]) -> bool:
    """Write a notice into a server's log channel, if it has one and Discord can be asked."""
    services = services_of(bot)
    settings = await services.settings.of(guild_id)
    if settings.log_channel_id is None:
        return False
    with suppress(DiscordAway):
        guild = await find_guild(bot, guild_id)
        locale = language_of(guild, settings)
        text = services.texts.say(locale, "operator-notice-log", text=plain_lines(said[locale]))
        return await write_log(guild, settings, text[:MESSAGE_CONTENT])
    return False


async def show_operator(
    interaction: discord.Interaction,
    page: str = "servers",
    *,
    first: int = 0,
    chosen: int | None = None,
    note: str = "",
) -> None:
    """Show the page: as an answer to a command, else in place of the one before."""
    if not interaction.response.is_done():
        is_command = interaction.type is discord.InteractionType.application_command
        await (defer if is_command else defer_edit)(interaction)
    services = services_of(interaction.client)
    names = await all_guilds(cast("AnyBot", interaction.client))
    servers = await services.statistics.servers(names)
    operator = OperatorPage(
        servers=servers,
        names=names,
        lists=await services.decisions.now(),
        cogs=services.plugins.names,
        texts=services.texts,
        locale=locale_of(interaction),
        first=first,
        chosen=next((one for one in servers if one.guild_id == chosen), None),
        linked=await services.statistics.linked(chosen) if chosen else 0,
        note=note,
    )
    await interaction.edit_original_response(view=operator.layout(page))


def _row(item: Item) -> Item:
    return discord.ui.ActionRow(item)
