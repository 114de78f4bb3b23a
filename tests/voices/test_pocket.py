"""The second natural voice: nothing wrong that its network may do is heard, and each thing is a sentence."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pocketnetwork
import pytest

from stem.errors import EngineUnavailable, StemError
from stem.progress import Cancelled, stage
from stem.voices.engines import engine, say
from stem.voices.engines.pocket import Behind, Pocket, judging, partner
from stem.voices.published import Download, RemoteFile
from stem.voices.template import VoiceTemplate, find_voice

NETWORK = Path(pocketnetwork.__file__)
BEHIND = Behind(NETWORK, ("numpy",))
PHRASES = (
    "Zet je voeten stevig op de grond.",
    "Adem in.",
    "Misschien merk je iets op, en misschien ook niet.",
    "Blijf een ogenblik bij wat je merkt.",
)
SETTINGS = {"config": "dutch", "tokenizer": "woorden.json", "state": "wie.safetensors"}


def voice(folder: Path, *takes: str, **files: object) -> VoiceTemplate:
    """Write a voice's files into a folder; `files` says what stands in those that are not in order."""
    contents = {"weights": {}, "tokenizer": {}, "state": {"takes": takes or ("speech",)}} | files
    names = {"weights": "model.safetensors", "tokenizer": "woorden.json", "state": "wie.safetensors"}
    folder.mkdir(parents=True, exist_ok=True)
    for part, name in names.items():
        if contents[part] is not None:
            (folder / name).write_text(json.dumps(contents[part]))
    (folder / "vorm.yaml").write_text(json.dumps(files.get("config", {})))
    return VoiceTemplate(
        name="proef",
        title="Proef",
        summary="",
        engine="pocket",
        sex="male",
        voice=str(folder / "model.safetensors"),
        settings=SETTINGS,
        chain=(),
        credit="",
        path=folder / "proef.toml",
    )


@pytest.fixture(scope="module")
def pocket() -> Iterator[Pocket]:
    yield (found := Pocket(BEHIND))
    found._partner.close()


def fingerprint(engine: Pocket, phrase: str, voice: VoiceTemplate) -> str:
    clip = engine.speak(phrase, voice)
    return hashlib.sha256(clip.samples.tobytes()).hexdigest()


def test_a_phrase_is_the_same_sound_in_any_order_thread_and_process(pocket: Pocket, tmp_path: Path) -> None:
    proef = voice(tmp_path)
    first = {phrase: fingerprint(pocket, phrase, proef) for phrase in PHRASES}
    assert len(set(first.values())) == len(PHRASES)
    again = Pocket(BEHIND)
    with ThreadPoolExecutor(3) as pool:
        second = pool.map(fingerprint, [again] * 4, PHRASES[::-1], [proef] * 4)
        assert dict(zip(PHRASES[::-1], second, strict=True)) == first
    # Another take is another sound, and it is one that the phrase alone decides on too.
    spoiled = [fingerprint(pocket, PHRASES[0], voice(tmp_path / name, "nan", "speech")) for name in "ab"]
    assert spoiled[0] == spoiled[1] != first[PHRASES[0]]
    process = again._partner._process
    assert process is not None
    del again, second
    assert process.poll() is not None, "a worker goes with the engine that it works for"


