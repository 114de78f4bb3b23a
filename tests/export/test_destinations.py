"""What is chosen gets there: the file is under the cap and as good as that allows, or it says why not."""

from __future__ import annotations

import re
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from knownsound import Known

from stem.cli.output import in_options
from stem.errors import UnknownNameError, UsageError
from stem.export import tags as tagging
from stem.export.cover import generated
from stem.export.destinations import (
    DESTINATIONS,
    MAIL_BYTES,
    WHATSAPP_BYTES,
    Delivery,
    Destination,
    chosen,
    find_destination,
)
from stem.export.formats import FORMATS, Settings
from stem.sound.clips import Samples
from stem.units import frames, parse_seconds

TAG_BYTES = 150_000
"""A drawn cover and the words of half an hour."""

CAPPED = ["mail", "whatsapp"]


def noise(length: int, seed: int = 1) -> Samples:
    return np.random.default_rng(seed).normal(0.0, 0.05, (length, 2)).astype(np.float32)


def delivery(name: str, minutes: float, *, bed_is_noise: bool = True) -> Delivery:
    return chosen(DESTINATIONS[name], 60 * minutes, bed_is_noise=bed_is_noise, tag_bytes=TAG_BYTES)


def sound_for(found: Delivery, length: int) -> Known:
    return Known(noise(length)[:, : found.settings.channels])


def written_bytes(delivered: Delivery, seconds: float, path: Path) -> int:
    length = frames(seconds, delivered.rate)
    found = FORMATS[delivered.format]
    assert found.write(path, sound_for(delivered, length), delivered.settings, delivered.rate) == length
    return path.stat().st_size


# --- what is chosen


@pytest.mark.parametrize(
    ("minutes", "bed_is_noise", "expected"),
    [
        (1.0, True, Settings(128)),
        (15.0, True, Settings(128)),
        (15.2, True, Settings(112)),
        (17.0, True, Settings(112)),
        (18.0, True, Settings(96)),
        (20.0, True, Settings(96)),
        (15.0, False, Settings(128)),
        (20.0, False, Settings(96)),
        (21.0, False, Settings(80, channels=1)),
        (24.0, False, Settings(80, channels=1)),
        (25.0, False, Settings(64, channels=1)),
        (30.0, False, Settings(64, channels=1)),
    ],
)
def test_mail_carries_the_best_that_fits(minutes: float, bed_is_noise: bool, expected: Settings) -> None:  # noqa: FBT001
    found = delivery("mail", minutes, bed_is_noise=bed_is_noise)
    assert (found.format, found.settings, found.rate, found.bell) == ("mp3", expected, 44_100, False)
    assert found.expected_bytes <= MAIL_BYTES


