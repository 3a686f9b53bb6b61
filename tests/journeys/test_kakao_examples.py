"""Kakao's own examples, written field by field with `/compose`, arrive as they stand there."""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import pytest
import pytest_asyncio

from sandbox.demo.templates import PREVIEW
from sandbox.discord import Person, Reply
from sandbox.kakao import Message as KakaoMessage
from tests.support.kakao_examples import DEFAULTS, DOMAINS, ENGLISH_FEED, EVENT, SCRAPED, Example
from tests.support.world import CHAT, World, open_world

pytestmark = pytest.mark.asyncio(loop_scope="module")
DAY = 24 * 3600.0
CHOICES = {"event": "일정 하나", "calendar": "구독할 캘린더"}
TO_ME = "나에게 보내기"
DETAILS, PARTS = "더 정하기 ›", "‹ 기본 항목"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def village(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """An operator has registered Kakao's domains, and the channel has Kakao's event."""
    async with open_world(tmp_path_factory.mktemp("examples"), bot=False) as world:
        world.kakao.app.product_link_domains.extend(DOMAINS)
        world.kakao.app.events[EVENT] = 0.0
        world.settings["KAKAO_LINK_DOMAINS"] = ",".join(DOMAINS)
        await world.start_bot()
        await world.link("민지")
        yield world
        assert world.discord.problems == []


@pytest_asyncio.fixture(loop_scope="module")
async def world(village: World) -> World:
    """The same world for all, another day."""
    village.advance(DAY)
    village.kakao.outbox.clear()
    return village


@pytest.fixture
def minji(world: World) -> Person:
    minji = world.discord.person("민지")
    minji.locale = "ko"
    return minji


def typed(example: Mapping[str, Any], base: str = "") -> Iterator[tuple[str, object]]:
    """What a person types for an example, by the places of its fields."""
    for name, value in example.items():
        path = f"{base}{name}"
        if name == "items":
            yield path, "\n".join(f"{row['item']}: {row['item_op']}" for row in value)
        elif name.endswith("link"):
            yield from typed_link(path, value)
        elif isinstance(value, dict):
            yield from typed(value, f"{path}.")
        elif isinstance(value, list):
            yield from typed({str(number): one for number, one in enumerate(value)}, f"{path}.")
        elif name == "id_type":
            yield path, [CHOICES[value]]
        elif name != "object_type":
            yield path, str(value)


def typed_link(path: str, link: Mapping[str, str]) -> Iterator[tuple[str, object]]:
    """The address itself in one field, and in others what phones and apps get."""
    if "web_url" in link:
        yield path, link["web_url"]
    for name, value in link.items():
        if name != "web_url" and value != link.get("web_url"):
            yield f"{path}.{name}", value


async def submit(person: Person, form: Reply, answers: dict[str, object]) -> Reply:
    """Fill in what this form asks for, and take it off what is left to type."""
    asked = {field["custom_id"] for field in form.form.fields.values()}
    return await person.submit(form, {path: answers.pop(path) for path in asked & set(answers)})


async def compose(world: World, person: Person, kind: str, answers: dict[str, object]) -> Reply:
    """Write a whole message, form after form; half way the bot is restarted."""
    form = await person.slash(CHAT, "compose", kind=kind)
    panel = await submit(person, form, answers)
    await world.stop_bot()
    await world.start_bot()
    await fill(person, panel, answers)
    if DETAILS in panel.labels:
        await person.press(panel, DETAILS)
        await fill(person, panel, answers)
    assert answers == {}
    return panel


async def fill(person: Person, panel: Reply, answers: dict[str, object]) -> None:
    """Fill in all forms that the panel shows a button for."""
    for part in panel.labels[: panel.labels.index(TO_ME)]:
        if part not in {DETAILS, PARTS}:
            await submit(person, await person.press(panel, part), answers)


async def to_me(world: World, person: Person, panel: Reply) -> KakaoMessage:
    sending = await person.press(panel, TO_ME)
    await sending.until(lambda message: "보냈어요" in message.text)
    return world.kakao.outbox[-1]


@pytest.mark.parametrize("example", DEFAULTS, ids=lambda one: one["object_type"])
async def test_an_example_of_kakaos_is_composed_and_arrives_field_by_field(
    world: World, minji: Person, example: Example
) -> None:
    panel = await compose(world, minji, example["object_type"], dict(typed(example)))
    assert "⚠️" not in panel.text
    assert (await to_me(world, minji, panel)).template == example


async def test_of_kakaos_long_labels_the_panel_says_that_they_may_be_cut(
    world: World, minji: Person
) -> None:
    panel = await compose(world, minji, "feed", dict(typed(ENGLISH_FEED)))
    for label in ("View on Web", "View on App"):
        assert f"버튼이 나란히 놓이면 8자쯤에서 잘릴 수 있어요. 긴 이름: ‘{label}’" in panel.text


async def test_a_page_in_a_template_is_composed_and_arrives(world: World, minji: Person) -> None:
    guild, here = world.discord.guild, world.discord.world
    here.give_role(guild.member("지우"), here.add_role(guild, "관리", 1 << 5))
    await world.discord.person("지우").slash(
        CHAT, "settings templates add", name="한마디", template_id=PREVIEW, arguments="NOTE"
    )
    answers: dict[str, object] = {"request_url": SCRAPED, "template_id": ["한마디"]}
    panel = await compose(world, minji, "scrape", answers | {"template_args.NOTE": "봐 주세요!"})
    assert "작성 중인 카드: **페이지 · 한마디**" in panel.text
    sent = await to_me(world, minji, panel)
    assert (sent.kind, sent.template_id) == ("scrap", PREVIEW)
    assert sent.template["item_content"] == {"profile_text": "봐 주세요!"}
    assert sent.template["content"]["link"]["web_url"] == SCRAPED


async def test_a_page_alone_is_composed_and_arrives(world: World, minji: Person) -> None:
    panel = await compose(world, minji, "scrape", {"request_url": SCRAPED})
    sent = await to_me(world, minji, panel)
    assert (sent.kind, sent.template_id) == ("scrap", None)
    assert sent.template["content"]["link"] == {"web_url": SCRAPED, "mobile_web_url": SCRAPED}
