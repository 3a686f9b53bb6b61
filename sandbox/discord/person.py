"""A person at the local Discord: what they do, and what they see."""

import base64
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from sandbox.discord.bodies import Draft
from sandbox.discord.commands import CHAT, FILE, MESSAGE_MENU, USER_MENU, leaves
from sandbox.discord.gathering import Gathering
from sandbox.discord.hosting import Hosting
from sandbox.discord.interactions import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    MODAL_SUBMIT,
    Interactions,
    Modal,
)
from sandbox.discord.messages import REPLY, VOICE, Attachment, Message, Poll, pointer_to
from sandbox.discord.payloads import (
    CannotDo,
    Resolved,
    check_number,
    modal_answers,
    nested_options,
    options_of,
    picked,
)
from sandbox.discord.permissions import Permission, reads
from sandbox.discord.picker import entries, usable
from sandbox.discord.pictures import kind_by_name
from sandbox.discord.reply import Reply
from sandbox.discord.state import JSON, WITHOUT_MESSAGES, Channel, Guild, Member, Role, User
from sandbox.discord.world import World

STRING_SELECT = 3
BUTTON = 2
LINK = 5
ENTITY_KINDS = {5: 6, 6: 8, 7: 9, 8: 7}
MOST_REACTIONS = 20
File = tuple[str, bytes]
Place = Channel | str | int


