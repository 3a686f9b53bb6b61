"""Channels, threads and posts: they come, change and go."""

from collections.abc import Iterable

from sandbox.discord.core import Event
from sandbox.discord.intents import Intent
from sandbox.discord.messages import (
    DEFAULT,
    HAS_THREAD,
    THREAD_MADE,
    THREAD_STARTER,
    Message,
    pointer_to,
)
from sandbox.discord.state import (
    ANNOUNCEMENT,
    ANNOUNCEMENT_THREAD,
    FORUM,
    JSON,
    PRIVATE_THREAD,
    PUBLIC_THREAD,
    TEXT,
    Channel,
    Guild,
    Overwrite,
    Tag,
    Thread,
    User,
)
from sandbox.discord.talk import Talk
from sandbox.discord.voice import Voices


class Places(Voices, Talk):
    """The verbs for it."""

    def add_channel(
        self, guild: Guild, name: str, *, kind: int = TEXT, topic: str | None = None,
        overwrites: list[Overwrite] | None = None, category: Channel | None = None,
        nsfw: bool = False, tags: Iterable[str] = (),
    ) -> Channel:  # fmt: skip
        position = len(guild.channels)
        channel = Channel(self.ids.next(), kind, name, guild, category, topic, position, nsfw=nsfw)
        channel.overwrites = overwrites or []
        channel.tags = [Tag(self.ids.next(), tag) for tag in tags]
        guild.channels.append(channel)
        self._channel_event("CHANNEL_CREATE", channel)
        return channel

    def channel_changed(self, channel: Channel) -> None:
        """Tell of a channel's new name, topic or overwrites."""
        self._channel_event("THREAD_UPDATE" if channel.thread else "CHANNEL_UPDATE", channel)

    def remove_channel(self, channel: Channel) -> None:
        """Take a channel away, with its threads and whoever talks in it."""
        if channel.guild is not None:
            channel.guild.channels.remove(channel)
            self._clear_out(channel, channel.guild)
        if channel.thread is None:
            self._channel_event("CHANNEL_DELETE", channel)
            return
        words = ("id", "guild_id", "parent_id", "type")
        data = {key: value for key, value in channel.payload().items() if key in words}
        self.tell(Event("THREAD_DELETE", data, Intent.GUILDS, channel.guild, channel))

    def _clear_out(self, channel: Channel, guild: Guild) -> None:
        for state in [one for one in self.voices_in(guild) if one.channel is channel]:
            self.move_voice(state.user, None)
        for inner in [one for one in guild.channels if one.parent is channel]:
            if inner.thread is not None:
                guild.channels.remove(inner)
            else:
                inner.parent = None
                self.channel_changed(inner)

    def _channel_event(self, name: str, channel: Channel) -> None:
        seen = None if name.endswith("DELETE") else channel
        self.tell(Event(name, channel.payload(), Intent.GUILDS, channel.guild, seen))

    # threads

    def add_thread(
        self, parent: Channel, name: str, owner: User, *, private: bool = False,
        on: Message | None = None, tags: Iterable[Tag] = (),
    ) -> Channel:  # fmt: skip
        """Add a thread of a channel or of a message, and the line that Discord writes about it."""
        public = ANNOUNCEMENT_THREAD if parent.kind == ANNOUNCEMENT else PUBLIC_THREAD
        kind = PRIVATE_THREAD if private else public
        channel = Channel(on.id if on else self.ids.next(), kind, name, parent.guild, parent)
        channel.thread = Thread(owner.id, private, {owner.id: self.now()}, tags=list(tags))
        if parent.guild is not None:
            parent.guild.channels.append(channel)
        self._tell_thread(channel, {"newly_created": True})
        if on is not None:
            self._start_with(channel, on)
        elif parent.kind != FORUM and not private:
            self._announce(parent, channel, owner)
        return channel

    def _tell_thread(self, channel: Channel, more: JSON) -> None:
        data = channel.payload() | more
        self.tell(Event("THREAD_CREATE", data, Intent.GUILDS, channel.guild, channel))

    def _start_with(self, channel: Channel, message: Message) -> None:
        """Mark the message, and let the thread begin with a pointer at it."""
        message.flags |= HAS_THREAD
        message.thread = channel
        self.edited(message, stamped=False)
        pointer = {"reference": pointer_to(message), "reply_to": message}
        self.post(channel, message.author, kind=THREAD_STARTER, **pointer)

    def _announce(self, parent: Channel, channel: Channel, owner: User) -> None:
        guild = {"guild_id": str(parent.guild.id)} if parent.guild else {}
        pointer = {"type": DEFAULT, "channel_id": str(channel.id), **guild}
        self.post(parent, owner, kind=THREAD_MADE, content=channel.name, reference=pointer)

    def add_post(
        self, forum: Channel, title: str, text: str, author: User, tags: list[Tag]
    ) -> Channel:
        """Add a post to a forum: a thread with the id of its first message."""
        made = self.add_thread(forum, title, author, tags=tags)
        forum.last_message_id = made.id
        self.place(Message(made.id, made, author, text))
        return made

    def join_thread(self, channel: Channel, user: User) -> None:
        """Let somebody into a thread; a bot that saw nothing of it before is told all of it."""
        if channel.thread is None or user.id in channel.thread.members or channel.guild is None:
            return
        was_seen = self.sees(self.bot, channel)
        channel.thread.members[user.id] = self.now()
        if user is self.bot and not was_seen:
            self._tell_thread(channel, {"member": channel.thread_member(user.id)})
        member = channel.guild.members[user.id].payload()
        joined = channel.thread_member(user.id) | {"member": member, "presence": None}
        self._thread_members(channel, user, {"added_members": [joined]})

    def _thread_members(self, channel: Channel, user: User, change: JSON) -> None:
        """Without the members intent a bot hears only of itself."""
        if channel.thread is None or channel.guild is None:
            return
        data = {
            "id": str(channel.id),
            "guild_id": str(channel.guild.id),
            "member_count": len(channel.thread.members),
            **change,
        }
        own = user is self.bot
        needs, seen = (Intent.GUILDS, None) if own else (Intent.GUILD_MEMBERS, channel)
        self.tell(Event("THREAD_MEMBERS_UPDATE", data, needs, channel.guild, seen))
