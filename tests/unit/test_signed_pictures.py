"""Cards that waited longer than Discord signs an address: a new one, or no picture."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import DiscordAway
from bot.kakao import Feed, Message, message_from
from bot.services.deliveries.signed import EARLY, SignedPictures, expires_at
from bot.services.messages.models import Body, File, Part
from storage.deliveries import Chat, Delivery, DeliveryStore, NewDelivery
from tests.support.outbox import CARD, MINJI, NOON
from tests.support.watching import GUILD, HighlightsWorld, open_tower

LINK = {"web_url": "https://kkachi.example/m/1"}
PLAIN = "https://cdn.discordapp.com/attachments/1/2/a.png"


def signed(until: float) -> str:
    return f"{PLAIN}?ex={int(until):x}&is=1&hm=ab"


def card(address: str, title: str = "사진") -> Message:
    content = {"title": title, "image_url": address, "link": LINK}
    return message_from({"object_type": "feed", "content": content})


def picture_in(message: Message) -> str | None:
    assert isinstance(message, Feed)
    return message.content.image_url


@pytest.fixture
async def tower(tmp_path: Path) -> AsyncIterator[HighlightsWorld]:
    async with open_tower(tmp_path) as tower:
        yield tower


@pytest.fixture
def pictures(tower: HighlightsWorld) -> SignedPictures:
    return SignedPictures(tower.services.sight, now=tower.clock)


async def row_of(tower: HighlightsWorld, message_id: int | None, channel_id: int) -> Delivery:
    """Accept a card by hand."""
    guild_id = GUILD if message_id else None
    about = {"guild_id": guild_id, "channel_id": channel_id, "message_id": message_id}
    new = NewDelivery(MINJI, Chat.ME, CARD, **about)  # type: ignore[arg-type] # by their names
    store, forward_id = DeliveryStore(tower.database), f"forward {next(tower.numbers)}"
    await store.accept(forward_id, [new], at=NOON)
    [row] = await store.of_forward(forward_id, MINJI)
    return row


async def written(tower: HighlightsWorld, address: str | None) -> Delivery:
    """Write a message, with a picture at this address; gives a row that carries it."""
    seen = tower.message()
    files = (File("a.png", address, "image/png", 800, 600),) if address else ()
    part = Part(Body("사진", files=files), author=seen.author)
    tower.glass.messages[seen.source] = replace(seen, parts=(part,))
    return await row_of(tower, seen.source.message_id, seen.source.channel_id)


async def test_an_address_that_is_over_is_replaced_by_that_of_today(
    tower: HighlightsWorld, pictures: SignedPictures
) -> None:
    fresh = signed(NOON + 86_400)
    row = await written(tower, fresh)
    for until in (NOON - 86_400, NOON, NOON + EARLY - 1):
        assert picture_in(await pictures.renew(row, card(signed(until)))) == fresh


@pytest.mark.parametrize(
    "address",
    [signed(NOON + EARLY + 60), PLAIN, f"{PLAIN}?ex=soon&hm=1", "https://k.example/a.png"],
)
async def test_an_address_that_is_still_good_is_left_alone(
    tower: HighlightsWorld, pictures: SignedPictures, address: str
) -> None:
    tower.glass.ready = False  # nobody is asked
    row = await written(tower, None)
    assert picture_in(await pictures.renew(row, card(address))) == address


async def test_without_a_message_or_a_picture_in_it_the_card_goes_without(
    tower: HighlightsWorld, pictures: SignedPictures
) -> None:
    over = card(signed(NOON - 60))
    rows = [await written(tower, None), await row_of(tower, 5, 70), await row_of(tower, None, 70)]
    for row in rows:
        renewed = await pictures.renew(row, over)
        assert isinstance(renewed, Feed)
        assert (renewed.content.image_url, renewed.content.title) == (None, "사진")


async def test_while_discord_cannot_be_asked_the_card_waits(
    tower: HighlightsWorld, pictures: SignedPictures
) -> None:
    row = await written(tower, signed(NOON + 86_400))
    tower.glass.ready = False
    with pytest.raises(DiscordAway):
        await pictures.renew(row, card(signed(NOON - 60)))


def test_what_discord_has_not_signed_has_no_end() -> None:
    assert expires_at(signed(NOON)) == int(NOON)
    assert expires_at(PLAIN) is None
