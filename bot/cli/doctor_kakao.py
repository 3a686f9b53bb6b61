"""Whether Kakao knows the app, where logins return to, and what members may be asked."""

import re
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from aiohttp import ClientError, hdrs

from bot.cli.findings import Check, Finding, Look, Patient
from bot.kakao import (
    FRIENDS,
    TALK_CALENDAR,
    AppFault,
    GrantInvalid,
    KakaoError,
    LostAnswer,
    Unavailable,
    Unreachable,
    new_verifier,
)
from bot.services.accounts.oauth import FRIENDS_SCOPES

NO_CODE = "doctor"
CODE = re.compile(r"\bKOE\d{3}\b")
UNREGISTERED, LOGIN_OFF, NO_SUCH_KEY, ITEM_OFF = "KOE006", "KOE004", "KOE101", "KOE205"
BAD_SECRET = "KOE010"  # noqa: S105 - the name of an error
SECONDS_APART = 30


async def key(patient: Patient) -> Finding:
    """Look whether Kakao accepts key and secret, by a code that cannot be one."""
    try:
        await patient.kakao.exchange_code(NO_CODE, new_verifier())
    except GrantInvalid:
        return Finding.ok("doctor-kakao-ok")
    except (Unavailable, Unreachable, LostAnswer):
        raise TimeoutError from None
    except AppFault as fault:
        return _app_fault(str(fault.code))
    except KakaoError as error:
        return Finding.failure("doctor-kakao-odd", code=str(error.code))
    return Finding.failure("doctor-kakao-odd", code="-")


async def redirect(patient: Patient) -> Finding:
    """Look whether Kakao knows the address that logins return to."""
    code = await _refusal(patient, ())
    if code is None:
        return Finding.ok("doctor-redirect-ok", address=patient.config.redirect_uri)
    if code == UNREGISTERED:
        return Finding.failure("doctor-redirect-missing", address=patient.config.redirect_uri)
    return _app_fault(code)


async def consents(patient: Patient) -> Finding:
    """Look whether the app has switched on the consent items that members are asked for."""
    if await _refusal(patient, ()) is not None:
        return Finding.later("doctor-consents-later")
    missing = [scope for scope in FRIENDS_SCOPES if await _refusal(patient, (scope,)) == ITEM_OFF]
    if not missing:
        return Finding.ok("doctor-consents-ok")
    items = ", ".join(missing)
    if missing == [FRIENDS]:
        return Finding.warning("doctor-consents-friends", items=items)
    return Finding.failure("doctor-consents-missing", items=items)


async def calendar(patient: Patient) -> Finding:
    """Look whether members can be asked for their calendars, where that is switched on."""
    if not patient.config.kakao_calendar:
        return Finding.ok("doctor-calendar-off")
    if await _refusal(patient, (TALK_CALENDAR,)) is not None:
        return Finding.failure("doctor-calendar-missing", items=TALK_CALENDAR)
    return Finding.ok("doctor-calendar-ok")


async def clock(patient: Patient) -> Finding:
    """Look whether our clock goes right, by Kakao's."""
    address = patient.config.kakao_auth_url
    try:
        async with patient.browser.get(address, allow_redirects=False) as response:
            theirs = parsedate_to_datetime(response.headers[hdrs.DATE]).timestamp()
    except (KeyError, ValueError):
        return Finding.warning("doctor-clock-unknown")
    apart = round(abs(patient.now() - theirs))
    if apart > SECONDS_APART:
        return Finding.failure("doctor-clock-wrong", seconds=apart)
    return Finding.ok("doctor-clock-ok")


async def api(patient: Patient) -> Finding:
    """Look whether Kakao takes messages, by one without content that it refuses."""
    address = patient.config.kakao_api_url
    try:
        await patient.kakao.ask(NO_CODE)
    except (Unavailable, Unreachable, LostAnswer):
        return _unreachable("KAKAO_API_URL", address)
    return Finding.ok("doctor-kakao-api-ok", address=address)


async def sharing(patient: Patient) -> Finding:
    """Look whether `/share` is switched on."""
    on = bool(patient.config.kakao_javascript_key)
    return Finding.ok("doctor-sharing-ok") if on else Finding.warning("doctor-sharing-off")


async def _refusal(patient: Patient, scopes: Sequence[str]) -> str | None:
    """Return the code on Kakao's page when it lets nobody log in like this."""
    address = patient.kakao.authorize_url(state=NO_CODE, scopes=scopes, verifier=new_verifier())
    async with patient.browser.get(address, allow_redirects=False) as response:
        if HTTPStatus.MULTIPLE_CHOICES <= response.status < HTTPStatus.BAD_REQUEST:
            found = CODE.search(response.headers.get(hdrs.LOCATION, ""))
        else:
            found = CODE.search(await response.text())
            if found is None and response.status >= HTTPStatus.BAD_REQUEST:
                return str(response.status)
    return found[0] if found else None


def _app_fault(code: str) -> Finding:
    known = {
        NO_SUCH_KEY: "doctor-kakao-key",
        BAD_SECRET: "doctor-kakao-secret",
        LOGIN_OFF: "doctor-kakao-login-off",
        UNREGISTERED: "doctor-kakao-odd",
    }
    return Finding.failure(known.get(code, "doctor-kakao-odd"), code=code)


def _answering(look: Look) -> Look:
    """Let a check say so when Kakao does not answer it."""

    async def careful(patient: Patient) -> Finding:
        try:
            return await look(patient)
        except (ClientError, TimeoutError, OSError):
            return _unreachable("KAKAO_AUTH_URL", patient.config.kakao_auth_url)

    return careful


def _unreachable(setting: str, address: str) -> Finding:
    return Finding.failure("doctor-kakao-unreachable", setting=setting, address=address)


CHECKS = (
    Check("kakao-key", _answering(key)),
    Check("kakao-api", api),
    Check("kakao-redirect", _answering(redirect)),
    Check("kakao-consents", _answering(consents)),
    Check("kakao-sharing", sharing),
    Check("kakao-calendar", _answering(calendar)),
    Check("clock", _answering(clock)),
)
