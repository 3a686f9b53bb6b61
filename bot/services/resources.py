"""What every part of the services is built upon."""

from dataclasses import dataclass

from bot.config import Config
from bot.kakao import KakaoClient
from bot.pictures import Pictures
from bot.services.clock import Clock, Patience
from bot.services.messages.reader import ReaderSlot
from bot.services.processes.worker import Worker
from bot.texts import Texts
from storage.stores import Stores


@dataclass(frozen=True, slots=True)
class Resources:
    """Settings, tables, texts and the clock, the ways to Kakao and Discord, how long to wait.

    And this process among others.
    """

    config: Config
    stores: Stores
    kakao: KakaoClient
    pictures: Pictures
    sight: ReaderSlot
    texts: Texts
    now: Clock
    patience: Patience
    worker: Worker
