"""Somebody who reads and writes at the local Discord: a person, or another bot."""

import base64
import re
from collections.abc import Iterable, Sequence

from sandbox.discord.bodies import Draft
from sandbox.discord.checks import check_message
from sandbox.discord.messages import (
    COMPONENTS_V2,
    LOADING,
    REPLY,
    SLASH_COMMAND,
    VOICE,
    Attachment,
    Message,
    Poll,
    pointer_to,
)
from sandbox.discord.payloads import CannotDo
from sandbox.discord.permissions import Permission, reads
from sandbox.discord.pictures import kind_by_name
from sandbox.discord.state import JSON, WITHOUT_MESSAGES, Channel, Guild, User
from sandbox.discord.world import World

MOST_REACTIONS = 20
# Of a file's name Discord keeps what is ASCII, and the whole of it elsewhere.
NOT_KEPT = re.compile(r"[^A-Za-z0-9_.()-]")
File = tuple[str, bytes]
Place = Channel | str | int


class Writer:
    """The verbs for it."""

    def __init__(self, world: World, user: User) -> None:
        self.world = world
        self.user = user
        self.site = world.site

    @property
    def id(self) -> int:
        return self.user.id

    @property
    def name(self) -> str:
        return self.user.name

    # seeing

    @property
    def dm(self) -> Channel:
        """The conversation with the bot."""
        return self.world.dm(self.user)

    @property
    def dms(self) -> list[Message]:
        """What the bot wrote to this person directly."""
        return [one for one in self.sees(self.dm) if one.author is self.world.bot]

    @property
    def guilds(self) -> list[Guild]:
        return [one for one in self.world.guilds if self.user.id in one.members]

    def channels(self, guild: Guild) -> list[Channel]:
        """Give the channels of a guild that this person sees."""
        return [one for one in guild.channels if self.world.sees(self.user, one)]

    def find(self, place: Place) -> Channel:
        """Give a channel this person sees, itself or by name or id."""
        if isinstance(place, Channel):
            return self._seen(place)
        name = place.removeprefix("#") if isinstance(place, str) else place
        for channel in self.world.channels():
            if name in (channel.name, channel.id) and self.world.sees(self.user, channel):
                return channel
        raise CannotDo(f"{self.name} sees no channel {place}")

    def sees(self, place: Place) -> list[Message]:
        """Give the messages of a channel as this person finds them, own ephemerals included."""
        return [one for one in self.world.messages(self.find(place)) if self.can_read(one)]

    def can_read(self, message: Message) -> bool:
        if message.only_for is not None:
            return message.only_for is self.user
        return reads(self.world.may(self.user, message.channel), message.channel)

    def _seen(self, channel: Channel) -> Channel:
        if not self.world.sees(self.user, channel):
            raise CannotDo(f"{self.name} does not see {channel.name or 'this channel'}")
        return channel

    def _readable(self, message: Message) -> Message:
        if message.deleted or not self.can_read(message):
            raise CannotDo(f"{self.name} does not see this message")
        return message

    def _allowed(self, place: Place, *needed: Permission) -> Channel:
        channel = self.find(place)
        bits = self.world.may(self.user, channel)
        for one in needed:
            if not bits & one:
                raise CannotDo(f"{self.name} lacks {one.name} in {channel.name}")
        return channel

    # writing

    async def say(
        self, place: Place, text: str = "", *, files: Iterable[File] = (),
        reply_to: Message | None = None, embeds: Sequence[JSON] = (), poll: Poll | None = None,
        stickers: Iterable[str] = (), forward_of: Message | None = None,
        voice: tuple[float, str] | None = None, components: Sequence[JSON] = (),
    ) -> Message:  # fmt: skip
        """Write a message; `@이름` and `#채널` become mentions, as the app makes them.

        Only bots lay out what they write with components.
        """
        channel = self._writable(place)
        if len(text) > 2000:
            raise CannotDo("a message holds 2,000 characters")
        message = Message(self.world.ids.next(), channel, self.user, self.typed(text, channel))
        message.attachments = [self._attached(channel, name, data) for name, data in files]
        laid_out = {"embeds": list(embeds), "components": list(components)}
        drawn = Draft(self.world, channel, laid_out, [], message.attachments).fields()
        message.embeds, message.components = drawn["embeds"], drawn["components"]
        if components:
            self._lay_out(message, laid_out)
        message.poll = poll
        message.stickers = [self._sticker(name) for name in stickers]
        if voice is not None:
            self._speak(message, *voice)
        self._refer(message, reply_to, forward_of)
        self.world.place(message)
        return message

    def _lay_out(self, message: Message, body: JSON) -> None:
        if not self.user.bot or message.content:
            raise CannotDo("only bots use components, and then no other text")
        check_message(body, flags=COMPONENTS_V2)
        message.flags |= COMPONENTS_V2

    def _speak(self, message: Message, seconds: float, waveform: str) -> None:
        """Make a message with one sound file a voice message; the waveform is base64."""
        try:
            base64.b64decode(waveform, validate=True)
        except ValueError:
            raise CannotDo("the waveform of a voice message is base64") from None
        message.flags |= VOICE
        message.attachments[0].voice = (seconds, waveform)

    def _writable(self, place: Place) -> Channel:
        channel = self.find(place)
        if channel.kind in WITHOUT_MESSAGES:
            raise CannotDo(f"{channel.name} holds no messages")
        threaded = channel.thread is not None
        sending = Permission.SEND_MESSAGES_IN_THREADS if threaded else Permission.SEND_MESSAGES
        return self._allowed(channel, sending)

    def _attached(self, channel: Channel, name: str, data: bytes) -> Attachment:
        self._allowed(channel, Permission.ATTACH_FILES)
        stem, dot, ending = name.rpartition(".")
        kept = NOT_KEPT.sub("", stem.replace(" ", "_")) or "unknown"
        title = None if kept == stem else stem
        return self.world.attach(
            channel, kept + dot + ending, kind_by_name(name), data, title=title
        )

    def _sticker(self, name: str) -> JSON:
        return {"id": str(self.world.ids.next()), "name": name, "format_type": 1}

    def _refer(self, message: Message, reply_to: Message | None, forward: Message | None) -> None:
        if reply_to is not None:
            message.kind, message.reply_to = REPLY, self._readable(reply_to)
            message.reference = pointer_to(reply_to)
        if forward is not None:
            message.reference = pointer_to(self._readable(forward), kind=1)
            message.snapshots = [forward.snapshot()]

    def typed(self, text: str, channel: Channel) -> str:
        """Turn the names that the app would turn into mentions into them."""
        guild = channel.guild
        if guild is None:
            return text
        mentions = {f"@{one.name}": one.user.mention for one in guild.members.values()}
        mentions |= {
            f"@{one.name}": one.mention for one in guild.roles if one is not guild.everyone
        }
        mentions |= {f"#{one.name}": one.mention for one in guild.channels}
        known = sorted(mentions, key=len, reverse=True)
        pattern = "|".join(re.escape(one) for one in known if len(one) > 1)
        return re.sub(pattern, lambda found: mentions[found[0]], text) if pattern else text

    async def edit(self, message: Message, text: str) -> Message:
        if message.author is not self.user:
            raise CannotDo("one edits only one's own messages")
        message.content = self.typed(text, message.channel)
        self.world.edited(message)
        return message

    async def think(self, place: Place) -> Message:
        """Let a bot say that its answer to somebody comes."""
        flags, kind = LOADING, SLASH_COMMAND
        return self.world.post(self._writable(place), self.user, flags=flags, kind=kind)

    async def fill_in(self, message: Message, text: str) -> None:
        """Let a bot give the answer that was to come; that is no edit."""
        if message.author is not self.user or not message.thinking:
            raise CannotDo("only an answer of one's own that is to come is filled in")
        message.flags &= ~LOADING
        message.content = text
        self.world.edited(message, stamped=False)

    async def delete(self, message: Message) -> None:
        """Delete a message, or dismiss what only this person sees."""
        if self._readable(message).only_for is not None:
            self.world.forget(message)
            return
        if message.author is not self.user:
            self._allowed(message.channel, Permission.MANAGE_MESSAGES)
        self.world.delete(message)

    async def react(self, message: Message, emoji: str, *, burst: bool = False) -> None:
        """Add a reaction, maybe a super one, or take one's own back."""
        self._readable(message)
        if emoji.isalnum() or emoji.isspace():
            raise CannotDo(f"{emoji} is no emoji")
        if self.user in message.reactions.get(emoji, ()):
            self.world.unreact(message, self.user, emoji)
            return
        if emoji not in message.reactions:
            self._allowed(message.channel, Permission.ADD_REACTIONS)
            if len(message.reactions) >= MOST_REACTIONS:
                raise CannotDo(f"a message has at most {MOST_REACTIONS} different reactions")
        self.world.react(message, self.user, emoji, burst=burst)

    async def vote(self, message: Message, answer: int) -> None:
        """Vote in a poll, by the answer's number from 1."""
        self.world.vote(self._readable(message), self.user, answer)

    async def end_poll(self, message: Message) -> None:
        """End a poll of one's own before its time."""
        if message.author is not self.user:
            raise CannotDo("one ends only one's own polls")
        self.world.end_poll(message)
