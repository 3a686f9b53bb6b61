"""What `/kakao status` shows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import discord

from bot.discord.limits import EMBED_FIELD_VALUE
from bot.discord.replies import fitting
from bot.discord.ui.card_embed import card_words
from bot.discord.ui.results import MARKS, doubts, line, outcome
from bot.discord.words import plain
from bot.kakao import FRIENDS, TALK_MESSAGE, Scope, cut
from bot.services.accounts.consents import Agreements
from bot.services.accounts.scopes import scope_name
from bot.services.deliveries.allowance import Left
from bot.services.deliveries.recent import COMPOSE, Send
from bot.services.messages.models import Source, message_address
from bot.texts import Locale, Texts
from storage.deliveries import Delivery, Waiting
from storage.links import Link

MOST_SERVERS = 3  # that are named
WORDS = 40
GREEN = discord.Colour(0x3BA55D)
RED = discord.Colour(0xED4245)


@dataclass(frozen=True, slots=True)
class Status:
    """A member's link, their consents, what is left today and how the last sends went."""

    texts: Texts
    locale: Locale
    link: Link
    consents: Agreements
    left: Left
    seen_in: Sequence[str | None]
    last: Sequence[Send]
    waiting: Sequence[Waiting] = ()
    found: int = 0
    """How much rules and subscriptions have found that is in no card yet."""

    @property
    def may_send(self) -> bool:
        """Whether the member agrees to what no card goes out without."""
        return TALK_MESSAGE in self.link.scopes

    def embeds(self) -> list[discord.Embed]:
        """Return all of it, ready to show."""
        return [self._connection(), self._sends()]

    def _connection(self) -> discord.Embed:
        state = "broken" if self.link.broken_at else "sound" if self.may_send else "silent"
        embed = discord.Embed(
            title=self._say("kakao-status-title", nickname=plain(self.link.nickname)),
            description=self._say(f"kakao-status-{state}"),
            colour=GREEN if state == "sound" else RED,
        )
        embed.add_field(
            name=self._say("kakao-status-scopes"), value="\n".join(self._scopes()), inline=False
        )
        embed.add_field(name=self._say("kakao-status-visible"), value=self._seen(), inline=False)
        left = self.left
        self._add_left(embed, "kakao-status-allowance", left.me, left.me_limit)
        if FRIENDS in self.link.scopes:
            self._add_left(embed, "kakao-status-friends", left.friends, left.friends_limit)
        return embed.set_footer(text=self._say("kakao-status-counts"))

    def _seen(self) -> str:
        known = [plain(name) for name in self.seen_in if name is not None]
        shown, others = known[:MOST_SERVERS], len(self.seen_in) - len(known[:MOST_SERVERS])
        if others:
            shown.append(self._say("kakao-status-visible-others", count=others))
        return ", ".join(shown) or self._say("kakao-status-visible-nowhere")

    def _add_left(self, embed: discord.Embed, name: str, left: int, limit: int) -> None:
        again = f"<t:{int(self.left.resets_at)}:R>"
        value = (
            self._say("kakao-status-left", left=left, limit=limit)
            if left
            else self._say("kakao-status-spent", limit=limit, when=again)
        )
        embed.add_field(name=self._say(name), value=value)

    def _sends(self) -> discord.Embed:
        rows = [send.delivery for send in self.last]
        lines = [*map(self._send, self.last), doubts(self.texts, self.locale, rows)]
        embed = discord.Embed(
            title=self._say("kakao-status-last", count=len(rows)),
            description=fitting(list(filter(None, lines))) or self._say("kakao-status-no-sends"),
        )
        if waiting := list(self._waiting()):
            name = self._say("kakao-status-waiting")
            embed.add_field(name=name, value=cut("\n".join(waiting), EMBED_FIELD_VALUE))
        return embed

    def _waiting(self) -> Iterator[str]:
        for group in self.waiting:
            state = outcome(self.texts, self.locale, group.first)
            mark = MARKS[group.first.state]
            yield f"{mark} {self._say('kakao-status-waits', count=group.count)} · {state}"
        if self.found:
            yield "🔎 " + self._say("kakao-status-found", count=self.found)

    def _scopes(self) -> Iterator[str]:
        yield from map(self._scope, self.consents.scopes)
        if not self.consents.live and self.link.broken_at is None:
            yield "⚠️ " + self._say("kakao-status-not-live")

    def _scope(self, scope: Scope) -> str:
        name = scope_name(self.texts, self.locale, scope.id, scope.display_name)
        name = plain(name)
        if not scope.agreed:
            return f"➖ {name}"
        required = self.consents.live and not scope.revocable
        return f"✅ {name}" + (f" · {self._say('kakao-scope-required')}" if required else "")

    def _send(self, send: Send) -> str:
        row = send.delivery
        text = f"{line(self.texts, self.locale, row)} · <t:{int(row.created_at)}:R>"
        what = " ".join(filter(None, (self._place(row), self._words(send))))
        if what:
            mark, _, rest = text.partition(" ")
            text = f"{mark} {what} · {rest}"
        if row.feature == COMPOSE or not (row.channel_id and row.message_id):
            return text
        address = message_address(Source(row.guild_id, row.channel_id, row.message_id))
        return f"{text} · [{self._say('kakao-status-original')}]({address})"

    def _words(self, send: Send) -> str:
        """Return by what a card is told from the others, as far as that may be seen now."""
        is_own = send.delivery.feature == COMPOSE
        words = send.words
        if send.card is not None:
            words = card_words(send.card, self.texts, self.locale)
        shown = f"“{plain(words, WORDS)}”" if words else ""
        if send.count > 1:
            together = self._say("kakao-status-together", count=send.count)
            return f"{together} {shown}".strip()
        if not shown and is_own:
            return self._say("kakao-status-own")
        if not shown and not send.delivery.message_id:
            return self._say("kakao-status-news")
        return shown

    def _place(self, row: Delivery) -> str:
        if row.guild_id is None:
            return ""
        return f"<#{row.channel_id}>" if row.channel_id is not None else ""

    def _say(self, key: str, **arguments: str | int) -> str:
        return self.texts.say(self.locale, key, **arguments)
