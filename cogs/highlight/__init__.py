"""`/highlight`: what a member wants to hear of by itself."""

import io
import re
from collections.abc import Sequence
from typing import Literal

import discord
from discord import app_commands
from discord.ext import commands
from pydantic import ValidationError

from bot.discord.cog import KkachiCog
from bot.discord.limits import AUTOCOMPLETE_CHOICES, CHOICE_NAME
from bot.discord.messages import find_message
from bot.discord.options import Chosen, Place
from bot.discord.plugin import AnyBot
from bot.discord.reader import seen_of
from bot.discord.replies import defer, locale_of, say
from bot.discord.ui.arrival_hint import arriving
from bot.errors import UserError
from bot.services.clock import HOUR, MINUTE
from bot.services.highlights.rules import Filter, Places, as_text
from bot.services.highlights.schedule import Mode as When
from bot.services.messages.models import Source
from bot.services.messages.reader import Seen
from cogs.highlight.texts import RuleTexts
from storage.rules import Rule, RuleKind

CLOCK = re.compile(r"([01]?[0-9]|2[0-4]):?([0-5][0-9])?")
QUIET = re.compile(r"\s*(\S+)\s*[-~–]\s*(\S+)\s*")
OFF = frozenset({"off", "끄기", "없음", "-"})
AboutMe = Literal["mention", "role", "reply", "reaction"]
WordMode = Literal["word", "exact", "anywhere"]


class BadTime(UserError):
    """What should be a time of the day is none."""

    key = "error-time"


class BadSchedule(UserError):
    """What was chosen does not go together, or is no such time zone."""

    key = "error-schedule"


class NothingNamed(UserError):
    """A command that needs one of its options got none."""

    key = "error-nothing-named"


