"""Makes the card of what was found: one highlight alone, or several in a list with a page behind.

It is made right before it goes out, of what the messages say then and only of what may still leave.
"""

import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import tzinfo

from bot.errors import DiscordAway, NothingLeft, NotLinked, UserError
from bot.kakao import Button, Link, List, Message
from bot.services.accounts.links import Links
from bot.services.cache import Bounded
from bot.services.clock import DAY, SEOUL, Clock
from bot.services.forwarding.jumps import Jumps
from bot.services.highlights.cases import MessageCase
from bot.services.highlights.drawing import Drawing, Found
from bot.services.highlights.filters import Filter
from bot.services.highlights.gates import Gates, Moment
from bot.services.highlights.matching.spans import finder
from bot.services.highlights.opening import Opening
from bot.services.highlights.rules import Rules
from bot.services.highlights.schedule import Schedules
from bot.services.listeners import Listeners
from bot.services.messages.events import EventFacts
from bot.services.messages.models import Highlight, Source
from bot.services.messages.reader import ReaderSlot, origin_author
from bot.services.servers.policy import Policy, apply_policy
from bot.services.servers.settings import Settings
from bot.texts import Locale, Texts, pick_locale
from storage.deliveries import Delivery
from storage.digests import Digest, DigestStore, Item
from storage.hits import MESSAGE, Hit, HitStore
from storage.reading import Unreadable

__all__ = [
    "Digest",
    "DigestExpired",
    "DigestUnknown",
    "DigestView",
    "Digests",
    "Flood",
    "Item",
]

KEPT_SECONDS = 7 * DAY
TOKEN_BYTES = 24
SHOWN = 3
GONE, UNREADABLE = "gone", "unreadable"
REMEMBERED = 1000  # floods of which somebody was told


class DigestUnknown(Exception):
    """No page has this id, or none any more."""


class DigestExpired(Exception):
    """The page was made too long ago."""


class NoLongerWhole(UserError):
    """Since its card was made, something on a page may not be shown any more."""

    key = "error-no-longer-whole"


@dataclass(frozen=True, slots=True)
class DigestView:
    """A page as it may be shown now, and where its reader lives."""

    digest: Digest
    zone: tzinfo
    waiting: int = 0
    """How many lines are not shown before Discord says that they may be."""


@dataclass(frozen=True, slots=True)
class Flood:
    """More than one card carries, and who has written the better part of it."""

    member_id: int
    locale: Locale
    guild_id: int
    author_id: int
    author: str
    count: int


