"""How the form calls what can be filled in: short labels for variables and their choices.

What stem's own scripts have stands here; a variable of an own script is called by its name.
"""

from __future__ import annotations

LABELS = {
    "naam": "Naam van de luisteraar",
    "naam_uitspraak": "Klinkt als",
    "vorm": "Aanspreken met",
    "adem": "De adem",
    "ogen": "De ogen",
    "afspraken": "De afspraken vooraf",
    "wie": "Om wie het gaat",
    "figuur": "Iemand die rust uitstraalt",
    "voornaamwoord": "Hoe over die persoon wordt gesproken",
    "figuur_bron": "Waar de luisteraar iemand zoekt",
    "situatie": "Iets wat spannend is",
    "plek": "Een plek",
    "zien": "Wat daar te zien is",
    "horen": "Wat daar te horen is",
    "voelen": "Wat daar te voelen is",
    "thema": "Waar de oefening over gaat",
    "zin_1": "Eerste eigen zin",
    "zin_2": "Tweede eigen zin",
    "zin_3": "Derde eigen zin",
    "zin_4": "Vierde eigen zin",
    "zin_5": "Vijfde eigen zin",
    "zin_6": "Zesde eigen zin",
    "begin": "Waarmee het begint",
    "iemand": "Aan iemand denken die rust uitstraalt",
    "overstappen": "Door de ogen van die ander kijken",
    "stil": "Lange stiltes",
    "terugweg": "De weg terug",
    "voeten-op-de-grond.figuur": "Wie of wat er op het schilderij staat",
}

CHOICES = {
    "vorm": {"je": "je", "u": "u"},
    "adem": {
        "volgen": "alleen volgen",
        "4-6": "meetellen: 4 in, 6 uit",
        "5-5": "meetellen: 5 in, 5 uit",
        "geen": "overslaan",
    },
    "ogen": {"keuze": "dicht of open, naar keuze", "open": "blijven open"},
    "afspraken": {"voluit": "voluit", "bekend": "kort, voor wie ze al kent"},
    "voornaamwoord": {"geen": "zonder hij of zij", "hij": "hij", "zij": "zij", "die": "die", "hen": "hen"},
    "figuur_bron": {
        "open": "waar dan ook",
        "bekende": "onder bekenden",
        "film": "in een film",
        "boek": "in een boek",
        "herinnering": "in een herinnering",
        "verzonnen": "verzonnen",
    },
    "begin": {"steun": "wat steun geeft", "geluid": "wat er te horen is", "kijken": "wat er te zien is"},
    "terugweg": {"lang": "uitgebreid", "kort": "kort"},
}

HINTS = {
    "naam": "Mag leeg blijven.",
    "vorm": "",
    "adem": "",
    "ogen": "",
    "afspraken": "",
    "voornaamwoord": "",
    "figuur_bron": "Als hij of zij nog niet gekozen is.",
    "begin": "",
    "terugweg": "",
}
"""In place of the script's own sentence, where the label and the choices say enough."""

_YES_NO = {"ja": "ja", "nee": "nee"}


def label(name: str, script: str = "") -> str:
    """Return what a variable is called, in a script where it means something of its own for one."""
    return LABELS.get(f"{script}.{name}") or LABELS.get(name) or name.replace("_", " ").capitalize()


def choice_labels(name: str, choices: tuple[str, ...]) -> dict[str, str]:
    """Return what its choices are called, by choice; of none, those of a question of yes or no."""
    known = CHOICES.get(name, {})
    return {choice: known.get(choice, choice) for choice in choices} if choices else dict(_YES_NO)
