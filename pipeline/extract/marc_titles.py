"""Titles, abstracts and subject headings of a MARC record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline.extract.marc_fields import Fields
from pipeline.extract.marc_names import agent_name
from pipeline.extract.marc_text import joined, run_on, trimmed
from pipeline.extract.source_record import Given

if TYPE_CHECKING:
    from pymarc import Field as MarcField

TITLE = "abfgknps"
TITLES = ("245", "240", "130", "246", "740")
"""Where the title stands: in the first of these that there is."""

ALTERNATIVES = ("246", "240", "130", "242", "247", "740")
TRANSLATED = "242"
CONTENT_ADVICE = "4"  # 520, first indicator
NAMES = ("600", "610", "611")
SUBJECTS = (*NAMES, "630", "647", "648", "650", "651", "653", "688", "689")
KEYWORDS = "653"
SUBDIVISIONS = "vxyz"


def title(field: MarcField, codes: str, *, punctuated: bool) -> str:
    """Return the title that the subfields `codes` make, in the field's order."""
    pieces = [(code, value) for code, value in field.subfields if code in codes]
    return joined(pieces, punctuated=punctuated)


def titles(marc: Fields) -> list[str]:
    """Return the title, and the same in other scripts."""
    for tag in TITLES:
        found = [title(f, TITLE, punctuated=marc.punctuated) for f in marc.with_linked(tag)]
        if any(found):
            return found
    return []


def alternatives(marc: Fields) -> Iterator[Given]:
    """Return variant, uniform, former and translated titles; of the last the language is said."""
    for field in marc.with_linked(*ALTERNATIVES):
        if found := title(field, TITLE, punctuated=marc.punctuated):
            is_translated = field.tag == TRANSLATED
            yield Given(found, (field.get("y") or "").strip() if is_translated else "")


def descriptions(marc: Fields) -> list[str]:
    """Return the summaries, but for advice on what a reader may mind."""
    fields = marc.with_linked("520")
    return [run_on(field, "ab") for field in fields if field.indicator1 != CONTENT_ADVICE]


def subjects(marc: Fields) -> list[str]:
    """Return headings with their subdivisions, and keywords."""
    found: list[str] = []
    for field in marc.of(*SUBJECTS):
        if field.tag == KEYWORDS:
            found += [trimmed(v, punctuated=marc.punctuated) for v in field.get_subfields("a")]
        else:
            found.append(_heading(field, punctuated=marc.punctuated))
    return found


def _heading(field: MarcField, *, punctuated: bool) -> str:
    """Return a heading as the Library of Congress writes it, `Tests--History`."""
    if field.tag in NAMES:
        main = agent_name(field, punctuated=punctuated)
        if work := trimmed(field.get("t") or "", punctuated=punctuated):
            main = f"{main}. {work}"
    else:
        main = title(field, "abgnp", punctuated=punctuated)
    parts = [trimmed(v, punctuated=punctuated) for v in field.get_subfields(*SUBDIVISIONS)]
    return "--".join(part for part in (main, *parts) if part)
