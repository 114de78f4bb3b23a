"""Voices as packages: found without running anything, in their place among others, and told by their name."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import platformdirs
import pytest
import tinyvoice
from tinyvoice import TEMPLATE, installed

import stem
from stem.errors import ConfigError, StemError, UsageError
from stem.project import Project
from stem.track.spec import TrackSpec
from stem.voices.packing import pack
from stem.voices.speakers import choose_voice
from stem.voices.template import VoiceTemplate, broken_voices, find_voice, voices


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place where packages are installed, and a working folder beside it."""
    place, work = tmp_path / "site", tmp_path / "werk"
    place.mkdir()
    work.mkdir()
    monkeypatch.syspath_prepend(str(place))
    monkeypatch.chdir(work)
    return place


def test_a_package_s_voice_is_one_like_any_other_and_nothing_of_it_is_run(site: Path) -> None:
    before = {each.name for each in voices()}
    folder = installed(site)
    found = find_voice("klein")
    assert {each.name for each in voices()} == {*before, "klein"}
    assert (found.package, found.installed) == ("stem-voice-klein", True)
    assert found.voice == str(folder / "klein.onnx")
    assert choose_voice("").name == "klein"
    row = stem.documents.voice_row(found)
    assert (row["package"], row["installed"]) == ("stem-voice-klein", "yes")
    assert stem.documents.voice_row(find_voice("zacht"))["package"] == ""
    assert "stem_voice_klein" not in sys.modules


def test_an_own_voice_hides_a_package_s_and_that_one_of_stem(
    site: Path, caplog: pytest.LogCaptureFixture
) -> None:
    installed(site, templates={"zacht": TEMPLATE, "hoger": 'inherits = "zacht"\npitch = 1\n'})
    assert (find_voice("zacht").package, find_voice("hoger").engine) == ("stem-voice-klein", "piper")
    configured = platformdirs.user_config_path("stem", appauthor=False) / "voice_templates"
    for folder in (configured, Path("voice_templates")):
        folder.mkdir(parents=True)
        (folder / "zacht.toml").write_text('inherits = "zacht"\nspeed = 0.9\n')
        found = find_voice("zacht")
        assert found.path.absolute() == (folder / "zacht.toml").absolute()
        assert (found.package, found.speed, found.engine) == ("", 0.9, "piper")
        assert find_voice("hoger").speed == 1.0, "what is nearer changes nothing in a package"
    assert "not the one of your own settings" in caplog.messages[0]
    (configured / "zacht.toml").unlink()
    find_voice("zacht")
    assert "not the one of an installed package" in caplog.messages[-1]


