"""The date of publication of a MARC record: 008/06-14, or else what 264 or 260 say in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline.extract.marc_text import plain

if TYPE_CHECKING:
    from pymarc import Field as MarcField

CODED_YEAR = re.compile(r"[0-9]{4}|[0-9]{3}u|[0-9]{2}uu")
EXACT = re.compile(r"(?:19|20)[0-9]{2}-[0-9]{2}(?:-[0-9]{2})?")
OPEN = "9999"
NO_YEARS = frozenset({OPEN, "0000"})
NO_DATES = frozenset("bn")
DETAILED = "e"
QUESTIONABLE = "q"
RANGES = frozenset("cdikmu")
"""008/06: serials and sets, whose second date is the last one."""

MONTH_AND_DAY = re.compile(r"(0[1-9]|1[0-2])([0-3][0-9])?")


def issued(coded: str, fields: Sequence[MarcField]) -> str:
    """Return the date that 008 (`coded`, 40 characters) gives, as EDTF, or the words of `fields`.

    `fields` are the 264 and 260 that say when it was published. An exact date in words counts
    before the year that is coded.

    >>> issued("880622|1983    xxu", ()), issued("030101q18751880gw ", ())
    ('1983', '1875?/1880?')
    """
    said = [value for field in fields for value in field.get_subfields("c") if plain(value)]
    year = _coded(coded)
    for value in said:
        exact = plain(value).strip("[]. ")
        if EXACT.fullmatch(exact) and exact.startswith(year):
            return exact
    if year:
        return year
    return _worded(said[0]) if said else ""


def _coded(coded: str) -> str:
    kind, first, second = coded[6:7], coded[7:11], coded[11:15]
    if kind in NO_DATES or first in NO_YEARS or not CODED_YEAR.fullmatch(first):
        return ""
    start = first.replace("u", "X")
    is_later = CODED_YEAR.fullmatch(second) and second > first.replace("u", "0")
    end = second.replace("u", "X") if is_later else ""
    if kind == DETAILED:
        found = MONTH_AND_DAY.match(second)
        return "-".join(part for part in (start, *found.groups()) if part) if found else start
    if kind == QUESTIONABLE:
        doubtful = f"{start}?" if start.isdigit() else start
        return f"{doubtful}/{end}?" if end.isdigit() else doubtful
    if kind in RANGES and end:
        return f"{start}/.." if second == OPEN else f"{start}/{end}"
    return start


def _worded(value: str) -> str:
    """Return what 260 $c says, without the brackets and marks that only cataloguers read."""
    text = plain(value).rstrip(" ,;.")
    return re.sub(r"<\s*-?\s*>", "", text).strip()
