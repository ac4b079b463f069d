"""Which verbs the code writes into the audit log, read from its text.

It follows the helpers: a function that hands one of its own parameters on as the verb records whatever its callers say.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
Place = tuple[str, str]  # module, function


@dataclass(frozen=True)
class Recorder:
    """A function whose argument `name` (at `position`) is the verb, or its end behind `prefix`."""

    position: int
    name: str
    prefix: str = ""


class Module:
    """One file: what its names mean, and its functions."""

    def __init__(self, path: Path) -> None:
        parts = path.relative_to(ROOT).with_suffix("").parts
        self.name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        self.functions = [node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef)]
        self.names = {
            alias.asname or alias.name: (node.module or "", alias.name)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        self.names |= {node.name: (self.name, node.name) for node in self.functions}
        self.constants = {
            target.id: str(node.value.value)
            for node in self.tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }

    def place_of(self, called: ast.expr) -> Place | None:
        if isinstance(called, ast.Name):
            return self.names.get(called.id)
        if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id in self.names:
            return ".".join(self.names[called.value.id]), called.attr
        return None


FIRST = {("chainhub.activity.services", "record"): Recorder(0, "verb")}


def recorded_verbs() -> tuple[dict[str, str], list[str]]:
    """Each verb with a place that records it, and the calls from which no verb could be read."""
    modules = [Module(path) for path in sorted((ROOT / "chainhub").rglob("*.py")) if "migrations" not in path.parts]
    recorders, before = dict(FIRST), 0
    while before != len(recorders):
        before = len(recorders)
        for module in modules:
            for function, call, recorder in _calls(module, recorders):
                if passed := _passed_on(function, _argument(call, recorder), recorder):
                    recorders[module.name, function.name] = passed
    found: dict[str, str] = {}
    unread: list[str] = []
    for module in modules:
        for function, call, recorder in _calls(module, recorders):
            argument, where = _argument(call, recorder), f"{module.name}:{call.lineno}"
            verbs = list(_said(function, argument)) or _constant(module, argument, {one.name: one for one in modules})
            found |= {recorder.prefix + verb: where for verb in verbs}
            if not verbs and not _passed_on(function, argument, recorder):
                unread.append(where)
    return found, unread


def _calls(module: Module, recorders: dict[Place, Recorder]) -> Iterator[tuple[ast.FunctionDef, ast.Call, Recorder]]:
    for function in module.functions:
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and (recorder := recorders.get(module.place_of(node.func) or ("", ""))):
                yield function, node, recorder


def _argument(call: ast.Call, recorder: Recorder) -> ast.expr:
    for keyword in call.keywords:
        if keyword.arg == recorder.name:
            return keyword.value
    return call.args[recorder.position]


def _passed_on(function: ast.FunctionDef, argument: ast.expr, recorder: Recorder) -> Recorder | None:
    """The function as a recorder, where the verb (or its end, as in f"keys.{verb}") is its own parameter."""
    prefix = ""
    if isinstance(argument, ast.JoinedStr) and len(argument.values) == 2:
        start, end = argument.values
        if isinstance(start, ast.Constant) and isinstance(end, ast.FormattedValue):
            prefix, argument = str(start.value), end.value
    parameters = [one.arg for one in (*function.args.args, *function.args.kwonlyargs)]
    if isinstance(argument, ast.Name) and argument.id in parameters:
        return Recorder(parameters.index(argument.id), argument.id, recorder.prefix + prefix)
    return None


def _constant(module: Module, argument: ast.expr, modules: dict[str, Module]) -> list[str]:
    """The text that a name of the module stands for, there or where it is imported from."""
    if not isinstance(argument, ast.Name):
        return []
    home, name = module.names.get(argument.id, (module.name, argument.id))
    constants = modules[home].constants if home in modules else {}
    return [constants[name]] if name in constants else []


def _said(function: ast.FunctionDef, argument: ast.expr) -> Iterator[str]:
    """The texts that the argument may be: itself, either side of a condition, or what was assigned to its name."""
    if isinstance(argument, ast.Constant):
        yield str(argument.value)
    elif isinstance(argument, ast.IfExp):
        yield from _said(function, argument.body)
        yield from _said(function, argument.orelse)
    elif isinstance(argument, ast.Name):
        for node in ast.walk(function):
            if isinstance(node, ast.Assign):
                yield from _assigned(function, node, argument.id)


def _assigned(function: ast.FunctionDef, node: ast.Assign, name: str) -> Iterator[str]:
    target = node.targets[0]
    if isinstance(target, ast.Name) and target.id == name:
        yield from _said(function, node.value)
    elif isinstance(target, ast.Tuple):
        place = [one.id if isinstance(one, ast.Name) else "" for one in target.elts]
        sides = [node.value.body, node.value.orelse] if isinstance(node.value, ast.IfExp) else [node.value]
        for side in sides:
            if name in place and isinstance(side, ast.Tuple):
                yield from _said(function, side.elts[place.index(name)])
