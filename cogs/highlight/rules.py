"""`/highlight`: a member's rules, and what holds for all of them."""

import io
from collections.abc import Collection
from typing import Any, Literal

import discord
from discord import app_commands

from bot.discord.limits import AUTOCOMPLETE_CHOICES, CHOICE_NAME
from bot.discord.messages import find_message
from bot.discord.options import Chosen, Place
from bot.discord.replies import defer, say
from bot.discord.ui.new_rule import add_rule
from bot.errors import UserError
from bot.services.clock import MINUTE
from bot.services.highlights.filters import Filter
from bot.services.highlights.rules import as_text
from cogs.highlight.base import HighlightCog, NothingNamed, who
from cogs.highlight.panel import show_list
from storage.rules import EVERYWHERE, LONGEST_NAME, Places, Rule, RuleKind, WordMode

AboutMe = Literal["mention", "role", "reply", "reaction"]
Name = app_commands.Range[str, 1, LONGEST_NAME]
Cooldown = app_commands.Range[int, 0, 1440]
# Before the number of a rule that was chosen, so that no word is taken for one.
CHOSEN = "rule:"
FEW_REACTIONS = 5
OFF = frozenset({"off", "끄기", "없음", "-"})


class OnlyWords(UserError):
    """What only rules about a word have was asked of another."""

    key = "error-rule-only-words"


class OnlyReactions(UserError):
    """A number of reactions was given with what is about something else."""

    key = "error-rule-only-reactions"


class NobodyReacts(UserError):
    """Somebody was named whose reactions cannot be told from those of others."""

    key = "error-rule-reactions-by"


