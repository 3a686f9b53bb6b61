"""`/highlight`: a member's rules, and what holds for all of them."""

import io
from typing import Literal

import discord
from discord import app_commands

from bot.discord.limits import AUTOCOMPLETE_CHOICES, CHOICE_NAME
from bot.discord.options import Chosen, Place
from bot.discord.replies import defer, say
from bot.discord.ui.new_rule import add_rule, content_hint
from bot.services.clock import MINUTE
from bot.services.highlights.rules import Filter, Places, as_text
from cogs.highlight.base import HighlightCog, NothingNamed, who
from storage.rules import RuleKind

AboutMe = Literal["mention", "role", "reply", "reaction"]
WordMode = Literal["word", "exact", "anywhere"]


class RuleCommands(HighlightCog):
    """Make, see, limit and copy rules."""

    @app_commands.command()
    async def add(
        self,
        interaction: discord.Interaction,
        word: app_commands.Range[str, 1, 100],
        mode: WordMode = "word",
        cooldown: app_commands.Range[int, 0, 1440] = 0,
    ) -> None:
        """Tell me when somebody writes a word or phrase.

        Args:
            interaction: who asks, and where
            word: The word or phrase
            mode: How it must appear in the text
            cooldown: Minutes without another card for this rule in the same channel
        """
        await defer(interaction)
        options = {"mode": "" if mode == "word" else mode, "cooldown": cooldown * MINUTE}
        await self._add(interaction, RuleKind.WORD, word, **options)

    @app_commands.command()
    async def pattern(
        self, interaction: discord.Interaction, pattern: app_commands.Range[str, 1, 200]
    ) -> None:
        """Tell me when a message matches a regular expression (RE2).

        Args:
            interaction: who asks, and where
            pattern: A regular expression without look-around or back references
        """
        await defer(interaction)
        await self._add(interaction, RuleKind.PATTERN, pattern)

    @app_commands.command()
    async def me(
        self,
        interaction: discord.Interaction,
        what: AboutMe,
        reactions: app_commands.Range[int, 1, 1000] = 5,
    ) -> None:
        """Tell me about mentions of me or my roles, replies, and many reactions.

        Args:
            interaction: who asks, and where
            what: What is about you
            reactions: Minimum number of reactions
        """
        await defer(interaction)
        threshold = reactions if what == "reaction" else 0
        await self._add(interaction, RuleKind(what), threshold=threshold)

    @app_commands.command(name="list")
    async def list_rules(self, interaction: discord.Interaction) -> None:
        """Show my rules here and when cards come."""
        await defer(interaction)
        member_id, guild_id = who(interaction)
        rules = await self.services.rules.of(member_id, guild_id)
        chosen = await self.services.rules.filter(member_id, guild_id)
        schedule = await self.services.wishes.of(member_id)
        embed = self.words(interaction).overview(rules, chosen, schedule)
        await say(interaction, content_hint(interaction), embeds=[embed])

    @app_commands.command()
    async def remove(self, interaction: discord.Interaction, rule: str) -> None:
        """Remove one of my rules.

        Args:
            interaction: who asks, and where
            rule: Which one
        """
        await defer(interaction)
        member_id, _ = who(interaction)
        number = int(rule) if rule.isdecimal() else 0
        gone = await self.services.rules.remove(member_id, number)
        name = self.words(interaction).name(gone)
        await say(interaction, self.text(interaction, "highlight-removed", rule=name))

    @remove.autocomplete("rule")
    async def complete_rule(
        self, interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """Offer the rules that hold what was typed."""
        rules = await self.services.rules.of(*who(interaction))
        named = [(as_text(rule), rule) for rule in rules]
        fitting = [(name, rule) for name, rule in named if current.casefold() in name.casefold()]
        return [
            app_commands.Choice(name=name[:CHOICE_NAME], value=str(rule.id))
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
        await self._keep(interaction, chosen.changed(only=only))

    @app_commands.command()
    async def options(
        self,
        interaction: discord.Interaction,
        *,
        bots: bool | None = None,
        age_restricted: bool | None = None,
        away: app_commands.Range[int, 0, 60] | None = None,
        cooldown: app_commands.Range[int, 0, 1440] | None = None,
        context: app_commands.Range[int, 0, 3] | None = None,
    ) -> None:
        """Change the options for all my rules here.

        Args:
            interaction: who asks, and where
            bots: Whether to include bot messages
            age_restricted: Whether to include age-restricted channels (never with text or pictures)
            away: Tell me only if I write nothing in that channel for this many minutes
            cooldown: Minutes without another card for the same rule in the same channel
            context: Lines of the conversation before it
        """
        await defer(interaction)
        chosen = await self.services.rules.filter(*who(interaction))
        given = {
            "ignore_bots": None if bots is None else not bots,
            "ignore_age_restricted": None if age_restricted is None else not age_restricted,
            "active_delay": None if away is None else away * MINUTE,
            "cooldown": None if cooldown is None else cooldown * MINUTE,
            "context_lines": context,
        }
        changes = {name: value for name, value in given.items() if value is not None}
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
        added, skipped = await self.services.rules.copy(member_id, source, guild_id)
        text = self.text(interaction, "highlight-imported", added=added, skipped=skipped)
        await say(interaction, text)

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
        rules = await self.services.rules.of(*who(interaction))
        if not rules:
            await say(interaction, self.text(interaction, "highlight-list-none"))
            return
        text = "\n".join(as_text(rule) for rule in rules)
        file = discord.File(io.BytesIO(text.encode()), "highlights.txt")
        await interaction.followup.send(file=file, ephemeral=True)

    async def _add(
        self, interaction: discord.Interaction, kind: RuleKind, text: str = "", **options: object
    ) -> None:
        await add_rule(interaction, who(interaction)[1], kind, text, **options)

    async def _keep(self, interaction: discord.Interaction, chosen: Filter) -> None:
        await self.services.rules.set_filter(*who(interaction), chosen)
        lines = "\n".join(f"- {line}" for line in self.words(interaction).filter(chosen))
        await say(interaction, f"{self.text(interaction, 'highlight-filter')}\n{lines}")


def _toggled(
    places: Places,
    channel: Chosen | None,
    member: discord.User | None,
    role: discord.Role | None,
) -> dict[str, tuple[int, ...]]:
    """Return places with each of these in, or out when it was in."""
    is_category = channel is not None and channel.type is discord.ChannelType.category
    named = {
        "categories": channel if is_category else None,
        "channels": None if is_category else channel,
        "members": member,
        "roles": role,
    }
    kept: dict[str, tuple[int, ...]] = places.model_dump()
    for name, thing in named.items():
        if thing is not None:
            others = tuple(one for one in kept[name] if one != thing.id)
            kept[name] = others if len(others) < len(kept[name]) else (*others, thing.id)
    return kept
