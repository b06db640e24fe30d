"""DataCite metadata (schema 2 to 4) -> fields; `oai_datacite` wraps it in a payload."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from pipeline.extract.oai_dublin_core import Found, arranged
from pipeline.extract.oai_names import children, inherited_language, local, text_in, text_of
from pipeline.extract.source_record import Given

if TYPE_CHECKING:
    from lxml.etree import _Element

Value = tuple[str, str, "_Element"]
TITLES = {"": "title", "TranslatedTitle": "title"}  # every other type is an alternative title
DESCRIPTIONS = {"": "description", "Abstract": "description", "TableOfContents": "tableOfContents"}
DATES = {"Issued": "issued", "Available": "available", "Created": "created", "Updated": "modified",
         "Copyrighted": "dateCopyrighted", "Submitted": "dateSubmitted",
         "Accepted": "dateAccepted", "Valid": "valid"}  # fmt: skip
RELATIONS = {"IsPartOf": "isPartOf", "HasPart": "hasPart", "References": "references",
             "IsReferencedBy": "isReferencedBy", "IsVersionOf": "isVersionOf",
             "HasVersion": "hasVersion"}  # fmt: skip
SIMPLE = {"publisher": "publisher", "language": "language", "version": "version",
          "rights": "rights"}  # fmt: skip
TYPED = {
    "titles": ("titleType", TITLES, "alternative"),
    "descriptions": ("descriptionType", DESCRIPTIONS, "note"),
    "dates": ("dateType", DATES, "dateOther"),
    "relatedidentifiers": ("relationType", RELATIONS, "relation"),
}
"""Lists whose entries have a type: its attribute, fields by type, the field of all others."""

LISTS = {"subjects": "subject", "sizes": "extent", "formats": "format",
         "alternateidentifiers": "identifier"}  # fmt: skip
ORCID = "orcid"


def read(root: _Element) -> Found:
    """Return the fields of the `resource` element at or below `root`."""
    resource = next((e for e in root.iter() if local(e.tag) == "resource"), root)
    found: Found = {}
    year: list[tuple[str, str]] = []
    for element in resource:
        name = local(element.tag)
        if name == "publicationyear":
            year = [Given(text_of(element))]
            continue
        for field, value, holder in _values(element, name):
            if value.strip():
                language = inherited_language(holder, resource)
                found.setdefault(field, []).append(Given(value, language))
    if "issued" not in found and year:
        found["issued"] = year
    return arranged(found)


def _values(element: _Element, name: str) -> Iterator[Value]:
    """Yield fields, their values, and the element in which each stands."""
    if name in SIMPLE:
        yield SIMPLE[name], text_of(element), element
    elif name in READERS:
        yield from READERS[name](element)
    elif name in LISTS or name in TYPED:
        attribute, fields, usual = TYPED.get(name, ("", {}, LISTS.get(name, "")))
        for part in element:
            kind = part.get(attribute) or "" if attribute else ""
            yield fields.get(kind, usual), text_of(part), part


def _identifier(element: _Element) -> Iterator[Value]:
    value = text_of(element).strip()
    yield "identifier", value, element
    if (element.get("identifierType") or "").upper() == "DOI" and value.startswith("10."):
        yield "page", f"https://doi.org/{value}", element


def _names(element: _Element) -> Iterator[Value]:
    field = local(element.tag)[:-1]  # creators, contributors
    for part in element:
        yield field, _named(part, f"{field}name"), part


def _resource_type(element: _Element) -> Iterator[Value]:
    yield "type", text_of(element), element
    yield "type", element.get("resourceTypeGeneral") or "", element


def _rights(element: _Element) -> Iterator[Value]:
    for part in element:
        yield "licence", part.get("rightsURI") or "", part
        yield "rights", text_of(part), part


def _places(element: _Element) -> Iterator[Value]:
    for part in element:
        yield "spatial", text_in(part, "geolocationplace"), part


def _funders(element: _Element) -> Iterator[Value]:
    for part in element:
        yield "funder", text_in(part, "fundername"), part


def _named(element: _Element, name: str) -> str:
    named = text_in(element, name)
    if not named:
        given, family = text_in(element, "givenname"), text_in(element, "familyname")
        named = ", ".join(filter(None, (family, given)))
    for identifier in children(element, "nameidentifier"):
        if (identifier.get("nameIdentifierScheme") or "").lower() == ORCID:
            value = text_of(identifier).strip()
            return f"{named} {value}" if ORCID in value.lower() else f"{named} ORCID: {value}"
    return named


READERS: dict[str, Callable[[_Element], Iterator[Value]]] = {
    "identifier": _identifier, "creators": _names, "contributors": _names,
    "resourcetype": _resource_type, "rightslist": _rights, "geolocations": _places,
    "fundingreferences": _funders,
}  # fmt: skip
