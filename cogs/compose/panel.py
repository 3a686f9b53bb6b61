"""The panel on which a member writes a message; all it remembers stands in the draft."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import discord

from bot.discord.access import check_load
from bot.discord.limits import MESSAGE_CONTENT
from bot.discord.plugin import services_of
from bot.discord.replies import defer, defer_edit, items, locale_of, member_of, refuse, say
from bot.discord.ui.buttons import DraftButton
from bot.discord.ui.card_embed import card_preview
from bot.discord.ui.form import FormModal, Given, label_of
from bot.discord.ui.friend_picker import cancel, show_panel
from bot.discord.ui.results import show_results
from bot.discord.ui.selects import OnlySelect
from bot.discord.ui.share_button import ShareButton
from bot.discord.words import plain
from bot.errors import Expired, LinkBroken, NotLinked, TextArgument
from bot.kakao import cut
from bot.services.accounts.oauth import BASIC_SCOPES
from bot.services.compose.compose import form_of
from bot.services.compose.forms import Fault, Form, Reading
from bot.services.compose.message_types import Step, kind_of
from bot.services.messages.models import Source
from bot.services.servers.settings import CustomTemplate
from bot.texts import Locale, Texts, pick_locale
from storage.drafts import Draft

ROW = 5  # buttons that Discord puts side by side
SENDING_ROW = 2
MOST_FAULTS, MOST_HINTS = 8, 5


@dataclass(frozen=True, slots=True)
class Panel:
    """What a message looks like so far, and what can be done with it.

    It has a button for each of its parts, or for each of the details that few want.
    """

    draft: Draft
    reading: Reading
    texts: Texts
    details: bool = False

    @property
    def locale(self) -> Locale:
        """The language of whoever began the draft."""
        return pick_locale(self.draft.locale)

    @property
    def form(self) -> Form:
        """What is filled in."""
        return form_of(self.draft)

    def say(self, key: str, **arguments: TextArgument) -> str:
        """Return a text in the language of this panel."""
        return self.texts.say(self.locale, key, **arguments)

    def text(self) -> str:
        """Return what it is, and what is wrong or good to know."""
        reading = self.reading
        lines = [self.say("compose-panel", kind=plain(self._name()))]
        lines += [f"⚠️ {self._sentence(fault)}" for fault in reading.faults[:MOST_FAULTS]]
        lines += [f"ℹ️ {self._sentence(hint)}" for hint in reading.hints[:MOST_HINTS]]
        return cut("\n".join(lines), MESSAGE_CONTENT)

    def preview(self) -> list[discord.Embed]:
        """Return the card as KakaoTalk will show it."""
        return card_preview(self.reading.card, self.texts, self.locale)

    def view(self) -> discord.ui.View:
        """Return a button for each part of the message, and those that send it."""
        steps = list(enumerate(self.form.kind.steps))
        shown = [one for one in steps if one[1].details is self.details]
        hidden = [step for _, step in steps if step.details is not self.details]
        wrong = bool(self.reading.faults)
        share = ShareButton(
            self.draft.id, self.say("share-button"), row=SENDING_ROW, disabled=wrong
        )
        parts = [self._step(row // ROW, *one) for row, one in enumerate(shown)]
        if hidden:
            parts.append(self._turn(len(shown) // ROW, hidden))
        *sending, cancel = self._sending()
        return items(*parts, *sending, share, cancel)

    def modal(self, number: int, offered: Sequence[CustomTemplate]) -> FormModal:
        """Return the form for one part, filled in; raises Expired when there is no such part.

        `offered` are the templates that can be chosen there.
        """
        form = self.form
        steps = kind_of(self.draft.kind, form.template, offered).steps
        if number >= len(steps):
            raise Expired
        step = steps[number]

        async def fill(interaction: discord.Interaction, given: Given) -> None:
            await defer_edit(interaction)
            draft = await _own_draft(interaction, self.draft.id)
            filled = await services_of(interaction.client).compose.fill(draft, given)
            await show(interaction, filled, details=step.details)

        title = self._step_name(step)
        return FormModal(title, step, form.given, fill, texts=self.texts, locale=self.locale)

    def _name(self) -> str:
        form, kind = self.form, self.say(f"compose-kind-{self.draft.kind}")
        if form.template is None:
            return kind
        return f"{kind} · {form.template.name}" if form.kind.takes_template else form.template.name

    def _step_name(self, step: Step) -> str:
        return self.say(f"compose-step-{step.name}", number=step.number)

    def _sentence(self, fault: Fault) -> str:
        value = plain(fault.value) if isinstance(fault.value, str) else fault.value
        field = plain(label_of(fault.field, self.texts, self.locale))
        return self.say(
            f"compose-wrong-{fault.reason}", field=field, limit=fault.limit, value=value
        )

    def _step(self, row: int, number: int, step: Step) -> "ComposeButton":
        style = self._style(step)
        return ComposeButton(
            str(number), self.draft.id, self._step_name(step), style=style, row=row
        )

    def _turn(self, row: int, hidden: Sequence[Step]) -> "ComposeButton":
        """Return the button that shows the other parts."""
        act = "open" if self.details else "details"
        label, style = self.say(f"compose-button-{act}"), self._style(*hidden)
        return ComposeButton(act, self.draft.id, label, style=style, row=row)

    def _style(self, *steps: Step) -> discord.ButtonStyle:
        paths = {one.path for step in steps for one in step.fields}
        wrong = any(fault.field.path in paths for fault in self.reading.faults)
        return discord.ButtonStyle.danger if wrong else discord.ButtonStyle.secondary

    def _sending(self) -> "list[ComposeButton]":
        draft, wrong = self.draft.id, bool(self.reading.faults)
        success, primary = discord.ButtonStyle.success, discord.ButtonStyle.primary
        return [
            ComposeButton(act, draft, self.say(label), style=style, row=SENDING_ROW, disabled=off)
            for act, label, style, off in (
                ("me", "compose-button-me", success, wrong),
                ("friends", "compose-button-friends", primary, wrong),
                ("cancel", "forward-button-cancel", discord.ButtonStyle.secondary, False),
            )
        ]


def panel_of(client: discord.Client, draft: Draft, *, details: bool = False) -> Panel:
    """Return the panel for a draft as it stands."""
    services = services_of(client)
    return Panel(draft, services.compose.read(draft), services.texts, details)


async def show(interaction: discord.Interaction, draft: Draft, *, details: bool = False) -> None:
    """Show the panel: in place of the message it was asked for on, where there is one."""
    panel = panel_of(interaction.client, draft, details=details)
    if interaction.message is None:
        await say(interaction, panel.text(), view=panel.view(), embeds=panel.preview())
    else:
        await interaction.edit_original_response(
            content=panel.text(), view=panel.view(), embeds=panel.preview()
        )


async def start(
    interaction: discord.Interaction,
    kind: str,
    given: Given | None = None,
    template: CustomTemplate | None = None,
) -> None:
    """Ask for the first fields of a message; the panel follows once they are filled in.

    A custom template without arguments has nothing to ask for.
    """
    known = given or {}
    compose = services_of(interaction.client).compose
    offered = await compose.offered(kind, interaction.guild_id)

    async def begin(interaction: discord.Interaction, typed: Given) -> None:
        await (defer if interaction.message is None else defer_edit)(interaction)
        member, source = member_of(interaction), _source(interaction)
        draft = await compose.begin(member, kind, source, {**known, **typed}, template)
        await show(interaction, draft)

    first = kind_of(kind, template, offered).beginning
    if not first.fields:
        await begin(interaction, {})
        return
    texts, locale = services_of(interaction.client).texts, locale_of(interaction)
    title = template.name if template else texts.say(locale, f"compose-kind-{kind}")
    modal = FormModal(title, first, known, begin, texts=texts, locale=locale)
    await interaction.response.send_modal(modal)


def _source(interaction: discord.Interaction) -> Source:
    """Return the moment in a channel: Discord opens a channel there, message or not."""
    return Source(interaction.guild_id, interaction.channel_id or 0, interaction.id)


async def _own_draft(interaction: discord.Interaction, draft_id: str) -> Draft:
    """Return the member's own draft, as long as the server it was begun in lets them compose."""
    compose = services_of(interaction.client).compose
    draft = await compose.open(interaction.user.id, draft_id)
    await check_load(interaction, draft)
    return draft


