"""`/settings templates`, and the custom templates that members fill in because of it."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import unquote_plus, urlsplit

import pytest

from bot.app import open_services
from bot.services.servers.settings import CannotTakeBack
from bot.services.servers.templates import (
    BadArgument,
    BadTemplateName,
    TemplateUnknown,
    TooManyArguments,
    TooManyTemplates,
)
from bot.services.services import Services
from sandbox.demo.templates import PREVIEW
from sandbox.discord import Person, Reply
from sandbox.discord.payloads import CannotDo
from tests.support.world import CHAT, World, open_world

NAME, NUMBER = "마을 소식", 120001
MANAGE_SERVER = 1 << 5
HERE, ADMIN = 11, 22


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        yield world
        assert world.discord.problems == []


@pytest.fixture
async def services(tmp_path: Path) -> AsyncIterator[Services]:
    async with (
        open_world(tmp_path, bot=False) as world,
        open_services(world.config) as services,
    ):
        yield services


@pytest.fixture
def admin(world: World) -> Person:
    """Somebody who may manage the server without being its owner."""
    guild, here = world.discord.guild, world.discord.world
    here.give_role(guild.member("지우"), here.add_role(guild, "관리", MANAGE_SERVER))
    return world.discord.person("지우")


@pytest.fixture
def member(world: World) -> Person:
    return world.discord.person("민지")


async def add(
    admin: Person,
    name: str = NAME,
    arguments: str = "TITLE, BODY, PATH",
    *,
    number: int = NUMBER,
    **more: str,
) -> Reply:
    return await admin.slash(
        CHAT,
        "settings templates add",
        name=name,
        template_id=number,
        arguments=arguments,
        **more,
    )


async def choose(member: Person, name: str = NAME) -> Reply:
    question = await member.slash(CHAT, "compose", kind="custom")
    return await member.choose(question, "템플릿 고르기", [name])


# For members


async def test_a_member_fills_in_the_blanks_of_a_template_that_an_admin_named(
    world: World, admin: Person, member: Person
) -> None:
    await world.link("민지")
    await add(admin)
    form = await choose(member)
    assert list(form.form.fields) == ["TITLE", "BODY", "PATH"]
    panel = await member.submit(form, {"TITLE": "정모", "BODY": "토요일 9시", "PATH": "1"})
    assert "작성 중인 카드: **마을 소식**" in panel.text
    assert "**BODY** 토요일 9시" in panel.text
    sending = await member.press(panel, "나에게 보내기")
    await sending.until(lambda message: "보냈어요" in message.text)
    assert world.kakao.outbox[-1].template["content"]["title"] == "정모"


async def test_a_blank_that_is_left_is_refused_here(admin: Person, member: Person) -> None:
    await add(admin, arguments="A B C D E F")
    panel = await member.submit(await choose(member), dict.fromkeys("ABCDE", "값"))
    assert "**F**: 필수 항목이에요." in panel.text
    assert panel.answer.component("나에게 보내기")["disabled"]
    await member.submit(await member.press(panel, "변수 2"), {"F": "값"})
    assert "⚠️" not in panel.text


async def test_a_template_without_blanks_goes_straight_to_the_panel(
    admin: Person, member: Person
) -> None:
    await add(admin, arguments="")
    panel = await choose(member)
    assert "작성 중인 카드: **마을 소식**" in panel.text


async def test_without_named_templates_or_outside_of_servers_there_is_nothing_to_choose(
    member: Person,
) -> None:
    here = await member.slash(CHAT, "compose", kind="custom")
    assert "이름을 붙인 템플릿이 없어요" in here.text
    direct = await member.slash(member.dm, "compose", kind="custom")
    assert "서버에서만" in direct.text


async def test_a_template_that_was_removed_meanwhile_is_said_to_be_gone(
    admin: Person, member: Person
) -> None:
    await add(admin)
    question = await member.slash(CHAT, "compose", kind="custom")
    await admin.slash(CHAT, "settings templates remove", name=NAME)
    reply = await member.choose(question, "템플릿 고르기", [NAME])
    assert "‘마을 소식’ 템플릿이 없어요" in reply.text


# A page in a template


async def write_page(
    world: World, admin: Person, member: Person, note: str = "봐 주세요!"
) -> Reply:
    """Write a card of a page in a template of which an argument is open."""
    world.kakao.app.product_link_domains.append(world.kakao.url)
    await add(admin, "한마디", "NOTE", number=PREVIEW)
    form = await member.slash(CHAT, "compose", kind="scrape")
    page = f"{world.public_url}/m/1"
    panel = await member.submit(form, {"페이지 주소": page, "템플릿": ["한마디"]})
    assert "작성 중인 카드: **페이지 · 한마디**" in panel.text
    assert "**NOTE**: 필수 항목이에요." in panel.text
    await member.submit(await member.press(panel, "변수 1"), {"NOTE": note})
    assert "⚠️" not in panel.text
    return panel


async def test_a_page_in_a_template_goes_to_oneself(
    world: World, admin: Person, member: Person
) -> None:
    await world.link("민지")
    panel = await write_page(world, admin, member)
    assert "**NOTE** 봐 주세요!" in panel.text
    assert "템플릿에 넣어요" in panel.answer.embeds[0]["footer"]["text"]
    sending = await member.press(panel, "나에게 보내기")
    await sending.until(lambda message: "보냈어요" in message.text)
    sent = world.kakao.outbox[-1]
    assert (sent.kind, sent.template_id) == ("scrap", PREVIEW)
    assert sent.template["item_content"] == {"profile_text": "봐 주세요!"}
    assert sent.template["content"]["link"]["web_url"] == f"{world.public_url}/m/1"


async def test_a_page_in_a_template_goes_to_friends(
    world: World, admin: Person, member: Person
) -> None:
    await world.link("민지")
    panel = await write_page(world, admin, member)
    asked = await member.press(panel, "친구에게 보내기")
    await asked.until(lambda message: "동의" in message.text)
    await world.follow(asked, "민지")
    picker = await asked.until(lambda message: "누구에게" in message.text)
    await member.choose(picker, "친구 고르기", ["★ 준호"])
    sending = await member.press(picker, "보내기 (1)")
    await sending.until(lambda shown: "1명에게 보냈어요" in shown.text)
    sent = world.kakao.outbox[-1]
    assert (sent.receiver.name, sent.kind, sent.template_id) == ("준호", "scrap", PREVIEW)
    assert sent.template["item_content"] == {"profile_text": "봐 주세요!"}


async def test_of_a_page_the_template_can_be_changed_and_left_out_again(
    world: World, admin: Person, member: Person
) -> None:
    panel = await write_page(world, admin, member)
    await member.submit(await member.press(panel, "주소"), {})
    assert "**페이지 · 한마디**" in panel.text
    await member.submit(await member.press(panel, "주소"), {"템플릿": []})
    assert "작성 중인 카드: **페이지**" in panel.text
    assert "변수 1" not in panel.labels
    await member.submit(await member.press(panel, "주소"), {"템플릿": ["한마디"]})
    assert "⚠️" not in panel.text


async def test_a_template_that_is_gone_or_changed_meanwhile_sends_nothing(
    world: World, admin: Person, member: Person
) -> None:
    await world.link("민지")
    before = len(world.kakao.outbox)
    panel = await write_page(world, admin, member)
    await add(admin, "한마디", "NOTE, MORE", number=PREVIEW)
    reply = await member.press(panel, "나에게 보내기")
    await reply.until(lambda message: "그동안 ‘한마디’ 템플릿이 바뀌었어요" in message.text)
    await admin.slash(CHAT, "settings templates remove", name="한마디")
    for way in ("친구에게 보내기", "카카오톡으로 공유"):
        reply = await member.press(panel, way)
        await reply.until(lambda message: "템플릿이 없어요" in message.text)
    assert len(world.kakao.outbox) == before


@pytest.mark.parametrize("change", ["gone", "changed"])
async def test_of_a_template_that_has_gone_nothing_goes_to_friends_who_are_picked_already(
    world: World, admin: Person, member: Person, change: str
) -> None:
    world.kakao.connect(world.kakao.account("민지"), {"friends"})
    await world.link("민지")
    before = len(world.kakao.outbox)
    panel = await write_page(world, admin, member)
    await member.press(panel, "친구에게 보내기")
    await member.choose(panel, "친구 고르기", ["★ 준호"])
    if change == "gone":
        await admin.slash(CHAT, "settings templates remove", name="한마디")
    else:
        await add(admin, "한마디", "NOTE, MORE", number=PREVIEW)
    refused = await member.press(panel, "보내기 (1)")
    words = {"gone": "템플릿이 없어요", "changed": "템플릿이 바뀌었어요"}[change]
    await refused.until(lambda message: words in message.text)
    assert len(world.kakao.outbox) == before
    assert "편집" in str(panel.labels) or "고치기" in str(panel.labels)


async def test_without_templates_or_outside_of_servers_a_page_asks_for_none(
    member: Person,
) -> None:
    for place in (CHAT, member.dm):
        form = await member.slash(place, "compose", kind="scrape")
        assert list(form.form.fields) == ["페이지 주소"]


# Arguments inside a link


async def test_a_value_inside_a_link_is_encoded_and_leads_where_it_says(
    world: World, admin: Person, member: Person
) -> None:
    await world.link("민지")
    added = await add(admin, arguments="TITLE, BODY", in_links="PATH")
    assert "`TITLE`, `BODY`, `PATH` (링크)" in added.text
    typed = "봄 소풍?&=#"
    panel = await member.submit(
        await choose(member), {"TITLE": "a & b", "BODY": "c", "PATH": typed}
    )
    assert "링크에 들어가는 값이라 이렇게 바꿔서 보내요" in panel.text
    sending = await member.press(panel, "나에게 보내기")
    await sending.until(lambda message: "보냈어요" in message.text)
    content = world.kakao.outbox[-1].template["content"]
    assert content["title"] == "a & b"
    address = urlsplit(content["link"]["web_url"])
    assert unquote_plus(address.path) == f"/m/{typed}"
    assert (address.query, address.fragment) == ("", "")


# For admins


async def test_an_admin_adds_lists_replaces_and_removes(admin: Person) -> None:
    assert "추가했어요" in (await add(admin, arguments="${TITLE} BODY,PATH")).text
    assert "새 내용으로 바꿨어요" in (await add(admin)).text
    listed = await admin.slash(CHAT, "settings templates list")
    assert listed.ephemeral
    assert "**마을 소식** · 템플릿 120001 · `TITLE`, `BODY`, `PATH`" in listed.text
    offered = await admin.autocomplete(CHAT, "settings templates remove", "name", "마을")
    assert [choice["value"] for choice in offered] == [NAME]
    removed = await admin.slash(CHAT, "settings templates remove", name=NAME)
    assert "목록에서 뺐어요" in removed.text
    assert "아직 이름을 붙인" in (await admin.slash(CHAT, "settings templates list")).text


async def test_members_neither_find_the_command_nor_may_use_it_when_it_is_shown_to_them(
    world: World, admin: Person, member: Person
) -> None:
    with pytest.raises(CannotDo):
        await add(member)
    command = next(one for one in world.discord.world.book() if one["name"] == "settings")
    command["default_member_permissions"] = None
    refused = [
        await add(member),
        await member.slash(CHAT, "settings templates list"),
        await member.slash(CHAT, "settings templates remove", name=NAME),
    ]
    assert {reply.text for reply in refused} == {"‘서버 관리하기’ 권한이 필요해요."}
    await add(admin)
    assert await member.autocomplete(CHAT, "settings templates remove", "name", "") == []


async def test_a_bad_argument_is_explained(admin: Person) -> None:
    reply = await add(admin, arguments="TITLE, 1ST")
    assert "‘1ST’ 글자는 변수 이름으로 쓸 수 없어요" in reply.text


# As a service


@pytest.mark.parametrize(
    ("name", "arguments", "error"),
    [
        (" ", "", BadTemplateName),
        ("가" * 51, "", BadTemplateName),
        (NAME, "WHO-IS", BadArgument),
        (NAME, "가" * 46, BadArgument),
        (NAME, " ".join(f"K{number}" for number in range(26)), TooManyArguments),
    ],
)
async def test_what_could_not_be_shown_later_is_refused(
    services: Services, name: str, arguments: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await services.templates.add(HERE, ADMIN, name, NUMBER, arguments)
    assert await services.templates.of(HERE) == []


async def test_a_server_has_its_own_templates_and_not_too_many(services: Services) -> None:
    templates = services.templates
    for number in range(25):
        await templates.add(HERE, ADMIN, f"틀 {number}", NUMBER, "")
    with pytest.raises(TooManyTemplates):
        await templates.add(HERE, ADMIN, "하나 더", NUMBER, "")
    _, replaced = await templates.add(HERE, ADMIN, "틀 3", NUMBER + 1, "A A B")
    assert replaced
    assert (await templates.get(HERE, "틀 3")).arguments == ("A", "B")
    assert await templates.of(HERE + 1) == []
    with pytest.raises(TemplateUnknown):
        await templates.remove(HERE + 1, ADMIN, "틀 3")


async def test_a_template_that_was_removed_comes_back_beside_those_added_since(
    services: Services,
) -> None:
    templates, settings = services.templates, services.settings
    await templates.add(HERE, ADMIN, NAME, NUMBER, "A B")
    await templates.remove(HERE, ADMIN, NAME)
    await templates.add(HERE, ADMIN, "새 틀", NUMBER + 1, "")
    [_, removal, _] = await settings.changes(HERE)

    await settings.take_back(HERE, ADMIN, removal.version)

    assert [(one.name, one.arguments) for one in await templates.of(HERE)] == [
        (NAME, ("A", "B")),
        ("새 틀", ()),
    ]


async def test_a_template_for_which_there_is_no_room_any_more_does_not_come_back(
    services: Services,
) -> None:
    for number in range(25):
        await services.templates.add(HERE, ADMIN, f"틀 {number}", NUMBER, "")
    await services.templates.remove(HERE, ADMIN, "틀 3")
    [removal] = await services.settings.changes(HERE, 1)
    await services.templates.add(HERE, ADMIN, "하나 더", NUMBER, "")

    with pytest.raises(CannotTakeBack):
        await services.settings.take_back(HERE, ADMIN, removal.version)

    assert len(await services.templates.of(HERE)) == 25
