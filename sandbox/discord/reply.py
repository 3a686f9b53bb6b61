"""What a person sees of the bot's answer to something they did."""

from collections.abc import Callable

from sandbox.discord.interactions import Interaction, Modal
from sandbox.discord.messages import Message
from sandbox.discord.payloads import CannotDo
from sandbox.discord.state import JSON, Reader
from sandbox.discord.world import World


class Reply:
    """What the bot made of something a person did."""

    def __init__(self, world: World, interaction: Interaction) -> None:
        self.interaction = interaction
        self._world = world

    @property
    def messages(self) -> list[Message]:
        """All messages it made or changed, in order, each once."""
        return list(dict.fromkeys(self.interaction.touched))

    @property
    def message(self) -> Message | None:
        """The message it made or changed last."""
        return self.interaction.touched[-1] if self.interaction.touched else None

    @property
    def modal(self) -> Modal | None:
        """The form it opened."""
        return self.interaction.modal

    @property
    def answer(self) -> Message:
        """Its message, where there must be one."""
        if self.message is None:
            raise CannotDo(f"there is no message: {self.failed or 'something else came'}")
        return self.message

    @property
    def form(self) -> Modal:
        """Its form, where there must be one."""
        if self.modal is None:
            raise CannotDo(f"there is no form: {self.failed or 'something else came'}")
        return self.modal

    @property
    def failed(self) -> str | None:
        """What Discord itself says when the bot did not answer."""
        return self.interaction.failed

    @property
    def text(self) -> str:
        """All that can be read in its message."""
        return self.answer.text

    @property
    def labels(self) -> list[str]:
        """What its buttons say."""
        return self.answer.labels

    @property
    def ephemeral(self) -> bool:
        return self.answer.ephemeral

    async def until(self, come: Callable[[Message], bool], seconds: float = 10.0) -> Message:
        """Wait until its message is as wanted; gives the message."""
        found = await self._world.signal.until(
            lambda: any(come(one) for one in self.messages), seconds
        )
        if not found:
            raise CannotDo(f"this never came; there is {self.messages}")
        return next(one for one in self.messages if come(one))

    async def next(self, seconds: float = 10.0) -> Message:
        """Wait for the next message or change after this moment."""
        already = len(self.interaction.touched)
        touched = self.interaction.touched
        if not await self._world.signal.until(lambda: len(touched) > already, seconds):
            raise CannotDo("nothing more came")
        return self.answer

    def view(self, reader: Reader) -> JSON:
        """Everything a user interface must draw of it."""
        modal = self.interaction.modal
        return {
            "messages": [one.view(reader) for one in self.messages if not one.deleted],
            "modal": modal.view(reader) if modal else None,
            "failed": self.failed,
        }
