"""Messages: people write, edit and delete them, and attach files."""

import re
from collections.abc import Sequence
from typing import Any

from sandbox.discord.core import Core, Event
from sandbox.discord.intents import Intent
from sandbox.discord.messages import REPLY, Attachment, Message
from sandbox.discord.permissions import Permission
from sandbox.discord.pictures import size_of
from sandbox.discord.state import DM, GROUP_DM, JSON, Channel, Guild, User

MENTION = re.compile(r"<@!?(\d+)>")
ROLE_MENTION = re.compile(r"<@&(\d+)>")


class Talk(Core):
    """The verbs for it."""

    def dm(self, user: User) -> Channel:
        """Give the conversation of the bot with this user; open it when there is none."""
        if user.id not in self.dms:
            self.dms[user.id] = Channel(self.ids.next(), DM, recipient=user)
        return self.dms[user.id]

    def converse(self, *people: User, name: str = "") -> Channel:
        """Give the conversation of some people without the bot; three and more are a group."""
        kind = DM if len(people) == 2 else GROUP_DM
        for one in self.conversations:
            if kind == DM and one.kind == DM and set(one.people) == set(people):
                return one
        made = Channel(self.ids.next(), kind, name, people=people)
        self.conversations.append(made)
        return made

    def post(self, channel: Channel, author: User, **fields: Any) -> Message:  # noqa: ANN401 - the fields are Message's own, which mypy checks there
        """Add a message and tell whoever may hear of it."""
        message = Message(self.ids.next(), channel, author, **fields)
        self.place(message)
        return message

    def post_by_webhook(self, channel: Channel, name: str, **fields: Any) -> Message:  # noqa: ANN401 - as above
        """Add a message of a webhook, under a name of its own choice."""
        writer = User(self.ids.next(), name, name, bot=True)
        return self.post(channel, writer, webhook_id=writer.id, **fields)

    def place(self, message: Message) -> None:
        """Put a made message into its channel."""
        self._read_mentions(message)
        self.history.setdefault(message.channel.id, {})[message.id] = message
        self.attachments |= {one.id: one for one in message.attachments}
        if message.only_for is None:
            message.channel.last_message_id = message.id
            message.channel.message_count += message.id != message.channel.id
        self._message_event("MESSAGE_CREATE", message)

    def edited(self, message: Message, *, stamped: bool = True) -> None:
        """Tell that a message has changed; a deferred answer that fills in is not stamped."""
        self._read_mentions(message)
        if stamped:
            message.edited_at = self.now()
        self.attachments |= {one.id: one for one in message.attachments}
        self._message_event("MESSAGE_UPDATE", message)

    def unfurl(self, message: Message, **embed: object) -> None:
        """Show what an address in a message leads to, as Discord does some moments later."""
        message.embeds = [*message.embeds, {"type": "link", **embed}]
        self.edited(message, stamped=False)

    def forget(self, message: Message) -> None:
        """Take a message away that only its reader has; the bot does not hear of it."""
        message.deleted = True
        self.history[message.channel.id].pop(message.id, None)
        self.changed()

    def delete(self, message: Message) -> None:
        """Delete a message."""
        self._drop(message)
        data = self._whereabouts(message) | {"id": str(message.id)}
        self.tell(self._about(message, "MESSAGE_DELETE", data))

    def delete_many(self, messages: Sequence[Message]) -> None:
        """Delete messages of one channel at once."""
        for message in messages:
            self._drop(message)
        data = self._whereabouts(messages[0]) | {"ids": [str(one.id) for one in messages]}
        self.tell(self._about(messages[0], "MESSAGE_DELETE_BULK", data))

    def _drop(self, message: Message) -> None:
        message.deleted = True
        found = self.history[message.channel.id].pop(message.id, None)
        if found is not None and message.id != message.channel.id:
            message.channel.message_count -= 1

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
        description: str | None = None, *, title: str | None = None,
    ) -> Attachment:  # fmt: skip
        """Keep a file and serve it from now on."""
        number = self.ids.next()
        path = f"/attachments/{channel.id}/{number}/{filename}"
        size = size_of(data)
        kept = Attachment(number, filename, content_type, data, self.site, path, description, size)
        kept.title = title
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
        replies = message.reply_to if message.kind == REPLY else None
        answered = replies.author if replies else None
        wanted = message.pings is None or message.pings.get("replied_user")
        if answered is not None and wanted and answered not in message.mentions:
            message.mentions.append(answered)

    def _calls_everyone(self, message: Message) -> bool:
        calls = "@everyone" in message.content or "@here" in message.content
        may = self.may(message.author, message.channel) & Permission.MENTION_EVERYONE
        return bool(calls and may and pinged(message, "everyone", 0))

    def _message_event(self, name: str, message: Message) -> None:
        data = message.payload(self.bot) | self._whereabouts(message)
        guild = message.channel.guild
        member = guild.members.get(message.author.id) if guild else None
        if member is not None and message.only_for is None:
            data["member"] = member.payload(with_user=False)
        if guild is not None and message.only_for is None:
            data["mentions"] = [_mentioned(guild, one) for one in message.mentions]
        self.tell(self._about(message, name, data))

    def _about(self, message: Message, name: str, data: JSON) -> Event:
        needs = by_place(message, Intent.GUILD_MESSAGES, Intent.DIRECT_MESSAGES)
        guild = None if message.only_for else message.channel.guild
        channel = None if message.only_for else message.channel
        return Event(name, data, needs, guild, channel, message)

    def _whereabouts(self, message: Message) -> JSON:
        """Ephemeral messages are told without their guild, as Discord does."""
        guild = message.channel.guild
        place = {"channel_id": str(message.channel.id)}
        return place if guild is None or message.only_for else place | {"guild_id": str(guild.id)}


def _mentioned(guild: Guild, user: User) -> JSON:
    """Give somebody who is mentioned, as the gateway tells of them: with what they are there."""
    member = guild.members.get(user.id)
    there = {} if member is None else {"member": member.payload(with_user=False)}
    return user.payload() | there


def pinged(message: Message, kind: str, number: int) -> bool:
    """Tell whether the author lets the message call this user or role."""
    if message.pings is None or kind in (message.pings.get("parse") or ()):
        return True
    return number in {int(one) for one in message.pings.get(kind) or ()}


def by_place(message: Message, in_guild: Intent, in_dm: Intent) -> Intent:
    alone = message.channel.guild is None or message.only_for is not None
    return in_dm if alone else in_guild