@app_commands.guild_only()
class Highlight(KkachiCog, commands.GroupCog, group_name="highlight"):
    """Get Discord highlights on KakaoTalk by rules of your own."""

    feature = "highlight"

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
            mode: How it must stand in the text
            cooldown: Once it hit, be quiet about it in that channel for so many minutes
        """
        await defer(interaction)
        options = {"mode": "" if mode == "word" else mode, "cooldown": cooldown * MINUTE}
        await self._add(interaction, RuleKind.WORD, word, **options)

    @app_commands.command()
    async def pattern(
        self, interaction: discord.Interaction, pattern: app_commands.Range[str, 1, 200]
    ) -> None:
        """Tell me when a message fits a regular expression (RE2).

        Args:
            interaction: who asks, and where
            pattern: A regular expression without look-around and back references
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
        """Tell me when I am meant: mentions, my roles, replies, many reactions.

        Args:
            interaction: who asks, and where
            what: What is about you
            reactions: From how many reactions on
        """
        await defer(interaction)
        threshold = reactions if what == "reaction" else 0
        await self._add(interaction, RuleKind(what), threshold=threshold)

    @app_commands.command(name="list")
    async def list_rules(self, interaction: discord.Interaction) -> None:
        """Show my rules here and when cards come."""
        await defer(interaction)
        member_id, guild_id = _who(interaction)
        rules = await self.services.rules.of(member_id, guild_id)
        chosen = await self.services.rules.filter(member_id, guild_id)
        wishes = await self.services.wishes.of(member_id)
        embed = self._words(interaction).overview(rules, chosen, wishes)
        await say(interaction, self._content_hint(interaction), embeds=[embed])

    @app_commands.command()
    async def remove(self, interaction: discord.Interaction, rule: str) -> None:
        """Forget one of my rules.

        Args:
            interaction: who asks, and where
            rule: Which one
        """
        await defer(interaction)
        member_id, _ = _who(interaction)
        number = int(rule) if rule.isdecimal() else 0
        gone = await self.services.rules.remove(member_id, number)
        name = self._words(interaction).name(gone)
        await say(interaction, self.text(interaction, "highlight-removed", rule=name))

    @remove.autocomplete("rule")
    async def complete_rule(
        self, interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """Offer the rules that hold what was typed."""
        rules = await self.services.rules.of(*_who(interaction))
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
        """Hear nothing of messages with a word, in a channel or by somebody; again to undo.

        Args:
            interaction: who asks, and where
            word: Messages with this word
            channel: Messages in this channel or category
            member: Messages by this person
            role: Messages by people with this role
        """
        await defer(interaction)
        member_id, guild_id = _who(interaction)
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
        """Hear only of messages in a channel or by somebody; again to undo.

        Args:
            interaction: who asks, and where
            channel: Only in this channel or category
            member: Only by this person
            role: Only by people with this role
        """
        await defer(interaction)
        if channel is None and member is None and role is None:
            raise NothingNamed
        chosen = await self.services.rules.filter(*_who(interaction))
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
        """Change what holds for all my rules here.

        Args:
            interaction: who asks, and where
            bots: Whether messages of bots count
            age_restricted: Whether age-restricted channels count (never with text or picture)
            away: Tell me only if I write nothing in that channel for so many minutes
            cooldown: After a hit, be quiet about that rule in that channel for so many minutes
            context: Lines of what was said before
        """
        await defer(interaction)
        chosen = await self.services.rules.filter(*_who(interaction))
        given = {
            "ignore_bots": None if bots is None else not bots,
            "ignore_age_restricted": None if age_restricted is None else not age_restricted,
            "active_delay": None if away is None else away * MINUTE,
            "cooldown": None if cooldown is None else cooldown * MINUTE,
            "context_lines": context,
        }
        changes = {name: value for name, value in given.items() if value is not None}
        await self._keep(interaction, chosen.changed(**changes))

    @app_commands.command()
    async def schedule(
        self,
        interaction: discord.Interaction,
        *,
        when: When | None = None,
        minutes: app_commands.Range[int, 5, 720] | None = None,
        hours: str | None = None,
        quiet: str | None = None,
        leftovers: str | None = None,
        time_zone: str | None = None,
    ) -> None:
        """Choose when cards come, in all servers.

        Args:
            interaction: who asks, and where
            when: At once, every so many minutes, or at set hours
            minutes: For "every": how many minutes
            hours: For "at set hours": such as 9, 13, 18
            quiet: Hours without cards, such as 23:00-08:00, or off
            leftovers: When to send what was too much for a day, such as 08:00, or off
            time_zone: Such as Asia/Seoul
        """
        await defer(interaction)
        changes: dict[str, object] = {}
        if when is not None:
            changes["mode"] = when
        if minutes is not None:
            changes["minutes"] = minutes
        if hours is not None:
            changes["hours"] = _hours(hours)
        if quiet is not None:
            changes["quiet_from"], changes["quiet_to"] = _range(quiet)
        if leftovers is not None:
            changes["leftovers_at"] = None if leftovers in OFF else _minute(leftovers)
        if time_zone is not None:
            changes["time_zone"] = time_zone.strip()
        member_id = interaction.user.id
        try:
            wishes = (await self.services.wishes.of(member_id)).changed(**changes)
        except ValidationError:
            raise BadSchedule from None
        if wishes.mode == "at-hours" and not wishes.hours:
            raise BadSchedule
        wishes = await self.services.wishes.change(member_id, **changes)
        lines = "\n".join(f"- {line}" for line in self._words(interaction).schedule(wishes))
        await say(interaction, f"{self.text(interaction, 'highlight-schedule')}\n{lines}")

    @app_commands.command()
    async def pause(
        self,
        interaction: discord.Interaction,
        *,
        hours: app_commands.Range[float, 0, 720],
        everywhere: bool = True,
    ) -> None:
        """Do not disturb me for some hours; 0 ends it.

        Args:
            interaction: who asks, and where
            hours: How many hours; 0 ends the pause
            everywhere: Cards wait, in all servers; else this server's rules find nothing
        """
        await defer(interaction)
        until = self.services.now() + hours * HOUR if hours else None
        if everywhere:
            await self.services.wishes.change(interaction.user.id, dnd_until=until)
        else:
            member_id, guild_id = _who(interaction)
            chosen = await self.services.rules.filter(member_id, guild_id)
            changed = chosen.changed(paused_until=until)
            await self.services.rules.set_filter(member_id, guild_id, changed)
        if until is None:
            await say(interaction, self.text(interaction, "highlight-pause-over"))
            return
        key = "highlight-pause-everywhere" if everywhere else "highlight-pause-here"
        await say(interaction, self.text(interaction, key, until=f"<t:{int(until)}:f>"))

    @app_commands.command(name="import")
    async def import_rules(self, interaction: discord.Interaction, server: str) -> None:
        """Copy my rules from another server.

        Args:
            interaction: who asks, and where
            server: From which one
        """
        await defer(interaction)
        member_id, guild_id = _who(interaction)
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
        member_id, here = _who(interaction)
        numbers = await self.services.rules.servers(member_id)
        guilds = [self.bot.get_guild(number) for number in numbers if number != here]
        return [
            app_commands.Choice(name=guild.name[:CHOICE_NAME], value=str(guild.id))
            for guild in guilds
            if guild is not None and current.casefold() in guild.name.casefold()
        ][:AUTOCOMPLETE_CHOICES]

    @app_commands.command()
    async def export(self, interaction: discord.Interaction) -> None:
        """Give me all my rules here as text."""
        await defer(interaction)
        rules = await self.services.rules.of(*_who(interaction))
        if not rules:
            await say(interaction, self.text(interaction, "highlight-list-none"))
            return
        text = "\n".join(as_text(rule) for rule in rules)
        file = discord.File(io.BytesIO(text.encode()), "highlights.txt")
        await interaction.followup.send(file=file, ephemeral=True)

    @app_commands.command()
    async def test(
        self, interaction: discord.Interaction, text: app_commands.Range[str, 1, 2000]
    ) -> None:
        """Try a text against my rules here.

        Args:
            interaction: who asks, and where
            text: What somebody might write
        """
        await defer(interaction)
        member_id, guild_id = _who(interaction)
        rules = await self.services.rules.of(member_id, guild_id)
        seen = Seen(_here(interaction), 0, text, self.services.now())
        met = {
            match.rule_id
            for match in self.services.rules.matcher.matches(seen)
            if match.member_id == member_id
        }
        hits = [rule for rule in rules if rule.id in met]
        key = "highlight-test-hit" if hits else "highlight-test-miss"
        await say(interaction, "\n".join([self.text(interaction, key), *self._lines(hits)]))

    def _lines(self, rules: Sequence[Rule]) -> list[str]:
        return [f"- {as_text(rule)}" for rule in rules]

    @app_commands.command()
    async def why(self, interaction: discord.Interaction, message: str) -> None:
        """Say why a message did, or did not, come to my KakaoTalk.

        Args:
            interaction: who asks, and where
            message: Link of the message, or its id in this channel
        """
        await defer(interaction)
        found = await find_message(interaction, message)
        if found.guild is None:
            raise NothingNamed
        seen, member_id = seen_of(found), interaction.user.id
        watch = self.services.watch
        verdicts = [verdict async for verdict in watch.explain(member_id, seen)]
        lines = [self._words(interaction).verdicts(verdicts)]
        if known := await watch.found(member_id, seen):
            lines.append(self.text(interaction, f"highlight-why-{known.state}"))
        await say(interaction, "", embeds=[discord.Embed(description="\n".join(lines))])

    async def _add(
        self, interaction: discord.Interaction, kind: RuleKind, text: str = "", **options: object
    ) -> None:
        member_id, guild_id = _who(interaction)
        rule = await self.services.rules.add(member_id, guild_id, kind, text, **options)
        name = self._words(interaction).name(rule)
        is_first = len(await self.services.rules.of(member_id)) == 1
        more, view = await arriving(interaction, is_first=is_first)
        parts = [self.text(interaction, "highlight-added", rule=name), *more]
        if kind in {RuleKind.WORD, RuleKind.PATTERN}:
            parts.append(self._content_hint(interaction))
        await say(interaction, "\n".join(filter(None, parts)), view=view)

    async def _keep(self, interaction: discord.Interaction, chosen: Filter) -> None:
        await self.services.rules.set_filter(*_who(interaction), chosen)
        lines = "\n".join(f"- {line}" for line in self._words(interaction).filter(chosen))
        await say(interaction, f"{self.text(interaction, 'highlight-filter')}\n{lines}")

    def _content_hint(self, interaction: discord.Interaction) -> str:
        if self.bot.intents.message_content:
            return ""
        return self.text(interaction, "highlight-no-content")

    def _words(self, interaction: discord.Interaction) -> RuleTexts:
        return RuleTexts(self.services.texts, locale_of(interaction))


def _who(interaction: discord.Interaction) -> tuple[int, int]:
    return interaction.user.id, interaction.guild_id or 0


def _here(interaction: discord.Interaction) -> Source:
    return Source(interaction.guild_id, interaction.channel_id or 0, interaction.id)


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


def _minute(text: str) -> int:
    found = CLOCK.fullmatch(text.strip())
    if found is None:
        raise BadTime(text=text[:CHOICE_NAME])
    return (int(found[1]) * 60 + int(found[2] or 0)) % (24 * 60)


def _range(text: str) -> tuple[int | None, int | None]:
    if text.strip() in OFF:
        return None, None
    found = QUIET.fullmatch(text)
    if found is None:
        raise BadTime(text=text[:CHOICE_NAME])
    return _minute(found[1]), _minute(found[2])


def _hours(text: str) -> tuple[int, ...]:
    return tuple(_minute(part) // 60 for part in re.split(r"[,\s]+", text.strip()) if part)


async def setup(bot: AnyBot) -> None:
    """Add the cog to a bot that Kkachi's services were attached to."""
    await bot.add_cog(Highlight(bot))
