"""`/settings templates`, and the custom templates that members fill in because of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import open_services
from bot.services import Services
from bot.services.servers.settings import CannotTakeBack
from bot.services.servers.templates import (
    BadArgument,
    BadTemplateName,
    TemplateUnknown,
    TooManyArguments,
    TooManyTemplates,
)
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


async def add(admin: Person, name: str = NAME, arguments: str = "TITLE, BODY, PATH") -> Reply:
    return await admin.slash(
        CHAT, "settings templates add", name=name, template_id=NUMBER, arguments=arguments
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
    assert "'마을 소식' 템플릿이 없어요" in reply.text


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
    assert {reply.text for reply in refused} == {"서버 관리 권한이 있어야 할 수 있어요."}
    await add(admin)
    assert await member.autocomplete(CHAT, "settings templates remove", "name", "") == []


async def test_a_bad_argument_is_explained(admin: Person) -> None:
    reply = await add(admin, arguments="TITLE, 1ST")
    assert "'1ST' 글자는 변수 이름으로 쓸 수 없어요" in reply.text


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
