"""Users, and the conversations one opens with them."""

from sandbox.discord.errors import unknown
from sandbox.discord.rest.calls import Answer, Call, Routes
from sandbox.discord.state import JSON

MOST_GUILDS = 200


async def me(call: Call) -> Answer:
    own = {"mfa_enabled": False, "locale": "ko", "verified": True, "email": None}
    return call.world.bot.payload() | own


async def user(call: Call) -> Answer:
    found = call.world.users.get(call.id("user_id"))
    if found is None:
        raise unknown("User")
    return found.payload()


async def open_dm(call: Call) -> Answer:
    recipient = call.world.users.get(int(call.body["recipient_id"]))
    if recipient is None or recipient.bot:
        raise unknown("User")
    return call.world.dm(recipient).payload()


async def my_guilds(call: Call) -> Answer:
    bot = call.world.bot
    limit, after = call.number("limit", MOST_GUILDS, MOST_GUILDS), int(call.query.get("after", 0))
    known = sorted(call.world.guilds, key=lambda guild: guild.id)
    mine = [guild for guild in known if bot.id in guild.members and guild.id > after][:limit]
    plain: JSON = {"banner": None, "owner": False, "features": [], "permissions": "0"}
    return [{"id": str(one.id), "name": one.name, "icon": one.icon, **plain} for one in mine]


ROUTES: Routes = [
    ("GET", "/users/@me", me),
    ("GET", "/users/@me/guilds", my_guilds),
    ("POST", "/users/@me/channels", open_dm),
    ("GET", "/users/{user_id}", user),
]
