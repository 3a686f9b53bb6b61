"""A person at the local Discord: what they do, and what they see."""

from collections.abc import Callable, Iterable, Mapping, Sequence

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
from sandbox.discord.messages import (
    Message,
)
from sandbox.discord.payloads import (
    CannotDo,
    Resolved,
    check_number,
    modal_answers,
    nested_options,
    options_of,
    picked,
)
from sandbox.discord.picker import entries, usable
from sandbox.discord.pictures import kind_by_name
from sandbox.discord.reply import Reply
from sandbox.discord.state import JSON, Channel, Member, Role, User
from sandbox.discord.world import World
from sandbox.discord.writer import Place, Writer

STRING_SELECT = 3
BUTTON = 2
LINK = 5
ENTITY_KINDS = {5: 6, 6: 8, 7: 9, 8: 7}


class Person(Writer, Gathering, Hosting):
    """Somebody in the server, with the verbs people have."""

    def __init__(
        self, world: World, interactions: Interactions, user: User, patience: float
    ) -> None:
        super().__init__(world, user)
        self.locale = user.locale
        self.modals: dict[int, Modal] = {}
        self._interactions = interactions
        self._patience = patience

    def __repr__(self) -> str:
        return f"<Person {self.name}>"

    # the application

    def install(self) -> None:
        """Add the application to one's own account, as the button "Add App" offers it."""
        if not self.world.allows_user_install:
            raise CannotDo("this application can only be added to servers")
        self.world.user_installs.add(self.id)

    def uninstall(self) -> None:
        """Take the application off one's own account."""
        self.world.user_installs.discard(self.id)

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
            return channel.people or [self.user, self.world.bot]
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
        things = [self._thing(channel, one) for one in wanted]
        _check_types(select, things)
        resolve = self._resolver(channel, resolved)
        values = [resolve(ENTITY_KINDS[select["type"]], one) for one in things]
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
        """Send a form, its fields by label or custom id; what is not named stays as it stood."""
        form = modal.form if isinstance(modal, Reply) else modal
        opener = form.interaction
        channel = opener.channel
        components = modal_answers(
            form.components,
            answers,
            lambda field, value: self._chosen(
                channel, field, _preset(field) if value is None else value
            ),
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


def _preset(select: JSON) -> list[str]:
    """Give what a select of a form holds before anybody touches it."""
    return [option["label"] for option in select.get("options", ()) if option.get("default")]


def _check_types(select: JSON, things: Iterable[object]) -> None:
    """Discord's apps list only the kinds of channels that a select asks for."""
    kinds = select.get("channel_types") or ()
    for one in things:
        if kinds and isinstance(one, Channel) and one.kind not in kinds:
            raise CannotDo(f"{one.name} is not among the choices: this takes the types {kinds}")


def _listed(choices: object) -> Iterable[object]:
    return choices if isinstance(choices, Iterable) else [choices]
