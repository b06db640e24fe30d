"""The number of entries that a listing declares: "437 entries were found.", "1.234 resultados"."""

from __future__ import annotations

import re
import unicodedata

import msgspec

from pipeline.extract.lines import without_accents

LONGEST_LINE = 160
"""Characters of a line that may declare a total; longer lines are prose."""

NUMBER = r"\d{1,3}(?:[ .,']\d{3})+(?!\d)|\d{1,2}(?:,\d{2})+,\d{3}(?!\d)|\d{1,9}(?![\d.,]\d)"
NOUNS = (
    r"entry|entries|results?|resources?|items?|records?|documents?|publications?|hits|matches",
    r"resultados?|entradas?|recursos?|registr?os?|documentos?|elementos?|publicacion(?:es)?",
    r"resultats?|ressources?|entrees?|notices?|enregistrements?|elements?|titres?|titles?",
    r"titulos?|itens|publicacoes|ergebnisse?|treffer|eintrage|risultati",
    # the same with each letter lost that is not ASCII, as damaged pages have them
    r"rsultats?|entres?|lments?|ttulos?|publicacin|publicaes",
)
NOUN = rf"(?:search |matching |total )?(?:{'|'.join(NOUNS)})"
LEADS = (
    r"there (?:are|is)|(?:we )?found|a? ?total(?: of)?:?|about|approximately|viewing",
    r"(?:showing|displaying)(?: all)?|results?|records?|entries|items?",
    r"se (?:han encontrado|encontraron)|encontrad[oa]s|hay|mostrando|viendo|resultados?",
    r"il y a|environ|affichage(?: de| des)?|resultats?|rsultats?",
    r"foram encontrad[oa]s|existem|ha|cerca de|exibindo|anzeige",
)
LEAD = rf"(?:{'|'.join(LEADS)})"
ABOUT = r"(?: (?:about|approximately|a total of|un total de|um total de|environ))?"
OF = rf"(?:of|out of|de|sur|von|di|van|/){ABOUT}"
TO = r"\s?(?:-|to|through|a|al|ate|hasta|au|bis)\s?"
TAILS = (
    r"(?:was |were |have been )?(?:found|available|shown|in total)|match\w{0,3} your \w{1,20}",
    r"encontrad[oa]s|trouv\w{1,3}|au total|en total|no total|disponib\w{1,4}|gefunden",
    r"(?:for|para|pour) .{1,80}",
)
TAIL = rf"(?:{'|'.join(TAILS)})"
PLAIN = re.compile(rf"(?:{LEAD} )?({NUMBER}) {NOUN}(?: {TAIL}){{0,2}}")
OF_TOTAL = re.compile(
    rf"(?:{LEAD} )?(?:de |of )?({NUMBER})({TO}(?:{NUMBER}))? ?{OF} ?({NUMBER})( {NOUN})?"
    rf"(?: {TAIL})?"
)
NOUN_FIRST = re.compile(
    rf"(?:total|{NOUN}|total (?:de |of )?{NOUN})(?: found)? ?[:=(] ?({NUMBER})\)?"
)
DIGIT = re.compile(r"\d")
ANY_NUMBER = re.compile(NUMBER)
PAGE = re.compile(r"\b(?:page|pagina|seite|pag|pgina)\b")


class Total(msgspec.Struct, frozen=True):
    """A declared total; not `certain` where the line may count pages (`1 of 44`).

    `shown` is the last entry that an uncertain line says it shows (`10 of 437`: 10).
    """

    number: int
    certain: bool = True
    shown: int = 0


def declared_total(line: str) -> Total | None:
    """Return the total that `line` declares as a whole, in English, Spanish, French or Portuguese.

    >>> declared_total("437 entries were found.")
    Total(number=437, certain=True, shown=0)
    >>> declared_total("10 of 437"), declared_total("Page 1 of 44")
    (Total(number=437, certain=False, shown=10), None)
    """
    if len(line) > LONGEST_LINE or not DIGIT.search(line):
        return None
    for form in _forms(line):
        if found := PLAIN.fullmatch(form) or NOUN_FIRST.fullmatch(form):
            return Total(_number(found.group(1)))
        if found := OF_TOTAL.fullmatch(form):
            certain = bool(found.group(2) or found.group(4)) or not form[0].isdigit()
            shown = 0 if certain else _number(found.group(1))
            return Total(_number(found.group(3)), certain, shown)
    return None


def number_in(text: str) -> int | None:
    """Return the total in a text that is known to hold it, or None where it cannot be told.

    >>> number_in("437"), number_in("Showing 1–10 of 1,234 titles"), number_in("2 and 3")
    (437, 1234, None)
    """
    text = text[:LONGEST_LINE]
    if total := declared_total(text):
        return total.number
    for form in _forms(text):
        if PAGE.search(form):
            continue
        for pattern, group in ((OF_TOTAL, 3), (PLAIN, 1)):
            if found := pattern.search(form):
                return _number(found.group(group))
    numbers = {_number(match) for match in ANY_NUMBER.findall(_forms(text)[0])}
    return numbers.pop() if len(numbers) == 1 else None


def _number(digits: str) -> int:
    return int(re.sub(r"\D", "", digits))


def _forms(line: str) -> tuple[str, ...]:
    """Return `line` in lower case without accents, and without any letter that is not ASCII."""
    line = re.sub(r"[\s\u00a0\u202f\u2007-\u200a]+", " ", line).replace("’", "'")
    line = re.sub(r"[\u2010-\u2015\u2212]", "-", line)
    if not line.isascii():
        line = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in line)
    plain = without_accents(line)
    only_ascii = line.encode("ascii", "ignore").decode("ascii")
    forms = [" ".join(form.casefold().split()).rstrip(" .:;!") for form in (plain, only_ascii)]
    bare = [form.strip("()[] ") if form[:1] in {"(", "["} else form for form in forms]
    return tuple(dict.fromkeys(bare))