def test_a_mail_that_is_packed_for_its_way_is_under_20_megabytes() -> None:
    lines = -(-MAIL_BYTES // 57)  # base64 in lines of 76 characters, and their ends (RFC 2045)
    assert lines * 78 < 20_000_000
    assert MAIL_BYTES < 14 * 2**20
    assert MAIL_BYTES < WHATSAPP_BYTES


def test_whatsapp_carries_a_little_more_than_mail() -> None:
    assert delivery("whatsapp", 16.0).settings == Settings(128)
    assert delivery("mail", 16.0).settings == Settings(112)


def test_a_website_and_insight_timer_take_any_length() -> None:
    for name, rate, bell in (("website", 44_100, False), ("insight-timer", 48_000, True)):
        found = delivery(name, 12 * 60.0)
        assert (found.format, found.settings, found.rate, found.bell) == ("mp3", Settings(128), rate, bell)


def test_an_archive_keeps_everything() -> None:
    found = delivery("archive", 60.0)
    assert (found.format, found.settings, found.rate) == ("flac", Settings(), 44_100)


def test_whatever_is_chosen_its_format_can_write(tmp_path: Path) -> None:
    for name in DESTINATIONS:
        for minutes in (1.0, 17.0, 20.0, 24.0, 28.0):
            found = chosen(DESTINATIONS[name], 60 * minutes, bed_is_noise=False, tag_bytes=0)
            written = FORMATS[found.format].write(
                tmp_path / "a", sound_for(found, 5000), found.settings, found.rate
            )
            assert written == 5000


def test_a_destination_that_is_not_there_is_told() -> None:
    assert find_destination("mail") is DESTINATIONS["mail"]
    with pytest.raises(UnknownNameError, match="There is no destination named 'male'") as caught:
        find_destination("male")
    assert caught.value.hint == "Did you mean 'mail'?"


# --- how large it becomes


@settings(max_examples=25)
@given(
    name=st.sampled_from(["mail", "insight-timer"]),
    which=st.integers(0, 4),
    seconds=st.floats(0.001, 2.0),
)
def test_the_size_of_an_mp3_is_known_before_it_is_written(name: str, which: int, seconds: float) -> None:
    destination = replace(
        DESTINATIONS[name], qualities=(DESTINATIONS["mail"].qualities[which],), most_bytes=None
    )
    found = chosen(destination, seconds, bed_is_noise=False, tag_bytes=0)
    with tempfile.TemporaryDirectory() as folder:
        real = written_bytes(found, seconds, Path(folder) / "a.mp3")
    assert found.settings.bitrate_kbps is not None
    frame_bytes = 144_000 * found.settings.bitrate_kbps / found.rate
    assert real <= found.expected_bytes <= real + 2 * frame_bytes + 2  # and a frame is rounded, up or down


@settings(max_examples=25)
@given(seconds=st.floats(0.5, 2.0), most_bytes=st.integers(5_000, 40_000), bed_is_noise=st.booleans())
def test_the_real_file_is_under_the_cap_and_none_better_would_be(
    seconds: float,
    most_bytes: int,
    bed_is_noise: bool,  # noqa: FBT001
) -> None:
    small = replace(DESTINATIONS["mail"], most_bytes=most_bytes)
    allowed = [quality.settings for quality in small.qualities if quality.keeps_noise or not bed_is_noise]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.mp3"
        try:
            found = chosen(small, seconds, bed_is_noise=bed_is_noise, tag_bytes=0)
        except UsageError:
            better = allowed
        else:
            assert written_bytes(found, seconds, path) <= found.expected_bytes <= most_bytes
            better = allowed[: allowed.index(found.settings)]
        for refused in better[-1:]:
            assert refused.bitrate_kbps is not None
            two_frames = 2 * 144 * refused.bitrate_kbps / 44.1 + 2
            would_be = written_bytes(Delivery("mp3", refused, 44_100, False, 0), seconds, path)
            assert would_be > most_bytes - two_frames


def test_tags_count(tmp_path: Path) -> None:
    path, words = tmp_path / "a.mp3", "Adem rustig in, en weer uit. Voel de grond onder je voeten.\n" * 40
    tags = tagging.Tags(title="Zee", artist="Praktijk", album="Rust", lyrics=words, cover=generated("Zee"))
    before = written_bytes(delivery("mail", 0.02), 1.2, path)
    tagging.tag(path, tags, [], tagging.MP3)
    tag_bytes = path.stat().st_size - before
    roomy = replace(DESTINATIONS["mail"], most_bytes=before + tag_bytes + 1000)
    found = chosen(roomy, 1.2, bed_is_noise=True, tag_bytes=tag_bytes)
    assert found.settings == Settings(128)
    assert path.stat().st_size <= found.expected_bytes
    with pytest.raises(UsageError):
        chosen(replace(roomy, most_bytes=tag_bytes), 1.2, bed_is_noise=True, tag_bytes=tag_bytes)


def test_a_flac_stays_under_what_is_expected(tmp_path: Path) -> None:
    found = chosen(DESTINATIONS["archive"], 1.5, bed_is_noise=True, tag_bytes=0)
    assert written_bytes(found, 1.5, tmp_path / "a.flac") < found.expected_bytes


@pytest.mark.slow
def test_a_track_as_long_as_a_thirtieth_of_mail_takes_is_under_a_thirtieth_of_the_cap(tmp_path: Path) -> None:
    thirtieth = replace(DESTINATIONS["mail"], most_bytes=MAIL_BYTES // 30)
    found = chosen(thirtieth, 60.0, bed_is_noise=False, tag_bytes=TAG_BYTES // 30)
    assert found.settings == Settings(64, channels=1)
    minute = Known(np.tile(noise(44_100)[:, :1], (60, 1)))
    FORMATS["mp3"].write(tmp_path / "a.mp3", minute, found.settings)
    tags_and_difference = found.expected_bytes - (tmp_path / "a.mp3").stat().st_size
    assert 0 <= tags_and_difference - TAG_BYTES // 30 < 3 * 209  # an MP3 frame of 64 kbps


# --- when it does not get there


@pytest.mark.parametrize("name", CAPPED)
def test_noise_is_not_harmed_to_get_there(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        delivery(name, 25.0)
    most = {"mail": "14.6", "whatsapp": "16.0"}[name]
    assert caught.value.sentence == (
        f"A track of 25:00 does not fit in {DESTINATIONS[name].title}: at 96 kbps it is 18.2 MB of at most "
        f"{most}, and less would harm its background."
    )
    shorter = {"mail": "20m", "whatsapp": "22m"}[name]
    assert in_options(caught.value.hint) == (
        f"Put it on a website (--for website) and send the link, make it shorter (--duration {shorter}), "
        "leave out the background (--bed none), or make two tracks of it."
    )


def test_what_would_not_help_is_not_proposed() -> None:
    with pytest.raises(
        UsageError, match=r"at 64 kbps it is 19\.4 MB of at most 14\.6, and less would harm its speech"
    ) as caught:
        delivery("mail", 40.0, bed_is_noise=False)
    assert "--bed" not in in_options(caught.value.hint)
    with pytest.raises(UsageError, match="less would harm its background") as caught:
        delivery("mail", 40.0)  # without it, it would still be too long
    assert "--bed" not in in_options(caught.value.hint)


@given(minutes=st.floats(20.5, 700.0), bed_is_noise=st.booleans(), tag_bytes=st.integers(0, 2_000_000))
def test_what_is_proposed_helps(minutes: float, bed_is_noise: bool, tag_bytes: int) -> None:  # noqa: FBT001
    mail = DESTINATIONS["mail"]

    def try_it(destination: Destination, seconds: float, *, noise_bed: bool) -> Delivery:
        return chosen(destination, seconds, bed_is_noise=noise_bed, tag_bytes=tag_bytes)

    try:
        try_it(mail, 60 * minutes, noise_bed=bed_is_noise)
    except UsageError as error:
        shorter = re.search(r"--duration (\d+m)", in_options(error.hint))
        assert shorter is not None
        try_it(mail, parse_seconds(shorter[1]), noise_bed=bed_is_noise)
        with pytest.raises(UsageError):  # and a minute longer would not
            try_it(mail, parse_seconds(shorter[1]) + 61, noise_bed=bed_is_noise)
        try_it(DESTINATIONS["website"], 60 * minutes, noise_bed=bed_is_noise)
        if "--bed none" in in_options(error.hint):
            try_it(mail, 60 * minutes, noise_bed=False)
