"""Those who use Kkachi already when a visitor comes: what a visitor writes can reach them."""

from sandbox.demo.linking import link_account
from sandbox.demo.page.villagers import WORDS
from sandbox.discord import LocalDiscord, Person
from sandbox.kakao import LocalKakao

NAME = "지우"
OTHERS = ("준호", "서연", "하준")
CHANNEL = "잡담"
WORD = WORDS["ko"]


async def move_in(discord: LocalDiscord, kakao: LocalKakao) -> None:
    """Let them link their accounts, and one of them set up rules, by the bot's own commands."""
    people = [discord.person(name) for name in (NAME, *OTHERS)]
    for person in people:
        invited = await person.slash(CHANNEL, "kakao link")
        await link_account(kakao, person, person.name, invited)
    for word in WORDS.values():
        await people[0].slash(CHANNEL, "highlight add", word=word)
    for person in people:
        await _put_away(person)


async def _put_away(person: Person) -> None:
    """Dismiss what only they see."""
    for message in person.sees(CHANNEL):
        if message.only_for is person.user:
            await person.delete(message)
