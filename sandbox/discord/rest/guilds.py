"""Guilds: members, roles, channels, active threads."""

from itertools import islice

from sandbox.discord.errors import missing_access, unknown
from sandbox.discord.gateway import starts_with
from sandbox.discord.intents import Intent
from sandbox.discord.rest.calls import Answer, Call, Routes


async def guild(call: Call) -> Answer:
    found = call.guild()
    counts = {
        "approximate_member_count": len(found.members),
        "approximate_presence_count": len(found.members),
    }
    return found.payload() | (counts if call.flag("with_counts") else {})


async def channels(call: Call) -> Answer:
    return [one.payload() for one in call.guild().channels if one.thread is None]


async def roles(call: Call) -> Answer:
    return [role.payload() for role in call.guild().roles]


async def role(call: Call) -> Answer:
    wanted = call.id("role_id")
    for one in call.guild().roles:
        if one.id == wanted:
            return one.payload()
    raise unknown("Role")


async def member(call: Call) -> Answer:
    found = call.guild().members.get(call.id("user_id"))
    if found is None:
        known = call.id("user_id") in call.world.users
        raise unknown("Member" if known else "User")
    return found.payload()


async def members(call: Call) -> Answer:
    if not call.world.allowed_intents & Intent.GUILD_MEMBERS:
        raise missing_access()
    after, limit = int(call.query.get("after", "0")), call.number("limit", 1, 1000)
    known = sorted(call.guild().members.values(), key=lambda one: one.user.id)
    return [one.payload() for one in islice((m for m in known if m.user.id > after), limit)]


async def search_members(call: Call) -> Answer:
    query, limit = call.query.get("query", ""), call.number("limit", 1, 1000)
    found = (one for one in call.guild().members.values() if starts_with(one, query))
    return [one.payload() for one in islice(found, limit)]


async def active_threads(call: Call) -> Answer:
    bot = call.world.bot
    found = [one for one in call.guild().threads() if call.world.sees(bot, one)]
    joined = [one for one in found if one.thread and bot.id in one.thread.members]
    return {
        "threads": [one.payload() for one in found],
        "members": [one.thread_member(bot.id) for one in joined],
        "has_more": False,
    }


ROUTES: Routes = [
    ("GET", "/guilds/{guild_id}", guild),
    ("GET", "/guilds/{guild_id}/channels", channels),
    ("GET", "/guilds/{guild_id}/roles", roles),
    ("GET", "/guilds/{guild_id}/roles/{role_id}", role),
    ("GET", "/guilds/{guild_id}/members", members),
    ("GET", "/guilds/{guild_id}/members/search", search_members),
    ("GET", "/guilds/{guild_id}/members/{user_id}", member),
    ("GET", "/guilds/{guild_id}/threads/active", active_threads),
]
