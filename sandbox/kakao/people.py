"""The people of the demo, their friendships, and drawn pictures for everybody."""

from dataclasses import dataclass

from sandbox.kakao.state import Account
from sandbox.kakao.world import World


@dataclass(frozen=True, slots=True)
class Look:
    """How a picture is drawn: colours of the ground, hair and clothes, and the hair's shape."""

    ground: str
    hair: str
    clothes: str
    shape: str


BOB = "M26 58V46a24 24 0 0 1 48 0v12c-4 4-8 4-10 2V46c-8 0-18-3-24-9-1 6-4 9-8 10v13c-2 2-4 2-6-2z"
SHORT = "M27 44a23 22 0 0 1 46-1c-2 3-4 1-5-2-9 1-20-1-26-7-2 5-6 8-10 9-1 3-3 4-5 1z"
LONG = (
    "M25 74V46a25 25 0 0 1 50 0v28c-5 3-10 2-11-2V47c-9 0-19-4-24-10-1 6-3 9-6 11v24c-1 4-6 5-9 2z"
)
CURLY = (
    "M29 46c-6-3-6-11 0-14 0-8 9-12 14-8 4-6 13-5 16 1 7-2 13 4 11 11 5 3 5 9-1 11"
    "-2-4-4-6-5-9-9 1-18-1-23-4-3 5-7 8-12 12z"
)
TIED = (
    "M28 50V45a22 22 0 0 1 44 0v5c-4-1-5-4-6-7-9 0-18-3-23-8-2 6-6 9-15 15zM62 20"
    "a9 9 0 1 1 14 9 9 9 0 0 1-14-9z"
)

LOOKS = {
    "민지": Look("#ffd9c7", "#3a2a25", "#ff8f6b", LONG),
    "준호": Look("#cfe6ff", "#26262b", "#4b83d4", SHORT),
    "서연": Look("#e6dcff", "#5a3b2e", "#9a7be0", BOB),
    "하준": Look("#d3f0dc", "#2b2b33", "#4fa873", CURLY),
    "지우": Look("#fff0b8", "#4a2f27", "#e9b52d", TIED),
}
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


def picture(account: Account) -> str:
    """Draw somebody as SVG."""
    usual = list(LOOKS.values())
    look = LOOKS.get(account.name, usual[account.id % len(usual)])
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" width="110" height="110">'
        f'<path d="M0 0h100v100H0z" fill="{look.ground}"/>'
        '<g transform="translate(-12 -9) scale(1.24)">'
        f'<path d="M16 100c2-20 16-28 34-28s32 8 34 28z" fill="{look.clothes}"/>'
        '<path d="M43 62h14v12a7 7 0 0 1-14 0z" fill="#f3c3a5"/>'
        '<ellipse cx="50" cy="50" rx="19" ry="21" fill="#fbd7bd"/>'
        f'<path d="{look.shape}" fill="{look.hair}"/>'
        '<circle cx="42.5" cy="51" r="2.3" fill="#2b2320"/>'
        '<circle cx="57.5" cy="51" r="2.3" fill="#2b2320"/>'
        '<path d="M44 60q6 5 12 0" fill="none" stroke="#b4604e" stroke-width="2"'
        ' stroke-linecap="round"/></g></svg>'
    )
