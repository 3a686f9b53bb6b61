"""Messages and what hangs on them: attachments, polls, reactions."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sandbox.discord.snowflakes import stamp, time_of
from sandbox.discord.state import JSON, Channel, Reader, Site, User

CROSSPOSTED, IS_CROSSPOST, HAS_THREAD = 1 << 0, 1 << 1, 1 << 5
EPHEMERAL, LOADING, VOICE, COMPONENTS_V2 = 1 << 6, 1 << 7, 1 << 13, 1 << 15
BURST_COLORS = ["#ff9af4", "#d10cff"]
DEFAULT, PINNED, JOINED, BOOSTED, FOLLOWS, THREAD_MADE, THREAD_STARTER = 0, 6, 7, 8, 12, 18, 21
REPLY, SLASH_COMMAND, MENU_COMMAND, POLL_RESULT = 19, 20, 23, 46
WRITTEN = (DEFAULT, REPLY, SLASH_COMMAND, MENU_COMMAND)
NO_ANSWER = {"ko": "애플리케이션이 응답하지 않았어요.", "en": "The application did not respond"}
FAILED = {"ko": "상호작용에 실패했어요.", "en": "This interaction failed"}


@dataclass(eq=False)
class Attachment:
    """A file of a message; its bytes are served by the local Discord."""

    id: int
    filename: str
    content_type: str
    data: bytes = field(repr=False)
    site: Site
    path: str
    description: str | None = None
    size: tuple[int, int] | None = None
    ephemeral: bool = False
    title: str | None = None
    voice: tuple[float, str] | None = None

    @property
    def url(self) -> str:
        return self.site.url + self.path

    def payload(self) -> JSON:
        more: JSON = {} if self.description is None else {"description": self.description}
        if self.size is not None:
            more |= {"width": self.size[0], "height": self.size[1]}
        if self.voice is not None:
            more |= {"duration_secs": self.voice[0], "waveform": self.voice[1]}
        if self.ephemeral:
            more["ephemeral"] = True
        if self.title is not None:
            more["title"] = self.title
        if self.content_type:  # Discord does not know it of every file
            more["content_type"] = self.content_type
        return {
            "id": str(self.id),
            "filename": self.filename,
            "size": len(self.data),
            "url": self.url,
            "proxy_url": self.url,
            **more,
        }


@dataclass(eq=False)
class Poll:
    """A question with answers; people vote by answer number. One without an end never closes."""

    question: str
    answers: list[str]
    expires_at: float | None
    multiple: bool = False
    votes: dict[int, list[User]] = field(default_factory=dict)
    closed: bool = False

    def payload(self, viewer: User) -> JSON:
        numbered = list(enumerate(self.answers, 1))
        return {
            "question": {"text": self.question},
            "answers": [{"answer_id": n, "poll_media": {"text": text}} for n, text in numbered],
            "expiry": None if self.expires_at is None else stamp(self.expires_at),
            "allow_multiselect": self.multiple,
            "layout_type": 1,
            "results": {
                "is_finalized": self.closed,
                "answer_counts": [self._count(n, viewer) for n, _ in numbered if self.votes.get(n)],
            },
        }

    def result(self) -> JSON:
        """Give how it has ended, as the embed in which Discord says that."""
        most = max(map(len, self.votes.values()), default=0)
        best = [number for number, voters in self.votes.items() if len(voters) == most and voters]
        facts = {
            "poll_question_text": self.question,
            "victor_answer_votes": str(most),
            "total_votes": str(sum(map(len, self.votes.values()))),
        }
        if len(best) == 1:
            facts["victor_answer_id"] = str(best[0])
            facts["victor_answer_text"] = self.answers[best[0] - 1]
        fields = [{"name": name, "value": value, "inline": False} for name, value in facts.items()]
        return {"type": "poll_result", "fields": fields}

    def _count(self, number: int, viewer: User) -> JSON:
        voters = self.votes[number]
        return {"id": number, "count": len(voters), "me_voted": viewer in voters}


@dataclass(eq=False, repr=False)
class Message:
    """A message as everybody, or only its one reader, can see it."""

    id: int
    channel: Channel
    author: User
    content: str = ""
    kind: int = DEFAULT
    flags: int = 0
    edited_at: float | None = None
    embeds: list[JSON] = field(default_factory=list)
    components: list[JSON] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    mentions: list[User] = field(default_factory=list)
    mention_roles: list[int] = field(default_factory=list)
    mention_everyone: bool = False
    pings: JSON | None = None
    reply_to: "Message | None" = None
    reference: JSON | None = None
    snapshots: list[JSON] = field(default_factory=list)
    poll: Poll | None = None
    stickers: list[JSON] = field(default_factory=list)
    reactions: dict[str, list[User]] = field(default_factory=dict)
    bursts: dict[str, list[User]] = field(default_factory=dict)
    pinned_at: float | None = None
    nonce: str | int | None = None
    metadata: JSON | None = None
    command: str | None = None
    application_id: int | None = None
    webhook_id: int | None = None
    thread: Channel | None = None
    only_for: User | None = None
    failure: dict[str, str] | None = None
    deleted: bool = False

    def __repr__(self) -> str:
        return f"<Message {self.id} by {self.author.name}: {self.text!r}>"

    @property
    def at(self) -> float:
        return time_of(self.id)

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    @property
    def written(self) -> bool:
        """Whether somebody wrote it, and not Discord itself."""
        return self.kind in WRITTEN

    @property
    def thinking(self) -> bool:
        return bool(self.flags & LOADING)

    @property
    def jump_url(self) -> str:
        place = "@me" if self.channel.guild is None else self.channel.guild.id
        return f"https://discord.com/channels/{place}/{self.channel.id}/{self.id}"

    @property
    def text(self) -> str:
        """All that can be read in it: content, embeds and text displays, line by line."""
        embeds = (str(e.get(key, "")) for e in self.embeds for key in ("title", "description"))
        fields = (f"{f['name']}: {f['value']}" for e in self.embeds for f in e.get("fields", ()))
        displays = (one["content"] for one in every_component(self.components) if one["type"] == 10)
        return "\n".join(part for part in (self.content, *embeds, *fields, *displays) if part)

    def component(self, name: str) -> JSON:
        """Give the button or select with this label, placeholder or custom id."""
        for one in every_component(self.components):
            if name in (one.get("label"), one.get("custom_id"), one.get("placeholder")):
                return one
        raise LookupError(f"this message has nothing to press called {name}")

    @property
    def labels(self) -> list[str]:
        """What its buttons say, in order."""
        return [one["label"] for one in every_component(self.components) if one.get("label")]

    def payload(self, viewer: User) -> JSON:
        """Give the API's JSON, as this user is told."""
        return self._core(viewer) | self._reference(viewer) | self._extras()

    def _core(self, viewer: User) -> JSON:
        return {
            "id": str(self.id),
            "channel_id": str(self.channel.id),
            "author": self.author.payload(),
            **self.snapshot(),
            "pinned": self.pinned_at is not None,
            "mention_everyone": self.mention_everyone,
            "tts": False,
            "reactions": [self._reaction(emoji, viewer) for emoji in self.reactions],
            **({"poll": self.poll.payload(viewer)} if self.poll else {}),
        }

    def snapshot(self) -> JSON:
        """Give the part of the message that travels when it is forwarded."""
        edited = None if self.edited_at is None else stamp(self.edited_at)
        return {
            "type": self.kind,
            "content": self.content,
            "mentions": [user.payload() for user in self.mentions],
            "mention_roles": [str(role) for role in self.mention_roles],
            "attachments": [attachment.payload() for attachment in self.attachments],
            "embeds": self.embeds,
            "timestamp": stamp(self.at),
            "edited_timestamp": edited,
            "flags": self.flags,
            "components": self.components,
            **({"sticker_items": self.stickers} if self.stickers else {}),
        }

    def _reaction(self, emoji: str, viewer: User) -> JSON:
        users, bursts = self.reactions[emoji], self.bursts.get(emoji, [])
        return {
            "emoji": emoji_payload(emoji),
            "count": len(users),
            "count_details": {"burst": len(bursts), "normal": len(users) - len(bursts)},
            "burst_colors": BURST_COLORS if bursts else [],
            "me_burst": viewer in bursts,
            "me": viewer in users and viewer not in bursts,
        }

    def _reference(self, viewer: User) -> JSON:
        found: JSON = {}
        if self.reference is not None:
            found["message_reference"] = self.reference
        if self.snapshots:
            found["message_snapshots"] = [{"message": one} for one in self.snapshots]
        if self.reply_to is not None:
            gone = self.reply_to.deleted
            found["referenced_message"] = None if gone else self.reply_to.as_referenced(viewer)
        return found

    def as_referenced(self, viewer: User) -> JSON:
        dropped = ("referenced_message", "reactions")
        return {key: value for key, value in self.payload(viewer).items() if key not in dropped}

    def _extras(self) -> JSON:
        found: JSON = {}
        if self.nonce is not None:
            found["nonce"] = self.nonce
        if self.application_id is not None:
            found["application_id"] = str(self.application_id)
        if self.webhook_id is not None:
            found["webhook_id"] = str(self.webhook_id)
        if self.thread is not None:
            found["thread"] = self.thread.payload()
        if self.metadata is not None:
            found["interaction_metadata"] = self.metadata
            found["webhook_id"] = str(self.application_id)
        if self.metadata is not None and self.command is not None:
            who = {key: self.metadata[key] for key in ("id", "type", "user")}
            found["interaction"] = {**who, "name": self.command}
        return found

    def view(self, reader: Reader) -> JSON:
        """Everything a user interface must draw, for this reader."""
        return {
            **self.payload(reader.user),
            "author": _face(self.author, reader),
            "ephemeral": self.ephemeral or self.only_for is not None,
            "thinking": self.thinking,
            "failed": self._failure_for(reader),
            "edited": self.edited_at is not None,
            "mine": self.author is reader.user,
            "reply": self._preview(reader),
            "command": self._command(),
            "jump_url": self.jump_url,
            "names": self._names(),
        }

    def _failure_for(self, reader: Reader) -> str | None:
        if self.failure is None:
            return None
        return self.failure["ko" if reader.locale == "ko" else "en"]

    def _preview(self, reader: Reader) -> JSON | None:
        if self.reply_to is None:
            return None
        gone = self.reply_to.deleted
        content = None if gone else self.reply_to.content
        face = _face(self.reply_to.author, reader)
        return {"id": str(self.reply_to.id), "author": face, "content": content, "deleted": gone}

    def _command(self) -> JSON | None:
        if self.metadata is None or self.command is None:
            return None
        user = self.metadata["user"]
        return {"name": self.command, "user": user["global_name"] or user["username"]}

    def _names(self) -> dict[str, dict[str, str]]:
        """Give what the mentions inside the text are called."""
        guild = self.channel.guild
        users = {str(user.id): user.name for user in self.mentions}
        if guild is None:
            return {"users": users, "roles": {}, "channels": {}}
        return {
            "users": users | {str(m.user.id): m.name for m in guild.members.values()},
            "roles": {str(role.id): role.name for role in guild.roles},
            "channels": {str(channel.id): channel.name for channel in guild.channels},
        }


def _face(user: User, reader: Reader) -> JSON:
    avatar = reader.site.url + user.avatar_path
    return {"id": str(user.id), "name": user.name, "avatar": avatar, "bot": user.bot}


def emoji_payload(emoji: str) -> JSON:
    """Give a reaction's emoji: a character, or `name:id` of a custom one, `a:name:id` of a GIF."""
    if ":" not in emoji:
        return {"id": None, "name": emoji}
    *animated, name, number = emoji.split(":")
    return {"id": number, "name": name} | ({"animated": True} if animated else {})


def pointer_to(message: Message, kind: int = 0) -> JSON:
    """Say how a reply (0) or a forward (1) points at a message."""
    guild = message.channel.guild
    place = {"guild_id": str(guild.id)} if guild else {}
    where = {"channel_id": str(message.channel.id), "message_id": str(message.id)}
    return {"type": kind, **where, **place}


def every_component(components: list[JSON]) -> Iterator[JSON]:
    """Each component and all inside it, in the order they are drawn."""
    for component in components:
        yield component
        yield from every_component(component.get("components", []))
        if "accessory" in component:
            yield from every_component([component["accessory"]])
        if "component" in component:
            yield from every_component([component["component"]])
