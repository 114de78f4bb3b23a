"""Dutch verbs in the present: the form of "ik", and what "je" and "u" make of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

_BEFORE_U: Mapping[str, str] = MappingProxyType(
    {
        "ben": "bent",
        "heb": "hebt",
        "hou": "houdt",
        "houd": "houdt",
        "kan": "kan",
        "kun": "kunt",
        "mag": "mag",
        "rij": "rijdt",
        "rijd": "rijdt",
        "snij": "snijdt",
        "snijd": "snijdt",
        "vind": "vindt",
        "wil": "wilt",
        "word": "wordt",
        "zal": "zal",
        "zou": "zou",
        "zul": "zult",
    }
)
"""The verb before "je" to the verb before "u", where adding a t is not the rule or could be doubted."""

_AFTER_JE = {"kan": "kunt", "zal": "zult"}

_WRITTEN_PAST = (
    "was had ging kwam deed zag zei werd kreeg moest wilde wou kon mocht zou vond nam gaf stond zat lag "
    "liep sprak bleef dacht wist bracht at dronk hielp hield liet viel sliep schreef las riep vroeg "
    "begon verloor kende voelde hoorde maakte belde werkte praatte durfde hoefde leefde woonde speelde "
    "huilde zorgde trouwde"
)
PAST = frozenset(_WRITTEN_PAST.split())
"""The same with every subject in the singular."""

_WRITTEN_FIRST_PERSON = (
    "ben heb word doe ga sta zie zit lig kom neem geef zeg vraag praat bel voel denk weet wil kan zal mag "
    "moet hoef durf ken krijg vind houd hou laat maak werk zoek stel loop rij rijd ren eet drink slaap "
    "lees schrijf luister kijk hoor ruik proef raak pak leg zet til draag breng haal koop verkoop betaal "
    "verdien verlies win begin stop eindig blijf vertrek reis woon leef sterf huil lach schaam schrik "
    "vrees haat mis verlang hoop geloof twijfel vertrouw verwacht wacht wens kies besluit beslis probeer "
    "leer oefen speel dans zing sport wandel fiets zwem val spring help steun zorg troost bied deel "
    "antwoord reageer presenteer solliciteer vergader telefoneer app mail groet ontmoet bezoek trouw "
    "scheid vrij kus knuffel vecht schreeuw zwijg lieg beloof vergeef verwijt klaag erger ontspan adem "
    "rust piekker pieker panikeer paniek faal slaag struikel verdwaal vlucht verberg verstop bescherm "
    "verdedig weiger protesteer spreek vertel noem roep fluister teken kook poets ruim was douche kleed "
    "voed aai zwaai knik steek trek duw gooi vang hang spaar leen geniet beweeg vergeet herinner besef "
    "begrijp snap merk bedoel beteken lijk schijn blijk heet open sluit start stap klim bots crash meld "
    "melden gedraag verspreek vergis haast bemoei verheug voeg bespreek overleg onderhandel verhuis "
    "emigreer studeer examineer rapporteer discussieer functioneer kritiseer corrigeer controleer"
)
_FIRST_PERSON = frozenset(_WRITTEN_FIRST_PERSON.split()) - {"melden", "paniek", "piekker", "was"}

_PREFIXES = (
    "aan af achter bij binnen boven buiten dicht door eruit erop eraan erbij goed heen in kwijt langs "
    "leeg los mee mis na neer om op open over rond samen stil tegen terecht terug thuis toe uit vast "
    "vol voor vooruit voort weg wakker klaar deel alleen ineen uiteen tevoorschijn"
)
_WRITTEN_NO_VERBS = (
    "wanneer alweer meer zeer ermee weleer meneer sfeer verkeer beer keer weer peer speer veer heer leer "
    "eer neer"
)
_NO_VERBS = frozenset(_WRITTEN_NO_VERBS.split())


@cache
def _base(word: str) -> str:
    """Return the verb behind a particle ("op" in "opsta"), or "" when there is none."""
    bases = (word.removeprefix(each) for each in _PREFIXES.split() if word.startswith(each))
    return next((base for base in bases if base in _FIRST_PERSON), "")


def before_u(verb: str) -> str:
    """Return the present tense before "u" of the verb form that stands before "je"."""
    if verb in _BEFORE_U:
        return _BEFORE_U[verb]
    if verb.endswith("t"):
        return verb
    if re.search(r"(?:^|[^aeiou])[aou]$", verb):  # ga -> gaat, sta -> staat
        return f"{verb}{verb[-1]}t"
    return f"{verb}t"


def is_first_person(word: str) -> bool:
    """Tell whether a word is the present tense of "ik", also with a particle before it: "opsta"."""
    by_pattern = re.fullmatch(r"[a-zé]{3,}eer", word) is not None and word not in _NO_VERBS
    return word in _FIRST_PERSON or by_pattern or _base(word) != ""


def with_t(verb: str, *, inverted: bool = False) -> str:
    """Return the form of "je" and "u" of a verb as "ik" has it; what is past is the same.

    Args:
        verb: As with "ik", with or without a particle before it.
        inverted: Whether "u" stands behind it.
    """
    if verb in PAST:
        return verb
    base = "" if verb in _FIRST_PERSON else _base(verb)
    if base:
        return verb.removesuffix(base) + with_t(base, inverted=inverted)
    return before_u(verb) if inverted else _AFTER_JE.get(verb) or before_u(verb)