class Digests:
    """Composes automatic deliveries and keeps the pages behind them."""

    def __init__(
        self,
        *,
        store: DigestStore,
        hits: HitStore,
        links: Links,
        rules: Rules,
        gates: Gates,
        settings: Settings,
        opening: Opening,
        schedules: Schedules,
        sight: ReaderSlot,
        jumps: Jumps,
        texts: Texts,
        public_url: str,
        now: Clock,
        token: Callable[[], str] = lambda: secrets.token_urlsafe(TOKEN_BYTES),
    ) -> None:
        self._store = store
        self._hits = hits
        self._links = links
        self._rules = rules
        self._gates = gates
        self._settings = settings
        self._opening = opening
        self._schedules = schedules
        self._sight = sight
        self._jumps = jumps
        self._texts = texts
        self._public_url = public_url
        self._now = now
        self._token = token
        self._flooded = Bounded[str, bool](REMEMBERED)
        self.on_flood: list[Callable[[Flood], Awaitable[None]]] = []
        self._listeners = Listeners()

    async def compose(self, row: Delivery) -> Message:
        """Return the message of an automatic delivery, made of what was found.

        Raises NothingLeft, NotLinked, or DiscordAway while Discord cannot be looked at.
        """
        link = await self._links.get(row.member_id)
        if link is None:
            raise NotLinked
        locale = pick_locale(link.locale)
        found = await self._found(row, await self._zone(row.member_id))
        if not found:
            raise NothingLeft
        left_out = await self._hits.count_left_out(row.forward_id)
        if left_out:
            await self._tell_flood(row, found, left_out, locale)
        if len(found) == 1 and not left_out:
            [one] = found
            before = await self._before(one)
            address = await self._jumps.open(row.member_id, one.place)
            return Drawing(self._texts, locale).card(one, address, before)
        return await self._together(row, found, left_out, locale)

    async def page(self, digest_id: str) -> DigestView:
        """Return what the page behind a digest lists, of what its servers let out by now.

        Raises DigestUnknown, DigestExpired, or DiscordAway where nobody knows that of any line.
        """
        digest = await self._kept(digest_id)
        lines = await self._opening.lines(digest)
        zone = await self._zone(digest.member_id)
        return DigestView(replace(digest, items=lines.shown), zone, lines.waiting)

    async def check_whole(self, digest_id: str) -> None:
        """Let a card go whose page may still show all that it was made with.

        Raises NoLongerWhole or DiscordAway.
        """
        try:
            digest = await self._kept(digest_id)
        except (DigestUnknown, DigestExpired):
            raise NoLongerWhole from None
        lines = await self._opening.lines(digest)
        if lines.waiting:
            raise DiscordAway
        if len(lines.shown) < len(digest.items):
            raise NoLongerWhole

    async def _kept(self, digest_id: str) -> Digest:
        digest = await self._store.find(digest_id)
        if digest is None:
            raise DigestUnknown
        if digest.expires_at <= self._now():
            raise DigestExpired
        return digest

    async def _zone(self, member_id: int) -> tzinfo:
        """Return where a member lives."""
        with suppress(Unreadable):
            return (await self._schedules.of(member_id)).zone
        return SEOUL

    async def _found(self, row: Delivery, zone: tzinfo) -> list[Found]:
        """Return what may still go out, and note of the rest which gate stopped it."""
        hits = await self._hits.of_forward(row.forward_id)
        sources = {hit.id: _source(hit) for hit in hits}
        messages = [source for source in sources.values() if source is not None]
        looked = await self._sight.reader.highlights(row.member_id, messages)
        dropped: list[tuple[int, str]] = []
        kept: list[Found] = []
        try:
            for hit in hits:
                source = sources[hit.id]
                highlight = looked.get(source) if source else None
                if highlight is not None and hit.author_id is not None:
                    highlight = highlight.by(hit.author_id)
                passed, reason = await self._judged(hit, highlight)
                if reason is None:
                    kept.append(await self._as_found(passed, highlight, zone))
                else:
                    dropped.append((hit.id, reason))
        finally:  # what was judged need not be judged again
            await self._hits.drop(dropped)
        return kept

    async def _tell_flood(
        self, row: Delivery, found: Sequence[Found], left_out: int, locale: Locale
    ) -> None:
        """Tell the member once who floods them, if it is one person."""
        authors = Counter((one.hit.guild_id, one.author_id) for one in found)
        (guild_id, author_id), count = authors.most_common(1)[0]
        if author_id is None or 2 * count <= len(found) or row.forward_id in self._flooded:
            return
        self._flooded[row.forward_id] = True
        name = next(
            (one.highlight.author for one in found if one.author_id == author_id and one.highlight),
            "",
        )
        total = len(found) + left_out
        flood = Flood(row.member_id, locale, guild_id, author_id, name, total)
        await self._listeners.tell(listener(flood) for listener in self.on_flood)

    async def _judged(self, hit: Hit, highlight: Highlight | None) -> tuple[Hit, str | None]:
        if hit.message_id is not None and (highlight is None or highlight.seen.system):
            return hit, GONE
        # What nobody can judge costs this hit, and not those that go with it.
        with suppress(Unreadable):
            return await self._gates.judge(hit, highlight.seen if highlight else None)
        return hit, UNREADABLE

    async def _as_found(self, hit: Hit, highlight: Highlight | None, zone: tzinfo) -> Found:
        if highlight is not None:
            return await self._as_message(hit, replace(highlight, zone=zone))
        facts = EventFacts.model_validate(hit.facts or {})
        policy = await self._policy(hit.guild_id, (hit.channel_id, *facts.parents))
        if policy is Policy.LINK and facts.author_id is not None:
            facts = facts.wordless()
        place = Source(hit.guild_id, hit.channel_id or hit.guild_id, 0)
        author, where = facts.author_id, facts.place(place)
        return Found(hit, where, facts=facts, author_id=author, policy=policy, zone=zone)

    async def _as_message(self, hit: Hit, highlight: Highlight) -> Found:
        policy = await self._policy(hit.guild_id, highlight.seen.places)
        is_by_rule = hit.kind == MESSAGE
        chosen = await self._rules.filter(hit.member_id, hit.guild_id) if is_by_rule else None
        mine = await self._rules.holding(hit.member_id, hit.guild_id) if is_by_rule else []
        carried = await self._without_others(highlight, chosen)
        met = [rule for rule in mine if rule.id in hit.rule_ids]
        patterns = self._rules.index.matcher.patterns(hit.guild_id).get(hit.member_id, {})
        return Found(
            hit,
            highlight.source,
            highlight=apply_policy(carried, policy),
            author_id=highlight.seen.author_id,
            origin_author_id=await origin_author(self._sight, carried.seen),
            policy=policy,
            rules=met,
            find=finder(met, patterns),
        )

    async def _without_others(self, highlight: Highlight, chosen: Filter | None) -> Highlight:
        """Return a message without what others in it have written and may not go along."""
        carried = await self._gates.carried(highlight.seen, chosen, Moment.SENT)
        return replace(highlight, seen=carried)

    async def _before(self, found: Found) -> list[Highlight]:
        """Return what was said before, as much as the member wants and may leave the server."""
        hit, source = found.hit, _source(found.hit)
        if source is None or hit.kind != MESSAGE:
            return []
        chosen = await self._rules.filter(hit.member_id, hit.guild_id)
        if not chosen.context_lines:
            return []
        before = await self._sight.reader.before(hit.member_id, source, chosen.context_lines)
        lines = [await self._carried(hit, chosen, earlier) for earlier in before]
        return [line for line in lines if line is not None]

    async def _carried(self, hit: Hit, chosen: Filter, highlight: Highlight) -> Highlight | None:
        """Return as much of an earlier message as may go along, None for nothing."""
        policy = await self._policy(hit.guild_id, highlight.seen.places)
        case = MessageCase.of(hit.member_id, highlight.seen, chosen)
        if policy is Policy.LINK or await self._gates.stopped_by(case, Moment.SENT) is not None:
            return None
        return apply_policy(await self._without_others(highlight, chosen), policy)

    async def _policy(self, guild_id: int, places: Iterable[int | None]) -> Policy:
        """Return how much may leave a place."""
        return (await self._settings.of(guild_id)).policy_of(places)

    async def _together(
        self, row: Delivery, found: Sequence[Found], left_out: int, locale: Locale
    ) -> List:
        drawing = Drawing(self._texts, locale)
        opened = await self._jumps.open_all(row.member_id, {one.place for one in found})
        now = self._now()
        digest = Digest(
            id=await self._store.of_forward(row.forward_id) or self._token(),
            forward_id=row.forward_id,
            member_id=row.member_id,
            locale=locale,
            created_at=now,
            expires_at=now + KEPT_SECONDS,
            items=[drawing.line(one, opened[one.place]) for one in found],
            left_out=left_out,
        )
        await self._store.put(digest)
        page = _link(f"{self._public_url}/d/{digest.id}")
        title = self._texts.say(locale, "digest-title", count=len(found) + left_out)
        return List.fit(
            header_title=title,
            header_link=page,
            contents=[drawing.row(one, opened[one.place]) for one in found[:SHOWN]],
            buttons=[Button(title=self._texts.say(locale, "digest-all"), link=page)],
        )


def _source(hit: Hit) -> Source | None:
    if hit.channel_id is None or hit.message_id is None:
        return None
    return Source(hit.guild_id, hit.channel_id, hit.message_id)


def _link(address: str) -> Link:
    return Link(web_url=address, mobile_web_url=address)
