"""People and places: users, roles, members, channels and guilds, with their API JSON."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from sandbox.discord.plain import NOTHING_YET, PLAIN_GUILD
from sandbox.discord.snowflakes import stamp, time_of

JSON = dict[str, Any]

TEXT, DM, VOICE, GROUP_DM, CATEGORY, ANNOUNCEMENT = 0, 1, 2, 3, 4, 5
ANNOUNCEMENT_THREAD, PUBLIC_THREAD, PRIVATE_THREAD, STAGE, FORUM = 10, 11, 12, 13, 15
HEARD = (VOICE, STAGE)
WITHOUT_MESSAGES = (CATEGORY, FORUM)


@dataclass(eq=False)
class Site:
    """Where the local Discord answers; known only once it serves."""

    url: str = ""


class Reader(Protocol):
    """Somebody for whom a message is drawn: who they are and which language they read."""

    user: "User"
    locale: str
    site: Site


@dataclass(eq=False, repr=False)
class User:
    """An account: a person or a bot."""

    id: int
    username: str
    name: str
    bot: bool = False
    avatar: str | None = None
    dms_open: bool = True
    locale: str = "ko"

    def __repr__(self) -> str:
        return f"<User {self.name}>"

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"

    @property
    def avatar_path(self) -> str:
        if self.avatar is None:
            return f"/embed/avatars/{(self.id >> 22) % 6}.png"
        return f"/avatars/{self.id}/{self.avatar}.png"

    def payload(self) -> JSON:
        badge = {"bot": True} if self.bot else {}
        return {
            "id": str(self.id),
            "username": self.username,
            "avatar": self.avatar,
            "discriminator": "0",
            "public_flags": 0,
            "flags": 0,
            "global_name": None if self.bot else self.name,
            "primary_guild": None,
            **badge,
        }


@dataclass(eq=False, repr=False)
class Role:
    """A role of a guild."""

    id: int
    name: str
    permissions: int
    position: int = 0
    color: int = 0
    hoist: bool = False
    mentionable: bool = False
    bot_id: int | None = None

    def __repr__(self) -> str:
        return f"<Role {self.name}>"

    @property
    def mention(self) -> str:
        return f"<@&{self.id}>"

    def payload(self) -> JSON:
        tags = {} if self.bot_id is None else {"tags": {"bot_id": str(self.bot_id)}}
        colors = {"primary_color": self.color, "secondary_color": None, "tertiary_color": None}
        return {
            "id": str(self.id),
            "name": self.name,
            "permissions": str(self.permissions),
            "position": self.position,
            "color": self.color,
            "colors": colors,
            "hoist": self.hoist,
            "managed": self.bot_id is not None,
            "mentionable": self.mentionable,
            "icon": None,
            "unicode_emoji": None,
            "flags": 0,
            **tags,
        }


@dataclass(eq=False, repr=False)
class Member:
    """A user inside a guild."""

    user: User
    guild: "Guild"
    joined_at: float
    roles: list[Role] = field(default_factory=list)
    nick: str | None = None
    timed_out_until: float = 0.0
    boosts_since: float | None = None

    def __repr__(self) -> str:
        return f"<Member {self.name}>"

    @property
    def name(self) -> str:
        return self.nick or self.user.name

    def payload(self, *, with_user: bool = True) -> JSON:
        until = stamp(self.timed_out_until) if self.timed_out_until else None
        return {
            "avatar": None,
            "banner": None,
            "communication_disabled_until": until,
            "flags": 0,
            "joined_at": stamp(self.joined_at),
            "nick": self.nick,
            "pending": False,
            "premium_since": stamp(self.boosts_since) if self.boosts_since else None,
            "roles": [str(role.id) for role in self.roles],
            "mute": False,
            "deaf": False,
            **({"user": self.user.payload()} if with_user else {}),
        }


@dataclass(frozen=True)
class Overwrite:
    """What a channel allows or denies to one role or one member."""

    id: int
    allow: int = 0
    deny: int = 0
    for_member: bool = False

    def payload(self) -> JSON:
        return {
            "id": str(self.id),
            "type": int(self.for_member),
            "allow": str(self.allow),
            "deny": str(self.deny),
        }


@dataclass(frozen=True)
class Tag:
    """What posts of a forum can be marked with."""

    id: int
    name: str

    def payload(self) -> JSON:
        return {
            "id": str(self.id),
            "name": self.name,
            "moderated": False,
            "emoji_id": None,
            "emoji_name": None,
        }


@dataclass(eq=False)
class Thread:
    """What a channel has besides when it is a thread."""

    owner_id: int
    private: bool
    members: dict[int, float]
    archived: bool = False
    locked: bool = False
    auto_archive_minutes: int = 1440
    tags: list[Tag] = field(default_factory=list)

    def metadata(self, created_at: float) -> JSON:
        invitable = {"invitable": True} if self.private else {}
        return {
            "archived": self.archived,
            "archive_timestamp": stamp(created_at),
            "auto_archive_duration": self.auto_archive_minutes,
            "locked": self.locked,
            "create_timestamp": stamp(created_at),
            **invitable,
        }


@dataclass(eq=False, repr=False)
class Channel:
    """A channel of a guild, a thread in one, or a direct conversation.

    `parent` is the channel of a thread, or a channel's category. `recipient` talks with the bot,
    `people` among themselves.
    """

    id: int
    kind: int
    name: str = ""
    guild: "Guild | None" = None
    parent: "Channel | None" = None
    topic: str | None = None
    position: int = 0
    overwrites: list[Overwrite] = field(default_factory=list)
    recipient: User | None = None
    people: tuple[User, ...] = ()
    thread: Thread | None = None
    last_message_id: int | None = None
    message_count: int = 0
    nsfw: bool = False
    tags: list[Tag] = field(default_factory=list)
    last_pin_at: float | None = None
    followers: dict[int, User] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Channel {self.name}>"

    @property
    def mention(self) -> str:
        return f"<#{self.id}>"

    def payload(self) -> JSON:
        return {**self._core(), **self._by_kind()}

    def _core(self) -> JSON:
        last = None if self.last_message_id is None else str(self.last_message_id)
        pinned = {"last_pin_timestamp": stamp(self.last_pin_at)} if self.last_pin_at else {}
        return {
            "id": str(self.id),
            "type": self.kind,
            "flags": 0,
            "last_message_id": last,
            **pinned,
        }

    def _by_kind(self) -> JSON:
        if self.guild is None:
            return self._of_people()
        shared = {
            "guild_id": str(self.guild.id),
            "name": self.name,
            "parent_id": None if self.parent is None else str(self.parent.id),
            "rate_limit_per_user": 0,
        }
        return shared | (self._of_thread(self.thread) if self.thread else self._of_guild())

    def _of_people(self) -> JSON:
        others = self.people or filter(None, [self.recipient])
        told: JSON = {"recipients": [one.payload() for one in others]}
        if self.kind != GROUP_DM:
            return told
        return told | {"name": self.name or None, "icon": None, "owner_id": str(self.people[0].id)}

    def _of_guild(self) -> JSON:
        voice = {"bitrate": 64000, "user_limit": 0, "rtc_region": None}
        return {
            "topic": self.topic,
            "position": self.position,
            "permission_overwrites": [overwrite.payload() for overwrite in self.overwrites],
            "nsfw": self.nsfw,
            **(voice if self.kind in HEARD else {}),
            **(self._of_forum() if self.kind == FORUM else {}),
        }

    def _of_forum(self) -> JSON:
        return {
            "available_tags": [tag.payload() for tag in self.tags],
            "default_reaction_emoji": None,
            "default_sort_order": None,
            "default_forum_layout": 0,
        }

    def _of_thread(self, thread: Thread) -> JSON:
        return {
            "owner_id": str(thread.owner_id),
            "thread_metadata": thread.metadata(time_of(self.id)),
            "message_count": self.message_count,
            "member_count": len(thread.members),
            "total_message_sent": self.message_count,
            **({"applied_tags": [str(tag.id) for tag in thread.tags]} if thread.tags else {}),
        }

    def thread_member(self, user_id: int) -> JSON:
        """Give the membership of one user in this thread."""
        joined = self.thread.members[user_id] if self.thread else 0.0
        who = {"id": str(self.id), "user_id": str(user_id)}
        return {**who, "join_timestamp": stamp(joined), "flags": 0}


@dataclass(eq=False, repr=False)
class Guild:
    """A server."""

    id: int
    name: str
    owner_id: int
    roles: list[Role]
    members: dict[int, Member] = field(default_factory=dict)
    channels: list[Channel] = field(default_factory=list)
    locale: str = "ko"
    icon: str | None = None
    system_channel: Channel | None = None
    added_by: User | None = None
    is_community: bool = False
    """Whether it has chosen its language; other servers cannot."""
    boosts: int = 0
    level: int = 0
    unavailable: bool = False
    takes_commands: bool = True
    """Whether the application was added with its commands, and not only its bot."""

    def __repr__(self) -> str:
        return f"<Guild {self.name}>"

    @property
    def everyone(self) -> Role:
        return self.roles[0]

    def channel(self, name: str) -> Channel:
        return _named(self.channels, name.removeprefix("#"))

    def role(self, name: str) -> Role:
        return _named(self.roles, name)

    def member(self, name: str) -> Member:
        return _named(self.members.values(), name)

    def threads(self) -> Iterator[Channel]:
        return (one for one in self.channels if one.thread and not one.thread.archived)

    def partial(self) -> JSON:
        """Give the few words about the guild that an interaction carries."""
        return {"id": str(self.id), "locale": self.locale, "features": []}

    def payload(self) -> JSON:
        return {
            "id": str(self.id),
            "name": self.name,
            "icon": self.icon,
            "owner_id": str(self.owner_id),
            "preferred_locale": self.locale,
            "roles": [role.payload() for role in self.roles],
            **PLAIN_GUILD,
            "features": ["COMMUNITY"] if self.is_community else [],
            "system_channel_id": str(self.system_channel.id) if self.system_channel else None,
            "premium_tier": self.level,
            "premium_subscription_count": self.boosts,
        }

    def gateway_payload(self, members: Iterable[Member], threads: Iterable[Channel]) -> JSON:
        """Give what GUILD_CREATE holds."""
        return {
            **self.payload(),
            "joined_at": stamp(time_of(self.id)),
            "large": False,
            "member_count": len(self.members),
            "members": [member.payload() for member in members],
            "channels": [one.payload() for one in self.channels if one.thread is None],
            "threads": [one.payload() for one in threads],
            **{name: [] for name in NOTHING_YET},
        }


class Named(Protocol):
    """Anything that people call by a name."""

    @property
    def name(self) -> str: ...


_Thing = TypeVar("_Thing", bound=Named)


def _named(things: Iterable[_Thing], name: str) -> _Thing:
    for thing in things:
        if thing.name == name:
            return thing
    raise LookupError(f"nothing here is called {name}")
