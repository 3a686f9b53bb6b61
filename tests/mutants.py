"""Put small mistakes into one module after the other and list those that no test notices.

python -m tests.mutants storage/vault.py bot/services/privacy

Without arguments: all of bot/services, bot/kakao and storage, which takes a day.
"""

import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
# mutmut copies what it changes, and reads its settings where it runs.
ROOM = ROOT / "build" / "mutants"
LINKED = ("bot", "cogs", "storage", "sandbox", "benchmarks", "docs", "examples", "tests")
FOLDERS = ("bot/services", "bot/kakao", "storage")
# What only puts parts together, or never changes again.
SPARED = frozenset({"build.py", "__init__.py", "migrations"})
RESULT = re.compile(r"^ {4}(\S+): (.+)$", re.MULTILINE)
TRIES = 3
# What the types refuse needs no test.
REFUSED = "caught by type check"
WORDS = {"survived": "no test notices it", "no tests": "no test comes there"}

GATES = "unit/gates unit/gates_again unit/gates_of_events"
FOUND = f"{GATES} unit/judged unit/gaps unit/turns unit/dispatcher unit/side_by_side"
SENT = (
    "unit/deliveries unit/first_answer unit/unclear_answers unit/relinking unit/outages"
    " unit/fairness unit/workers unit/allowance"
)
# Which tests are about what; those of the longest name that fits are run.
TESTS: Mapping[str, str] = {
    "bot/kakao": "unit/kakao_answers unit/kakao_client unit/kakao_errors unit/kakao_messages"
    " unit/kakao_templates unit/templates",
    "bot/kakao/bubble.py": "unit/bubble",
    "bot/services": "unit/supervision unit/locks unit/cache unit/bounds unit/kakao_codes"
    " unit/clock_set_back unit/links",
    "bot/services/accounts": "unit/links unit/links_meanwhile unit/unsaved_tokens"
    " unit/relinking unit/webhooks unit/clock_set_back",
    "bot/services/accounts/links.py": "unit/links unit/links_meanwhile unit/unsaved_tokens"
    " unit/webhooks",
    "bot/services/accounts/tokens.py": "unit/unsaved_tokens",
    "bot/services/accounts/visibility.py": "unit/visible_to_whom",
    "bot/services/cards": "unit/cards unit/layout unit/markdown unit/gates_of_events",
    "bot/services/compose": "unit/compose_forms unit/templates",
    "bot/services/deliveries": f"{SENT} unit/clock_set_back",
    "bot/services/deliveries/image": "unit/images",
    "bot/services/deliveries/outbox.py": "unit/first_answer unit/deliveries",
    "bot/services/forwarding": "unit/forwarding unit/share",
    "bot/services/forwarding/lists.py": "journeys/several",
    "bot/services/highlights": f"{FOUND} unit/clock_set_back",
    "bot/services/highlights/emoji.py": "unit/reactions",
    "bot/services/highlights/gates.py": GATES,
    "bot/services/highlights/matching": "unit/matcher unit/words",
    "bot/services/highlights/planner.py": "unit/planner unit/schedule",
    "bot/services/highlights/reactions.py": "unit/reactions",
    "bot/services/highlights/schedule.py": "unit/planner unit/schedule unit/unreadable_rows",
    "bot/services/messages": f"{GATES} unit/forwarding unit/bounds",
    "bot/services/operations": "unit/supervision journeys/telemetry",
    "bot/services/privacy": "unit/privacy",
    "bot/services/servers": "unit/settings unit/statistics unit/gates_again unit/cache",
    "bot/services/subscriptions": f"{GATES} unit/turns unit/cache unit/clock_set_back",
    "storage": f"unit/storage unit/storage_links unit/storage_deliveries unit/erasing {SENT}"
    f" {FOUND} unit/unreadable_rows unit/webhooks unit/share unit/forwarding unit/settings"
    " unit/statistics unit/backup unit/keys",
    "storage/links.py": "unit/storage_links unit/links unit/relinking unit/keys",
    "storage/visibilities.py": "unit/storage_visibilities unit/visible_to_whom",
    "storage/vault.py": "unit/vault unit/storage_links unit/keys",
}


def main(names: Iterable[str]) -> None:
    """Print for each module how many mistakes were made, and those that went unnoticed."""
    for module in modules(names):
        # On a busy machine a test may fail that waits for something.
        if not any(is_run(module) for _ in range(TRIES)):
            sys.exit(f"{module}: mutmut came to no end, see {ROOM / 'log'}")
        report(module)


def is_run(module: str) -> bool:
    """Let mutmut change a module, and tell whether it came to its end."""
    make_room(module, tests_of(module))
    with (ROOM / "log").open("w") as log:
        subprocess.run([mutmut(), "run"], cwd=ROOM, stdout=log, stderr=log, check=False)
    is_changed = (ROOM / "mutants" / f"{module}.meta").exists()
    return is_changed and "not checked" not in results().values()


def modules(names: Iterable[str]) -> Iterator[str]:
    """Yield the modules that these files and folders hold."""
    for name in names:
        path = ROOT / name
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            module = file.relative_to(ROOT)
            if SPARED.isdisjoint(module.parts):
                yield str(module)


def tests_of(module: str) -> list[str]:
    """Return the files of tests that are run for a module."""
    name = max((name for name in TESTS if module.startswith(name)), key=len)
    return [f"tests/{file.replace('/', '/test_')}.py" for file in TESTS[name].split()]


def make_room(module: str, tests: list[str]) -> None:
    """Make a folder in which mutmut changes this module and runs these tests."""
    shutil.rmtree(ROOM / "mutants", ignore_errors=True)
    ROOM.mkdir(parents=True, exist_ok=True)
    for name in LINKED:
        if not (ROOM / name).exists():
            (ROOM / name).symlink_to(ROOT / name)
    chosen = {"only_mutate": [module], "pytest_add_cli_args_test_selection": tests}
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in chosen.items())
    settings = (ROOT / "pyproject.toml").read_text()
    section = "[tool.mutmut]\n"
    (ROOM / "pyproject.toml").write_text(settings.replace(section, section + lines))


def mutmut() -> Path:
    """Return the program beside the Python that runs this."""
    return Path(sys.executable).with_name("mutmut")


def ask(*arguments: str) -> str:
    """Return what mutmut knows of the module that it has changed last."""
    asked: list[str | Path] = [mutmut(), *arguments]
    told = subprocess.run(asked, cwd=ROOM, capture_output=True, encoding="utf-8", check=True)
    return told.stdout


def results() -> dict[str, str]:
    """Return what became of each mistake."""
    return dict(RESULT.findall(ask("results", "--all", "true")))


def report(module: str) -> None:
    """Print how it went for a module."""
    found = results()
    counted = Counter(found.values())
    unnoticed = [(mistake, how) for mistake, how in found.items() if how in WORDS]
    made = len(found) - counted[REFUSED]
    print(f"{module}: {len(unnoticed)} of {made} go unnoticed ({dict(counted)})", flush=True)
    for mistake, how in unnoticed:
        print(f"\n{WORDS[how]}:\n{ask('show', mistake).strip()}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:] or FOLDERS)
