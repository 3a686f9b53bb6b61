"""Every table of Kkachi; the migrations make exactly these.

Times are seconds since 1970, Discord and Kakao ids are whole numbers of 64 bits. What a partial
index leaves out is named for SQLite only: to name it for PostgreSQL would import that dialect,
which a start upon SQLite has no need of.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
    true,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

links = Table(
    "links",
    metadata,
    Column("member_id", BigInteger, primary_key=True, autoincrement=False),
    Column("kakao_id", BigInteger, nullable=False, unique=True),
    Column("nickname", Text, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("access_token", LargeBinary, nullable=False),  # sealed
    Column("access_expires_at", Double, nullable=False),
    Column("refresh_token", LargeBinary, nullable=False),  # sealed
    Column("refresh_expires_at", Double, nullable=False),
    Column("locale", Text, nullable=False),
    Column("linked_at", Double, nullable=False),
    Column("broken_at", Double),
    # Another one for each account, and after each unlink; what is accepted carries it.
    Column("generation", Text, nullable=False, server_default="first"),
)

link_requests = Table(
    "link_requests",
    metadata,
    Column("digest", LargeBinary, primary_key=True),  # of the token in the page's address
    Column("member_id", BigInteger, nullable=False),
    Column("member_name", Text, nullable=False),
    Column("member_avatar_url", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("draft_id", Text),
    Column("guild_id", BigInteger),  # where it was asked for
    Column("created_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False, index=True),
    Column("finished_at", Double),
    Column("guild_name", Text),
    Column("channel_id", BigInteger),
)

# Links whose member has not typed the number yet; whatever reads `links` sees none of them.
pending_links = Table(
    "pending_links",
    metadata,
    Column("member_id", BigInteger, primary_key=True, autoincrement=False),
    Column("kakao_id", BigInteger, nullable=False, index=True),
    Column("nickname", Text, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("access_token", LargeBinary, nullable=False),  # sealed
    Column("access_expires_at", Double, nullable=False),
    Column("refresh_token", LargeBinary, nullable=False),  # sealed
    Column("refresh_expires_at", Double, nullable=False),
    Column("locale", Text, nullable=False),
    Column("linked_at", Double, nullable=False),
    Column("generation", Text, nullable=False),
    Column("draft_id", Text),
    Column("member_name", Text, nullable=False),
    Column("member_avatar_url", Text, nullable=False),
    Column("guild_name", Text),
    Column("number", LargeBinary, nullable=False),  # sealed
    Column("tries_left", Integer, nullable=False),
    Column("expires_at", Double, nullable=False, index=True),
)

# The cards that brought a number; so many an hour for a member, and for a Kakao account.
number_cards = Table(
    "number_cards",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("member_id", BigInteger, nullable=False, index=True),
    Column("account", LargeBinary, nullable=False, index=True),  # no digest without our key
    Column("sent_at", Double, nullable=False, index=True),
)

# Kakao accounts whose member has left, while the connection at Kakao still stands; whose they were
# is not kept.
partings = Table(
    "partings",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("account", LargeBinary, nullable=False),  # sealed
    Column("tries", Integer, nullable=False),
    Column("next_try_at", Double, nullable=False, index=True),
    Column("expires_at", Double, nullable=False, index=True),
)

link_states = Table(
    "link_states",
    metadata,
    Column("digest", LargeBinary, primary_key=True),  # of OAuth's `state`
    Column(
        "request_digest",
        LargeBinary,
        ForeignKey(link_requests.c.digest, ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("browser", LargeBinary, nullable=False),  # digest of the cookie
    Column("verifier", LargeBinary, nullable=False),  # sealed
    Column("expires_at", Double, nullable=False),
    Column("used_at", Double),
)

jumps = Table(
    "jumps",
    metadata,
    Column("id", Text, primary_key=True),
    Column("member_id", BigInteger, nullable=False, index=True),
    Column("guild_id", BigInteger),
    Column("channel_id", BigInteger, nullable=False),
    Column("message_id", BigInteger, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False, index=True),
)

drafts = Table(
    "drafts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("member_id", BigInteger, nullable=False, index=True),
    Column("card", JSON, nullable=False),
    Column("guild_id", BigInteger),
    Column("channel_id", BigInteger),
    Column("message_id", BigInteger),
    Column("locale", Text, nullable=False),
    Column("picks", JSON, nullable=False),
    Column("query", Text, nullable=False),
    Column("page", Integer, nullable=False),
    Column("kind", Text, nullable=False, server_default="forward"),
    Column("form", JSON(none_as_null=True)),  # what a member has filled in so far
    Column("policy", Text),  # how much of a message the card holds; None of none
    Column("digest_id", Text),  # the page behind the card of several messages
    Column("created_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False, index=True),
)

# Of the deliveries that are kept, nearly all were simply sent. SQLite uses an index on the others
# only for a condition that is written like this.
NOT_JUST_SENT = text("state <> 'sent' OR code IS NOT NULL")

deliveries = Table(
    "deliveries",
    metadata,
    # SQLite counts by itself only in columns of its own INTEGER type.
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("forward_id", Text, nullable=False, index=True),
    Column("member_id", BigInteger, nullable=False),
    Column("chat", Text, nullable=False),
    Column("friend_uuid", Text),
    Column("friend_name", Text),
    Column("card", JSON(none_as_null=True)),
    Column("state", Text, nullable=False),
    Column("code", Integer),
    Column("reason", Text),
    Column("required_scopes", JSON(none_as_null=True)),  # what Kakao says is missing
    Column("tries", Integer, nullable=False),
    Column("repeats", Integer, nullable=False),
    Column("next_try_at", Double, nullable=False),
    Column("lease_until", Double),
    Column("worker", Text),  # who took it, where several processes send
    Column("guild_id", BigInteger),
    Column("channel_id", BigInteger),
    Column("message_id", BigInteger),
    Column("created_at", Double, nullable=False),
    Column("finished_at", Double),
    Column("link_generation", Text, nullable=False, server_default="first"),
    Column("feature", Text, nullable=False, server_default="forward"),  # that sent it by hand
    Column("policy", Text),  # how much of a message the card holds; None of none
    Index(None, "state", "next_try_at"),
    Index(None, "state", "code", sqlite_where=NOT_JUST_SENT),
    Index(None, "member_id", "created_at"),
)

# The processes at work, where there are several; one that beats no more is dead.
workers = Table(
    "workers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("started_at", Double, nullable=False),
    Column("beat_at", Double, nullable=False),
    Column("roles", Text, nullable=False, server_default="gateway,sender,web"),
    Column("shards", Text, nullable=False, server_default="0/1"),
)

# What triggers of PostgreSQL note for other processes, by the table that was changed.
changes = Table(
    "changes",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    # Of the transaction: when all before it have ended, nothing that came earlier is missing.
    Column("transaction", BigInteger, nullable=False, index=True),
    Column("topic", Text, nullable=False),
    Column("guild_id", BigInteger),
    Column("member_id", BigInteger),
    Column("changed_at", Double, nullable=False, index=True),
)

# What a process without Discord has to tell somebody there; it goes when it was told.
notices = Table(
    "notices",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("waiting", Text, nullable=False),  # who, or what, may wait for it somewhere
    Column("member_id", BigInteger, index=True),  # whom it is about
    Column("body", LargeBinary, nullable=False),  # sealed
    Column("created_at", Double, nullable=False, index=True),
    Column("worker", Text),  # who tells it just now
)

# What the operator wants loaded anew, a row for each process that is to do so.
reloads = Table(
    "reloads",
    metadata,
    Column("request", Text, primary_key=True),
    Column("worker", Text, primary_key=True),
    Column("shards", Text, nullable=False),
    Column("cog", Text, nullable=False),
    Column("outcome", Text),
    Column("asked_at", Double, nullable=False, index=True),
)

# Troubles of each process, and with no process's name those that the operator was told of.
troubles = Table(
    "troubles",
    metadata,
    Column("worker", Text, primary_key=True),
    Column("name", Text, primary_key=True),
)

# One row counts one thing on one day: what the app, a sender, a recipient or a pair has used.
allowances = Table(
    "allowances",
    metadata,
    Column("day", Integer, primary_key=True, autoincrement=False),  # of Kakao, since 1970
    Column("kind", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("sent", Integer, nullable=False),
    Column("spent", Boolean, nullable=False),  # Kakao said so, whatever we have counted
)

shares = Table(
    "shares",
    metadata,
    Column("nonce", Text, primary_key=True),
    Column("member_id", BigInteger, nullable=False, index=True),
    Column("locale", Text, nullable=False),
    Column("message", JSON, nullable=False),
    Column("guild_id", BigInteger),
    Column("channel_id", BigInteger),
    Column("policy", Text),  # how much of a message it holds; None of none
    Column("chats", Integer, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False, index=True),
)

# Kakao's webhooks that were taken already, so that a repeated one counts once.
webhooks = Table(
    "webhooks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("seen_at", Double, nullable=False, index=True),
)

# What Kakao has said of accounts and nobody has worked through yet.
waiting_webhooks = Table(
    "waiting_webhooks",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),  # sealed
    Column("member_id", BigInteger, index=True),  # whose account it was when Kakao said so
    Column("created_at", Double, nullable=False, index=True),
    Column("next_try_at", Double, nullable=False, index=True),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("worker", Text),  # who works on it just now
)

# Pictures that were uploaded to Kakao, by the address they had before.
images = Table(
    "images",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("url", Text, nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("expires_at", Double, nullable=False, index=True),
    Column("sent", Boolean, nullable=False, server_default=true()),  # a card has gone with it
    Column("unsent_since", Double, index=True),  # what it was uploaded for has not gone
)

# What a member wants to hear of by itself, in a server or, where that is 0, in all of them.
rules = Table(
    "rules",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("member_id", BigInteger, nullable=False),
    Column("guild_id", BigInteger, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False),  # the word, phrase or pattern as it was typed
    Column("options", JSON, nullable=False),
    Column("created_at", Double, nullable=False),
    Index(None, "member_id", "guild_id"),
    sqlite_autoincrement=True,  # an id is never given twice
)

# What holds for all of a member's rules in a server: whom to ignore, when to wait, and so on.
filters = Table(
    "filters",
    metadata,
    Column("member_id", BigInteger, primary_key=True, autoincrement=False),
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("filter", JSON, nullable=False),
)

# What events a member wants to hear of in a server.
subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("member_id", BigInteger, nullable=False),
    Column("guild_id", BigInteger, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("channel_id", BigInteger),  # only there; None is everywhere
    Column("watched_id", BigInteger, index=True),  # whom it is about; None is anybody
    Column("options", JSON, nullable=False),
    Column("created_at", Double, nullable=False),
    Index(None, "member_id", "guild_id"),
    sqlite_autoincrement=True,  # an id is never given twice
)

# Whether a member lets another one hear when they come into voice in a server. Asker 0 is who has
# been erased since: for a day the row still counts among those that the member was asked.
ASKED_BY_SOMEBODY = text("asker_id <> 0")
presences = Table(
    "presences",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("guild_id", BigInteger, nullable=False, index=True),
    Column("member_id", BigInteger, nullable=False, index=True),
    Column("asker_id", BigInteger, nullable=False, index=True),
    Column("state", Text, nullable=False, index=True),
    Column("wished_at", Double, nullable=False),
    Column("asked_at", Double),  # when the direct message went out, or was tried
    Index(
        None,
        *("guild_id", "member_id", "asker_id"),
        unique=True,
        sqlite_where=ASKED_BY_SOMEBODY,
    ),
    sqlite_autoincrement=True,  # an id is never given twice
)

# When and how bundled a member wants automatic cards: at once, quiet hours, digests.
wishes = Table(
    "wishes",
    metadata,
    Column("member_id", BigInteger, primary_key=True, autoincrement=False),
    Column("wishes", JSON, nullable=False),
)

# What waits is looked for far more often than all the rest. Like `NOT_JUST_SENT` for SQLite.
WAITING = text("state = 'waiting'")
REPLACED = text("author_id IS NOT NULL")

# What rules and subscriptions have found; ids only, the text stays on Discord until it is sent.
hits = Table(
    "hits",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("member_id", BigInteger, nullable=False),
    Column("occasion", Text, nullable=False),  # a member hears of each one once
    Column("kind", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("guild_id", BigInteger, nullable=False),
    Column("channel_id", BigInteger),
    Column("message_id", BigInteger, index=True),
    Column("author_id", BigInteger),  # only where a bot has replaced the message
    Column("rule_ids", JSON, nullable=False),
    Column("facts", JSON(none_as_null=True)),  # of an event that is no message
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("forward_id", Text, index=True),
    Column("found_at", Double, nullable=False),
    Column("due_at", Double, nullable=False),
    Index(None, "member_id", "occasion", unique=True),
    Index(None, "state", "due_at"),
    Index(
        None,
        "member_id",
        "priority",
        "found_at",
        sqlite_where=WAITING,
    ),
    Index(None, "author_id", sqlite_where=REPLACED),
    sqlite_autoincrement=True,  # an id is never given twice
)

# Which gate stopped a message for a member when it was judged.
verdicts = Table(
    "verdicts",
    metadata,
    Column("member_id", BigInteger, primary_key=True, autoincrement=False),
    Column("occasion", Text, primary_key=True),
    Column("gate", Text, nullable=False),
    Column("at", Double, nullable=False, index=True),
)

# With which emoji a member sends a message to their own chat, in all servers.
reaction_choices = Table(
    "reaction_choices",
    metadata,
    Column("member_id", BigInteger, primary_key=True, autoincrement=False),
    Column("emoji", Text, nullable=False),  # as Discord writes it
    Column("key", Text, nullable=False),  # the same for every tone of skin
    Column("locale", Text, nullable=False),
    Column("told", JSON, nullable=False),  # when the member was told why something did not go
    Column("chosen_at", Double, nullable=False),
)

# What members have sent, or will, by reacting to it; a member sends a message once.
reaction_sends = Table(
    "reaction_sends",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("member_id", BigInteger, nullable=False),
    Column("message_id", BigInteger, nullable=False),
    Column("guild_id", BigInteger, nullable=False, index=True),
    Column("channel_id", BigInteger, nullable=False),
    Column("key", Text, nullable=False),  # of the emoji
    Column("state", Text, nullable=False),
    Column("forward_id", Text, index=True),
    Column("tries", Integer, nullable=False),
    Column("next_try_at", Double, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False, index=True),
    Index(None, "member_id", "message_id", unique=True),
    Index(None, "state", "next_try_at"),
    sqlite_autoincrement=True,  # an id is never given twice
)

# How often a rule has met something on a day of Korea, counted since 1970.
rule_hits = Table(
    "rule_hits",
    metadata,
    Column("rule_id", BigInteger, primary_key=True, autoincrement=False),
    Column("day", Integer, primary_key=True, autoincrement=False, index=True),
    Column("member_id", BigInteger, nullable=False, index=True),
    Column("hits", Integer, nullable=False),
)

# The page behind a digest: all that was folded into one card.
digests = Table(
    "digests",
    metadata,
    Column("id", Text, primary_key=True),
    Column("forward_id", Text, nullable=False, unique=True),
    Column("member_id", BigInteger, nullable=False, index=True),
    Column("locale", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False, index=True),
    Column("left_out", Integer, nullable=False, server_default="0"),
)

digest_items = Table(
    "digest_items",
    metadata,
    Column("digest_id", Text, ForeignKey(digests.c.id, ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("message_id", BigInteger, index=True),
    Column("address", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("guild_id", BigInteger),
    Column("channel_id", BigInteger),
    Column("feature", Text, nullable=False, server_default="highlight"),
    Column("policy", Text),  # how much of a message the line holds; None of none
    Column("why", Text, nullable=False, server_default=text("''")),
    Column("kind", Text),  # a hit's; lines of before 0023 have none
    Column("author_id", BigInteger, index=True),
    Column("origin_author_id", BigInteger, index=True),  # of what is forwarded in it
)

# Up to where Kkachi has heard a server's messages; what came after is read from history.
watermarks = Table(
    "watermarks",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("message_id", BigInteger, nullable=False),
)

# Scheduled events as they were known last, where somebody wants to hear of changes; compared with
# Discord's list after a gap.
planned_events = Table(
    "planned_events",
    metadata,
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    Column("guild_id", BigInteger, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("starts_at", Double, nullable=False),
    Column("ends_at", Double),
    Column("location", Text),
    Column("channel_id", BigInteger),
    Column("digest", Text, nullable=False),  # of the description
    Column("is_planned", Boolean, nullable=False),  # it had not begun
)

# Until when the events of a server were listened to.
planned_servers = Table(
    "planned_servers",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Double, nullable=False),
)

# Scheduled events in members' Talk Calendars: what is `wanted` there (nothing: it is to go) and
# what was `written` last; `creates` of which nobody knows yet whether they worked; `reason` why it
# is not as it is wanted; `due_at` when there is something to do.
calendar_events = Table(
    "calendar_events",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("member_id", BigInteger, nullable=False),
    Column("guild_id", BigInteger, nullable=False, index=True),
    Column("event_id", BigInteger, nullable=False),  # Discord's
    Column("by_hand", Boolean, nullable=False),  # not by a subscription
    Column("generation", Text, nullable=False),  # of the link that it is for
    Column("wanted", JSON(none_as_null=True)),
    Column("written", JSON(none_as_null=True)),
    Column("kakao_event_id", Text),
    Column("creates", Integer, nullable=False),
    Column("reason", Text),
    Column("tries", Integer, nullable=False),
    Column("due_at", Double, index=True),
    Column("ends_at", Double, nullable=False, index=True),
    UniqueConstraint("member_id", "event_id"),
    sqlite_autoincrement=True,  # an id is never given twice
)

# How a member wants events there: when Kakao reminds, and whether in a calendar of their own.
calendar_choices = Table(
    "calendar_choices",
    metadata,
    Column("member_id", BigInteger, primary_key=True, autoincrement=False),
    Column("reminders", JSON, nullable=False),  # minutes before the start
    Column("apart", Boolean, nullable=False),
)

# Members whose words stay out of every automatic forward.
optouts = Table(
    "optouts",
    metadata,
    Column("member_id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Double, nullable=False),
)

# What the admins of a server have set; `version` tells two admins at once apart. Server 0 is the
# operator, who sets what servers start from.
settings = Table(
    "settings",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("settings", JSON, nullable=False),
)

setting_changes = Table(
    "setting_changes",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),  # the one it led to
    Column("member_id", BigInteger, nullable=False),
    Column("at", Double, nullable=False),
    Column("before", JSON, nullable=False),
    Column("after", JSON, nullable=False),
)

# Who has used Kkachi in which server, and when last; looked at for statistics and for cleaning up.
memberships = Table(
    "memberships",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("member_id", BigInteger, primary_key=True, autoincrement=False, index=True),
    Column("seen_at", Double, nullable=False),
)

# In which servers a member lets their Kakao friends see who they are at Discord.
visibilities = Table(
    "visibilities",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("member_id", BigInteger, primary_key=True, autoincrement=False, index=True),
    Column("at", Double, nullable=False),
)

# Who has left a server; member 0 is Kkachi itself. What they had there is erased some days later.
departures = Table(
    "departures",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("member_id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Double, nullable=False, index=True),
)

# Whose link a server may not use, because an admin of it said so; its member reads the reason once.
# Server 0 is the operator, who has ended a whole link: that row goes once it was told.
exclusions = Table(
    "exclusions",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("member_id", BigInteger, primary_key=True, autoincrement=False, index=True),
    Column("reason", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("told", Boolean, nullable=False),
)

# What the operator has decided about a server, a member, or (subject 0) everything. Blocked members
# stay blocked after they erased themselves: the block is about keeping them out.
decisions = Table(
    "decisions",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("subject_id", BigInteger, primary_key=True, autoincrement=False),
    Column("value", Integer, nullable=False),
    Column("at", Double, nullable=False),
)

# Leave to tell Discord that a member is linked, so that admins can gate roles on it.
role_connections = Table(
    "role_connections",
    metadata,
    Column("member_id", BigInteger, primary_key=True, autoincrement=False),
    Column("access_token", LargeBinary, nullable=False),  # sealed
    Column("refresh_token", LargeBinary, nullable=False),  # sealed
    Column("expires_at", Double, nullable=False),
)
