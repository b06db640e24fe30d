"""What one set of writers publishes: context, scope and allowed fields, brought together."""

from __future__ import annotations

from typing import Final

import orjson

from pipeline.map.context import Context
from pipeline.map.document import (
    AGENT,
    NODE_CLASSES,
    RECORD,
    RESOURCE,
    RESOURCE_CLASSES,
    SUGGESTION,
    Kind,
    Planned,
    other_fields,
    plan,
)
from pipeline.map.lexical import PLAIN_IRI, QNAME_TAIL, Memo, iri_fault, language_tag
from pipeline.map.scope import Scope
from pipeline.map.term import Term

XSD: Final = "http://www.w3.org/2001/XMLSchema#"
DATATYPES: Final = {
    "gYear": XSD + "gYear",
    "gYearMonth": XSD + "gYearMonth",
    "date": XSD + "date",
    "edtf": "http://id.loc.gov/datatypes/edtf",
}
"""The datatype of a date by its precision, where the context states none."""


class Plan:
    """The fields to publish, in order, and the functions that find or check their values.

    `published` names the document's fields that may be published; empty means all.
    """

    def __init__(
        self, context: Context, scope: Scope, published: frozenset[str] = frozenset()
    ) -> None:
        self.context = context
        self.scope = scope
        self.resource = [
            planned
            for planned in plan(RESOURCE, context)
            if not published or planned[0].name in published
        ]
        self.nodes: dict[Kind, list[Planned]] = {
            "agents": plan(AGENT, context),
            "suggestions": plan(SUGGESTION, context),
            "record": plan(RECORD, context),
        }
        self.others = [
            planned
            for planned in other_fields(context)
            if not published or planned[0].name in published
        ]
        self.types_are_published = not published or "resourceType" in published

    def classes(self, kind: Kind | None = None) -> list[Term]:
        """Return the classes of a node (of the resource, without `kind`) that the context has."""
        names = RESOURCE_CLASSES if kind is None else (NODE_CLASSES[kind],)
        return [self.context.terms[name] for name in names if name in self.context.terms]

    def resource_classes(self, implied: tuple[str, ...]) -> list[str]:
        """Return the IRIs of a resource's classes, with those that its types imply."""
        iris = [term.iri for term in self.classes()]
        if self.types_are_published:
            iris += map(self.class_reference, implied)
        return [iri for iri in iris if iri]

    def names(self) -> dict[str, object]:
        """Return what the compiled writers call by name (see `document.py` and the writers)."""
        scope = self.scope
        return {
            "dumps": orjson.dumps,
            "plain": PLAIN_IRI.fullmatch,
            "ZERO": b"\0",
            "seen": {},
            "resource_base": f"{scope.base}resource/".encode(),
            "record_base": f"{scope.base}record/".encode(),
            "languages": Memo(self.languages),
            "collection": Memo(lambda source: _one(scope.collections.get(source))),
            "origin": Memo(lambda source: _one(scope.homepages.get(source))),
            "metadata_licence": (scope.metadata_licence,) if scope.metadata_licence else (),
            "dataset": (scope.dataset,) if scope.dataset else (),
        }

    def languages(self, tags: tuple[str, ...]) -> tuple[str, ...]:
        """Return the IRIs of languages: of the tag, or of its primary subtag, if any is known."""
        known = self.scope.language_iris
        found = (known.get(tag) or known.get(tag.partition("-")[0]) for tag in tags)
        return tuple(dict.fromkeys(iri for iri in found if iri))

    def reference(self, value: str) -> str:
        """Return `value` if it may be written as an IRI, else an empty string."""
        if PLAIN_IRI.fullmatch(value) or not iri_fault(value, self.context.names):
            return value
        return ""

    def class_reference(self, value: str) -> str:
        """Return `value` if it may be written as a class, in RDF/XML too, else nothing."""
        return self.reference(value) if QNAME_TAIL.search(value) else ""

    def vocabulary_reference(self, value: str) -> str:
        """Return the IRI that `value`, a term or an IRI, stands for (`"@type": "@vocab"`)."""
        term = self.context.terms.get(value)
        return term.iri if term is not None else self.reference(value)

    @staticmethod
    def tag(value: str) -> str:
        """Return the language tag to write: none where it is not well-formed."""
        return language_tag(value)


def _one(value: str | None) -> tuple[str, ...]:
    """Return no or one value as a tuple."""
    return (value,) if value else ()
