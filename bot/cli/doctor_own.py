"""Whether our own web server, database, keys and dictionary are as they should be."""

from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import ClientConnectorCertificateError, ClientError, ClientResponse, ClientSSLError

from bot.cli.findings import Check, Finding, Patient, unopened
from bot.services.highlights.matching.analyser import is_there
from storage.backup import BadBackup, check
from storage.database import StorageError, open_database, sqlite_path
from storage.rotation import Rotation
from storage.vault import Vault


async def public_url(patient: Patient) -> Finding:
    """Look whether members' browsers find us."""
    address = patient.config.public_url
    try:
        async with patient.browser.get(f"{address}/healthz", allow_redirects=False) as response:
            return await _reached(address, response)
    except (ClientConnectorCertificateError, ClientSSLError):
        return Finding.failure("doctor-public-certificate", address=address)
    except (ClientError, TimeoutError, OSError):
        return Finding.failure("doctor-public-unreachable", address=address)


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
            through = response.status == HTTPStatus.OK
    except (ClientError, TimeoutError, OSError):
        return Finding.failure("doctor-public-unreachable", address=address)
    if through:
        return Finding.ok("doctor-webhooks-ok", address=address)
    return Finding.failure("doctor-webhooks-refused", address=address, status=response.status)


async def database(patient: Patient) -> Finding:
    """Look whether the database opens and is sound."""
    try:
        path = sqlite_path(patient.config.database_url)
        if path is not None and path.exists():
            check(path)
        async with open_database(patient.config.database_url, exclusive=False) as opened:
            await opened.ping()
    except BadBackup as error:
        return Finding.failure("doctor-database-damaged", error=str(error))
    except StorageError as error:
        return unopened(error)
    return Finding.ok("doctor-database-ok")


async def keys(patient: Patient) -> Finding:
    """Look whether the keys open every token."""
    try:
        async with open_database(patient.config.database_url, exclusive=False) as opened:
            rotation = Rotation(opened, Vault(patient.config.raw_token_keys))
            shut, old = await rotation.shut(), await rotation.left()
    except StorageError as error:
        return unopened(error)
    if shut:
        return Finding.failure("doctor-keys-missing", count=shut)
    return Finding.warning("doctor-keys-old", count=old) if old else Finding.ok("doctor-keys-ok")


async def korean(_: Patient) -> Finding:
    """Look whether words that are typed without spaces can be told apart."""
    return Finding.ok("doctor-korean-ok") if is_there() else Finding.warning("doctor-korean-plain")


async def _reached(address: str, response: ClientResponse) -> Finding:
    if response.status == HTTPStatus.SERVICE_UNAVAILABLE:
        return Finding.warning("doctor-public-unwell", address=address)
    if response.status != HTTPStatus.OK:
        return Finding.failure("doctor-public-other", address=address, status=response.status)
    if urlsplit(address).scheme != "https" and not _is_this_machine(address):
        return Finding.warning("doctor-public-http", address=address)
    return Finding.ok("doctor-public-ok", address=address)


def _is_this_machine(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


CHECKS = (
    Check("public-url", public_url),
    Check("webhooks", webhooks),
    Check("database", database),
    Check("keys", keys),
    Check("korean", korean),
)
