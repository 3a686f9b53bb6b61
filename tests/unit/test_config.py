"""Settings, and how the program ends when they, or anything around it, are not as they must be."""

import asyncio
import base64
import shutil
import signal
import socket
import time
from configparser import ConfigParser
from pathlib import Path

import aiohttp
import pytest

from bot.cli.exit import OPERATOR_MISTAKE, TROUBLE
from bot.config import DISCORD_CDN_URL, Config, ConfigError, load_config
from storage.database import open_database
from storage.duties import EVERYTHING, Duties, Shards
from tests.support.processes import start_process
from tests.support.world import ROOT, TOKEN_KEY, free_port, open_world

GOOD = {
    "DISCORD_TOKEN": "a-token",
    "KAKAO_REST_API_KEY": "a-key",
    "KAKAO_CLIENT_SECRET": "a-secret",
    "PUBLIC_URL": "https://kkachi.example/",
    "TOKEN_KEYS": TOKEN_KEY,
}


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Config.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def load(monkeypatch: pytest.MonkeyPatch, **changes: str) -> Config:
    for name, value in {**GOOD, **changes}.items():
        monkeypatch.setenv(name, value)
    return load_config()


def complaints(monkeypatch: pytest.MonkeyPatch, **changes: str) -> list[str]:
    with pytest.raises(ConfigError) as error:
        load(monkeypatch, **changes)
    return error.value.lines


async def ended(settings: dict[str, str], folder: Path, *arguments: str) -> tuple[int, list[str]]:
    """Run the program and return its exit status and what it said on standard error."""
    process = await start_process(settings, folder, *arguments)
    _, stderr = await asyncio.wait_for(process.communicate(), 20)
    return process.returncode or 0, stderr.decode().splitlines()


# Settings


def test_an_invitation_that_is_no_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(monkeypatch, OPERATOR_INVITE="").operator_invite == ""
    invite = "https://discord.gg/kkachi"
    assert load(monkeypatch, OPERATOR_INVITE=invite).operator_invite == invite
    for wrong in ("discord.gg/kkachi", "javascript:alert(1)", "https:///x", "http://discord.gg/x"):
        [line] = complaints(monkeypatch, OPERATOR_INVITE=wrong)
        assert line.startswith("OPERATOR_INVITE: ")
        assert wrong not in line


async def test_a_file_of_settings_that_everybody_may_read_is_told_of_at_the_start(
    tmp_path: Path,
) -> None:
    (tmp_path / ".env").write_text("")
    told = ".env can be read by everybody on this machine: chmod o= .env"
    for mode, count in ((0o644, 1), (0o640, 0)):
        (tmp_path / ".env").chmod(mode)
        bad = GOOD | {"DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}"}
        status, lines = await ended(bad, tmp_path)
        assert (status, [line.endswith(told) for line in lines].count(True)) == (TROUBLE, count)


def test_good_settings_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    config = load(monkeypatch)
    assert config.redirect_uri == "https://kkachi.example/oauth/kakao/callback"
    assert config.raw_token_keys == (bytes(range(32)),)
    assert config.discord_cdn_url == DISCORD_CDN_URL
    assert config.web_port == 8080


def test_pictures_of_another_discord_are_beside_its_api(monkeypatch: pytest.MonkeyPatch) -> None:
    config = load(monkeypatch, DISCORD_API_URL="http://127.0.0.1:8701/api/v10")
    assert config.discord_cdn_url == "http://127.0.0.1:8701"


def test_a_file_beside_the_program_holds_settings_too(tmp_path: Path) -> None:
    lines = [f"{name}={value}" for name, value in GOOD.items()]
    (tmp_path / ".env").write_text("\n".join(lines), encoding="utf-8")
    assert load_config().public_url == "https://kkachi.example"


