"""DSpace's own formats -> fields: DIM, and XOAI (`xoai`), which nests the same names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from pipeline.extract.oai_dublin_core import Found, Value, arranged, field_of
from pipeline.extract.oai_names import language_in, local, text_of
from pipeline.extract.source_record import Given

if TYPE_CHECKING:
    from lxml.etree import _Element

QUALIFIED = {
    ("title", "alternative"): "alternative", ("contributor", "author"): "creator",
    ("date", "issued"): "issued", ("date", "created"): "created",
    ("date", "available"): "available", ("date", "submitted"): "dateSubmitted",
    ("date", "copyright"): "dateCopyrighted", ("date", "updated"): "modified",
    ("description", "abstract"): "description",
    ("description", "tableofcontents"): "tableOfContents", ("rights", "uri"): "licence",
    ("rights", "license"): "rights", ("relation", "ispartof"): "isPartOf",
    ("relation", "ispartofseries"): "isPartOf", ("format", "extent"): "extent",
    ("coverage", "spatial"): "spatial", ("coverage", "temporal"): "temporal",
    ("identifier", "citation"): "bibliographicCitation",
}  # fmt: skip
WHATEVER_QUALIFIER = frozenset({"subject", "language", "identifier", "type", "publisher", "rights",
                                "contributor", "relation", "title", "creator"})  # fmt: skip
LABELS = {("identifier", "isbn"): "ISBN ", ("identifier", "issn"): "ISSN "}
PRIVATE = frozenset({("description", "provenance"), ("date", "accessioned")})
"""Notes of the repository's staff, with names and addresses; the moment an item was taken in."""

SCHEMAS = frozenset({"", "dc", "dcterms"})
LEVELS = 3  # of XOAI's elements above a field: schema, element, qualifier


class Statement(NamedTuple):
    """One value and its qualified name."""

    schema: str
    element: str
    qualifier: str
    value: Given


def read_dim(root: _Element) -> Found:
    """Return the fields of a `dim` element, whose fields name themselves in attributes."""
    return _fields(
        Statement(
            part.get("mdschema") or "", part.get("element") or "", part.get("qualifier") or "",
            Given(text_of(part), language_in(part)),
        )
        for part in root
        if local(part.tag) == "field"
    )  # fmt: skip


def read_xoai(root: _Element) -> Found:
    """Return the fields of XOAI's `metadata` element, and the addresses of the original files."""
    statements: list[Statement] = []
    files: list[Value] = []
    for schema in root:
        name = (schema.get("name") or "").lower()
        if name == "bundles":
            files += _files(schema)
        elif name in SCHEMAS:
            for element in schema:
                statements += _nested(element, name, ())
    found = _fields(statements)
    if files:
        found["file"] = found.get("file", []) + files
    return found


def _fields(statements: Iterator[Statement] | list[Statement]) -> Found:
    found: Found = {}
    for schema, element, qualifier, value in statements:
        name = (element.lower(), qualifier.lower())
        if schema.lower() not in SCHEMAS or name in PRIVATE:
            continue
        field = QUALIFIED.get(name)
        if field is None and (not qualifier or name[0] in WHATEVER_QUALIFIER):
            field = field_of(element)
        elif field is None:
            field = field_of(qualifier) or field_of(element)
        if field:
            text = f"{LABELS.get(name, '')}{value.value.strip()}"
            found.setdefault(field, []).append(Given(text, value.language))
    return arranged(found)


def _nested(element: _Element, schema: str, above: tuple[str, ...]) -> Iterator[Statement]:
    """Yield the fields below an element: the innermost level is the language, or `none`."""
    names = (*above, element.get("name") or "")
    for part in element:
        if local(part.tag) == "element" and len(names) < LEVELS:
            yield from _nested(part, schema, names)
        elif local(part.tag) == "field" and (part.get("name") or "") == "value":
            language = names[-1] if len(names) > 1 and names[-1] not in {"none", "*"} else ""
            qualifier = names[1] if len(names) == LEVELS else ""
            yield Statement(schema, names[0], qualifier, Given(text_of(part), language))


def _files(bundles: _Element) -> Iterator[Value]:
    for bundle in bundles:
        named = [text_of(part) for part in bundle if part.get("name") == "name"]
        if "ORIGINAL" in named:
            for part in bundle.iter():
                if local(part.tag) == "field" and part.get("name") == "url":
                    yield Given(text_of(part))
