"""Identifiers of resources and agents: recognised, their check digits proved.

DOI (ISO 26324), Handle, ISBN (ISO 2108), ISSN (ISO 3297); ORCID and ISNI (ISO 27729), ROR, VIAF.
"""

from __future__ import annotations

import re
import unicodedata

import msgspec

from pipeline.clean.links import doi_iri, read_link
from pipeline.model import Agent

FLAGS = re.IGNORECASE | re.ASCII

DOI = re.compile(r"(?:doi\s*[:.]?\s*|info:doi/)?(10\.\d{4,9}(?:\.\d+)*/\S{1,500})", FLAGS)
HANDLE = re.compile(r"(?:hdl|handle)\s*:\s*(\d[\w.]*/\S{1,500})", FLAGS)
ISBN = re.compile(
    r"(?P<label>(?:urn:)?(?:e-?)?isbn(?:-?1[03])?\s*[:.]?\s*)?(?P<digits>[0-9][0-9X -]{8,15}[0-9X])"
    r"(?:\s*\([^()]{1,60}\))?",
    FLAGS,
)
ISSN = re.compile(
    r"(?P<label>(?:urn:)?(?:[ep]-?)?issn(?:-l)?\s*[:.]?\s*)?(?P<digits>\d{4}-?\d{3}[\dX])",
    FLAGS,
)
URN = re.compile(r"urn:[a-z0-9][a-z0-9-]{0,31}:[\w()+,.:=@;$!*'%/?#-]{1,500}", FLAGS)
LINK = re.compile(r"(?:https?|javascript|vbscript|data|file):", FLAGS)
NO_DIGITS = re.compile(r"[^0-9X]")
ISBN_LENGTHS = (10, 13)
WEIGHTS = range(10, 0, -1)  # of the digits of an ISBN of ten
BOOK_PREFIXES = ("978", "979")

_SIXTEEN = r"((?:\d{4}[\s-]?){3}\d{3}[\dX])"
ORCID = re.compile(
    rf"(?:(?:https?://)?(?:www\.)?orcid\.org/|orcid(?:\s*id)?\s*[:.]?\s*){_SIXTEEN}(?!\d)",
    FLAGS,
)
BARE_ORCID = re.compile(r"(?<!\d)(\d{4}-\d{4}-\d{4}-\d{3}[\dX])(?!\d)", re.ASCII)
ISNI = re.compile(
    rf"(?:(?:https?://)?(?:www\.)?isni\.org/(?:isni/)?|isni\s*[:.]?\s*){_SIXTEEN}(?!\d)",
    FLAGS,
)
ROR = re.compile(
    r"(?:(?:https?://)?(?:www\.)?ror\.org/|ror\s*[:.]\s*)(0[a-hj-km-np-tv-z0-9]{6}\d{2})\b",
    FLAGS,
)
VIAF = re.compile(
    r"(?:(?:https?://)?(?:www\.)?viaf\.org/viaf/|viaf\s*[:.]\s*)([1-9]\d{0,21})/?",
    FLAGS,
)
ROR_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32
EMPTY_BRACKETS = re.compile(r"[(\[<{]\s*[,;:]?\s*[)\]>}]")
NAME_EDGES = " \t,;:|/-–—<>"


class Identified(msgspec.Struct, frozen=True):
    """An identifier in its normal form (empty: refused), and what is wrong with it, if anything."""

    value: str
    problem: str = ""


class IdentifiedAgent(msgspec.Struct, frozen=True):
    """An agent, and what is wrong with the identifier that stood in its value, if anything."""

    agent: Agent
    problem: str = ""


def read_identifier(text: str) -> Identified:
    """Return an identifier: a DOI, Handle or link as IRI, ISBN and ISSN as URN, others as given.

    A wrong check digit is a problem, and the identifier stays as the source has it.

    >>> read_identifier("ISBN 978-3-16-148410-0").value
    'urn:isbn:9783161484100'
    """
    if found := DOI.fullmatch(text):
        return Identified(doi_iri(found.group(1).rstrip(".,;")))
    if found := HANDLE.fullmatch(text):
        return Identified(read_link(f"https://hdl.handle.net/{found.group(1)}").iri)
    if LINK.match(text):
        link = read_link(text)
        return Identified(link.iri, link.problem)
    return _standard_number(text)


