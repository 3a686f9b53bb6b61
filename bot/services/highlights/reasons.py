"""Why something comes by itself, in a few words; for nobody's eyes but the member's."""

from collections.abc import Iterable

from bot.kakao import cut
from bot.services.cards.layout import NAME_LIMIT
from bot.services.cards.markdown import name_line
from bot.texts import Locale, Texts
from storage.hits import MESSAGE
from storage.rules import Rule


def reason(kind: str, rules: Iterable[Rule], locale: Locale, texts: Texts) -> str:
    """Return what called a message: a subscription of that kind, or these rules."""
    if kind != MESSAGE:
        return texts.say(locale, f"notify-headline-{kind}")
    names = ", ".join(_name(rule, locale, texts) for rule in rules)
    return texts.say(locale, "card-why", names=cut(names, NAME_LIMIT)) if names else ""


def _name(rule: Rule, locale: Locale, texts: Texts) -> str:
    named = name_line(rule.options.name) or name_line(rule.text)
    return named or texts.say(locale, f"card-why-{rule.kind}")
