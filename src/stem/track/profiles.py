"""What a track is mastered for: how loud it is, how it begins and ends, and how it is encoded."""

from __future__ import annotations

from dataclasses import dataclass

from stem.errors import UnknownNameError
from stem.export.mp3 import Mp3Settings
from stem.messages import Message
from stem.script.timeline import POST_ROLL_S, PRE_ROLL_S
from stem.sound.mixing import Levels
from stem.units import SAMPLE_RATE

_USUAL = Levels()
_MP3 = Mp3Settings()


@dataclass(frozen=True, slots=True)
class Profile:
    """A way to master a track.

    Attributes:
        summary: One line for who chooses.
        levels: How loud everything is, and how it fades.
        ceiling_dbtp: The highest true peak before encoding; an MP3 adds up to 0.2 dB.
        pre_roll_s: Seconds of background before the first word.
        post_roll_s: Seconds after the last.
        has_bed: Whether a background is allowed.
        has_bells: Whether bells sound.
        closing_bell: Whether the track ends with a bell.
        mp3: How it is encoded.
        rate: Sample rate of the file in hertz.
        rms_db: The lowest and the highest RMS of the whole that who publishes it takes, in dB; None for any.
    """

    summary: str
    levels: Levels = _USUAL
    ceiling_dbtp: float = -1.5
    pre_roll_s: float = PRE_ROLL_S
    post_roll_s: float = POST_ROLL_S
    has_bed: bool = True
    has_bells: bool = True
    closing_bell: bool = False
    mp3: Mp3Settings = _MP3
    rate: int = SAMPLE_RATE
    rms_db: tuple[float, float] | None = None


DEFAULT = "default"

PROFILES: dict[str, Profile] = {
    DEFAULT: Profile(Message("speech at -18 LUFS (AES TD1008), for listening in peace")),
    "podcast": Profile(
        Message("speech at -16 LUFS, as Apple asks of podcasts (-16 +-1, at most -1 dBTP)"),
        Levels(speech_lufs=-16.0),
    ),
    "sleep": Profile(
        Message("quieter, no bells, and four minutes in which the background fades"),
        Levels(speech_lufs=-22.0, fade_in_s=10.0, fade_out_s=230.0),
        pre_roll_s=8.0,
        post_roll_s=240.0,
        has_bells=False,
    ),
    "insight-timer": Profile(
        Message("as Insight Timer asks: 48 kHz, 128 kbps, a bell at the end"),
        closing_bell=True,
        rate=48_000,
    ),
    # Audible's ACX: RMS of the whole between -23 and -18 dB, peaks under -3 dB, noise floor under -60 dB,
    # room tone around it, 192 kbps. Half of a track is silence, which takes 3 dB off its RMS.
    "acx": Profile(
        Message("as Audible (ACX) asks of audio books: no background, peaks under -3 dB, 192 kbps"),
        Levels(speech_lufs=-16.0),
        ceiling_dbtp=-3.3,
        pre_roll_s=0.8,
        post_roll_s=3.0,
        has_bed=False,
        has_bells=False,
        mp3=Mp3Settings(bitrate_kbps=192),
        rms_db=(-23.0, -18.0),
    ),
}
"""Every profile by its name."""


def find_profile(name: str) -> Profile:
    """Return the profile `name`.

    Raises:
        UnknownNameError: when there is none.
    """
    if name not in PROFILES:
        raise UnknownNameError("profile", name, PROFILES)
    return PROFILES[name]
