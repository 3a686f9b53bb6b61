"""The rules that hold the layers apart, read from the code itself."""

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from fluent.syntax import FluentParser
from fluent.syntax import ast as ftl

from bot.config import Config
from bot.texts import LOCALES, Locale, _parsed, catalogue_files, with_particle

ROOT = Path(__file__).parents[1]
LONGEST = 50
PACKAGES = ("bot", "cogs", "storage", "sandbox")

# What may be imported only here.
HOME = {
    "discord": ("cogs/", "bot/discord/", "sandbox/discord/"),
    "httpx": ("bot/kakao/", "sandbox/"),
    "httpx_aiohttp": ("bot/kakao/",),
    "aiohttp": (
        "bot/web/",
        "bot/kakao/http.py",
        "bot/cli/",
        "bot/pictures.py",
        "bot/alarms.py",
        "bot/discord/",
        "sandbox/",
    ),
    "jwt": ("bot/services/accounts/security_events.py", "sandbox/"),
    "PIL": (
        "bot/services/deliveries/image_file.py",
        "bot/services/servers/chart.py",
        "sandbox/",
    ),
    "prometheus_client": ("bot/services/operations/metrics.py",),
    "sqlalchemy": ("storage/",),
    "asyncpg": ("storage/",),
    "alembic": ("storage/",),
    "aiosqlite": ("storage/",),
    "os.environ": (),
}
# Who may not import what.
FORBIDDEN = {
    "bot/kakao/": (
        "bot.services",
        "bot.web",
        "bot.app",
        "bot.wiring",
        "bot.discord",
        "storage",
        "cogs",
    ),
    "bot/services/": ("bot.web", "bot.app", "bot.wiring", "bot.discord", "cogs"),
    "bot/web/": ("bot.app", "bot.wiring", "bot.discord", "storage", "cogs"),
    "bot/discord/": ("bot.app", "bot.wiring", "bot.web", "bot.kakao.client", "cogs"),
    "cogs/": ("bot.app", "bot.wiring", "bot.web", "bot.config"),
    "storage/": ("bot", "cogs"),
    "sandbox/": ("bot", "cogs", "storage"),
    "sandbox/discord/": ("discord", "sandbox.kakao", "sandbox.demo"),
    "sandbox/kakao/": ("sandbox.discord", "sandbox.demo"),
    "bot/": ("sandbox", "tests"),
}
# The rooms of bot/services, from the bottom; each imports only from rooms below it, or nothing.
LAYERS = (
    {"alarms", "clock", "listeners", "locks", "kakao_codes", "messages"},
    {"breaker", "cache"},
    {"processes"},
    {"resources"},
    {"cards", "accounts", "decisions"},
    {"deliveries", "privacy"},
    {"servers", "forwarding", "operations"},
    {"compose", "highlights"},
    {"subscriptions"},
    {"calendar"},
    {"services"},
)
HANDED_ON = {"_answers.py", "_kkachi.py"}
"""The old names of what stands in `bot.discord`; they stay for one release."""


def modules() -> list[str]:
    return sorted(
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
    )


@cache
def tree(module: str) -> ast.Module:
    return ast.parse((ROOT / module).read_text(encoding="utf-8"))


@cache
def imports(module: str) -> tuple[str, ...]:
    return tuple(_imports(module))


def _imports(module: str) -> Iterator[str]:
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative import"
            for alias in node.names:
                submodule = ROOT / str(node.module).replace(".", "/") / f"{alias.name}.py"
                yield f"{node.module}.{alias.name}" if submodule.exists() else str(node.module)


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def imported() -> Iterator[tuple[str, str]]:
    """Return each module and what it imports, one after the other."""
    return ((module, name) for module in modules() for name in imports(module))


def test_every_library_stays_in_its_layer() -> None:
    assert [
        f"{module} imports {name}"
        for module, name in imported()
        for library, homes in HOME.items()
        if within(name, library) and not module.startswith(homes)
    ] == []


def test_nobody_imports_from_a_layer_above() -> None:
    assert [
        f"{module} imports {name}"
        for module, name in imported()
        for place, packages in FORBIDDEN.items()
        if module.startswith(place) and any(within(name, package) for package in packages)
    ] == []


