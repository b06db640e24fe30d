"""MARC records for tests: built with pymarc, which writes ISO 2709 by the rule."""

from __future__ import annotations

from pymarc import Field, Indicators, Leader, Record, Subfield

LEADER = "00000nam a2200000 i 4500"
CODED = "880622s1983    xxu           000 0 eng d"


def field(tag: str, text: str, indicators: str = "  ") -> Field:
    """Return a field from `a Title : / b rest` written as "$aTitle :$brest", or a control field."""
    if tag.startswith("00"):
        return Field(tag, data=text)
    subfields = [Subfield(part[0], part[1:]) for part in text.split("$")[1:]]
    return Field(tag, Indicators(*indicators), subfields)


def record(*fields: Field, leader: str = LEADER) -> Record:
    """Return a record of `fields`."""
    made = Record(fields=list(fields))
    made.leader = Leader(leader)
    return made


def simple(number: int = 1, title: str = "Volunteers in the field", **changes: str) -> Record:
    """Return a record with a key, a title and a year."""
    return record(
        field("001", f"n{number}"),
        field("003", "XX-Test"),
        field("008", CODED),
        field("245", f"$a{title}", "10"),
        **changes,
    )


def binary(*records: Record) -> bytes:
    """Return the records as a stream in UTF-8."""
    return b"".join(one.as_marc() for one in records)
