"""What Kakao answers, in Kakao's words.

Unknown keys are ignored and lists that Kakao leaves out or sends as `null` are empty: its answers
grow and differ between apps. Tokens are never part of a `repr`.
"""

import logging
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import parse_qs, urlsplit

from pydantic import (
    AliasChoices,
    AliasPath,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictInt,
    StringConstraints,
    ValidationError,
    model_validator,
)

from bot.kakao.errors import KakaoError, error_class

logger = logging.getLogger(__name__)

INT64_MAX = 2**63 - 1
T = TypeVar("T")

UserId = Annotated[StrictInt, Field(ge=1, le=INT64_MAX)]
# It travels in a header: a line break or a letter outside ASCII would break the request.
HeaderSafe = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]+$")]
Seconds = Annotated[StrictInt, Field(gt=0, le=INT64_MAX)]
Absent = BeforeValidator(lambda value: () if value is None else value)
Many = Annotated[tuple[T, ...], Absent]
Blank = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
Flag = Annotated[bool, BeforeValidator(lambda value: False if value is None else value)]
Words = Annotated[
    frozenset[str] | None,
    BeforeValidator(lambda value: value.split() if isinstance(value, str) else value),
]


class Answer(BaseModel):
    """What all answers share."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        populate_by_name=True,
        hide_input_in_errors=True,
        defer_build=True,
    )


class Tokens(Answer):
    """The answer to both grants; a refresh may leave out all but the access token.

    When `refresh_token` is there, it replaces the one before, which is dead.
    """

    access_token: HeaderSafe = Field(repr=False)
    expires_in: Seconds
    refresh_token: Annotated[str, Field(min_length=1)] | None = Field(default=None, repr=False)
    refresh_token_expires_in: Seconds | None = None
    scopes: Words = Field(default=None, validation_alias="scope")


class UserRef(Answer):
    """The id of a user, and nothing else."""

    id: UserId


class User(UserRef):
    """A Kakao account as this app sees it: the id differs from app to app.

    `nickname` is empty without consent. `uuid` is how friends address this user; it is there only
    when the app may send to friends.
    """

    nickname: Blank = Field(
        default="",
        validation_alias=AliasChoices(
            AliasPath("kakao_account", "profile", "nickname"),
            AliasPath("properties", "nickname"),
        ),
    )
    uuid: str | None = Field(default=None, validation_alias=AliasPath("for_partner", "uuid"))


# The consents without which no card goes out, or none to friends.
TALK_MESSAGE = "talk_message"
FRIENDS = "friends"


class Scope(Answer):
    """A consent item of the app and whether the user has agreed to it."""

    id: str
    display_name: Blank = ""
    type: Blank = ""
    using: Flag = False
    agreed: Flag = False
    revocable: Flag = False
    delegated: Flag = False


class ScopeList(UserRef):
    """The consent items of one user."""

    scopes: Many[Scope] = ()


class Friend(Answer):
    """A KakaoTalk friend who uses this app; `uuid` addresses messages and may change.

    Kakao's are 28 characters long. `id` is that of the friend's own `User`, for this app only.
    Since 2022 Kakao lists nobody who takes no messages, and need not send `allowed_msg` (DevTalk
    122881).
    """

    id: UserId | None = None
    uuid: Annotated[str, StringConstraints(pattern=r"^\S{1,100}$")]
    favorite: Flag = False
    profile_nickname: Blank = ""
    profile_thumbnail_image: Blank = ""
    allowed_msg: bool | None = None

    @property
    def takes_messages(self) -> bool:
        """Whether Kakao would pass a message on, as far as it says."""
        return self.allowed_msg is not False


def _each_friend(entries: object) -> object:
    """Leave out the friends who cannot be read: no friend costs the others."""
    if not isinstance(entries, list):
        return () if entries is None else entries
    readable, wrong = [], set[str]()
    for entry in entries:
        try:
            readable.append(Friend.model_validate(entry))
        except ValidationError as error:
            wrong |= {".".join(map(str, one["loc"])) for one in error.errors(include_input=False)}
    if wrong:
        lost = len(entries) - len(readable)
        logger.warning("%d friends are left out, Kakao sent no good %s", lost, sorted(wrong))
    return readable


class FriendsPage(Answer):
    """One page of the friends list; an entry that cannot be read costs that friend only."""

    elements: Annotated[tuple[Friend, ...], BeforeValidator(_each_friend)] = ()
    total_count: StrictInt
    favorite_count: StrictInt | None = None
    before_url: str | None = None
    after_url: str | None = None

    @property
    def next_offset(self) -> int | None:
        """Where the next page begins, read from `after_url`, whose host is never called."""
        if self.after_url is None:
            return None
        try:
            return int(parse_qs(urlsplit(self.after_url).query)["offset"][0])
        except (KeyError, ValueError):
            return None


class Image(Answer):
    """A picture that Kakao keeps for some weeks; `length` is its size in bytes."""

    url: Annotated[str, Field(min_length=1)]
    length: StrictInt | None = None
    content_type: Blank = ""
    width: StrictInt | None = None
    height: StrictInt | None = None


class ImageInfos(Answer):
    """The answer to an upload."""

    original: Image = Field(validation_alias=AliasPath("infos", "original"))


class KeySet(Answer):
    """The public keys that Kakao signs with (RFC 7517)."""

    keys: tuple[dict[str, Any], ...]


class MemoResult(Answer):
    """The answer to a send to "Me"; 0 means accepted."""

    result_code: Literal[0]


class FailureInfo(Answer):
    """Receivers whom one send did not reach, for one reason."""

    code: StrictInt
    msg: Blank = Field(default="", repr=False)
    receiver_uuids: Many[str] = ()

    @property
    def error(self) -> KakaoError:
        """The reason as an error of the same family that whole calls raise."""
        return error_class(self.code)(self.code)


class FriendsResult(Answer):
    """Whom one send to friends reached, and whom not; accepted by Kakao, not yet read."""

    successful_receiver_uuids: Many[str] = ()
    failure_info: Many[FailureInfo] = ()

    @model_validator(mode="after")
    def _says_something(self) -> "FriendsResult":
        if not self.successful_receiver_uuids and not self.failure_info:
            raise ValueError("no receiver is named")
        return self
