"""A typed client for Kakao Login, KakaoTalk friends and KakaoTalk messages.

    async with open_http() as http:
        kakao = KakaoClient(http, KakaoApp(key, secret, redirect_uri))
        tokens = await kakao.exchange_code(code, verifier)
        await kakao.send_to_me(tokens.access_token, Text(text="안녕!", link=Link(web_url=url)))

It knows nothing of Discord or of a database and keeps no tokens. What can go wrong, and what to
do then, stands at the top of `bot.kakao.errors`.
"""

from bot.kakao.client import KakaoApp, KakaoClient, new_verifier
from bot.kakao.errors import (
    AccountBarred,
    AllowanceSpent,
    AlreadyLinked,
    AppAllowanceSpent,
    AppFault,
    BadAnswer,
    BadRequest,
    ConsentMissing,
    GrantInvalid,
    KakaoError,
    LimitBroken,
    LostAnswer,
    NotFriends,
    NotLinked,
    NotTalkUser,
    PairDaySpent,
    ReceiverDaySpent,
    ReceiverLimit,
    ReceiverRefuses,
    Refused,
    SenderDaySpent,
    SenderMonthSpent,
    TemplateLimit,
    TokenInvalid,
    Unavailable,
    Unreachable,
    error_class,
)
from bot.kakao.http import open_http
from bot.kakao.models import (
    FailureInfo,
    Friend,
    FriendsPage,
    FriendsResult,
    Scope,
    Tokens,
    User,
)
from bot.kakao.templates import (
    Button,
    Content,
    Feed,
    Item,
    ItemContent,
    Link,
    Social,
    Template,
    Text,
    template_from,
)

__all__ = [
    "AccountBarred",
    "AllowanceSpent",
    "AlreadyLinked",
    "AppAllowanceSpent",
    "AppFault",
    "BadAnswer",
    "BadRequest",
    "Button",
    "ConsentMissing",
    "Content",
    "FailureInfo",
    "Feed",
    "Friend",
    "FriendsPage",
    "FriendsResult",
    "GrantInvalid",
    "Item",
    "ItemContent",
    "KakaoApp",
    "KakaoClient",
    "KakaoError",
    "LimitBroken",
    "Link",
    "LostAnswer",
    "NotFriends",
    "NotLinked",
    "NotTalkUser",
    "PairDaySpent",
    "ReceiverDaySpent",
    "ReceiverLimit",
    "ReceiverRefuses",
    "Refused",
    "Scope",
    "SenderDaySpent",
    "SenderMonthSpent",
    "Social",
    "Template",
    "TemplateLimit",
    "Text",
    "TokenInvalid",
    "Tokens",
    "Unavailable",
    "Unreachable",
    "User",
    "error_class",
    "new_verifier",
    "open_http",
    "template_from",
]