class ComposeButton(
    DraftButton,
    template=r"kkachi:compose:(?P<act>[0-9]|open|details|me|friends|cancel):(?P<draft>[\w-]+)",
):
    """A button of the panel on which a member writes."""

    feature = "compose"
    panel = "compose"

    async def press(self, interaction: discord.Interaction) -> None:
        """Do what this button is for."""
        if self.act.isdecimal():
            draft = await _own_draft(interaction, self.draft_id)
            compose = services_of(interaction.client).compose
            offered = await compose.offered(draft.kind, draft.guild_id)
            modal = panel_of(interaction.client, draft).modal(int(self.act), offered)
            await interaction.response.send_modal(modal)
            return
        await defer_edit(interaction)
        draft = await _own_draft(interaction, self.draft_id)
        match self.act:
            case "me":
                await _send_to_me(interaction, draft)
            case "friends":
                compose = services_of(interaction.client).compose
                await show_panel(interaction, await compose.for_friends(draft))
            case "cancel":
                await cancel(interaction, draft)
            case act:
                await show(interaction, draft, details=act == "details")


async def _send_to_me(interaction: discord.Interaction, draft: Draft) -> None:
    services, locale = services_of(interaction.client), pick_locale(draft.locale)
    await check_load(interaction, draft, sends=1)
    try:
        row = await services.compose.row(draft)
    except (NotLinked, LinkBroken) as error:
        await refuse(interaction, error, draft_id=draft.id, scopes=BASIC_SCOPES)
        return
    sending = services.texts.say(locale, "forward-friends-sending")
    await interaction.edit_original_response(content=sending, view=items())
    rows = await services.forwarding.send([row], draft)
    again = await services.compose.again(draft)
    reopen = ComposeButton("open", again.id, services.texts.say(locale, "compose-button-again"))
    await show_results(interaction, rows, more=[reopen])


class TemplateSelect(
    OnlySelect,
    template=r"kkachi:templates",
):
    """The custom templates that this server's admins have named."""

    feature = "compose"

    @classmethod
    def of(cls, templates: Sequence[CustomTemplate], placeholder: str) -> Self:
        """Return the select for these templates."""
        options = [discord.SelectOption(label=one.name, value=one.name) for one in templates]
        return cls(
            discord.ui.Select(
                custom_id="kkachi:templates", placeholder=placeholder, options=options
            )
        )

    async def press(self, interaction: discord.Interaction) -> None:
        """Ask for what the template that was chosen leaves open."""
        if interaction.guild_id is None:
            raise Expired
        templates = services_of(interaction.client).templates
        template = await templates.get(interaction.guild_id, self.item.values[0])
        await start(interaction, "custom", template=template)
