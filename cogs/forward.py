"""`/forward me`, `/forward friends` and the two message menus that do the same."""

from collections.abc import Sequence

import discord
from discord import app_commands
from discord.ext import commands

from bot.discord.carrying import carried
from bot.discord.cog import KkachiCog, ListenerLists
from bot.discord.consents import linked_text
from bot.discord.plugin import AnyBot
from bot.discord.replies import member_of
from bot.discord.several import Named, Read, carried_several
from bot.discord.ui.friend_picker import (
    FriendSelect,
    MemberSelect,
    PickerButton,
    User,
    panel_after_kakao,
    show_panel,
    show_panel_for,
)
from bot.discord.ui.results import RepeatButton, show_results
from bot.discord.words import sentence
from bot.errors import UserError
from bot.services.accounts.oauth import NewLink
from bot.services.forwarding.lists import MOST_MESSAGES
from storage.drafts import Draft

TO_ME, TO_FRIENDS = "Send to my KakaoTalk", "Send to Kakao friends"


class Forward(KkachiCog, commands.GroupCog, group_name="forward"):
    """Send a Discord message to KakaoTalk."""

    feature = "forward"
    outside = (TO_ME, TO_FRIENDS)
    components = (FriendSelect, MemberSelect, PickerButton, RepeatButton)

    def __init__(self, bot: AnyBot) -> None:
        super().__init__(bot)
        self.menus = [
            app_commands.ContextMenu(name=TO_ME, callback=self.send_to_me),
            app_commands.ContextMenu(name=TO_FRIENDS, callback=self.send_to_friends),
        ]

    def listeners(self) -> ListenerLists:
        """Listen to those who return from linking."""
        return ((self.services.linking.on_linked, self.go_on),)

    @app_commands.command()
    async def me(
        self,
        interaction: discord.Interaction,
        *,
        message: str,
        note: str | None = None,
        until: str | None = None,
        thread: bool = False,
    ) -> None:
        """Send a message to My Chatroom, your KakaoTalk chat with yourself.

        Args:
            interaction: who asks, and where
            message: Link of the message, or its ID in this channel
            note: A short note that goes first
            until: Link or ID of the last message, to send all between as one card (20 at most)
            thread: The whole thread of this message as one card (its newest 20)
        """
        named = Named(message, until, thread)
        if named.is_one:
            await self._to_me(interaction, message, note)
        else:
            await self._several_to_me(interaction, named, note)

    @app_commands.command()
    async def friends(
        self,
        interaction: discord.Interaction,
        *,
        message: str,
        note: str | None = None,
        until: str | None = None,
        thread: bool = False,
        to: User | None = None,
        to2: User | None = None,
        to3: User | None = None,
        to4: User | None = None,
        to5: User | None = None,
    ) -> None:
        """Send a message to up to five KakaoTalk friends.

        Args:
            interaction: who asks, and where
            message: Link of the message, or its ID in this channel
            note: A short note that goes first
            until: Link or ID of the last message, to send all between as one card (20 at most)
            thread: The whole thread of this message as one card (its newest 20)
            to: A member who is a Kakao friend of yours and shows their name here
            to2: Another such member
            to3: Another such member
            to4: Another such member
            to5: Another such member
        """
        members = [one for one in (to, to2, to3, to4, to5) if one is not None]
        named = Named(message, until, thread)
        if named.is_one:
            await self._to_friends(interaction, message, note, members)
        else:
            await self._several_to_friends(interaction, named, note, members)

    async def send_to_me(self, interaction: discord.Interaction, message: discord.Message) -> None:
        """Send the message that was clicked to the member's own chat."""
        await self._to_me(interaction, message)

    async def send_to_friends(
        self, interaction: discord.Interaction, message: discord.Message
    ) -> None:
        """Let the member pick friends for the message that was clicked."""
        await self._to_friends(interaction, message)

    async def go_on(self, new: NewLink) -> None:
        """Go on with the forward for whose sake the member went to Kakao."""
        if new.draft_id is None:
            return
        texts = self.services.texts
        try:
            draft = await self.services.drafts.open(new.member_id, new.draft_id)
            if draft.is_being_written:
                return  # not a matter of friends yet
            await self.services.access.check_load(new.member_id, draft, self.feature)
            panel = await panel_after_kakao(self.bot, draft)
        except UserError as error:
            why = sentence(texts, new.locale, error)
            linked = linked_text(texts, new, goes_on=False)
            await self.notices.tell(new.member_id, f"{linked}\n{why}")
        else:
            text = f"{linked_text(texts, new)}\n{panel.text()}"
            await self.notices.tell(new.member_id, text, view=panel.view(), embeds=panel.preview())

    async def _to_me(
        self,
        interaction: discord.Interaction,
        message: discord.Message | str,
        note: str | None = None,
    ) -> None:
        highlight = await carried(interaction, message, self.feature)
        forwarding = self.services.forwarding
        rows = await forwarding.to_me(member_of(interaction), highlight, note)
        await show_results(interaction, rows)

    async def _to_friends(
        self,
        interaction: discord.Interaction,
        message: discord.Message | str,
        note: str | None = None,
        members: Sequence[User] = (),
    ) -> None:
        highlight = await carried(interaction, message, self.feature)
        draft = await self.services.forwarding.draft(member_of(interaction), highlight, note)
        await self._pick_friends(interaction, draft, members)

    async def _pick_friends(
        self,
        interaction: discord.Interaction,
        draft: Draft,
        members: Sequence[User],
        warnings: Sequence[str] = (),
    ) -> None:
        if members:
            await show_panel_for(interaction, draft, members, warnings)
        else:
            await show_panel(interaction, draft, warnings)

    async def _several_to_me(
        self, interaction: discord.Interaction, named: Named, note: str | None
    ) -> None:
        read = await carried_several(interaction, named, self.feature)
        forwarding, member = self.services.forwarding, member_of(interaction)
        if len(read.several.messages) == 1:
            rows = await forwarding.to_me(member, read.several.messages[0], note)
        else:
            rows = await forwarding.several_to_me(member, read.several, note)
        await show_results(interaction, rows, besides=self._left_behind(interaction, read))

    async def _several_to_friends(
        self,
        interaction: discord.Interaction,
        named: Named,
        note: str | None,
        members: Sequence[User],
    ) -> None:
        read = await carried_several(interaction, named, self.feature)
        forwarding, member = self.services.forwarding, member_of(interaction)
        if len(read.several.messages) == 1:
            draft = await forwarding.draft(member, read.several.messages[0], note)
        else:
            draft = await forwarding.draft_of_several(member, read.several, note)
        warnings = self._left_behind(interaction, read)
        await self._pick_friends(interaction, draft, members, warnings)

    def _left_behind(self, interaction: discord.Interaction, read: Read) -> list[str]:
        """Say how many messages do not go along, and why."""
        lines = []
        if earlier := read.several.earlier:
            key = "forward-several-earlier-more" if read.is_more else "forward-several-earlier"
            lines.append(self.text(interaction, key, count=earlier, limit=MOST_MESSAGES))
        if read.opted_out:
            lines.append(self.text(interaction, "forward-several-opted-out", count=read.opted_out))
        return lines


async def setup(bot: AnyBot) -> None:
    """Add the cog to a bot that Kkachi's services were attached to."""
    await bot.add_cog(Forward(bot))
