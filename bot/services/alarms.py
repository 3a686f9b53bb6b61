"""What needs a person: told once when it begins, and once when it is over."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from bot.texts import Locale, Texts

logger = logging.getLogger(__name__)

LOOP = "loop"


class Alarm(StrEnum):
    """A trouble that does not go away by itself."""

    APP_REFUSED = "app-refused"
    """Kakao refuses our key, secret or address."""
    APP_SPENT = "app-spent"
    """The whole app has used up its day."""
    KAKAO_AWAY = "kakao-away"
    """Kakao has answered nothing for a while."""
    DATABASE = "database"
    """The database cannot be written: a full disk, say."""
    DISCORD_AWAY = "discord-away"
    """There has been no connection to Discord for a while."""


@dataclass(frozen=True, slots=True)
class LoopDown:
    """One of Kkachi's loops has failed; it is started anew by itself."""

    name: str

    def __str__(self) -> str:
        return f"{LOOP} {self.name}"


Trouble = Alarm | LoopDown
Listener = Callable[[Trouble, bool], Awaitable[None]]


class Alarms:
    """Knows which troubles there are right now."""

    def __init__(self) -> None:
        self.active: set[Trouble] = set()
        self.are_shared = False
        """Whether one of several processes tells of the troubles of all, and not each of its own.

        That the database fails no process hears from another.
        """
        self.on_change: list[Listener] = []
        """Who tells in Discord, and so cannot always be told."""
        self.on_change_elsewhere: list[Callable[[Trouble, bool], None]] = []
        """Who is there from the first moment to the last."""
        # What began, or ended, while nobody listened.
        self._untold: dict[Trouble, bool] = {}
        self._telling: set[asyncio.Task[None]] = set()

    def begin(self, alarm: Trouble) -> None:
        """Note a trouble; the first time everybody is told."""
        if alarm not in self.active:
            self.active.add(alarm)
            logger.error("this needs somebody: %s", alarm)
            self._tell_ours(alarm, begins=True)

    def end(self, alarms: Iterable[Trouble]) -> None:
        """Note that troubles are over."""
        for alarm in self.active & set(alarms):
            self.active.discard(alarm)
            logger.warning("this is over: %s", alarm)
            self._tell_ours(alarm, begins=False)

    def tell_missed(self) -> None:
        """Tell whoever listens now of what was told nobody, such as before Discord was there."""
        untold, self._untold = self._untold, {}
        for alarm, begins in untold.items():
            self._tell_in_discord(alarm, begins=begins)

    def _tell_ours(self, alarm: Trouble, *, begins: bool) -> None:
        if alarm is Alarm.DATABASE or not self.are_shared:
            self.tell(alarm, begins=begins)

    def tell(self, alarm: Trouble, *, begins: bool) -> None:
        """Tell everybody of a trouble, or of its end."""
        for teller in self.on_change_elsewhere:
            teller(alarm, begins)
        self._tell_in_discord(alarm, begins=begins)

    def _tell_in_discord(self, alarm: Trouble, *, begins: bool) -> None:
        if not self.on_change and self._untold.pop(alarm, None) is None:
            self._untold[alarm] = begins
        for listener in self.on_change:
            task = asyncio.get_running_loop().create_task(_quietly(listener, alarm, begins=begins))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)


def trouble_of(name: str) -> Trouble:
    """Return the trouble of this name; raises ValueError."""
    kind, _, loop = name.partition(" ")
    return LoopDown(loop) if kind == LOOP and loop else Alarm(name)


def line_of(texts: Texts, locale: Locale, alarm: Trouble, *, begins: bool) -> str:
    """Return what an operator reads of an alarm, or of its end, in one language."""
    if isinstance(alarm, LoopDown):
        which = texts.say(locale, f"loop-{alarm.name.replace(' ', '-')}")
        return texts.say(locale, "alarm-loop" if begins else "alarm-over", what=which)
    return texts.say(locale, f"alarm-{alarm}" if begins else "alarm-over", what=alarm)


async def _quietly(listener: Listener, alarm: Trouble, *, begins: bool) -> None:
    try:
        await listener(alarm, begins)
    except Exception as error:  # noqa: BLE001 - an alarm that cannot be told stands in the log
        logger.warning("an alarm could not be told: %s", type(error).__name__)
