"""How a member's rules, filter and wishes read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import discord

from bot.discord.limits import YELLOW
from bot.discord.replies import fitting
from bot.discord.ui.new_rule import rule_name
from bot.discord.ui.results import doubts, outcome
from bot.discord.words import plain
from bot.errors import Marked, TextArgument
from bot.services.clock import MINUTE
from bot.services.highlights.filters import Filter
from bot.services.highlights.gates import Verdict
from bot.services.highlights.schedule import Schedule
from bot.services.highlights.trial import Trial
from bot.services.highlights.verdicts import Fate
from bot.texts import Locale, Texts
from storage.deliveries import DeliveryState
from storage.hits import HitState
from storage.rules import Places, Rule

MARKS = {"pass": "✅", "stop": "⛔", "wait": "⏳"}
HOURS_OF_DAY = 24
# Reasons that are no gates.
DROPPED_FOR = frozenset({"gone", "unreadable", "too-many"})


@dataclass(frozen=True, slots=True)
class RuleTexts:
    """Puts rules into the words of one language."""

    texts: Texts
    locale: Locale

    def rule(self, rule: Rule) -> str:
        """Return one rule as a line: what it looks for, where, and how."""
        named = f"**{plain(rule.options.name)}**" if rule.options.name else ""
        return " · ".join(filter(None, (named, self.name(rule), *self._about(rule))))

    def name(self, rule: Rule) -> str:
        """Return what a rule looks for."""
        return rule_name(self.texts, self.locale, rule)

    def plain(self, rule: Rule, guild: discord.Guild | None) -> str:
        """Return one rule where nothing but plain text is shown."""
        sought = rule_name(self.texts, self.locale, rule, is_marked=False)
        names = ", ".join(_names(rule.options.only, guild)) if guild else ""
        everywhere = self.say("highlight-everywhere") if rule.is_everywhere else ""
        return " · ".join(filter(None, (rule.options.name, sought, names, everywhere)))

    def _about(self, rule: Rule) -> Iterator[str]:
        options = rule.options
        if rule.is_everywhere:
            yield self.say("highlight-everywhere")
        if not options.only.is_empty:
            yield mentions(options.only)
        if options.case_sensitive:
            yield self.say("highlight-cased")
        if options.cooldown:
            yield self.say("highlight-cooldown", minutes=options.cooldown // MINUTE)
        if options.paused:
            yield self.say("highlight-rule-paused")

    def overview(
        self,
        rules: Sequence[Rule],
        shown: slice,
        hits: Mapping[int, int],
        chosen: Filter,
        schedule: Schedule,
    ) -> discord.Embed:
        """Return a page of the rules of a server with what holds for all of them."""
        lines = [
            f"**{number}.** {self.rule(rule)} · {self.hits(hits.get(rule.id, 0))}"
            for number, rule in list(enumerate(rules, 1))[shown]
        ]
        embed = discord.Embed(
            title=self.say("highlight-list-title", count=len(rules)),
            description=fitting(lines) or self.say("highlight-list-none"),
            colour=YELLOW,
        )
        for name, parts in (
            ("highlight-list-filter", [*self.filter(chosen)]),
            ("highlight-list-schedule", [*self.schedule(schedule)]),
        ):
            value = "\n".join(f"- {part}" for part in parts)
            embed.add_field(name=self.say(name), value=value[:1000], inline=False)
        return embed

    def details(self, rule: Rule, hits: int) -> discord.Embed:
        """Return one rule with all there is to say of it."""
        where = () if rule.is_everywhere else (self.say("highlight-here"),)
        called = plain(rule.options.name) or self.name(rule)
        lines = (self.name(rule), *where, *self._about(rule), self.hits(hits))
        text = "\n".join([f"**{called}**", *(f"- {one}" for one in lines)])
        return discord.Embed(description=text, colour=YELLOW)

    def hits(self, count: int) -> str:
        """Return how often a rule has hit of late."""
        return self.say("highlight-hits", count=count)

    def filter(self, chosen: Filter) -> Iterator[str]:
        """Yield what holds for all rules."""
        if chosen.paused_until is not None:
            yield self.say("highlight-filter-paused", until=f"<t:{int(chosen.paused_until)}:f>")
        yield from self._places("highlight-filter-ignored", chosen.ignored)
        only = "highlight-filter-only-either" if chosen.only_either else "highlight-filter-only"
        yield from self._places(only, chosen.only)
        if chosen.ignore_words:
            words = ", ".join(map(plain, chosen.ignore_words))
            yield self.say("highlight-filter-words", words=words)
        for who, is_off in (
            ("bots", chosen.ignore_bots),
            ("webhooks", chosen.ignore_webhooks),
            ("followed", chosen.ignore_followed),
        ):
            yield self.say(f"highlight-filter-{who}-{'off' if is_off else 'on'}")
        adult = "off" if chosen.ignore_age_restricted else "on"
        yield self.say(f"highlight-filter-adult-{adult}")
        if chosen.active_delay:
            yield self.say("highlight-filter-active", minutes=_minutes(chosen.active_delay))
        if chosen.cooldown:
            yield self.say("highlight-filter-cooldown", minutes=_minutes(chosen.cooldown))
        if chosen.context_lines:
            yield self.say("highlight-filter-context", count=chosen.context_lines)

    def schedule(self, schedule: Schedule) -> Iterator[str]:
        """Yield when cards come."""
        yield self.when(schedule)
        if schedule.mode == "at-once":
            yield self.say("highlight-when-at-once-then")
        if schedule.quiet_from is not None and schedule.quiet_to is not None:
            start, end = _clock(schedule.quiet_from), _clock(schedule.quiet_to)
            yield self.say("highlight-when-quiet", start=start, end=end)
        if schedule.leftovers_at is not None and not schedule.at_hours:
            yield self.say("highlight-when-leftovers", time=_clock(schedule.leftovers_at))
        if schedule.dnd_until is not None:
            yield self.say("highlight-when-dnd", until=f"<t:{int(schedule.dnd_until)}:f>")
        yield self.say("highlight-when-zone", zone=schedule.time_zone)

    def when(self, schedule: Schedule) -> str:
        """Return how cards are spread over the day."""
        match schedule.mode:
            case "every":
                return self.say("highlight-when-every", minutes=schedule.minutes)
            case "at-hours":
                if len(schedule.hours) == HOURS_OF_DAY:
                    return self.say("highlight-when-every-hour")
                hours = ", ".join(_together(schedule.hours))
                return self.say("highlight-when-at-hours", hours=hours or "-")
            case _:
                return self.say("highlight-when-at-once")

    def trial(self, trial: Trial) -> Iterator[str]:
        """Yield what a text would do, were it written."""
        yield self.say("highlight-test-hit" if trial.hits else "highlight-test-miss")
        yield from (f"- {self.name(rule)}" for rule in trial.hits)
        if trial.hits and trial.ignored_words:
            words = ", ".join(map(plain, trial.ignored_words))
            yield self.say("highlight-test-ignored-words", words=words)
        if trial.hits and trial.ignored_place:
            yield self.say("highlight-test-ignored-place")
        if trial.hits and trial.paused_until is not None:
            yield self.say("highlight-test-paused", until=f"<t:{int(trial.paused_until)}:f>")
        for rule, mode in trial.near:
            found_by = self.say(f"choice-{mode}")
            yield self.say("highlight-test-near", rule=self.name(rule), mode=found_by)
        for rule in trial.elsewhere:
            yield self.say("highlight-test-elsewhere", rule=self.rule(rule))

    def explained(self, fate: Fate, verdicts: Sequence[Verdict]) -> str:
        """Return what became of a message, and what each gate says to it now."""
        now = self._now(verdicts)
        is_stopped = any(one.outcome == "stop" for one in verdicts)
        became = self._became(fate) or ("" if is_stopped else self.say("highlight-why-unknown"))
        first = [f"**{became}**", "", self.say("highlight-why-now", now=now)]
        return "\n".join([*(first if became else [f"**{now}**", ""]), *self._verdicts(verdicts)])

    def _became(self, fate: Fate) -> str:
        """Return what has become of it by now; nothing where it was never judged."""
        if fate.hit is None:
            return self._stopped(fate.stopped.gate) if fate.stopped else ""
        if fate.hit.state is HitState.WAITING:
            return self.say("highlight-why-waiting")
        if fate.hit.state is HitState.DROPPED:
            return self.say("highlight-why-dropped", why=self._reason(fate.hit.reason or ""))
        return self._carried(fate)

    def _carried(self, fate: Fate) -> str:
        row = fate.delivery
        if row is None:  # its receipt has expired
            return self.say("highlight-why-taken")
        others = fate.together - 1
        card = self.say("highlight-why-together", count=others) if others > 0 else ""
        if row.state is DeliveryState.SENT and row.finished_at is not None:
            told = self.say("highlight-why-sent", when=f"<t:{int(row.finished_at)}:f>")
        else:
            told = self.say("highlight-why-card", state=outcome(self.texts, self.locale, row))
        doubt = doubts(self.texts, self.locale, [row], found=True)
        return " ".join(filter(None, (told, card, doubt)))

    def _stopped(self, gate: str) -> str:
        return self.say("highlight-why-then", why=self._reason(gate))

    def _reason(self, reason: str) -> str:
        if reason in DROPPED_FOR:
            return self.say(f"highlight-dropped-{reason}")
        said = self.say(f"highlight-gate-{reason}.stop")
        return f"{self.say(f'highlight-gate-{reason}')}: {said}"

    def _now(self, verdicts: Sequence[Verdict]) -> str:
        """Return how it would end now."""
        stopped = next((one for one in verdicts if one.outcome == "stop"), None)
        waiting = next((one for one in verdicts if one.outcome == "wait"), None)
        if stopped is not None:
            return self.say("highlight-why-stopped", gate=self._gate(stopped))
        if not all(one.is_known for one in verdicts):
            return self.say("highlight-why-discord")
        if waiting is not None:
            return self.say("highlight-why-waits", gate=self._gate(waiting))
        return self.say("highlight-why-passed")

    def _verdicts(self, verdicts: Sequence[Verdict]) -> Iterator[str]:
        """Yield a line for each gate that has something against it, and one for all others."""
        yield from (self._verdict(one) for one in verdicts if one.outcome != "pass")
        passed = [self._gate(one) for one in verdicts if one.outcome == "pass"]
        if passed:
            yield f"{MARKS['pass']} {', '.join(passed)}"

    def _gate(self, verdict: Verdict) -> str:
        return self.say(f"highlight-gate-{verdict.gate}")

    def _verdict(self, verdict: Verdict) -> str:
        said = self.say(f"highlight-gate-{verdict.gate}.{verdict.outcome}")
        until = f" (<t:{int(verdict.until)}:t>)" if verdict.until is not None else ""
        return f"{MARKS[verdict.outcome]} {self._gate(verdict)}: {said}{until}"

    def _places(self, key: str, places: Places) -> Iterator[str]:
        if not places.is_empty:
            yield self.say(key, names=Marked(mentions(places)))

    def say(self, key: str, **arguments: TextArgument) -> str:
        """Return a text."""
        return self.texts.say(self.locale, key, **arguments)


def _names(places: Places, guild: discord.Guild) -> Iterator[str]:
    """Yield what is known of the names of places and people."""
    for channel_id in (*places.channels, *places.categories):
        if channel := guild.get_channel_or_thread(channel_id):
            yield f"#{channel.name}"
    for member_id in places.members:
        if member := guild.get_member(member_id):
            yield member.display_name
    for role_id in places.roles:
        if role := guild.get_role(role_id):
            yield f"@{role.name}"


def mentions(places: Places) -> str:
    """Return places and people as Discord shows them: first where, then by whom."""
    groups = (
        [f"<#{one}>" for one in (*places.channels, *places.categories)],
        [*(f"<@{one}>" for one in places.members), *(f"<@&{one}>" for one in places.roles)],
    )
    return " · ".join(", ".join(group) for group in groups if group)


def _minutes(seconds: int) -> int:
    return max(1, seconds // MINUTE)


def _together(hours: Iterable[int]) -> Iterator[str]:
    """Yield hours of a day in order, those that follow each other as one: 9, 13-15."""
    known = set(hours)
    for first in sorted(hour for hour in known if hour - 1 not in known):
        last = next(hour for hour in range(first, 25) if hour + 1 not in known)
        yield str(first) if first == last else f"{first}-{last}"


def _clock(minute: int) -> str:
    return f"{minute // MINUTE:02}:{minute % MINUTE:02}"
