"""What surrounds the code says the same as the code: make, hooks, workflow, forms."""

import json
import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests import mutants

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NEWEST_PYTHON = 13
YAML = sorted([*ROOT.glob(".github/**/*.yml"), *ROOT.glob(".pre-commit-config.yaml")])


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def make(*arguments: str, here: Path) -> list[str]:
    """Return the lines that make prints in a folder where nothing is made yet."""
    done = subprocess.run(  # noqa: S603 - our own Makefile
        ["make", "--file", ROOT / "Makefile", *arguments],  # noqa: S607 - whichever make is there
        cwd=here,
        # Without what the make that runs this suite hands down.
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout.splitlines()


def test_make_help_lists_every_target_and_installs_nothing(tmp_path: Path) -> None:
    lines = make("help", here=tmp_path)
    targets = re.findall(r"^([a-z]+):(?!=)", read("Makefile"), re.MULTILINE)
    assert [line.split()[:2] for line in lines] == [["make", target] for target in targets]
    assert targets[0] == "help"
    assert not (tmp_path / ".venv").exists()


def test_the_hooks_run_what_make_check_runs(tmp_path: Path) -> None:
    hooks = re.findall(r"^ +entry: (.+)$", read(".pre-commit-config.yaml"), re.MULTILINE)
    assert hooks == make("--dry-run", "--old-file", ".venv/.dev", "check", here=tmp_path)


def test_the_workflow_does_what_a_fresh_clone_does_on_every_python() -> None:
    workflow = read(".github/workflows/ci.yml")
    oldest = int(PROJECT["project"]["requires-python"].removeprefix(">=3."))
    versions = [f"3.{minor}" for minor in range(oldest, NEWEST_PYTHON + 1)]
    assert f"python: {json.dumps(versions)}\n" in workflow
    assert re.findall(r"\brun: (.+)", workflow)[0] == ".ci/run"


def test_the_workflow_looks_for_known_weaknesses_of_all_that_is_pinned() -> None:
    _, _, audit = read(".github/workflows/ci.yml").partition("pip-audit==")
    assert sorted(re.findall(r"-r (\S+)", audit)) == sorted(p.name for p in ROOT.glob("*.lock"))


def test_mistakes_in_every_module_are_looked_for_by_tests_that_are_there() -> None:
    found = {module: mutants.tests_of(module) for module in mutants.modules(mutants.FOLDERS)}
    assert "storage/vault.py" in found
    assert [file for files in found.values() for file in files if not (ROOT / file).exists()] == []


# GitHub reads them, nothing of ours does: a parser would be a dependency for this alone.
@pytest.mark.parametrize("path", YAML, ids=lambda path: path.name)
def test_yaml_goes_in_by_two_spaces_at_a_time(path: Path) -> None:
    depths = [0]
    for line in filter(str.strip, path.read_text(encoding="utf-8").splitlines()):
        assert "\t" not in line
        depths.append(len(line) - len(line.lstrip()))
        assert depths[-1] in range(0, depths[-2] + 3, 2), line


def test_whoever_reports_a_bug_is_asked_for_the_doctor_and_kept_from_giving_tokens() -> None:
    form = read(".github/ISSUE_TEMPLATE/bug.yml")
    assert "python -m bot doctor" in form
    assert "no tokens" in form


@pytest.mark.parametrize("language", ["", ".ko"])
def test_the_readme_leads_to_where_a_weakness_is_reported(language: str) -> None:
    page = f"SECURITY{language}.md"
    assert f"]({page})" in read(f"README{language}.md")
    assert "Report a vulnerability" in read(page)


def test_editors_and_ruff_agree_on_the_length_of_a_line() -> None:
    assert f"max_line_length = {PROJECT['tool']['ruff']['line-length']}\n" in read(".editorconfig")
