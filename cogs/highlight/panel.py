"""The panel of `/highlight list`: every rule, what it has found, and what can be done with it.

All it remembers stands in the ids of its components, so that it outlives this process.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Self

import discord

from bot.discord.access import check_feature
from bot.discord.cog import Answered, answering
from bot.discord.limits import OPTION_LABEL
from bot.discord.plugin import services_of
from bot.discord.replies import defer_edit, items, locale_of, say
from bot.discord.ui.new_rule import content_hint
from bot.discord.ui.selects import OnlySelect
from bot.errors import UserError
from bot.services.clock import MINUTE
from bot.services.highlights.schedule import Schedule
from cogs.highlight.texts import RuleTexts
from storage.rules import LONGEST_NAME, Places, Rule, RuleKind, WordMode

FEATURE = "highlight"
PAGE = 20
LONGEST_COOLDOWN = 1440
MODES: Sequence[WordMode] = ("word", "exact", "anywhere")
WITH_WORDS = frozenset({RuleKind.WORD, RuleKind.PATTERN})
FORM_LIFE = 10 * MINUTE
# What the menu offers; anything else is for `/highlight schedule`.
TIMES = ("at-once", "every:30", "every:60", "every:180", "at-hours:9,13,18", "at-hours:21")
ROOMS = [
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.voice,
    discord.ChannelType.stage_voice,
    discord.ChannelType.forum,
    discord.ChannelType.category,
    discord.ChannelType.public_thread,
    discord.ChannelType.private_thread,
    discord.ChannelType.news_thread,
]


class BadCooldown(UserError):
    """What was typed is no number of minutes up to a day."""

    key = "error-rule-cooldown"


async def show_list(interaction: discord.Interaction, page: int = 0, note: str = "") -> None:
    """Show a member's rules in a server, in a new answer or in place of what the panel showed."""
    services, member_id = services_of(interaction.client), interaction.user.id
    rules = await services.rules.holding(member_id, interaction.guild_id or 0)
    chosen = await services.rules.filter(member_id, interaction.guild_id or 0)
    schedule = await services.wishes.of(member_id)
    hits = await services.rules.hits(member_id)
    words = _words(interaction)
    page = max(0, min(page, (len(rules) - 1) // PAGE))
    shown = slice(page * PAGE, (page + 1) * PAGE)
    embed = words.overview(rules, shown, hits, chosen, schedule)
    parts: list[discord.ui.Item[Any]] = [
        *_menus(interaction, rules, page),
        WhenSelect.of(schedule, words),
    ]
    await _show(
        interaction, "\n".join(filter(None, (note, content_hint(interaction)))), embed, parts
    )


async def show_rule(interaction: discord.Interaction, rule: Rule, note: str = "") -> None:
    """Show one rule with what can be done with it."""
    services, words = services_of(interaction.client), _words(interaction)
    hits = await services.rules.hits(rule.member_id)
    acts = ("change", "resume" if rule.options.paused else "pause", "remove", "list")
    buttons = [RuleButton(act, rule.id, words.say(f"highlight-button-{act}")) for act in acts]
    await _show(interaction, note, words.details(rule, hits.get(rule.id, 0)), buttons)


async def _show(
    interaction: discord.Interaction,
    text: str,
    embed: discord.Embed,
    parts: Sequence[discord.ui.Item[Any]],
) -> None:
    if interaction.type is discord.InteractionType.application_command:
        await say(interaction, text, embeds=[embed], view=items(*parts))
        return
    await interaction.edit_original_response(content=text, embeds=[embed], view=items(*parts))


def _menus(
    interaction: discord.Interaction, rules: Sequence[Rule], page: int
) -> Iterator[discord.ui.Item[Any]]:
    words = _words(interaction)
    if rules:
        yield RuleSelect.of(rules, page, words, interaction.guild)
    if page:
        yield PageButton(page - 1, words.say("highlight-button-before"))
    if len(rules) > (page + 1) * PAGE:
        yield PageButton(page + 1, words.say("highlight-button-after"))


class RuleSelect(
    OnlySelect,
    template=r"kkachi:rules:pick:(?P<page>[0-9]+)",
):
    """Chooses the rule to look at."""

    feature = FEATURE

    @classmethod
    def of(
        cls, rules: Sequence[Rule], page: int, words: RuleTexts, guild: discord.Guild | None
    ) -> Self:
        """Return the select for one page of a member's rules."""
        numbered = list(enumerate(rules, 1))[page * PAGE : (page + 1) * PAGE]
        options = [
            discord.SelectOption(
                label=f"{number}. {words.plain(rule, guild)}"[:OPTION_LABEL], value=str(rule.id)
            )
            for number, rule in numbered
        ]
        select: discord.ui.Select[Any] = discord.ui.Select(
            custom_id=f"kkachi:rules:pick:{page}",
            placeholder=words.say("highlight-pick"),
            options=options,
        )
        return cls(select)

    async def press(self, interaction: discord.Interaction) -> None:
        """Show that rule."""
        await defer_edit(interaction)
        rules = services_of(interaction.client).rules
        await show_rule(interaction, await rules.one(interaction.user.id, int(self.item.values[0])))


class WhenSelect(
    OnlySelect,
    template=r"kkachi:rules:when",
):
    """Chooses when cards come."""

    feature = FEATURE

    @classmethod
    def of(cls, schedule: Schedule, words: RuleTexts) -> Self:
        """Return the select with how it is now among its options."""
        now = _spelled(schedule)
        offered = dict.fromkeys((*TIMES, now))
        options = [
            discord.SelectOption(
                label=words.when(schedule.changed(**_chosen(one)))[:OPTION_LABEL],
                value=one,
                default=one == now,
            )
            for one in offered
        ]
        select: discord.ui.Select[Any] = discord.ui.Select(
            custom_id="kkachi:rules:when",
            placeholder=words.say("highlight-list-schedule"),
            options=options,
        )
        return cls(select)

    async def press(self, interaction: discord.Interaction) -> None:
        """Keep it, and show the list as it is now."""
        await defer_edit(interaction)
        wishes = services_of(interaction.client).wishes
        await wishes.change(interaction.user.id, **_chosen(self.item.values[0]))
        await show_list(interaction)


class PageButton(
    Answered,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"kkachi:rules:page:(?P<page>[0-9]+)",
):
    """Turns to another page of the list."""

    feature = FEATURE

    def __init__(self, page: int, label: str) -> None:
        super().__init__(discord.ui.Button(label=label, custom_id=f"kkachi:rules:page:{page}"))
        self.page = page

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Read the button of a message that may be older than this process."""
        del item
        return cls(int(match["page"]), "…")

    async def press(self, interaction: discord.Interaction) -> None:
        """Show that page."""
        await defer_edit(interaction)
        await show_list(interaction, self.page)


class RuleButton(
    Answered,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"kkachi:rule:(?P<act>change|pause|resume|remove|list):(?P<rule>[0-9]+)",
):
    """Does something with one rule."""

    feature = FEATURE

    def __init__(self, act: str, rule_id: int, label: str) -> None:
        styles = {"change": discord.ButtonStyle.primary, "remove": discord.ButtonStyle.danger}
        super().__init__(
            discord.ui.Button(
                label=label,
                style=styles.get(act, discord.ButtonStyle.secondary),
                custom_id=f"kkachi:rule:{act}:{rule_id}",
            )
        )
        self.act = act
        self.rule_id = rule_id

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Read the button of a message that may be older than this process."""
        del item
        return cls(match["act"], int(match["rule"]), "…")

    async def press(self, interaction: discord.Interaction) -> None:
        """Do it, and show what it has come to."""
        services, member_id = services_of(interaction.client), interaction.user.id
        words = _words(interaction)
        if self.act == "change":
            rule = await services.rules.one(member_id, self.rule_id)
            await interaction.response.send_modal(ChangeModal(rule, words))
            return
        await defer_edit(interaction)
        if self.act == "list":
            await show_list(interaction)
        elif self.act == "remove":
            gone = await services.rules.remove(member_id, self.rule_id)
            await show_list(interaction, note=words.say("highlight-removed", rule=words.name(gone)))
        else:
            paused = self.act == "pause"
            await show_rule(
                interaction, await services.rules.change(member_id, self.rule_id, paused=paused)
            )


class ChangeModal(discord.ui.Modal):
    """Asks what a rule is to look for, where, how often, and what to call it."""

    def __init__(self, rule: Rule, words: RuleTexts) -> None:
        super().__init__(title=words.say("highlight-change-title"), timeout=FORM_LIFE)
        self._rule = rule
        self._words = words
        options = rule.options
        self._text = self._mode = self._rooms = None
        if rule.kind in WITH_WORDS:
            most = 200 if rule.kind is RuleKind.PATTERN else 100
            self._text = self._line("text", rule.text, most, required=True)
        if rule.kind is RuleKind.WORD:
            self._mode = self._modes(options.mode)
        if not rule.is_everywhere:
            self._rooms = self._channels(options.only)
        self._name = self._line("name", options.name, LONGEST_NAME)
        self._cooldown = self._line("cooldown", str(options.cooldown // MINUTE), 4)

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Keep it, and show the rule as it is now."""
        async with answering(interaction):
            await check_feature(interaction, FEATURE)
            await defer_edit(interaction)
            only = self._rule.options.only
            if self._rooms is not None:
                only = only.model_copy(update=_rooms_of(self._rooms.values))
            changed = await services_of(interaction.client).rules.change(
                interaction.user.id,
                self._rule.id,
                text=None if self._text is None else self._text.value,
                mode=None if self._mode is None else self._mode.values[0],
                only=only.model_dump(),
                name=self._name.value,
                cooldown=_minutes(self._cooldown.value) * MINUTE,
            )
            note = _words(interaction).say("highlight-changed-short")
            await show_rule(interaction, changed, note)

    def _line(
        self, what: str, value: str, most: int, *, required: bool = False
    ) -> discord.ui.TextInput[Any]:
        field: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id=what, default=value or None, max_length=most, required=required
        )
        self._ask(what, field)
        return field

    def _modes(self, mode: WordMode) -> discord.ui.Select[Any]:
        options = [
            discord.SelectOption(
                label=self._words.say(f"choice-{one}")[:OPTION_LABEL],
                value=one,
                default=one == mode,
            )
            for one in MODES
        ]
        select: discord.ui.Select[Any] = discord.ui.Select(custom_id="mode", options=options)
        self._ask("mode", select)
        return select

    def _channels(self, only: Places) -> discord.ui.ChannelSelect[Any]:
        kind = discord.SelectDefaultValueType.channel
        chosen = [*only.channels, *only.categories]
        select: discord.ui.ChannelSelect[Any] = discord.ui.ChannelSelect(
            custom_id="rooms",
            channel_types=ROOMS,
            min_values=0,
            max_values=25,
            required=False,
            default_values=[discord.SelectDefaultValue(id=one, type=kind) for one in chosen],
        )
        self._ask("rooms", select)
        return select

    def _ask(self, what: str, field: discord.ui.Item[Any]) -> None:
        text = self._words.say(f"highlight-change-{what}")
        self.add_item(discord.ui.Label(text=text, component=field))


def _words(interaction: discord.Interaction) -> RuleTexts:
    return RuleTexts(services_of(interaction.client).texts, locale_of(interaction))


def _rooms_of(chosen: Sequence[Any]) -> dict[str, tuple[int, ...]]:
    """Return the channels and categories that were chosen."""
    category = discord.ChannelType.category
    return {
        "channels": tuple(one.id for one in chosen if one.type is not category),
        "categories": tuple(one.id for one in chosen if one.type is category),
    }


def _minutes(typed: str) -> int:
    typed = typed.strip() or "0"
    if not (typed.isdecimal() and int(typed) <= LONGEST_COOLDOWN):
        raise BadCooldown(most=LONGEST_COOLDOWN)
    return int(typed)


def _spelled(schedule: Schedule) -> str:
    """Return when cards come as the value of an option."""
    if schedule.mode == "every":
        return f"every:{schedule.minutes}"
    hours = ",".join(map(str, schedule.hours))
    return f"at-hours:{hours}" if schedule.at_hours else "at-once"


def _chosen(value: str) -> dict[str, object]:
    """Return the wishes that an option stands for."""
    mode, _, about = value.partition(":")
    if mode == "every":
        return {"mode": mode, "minutes": int(about)}
    if mode == "at-hours":
        return {"mode": mode, "hours": tuple(map(int, about.split(",")))}
    return {"mode": mode}