class RuleCommands(HighlightCog):
    """Make, see, limit and copy rules."""

    @app_commands.command()
    async def add(
        self,
        interaction: discord.Interaction,
        *,
        word: app_commands.Range[str, 1, 100] | None = None,
        mode: WordMode = "word",
        cooldown: Cooldown = 0,
        channel: Place | None = None,
        member: discord.User | None = None,
        role: discord.Role | None = None,
        author_of: str | None = None,
        everywhere: bool = False,
        case_sensitive: bool = False,
        name: Name | None = None,
    ) -> None:
        """Tell me about a word, or about all there is in a channel or by a person.

        Args:
            interaction: who asks, and where
            word: The word or phrase; leave it out to get everything in a channel or by a person
            mode: How it must appear; spaced letters and typos are found in “inside words too” only
            cooldown: Minutes without another card for this rule in the same channel
            channel: Only in this channel or category
            member: Only by this person or bot
            role: Only by people with this role
            author_of: Only by the author of the message with this link, a webhook too
            everywhere: In all servers that I share with Kkachi
            case_sensitive: Whether capital and small letters differ
            name: What to call this rule; cards show it too
        """
        await defer(interaction)
        if word is None and (mode != "word" or case_sensitive):
            raise OnlyWords
        kind = RuleKind.ANY if word is None else RuleKind.WORD
        writer = await _writer(interaction, author_of)
        await self._add(
            interaction, kind, word or "",
            everywhere=everywhere, mode=mode, cooldown=cooldown * MINUTE, name=name,
            case_sensitive=case_sensitive, only=_toggled(Places(), channel, member, role, writer),
        )  # fmt: skip

    @app_commands.command()
    async def pattern(
        self,
        interaction: discord.Interaction,
        *,
        pattern: app_commands.Range[str, 1, 200],
        cooldown: Cooldown = 0,
        channel: Place | None = None,
        member: discord.User | None = None,
        everywhere: bool = False,
        name: Name | None = None,
    ) -> None:
        """Tell me when a message matches a regular expression (RE2).

        Args:
            interaction: who asks, and where
            pattern: A regular expression without look-around or back references
            cooldown: Minutes without another card for this rule in the same channel
            channel: Only in this channel or category
            member: Only by this person or bot
            everywhere: In all servers that I share with Kkachi
            name: What to call this rule; cards show it too
        """
        await defer(interaction)
        only = _toggled(Places(), channel, member, None)
        await self._add(
            interaction, RuleKind.PATTERN, pattern,
            everywhere=everywhere, cooldown=cooldown * MINUTE, name=name, only=only,
        )  # fmt: skip

    @app_commands.command()
    async def me(
        self,
        interaction: discord.Interaction,
        *,
        what: AboutMe,
        reactions: app_commands.Range[int, 1, 1000] | None = None,
        channel: Place | None = None,
        member: discord.User | None = None,
        everywhere: bool = False,
    ) -> None:
        """Tell me about mentions of me or my roles, replies, and many reactions.

        Args:
            interaction: who asks, and where
            what: What is about you
            reactions: Minimum number of reactions
            channel: Only in this channel or category
            member: Only by this person or bot
            everywhere: In all servers that I share with Kkachi
        """
        await defer(interaction)
        kind = RuleKind(what)
        if kind is RuleKind.REACTION:
            if member is not None:
                raise NobodyReacts
            reactions = reactions or FEW_REACTIONS
        elif reactions is not None:
            raise OnlyReactions
        only = _toggled(Places(), channel, member, None)
        await self._add(interaction, kind, everywhere=everywhere, threshold=reactions, only=only)

    @app_commands.command()
    async def change(
        self,
        interaction: discord.Interaction,
        *,
        rule: str,
        word: app_commands.Range[str, 1, 200] | None = None,
        mode: WordMode | None = None,
        cooldown: Cooldown | None = None,
        channel: Place | None = None,
        member: discord.User | None = None,
        role: discord.Role | None = None,
        author_of: str | None = None,
        everywhere: bool | None = None,
        case_sensitive: bool | None = None,
        name: app_commands.Range[str, 0, LONGEST_NAME] | None = None,
        paused: bool | None = None,
    ) -> None:
        """Change one of my rules.

        Args:
            interaction: who asks, and where
            rule: Which one
            word: Another word, phrase or pattern
            mode: How it must appear; spaced letters and typos are found in “inside words too” only
            cooldown: Minutes without another card for this rule in the same channel
            channel: Also in this channel or category; again to undo
            member: Also by this person or bot; again to undo
            role: Also by people with this role; again to undo
            author_of: Also by the author of the message with this link; again to undo
            everywhere: Whether it looks in all servers, or only here
            case_sensitive: Whether capital and small letters differ
            name: What to call this rule; off for no name
            paused: Whether it finds nothing for now
        """
        await defer(interaction)
        before, here = await self._chosen(interaction, rule), interaction.guild_id
        writer = await _writer(interaction, author_of)
        only = _toggled(before.options.only, channel, member, role, writer)
        await self._change(
            interaction, before, text=word, mode=mode, case_sensitive=case_sensitive,
            name="" if name in OFF else name, paused=paused,
            cooldown=None if cooldown is None else cooldown * MINUTE,
            only=None if only == before.options.only.model_dump() else only,
            guild_id=None if everywhere is None else EVERYWHERE if everywhere else here,
        )  # fmt: skip

    @app_commands.command(name="list")
    async def list_rules(self, interaction: discord.Interaction) -> None:
        """Show my rules here and when cards come."""
        await defer(interaction)
        await show_list(interaction)

    @app_commands.command()
    async def remove(self, interaction: discord.Interaction, rule: str) -> None:
        """Remove one of my rules.

        Args:
            interaction: who asks, and where
            rule: Which one
        """
        await defer(interaction)
        found = await self._chosen(interaction, rule)
        gone = await self.services.rules.remove(interaction.user.id, found.id)
        name = self.words(interaction).name(gone)
        await say(interaction, self.text(interaction, "highlight-removed", rule=name))

    @change.autocomplete("rule")
    @remove.autocomplete("rule")
    async def complete_rule(
        self, interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """Offer the rules that hold what was typed."""
        rules, words = await self.services.rules.holding(*who(interaction)), self.words(interaction)
        named = [(words.plain(rule, interaction.guild), rule) for rule in rules]
        sought = current.casefold()
        fitting = [
            (name, rule)
            for name, rule in named
            if sought in name.casefold() or sought in as_text(rule).casefold()
        ]
        return [
            app_commands.Choice(name=name[:CHOICE_NAME], value=f"{CHOSEN}{rule.id}")
            for name, rule in fitting[:AUTOCOMPLETE_CHOICES]
        ]

    @app_commands.command()
    async def ignore(
        self,
        interaction: discord.Interaction,
        word: app_commands.Range[str, 1, 100] | None = None,
        channel: Place | None = None,
        member: discord.User | None = None,
        role: discord.Role | None = None,
    ) -> None:
        """Ignore messages with a word, in a channel or by somebody; again to undo.

        Args:
            interaction: who asks, and where
            word: Messages with this word
            channel: Messages in this channel or category
            member: Messages by this person
            role: Messages by people with this role
        """
        await defer(interaction)
        member_id, guild_id = who(interaction)
        if word is not None:
            before = await self.services.rules.filter(member_id, guild_id)
            on = word not in before.ignore_words
            await self.services.rules.ignore(member_id, guild_id, word, on=on)
        elif channel is None and member is None and role is None:
            raise NothingNamed
        chosen = await self.services.rules.filter(member_id, guild_id)
        ignored = _toggled(chosen.ignored, channel, member, role)
        await self._keep(interaction, chosen.changed(ignored=ignored))

    @app_commands.command()
    async def only(
        self,
        interaction: discord.Interaction,
        channel: Place | None = None,
        member: discord.User | None = None,
        role: discord.Role | None = None,
    ) -> None:
        """Get only messages in a channel or by somebody; again to undo.

        Args:
            interaction: who asks, and where
            channel: Only in this channel or category
            member: Only by this person
            role: Only by people with this role
        """
        await defer(interaction)
        if channel is None and member is None and role is None:
            raise NothingNamed
        chosen = await self.services.rules.filter(*who(interaction))
        only = _toggled(chosen.only, channel, member, role)
        await self._keep(interaction, chosen.changed(only=only, only_either=False))

    @app_commands.command()
    async def options(
        self,
        interaction: discord.Interaction,
        *,
        bots: bool | None = None,
        webhooks: bool | None = None,
        followed: bool | None = None,
        age_restricted: bool | None = None,
        away: app_commands.Range[int, 0, 60] | None = None,
        cooldown: app_commands.Range[int, 0, 1440] | None = None,
        context: app_commands.Range[int, 0, 3] | None = None,
    ) -> None:
        """Change the options for all my rules here.

        Args:
            interaction: who asks, and where
            bots: Whether to include bot messages
            webhooks: Whether to include messages by webhooks
            followed: Whether to include what the announcement channels followed here bring
            age_restricted: Whether to include age-restricted channels (never with text or pictures)
            away: Tell me only if I write nothing in that channel for this many minutes
            cooldown: Minutes without another card for the same rule in the same channel
            context: Lines of the conversation before it
        """
        await defer(interaction)
        chosen = await self.services.rules.filter(*who(interaction))
        given = {
            "ignore_bots": None if bots is None else not bots,
            "ignore_webhooks": None if webhooks is None else not webhooks,
            "ignore_followed": None if followed is None else not followed,
            "ignore_age_restricted": None if age_restricted is None else not age_restricted,
            "active_delay": None if away is None else away * MINUTE,
            "cooldown": None if cooldown is None else cooldown * MINUTE,
            "context_lines": context,
        }
        changes = {name: value for name, value in given.items() if value is not None}
        if not changes:
            raise NothingNamed
        await self._keep(interaction, chosen.changed(**changes))

    @app_commands.command(name="import")
    async def import_rules(self, interaction: discord.Interaction, server: str) -> None:
        """Copy my rules from another server.

        Args:
            interaction: who asks, and where
            server: From which one
        """
        await defer(interaction)
        member_id, guild_id = who(interaction)
        source = int(server) if server.isdecimal() else 0
        if source not in await self.services.rules.servers(member_id):
            raise NothingNamed
        copied = await self.services.rules.copy(member_id, source, guild_id)
        added, skipped, left = copied.added, copied.skipped, copied.left
        lines = [self.text(interaction, "highlight-imported", added=added, skipped=skipped)]
        if left:
            lines.append(self.text(interaction, "highlight-imported-left", count=left))
        await say(interaction, "\n".join(lines))

    @import_rules.autocomplete("server")
    async def complete_server(
        self, interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """Offer the other servers in which the member has rules."""
        member_id, here = who(interaction)
        numbers = await self.services.rules.servers(member_id)
        guilds = [self.bot.get_guild(number) for number in numbers if number != here]
        return [
            app_commands.Choice(name=guild.name[:CHOICE_NAME], value=str(guild.id))
            for guild in guilds
            if guild is not None and current.casefold() in guild.name.casefold()
        ][:AUTOCOMPLETE_CHOICES]

    @app_commands.command()
    async def export(self, interaction: discord.Interaction) -> None:
        """Get all my rules here as text."""
        await defer(interaction)
        rules = await self.services.rules.holding(*who(interaction))
        if not rules:
            await say(interaction, self.text(interaction, "highlight-list-none"))
            return
        text = "\n".join(as_text(rule) for rule in rules)
        file = discord.File(io.BytesIO(text.encode()), "highlights.txt")
        await interaction.followup.send(file=file, ephemeral=True)

    async def _add(
        self,
        interaction: discord.Interaction,
        kind: RuleKind,
        text: str = "",
        *,
        everywhere: bool,
        **options: object,
    ) -> None:
        _, here = who(interaction)
        await add_rule(interaction, EVERYWHERE if everywhere else here, kind, text, **options)

    async def _change(
        self,
        interaction: discord.Interaction,
        rule: Rule,
        **given: Any,  # noqa: ANN401 - those of Rules.change
    ) -> None:
        """Change what is given of a rule; raises NothingNamed, or like `Rules.change`."""
        changes = {name: value for name, value in given.items() if value is not None}
        if not changes:
            raise NothingNamed
        _check_words(rule, changes.keys())
        after = await self.services.rules.change(rule.member_id, rule.id, **changes)
        line = self.words(interaction).rule(after)
        await say(interaction, self.text(interaction, "highlight-changed", rule=line))

    async def _chosen(self, interaction: discord.Interaction, rule: str) -> Rule:
        """Return the rule that was chosen, or typed by hand."""
        rules, (member_id, guild_id) = self.services.rules, who(interaction)
        number = rule.removeprefix(CHOSEN)
        if number != rule and number.isdecimal():
            return await rules.one(member_id, int(number))
        return await rules.find(member_id, guild_id, rule)

    async def _keep(self, interaction: discord.Interaction, chosen: Filter) -> None:
        await self.services.rules.set_filter(*who(interaction), chosen)
        lines = "\n".join(f"- {line}" for line in self.words(interaction).filter(chosen))
        await say(interaction, f"{self.text(interaction, 'highlight-filter')}\n{lines}")


def _check_words(rule: Rule, changed: Collection[str]) -> None:
    """Raise OnlyWords for what a rule of its kind does not have."""
    has_text = rule.kind in {RuleKind.WORD, RuleKind.PATTERN}
    if rule.kind is not RuleKind.WORD and not {"mode", "case_sensitive"}.isdisjoint(changed):
        raise OnlyWords
    if not has_text and "text" in changed:
        raise OnlyWords


async def _writer(
    interaction: discord.Interaction, message: str | None
) -> discord.User | discord.Member | None:
    """Return who wrote a message that is named; a webhook cannot be named otherwise."""
    return None if message is None else (await find_message(interaction, message)).author


def _toggled(
    places: Places,
    channel: Chosen | None,
    member: discord.User | None,
    role: discord.Role | None,
    writer: discord.User | discord.Member | None = None,
) -> dict[str, tuple[int, ...]]:
    """Return places with each of these in, or out when it was in."""
    is_category = channel is not None and channel.type is discord.ChannelType.category
    named = (
        ("categories", channel if is_category else None),
        ("channels", None if is_category else channel),
        ("members", member),
        ("members", None if member is not None and member == writer else writer),
        ("roles", role),
    )
    kept: dict[str, tuple[int, ...]] = places.model_dump()
    for name, thing in named:
        if thing is not None:
            others = tuple(one for one in kept[name] if one != thing.id)
            kept[name] = others if len(others) < len(kept[name]) else (*others, thing.id)
    return kept
