"""Everything that can go wrong with Kakao, and what to do about it.

    KakaoError
    ├── TokenInvalid            refresh once; refused again, it is the operator's to mend
    ├── GrantInvalid            the member must link again
    ├── NotLinked               the member must link again
    ├── AccountBarred           tell the member: their Kakao account may not do this
    ├── ConsentMissing          ask the member for the consent named in `required_scopes`
    ├── NotTalkUser             tell the member: this account has no KakaoTalk
    ├── NotFriends              tell the member; the friends list may be ten minutes old
    ├── ReceiverRefuses         tell the member: this friend cannot be reached
    ├── AllowanceSpent          no retry before the period ends
    │   ├── AppAllowanceSpent       nobody sends until tomorrow
    │   ├── SenderMonthSpent        this member sends nothing until next month
    │   ├── SenderDaySpent          this member sends nothing until tomorrow
    │   ├── ReceiverDaySpent        leave this friend out until tomorrow
    │   └── PairDaySpent            leave this friend out for this member until tomorrow
    ├── BadRequest              ours to mend; never retry
    │   ├── AddressRefused          found before any call was made
    │   └── LimitBroken             found before any call was made
    │       ├── TemplateLimit
    │       ├── ReceiverLimit
    │       └── ImageLimit
    ├── AppFault                only the operator can mend it; members keep their links
    ├── AlreadyLinked           nothing to do
    ├── Refused                 a code nobody has told us about; never retry
    ├── Unavailable             nothing happened; retry with growing waits
    ├── Unreachable             no connection was made, so nothing happened; retry
    ├── LostAnswer              it may have happened: repeat a send at most once, to "Me" only
    └── BadAnswer               not an answer of Kakao's (HTML, empty, too large, another shape)

Errors are chosen by Kakao's `code` or `error_code`, never by a text: Kakao changes its texts
without notice, and some repeat what was sent (KOE320 repeats the authorization code). For that
reason no error keeps a text of Kakao's, a token or a message.

Codes: https://developers.kakao.com/docs/latest/en/rest-api/error-code,
https://developers.kakao.com/docs/latest/en/kakaologin/trouble-shooting and
https://developers.kakao.com/docs/latest/ko/kakaotalk-message/trouble-shooting.
"""

from collections.abc import Mapping
from http import HTTPStatus

Code = int | str
Scopes = frozenset[str]


class KakaoError(Exception):
    """A call to Kakao failed; `code` is Kakao's own, `status` that of HTTP, where there is one."""

    def __init__(
        self, code: Code | None = None, status: int | None = None, *, reason: str = ""
    ) -> None:
        self.code = code
        self.status = status
        self.reason = reason
        super().__init__(code, status)

    def __str__(self) -> str:
        facts = [self.reason] if self.reason else []
        facts += [f"code {self.code}"] if self.code is not None else []
        facts += [f"HTTP {self.status}"] if self.status is not None else []
        return ", ".join(facts) or type(self).__name__


class TokenInvalid(KakaoError):
    """The access token is unknown, revoked or expired (-401; KOE400 for ID tokens).

    Kakao answers the same for a caller address or domain that the app does not allow. So refresh
    once and try again; a second -401 in a row is not cured by another refresh.
    """


class GrantInvalid(KakaoError):
    """The authorization code (KOE320) or refresh token (KOE322) is used, expired or unknown."""


class NotLinked(KakaoError):
    """The Kakao account is not, or no longer, linked to the app (-101)."""


class AccountBarred(KakaoError):
    """The member's Kakao account may not do this: blocked, dormant, under 14, unverified age.

    Codes -4, -103, -405, -406 and the certification families -42x, -45x and -48x.
    """


class ConsentMissing(KakaoError):
    """The member has not agreed to a consent item (-402, KOE203): `required_scopes` names it."""

    def __init__(
        self,
        code: Code | None = None,
        status: int | None = None,
        *,
        required_scopes: Scopes = frozenset(),
        allowed_scopes: Scopes = frozenset(),
    ) -> None:
        super().__init__(code, status)
        self.required_scopes = required_scopes
        self.allowed_scopes = allowed_scopes


class NotTalkUser(KakaoError):
    """The Kakao account has no KakaoTalk (-501)."""


class NotFriends(KakaoError):
    """The receiver is not a KakaoTalk friend of the sender (-502)."""


class ReceiverRefuses(KakaoError):
    """The receiver keeps their profile private (-530) or has a device without support (-504)."""


class AllowanceSpent(KakaoError):
    """A limit on the number of sends is reached; its children say which one."""


class AppAllowanceSpent(AllowanceSpent):
    """The app has no sends left today (-10)."""


class SenderMonthSpent(AllowanceSpent):
    """The sender has no sends left this month (-531)."""


class SenderDaySpent(AllowanceSpent):
    """The sender has no sends left today (-532)."""


class ReceiverDaySpent(AllowanceSpent):
    """The receiver can get nothing more from this app today (-533)."""


class PairDaySpent(AllowanceSpent):
    """The receiver can get nothing more from this sender today (-536)."""


