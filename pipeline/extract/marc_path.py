"""The places of a MARC record that settings name: `245abnp`, `856[4,0]u`, `008/35-37`, `65Xa`.

A place is a tag (`X` stands for any character, `LDR` is the leader), the indicators in brackets
(`_` is a blank, `*` or nothing any; several characters: one of them), the subfields, and behind a
slash the positions. Several places, parted by blanks, are taken one after the other.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from pipeline.extract.marc_text import trimmed

if TYPE_CHECKING:
    from pymarc import Field as MarcField
    from pymarc import Record

PLACE = re.compile(
    r"(?P<tag>[0-9A-Z]{3})"
    r"(?:\[(?P<first>[0-9a-z_*]*)(?:,(?P<second>[0-9a-z_*]*))?\])?"
    r"(?P<codes>[0-9a-zA-Z]*)"
    r"(?:/(?P<start>[0-9]{1,4})(?:-(?P<end>[0-9]{1,4}))?)?"
)
LEADER = "LDR"
EXAMPLES = "245abnp, 856[4,0]u, 008/35-37, LDR/06 or 650a 653a"


class Place(msgspec.Struct, frozen=True):
    """One place: `tag` as a pattern, characters of each indicator, subfield codes, positions."""

    tag: re.Pattern[str]
    first: str
    second: str
    codes: str
    start: int
    end: int
    is_leader: bool


class MarcPathError(ValueError):
    """A place that is not written as one; the text says why."""


@functools.lru_cache(maxsize=256)
def parse_path(select: str) -> tuple[Place, ...]:
    """Return the places that `select` names; raises `MarcPathError` where it is none.

    >>> len(parse_path("650a 653a"))
    2
    """
    words = select.split()
    if not words:
        raise MarcPathError("it is empty")
    return tuple(_place(word) for word in words)


def values_at(record: Record, places: tuple[Place, ...], *, punctuated: bool = True) -> list[str]:
    """Return the values at `places`: of several subfields one value a field, else each its own."""
    return [
        value
        for place in places
        for found in _raw(record, place)
        if (value := trimmed(_part(found, place), punctuated=punctuated))
    ]


def _place(word: str) -> Place:
    found = PLACE.fullmatch(word)
    if not found:
        raise MarcPathError(f"{word!r} is no tag with indicators, subfields or positions")
    tag, start, end = found["tag"], found["start"], found["end"]
    is_control = tag == LEADER or tag.startswith("00")
    if is_control and (found["codes"] or found["first"] is not None):
        raise MarcPathError(f"{word!r}: {tag} has neither indicators nor subfields")
    if end and int(end) < int(start):
        raise MarcPathError(f"{word!r}: the last position stands before the first")
    return Place(
        tag=re.compile(tag.replace("X", "."), re.DOTALL),
        first=_indicators(found["first"]),
        second=_indicators(found["second"]),
        codes=found["codes"],
        start=int(start or 0),
        end=int(end or start) + 1 if start else 0,
        is_leader=tag == LEADER,
    )


def _indicators(given: str | None) -> str:
    return "" if not given or "*" in given else given.replace("_", " ")


def _raw(record: Record, place: Place) -> Iterator[str]:
    if place.is_leader:
        yield str(record.leader)
        return
    for field in record.fields:
        if not place.tag.fullmatch(field.tag):
            continue
        if field.control_field:
            if not place.codes:
                yield field.data or ""
        elif _fits(field, place):
            yield from _subfields(field, place.codes)


def _fits(field: MarcField, place: Place) -> bool:
    return (not place.first or field.indicator1 in place.first) and (
        not place.second or field.indicator2 in place.second
    )


def _subfields(field: MarcField, codes: str) -> Iterator[str]:
    found = [
        value
        for code, value in field.subfields
        if (code in codes if codes else code.isalpha()) and value
    ]
    if len(codes) == 1:
        yield from found
    elif found:
        yield " ".join(value.strip() for value in found)


def _part(value: str, place: Place) -> str:
    return value[place.start : place.end] if place.end else value
