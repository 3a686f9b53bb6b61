"""What can go wrong in a way the person in front of it can understand and act upon."""

TextArgument = str | int | float


class Marked(str):
    """Words of ours that hold Discord's markup, such as a mention; others are shown as they are."""

    __slots__ = ()


class UserError(Exception):
    """Something a member may read: `key` names its sentence in the catalogues."""

    key = "error-unexpected"

    def __init__(self, **arguments: TextArgument) -> None:
        super().__init__(self.key)
        self.arguments = arguments


class NotLinked(UserError):
    """The member has no KakaoTalk account linked: `/kakao link` is the way on."""

    key = "error-not-linked"


class LinkBroken(UserError):
    """Kakao no longer accepts the member's tokens: they must link again."""

    key = "error-link-broken"


class TryLater(UserError):
    """Kakao cannot be reached or is under maintenance: the same request may work later."""

    key = "error-try-later"


class Maintenance(TryLater):
    """The operator has stopped Kkachi for a while: what is accepted waits, and nothing is sent."""

    key = "error-maintenance"


class ShareSpent(UserError):
    """A server has used its part of what the app may send today, and others need the rest."""

    key = "error-share-spent"


class DiscordAway(TryLater):
    """Discord could not be asked, so nobody knows: whoever asked waits and asks again."""

    key = "error-discord-away"


class KeptUnreadable(UserError):
    """What is kept for the member, or for their server, cannot be read any more."""

    key = "error-unreadable"


class NothingLeft(UserError):
    """Nothing of what was found may, or can, go out any more."""

    key = "error-nothing-left"


class ConsentMissing(UserError):
    """The member has not agreed to a consent item that this needs; `scopes` says which."""

    key = "error-consent-missing"

    def __init__(self, scopes: frozenset[str]) -> None:
        super().__init__()
        self.scopes = scopes


class OperatorFault(UserError):
    """Kakao refuses the application itself: only whoever runs Kkachi can mend it."""

    key = "error-operator-fault"


class NotAllowed(UserError):
    """A server's admins do not allow this; `elsewhere` is the sentence for outside that server."""

    elsewhere = "error-unexpected"

    def __init__(self, guild_id: int, **arguments: TextArgument) -> None:
        super().__init__(**arguments)
        self.guild_id = guild_id


class Barred(NotAllowed):
    """The operator has shut a server, or a member, out of Kkachi."""

    key = elsewhere = "error-barred"


class MessageNotFound(UserError):
    """No such message, or none that this member may read; the two look alike on purpose."""

    key = "error-message-not-found"


class BadMessageReference(UserError):
    """What was typed is neither a message link nor a message id."""

    key = "error-bad-message-reference"


class ContentHidden(UserError):
    """Discord does not show this bot what the message says."""

    key = "error-content-hidden"


class SystemMessage(UserError):
    """Discord itself wrote the message ("… joined the server"): nothing to forward."""

    key = "error-system-message"


class NoteTooLong(UserError):
    """The note has more than `limit` characters; `length` says how many."""

    key = "error-note-too-long"


class TooManyFriends(UserError):
    """More friends were picked than Kakao takes in one send (5)."""

    key = "error-too-many-friends"


class Expired(UserError):
    """The draft or button belongs to something that is no longer kept."""

    key = "error-expired"
