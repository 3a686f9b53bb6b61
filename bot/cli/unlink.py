"""`kkachi unlink`: end a member's link altogether, while Kkachi runs or not."""

import asyncio
from typing import Annotated

import typer

from bot.app import open_services
from bot.cli.exit import TROUBLE, config_or_end, ending_on_storage_errors, give_up
from bot.cli.operator_door import NotRunning, Refused, ask
from bot.config import Config
from bot.errors import NotLinked
from bot.services.servers.exclusions import LinkEnded
from bot.web.operator import LARGEST_ID, MEMBER, REASON, UNLINK

LONGEST_REASON = 500


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
    typer.echo(
        "Undone at Kakao." if ended.at_kakao else "Kakao has not confirmed that it is undone."
    )
    typer.echo("The member was told." if ended.told else "The member will be told by the bot.")


async def _end(config: Config, member_id: int, reason: str) -> LinkEnded | None:
    """Let the process that runs do it, or else do it here; None for who is not linked."""
    try:
        done = await ask(config, UNLINK, {MEMBER: str(member_id), REASON: reason})
        return LinkEnded(**done)
    except Refused:
        return None
    except NotRunning:
        pass
    async with open_services(config) as services:
        try:
            return await services.exclusions.end_link(member_id, reason)
        except NotLinked:
            return None