def test_no_secret_is_shown_with_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = repr(load(monkeypatch))
    for secret in ("a-token", "a-key", "a-secret", TOKEN_KEY):
        assert secret not in shown


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DISCORD_TOKEN", ""),
        ("DISCORD_API_URL", "discord.com"),
        ("KAKAO_REST_API_KEY", ""),
        ("KAKAO_CLIENT_SECRET", ""),
        ("KAKAO_AUTH_URL", "ftp://kauth.kakao.com"),
        ("KAKAO_API_URL", "//kapi.kakao.com"),
        ("PUBLIC_URL", "https://user@kkachi.example"),
        ("PUBLIC_URL", "https://kkachi.example/?page=1"),
        ("WEB_PORT", "eighty"),
        ("WEB_PORT", "70000"),
        ("DATABASE_URL", "mysql://kkachi"),
        ("TOKEN_KEYS", ""),
        ("TOKEN_KEYS", "not-base64!"),
        ("TOKEN_KEYS", base64.b64encode(b"too short").decode()),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_a_wrong_setting_is_named_and_never_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    [line] = complaints(monkeypatch, **{name: value})
    assert line.startswith(f"{name}: ")
    assert not value or value not in line


# How it ends


async def test_each_missing_setting_is_one_line_and_the_status_is_2(tmp_path: Path) -> None:
    status, lines = await ended({}, tmp_path)
    assert status == 2
    assert [line.partition(":")[0] for line in lines] == [
        "DISCORD_TOKEN",
        "KAKAO_REST_API_KEY",
        "KAKAO_CLIENT_SECRET",
        "PUBLIC_URL",
        "TOKEN_KEYS",
    ]


async def test_a_proof_by_discord_without_its_secret_is_one_line_and_the_status_is_2(
    tmp_path: Path,
) -> None:
    status, lines = await ended(GOOD | {"LINK_PROOF": "discord"}, tmp_path)
    assert status == OPERATOR_MISTAKE
    [line] = [line for line in lines if "LINK_PROOF" in line]
    assert "DISCORD_CLIENT_SECRET" in line


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ROLES", "gateway,postman"),
        ("ROLES", ","),
        ("SHARDS", "all"),
        ("SHARDS", "2/2"),
        ("SHARDS", "3-1/10"),
    ],
)
def test_a_part_that_there_is_not_is_a_wrong_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    url = "postgresql+asyncpg://kkachi@localhost/kkachi"
    [line] = complaints(monkeypatch, DATABASE_URL=url, **{name: value})
    assert line.startswith(f"{name}: ")


