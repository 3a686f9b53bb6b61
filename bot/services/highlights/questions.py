"""The question of each gate; `gates` beside it says when they are asked."""

from dataclasses import replace
from typing import Literal, NamedTuple

from bot.errors import NotAllowed
from bot.services.accounts.links import NEEDED, Links
from bot.services.clock import Clock
from bot.services.highlights.activity import Activity
from bot.services.highlights.cases import Case, EventCase, MessageCase, RuleCase
from bot.services.highlights.dispatcher import Dispatcher
from bot.services.highlights.filters import Filter
from bot.services.highlights.matching.normalise import needle, normalise
from bot.services.highlights.matching.words import found
from bot.services.highlights.schedule import Schedules
from bot.services.messages.events import FOR_ADMINS
from bot.services.messages.models import NOBODY, Author, Part, Seen
from bot.services.messages.reader import ReaderSlot
from bot.services.privacy.optouts import OptOuts
from bot.services.privacy.presences import Presences
from bot.services.servers.access import Access
from storage.hits import HitStore
from storage.rules import Places, Rule, RuleKind
from storage.subscriptions import SubscriptionKind, SubscriptionStore

NO_MEMBER = 0
Outcome = Literal["pass", "stop", "wait"]


class Answer(NamedTuple):
    """What a gate says; `until` is when waiting ends, in seconds since 1970."""

    outcome: Outcome
    until: float | None = None


PASS, STOP, WAIT = Answer("pass"), Answer("stop"), Answer("wait")