class BadRequest(KakaoError):
    """Kakao does not accept what was asked (-2 and its kin): a mistake of the caller."""


class AddressRefused(BadRequest):
    """A link or a picture is no http or https address; `field` names the place."""

    def __init__(self, field: str) -> None:
        super().__init__(reason=f"{field}: not an http or https address")
        self.field = field


class LimitBroken(BadRequest):
    """A limit of Kakao's would be passed; found here, before any call.

    `field` names the place, `limit` what Kakao allows there, `value` what was found.
    """

    def __init__(self, field: str, limit: int, value: int) -> None:
        super().__init__(reason=f"{field}: {value} where the limit is {limit}")
        self.field = field
        self.limit = limit
        self.value = value


class TemplateLimit(LimitBroken):
    """A message template holds too much, or lacks what Kakao requires (limit 1, value 0)."""


class ReceiverLimit(LimitBroken):
    """A send to friends has no receiver, or more than five."""


class ImageLimit(LimitBroken):
    """A picture is larger than Kakao takes, or empty; limit and value are bytes."""


class AppFault(KakaoError):
    """Kakao refuses the application itself: keys, settings, permissions, suspension."""


class AlreadyLinked(KakaoError):
    """The account is linked already (-102, manual sign-up only)."""


class Refused(KakaoError):
    """Kakao refuses with a code that its documents do not explain."""


class Unavailable(KakaoError):
    """Kakao is in trouble, under maintenance or asks to slow down; nothing was done."""


class Unreachable(KakaoError):
    """No connection to Kakao was made: it has not heard of the request."""


class LostAnswer(KakaoError):
    """The request went out and no answer can be read: it may have been carried out."""


class BadAnswer(KakaoError):
    """The answer is not what Kakao's documents describe; `reason` says in which way."""


NO_ANSWER = (Unavailable, Unreachable, LostAnswer, BadAnswer)
"""What says that Kakao itself is in trouble; every other answer shows that it is well."""

CLASSES: Mapping[Code, type[KakaoError]] = {
    # The platform
    -1: Unavailable,
    -2: BadRequest,
    -3: AppFault,
    -4: AccountBarred,
    -5: AppFault,
    -6: AppFault,
    -7: Unavailable,
    -8: BadRequest,
    -9: AppFault,
    -10: AppAllowanceSpent,
    -11: AppFault,
    -12: AppFault,
    -101: NotLinked,
    -102: AlreadyLinked,
    -103: AccountBarred,
    -201: BadRequest,
    -301: AppFault,
    -401: TokenInvalid,
    -402: ConsentMissing,
    -405: AccountBarred,
    -406: AccountBarred,
    -421: AccountBarred,
    -422: AccountBarred,
    -423: AccountBarred,
    -451: AccountBarred,
    -452: AccountBarred,
    -453: AccountBarred,
    -480: AccountBarred,
    -481: AccountBarred,
    -602: BadRequest,
    -603: LostAnswer,
    -606: BadRequest,
    -903: AppFault,
    -911: BadRequest,
    -9798: Unavailable,
    # Messages
    -501: NotTalkUser,
    -502: NotFriends,
    -504: ReceiverRefuses,
    -530: ReceiverRefuses,
    -531: SenderMonthSpent,
    -532: SenderDaySpent,
    -533: ReceiverDaySpent,
    -536: PairDaySpent,
    # Login
    "KOE001": BadRequest,
    "KOE002": BadRequest,
    "KOE003": Unavailable,
    "KOE004": AppFault,
    "KOE005": AppFault,
    "KOE006": AppFault,
    "KOE007": AppFault,
    "KOE008": AppFault,
    "KOE009": AppFault,
    "KOE010": AppFault,
    "KOE101": AppFault,
    "KOE102": AppFault,
    "KOE125": AppFault,
    "KOE201": BadRequest,
    "KOE202": BadRequest,
    "KOE203": ConsentMissing,
    "KOE204": BadRequest,
    "KOE205": AppFault,
    "KOE207": BadRequest,
    "KOE237": Unavailable,
    "KOE303": AppFault,
    "KOE310": BadRequest,
    "KOE319": BadRequest,
    "KOE320": GrantInvalid,
    "KOE322": GrantInvalid,
    "KOE400": TokenInvalid,
    # OAuth's own words (RFC 6749, 5.2) and Kakao's beside them, for login answers without a code we
    # know
    "invalid_grant": GrantInvalid,
    "invalid_client": AppFault,
    "invalid_scope": AppFault,
    "misconfigured": AppFault,
    "unauthorized": AppFault,
    "unauthorized_client": AppFault,
    "server_error": Unavailable,
    "temporarily_unavailable": Unavailable,
}


def error_class(code: Code, status: int | None = None) -> type[KakaoError]:
    """Return the class for one of Kakao's codes; `status` decides about unknown ones."""
    return CLASSES.get(code, Unavailable if is_busy(status) else Refused)


def is_busy(status: int | None) -> bool:
    """Tell whether an HTTP status asks to come back later."""
    if status is None:
        return False
    return status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR
