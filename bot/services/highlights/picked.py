"""What a member picks by hand, on its way out: asked about the same, however they picked it."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace

from bot.errors import UserError
from bot.services.highlights.gates import Gates, Moment
from bot.services.highlights.replacements import Replacements
from bot.services.highlights.schedule import Schedules
from bot.services.messages.models import Highlight
from bot.services.privacy.optouts import OptOuts
from bot.services.servers.access import Access
from bot.services.servers.policy import Policy, apply_policy
from storage.reading import Unreadable


class NotInPassing(UserError):
    """Its author lets nothing go that was not picked message by message."""

    key = "error-author-not-in-passing"


class Picked:
    """Asks the server that a message is from, and for what is not pointed at its author too."""

    def __init__(
        self,
        access: Access,
        optouts: OptOuts,
        gates: Gates,
        schedules: Schedules,
        replacements: Replacements,
    ) -> None:
        self._access = access
        self._optouts = optouts
        self._gates = gates
        self._schedules = schedules
        self._replacements = replacements

    async def carried(
        self,
        member_id: int,
        highlight: Highlight,
        feature: str,
        role_ids: Collection[int] | None = None,
        *,
        outside: bool = False,
    ) -> Highlight:
        """Return as much of a message as may leave its server, with the member's time zone.

        From `outside`, where Kkachi is no member, nothing of authors who opted out goes. Without
        their roles Discord is asked for them. Raises NotAllowed, AuthorOptedOut or DiscordAway.
        """
        if outside:
            highlight = await self._optouts.without_theirs(member_id, highlight)
        else:
            await self._replacements.note(member_id, highlight.seen)
        with suppress(Unreadable):
            zone = (await self._schedules.of(member_id)).zone
            highlight = replace(highlight, zone=zone)
        places = highlight.seen.places
        return await self._access.carried(member_id, highlight, places, feature, role_ids)

    async def all_carried(
        self,
        member_id: int,
        highlights: Sequence[Highlight],
        feature: str,
        role_ids: Collection[int] | None = None,
    ) -> list[Highlight]:
        """Return as much of messages of one channel as may leave: of each the same.

        They are asked for as one send. Raises NotAllowed or DiscordAway.
        """
        [first, *others] = highlights
        carried = [await self.carried(member_id, first, feature, role_ids)]
        for one in others:
            await self._replacements.note(member_id, one.seen)
            same = apply_policy(replace(one, zone=carried[0].zone), Policy(carried[0].policy))
            carried.append(same)
        return carried

    async def agreed(self, member_id: int, highlight: Highlight) -> Highlight:
        """Return a message without parts whose authors have opted out.

        For messages that a member takes in passing. Raises NotInPassing when the whole of it is
        such an author's, or DiscordAway; what members write themselves is theirs.
        """
        author_id = highlight.seen.author_id
        if author_id != member_id and await self._optouts.has(author_id):
            raise NotInPassing
        seen = await self._gates.carried(highlight.seen, None, Moment.SENT)
        return replace(highlight, seen=seen)
