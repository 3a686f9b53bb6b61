"""What stands in `deploy/` fits the program as it is."""

import json
import re
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from prometheus_client.parser import text_string_to_metric_families
from typer.testing import CliRunner

from bot.__main__ import cli
from tests.support.world import open_world

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
NAME = re.compile(r"\b(?:kkachi|process)_[a-z_]+\b")
# A histogram has them beside its name.
ENDINGS = ("_bucket", "_count", "_sum")
NAMES = ("kkachi", "kkachi-backup")
UNITS = sorted(DEPLOY.glob("*.service")) + sorted(DEPLOY.glob("*.timer"))


def expressions() -> list[str]:
    """Return what is asked of Prometheus, by the alerts and by the dashboard."""
    alerts = (DEPLOY / "prometheus-alerts.yaml").read_text(encoding="utf-8")
    board: dict[str, Any] = json.loads((DEPLOY / "grafana.json").read_text(encoding="utf-8"))
    asked = re.findall(r"^ +expr: (.+)$", alerts, re.MULTILINE)
    assert len(asked) == len(re.findall(r"^ +- alert: ", alerts, re.MULTILINE)) > 5
    return [*asked, *(target["expr"] for one in board["panels"] for target in one["targets"])]


async def test_alerts_and_dashboard_ask_for_metrics_that_there_are(tmp_path: Path) -> None:
    async with (
        open_world(tmp_path) as world,
        ClientSession() as browser,
        browser.get(f"{world.public_url}/metrics") as response,
    ):
        text = await response.text()
    there = {
        family.name + ("_total" if family.type == "counter" else "")
        for family in text_string_to_metric_families(text)
    }
    there |= {name + ending for name in there for ending in ENDINGS}
    asked = {name for one in expressions() for name in NAME.findall(one)}
    assert len(asked) > 15
    assert asked <= there


def test_the_alerts_are_indented_as_yaml_wants_it_and_have_all_parts() -> None:
    text = (DEPLOY / "prometheus-alerts.yaml").read_text(encoding="utf-8")
    rules = text.split("      - alert: ")[1:]
    assert all(
        re.search(r"^          severity: (critical|warning)$", one, re.MULTILINE) for one in rules
    )
    assert all(re.search(r"^          summary: \S", one, re.MULTILINE) for one in rules)
    # A brace begins a mapping where nothing quotes it.
    assert re.findall(r": [^\"\n]*{{", text) == []


def test_the_compose_file_works_where_its_first_line_puts_it() -> None:
    text = (DEPLOY / "compose.example.yaml").read_text(encoding="utf-8")
    assert text.startswith("# cp deploy/compose.example.yaml compose.yaml && ")
    [context] = re.findall(r"context: (\S+)", text)
    [file] = re.findall(r"dockerfile: (\S+)", text)
    assert (ROOT / context / file).samefile(ROOT / "Containerfile")
    assert re.findall(r"env_file: (\S+)", text) == [".env"]


def options(path: Path) -> ConfigParser:
    unit = ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign] # as ConfigParser documents it
    unit.read(path)
    return unit


def test_both_services_have_the_settings_the_folder_and_the_program_in_common() -> None:
    kkachi, backup = (options(DEPLOY / f"{name}.service")["Service"] for name in NAMES)
    for name in ("User", "EnvironmentFile", "WorkingDirectory", "StateDirectory"):
        assert kkachi[name] == backup[name]
    assert kkachi["RestartPreventExitStatus"] == "2"
    assert (
        f"--env-file {kkachi['EnvironmentFile']} doctor" in (DEPLOY / "kkachi.service").read_text()
    )


@pytest.mark.parametrize("unit", NAMES)
def test_what_a_unit_starts_is_a_command_with_such_options(unit: str) -> None:
    program, *arguments = options(DEPLOY / f"{unit}.service")["Service"]["ExecStart"].split()
    assert program.endswith("/.venv/bin/kkachi")
    command, given = arguments[0], {one for one in arguments if one.startswith("--")}
    shown = CliRunner().invoke(cli, [command, "--help"], env={"COLUMNS": "200", "TERM": "dumb"})
    assert shown.exit_code == 0
    assert all(one in shown.output for one in given)


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_understands_each_unit(unit: Path) -> None:
    analyse = shutil.which("systemd-analyze")
    if analyse is None:
        pytest.skip("there is no systemd-analyze here")
    done = subprocess.run(  # noqa: S603 - our own unit
        [analyse, "verify", unit], capture_output=True, text=True, check=False
    )
    complaints = [line for line in done.stderr.splitlines() if unit.name in line]
    assert [one for one in complaints if "is not executable" not in one] == []