def room_of(name: str) -> str | None:
    """Return the room of bot/services that a module or a path belongs to."""
    parts = name.removesuffix(".py").replace("/", ".").split(".")
    is_room = parts[:2] == ["bot", "services"] and len(parts) > 2 and parts[2] != "__init__"
    return parts[2] if is_room else None


def test_the_services_import_only_downwards() -> None:
    level = {room: number for number, rooms in enumerate(LAYERS) for room in rooms}
    rooms = ((module, name, room_of(module), room_of(name)) for module, name in imported())
    assert [
        f"{module} imports {name}"
        for module, name, here, there in rooms
        if here and there not in {None, here} and level[str(there)] >= level[here]
    ] == []


def test_every_room_of_the_services_has_its_layer() -> None:
    here = {path.stem for path in (ROOT / "bot/services").iterdir() if path.name[0] not in "_."}
    assert here == set().union(*LAYERS)


def test_no_cog_imports_another_cog() -> None:
    def cog(name: str) -> str:
        return name.removesuffix(".py").replace("/", ".").split(".")[1]

    crossing = [
        f"{module} imports {name}"
        for module in modules()
        if module.startswith("cogs/") and module != "cogs/__init__.py"
        for name in imports(module)
        if within(name, "cogs") and cog(name) != cog(module)
    ]
    assert crossing == []


def test_no_file_below_cogs_begins_with_an_underscore_but_the_old_names() -> None:
    files = {path.name for path in (ROOT / "cogs").rglob("_*.py")} - {"__init__.py"}
    assert files == HANDED_ON


def test_the_old_names_hand_on_what_stands_in_the_new_places() -> None:
    for old in ("bot.client", "cogs._answers", "cogs._kkachi"):
        module = import_module(old)
        for name in module.__all__:
            assert getattr(module, name).__module__.startswith("bot.discord") or name == "AnyBot"


def test_nobody_waits_with_what_may_forget_a_cancellation() -> None:
    # Before Python 3.12 `asyncio.wait_for` does when what it waits for ends at the same moment.
    waiting = [
        module
        for module in modules()
        if not module.startswith("sandbox/")
        and "wait_for(" in (ROOT / module).read_text(encoding="utf-8")
    ]
    assert waiting == []


def test_no_class_name_stands_twice_among_the_services() -> None:
    names = Counter(
        node.name
        for module in modules()
        if module.startswith("bot/services/")
        for node in ast.walk(tree(module))
        if isinstance(node, ast.ClassDef)
    )
    assert [name for name, count in names.items() if count > 1] == []


def test_no_function_is_longer_than_fifty_lines() -> None:
    assert [
        f"{module}: {node.name}"
        for module in modules()
        for node in ast.walk(tree(module))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= LONGEST
    ] == []