class Person(Gathering, Hosting):
    """Somebody in the server, with the verbs people have."""

    def __init__(
        self, world: World, interactions: Interactions, user: User, patience: float
    ) -> None:
        self.world = world
        self.user = user
        self.site = world.site
        self.locale = user.locale
        self.modals: dict[int, Modal] = {}
        self._interactions = interactions
        self._patience = patience

    def __repr__(self) -> str:
        return f"<Person {self.name}>"

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
        voice: tuple[float, str] | None = None,
    ) -> Message:  # fmt: skip
        """Write a message; `@이름` and `#채널` become mentions, as the app makes them."""
        channel = self._writable(place)
        if len(text) > 2000:
            raise CannotDo("a message holds 2,000 characters")
        message = Message(self.world.ids.next(), channel, self.user, self.typed(text, channel))
        message.attachments = [self._attached(channel, name, data) for name, data in files]
        message.embeds = Draft(self.world, channel, {"embeds": list(embeds)}, []).fields()["embeds"]
        message.poll = poll
        message.stickers = [self._sticker(name) for name in stickers]
        if voice is not None:
            self._speak(message, *voice)
        self._refer(message, reply_to, forward_of)
        self.world.place(message)
        return message

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
        return self.world.attach(channel, name, kind_by_name(name), data)

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

    async def delete(self, message: Message) -> None:
        """Delete a message, or dismiss what only this person sees."""
        if self._readable(message).only_for is not None:
            self.world.forget(message)
            return
        if message.author is not self.user:
            self._allowed(message.channel, Permission.MANAGE_MESSAGES)
        self.world.delete(message)

    async def react(self, message: Message, emoji: str) -> None:
        """Add a reaction, or take one's own back."""
        self._readable(message)
        if self.user in message.reactions.get(emoji, ()):
            self.world.unreact(message, self.user, emoji)
            return
        if emoji not in message.reactions:
            self._allowed(message.channel, Permission.ADD_REACTIONS)
            if len(message.reactions) >= MOST_REACTIONS:
                raise CannotDo(f"a message has at most {MOST_REACTIONS} different reactions")
        self.world.react(message, self.user, emoji)

    async def vote(self, message: Message, answer: int) -> None:
        """Vote in a poll, by the answer's number from 1."""
        self.world.vote(self._readable(message), self.user, answer)

    # commands

    async def slash(self, place: Place, command: str, **options: object) -> Reply:
        """Use a slash command: `slash("잡담", "forward me", note="…")`."""
        channel = self.find(place)
        top, steps, definitions = self._slash(channel, command)
        resolved = Resolved(channel.guild)
        leaf = options_of(definitions, options, self._resolver(channel, resolved))
        data = {**_head(top), "options": nested_options(steps, leaf), **resolved.payload()}
        return await self._act(COMMAND, channel, data, command=command)

    async def autocomplete(
        self, place: Place, command: str, option: str, text: str, **others: object
    ) -> list[JSON]:
        """Give what the bot offers while this is typed into an option."""
        channel = self.find(place)
        top, steps, definitions = self._slash(channel, command)
        resolved = Resolved(channel.guild)
        known = [one for one in definitions if one["name"] in others]
        leaf = options_of(known, others, self._resolver(channel, resolved))
        focus = next((one for one in definitions if one["name"] == option), None)
        if focus is None or not focus.get("autocomplete"):
            raise CannotDo(f"{option} completes nothing")
        leaf.append({"name": option, "type": focus["type"], "value": text, "focused": True})
        data = {**_head(top), "options": nested_options(steps, leaf), **resolved.payload()}
        reply = await self._act(AUTOCOMPLETE, channel, data, command=command)
        return reply.interaction.choices or []

    def _slash(self, channel: Channel, command: str) -> tuple[JSON, list[JSON], list[JSON]]:
        names: list[str] = []
        for top in usable(self.world, self, channel):
            for steps, definitions in leaves(top):
                name = " ".join(step["name"] for step in steps)
                if top["type"] == CHAT and name == command.removeprefix("/"):
                    return top, steps, definitions
                names.append(name)
        raise CannotDo(f"{self.name} finds no command {command} here, only {names}")

    async def menu(self, place: Place, name: str, target: "Message | Person") -> Reply:
        """Use a message's or a person's right-click menu."""
        channel = self.find(place)
        kind = MESSAGE_MENU if isinstance(target, Message) else USER_MENU
        command = self._menu(channel, name, kind)
        resolved = self._target(channel, target)
        number = str(target.id)
        data = {**_head(command), "target_id": number, "resolved": resolved}
        return await self._act(COMMAND, channel, data, command=name)

    def _menu(self, channel: Channel, name: str, kind: int) -> JSON:
        known = [one for one in usable(self.world, self, channel) if one["type"] == kind]
        for one in known:
            if one["name"] == name:
                return one
        raise CannotDo(f"there is no menu {name}, only {[one['name'] for one in known]}")

    def _target(self, channel: Channel, target: "Message | Person") -> JSON:
        if isinstance(target, Message):
            payload = self._readable(target).payload(self.world.bot)
            return {"messages": {str(target.id): payload}}
        resolved = Resolved(channel.guild)
        resolved.add(target.user)
        return dict(resolved.payload()["resolved"])

    def _resolver(self, channel: Channel, resolved: Resolved) -> Callable[[int, object], str]:
        def resolve(kind: int, value: object) -> str:
            if kind == FILE and isinstance(value, tuple):
                name, data = value
                return resolved.add(self.world.attach(channel, name, kind_by_name(name), data))
            thing = self._thing(channel, value)
            allowed = self.world.may(self.user, thing) if isinstance(thing, Channel) else 0
            return resolved.add(thing, allowed)

        return resolve

    def _thing(self, channel: Channel, value: object) -> User | Role | Channel:
        """Give a person, role or channel, itself or by the name or id people see."""
        if isinstance(value, Person | Member):
            return value.user
        if isinstance(value, User | Role | Channel):
            return value
        for thing in self._nameable(channel):
            if str(value) in (thing.name, str(thing.id)):
                return thing
        raise CannotDo(f"nobody and nothing here is called {value}")

    def _nameable(self, channel: Channel) -> Iterable[User | Role | Channel]:
        if channel.guild is None:
            return [self.user, self.world.bot]
        users = [member.user for member in channel.guild.members.values()]
        return [*users, *channel.guild.roles, *self.channels(channel.guild)]

    # components and forms

    async def press(self, where: Reply | Message, name: str) -> Reply:
        """Press a button, by its label or custom id."""
        message, button = self._component(where, name, {BUTTON})
        if button["style"] == LINK:
            raise CannotDo(f"{name} opens {button['url']} in a browser")
        return await self._use(message, button, {})

    def link(self, where: Reply | Message, name: str) -> str:
        """Give the address behind a link button."""
        _, button = self._component(where, name, {BUTTON})
        return str(button["url"])

    async def choose(self, where: Reply | Message, name: str, choices: Sequence[object]) -> Reply:
        """Choose in a select, by its placeholder or custom id, the options by their labels."""
        message, select = self._component(where, name, {STRING_SELECT, *ENTITY_KINDS})
        return await self._use(message, select, self._chosen(message.channel, select, choices))

    def _chosen(self, channel: Channel, select: JSON, choices: object) -> JSON:
        wanted = [choices] if isinstance(choices, str) else list(_listed(choices))
        check_number(select, len(wanted))
        if select["type"] == STRING_SELECT:
            return {"values": picked(select, [str(one) for one in wanted])}
        resolved = Resolved(channel.guild)
        resolve = self._resolver(channel, resolved)
        values = [resolve(ENTITY_KINDS[select["type"]], one) for one in wanted]
        return {"values": values, **resolved.payload()}

    def _component(
        self, where: Reply | Message, name: str, kinds: set[int]
    ) -> tuple[Message, JSON]:
        message = self._readable(where.answer if isinstance(where, Reply) else where)
        try:
            component = message.component(name)
        except LookupError as missing:
            raise CannotDo(f"{missing}; it has {message.labels}") from None
        if component["type"] not in kinds or component.get("disabled"):
            raise CannotDo(f"{name} cannot be used like this now")
        return message, component

    async def _use(self, message: Message, component: JSON, chosen: JSON) -> Reply:
        data = {
            "custom_id": component["custom_id"],
            "component_type": component["type"],
            "id": component["id"],
            **chosen,
        }
        return await self._act(COMPONENT, message.channel, data, message=message)

    async def submit(self, modal: Modal | Reply, answers: Mapping[str, object]) -> Reply:
        """Send a form, its fields by label or custom id."""
        form = modal.form if isinstance(modal, Reply) else modal
        opener = form.interaction
        channel = opener.channel
        components = modal_answers(
            form.components, answers, lambda field, value: self._chosen(channel, field, value or [])
        )
        self.modals.pop(form.id, None)
        data = {"custom_id": form.custom_id, "components": components}
        about = {"message": opener.message, "opener": opener}
        return await self._act(MODAL_SUBMIT, channel, data, **about)

    async def _act(self, kind: int, channel: Channel, data: JSON, **about: object) -> Reply:
        interaction = self._interactions.open(kind, self, channel, data, **about)
        await self.world.signal.until(lambda: interaction.settled, self._patience)
        if interaction.modal is not None:
            self.modals[interaction.modal.id] = interaction.modal
        return Reply(self.world, interaction)


def commands_for(world: World, person: Person, channel: Channel) -> list[JSON]:
    """One plain dict for each way to call a command, as a picker lists them."""
    return entries(world, person, channel)


def _head(command: JSON) -> JSON:
    scope = {"guild_id": command["guild_id"]} if "guild_id" in command else {}
    return {"id": command["id"], "name": command["name"], "type": command["type"], **scope}


def _listed(choices: object) -> Iterable[object]:
    return choices if isinstance(choices, Iterable) else [choices]
