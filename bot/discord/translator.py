"""The commands' names and descriptions in the languages of the catalogues.

In English they are as the code has them, but for choices, which have no names of their own there.
"""

import discord
from discord import app_commands
from discord.app_commands import Choice
from discord.app_commands import TranslationContextLocation as Place

from bot.texts import LOCALES, Texts, pick_locale

# The names Discord registers are English; a menu's key is its name in small letters.
DESCRIPTIONS = {Place.command_description, Place.group_description, Place.parameter_description}
# Discord asks in some thirty languages for each of a thousand strings.
LANGUAGES = {one: pick_locale(one.value) for one in discord.Locale if one.value[:2] in LOCALES}


class CommandTexts(app_commands.Translator):
    """Reads `command-kakao-link`, its `.description` and `.option-…`, `menu-…`, `choice-…`."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """Return a text in a language that the catalogues have."""
        del string
        language = LANGUAGES.get(locale)
        if language is None or (language == "en" and not isinstance(context.data, Choice)):
            return None
        try:
            return self._texts.say(language, key_of(context))
        except KeyError:
            return None  # a command of somebody else's


def key_of(context: app_commands.TranslationContextTypes) -> str:
    """Return the catalogue key of a command, a parameter, a choice or a description."""
    data = context.data
    if isinstance(data, app_commands.ContextMenu):
        return f"menu-{_slug(data.name)}"
    if isinstance(data, Choice):
        return f"choice-{data.value}"
    if isinstance(data, app_commands.Parameter):
        suffix = "-description" if context.location in DESCRIPTIONS else ""
        return f"{_command_key(data.command)}.option-{data.name}{suffix}"
    suffix = ".description" if context.location in DESCRIPTIONS else ""
    return f"{_command_key(data)}{suffix}"


def _command_key(command: object) -> str:
    return f"command-{_slug(getattr(command, 'qualified_name', ''))}"


def _slug(name: str) -> str:
    return name.lower().replace(" ", "-")
