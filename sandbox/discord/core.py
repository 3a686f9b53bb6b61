"""What every part of the world builds on: the time, ids, who is there, what they may, who hears."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

from sandbox.discord.commands import CommandBook
from sandbox.discord.intents import PRIVILEGED, Intent
from sandbox.discord.messages import Attachment, Message
from sandbox.discord.permissions import IN_A_DM, Permission, in_channel, in_guild
from sandbox.discord.signal import Signal
from sandbox.discord.snowflakes import Snowflakes
from sandbox.discord.state import JSON, Channel, Guild, Site, User


@dataclass(frozen=True)
class Event:
    """Something a bot may hear of over the gateway."""

    name: str
    data: JSON
    needs: Intent | None = None
    guild: Guild | None = None
    channel: Channel | None = None
    message: Message | None = None


class Core:
    """What is known, and how it is told."""

    def __init__(self, *, now: Callable[[], float], rng: random.Random) -> None:
        self._now = now
        self._ahead = 0.0
        self.random = rng
        self.site = Site()
        self.ids = Snowflakes(self.now)
        self.signal = Signal()
        self.guilds: list[Guild] = []
        self.users: dict[int, User] = {}
        self.dms: dict[int, Channel] = {}
        self.conversations: list[Channel] = []
        self.user_installs: set[int] = set()
        self.owner: User | None = None
        """Who owns the application: the first person, unless told."""
        self.team: dict[int, str] = {}
        """The team that owns it, members with their roles; none as a rule."""
        self.allows_user_install = True
        self.history: dict[int, dict[int, Message]] = {}
        self.attachments: dict[int, Attachment] = {}
        self.portraits: dict[str, bytes] = {}  # PNG, by the name of a person or a server
        self.problems: list[str] = []
        self.allowed_intents = PRIVILEGED
        self.shards_at_once = 1
        """How many shards may identify together (`max_concurrency`)."""
        self.on_change: list[Callable[[], None]] = []
        self.on_event: list[Callable[[Event], None]] = []
        self.application_id = self.ids.next()
        self.bot = self.add_user("bot", "Bot", bot=True)
        self.bot.id = self.application_id
        self.users = {self.bot.id: self.bot}
        self.books: dict[int | None, CommandBook] = {}

    def advance(self, seconds: float) -> None:
        """Move the clock of Discord forward: whatever was said is longer ago."""
        self._ahead += seconds
        self.changed()

    def now(self) -> float:
        """Tell the time, in seconds since 1970."""
        return self._now() + self._ahead

    def add_user(self, username: str, name: str, *, bot: bool = False) -> User:
        user = User(
            self.ids.next(), username, name, bot, avatar=f"{self.random.getrandbits(128):032x}"
        )
        self.users[user.id] = user
        return user

    # looking things up

    def channels(self) -> Iterator[Channel]:
        for guild in self.guilds:
            yield from guild.channels
        yield from self.dms.values()
        yield from self.conversations

    def channel(self, channel_id: int) -> Channel | None:
        return next((one for one in self.channels() if one.id == channel_id), None)

    def guild(self, guild_id: int) -> Guild | None:
        return next((one for one in self.guilds if one.id == guild_id), None)

    def name_of(self, number: str) -> str:
        """Give the name of a user or a guild, empty when there is none."""
        known: Iterator[User | Guild] = chain(self.users.values(), self.guilds)
        return next((one.name for one in known if str(one.id) == number), "")

    def messages(self, channel: Channel) -> list[Message]:
        return list(self.history.get(channel.id, {}).values())

    def message(self, channel: Channel, message_id: int) -> Message | None:
        return self.history.get(channel.id, {}).get(message_id)

    def find_message(self, message_id: int) -> Message | None:
        found = (places[message_id] for places in self.history.values() if message_id in places)
        return next(found, None)

    def book(self, guild_id: int | None = None) -> CommandBook:
        """Give the commands of one guild, or the global ones."""
        if guild_id not in self.books:
            self.books[guild_id] = CommandBook(self.application_id, self.ids, guild_id)
        return self.books[guild_id]

    def command(self, command_id: str | None, guild: Guild | None) -> JSON | None:
        """Give a registered command by its id, a global one or one of this guild."""
        books = [self.book(), *([self.book(guild.id)] if guild else [])]
        return next((one for book in books if (one := book.get(command_id or ""))), None)

    def may(self, user: User, channel: Channel) -> int:
        """Give the permission bits of a user in a channel; 0 for who does not belong there."""
        if channel.guild is None:
            return IN_A_DM if user in (channel.people or (channel.recipient, self.bot)) else 0
        member = channel.guild.members.get(user.id)
        return 0 if member is None else in_channel(member, channel, now=self.now())

    def may_in(self, user: User, guild: Guild) -> int:
        """Give the permission bits that a user's roles give in a guild."""
        member = guild.members.get(user.id)
        return 0 if member is None else in_guild(member)

    def sees(self, user: User, channel: Channel) -> bool:
        return bool(self.may(user, channel) & Permission.VIEW_CHANNEL)

    # events

    def tell(self, event: Event) -> None:
        for listener in self.on_event:
            listener(event)
        self.changed()

    def changed(self) -> None:
        """Wake those who wait, and let pages redraw."""
        self.signal.give()
        for listener in self.on_change:
            listener()
