"""What people do to a message without writing: react, and vote in its poll."""

from sandbox.discord.core import Event
from sandbox.discord.intents import Intent
from sandbox.discord.messages import (
    BURST_COLORS,
    POLL_RESULT,
    Message,
    emoji_payload,
    pointer_to,
)
from sandbox.discord.state import JSON, User
from sandbox.discord.talk import Talk, by_place


class Reactions(Talk):
    """The verbs for it."""

    def react(self, message: Message, user: User, emoji: str, *, burst: bool = False) -> None:
        """Let somebody react to a message, with a super reaction if they like."""
        users = message.reactions.setdefault(emoji, [])
        if user not in users:
            users.append(user)
            if burst:
                message.bursts.setdefault(emoji, []).append(user)
            self._reaction_event("MESSAGE_REACTION_ADD", message, user, emoji)

    def unreact(self, message: Message, user: User, emoji: str) -> None:
        """Let somebody take a reaction back."""
        users = message.reactions.get(emoji, [])
        if user in users:
            users.remove(user)
            if not users:
                del message.reactions[emoji]
            self._reaction_event("MESSAGE_REACTION_REMOVE", message, user, emoji)
            if user in message.bursts.get(emoji, []):
                message.bursts[emoji].remove(user)

    def clear_reactions(self, message: Message, emoji: str | None = None) -> None:
        """Take all reactions away, or all with one emoji."""
        data = self._whereabouts(message) | {"message_id": str(message.id)}
        if emoji is None:
            message.reactions.clear()
            message.bursts.clear()
            self._told_of("MESSAGE_REACTION_REMOVE_ALL", message, data)
        elif message.reactions.pop(emoji, None):
            message.bursts.pop(emoji, None)
            data["emoji"] = emoji_payload(emoji)
            self._told_of("MESSAGE_REACTION_REMOVE_EMOJI", message, data)

    def _reaction_event(self, name: str, message: Message, user: User, emoji: str) -> None:
        burst = user in message.bursts.get(emoji, [])
        data = self._whereabouts(message) | {
            "user_id": str(user.id),
            "message_id": str(message.id),
            "emoji": emoji_payload(emoji),
            "burst": burst,
            "type": int(burst),
        }
        if name.endswith("ADD"):
            data |= self._who_reacted(message, user)
            data |= {"burst_colors": BURST_COLORS} if burst else {}
        self._told_of(name, message, data)

    def _who_reacted(self, message: Message, user: User) -> JSON:
        told: JSON = {"message_author_id": str(message.author.id)}
        guild = message.channel.guild
        if guild is not None and user.id in guild.members:
            told["member"] = guild.members[user.id].payload()
        return told

    def _told_of(self, name: str, message: Message, data: JSON) -> None:
        needs = by_place(message, Intent.GUILD_MESSAGE_REACTIONS, Intent.DIRECT_MESSAGE_REACTIONS)
        self.tell(Event(name, data, needs, message.channel.guild, message.channel))

    def vote(self, message: Message, user: User, answer: int) -> None:
        """Count a vote in a message's poll."""
        if message.poll is None:
            raise LookupError("this message has no poll")
        message.poll.votes.setdefault(answer, []).append(user)
        data = self._whereabouts(message) | {"user_id": str(user.id), "answer_id": answer}
        data["message_id"] = str(message.id)
        needs = by_place(message, Intent.GUILD_MESSAGE_POLLS, Intent.DIRECT_MESSAGE_POLLS)
        self.tell(
            Event("MESSAGE_POLL_VOTE_ADD", data, needs, message.channel.guild, message.channel)
        )

    def end_poll(self, message: Message) -> None:
        """Close a poll; Discord writes a message about how it has ended."""
        if message.poll is None:
            raise LookupError("this message has no poll")
        message.poll.closed = True
        self.edited(message, stamped=False)
        about = {"reference": pointer_to(message), "embeds": [message.poll.result()]}
        self.post(message.channel, message.author, kind=POLL_RESULT, **about)
