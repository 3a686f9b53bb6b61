"""Kkachi without a checkout: as a wheel, from its sources, and as the Containerfile builds it."""

import asyncio
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.support.world import ROOT, World, open_world

CONTAINERFILE = (ROOT / "Containerfile").read_text(encoding="utf-8")
SOURCES = ("bot", "cogs", "storage", "pyproject.toml", "README.md", "LICENSE")
INSTALL = ("-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-index")
ALONE = ("--no-deps", "--no-build-isolation")
# Python reads every file of it for the first time.
FIRST_START = 90
CACHES = shutil.ignore_patterns("__pycache__")


def run(*command: str | Path, folder: Path, env: Mapping[str, str] | None = None) -> str:
    """Run a program that must succeed, and return what it prints."""
    done = subprocess.run(  # noqa: S603 - our own
        [str(part) for part in command],
        cwd=folder,
        env=dict(env) if env else None,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def empty_environment(folder: Path) -> Path:
    """Make a virtual environment that has what Kkachi needs, but for Kkachi; return its Python.

    What it needs is here already, so that nothing is fetched.
    """
    # The one that Python brings along may be too old to build anything.
    run(sys.executable, "-m", "venv", "--without-pip", folder, folder=ROOT)
    python = folder / "bin" / "python"
    found = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", folder=ROOT)
    (Path(found.strip()) / "needed.pth").write_text(sysconfig.get_path("purelib"))
    return python


def copied(folder: Path) -> Path:
    """Copy what packages are made of: building leaves files beside it."""
    folder.mkdir()
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=CACHES)
        else:
            shutil.copy(ROOT / name, folder)
    return folder


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A wheel and the sources, as they would be given to others."""
    made = tmp_path_factory.mktemp("packages")
    sources = copied(made / "sources")
    for kind in ("wheel", "sdist"):
        build = f"from setuptools import build_meta as b; b.build_{kind}({str(made)!r})"
        run(sys.executable, "-c", build, folder=sources)
    [wheel], [sdist] = made.glob("*.whl"), made.glob("*.tar.gz")
    return {"wheel": wheel, "sdist": sdist}


def test_the_wheel_holds_every_file_that_the_program_reads(packages: dict[str, Path]) -> None:
    with ZipFile(packages["wheel"]) as wheel:
        held = set(wheel.namelist())
    wanted = {
        str(path.relative_to(ROOT))
        for name in ("bot", "cogs", "storage")
        for path in (ROOT / name).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert wanted <= held
    assert not any(name.startswith(("sandbox", "tests", "docs")) for name in held)


def test_the_sources_make_the_same_wheel(packages: dict[str, Path], tmp_path: Path) -> None:
    make = ("-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-index")
    run(sys.executable, *make, *ALONE, packages["sdist"], folder=tmp_path)
    [made] = tmp_path.glob("*.whl")
    assert contents(made) == contents(packages["wheel"])


def contents(wheel: Path) -> dict[str, bytes]:
    with ZipFile(wheel) as files:
        return {name: files.read(name) for name in files.namelist()}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    (tmp_path / "kkachi.db").unlink()
    async with open_world(tmp_path, bot=False) as world:
        del world.settings["DATABASE_URL"], world.settings["TOKEN_KEYS"]
        yield world


def surroundings(folder: Path, settings: Mapping[str, str]) -> dict[str, str]:
    return {"PATH": os.defpath, "HOME": str(folder), "LANG": "C.UTF-8", **settings}


async def test_installed_it_is_set_up_looked_at_and_started(
    world: World, tmp_path: Path, packages: dict[str, Path]
) -> None:
    python = await asyncio.to_thread(empty_environment, tmp_path / "venv")
    await asyncio.to_thread(
        run, python, *INSTALL, *ALONE, "--ignore-installed", packages["wheel"], folder=tmp_path
    )
    kkachi, place = tmp_path / "venv/bin/kkachi", tmp_path / "place"
    place.mkdir()
    given = surroundings(place, world.settings)

    setup = ("setup", "--no-input", "--no-watch", "--lang", "en")
    said = await asyncio.to_thread(run, kkachi, *setup, folder=place, env=given)
    assert "The settings are in .env" in said
    out = await asyncio.to_thread(run, kkachi, "doctor", "--json", folder=place, env=given)
    states = {line["state"] for line in json.loads(out)}
    assert states <= {"ok", "warning", "later"}

    process = await asyncio.create_subprocess_exec(
        kkachi, cwd=place, env=given, stderr=asyncio.subprocess.PIPE
    )
    await world.until_healthy(FIRST_START)
    process.terminate()
    await asyncio.wait_for(process.communicate(), 15)
    assert process.returncode == 0
    assert (place / "data/kkachi.db").is_file()


def steps(word: str) -> list[str]:
    """Return what stands behind a word of the Containerfile."""
    return re.findall(rf"^{word} (.+)$", CONTAINERFILE, re.MULTILINE)


async def test_the_steps_of_the_containerfile_lead_to_a_kkachi_that_is_well(
    world: World, tmp_path: Path
) -> None:
    opt, data, source = tmp_path / "opt", tmp_path / "data", tmp_path / "src"
    source.mkdir()
    data.mkdir()
    for step in steps("COPY"):
        if not step.startswith("--from"):
            copy(step, source)
    python = await asyncio.to_thread(empty_environment, opt)
    needed, own = (one for one in steps("RUN") if "pip install" in one)
    assert "python -m venv /opt/kkachi" in needed
    assert "--require-hashes -r requirements.lock" in needed
    assert (source / "requirements.lock").is_file()
    _, _, *options = shlex.split(own)
    chosen = [one for one in options if one != "--no-cache-dir"]
    await asyncio.to_thread(run, python, *INSTALL, "-I", *chosen, folder=source)

    env = dict(pair.split("=", 1) for step in steps("ENV") for pair in shlex.split(step))
    env["DATABASE_URL"] = env["DATABASE_URL"].replace("/data", str(data))
    keys = {"TOKEN_KEYS": run(opt / "bin/kkachi", "keys", "new", folder=data).strip()}
    given = surroundings(data, env | world.settings | keys)
    [entry], [command], [check] = steps("ENTRYPOINT"), steps("CMD"), steps("HEALTHCHECK")
    started = [one.replace("/opt/kkachi", str(opt)) for one in json.loads(entry)]
    process = await asyncio.create_subprocess_exec(
        *started, *json.loads(command), cwd=data, env=given, stderr=asyncio.subprocess.PIPE
    )
    await world.until_healthy(FIRST_START)
    asked = json.loads(check.partition("CMD ")[2])
    port = world.settings["WEB_PORT"]
    mended = [one.replace("/opt/kkachi", str(opt)).replace("8080", port) for one in asked]
    await asyncio.to_thread(run, *mended, folder=data)
    [stop] = steps("STOPSIGNAL")
    assert stop == "SIGTERM"
    process.terminate()
    await asyncio.wait_for(process.communicate(), 15)
    assert process.returncode == 0


def copy(step: str, target: Path) -> None:
    *names, place = step.split()
    for name in names:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target / place, ignore=CACHES)
        else:
            shutil.copy(ROOT / name, target)


@pytest.mark.parametrize("page", ["README.md", "README.ko.md"])
def test_the_readme_tells_of_a_checkout_and_of_a_package(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert "make .venv/.run" in text
    assert "pipx install" in text
    assert "kkachi setup" in text
