"""Those who use Kkachi already when a visitor comes: what a visitor writes can reach them."""

from collections.abc import Callable, Collection
from contextlib import suppress

from sandbox.demo.linking import link_account
from sandbox.demo.page.villagers import WORDS
from sandbox.discord import CannotDo, LocalDiscord, Person
from sandbox.kakao import LocalKakao

NAME = "지우"
OTHERS = ("준호", "서연", "하준")
CHANNEL = "잡담"
WORD = WORDS["ko"]
# Discord gives up on an answer after three seconds, which a busy machine may need.
TRIES = 3


async def move_in(
    discord: LocalDiscord, kakao: LocalKakao, linked: Callable[[], Collection[int]]
) -> None:
    """Let them link their accounts, and one of them set up rules, by the bot's own commands.

    `linked` gives the ids of the accounts that are. Raises CannotDo.
    """
    people = [discord.person(name) for name in (NAME, *OTHERS)]
    for person in people:
        await _link(discord, kakao, person, linked)
    for word in WORDS.values():
        await people[0].slash(CHANNEL, "highlight add", word=word)
    for person in people:
        await _put_away(person)


async def _link(
    discord: LocalDiscord, kakao: LocalKakao, person: Person, linked: Callable[[], Collection[int]]
) -> None:
    """Link somebody's account, once more if no answer came."""
    for _ in range(TRIES):
        with suppress(CannotDo):
            invited = await person.slash(CHANNEL, "kakao link")
            await link_account(kakao, person, person.name, invited)
        with suppress(TimeoutError):
            await discord.until(lambda: kakao.account(person.name).id in linked())
            return
    raise CannotDo(f"{person.name} could not be linked")


async def _put_away(person: Person) -> None:
    """Dismiss what only they see."""
    for message in person.sees(CHANNEL):
        if message.only_for is person.user:
            await person.delete(message)
