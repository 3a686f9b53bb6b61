"""Write docs/commands*.md and docs/settings*.md from the code: `make docs`."""

import asyncio
import base64
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic_core import PydanticUndefined

from bot.app import open_services
from bot.config import Config
from bot.discord.client import KkachiClient
from bot.discord.plugin import attach
from bot.discord.translator import CommandTexts
from bot.texts import LOCALES, Locale

HERE = Path(__file__).parent
Json = Mapping[str, Any]
COMMANDS: Mapping[Locale, str] = {"en": "commands.md", "ko": "commands.ko.md"}
SETTINGS: Mapping[Locale, str] = {"en": "settings.md", "ko": "settings.ko.md"}
SUBCOMMAND, GROUP = 1, 2
NOTHING = "-"
HEAD_OF_COMMANDS: Mapping[Locale, str] = {
    "en": "# Every command\n\n`make docs` writes this page from the code.\n",
    "ko": "# 모든 명령어\n\n이 문서는 `make docs`가 코드에서 만들어요.\n",
}
HEAD_OF_SETTINGS: Mapping[Locale, str] = {
    "en": """\
# Every setting

Read from the environment, then from `.env`. Missing or wrong ones end the program at once, one line
for each, with exit status 2. `make docs` writes this page from the code.

| name | default | meaning |
|---|---|---|
""",
    "ko": """\
# 모든 설정

환경 변수에서 먼저 읽고, 없으면 `.env`에서 읽어요. 없거나 틀린 설정이 있으면 한 줄씩 알려 주고
종료 상태 2로 바로 끝나요. 이 문서는 `make docs`가 코드에서 만들어요.

| 이름 | 기본값 | 뜻 |
|---|---|---|
""",
}
MENUS: Mapping[Locale, str] = {"en": "Message menus", "ko": "메시지 메뉴"}
MEANINGS: Mapping[str, tuple[str, str]] = {
    "discord_token": ("bot token", "봇 토큰"),
    "discord_api_url": (
        "where Discord is; the gateway address comes from there",
        "디스코드 주소. 게이트웨이 주소도 여기서 알아내요",
    ),
    "discord_client_secret": (
        "for Linked Roles, and for `LINK_PROOF=discord`",
        "연결된 역할과 `LINK_PROOF=discord`에 써요",
    ),
    "link_proof": (
        "what makes a link good: `code`, digits from the Kakao chat; `discord`, a login there",
        "`code`는 카카오톡에 온 번호를, `discord`는 디스코드 로그인을 확인하고 연결해요",
    ),
    "user_install": (
        "menus and `/compose` where Kkachi is no member, for who has added it to their account",
        "까치를 자기 계정에 추가한 멤버가, 까치가 없는 곳에서도 메뉴와 `/compose`를 써요",
    ),
    "kakao_rest_api_key": ("the key members log in with", "멤버가 로그인할 때 쓰는 REST API 키"),
    "kakao_client_secret": ("the secret of that key", "그 키의 클라이언트 시크릿"),
    "kakao_admin_key": (
        "the primary admin key: verifies Kakao's webhooks and ends connections that are left there",
        "대표 어드민 키. 카카오 웹훅을 확인하고, 끊기지 않은 연결을 끊는 데 써요",
    ),
    "kakao_javascript_key": ("the key of the page behind `/share`", "`/share` 페이지의 키"),
    "kakao_app_id": (
        "the app's id: webhooks of other apps are refused",
        "앱 ID. 다른 앱의 웹훅은 거절해요",
    ),
    "kakao_auth_url": ("where Kakao Login is", "카카오 로그인 주소"),
    "kakao_api_url": ("where Kakao's API is", "카카오 API 주소"),
    "kakao_sdk_url": ("Kakao's JavaScript SDK", "카카오 자바스크립트 SDK"),
    "kakao_sdk_integrity": ("its hash", "그 SDK의 해시"),
    "kakao_link_domains": (
        "the app's other web domains, comma-separated",
        "앱에 등록한 다른 웹 도메인. 쉼표로 나눠요",
    ),
    "kakao_calendar": (
        "scheduled events in members' Talk Calendars; the consent item `talk_calendar` must be set",
        "예정된 이벤트를 멤버의 톡캘린더에 넣어요. 동의항목 `talk_calendar`를 먼저 설정하세요",
    ),
    "kakao_images": (
        "`upload` sends a card's picture to Kakao first",
        "`upload`이면 카드의 사진을 먼저 카카오에 올려요",
    ),
    "kakao_images_unreachable": (
        "with `link`: `upload` lets Kakao fetch each picture, and uploads what it cannot reach",
        "`link`일 때 `upload`이면 카카오가 사진을 먼저 가져가 보고, 가져가지 못한 사진은 올려요",
    ),
    "kakao_app_daily": ("sends of the app a day", "앱 전체가 하루에 보내는 횟수"),
    "kakao_sender_daily": ("sends of one sender a day", "한 사람이 하루에 보내는 횟수"),
    "kakao_recipient_daily": ("sends to one recipient a day", "한 사람이 하루에 받는 횟수"),
    "kakao_pair_daily": (
        "sends from one to another a day; also to oneself",
        "한 사람이 한 사람에게 하루에 보내는 횟수. 나에게 보내는 것도 같아요",
    ),
    "kakao_reset_hour": (
        "the hour in Korea at which Kakao's day begins",
        "카카오의 하루가 시작하는 시각 (한국 시간)",
    ),
    "public_url": (
        "the web server's address as people outside see it",
        "밖에서 보이는 웹 서버 주소",
    ),
    "web_host": ("where it listens", "웹 서버가 듣는 주소"),
    "web_port": ("its port", "웹 서버의 포트"),
    "database_url": (
        "the database; `postgresql+asyncpg://…` works too",
        "데이터베이스. `postgresql+asyncpg://…`도 돼요",
    ),
    "token_keys": (
        "comma-separated base64 keys of 32 bytes; the first encrypts, all decrypt",
        "32바이트 base64 키. 쉼표로 나눠요. 첫 번째로 암호화하고 모두로 풀어요",
    ),
    "roles": (
        "what this process does: `gateway`, `sender`, `web`, comma-separated ([more](scale.md))",
        "이 프로세스가 맡는 일: `gateway`, `sender`, `web`을 쉼표로 이어요([자세히](scale.ko.md))",
    ),
    "shards": (
        "the servers that this process listens to, as Discord counts them: `0-4/10`, or `0/2`",
        "이 프로세스가 듣는 서버의 범위(디스코드의 샤드): `0-4/10`이나 `0/2`처럼 적어요",
    ),
    "cogs": (
        "the cogs to load, comma-separated; your own modules can be among them",
        "불러올 기능의 모듈. 쉼표로 나누고, 직접 만든 모듈도 넣을 수 있어요",
    ),
    "alert_channel_id": (
        "a Discord channel where Kkachi writes when something needs a person",
        "사람이 필요할 때 까치가 글을 쓸 디스코드 채널",
    ),
    "alert_url": (
        "a webhook that is told the same, also while Discord is away",
        "같은 내용을 받을 웹훅. 디스코드가 멈췄을 때도 알려요",
    ),
    "alert_form": (
        "what that webhook takes: `json`, `discord`, `slack` or `ntfy`; else the address tells",
        "그 웹훅의 형식: `json`, `discord`, `slack`, `ntfy`. 비워 두면 주소를 보고 정해요",
    ),
    "metrics_token": (
        "lets others than this machine read `/metrics`, as a bearer token",
        "다른 컴퓨터에서 `/metrics`를 읽을 때 쓰는 토큰",
    ),
    "keep_texts_days": (
        "how long texts wait in the database for what cannot be sent",
        "보내지 못한 글을 보관하는 날수",
    ),
    "keep_receipts_days": ("how long receipts of sends are kept", "보낸 기록을 보관하는 날수"),
    "grace_days": (
        "how long what belongs to a server is kept after leaving it",
        "서버를 떠난 뒤 그 서버의 것을 보관하는 날수",
    ),
    "operator_name": ("who answers for this Kkachi", "이 운영자"),
    "operator_contact": ("how to reach them", "운영자의 연락처"),
    "operator_invite": (
        "the invitation to your Discord server, a button on the front page",
        "디스코드 서버 초대 링크. 첫 페이지에 버튼으로 나와요",
    ),
    "log_format": ("`text` for people, `json` for programs", "사람은 `text`, 프로그램은 `json`"),
    "log_level": ("`DEBUG`, `INFO`, `WARNING` or `ERROR`", "`DEBUG`, `INFO`, `WARNING`, `ERROR`"),
}


