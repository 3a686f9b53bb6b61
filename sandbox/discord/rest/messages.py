"""Messages of channels: history, sending, editing, deleting, reactions, pins."""

from datetime import datetime
from urllib.parse import unquote

from sandbox.discord.bodies import Draft
from sandbox.discord.checks import check_message
from sandbox.discord.errors import ApiError, Fault, invalid_form, missing_permissions, unknown
from sandbox.discord.intents import Intent, as_read
from sandbox.discord.interactions import ALLOWED_FLAGS, edit_message
from sandbox.discord.messages import EPHEMERAL, REPLY, Message, pointer_to
from sandbox.discord.permissions import Permission
from sandbox.discord.rest.calls import Answer, Call, Routes
from sandbox.discord.snowflakes import stamp
from sandbox.discord.state import JSON, Channel

MOST_REACTIONS = 20
MOST_PINS = 250


def _told(call: Call, message: Message) -> JSON:
    """Give the message as the bot may read it."""
    payload = message.payload(call.world.bot)
    trusted = call.world.allowed_intents & Intent.MESSAGE_CONTENT
    return payload if trusted else as_read(call.world.bot, message, payload)


async def history(call: Call) -> Answer:
    channel = call.room()
    if not call.may(channel) & Permission.READ_MESSAGE_HISTORY:
        return []
    everything = [one for one in call.world.messages(channel) if one.only_for is None]
    limit = call.number("limit", 50, 100)
    return [_told(call, one) for one in reversed(_window(call, everything, limit))]


def _window(call: Call, messages: list[Message], limit: int) -> list[Message]:
    """Give the messages that before, after or around choose; the newest without them."""
    if "around" in call.query:
        middle, half = int(call.query["around"]), limit // 2
        older = [one for one in messages if one.id < middle][-half:]
        return older + [one for one in messages if one.id >= middle][: limit - len(older)]
    if "after" in call.query:
        return [one for one in messages if one.id > int(call.query["after"])][:limit]
    before = int(call.query.get("before", 2**63))
    return [one for one in messages if one.id < before][-limit:]


async def message(call: Call) -> Answer:
    return _told(call, call.message(Permission.READ_MESSAGE_HISTORY))


async def send(call: Call) -> Answer:
    channel = _sendable(call)
    flags = (call.body.get("flags") or 0) & ALLOWED_FLAGS & ~EPHEMERAL
    check_message(call.body, flags=flags, files=len(call.uploads))
    fields = Draft(call.world, channel, call.body, call.uploads).fields()
    about = _reference(call, channel) | {"nonce": call.body.get("nonce")}
    sent = call.world.post(channel, call.world.bot, flags=flags, **fields, **about)
    return sent.payload(call.world.bot)


def _sendable(call: Call) -> Channel:
    channel = call.room()
    needed = (
        Permission.SEND_MESSAGES if channel.thread is None else Permission.SEND_MESSAGES_IN_THREADS
    )
    call.channel(needed, *([Permission.ATTACH_FILES] if call.uploads else []))
    if channel.recipient is not None and not _takes_dms(call, channel):
        raise ApiError(403, 50007, "Cannot send messages to this user")
    return channel


def _takes_dms(call: Call, channel: Channel) -> bool:
    """Open to bots, and still in some guild with this one."""
    person = channel.recipient
    if person is None or not person.dms_open:
        return False
    both = {person.id, call.world.bot.id}
    return any(both <= guild.members.keys() for guild in call.world.guilds)


