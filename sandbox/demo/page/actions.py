"""What the page may do: each action is a model, its name is its address below `/api/`."""

import base64
import binascii
import re
from typing import Any, Literal
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout
from pydantic import BaseModel, ConfigDict, Field

from sandbox.demo.page.trouble import Trouble
from sandbox.discord import CannotDo, Channel, Message, Person

JSON = dict[str, Any]
DISCORD_MESSAGE = re.compile(r"https://discord\.com/channels/(\d+|@me)/(\d+)/(\d+)")


class Desk:
    """What the actions work on."""

    def __init__(self, trouble: Trouble, *, bot_url: str) -> None:
        self.trouble = trouble
        self.discord = trouble.discord
        self.bot_url = bot_url

    def channel(self, number: int) -> Channel:
        """Find a channel."""
        found = self.discord.world.channel(number)
        if found is None:
            raise CannotDo("there is no such channel")
        return found

    def message(self, number: int) -> Message:
        """Find a message."""
        found = self.discord.message(number)
        if found is None:
            raise CannotDo("this message is no longer there")
        return found


class Action(BaseModel):
    """Something one person does; `locale` is the language of their Discord."""

    model_config = ConfigDict(extra="forbid")

    person: str
    locale: Literal["ko", "en-US"] = "ko"

    def who(self, desk: Desk) -> Person:
        """Find the person, with the language they read now."""
        if self.person not in {one.name for one in desk.discord.people}:
            raise CannotDo(f"there is nobody called {self.person}")
        person = desk.discord.person(self.person)
        person.locale = self.locale
        return person

    async def run(self, desk: Desk) -> JSON:
        """Do it and give the answer for the page."""
        raise NotImplementedError


class File(BaseModel):
    """A file to upload, base64."""

    name: str = Field(min_length=1, max_length=200)
    type: str
    data: str

    def content(self) -> bytes:
        """Give the bytes."""
        try:
            return base64.b64decode(self.data, validate=True)
        except binascii.Error:
            raise CannotDo("the file is not base64") from None


Options = dict[str, str | int | float | bool | File]


def _given(options: Options) -> dict[str, object]:
    """Give the options of a command as a person gives them."""
    return {
        name: (value.name, value.content()) if isinstance(value, File) else value
        for name, value in options.items()
    }


class Say(Action):
    """Write a message, also as a reply and with files."""

    channel: int
    text: str = ""
    files: list[File] = []
    reply_to: int | None = None

    async def run(self, desk: Desk) -> JSON:
        person, channel = self.who(desk), desk.channel(self.channel)
        quoted = None if self.reply_to is None else desk.message(self.reply_to)
        files = [(one.name, one.content()) for one in self.files]
        message = await person.say(channel, self.text, files=files, reply_to=quoted)
        return {"message": str(message.id)}


class Edit(Action):
    """Change one's own message."""

    message: int
    text: str = Field(min_length=1, max_length=2000)

    async def run(self, desk: Desk) -> JSON:
        await self.who(desk).edit(desk.message(self.message), self.text)
        return {}


class Delete(Action):
    """Delete one's own message."""

    message: int

    async def run(self, desk: Desk) -> JSON:
        await self.who(desk).delete(desk.message(self.message))
        return {}


class React(Action):
    """React to a message, or take one's own reaction back."""

    message: int
    emoji: str = Field(min_length=1, max_length=100)

    async def run(self, desk: Desk) -> JSON:
        await self.who(desk).react(desk.message(self.message), self.emoji)
        return {}


class Slash(Action):
    """Run a slash command by its path, such as `kakao link`."""

    channel: int
    command: str
    options: Options = {}

    async def run(self, desk: Desk) -> JSON:
        person, channel = self.who(desk), desk.channel(self.channel)
        reply = await person.slash(channel, self.command, **_given(self.options))
        return reply.view(person)


class Autocomplete(Action):
    """Ask for the choices of an option that is being typed."""

    channel: int
    command: str
    option: str
    text: str
    options: Options = {}

    async def run(self, desk: Desk) -> JSON:
        person, channel = self.who(desk), desk.channel(self.channel)
        others = _given(self.options)
        others.pop(self.option, None)
        return {
            "choices": await person.autocomplete(
                channel, self.command, self.option, self.text, **others
            )
        }


class Menu(Action):
    """Use a command of a message's menu, by its English name."""

    channel: int
    command: str
    message: int

    async def run(self, desk: Desk) -> JSON:
        person, channel = self.who(desk), desk.channel(self.channel)
        reply = await person.menu(channel, self.command, desk.message(self.message))
        return reply.view(person)


class Press(Action):
    """Press a button."""

    message: int
    custom_id: str

    async def run(self, desk: Desk) -> JSON:
        person = self.who(desk)
        reply = await person.press(desk.message(self.message), self.custom_id)
        return reply.view(person)


class Choose(Action):
    """Choose in a select, by values."""

    message: int
    custom_id: str
    values: list[str]

    async def run(self, desk: Desk) -> JSON:
        person, message = self.who(desk), desk.message(self.message)
        reply = await person.choose(message, self.custom_id, self.values)
        return reply.view(person)


class Submit(Action):
    """Send a modal; `values` by the custom ids of its inputs."""

    modal: int
    values: dict[str, str | list[str]]

    async def run(self, desk: Desk) -> JSON:
        person = self.who(desk)
        modal = person.modals.get(self.modal)
        if modal is None:
            raise CannotDo("this form is no longer open")
        reply = await person.submit(modal, self.values)
        return reply.view(person)


class Follow(Action):
    """Open a link of a card: says where in Discord the bot's web server sends its reader."""

    address: str

    async def run(self, desk: Desk) -> JSON:
        bot, asked = urlsplit(desk.bot_url), urlsplit(self.address)
        if (bot.scheme, bot.netloc) != (asked.scheme, asked.netloc):
            return {"discord": None}
        found = DISCORD_MESSAGE.fullmatch(await _location(self.address))
        if found is None:
            return {"discord": None}
        guild, channel, message = found.groups()
        return {"discord": {"guild": guild, "channel": channel, "message": message}}


async def _location(address: str) -> str:
    try:
        async with (
            ClientSession(timeout=ClientTimeout(total=5)) as http,
            http.get(address, allow_redirects=False) as response,
        ):
            return response.headers.get("Location", "")
    except (ClientError, TimeoutError):
        raise CannotDo("the bot's web server does not answer") from None


class MakeTrouble(Action):
    """Cause trouble, or end it."""

    verb: str
    on: bool = True

    async def run(self, desk: Desk) -> JSON:
        person = self.who(desk)
        if self.verb not in desk.trouble.verbs:
            raise CannotDo(f"there is no trouble called {self.verb}")
        await desk.trouble.make(self.verb, person.user.name, on=self.on)
        return {}


ACTIONS: dict[str, type[Action]] = {
    "say": Say,
    "edit": Edit,
    "delete": Delete,
    "react": React,
    "slash": Slash,
    "autocomplete": Autocomplete,
    "menu": Menu,
    "press": Press,
    "choose": Choose,
    "submit": Submit,
    "follow": Follow,
    "trouble": MakeTrouble,
}
