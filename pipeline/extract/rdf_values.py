"""One object of a statement -> raw values: what a node is called, or the address it stands for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from pipeline.extract.properties import (
    ADDRESSES,
    DCAT,
    DCTERMS,
    FOAF,
    KEYWORD_LISTS,
    LABELS,
    OWL,
    SCHEMA,
    SKOS,
    VCARD,
)
from pipeline.extract.rdf_graph import MARKUP_TYPES, Graph, Term, has_iri
from pipeline.extract.rdf_languages import language_code

GIVEN_NAMES = (SCHEMA + "givenName", FOAF + "givenName", FOAF + "firstName", VCARD + "given-name")
FAMILY_NAMES = (SCHEMA + "familyName", FOAF + "familyName", FOAF + "lastName", FOAF + "surname",
                VCARD + "family-name")  # fmt: skip
ROLES = (SCHEMA + "creator", SCHEMA + "author", SCHEMA + "contributor", SCHEMA + "editor",
         SCHEMA + "publisher", FOAF + "member")  # fmt: skip
"""What a node that stands for the part an agent played calls the agent."""

AGENT_IDENTIFIERS = (SCHEMA + "sameAs", OWL + "sameAs", SCHEMA + "identifier",
                     DCTERMS + "identifier")  # fmt: skip
AGENT_REGISTERS = ("orcid.org/", "ror.org/", "isni.org/", "viaf.org/")
"""Registers whose IRIs clean knows: they are kept beside the name."""

STARTS = (DCAT + "startDate", SCHEMA + "startDate")
ENDS = (DCAT + "endDate", SCHEMA + "endDate")
IDENTIFIERS = (SCHEMA + "value", SKOS + "notation", DCTERMS + "identifier", SCHEMA + "identifier")


class Value(NamedTuple):
    """A raw value, the language stated for it, and whether it is HTML."""

    text: str
    language: str = ""
    is_markup: bool = False


def fallbacks(languages: Sequence[str]) -> dict[str, int]:
    """Return the rank of languages, of which one name of several is chosen: the source's first."""
    return {tag.lower(): place for place, tag in enumerate(languages)}


