"""The panel on which a member picks friends; all it remembers stands in the draft."""

import re
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Self, cast

import discord

from bot.discord.access import check_feature, check_load
from bot.discord.cog import Answered, answering
from bot.discord.limits import OPTION_LABEL, SELECT_OPTIONS
from bot.discord.plugin import services_of
from bot.discord.replies import defer_edit, items, locale_of, refuse, say
from bot.discord.ui.buttons import DraftButton
from bot.discord.ui.card_embed import card_preview
from bot.discord.ui.results import show_results
from bot.discord.words import plain, sentence
from bot.errors import ConsentMissing, LinkBroken, NotLinked, TooManyFriends
from bot.kakao import MAX_RECEIVERS
from bot.services.accounts.oauth import FRIENDS_SCOPES
from bot.services.accounts.visibility import FriendList, KnownFriend
from bot.services.cards.markdown import one_line
from bot.services.forwarding.forwarding import NobodyPicked
from bot.texts import Locale, Texts, pick_locale
from storage.drafts import Draft, Pick

FEATURE = "forward"
NAME = 60  # characters of a friend's name, so that the one at Discord has room in an option
User = discord.Member | discord.User


@dataclass(frozen=True, slots=True)
class Panel:
    """What the picker shows at one moment."""

    draft: Draft
    known: FriendList
    texts: Texts
    warnings: Sequence[str] = ()
    asks_members: bool = False
    """Whether friends can be picked by who they are at Discord too."""

    @property
    def locale(self) -> Locale:
        """The language of whoever began the draft."""
        return pick_locale(self.draft.locale)

    @property
    def found(self) -> list[KnownFriend]:
        """The friends whose names hold what was searched for."""
        query = self.draft.query.casefold()
        return [one for one in self.known.friends if query in self.title(one).casefold()]

    @property
    def picked(self) -> list[KnownFriend]:
        """The friends who are picked and still there."""
        uuids = {pick.uuid for pick in self.draft.picks}
        return [one for one in self.known.friends if one.friend.uuid in uuids]

    @property
    def pages(self) -> int:
        """How many pages the found friends fill, one at least."""
        return max(1, -(-len(self.found) // SELECT_OPTIONS))

    @property
    def page(self) -> int:
        """The page shown, also when the list has become shorter meanwhile."""
        return min(max(self.draft.page, 0), self.pages - 1)

    @property
    def shown(self) -> list[KnownFriend]:
        """The friends on this page."""
        return self.found[self.page * SELECT_OPTIONS : (self.page + 1) * SELECT_OPTIONS]

    def say(self, key: str, **arguments: str | int) -> str:
        """Return a text in the language of this panel."""
        return self.texts.say(self.locale, key, **arguments)

    def name(self, one: KnownFriend) -> str:
        """Return what a friend is called in KakaoTalk; it can pass for no name at Discord."""
        name = one_line(one.friend.profile_nickname).replace("@", "＠")
        return name[:NAME] or self.say("forward-friends-unnamed")

    def title(self, one: KnownFriend) -> str:
        """Return the name of a friend, with the one at Discord where the member may see it."""
        return f"{self.name(one)} · @{one.username}" if one.username else self.name(one)

    def text(self) -> str:
        """Return the question, whom the member has picked and what to know."""
        if not self.known.friends:
            nobody = self.say("forward-friends-nobody")
            return "\n".join([nobody, self.missing(), *self._warnings()])
        lines = [self.say("forward-friends-question", limit=MAX_RECEIVERS)]
        if self.draft.query:
            lines.append(self._search_line())
        if self.draft.picks:
            titles = {one.friend.uuid: self.title(one) for one in self.picked}
            names = ", ".join(plain(titles.get(pick.uuid, pick.name)) for pick in self.draft.picks)
            lines.append(self.say("forward-friends-picked", names=names))
        return "\n".join([*lines, *self._warnings()])

    def missing(self) -> str:
        """Return why a friend may be missing, whoever it is."""
        return self.say("forward-friends-missing")

    def _search_line(self) -> str:
        query = plain(self.draft.query)
        if not self.found:
            none = self.say("forward-friends-none-found", query=query)
            return f"{none}\n{self.missing()}"
        return self.say("forward-friends-found", query=query, count=len(self.found))

    def _warnings(self) -> list[str]:
        away = [] if self.known.has_names else [self.say("forward-friends-names-away")]
        return [f"⚠️ {line}" for line in (*away, *self.warnings)]

    def preview(self) -> list[discord.Embed]:
        """Return the card as KakaoTalk will show it."""
        return card_preview(self.draft.card, self.texts, self.locale)

    def view(self) -> discord.ui.View:
        """Return the select and the buttons."""
        if not self.known.friends:
            return items(*self._way_back())
        select = [FriendSelect.of(self)] if self.shown else []
        members = [MemberSelect.of(self)] if self.asks_members else []
        return items(*select, *members, *self._buttons(), *self._way_back())

    def _way_back(self) -> "list[discord.ui.Button[Any]]":
        """Return the button to a card that the member wrote; `ComposeButton` takes its clicks."""
        if self.draft.form is None:
            return []
        custom_id = f"kkachi:compose:open:{self.draft.id}"
        label = self.say("compose-button-edit")
        return [discord.ui.Button(custom_id=custom_id, label=label, row=3)]

    def _buttons(self) -> "list[DraftButton]":
        draft, count = self.draft.id, len(self.draft.picks)
        last = self.pages - 1
        paging = [
            PickerButton("back", draft, "◀", row=2, disabled=self.page == 0),
            PickerButton("next", draft, "▶", row=2, disabled=self.page == last),
        ]
        search = PickerButton("search", draft, self.say("forward-button-search"), row=2)
        everyone = PickerButton("all", draft, self.say("forward-button-all"), row=2)
        missing = PickerButton("missing", draft, self.say("forward-button-missing"), row=2)
        send = PickerButton(
            "send",
            draft,
            self.say("forward-button-send", count=count),
            row=3,
            style=discord.ButtonStyle.success,
            disabled=not count,
        )
        cancel = PickerButton("cancel", draft, self.say("forward-button-cancel"), row=3)
        middle = [search, everyone] if self.draft.query else [search]
        return [*(paging if last else []), *middle, missing, send, cancel]


async def panel_of(
    client: discord.Client, draft: Draft, guild_id: int | None, chosen: Collection[int] = ()
) -> Panel:
    """Return the panel for a draft with the friends as they are now, as seen in a server."""
    services = services_of(client)
    known = await services.visibility.friends(draft.member_id, guild_id, chosen)
    asks_members = guild_id is not None and client.get_guild(guild_id) is not None
    return Panel(draft, known, services.texts, asks_members=asks_members)


async def panel_after_kakao(client: discord.Client, draft: Draft) -> Panel:
    """Return the panel for a draft whose member was away at Kakao, with whom they had named."""
    named = services_of(client).drafts.named
    chosen = named.get(draft.id, {})
    panel = await panel_of(client, draft, draft.guild_id, chosen)
    if chosen:
        panel = await with_members(client, panel, chosen)
        named.pop(draft.id, None)
    return panel


async def show_panel(
    interaction: discord.Interaction, draft: Draft, warnings: Sequence[str] = ()
) -> None:
    """Show the panel, or ask at Kakao for what is missing; then it appears by itself.

    At first it says with it what to know of the draft.
    """
    async with _keeping(interaction, draft):
        panel = await _panel(interaction, draft)
        await _show(interaction, replace(panel, warnings=warnings))


async def show_panel_for(
    interaction: discord.Interaction,
    draft: Draft,
    members: Sequence[User],
    warnings: Sequence[str] = (),
) -> None:
    """Show the panel like `show_panel`, with those of these members picked who can be."""
    named = services_of(interaction.client).drafts.named
    chosen = {member.id: f"@{member.name}" for member in members}
    async with _keeping(interaction, draft):
        named[draft.id] = chosen
        panel = await _panel(interaction, draft, chosen)
        named.pop(draft.id, None)
        panel = await with_members(interaction.client, panel, chosen)
        await _show(interaction, replace(panel, warnings=(*panel.warnings, *warnings)))


async def _panel(
    interaction: discord.Interaction, draft: Draft, chosen: Collection[int] = ()
) -> Panel:
    """Return the panel as seen where somebody presses; in direct messages in the draft's server."""
    here = interaction.guild_id
    guild_id = draft.guild_id if here is None else here
    panel = await panel_of(interaction.client, draft, guild_id, chosen)
    return replace(panel, asks_members=panel.asks_members and here is not None)


async def _show(interaction: discord.Interaction, panel: Panel) -> None:
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
            options=[_option(panel, one, default=one.friend.uuid in picked) for one in panel.shown],
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
        panel = await _panel(interaction, draft)
        friends = {one.friend.uuid: one for one in panel.known.friends}
        chosen = [friends[uuid] for uuid in self.item.values if uuid in friends]
        shown = [option.value for option in self.item.options]
        await _show(interaction, await _with(interaction.client, panel, chosen, shown))


def _option(panel: Panel, one: KnownFriend, *, default: bool) -> discord.SelectOption:
    mark = "★ " if one.friend.favorite else ""
    refuses = None if one.friend.takes_messages else panel.say("forward-friends-takes-none")
    return discord.SelectOption(
        label=f"{mark if refuses is None else '🚫 '}{panel.title(one)}"[:OPTION_LABEL],
        value=one.friend.uuid,
        description=refuses,
        default=default,
    )


class MemberSelect(
    Answered,
    discord.ui.DynamicItem[discord.ui.UserSelect[Any]],
    template=r"kkachi:members:(?P<draft>[\w-]+)",
):
    """Members of the server, of whom some are friends whom one may know."""

    feature = FEATURE

    def __init__(self, select: discord.ui.UserSelect[Any], draft_id: str) -> None:
        super().__init__(select)
        self.draft_id = draft_id

    @classmethod
    def of(cls, panel: Panel) -> Self:
        """Return the select for a panel."""
        select: discord.ui.UserSelect[Any] = discord.ui.UserSelect(
            custom_id=f"kkachi:members:{panel.draft.id}",
            placeholder=panel.say("forward-friends-members"),
            min_values=0,
            max_values=MAX_RECEIVERS,
            default_values=[
                discord.SelectDefaultValue(
                    id=one.member_id, type=discord.SelectDefaultValueType.user
                )
                for one in panel.picked
                if one.member_id is not None
            ],
            row=1,
        )
        return cls(select, panel.draft.id)

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Read the select of a message that may be older than this process."""
        return cls(cast("discord.ui.UserSelect[Any]", item), match["draft"])

    async def press(self, interaction: discord.Interaction) -> None:
        """Pick those who can be, beside the picks of whom Discord knows nothing."""
        await defer_edit(interaction)
        draft = await _own_draft(interaction, self.draft_id)
        await show_panel_for(interaction, draft, self.item.values)


async def with_members(client: discord.Client, panel: Panel, chosen: Mapping[int, str]) -> Panel:
    """Pick friends by who they are at Discord, and say who cannot be.

    All whom one may not know to be friends are told of in the same words, whatever the reason is.
    """
    if not panel.known.has_names:
        return panel  # it says so
    friends = panel.known.among(chosen)
    unknown = [name for member_id, name in chosen.items() if member_id not in friends]
    shown = [one.friend.uuid for one in panel.known.friends if one.member_id is not None]
    panel = await _with(client, panel, list(friends.values()), shown)
    if not unknown:
        return panel
    names = ", ".join(plain(name) for name in unknown)
    reason = panel.say("forward-friends-unreached", names=names)
    return replace(panel, warnings=(reason, *panel.warnings))


async def _with(
    client: discord.Client, panel: Panel, chosen: Sequence[KnownFriend], shown: Sequence[str]
) -> Panel:
    """Pick these friends instead of those `shown`, and say who cannot be picked."""
    warnings = []
    refusing = [panel.title(one) for one in chosen if not one.friend.takes_messages]
    if refusing:
        names = ", ".join(plain(title) for title in refusing)
        warnings.append(panel.say("forward-friends-refusing", names=names))
    picks = [Pick(one.friend.uuid, panel.name(one)) for one in chosen if one.friend.takes_messages]
    draft = panel.draft
    try:
        draft = await services_of(client).forwarding.pick(draft, shown, picks)
    except TooManyFriends as error:
        warnings.append(sentence(panel.texts, panel.locale, error))
    return replace(panel, draft=draft, warnings=tuple(warnings))


class PickerButton(
    DraftButton,
    template=r"kkachi:draft:(?P<act>back|next|search|all|missing|send|cancel):(?P<draft>[\w-]+)",
):
    """A button of the panel on which a member picks friends."""

    feature = FEATURE
    panel = "draft"

    async def press(self, interaction: discord.Interaction) -> None:
        """Do what this button is for."""
        if self.act == "missing":
            text = services_of(interaction.client).texts.say(
                locale_of(interaction), "forward-friends-missing"
            )
            await say(interaction, text)
            return
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
    panel = await _panel(interaction, draft)
    if act == "all":
        draft = await forwarding.search(draft, "")
    else:
        draft = await forwarding.turn(draft, panel.page + (1 if act == "next" else -1))
    await _show(interaction, replace(panel, draft=draft))


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
    if draft.digest_id is not None:
        await services.digests.check_whole(draft.digest_id)
    # A template may have gone since the picker was opened.
    draft = await services.compose.for_friends(draft)
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
