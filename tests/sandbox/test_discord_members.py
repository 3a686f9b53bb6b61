"""Members come, go and get roles at the local Discord, as discord.py hears of them."""

from collections.abc import AsyncIterator

import discord
import pytest

from sandbox.discord import CannotDo, LocalDiscord, Permission, Person
from tests.support.sandbox_discord import (
    TinyBot,
    a_bot,
    default_intents,
    listening,
    new_discord,
    next_of,
)

INTENTS = default_intents(moderation=True)
OWN = "Kkachi"


@pytest.fixture
async def local() -> AsyncIterator[LocalDiscord]:
    async with new_discord().serve() as served:
        yield served
    assert served.problems == []


@pytest.fixture
async def bot(local: LocalDiscord) -> AsyncIterator[TinyBot]:
    async with a_bot(local, intents=INTENTS) as bot:
        yield bot


@pytest.fixture
def minji(local: LocalDiscord) -> Person:
    return local.person("민지")


@pytest.fixture
def hajun(local: LocalDiscord) -> Person:
    return local.person("하준")


async def test_a_given_role_is_read_in_the_audit_log(bot: TinyBot, hajun: Person) -> None:
    told = listening(bot, "audit_log_entry_create", "member_update")
    await hajun.give_role(hajun.guilds[0], "준호", "운영진")
    await hajun.take_role(hajun.guilds[0], "준호", "운영진")
    (_, given), (_, taken) = await next_of(told), await next_of(told)
    assert given.action is discord.AuditLogAction.member_role_update
    assert [role.name for role in given.changes.after.roles] == ["운영진"]
    assert [role.name for role in taken.changes.before.roles] == ["운영진"]
    assert given.user_id == hajun.id


async def test_the_audit_log_is_not_told_without_its_permission(
    bot: TinyBot, local: LocalDiscord, hajun: Person
) -> None:
    local.guild.role(OWN).permissions &= ~int(Permission.VIEW_AUDIT_LOG)
    told = listening(bot, "socket_event_type")
    await hajun.give_role(local.guild, "준호", "운영진")
    await hajun.say("잡담", "축하해요")
    assert (await next_of(told))[1] == "MESSAGE_CREATE"


async def test_who_added_the_bot_stands_in_the_audit_log(
    bot: TinyBot, local: LocalDiscord, hajun: Person
) -> None:
    told = listening(bot, "guild_join")
    owner, may = local.person("민지").user, int(Permission.VIEW_AUDIT_LOG)
    for own in (may, 0):
        local.world.add_guild("새 마을", owner, own=own, added_by=hajun.user)
    (_, open_guild), (_, closed) = await next_of(told), await next_of(told)
    [entry] = [one async for one in open_guild.audit_logs(action=discord.AuditLogAction.bot_add)]
    assert (entry.user_id, entry.target.id) == (hajun.id, local.world.bot.id)
    assert [one async for one in open_guild.audit_logs(action=discord.AuditLogAction.kick)] == []
    with pytest.raises(discord.Forbidden):
        await anext(closed.audit_logs())


async def test_a_bot_always_hears_of_its_own_roles(bot: TinyBot, local: LocalDiscord) -> None:
    told = listening(bot, "member_update")
    local.world.give_role(local.guild.members[local.world.bot.id], local.guild.role("레이드팀"))
    assert "레이드팀" in [role.name for role in (await next_of(told))[2].roles]


async def test_roles_above_ones_own_and_those_of_bots_are_not_given(local: LocalDiscord) -> None:
    jiwoo = local.person("지우")
    await jiwoo.give_role(local.guild, "지우", "레이드팀")
    for name, why in (("운영진", "not below"), (OWN, "nobody gives")):
        with pytest.raises(CannotDo, match=why):
            await jiwoo.give_role(local.guild, "민지", name)
    with pytest.raises(CannotDo, match="lacks MANAGE_ROLES"):
        await local.person("민지").give_role(local.guild, "준호", "레이드팀")


async def test_changed_and_removed_roles_are_told(bot: TinyBot, local: LocalDiscord) -> None:
    told = listening(bot, "guild_role_update", "guild_role_delete")
    role = local.guild.role("레이드팀")
    role.name = "원정대"
    local.world.role_changed(local.guild, role)
    local.world.remove_role(local.guild, role)
    assert (await next_of(told))[2].name == "원정대"
    assert (await next_of(told))[0] == "guild_role_delete"
    assert local.guild.member("민지").roles == []


async def test_discord_writes_about_newcomers_and_boosts(
    bot: TinyBot, local: LocalDiscord, minji: Person
) -> None:
    told = listening(bot, "message", "guild_update")
    local.world.join(local.guild, local.world.add_user("sua", "수아"))
    local.world.boost(local.guild, minji.user)
    local.world.boost(local.guild, minji.user, reaches=1)
    seen = [await next_of(told) for _ in range(5)]
    lines = [one[1].type for one in seen if one[0] == "message"]
    assert lines == [
        discord.MessageType.new_member,
        discord.MessageType.premium_guild_subscription,
        discord.MessageType.premium_guild_tier_1,
    ]
    assert (bot.guilds[0].premium_tier, bot.guilds[0].premium_subscription_count) == (1, 2)


async def test_whoever_leaves_is_gone_from_voice_too(local: LocalDiscord, minji: Person) -> None:
    await minji.join_voice("마실방")
    local.world.leave(local.guild, minji.user)
    assert local.world.voice_state(minji.user) is None


async def test_a_timed_out_member_is_told_so(local: LocalDiscord) -> None:
    async with a_bot(local, intents=default_intents(members=True)) as bot:
        told = listening(bot, "member_update")
        member = local.guild.member("준호")
        member.timed_out_until = local.world.now() + 3600
        local.world.member_changed(member)
        assert (await next_of(told))[2].is_timed_out()
