"""Which of Discord's published shapes each event of the gateway holds, and where."""

from collections.abc import Iterator, Mapping

from sandbox.discord.state import JSON

CHANNEL, THREAD = "GuildChannelResponse", "ThreadResponse"
MEMBER, ROLE, USER = "GuildMemberResponse", "GuildRoleResponse", "UserResponse"
MESSAGE, VOICE = "MessageResponse", "VoiceStateResponse"
REACTION = "MessageReactionEmojiResponse"
WHOLE: Mapping[str, str] = {
    "MESSAGE_CREATE": MESSAGE,
    "MESSAGE_UPDATE": MESSAGE,
    "CHANNEL_CREATE": CHANNEL,
    "CHANNEL_UPDATE": CHANNEL,
    "CHANNEL_DELETE": CHANNEL,
    "THREAD_CREATE": THREAD,
    "THREAD_UPDATE": THREAD,
    "GUILD_MEMBER_ADD": MEMBER,
    "GUILD_MEMBER_UPDATE": MEMBER,
    "VOICE_STATE_UPDATE": VOICE,
    "GUILD_AUDIT_LOG_ENTRY_CREATE": "AuditLogEntryResponse",
}
PARTS: Mapping[str, Mapping[str, str]] = {
    "GUILD_CREATE": {
        "roles": ROLE,
        "channels": CHANNEL,
        "threads": THREAD,
        "members": MEMBER,
        "emojis": "EmojiResponse",
        "voice_states": VOICE,
    },
    "GUILD_MEMBERS_CHUNK": {"members": MEMBER},
    "GUILD_ROLE_CREATE": {"role": ROLE},
    "GUILD_ROLE_UPDATE": {"role": ROLE},
    "MESSAGE_REACTION_ADD": {"member": MEMBER, "emoji": REACTION},
    "MESSAGE_REACTION_REMOVE": {"emoji": REACTION},
    "INTERACTION_CREATE": {"message": MESSAGE, "member": MEMBER, "user": USER},
}
RESOLVED: Mapping[str, str] = {
    "messages": MESSAGE,
    "users": USER,
    "roles": ROLE,
    "attachments": "AttachmentResponse",
}
SCHEDULED: Mapping[int, str] = {
    1: "StageScheduledEventResponse",
    2: "VoiceScheduledEventResponse",
    3: "ExternalScheduledEventResponse",
}


def shapes(name: str, data: JSON) -> Iterator[tuple[str, JSON]]:
    """Yield what an event holds, each with the name of its shape."""
    if name in WHOLE:
        yield WHOLE[name], data
    for part, shape in PARTS.get(name, {}).items():
        for one in _listed(data.get(part)):
            yield shape, one
    for part, shape in RESOLVED.items():
        for one in data.get("data", {}).get("resolved", {}).get(part, {}).values():
            yield shape, one
    events = [data] if name.startswith("GUILD_SCHEDULED_EVENT_") else []
    for event in events + data.get("guild_scheduled_events", []):
        if "entity_type" in event:
            yield SCHEDULED[event["entity_type"]], event


def _listed(part: JSON | list[JSON] | None) -> list[JSON]:
    if isinstance(part, list):
        return part
    return [] if part is None else [part]
