"""The people of the demo and their friendships."""

from datetime import datetime

from sandbox.kakao.switches import KST
from sandbox.kakao.world import World

EMAILS = {
    "민지": "minji@example.com",
    "준호": "junho@example.com",
    "서연": "seoyeon@example.com",
    "하준": "hajun@example.com",
    "지우": "jiwoo@example.com",
}


def settle(world: World) -> None:
    """Let the five move in: four of them use the app already, Minji is about to."""
    minji, *others = (world.add_account(name, email=email) for name, email in EMAILS.items())
    for friend in others:
        world.befriend(minji, friend)
        world.connect(friend, {"profile_nickname", "friends"})
    junho, seoyeon, hajun, _ = others
    world.befriend(junho, seoyeon)
    world.favorite(minji, junho)
    hajun.refuses = True
    world.add_group("까치 마을", minji, *others)
    world.app.events["kkachi-meetup"] = datetime(2025, 10, 18, 15, tzinfo=KST).timestamp()
