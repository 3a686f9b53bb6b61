"""The local Discord refuses what Discord refuses, in Discord's words."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from sandbox.discord import CannotDo, LocalDiscord, Overwrite, Permission
from sandbox.discord.commands import check_commands
from sandbox.discord.core import Event
from sandbox.discord.errors import ApiError
from sandbox.discord.server import ROUTES
from sandbox.discord.spec import Spec
from tests.support.sandbox_discord import OPENAPI, Raw, a_bot, by_hand, new_discord

SEND = Permission.SEND_MESSAGES
VIEW = Permission.VIEW_CHANNEL


@pytest.fixture
async def local() -> AsyncIterator[LocalDiscord]:
    async with new_discord().serve() as served:
        yield served


@pytest.fixture
async def call(local: LocalDiscord) -> AsyncIterator[Raw]:
    async with by_hand(local) as raw:
        yield raw


def path(local: LocalDiscord, channel: str = "잡담") -> str:
    return f"/channels/{local.guild.channel(channel).id}/messages"


# permissions


def bits(local: LocalDiscord, name: str, channel: str = "잡담") -> int:
    return local.world.may(local.person(name).user, local.guild.channel(channel))


def test_a_role_sees_its_hidden_channel_and_others_do_not() -> None:
    local = new_discord()
    assert bits(local, "지우", "운영진") & VIEW
    assert bits(local, "민지", "운영진") == 0


def test_an_allowing_role_beats_a_denying_one() -> None:
    local = new_discord()
    minji, chat = local.guild.member("민지"), local.guild.channel("잡담")
    for name in ("하나", "둘"):
        local.world.give_role(minji, local.world.add_role(local.guild, name))
    deny, allow = (local.guild.role(name).id for name in ("하나", "둘"))
    chat.overwrites = [Overwrite(allow, allow=int(SEND)), Overwrite(deny, deny=int(SEND))]
    assert bits(local, "민지") & SEND


def test_the_members_own_overwrite_comes_last() -> None:
    local = new_discord()
    minji, chat = local.guild.member("민지"), local.guild.channel("잡담")
    own = Overwrite(minji.user.id, deny=int(SEND), for_member=True)
    chat.overwrites = [own, Overwrite(local.guild.id, allow=int(SEND))]
    assert not bits(local, "민지") & SEND


def test_who_cannot_see_a_channel_can_do_nothing_there() -> None:
    local = new_discord()
    local.guild.channel("잡담").overwrites = [Overwrite(local.guild.id, deny=int(VIEW))]
    assert bits(local, "민지") == 0


def test_administrators_and_the_owner_may_do_everything() -> None:
    local = new_discord()
    local.guild.role("레이드팀").permissions = int(Permission.ADMINISTRATOR)
    local.guild.channel("잡담").overwrites = [Overwrite(local.guild.id, deny=int(VIEW))]
    assert bits(local, "민지") == bits(local, "하준") == (1 << 53) - 1


def test_who_is_timed_out_only_reads() -> None:
    local = new_discord()
    local.guild.member("민지").timed_out_until = local.world.now() + 60
    assert bits(local, "민지") == VIEW | Permission.READ_MESSAGE_HISTORY


def test_a_private_thread_is_seen_by_its_members() -> None:
    local = new_discord()
    minji, junho = local.person("민지"), local.person("준호")
    thread = local.world.add_thread(local.guild.channel("잡담"), "둘이서", minji.user, private=True)
    assert thread in minji.channels(local.guild)
    assert thread not in junho.channels(local.guild)
    local.world.join_thread(thread, junho.user)
    assert thread in junho.channels(local.guild)


async def test_people_do_only_what_they_may() -> None:
    local = new_discord()
    minji = local.person("민지")
    with pytest.raises(CannotDo, match="lacks SEND_MESSAGES"):
        await minji.say("공지", "저도 한마디")
    with pytest.raises(CannotDo, match="sees no channel"):
        minji.sees("운영진")


async def test_history_is_hidden_without_its_permission() -> None:
    local = new_discord()
    deny = int(Permission.READ_MESSAGE_HISTORY)
    local.guild.channel("잡담").overwrites = [Overwrite(local.guild.id, deny=deny)]
    assert local.person("민지").sees("잡담") == []


# the API


async def test_history_goes_by_before_after_and_around(local: LocalDiscord, call: Raw) -> None:
    minji = local.person("민지")
    ids = [str((await minji.say("잡담", f"{n}")).id) for n in range(6)]
    _, before = await call("GET", f"{path(local)}?before={ids[3]}&limit=2")
    _, after = await call("GET", f"{path(local)}?after={ids[3]}&limit=1")
    _, around = await call("GET", f"{path(local)}?around={ids[3]}&limit=3")
    assert [one["content"] for one in before] == ["2", "1"]
    assert [one["content"] for one in after] == ["4"]
    assert [one["content"] for one in around] == ["4", "3", "2"]


async def test_what_is_not_there_is_unknown(local: LocalDiscord, call: Raw) -> None:
    answers = [
        await call("GET", f"{path(local)}/1"),
        await call("GET", "/channels/1"),
        await call("GET", "/guilds/1"),
        await call("GET", "/users/1"),
        await call("GET", f"/guilds/{local.guild.id}/members/1"),
        await call("POST", "/interactions/1/x/callback", {"type": 6}),
    ]
    assert [body["code"] for _, body in answers] == [10008, 10003, 10004, 10013, 10013, 10062]
    assert {status for status, _ in answers} == {404}
    assert local.problems == []


async def test_a_hidden_channel_gives_missing_access(local: LocalDiscord, call: Raw) -> None:
    local.guild.channel("운영진").overwrites = [Overwrite(local.guild.id, deny=int(VIEW))]
    status, body = await call("GET", path(local, "운영진"))
    assert (status, body["code"]) == (403, 50001)


async def test_a_channel_one_cannot_write_in_gives_missing_permissions(
    local: LocalDiscord, call: Raw
) -> None:
    status, body = await call("POST", path(local, "공지"), {"content": "안녕"})
    assert (status, body["code"]) == (403, 50013)


async def test_a_wrong_token_is_unauthorized(call: Raw) -> None:
    status, body = await call("GET", "/users/@me", token="wrong")
    assert (status, body["message"]) == (401, "401: Unauthorized")


async def test_an_unknown_route_is_a_problem(local: LocalDiscord, call: Raw) -> None:
    status, _ = await call("GET", "/no/such/thing")
    assert status == 404
    assert local.problems == ["GET /api/v10/no/such/thing: no such route"]


async def test_content_is_hidden_from_a_bot_that_may_not_read_it(
    local: LocalDiscord, call: Raw
) -> None:
    local.allow_intents("members")
    message = await local.person("민지").say("잡담", "비밀")
    _, body = await call("GET", f"{path(local)}/{message.id}")
    assert body["content"] == ""


ROW_OF_LINKS = {"type": 1, "components": [{"type": 2, "style": 5, "label": "가", "url": "x:"}]}
BUTTON = {"type": 2, "style": 1, "label": "가", "custom_id": "a"}
SELECT: dict[str, Any] = {"type": 3, "custom_id": "s", "options": [{"label": "a", "value": "a"}]}
BLANK = {"label": " \u3000", "value": "a"}
TEXT = {"type": 10, "content": "글"}


@pytest.mark.parametrize(
    "body",
    [
        {"content": "가" * 2001},
        {"embeds": [{"title": "가" * 257}]},
        {"embeds": [{"description": "가" * 4096}, {"description": "가" * 2000}]},
        {"embeds": [{"fields": [{"name": "", "value": "값"}]}]},
        {"embeds": [{"title": "가"}] * 11},
        {"components": [{"type": 1, "components": [BUTTON, BUTTON]}]},
        {"components": [{"type": 1, "components": [BUTTON] * 6}]},
        {"components": [{"type": 1, "components": [BUTTON | {"label": ""}]}]},
        {"components": [{"type": 1, "components": [BUTTON | {"custom_id": "a" * 101}]}]},
        {"components": [ROW_OF_LINKS]},
        {"components": [{"type": 1, "components": [SELECT | {"max_values": 2}]}]},
        {"components": [{"type": 1, "components": [SELECT | {"options": []}]}]},
        {"components": [{"type": 1, "components": [SELECT | {"options": [BLANK]}]}]},
        {"components": [TEXT]},
        {"flags": 32768, "content": "글", "components": [TEXT]},
        {"flags": 32768, "components": [TEXT | {"content": "가" * 4001}]},
        {"flags": 32768, "components": [TEXT] * 41},
        {"flags": 32768, "components": [{"type": 9, "components": [TEXT]}]},
        {"poll": {"question": {"text": ""}, "answers": [{"poll_media": {"text": "네"}}]}},
        {"embeds": [{"image": {"url": "attachment://nothing.png"}}]},
        {"content": "답", "message_reference": {"message_id": "1"}},
    ],
)
async def test_a_bad_message_is_an_invalid_form_and_a_problem(
    local: LocalDiscord, call: Raw, body: dict[str, Any]
) -> None:
    status, answer = await call("POST", path(local), body)
    assert (status, answer["code"], answer["message"]) == (400, 50035, "Invalid Form Body")
    assert len(local.problems) == 1


async def test_faults_are_nested_where_they_are(local: LocalDiscord, call: Raw) -> None:
    local.world.problems.clear()
    _, answer = await call("POST", path(local), {"content": "가" * 2001})
    (error,) = answer["errors"]["content"]["_errors"]
    assert error == {"code": "BASE_TYPE_MAX_LENGTH", "message": "Must be 2000 or fewer in length."}


async def test_an_empty_message_is_refused(local: LocalDiscord, call: Raw) -> None:
    _, answer = await call("POST", path(local), {"content": ""})
    assert answer["code"] == 50006


async def test_only_ones_own_messages_are_edited(local: LocalDiscord, call: Raw) -> None:
    message = await local.person("민지").say("잡담", "제 말이에요")
    _, answer = await call("PATCH", f"{path(local)}/{message.id}", {"content": "바꿔 볼까"})
    assert answer["code"] == 50005


async def test_mentions_ring_only_where_allowed(local: LocalDiscord, call: Raw) -> None:
    mention = local.person("민지").user.mention
    _, loud = await call("POST", path(local), {"content": mention})
    quiet = {"content": mention, "allowed_mentions": {"parse": []}}
    _, silent = await call("POST", path(local), quiet)
    assert [len(one["mentions"]) for one in (loud, silent)] == [1, 0]


# commands


def command(**changes: object) -> dict[str, Any]:
    return {"name": "forward", "description": "보내기", **changes}


def option(**changes: object) -> dict[str, Any]:
    return {"type": 3, "name": "note", "description": "한마디", **changes}


@pytest.mark.parametrize(
    "commands",
    [
        [command(name="Forward")],
        [command(name="for ward")],
        [command(name="가" * 33)],
        [command(description="")],
        [command(description="가" * 101)],
        [command(name_localizations={"ko": "보 내기"})],
        [command(name_localizations={"xx": "보내기"})],
        [command(), command()],
        [command(options=[option(), option()])],
        [command(options=[option(name="a"), option(name="b", required=True)])],
        [command(options=[option(), option(type=1, name="sub")])],
        [command(options=[option(autocomplete=True, choices=[{"name": "가", "value": "a"}])])],
        [command(options=[option(choices=[{"name": "가", "value": 1}])])],
        [command(options=[option(name=f"o{n}") for n in range(26)])],
        [command(name="Menu", type=3)],
        [{"name": f"Menu {n}", "type": 3} for n in range(6)],
        [command(name=f"c{n}") for n in range(101)],
    ],
)
def test_bad_commands_are_refused(commands: list[dict[str, Any]]) -> None:
    with pytest.raises(ApiError):
        check_commands(commands)


def test_good_commands_are_taken() -> None:
    deep = option(type=1, name="me", options=[option(required=True), option(name="b")])
    group = option(type=2, name="group", options=[deep])
    localized = {"ko": "전달", "ja": "転送"}
    check_commands(
        [
            command(name_localizations=localized, options=[group, deep]),
            {"name": "카카오톡으로 보내기", "type": 3},
        ]
    )


async def test_localizations_are_listed_when_asked_for(local: LocalDiscord, call: Raw) -> None:
    commands = f"/applications/{local.world.application_id}/commands"
    await call("PUT", commands, [command(name_localizations={"ko": "전달"})])
    _, plain = await call("GET", commands)
    _, full = await call("GET", f"{commands}?with_localizations=true")
    assert "name_localizations" not in plain[0]
    assert full[0]["name_localizations"] == {"ko": "전달"}
    assert local.commands_for(local.person("민지"), "잡담")[0]["display"] == "전달"
    assert local.commands_for(local.person("서연"), "잡담")[0]["display"] == "forward"


# interactions


async def opened(local: LocalDiscord, call: Raw) -> str:
    """Somebody uses a command; gives the path of the answer."""
    commands = f"/applications/{local.world.application_id}/commands"
    await call("PUT", commands, [command()])
    told: list[dict[str, Any]] = []
    local.world.on_event.append(lambda event: told.append({"name": event.name, **event.data}))
    minji = local.person("민지")
    data = {"id": "1", "name": "forward", "type": 1}
    local.interactions.open(2, minji, local.guild.channel("잡담"), data, command="forward")
    event = next(one for one in told if one["name"] == "INTERACTION_CREATE")
    return f"{event['id']}/{event['token']}"


async def test_an_interaction_is_answered_once(local: LocalDiscord, call: Raw) -> None:
    place = f"/interactions/{await opened(local, call)}/callback"
    answer = {"type": 4, "data": {"content": "네"}}
    first, _ = await call("POST", place, answer)
    status, body = await call("POST", place, answer)
    assert (first, status, body["code"]) == (204, 400, 40060)


async def test_an_answer_that_does_not_fit_is_refused(local: LocalDiscord, call: Raw) -> None:
    place = f"/interactions/{await opened(local, call)}/callback"
    _, body = await call("POST", place, {"type": 7, "data": {"content": "네"}})
    assert body["code"] == 50035


async def test_a_form_is_checked(local: LocalDiscord, call: Raw) -> None:
    place = f"/interactions/{await opened(local, call)}/callback"
    field = {"type": 4, "custom_id": "f", "style": 1}
    label = {"type": 18, "label": "이름", "component": field}
    form = {"custom_id": "m", "title": "가" * 46, "components": [label]}
    _, body = await call("POST", place, {"type": 9, "data": form})
    assert body["code"] == 50035


async def test_a_token_ends_after_fifteen_minutes() -> None:
    clock = [1_760_000_000.0]
    async with new_discord(now=lambda: clock[0]).serve() as local, by_hand(local) as call:
        interaction = await opened(local, call)
        await call("POST", f"/interactions/{interaction}/callback", {"type": 5})
        hook = f"/webhooks/{local.world.application_id}/{interaction.split('/')[1]}"
        early, _ = await call("POST", hook, {"content": "아직"})
        clock[0] += 901
        late, body = await call("POST", hook, {"content": "이미"})
    assert (early, late, body["code"]) == (200, 401, 50027)


async def test_an_ephemeral_answer_is_not_in_the_history(local: LocalDiscord, call: Raw) -> None:
    place = f"/interactions/{await opened(local, call)}/callback?with_response=true"
    data = {"content": "나만", "flags": 64}
    _, body = await call("POST", place, {"type": 4, "data": data})
    number = body["resource"]["message"]["id"]
    status, _ = await call("GET", f"{path(local)}/{number}")
    assert status == 404
    assert local.person("민지").sees("잡담")[-1].text == "나만"
    assert local.person("준호").sees("잡담")[-1].text != "나만"


# the specification


@pytest.fixture(scope="module")
def spec() -> Spec:
    if not OPENAPI.exists():
        pytest.skip("Discord's specification is not beside the project")
    return Spec(OPENAPI)


def test_every_route_exists_at_discord(spec: Spec) -> None:
    assert [f"{m} {t}" for m, t, _ in ROUTES if not spec.knows(m, t)] == []


def test_ids_may_come_as_integers_but_go_as_strings(spec: Spec) -> None:
    body = {"recipient_id": 123}
    assert spec.request_faults("POST", "/users/@me/channels", body) == []
    assert spec.reply_faults("GET", "/gateway", 200, {"url": 5}) != []


@pytest.mark.parametrize("embed", [{"timestamp": "yesterday"}, {"url": "no address"}])
def test_formats_of_words_are_checked(spec: Spec, embed: dict[str, Any]) -> None:
    place = ("POST", "/channels/{channel_id}/messages")
    assert spec.request_faults(*place, {"embeds": [{"title": "가"}]}) == []
    assert len(spec.request_faults(*place, {"embeds": [embed]})) == 1


def test_formats_of_numbers_are_checked(spec: Spec) -> None:
    limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
    answer = {"url": "wss://gateway.example", "shards": 1, "session_start_limit": limit}
    assert spec.reply_faults("GET", "/gateway/bot", 200, answer) == []
    limit["total"] = 2**40
    (fault,) = spec.reply_faults("GET", "/gateway/bot", 200, answer)
    assert fault.path == ("session_start_limit", "total")


def test_the_specification_names_the_place_of_a_fault(spec: Spec) -> None:
    (fault,) = spec.request_faults("POST", "/channels/{channel_id}/messages", {"content": 5})
    assert fault.path == ("content",)


def test_events_are_held_against_the_specification_piece_by_piece(spec: Spec) -> None:
    role = {"id": "1", "name": "운영진"}
    (first, *_) = spec.event_faults("GUILD_ROLE_CREATE", {"guild_id": "2", "role": role})
    assert "required" in str(first)
    guild = {"roles": [role], "channels": [], "voice_states": [{"user_id": 5}]}
    assert len(spec.event_faults("GUILD_CREATE", guild)) > len([role])
    assert spec.event_faults("TYPING_START", {"user_id": 5}) == []


@pytest.mark.usefixtures("spec")
async def test_an_event_of_ours_that_discord_would_not_send_is_a_problem(
    local: LocalDiscord,
) -> None:
    async with a_bot(local):
        local.world.tell(Event("GUILD_ROLE_UPDATE", {"guild_id": "1", "role": {"id": "1"}}))
    assert any(one.startswith("our event GUILD_ROLE_UPDATE") for one in local.problems)
