"""How members hear of what happened outside Discord, such as a link that is made or lost."""

import asyncio
import logging
from collections.abc import Sequence

import discord

from bot.discord.failures import FAILURES, summary
from bot.services.cache import Bounded

_log = logging.getLogger(__name__)
NOBODY = discord.AllowedMentions.none()
# Discord closes an answer after a quarter of an hour.
MOST_ANSWERS = 2000


def is_private(interaction: discord.Interaction) -> bool:
    """Tell whether an answer must be for the member's eyes only: others may read along."""
    return interaction.guild_id is not None or interaction.context.private_channel


class _Kept:
    """An answer that changes as news comes in: one change at a time, the newest last."""

    def __init__(self, interaction: discord.Interaction) -> None:
        self.interaction = interaction
        self._news: str | None = None
        self._writing: asyncio.Task[None] | None = None

    def change(self, text: str) -> None:
        self._news = text
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())

    async def _write(self) -> None:
        while self._news is not None and not self.interaction.is_expired():
            text, self._news = self._news, None
            try:
                await self.interaction.edit_original_response(content=text)
            except Exception as error:  # noqa: BLE001  # nobody waits for this task
                _log.info("an answer was not changed: %s", type(error).__name__)


class Notices:
    """Tells a member something on the answer they wait for, or else by direct message."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client
        self._waiting = Bounded[int, discord.Interaction](MOST_ANSWERS)
        self._kept = Bounded[str, _Kept](MOST_ANSWERS)

    def expect(self, interaction: discord.Interaction) -> None:
        """Remember that this member was sent to a page and will come back to this answer."""
        self._waiting[interaction.user.id] = interaction

    def server_of(self, member_id: int) -> int | None:
        """Return the server in which this member waits for an answer, if Kkachi is in it."""
        waiting = self._waiting.get(member_id)
        if waiting is None or waiting.is_expired() or waiting.guild_id is None:
            return None
        return waiting.guild_id if self._client.get_guild(waiting.guild_id) else None

    def awaits(self, who: str) -> bool:
        """Tell whether a member, by their id, or what an answer was kept for is waited for here."""
        waiting = self._waiting.get(int(who)) if who.isdecimal() else None
        return who in self._kept or (waiting is not None and not waiting.is_expired())

    def keep(self, name: str, interaction: discord.Interaction) -> None:
        """Remember an answer that something outside Discord will change."""
        self._kept[name] = _Kept(interaction)

    def change(self, name: str, text: str) -> None:
        """Change a kept answer soon; one that Discord has closed by then stays as it is."""
        if kept := self._kept.get(name):
            kept.change(text)

    async def tell(
        self,
        member_id: int,
        text: str,
        *,
        view: discord.ui.View | None = None,
        embeds: Sequence[discord.Embed] = (),
        comes_back: bool = False,
    ) -> None:
        """Tell a member; one who can be reached in no way is left in peace.

        Whoever `comes_back` will be told more on the same answer.
        """
        view = view or discord.ui.View(timeout=None)
        waiting = self._waiting.pop(member_id, None)
        if comes_back and waiting is not None:
            self._waiting[member_id] = waiting
        if waiting is None or not await _follow_up(waiting, text, view, embeds):
            await self.send_direct(member_id, text, view=view, embeds=embeds)

    async def send_direct(
        self,
        member_id: int,
        text: str,
        *,
        view: discord.ui.View | None = None,
        embeds: Sequence[discord.Embed] = (),
    ) -> bool:
        """Write to a member; closed direct messages are their good right, and False."""
        view = view or discord.ui.View(timeout=None)
        try:
            channel = await self._client.create_dm(discord.Object(member_id))
            await channel.send(text, view=view, embeds=embeds, allowed_mentions=NOBODY)
        except FAILURES as error:
            _log.info("a member could not be told: %s", summary(error))
            return False
        return True


async def _follow_up(
    waiting: discord.Interaction,
    text: str,
    view: discord.ui.View,
    embeds: Sequence[discord.Embed],
) -> bool:
    if waiting.is_expired():
        return False
    try:
        await waiting.followup.send(
            text,
            view=view,
            embeds=embeds,
            ephemeral=is_private(waiting),
            allowed_mentions=NOBODY,
        )
    except FAILURES as error:
        _log.info("a follow-up has failed: %s", summary(error))
        return False
    return True
