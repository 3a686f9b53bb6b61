"""Everything the local Discord remembers, and the few verbs that change it."""

import random
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sandbox.discord.commands import CommandBook
from sandbox.discord.events import ScheduledEvent, VoiceState
from sandbox.discord.intents import PRIVILEGED, Intent
from sandbox.discord.messages import (
    BOOSTED,
    CROSSPOSTED,
    JOINED,
    PINNED,
    Attachment,
    Message,
    emoji_payload,
    pointer_to,
)
from sandbox.discord.permissions import EVERYDAY, IN_A_DM, Permission, in_channel, in_guild
from sandbox.discord.pictures import size_of
from sandbox.discord.signal import Signal
from sandbox.discord.snowflakes import Snowflakes, stamp
from sandbox.discord.state import (
    ANNOUNCEMENT,
    ANNOUNCEMENT_THREAD,
    DM,
    JSON,
    PRIVATE_THREAD,
    PUBLIC_THREAD,
    TEXT,
    Channel,
    Guild,
    Member,
    Overwrite,
    Role,
    Site,
    Tag,
    Thread,
    User,
)

MENTION = re.compile(r"<@!?(\d+)>")
MEMBER_ROLE_UPDATE = 25  # in the audit log
ROLE_MENTION = re.compile(r"<@&(\d+)>")


@dataclass(frozen=True)
class Event:
    """Something a bot may hear of over the gateway."""

    name: str
    data: JSON
    needs: Intent | None = None
    guild: Guild | None = None
    channel: Channel | None = None
    message: Message | None = None


