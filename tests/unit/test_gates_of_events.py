"""The gates of what happens in a server: as it happens, and again when its card goes out."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.errors import DiscordAway
from bot.services.messages.events import EventFacts, ServerEvent
from bot.services.messages.models import Seen
from bot.services.servers.policy import Policy
from storage.subscriptions import SubscriptionKind as Kind
from tests.support.outbox import MINJI
from tests.support.watching import (
    CATEGORY,
    GUILD,
    JUNHO,
    ROLE,
    ROOM,
    HighlightsWorld,
    open_tower,
)

Change = Callable[[HighlightsWorld], Awaitable[object]]


@pytest.fixture
async def tower(tmp_path: Path) -> AsyncIterator[HighlightsWorld]:
    async with open_tower(tmp_path) as tower:
        tower.glass.managers.add(MINJI)
        for kind in Kind:
            await tower.services.subscriptions.add(MINJI, GUILD, kind)
        yield tower


def thread(tower: HighlightsWorld) -> ServerEvent:
    facts = EventFacts(title="저녁 메뉴", author_id=JUNHO, parents=(CATEGORY,))
    return event(tower, Kind.THREAD, facts, channel_id=ROOM)


def newcomer(tower: HighlightsWorld) -> ServerEvent:
    return event(tower, Kind.NEWCOMER, EventFacts(member="소미"), channel_id=ROOM)


def gathering(tower: HighlightsWorld) -> ServerEvent:
    return event(tower, Kind.EVENT_NEW, EventFacts(title="보드게임의 밤", event_id=5))


def announcement(tower: HighlightsWorld) -> ServerEvent:
    return event_of(tower, tower.message("내일 정전이 있어요"))


def pin(tower: HighlightsWorld) -> ServerEvent:
    """Discord's own line about a pin: whose message it is stands elsewhere."""
    seen = tower.message("회비는 만 원이에요")
    told = event_of(tower, seen, Kind.PIN)
    return replace(told, key="pin:5", facts=EventFacts(parents=(CATEGORY,)))


def event_of(tower: HighlightsWorld, seen: Seen, kind: Kind = Kind.ANNOUNCEMENT) -> ServerEvent:
    facts = EventFacts(author_id=seen.author_id, parents=(CATEGORY,))
    number = seen.source.message_id
    told = event(tower, kind, facts, channel_id=ROOM)
    return replace(told, key=f"message:{number}", message_id=number)


def event(
    tower: HighlightsWorld, kind: Kind, facts: EventFacts, channel_id: int | None = None
) -> ServerEvent:
    now = tower.clock()
    return ServerEvent(f"{kind}:1", kind, GUILD, now, facts, channel_id=channel_id)


EVENTS = (thread, newcomer, gathering, announcement, pin)


async def opt_out(tower: HighlightsWorld) -> None:
    await tower.services.optouts.set(JUNHO, on=True)


async def switch_off(tower: HighlightsWorld) -> None:
    await tower.admin(off=frozenset({"notify"}))


async def close_the_category(tower: HighlightsWorld) -> None:
    await tower.admin(never=frozenset({CATEGORY}))


async def ask_for_a_role(tower: HighlightsWorld) -> None:
    await tower.admin(rule_roles=frozenset({ROLE}))


async def hide(tower: HighlightsWorld) -> None:
    tower.glass.hidden.add(ROOM)


async def demote(tower: HighlightsWorld) -> None:
    tower.glass.managers.clear()


async def leave(tower: HighlightsWorld) -> None:
    tower.glass.role_ids[MINJI] = None


async def unsubscribe(tower: HighlightsWorld) -> None:
    await tower.services.subscriptions.forget(member_id=MINJI, guild_id=GUILD)


async def listen_elsewhere(tower: HighlightsWorld) -> None:
    await unsubscribe(tower)
    for kind in Kind:
        await tower.services.subscriptions.add(MINJI, GUILD, kind, 99)


@dataclass(frozen=True)
class Scene:
    """What shuts a gate for an event."""

    gate: str
    shut: Change
    event: Callable[[HighlightsWorld], ServerEvent]

    def __str__(self) -> str:
        return f"{self.gate}-{self.event.__name__}"


ALLOWED = [
    *(Scene("opted-out", opt_out, event) for event in (thread, announcement)),
    *(Scene("server", switch_off, event) for event in EVENTS),
    *(Scene("server", ask_for_a_role, event) for event in EVENTS),
    *(Scene("server", close_the_category, event) for event in (thread, announcement, pin)),
    *(Scene("visible", hide, event) for event in (thread, announcement, pin)),
    Scene("visible", demote, newcomer),
    Scene("visible", leave, gathering),
]
WANTED = [
    *(Scene("subscribed", unsubscribe, event) for event in EVENTS),
    *(Scene("subscribed", listen_elsewhere, event) for event in EVENTS),
    Scene("opted-out", opt_out, pin),
]


@pytest.mark.parametrize("event", EVENTS)
async def test_what_a_member_subscribed_to_is_found_and_goes_out(
    tower: HighlightsWorld, event: Callable[[HighlightsWorld], ServerEvent]
) -> None:
    happening = event(tower)
    assert await tower.services.notifying.tell(happening) == 1
    assert await tower.stopped(happening.key) is None


