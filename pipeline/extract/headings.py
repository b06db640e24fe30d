"""The row of a table that holds its headings, and the names of the columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from statistics import median

import msgspec

from pipeline.errors import SourceError

ROWS_SEARCHED = 50
"""Rows from the top among which the headings are looked for; above them stand titles and notes."""

LONGEST_HEADING = 300
MOSTLY_TEXTS = 0.8
MOSTLY_DISTINCT = 0.6
SURELY_KNOWN = 2
"""Known names in a row that is then one of headings, however often one of them comes again."""

CLEARLY_MORE = 2
"""Known names that a later row must have beyond the first that could be the headings."""

NO_HEADING = re.compile(r"(?:https?://|www\.)\S*|[\d\s.,:/%+()€$£-]*\d[\d\s.,:/%+()€$£-]*", re.I)
BY_LETTER = re.compile(r"column ([A-Z]{1,3})", re.IGNORECASE)
LETTERS = 26


class HeadingsError(SourceError):
    """A table was read, but its headings are not found or not those that are needed."""


class Headings(msgspec.Struct, frozen=True):
    """The columns of a table, in order: their headings as written, and names of their own.

    A heading that comes again is named `Tag#2`, a blank one by its letter, `column C`. `width` is
    the number of columns of the widest row.
    """

    written: tuple[str, ...]
    names: tuple[str, ...]
    width: int = 0


def find_header(rows: Sequence[Sequence[str]], known: Callable[[Sequence[str]], int]) -> int | None:
    """Return the index of the row of headings among the first rows of a table, or None.

    It is as wide as the table, its cells are texts and differ from one another. `known` counts the
    fields that a row's cells name; a later row is taken only where it names clearly more.
    """
    counts = [count for row in rows if (count := sum(map(bool, map(str.strip, row))))]
    usual = median(counts) if counts else 0
    least = max(2, usual / 2) if usual > 1 else 1
    best: int | None = None
    best_known = 0
    for index, row in enumerate(rows[:ROWS_SEARCHED]):
        count = known(row)
        if not _may_be_headings(row, least, count):
            continue
        if best is None or count >= best_known + CLEARLY_MORE:
            best, best_known = index, count
    return best


def name_columns(cells: Sequence[str], width: int = 0) -> Headings:
    """Return the headings of a row, each named once; `width` is that of the widest row.

    >>> name_columns(["Tag", "", " Tag"]).names
    ('Tag', 'column B', 'Tag#2')
    """
    written = [" ".join(cell.split()) for cell in cells]
    while written and not written[-1]:
        written.pop()
    names: list[str] = []
    counts: dict[str, int] = {}
    taken = set(written)
    for index, heading in enumerate(written):
        name = heading or f"column {letters(index)}"
        counts[name] = counts.get(name, 0) + 1
        if counts[name] > 1:
            number = counts[name]
            while f"{name}#{number}" in taken:
                number += 1
            counts[name] = number
            name = f"{name}#{number}"
            taken.add(name)
        names.append(name)
    return Headings(tuple(written), tuple(names), max(width, len(cells)))


def letters(index: int) -> str:
    """Return the name that a spreadsheet gives a column, counted from 0.

    >>> letters(0), letters(27)
    ('A', 'AB')
    """
    name = ""
    index += 1
    while index:
        index, place = divmod(index - 1, LETTERS)
        name = chr(ord("A") + place) + name
    return name


def by_letter(name: str) -> int | None:
    """Return the index of the column that `column AB` names, or None for another name."""
    found = BY_LETTER.fullmatch(name.strip())
    if not found:
        return None
    index = 0
    for letter in found.group(1).upper():
        index = index * LETTERS + ord(letter) - ord("A") + 1
    return index - 1


def _may_be_headings(row: Sequence[str], least: float, known: int) -> bool:
    filled = [cell for raw in row if (cell := raw.strip())]
    if len(filled) < least or max(map(len, filled), default=0) > LONGEST_HEADING:
        return False
    texts = sum(not NO_HEADING.fullmatch(cell) for cell in filled)
    distinct = len({cell.casefold() for cell in filled})
    return known >= SURELY_KNOWN or (
        texts >= MOSTLY_TEXTS * len(filled) and distinct >= MOSTLY_DISTINCT * len(filled)
    )
