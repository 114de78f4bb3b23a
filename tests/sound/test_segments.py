"""Sound at the front door goes out as pydub's AudioSegment, and comes in as one."""

from __future__ import annotations

import hashlib
import pickle
from pathlib import Path

import numpy as np
import pytest
from pydub import AudioSegment
from soundfiles import float_wav

from stem import files, units
from stem.errors import AudioError, UsageError
from stem.sound.beds import BedChoice, OwnBed
from stem.sound.decoding import decode
from stem.sound.segments import read_segment, wav_of

RATE = 44_100


def noise(length_s: float) -> np.ndarray:
    return np.random.default_rng(1).normal(0, 0.1, (units.frames(length_s), 2)).astype(np.float32)


def segment(samples: np.ndarray) -> AudioSegment:
    pcm = np.rint(samples * 32_767).astype("<i2").tobytes()
    return AudioSegment(pcm, sample_width=2, frame_rate=RATE, channels=2)


def test_a_file_becomes_a_segment_sample_for_sample(tmp_path: Path) -> None:
    sound = noise(1.5)
    sound[100] = 1.5  # above full scale
    (tmp_path / "a.wav").write_bytes(float_wav(sound, RATE))
    found = read_segment(tmp_path / "a.wav")
    assert (found.frame_rate, found.channels, found.sample_width, len(found)) == (RATE, 2, 2, 1500)
    samples = np.array(found.get_array_of_samples()).reshape(-1, 2)
    np.testing.assert_array_equal(samples, np.clip(np.rint(sound * 32_768), -32_768, 32_767))


def test_a_segment_becomes_a_file_and_the_same_segment_again(tmp_path: Path) -> None:
    given = segment(noise(1.0))
    (tmp_path / "a.wav").write_bytes(wav_of(given))
    assert read_segment(tmp_path / "a.wav") == given
    assert wav_of(segment(noise(1.0))) == wav_of(given)


@pytest.mark.parametrize("width", [1, 2, 4])
def test_samples_of_any_width_are_heard(tmp_path: Path, width: int) -> None:
    sound = noise(1.0)
    (tmp_path / "a.wav").write_bytes(wav_of(segment(sound).set_sample_width(width)))
    np.testing.assert_allclose(decode(tmp_path / "a.wav").samples, sound, atol=2.0 ** (2 - 8 * min(width, 2)))


def test_a_background_may_be_sound() -> None:
    given = segment(noise(3.0))
    choice = BedChoice.read(given, start_s=1.0, once=True, credit=" Muziek: iemand ")
    assert (choice.name, choice.credit, choice.is_noise) == ("(sound)", "Muziek: iemand", True)
    bed = pickle.loads(pickle.dumps(choice)).load(1)
    assert isinstance(bed, OwnBed)
    assert bed.once
    assert bed.frames == units.frames(2.0)
    assert choice.sha256(1) == hashlib.sha256(wav_of(given)).hexdigest()
    assert choice.sha256(1) != BedChoice.read(segment(noise(2.0))).sha256(1)


def test_a_background_that_was_sound_must_be_given_again() -> None:
    with pytest.raises(UsageError, match="was given as sound") as caught:
        BedChoice.read("(sound)")
    assert caught.value.hint == "Give it again."


def test_too_little_sound_is_refused_as_in_a_file() -> None:
    for length_s in (0.0, 0.5):
        with pytest.raises(AudioError, match="background"):
            BedChoice.read(segment(noise(length_s))).load(1)
    assert not list(files.cache_folder("beds").iterdir())
