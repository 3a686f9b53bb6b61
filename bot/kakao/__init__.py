"""A client for KakaoTalk messages: Kakao Login, friends, messages, pictures.

    app = KakaoApp(rest_api_key, client_secret, "https://you.example/oauth/kakao/callback")
    async with open_http() as http:
        kakao = KakaoClient(http, app)

        verifier = new_verifier()
        send_the_browser_to(
            kakao.authorize_url(state=state, scopes=["talk_message"], verifier=verifier)
        )
        tokens = await kakao.exchange_code(code, verifier)  # the code comes with the browser

        link = Link(web_url="https://you.example/raid/7")
        await kakao.send_to_me(tokens.access_token, Text(text="오늘 밤 9시 레이드!", link=link))

Whatever goes to KakaoTalk is a `Message`, and the same two methods send all of them:

    Feed, List, Location,       the six default templates, with Kakao's fields and limits; one that
    Commerce, Text, Calendar    breaks a limit cannot be made, `Feed.fit(…)` cuts instead
    CustomMessage               a template made with Kakao's tool, and its arguments
    ScrapMessage                a web page, whose Open Graph tags Kakao reads

A message is kept with `message.stored()` and read back with `message_from`; `for_sharing` turns
it into what Kakao's JavaScript SDK takes for Kakao Talk Share.

Every failure is a `KakaoError`, by Kakao's code and never by its words; the tree at the top of
`bot.kakao.errors` says what to do about each. Calls are made once: when to try again is for the
caller to decide, and a `LostAnswer` may hide a message that arrived.

The client keeps no tokens, shows none in a `repr` or an error, and knows nothing of Discord or of
a database. One `open_http()` serves a whole process.
"""

from bot.kakao.bubble import four_lines, row_lines, shown_labels
from bot.kakao.calendar import TALK_CALENDAR, Event, KakaoCalendar, KeptEvent, ListedEvent
from bot.kakao.client import MAX_IMAGE, MAX_RECEIVERS, KakaoApp, KakaoClient, new_verifier
from bot.kakao.cutting import cut
from bot.kakao.errors import (
    CLASSES,
    NO_ANSWER,
    AccountBarred,
    AddressRefused,
    AllowanceSpent,
    AlreadyLinked,
    AppAllowanceSpent,
    AppFault,
    BadAnswer,
    BadRequest,
    Code,
    ConsentMissing,
    GrantInvalid,
    ImageLimit,
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
from bot.kakao.http import Http, open_http
from bot.kakao.messages import (
    CustomMessage,
    Message,
    ScrapMessage,
    action_of,
    for_sharing,
    message_from,
    web_sharer,
)
from bot.kakao.models import (
    FRIENDS,
    TALK_MESSAGE,
    FailureInfo,
    Friend,
    FriendsPage,
    FriendsResult,
    Image,
    Scope,
    Tokens,
    User,
)
from bot.kakao.parts import (
    SMALLEST_IMAGE,
    TEXT_LIMIT,
    Button,
    Content,
    Item,
    ItemContent,
    Link,
    Product,
    Social,
    is_address,
)
from bot.kakao.templates import (
    BaseTemplate,
    Calendar,
    Commerce,
    Feed,
    List,
    Location,
    Template,
    Text,
)

__all__ = [
    "CLASSES",
    "FRIENDS",
    "MAX_IMAGE",
    "MAX_RECEIVERS",
    "NO_ANSWER",
    "SMALLEST_IMAGE",
    "TALK_CALENDAR",
    "TALK_MESSAGE",
    "TEXT_LIMIT",
    "AccountBarred",
    "AddressRefused",
    "AllowanceSpent",
    "AlreadyLinked",
    "AppAllowanceSpent",
    "AppFault",
    "BadAnswer",
    "BadRequest",
    "BaseTemplate",
    "Button",
    "Calendar",
    "Code",
    "Commerce",
    "ConsentMissing",
    "Content",
    "CustomMessage",
    "Event",
    "FailureInfo",
    "Feed",
    "Friend",
    "FriendsPage",
    "FriendsResult",
    "GrantInvalid",
    "Http",
    "Image",
    "ImageLimit",
    "Item",
    "ItemContent",
    "KakaoApp",
    "KakaoCalendar",
    "KakaoClient",
    "KakaoError",
    "KeptEvent",
    "LimitBroken",
    "Link",
    "List",
    "ListedEvent",
    "Location",
    "LostAnswer",
    "Message",
    "NotFriends",
    "NotLinked",
    "NotTalkUser",
    "PairDaySpent",
    "Product",
    "ReceiverDaySpent",
    "ReceiverLimit",
    "ReceiverRefuses",
    "Refused",
    "Scope",
    "ScrapMessage",
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
    "action_of",
    "cut",
    "error_class",
    "for_sharing",
    "four_lines",
    "is_address",
    "message_from",
    "new_verifier",
    "open_http",
    "row_lines",
    "shown_labels",
    "web_sharer",
]
