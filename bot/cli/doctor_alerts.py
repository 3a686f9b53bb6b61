"""Whether the operator's own address can be told of troubles; nothing is sent there."""

from http import HTTPStatus

from aiohttp import ClientError, hdrs

from bot.alarms import form_of
from bot.cli.findings import Check, Finding, Patient

GONE = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE}


async def address(patient: Patient) -> Finding:
    """Look whether somebody answers at ALERT_URL.

    Discord says of each of its webhooks whether it is there. Of others only a real alarm can tell
    whether they take it; they are asked by HEAD, which does nothing.
    """
    url = patient.config.alert_url.get_secret_value()
    if not url:
        return Finding.ok("doctor-alert-url-none")
    is_discord = form_of(url, patient.config.alert_form) == "discord"
    method = hdrs.METH_GET if is_discord else hdrs.METH_HEAD
    try:
        async with patient.browser.request(method, url, allow_redirects=False) as response:
            status = response.status
    except (ClientError, TimeoutError, OSError, ValueError):
        return Finding.failure("doctor-alert-url-unreachable")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Finding.failure("doctor-alert-url-unreachable")
    if is_discord and status in GONE:
        return Finding.failure("doctor-alert-url-gone")
    return Finding.ok("doctor-alert-url-ok")


CHECKS = (Check("alert-url", address),)
