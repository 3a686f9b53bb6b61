"""The panel on which a member picks friends; all it remembers stands in the draft."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self, cast

import discord

from bot.discord.access import check_feature, check_load
from bot.discord.cog import Answered, answering
from bot.discord.limits import OPTION_LABEL, SELECT_OPTIONS
from bot.discord.plugin import services_of
from bot.discord.replies import defer_edit, items, refuse, say
from bot.discord.ui.buttons import DraftButton
from bot.discord.ui.card_embed import card_preview
from bot.discord.ui.results import show_results
from bot.discord.words import plain, sentence
from bot.errors import ConsentMissing, LinkBroken, NotLinked, TooManyFriends
from bot.kakao import MAX_RECEIVERS, Friend
from bot.services.accounts.oauth import FRIENDS_SCOPES
from bot.services.forwarding.forwarding import NobodyPicked
from bot.texts import Locale, Texts, pick_locale
from storage.drafts import Draft, Pick

FEATURE = "forward"


@dataclass(frozen=True, slots=True)
class Panel:
    """What the picker shows at one moment."""

    draft: Draft
    friends: Sequence[Friend]
    texts: Texts
    warning: str = ""

    @property
    def locale(self) -> Locale:
        """The language of whoever began the draft."""
        return pick_locale(self.draft.locale)

    @property
    def found(self) -> list[Friend]:
        """The friends whose names hold what was searched for."""
        query = self.draft.query.casefold()
        return [friend for friend in self.friends if query in friend.profile_nickname.casefold()]

    @property
    def pages(self) -> int:
        """How many pages the found friends fill, one at least."""
        return max(1, -(-len(self.found) // SELECT_OPTIONS))

    @property
    def page(self) -> int:
        """The page shown, also when the list has become shorter meanwhile."""
        return min(max(self.draft.page, 0), self.pages - 1)

    @property
    def shown(self) -> list[Friend]:
        """The friends on this page."""
        return self.found[self.page * SELECT_OPTIONS : (self.page + 1) * SELECT_OPTIONS]

    def say(self, key: str, **arguments: str | int) -> str:
        """Return a text in the language of this panel."""
        return self.texts.say(self.locale, key, **arguments)

    def text(self) -> str:
        """Return the question, whom the member has picked and what to know."""
        if not self.friends:
            return self.say("forward-friends-nobody")
        lines = [self.say("forward-friends-question", limit=MAX_RECEIVERS)]
        if self.draft.query:
            lines.append(self._search_line())
        if self.draft.picks:
            names = ", ".join(plain(pick.name) for pick in self.draft.picks)
            lines.append(self.say("forward-friends-picked", names=names))
        if self.warning:
            lines.append(f"⚠️ {self.warning}")
        return "\n".join(lines)

    def _search_line(self) -> str:
        key = "forward-friends-found" if self.found else "forward-friends-none-found"
        return self.say(key, query=plain(self.draft.query), count=len(self.found))

    def preview(self) -> list[discord.Embed]:
        """Return the card as KakaoTalk will show it."""
        return card_preview(self.draft.card, self.texts, self.locale)

    def view(self) -> discord.ui.View:
        """Return the select and the buttons."""
        if not self.friends:
            return items(*self._way_back())
        select = [FriendSelect.of(self)] if self.shown else []
        return items(*select, *self._buttons(), *self._way_back())

    def _way_back(self) -> "list[discord.ui.Button[Any]]":
        """Return the button to a card that the member wrote; `ComposeButton` takes its clicks."""
        if self.draft.form is None:
            return []
        custom_id = f"kkachi:compose:open:{self.draft.id}"
        label = self.say("compose-button-edit")
        return [discord.ui.Button(custom_id=custom_id, label=label, row=2)]

    def _buttons(self) -> "list[DraftButton]":
        draft, count = self.draft.id, len(self.draft.picks)
        last = self.pages - 1
        paging = [
            PickerButton("back", draft, "◀", row=1, disabled=self.page == 0),
            PickerButton("next", draft, "▶", row=1, disabled=self.page == last),
        ]
        search = PickerButton("search", draft, self.say("forward-button-search"), row=1)
        everyone = PickerButton("all", draft, self.say("forward-button-all"), row=1)
        send = PickerButton(
            "send",
            draft,
            self.say("forward-button-send", count=count),
            row=2,
            style=discord.ButtonStyle.success,
            disabled=not count,
        )
        cancel = PickerButton("cancel", draft, self.say("forward-button-cancel"), row=2)
        middle = [search, everyone] if self.draft.query else [search]
        return [*(paging if last else []), *middle, send, cancel]


async def panel_of(client: discord.Client, draft: Draft, warning: str = "") -> Panel:
    """Return the panel for a draft with the friends as they are now."""
    services = services_of(client)
    friends = await services.friends.of(draft.member_id)
    return Panel(draft, friends, services.texts, warning)


async def show_panel(interaction: discord.Interaction, draft: Draft, warning: str = "") -> None:
    """Show the panel, or ask at Kakao for what is missing; then it appears by itself."""
    async with _keeping(interaction, draft):
        panel = await panel_of(interaction.client, draft, warning)
        if interaction.type is discord.InteractionType.application_command:
            await say(interaction, panel.text(), view=panel.view(), embeds=panel.preview())
        else:
            await interaction.edit_original_response(content=panel.text(), view=panel.view())


@asynccontextmanager
async def _keeping(interaction: discord.Interaction, draft: Draft) -> AsyncIterator[None]:
    """Ask the member to agree or link where that is missing; the draft goes on afterwards."""
    try:
        yield
    except (NotLinked, LinkBroken, ConsentMissing) as error:
        await refuse(interaction, error, draft_id=draft.id, scopes=FRIENDS_SCOPES)


async def _own_draft(interaction: discord.Interaction, draft_id: str) -> Draft:
    """Return the member's own draft, as long as it may leave the server it is from."""
    draft = await services_of(interaction.client).forwarding.open(interaction.user.id, draft_id)
    await check_load(interaction, draft, FEATURE)
    return draft


