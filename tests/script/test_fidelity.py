"""The whole exercise says what the article asks, in its order and in plain words, at every length."""

from __future__ import annotations

import re

import pytest

from stem.script.cues import Pause, Utterance
from stem.script.marks import parse_cues
from stem.script.template import find_script

BEATS = {
    "B1 someone relaxed in relations": r"iemand die ontspannen is bij anderen",
    "B1 welcome, supple and safe": r"welkom.*makkelijk met mensen om|welkom en veilig.*makkelijk met mensen",
    "B2 film, book, memory, invented": r"film, een boek of een herinnering, of verzin iemand",
    "B3 see this person": r"die ander voor (?:je|u) ziet",
    "B4 how they move in contact": r"Kijk hoe .* met mensen omgaat",
    "B5 the posture": r"houding",
    "B6 a boundary": r"grens",
    "B6 a need followed": r"rust nemen|even rust genomen",
    "B7 what comes up": r"Merk maar wat er in (?:je|u) opkomt",
    "B7 how they go through life": r"door het leven",
    "B8 opposite": r"tegenover die ander staat",
    "B9 body and breath": r"(?:je|uw) lichaam en met (?:je|uw) adem",
    "B10 where trust": r"Waar merk(?:t u| je) iets van vertrouwen of ontspanning",
    "B10 where not": r"En waar juist niet",
    "B11 full safety can be hard": r"Helemaal veilig hoeft het niet te voelen",
    "B11 a part recognises it": r"een deel van (?:je|u) dat die rust herkent",
    "B13 a tense situation": r"een beetje spannend vindt",
    "B13 a room of strangers, a need": r"kamer vol onbekenden.*zeggen wat (?:je|u) nodig heb",
    "B12 through their eyes": r"door de ogen van die ander kijkt",
    "B14 how they would live it": r"Hoe zou die ander dit beleven",
    "B15 the body": r"Hoe voelt het in het lichaam",
    "B15 thoughts": r"Welke gedachten",
    "B15 beliefs": r"gelooft die ander over zichzelf en over anderen",
    "B15 emotions": r"welke gevoelens",
    "A4 back behind one's own eyes": r"achter (?:je|uw) eigen ogen",
    "B16 what has become self-evident": r"zo vanzelfsprekend geworden dat",
    "B16 an old protection": r"oude manier om (?:je|u)zelf te beschermen",
    "B17 a new option for one's nervous system": r"een nieuwe optie worden in (?:je|uw) eigen zenuwstelsel",
    "B18 history stays": r"geschiedenis blijft zoals die is",
    "B18 safer, freer, more attuned, nourishing": r"veiliger.*vrijer.*(?:je|u) past.*goeddoet",
    "attachment is not fixed": r"ligt niet voor altijd vast",
    "new tracks, explained": r"nieuwe sporen ontstaan, zoals een paadje",
}
"""In the order of the exercise: one chooses a situation (B13) before one looks along (B12)."""

ASKED = (
    "Hoe zou die ander dit beleven",
    "Welke gedachten",
    "gelooft die ander",
    "welke gevoelens",
    "En waar juist niet",
)
"""What is asked of the listener is given time."""


@pytest.mark.parametrize("vorm", ["je", "u"])
@pytest.mark.parametrize("minutes", [10, 12, 15, 20, 25])
def test_every_beat_is_there_in_order_and_in_plain_words(minutes: float, vorm: str) -> None:
    cues = parse_cues(find_script("door-andere-ogen").render({"vorm": vorm}, minutes=minutes).lines)
    said = " ".join(cue.text for cue in cues if isinstance(cue, Utterance))
    place = 0
    for beat, words in BEATS.items():
        found = re.compile(words).search(said, place)
        assert found, f"{beat} is missing, or comes too early"
        place = found.start()


@pytest.mark.parametrize("minutes", [10, 15, 20])
def test_a_question_is_followed_by_time_to_feel(minutes: float) -> None:
    cues = parse_cues(find_script("door-andere-ogen").render({}, minutes=minutes).lines)
    for question in ASKED:
        place = next(n for n, cue in enumerate(cues) if isinstance(cue, Utterance) and question in cue.text)
        pause = cues[place + 1]
        assert isinstance(pause, Pause)
        assert pause.name in {"voel", "beeld", "ruim"}