@pytest.mark.parametrize(("name", "value"), [("ROLES", "sender,web"), ("SHARDS", "0-4/10")])
def test_one_of_several_processes_upon_sqlite_is_told_what_it_needs(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    [line] = complaints(monkeypatch, **{name: value})
    assert line.startswith(f"{name}: one of several processes needs the PostgreSQL")
    assert "DATABASE_URL=postgresql+asyncpg://" in line
    url = "postgresql+asyncpg://kkachi@localhost/kkachi"
    assert load(monkeypatch, DATABASE_URL=url, **{name: value}).database_url == url


def test_a_process_does_everything_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(monkeypatch).duties == EVERYTHING
    url = "postgresql+asyncpg://kkachi@localhost/kkachi"
    config = load(monkeypatch, DATABASE_URL=url, ROLES="web, gateway", SHARDS="0-4/10")
    assert config.duties == Duties(frozenset({"gateway", "web"}), Shards(0, 4, 10))
    assert [config.shards.holds(number << 22) for number in (0, 4, 5, 9, 10)] == [
        *(True, True, False, False, True)
    ]
    assert str(config.shards) == "0-4/10"


async def test_a_database_in_use_is_one_line(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'kkachi.db'}"
    async with open_database(url):
        status, lines = await ended(GOOD | {"DATABASE_URL": url}, tmp_path)
    assert status == 1
    assert lines[-1].startswith("DATABASE_URL: ")
    assert "in use by another" in lines[-1]
    assert "one PostgreSQL" in lines[-1]
    assert len(lines) == 1


@pytest.mark.parametrize("command", [(), ("sync",)])
async def test_a_database_that_is_not_up_yet_is_one_line_and_worth_another_try(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    url = f"postgresql+asyncpg://kkachi:a-secret@127.0.0.1:{free_port()}/kkachi"
    status, lines = await ended(GOOD | {"DATABASE_URL": url}, tmp_path, *command)
    assert status == 1
    assert [line.partition(": ")[0] for line in lines] == ["DATABASE_URL"]
    assert "a-secret" not in lines[0]


@pytest.mark.parametrize(
    "url",
    [
        "sqlite+aiosqlite://",
        "sqlite+aiosqlite:///:memory:",
        "postgresql+asyncpg://kkachi:a-secret@localhost:none/kkachi",
    ],
)
async def test_an_address_that_is_none_of_a_database_is_a_wrong_setting(
    tmp_path: Path, url: str
) -> None:
    status, lines = await ended(GOOD | {"DATABASE_URL": url}, tmp_path)
    assert status == 2
    [line] = lines
    assert line.startswith("DATABASE_URL")
    assert "a-secret" not in line


async def test_the_folder_data_is_made_once_and_missed_when_it_is_gone(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = GOOD | {"WEB_PORT": str(taken.getsockname()[1])}
        await ended(settings, tmp_path)
        assert (tmp_path / "data" / "kkachi.db").exists()
        shutil.rmtree(tmp_path / "data")
        status, lines = await ended(settings, tmp_path)
    assert status == 1
    assert lines[-1].startswith(f"DATABASE_URL: {tmp_path / 'data' / 'kkachi.db'} is gone")
    assert not (tmp_path / "data").exists()


def test_whoever_starts_it_by_itself_tries_again_unless_a_setting_is_wrong() -> None:
    unit = ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign] # systemd minds capitals
    unit.read(ROOT / "deploy" / "kkachi.service")
    service = unit["Service"]
    assert service["Restart"] == "on-failure"
    assert service["RestartPreventExitStatus"] == str(OPERATOR_MISTAKE)
    assert TROUBLE != OPERATOR_MISTAKE


async def test_an_address_in_use_is_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        status, lines = await ended(GOOD | {"WEB_PORT": port}, tmp_path, "run")
    assert status == 1
    assert lines[-1].startswith("WEB_HOST, WEB_PORT: ")
    assert "Traceback" not in "\n".join(lines)


async def test_a_token_that_discord_refuses_is_one_line(tmp_path: Path) -> None:
    async with open_world(tmp_path, bot=False) as world:
        settings = world.settings | {"DISCORD_TOKEN": "not.the.token"}
        status, lines = await ended(settings, tmp_path)
    assert status == 2
    assert lines[-1] == "DISCORD_TOKEN: Discord does not accept this token"
    assert "not.the.token" not in "\n".join(lines)
    assert "Traceback" not in "\n".join(lines)


async def test_it_stops_when_told_to_and_leaves_with_0(tmp_path: Path) -> None:
    async with open_world(tmp_path, bot=False) as world:
        process = await start_process(world.settings, tmp_path)
        await world.until_healthy()
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        _, stderr = await asyncio.wait_for(process.communicate(), 10)
        assert process.returncode == 0
        assert time.monotonic() - began < 10
        assert "Traceback" not in stderr.decode()
        assert world.settings["DISCORD_TOKEN"] not in stderr.decode()


async def test_health_is_503_until_discord_can_be_reached(tmp_path: Path) -> None:
    async with open_world(tmp_path, bot=False) as world:
        world.discord.rest_down()
        starting = asyncio.create_task(world.start_bot())
        assert await health(world.public_url) == 503
        world.discord.rest_down(down=False)
        await starting
        assert await health(world.public_url) == 200


async def health(public_url: str) -> int:
    async with aiohttp.ClientSession() as browser, asyncio.timeout(20):
        while True:
            try:
                async with browser.get(f"{public_url}/healthz") as response:
                    return response.status
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.01)
