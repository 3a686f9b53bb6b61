"""What each command of `python -m bot` imports, and what it says of itself."""

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from bot.__main__ import COMMANDS, cli, command
from tests.support.world import ROOT

HEAVY = {
    *("aiohttp", "aiosqlite", "alembic", "cryptography", "discord", "fluent", "httpx", "jinja2"),
    *("PIL", "prometheus_client", "pydantic_settings", "rich", "sqlalchemy"),
}
IMPORTED = """
import json, sys
from bot.__main__ import cli
try:
    cli(sys.argv[1:])
except SystemExit:
    print(json.dumps([*sys.modules]), file=sys.stderr)
"""


def imported(*arguments: str) -> set[str]:
    """Return which packages a command has imported when it ends."""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", IMPORTED, *arguments],
        cwd=ROOT, capture_output=True, text=True, check=True, input="",
    )  # fmt: skip
    modules: list[str] = json.loads(done.stderr.splitlines()[-1])
    return {name.partition(".")[0] for name in modules}


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (["--help"], set()),
        (["no-such-command"], set()),
        (["match", "-"], {"fluent"}),
        (["backup", "--help"], HEAVY - {"aiohttp", "discord", "httpx", "jinja2", "PIL", "rich"}),
    ],
    ids=["help", "no such command", "match", "help of backup"],
)
def test_a_command_imports_only_what_it_needs(arguments: list[str], needed: set[str]) -> None:
    assert imported(*arguments) & HEAVY <= needed


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_of_itself_what_the_list_says(name: str) -> None:
    shown = CliRunner().invoke(cli, ["--help"], env={"COLUMNS": "200"}).output
    assert f"  {name}  " in shown
    says = COMMANDS[name][1]
    info = command(name).info
    own = info.help if name == "keys" else command(name).registered_commands[0].callback.__doc__
    assert (own or says).partition("\n")[0] == says


def test_a_command_has_its_own_options_and_help() -> None:
    shown = CliRunner().invoke(cli, ["backup", "--help"]).output
    assert "--keep" in shown
    assert "backup [OPTIONS] {FILE}" in shown


def test_no_command_stands_in_for_one_that_there_is_not() -> None:
    ended = CliRunner().invoke(cli, ["bakup"])
    assert ended.exit_code == 2
    assert "Did you mean 'backup'?" in ended.output
