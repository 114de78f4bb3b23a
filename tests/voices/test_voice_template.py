"""Voice templates are found by name or path, read whole, and every mistake in one is told at once."""

from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest

from stem.errors import ConfigError, UnknownNameError
from stem.voices.template import broken_voices, find_voice, models_folder, voices

GOOD = """
title = "Eigen"
summary = "Een eigen stem."
engine = "espeak"
sex = "female"
voice = "eigen.espeak"
credit = "mine"

[settings]
rate = 110

[[chain]]
filter = "highpass"
hz = 80

[[chain]]
filter = "peak"
hz = 2900
db = -3.5
q = 1.0
"""


def write(folder: Path, name: str = "eigen", text: str = GOOD) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "eigen.espeak").write_text("language nl\n")
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


EMBEDDED = ("rustig", "zacht")
ELSEWHERE = ("alex", "daan", "google", "nathalie", "nathalie-licht", "pim", "rdh", "rdh-licht", "ronnie")


def test_the_packaged_voices_are_whole() -> None:
    assert [voice.name for voice in voices()] == sorted([*EMBEDDED, *ELSEWHERE])
    for voice in voices():
        assert voice == find_voice(voice.name)
        assert voice.credit.endswith(".")
        assert voice.summary.endswith(".")
        assert voice.sex in {"female", "male"}
        assert voice.accent in {"Netherlands", "Flanders"}
        assert voice.licence


def test_the_embedded_voices_have_their_files() -> None:
    for voice in map(find_voice, EMBEDDED):
        assert Path(voice.voice).is_absolute()
        assert Path(voice.voice).is_file()
        assert voice.installed
    assert {find_voice(name).sex for name in EMBEDDED} == {"female", "male"}


def test_a_voice_with_a_download_is_installed_when_all_its_files_are_there() -> None:
    alex = find_voice("alex")
    assert alex.download is not None
    assert Path(alex.voice).parent == models_folder()
    for file in alex.download.files:
        assert not find_voice("alex").installed
        models_folder().mkdir(parents=True, exist_ok=True)
        (models_folder() / file.name).touch()
    assert find_voice("alex").installed


def test_a_voice_to_download_is_a_name_and_no_way_to_another_folder(tmp_path: Path) -> None:
    path = heir(
        tmp_path, 'inherits = "alex"\nvoice = "../../alex.onnx"\n[download]\nfolder = "nl"\nrevision = "1"\n'
    )
    with pytest.raises(ConfigError) as caught:
        find_voice(str(path))
    assert caught.value.problems[0] == ("'voice' must be the name of a file to download, not ../../alex.onnx")


def test_the_softener_comes_in_its_order() -> None:
    for voice in map(find_voice, EMBEDDED):
        assert [type(each).__name__.lower() for each in voice.chain] == [
            "highpass",
            "lowshelf",
            "peak",
            "highshelf",
            "deesser",
            "lowpass",
            "room",
        ]


def test_a_template_is_read_from_a_path(tmp_path: Path) -> None:
    voice = find_voice(str(write(tmp_path / "elders")))
    assert voice.name == "eigen"
    assert voice.voice == str(tmp_path / "elders" / "eigen.espeak")
    assert voice.settings == {"rate": 110}
    assert len(voice.chain) == 2


def test_own_templates_come_before_packaged_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    configured = platformdirs.user_config_path("stem", appauthor=False) / "voice_templates"
    write(configured, "zacht")
    assert find_voice("zacht").title == "Eigen"
    write(tmp_path / "voice_templates", "zacht", GOOD.replace('"Eigen"', '"Van hier"'))
    assert find_voice("zacht").title == "Van hier"
    assert sum(voice.name == "zacht" for voice in voices()) == 1


def test_a_name_of_the_engine_is_left_as_it_is(tmp_path: Path) -> None:
    path = write(tmp_path, text=GOOD.replace("eigen.espeak", "nl_NL-alex-medium"))
    assert find_voice(str(path)).voice == "nl_NL-alex-medium"


def test_an_unknown_name_says_what_was_probably_meant() -> None:
    with pytest.raises(UnknownNameError) as caught:
        find_voice("zaht")
    assert caught.value.kind == "voice"
    assert caught.value.hint == "Did you mean 'zacht'?"


