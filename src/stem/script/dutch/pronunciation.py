# ruff: noqa: RUF001 - phonetic signs look like letters
"""Kinds of words that espeak-ng reads wrong, and Piper with it: a rule each, for words outside the lexicon.

A word is cut where a reader hears its parts ("vast-houden", "sterren-hemel"), its stress is put where it
belongs by the phonemes of its first part ("[[ɔm]]-armen"), or a dull e is written as a u, which sounds like
it. Only what reads phonemes is given this; the other voices read Dutch as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

_Kind: TypeAlias = tuple[str, str | Callable[[re.Match[str]], str]]

_DULL_FIRST = (
    "achter|aarde|akker|ander|appel|adel|beneden|bliksem|bloemen|bloesem|borstel|broeder|bergen|berken"
    "|binnen|bitter|boeren|boezem|bossen|buiten|bezem|bijen|bodem|bomen|boter|boven|berg|dageraads"
    "|dochter|druppel|dekens|diepte|dieren|donder|donker|draken|dromen|deken|engelen|eenden|eikel|eiken"
    "|einde|engel|enkel|fluister|fakkel|gedachten|gedachte|gisteren|ganzen|gebeds|gember|handels?|handen"
    "|helder|herder|hersen|heuvel|hinder|honden|honger|hoogte|huppel|hagel|hazel|heide|hemel|ijzer"
    "|kerstbomen|kinderen|koningen|kaarsen|keizers|klavier|kleuter|klokken|knuffel|kalmte|keizer|kelder"
    "|keuken|kikker|kinder|koepel|koffer|krekel|kussen|kamer|ketel|kogel|koper|lijster|luister|ladder"
    "|lauwer|leegte|lekker|lengte|letter|leugen|liefde|linker|longen|leder|lepel|leven|meester|monster"
    "|mosterd|mantel|mensen|middel|midden|minder|modder|moeder|morgen|meter|molen|motor|nummer|nagel"
    "|negen|nevel|oester|oefen|oever|orgel|ouder|ogen|paarden|polder|puzzel|peper|rechter|rammel|ridder"
    "|rimpel|ruimte|regel|regen|rozen|schaduwen|schelpen|schilder|schommel|schouder|sneeuwen|schakel"
    "|schemer|sleutel|slinger|spiegel|spijker|sterren|sikkel|snavel|stenen|stilte|suiker|troetel|trommel"
    "|twijfel|tempel|tranen|tussen|tafel|tegen|teken|tover|vrienden|vlammen|vlinder|vreugde|vrouwen"
    "|vinger|voeten|vredes|vader|veder|veren|vezel|vogel|vrede|wandel|warmte|wekker|wervel|wiegel|wimper"
    "|winkel|winter|wissel|wolken|wonder|wortel|wapen|water|wezen|zenuwen|zieken|ziekte|zielen|zilver"
    "|zonnen|zuiver|zuster|zadel|zeven|zomer|zonne"
)
"""What many words begin with, and has a dull e that espeak reads as a clear one amid a word."""

_DULL_LAST = (
    "bezem|bodem|boezem|bekken|deken|druppel|engel|heuvel|hemel|kamer|ketel|keten|kussen|lepel|letter|leven|masker|middel"
    "|nagel|navel|nevel|oefening|regel|regen|rimpel|schakel|schouder|sleutel|snavel|spiegel|tafel|teken|tempel|tepel|toren"
    "|vinger|vleugel|vlinder|vogel|water|wervel|wezen|wimper|winkel|wonder|wortel|zetel"
)
"""What many words end with, where the same happens."""

_FULL_LAST = (
    "veld|geld|mens|lens|wens|held|grens|breker|spreker|steker|meter|veger|lezer|nemer|gever|weger|nemend|gevend|nemers"
    "|gevers|spreken|breken|geven|nemen|lezen|meten|spelen|zijn"
)
"""What is read with a dull e, or without stress, where a longer word ends with it."""

_SHORT_LAST = (
    "arm|bad|band|bank|beek|beeld|been|berg|bericht|blad|blik|bloed|bloei|bloem|boei|boek|boom|boot|bord"
    "|borst|bos|brand|bot|brief|broek|bron|brood|brug|buik|daad|deel|deur|dienst|dier|dijk|doek|doel|doen"
    "|draad|draak|dragen|droom|duif|duin|feest|fiets|gaan|gang|geest|geit|geur|gids|glas|gloed|god|golf"
    "|gras|groei|groen|groep|grond|haak|haan|haar|hals|hand|hart|heks|hemd|hert|heup|hoed|hoek|hof|hond"
    "|hoofd|hoop|houden|hout|huid|huis|hut|jas|jurk|kaars|kaart|keel|kerk|kern|keus|keuze|kind|klok|knie"
    "|koe|koek|komen|koor|kop|kracht|kring|kruid|kruis|kunst|kus|kuur|lamp|land|last|laten|leed|leggen"
    "|licht|lied|liggen|lijf|lijn|loof|loop|lopen|lucht|maan|maat|macht|maken|moord|mouw|muis|muts|muur"
    "|nacht|nek|neus|noot|oog|paal|paar|paard|pad|pak|park|pauze|perk|pijn|plaats|plant|plas|plein|plek"
    "|poel|poes|poort|pop|pot|raad|raam|rand|recht|reeks|reis|rijk|roep|roes|roos|rots|rug|ruis|rust"
    "|schaal|schaap|schat|scherm|schijn|schip|schoen|school|schrift|slaan|slaap|slag|slang|slot|sneeuw"
    "|soep|spel|spier|spoor|spraak|sprong|staan|staat|staf|steen|stem|stijl|stoel|stoet|stok|stoot|stop"
    "|storm|straat|strand|streek|strijd|stroom|struik|stuk|taak|tak|teen|teil|thee|tijd|tocht|toon|touw"
    "|trap|trein|trek|troost|tuin|vak|vallen|vest|vis|vlag|vlak|vlam|vlees|vloed|vloer|voet|volk|vorm"
    "|vos|vraag|vracht|vrees|vrouw|vrucht|vuur|wacht|wand|weer|weg|werf|werk|wieg|wiel|wijn|wijs|wind"
    "|winst|wol|wolf|wolk|woord|worm|wortel|zaad|zaak|zaal|zand|zang|zee|zeep|zeil|zetten|zien|zitten"
    "|zool|zorg|zout|zuil|zwaan|zwaard"
)
"""Words that end many others, which have their stress in front: "keelpijn", "stilstaan"."""

_OF_ONE = "[aeiouy]"
_NATIVE_H = (
    "heid|heden|haard|haal|hal[ef]|hals|hamer|hand|hang|hard|haring(?!en)|hart|haven|hav|heer|hef|heil|hek|hemd|hemel"
    "|help|herberg|herder|herfst|hersen|hert|heuvel|hield|hier|hoed|hoek|hof|hok|hol(?!iek|og)|hond|honger|hoofd|hoog"
    "|hoop|hoor|hotel|hou|huid|huil|huis|huiz|hulp|hut"
)
_LATIN_END = (
    "(?:atie|itie|utie|[cnprs]tie|sie)(?:s|f|ve)?|atief|atieve|[ie]teit|[a-z]{3}eel|[a-z]{3}ele|isch|ische"
    "|(?:spir|form|spect|tegr|vest|stall|stru|carn|clud|truct)(?:eren|eert|eer|eerde|eerden)"
    "|tens|tense|uïtief|uïtieve|tiem|tieme|fuus|stinct|stincten|tact|tacte|tegraal|tegrale"
)
_INSEPARABLE = {
    "om": (
        "arm|heen|cirkel|dat|ge(?:ef|ven|ving)|gaf|gaven|gord|hei[n]|helz|hels|hoog|hul|kle[ed]|klem|krans|laag|lijn|lijst"
        "|muur|mur|rand|ring|schrij[fv]|schreef|schrev|sing|slo[ot]|sluit|span|spoel|streeks|streden|strengel|trent|vat|ver$|zeil|zoo?m"
    ),
    "onder": (
        "br[aeo]|bouw(?!$)|druk(?!$)|vin|von|vra(?:ag|g)(?!$)|vroeg|zoek(?:t|en|end|ende)$|zoch|werp(?!$|s$|en$)|wier|worp"
        "|wij(?:st|zen|zend|zende|zing|zer)|we[es]|steun|str|tek|schat|sch[eo]i?d(?!$)|nem|neem|nam|nom|mijn|hand|houd(?!$|s)|hiel|ga(?!ng)"
        "|ging|rich|weg$|aan$|in$|uit$|tussen|huids|geschik|voed"
    ),
    "voor": (
        "bij|uit(?!en)|aan|op$|over$|af$|goed$|heen|in$|taan|dat$|kom(?:t|en|ing)$|kwam|spel(?:t|d|l)|zie|zag$|zich|lopig"
        "|namelijk|treff|dure?nd|spoedig|voel|waar$"
    ),
    "vol": "to[oi]|doe|da|dee|bre|bra|har|sta|stond|stre|tre|tro|voe|maa[kt]|mon|led|kom|wa|ein|op$|uit$",
    "door": "stond|sta|grond|bre|bro|bo|kruis|zie|zoch|zoek|dring|drong|we[ek]|dat$|heen$|leef|lev|spek|tast",
    "weer": "sta|stond|kaat|spiegel|houd|hiel|klin|klonk|leg|galm|spre|barst",
    "mis": "bruik|hag|hand(?:el|ig)|lei|vorm|kend|deed|doe",
    "aan": (
        "vaar|schou|bid|bad|we[ez]|dachtig|zien|gaande$|een|staande|vankel|nemel|merkel|lokkel|trekkel|doenl"
        "|hankel|sprakel"
    ),
    "af": "hankel|zonderl|schuwel|gunstig|we[ez]i",
    "uit": "stekend|voerig|zonder|drukkel|een|bund|zinn|wend|eind|nodig",
    "in": "derd|dringend|grijpend|wendig|heems|schikk|zake|middels",
    "toe": "vallig|komstig|gank|passel|reikend|schietel",
    "op": "nieuw|zij$|een|recht|merkz|standig|vallend|windend|dat$|lettend",
    "na": "drukkel|latig",
}
"""First parts without stress, and how what carries it begins."""

_PREFIX = (
    "(?:aan|af|be|bij|door|er|ge|her|in|mee|mis|na|om|on|ont|op|over|toe|uit|ver|voor|vol|haar|mijn|trouwens"
    "|wij|zij)"
)

_UNSTRESSED = {
    "om": "ɔm",
    "onder": "ɔndər",
    "voor": "vɔːr",
    "vol": "vɔl",
    "door": "doːr",
    "weer": "ʋɪːr",
    "mis": "mɪs",
    "aan": "aːn",
    "af": "ɑf",
    "uit": "œyt",
    "in": "ɪn",
    "toe": "tu",
    "op": "ɔp",
    "na": "naː",
}
_OVER_UNSTRESSED = (
    "al|bodig|bru|dag|denk|dach|dadig|donder|drij|dreef|drev|een|eind|haas|hands?ig|heen|heer|igens|komelijk|laad|lad"
    "|leef|lev|lijd|lee?d|leden|leg|mees|man(?:d|t|n)|mach|nach|reed|red|rom|rui|schad|scha[td]|schrij|schreed|schrijd"
    "|span|spoel|stelp|stij|steeg|stro|stem|tref|trof|tui[gt]|tol|tre+d|trad|troef|vle|vloed(?!$|ig)|voerd|val+en$|weg|woog|wogen"
    "|wel[dv]|werk(?!$)|win|won(?:nen)?|woeker|zie(?!t$)|zag|zeese|ziet|schou|stuur|steg|tallig|rij"
)

_LATIN = {
    "con": "kɔn",
    "com": "kɔm",
    "di": "di",
    "de": "deː",
    "ef": "ɛ",
    "af": "ɑ",
    "per": "pɛr",
    "ob": "ɔp",
    "sub": "sɵp",
    "pro": "proː",
    "res": "rɛs",
    "re": "reː",
    "as": "ɑs",
    "in": "ɪn",
    "ex": "ɛks",
    "abs": "ɑps",
    "im": "ɪm",
    "dia": "diaː",
    "intel": "ɪntɛl",
    "archi": "ɑrʃi",
    "perspe": "pɛrspə",
}

_STRESSED = {
    "op": "ˈɔp",
    "om": "ˈɔm",
    "door": "dˈoːr",
    "aan": "ˈaːn",
    "af": "ˈɑf",
    "in": "ˈɪn",
    "los": "lˈɔs",
    "mee": "mˈeː",
    "over": "ˈoːvər",
    "toe": "tˈu",
    "uit": "ˈœyt",
}
_JUDGED = {"": "ˈɔːr", "ver": "vərˈɔːr", "be": "bəˈɔːr", "voor": "vˈoːrɔːr"}

_KINDS: tuple[_Kind, ...] = (
    (r"^(.*[b-df-hj-np-tv-z])onen(?=(?:de?)?$)", r"\1oonen"),
    (r"^ont(?=h)", "[[ɔnt]]-"),
    (rf"^(.*[a-zëï]{{2}}t)(?=(?:{_NATIVE_H}))", r"\1-"),
    (r"^ge(?=k[lnrw])", "ge-"),
    (
        r"^(aan|af|in|los|mee|om|op|over|toe|uit)ge(?=k[lnrw])",
        lambda match: f"[[{_STRESSED[match[1]]}ɣə]]-",
    ),
    (r"^(.*[aeiouyëï][a-z]*[bdfgkmnprstvz])ig(?=(?:d|de|den|heden)$|(?<!lig)t$)", r"\1ug"),
    (r"^(.*[aeiouyëï][a-z]*[bdfgkmnprstvzl])ig(?=(?:ing|ingen|ende?)$)", r"\1ugg"),
    (
        r"^on(?=(?:dank|geduld|geloof|geluk|gemak|heil|kruid|lust|macht|min|raad|recht|rust|schuld|vrede|weer|wil|zin)(?:en|s)?$)",
        "[[ˈɔn]]-",
    ),
    (r"^lichaams(?=[a-z]{3})", "[[lˈɪxaːms]]-"),
    (r"^((?:ver|be|voor)?)oorde(?=[el])", lambda match: f"[[{_JUDGED[match[1]]}]]-de"),
    (r"^(?!.*(?:conc|exp|dess|al)er)(.*[aeiouy][a-z]*[bcdfghjklmnpstvwz])er(?=tjes?$)", r"\1ur"),
    (r"^(.*[aeiouy][a-z]*[bdfgkmnprstvz])el(?=tjes?$)", r"\1ul"),
    (r"^(?!.*pakk)(.*[aeiouy]([bdfgklmnprst])\2)e(?=tjes?$)", r"\1u"),
    (r"^na(?=[bcdfgklmnpqstvwz][a-z]{2,}ige[rs]?$)", "na-"),
    (
        r"^((?:in|uit|buik|borst|neus|mond|keel|her|be|ge|ont)?)adem(?=(?:[dt]|de|den|te|test|end|ende)$)",
        r"\1adum",
    ),
    (r"^((?:buik|borst|neus|mond)?)adem(?=[bcdfghjklmnprstvwz][a-z]{2})", r"\1-adem-"),
    (r"^(.{2,}[^i])erlijk(?=(?:e|er|ere|heid)$)", r"\1urlijk"),
    (r"^(.{2,})(?=zelf$)", r"\1-"),
    (
        (
            rf"^({'|'.join(_LATIN)})(?=(?:act|cept|dict|duct|fect|flict|ject|lect|pact|pect|rect|sect|spect|stinct|tact|tract)"
            r"(?:e|en|s)?$)"
        ),
        lambda match: f"[[{_LATIN[match[1]]}]]-",
    ),
    (r"^(.*[aeiouy](?:[bgkpv]|ss))en(?=tjes?$)", r"\1un"),
    (rf"^in(?!ter|ge|ont)(?=[b-df-hj-np-tv-z].*(?:{_LATIN_END})$)", "[[ɪn]]-"),
    (rf"^over(?!(?:{_OVER_UNSTRESSED}|[aeiou]{{2}}?[a-z]{{0,2}}$))(?=[a-z]{{3}})", "[[ˈoːvər]]-"),
    *((rf"^{first}(?=(?:{rest}))", f"[[{_UNSTRESSED[first]}]]-") for first, rest in _INSEPARABLE.items()),
    (
        r"^(op(?!tie)|om|door)(?=[b-df-hj-np-tv-z]+(?:(?:aa|ee|oo|uu|oe|ie|ij|ei|ui|eu|ou|au)|[aeou][bdfgklmnprstvz][aeo]))",
        lambda match: f"[[{_STRESSED[match[1]]}]]-",
    ),
    (
        rf"^({_DULL_FIRST})(?=[bcdfghjklmnprstvwz][a-z]*{_OF_ONE}[a-z]*[a-z]$)(?!(?:lijk|loos|loze|tje|ling|lijn$|s?te?$|de?n?$))",
        r"\1-",
    ),
    (rf"^(?!{_PREFIX})(.*{_OF_ONE}.*[a-z])(?=(?:{_DULL_LAST})(?:s|tje|tjes)?$)", r"\1-"),
    (rf"^(?!{_PREFIX})(.*{_OF_ONE}.*[a-z])(?=(?:{_FULL_LAST})(?:s|en)?$)", r"\1-"),
    (
        rf"^(?!{_PREFIX})((?=[a-z]{{3}})[a-z]*?{_OF_ONE}[a-z]*?[a-z])(?=(?:{_SHORT_LAST})(?:je|en)?s?$)",
        r"\1-",
    ),
    (r"^(?!(?:on)?(?:be|ge|er|her|ver|ont)kend)(.*[aeiouy][a-z]*rk)end(?=e?$)", r"\1und"),
)
_LETTERS = {
    "A": "aa",
    "B": "bee",
    "C": "see",
    "D": "dee",
    "E": "ee",
    "F": "ef",
    "G": "gee",
    "H": "ha",
    "I": "ie",
    "J": "jee",
    "K": "ka",
    "L": "el",
    "M": "em",
    "N": "en",
    "O": "oo",
    "P": "pee",
    "Q": "kuu",
    "R": "err",
    "S": "es",
    "T": "tee",
    "U": "uu",
    "V": "vee",
    "W": "wee",
    "X": "iks",
    "Y": "ij",
    "Z": "zet",
}
_BEGINS = (
    "[bcdfghjklmnpqrstvwxz]|bl|br|ch|cl|cr|dr|fj|dw|fl|fr|gl|gn|gr|kl|kn|kr|kw|ph|pl|pr|ps|qu|sc|schr?|sf|sh|sj|sk|sl|sm|sn|spl?"
    "|spr|str?|th|tj|tr|ts|tw|vl|vr|wr|zw"
)
_ENDS = (
    "[bcdfgklmnprstxz]|ch|[cg]?ht?s?|l[dfgkmpst]|lst|l[fk]s|m[dpst]|mps|mst|n[dgkst]|nds|ng[st]|nk[st]|nst|nts|sch|nsch"
    "|r[dfgklmnpst]|r[dgkmnpt]s|rkt|rmt|rst|rfst|f[st]|fst|g[dst]|gst|k[st]|kst|p[st]|pst|s[kpst]|t[st]|tst|ds|ck"
    "|bb|dd|ff|gg|kk|ll|mm|nn|pp|rr|w[dst]|[bcd]t"
)
_SOUNDED = "(?:ij|[aeiouyëïéèöü]{1,4})"
_SAYABLE = re.compile(
    rf"(?:{_BEGINS})?{_SOUNDED}(?:[b-df-hj-np-tv-z]{{1,3}}{_SOUNDED})?(?:{_ENDS}|(?<=[aeiou])w[dst]?)?",
    re.IGNORECASE,
)


def spelled(word: str) -> str:
    """Return a word of large letters by their names when it is no word: "ANWB", but not "NIET"."""
    if not 2 <= len(word) <= 4 or not word.isascii() or _SAYABLE.fullmatch(word):  # noqa: PLR2004 - what people shorten
        return word
    if not re.search("[AEIOU]", word):
        return word  # espeak-ng spells it itself
    return "-".join(_LETTERS[letter] for letter in word)


_NAMES: tuple[_Kind, ...] = (
    (r"(?<=[bdfgklmnprst])eke$", "ukke"),  # Hanneke
    (
        r"^(?!Marie|Sofie|Sophie|Lucie|Julie)((?:[AEIO]|[A-Z][^aeiouy]*[aeiouy]{1,2})[bdfgklmnprt]{1,3})ie$",
        r"\1i",  # Annie
    ),
    (r"sh(?=[aeiou])", "sj"),  # Asha
    (r"^Sh(?=[aeiou])", "Sj"),
    (r"^Sz(?=[aeiouyc])", "Sj"),  # Szymon
    (r"sz(?=$|t)", "sj"),
    (r"^Cz(?=[aeiouy])", "Tsj"),
    (r"cz$", "tsj"),
    (r"s[lw]aw$", "swav"),  # Bogusław
)
"""Names alone: of words that begin with a capital."""


RULES = tuple((written, said if isinstance(said, str) else "") for written, said in (*_KINDS, *_NAMES))
"""How kinds are found and written, to tell whether they have changed."""


@lru_cache(maxsize=4096)
def pronounced(word: str) -> str:
    """Return a word as its kind is written for a voice; itself when it is of none of them."""
    for written, said in _NAMES if word[0].isupper() else ():
        word = re.sub(written, said, word)
    for written, said in _KINDS if len(word) >= 5 else ():  # noqa: PLR2004 - shorter ones have no parts
        found = re.sub(written, said, word.lower(), count=1)
        if found != word.lower():
            first, cut, rest = found.lstrip("-").partition("-")
            if cut and first.isalpha():
                found = f"{pronounced(first)}-{rest}"  # "kerst-boom-feest"
            return found[0].upper() + found[1:] if word[0].isupper() else found
    return word


_DOUBTFUL = re.compile(
    r"[^\W\d_a-zéèëïöüáàêç]"  # letters of another language
    r"|q(?!u)|(?<!ale)x(?!$|and)|[bcdfghklmnpqrstvwxz]{5}"
    r"|^(?:[bdgkptv][ckntpzd](?!en)|n[dgjhk]|m[bhnr]|[lrwy][bcdfghjkmnpqstvwxz])|^ch(?![ra])"
    r"|sz|cz|rz|zs|dz|dj|kh|gh|dh|bh|sh|w[hj]|^hn|g(?=[iey][aou])|jh"
    r"|ou(?![dwtk])|uo|ua(?!r)|[aeo]y(?!$)|igh|ea(?!t|$|n)|ai(?![ks])|oo[aeiy]|ee[aou]|yi|iya|[aeiou]h(?:$|[^aeiou])"
    r"|[^j]elle$|[^nt]ette$|ille$|[aeiou]ine$|oux$|eau$|aux?$|anh|inh"
    r"|aoi|^eoi|[aeiou]mh"  # Saoirse, Eoin, Niamh
    r"|[aeiou]jc|cie[cjk]|[aeiou]cek$|rcin$"  # Wojciech, Maciej, Jacek, Marcin
)


def doubtful(name: str) -> bool:
    """Tell whether a name is written as no Dutch one is: a voice may read it otherwise than its bearer."""
    return _DOUBTFUL.search(name.lower()) is not None