def test_there_are_no_import_cycles() -> None:
    known = {
        m.removesuffix(".py").removesuffix("/__init__").replace("/", "."): m for m in modules()
    }
    graph = {
        name: {target for target in map(str, imports(path)) if target in known and target != name}
        for name, path in known.items()
    }
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " → ".join((*trail, name))
        if name not in done:
            for target in graph[name]:
                visit(target, (*trail, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def test_the_wheel_and_the_container_hold_the_program_alone() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = project["tool"]["setuptools"]["packages"]["find"]["include"]
    folders = [path.name for path in ROOT.iterdir() if path.is_dir()]
    packages = {name for name in folders for one in patterns if fnmatch(name, one)}
    copied = re.findall(r"^COPY (\w+) \1$", (ROOT / "Containerfile").read_text(), re.MULTILINE)
    assert packages == set(copied) == {"bot", "cogs", "storage"}


def test_only_config_reads_the_environment() -> None:
    readers = [
        module
        for module in modules()
        if not module.startswith("sandbox/")
        and re.search(r"\bos\.(environ|getenv)\b", (ROOT / module).read_text(encoding="utf-8"))
    ]
    assert readers == []


@pytest.mark.parametrize("page", [".env.example", "README.md"])
def test_every_setting_is_documented(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    missing = [name.upper() for name in Config.model_fields if name.upper() not in text]
    assert missing == []


def entries(locale: Locale) -> dict[str, set[str]]:
    """Return every key of a language with the names of the arguments that its text takes."""
    found: dict[str, set[str]] = {}
    for path in catalogue_files(locale):
        for entry in FluentParser().parse(path.read_text(encoding="utf-8")).body:
            assert not isinstance(entry, ftl.Junk), f"{path.name}: {entry.content}"
            if isinstance(entry, ftl.Message):
                assert entry.id.name not in found, f"{path.name}: {entry.id.name} twice"
                values = {entry.id.name: entry.value}
                values |= {f"{entry.id.name}.{a.id.name}": a.value for a in entry.attributes}
                for key, value in values.items():
                    found[key] = set(variables(value)) if value else set()
    return found


def variables(node: ftl.BaseNode) -> Iterator[str]:
    if isinstance(node, ftl.VariableReference):
        yield node.id.name
    for child in vars(node).values():
        for item in child if isinstance(child, list) else [child]:
            if isinstance(item, ftl.BaseNode):
                yield from variables(item)


def test_both_languages_have_the_same_texts_with_the_same_arguments() -> None:
    korean, english = (entries(locale) for locale in LOCALES)
    assert korean == english


@pytest.mark.parametrize("locale", LOCALES)
def test_a_text_that_is_read_by_itself_is_what_its_file_says(locale: Locale) -> None:
    for path in catalogue_files(locale):
        for entry in FluentParser().parse(path.read_text(encoding="utf-8")).body:
            if isinstance(entry, ftl.Message | ftl.Term):
                name = f"-{entry.id.name}" if isinstance(entry, ftl.Term) else entry.id.name
                [alone, *_] = _parsed(locale, name).body
                assert alone.equals(entry, ignored_fields=["span", "comment"]), name


def test_every_text_is_used() -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for package in ("bot", "cogs")
        for path in (ROOT / package).rglob("*")
        if path.suffix in {".py", ".html"}
    )
    # Some keys end in a word of the program: f"delivery-{reason}", f"page-{reason}-title".
    families = {match.rstrip("-") for match in re.findall(r'f"([a-z]+-[a-z-]*)\{', code)}
    unused = [
        key
        for key in entries("ko")
        if "." not in key
        and key not in code
        and not any(key.startswith(f"{family}-") for family in families)
    ]
    assert unused == []


def test_no_particle_stands_within_the_quotes_of_its_word() -> None:
    texts = (path.read_text(encoding="utf-8") for path in catalogue_files("ko"))
    assert [found for text in texts for found in re.findall(r".*['‘`]\{ PARTICLE.*", text)] == []


@pytest.mark.parametrize(
    ("word", "particle", "expected"),
    [
        ("민지", "이", "민지가"),
        ("지훈", "이", "지훈이"),
        ("서울", "으로", "서울로"),
        ("부산", "으로", "부산으로"),
        ("Sam", "은", "Sam은"),
        ("Anna", "은", "Anna는"),
        ("7", "을", "7을"),
        ("2", "을", "2를"),
        ("까치(bot)", "과", "까치(bot)와"),
        ("bot", "과", "bot과"),
        (
            "https://kkachi.example/oauth/kakao/callback",
            "이",
            "https://kkachi.example/oauth/kakao/callback이",
        ),
        ("KakaoTalk", "으로", "KakaoTalk으로"),
        ("unlink", "이", "unlink가"),
        ("Discord", "을", "Discord를"),
        ("Tiger", "은", "Tiger는"),
        ("note", "을", "note를"),
        ("King", "이에요", "King이에요"),
        ("Bill", "으로", "Bill로"),
        ("DM", "을", "DM을"),
        ("AS", "을", "AS를"),
        ("v2.1", "이", "v2.1이"),
        ("🎉", "을", "🎉를"),
    ],
)
def test_a_particle_fits_the_word_before_it(word: str, particle: str, expected: str) -> None:
    assert with_particle(word, particle) == expected
