"""Interactions: a person acts, the bot has three seconds to answer and 15 minutes to go on."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.discord.bodies import Draft, Upload
from sandbox.discord.checks import check_message, check_modal
from sandbox.discord.commands import choices_faults
from sandbox.discord.core import Event
from sandbox.discord.errors import ApiError, Fault, invalid_form, unknown
from sandbox.discord.messages import (
    COMPONENTS_V2,
    DEFAULT,
    EPHEMERAL,
    FAILED,
    LOADING,
    MENU_COMMAND,
    NO_ANSWER,
    REPLY,
    SLASH_COMMAND,
    Message,
    pointer_to,
)
from sandbox.discord.permissions import Permission
from sandbox.discord.picker import context_of, owners_of
from sandbox.discord.snowflakes import time_of
from sandbox.discord.state import JSON, Channel, Reader, User
from sandbox.discord.world import World

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
SAY, DEFER_SAY, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
TOKEN_LIFETIME = 15 * 60
LARGEST_FILE = 10 * 1024 * 1024
SUPPRESS_EMBEDS, SUPPRESS_NOTIFICATIONS = 1 << 2, 1 << 12
GUILD_INSTALL, USER_INSTALL = "0", "1"
MOST_FOLLOW_UPS = 5  # where only somebody's own install lets the application act
LENT = Permission.ATTACH_FILES | Permission.EMBED_LINKS | Permission.MENTION_EVERYONE
ALLOWED_FLAGS = EPHEMERAL | COMPONENTS_V2 | SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS


@dataclass(eq=False, repr=False)
class Modal:
    """A form that the bot opened for one person."""

    id: int
    custom_id: str
    title: str
    components: list[JSON]
    interaction: "Interaction"

    @property
    def fields(self) -> dict[str, JSON]:
        """Its inputs by label."""
        return dict(_labelled(self.components))

    def view(self, reader: Reader) -> JSON:
        """Everything a user interface must draw."""
        return {
            "id": str(self.id),
            "custom_id": self.custom_id,
            "title": self.title,
            "components": self.components,
            "locale": reader.locale,
        }


def _labelled(components: list[JSON]) -> Iterator[tuple[str, JSON]]:
    for component in components:
        if component["type"] == 1:
            yield from ((one["label"], one) for one in component["components"])
        elif component["type"] == 18:
            yield component["label"], component["component"]


@dataclass(eq=False, repr=False)
class Interaction:
    """What one person did, and all that the bot made of it."""

    id: int
    token: str
    kind: int
    user: User
    locale: str
    channel: Channel
    data: JSON
    message: Message | None = None
    command: str | None = None
    opener: "Interaction | None" = None
    owners: JSON = field(default_factory=dict)
    followed: int = 0
    answer: int | None = None
    original: Message | None = None
    touched: list[Message] = field(default_factory=list)
    modal: Modal | None = None
    choices: list[JSON] | None = None
    failed: str | None = None

    @property
    def settled(self) -> bool:
        """Whether the person sees a result: deferred answers need their second part."""
        if self.failed is not None:
            return True
        if self.answer in (DEFER_SAY, DEFER_UPDATE):
            return bool(self.touched)
        return self.answer is not None

    def metadata(self) -> JSON:
        """Give what the messages it made tell about it."""
        found: JSON = {
            "id": str(self.id),
            "type": self.kind,
            "user": self.user.payload(),
            "authorizing_integration_owners": self.owners,
        }
        if self.kind == COMMAND and "target_id" in self.data and self.data["type"] == 3:
            found["target_message_id"] = self.data["target_id"]
        if self.kind == COMPONENT and self.message is not None:
            found["interacted_message_id"] = str(self.message.id)
        if self.kind == MODAL_SUBMIT and self.opener is not None:
            found["triggering_interaction_metadata"] = self.opener.metadata()
        return found


class Interactions:
    """All interactions of one local Discord."""

    def __init__(self, world: World, *, answer_within: float) -> None:
        self._world = world
        self._answer_within = answer_within
        self._by_token: dict[str, Interaction] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def open(
        self, kind: int, reader: Reader, channel: Channel, data: JSON, **about: Any,  # noqa: ANN401 - Interaction's own fields, checked there
    ) -> Interaction:  # fmt: skip
        """Let a person act: the bot hears of it, and its three seconds begin."""
        token = f"{self._world.random.getrandbits(512):0128x}"
        number = self._world.ids.next()
        interaction = Interaction(
            number, token, kind, reader.user, reader.locale, channel, data, **about
        )
        interaction.owners = self._owners(interaction)
        self._by_token[token] = interaction
        loop = asyncio.get_running_loop()
        self._timers[token] = loop.call_later(self._answer_within, self._lapse, interaction)
        guild = channel.guild
        self._world.tell(Event("INTERACTION_CREATE", self._payload(interaction), guild=guild))
        return interaction

    def _owners(self, interaction: Interaction) -> JSON:
        """Give for whose sake the application may act here: the server's, the person's, or both.

        What stands on a message, or in a form, goes on for those for whom that was made.
        """
        if interaction.opener is not None:
            return interaction.opener.owners
        if interaction.message is not None and interaction.message.metadata is not None:
            return dict(interaction.message.metadata["authorizing_integration_owners"])
        command = self._world.command(interaction.data.get("id"), interaction.channel.guild)
        return owners_of(self._world, interaction.user, interaction.channel, command)

    def close(self) -> None:
        for timer in self._timers.values():
            timer.cancel()

    def _payload(self, interaction: Interaction) -> JSON:
        channel, user = interaction.channel, interaction.user
        allowed = str(self._world.may(user, channel))
        found: JSON = {
            "id": str(interaction.id),
            "application_id": str(self._world.application_id),
            "type": interaction.kind,
            "data": interaction.data,
            "token": interaction.token,
            "version": 1,
            "channel": channel.payload() | {"permissions": allowed},
            "channel_id": str(channel.id),
            "app_permissions": str(self._app_permissions(interaction)),
            "locale": interaction.locale,
            "entitlements": [],
            "authorizing_integration_owners": interaction.owners,
            "context": context_of(channel),
            "attachment_size_limit": LARGEST_FILE,
        }
        if interaction.message is not None:
            found["message"] = interaction.message.payload(self._world.bot)
        return found | self._actor(interaction, allowed)

    def _app_permissions(self, interaction: Interaction) -> int:
        """Where the bot is not, it may at most do what whoever uses it may."""
        channel, bot = interaction.channel, self._world.bot
        own = self._world.may(bot, channel)
        return own or self._world.may(interaction.user, channel) & LENT

    def _actor(self, interaction: Interaction, allowed: str) -> JSON:
        guild = interaction.channel.guild
        if guild is None:
            return {"user": interaction.user.payload()}
        member = guild.members[interaction.user.id].payload() | {"permissions": allowed}
        place = {"guild_id": str(guild.id), "guild": guild.partial(), "guild_locale": guild.locale}
        return {**place, "member": member}

    def _lapse(self, interaction: Interaction) -> None:
        """Nobody answered in time: the person alone sees that it failed."""
        words = FAILED if interaction.message is not None else NO_ANSWER
        interaction.failed = words["en"]
        if interaction.kind != AUTOCOMPLETE:
            note = self._message(interaction, flags=EPHEMERAL)
            note.failure = words
            self._world.history.setdefault(note.channel.id, {})[note.id] = note
        self._world.changed()

    # the first answer

    def respond(self, number: int, token: str, body: JSON, uploads: list[Upload]) -> JSON:
        """Take the bot's first answer."""
        interaction = self._by_token.get(token)
        if interaction is None or interaction.id != number or interaction.failed:
            raise unknown("interaction")
        if interaction.answer is not None:
            raise ApiError(400, 40060, "Interaction has already been acknowledged.")
        self._check_kind(interaction, body["type"])
        data = body.get("data") or {}
        self._answer(interaction, body["type"], data, uploads)
        interaction.answer = body["type"]
        self._timers.pop(token).cancel()
        self._world.changed()
        return self._result(interaction)

    def _check_kind(self, interaction: Interaction, kind: int) -> None:
        from_message = interaction.message is not None
        allowed = {
            COMMAND: {SAY, DEFER_SAY, MODAL},
            COMPONENT: {SAY, DEFER_SAY, DEFER_UPDATE, UPDATE, MODAL},
            AUTOCOMPLETE: {CHOICES},
            MODAL_SUBMIT: {SAY, DEFER_SAY} | ({DEFER_UPDATE, UPDATE} if from_message else set()),
        }[interaction.kind]
        if kind not in allowed:
            message = f"Value must be one of {sorted(allowed)}."
            raise invalid_form([Fault(("type",), "BASE_TYPE_CHOICES", message)])

    def _answer(
        self, interaction: Interaction, kind: int, data: JSON, uploads: list[Upload]
    ) -> None:
        if kind == SAY:
            interaction.original = self._say(interaction, data, uploads)
            interaction.touched.append(interaction.original)
        elif kind == DEFER_SAY:
            flags = LOADING | ((data.get("flags") or 0) & ALLOWED_FLAGS)
            interaction.original = self._message(interaction, flags=flags)
            self._world.place(interaction.original)
        elif kind in (DEFER_UPDATE, UPDATE):
            interaction.original = interaction.message
            if kind == UPDATE and interaction.message is not None:
                self._edit(interaction, interaction.message, data, uploads)
        elif kind == CHOICES:
            interaction.choices = self._completed(interaction, data)
        else:
            interaction.modal = self._modal(interaction, data)

    def _completed(self, interaction: Interaction, data: JSON) -> list[JSON]:
        choices = list(data.get("choices") or [])
        faults = list(
            choices_faults(choices, ("data", "choices"), focused(interaction.data)["type"])
        )
        if faults:
            raise invalid_form(faults)
        return choices

    def _modal(self, interaction: Interaction, data: JSON) -> Modal:
        check_modal(data)
        components = Draft(self._world, interaction.channel, data, []).fields()["components"]
        title = data["title"]
        return Modal(interaction.id, data["custom_id"], title, components, interaction)

    def _result(self, interaction: Interaction) -> JSON:
        original, kind = interaction.original, interaction.answer
        about: JSON = {"id": str(interaction.id), "type": interaction.kind}
        if original is None:
            return {"interaction": about}
        about["response_message_id"] = str(original.id)
        about["response_message_loading"] = original.thinking
        about["response_message_ephemeral"] = original.ephemeral
        if kind == DEFER_UPDATE:
            return {"interaction": about}
        told = {"type": SAY if kind == DEFER_SAY else kind}
        return {
            "interaction": about,
            "resource": told | {"message": original.payload(self._world.bot)},
        }

    # what may follow for 15 minutes

    def follow_up(self, token: str, body: JSON, uploads: list[Upload]) -> Message:
        """Add a message; the first one after a deferral takes the place of the waiting one."""
        interaction = self._alive(token)
        waiting = interaction.original
        if waiting is not None and waiting.thinking:
            self._edit(interaction, waiting, body, uploads)
            return waiting
        if interaction.owners.keys() == {USER_INSTALL}:
            interaction.followed += 1
            if interaction.followed > MOST_FOLLOW_UPS:
                words = "This interaction has hit the maximum number of follow up messages"
                raise ApiError(400, 40094, words)
        message = self._say(interaction, body, uploads, reply_to=waiting)
        interaction.touched.append(message)
        self._world.changed()
        return message

    def message(self, token: str, which: str) -> Message:
        """Give the original answer (`@original`) or a follow-up, by id."""
        interaction = self._alive(token)
        own = [interaction.original, *interaction.touched]
        for message in own:
            original = which == "@original" and message is interaction.original
            if message and not message.deleted and (original or str(message.id) == which):
                return message
        raise unknown("Message")

    def edit(self, token: str, which: str, body: JSON, uploads: list[Upload]) -> Message:
        message = self.message(token, which)
        self._edit(self._alive(token), message, body, uploads)
        return message

    def delete(self, token: str, which: str) -> None:
        message = self.message(token, which)
        self._alive(token).touched.append(message)
        self._world.delete(message)

    def _alive(self, token: str) -> Interaction:
        interaction = self._by_token.get(token)
        if interaction is None or interaction.answer is None:
            raise unknown("Webhook")
        if self._world.now() - time_of(interaction.id) > TOKEN_LIFETIME:
            raise ApiError(401, 50027, "Invalid Webhook Token")
        return interaction

    # messages

    def _say(
        self, interaction: Interaction, body: JSON, uploads: list[Upload],
        reply_to: Message | None = None,
    ) -> Message:  # fmt: skip
        flags = (body.get("flags") or 0) & ALLOWED_FLAGS
        check_message(body, flags=flags, files=len(uploads))
        fields = Draft(self._world, interaction.channel, body, uploads).fields()
        message = self._message(interaction, flags=flags, **fields)
        if reply_to is not None and not reply_to.deleted:
            message.kind, message.reply_to = REPLY, reply_to
            message.reference = pointer_to(reply_to)
        self._world.place(message)
        return message

    def _message(self, interaction: Interaction, *, flags: int, **fields: Any) -> Message:  # noqa: ANN401 - Message's own fields
        kinds = {COMMAND: SLASH_COMMAND if interaction.data.get("type") == 1 else MENU_COMMAND}
        message = Message(
            self._world.ids.next(),
            interaction.channel,
            self._world.bot,
            kind=kinds.get(interaction.kind, DEFAULT),
            flags=flags,
            metadata=interaction.metadata(),
            command=interaction.command,
            application_id=self._world.application_id,
            **fields,
        )
        if flags & EPHEMERAL:
            message.only_for = interaction.user
        for attachment in message.attachments:
            attachment.ephemeral = message.ephemeral
        return message

    def _edit(
        self, interaction: Interaction, message: Message, body: JSON, uploads: list[Upload]
    ) -> None:
        waited = message.thinking
        edit_message(self._world, message, body, uploads)
        interaction.touched.append(message)
        self._world.edited(message, stamped=not waited)


def edit_message(world: World, message: Message, body: JSON, uploads: list[Upload]) -> None:
    """Put the body of an edit into a message, checked as the whole that results."""
    flags = message.flags | ((body.get("flags") or 0) & COMPONENTS_V2)
    old = {"content": message.content, "embeds": message.embeds, "components": message.components}
    checked = body if message.thinking else old | body
    check_message(checked, flags=flags, files=len(uploads), edit=not message.thinking)
    draft = Draft(world, message.channel, body, uploads, kept=message.attachments)
    for name, value in draft.fields().items():
        setattr(message, name, value)
    message.flags = flags & ~LOADING


def focused(data: JSON) -> JSON:
    """Give the option that is being typed in an autocomplete interaction."""
    for option in data.get("options", []):
        if option.get("focused"):
            return dict(option)
        if option.get("options"):
            return focused(option)
    raise LookupError("no option has the focus")