class World:
    """Users, guilds, channels, messages and commands of one local Discord."""

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
        self.history: dict[int, dict[int, Message]] = {}
        self.attachments: dict[int, Attachment] = {}
        self.problems: list[str] = []
        self.allowed_intents = PRIVILEGED
        self.on_change: list[Callable[[], None]] = []
        self.on_event: list[Callable[[Event], None]] = []
        self.application_id = self.ids.next()
        self.application_name = "Kkachi"
        self.bot = self.add_user("kkachi", "Kkachi", bot=True)
        self.bot.id = self.application_id
        self.users = {self.bot.id: self.bot}
        self.books: dict[int | None, CommandBook] = {}
        self.events: list[ScheduledEvent] = []
        self.voice: dict[int, VoiceState] = {}

    def advance(self, seconds: float) -> None:
        """Move the clock of Discord forward: whatever was said is longer ago."""
        self._ahead += seconds
        self.changed()

    def now(self) -> float:
        """Tell the time, in seconds since 1970."""
        return self._now() + self._ahead

    # people and places

    def add_user(self, username: str, name: str, *, bot: bool = False) -> User:
        user = User(
            self.ids.next(), username, name, bot, avatar=f"{self.random.getrandbits(128):032x}"
        )
        self.users[user.id] = user
        return user

    def add_guild(self, name: str, owner: User, *, everyone: int = EVERYDAY) -> Guild:
        """Add a guild with its owner and the bot in it."""
        guild_id = self.ids.next()
        guild = Guild(guild_id, name, owner.id, [Role(guild_id, "@everyone", everyone)])
        guild.icon = f"{self.random.getrandbits(128):032x}"
        self.guilds.append(guild)
        own = Role(self.ids.next(), self.bot.name, EVERYDAY, position=1, bot_id=self.bot.id)
        guild.roles.append(own)
        self._seat(guild, owner)
        self._seat(guild, self.bot).roles.append(own)
        everybody = guild.gateway_payload(guild.members.values(), ())
        self.tell(Event("GUILD_CREATE", everybody, Intent.GUILDS, guild))
        return guild

    def _seat(self, guild: Guild, user: User) -> Member:
        member = guild.members[user.id] = Member(user, guild, self.now())
        return member

    def join(self, guild: Guild, user: User) -> Member:
        member = self._seat(guild, user)
        data = member.payload() | {"guild_id": str(guild.id)}
        self.tell(Event("GUILD_MEMBER_ADD", data, Intent.GUILD_MEMBERS, guild))
        if guild.system_channel is not None:
            self.post(guild.system_channel, user, kind=JOINED)
        return member

    def boost(self, guild: Guild, user: User) -> None:
        """Let somebody boost a server."""
        if guild.system_channel is not None:
            self.post(guild.system_channel, user, kind=BOOSTED)

    def leave(self, guild: Guild, user: User) -> None:
        del guild.members[user.id]
        data = {"guild_id": str(guild.id), "user": user.payload()}
        self.tell(Event("GUILD_MEMBER_REMOVE", data, Intent.GUILD_MEMBERS, guild))

    def add_role(self, guild: Guild, name: str, granted: int = 0, *, color: int = 0) -> Role:
        position = len(guild.roles)
        role = Role(self.ids.next(), name, granted, position, color, hoist=True, mentionable=True)
        guild.roles.append(role)
        data = {"guild_id": str(guild.id), "role": role.payload()}
        self.tell(Event("GUILD_ROLE_CREATE", data, Intent.GUILDS, guild))
        return role

    def give_role(self, member: Member, role: Role, *, by: User | None = None) -> None:
        """Give a role; the audit log names whoever gave it."""
        member.roles.append(role)
        self.member_changed(member)
        if by is not None:
            self._log_role(member, role, by)

    def _log_role(self, member: Member, role: Role, by: User) -> None:
        """Tell the bot of a new entry in the audit log, if it may read that."""
        if not self.may_in(self.bot, member.guild) & Permission.VIEW_AUDIT_LOG:
            return
        given = [{"id": str(role.id), "name": role.name}]
        data: JSON = {
            "id": str(self.ids.next()),
            "guild_id": str(member.guild.id),
            "user_id": str(by.id),
            "target_id": str(member.user.id),
            "action_type": MEMBER_ROLE_UPDATE,
            "changes": [{"key": "$add", "new_value": given}],
        }
        needs = Intent.GUILD_MODERATION
        self.tell(Event("GUILD_AUDIT_LOG_ENTRY_CREATE", data, needs, member.guild))

    def member_changed(self, member: Member) -> None:
        """Tell of a member's new roles, nickname or time-out."""
        data = member.payload() | {"guild_id": str(member.guild.id)}
        self.tell(Event("GUILD_MEMBER_UPDATE", data, Intent.GUILD_MEMBERS, member.guild))

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

    def add_thread(
        self, parent: Channel, name: str, owner: User, *, private: bool = False,
        thread_id: int | None = None, tags: Iterable[Tag] = (),
    ) -> Channel:  # fmt: skip
        """Add a thread of a channel; of a message when it takes the message's id."""
        public = ANNOUNCEMENT_THREAD if parent.kind == ANNOUNCEMENT else PUBLIC_THREAD
        kind = PRIVATE_THREAD if private else public
        channel = Channel(thread_id or self.ids.next(), kind, name, parent.guild, parent)
        channel.thread = Thread(owner.id, private, {owner.id: self.now()}, tags=list(tags))
        if parent.guild is not None:
            parent.guild.channels.append(channel)
        self._channel_event("THREAD_CREATE", channel, {"newly_created": True})
        return channel

    def add_post(
        self, forum: Channel, title: str, text: str, author: User, tags: list[Tag]
    ) -> Channel:
        """Add a post to a forum: a thread with the id of its first message."""
        made = self.add_thread(forum, title, author, tags=tags)
        self.place(Message(made.id, made, author, text))
        return made

    def join_thread(self, channel: Channel, user: User) -> None:
        if channel.thread is None or user.id in channel.thread.members or channel.guild is None:
            return
        channel.thread.members[user.id] = self.now()
        data = {
            "id": str(channel.id),
            "guild_id": str(channel.guild.id),
            "member_count": len(channel.thread.members),
            "added_members": [channel.thread_member(user.id)],
        }
        self.tell(Event("THREAD_MEMBERS_UPDATE", data, Intent.GUILDS, channel.guild, channel))

    def remove_channel(self, channel: Channel) -> None:
        if channel.guild is not None:
            channel.guild.channels.remove(channel)
        self._channel_event("THREAD_DELETE" if channel.thread else "CHANNEL_DELETE", channel)

    def _channel_event(self, name: str, channel: Channel, more: JSON | None = None) -> None:
        data = channel.payload() | (more or {})
        seen = None if name.endswith("DELETE") else channel
        self.tell(Event(name, data, Intent.GUILDS, channel.guild, seen))

    def dm(self, user: User) -> Channel:
        """Give the conversation of the bot with this user; open it when there is none."""
        if user.id not in self.dms:
            self.dms[user.id] = Channel(self.ids.next(), DM, recipient=user)
        return self.dms[user.id]

    # looking things up

    def channels(self) -> Iterator[Channel]:
        for guild in self.guilds:
            yield from guild.channels
        yield from self.dms.values()

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

    def may(self, user: User, channel: Channel) -> int:
        """Give the permission bits of a user in a channel; 0 for who does not belong there."""
        if channel.guild is None:
            return IN_A_DM if user in (channel.recipient, self.bot) else 0
        member = channel.guild.members.get(user.id)
        return 0 if member is None else in_channel(member, channel, now=self.now())

    def may_in(self, user: User, guild: Guild) -> int:
        """Give the permission bits that a user's roles give in a guild."""
        member = guild.members.get(user.id)
        return 0 if member is None else in_guild(member)

    def sees(self, user: User, channel: Channel) -> bool:
        return bool(self.may(user, channel) & Permission.VIEW_CHANNEL)

    # scheduled events

    def events_of(self, guild: Guild) -> list[ScheduledEvent]:
        """Give what is planned in a guild and not over."""
        return [one for one in self.events if one.guild is guild]

    def add_event(self, event: ScheduledEvent) -> None:
        """Add a scheduled event."""
        self.events.append(event)
        self._scheduled("CREATE", event, event.payload())

    def event_changed(self, event: ScheduledEvent) -> None:
        """Tell that a scheduled event is different now."""
        self._scheduled("UPDATE", event, event.payload())

    def remove_event(self, event: ScheduledEvent) -> None:
        """Take a scheduled event away."""
        self.events.remove(event)
        self._scheduled("DELETE", event, event.payload())

    def mark(self, event: ScheduledEvent, user: User, *, interested: bool) -> None:
        """Note that somebody is interested in a scheduled event, or no more."""
        if interested == (user in event.interested):
            return
        (event.interested.append if interested else event.interested.remove)(user)
        data: JSON = {
            "guild_scheduled_event_id": str(event.id),
            "user_id": str(user.id),
            "guild_id": str(event.guild.id),
        }
        self._scheduled("USER_ADD" if interested else "USER_REMOVE", event, data)

    def _scheduled(self, what: str, event: ScheduledEvent, data: JSON) -> None:
        name, needs = f"GUILD_SCHEDULED_EVENT_{what}", Intent.GUILD_SCHEDULED_EVENTS
        self.tell(Event(name, data, needs, event.guild, event.channel))

    # voice

    def voice_state(self, user: User) -> VoiceState | None:
        """Give where somebody is in voice, if anywhere."""
        return self.voice.get(user.id)

    def move_voice(self, user: User, channel: Channel | None) -> None:
        """Let somebody enter a voice channel, or leave with None."""
        state = self.voice.pop(user.id, None)
        if state is None and channel is None:
            return
        if channel is None or state is None or channel.guild is not state.guild:
            self._leave_voice(state)
            state = None
        if channel is None or channel.guild is None:
            return
        state = state or VoiceState(
            user, channel.guild, channel, f"{self.random.getrandbits(128):032x}"
        )
        state.channel = channel
        self.voice[user.id] = state
        self.voice_changed(state)

    def _leave_voice(self, state: VoiceState | None) -> None:
        if state is not None:
            state.channel, state.streaming = None, False
            self.voice_changed(state)

    def voice_changed(self, state: VoiceState) -> None:
        """Tell where somebody is in voice, and whether they stream."""
        member = state.guild.members[state.user.id]
        data = state.payload() | {"guild_id": str(state.guild.id), "member": member.payload()}
        self.tell(Event("VOICE_STATE_UPDATE", data, Intent.GUILD_VOICE_STATES, state.guild))

    # messages

    def post(self, channel: Channel, author: User, **fields: Any) -> Message:  # noqa: ANN401 - the fields are Message's own, which mypy checks there
        """Add a message and tell whoever may hear of it."""
        message = Message(self.ids.next(), channel, author, **fields)
        self.place(message)
        return message

    def place(self, message: Message) -> None:
        """Put a made message into its channel."""
        self._read_mentions(message)
        self.history.setdefault(message.channel.id, {})[message.id] = message
        self.attachments |= {one.id: one for one in message.attachments}
        if message.only_for is None:
            message.channel.last_message_id = message.id
            message.channel.message_count += 1
        self._message_event("MESSAGE_CREATE", message)

    def edited(self, message: Message, *, stamped: bool = True) -> None:
        """Tell that a message has changed; a deferred answer that fills in is not stamped."""
        self._read_mentions(message)
        if stamped:
            message.edited_at = self.now()
        self.attachments |= {one.id: one for one in message.attachments}
        self._message_event("MESSAGE_UPDATE", message)

    def forget(self, message: Message) -> None:
        """Take a message away that only its reader has; the bot does not hear of it."""
        message.deleted = True
        self.history[message.channel.id].pop(message.id, None)
        self.changed()

    def delete(self, message: Message) -> None:
        message.deleted = True
        self.history[message.channel.id].pop(message.id, None)
        data = self._whereabouts(message) | {"id": str(message.id)}
        self.tell(self._about(message, "MESSAGE_DELETE", data))

    def react(self, message: Message, user: User, emoji: str) -> None:
        users = message.reactions.setdefault(emoji, [])
        if user not in users:
            users.append(user)
            self._reaction_event("MESSAGE_REACTION_ADD", message, user, emoji)

    def unreact(self, message: Message, user: User, emoji: str) -> None:
        users = message.reactions.get(emoji, [])
        if user in users:
            users.remove(user)
            if not users:
                del message.reactions[emoji]
            self._reaction_event("MESSAGE_REACTION_REMOVE", message, user, emoji)

    def pin(self, message: Message, by: User | None) -> None:
        """Pin a message, which Discord writes a line about; without anybody, take the pin away."""
        message.pinned_at = self.now() if by else None
        self.edited(message, stamped=False)
        pinned = [one.pinned_at for one in self.messages(message.channel) if one.pinned_at]
        data = self._whereabouts(message)
        data["last_pin_timestamp"] = stamp(max(pinned)) if pinned else None
        guild, channel = message.channel.guild, message.channel
        needs = Intent.GUILDS if guild else Intent.DIRECT_MESSAGES
        self.tell(Event("CHANNEL_PINS_UPDATE", data, needs, guild, channel))
        if by is not None:
            self.post(channel, by, kind=PINNED, reference=pointer_to(message))

    def publish(self, message: Message) -> None:
        """Publish an announcement."""
        message.flags |= CROSSPOSTED
        self.edited(message, stamped=False)

    def vote(self, message: Message, user: User, answer: int) -> None:
        """Count a vote in a message's poll."""
        if message.poll is None:
            raise LookupError("this message has no poll")
        message.poll.votes.setdefault(answer, []).append(user)
        data = self._whereabouts(message) | {"user_id": str(user.id), "answer_id": answer}
        data["message_id"] = str(message.id)
        needs = _by_place(message, Intent.GUILD_MESSAGE_POLLS, Intent.DIRECT_MESSAGE_POLLS)
        self.tell(
            Event("MESSAGE_POLL_VOTE_ADD", data, needs, message.channel.guild, message.channel)
        )

    def typing(self, user: User, channel: Channel) -> None:
        data: JSON = {"channel_id": str(channel.id), "user_id": str(user.id)}
        data["timestamp"] = int(self.now())
        needs = Intent.DIRECT_MESSAGE_TYPING
        if channel.guild is not None:
            needs = Intent.GUILD_MESSAGE_TYPING
            member = channel.guild.members[user.id].payload()
            data |= {"guild_id": str(channel.guild.id), "member": member}
        self.tell(Event("TYPING_START", data, needs, channel.guild, channel))

    def attach(
        self, channel: Channel, filename: str, content_type: str, data: bytes,
        description: str | None = None,
    ) -> Attachment:  # fmt: skip
        """Keep a file and serve it from now on."""
        number = self.ids.next()
        path = f"/attachments/{channel.id}/{number}/{filename}"
        size = size_of(data)
        kept = Attachment(number, filename, content_type, data, self.site, path, description, size)
        self.attachments[number] = kept
        return kept

    def _read_mentions(self, message: Message) -> None:
        """Whom the text names; a reply also names the author of what it answers."""
        ids = [int(found) for found in MENTION.findall(message.content)]
        roles = {int(found) for found in ROLE_MENTION.findall(message.content)}
        message.mentions = [
            self.users[one]
            for one in dict.fromkeys(ids)
            if one in self.users and pinged(message, "users", one)
        ]
        message.mention_roles = sorted(one for one in roles if pinged(message, "roles", one))
        message.mention_everyone = self._calls_everyone(message)
        answered = message.reply_to.author if message.reply_to else None
        wanted = message.pings is None or message.pings.get("replied_user")
        if answered is not None and wanted and answered not in message.mentions:
            message.mentions.append(answered)

    def _calls_everyone(self, message: Message) -> bool:
        calls = "@everyone" in message.content or "@here" in message.content
        may = self.may(message.author, message.channel) & Permission.MENTION_EVERYONE
        return bool(calls and may and pinged(message, "everyone", 0))

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

    def _message_event(self, name: str, message: Message) -> None:
        data = message.payload(self.bot) | self._whereabouts(message)
        guild = message.channel.guild
        member = guild.members.get(message.author.id) if guild else None
        if member is not None and message.only_for is None:
            data["member"] = member.payload(with_user=False)
        self.tell(self._about(message, name, data))

    def _about(self, message: Message, name: str, data: JSON) -> Event:
        needs = _by_place(message, Intent.GUILD_MESSAGES, Intent.DIRECT_MESSAGES)
        guild = None if message.only_for else message.channel.guild
        channel = None if message.only_for else message.channel
        return Event(name, data, needs, guild, channel, message)

    def _whereabouts(self, message: Message) -> JSON:
        """Ephemeral messages are told without their guild, as Discord does."""
        guild = message.channel.guild
        place = {"channel_id": str(message.channel.id)}
        return place if guild is None or message.only_for else place | {"guild_id": str(guild.id)}

    def _reaction_event(self, name: str, message: Message, user: User, emoji: str) -> None:
        data = self._whereabouts(message) | {
            "user_id": str(user.id),
            "message_id": str(message.id),
            "message_author_id": str(message.author.id),
            "emoji": emoji_payload(emoji),
            "burst": False,
            "type": 0,
        }
        guild = message.channel.guild
        if guild is not None and user.id in guild.members and name.endswith("ADD"):
            data["member"] = guild.members[user.id].payload()
        needs = _by_place(message, Intent.GUILD_MESSAGE_REACTIONS, Intent.DIRECT_MESSAGE_REACTIONS)
        self.tell(Event(name, data, needs, guild, message.channel))


def pinged(message: Message, kind: str, number: int) -> bool:
    """Tell whether the author lets the message call this user or role."""
    if message.pings is None or kind in (message.pings.get("parse") or ()):
        return True
    return number in {int(one) for one in message.pings.get(kind) or ()}


def _by_place(message: Message, in_guild: Intent, in_dm: Intent) -> Intent:
    alone = message.channel.guild is None or message.only_for is not None
    return in_dm if alone else in_guild
