"""The application itself, the gateway's address, and the commands it registers."""

from sandbox.discord.commands import CommandBook, without_localizations
from sandbox.discord.errors import Fault, invalid_form, missing_access, unknown
from sandbox.discord.intents import application_flags
from sandbox.discord.picker import USER_INSTALL
from sandbox.discord.rest.calls import Answer, Call, Created, Routes
from sandbox.discord.state import JSON
from sandbox.discord.world import World


async def application(call: Call) -> Answer:
    world = call.world
    owner = world.owner or next(user for user in world.users.values() if not user.bot)
    flags = application_flags(world.allowed_intents)
    return {
        "id": str(world.application_id),
        "name": world.bot.name,
        "icon": world.bot.avatar,
        "description": "",
        "type": None,
        "bot": world.bot.payload(),
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": flags,
        "flags_new": str(flags),
        "owner": owner.payload(),
        "team": _team(world) if world.team else None,
        **_NOTHING_SPECIAL,
        "approximate_user_install_count": len(world.user_installs),
        "integration_types_config": _installs(world),
    }


def _team(world: World) -> JSON:
    members = [
        {
            "membership_state": 2,
            "team_id": str(world.application_id),
            "user": world.users[number].payload(),
            "role": role,
            "permissions": ["*"],
        }
        for number, role in world.team.items()
    ]
    return {
        "id": str(world.application_id),
        "icon": None,
        "name": world.bot.name,
        "owner_user_id": str(next(iter(world.team))),
        "members": members,
    }


def _installs(world: World) -> JSON:
    """Give what the portal says of installs: in servers always, by people where that is on."""
    scopes = {"0": ["applications.commands", "bot"]}
    if world.allows_user_install:
        scopes["1"] = ["applications.commands"]
    return {
        kind: {"oauth2_install_params": {"scopes": wanted, "permissions": "0"}}
        for kind, wanted in scopes.items()
    }


_NOTHING_SPECIAL: JSON = {
    "redirect_uris": [],
    "interactions_endpoint_url": None,
    "role_connections_verification_url": None,
    "approximate_guild_count": 1,
    "approximate_user_authorization_count": 0,
    "explicit_content_filter": 0,
    "eligible_oauth2_scopes": [],
}


async def gateway(call: Call) -> Answer:
    return {"url": call.world.site.url.replace("http", "ws", 1) + "/gateway"}


async def gateway_for_bots(call: Call) -> Answer:
    at_once = call.world.shards_at_once
    limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": at_once}
    url = call.world.site.url.replace("http", "ws", 1) + "/gateway"
    return {"url": url, "shards": 1, "session_start_limit": limit}


def _book(call: Call) -> CommandBook:
    if call.id("application_id") != call.world.application_id:
        raise missing_access()
    return call.world.book(call.guild().id if "guild_id" in call.params else None)


def _command(call: Call) -> JSON:
    found = _book(call).get(call.params["command_id"])
    if found is None:
        raise unknown("application command")
    return found


async def list_commands(call: Call) -> Answer:
    full = call.flag("with_localizations")
    return [one if full else without_localizations(one) for one in _book(call)]


def _check_installs(call: Call, *bodies: JSON) -> None:
    """Refuse commands for accounts that nobody can add the application to.

    What Discord itself does with them is nowhere told.
    """
    message = "This application cannot be added to accounts."
    faults = [
        Fault((number, "integration_types"), "BASE_TYPE_CHOICES", message)
        for number, body in enumerate(bodies)
        if USER_INSTALL in (body.get("integration_types") or ())
        and not call.world.allows_user_install
    ]
    if faults:
        raise invalid_form(faults)


async def overwrite_commands(call: Call) -> Answer:
    book = _book(call)
    _check_installs(call, *call.items)
    book.overwrite(call.items)
    call.world.changed()
    return list(book)


async def add_command(call: Call) -> Answer:
    _check_installs(call, call.body)
    command, new = _book(call).add(call.body)
    call.world.changed()
    return Created(command) if new else command


async def get_command(call: Call) -> Answer:
    return _command(call)


async def change_command(call: Call) -> Answer:
    _check_installs(call, call.body)
    changed = _book(call).change(_command(call), call.body)
    call.world.changed()
    return changed


async def remove_command(call: Call) -> Answer:
    _book(call).remove(_command(call))
    call.world.changed()
    return None


def _command_routes(scope: str) -> Routes:
    return [
        ("GET", f"{scope}/commands", list_commands),
        ("PUT", f"{scope}/commands", overwrite_commands),
        ("POST", f"{scope}/commands", add_command),
        ("GET", f"{scope}/commands/{{command_id}}", get_command),
        ("PATCH", f"{scope}/commands/{{command_id}}", change_command),
        ("DELETE", f"{scope}/commands/{{command_id}}", remove_command),
    ]


ROUTES: Routes = [
    ("GET", "/applications/@me", application),
    ("GET", "/oauth2/applications/@me", application),
    ("GET", "/gateway", gateway),
    ("GET", "/gateway/bot", gateway_for_bots),
    *_command_routes("/applications/{application_id}"),
    *_command_routes("/applications/{application_id}/guilds/{guild_id}"),
]
