"""Finds in the code which texts stand in labels, titles and placeholders: Discord limits each.

It follows a value back: through variables, branches and our own functions, and from a parameter to
whoever calls. What it cannot follow it says, so that nothing escapes unmeasured.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

ROOT = Path(__file__).parents[2]
# What Discord's documentation allows, in characters.
LIMITS = {
    "Button": {"label": 80},
    "Select": {"placeholder": 150},
    "UserSelect": {"placeholder": 150},
    "RoleSelect": {"placeholder": 150},
    "ChannelSelect": {"placeholder": 150},
    "SelectOption": {"label": 100, "description": 100},
    "TextInput": {"label": 45, "placeholder": 100},
    "Label": {"text": 45, "description": 100},
    "Modal": {"title": 45},
    "Embed": {"title": 256},
    "add_field": {"name": 256},
    "set_author": {"name": 256},
    "set_footer": {"text": 2048},
}
SAYING = {"say", "_say", "text", "say_in"}
ANY = "*"
DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Shown:
    """One thing that may stand there: a text of ours, written words, or what we cannot follow."""

    place: str
    limit: int
    kind: str
    """`key`, `words` or `foreign`."""
    value: str
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an expression stands."""

    module: str
    owner: str
    function: ast.FunctionDef | ast.AsyncFunctionDef | None


Function = ast.FunctionDef | ast.AsyncFunctionDef
Call = tuple[ast.Call, Scope]


class Code:
    """The code below some folders: who defines what, and who calls it."""

    def __init__(self, *folders: str) -> None:
        self._functions: dict[str, list[tuple[Function, Scope]]] = defaultdict(list)
        self._ours: set[tuple[str, str]] = set()
        self._bases: dict[str, list[str]] = {}
        self._calls: dict[str, list[Call]] = defaultdict(list)
        for folder in folders:
            for path in sorted((ROOT / folder).rglob("*.py")):
                module = str(path.relative_to(ROOT))
                self._read(ast.parse(path.read_text(encoding="utf-8")), Scope(module, "", None))

    def _read(self, node: ast.AST, scope: Scope) -> None:
        for child in ast.iter_child_nodes(node):
            inner = scope
            if isinstance(child, ast.ClassDef):
                self._bases[child.name] = [_last(base) for base in child.bases]
                inner = Scope(scope.module, child.name, None)
            elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                inner = Scope(scope.module, scope.owner, child)
                self._functions[child.name].append((child, inner))
            elif isinstance(child, ast.Call):
                for name in self._called(child, scope):
                    self._calls[name].append((child, scope))
            elif isinstance(child, ast.ImportFrom) and (child.module or "").startswith("bot."):
                self._ours |= {(scope.module, alias.name) for alias in child.names}
            self._read(child, inner)

    def _called(self, call: ast.Call, scope: Scope) -> Iterator[str]:
        name = _last(call.func)
        if name == "cls":
            yield scope.owner
        elif name == "__init__":  # super().__init__(…)
            yield f"super of {scope.owner}"
        elif isinstance(call.func, ast.Attribute):
            of = _last(call.func.value)
            yield from (name, f"{scope.owner if of == 'cls' else of}.{name}")
        else:
            yield name

    def limited(self) -> Iterator[Shown]:
        """Yield everything that may stand where Discord has a limit."""
        for name, parts in LIMITS.items():
            for call, scope in self._calls_of(name):
                for keyword in call.keywords:
                    if keyword.arg in parts:
                        where = f"{scope.module}:{call.lineno} {name}.{keyword.arg}"
                        whole = Shown(where, parts[keyword.arg], "foreign", "")
                        yield from self._follow(keyword.value, scope, whole)

    def _calls_of(self, name: str) -> Iterator[Call]:
        calls = self._calls[name]
        yield from (one for one in calls if (one[1].module, name) not in self._ours)
        for owner in self._bases:
            if name in self._family(owner):
                yield from self._calls[f"super of {owner}"]

    def _family(self, owner: str) -> set[str]:
        above = self._bases.get(owner, [])
        return set(above).union(*(self._family(one) for one in above))

    def _follow(
        self, node: ast.expr, scope: Scope, to: Shown, depth: int = 0, *, key: bool = False
    ) -> Iterator[Shown]:
        """Yield what an expression may be: a text's key where `key` is asked for, else words."""
        unknown = replace(to, value=ast.unparse(node))
        if depth > DEEPEST:
            yield unknown
        elif isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                yield replace(to, kind="key" if key else "words", value=node.value)
        elif isinstance(node, ast.JoinedStr) and key:
            for words in product(*(self._words(one, scope, to, depth) for one in node.values)):
                yield replace(to, kind="key", value="".join(words))
        elif isinstance(node, ast.Name):
            yield from self._variable(node.id, scope, to, depth + 1, key=key)
        elif isinstance(node, ast.Call):
            yield from self._call(node, scope, to, depth + 1, key=key)
        elif branches := _branches(node):
            cut = replace(to, is_cut=to.is_cut or isinstance(node, ast.Subscript))
            for branch in branches:
                yield from self._follow(branch, scope, cut, depth + 1, key=key)
        else:
            yield unknown

    def _words(self, part: ast.expr, scope: Scope, to: Shown, depth: int) -> list[str]:
        """Return what a part of a key may be; `ANY` where that is not written in the code."""
        value = part.value if isinstance(part, ast.FormattedValue) else part
        found = list(self._follow(value, scope, to, depth + 1, key=True))
        is_known = found and all(one.kind == "key" for one in found)
        return sorted({one.value for one in found}) if is_known else [ANY]

    def _call(
        self, call: ast.Call, scope: Scope, to: Shown, depth: int, *, key: bool
    ) -> Iterator[Shown]:
        name = _last(call.func)
        if name in SAYING:
            yield from self._follow(_key_of(call), scope, to, depth, key=True)
        elif name == "cut":
            yield from self._follow(call.args[0], scope, replace(to, is_cut=True), depth, key=key)
        elif found := self._named(name, scope):
            for function, inner in found:
                for node in ast.walk(function):
                    if isinstance(node, ast.Return) and node.value is not None:
                        yield from self._follow(node.value, inner, to, depth, key=key)
        else:
            yield replace(to, value=ast.unparse(call))

    def _named(self, name: str, scope: Scope) -> list[tuple[Function, Scope]]:
        """Return the functions of this name that may be meant; what begins with _ is a module's."""
        return [
            one
            for one in self._functions[name]
            if not name.startswith("_") or one[1].module == scope.module
        ]

    def _variable(
        self, name: str, scope: Scope, to: Shown, depth: int, *, key: bool
    ) -> Iterator[Shown]:
        values = list(_values_of(name, scope))
        for value in values:
            yield from self._follow(value, scope, to, depth, key=key)
        if values:
            return
        given = list(self._given(name, scope))
        for value, there in given:
            yield from self._follow(value, there, to, depth, key=key)
        if not given:
            yield replace(to, value=name)

    def _given(self, name: str, scope: Scope) -> Iterator[tuple[ast.expr, Scope]]:
        """Yield what callers hand over for a parameter, and its default."""
        function = scope.function
        if function is None:
            return
        arguments = function.args
        names = [one.arg for one in (*arguments.posonlyargs, *arguments.args)]
        bound = names[1:] if names[:1] in (["self"], ["cls"]) else names
        for call, there in self._callers(function, names[:1] == ["cls"], scope):
            given = {one.arg: one.value for one in call.keywords}
            given |= dict(zip(bound, call.args, strict=False))
            if name in given:
                yield given[name], there
        yield from ((one, scope) for one in _defaults(arguments, name))

    def _callers(self, function: Function, of_class: bool, scope: Scope) -> Iterator[Call]:
        name = function.name
        if name == "__init__":
            yield from self._constructions(scope.owner)
        elif of_class:
            yield from self._calls[f"{scope.owner}.{name}"]
        else:
            there = self._calls[name]
            mine = (one for one in there if one[1].module == scope.module)
            yield from mine if name.startswith("_") else there

    def _constructions(self, owner: str) -> Iterator[Call]:
        yield from self._calls[owner]
        for below in self._bases:
            if owner in self._family(below):
                yield from self._calls[below]
                yield from self._calls[f"super of {below}"]


