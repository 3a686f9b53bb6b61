"""Every refusal of Kakao in its own envelope; the codes, statuses and texts are Kakao's."""

import json

from aiohttp import web

# code of kapi → HTTP status and the text that goes with it
KAPI: dict[int, tuple[int, str]] = {
    -1: (400, "InternalException"),
    -2: (400, "wrong parameter."),
    -3: (403, "the feature is not enabled."),
    -4: (403, "the account is blocked."),
    -5: (403, "permission denied"),
    -6: (403, "not allowed by the service policy."),
    -7: (400, "the service is under inspection."),
    -8: (400, "bad header."),
    -9: (400, "the API is no longer provided."),
    -10: (400, "API limit has been exceeded."),
    -11: (400, "the limit of the paid API has been reached."),
    -12: (403, "the app is suspended."),
    -101: (400, "NotRegisteredUserException"),
    -103: (400, "the account does not exist."),
    -401: (401, "this access token does not exist"),
    -402: (403, "insufficient scopes."),
    -406: (401, "the user is under 14."),
    -501: (400, "given account is not connected to any talk user."),
    -502: (400, "the receiver is not a friend of the sender."),
    -504: (400, "the receiver's device is not supported."),
    -530: (400, "the receiver does not accept messages."),
    -531: (400, "monthly message limit per sender has been exceeded."),
    -532: (400, "daily message limit per sender has been exceeded."),
    -533: (400, "daily message limit per receiver has been exceeded."),
    -536: (400, "daily message limit for the pair of sender and receiver has been exceeded."),
    -602: (400, "the image is too large."),
    -603: (400, "the request has timed out."),
    -606: (400, "too many images."),
    -903: (400, "the app key is not registered."),
    -911: (400, "the format of the image is not supported."),
    -9798: (503, "the service is under maintenance."),
}

# code of kauth → HTTP status and the word that OAuth has for it
KAUTH: dict[str, tuple[int, str]] = {
    "KOE001": (405, "invalid_request"),
    "KOE003": (500, "server_error"),
    "KOE004": (400, "misconfigured"),
    "KOE009": (400, "misconfigured"),
    "KOE010": (401, "invalid_client"),
    "KOE101": (401, "invalid_client"),
    "KOE207": (400, "invalid_request"),
    "KOE237": (400, "invalid_request"),
    "KOE303": (400, "invalid_grant"),
    "KOE310": (400, "unsupported_grant_type"),
    "KOE319": (400, "invalid_request"),
    "KOE320": (400, "invalid_grant"),
    "KOE322": (400, "invalid_grant"),
}


class Refusal(Exception):
    """A request is refused with a status and a body in Kakao's form."""

    def __init__(self, code: int | str | None, status: int, body: str) -> None:
        super().__init__(f"{status} {code}")
        self.code = code
        self.status = status
        self.body = body

    def response(self) -> web.Response:
        """Give the HTTP answer."""
        answer = json_response(self.body, status=self.status)
        if self.code == -401:
            answer.headers["WWW-Authenticate"] = "Bearer error=invalid_token"
        return answer


class PageRefusal(Exception):
    """The login cannot go on: a page with a KOE code, never a redirect."""

    def __init__(self, code: str, detail: str = "", *, status: int = 400) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.detail = detail


def json_response(body: str, *, status: int = 200) -> web.Response:
    """Answer with the content type that Kakao writes."""
    return web.Response(
        body=body.encode(),
        status=status,
        headers={"Content-Type": "application/json;charset=UTF-8"},
    )


def dump(value: object) -> str:
    """JSON with Korean left readable."""
    return json.dumps(value, ensure_ascii=False)


def kapi(
    code: int, msg: str | None = None, *, status: int | None = None, **more: object
) -> Refusal:
    """Refuse as kapi.kakao.com does."""
    usual_status, usual_msg = KAPI.get(code, (400, "error."))
    body = dump({"msg": msg or usual_msg, "code": code, **more})
    return Refusal(code, status or usual_status, body)


def kauth(code: str, description: str, *, status: int | None = None) -> Refusal:
    """Refuse as kauth.kakao.com does."""
    usual_status, error = KAUTH.get(code, (400, "invalid_request"))
    body = dump({"error": error, "error_description": description, "error_code": code})
    return Refusal(code, status or usual_status, body)


def parameter(msg: str) -> Refusal:
    """Refuse a missing or wrong parameter (-2)."""
    return kapi(-2, msg)
