"""Channels and threads."""

from sandbox.discord.errors import ApiError, missing_permissions, unknown
from sandbox.discord.permissions import Permission
from sandbox.discord.rest.calls import Answer, Call, Created, Routes
from sandbox.discord.state import ANNOUNCEMENT, PRIVATE_THREAD, TEXT, Channel, Overwrite


async def channel(call: Call) -> Answer:
    return call.channel().payload()


async def change_channel(call: Call) -> Answer:
    found = call.channel()
    needed = Permission.MANAGE_THREADS if found.thread else Permission.MANAGE_CHANNELS
    call.channel(needed)
    found.name = call.body.get("name", found.name)
    found.topic = call.body.get("topic", found.topic)
    if found.thread is not None:
        found.thread.archived = call.body.get("archived", found.thread.archived)
        found.thread.locked = call.body.get("locked", found.thread.locked)
    call.world.channel_changed(found)
    return found.payload()


async def delete_channel(call: Call) -> Answer:
    found = call.channel()
    if found.guild is not None:
        call.channel(Permission.MANAGE_THREADS if found.thread else Permission.MANAGE_CHANNELS)
        call.world.remove_channel(found)
    return found.payload()


async def set_overwrite(call: Call) -> Answer:
    found, subject = call.channel(Permission.MANAGE_ROLES), call.id("overwrite_id")
    allow, deny = int(call.body.get("allow") or 0), int(call.body.get("deny") or 0)
    made = Overwrite(subject, allow, deny, for_member=call.body["type"] == 1)
    found.overwrites = [*(one for one in found.overwrites if one.id != subject), made]
    call.world.channel_changed(found)
    return None


async def typing(call: Call) -> Answer:
    call.world.typing(call.world.bot, call.channel())
    return None


async def start_thread(call: Call) -> Answer:
    private = call.body.get("type", PRIVATE_THREAD) == PRIVATE_THREAD
    needed = Permission.CREATE_PRIVATE_THREADS if private else Permission.CREATE_PUBLIC_THREADS
    parent = call.channel(needed)
    if parent.kind not in (TEXT, ANNOUNCEMENT) or (private and parent.kind == ANNOUNCEMENT):
        raise ApiError(400, 50024, "Cannot execute action on this channel type")
    made = call.world.add_thread(parent, call.body["name"], call.world.bot, private=private)
    return Created(_with_membership(call, made))


async def start_thread_of_message(call: Call) -> Answer:
    message = call.message(Permission.CREATE_PUBLIC_THREADS)
    if message.thread is not None:
        raise ApiError(400, 160004, "A thread has already been created for this message")
    name, bot = call.body["name"], call.world.bot
    made = call.world.add_thread(message.channel, name, bot, on=message)
    return Created(_with_membership(call, made))


def _with_membership(call: Call, made: Channel) -> dict[str, object]:
    return made.payload() | {"member": made.thread_member(call.world.bot.id)}


async def thread_member(call: Call) -> Answer:
    found, wanted = call.channel(), call.id("user_id")
    if found.thread is None or wanted not in found.thread.members:
        raise unknown("Member")
    return found.thread_member(wanted)


async def join_thread(call: Call) -> Answer:
    call.world.join_thread(call.channel(), call.world.bot)
    return None


async def add_to_thread(call: Call) -> Answer:
    found, user = call.channel(), call.world.users.get(call.id("user_id"))
    if user is None or found.guild is None or user.id not in found.guild.members:
        raise missing_permissions()
    call.world.join_thread(found, user)
    return None


ROUTES: Routes = [
    ("GET", "/channels/{channel_id}", channel),
    ("PATCH", "/channels/{channel_id}", change_channel),
    ("DELETE", "/channels/{channel_id}", delete_channel),
    ("PUT", "/channels/{channel_id}/permissions/{overwrite_id}", set_overwrite),
    ("POST", "/channels/{channel_id}/typing", typing),
    ("POST", "/channels/{channel_id}/threads", start_thread),
    ("POST", "/channels/{channel_id}/messages/{message_id}/threads", start_thread_of_message),
    ("PUT", "/channels/{channel_id}/thread-members/@me", join_thread),
    ("PUT", "/channels/{channel_id}/thread-members/{user_id}", add_to_thread),
    ("GET", "/channels/{channel_id}/thread-members/{user_id}", thread_member),
]
