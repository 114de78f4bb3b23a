"""The text that goes with the tracks of a client: how to listen, and whom to call.

It claims no healing and holds no name of a client. The words that address the listener are tokens, as in
scripts ({je}, {uw}, {jij}); sentences keep the order in which the verb is the same for je and u.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from textwrap import fill

from stem.characters import without_controls
from stem.script.dutch import forms
from stem.script.safety import Safety
from stem.units import format_time

LINE_WIDTH = 72
"""Characters in a line; what an e-mail shows without breaking it again."""

_ITEM = "- "

_MARK = "Kenmerk: "
_MARK_DIGITS = 8


@dataclass(frozen=True, slots=True)
class LetterTrack:
    """A track as the text tells of it.

    Attributes:
        file_name: Its name, with suffix.
        title: What it is called.
        seconds: How long it lasts.
        computer_voice: Whether a computer speaks in it.
    """

    file_name: str
    title: str
    seconds: float
    computer_voice: bool


_OPENING = (
    (
        "Alles zit in een zip-bestand met een wachtwoord. Het wachtwoord komt apart, bijvoorbeeld door de "
        "telefoon. Het staat nooit in dezelfde mail. Typ het precies over, ook de streepjes en de spaties."
    ),
    (
        "- Windows: gebruik het gratis programma 7-Zip (7-zip.org). De Verkenner van Windows kan dit slot "
        "meestal niet openen."
    ),
    "- Mac: dubbelklik op het bestand. Lukt dat niet op een oudere Mac, gebruik dan Keka (keka.io).",
    "- iPhone of iPad: tik op het bestand in de app Bestanden. Lukt dat niet, gebruik dan de app Keka.",
    "- Android: de app Bestanden kan dit slot vaak niet openen. Een app zoals ZArchiver of RAR kan dat wel.",
    (
        "Lukt het niet op {uw} telefoon? Open het bestand dan op een computer. Zet alles daarna op {uw} "
        "telefoon. Bewaar het op een plek waar alleen {jij} bij kunt."
    ),
)
"""macOS 11 and later open AES by themselves, 10.15 does not; Keka is for both, and for iOS (its notes)."""

_LISTENING = (
    "- Kies een rustige, veilige plek. Zet {uw} telefoon op 'niet storen'.",
    "- {Je} mag zitten of liggen. {Uw} ogen mogen dicht, of gewoon open blijven.",
    "- Een koptelefoon mag, maar het kan ook zonder. Kies wat {je} prettig vindt.",
    "- Zet het geluid zacht. Het is goed als {je} de stem nog makkelijk verstaat.",
    "- Niets hoeft te lukken. Weinig voelen mag, en spanning voelen mag ook.",
    "- {Je} mag op elk moment stoppen. Zet het geluid dan gewoon uit.",
    "- Blijf na afloop nog even zitten. Kijk om {je} heen. Sta dan rustig op.",
)

_TOO_MUCH = (
    (
        "Zet het geluid uit en doe {uw} ogen open. Voel {uw} voeten op de grond. Kijk om {je} heen en noem "
        "vijf dingen die {je} ziet. Drink een slok water, of loop een stukje. Bel iemand die {je} vertrouwt."
    ),
    "Luister pas weer als het rustig is. Vertel het ook aan degene van wie {je} dit kreeg.",
)

_SILENCES = (
    (
        "De stiltes horen erbij, ook de lange. Sommige apps maken stiltes korter of slaan ze over. Dan klopt "
        "de oefening niet meer. Zet dat dus uit in de app waarmee {je} luistert. Het heet overal anders, "
        "bijvoorbeeld:"
    ),
    "- Overcast: 'Smart Speed'",
    "- Pocket Casts en Castro: 'Trim Silence'",
    "- AntennaPod en Podcast Addict: 'Skip Silence'",
    "- in andere apps: 'stilte overslaan', 'stilte inkorten' of iets wat daarop lijkt",
    "Zet ook dit uit, als {uw} app het heeft:",
    "- 'crossfade' of 'automix': dan lopen opnames in elkaar over",
    "- 'volume normaliseren', 'Sound Check', 'Volume Boost', 'Voice Boost': dan wordt wat zacht is harder",
    "- 'shuffle' of willekeurig afspelen: dan klopt de volgorde niet",
    "Zet de snelheid op 1x. Dat is het gewone tempo.",
)
"""Names as the apps had them in 2024 and 2025."""

_PHONE = (
    (
        "- iPhone of iPad: tik bij de opname op het deelteken. Kies 'Bewaar in Bestanden'. Luister daarna in "
        "de app Bestanden."
    ),
    "- Android: kies 'Downloaden' of 'Opslaan'. Luister daarna in de app Bestanden, of bijvoorbeeld in VLC.",
)


def covering_text(
    tracks: Sequence[LetterTrack],
    *,
    form: str,
    practice: str,
    safety: Safety,
    own_help: tuple[str, ...] = (),
    locked: bool = False,
) -> str:
    """Return the text to send with tracks, in Dutch, in lines of `LINE_WIDTH` that end in a line feed.

    Names of files and of settings are never broken: a line that has nothing else may be longer. The last line
    has a mark by which `is_untouched` knows the text.

    Args:
        tracks: At least one, in the order in which to listen.
        form: "je" or "u".
        practice: Who sends them; may be empty.
        safety: What a listener in their country is told.
        own_help: Whom to turn to at the practice, a sentence each; these come first.
        locked: Whether the tracks are in a zip file with a password.

    Raises:
        ValueError: when there is no track, or `form` is neither.
    """
    if not tracks:
        raise ValueError("a covering text is about at least one track")
    words = forms(form)

    def said(lines: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(line.format_map(words) for line in lines)

    numbers = tuple(f"{_ITEM}{_in_line(line)}" for line in (*own_help, *safety.help_lines) if line.strip())
    parts = [
        ("Het bestand openen", said(_OPENING) if locked else ()),
        ("Veilig luisteren", (safety.line,)),
        ("Rustig luisteren", said(_LISTENING)),
        ("Als het te veel wordt", said(_TOO_MUCH)),
        ("Wie helpt", numbers),
        ("Stiltes", said(_SILENCES)),
        ("Op een telefoon", said(_PHONE)),
    ]
    blocks = [_opening(tracks, words, _in_line(practice))]
    blocks += [f"{_underlined(title, '-')}\n\n{_laid_out(lines)}" for title, lines in parts if lines]
    text = "\n\n\n".join(blocks)
    return f"{text}\n\n\n{_MARK}{_mark_of(text)}\n"


def is_untouched(content: bytes) -> bool:
    """Tell whether a file holds a covering text in which no one has changed a word since it was written.

    Another covering text may then take its place. Where its lines end does not matter: editors change that.
    """
    text, _, mark = content.decode(errors="replace").rpartition(_MARK)
    return mark.strip() == _mark_of(text)


def _mark_of(text: str) -> str:
    """Return a few digits that all words of a text have a say in."""
    return sha256(_in_line(text.removeprefix("\ufeff")).encode()).hexdigest()[:_MARK_DIGITS]


def _opening(tracks: Sequence[LetterTrack], words: Mapping[str, object], practice: str) -> str:
    """Return what is sent, by whom, and in which order to listen."""
    one = len(tracks) == 1
    opnames = "opname" if one else "opnames"
    sender = f" van {practice.rstrip('.')}" if practice else ""
    order = "" if one else " Luister ernaar in deze volgorde."
    spoken = [track.title for track in tracks if track.computer_voice]
    after = [f"{words['Je']} mag zo vaak luisteren als {words['je']} wilt."]
    if len(spoken) == len(tracks):
        after.append("De stem is een computerstem.")
    elif spoken:
        after.append(f"Een computerstem spreekt in: {', '.join(map(_in_line, spoken))}.")
    return "\n\n".join(
        (
            _underlined(f"{words['Uw']} {opnames}", "="),
            _filled(f"Dit {'is' if one else 'zijn'} {words['uw']} {opnames}{sender}.{order}"),
            "\n".join(_listed(number, track) for number, track in enumerate(tracks, start=1)),
            _filled(" ".join(after)),
        )
    )


def _listed(number: int, track: LetterTrack) -> str:
    """Return a track's title and length, and its file below it, on a line of its own and whole."""
    length = format_time(track.seconds)
    unit = "uur" if length.count(":") > 1 else "minuten"
    mark = f"{number}. "
    indent = " " * len(mark)
    return f"{_filled(f'{mark}{_in_line(track.title)} ({length} {unit})', indent)}\n{indent}{track.file_name}"


def _laid_out(lines: Iterable[str]) -> str:
    """Return paragraphs with an empty line before each, and the items of a list right below each other."""
    text = ""
    for line in lines:
        item = line.startswith(_ITEM)
        text += "" if not text else "\n" if item else "\n\n"
        text += _filled(line, " " * len(_ITEM) if item else "")
    return text


def _filled(text: str, indent: str = "") -> str:
    return fill(text, LINE_WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _underlined(title: str, line: str) -> str:
    return f"{title}\n{line * len(title)}"


def _in_line(text: str) -> str:
    """Return words that someone filled in as one line."""
    return " ".join(without_controls(text, " ").split())
