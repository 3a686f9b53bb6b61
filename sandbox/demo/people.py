"""The people of the demo and their friendships, and the app as its owner has set it up."""

from datetime import datetime

from sandbox.demo.portraits import PICTURES, portraits
from sandbox.demo.templates import templates
from sandbox.kakao.state import OwnPage
from sandbox.kakao.switches import KST
from sandbox.kakao.world import World

EMAILS = {
    "민지": "minji@example.com",
    "준호": "junho@example.com",
    "서연": "seoyeon@example.com",
    "하준": "hajun@example.com",
    "지우": "jiwoo@example.com",
}


def add_people(world: World) -> None:
    """Let the five move in: four of them use the app already, Minji is about to."""
    _set_up(world)
    minji, *others = (world.add_account(name, email=email) for name, email in EMAILS.items())
    for friend in others:
        world.befriend(minji, friend)
        world.connect(friend, {"profile_nickname", "friends"})
    junho, seoyeon, hajun, _ = others
    world.befriend(junho, seoyeon)
    world.favorite(minji, junho)
    hajun.refuses = True
    world.add_group("까치 마을", minji, *others)


def _set_up(world: World) -> None:
    """Name the app and give it templates and an event; put up pages to scrape."""
    world.portraits |= portraits()
    world.app.name = "Kkachi"
    world.app.templates |= templates()
    world.app.events["kkachi-meetup"] = datetime(2025, 10, 18, 15, tzinfo=KST).timestamp()
    picnic = (PICTURES / "picnic.jpg").read_bytes()
    world.pages["picnic"] = OwnPage("까치 마을 봄 소풍", "토요일 11시, 서울숲 2번 출구", picnic)
    world.pages["raid"] = OwnPage("길드 정기전", "매주 수요일 21시. 자리가 세 개 남았어요.")
