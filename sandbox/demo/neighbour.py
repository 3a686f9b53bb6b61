"""Somebody who uses Kkachi already when a visitor comes: what a visitor writes can reach them."""

from sandbox.demo.demo import Demo
from sandbox.demo.linking import link_account

NAME = "지우"
CHANNEL = "잡담"
WORD = "번개"


async def move_in(demo: Demo) -> None:
    """Let the neighbour link their account and set up a rule, by the bot's own commands."""
    person = demo.discord.person(NAME)
    invited = await person.slash(CHANNEL, "kakao link")
    await link_account(demo.kakao, person, NAME, invited)
    added = await person.slash(CHANNEL, "highlight add", word=WORD)
    for message in (*invited.messages, *added.messages):
        await person.delete(message)
