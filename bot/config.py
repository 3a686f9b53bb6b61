"""The only reader of the environment."""

import base64
import binascii
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.env_files import ENV_FILE, ENV_FILES
from storage.duties import ALL, ROLES, Duties, Shards

DISCORD_API_URL = "https://discord.com/api/v10"
DISCORD_CDN_URL = "https://cdn.discordapp.com"
KAKAO_AUTH_URL = "https://kauth.kakao.com"
KAKAO_SHARER_URL = "https://sharer.kakao.com"
KAKAO_SDK_URL = "https://t1.kakaocdn.net/kakao_js_sdk/2.8.3/kakao.min.js"
KAKAO_SDK_INTEGRITY = "sha384-oroumrnFVE0xtgqyDZJARgERibXg2C28380uaUZz2kHDS5CR7tu20eGiOU6GkTpy"
KEY_BYTES = 32


SEVERAL = (
    "one of several processes needs the PostgreSQL that all of them share; "
    "set DATABASE_URL=postgresql+asyncpg://… (docs/scale.md)"
)


class ConfigError(Exception):
    """Settings are missing or wrong; `lines` holds one readable line for each."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


COGS = (
    "cogs.link",
    "cogs.forward",
    "cogs.share",
    "cogs.accounts",
    "cogs.compose",
    "cogs.settings",
    "cogs.privacy",
    "cogs.alarms",
    "cogs.watch",
    "cogs.highlight",
    "cogs.events",
    "cogs.notify",
    "cogs.welcome",
)


class Config(BaseSettings):
    """The settings of the operator, each named like its environment variable in lower case."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True
    )

    discord_token: SecretStr = Field(min_length=1)
    discord_api_url: str = DISCORD_API_URL
    discord_client_secret: SecretStr = SecretStr("")
    link_proof: Literal["code", "discord"] = "code"
    user_install: bool = True
    kakao_rest_api_key: SecretStr = Field(min_length=1)
    kakao_client_secret: SecretStr = Field(min_length=1)
    kakao_admin_key: SecretStr = SecretStr("")
    kakao_javascript_key: str = ""
    kakao_app_id: str = ""
    kakao_auth_url: str = KAKAO_AUTH_URL
    kakao_api_url: str = "https://kapi.kakao.com"
    kakao_sdk_url: str = KAKAO_SDK_URL
    kakao_sdk_integrity: str = KAKAO_SDK_INTEGRITY
    kakao_link_domains: Annotated[tuple[str, ...], NoDecode] = ()
    kakao_calendar: bool = False
    kakao_images: Literal["link", "upload"] = "link"
    kakao_images_unreachable: Literal["keep", "upload"] = "keep"
    kakao_app_daily: int = Field(default=30_000, ge=1)
    kakao_sender_daily: int = Field(default=100, ge=1)
    kakao_recipient_daily: int = Field(default=100, ge=1)
    kakao_pair_daily: int = Field(default=20, ge=1)
    kakao_reset_hour: int = Field(default=0, ge=0, le=23)
    public_url: str
    web_host: str = "127.0.0.1"
    web_port: int = Field(default=8080, ge=0, le=65535)
    database_url: str = "sqlite+aiosqlite:///data/kkachi.db"
    token_keys: Annotated[tuple[SecretStr, ...], NoDecode]
    roles: Annotated[tuple[str, ...], NoDecode] = ROLES
    shards: Annotated[Shards, NoDecode] = ALL
    cogs: Annotated[tuple[str, ...], NoDecode] = COGS
    alert_channel_id: int = Field(default=0, ge=0)
    alert_url: SecretStr = SecretStr("")
    alert_form: Literal["", "json", "discord", "slack", "ntfy"] = ""
    metrics_token: SecretStr = SecretStr("")
    keep_texts_days: int = Field(default=7, ge=1, le=30)
    keep_receipts_days: int = Field(default=90, ge=1, le=365)
    grace_days: int = Field(default=7, ge=0, le=90)
    operator_name: str = ""
    operator_contact: str = ""
    operator_invite: str = ""
    log_format: Literal["text", "json"] = "text"
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")

    @field_validator(
        "discord_api_url", "kakao_auth_url", "kakao_api_url", "kakao_sdk_url", "public_url"
    )
    @classmethod
    def _address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("must be an address that starts with https:// (or http://)")
        if parts.query or parts.fragment or parts.username:
            raise ValueError("must be a plain address without user, query or fragment")
        return value.rstrip("/")

    @field_validator("alert_url")
    @classmethod
    def _webhook(cls, value: SecretStr) -> SecretStr:
        parts = urlsplit(value.get_secret_value())
        if any(parts) and (parts.scheme not in {"http", "https"} or not parts.hostname):
            raise ValueError("must be an address that starts with https:// (or http://)")
        return value

    @field_validator("operator_invite")
    @classmethod
    def _invitation(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme != "https" or not parts.hostname):
            raise ValueError("must be an address that starts with https://")
        return value

    @field_validator("link_proof")
    @classmethod
    def _proof(cls, value: str, info: ValidationInfo) -> str:
        secret = info.data.get("discord_client_secret")
        if value == "discord" and not (secret and secret.get_secret_value()):
            raise ValueError("discord needs DISCORD_CLIENT_SECRET: members show who they are there")
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        if not value.startswith(("sqlite+aiosqlite://", "postgresql+asyncpg://")):
            raise ValueError("must start with sqlite+aiosqlite:// or postgresql+asyncpg://")
        return value

    @field_validator("roles")
    @classmethod
    def _duties(cls, roles: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if not roles or not set(roles) <= set(ROLES):
            raise ValueError(f"must name some of {', '.join(ROLES)}")
        if set(roles) != set(ROLES) and _is_sqlite(info):
            raise ValueError(SEVERAL)
        return tuple(role for role in ROLES if role in roles)

    @field_validator("shards", mode="before")
    @classmethod
    def _parts(cls, value: object, info: ValidationInfo) -> object:
        if not isinstance(value, str):
            return value
        shards = Shards.read(value) if value else ALL
        if not shards.are_all and _is_sqlite(info):
            raise ValueError(SEVERAL)
        return shards

    @field_validator("token_keys", "kakao_link_domains", "roles", "cogs", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("token_keys")
    @classmethod
    def _keys(cls, keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if not keys:
            raise ValueError("must hold at least one base64 key of 32 bytes")
        for number, key in enumerate(keys, 1):
            if len(_decode(key.get_secret_value())) != KEY_BYTES:
                raise ValueError(f"key {number} is not base64 of 32 bytes")
        return keys

    @property
    def raw_token_keys(self) -> tuple[bytes, ...]:
        """The token keys, 32 bytes each; the first one encrypts, all decrypt."""
        return tuple(_decode(key.get_secret_value()) for key in self.token_keys)

    @property
    def duties(self) -> Duties:
        """What this process does of what there is to do."""
        return Duties(frozenset(self.roles), self.shards)

    @property
    def redirect_uri(self) -> str:
        """Where Kakao Login returns to; it must be registered at Kakao character for character."""
        return f"{self.public_url}/oauth/kakao/callback"

    @property
    def kakao_sharer_url(self) -> str:
        """Where Kakao's picker for shares is: beside its login when that is not Kakao's own."""
        return KAKAO_SHARER_URL if self.kakao_auth_url == KAKAO_AUTH_URL else self.kakao_auth_url

    @property
    def discord_cdn_url(self) -> str:
        """Where Discord's pictures are: beside the API when that is not Discord's own."""
        if self.discord_api_url == DISCORD_API_URL:
            return DISCORD_CDN_URL
        parts = urlsplit(self.discord_api_url)
        return f"{parts.scheme}://{parts.netloc}"


class Language(BaseSettings):
    """What says which language to speak; the first that is set, says POSIX."""

    lc_all: str = ""
    lc_messages: str = ""
    lang: str = ""


class Beginning(BaseSettings):
    """What a first set-up needs, as far as the environment has it already."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    discord_token: SecretStr = SecretStr("")
    kakao_rest_api_key: SecretStr = SecretStr("")
    kakao_client_secret: SecretStr = SecretStr("")
    public_url: SecretStr = SecretStr("")
    token_keys: SecretStr = SecretStr("")


def given_already() -> dict[str, str]:
    """Return the settings of a first set-up that the environment has; others are empty."""
    return {name: value.get_secret_value() for name, value in Beginning()}


def system_language() -> str | None:
    """Return the language that this system speaks, such as ko_KR.UTF-8, be it installed or not."""
    return next((value for _, value in Language() if value), None)


def read_config(values: Mapping[str, str]) -> Config:
    """Return the settings with these values before all others; raises ConfigError."""
    try:
        return Config(_env_file=None, **values)  # type: ignore[arg-type] # read from words, as ever
    except ValidationError as error:
        raise ConfigError([_line(e["loc"], e["type"], e["msg"]) for e in error.errors()]) from None


def _is_sqlite(info: ValidationInfo) -> bool:
    return str(info.data.get("database_url", "")).startswith("sqlite")


def _decode(key: str) -> bytes:
    try:
        return base64.b64decode(key, altchars=b"-_" if set(key) & set("-_") else None)
    except (binascii.Error, ValueError):
        return b""


def load_config(env_file: str | None = ENV_FILE) -> Config:
    """Read the environment, then the file `.env` or another one, which must be there.

    Raises ConfigError with one line for each setting that is missing or wrong; a line never
    repeats the value.
    """
    try:
        if env_file not in {None, ENV_FILE}:
            Path(str(env_file)).read_bytes()
        return Config(_env_file=env_file)
    except OSError as error:
        raise ConfigError([f"{env_file}: cannot be read: {error.strerror}"]) from None
    except ValidationError as error:
        raise ConfigError([_line(e["loc"], e["type"], e["msg"]) for e in error.errors()]) from None


def _line(location: tuple[int | str, ...], kind: str, message: str) -> str:
    name = str(location[0]).upper() if location else "settings"
    if kind in {"missing", "string_too_short", "too_short"}:
        return f"{name}: is missing; see .env.example"
    return f"{name}: {message.removeprefix('Value error, ')}"


def exposed_files(files: Iterable[str] = ENV_FILES) -> list[str]:
    """Return the files of settings that everybody on this machine may read or write."""
    return [file for file in sorted(files) if _mode(file) & stat.S_IRWXO]


def _mode(file: str) -> int:
    try:
        return Path(file).stat().st_mode
    except OSError:
        return 0