class Reader:
    """Reads objects as what a field holds; an empty answer says that a node has no name."""

    def __init__(self, graph: Graph, languages: Sequence[str]) -> None:
        self._graph = graph
        self._ranks = fallbacks(languages)
        self._names: dict[Term, list[Value]] = {}
        self.readings: dict[str, Callable[[Term], list[Value]]] = {
            **dict.fromkeys(("creator", "contributor", "publisher", "provider", "rightsHolder",
                             "contactPoint"), self.agent),
            **dict.fromkeys(("page", "file", "licence", "image", "isPartOf", "hasPart", "relation",
                             "references", "isReferencedBy", "replaces", "isReplacedBy",
                             "isVersionOf", "hasVersion", "isFormatOf", "hasFormat", "requires",
                             "isRequiredBy", "conformsTo", "source"), self.address),
            **dict.fromkeys(("type", "format", "accessRights", "audience", "educationalLevel",
                             "spatial"), self.one_label),
            **dict.fromkeys(("date", "created", "modified", "available", "valid", "extent",
                             "version"), self.plain),
            "temporal": self.period,
            "language": self.language,
            "identifier": self.identifier,
            "rights": self.rights,
        }  # fmt: skip

    def read(self, field: str, term: Term) -> list[Value]:
        """Return the values that an object of a property of `field` gives."""
        return self.readings.get(field, self.text)(term)

    def text(self, term: Term) -> list[Value]:
        """Return a text, or what a node is called in every language, or its IRI."""
        if not term.is_node:
            return [_literal(term)]
        return self._called(term) or _iri(term)

    def plain(self, term: Term) -> list[Value]:
        """Return a text that is in no language, such as a date."""
        return [value._replace(language="") for value in self.text(term)]

    def period(self, term: Term) -> list[Value]:
        """Return a text, or the interval that a node describes, as `start/end` (ISO 8601)."""
        ends = [self._graph.values(term.value, *names)[:1] for names in (STARTS, ENDS)]
        if not term.is_node or not any(ends):
            return self.text(term)
        start, end = (one[0].value if one else ".." for one in ends)
        return [Value(f"{start}/{end}")]

    def one_label(self, term: Term) -> list[Value]:
        """Return a text, or what a node is called in the first of the source's languages."""
        values = self.text(term)
        return [min(values, key=self._rank)] if term.is_node and values else values

    def agent(self, term: Term) -> list[Value]:
        """Return the name of a person or body, with its ORCID, ROR, ISNI or VIAF behind it."""
        if not term.is_node:
            return [_literal(term)._replace(language="")]
        name = self._agent_name(term.value)
        if not name:
            played = [one for one in self._graph.values(term.value, *ROLES) if one != term]
            return self._agents_played(played) or _iri(term)
        known = [term, *self._graph.values(term.value, *AGENT_IDENTIFIERS)]
        register = next((one.value for one in known if _is_registered(one.value)), "")
        return [Value(f"{name} {register}" if register and register not in name else name)]

    def _agents_played(self, terms: Sequence[Term]) -> list[Value]:
        names = (self._agent_name(one.value) if one.is_node else one.value for one in terms)
        return [Value(name) for name in names if name]

    def address(self, term: Term) -> list[Value]:
        """Return an address as it is, that of a node without one, or what the node is called."""
        if not term.is_node or has_iri(term.value):
            return [Value(term.value)]
        found = self._graph.values(term.value, *ADDRESSES)
        return [Value(one.value) for one in found[:1]] or self._called(term)

    def language(self, term: Term) -> list[Value]:
        """Return the code of a language, or its name."""
        if not term.is_node:
            return [Value(term.value)]
        if code := language_code(term.value):
            return [Value(code)]
        values = self.one_label(term)
        return [value._replace(language="") for value in values]

    def identifier(self, term: Term) -> list[Value]:
        """Return an identifier, or that which a node describes."""
        if not term.is_node:
            return [Value(term.value)]
        found = self._graph.values(term.value, *IDENTIFIERS)
        return [Value(one.value) for one in found if not one.is_node] or _iri(term)

    def rights(self, term: Term) -> list[Value]:
        """Return a statement of rights: its IRI and its words."""
        if not term.is_node:
            return [_literal(term)]
        return [*_iri(term), *self._called(term)] or self.address(term)

    def keywords(self, name: str, values: list[Value]) -> list[Value]:
        """Return values with the lists among them parted, if `name` is a property of such lists."""
        if name not in KEYWORD_LISTS:
            return values
        return [value._replace(text=part) for value in values for part in value.text.split(",")]

    def _called(self, term: Term) -> list[Value]:
        """Return what a node is called by the best property that names it."""
        known = self._names.get(term)
        if known is None:
            known = self._names[term] = []
            for name in LABELS:
                found = self._graph.values(term.value, name)
                if texts := [_literal(one) for one in found if not one.is_node]:
                    known += texts
                    break
        return known

    def _agent_name(self, node: str) -> str:
        called = self._called(Term(node, is_node=True))
        if called:
            return min(called, key=self._rank).text
        parts = (self._graph.values(node, *names)[:1] for names in (GIVEN_NAMES, FAMILY_NAMES))
        return " ".join(one.value for part in parts for one in part if not one.is_node)

    def _rank(self, value: Value) -> int:
        tag = value.language.lower()
        behind = len(self._ranks)
        if not tag:
            return behind
        return self._ranks.get(tag, self._ranks.get(tag.partition("-")[0], behind + 1))


def _literal(term: Term) -> Value:
    return Value(term.value, term.language, term.datatype in MARKUP_TYPES)


def _iri(term: Term) -> list[Value]:
    return [Value(term.value)] if has_iri(term.value) else []


def _is_registered(value: str) -> bool:
    scheme, mark, rest = value.partition("://")
    host = rest.removeprefix("www.")
    return bool(mark) and scheme in {"http", "https"} and host.startswith(AGENT_REGISTERS)
