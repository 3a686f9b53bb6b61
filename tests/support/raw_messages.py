"""Messages as Discord writes them, in a server that discord.py knows; nothing is connected."""

from typing import Any

import discord

GUILD, ROOM, FORUM, POST, CELLAR = 101, 102, 103, 104, 105
JUNHO, HELPER = 201, 202
FIRST = 900_000_000_000_000_000


def _channel(number: int, kind: int, name: str, **about: object) -> dict[str, Any]:
    plain = {"position": 0, "permission_overwrites": [], "parent_id": None}
    return {"id": str(number), "type": kind, "name": name, **plain, **about}


def _guild() -> dict[str, Any]:
    everyone = {"id": str(GUILD), "name": "@everyone", "permissions": "0", "position": 0}
    forum = _channel(FORUM, 15, "이야기", available_tags=[], default_reaction_emoji=None)
    post = {
        "id": str(POST),
        "type": 11,
        "name": "토요일 번개",
        "guild_id": str(GUILD),
        "parent_id": str(FORUM),
        "owner_id": str(JUNHO),
        "message_count": 1,
        "member_count": 1,
        "rate_limit_per_user": 0,
        "last_message_id": None,
        "thread_metadata": {
            "archived": False,
            "locked": False,
            "auto_archive_duration": 1440,
            "archive_timestamp": "2026-11-20T00:00:00+00:00",
        },
    }
    cellar = _channel(CELLAR, 0, "심야", nsfw=True)
    return {
        "id": str(GUILD),
        "name": "까치 마을",
        "owner_id": str(JUNHO),
        "roles": [everyone | {"color": 0, "hoist": False, "managed": False, "mentionable": False}],
        "channels": [_channel(ROOM, 0, "잡담"), forum, cellar],
        "threads": [post],
        "features": [],
    }


def person(number: int = JUNHO, name: str = "준호", **about: object) -> dict[str, Any]:
    """Return an account."""
    plain = {"discriminator": "0", "avatar": None, "global_name": name}
    return {"id": str(number), "username": name, **plain, **about}


def raw(number: int = 1, *, room: int = ROOM, **about: object) -> dict[str, Any]:
    """Return a plain message with what differs from one."""
    plain = {
        "id": str(FIRST + number),
        "type": 0,
        "channel_id": str(room),
        "guild_id": str(GUILD),
        "author": person(),
        "content": "",
        "timestamp": "2026-11-20T10:00:00+00:00",
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "pinned": False,
        "flags": 0,
        "components": [],
    }
    return plain | about


def attachment(name: str, **about: object) -> dict[str, Any]:
    """Return a file at Discord's own."""
    url = f"https://cdn.discordapp.com/attachments/1/2/{name}"
    return {"id": "7", "filename": name, "size": 1, "url": url, "proxy_url": url, **about}


class Desk:
    """Reads messages as discord.py does when Discord tells of them."""

    def __init__(self) -> None:
        self._client = discord.Client(intents=discord.Intents(guilds=True, messages=True))
        state = self._state = self._client._connection
        state._add_guild_from_data(_guild())  # type: ignore[arg-type] # of a guild, what matters

    def read(self, data: dict[str, Any]) -> discord.Message:
        """Return the message that these words describe."""
        guild = self._client.get_guild(GUILD)
        assert guild is not None
        room: Any = guild.get_channel_or_thread(int(data["channel_id"]))
        return discord.Message(state=self._state, channel=room, data=data)  # type: ignore[arg-type] # raw
