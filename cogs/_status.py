"""What `/kakao status` shows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import discord

from bot.services.highlight import Source
from bot.services.jumps import message_address
from bot.texts import Locale, Texts
from cogs._results import line
from storage.deliveries import Delivery
from storage.links import Link

# What Kkachi plans for a day, well below Kakao's limit of 100 for each sender.
DAILY_TO_ME = 20
SCOPES = ("profile_nickname", "talk_message", "friends")
GREEN = discord.Colour(0x3BA55D)
RED = discord.Colour(0xED4245)


@dataclass(frozen=True, slots=True)
class Status:
    """A member's link, what is left today and how the last sends went."""

    texts: Texts
    locale: Locale
    link: Link
    sent_today: int
    last: Sequence[Delivery]

    def embeds(self) -> list[discord.Embed]:
        """Return all of it, ready to show."""
        return [self._connection(), self._sends()]

    def _connection(self) -> discord.Embed:
        sound = self.link.broken_at is None
        left = max(0, DAILY_TO_ME - self.sent_today)
        embed = discord.Embed(
            title=self._say("kakao-status-title", nickname=self.link.nickname),
            description=self._say("kakao-status-sound" if sound else "kakao-status-broken"),
            colour=GREEN if sound else RED,
        )
        embed.add_field(name=self._say("kakao-status-scopes"), value="\n".join(self._scopes()))
        embed.add_field(
            name=self._say("kakao-status-allowance"),
            value=self._say("kakao-status-left", left=left, limit=DAILY_TO_ME),
        )
        return embed

    def _sends(self) -> discord.Embed:
        sends = "\n".join(map(self._send, self.last))
        return discord.Embed(
            title=self._say("kakao-status-last"),
            description=sends or self._say("kakao-status-no-sends"),
        )

    def _scopes(self) -> Iterator[str]:
        for scope in SCOPES:
            mark = "✅" if scope in self.link.scopes else "➖"
            yield f"{mark} " + self._say(f"kakao-scope-{scope}")

    def _send(self, row: Delivery) -> str:
        text = f"{line(self.texts, self.locale, row)} · <t:{int(row.created_at)}:R>"
        if row.channel_id is None or row.message_id is None:
            return text
        address = message_address(Source(row.guild_id, row.channel_id, row.message_id))
        return f"{text} · [{self._say('kakao-status-original')}]({address})"

    def _say(self, key: str, **arguments: str | int) -> str:
        return self.texts.say(self.locale, key, **arguments)
