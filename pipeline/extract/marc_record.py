"""A MARC 21 record -> the fields of a source record, after the Library of Congress's crosswalk.

https://www.loc.gov/marc/marc2dc.html, with what it leaves out: punctuation, roles, vernacular
titles, links to the file itself. See docs/sources/marc.md for the whole mapping.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pipeline.extract.marc_codes import NO_LANGUAGES, RETIRED_LANGUAGES
from pipeline.extract.marc_dates import issued
from pipeline.extract.marc_fields import LEADER_LENGTH, TAG, Fields, index
from pipeline.extract.marc_links import links
from pipeline.extract.marc_names import agents, publishers
from pipeline.extract.marc_path import parse_path, values_at
from pipeline.extract.marc_relations import identifiers, part_of, relations
from pipeline.extract.marc_text import joined, run_on
from pipeline.extract.marc_titles import alternatives, descriptions, subjects, titles
from pipeline.extract.marc_types import types
from pipeline.extract.source_record import Given, parted
from pipeline.kinds import Field

if TYPE_CHECKING:
    from lxml.etree import _Element
    from pymarc import Field as MarcField
    from pymarc import Record

PUBLICATION = "1"
OTHER_STATEMENTS = " 2043"
"""264, second indicator: unknown, distribution, production, copyright, manufacture."""

RIGHTS = ("540", "506")


def fields_of(record: Record, extra: Mapping[str, Field]) -> dict[str, list[Given]]:
    """Return the fields of a record; those that `extra` names are taken from its places instead.

    Raises `MarcPathError` where an entry of `extra` names no place (see `marc_path`).
    """
    marc = index(record)
    creators, contributors = agents(marc)
    published = _published(marc)
    pages, files, related = links(marc.of("856"))
    texts = {
        "title": titles(marc),
        "description": descriptions(marc),
        "type": types(marc),
        "subject": subjects(marc),
        "language": _languages(marc),
        "date": [issued(marc.coded, published)],
        "creator": creators,
        "contributor": contributors,
        "publisher": publishers(published, punctuated=marc.punctuated),
        "identifier": [*identifiers(marc)],
        "page": pages,
        "file": files,
        "licence": marc.values("u", "540"),
        "rights": [run_on(field, "af") for field in marc.of(*RIGHTS)],
        "isPartOf": [*part_of(marc)],
        "relation": [*relations(marc), *related],
        "extent": [
            joined([(one.code, one.value) for one in field.subfields], punctuated=False)
            for field in marc.of("300")
        ],
        "format": marc.values("a", "338"),
        "tableOfContents": [run_on(field, "agrt") for field in marc.of("505")],
    }
    found = {name: [Given(v) for v in dict.fromkeys(given) if v] for name, given in texts.items()}
    found["alternative"] = [*dict.fromkeys(alternatives(marc))]
    for name, field in extra.items():
        values = values_at(record, parse_path(field.select), punctuated=marc.punctuated)
        found[name] = parted([Given(value) for value in values], field)
    return {name: given for name, given in found.items() if given}


def from_xml(element: _Element) -> Record:
    """Return the record of a MARCXML or MarcXchange `record` element, whatever its namespace.

    Fields without a tag and subfields without a code are left out; a leader of another length is
    cut or filled with blanks.
    """
    from pymarc import Field as MarcField
    from pymarc import Indicators, Leader, Record, Subfield

    record = Record()
    for child in element.iterchildren("{*}*"):
        name = str(child.tag).rpartition("}")[2]
        tag = (child.get("tag") or "").strip()
        if name == "leader":
            record.leader = Leader((child.text or "").strip("\r\n\t").ljust(LEADER_LENGTH)[:24])
        elif name == "controlfield" and TAG.fullmatch(tag):
            record.fields.append(MarcField(tag, data=_text(child).strip("\r\n\t")))
        elif name == "datafield" and TAG.fullmatch(tag):
            subfields = [
                Subfield(code, _text(sub))
                for sub in child.iterchildren("{*}subfield")
                if len(code := sub.get("code") or "") == 1
            ]
            indicators = Indicators((child.get("ind1") or " ")[0], (child.get("ind2") or " ")[0])
            record.fields.append(MarcField(tag, indicators, subfields))
    return record


def key_of(record: Record) -> str:
    """Return the record's own key: 003 and 001, else 001, else the first 035, else nothing.

    >>> from pymarc import Field, Record
    >>> key_of(Record(fields=[Field("001", data="42"), Field("003", data="DE-605")]))
    '(DE-605)42'
    """
    found: dict[str, str] = {}
    for field in record.fields:
        value = field.data if field.control_field else field.get("a")
        if value and field.tag in {"001", "003", "035"}:
            found.setdefault(field.tag, value.strip())
    number, whose = found.get("001", ""), found.get("003", "")
    if number:
        return f"({whose}){number}" if whose else number
    return found.get("035", "")


def _languages(marc: Fields) -> list[str]:
    """Return the codes of the resource's languages: 041 $a and $d, or else 008/35-37."""
    found: list[str] = []
    for field in marc.of("041"):
        for value in field.get_subfields("a", "d"):
            code = value.strip()
            if field.get("2") or len(code) % 3 or not code.isalpha():  # $2: another list of codes
                found.append(code)
            else:  # before 2001 codes were run together
                found += [code[at : at + 3].lower() for at in range(0, len(code), 3)]
    if all(code in NO_LANGUAGES for code in found):
        code = marc.coded[35:38].lower()
        found = [code] if code.isascii() and code.isalpha() else []
    return [RETIRED_LANGUAGES.get(code, code) for code in found if code not in NO_LANGUAGES]


def _published(marc: Fields) -> list[MarcField]:
    """Return the fields that say who published it and when, the best kind that there is."""
    statements = marc.of("264")
    best = [field for field in statements if field.indicator2 == PUBLICATION] + marc.of("260")
    for indicator in OTHER_STATEMENTS:
        best = best or [field for field in statements if field.indicator2 == indicator]
    return best


def _text(element: _Element) -> str:
    return "".join(str(part) for part in element.itertext())