@pytest.mark.parametrize("scene", ALLOWED, ids=str)
async def test_a_shut_gate_lets_no_event_be_found(tower: HighlightsWorld, scene: Scene) -> None:
    await scene.shut(tower)
    assert await tower.services.notifying.tell(scene.event(tower)) == 0


@pytest.mark.parametrize("scene", [*ALLOWED, *WANTED], ids=str)
async def test_an_event_that_waits_is_judged_again_by_what_changed_meanwhile(
    tower: HighlightsWorld, scene: Scene
) -> None:
    happening = scene.event(tower)
    assert await tower.services.notifying.tell(happening) == 1
    await scene.shut(tower)
    assert await tower.stopped(happening.key) == scene.gate


async def test_what_happens_in_no_channel_is_held_by_no_list_of_channels(
    tower: HighlightsWorld,
) -> None:
    await tower.admin(only=frozenset({99}))
    assert await tower.services.notifying.tell(thread(tower)) == 0
    happening = gathering(tower)
    assert await tower.services.notifying.tell(happening) == 1
    assert await tower.stopped(happening.key) is None


async def test_what_a_member_ignores_for_their_rules_does_not_touch_subscriptions(
    tower: HighlightsWorld,
) -> None:
    happening = announcement(tower)
    assert await tower.services.notifying.tell(happening) == 1
    await tower.filter(ignored={"members": (JUNHO,)}, paused_until=tower.clock() + 60)
    await tower.admin(off=frozenset({"highlight"}))
    assert await tower.stopped(happening.key) is None


async def test_without_a_link_no_event_is_found(tower: HighlightsWorld) -> None:
    await tower.services.links.unlink(MINJI)
    assert await tower.services.notifying.tell(thread(tower)) == 0


@pytest.mark.parametrize("event", EVENTS)
async def test_while_discord_cannot_be_asked_an_event_waits(
    tower: HighlightsWorld, event: Callable[[HighlightsWorld], ServerEvent]
) -> None:
    happening = event(tower)
    tower.services.sight.detach()
    assert await tower.services.notifying.tell(happening) == 1
    with pytest.raises(DiscordAway):
        await tower.card()


@pytest.mark.parametrize(
    ("policy", "event", "title"),
    [
        (Policy.FULL, thread, "저녁 메뉴"),
        (Policy.LINK, thread, ""),
        (Policy.LINK, gathering, "보드게임의 밤"),
    ],
)
async def test_what_somebody_wrote_stays_in_a_server_that_lets_links_out_only(
    tower: HighlightsWorld,
    policy: Policy,
    event: Callable[[HighlightsWorld], ServerEvent],
    title: str,
) -> None:
    await tower.admin(policy=policy)
    await tower.services.notifying.tell(event(tower))
    card = str((await tower.card()).stored())
    assert [name for name in ("저녁 메뉴", "보드게임의 밤") if name in card] == [title] * bool(
        title
    )


# What both a rule and a subscription have found


async def found_twice(tower: HighlightsWorld, first: str) -> str:
    """Let a rule and a subscription find a message; return what names it."""
    await tower.rule("정전")
    seen = tower.message("내일 정전이 있어요")
    if first == "rule":
        await tower.services.watch.see(seen)
    await tower.services.notifying.tell(event_of(tower, seen))
    await tower.services.watch.see(seen)
    return f"message:{seen.source.message_id}"


async def ignore_the_author(tower: HighlightsWorld) -> None:
    await tower.filter(ignored={"members": (JUNHO,)})


async def switch_rules_off(tower: HighlightsWorld) -> None:
    await tower.admin(off=frozenset({"highlight"}))


async def unsubscribe_and_ignore(tower: HighlightsWorld) -> None:
    await unsubscribe(tower)
    await ignore_the_author(tower)


async def switch_all_off(tower: HighlightsWorld) -> None:
    await tower.admin(off=frozenset({"highlight", "notify"}))


@pytest.mark.parametrize("first", ["rule", "subscription"])
@pytest.mark.parametrize(
    ("change", "is_announced"),
    [
        (ignore_the_author, True),
        (switch_rules_off, True),
        (unsubscribe, False),
        (switch_off, False),
    ],
)
async def test_what_two_reasons_have_found_goes_out_for_whichever_is_left(
    tower: HighlightsWorld, first: str, change: Change, is_announced: bool
) -> None:
    await found_twice(tower, first)
    await change(tower)
    card = str((await tower.card()).stored())
    assert "내일 정전이 있어요" in card
    assert ("📢" in card) == is_announced


@pytest.mark.parametrize("first", ["rule", "subscription"])
@pytest.mark.parametrize(
    ("change", "gate"),
    [
        (switch_all_off, "server"),
        (opt_out, "opted-out"),
        (hide, "visible"),
        (unsubscribe_and_ignore, "subscribed"),
    ],
)
async def test_what_two_reasons_have_found_stays_when_none_is_left(
    tower: HighlightsWorld, first: str, change: Change, gate: str
) -> None:
    occasion = await found_twice(tower, first)
    await change(tower)
    assert await tower.stopped(occasion) == gate
