"""Says one phrase with espeak-ng: text on standard input, sound on standard output. Run by path.

    python -I -S espeak_worker.py LIBRARY DATA RATE PITCH RANGE VOLUME

DATA is the folder that holds espeak-ng-data; the voice file is `VOICE` in the working folder. Out comes the
sample rate (4 bytes, little-endian), then signed 16-bit samples in the machine's byte order; when that fails,
an exit status from `STATUS`.

A phrase gets a process of its own because espeak-ng is one global state: not safe with threads, not the same
twice in one process, and a crash of it takes its process along. Only the standard library, and little of it:
this starts for every phrase.
"""

import ctypes
import sys

VOICE = "voice"
STATUS = {"no library": 3, "no data": 4, "no voice": 5, "no speech": 6}

# speak_lib.h of espeak-ng 1.52
_SYNCHRONOUS = 2
_DO_NOT_EXIT = 0x8000
_UTF8_WITH_PHONEMES = 0x101
"""Phonemes stand between [[ and ]]."""
_CHARACTER_POSITION = 1
_PARAMETERS = (1, 3, 4, 2)  # rate, pitch, range, volume


def main(library: str, data: str, *numbers: str) -> int:
    """Speak, and return the exit status; `numbers` as in `_PARAMETERS`."""
    try:
        espeak = ctypes.CDLL(library)
    except OSError:
        return STATUS["no library"]
    sample_rate = espeak.espeak_Initialize(_SYNCHRONOUS, 0, data.encode(), _DO_NOT_EXIT)
    if sample_rate <= 0:
        return STATUS["no data"]
    sound: list[bytes] = []

    def collect(samples: int | None, count: int, _events: int | None) -> int:
        if samples and count > 0:
            sound.append(ctypes.string_at(samples, 2 * count))
        return 0

    # Kept in a name: espeak-ng holds no reference to it.
    callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)(collect)
    espeak.espeak_SetSynthCallback(callback)
    if espeak.espeak_SetVoiceByFile(VOICE.encode()) != 0:
        return STATUS["no voice"]
    for parameter, number in zip(_PARAMETERS, numbers, strict=True):
        espeak.espeak_SetParameter(parameter, int(number), 0)
    espeak.espeak_ng_SetRandSeed(1)
    text = sys.stdin.buffer.read() + b"\0"
    size = ctypes.c_size_t(len(text))
    if espeak.espeak_Synth(text, size, 0, _CHARACTER_POSITION, 0, _UTF8_WITH_PHONEMES, None, None) != 0:
        return STATUS["no speech"]
    sys.stdout.buffer.write(sample_rate.to_bytes(4, "little") + b"".join(sound))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
