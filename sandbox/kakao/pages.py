"""The words and the drawing of the login, consent and error pages."""

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from sandbox.kakao.errors import PageRefusal

WORDS: dict[str, dict[str, str]] = {
    "ko": {
        "title": "카카오계정",
        "account": "카카오계정 (이름 또는 이메일)",
        "password": "비밀번호는 없어도 돼요.",
        "log_in": "로그인",
        "choose": "계정 선택",
        "choose_hint": "누르면 비밀번호 없이 바로 로그인돼요.",
        "unknown": "이 이름이나 이메일을 쓰는 카카오계정이 없어요.",
        "agree_all": "전체 동의하기",
        "agree_all_hint": "전체 동의는 선택 목적에 대한 동의를 포함하고 있으며, 선택 목적에 대한 "
        "동의를 거부해도 서비스 이용이 가능해요.",
        "asks": "서비스 제공을 위해 아래 항목의 동의가 필요해요.",
        "items_of": "동의항목",
        "required": "필수",
        "optional": "선택",
        "agree": "동의하고 계속하기",
        "cancel": "취소",
        "other_account": "다른 카카오계정으로 로그인",
        "other_language": "English",
        "sandbox": "내 컴퓨터 안의 샌드박스예요. 진짜 카카오가 아니에요.",
        "fault": "로그인을 계속할 수 없어요",
        "fault_hint": "서비스 관리자에게 아래 오류 코드를 알려 주세요.",
        "profile_nickname": "닉네임",
        "profile_image": "프로필 사진",
        "account_email": "카카오계정(이메일)",
        "friends": "카카오 서비스 내 친구목록(프로필사진, 닉네임, 즐겨찾기 포함)",
        "talk_message": "카카오톡 메시지 전송",
        "talk_calendar": "톡캘린더 내 일정 및 캘린더 관리",
        "share_title": "카카오톡 공유",
        "share_choose": "공유할 채팅방",
        "share_me": "나와의 채팅",
        "share_nothing": "채팅방을 하나 이상 골라 주세요.",
        "share_send": "공유하기",
        "share_done": "카카오톡으로 공유했어요",
        "share_cancelled": "공유하지 않았어요",
        "share_close": "이 창은 닫아도 돼요.",
        "share_wait": "카카오톡 공유를 여는 중이에요…",
        "share_fault": "요청에 실패했어요",
    },
    "en": {
        "title": "Kakao Account",
        "account": "Kakao Account (name or e-mail)",
        "password": "No password is needed.",
        "log_in": "Log In",
        "choose": "Choose an account",
        "choose_hint": "One press logs you in, without a password.",
        "unknown": "No Kakao Account has this name or e-mail address.",
        "agree_all": "Agree to All",
        "agree_all_hint": "This includes optional items. You can use the service without "
        "agreeing to those.",
        "asks": "asks for your consent to the items below.",
        "items_of": "Consent items",
        "required": "Required",
        "optional": "Optional",
        "agree": "Agree and Continue",
        "cancel": "Cancel",
        "other_account": "Log in with another Kakao Account",
        "other_language": "한국어",
        "sandbox": "A sandbox on your own machine. This is not the real Kakao.",
        "fault": "The login cannot go on",
        "fault_hint": "Tell the people who run this service the error code below.",
        "profile_nickname": "Nickname",
        "profile_image": "Profile picture",
        "account_email": "Kakao Account (e-mail)",
        "friends": "Friends list in Kakao services (with pictures, nicknames and favorites)",
        "talk_message": "Send messages via KakaoTalk",
        "talk_calendar": "Manage events and calendars in Talk Calendar",
        "share_title": "Kakao Talk Share",
        "share_choose": "Chats to share to",
        "share_me": "My Chatroom",
        "share_nothing": "Choose at least one chat.",
        "share_send": "Share",
        "share_done": "Shared on KakaoTalk",
        "share_cancelled": "Nothing was shared",
        "share_close": "You can close this window.",
        "share_wait": "Opening Kakao Talk Share…",
        "share_fault": "Failed request",
    },
}

FAULTS: dict[str, tuple[str, str]] = {
    "KOE001": ("잘못된 요청이거나 너무 오래된 화면이에요.", "The request is malformed or too old."),
    "KOE003": (
        "일시적인 오류예요. 잠시 뒤에 다시 시도해 주세요.",
        "A temporary fault. Try again in a moment.",
    ),
    "KOE004": ("앱의 카카오 로그인이 꺼져 있어요.", "Kakao Login is off for this app."),
    "KOE006": (
        "등록하지 않은 리다이렉트 URI예요.",
        "The redirect URI is not registered for this app.",
    ),
    "KOE101": ("없는 앱 키예요.", "There is no app with this key."),
    "KOE201": ("지원하지 않는 response_type이에요.", "This response_type is not supported."),
    "KOE202": ("response_type=token은 쓸 수 없어요.", "response_type=token is not offered."),
    "KOE204": ("올바르지 않은 파라미터 값이 있어요.", "A parameter has an invalid value."),
    "KOE205": (
        "앱에 설정하지 않은 동의항목을 요청했어요.",
        "The app asks for a consent item that it has not set.",
    ),
    "KOE207": ("꼭 필요한 파라미터가 빠졌어요.", "A required parameter is missing."),
    "4002": (
        "잘못된 요청이에요. 메시지의 링크는 앱에 등록한 도메인이어야 해요.",
        "A bad request. Links of a message must be on a registered domain.",
    ),
    "4003": ("앱의 JavaScript 키가 아니에요.", "This is not the JavaScript key of an app."),
    "4006": ("오늘 공유할 수 있는 횟수를 다 썼어요.", "Today's quota is spent."),
    "4019": (
        "JavaScript SDK 도메인으로 등록하지 않은 페이지예요.",
        "The page is not on a JavaScript SDK domain of the app.",
    ),
}


# Compiled once for all Kakaos of a process.
TEMPLATES = Environment(
    loader=PackageLoader("sandbox.kakao", "html"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class Pages:
    """Draws pages; a missing word is an error, never an empty place."""

    def show(self, name: str, language: str, *, status: int = 200, **facts: object) -> web.Response:
        """Draw one page."""
        other = "en" if language == "ko" else "ko"
        page = TEMPLATES.get_template(name)
        text = page.render(t=WORDS[language], lang=language, other=other, **facts)
        headers = {"Cache-Control": "no-store", "Content-Language": language}
        return web.Response(text=text, status=status, content_type="text/html", headers=headers)

    def fault(self, refusal: PageRefusal, language: str) -> web.Response:
        """Draw the page that says why the login stops here."""
        words = FAULTS[refusal.code][language == "en"]
        return self.show(
            "fault.html",
            language,
            status=refusal.status,
            code=refusal.code,
            heading="fault" if refusal.code.startswith("KOE") else "share_fault",
            words=words,
            detail=refusal.detail,
        )
