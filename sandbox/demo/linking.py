"""Linking to its end: through Kakao in a browser, then the number from KakaoTalk into Discord."""

import re

from sandbox.demo.browser import WebPage, link
from sandbox.discord import CannotDo, Person, Reply
from sandbox.discord.messages import every_component
from sandbox.kakao import LocalKakao

NUMBER = re.compile(r"\d{6}")
TEXT_INPUT = 4


async def link_account(kakao: LocalKakao, person: Person, name: str, reply: Reply) -> WebPage:
    """Follow the link button of an answer and type the number; gives the page seen last."""
    page = await link(kakao, name, reply)
    await type_number(kakao, person, name, reply)
    return page


async def type_number(kakao: LocalKakao, person: Person, name: str, reply: Reply) -> Reply:
    """Read the number in KakaoTalk and type it in the form below an answer."""
    opened = await person.press(reply, f"kkachi:number:{person.id}")
    fields = every_component(opened.form.components)
    [field] = [one["custom_id"] for one in fields if one["type"] == TEXT_INPUT]
    return await person.submit(opened, {field: number_of(kakao, name)})


def number_of(kakao: LocalKakao, name: str) -> str:
    """Read the number on the newest card of somebody's own chat."""
    cards = kakao.chats(kakao.account(name))[0].messages
    found = NUMBER.findall(str(cards[-1].template["content"]["title"])) if cards else []
    if not found:
        raise CannotDo(f"no number has come to {name}")
    return str(found[0])
