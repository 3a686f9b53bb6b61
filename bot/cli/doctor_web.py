"""Whether members' browsers and Kakao find us, and what stands between them and us."""

import asyncio
import secrets
import ssl
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any

from aiohttp import ClientConnectorCertificateError, ClientError, ClientResponse, ClientSSLError
from yarl import URL

from bot.cli.findings import Check, Finding, Patient
from bot.web.doctor import MARK, address_for

# What a proxy says while nobody is behind it.
NOBODY_BEHIND = {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
DAY = 24 * 60 * 60
DAYS_TO_RENEW = 14
CONNECT_SECONDS = 10


async def public_url(patient: Patient) -> Finding:
    """Look whether members' browsers find us."""
    address = patient.config.public_url
    try:
        async with patient.browser.get(f"{address}/healthz", allow_redirects=False) as response:
            if patient.is_new and response.status in NOBODY_BEHIND:
                return Finding.later("doctor-public-later", address=address)
            return await _reached(address, response)
    except (ClientConnectorCertificateError, ClientSSLError):
        return Finding.failure("doctor-public-certificate", address=address)
    except (ClientError, TimeoutError, OSError):
        return _unreachable(patient)


async def certificate(patient: Patient) -> Finding:
    """Look for how long the certificate of the public address is good."""
    url = URL(patient.config.public_url)
    if url.scheme != "https":
        return Finding.ok("doctor-certificate-none")
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            days = await _days_left(patient, str(url.host), int(url.port or 0))
    except ssl.SSLCertVerificationError as error:
        reason = error.verify_message
        return Finding.failure("doctor-certificate-bad", address=str(url), reason=reason)
    except (TimeoutError, OSError):
        return Finding.later("doctor-certificate-later", address=str(url))
    if days <= DAYS_TO_RENEW:
        return Finding.warning("doctor-certificate-soon", days=days)
    return Finding.ok("doctor-certificate-ok", days=days)


async def proxy(patient: Patient) -> Finding:
    """Look what the proxy passes on, by asking ourselves through it."""
    config = patient.config
    nonce = secrets.token_hex(16)
    address = address_for(config.public_url, config.raw_token_keys[0], patient.now(), nonce)
    try:
        async with patient.browser.get(address, allow_redirects=False) as response:
            seen = await response.json() if response.status == HTTPStatus.OK else None
    except (ClientError, TimeoutError, OSError, ValueError):
        seen = None
    if not isinstance(seen, dict) or MARK not in seen:
        return Finding.later("doctor-proxy-later", address=config.public_url)
    return _passed_on(URL(config.public_url), seen)


async def webhooks(patient: Patient) -> Finding:
    """Look whether Kakao's notices get through: we send ourselves one that is about nobody."""
    key = patient.config.kakao_admin_key.get_secret_value()
    if not key:
        return Finding.warning("doctor-webhooks-off")
    address = f"{patient.config.public_url}/webhooks/kakao/unlink"
    try:
        async with patient.browser.post(
            address,
            data={"user_id": "0", "referrer_type": "UNLINK_FROM_APPS"},
            headers={"Authorization": f"KakaoAK {key}"},
            allow_redirects=False,
        ) as response:
            status = response.status
    except (ClientError, TimeoutError, OSError):
        return _unreachable(patient)
    if status == HTTPStatus.OK:
        return Finding.ok("doctor-webhooks-ok", address=address)
    if patient.is_new and status in NOBODY_BEHIND:
        return Finding.later("doctor-public-later", address=patient.config.public_url)
    if status == HTTPStatus.MISDIRECTED_REQUEST:
        return Finding.failure("doctor-public-misdirected", address=address)
    if status not in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return Finding.failure("doctor-public-other", address=address, status=status)
    return Finding.failure("doctor-webhooks-refused", address=address, status=status)


def _unreachable(patient: Patient) -> Finding:
    address = patient.config.public_url
    if patient.is_new:
        return Finding.later("doctor-public-later", address=address)
    return Finding.failure("doctor-public-unreachable", address=address)


async def _reached(address: str, response: ClientResponse) -> Finding:
    if response.status == HTTPStatus.SERVICE_UNAVAILABLE:
        return Finding.warning("doctor-public-unwell", address=address)
    if response.status == HTTPStatus.MISDIRECTED_REQUEST:
        return Finding.failure("doctor-public-misdirected", address=address)
    if response.status != HTTPStatus.OK:
        return Finding.failure("doctor-public-other", address=address, status=response.status)
    url = URL(address)
    if url.scheme != "https" and not _is_this_machine(url):
        return Finding.warning("doctor-public-http", address=address)
    return Finding.ok("doctor-public-ok", address=address)


async def _days_left(patient: Patient, host: str, port: int) -> int:
    reader, writer = await asyncio.open_connection(host, port, ssl=patient.trust)
    try:
        shown = writer.get_extra_info("peercert")
    finally:
        reader.feed_eof()
        writer.transport.abort()
    return int((ssl.cert_time_to_seconds(shown["notAfter"]) - patient.now()) // DAY)


def _passed_on(public: URL, seen: dict[str, Any]) -> Finding:
    wanted = {public.host_port_subcomponent, f"{public.host_subcomponent}:{public.port}"}
    missing = [] if seen["forwarding"] else ["proxy_set_header X-Forwarded-For $remote_addr;"]
    if str(seen["host"]).lower() not in wanted:
        lines = " ".join(["proxy_set_header Host $server_name;", *missing])
        return Finding.failure(
            "doctor-proxy-host", host=seen["host"], wanted=public.authority, lines=lines
        )
    if public.scheme == "http" and public.port == seen["port"]:
        return Finding.ok("doctor-proxy-none")
    if missing:
        return Finding.warning("doctor-proxy-silent", lines=missing[0], peer=str(seen["peer"]))
    # A chain of proxies tells of each; the first is the one that browsers see.
    scheme = str(seen["scheme"]).partition(",")[0].strip().lower()
    if scheme and scheme != public.scheme:
        return Finding.warning("doctor-proxy-scheme", scheme=scheme, wanted=public.scheme)
    return Finding.ok("doctor-proxy-ok", peer=str(seen["peer"]))


def _is_this_machine(url: URL) -> bool:
    try:
        return ip_address(url.host or "").is_loopback
    except ValueError:
        return url.host == "localhost"


CHECKS = (
    Check("public-url", public_url),
    Check("certificate", certificate),
    Check("proxy", proxy),
    Check("webhooks", webhooks),
)