@pytest.mark.parametrize("name", ["", ".", "../zacht", "/etc/passwd", "zacht/", "\0"])
def test_a_name_is_no_way_to_other_files(name: str) -> None:
    with pytest.raises(UnknownNameError):
        find_voice(name)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    wrong = (
        GOOD.replace('title = "Eigen"', "titel = 3")
        .replace("eigen.espeak", "weg.espeak")
        .replace("hz = 80", 'hz = "laag"')
        .replace('"peak"', '"piek"')
    )
    path = write(tmp_path, text=wrong)
    with pytest.raises(ConfigError) as caught:
        find_voice(str(path))
    told = "\n".join(caught.value.problems)
    assert caught.value.path == path
    assert len(caught.value.problems) == 5
    for part in ("titel", "'title' is missing", "weg.espeak", "chain[1] (highpass)", "chain[2].filter"):
        assert part in told


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (('sex = "female"', 'sex = "v"'), "'sex' must be"),
        (('rate = 110\n\n[[chain]]\nfilter = "highpass"', "rate = 110\n[[chain]]"), "chain[1].filter"),
        (('[[chain]]\nfilter = "highpass"\nhz = 80\n', ""), None),
        (("hz = 80", "hz = 80\ndb = 3"), "chain[1] (highpass)"),
        (("[settings]", "[setings]"), "setings"),
        (('filter = "peak"', "filter = [2]"), "chain[2].filter"),
        (('title = "Eigen"', "title = "), ":2: "),
    ],
)
def test_each_kind_of_mistake_is_told(tmp_path: Path, change: tuple[str, str], part: str | None) -> None:
    path = write(tmp_path, text=GOOD.replace(*change))
    if part is None:
        find_voice(str(path))
        return
    with pytest.raises(ConfigError) as caught:
        find_voice(str(path))
    assert part in caught.value.sentence


def test_a_chain_that_is_no_list_and_a_missing_file_are_mistakes_too(tmp_path: Path) -> None:
    path = write(tmp_path, text='chain = "peak"\n' + GOOD.partition("[[chain]]")[0])
    with pytest.raises(ConfigError, match="'chain' must be a list"):
        find_voice(str(path))
    with pytest.raises(ConfigError, match="cannot be read"):
        find_voice(str(tmp_path / "none.toml"))


def heir(folder: Path, text: str, name: str = "erfgenaam") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_template_that_inherits_says_only_what_differs(tmp_path: Path) -> None:
    zacht = find_voice("zacht")
    own = "speed = 0.9\npitch = -1\npause_scale = 1.2\nlevel = -2.5\n[settings]\nrange = 20\n"
    text = f'inherits = "zacht"\ntitle = "Trager"\n{own}'
    voice = find_voice(str(heir(tmp_path, text)))
    assert voice.title == "Trager"
    assert (voice.speed, voice.pitch, voice.pause_scale, voice.level) == (0.9, -1.0, 1.2, -2.5)
    assert voice.settings == {**zacht.settings, "range": 20}
    assert (voice.voice, voice.chain, voice.credit, voice.engine) == (
        zacht.voice,
        zacht.chain,
        zacht.credit,
        zacht.engine,
    )
    assert voice.rank == 0


def test_a_chain_of_its_own_replaces_the_other_s(tmp_path: Path) -> None:
    voice = find_voice(str(heir(tmp_path, 'inherits = "zacht"\n[[chain]]\nfilter = "highpass"\nhz = 100\n')))
    assert len(voice.chain) == 1


def test_templates_inherit_through_others_and_from_their_own_namesake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    heir(tmp_path / "voice_templates", 'inherits = "zacht"\nspeed = 0.9\n', "zacht")
    heir(tmp_path / "voice_templates", 'inherits = "zacht"\npitch = 1\n', "hoger")
    assert (find_voice("zacht").speed, find_voice("zacht").title) == (0.9, "Zacht")
    assert (find_voice("hoger").speed, find_voice("hoger").pitch) == (0.9, 1.0)


