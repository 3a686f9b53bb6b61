"""Guilds: members, roles, channels, active threads."""

from itertools import islice

from sandbox.discord.errors import missing_access, missing_permissions, unknown
from sandbox.discord.events import ScheduledEvent
from sandbox.discord.intents import Intent
from sandbox.discord.member_requests import starts_with
from sandbox.discord.permissions import Permission
from sandbox.discord.rest.calls import Answer, Call, Routes
from sandbox.discord.state import JSON, User


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


async def audit_log(call: Call) -> Answer:
    """Give who has added the bot; nothing else is looked for there."""
    found, bot = call.guild(), call.world.bot
    if not call.world.may_in(bot, found) & Permission.VIEW_AUDIT_LOG:
        raise missing_permissions()
    is_meant = call.query.get("action_type", str(BOT_ADD)) == str(BOT_ADD)
    by = found.added_by if is_meant else None
    entry = {
        "id": str(bot.id),
        "action_type": BOT_ADD,
        "user_id": str(by.id) if by else None,
        "target_id": str(bot.id),
    }
    others = "integrations webhooks guild_scheduled_events threads application_commands"
    return {
        "audit_log_entries": [entry] if by else [],
        "users": [one.payload() for one in (by, bot) if one] if by else [],
        "auto_moderation_rules": [],
        **{name: [] for name in others.split()},
    }


async def events(call: Call) -> Answer:
    counted = call.flag("with_user_count")
    return [one.described(counted=counted) for one in _visible_events(call)]


async def event(call: Call) -> Answer:
    return _event(call).described(counted=call.flag("with_user_count"))


async def interested(call: Call) -> Answer:
    """Give who is interested, by user id upwards."""
    found, limit = _event(call), call.number("limit", 100, 100)
    users = sorted(found.interested, key=lambda one: one.id)
    if "after" in call.query:
        users = [one for one in users if one.id > int(call.query["after"])][:limit]
    elif "before" in call.query:
        users = [one for one in users if one.id < int(call.query["before"])][-limit:]
    return [_interest(call, found, user) for user in users[:limit]]


def _interest(call: Call, event: ScheduledEvent, user: User) -> JSON:
    told: JSON = {
        "guild_scheduled_event_id": str(event.id),
        "user_id": str(user.id),
        "user": user.payload(),
        "response": INTERESTED,
    }
    member = event.guild.members.get(user.id)
    if call.flag("with_member") and member is not None:
        told["member"] = member.payload()
    return told


def _event(call: Call) -> ScheduledEvent:
    wanted = call.id("guild_scheduled_event_id")
    for one in _visible_events(call):
        if one.id == wanted:
            return one
    raise unknown("Guild Scheduled Event")


def _visible_events(call: Call) -> list[ScheduledEvent]:
    return call.world.events_seen(call.guild(), call.world.bot)


INTERESTED = 1
BOT_ADD = 28  # in the audit log
_EVENTS = "/guilds/{guild_id}/scheduled-events"
ROUTES: Routes = [
    ("GET", "/guilds/{guild_id}", guild),
    ("GET", "/guilds/{guild_id}/channels", channels),
    ("GET", "/guilds/{guild_id}/roles", roles),
    ("GET", "/guilds/{guild_id}/roles/{role_id}", role),
    ("GET", "/guilds/{guild_id}/members", members),
    ("GET", "/guilds/{guild_id}/members/search", search_members),
    ("GET", "/guilds/{guild_id}/members/{user_id}", member),
    ("GET", "/guilds/{guild_id}/threads/active", active_threads),
    ("GET", "/guilds/{guild_id}/audit-logs", audit_log),
    ("GET", _EVENTS, events),
    ("GET", f"{_EVENTS}/{{guild_scheduled_event_id}}", event),
    ("GET", f"{_EVENTS}/{{guild_scheduled_event_id}}/users", interested),
]
