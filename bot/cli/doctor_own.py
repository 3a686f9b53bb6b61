"""Whether our own database, keys, files, modules and dictionary are as they should be."""

import stat
from importlib import import_module
from pathlib import Path

from bot.cli.findings import Check, Finding, Patient, unopened
from bot.services.highlights.matching.analyser import is_there
from storage.backup import BadBackup, check
from storage.copies import AIR, ROOM_FOR, size_of
from storage.database import StorageError, open_database, sqlite_path, version_of_server
from storage.rotation import Rotation
from storage.vault import Vault

MEGABYTE = 1024 * 1024
# PostgreSQL's own people look after it from then on.
OLDEST_POSTGRESQL = 14
LEAST_ROOM = 100 * MEGABYTE


async def database(patient: Patient) -> Finding:
    """Look whether the database opens and is sound."""
    try:
        path = sqlite_path(patient.config.database_url)
        if path is not None and path.is_file() and not patient.is_new:
            check(path)
        if patient.unopened is not None:
            return unopened(patient.unopened)
        async with open_database(
            patient.config.database_url, exclusive=False, as_it_is=True
        ) as opened:
            await opened.ping()
            version = await version_of_server(opened)
    except BadBackup as error:
        return Finding.failure("doctor-database-damaged", error=str(error))
    except StorageError as error:
        return unopened(error)
    if version is None:
        return Finding.ok("doctor-database-ok")
    if int(version.partition(".")[0]) < OLDEST_POSTGRESQL:
        return Finding.failure("doctor-database-server-old", version=version)
    return Finding.ok("doctor-database-server", version=version)


async def keys(patient: Patient) -> Finding:
    """Look whether the keys open every token."""
    if patient.unopened is not None:
        return unopened(patient.unopened)
    try:
        async with open_database(
            patient.config.database_url, exclusive=False, as_it_is=True
        ) as opened:
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


async def files(patient: Patient) -> Finding:
    """Look whether others on this machine can read the database."""
    path = _file(patient)
    if path is None:
        return Finding.ok("doctor-files-server")
    open_to_all = [
        one.name for one in sorted(path.parent.glob(f"{path.name}*")) if _is_open_to_all(one)
    ]
    if open_to_all:
        named = ", ".join(open_to_all)
        return Finding.warning("doctor-files-exposed", files=named, folder=str(path.parent))
    return Finding.ok("doctor-files-ok")


async def room(patient: Patient) -> Finding:
    """Look whether the disk has room for the database, and for the copy before an upgrade."""
    path = _file(patient)
    if path is None:
        return Finding.ok("doctor-room-server")
    folder = next(one for one in path.parents if one.exists())
    free = patient.free(folder)
    left = free // MEGABYTE
    if free < LEAST_ROOM:
        return Finding.failure("doctor-room-none", megabytes=left, folder=str(folder))
    wanted = ROOM_FOR * size_of(path) + AIR if path.exists() else 0
    if free < wanted:
        needed = wanted // MEGABYTE + 1
        return Finding.warning("doctor-room-little", megabytes=left, needed=needed)
    return Finding.ok("doctor-room-ok", megabytes=left)


async def cogs(patient: Patient) -> Finding:
    """Look whether every module of COGS is one that can be loaded."""
    broken = [one for name in patient.config.cogs if (one := _wrong_with(name))]
    if broken:
        return Finding.failure("doctor-cogs-broken", what="; ".join(broken))
    return Finding.ok("doctor-cogs-ok", count=len(patient.config.cogs))


def _wrong_with(name: str) -> str | None:
    try:
        module = import_module(name)
    except Exception as error:  # noqa: BLE001 - whatever a stranger's module raises
        return f"{name}: {type(error).__name__}: {error}"
    return None if hasattr(module, "setup") else f"{name}: no setup()"


def _file(patient: Patient) -> Path | None:
    try:
        return sqlite_path(patient.config.database_url)
    except StorageError:
        # What is wrong with it says the check of the database.
        return None


def _is_open_to_all(path: Path) -> bool:
    return path.is_file() and bool(path.stat().st_mode & stat.S_IRWXO)


CHECKS = (
    Check("database", database),
    Check("keys", keys),
    Check("files", files),
    Check("disk", room),
    Check("cogs", cogs),
    Check("korean", korean),
)
