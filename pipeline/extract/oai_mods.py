"""MODS 3 (Library of Congress) -> fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from pipeline.extract.oai_dublin_core import Found, arranged, is_address
from pipeline.extract.oai_names import (
    children,
    first,
    language_in,
    local,
    reference,
    text_in,
    text_of,
)
from pipeline.extract.source_record import Given

if TYPE_CHECKING:
    from lxml.etree import _Element

AUTHORS = frozenset({"aut", "author", "cre", "creator", "dis", "dissertant"})
PUBLISHERS = frozenset({"pbl", "publisher"})
TITLES = {"": "title", "translated": "title"}  # every other type is an alternative title
DATES = {
    "dateissued": "issued", "copyrightdate": "dateCopyrighted", "datecreated": "created",
    "datecaptured": "dateCaptured", "datevalid": "valid", "datemodified": "modified",
    "dateother": "dateOther",
}  # fmt: skip
SIMPLE = {
    "typeofresource": "type", "genre": "type", "abstract": "description",
    "tableofcontents": "tableOfContents", "targetaudience": "audience", "note": "note",
    "classification": "classification",
}  # fmt: skip
SUBJECTS = {
    "topic": "subject", "genre": "subject", "occupation": "subject", "name": "subject",
    "titleinfo": "subject", "geographic": "spatial", "hierarchicalgeographic": "spatial",
    "temporal": "temporal",
}  # fmt: skip
PHYSICAL = {"extent": "extent", "internetmediatype": "format", "form": "format"}
RELATED = {"host": "isPartOf", "series": "isPartOf"}  # every other type is a relation
QUALIFIERS = {"approximate": "~", "questionable": "?"}  # as EDTF writes them
LABELS = {"isbn": "ISBN ", "issn": "ISSN ", "doi": "", "hdl": "hdl:"}
"""What makes a bare identifier of a type known as one."""

DATE_ENCODINGS = ("w3cdtf", "iso8601", "edtf")
ORCID = "orcid.org/"
JOINS = "'’-"
"""Signs after which a word that stands before a title goes on without a blank."""


def read(root: _Element) -> Found:
    """Return the fields of a `mods` element, or of the first in a `modsCollection`."""
    mods = first(root, "mods") if local(root.tag) == "modscollection" else root
    found: Found = {}
    above = language_in(root)
    for element in root if mods is None else mods:
        language = language_in(element) or above
        for field, value in _values(element, local(element.tag)):
            if value.strip():
                found.setdefault(field, []).append(Given(value, language))
    return arranged(found)


def _values(element: _Element, name: str) -> Iterator[tuple[str, str]]:
    if name in SIMPLE:
        yield SIMPLE[name], text_of(element)
    elif reader := READERS.get(name):
        yield from reader(element)


def _titles(element: _Element) -> Iterator[tuple[str, str]]:
    yield TITLES.get(element.get("type") or "", "alternative"), _title(element)


def _title(element: _Element) -> str:
    """Return a title with what stands before, below and behind it, as catalogues print it."""
    before = text_in(element, "nonsort")
    title = text_in(element, "title")
    if before:
        title = f"{before}{title}" if before[-1] in JOINS else f"{before} {title}"
    if subtitle := text_in(element, "subtitle"):
        title = f"{title}: {subtitle}" if title else subtitle
    part = ", ".join(filter(None, (text_in(element, "partnumber"), text_in(element, "partname"))))
    return f"{title}. {part}" if part and title else title or part


def _names(element: _Element) -> Iterator[tuple[str, str]]:
    yield _role_field(element), _named(element)


def _role_field(element: _Element) -> str:
    roles = {
        text_of(term).strip().lower().rstrip(".")
        for role in children(element, "role")
        for term in role
    }
    if roles & PUBLISHERS:
        return "publisher"
    if not roles or roles & AUTHORS or element.get("usage") == "primary":
        return "creator"
    return "contributor"


def _named(element: _Element) -> str:
    """Return a name, family name first, and behind it the ORCID that is given for it."""
    parts: dict[str, list[str]] = {}
    for part in children(element, "namepart"):
        parts.setdefault(part.get("type") or "", []).append(text_of(part).strip())
    family, given = " ".join(parts.get("family", ())), " ".join(parts.get("given", ()))
    name = ", ".join(filter(None, (family, given))) or ". ".join(parts.get("", ()))
    name = name or text_in(element, "displayform")
    identifiers = [text_of(part).strip() for part in children(element, "nameidentifier")]
    for identifier in (element.get("valueURI") or "", *identifiers):
        if ORCID in identifier:
            return f"{name} {identifier}"
    return name


def _origin(element: _Element) -> Iterator[tuple[str, str]]:
    ranges: dict[str, list[_Element]] = {}
    for part in element:
        name = local(part.tag)
        if name in DATES:
            ranges.setdefault(name, []).append(part)
        elif name in {"publisher", "edition"}:
            yield name, text_of(part)
        elif name == "place":
            for term in part:
                if term.get("type") != "code":
                    yield "place", text_of(term)
    for name, dates in ranges.items():
        for value in _dates(dates):
            yield DATES[name], value


def _dates(dates: list[_Element]) -> list[str]:
    """Return dates, machine-readable and key dates first, start and end as one interval."""
    starts = [date for date in dates if date.get("point") == "start"]
    ends = [date for date in dates if date.get("point") == "end"]
    single = [date for date in dates if date.get("point") not in {"start", "end"}]
    single.sort(
        key=lambda date: (date.get("keyDate") != "yes", date.get("encoding") not in DATE_ENCODINGS)
    )
    spans = [f"{_date(start)}/{_date(end)}" for start, end in zip(starts, ends, strict=False)] or [
        _date(date) for date in (*starts, *ends)
    ]
    return [*spans, *(_date(date) for date in single)]


def _date(element: _Element) -> str:
    value = text_of(element).strip()
    return value + QUALIFIERS.get(element.get("qualifier") or "", "") if value else ""


def _languages(element: _Element) -> Iterator[tuple[str, str]]:
    terms = children(element, "languageterm")
    codes = [term for term in terms if term.get("type") == "code"]
    for term in (codes or terms)[:1]:
        yield "language", text_of(term)


def _subjects(element: _Element) -> Iterator[tuple[str, str]]:
    for part in element:
        name = local(part.tag)
        if name == "name":
            yield "subject", _named(part)
        elif name == "titleinfo":
            yield "subject", _title(part)
        elif name in SUBJECTS:
            yield SUBJECTS[name], text_of(part)


def _identifiers(element: _Element) -> Iterator[tuple[str, str]]:
    value = text_of(element).strip()
    label = LABELS.get((element.get("type") or "").lower(), "") if value[:1].isdigit() else ""
    invalid = element.get("invalid") == "yes"
    yield "invalidIdentifier" if invalid else "identifier", f"{label}{value}"


def _places(element: _Element) -> Iterator[tuple[str, str]]:
    """Yield addresses: through `identifier`, where those of files are told from those of pages."""
    for part in element:
        name = local(part.tag)
        value = text_of(part)
        if name == "url":
            access = (part.get("access") or "").lower()
            is_page = "primary" in (part.get("usage") or "") or access == "object in context"
            if access == "preview":
                yield "thumbnail", value
            elif access == "raw object":
                yield "file", value
            else:
                yield "page" if is_page else "identifier", value
        elif name in {"physicallocation", "shelflocator"}:
            yield "location", value


def _condition(element: _Element) -> Iterator[tuple[str, str]]:
    link = reference(element)
    if is_address(link):
        yield "licence", link
    yield "rights", text_of(element)


def _related(element: _Element) -> Iterator[tuple[str, str]]:
    field = RELATED.get(element.get("type") or "", "relation")
    title = next(map(_title, children(element, "titleinfo")), "")
    yield field, title or text_in(element, "identifier") or reference(element)


def _physical(element: _Element) -> Iterator[tuple[str, str]]:
    for part in element:
        if field := PHYSICAL.get(local(part.tag)):
            yield field, text_of(part)


READERS: dict[str, Callable[[_Element], Iterator[tuple[str, str]]]] = {
    "titleinfo": _titles, "name": _names, "origininfo": _origin, "language": _languages,
    "subject": _subjects, "identifier": _identifiers, "location": _places,
    "accesscondition": _condition, "relateditem": _related, "physicaldescription": _physical,
}  # fmt: skip