def settings_page(locale: Locale) -> str:
    """Return the page about all settings in one language."""
    rows = []
    for name, field in Config.model_fields.items():
        required = {"en": "required", "ko": "필수"}[locale]
        missing = field.default is PydanticUndefined
        default = required if missing else _default(name, field.default, locale)
        rows.append(f"| `{name.upper()}` | {default} | {MEANINGS[name][locale == 'ko']} |\n")
    return HEAD_OF_SETTINGS[locale] + "".join(rows)


def _default(name: str, value: object, locale: Locale) -> str:
    if name == "cogs":
        return {"en": "all of ours", "ko": "모두"}[locale]
    if name in {"roles", "shards"}:
        return {"en": "all", "ko": "모두"}[locale]
    plain = getattr(value, "get_secret_value", lambda: value)()
    return f"`{plain}`" if plain not in ("", 0, ()) or name == "kakao_reset_hour" else "–"


def commands_page(locale: Locale, payload: Sequence[Json]) -> str:
    """Return the page about all commands in one language."""
    parts = [HEAD_OF_COMMANDS[locale]]
    slash = [one for one in payload if one["type"] == SUBCOMMAND]
    for command in slash:
        _, description = _words(command, locale)
        parts.append(f"\n## `/{command['name']}`{_also(command, locale)}\n\n{description}\n\n")
        parts += [_line(steps, one, locale) for steps, one in _leaves(command, ())]
    parts.append(f"\n## {MENUS[locale]}\n\n")
    menus = [one for one in payload if one["type"] != SUBCOMMAND]
    parts += [f"- *{_words(one, locale)[0]}*\n" for one in menus]
    return "".join(parts)


