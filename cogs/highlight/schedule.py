"""`/highlight schedule` and `/highlight pause`: when cards come."""

import re

import discord
from discord import app_commands

from bot.discord.limits import CHOICE_NAME
from bot.discord.replies import defer, say
from bot.errors import UserError
from bot.services.clock import HOUR
from bot.services.highlights.schedule import Mode as When
from cogs.highlight.base import HighlightCog, who

CLOCK = re.compile(r"([01]?[0-9]|2[0-4]):?([0-5][0-9])?")
QUIET = re.compile(r"\s*(\S+)\s*[-~–]\s*(\S+)\s*")
OFF = frozenset({"off", "끄기", "없음", "-"})


class BadTime(UserError):
    """What should be a time of the day is none."""

    key = "error-time"


class BadSchedule(UserError):
    """What was chosen does not go together, or is no such time zone."""

    key = "error-schedule"


class NotTogether(UserError):
    """Minutes or hours were chosen for a mode that has none."""

    key = "error-schedule-together"


class NoLeftovers(UserError):
    """A time for what was too much was given, and what comes at set hours has its times."""

    key = "error-schedule-leftovers"


class NeverQuiet(UserError):
    """Quiet hours begin when they end."""

    key = "error-schedule-quiet"


class ScheduleCommands(HighlightCog):
    """Choose when cards come, and when not."""

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
            when: At once, every few minutes, or at set hours
            minutes: For "every": how many minutes
            hours: For "at set hours": such as 9, 13, 18
            quiet: Hours without cards, such as 23:00-08:00, or off
            leftovers: When to send what exceeded the daily limit, such as 08:00, or off
            time_zone: Such as Asia/Seoul
        """
        await defer(interaction)
        changes: dict[str, object] = {}
        mode = _mode(when, minutes, hours)
        if mode is not None:
            changes["mode"] = mode
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
        if changes.get("leftovers_at") is not None:
            before = await self.services.wishes.of(member_id)
            if (mode or before.mode) == "at-hours":
                raise NoLeftovers
        try:
            schedule = await self.services.wishes.change(member_id, **changes)
        except ValueError:
            raise BadSchedule from None
        lines = "\n".join(f"- {line}" for line in self.words(interaction).schedule(schedule))
        await say(interaction, f"{self.text(interaction, 'highlight-schedule')}\n{lines}")

    @app_commands.command()
    async def pause(
        self,
        interaction: discord.Interaction,
        *,
        hours: app_commands.Range[float, 0, 720],
        everywhere: bool = True,
    ) -> None:
        """Pause highlights for some hours; 0 ends the pause.

        Args:
            interaction: who asks, and where
            hours: How many hours; 0 ends the pause
            everywhere: Hold cards from all servers; otherwise, only rules here are paused
        """
        await defer(interaction)
        since = self.services.now() if hours else None
        until = None if since is None else since + hours * HOUR
        if everywhere:
            member_id = interaction.user.id
            await self.services.wishes.change(member_id, dnd_from=since, dnd_until=until)
        else:
            member_id, guild_id = who(interaction)
            chosen = await self.services.rules.filter(member_id, guild_id)
            changed = chosen.changed(paused_from=since, paused_until=until)
            await self.services.rules.set_filter(member_id, guild_id, changed)
        if until is None:
            await say(interaction, self.text(interaction, "highlight-pause-over"))
            return
        key = "highlight-pause-everywhere" if everywhere else "highlight-pause-here"
        await say(interaction, self.text(interaction, key, until=f"<t:{int(until)}:f>"))


def _mode(when: When | None, minutes: int | None, hours: str | None) -> When | None:
    """Return the mode that was chosen, or that alone goes with what was; raises NotTogether."""
    fitting: list[When] = []
    if minutes is not None:
        fitting.append("every")
    if hours is not None:
        fitting.append("at-hours")
    if len(fitting) > 1 or (when is not None and fitting not in ([], [when])):
        raise NotTogether
    return when or next(iter(fitting), None)


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
    begin, end = _minute(found[1]), _minute(found[2])
    if begin == end:
        raise NeverQuiet
    return begin, end


def _hours(text: str) -> tuple[int, ...]:
    return tuple(_minute(part) // 60 for part in re.split(r"[,\s]+", text.strip()) if part)
