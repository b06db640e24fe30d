"""What a MARC record says its resource is part of or related to, and its standard numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline.extract.marc_fields import Fields
from pipeline.extract.marc_names import agent_name
from pipeline.extract.marc_text import plain, trimmed
from pipeline.extract.marc_titles import title

if TYPE_CHECKING:
    from pymarc import Field as MarcField

SERIES = ("800", "810", "811", "830")
TRANSCRIBED_SERIES = ("490", "440")
HOST = "773"
RELATED = ("765", "767", "770", "772", "774", "775", "776", "777", "780", "785", "786", "787")
WORKS = ("700", "710", "711")
UNIFORM_TITLE = "730"
REPORT_NUMBERS = ("027", "088")
ISBN = re.compile(r"[0-9][0-9Xx -]{8,20}")
MUSIC = "2"  # 024, first indicator: an ISMN
OTHER_SCHEME = "7"  # 024, first indicator: the scheme stands in $2


def part_of(marc: Fields) -> Iterator[str]:
    """Return the host, and the series as it is traced, or else as it is transcribed."""
    for field in marc.of(HOST):
        yield _named(field, "atbdg", punctuated=marc.punctuated)
    for field in marc.of(*SERIES) or marc.of(*TRANSCRIBED_SERIES):
        name = title(field, "anpt", punctuated=marc.punctuated)
        number = trimmed(field.get("v") or "", punctuated=marc.punctuated)
        yield f"{name} ; {number}" if name and number else name


def relations(marc: Fields) -> Iterator[str]:
    """Return related works by name and title: linking entries, and works among added entries."""
    for field in marc.of(*RELATED):
        yield _named(field, "at", punctuated=marc.punctuated)
    for field in marc.of(*WORKS):
        if work := trimmed(field.get("t") or "", punctuated=marc.punctuated):
            name = agent_name(field, punctuated=marc.punctuated)
            yield f"{name.removesuffix('.')}. {work}" if name else work
    for field in marc.of(UNIFORM_TITLE):
        yield title(field, "afgknp", punctuated=marc.punctuated)


def identifiers(marc: Fields) -> Iterator[str]:
    """Return ISBN, ISSN and ISMN with these words before them, DOI and Handle as addresses."""
    for value in marc.values("a", "020"):
        if number := ISBN.match(value):
            yield f"ISBN {number.group().strip(' -')}"
    for value in marc.values("a", "022"):
        yield f"ISSN {trimmed(value)}" if value else ""
    for field in marc.of("024"):
        for value in field.get_subfields("a"):
            yield _standard_number(field, trimmed(value, punctuated=False))
    for value in marc.values("a", *REPORT_NUMBERS):
        yield trimmed(value, punctuated=False)


def _standard_number(field: MarcField, value: str) -> str:
    scheme = plain(field.get("2") or "").lower()
    if field.indicator1 == OTHER_SCHEME:
        if scheme == "doi" and value.startswith("10."):
            return f"https://doi.org/{value}"
        if scheme == "hdl" and value and "://" not in value:
            return f"https://hdl.handle.net/{value}"
    return f"ISMN {value}" if field.indicator1 == MUSIC and value.upper().startswith("M") else value


def _named(field: MarcField, codes: str, *, punctuated: bool) -> str:
    text = ""
    for code in codes:
        if part := trimmed(field.get(code) or "", punctuated=punctuated):
            text += ("" if not text else " " if text.endswith(".") else ". ") + part
    return text