def _standard_number(text: str) -> Identified:
    if found := ISSN.fullmatch(text):
        digits = NO_DIGITS.sub("", found["digits"].upper())
        if _is_issn(digits):
            return Identified(f"urn:issn:{digits[:4]}-{digits[4:]}")
        # Eight digits without a label may as well be two years or a date.
        return Identified(text, _wrong("ISSN") if found["label"] else "")
    if found := ISBN.fullmatch(text):
        digits = NO_DIGITS.sub("", found["digits"].upper())
        labelled = bool(found["label"])
        is_book = labelled or digits.startswith(BOOK_PREFIXES)
        if is_book and len(digits) in ISBN_LENGTHS and _is_isbn(digits):
            return Identified(f"urn:isbn:{digits}")
        return Identified(text, _wrong("ISBN") if labelled else "")
    if URN.fullmatch(text):
        scheme, namespace, rest = text.split(":", 2)
        return Identified(f"{scheme.lower()}:{namespace.lower()}:{rest}")
    return Identified(text)


def read_agent(text: str) -> IdentifiedAgent:
    """Return the agent of a creator's or publisher's value: the name, and the IRI that it holds.

    An ORCID, ROR, ISNI or VIAF is recognised as an IRI or behind its name, proved by its check
    digits, and taken out of the name.
    """
    problem = ""
    iri = ""
    name = text
    if any(character.isdigit() for character in text):
        for kind, pattern in (
            ("ORCID", ORCID), ("ORCID", BARE_ORCID), ("ROR", ROR), ("ISNI", ISNI), ("VIAF", VIAF)
        ):  # fmt: skip
            if found := pattern.search(name):
                own = _agent_iri(kind, found.group(1))
                problem = problem or ("" if own else _wrong(kind))
                iri = iri or own
                name = name[: found.start()] + " " + name[found.end() :]
    if name != text:
        name = " ".join(EMPTY_BRACKETS.sub(" ", name).split()).strip(NAME_EDGES)
    return IdentifiedAgent(Agent(name or iri or text, iri), problem)


def _wrong(kind: str) -> str:
    return f"the check digit of this {kind} is wrong; compare it with the resource and correct it"


def _agent_iri(kind: str, number: str) -> str:
    if kind == "VIAF":
        return f"http://viaf.org/viaf/{number}"
    if kind == "ROR":
        return f"https://ror.org/{number.lower()}" if _is_ror(number.lower()) else ""
    digits = NO_DIGITS.sub("", unicodedata.normalize("NFKC", number).upper())
    if not _is_mod_11_2(digits):
        return ""
    if kind == "ISNI":
        return f"https://isni.org/isni/{digits}"
    return "https://orcid.org/" + "-".join(digits[at : at + 4] for at in range(0, 16, 4))


def _is_mod_11_2(digits: str) -> bool:
    """ISO 7064 MOD 11-2, of ORCID and ISNI."""
    total = 0
    for digit in digits[:-1]:
        total = (total + int(digit)) * 2
    return digits[-1] == "0123456789X"[(12 - total % 11) % 11]


def _is_ror(identifier: str) -> bool:
    """ISO 7064 MOD 97-10 over the number that the letters write in base 32."""
    number = 0
    for letter in identifier[:7]:
        number = number * 32 + ROR_LETTERS.index(letter)
    return int(identifier[7:]) == 98 - number * 100 % 97


def _is_issn(digits: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(8, 1, -1), strict=False))
    return digits[-1] == "0123456789X"[-total % 11]


def _is_isbn(digits: str) -> bool:
    if "X" in digits[:-1]:
        return False
    if len(digits) == ISBN_LENGTHS[0]:
        values = ["0123456789X".index(digit) for digit in digits]
        return sum(value * weight for value, weight in zip(values, WEIGHTS, strict=True)) % 11 == 0
    if "X" in digits:
        return False
    return sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(digits)) % 10 == 0
