"""The house's walls: imports point down, libraries stay in their packages, modules stay small."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

FLOORS = [
    {"cli"},
    {"web"},
    {"project"},
    {"documents"},
    {"practice", "doctor"},
    {"record", "authoring"},
    {"track"},
    {"voices", "export"},
    {"sound"},
    {"script"},
    {
        "errors",
        "units",
        "tables",
        "files",
        "filenames",
        "installation",
        "characters",
        "config",
        "cores",
        "memory",
        "messages",
        "pages",
        "programs",
        "progress",
        "text_files",
    },
]
"""From the top of the house to the ground: a package imports only itself and what lies on floors below it."""

OLD_DOORS = {"engines"}
"""Importable for plug-ins for one release more, with a warning."""

LIBRARIES = {
    "click": {"cli"},
    "flask": {"web"},
    "jinja2": {"pages", "script", "web"},
    "mutagen": {"export"},
    "pydub": {"sound"},
    "lameenc": {"export"},
    "filelock": {"files"},
    "num2words": {"script"},
    "rich": {"cli"},
    "matplotlib": {"export"},
    "dask": {"practice"},
    "distributed": {"practice"},
    "openpyxl": {"practice"},
    "pyzipper": {"practice"},
    "tomlkit": {"practice"},
    "defusedxml": {"practice"},
    "PIL": {"export"},
    "soxr": {"sound"},
    "espeakng_loader": {"voices"},
    "gtts": {"voices"},
    "onnx": {"voices"},
    "onnxruntime": {"voices"},
    "piper": {"voices"},
    "pocket_tts": {"voices"},
    "requests": {"voices"},
    "safetensors": {"voices"},
    "tokenizers": {"voices"},
    "torch": {"voices"},
    "urllib3": {"voices"},
    "waitress": {"web"},
    "werkzeug": {"web"},
}
"""Libraries and the only packages that import them."""

MAX_LINES = 450

OWN_PROCESSES = {"bed_worker.py", "espeak_worker.py", "sandbox.py", "worker.py"}
"""Run as programs of their own: they talk to their parent."""


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports(path: Path) -> frozenset[str]:
    """Return the modules that a file imports, anywhere in it, as dotted names."""
    found: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return frozenset(found)


def for_types(path: Path) -> set[str]:
    """Return those that a file imports to name types alone."""
    blocks = (
        node
        for node in parsed(path).body
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
    )
    lines = (line for block in blocks for line in block.body if isinstance(line, ast.ImportFrom))
    return {
        name
        for line in lines
        for each in line.names
        for name in (f"{line.module}.{each.name}", str(line.module))
    }


def floor_of(name: str) -> int:
    """Return on which floor a package or module lies, counted from the top."""
    return next(number for number, floor in enumerate(FLOORS) if name in floor)


@pytest.fixture
def package(root: Path) -> Path:
    return root / "src" / "stem"


def modules(package: Path) -> list[tuple[str, Path]]:
    """Return each module with the package of the house that it belongs to; the doors belong to none."""
    doors = {package / f"{name}.py" for name in ("__init__", "__main__", *OLD_DOORS)}
    paths = sorted(set(package.rglob("*.py")) - doors)
    return [(path.relative_to(package).parts[0].removesuffix(".py"), path) for path in paths]


def test_imports_point_down(package: Path) -> None:
    wrong = [
        f"{path.relative_to(package)} imports {name}"
        for home, path in modules(package)
        for name in imports(path)
        if name.startswith("stem.") and (target := name.split(".")[1]) != home
        if target in set().union(*FLOORS) and floor_of(target) <= floor_of(home) != len(FLOORS) - 1
    ]
    assert wrong == []


def test_no_circle_hides_behind_the_order_of_imports(package: Path) -> None:
    """What is imported within functions, or for types alone, makes no circle."""
    paths = {dotted(path, package): path for path in package.rglob("*.py")}
    graph = {name: set(needed_at_once(path, paths)) - {name} for name, path in paths.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a circle: {' > '.join(error.args[1])}")


def dotted(path: Path, package: Path) -> str:
    parts = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def needed_at_once(path: Path, known: Mapping[str, Path]) -> Iterator[str]:
    """Yield the modules that have to be there before this one is."""
    for node in statements(parsed(path).body):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module in known:
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                yield name if name in known else str(node.module)


def statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        yield node
        if isinstance(node, ast.Try) or (
            isinstance(node, ast.If) and "TYPE_CHECKING" not in ast.unparse(node.test)
        ):
            yield from statements([*node.body, *node.orelse])


THE_DOOR = {"project", "documents"}
"""What `import stem` gives, in modules: a project, and what its answers are for programs and people."""

BESIDE_THE_DOOR = {"characters", "errors", "messages", "programs", "units"}
"""What the command line takes from the ground; none of it knows of a script, a voice or a track."""

THE_PAGE = {"cli/open.py": {"web"}}
"""The face beside it, which one command opens."""


def test_the_command_line_goes_through_the_front_door(package: Path) -> None:
    """A command reads options, calls and prints.

    Five modules of the ground have to do with just that: which errors are told (errors) and in which words
    (messages), what a terminal can show (characters), how a length of time is written in an option (units),
    and that a program imports nothing from the folder where it is run (programs). Whatever does work is
    behind the door.
    """
    deeper: dict[str, set[str]] = {}
    for home, path in modules(package):
        if home == "cli":
            names = {name.split(".")[1] for name in imports(path) if name.startswith("stem.")}
            inner = {
                name for name in names if (package / name).is_dir() or (package / f"{name}.py").is_file()
            }
            name = str(path.relative_to(package))
            deeper[name] = inner - {"cli", *THE_DOOR, *BESIDE_THE_DOOR, *THE_PAGE.get(name, ())}
    assert {path: names for path, names in deeper.items() if names} == {}


GROUND = FLOORS[-1]


def test_the_page_goes_through_the_front_door(package: Path) -> None:
    """But for one module, in which all else that it takes stands together."""
    wrong = [
        f"{path.relative_to(package)} imports {name}"
        for home, path in modules(package)
        if home == "web" and path.name != "below.py"
        for name in imports(path) - for_types(path)
        if name.startswith("stem.") and (inner := name.split(".")[1]) not in {"web", "project", *GROUND}
        if (package / inner).is_dir() or (package / f"{inner}.py").is_file()
    ]
    assert wrong == []


def test_libraries_stay_in_their_packages(package: Path) -> None:
    wrong = [
        f"{path.relative_to(package)} imports {name}"
        for home, path in modules(package)
        for name in imports(path)
        if home not in LIBRARIES.get(name.split(".")[0], {home})
    ]
    assert wrong == []


def test_only_the_command_line_prints_and_exits(package: Path) -> None:
    wrong = [
        f"{path.name}:{node.lineno}"
        for home, path in modules(package)
        if home != "cli" and path.name not in OWN_PROCESSES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute)
        if getattr(node.func, "id", getattr(node.func, "attr", "")) in {"print", "exit", "_exit"}
        if ast.unparse(node.func) in {"print", "exit", "sys.exit", "os._exit"}
    ]
    assert wrong == []


def test_modules_stay_small(package: Path) -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for _, path in modules(package)}
    assert {str(path): lines for path, lines in lengths.items() if lines > MAX_LINES} == {}


def test_nothing_committed_names_a_package_index(root: Path) -> None:
    constraints = (root / "constraints.txt").read_text(encoding="utf-8")
    assert "http" not in constraints
    assert "--" not in constraints
