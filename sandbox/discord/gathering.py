"""What people do together in a server: talk, stream, pin, open threads, post, give roles."""

from collections.abc import Iterable
from typing import Protocol

from sandbox.discord.messages import CROSSPOSTED, Message
from sandbox.discord.payloads import CannotDo
from sandbox.discord.permissions import Permission, rank
from sandbox.discord.state import (
    ANNOUNCEMENT,
    FORUM,
    HEARD,
    TEXT,
    Channel,
    Guild,
    Member,
    Role,
    User,
)
from sandbox.discord.voice import VoiceState
from sandbox.discord.world import World

Place = Channel | str | int
LONGEST_NAME = 100
LONGEST_NICK = 32
MOST_TAGS = 5
MOST_PINS = 250


class Somebody(Protocol):
    """What a person must have for that."""

    world: World
    user: User

    @property
    def name(self) -> str:
        """What people call them."""

    def find(self, place: Place) -> Channel:
        """Give a channel this person sees."""

    async def say(self, place: Place, text: str = "") -> Message:
        """Write a message."""

    def _allowed(self, place: Place, *needed: Permission) -> Channel: ...

    def _readable(self, message: Message) -> Message: ...


class Gathering:
    """The verbs for it."""

    # voice

    async def join_voice(self: Somebody, place: Place) -> None:
        """Enter a voice or stage channel, leaving the one before."""
        channel = self._allowed(place, Permission.CONNECT)
        if channel.kind not in HEARD:
            raise CannotDo(f"{channel.name} is no voice channel")
        self.world.move_voice(self.user, channel)

    async def leave_voice(self: Somebody) -> None:
        """Leave the voice channel."""
        self.world.move_voice(self.user, None)

    async def stream(self: Somebody, *, on: bool = True) -> None:
        """Begin to show one's screen in the voice channel, or end it."""
        state, channel = _talking(self)
        if not self.world.may(self.user, channel) & Permission.STREAM:
            raise CannotDo(f"{self.name} may not stream there")
        state.streaming = on
        self.world.voice_changed(state)

    async def mute(self: Somebody, *, on: bool = True) -> None:
        """Switch one's microphone off, or on again."""
        state, _ = _talking(self)
        state.muted = on
        self.world.voice_changed(state)

    # messages

    async def flood(self: Somebody, place: Place, texts: Iterable[str]) -> list[Message]:
        """Write many messages at once."""
        return [await self.say(place, text) for text in texts]

    async def unreact(self: Somebody, message: Message, emoji: str) -> None:
        """Take one's reaction back."""
        if self.user not in self._readable(message).reactions.get(emoji, ()):
            raise CannotDo(f"{self.name} has not reacted with {emoji}")
        self.world.unreact(message, self.user, emoji)

    async def clear_reactions(self: Somebody, message: Message, emoji: str | None = None) -> None:
        """Take everybody's reactions away, or those with one emoji."""
        self._allowed(self._readable(message).channel, Permission.MANAGE_MESSAGES)
        self.world.clear_reactions(message, emoji)

    async def purge(self: Somebody, messages: Iterable[Message]) -> None:
        """Delete many messages of one channel at once, as a ban does."""
        gone = [self._readable(one) for one in messages]
        if len({one.channel.id for one in gone}) != 1:
            raise CannotDo("messages of one channel are deleted at once")
        self._allowed(gone[0].channel, Permission.MANAGE_MESSAGES)
        self.world.delete_many(gone)

    async def pin(self: Somebody, message: Message, *, on: bool = True) -> None:
        """Pin a message, or take the pin away."""
        channel = self._readable(message).channel
        self._allowed(channel, Permission.PIN_MESSAGES)
        if not message.written:
            raise CannotDo("what Discord itself wrote is not pinned")
        if on and len(self.world.pinned(channel)) >= MOST_PINS:
            raise CannotDo(f"a channel has at most {MOST_PINS} pins")
        self.world.pin(message, self.user if on else None)

    # threads and announcements

    async def open_thread(
        self: Somebody, place: Place, name: str, *, on: Message | None = None, private: bool = False
    ) -> Channel:
        """Open a thread in a channel, maybe on one of its messages."""
        needed = Permission.CREATE_PRIVATE_THREADS if private else Permission.CREATE_PUBLIC_THREADS
        channel = self._allowed(place, needed)
        if channel.kind not in (TEXT, ANNOUNCEMENT) or (private and channel.kind != TEXT):
            raise CannotDo(f"{channel.name} holds no such threads")
        if on is not None and (private or on.channel is not channel or on.thread is not None):
            raise CannotDo("a message of this channel has at most one thread, a public one")
        _check_name(name)
        return self.world.add_thread(channel, name, self.user, private=private, on=on)

    async def post(
        self: Somebody, place: Place, title: str, text: str, tags: Iterable[str] = ()
    ) -> Channel:
        """Post in a forum, with some of its tags; gives the thread."""
        forum = self._allowed(place, Permission.SEND_MESSAGES)
        if forum.kind != FORUM:
            raise CannotDo(f"{forum.name} is no forum")
        _check_name(title)
        known, wanted = {tag.name: tag for tag in forum.tags}, list(tags)
        if not set(wanted) <= set(known) or len(wanted) > MOST_TAGS:
            raise CannotDo(f"a post has up to {MOST_TAGS} of the tags {sorted(known)}")
        if not 0 < len(text) <= 2000:
            raise CannotDo("a post begins with 1 to 2,000 characters")
        return self.world.add_post(forum, title, text, self.user, [known[one] for one in wanted])

    async def follow(self: Somebody, news: Place, place: Place) -> None:
        """Let what an announcement channel publishes appear in another channel."""
        source, target = self.find(news), self._allowed(place, Permission.MANAGE_WEBHOOKS)
        if source.kind != ANNOUNCEMENT or target.kind != TEXT:
            raise CannotDo("a text channel follows an announcement channel")
        self.world.follow(source, target, self.user)

    async def publish(self: Somebody, message: Message) -> None:
        """Publish an announcement to the channels that follow."""
        channel = self._readable(message).channel
        if channel.kind != ANNOUNCEMENT or message.flags & CROSSPOSTED or not message.written:
            raise CannotDo("only announcements are published, each once")
        own = message.author is self.user
        self._allowed(channel, Permission.SEND_MESSAGES if own else Permission.MANAGE_MESSAGES)
        self.world.publish(message)

    # members

    async def call_oneself(self: Somebody, guild: Guild, nick: str | None) -> None:
        """Take another name in a server, or none of one's own any more."""
        if nick is not None and not 0 < len(nick) <= LONGEST_NICK:
            raise CannotDo(f"a nickname has 1 to {LONGEST_NICK} characters")
        guild.members[self.user.id].nick = nick
        self.world.member_changed(guild.members[self.user.id])

    async def give_role(self: Somebody, guild: Guild, whom: str, role: str) -> None:
        """Give somebody a role below one's own."""
        member, given = _movable(self, guild, whom, role)
        self.world.give_role(member, given, by=self.user)

    async def take_role(self: Somebody, guild: Guild, whom: str, role: str) -> None:
        """Take a role below one's own away from somebody."""
        member, taken = _movable(self, guild, whom, role)
        self.world.take_role(member, taken, by=self.user)


def _talking(somebody: Somebody) -> tuple[VoiceState, Channel]:
    state = somebody.world.voice_state(somebody.user)
    if state is None or state.channel is None:
        raise CannotDo(f"{somebody.name} is in no voice channel")
    return state, state.channel


def _check_name(name: str) -> None:
    if not 0 < len(name) <= LONGEST_NAME:
        raise CannotDo(f"a thread's name has 1 to {LONGEST_NAME} characters")


def _movable(somebody: Somebody, guild: Guild, whom: str, name: str) -> tuple[Member, Role]:
    """Find a member and a role that this person may give and take."""
    if not somebody.world.may_in(somebody.user, guild) & Permission.MANAGE_ROLES:
        raise CannotDo(f"{somebody.name} lacks MANAGE_ROLES in {guild.name}")
    role = guild.role(name)
    if role.bot_id is not None or role is guild.everyone:
        raise CannotDo(f"nobody gives {name}")
    if rank(guild.members[somebody.user.id]) <= role.position:
        raise CannotDo(f"{name} is not below {somebody.name}")
    return guild.member(whom), role
