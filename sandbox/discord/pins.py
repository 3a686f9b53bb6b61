"""What is kept at hand or carried on: pins, announcements and who follows them."""

from sandbox.discord.core import Event
from sandbox.discord.intents import Intent
from sandbox.discord.messages import (
    CROSSPOSTED,
    FOLLOWS,
    IS_CROSSPOST,
    PINNED,
    Message,
    pointer_to,
)
from sandbox.discord.snowflakes import stamp
from sandbox.discord.state import Channel, User
from sandbox.discord.talk import Talk


class Pins(Talk):
    """The verbs for it."""

    def pin(self, message: Message, by: User | None) -> None:
        """Pin a message, which Discord writes a line about; without anybody, take the pin away."""
        if (by is not None) == (message.pinned_at is not None):
            return
        message.pinned_at = self.now() if by else None
        self.edited(message, stamped=False)
        self._tell_pins(message)
        if by is not None:
            self.post(message.channel, by, kind=PINNED, reference=pointer_to(message))

    def pinned(self, channel: Channel) -> list[Message]:
        """Give what is pinned in a channel, the newest pin first."""
        found = [one for one in self.messages(channel) if one.pinned_at]
        return sorted(found, key=lambda one: one.pinned_at or 0.0, reverse=True)

    def _tell_pins(self, message: Message) -> None:
        guild, channel = message.channel.guild, message.channel
        pins = self.pinned(channel)
        channel.last_pin_at = pins[0].pinned_at if pins else None
        data = self._whereabouts(message)
        data["last_pin_timestamp"] = stamp(channel.last_pin_at) if channel.last_pin_at else None
        needs = Intent.GUILDS if guild else Intent.DIRECT_MESSAGES
        self.tell(Event("CHANNEL_PINS_UPDATE", data, needs, guild, channel))

    def follow(self, news: Channel, place: Channel, by: User) -> None:
        """Let what is published in one channel appear in another, maybe of another server."""
        if news.guild is None:
            raise LookupError("only a server's channel is followed")
        name = f"{news.guild.name} #{news.name}"
        news.followers[place.id] = User(self.ids.next(), name, name, bot=True)
        pointer = {"type": 0, "channel_id": str(news.id), "guild_id": str(news.guild.id)}
        self.post(place, by, kind=FOLLOWS, content=news.name, reference=pointer)

    def publish(self, message: Message) -> None:
        """Publish an announcement; whoever follows the channel gets a copy."""
        message.flags |= CROSSPOSTED
        self.edited(message, stamped=False)
        for number, writer in message.channel.followers.items():
            place = self.channel(number)
            if place is not None:
                self._copy(message, place, writer)

    def _copy(self, message: Message, place: Channel, writer: User) -> None:
        copy = Message(self.ids.next(), place, writer, message.content)
        copy.flags, copy.reference = IS_CROSSPOST, pointer_to(message)
        copy.embeds, copy.attachments = list(message.embeds), list(message.attachments)
        copy.webhook_id = writer.id
        self.place(copy)