class Questions:
    """Knows whom to ask; raises DiscordAway while Discord cannot be."""

    def __init__(
        self,
        *,
        sight: ReaderSlot,
        access: Access,
        optouts: OptOuts,
        presences: Presences,
        subscriptions: SubscriptionStore,
        hits: HitStore,
        activity: Activity,
        links: Links,
        wishes: Schedules,
        dispatcher: Dispatcher,
        now: Clock,
    ) -> None:
        self._sight = sight
        self._access = access
        self._optouts = optouts
        self._presences = presences
        self._subscriptions = subscriptions
        self._hits = hits
        self._activity = activity
        self._links = links
        self._wishes = wishes
        self._dispatcher = dispatcher
        self._now = now

    # what the member asked for

    async def matched(self, case: RuleCase) -> Answer:
        """Stop what meets no rule."""
        return PASS if case.rules else STOP

    async def subscribed(self, case: EventCase) -> Answer:
        """Stop what the member wants to hear of no more."""
        mine = await self._subscriptions.of_member(case.member_id)
        wanted = any(
            one.guild_id == case.guild_id
            and one.kind == case.kind
            and one.channel_id in {None, *case.places}
            and one.watched_id in {None, case.author_id}
            for one in mine
        )
        return PASS if wanted else STOP

    async def own_message(self, case: RuleCase) -> Answer:
        """Stop the member's own message, unless they ask for reactions to it."""
        asked = any(rule.kind is RuleKind.REACTION for rule in case.rules)
        return STOP if case.author_id == case.member_id and not asked else PASS

    async def paused(self, case: MessageCase) -> Answer:
        """Stop everything while the member's rules are paused."""
        return STOP if case.filter.is_paused(self._now()) else PASS

    async def bot(self, case: RuleCase) -> Answer:
        """Stop what a bot has written, unless such bots count or a rule names this one."""
        named = any(case.author_id in rule.options.only.members for rule in case.rules)
        return STOP if case.filter.leaves_out(case.seen.author) and not named else PASS

    async def age_restricted(self, case: MessageCase) -> Answer:
        """Stop what is in an age-restricted channel, unless those count."""
        return STOP if case.seen.age_restricted and case.filter.ignore_age_restricted else PASS

    async def ignored(self, case: MessageCase) -> Answer:
        """Stop what is in a place, or by somebody, that the member ignores."""
        return STOP if await self._is_within(case, case.filter.ignored) else PASS

    async def only(self, case: MessageCase) -> Answer:
        """Stop what is neither where nor by whom the member wants to hear of, if they chose."""
        only, seen = case.filter.only, case.seen
        if only.has_rooms and only.has_people and case.filter.only_either:
            return PASS if await self._is_within(case, only) else STOP
        return PASS if await self.is_among(seen, only) else STOP

    async def ignored_words(self, case: MessageCase) -> Answer:
        """Stop what holds a word that the member ignores."""
        words = case.filter.ignore_words
        if not words:
            return PASS
        text = normalise(case.seen.text)
        return STOP if any(found(needle(word), text) for word in words) else PASS

    # what others allow

    async def opted_out(self, case: Case) -> Answer:
        """Stop what is by somebody who wants nothing carried automatically."""
        author_id = case.author_id
        return STOP if author_id is not None and await self._optouts.has(author_id) else PASS

    async def presence(self, case: EventCase) -> Answer:
        """Stop that somebody has come into voice, unless they have let this member hear of it."""
        if case.kind != SubscriptionKind.PERSON:
            return PASS
        watched_id, guild_id = case.author_id or NO_MEMBER, case.guild_id
        is_allowed = await self._presences.is_allowed(guild_id, watched_id, case.member_id)
        return PASS if is_allowed else STOP

    async def server(self, case: Case) -> Answer:
        """Stop what the server's admins do not let this member have."""
        try:
            await self._access.admits(case.member_id, case.guild_id, case.feature, case.places)
        except NotAllowed:
            return STOP
        return PASS

    async def visible(self, case: Case) -> Answer:
        """Stop what the member cannot see on Discord right now."""
        reader, member_id, guild_id = self._sight.reader, case.member_id, case.guild_id
        if case.kind in FOR_ADMINS:
            return PASS if await reader.manages(member_id, guild_id) else STOP
        if case.channel_id is None:
            return STOP if await reader.roles(member_id, guild_id) is None else PASS
        return PASS if await reader.reads(member_id, guild_id, case.channel_id) else STOP

    # whether it is too much

    async def cooled_down(self, case: RuleCase) -> Answer:
        """Stop what only rules meet that have met something there a moment ago."""
        cool = [rule for rule in case.rules if await self._is_cool(case, rule)]
        return STOP if case.rules and not cool else PASS

    async def _is_cool(self, case: RuleCase, rule: Rule) -> bool:
        cooldown = rule.options.cooldown or case.filter.cooldown
        if not cooldown:
            return True
        channel_id = case.seen.source.channel_id
        last = await self._hits.last_found(case.member_id, channel_id, rule.id)
        now = self._now()
        # One that lies ahead was noted before the clock was set back.
        return last is None or last > now or last + cooldown <= min(now, case.seen.created_at)

    async def active(self, case: RuleCase) -> Answer:
        """Stop what the member was there for; wait to see whether they write there."""
        delay = case.filter.active_delay
        if not delay:
            return PASS
        wrote = self._activity.last(case.member_id, case.seen.source.channel_id)
        # By when both were written: a message may be judged long after that.
        if wrote is not None and abs(case.seen.created_at - wrote) < delay:
            return STOP
        return Answer("wait", self._now() + delay)

    # the day, and Kakao

    async def quiet(self, case: RuleCase) -> Answer:
        """Wait while the member wants no cards."""
        now = self._now()
        until = (await self._wishes.of(case.member_id)).silent_until(now)
        return Answer("wait", until) if until > now else PASS

    async def allowance(self, case: RuleCase) -> Answer:
        """Wait until the planner would send it, silence aside."""
        if await self.quiet(case) != PASS:
            return PASS
        now = self._now()
        hit = replace(case.hit(now), due_at=now)
        planned = await self._dispatcher.preview(case.member_id, hit)
        return PASS if planned.now else Answer("wait", planned.next_at)

    async def consent(self, case: RuleCase) -> Answer:
        """Wait until the member lets Kakao deliver it."""
        link = await self._links.get(case.member_id)
        return PASS if link is None or link.scopes >= NEEDED else WAIT

    async def link(self, case: Case) -> Answer:
        """Stop what there is no KakaoTalk for; wait while the link is broken."""
        link = await self._links.get(case.member_id)
        if link is None:
            return STOP
        return PASS if link.broken_at is None else WAIT

    async def may_go_along(self, part: Part, guild_id: int, chosen: Filter | None) -> bool:
        """Tell whether what somebody else has written may be carried with a message.

        `chosen` is what the member wants to hear nothing of, None where that does not matter.
        """
        author = part.author
        if author is None and part.origin is not None:
            author = await self._sight.reader.author(part.origin)
        if author is None:  # nobody can know
            return True
        if await self._optouts.has(author.id):
            return False
        if chosen is None:
            return True
        is_ignored = await self._is_by(author, guild_id, chosen.ignored)
        return not is_ignored and not chosen.leaves_out(author)

    # what Discord knows

    async def is_meant(self, member_id: int, seen: Seen) -> bool:
        """Tell whether a member has a role that a message calls; one that was edited away did."""
        if not seen.role_mentions:
            return True
        roles = await self._sight.reader.roles(member_id, seen.guild_id)
        return not seen.role_mentions.isdisjoint(roles or ())

    async def is_among(self, seen: Seen, only: Places) -> bool:
        """Tell whether a message is in one of these places and by one of these people, if any."""
        if only.has_rooms and not only.holds_rooms(seen.places):
            return False
        return not only.has_people or await self._is_by(seen.author, seen.guild_id, only)

    async def _is_within(self, case: MessageCase, places: Places) -> bool:
        """Tell whether a message is of one of these members or roles, or in one of these places."""
        seen = case.seen
        if places.holds_rooms(seen.places):
            return True
        return await self._is_by(seen.author, seen.guild_id, places)

    async def _is_by(self, author: Author, guild_id: int, places: Places) -> bool:
        """Tell whether somebody is one of these members, or has one of these roles."""
        if author.id in places.members or not places.roles:
            return author.id in places.members
        roles = author.role_ids
        if roles is None:
            roles = await self._sight.reader.roles(author.id, guild_id) or NOBODY
        return not roles.isdisjoint(places.roles)
