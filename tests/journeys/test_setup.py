"""`kkachi setup`: asked, answered, looked at, written, and good for a start."""

import asyncio
import stat
from collections.abc import Mapping
from pathlib import Path

from typer.testing import CliRunner

from bot.__main__ import cli
from bot.config import load_config
from tests.support.world import World, open_world
from tests.unit.test_keys import ended

ASKED = ("DISCORD_TOKEN", "KAKAO_REST_API_KEY", "KAKAO_CLIENT_SECRET", "PUBLIC_URL")
ELSEWHERE = ("DISCORD_API_URL", "KAKAO_AUTH_URL", "KAKAO_API_URL", "WEB_PORT")


def some(world: World, names: tuple[str, ...]) -> dict[str, str]:
    return {name: world.settings[name] for name in names}


async def answered(folder: Path, around: Mapping[str, str], *lines: str) -> tuple[int, str]:
    """Let somebody type these lines where they are asked; return the status and what they read."""
    named = ("--env-file", str(folder / "asked.env"), "setup", "--lang", "en", "--no-watch")

    def run() -> tuple[int, str]:
        done = CliRunner().invoke(cli, named, input="\n".join([*lines, ""]), env=dict(around))
        return done.exit_code, done.output

    return await asyncio.to_thread(run)


async def test_whoever_is_asked_and_mistaken_is_asked_again_and_gets_settings_that_start(
    tmp_path: Path,
) -> None:
    async with open_world(tmp_path, bot=False) as world:
        token, key, secret, url = some(world, ASKED).values()
        around = some(world, ELSEWHERE)
        lines = ("not.the.token", token, key, "wrong", key, secret, "no address", url)
        status, read = await answered(tmp_path, around, *lines)
        assert status == 0
        for told in ("Reset Token", "KOE010", "PUBLIC_URL: must be", f"{url}/oauth/kakao/callback"):
            assert told in read
        assert token not in read
        file = tmp_path / "asked.env"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        config = load_config(str(file))
        assert (config.discord_token.get_secret_value(), config.public_url) == (token, url)
        assert [len(one) for one in config.raw_token_keys] == [32]
        status, read = await answered(tmp_path, around)
        assert (status, "exists already" in read) == (2, True)


async def test_without_questions_all_comes_from_the_environment_and_the_doctor_has_the_last_word(
    tmp_path: Path,
) -> None:
    async with open_world(tmp_path, bot=False) as world:
        around = some(world, ASKED) | some(world, ELSEWHERE)
        around["DATABASE_URL"] = f"sqlite+aiosqlite:///{tmp_path}/data/new.db"
        status, out = await ended(around, tmp_path, "setup", "--no-input", "--lang", "en")
        assert (status, "⏳ database" in out, (tmp_path / ".env").exists()) == (0, True, True)

        (tmp_path / ".env").unlink()
        wrong = around | {"KAKAO_CLIENT_SECRET": "wrong"}
        status, out = await ended(wrong, tmp_path, "setup", "--no-input", "--lang", "en")
        assert (status, "Nothing was written" in out, (tmp_path / ".env").exists()) == (
            2,
            True,
            False,
        )
        del around["PUBLIC_URL"]
        status, out = await ended(around, tmp_path, "setup", "--no-input", "--lang", "en")
        assert (status, "PUBLIC_URL: is missing in the environment" in out) == (2, True)