def _last(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(value=value):
            return _last(value)
    return ""


def _key_of(call: ast.Call) -> ast.expr:
    """Return the key: first after the language or the interaction, or first of all."""
    name = _last(call.func)
    of = call.func.value if isinstance(call.func, ast.Attribute) else None
    second = name in {"text", "say_in"} or (of is not None and _last(of).endswith("texts"))
    return call.args[1 if second else 0]


def _branches(node: ast.expr) -> list[ast.expr]:
    match node:
        case ast.IfExp(body=one, orelse=other):
            return [one, other]
        case ast.BoolOp(values=values):
            return values
        case ast.Subscript(value=value, slice=ast.Slice()):
            return [value]
    return []


def _values_of(name: str, scope: Scope) -> Iterator[ast.expr]:
    """Yield what a variable is set to within its function."""
    for node in ast.walk(scope.function) if scope.function else ():
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    yield from _parts(target, value, name)
            case ast.AnnAssign(target=ast.Name(id=found), value=ast.expr() as value):
                if found == name:
                    yield value
            case ast.For(target=target, iter=ast.Tuple(elts=rows) | ast.List(elts=rows)) | (
                ast.comprehension(target=target, iter=ast.Tuple(elts=rows) | ast.List(elts=rows))
            ):
                for row in rows:
                    yield from _parts(target, row, name)


def _parts(target: ast.expr, value: ast.expr, name: str) -> Iterator[ast.expr]:
    match target, value:
        case ast.Name(id=found), _ if found == name:
            yield value
        case ast.Tuple(elts=targets), ast.Tuple(elts=values):
            for one, part in zip(targets, values, strict=True):
                yield from _parts(one, part, name)


def _defaults(arguments: ast.arguments, name: str) -> Iterator[ast.expr]:
    plain = [*arguments.posonlyargs, *arguments.args]
    last: Sequence[ast.arg] = plain[len(plain) - len(arguments.defaults) :]
    pairs = [*zip(last, arguments.defaults, strict=True)]
    pairs += [
        (one, value)
        for one, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if value is not None
    ]
    yield from (value for one, value in pairs if one.arg == name)