class FriendSelect(
    Answered,
    discord.ui.DynamicItem[discord.ui.Select[Any]],
    template=r"kkachi:friends:(?P<draft>[\w-]+)",
):
    """The friends on one page of the panel."""

    feature = FEATURE

    def __init__(self, select: discord.ui.Select[Any], draft_id: str) -> None:
        super().__init__(select)
        self.draft_id = draft_id

    @classmethod
    def of(cls, panel: Panel) -> Self:
        """Return the select for the page that the panel shows."""
        picked = {pick.uuid for pick in panel.draft.picks}
        select: discord.ui.Select[Any] = discord.ui.Select(
            custom_id=f"kkachi:friends:{panel.draft.id}",
            placeholder=panel.say(
                "forward-friends-placeholder", page=panel.page + 1, pages=panel.pages
            ),
            min_values=0,
            max_values=min(MAX_RECEIVERS, len(panel.shown)),
            options=[
                _option(panel, friend, default=friend.uuid in picked) for friend in panel.shown
            ],
            row=0,
        )
        return cls(select, panel.draft.id)

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Read the select of a message that may be older than this process."""
        return cls(cast("discord.ui.Select[Any]", item), match["draft"])

    async def press(self, interaction: discord.Interaction) -> None:
        """Keep the picks of this page beside those of the others."""
        await defer_edit(interaction)
        draft = await _own_draft(interaction, self.draft_id)
        async with _keeping(interaction, draft):
            await self._pick(interaction, draft)

    async def _pick(self, interaction: discord.Interaction, draft: Draft) -> None:
        services = services_of(interaction.client)
        friends = await services.friends.of(draft.member_id)
        names = {friend.uuid: friend.profile_nickname for friend in friends}
        picked = [Pick(uuid, names[uuid]) for uuid in self.item.values if uuid in names]
        shown = [option.value for option in self.item.options]
        warning = ""
        try:
            draft = await services.forwarding.pick(draft, shown, picked)
        except TooManyFriends as error:
            warning = sentence(services.texts, pick_locale(draft.locale), error)
        await show_panel(interaction, draft, warning)


def _option(panel: Panel, friend: Friend, *, default: bool) -> discord.SelectOption:
    name = friend.profile_nickname or panel.say("forward-friends-unnamed")
    label = f"★ {name}" if friend.favorite else name
    return discord.SelectOption(label=label[:OPTION_LABEL], value=friend.uuid, default=default)


class PickerButton(
    DraftButton,
    template=r"kkachi:draft:(?P<act>back|next|search|all|send|cancel):(?P<draft>[\w-]+)",
):
    """A button of the panel on which a member picks friends."""

    feature = FEATURE
    panel = "draft"

    async def press(self, interaction: discord.Interaction) -> None:
        """Do what this button is for."""
        if self.act == "search":
            draft = await _own_draft(interaction, self.draft_id)
            await interaction.response.send_modal(
                SearchModal(draft, services_of(interaction.client).texts)
            )
            return
        await defer_edit(interaction)
        draft = await _own_draft(interaction, self.draft_id)
        match self.act:
            case "send":
                await _send(interaction, draft)
            case "cancel":
                await cancel(interaction, draft)
            case _:
                async with _keeping(interaction, draft):
                    await _move(interaction, draft, self.act)


async def _move(interaction: discord.Interaction, draft: Draft, act: str) -> None:
    forwarding = services_of(interaction.client).forwarding
    if act == "all":
        draft = await forwarding.search(draft, "")
    else:
        page = (await panel_of(interaction.client, draft)).page
        draft = await forwarding.turn(draft, page + (1 if act == "next" else -1))
    await show_panel(interaction, draft)


async def cancel(interaction: discord.Interaction, draft: Draft) -> None:
    """Throw a draft away and say so in place of its panel."""
    services = services_of(interaction.client)
    await services.forwarding.discard(draft)
    text = services.texts.say(pick_locale(draft.locale), "forward-friends-cancelled")
    await interaction.edit_original_response(content=text, embeds=[], view=items())


async def _send(interaction: discord.Interaction, draft: Draft) -> None:
    if not draft.picks:
        raise NobodyPicked
    await check_load(interaction, draft, FEATURE, sends=len(draft.picks))
    services, locale = services_of(interaction.client), pick_locale(draft.locale)
    sending = services.texts.say(locale, "forward-friends-sending")
    await interaction.edit_original_response(content=sending, view=items())
    rows = await services.forwarding.to_friends(draft)
    await services.friends.forget(draft.member_id)
    await show_results(interaction, rows)


class SearchModal(discord.ui.Modal):
    """Asks for a part of a friend's name."""

    def __init__(self, draft: Draft, texts: Texts) -> None:
        locale = pick_locale(draft.locale)
        super().__init__(title=texts.say(locale, "forward-search-title"))
        self.draft_id = draft.id
        self.name: discord.ui.TextInput[Self] = discord.ui.TextInput(
            default=draft.query, required=False, max_length=30
        )
        self.add_item(
            discord.ui.Label(text=texts.say(locale, "forward-search-label"), component=self.name)
        )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Show the friends whose names hold what was typed."""
        async with answering(interaction):
            await check_feature(interaction, FEATURE)
            await defer_edit(interaction)
            draft = await _own_draft(interaction, self.draft_id)
            forwarding = services_of(interaction.client).forwarding
            draft = await forwarding.search(draft, self.name.value.strip())
            await show_panel(interaction, draft)