def _reference(call: Call, channel: Channel) -> JSON:
    """Give a reply or a forward, found and described."""
    wanted = call.body.get("message_reference")
    if not wanted:
        return {}
    place = call.world.channel(int(wanted.get("channel_id") or channel.id))
    source = call.world.message(place, int(wanted["message_id"])) if place else None
    if source is None or source.only_for is not None:
        if wanted.get("fail_if_not_exists") is False:
            return {}
        fault = Fault(("message_reference",), "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
        raise invalid_form([fault])
    if wanted.get("type") == 1:
        return {"reference": pointer_to(source, 1), "snapshots": [source.snapshot()]}
    return {"kind": REPLY, "reference": pointer_to(source), "reply_to": source}


async def edit(call: Call) -> Answer:
    found = call.message()
    if found.author is not call.world.bot:
        raise ApiError(403, 50005, "Cannot edit a message authored by another user")
    edit_message(call.world, found, call.body, call.uploads)
    call.world.edited(found)
    return found.payload(call.world.bot)


async def delete(call: Call) -> Answer:
    found = call.message()
    if found.author is not call.world.bot:
        found = call.message(Permission.MANAGE_MESSAGES)
    call.world.delete(found)
    return None


async def react(call: Call) -> Answer:
    found = call.message(Permission.READ_MESSAGE_HISTORY)
    emoji = unquote(call.params["emoji_name"])
    if emoji not in found.reactions:
        call.channel(Permission.ADD_REACTIONS)
        if len(found.reactions) >= MOST_REACTIONS:
            raise ApiError(400, 30010, "Maximum number of reactions reached (20)")
    call.world.react(found, call.world.bot, emoji)
    return None


async def unreact(call: Call) -> Answer:
    call.world.unreact(call.message(), call.world.bot, unquote(call.params["emoji_name"]))
    return None


async def who_reacted(call: Call) -> Answer:
    users = call.message().reactions.get(unquote(call.params["emoji_name"]), [])
    after, limit = int(call.query.get("after", "0")), call.number("limit", 25, 100)
    known = sorted((user for user in users if user.id > after), key=lambda one: one.id)
    return [user.payload() for user in known[:limit]]


async def pin(call: Call) -> Answer:
    found = call.message(Permission.PIN_MESSAGES)
    if not found.written:
        raise ApiError(403, 50021, "Cannot execute action on a system message")
    if len(call.world.pinned(found.channel)) >= MOST_PINS and found.pinned_at is None:
        raise ApiError(400, 30003, f"Maximum number of pins reached ({MOST_PINS})")
    call.world.pin(found, call.world.bot)
    return None


async def unpin(call: Call) -> Answer:
    call.world.pin(call.message(Permission.PIN_MESSAGES), None)
    return None


async def pins(call: Call) -> Answer:
    """Give the pins in pages, the newest first; none to whoever may not read what was written."""
    channel, limit = call.room(), call.number("limit", 50, 50)
    before = datetime.fromisoformat(call.query.get("before", "9999-12-31T00:00:00+00:00"))
    reads = call.may(channel) & Permission.READ_MESSAGE_HISTORY
    found = [(stamp(one.pinned_at or 0), one) for one in call.world.pinned(channel) if reads]
    found = [(at, one) for at, one in found if datetime.fromisoformat(at) < before]
    items = [{"pinned_at": at, "message": _told(call, one)} for at, one in found[:limit]]
    return {"items": items, "has_more": len(found) > limit}


async def end_poll(call: Call) -> Answer:
    found = call.message()
    if found.poll is None or found.author is not call.world.bot:
        raise missing_permissions() if found.poll else unknown("Message")
    call.world.end_poll(found)
    return found.payload(call.world.bot)


_MESSAGES = "/channels/{channel_id}/messages"
_REACTION = f"{_MESSAGES}/{{message_id}}/reactions/{{emoji_name}}"
ROUTES: Routes = [
    ("GET", _MESSAGES, history),
    ("POST", _MESSAGES, send),
    ("GET", f"{_MESSAGES}/pins", pins),
    ("PUT", f"{_MESSAGES}/pins/{{message_id}}", pin),
    ("DELETE", f"{_MESSAGES}/pins/{{message_id}}", unpin),
    ("GET", f"{_MESSAGES}/{{message_id}}", message),
    ("PATCH", f"{_MESSAGES}/{{message_id}}", edit),
    ("DELETE", f"{_MESSAGES}/{{message_id}}", delete),
    ("GET", _REACTION, who_reacted),
    ("PUT", f"{_REACTION}/@me", react),
    ("DELETE", f"{_REACTION}/@me", unreact),
    ("POST", "/channels/{channel_id}/polls/{message_id}/expire", end_poll),
]