def test_what_speaks_is_never_in_this_process(pocket: Pocket, tmp_path: Path) -> None:
    """Nor in one that lists, checks and speaks with other voices; a worker finds no module in its folder."""
    pocket.speak(PHRASES[1], voice(tmp_path))
    assert {"torch", "pocket_tts", "network"} & sys.modules.keys() == set()
    program = (
        "import sys, stem, stem.voices.engines.pocket as pocket\n"
        "from stem.voices.speakers import can_speak, traits_of\n"
        "from stem.voices.template import voices\n"
        "assert traits_of('pocket').at_once == 1 or 'pocket'\n"
        "[can_speak(voice) for voice in voices()]\n"
        "print(sorted({'torch', 'pocket_tts', 'tokenizers', 'safetensors'} & sys.modules.keys()))"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"


def test_its_sound_is_stretched_by_stem(pocket: Pocket, tmp_path: Path) -> None:
    proef = voice(tmp_path)
    plain, slow = (say(pocket, PHRASES[0], replace(proef, speed=speed)) for speed in (1.0, 0.8))
    assert plain.rate == slow.rate == 24_000
    assert slow.frames == pytest.approx(plain.frames / 0.8, rel=0.02)


@dataclass(frozen=True)
class Row:
    """What goes wrong, and what is told; "" when it is good sound that comes."""

    takes: tuple[str, ...]
    told: str


LONG = "Laat je schouders zakken en merk op hoe rustig je adem nu gaat."
WRONG_TAKES = (
    Row(("speech",), ""),
    Row(("list",), ""),
    Row(("prints",), ""),
    Row(("nan", "silence", "twice", "speech"), ""),
    Row(("no end", "no end", "no end", "speech"), ""),
    Row(("nan",), "the take has samples that are not numbers"),
    Row(("inf",), "the take has samples that are not numbers"),
    Row(("silence",), "no sound came"),
    Row(("almost silence",), "no sound came"),
    Row(("nothing",), "no sound came"),
    Row(("one sample",), "does not fit the text"),
    Row(("no end",), "the voice found no end to it"),
    Row(("twice",), r"lasts 8\.\d s, which does not fit the text \(about 4\.\d s\)"),
    Row(("begins again",), "does not fit the text"),
    Row(("four times",), "does not fit the text"),
    Row(("two thirds",), "does not fit the text"),
    Row(("a third",), "does not fit the text"),
    Row(("half",), "does not fit the text"),
    Row(("cut off",), "stops in the middle of a sound"),
    Row(("cut on",), "starts in the middle of a sound"),
    Row(("hole",), "falls silent for 0.9 s in the middle"),
    Row(("hum",), "does not fit the text"),
    Row(("clipped",), "the take is clipped"),
    Row(("two channels",), r"network stopped \(sound of shape \(2, \d+\)\)"),
    Row(("words",), r"network stopped \(could not convert string to float"),
    Row(("error",), r"network stopped \(mat1 and mat2 shapes cannot be multiplied\)"),
    Row(("error without a word",), r"network stopped \(RuntimeError\)"),
    Row(("memory",), "this machine has too little memory for it"),
    Row(("exit",), "its process stopped with status 3"),
    Row(("killed",), "its process was stopped by signal 9"),
    Row(("half an answer",), "its process stopped with status 0"),
    Row(("no answer",), "its process answers otherwise than was agreed"),
    Row(("hang",), "it took more than"),
)


def test_nothing_wrong_that_a_network_says_is_heard(
    pocket: Pocket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proef = voice(tmp_path)
    heard: list[str] = []
    for number, row in enumerate(WRONG_TAKES):
        monkeypatch.setattr(partner, "_SAYING_S", 0.5 if row.takes == ("hang",) else 60.0)
        state = tmp_path / f"wie-{number}.safetensors"
        state.write_text(json.dumps({"takes": row.takes}))
        told = ""
        try:
            clip = pocket.speak(LONG, replace(proef, settings=SETTINGS | {"state": state.name}))
            assert np.isfinite(clip.samples).all()
            assert 4 < clip.frames / clip.rate < 5
        except StemError as error:
            told = error.sentence
            assert f'"{LONG}"' in told, told
        if bool(told) != bool(row.told) or not re.search(row.told, told):
            heard.append(f"{row.takes}: {told}")
    assert heard == [], "\n".join(heard)
    monkeypatch.undo()
    assert pocket.speak(LONG, proef).frames, "the next phrase gets a new worker"


def test_a_voice_is_judged_by_its_own_pace_which_is_measured_once(
    pocket: Pocket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for pace in (1.0, 2.4):
        proef = voice(tmp_path / str(pace), "speech", "speech", "two thirds", weights={"pace": pace})
        assert pocket.speak(LONG, proef).frames, "as long as this voice takes"
        monkeypatch.setattr(judging, "_known", {})  # as another run has it
        monkeypatch.setattr(judging, "_measured", None)
        assert pocket.speak(LONG, proef).frames
        with pytest.raises(StemError, match="does not fit the text"):
            pocket.speak(LONG, proef)
        monkeypatch.undo()


def test_a_short_phrase_that_is_said_twice_is_heard_to_be(pocket: Pocket, tmp_path: Path) -> None:
    proef = voice(tmp_path)
    (tmp_path / "twee.safetensors").write_text(json.dumps({"takes": ["twice"]}))
    says_twice = replace(proef, settings=SETTINGS | {"state": "twee.safetensors"})
    for phrase in ("Stop.", "Adem in.", "En blijf.", "Stil maar."):
        assert pocket.speak(phrase, proef).frames
        with pytest.raises(StemError, match="does not fit the text"):
            pocket.speak(phrase, says_twice)


@dataclass(frozen=True)
class Unusable:
    """What is wrong with a voice's files or its template, and what is told."""

    arrange: Callable[[Path], VoiceTemplate]
    told: str
    hint: str = ""


def set_to(folder: Path, **settings: object) -> VoiceTemplate:
    return replace(voice(folder), settings=SETTINGS | settings)


def downloadable(folder: Path, **files: object) -> VoiceTemplate:
    wanted = tuple(map(RemoteFile, ("model.safetensors", "woorden.json", "wie.safetensors")))
    return replace(
        voice(folder, **files), download=Download("1", "nl", wanted, origin="https://stem.example")
    )


GET = "Get the voice's files again."
UNUSABLE = {
    "no weights": Unusable(lambda at: downloadable(at, weights=None), "'proef' has not been downloaded yet"),
    "no tokenizer": Unusable(lambda at: downloadable(at, tokenizer=None), "has not been downloaded yet"),
    "no state": Unusable(lambda at: voice(at, state=None), r"there is no file .*wie\.safetensors", "Put it"),
    "weights": Unusable(
        lambda at: voice(at, weights={"does": "damaged"}),
        r"model\.safetensors.*: it is damaged, or no such file at all",
        GET,
    ),
    "weights of another": Unusable(
        lambda at: voice(at, weights={"does": "misfit"}),
        r"model\.safetensors.*: it does not belong to this model",
        GET,
    ),
    "tokenizer": Unusable(
        lambda at: voice(at, tokenizer={"does": "damaged"}), r"woorden\.json.*: it is damaged", GET
    ),
    "tokenizer of another": Unusable(
        lambda at: voice(at, tokenizer={"does": "misfit"}), r"woorden\.json.*: it does not belong", GET
    ),
    "shapes": Unusable(
        lambda at: replace(
            voice(at, config={"does": "damaged"}), settings=SETTINGS | {"config": "vorm.yaml"}
        ),
        r"vorm\.yaml.*: it is damaged",
        GET,
    ),
    "state": Unusable(
        lambda at: voice(at, state={"does": "damaged"}), r"wie\.safetensors.*: it is damaged", GET
    ),
    "state of another": Unusable(
        lambda at: voice(at, state={"does": "misfit"}),
        r"wie\.safetensors.*: it does not belong to this model",
        f"{GET} One of your own is to be made again too, with the model that speaks.",
    ),
    "no library": Unusable(
        lambda at: voice(at, weights={"does": "import"}),
        r"cannot be loaded \(No module named 'torsch'\)",
        "Install it again",
    ),
    "memory": Unusable(lambda at: voice(at, weights={"does": "memory"}), "too little memory", "Close other"),
    "killed": Unusable(lambda at: voice(at, weights={"does": "killed"}), "signal 9", "Close other"),
    "ended": Unusable(lambda at: voice(at, weights={"does": "exit"}), "status 3", "Install it again"),
    "hang": Unusable(lambda at: voice(at, weights={"does": "hang"}), "it took more than 1 s", "Close other"),
    "no rate": Unusable(lambda at: voice(at, weights={"rate": 0}), "the network has 0 samples a second"),
    "too high a rate": Unusable(lambda at: voice(at, weights={"rate": 10**6}), "1000000 samples a second"),
    "a key too many": Unusable(lambda at: set_to(at, snelheid=2), "unknown key 'snelheid'"),
    "a key too few": Unusable(
        lambda at: replace(voice(at), settings={"config": "dutch"}), "'state' is missing"
    ),
    "shapes from elsewhere": Unusable(
        lambda at: set_to(at, config="../x"), "'config' must be the name of a model"
    ),
    "state from elsewhere": Unusable(
        lambda at: set_to(at, state=str(at.parent / "x.safetensors")),
        "'settings.state' names .*, a file outside the folder of the template",
    ),
    "state from above": Unusable(
        lambda at: set_to(at, state="../x.safetensors"), "a file outside the folder of the template"
    ),
}


def test_what_is_wrong_with_a_voice_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong: list[str] = []
    monkeypatch.setattr(partner, "_LOADING_S", 10.0)
    for number, (name, row) in enumerate(UNUSABLE.items()):
        with monkeypatch.context() as patched:
            if name == "hang":
                patched.setattr(partner, "_LOADING_S", 1.0)
            unusable = Pocket(BEHIND)
            try:
                unusable.speak(PHRASES[1], row.arrange(tmp_path / str(number)))
                wrong.append(f"{name}: it speaks")
            except StemError as error:
                if not re.search(row.told, error.sentence) or row.hint not in error.hint:
                    wrong.append(f"{name}: {error.sentence} {error.hint}")
            unusable._partner.close()
    assert wrong == [], "\n".join(wrong)


def test_whoever_is_stopped_leaves_no_worker(tmp_path: Path) -> None:
    stopped = Pocket(BEHIND)

    def heard(_told: object) -> bool:
        return stopped._partner._process is None  # as long as there is none

    with pytest.raises(Cancelled), stage(heard, "speech"):
        stopped.speak(LONG, voice(tmp_path, "hang"))
    process = stopped._partner._process
    assert process is None or process.wait(10) != 0


def test_a_worker_that_reads_no_more_is_let_go_of() -> None:
    alone = partner.Partner(Path(pocketnetwork.__file__))
    alone._process = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert alone._process.stdin is not None
    alone._process.stdin.write(b"{}\n")
    alone.close()
    assert alone._process is None


def test_it_is_told_when_it_is_not_installed() -> None:
    with pytest.raises(EngineUnavailable) as error:
        Pocket(Behind(NETWORK, ("pocket-tts-of-nobody",)))
    assert "pocket-tts-of-nobody is not installed" in error.value.sentence
    assert error.value.hint == "Install it: pip install 'stem-meditatie[pocket]'"


def test_there_is_nothing_to_say_in_marks(pocket: Pocket, tmp_path: Path) -> None:
    with pytest.raises(StemError, match="there is nothing to say in it"):
        pocket.speak(' "…" ', voice(tmp_path))


def test_what_the_pace_is_measured_by_is_said_well_here() -> None:
    assert set(judging.MEASURED) == pocketnetwork.MEASURED


def test_daan_is_pinned_and_never_chosen_unasked() -> None:
    daan = find_voice("daan")
    assert (daan.engine, daan.rank, daan.installed) == ("pocket", 0, False)
    assert daan.download is not None
    for file in daan.download.files:
        assert re.match(r"[0-9a-f]{40}/languages/dutch/", file.path)
    names = {Path(daan.voice).name, daan.settings["tokenizer"], daan.settings["state"]}
    assert names == {file.name for file in daan.download.files}
    with pytest.raises(EngineUnavailable):
        engine("pocket").speak("Welkom.", daan)
