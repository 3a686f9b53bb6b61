"""What a text would do, were it written: for a member who tries their rules."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.services.highlights.filters import Filter
from bot.services.highlights.matching.matcher import Match
from bot.services.highlights.matching.normalise import Normalised, needle, normalise
from bot.services.highlights.matching.words import Mode, found
from bot.services.highlights.rules import Rules
from bot.services.messages.models import Seen
from storage.rules import Rule, RuleKind

WIDER: dict[str, tuple[Mode, ...]] = {"exact": ("word", "anywhere"), "word": ("anywhere",)}


@dataclass(frozen=True, slots=True)
class Trial:
    """Which rules a text meets, what of the member's own keeps it back, and what it just misses.

    `ignored_words` are those in it that the member ignores; `near` are rules that would find it by
    another mode, `elsewhere` those that would in another place, by somebody else, or in other
    letters.
    """

    hits: Sequence[Rule]
    ignored_words: Sequence[str]
    ignored_place: bool
    paused_until: float | None
    near: Sequence[tuple[Rule, Mode]]
    elsewhere: Sequence[Rule]


async def try_out(rules: Rules, member_id: int, seen: Seen, matches: Iterable[Match]) -> Trial:
    """Return what a text would do that meets these; raises Unreadable."""
    mine = await rules.holding(member_id, seen.guild_id)
    chosen = await rules.filter(member_id, seen.guild_id)
    met = {one.rule_id for one in matches}
    text, missed = normalise(seen.text), [rule for rule in mine if rule.id not in met]
    paused = chosen.paused_until if chosen.is_paused(seen.created_at) else None
    return Trial(
        hits=[rule for rule in mine if rule.id in met],
        ignored_words=[word for word in chosen.ignore_words if found(needle(word), text)],
        ignored_place=_is_ignored(chosen, seen),
        paused_until=paused,
        near=[*_near(missed, text)],
        elsewhere=[rule for rule in missed if _stands(rule, text) and not rule.options.paused],
    )


def _is_ignored(chosen: Filter, seen: Seen) -> bool:
    """Tell whether a place is left out, as far as it does not depend on who writes there."""
    places = set(seen.places)
    ignored = {*chosen.ignored.channels, *chosen.ignored.categories}
    only = {*chosen.only.channels, *chosen.only.categories}
    by_place_alone = bool(only) and not (chosen.only_either and chosen.only.has_people)
    return not places.isdisjoint(ignored) or (by_place_alone and places.isdisjoint(only))


def _near(missed: Iterable[Rule], text: Normalised) -> Iterator[tuple[Rule, Mode]]:
    for rule in missed:
        if rule.kind is RuleKind.WORD and not _stands(rule, text):
            wider = WIDER.get(rule.options.mode, ())
            mode = next((one for one in wider if found(needle(rule.text), text, one)), None)
            if mode is not None:
                yield rule, mode


def _stands(rule: Rule, text: Normalised) -> bool:
    is_word = rule.kind is RuleKind.WORD
    return is_word and found(needle(rule.text), text, rule.options.mode)
