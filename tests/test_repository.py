"""What surrounds the code says the same as the code: make, hooks, editors."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


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


def test_editors_and_ruff_agree_on_the_length_of_a_line() -> None:
    assert f"max_line_length = {PROJECT['tool']['ruff']['line-length']}\n" in read(".editorconfig")
