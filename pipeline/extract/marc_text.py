"""The text of MARC values: the punctuation that cataloguers write between subfields, sorting marks.

ISBD puts ` /`, ` :`, ` ;`, ` =` and a full stop at the end of a subfield for the one that follows;
they are no part of the value. Leader/18 says whether a record has them (MARC 21, Leader).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pymarc import Field as MarcField

MARKS = frozenset(",:;")
MARKS_BEHIND_BLANK = frozenset("/=+&")
SORTING_MARKS = re.compile("[\x88\x89\x98\x9c]")
"""NSB and NSE, around what sorting leaves out: of Unicode, and of MARC-8 where it came through."""

NOT_SORTED = re.compile(r"<<([^<>]*)>>|¬([^¬]*)¬")
"""What German and Austrian catalogues write instead of those."""

LAST_WORD = re.compile(r"(?:^|[\s(\[\"'])([^\s(\[\"']+)\.$")
LONGEST_WORD = 60
SHORTEST_WORD = 3
"""Letters of a word whose full stop ends the value; shorter ones are initials and abbreviations."""

_ABBREVIATIONS = (
    "etc abt assoc arch aufl bros corp dept dipl ed edit éd govt hist inc inst ltd mfg no nos orig "
    "prof publ repr rev ser univ verl vol vols"
)
ABBREVIATIONS = frozenset(_ABBREVIATIONS.split())
"""Words of three letters and more that are usually abbreviated with a full stop."""

BETWEEN = {"b": " : ", "c": " ; ", "e": " + ", "n": ". ", "p": ". "}
"""What ISBD writes before a subfield of 245 or 300."""

NO_PUNCTUATION = frozenset("cn")
"""Leader/18: ISBD, or other rules, with the punctuation left out."""


def plain(value: str) -> str:
    r"""Return `value` stripped, without the marks around words that are not sorted by.

    >>> plain("Epinici di <<Bacchilide>>"), plain("\x98Die\x9c Stadt")
    ('Epinici di Bacchilide', 'Die Stadt')
    """
    text = value.strip()
    if not text.isascii():
        text = SORTING_MARKS.sub("", text)
    if "<<" in text or "¬" in text:
        text = NOT_SORTED.sub(lambda found: found.group(1) or found.group(2) or "", text)
    return text


def trimmed(value: str, *, punctuated: bool = True) -> str:
    """Return `value` without the punctuation that introduces the next subfield.

    A full stop at the end goes only where the record is `punctuated` and it ends no abbreviation.

    >>> trimmed("Record number 1 /"), trimmed("O'Furniture, Patty,"), trimmed("Nelson, John S.")
    ('Record number 1', "O'Furniture, Patty", 'Nelson, John S.')
    """
    text = plain(value)
    while text[-1:] in MARKS or (text[-1:] in MARKS_BEHIND_BLANK and text[-2:-1].isspace()):
        text = text[:-1].rstrip()
    if punctuated and text.endswith(".") and _ends_sentence(text):
        text = text[:-1].rstrip()
    return text


def _ends_sentence(text: str) -> bool:
    found = LAST_WORD.search(text[-LONGEST_WORD:])
    if not found or text.endswith(".."):
        return False
    word = found.group(1).rstrip(")]\"'”’»")
    if word != found.group(1) or word.isdigit():
        return True
    return len(word) >= SHORTEST_WORD and "." not in word and word.lower() not in ABBREVIATIONS


def joined(pieces: list[tuple[str, str]], *, punctuated: bool) -> str:
    """Return the title that subfields make, given as code and value in the field's order.

    Where the punctuation between them is left out, ISBD's is put there.

    >>> joined([("a", "Burgenkunde"), ("b", "Bauwesen"), ("n", "1")], punctuated=False)
    'Burgenkunde : Bauwesen. 1'
    """
    text = ""
    before = ""
    for code, value in pieces:
        piece = plain(value)
        if not piece:
            continue
        if text:
            text += _between(text, piece, code, before) + piece
        else:
            text = piece
        text = text.removesuffix(" /").rstrip()
        before = code
    return trimmed(text, punctuated=punctuated)


def _between(text: str, piece: str, code: str, before: str) -> str:
    if text.endswith((":", ";", "=", ",", ".")) or piece.startswith(("=", ":", ";", "(", "+")):
        return " "
    if code == "p" and before == "n":
        return ", "
    # Behind "?" or "!" a part goes on without a mark of its own; a subtitle does not.
    if text.endswith(("?", "!", "-")) and code in "np":
        return " "
    return BETWEEN.get(code, ", ")


def run_on(field: MarcField, codes: str) -> str:
    """Return the subfields `codes` of a note, one behind the other."""
    return " ".join(
        text for code, value in field.subfields if code in codes and (text := plain(value))
    )
