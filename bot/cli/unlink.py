"""`kkachi unlink`: end a member's link altogether, while Kkachi runs or not."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

import typer

from bot.app import open_services
from bot.cli.exit import TROUBLE, give_up
from bot.cli.opening import config_or_end, ending_on_storage_errors
from bot.cli.operator_door import NotRunning, Refused, ask
from bot.config import Config
from bot.errors import NotLinked
from bot.services.accounts.partings import KEPT_DAYS, Obstacle, Parting
from bot.services.servers.exclusions import LinkEnded
from bot.web.operator import LARGEST_ID, MEMBER, REASON, UNLINK

LONGEST_REASON = 500
OBSTACLES: Mapping[Obstacle, str] = {
    "away": "it is away.",
    "unclear": "it has not answered.",
    "refused": "it refuses the app, see docs/kakao-errors.md.",
    "lapsed": "it takes none of the member's tokens any more, and there is no KAKAO_ADMIN_KEY.",
}
TRIED: Mapping[str, str] = {
    "no-more": "Kkachi does not try again.",
    "while-running": "Kkachi tries again for a day, unless it is restarted.",
    "for-days": f"Kkachi tries again for {KEPT_DAYS} days.",
}


def unlink(
    member_id: Annotated[int, typer.Argument(min=1, max=LARGEST_ID, help="Their Discord id.")],
    reason: Annotated[str, typer.Option(help="What the member will read.")] = "",
) -> None:
    """End a member's KakaoTalk link, at Kakao too, and tell them."""
    if len(reason) > LONGEST_REASON:
        give_up(f"A reason can have up to {LONGEST_REASON} characters; this has {len(reason)}.")
    with ending_on_storage_errors():
        ended = asyncio.run(_end(config_or_end(), member_id, reason))
    if ended is None:
        give_up(f"Member {member_id} is not linked.", status=TROUBLE)
    typer.echo(f"The link of member {member_id} is ended: tokens erased, what waited cancelled.")
    for line in _at_kakao(ended.parting):
        typer.echo(line)
    typer.echo("The member was told." if ended.told else "The member will be told by the bot.")


async def _end(config: Config, member_id: int, reason: str) -> LinkEnded | None:
    """Let the process that runs do it, or else do it here; None for who is not linked."""
    try:
        done = await ask(config, UNLINK, {MEMBER: str(member_id), REASON: reason})
        return LinkEnded(Parting(**done["parting"]), done["told"])
    except Refused:
        return None
    except NotRunning:
        pass
    async with open_services(config) as services:
        try:
            ended = await services.exclusions.end_link(member_id, reason)
        except NotLinked:
            return None
        # This process does not go on.
        over = ended.parting.tried == "while-running"
        return replace(ended, parting=replace(ended.parting, tried="no-more")) if over else ended


def _at_kakao(parting: Parting) -> list[str]:
    """Say what came of it at Kakao, and what is left to do."""
    if parting.obstacle is None:
        return ["Undone at Kakao."]
    return [
        f"Kakao has not confirmed that it is undone: {OBSTACLES[parting.obstacle]}",
        TRIED[parting.tried],
        "The member can undo it in their Kakao account, under the connected services.",
    ]
