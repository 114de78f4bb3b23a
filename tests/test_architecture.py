"""The house's walls: imports point one way, libraries stay in their rooms, rooms stay small."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ORDER = [
    "cli",
    "overview",
    "batch",
    "feeds",
    "forgetting",
    "parcels",
    "practice",
    "reports",
    "doctor",
    "sidecars",
    "verifying",
    "record",
    "tuning",
    "hearing",
    "playing",
    "printout",
    "plotting",
    "track",
    "studio",
    "planning",
    "casting",
    "leave",
    "specs",
    "profiles",
    "checking",
    "importing",
    "lint",
    "cutting",
    "pacing",
    "series",
    "captions",
    "destinations",
    "formats",
    "examining",
    "tagging",
    "covers",
    "safety",
    "encoding",
    "mixing",
    "beds",
    "timeline",
    "takes",
    "cache",
    "engines",
    "sheets",
    "downloads",
    "voice",
    "script",
    "frontmatter",
    "parts",
    "variables",
    "sandbox",
    "cues",
    "mastering",
    "chain",
    "stretch",
    "audio",
    "lexicon",
    "dutch",
    "config",
    "batchfiles",
    "files",
    "cores",
    "programs",
    "tables",
    "units",
    "limits",
    "masking",
    "characters",
    "errors",
]
"""From the top of the house to the ground: a module imports only what stands after it here."""

ROOMS = {
    "click": {"cli"},
    "jinja2": {"sandbox"},
    "mutagen": {"tagging"},
    "pydub": {"audio"},
    "lameenc": {"encoding"},
    "rich": {"cli"},
    "matplotlib": {"plotting"},
    "dask": {"batch"},
    "distributed": {"batch"},
    "openpyxl": {"batchfiles"},
    "pyzipper": {"parcels"},
    "defusedxml": {"batchfiles"},
    "PIL": {"covers"},
    "espeakng_loader": {"engines"},
    "soxr": {"audio", "stretch"},
    "gtts": {"engines"},
    "onnx": {"engines"},
    "onnxruntime": {"engines"},
    "piper": {"engines"},
    "requests": {"downloads", "engines"},
    "urllib3": {"downloads", "engines"},
}
"""Libraries and the only modules that import them."""

MAX_LINES = 450

OWN_PROCESSES = {"espeak_worker.py", "sandbox.py", "worker.py"}
"""Run as programs of their own: they talk to their parent."""


def imports(path: Path) -> set[str]:
    """Return the modules that a file imports, anywhere in it, as dotted names."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return found


def room(path: Path, package: Path) -> str:
    return path.relative_to(package).parts[0].removesuffix(".py")


@pytest.fixture
def package(root: Path) -> Path:
    return root / "src" / "stem"


def modules(package: Path) -> list[Path]:
    doors = {package / "__init__.py", package / "__main__.py"}
    return sorted(set(package.rglob("*.py")) - doors)


def test_every_module_has_its_place_in_the_order(package: Path) -> None:
    assert {room(path, package) for path in modules(package)} == set(ORDER)


def test_imports_point_one_way(package: Path) -> None:
    wrong = [
        f"{room(path, package)} imports {target}"
        for path in modules(package)
        for name in imports(path)
        if name.startswith("stem.") and (target := name.split(".")[1]) in ORDER
        if ORDER.index(target) < ORDER.index(room(path, package))
    ]
    assert wrong == []


def test_libraries_stay_in_their_rooms(package: Path) -> None:
    wrong = [
        f"{room(path, package)} imports {name}"
        for path in modules(package)
        for name in imports(path)
        if room(path, package) not in ROOMS.get(name.split(".")[0], {room(path, package)})
    ]
    assert wrong == []


def test_only_the_command_line_prints_and_exits(package: Path) -> None:
    wrong = [
        f"{path.name}:{node.lineno}"
        for path in modules(package)
        if room(path, package) != "cli" and path.name not in OWN_PROCESSES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"print", "exit", "sys.exit", "os._exit"}
    ]
    assert wrong == []


def test_rooms_stay_small(package: Path) -> None:
    lengths = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in modules(package)}
    assert {name: lines for name, lines in lengths.items() if lines > MAX_LINES} == {}


def test_nothing_committed_names_a_package_index(root: Path) -> None:
    constraints = (root / "constraints.txt").read_text(encoding="utf-8")
    assert "http" not in constraints
    assert "--" not in constraints