def test_a_voice_of_its_own_needs_none_of_the_other_s_files(tmp_path: Path) -> None:
    path = heir(tmp_path, 'inherits = "alex"\nvoice = "eigen.onnx"\n')
    (tmp_path / "eigen.onnx").touch()
    voice = find_voice(str(path))
    assert voice.download is None
    assert voice.installed
    assert voice.voice == str(tmp_path / "eigen.onnx")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            'inherits = "zachtt"\n',
            "'inherits' must be the name of a voice, not 'zachtt' (Did you mean 'zacht'?)",
        ),
        ("inherits = 3\n", "'inherits' must be the name of a voice, not 3"),
        ('inherits = "zacht"\nspeed = 3\n', "'speed' must lie between 0.5 and 2, not 3"),
        ('inherits = "zacht"\npitch = -7\n', "'pitch' must lie between -6 and 6, not -7"),
        ('inherits = "zacht"\npause_scale = 0\n', "'pause_scale' must lie between 0.25 and 4, not 0"),
        ('inherits = "zacht"\nlevel = 20\n', "'level' must lie between -12 and 12, not 20"),
        ('inherits = "zacht"\nspede = 1\n', "unknown key 'spede' (did you mean 'speed'?)"),
        ('inherits = "zacht"\nvoice = 3\n', "'voice' must be text, not 3"),
    ],
)
def test_mistakes_of_an_heir_are_told(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        find_voice(str(heir(tmp_path, text)))
    assert any(told.startswith(problem) for told in refusal.value.problems), refusal.value.problems


def test_all_mistakes_of_an_heir_are_told_at_once(tmp_path: Path) -> None:
    text = 'inherits = "zacht"\nspeed = 3\npitch = 9\nsex = "x"\n[[chain]]\nfilter = "hoog"\n'
    with pytest.raises(ConfigError) as refusal:
        find_voice(str(heir(tmp_path, text)))
    told = "; ".join(refusal.value.problems)
    assert all(word in told for word in ("'speed'", "'pitch'", "'sex'", "chain[1]"))


def test_a_circle_of_heirs_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, other in (("een", "twee"), ("twee", "drie"), ("drie", "een")):
        heir(tmp_path / "voice_templates", f'inherits = "{other}"\n', name)
    with pytest.raises(ConfigError, match="goes round in a circle"):
        find_voice("een")


def test_any_neural_voice_can_be_named_by_its_file(tmp_path: Path) -> None:
    path = tmp_path / "nl_NL-mijn-medium.onnx"
    with pytest.raises(ConfigError, match="there is no such file"):
        find_voice(str(path))
    path.touch()
    voice = find_voice(str(path))
    assert (voice.engine, voice.voice, voice.name) == ("piper", str(path), "nl_NL-mijn-medium")


@pytest.mark.parametrize(
    ("engine", "credit", "told"),
    [
        ("piper", "", "Gesproken door een computerstem."),
        ("command", " ", "Gesproken door een computerstem."),
        ("command", "Gesproken door Xander.", "Gesproken door Xander."),
        ("recordings", "", ""),
    ],
)
def test_that_a_computer_speaks_is_told_also_when_nobody_wrote_so(
    tmp_path: Path, engine: str, credit: str, told: str
) -> None:
    text = GOOD.replace('"espeak"', f'"{engine}"').replace('"mine"', f'"{credit}"')
    assert find_voice(str(write(tmp_path, text=text))).credit == told
    (tmp_path / "los.onnx").touch()
    assert find_voice(str(tmp_path / "los.onnx")).credit == "Gesproken door een computerstem."


def test_a_broken_template_harms_no_other_voice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    heir(tmp_path / "voice_templates", "title = 3\n", "een")
    heir(tmp_path / "voice_templates", "dit is geen TOML", "twee")
    assert {"zacht", "alex"} <= {voice.name for voice in voices()}
    assert [Path(str(error.path).partition(".toml")[0]).name for error in broken_voices()] == ["een", "twee"]


def test_a_voice_that_is_not_there_to_inherit_from_is_the_one_thing_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refusal:
        find_voice(str(heir(tmp_path, 'inherits = "zachtt"\nspede = 1\n')))
    assert len(refusal.value.problems) == 2


def test_a_check_of_the_whole_is_told_with_the_mistakes_of_its_parts(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refusal:
        find_voice(str(heir(tmp_path, 'inherits = "zacht"\nspeed = 3\npitch = 99\nsex = "boy"\nspede = 1\n')))
    told = "; ".join(refusal.value.problems)
    assert all(word in told for word in ("'speed'", "'pitch'", "'sex'", "'spede'"))
