"""What something must pass before it goes to a member by itself.

Each gate is one small question. One list of them is asked when something is found, again right
before it goes out, and for a member who wants to know why something did or did not arrive.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Generic, TypeVar

from bot.errors import DiscordAway
from bot.services.highlights.cases import Case, EventCase, MessageCase, RuleCase
from bot.services.highlights.filters import Filter
from bot.services.highlights.matching.matcher import text_of
from bot.services.highlights.matching.patterns import plain
from bot.services.highlights.questions import WAIT, Answer, Outcome, Questions
from bot.services.highlights.rules import Rules
from bot.services.messages.models import Part, PartKind, Seen
from storage.hits import MESSAGE, Hit
from storage.rules import Rule, RuleKind

C = TypeVar("C", bound=Case)
T = TypeVar("T")


class Moment(Enum):
    """When gates are asked."""

    FOUND = "found"
    SENT = "sent"
    SHOWN = "shown"
    """A page is opened that lists what has gone out."""
    WHY = "why"
    """A member wants to know what each gate says."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a gate says; `until` is when waiting ends, in seconds since 1970.

    `is_known` tells whether Discord could be asked; if not it waits for that.
    """

    gate: str
    outcome: Outcome
    until: float | None = None
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class Gate(Generic[C]):
    """A question about one kind of case, and when it is asked."""

    name: str
    of: type[C]
    ask: Callable[[Questions, C], Awaitable[Answer]]
    when_found: bool = True
    when_sent: bool = True
    when_shown: bool = False

    def is_asked(self, case: Case, moment: Moment) -> bool:
        """Tell whether it has anything to say about a case at this moment."""
        asked = {
            Moment.FOUND: self.when_found,
            Moment.SENT: self.when_sent,
            Moment.SHOWN: self.when_shown,
            Moment.WHY: True,
        }
        return isinstance(case, self.of) and asked[moment]


# The cheap ones first. A gate is asked again before something goes out, because members and admins
# change their minds meanwhile, unless a reason stands beside it. Of a message that is only carried
# along, and of an event, those are asked that are not about a rule.
GATES: tuple[Gate[Any], ...] = (
    # The rule may be gone, or the role that it is about; the newest text need not meet it again.
    Gate("matched", RuleCase, Questions.matched),
    # Whoever hears of it has just been found by their subscription.
    Gate("subscribed", EventCase, Questions.subscribed, when_found=False),
    # Nobody becomes its author meanwhile.
    Gate("own-message", RuleCase, Questions.own_message, when_sent=False),
    Gate("paused", RuleCase, Questions.paused),
    Gate("bot", RuleCase, Questions.bot),
    Gate("age-restricted", RuleCase, Questions.age_restricted),
    Gate("ignored", MessageCase, Questions.ignored),
    Gate("only", RuleCase, Questions.only),
    Gate("ignore-words", MessageCase, Questions.ignored_words),
    Gate("opted-out", Case, Questions.opted_out, when_shown=True),
    Gate("presence", EventCase, Questions.presence),
    # Of a page its lines are asked by themselves: they hold more or less of a message.
    Gate("server", Case, Questions.server),
    Gate("visible", Case, Questions.visible, when_shown=True),
    # It would be stopped by itself.
    Gate("cooled-down", RuleCase, Questions.cooled_down, when_sent=False),
    # Whoever writes there while it waits for that drops it at once.
    Gate("active", RuleCase, Questions.active, when_sent=False),
    # For these nothing is dropped: the planner and the outbox wait.
    Gate("quiet", RuleCase, Questions.quiet, when_found=False, when_sent=False),
    Gate("allowance", RuleCase, Questions.allowance, when_found=False, when_sent=False),
    Gate("consent", RuleCase, Questions.consent, when_found=False, when_sent=False),
    # What is on its way is parked until the member links again.
    Gate("link", Case, Questions.link, when_sent=False),
)


class Gates:
    """Asks the gates that a moment calls for."""

    def __init__(self, questions: Questions, rules: Rules) -> None:
        self._questions = questions
        self._rules = rules

    async def verdicts(self, case: Case, moment: Moment) -> AsyncGenerator[Verdict, None]:
        """Yield what each gate says; raises DiscordAway when it matters that nobody knows."""
        for gate in GATES:
            if gate.is_asked(case, moment):
                answer = await self._known(gate.ask(self._questions, case), moment)
                yield Verdict(gate.name, *(answer or WAIT), is_known=answer is not None)

    async def stopped_by(self, case: Case, moment: Moment) -> str | None:
        """Return the first gate that stops a case, None for none; raises DiscordAway."""
        async with aclosing(self.verdicts(case, moment)) as verdicts:
            async for verdict in verdicts:
                if verdict.outcome == "stop":
                    return verdict.gate
        return None

    async def judge(self, hit: Hit, seen: Seen | None) -> tuple[Hit, str | None]:
        """Return a hit as what it may go out as, and which gate stops it; raises DiscordAway.

        `seen` is its message as it is now. One that a rule and a subscription have found goes out
        for either.
        """
        stopped_by: list[str] = []
        for one in _reasons(hit):
            gate = await self.stopped_by(await self._case(one, seen), Moment.SENT)
            if gate is None:
                return one, None
            stopped_by.append(gate)
        return hit, stopped_by[0]

    async def rule_case(
        self, member_id: int, seen: Seen, rule_ids: Collection[int], moment: Moment
    ) -> RuleCase:
        """Return the case of a message and those of a member's rules that it meets."""
        guild_id = seen.guild_id
        chosen = await self._rules.filter(member_id, guild_id)
        whole, seen = seen, await self.carried(seen, chosen, moment)
        mine = await self._rules.holding(member_id, guild_id)
        rules = [rule for rule in mine if rule.id in rule_ids and not rule.options.paused]
        rules = [rule for rule in rules if await self._holds(rule, seen, moment)]
        if chosen.leaves_out(seen.author):
            rules = [r for r in rules if seen.author_id in r.options.only.members] or rules
        # Nobody is told of their own words because somebody answers them.
        searched = seen.without(PartKind.QUOTED, member_id)
        if searched.text != whole.text:
            rules = self._still_met(rules, searched)
        if any(rule.kind is RuleKind.ROLE for rule in rules):
            is_meant = await self._known(self._questions.is_meant(member_id, seen), moment)
            if is_meant is False:
                rules = [rule for rule in rules if rule.kind is not RuleKind.ROLE]
        return RuleCase(
            member_id, MESSAGE, guild_id, seen.places, seen.author_id, seen, chosen, rules
        )

    async def carried(self, seen: Seen, chosen: Filter | None, moment: Moment) -> Seen:
        """Return a message without what others in it have written and may not go along.

        `chosen` is the member's filter, None where it does not matter. Raises DiscordAway.
        """
        if len(seen.parts) == 1:
            return seen
        kept = [part for part in seen.parts if await self._may_go(part, seen, chosen, moment)]
        return replace(seen, parts=tuple(kept))

    async def _may_go(self, part: Part, seen: Seen, chosen: Filter | None, moment: Moment) -> bool:
        if part.kind is PartKind.WRITTEN:
            return True
        asked = self._questions.may_go_along(part, seen.guild_id, chosen)
        return await self._known(asked, moment) is not False

    async def _holds(self, rule: Rule, seen: Seen, moment: Moment) -> bool:
        """Tell whether a message is where, and by whom, a rule wants it."""
        only = rule.options.only
        if only.is_empty:
            return True
        return await self._known(self._questions.is_among(seen, only), moment) is not False

    def _still_met(self, rules: Sequence[Rule], seen: Seen) -> list[Rule]:
        """Return those of the rules that a message meets as it may be carried."""
        matcher, text = self._rules.index.matcher, plain(text_of(seen))
        met = {match.rule_id for match in matcher.matches(seen)}
        for mine in matcher.patterns(seen.guild_id).values():
            wanted = {rule.id for rule in rules} & mine.keys()
            met |= {number for number in wanted if mine[number].found(text)}
        return [rule for rule in rules if rule.kind is RuleKind.REACTION or rule.id in met]

    async def _case(self, hit: Hit, seen: Seen | None) -> Case:
        if hit.kind == MESSAGE and seen is not None:
            return await self.rule_case(hit.member_id, seen, hit.rule_ids, Moment.SENT)
        return EventCase.of_hit(hit, seen)

    async def _known(self, asking: Awaitable[T], moment: Moment) -> T | None:
        """Return an answer; None when Discord cannot be asked, but will be before it goes out."""
        try:
            return await asking
        except DiscordAway:
            if moment in {Moment.SENT, Moment.SHOWN}:
                raise
            return None


def _reasons(hit: Hit) -> Iterator[Hit]:
    """Yield a hit as what it was found: an event, a message that meets rules, or both."""
    if hit.kind != MESSAGE:
        yield hit
    if hit.kind == MESSAGE or hit.rule_ids:
        yield replace(hit, kind=MESSAGE)
