"""A rule that a member has just asked for, whichever command or button it was."""

import discord

from bot.discord.plugin import services_of
from bot.discord.replies import locale_of, say
from bot.discord.ui.arrival_hint import arriving
from bot.discord.words import code, plain
from bot.texts import Locale, Texts
from storage.rules import Rule, RuleKind

SHOWN_TEXT = 60
# These look at what is written.
OF_TEXT = frozenset({RuleKind.WORD, RuleKind.PATTERN})


async def add_rule(
    interaction: discord.Interaction,
    guild_id: int,
    kind: RuleKind,
    text: str = "",
    **options: object,
) -> None:
    """Keep a rule of whoever asks, and say so; raises as `Rules.add`."""
    services, locale, member_id = (
        services_of(interaction.client),
        locale_of(interaction),
        interaction.user.id,
    )
    rule = await services.rules.add(member_id, guild_id, kind, text, **options)
    name = rule_name(services.texts, locale, rule)
    is_first = len(await services.rules.of(member_id)) == 1
    more, view = await arriving(interaction, is_first=is_first)
    hint = content_hint(interaction) if kind in OF_TEXT else ""
    lines = [services.texts.say(locale, "highlight-added", rule=name), *more, hint]
    await say(interaction, "\n".join(filter(None, lines)), view=view)


def content_hint(interaction: discord.Interaction) -> str:
    """Say that Discord does not show us what is written, where that is so."""
    if interaction.client.intents.message_content:
        return ""
    return services_of(interaction.client).texts.say(locale_of(interaction), "highlight-no-content")


def rule_name(texts: Texts, locale: Locale, rule: Rule, *, is_marked: bool = True) -> str:
    """Return what a rule looks for; unmarked where Discord shows nothing but plain text."""
    if rule.kind is RuleKind.WORD:
        word = rule.text[:SHOWN_TEXT]
        text = plain(word) if is_marked else word
        return texts.say(locale, f"highlight-rule-{rule.options.mode}", text=text)
    if rule.kind is RuleKind.REACTION:
        return texts.say(locale, "highlight-rule-reaction", count=rule.options.threshold)
    if rule.kind is RuleKind.PATTERN:
        text = code(rule.text) if is_marked else rule.text
        return texts.say(locale, "highlight-rule-pattern", text=text)
    return texts.say(locale, f"highlight-rule-{rule.kind}")
