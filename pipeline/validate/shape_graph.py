"""A shapes graph as shapes: which nodes are shapes, what they refer to, how far they look."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final, TypeGuard

import msgspec

from pipeline.validate import terms
from pipeline.validate.turtle import Document
from pipeline.vocabulary import RDF, SH

if TYPE_CHECKING:
    import pyoxigraph

    Node = pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal | pyoxigraph.Triple

_FIRST: Final = RDF + "first"
_REST: Final = RDF + "rest"
_NIL: Final = RDF + "nil"
_LONGEST_LIST: Final = 10_000  # members, in case a list bites its tail


class ShapeGraph(msgspec.Struct, frozen=True):
    """The statements of all shapes files, by subject and predicate (an IRI)."""

    statements: dict[Node, dict[str, list[Node]]]
    documents: dict[Node, Document]

    def values(self, node: Node, term: str) -> list[Node]:
        """Return the values of a SHACL term (its local name)."""
        return self.statements.get(node, {}).get(SH + term, [])

    def members(self, head: Node) -> list[Node] | None:
        """Return the members of an RDF list, or None where it is no well-formed list."""
        found: list[Node] = []
        while getattr(head, "value", None) != _NIL:
            cells = self.statements.get(head, {})
            first, rest = cells.get(_FIRST, []), cells.get(_REST, [])
            if len(first) != 1 or len(rest) != 1 or len(found) > _LONGEST_LIST:
                return None
            found.append(first[0])
            head = rest[0]
        return found

    def references(self, shape: Node) -> Iterator[tuple[str, Node]]:
        """Yield the shapes that a shape refers to, each with the term by which it does."""
        for term in sorted(terms.SHAPES):
            for value in self.values(shape, term):
                yield term, value
        for term in sorted(terms.SHAPE_LISTS):
            for head in self.values(shape, term):
                for value in self.members(head) or ():
                    yield term, value

    def has_target(self, shape: Node) -> bool:
        """Tell whether a shape says itself what it applies to."""
        return any(self.values(shape, term) for term in terms.TARGETS)

    def shapes(self) -> list[Node]:
        """Return every node that is a shape (SHACL §2.1), in the order of their names."""
        found = set()
        for node, statements in self.statements.items():
            classes = {getattr(one, "value", "") for one in statements.get(RDF + "type", [])}
            if (
                classes & {SH + "NodeShape", SH + "PropertyShape", SH + "Shape"}
                or SH + "path" in statements
                or self.has_target(node)
            ):
                found.add(node)
            found.update(value for _, value in self.references(node))
        return sorted(found, key=str)


def shape_graph(documents: Iterable[Document]) -> ShapeGraph:
    """Return the statements of the files as one graph."""
    statements: dict[Node, dict[str, list[Node]]] = {}
    places: dict[Node, Document] = {}
    for document in documents:
        for subject, predicate, value in document.triples:
            places.setdefault(subject, document)
            statements.setdefault(subject, {}).setdefault(predicate.value, []).append(value)
    return ShapeGraph(statements, places)


def steps(graph: ShapeGraph, path: Node) -> int | None:
    """Return how many steps a path takes, or None where nothing bounds them or it is malformed.

    A property and its inverse are one step, a sequence is as long as its parts together, and an
    alternative as its longest.
    """
    import pyoxigraph

    if isinstance(path, pyoxigraph.NamedNode):
        return 1
    sequence = graph.members(path)
    if sequence:
        return _total([steps(graph, part) for part in sequence])
    for term in ("inversePath", "zeroOrOnePath"):
        for part in graph.values(path, term):
            return steps(graph, part)
    for head in graph.values(path, "alternativePath"):
        lengths = [steps(graph, part) for part in graph.members(head) or ()]
        known = [length for length in lengths if length is not None]
        return max(known) if known and len(known) == len(lengths) else None
    return None


def _total(lengths: list[int | None]) -> int | None:
    known = [length for length in lengths if length is not None]
    return sum(known) if len(known) == len(lengths) else None


def is_iri(node: Node) -> TypeGuard[pyoxigraph.NamedNode]:
    """Tell whether a node is an IRI."""
    import pyoxigraph

    return isinstance(node, pyoxigraph.NamedNode)


def text(node: Node) -> str:
    """Return the text of a literal, or the IRI."""
    return str(getattr(node, "value", ""))


def datatype(node: Node) -> str:
    """Return the IRI of a literal's datatype, else an empty string."""
    return str(getattr(getattr(node, "datatype", None), "value", ""))