def _leaves(command: Json, steps: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Json]]:
    here = (*steps, command["name"])
    below = [one for one in command.get("options", []) if one["type"] in (SUBCOMMAND, GROUP)]
    if not below:
        yield here, command
    for one in below:
        yield from _leaves(one, here)


def _line(steps: Sequence[str], command: Json, locale: Locale) -> str:
    _, description = _words(command, locale)
    lines = [f"- **`/{' '.join(steps)}`**: {description}\n"]
    for option in command.get("options", []):
        name, about = _words(option, locale)
        optional = "" if option.get("required") else {"en": " (optional)", "ko": " (선택)"}[locale]
        lines.append(f"  - `{name}`{optional}: {about}\n")
    return "".join(lines)


def _words(part: Json, locale: Locale) -> tuple[str, str]:
    tag = "ko" if locale == "ko" else "en-US"
    name = part["name_localizations"].get(tag, part["name"])
    described = part.get("description_localizations") or {}
    return name, described.get(tag) or str(part.get("description", ""))


def _also(command: Json, locale: Locale) -> str:
    name = _words(command, locale)[0]
    return "" if name == command["name"] else f" · `/{name}`"


async def registered() -> list[Json]:
    """Return what Kkachi registers at Discord, without connecting to it."""
    with TemporaryDirectory() as folder:
        config = Config(
            _env_file=None,
            discord_token=NOTHING,
            kakao_rest_api_key=NOTHING,
            kakao_client_secret=NOTHING,
            public_url="https://kkachi.example",
            kakao_calendar=True,
            token_keys=base64.b64encode(bytes(32)).decode(),
            database_url=f"sqlite+aiosqlite:///{folder}/data/kkachi.db",
        )
        async with open_services(config) as services, KkachiClient(services) as client:
            await attach(client, services)
            translator = CommandTexts(services.texts)
            commands = client.tree.get_commands()
            return [await one.get_translated_payload(client.tree, translator) for one in commands]


async def main() -> None:
    """Write the pages."""
    found = await registered()
    for locale in LOCALES:
        (HERE / COMMANDS[locale]).write_text(commands_page(locale, found), encoding="utf-8")
        (HERE / SETTINGS[locale]).write_text(settings_page(locale), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