WRONG: dict[str, tuple[Callable[[Path], object], str]] = {
    "a folder above": (
        lambda site: installed(site, entry="../elders"),
        "names the folder '../elders', which",
    ),
    "a folder of another": (
        lambda site: installed(site, entry="stem.voices"),
        "names the folder 'stem.voices', w",
    ),
    "no template": (
        lambda site: installed(site, templates={}),
        "there is no voice template in its folder 'stem_voice_klein'",
    ),
    "no list": (
        lambda site: (installed(site), (site / "stem_voice_klein-1.0.dist-info/RECORD").write_bytes(b"\xff")),
        "the list of its files is damaged",
    ),
    "editable": (
        lambda site: (
            installed(site),
            (site / "stem_voice_klein-1.0.dist-info/direct_url.json").write_text(
                '{"dir_info": {"editable": true}, "url": "file:///home/m/stem-voice-klein"}'
            ),
        ),
        "it was installed with -e, and its files stand elsewhere; leave out -e.",
    ),
    "no model": (
        lambda site: (installed(site) / "klein.onnx").unlink(),
        "'voice' names the file klein.onnx, which does not stand beside the template",
    ),
    "no settings": (
        lambda site: (installed(site) / "klein.onnx.json").unlink(),
        "klein.onnx.json, which belongs to its model, is not there",
    ),
    "another language": (
        lambda site: installed(site, settings={"espeak": {"voice": "en-us"}}),
        "the voice speaks 'en-us', and stem's texts are Dutch ('nl')",
    ),
    "a file elsewhere": (
        lambda site: installed(
            site, templates={"klein": TEMPLATE.replace("klein.onnx", str(tinyvoice.build(site.parent)))}
        ),
        "a file outside the folder of the template",
    ),
    "a program": (
        lambda site: installed(
            site,
            templates={"klein": TEMPLATE.replace("piper", "command") + '[settings]\ncommand = ["rm"]\n'},
        ),
        "'engine' may not be 'command' in a package",
    ),
    "recordings elsewhere": (
        lambda site: installed(site, templates={"klein": TEMPLATE.replace("piper", "recordings")}),
        "'engine' may not be 'recordings' in a package",
    ),
    "a download": (
        lambda site: installed(
            site,
            templates={
                "klein": TEMPLATE
                + '[download]\norigin = "https://a.nl"\nrevision = "1"\nfolder = "nl"\nfiles = []\n'
            },
        ),
        "'download' has no place in a package, which has the files of its voices",
    ),
    "no TOML": (lambda site: installed(site, templates={"klein": "dit is geen TOML"}), "klein.toml"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_a_package_is_told_with_its_name(site: Path, name: str) -> None:
    make, problem = WRONG[name]
    make(site)
    (error,) = broken_voices()
    assert error.sentence.startswith("the package stem-voice-klein")
    assert problem in error.sentence
    assert error.hint == "Install it again, or remove it: pip uninstall stem-voice-klein"
    assert choose_voice("").name == "zacht"
    assert "stem_voice_klein" not in sys.modules


def test_two_packages_with_one_voice_are_both_named_and_neither_speaks(site: Path) -> None:
    for name in ("stem-voice-klein", "stem-voice-ander"):
        installed(site, name)
    with pytest.raises(ConfigError) as caught:
        find_voice("klein")
    assert caught.value.sentence == (
        "the package stem-voice-klein, klein.toml: the package stem-voice-ander brings a voice 'klein' too; "
        "remove one of the two."
    )
    Path("voice_templates").mkdir()
    Path("voice_templates/lager.toml").write_text('inherits = "klein"\n')
    with pytest.raises(ConfigError, match="brings a voice 'klein' too"):
        find_voice("lager")
    shutil.rmtree(site / "stem_voice_ander-1.0.dist-info")
    assert find_voice("klein").package == "stem-voice-klein"


def test_a_voice_of_one_s_own_takes_no_program_from_a_package(site: Path) -> None:
    command = TEMPLATE.replace("piper", "command") + '[settings]\ncommand = ["rm"]\n'
    installed(site, templates={"klein": command})
    configured = platformdirs.user_config_path("stem", appauthor=False) / "voice_templates"
    configured.mkdir(parents=True)
    (configured / "eigen.toml").write_text('inherits = "klein"\n')
    with pytest.raises(ConfigError, match="'engine' may not be 'command' in a package"):
        find_voice("eigen")


# --- Making one --------------------------------------------------------------------------------------------


def own(folder: Path, name: str = "mijn-stem", more: str = "") -> VoiceTemplate:
    """An own voice in a practice's folder."""
    place = folder / "voice_templates"
    place.mkdir(exist_ok=True)
    tinyvoice.build(place)
    chain = '[settings]\nlength_scale = 1.0\n[[chain]]\nfilter = "peak"\nhz = 2900\ndb = -3.5\nq = 1.0\n'
    (place / f"{name}.toml").write_text(
        TEMPLATE.replace('"Klein"', r'"Klein \"en\" fijn: é\u007f"') + more + chain
    )
    return find_voice(name, folder)


def test_what_is_packed_is_installed_by_pip_and_speaks_without_a_network(site: Path, tmp_path: Path) -> None:
    voice = own(Path.cwd(), more="speed = 1.1\nlevel = -2\n")
    (Path.cwd() / "voice_templates" / "klein.MODEL_CARD").write_text("Waar de stem van geleerd heeft.")
    project = Project(Path.cwd())
    wheel = project.pack_voice("mijn-stem", "uit")
    again = pack(voice, tmp_path)
    assert again.read_bytes() == wheel.read_bytes()
    assert again.name == wheel.name
    command = [sys.executable, "-m", "pip", "install", "--no-index", "--no-deps", "--no-compile", "--quiet"]
    command += ["--disable-pip-version-check", "--no-input", "--target", str(site), str(wheel)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    elsewhere = tmp_path / "elders"
    elsewhere.mkdir()
    (elsewhere / "kort.j2").write_text('+++\ntitle = "Kort"\nbed = "none"\n+++\nWelkom.\n')
    project = Project(elsewhere)
    there = project.voice("mijn-stem")
    assert replace(there, path=voice.path, voice=voice.voice, package="", named=True) == voice
    assert there.package == "stem-voice-mijn-stem"
    assert Path(there.voice).with_name("klein.MODEL_CARD").read_text() == "Waar de stem van geleerd heeft."
    plan = project.plan(TrackSpec("kort.j2", voice="", bed="none", cover="none"))
    assert plan.voice.name == "mijn-stem"
    assert project.make(plan).path.is_file()
    subjects = [each.subject for each in project.diagnose() if each.works]
    assert "voice mijn-stem of the package stem-voice-mijn-stem" in subjects
    changed = pack(own(Path.cwd(), more="speed = 1.2\n"), tmp_path)
    assert changed.name != wheel.name, "pip takes another content for another version"


@pytest.mark.parametrize(
    ("name", "problem", "hint"),
    [
        (
            "pim",
            "The voice 'pim' may not be passed on (CC0 data, tuned from a research-only voice).",
            "by itself",
        ),
        ("ronnie", "The voice 'ronnie' may not be passed on", "by itself"),
        ("nathalie", "The voice 'nathalie' may not be passed on", "by itself"),
        ("alex", "The voice 'alex' is not on this computer.", "Download it"),
        ("zacht", "The voice 'zacht' comes with stem.", "on every computer"),
        ("google", "The voice 'google' has no file that can be packed.", "one of Piper"),
        ("een stem", "'een stem' cannot be the name of a package.", "plain letters"),
    ],
)
def test_what_cannot_be_packed_is_told(site: Path, name: str, problem: str, hint: str) -> None:
    own(Path.cwd(), "een stem")
    with pytest.raises(UsageError) as caught:
        pack(find_voice(name), Path.cwd())
    assert caught.value.sentence.startswith(problem)
    assert hint in caught.value.hint
    assert not list(Path.cwd().glob("*.whl"))


def test_a_voice_of_another_language_is_not_packed_and_a_package_is_not_overwritten(site: Path) -> None:
    voice = own(Path.cwd())
    pack(voice, Path.cwd())
    with pytest.raises(StemError, match="exists already"):
        pack(voice, Path.cwd())
    assert pack(voice, Path.cwd(), overwrite=True).is_file()
    Path(f"{voice.voice}.json").write_text('{"espeak": {"voice": "de"}}')
    with pytest.raises(ConfigError, match="the voice speaks 'de'"):
        pack(voice, Path.cwd())
