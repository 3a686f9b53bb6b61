"""Members on request (opcode 8), within the limits that Discord documents for it."""

from collections.abc import Iterator
from typing import Any

from sandbox.discord.intents import Intent
from sandbox.discord.sessions import Closing
from sandbox.discord.state import JSON, Guild, Member

DECODE_ERROR, DISALLOWED_INTENTS = 4002, 4014
CHUNK = 1000
MOST_NAMED = 100  # by ids, or by the beginning of a name
LONGEST_NONCE = 32  # bytes; a longer one is left out of the answer


def checked(data: Any, intents: Intent) -> JSON:  # noqa: ANN401 - a frame of any shape
    """Return a request; raises Closing for one that Discord would not take."""
    if not isinstance(data, dict) or not _is_id(data.get("guild_id")) or not _names_somebody(data):
        raise Closing(DECODE_ERROR, "Error while decoding payload.")
    if is_for_all(data) and not intents & Intent.GUILD_MEMBERS:
        raise Closing(DISALLOWED_INTENTS, "Asking for all members needs their intent.")
    return data


def is_for_all(request: JSON) -> bool:
    """Whether it is for the whole list, of which Discord may be asked to give the beginning."""
    return request.get("user_ids") is None and request["query"] == ""


def chunks(guild: Guild, request: JSON, intents: Intent) -> Iterator[JSON]:
    """Yield the answer, a thousand members at a time."""
    found = list(_wanted(guild, request))
    pieces = [found[start : start + CHUNK] for start in range(0, len(found), CHUNK)] or [[]]
    for number, piece in enumerate(pieces):
        chunk: JSON = {
            "guild_id": str(guild.id),
            "members": [member.payload() for member in piece],
            "chunk_index": number,
            "chunk_count": len(pieces),
        }
        yield chunk | _echo(guild, request, intents)


def nonce_of(request: JSON) -> JSON:
    """Give what the answer repeats, so that one knows which request it is for."""
    nonce = request.get("nonce")
    is_kept = isinstance(nonce, str) and 0 < len(nonce.encode()) <= LONGEST_NONCE
    return {"nonce": nonce} if is_kept else {}


def starts_with(member: Member, query: str) -> bool:
    """Whether some name of the member begins like this."""
    names = (member.user.username, member.user.name, member.nick or "")
    return any(name.lower().startswith(query.lower()) for name in names)


def ids_of(request: JSON) -> list[int]:
    """Give the ids that are asked for."""
    ids = request.get("user_ids")
    return [int(one) for one in (ids if isinstance(ids, list) else [ids]) if one is not None]


def _is_id(value: object) -> bool:
    return isinstance(value, int | str) and str(value).isdecimal()


def _names_somebody(data: JSON) -> bool:
    ids, query, limit = data.get("user_ids"), data.get("query"), data.get("limit")
    if ids is not None:
        listed = ids if isinstance(ids, list) else [ids]
        return query is None and bool(listed) and all(map(_is_id, listed))
    return isinstance(query, str) and isinstance(limit, int) and limit >= 0


def _wanted(guild: Guild, request: JSON) -> Iterator[Member]:
    everybody = guild.members
    if ids := ids_of(request):
        yield from (everybody[one] for one in dict.fromkeys(ids[:MOST_NAMED]) if one in everybody)
        return
    query, limit = request["query"], request["limit"]
    named = [one for one in everybody.values() if starts_with(one, query)]
    most = len(named) if query == "" else MOST_NAMED
    yield from named[: min(limit or most, most)]


def _echo(guild: Guild, request: JSON, intents: Intent) -> JSON:
    found = nonce_of(request)
    if ids := ids_of(request):
        unknown = [one for one in ids[:MOST_NAMED] if one not in guild.members]
        found["not_found"] = [str(one) for one in unknown]
    if request.get("presences") and intents & Intent.GUILD_PRESENCES:
        found["presences"] = []  # of those who are online, which nobody here is
    return found
