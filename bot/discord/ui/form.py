"""Modals that are made of fields described elsewhere, and come back filled in."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import discord

from bot.discord.access import check_feature
from bot.discord.cog import answering
from bot.discord.limits import INPUT_LABEL, MODAL_TITLE
from bot.services.compose.fields import (
    AddressField,
    Choice,
    Field,
    ForApps,
    Label,
    Page,
    PhoneAddress,
    PictureField,
    Rows,
    Side,
    WithinAddress,
)
from bot.services.compose.message_types import BUTTON_TITLE, TEMPLATE, Step
from bot.texts import Locale, Texts

FEATURE = "compose"
HINTS = {
    PictureField: "picture",
    Side: "side",
    AddressField: "link",
    PhoneAddress: "phone",
    ForApps: "apps",
    Label: "label",
    Page: "page",
    Rows: "rows",
    WithinAddress: "within",
}
FIELD_HINTS = {BUTTON_TITLE: "button-title", TEMPLATE: "template", "address": "address"}
Given = dict[str, str]
Then = Callable[[discord.Interaction, Given], Awaitable[None]]
Input = discord.ui.TextInput[Any] | discord.ui.Select[Any]


class FormModal(discord.ui.Modal):
    """Asks for the fields of one step; `given` is what was typed before, right or wrong."""

    def __init__(
        self,
        title: str,
        step: Step,
        given: Mapping[str, str],
        then: Then,
        *,
        texts: Texts,
        locale: Locale,
    ) -> None:
        super().__init__(title=title[:MODAL_TITLE])
        self._then = then
        self._inputs: dict[str, Input] = {}
        for field in step.fields:
            shown = _input(field, given.get(field.path, ""), texts, locale)
            self._inputs[field.path] = shown
            self.add_item(
                discord.ui.Label(
                    text=label_of(field, texts, locale)[:INPUT_LABEL],
                    description=_hint(field, texts, locale),
                    component=shown,
                )
            )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Hand over what was typed."""
        async with answering(interaction):
            await check_feature(interaction, FEATURE)
            given = {path: _typed(shown) for path, shown in self._inputs.items()}
            await self._then(interaction, given)


def label_of(field: Field, texts: Texts, locale: Locale) -> str:
    """Return what to call a field."""
    of = label_of(field.link, texts, locale) if field.link else ""
    name = field.label
    return name or texts.say(locale, f"compose-field-{field.name}", number=field.number, of=of)


def _hint(field: Field, texts: Texts, locale: Locale) -> str | None:
    hint = FIELD_HINTS.get(field.path) or HINTS.get(type(field.value))
    return texts.say(locale, f"compose-hint-{hint}") if hint else None


def _input(field: Field, typed: str, texts: Texts, locale: Locale) -> Input:
    if isinstance(field.value, Choice):
        return _select(field, field.value, typed, texts, locale)
    style = discord.TextStyle.paragraph if field.has_lines else discord.TextStyle.short
    return discord.ui.TextInput(
        custom_id=field.path,
        style=style,
        required=field.needed,
        default=typed[: field.value.longest] or None,
        max_length=field.value.longest,
    )


def _select(
    field: Field, choice: Choice, typed: str, texts: Texts, locale: Locale
) -> discord.ui.Select[Any]:
    chosen = typed or (next(iter(choice.options)) if field.needed else "")
    options = [
        discord.SelectOption(
            label=word if choice.are_names else texts.say(locale, f"compose-choice-{word}"),
            value=word,
            default=word == chosen,
        )
        for word in choice.options
    ]
    return discord.ui.Select(
        custom_id=field.path,
        options=options,
        required=field.needed,
        min_values=1 if field.needed else 0,
    )


def _typed(shown: Input) -> str:
    if isinstance(shown, discord.ui.Select):
        return next(iter(shown.values), "")
    return shown.value
