"""The Europeana Data Model in RDF/XML -> fields of the one object it describes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline.extract.oai_dublin_core import Found, Value, arranged, field_of
from pipeline.extract.oai_names import (
    inherited_language,
    language_in,
    local,
    reference,
    text_of,
)
from pipeline.extract.source_record import Given

if TYPE_CHECKING:
    from lxml.etree import _Element

ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
OBJECT, PROXY, AGGREGATION = "providedcho", "proxy", "aggregation"
LINKS = {"isshownat": "page", "isshownby": "file", "rights": "licence"}
"""What an aggregation says by address (EDM primer §4)."""

Labels = dict["str | None", list[Value]]
KIND = "{http://www.europeana.eu/schemas/edm/}type"
NAMES = frozenset({"preflabel", "name", "label"})
NOTHING_TOLD = frozenset({"aggregatedcho", "sameas", "europeanaproxy", "proxyfor", "proxyin"})


def read(root: _Element) -> Found:
    """Return the fields of the object: the one the aggregation names, or the first.

    A value that is a reference becomes the labels of what it names, where the record has them.
    """
    aggregations = [child for child in root if local(child.tag) == AGGREGATION]
    found: Found = {}
    labels: Labels = {node.get(ABOUT): list(_labels(node)) for node in root if node.get(ABOUT)}
    kinds: list[Value] = []
    for node in _described(root, aggregations):
        for part in node:
            name = local(part.tag)
            if name in NOTHING_TOLD:
                continue
            values = list(_values(part, labels, root))
            if part.tag == KIND:
                kinds += values
            elif field := field_of(part.tag):
                found.setdefault(field, []).extend(values)
    for part in (part for aggregation in aggregations for part in aggregation):
        name = local(part.tag)
        field = LINKS.get(name) or ("" if name in NOTHING_TOLD else field_of(part.tag))
        if field:
            found.setdefault(field, []).extend(_values(part, labels, root))
    if kinds and "type" not in found:
        found["type"] = kinds
    return arranged(found)


def _described(root: _Element, aggregations: list[_Element]) -> list[_Element]:
    """Return the nodes that describe the object: itself, and proxies that speak for it."""
    objects = [child for child in root if local(child.tag) == OBJECT]
    named = {
        reference(part)
        for aggregation in aggregations
        for part in aggregation
        if local(part.tag) == "aggregatedcho"
    }
    chosen = [node for node in objects if node.get(ABOUT) in named] or objects
    proxies = [child for child in root if local(child.tag) == PROXY]
    return [*chosen[:1], *proxies]


def _values(part: _Element, labels: Labels, root: _Element) -> Iterator[Value]:
    text = text_of(part).strip()
    if text:
        yield Given(text, inherited_language(part, root))
    elif link := reference(part):
        yield from labels.get(link) or [Given(link)]


def _labels(node: _Element) -> Iterator[Value]:
    for part in node:
        if local(part.tag) in NAMES and part.text:
            yield Given(part.text, language_in(part))
