"""A graph in memory: what each subject says, in the order of the document; all graphs are one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pipeline.extract.payloads import MOST_VALUES
from pipeline.extract.properties import EDM, ORE, PREFIXES, RDF, canonical

TYPE = RDF + "type"
FIRST, REST, NIL = RDF + "first", RDF + "rest", RDF + "nil"
MEMBER = RDF + "_"
MEMBER_NUMBER = re.compile(re.escape(MEMBER) + r"([1-9][0-9]{0,8})")
LANGUAGE_STRING = RDF + "langString"
MARKUP_TYPES = frozenset({RDF + "HTML", RDF + "XMLLiteral"})
COMPANIONS = frozenset({EDM + "aggregatedCHO", ORE + "proxyFor"})
"""What points from the parts of a description in EDM to the object."""

GENERATED = "/.well-known/genid/"
"""Part of an IRI that stands for a blank node (RDF 1.1 §3.5): another one in each answer."""

MOST_STEPS = 10 * MOST_VALUES
"""Nodes of one list that are visited, which may be a circle; what is beyond is left out as too many
values are."""


class Term(NamedTuple):
    """An object: a literal, or a node by its IRI or, if it is blank, as `_:7`."""

    value: str
    is_node: bool = False
    language: str = ""
    datatype: str = ""

    @property
    def is_iri(self) -> bool:
        """Say whether it is a node with an IRI of its own."""
        return self.is_node and has_iri(self.value)


Statements = dict[str, dict[str, list[Term]]]


class Graph:
    """Subject -> property -> objects, properties and classes in their canonical spelling."""

    def __init__(self) -> None:
        self.statements: Statements = {}
        self._known: dict[Term, Term] = {}
        self._companions: dict[str, list[str]] = {}

    def add(self, subject: str, predicate: str, term: Term) -> None:
        """Add a statement; `values` gives one that is added twice once."""
        if predicate == TYPE and term.is_node:
            term = Term(canonical(term.value), is_node=True)
        if term.is_node:
            term = self._known.setdefault(term, term)
            if predicate in COMPANIONS and term.value != subject:
                self._companions.setdefault(term.value, []).append(subject)
        self.statements.setdefault(subject, {}).setdefault(canonical(predicate), []).append(term)

    def described_by(self, subject: str) -> tuple[str, ...]:
        """Return the subject and the nodes that say more of it: in EDM its aggregation, proxies."""
        return (subject, *self._companions.get(subject, ()))

    def values(self, subject: str, *properties: str) -> list[Term]:
        """Return the objects of `properties`, in that order, lists and containers flattened."""
        about = self.statements.get(subject)
        if not about:
            return []
        found = [term for name in properties for term in about.get(name, ())]
        if any(term.is_node and self._is_list(term.value) for term in found):
            found = list(self._flattened(found))
        return list(dict.fromkeys(found))

    def classes(self, subject: str) -> list[str]:
        """Return the IRIs of the classes of `subject`."""
        types = self.statements.get(subject, {}).get(TYPE, ())
        return [term.value for term in types if term.is_node]

    def pointing(self, wanted: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
        """Return, for nodes of `wanted`, the subjects and properties that point to them."""
        found: dict[str, list[tuple[str, str]]] = {node: [] for node in wanted}
        for subject, about in self.statements.items():
            for name, terms in about.items():
                if name == TYPE:
                    continue
                for term in terms:
                    if term.is_node and term.value != subject and term.value in found:
                        found[term.value].append((subject, name))
        return found

    def _is_list(self, node: str) -> bool:
        about = self.statements.get(node)
        return node == NIL or (about is not None and (FIRST in about or MEMBER + "1" in about))

    def _flattened(self, terms: list[Term]) -> Iterator[Term]:
        waiting, steps = list(reversed(terms)), 0
        while waiting and steps < MOST_STEPS:
            steps += 1
            term = waiting.pop()
            if not term.is_node or not self._is_list(term.value):
                yield term
            elif term.value != NIL:
                waiting.extend(reversed(self._members(term.value)))

    def _members(self, node: str) -> list[Term]:
        about = self.statements[node]
        if FIRST in about:
            return [*about[FIRST], *about.get(REST, ())]
        found = ((MEMBER_NUMBER.fullmatch(name), name) for name in about)
        numbered = sorted((int(match.group(1)), name) for match, name in found if match)
        return [term for _, name in numbered for term in about[name]]


def has_iri(node: str) -> bool:
    """Say whether a node is known by an IRI that stays the same.

    >>> has_iri("https://example.org/a"), has_iri("_:7")
    (True, False)
    """
    return not node.startswith("_:") and GENERATED not in node


def compact(iri: str) -> str:
    """Return an IRI with a prefix that people know, or as it is.

    >>> compact("http://purl.org/dc/terms/title")
    'dcterms:title'
    """
    for prefix, namespace in PREFIXES.items():
        local = iri[len(namespace) :]
        if iri.startswith(namespace) and local and "/" not in local and prefix not in {"dc11"}:
            return f"{prefix}:{local}"
    return iri
