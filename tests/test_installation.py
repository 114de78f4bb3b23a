"""How stem was installed is told by where it is, and hints say how a part comes back there."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from stem import programs
from stem.installation import damaged_hint, installation, missing_hint

BUNDLE = Path(__file__).parents[1] / "packaging" / "bundle"


@pytest.mark.parametrize(
    ("prefix", "kind", "renewal"),
    [
        ("/home/anna/.local/share/pipx/venvs/stem-meditatie", "pipx", "pipx upgrade stem-meditatie"),
        ("/home/anna/.local/share/uv/tools/stem-meditatie", "uv tool", "uv tool upgrade stem-meditatie"),
    ],
)
def test_tools_are_known_by_their_folders(
    prefix: str, kind: str, renewal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "prefix", prefix)
    here = installation()
    assert (here.kind, here.renewal, here.place) == (kind, renewal, Path(prefix))


def test_a_checkout_is_renewed_by_git(root: Path) -> None:
    here = installation()
    assert (here.kind, here.place) == ("a checkout", root)
    assert "git pull" in here.renewal
    assert missing_hint("gtts") == "Install it: pip install gtts"
    assert damaged_hint("gtts").endswith("--force-reinstall gtts")


def test_in_a_bundle_nobody_is_sent_to_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", "/home/anna/stem/stem-program")
    here = installation()
    assert here.place == Path("/home/anna/stem")
    assert "unpack it" in here.renewal
    for hint in (missing_hint("gtts"), damaged_hint("gtts")):
        assert "Unpack stem again" in hint
    assert programs.stem("open") == ["/home/anna/stem/stem-program", "open"]
    child = programs.python_main("stem.script.sandbox", "-S", "-B")
    assert child[:5] == ["/home/anna/stem/stem-program", programs.CHILD, "-S", "-B", "-c"]


def test_a_bundle_does_what_python_does(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """What stem asks of a Python, its bundle does with the same words."""
    start = runpy.run_path(str(BUNDLE / "start.py"))
    assert start["AS_PYTHON"] == programs.CHILD
    file = tmp_path / "says.py"
    file.write_text("import sys\nprint(__name__, sys.argv[1:])\n", encoding="utf-8")
    code = "import sys; print(__name__, sys.argv[1:])"
    outputs = []
    for words in (["-S", "-B", "-c", code, "a", "-c"], ["-S", str(file), "a b"]):
        for command in ([sys.executable, "-I"], [sys.executable, str(BUNDLE / "start.py"), programs.CHILD]):
            done = subprocess.run([*command, *words], capture_output=True, text=True, check=True)
            outputs.append(done.stdout)
    assert outputs[0] == outputs[1] == "__main__ ['a', '-c']\n"
    assert outputs[2] == outputs[3] == "__main__ ['a b']\n"


@pytest.mark.skipif(sys.platform != "linux", reason="what the launcher looks at is Linux's")
@pytest.mark.parametrize(
    ("libc", "language", "told"),
    [
        (
            "glibc 2.27",
            "nl_NL.UTF-8",
            "Fout: stem heeft glibc 2.28 of nieuwer nodig",
        ),
        ("glibc 2.27", "C", "Error: stem needs glibc 2.28 or newer, and this Linux has 2.27"),
        ("", "nl_NL.UTF-8", "Fout: dit Linux heeft geen glibc"),
        ("glibc 2.28", "nl_NL.UTF-8", "stem starts with: make a b"),
        ("glibc 2.100", "nl_NL.UTF-8", "stem starts with: make a b"),
    ],
)
def test_a_system_that_is_too_old_is_refused_in_a_sentence(
    libc: str, language: str, told: str, tmp_path: Path
) -> None:
    launcher, program, getconf = (tmp_path / name for name in ("stem", "stem-program", "getconf"))
    script = (BUNDLE / "stem.sh").read_text(encoding="utf-8")
    launcher.write_text(script.replace("@GLIBC@", "2.28"), encoding="utf-8")
    program.write_text('#!/bin/sh\necho "stem starts with: $*"\n', encoding="utf-8")
    getconf.write_text(f'#!/bin/sh\necho "{libc}"\n', encoding="utf-8")
    for path in (launcher, program, getconf):
        path.chmod(0o755)
    done = subprocess.run(
        [launcher, "make", "a b"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "LANG": language},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told in done.stdout + done.stderr
    assert done.returncode == (0 if "starts" in told else 1)
