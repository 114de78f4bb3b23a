"""The wheel carries all that a track needs: unpacked outside the checkout, it makes one."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest


@pytest.mark.slow
def test_a_track_is_made_from_the_unpacked_wheel(root: Path, tmp_path: Path) -> None:
    build = "from hatchling.build import build_wheel; print(build_wheel(__import__('sys').argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", build, str(tmp_path)], cwd=root, capture_output=True, text=True, check=True
    )
    wheel = tmp_path / done.stdout.split()[-1]
    unpacked = tmp_path / "unpacked"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(unpacked)
        names = archive.namelist()
    for kind in ("scripts", "voice_templates", "packaging/voice"):
        packed = {name.removeprefix(f"stem/{kind}/") for name in names if name.startswith(f"stem/{kind}/")}
        here = {str(path.relative_to(root / kind)) for path in (root / kind).rglob("*") if path.is_file()}
        assert packed == here
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert "stem/locale/nl/LC_MESSAGES/stem.mo" in names
    work = tmp_path / "work"
    work.mkdir()
    (work / "kort.j2").write_text('+++\ntitle = "Kort"\nbed = "none"\n+++\nWelkom.\n', encoding="utf-8")
    code = (
        "import stem, sys; sys.stderr.write(stem.__file__); from stem.cli import run;"
        "sys.exit(run(['preview', 'door-andere-ogen']) or run(['make', 'kort.j2', '--profile', 'acx']))"
    )
    made = subprocess.run(
        [sys.executable, "-c", code],
        cwd=work,
        env={**os.environ, "PYTHONPATH": str(unpacked)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    assert made.stderr.startswith(str(unpacked)), "it must not be the checkout that runs"
    assert (work / "output" / "kort.mp3").stat().st_size > 100_000
