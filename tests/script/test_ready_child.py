"""A sandbox that is begun early answers as another does, once, and is gone in the end."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from stem.script import ready_child
from stem.script.ready_child import answer_of_ready, kept_ready
from stem.script.template import find_script

SCRIPT = '+++\ntitle = "Proef"\n[variables.naam]\ndefault = ""\n+++\nDag {{ naam }}.\n'


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "proef.j2"
    path.write_text(SCRIPT, encoding="utf-8")
    return path


def waiting() -> subprocess.Popen[bytes]:
    child = ready_child._Ready.child
    assert child is not None
    return child


def test_each_answers_once_and_none_is_left(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none_else(*_: object, **__: object) -> None:
        pytest.fail("another was begun")

    children = []
    with kept_ready(), monkeypatch.context() as patch:
        patch.setattr("stem.script.rendering.subprocess.run", none_else)
        for name in ("Anna", "Bert"):
            children.append(waiting())
            (line,) = find_script(str(script)).render({"naam": name, "vorm": "je"}).lines
            assert line.text == f"Dag {name}."
        children.append(waiting())
    assert len({child.pid for child in children}) == 3
    assert all(child.returncode is not None for child in children)
    assert answer_of_ready(b"{}", 1.0) is None


def test_one_that_died_while_it_waited_is_not_asked() -> None:
    with kept_ready():
        dead = waiting()
        dead.kill()
        dead.wait()
        assert answer_of_ready(b"{}", 1.0) is None
        assert waiting() is not dead


def test_one_that_takes_too_long_is_gone() -> None:
    with kept_ready():
        child = waiting()
        began = time.monotonic()
        with pytest.raises(subprocess.TimeoutExpired):
            answer_of_ready(b"{}", 0.0)
        assert time.monotonic() - began < 5
        assert child.returncode is not None
