"""N-Triples -> Turtle for people: grouped by subject, types first, sorted, diffable.

pyoxigraph writes Turtle too, but its prefixes come in no fixed order; the same input must give the
same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyoxigraph

_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
# A careful subset of PN_LOCAL (RDF 1.1 Turtle, section 6.5), in which nothing needs an escape.
_LOCAL = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_INDENT = "    "


def turtle(ntriples: bytes, prefixes: Mapping[str, str]) -> bytes:
    """Return the Turtle of a small graph; it is held in memory.

    `prefixes` maps prefixes to namespaces; those without use are left out. Raises `ValueError`
    where the N-Triples cannot be parsed.
    """
    import pyoxigraph

    try:
        quads = list(pyoxigraph.parse(input=ntriples, format=pyoxigraph.RdfFormat.N_TRIPLES))
    except SyntaxError as error:
        raise ValueError(f"line {error.lineno} is no N-Triples: {error.msg}") from error
    names = _Names(prefixes)
    blocks = [
        _block(names, list(triples))
        for _, triples in groupby(
            sorted({quad.triple for quad in quads}, key=_order), key=lambda one: str(one.subject)
        )
    ]
    head = "".join(
        f"@prefix {prefix}: <{prefixes[prefix]}> .\n" for prefix in sorted(names.used_prefixes)
    )
    return "\n".join([head, *blocks]).encode()


class _Names:
    """Shortens IRIs by prefix and remembers which prefixes were used."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self._prefixes = sorted(prefixes.items(), key=lambda pair: (-len(pair[1]), pair[0]))
        self.used_prefixes: set[str] = set()

    def short(self, iri: str) -> str:
        for prefix, namespace in self._prefixes:
            if iri.startswith(namespace) and _LOCAL.fullmatch(iri[len(namespace) :]):
                self.used_prefixes.add(prefix)
                return f"{prefix}:{iri[len(namespace) :]}"
        return f"<{iri}>"

    def term(self, term: object) -> str:
        import pyoxigraph

        if isinstance(term, pyoxigraph.NamedNode):
            return self.short(term.value)
        text = str(term)
        if isinstance(term, pyoxigraph.Literal) and text.endswith(f"^^{term.datatype}"):
            return text.removesuffix(str(term.datatype)) + self.short(term.datatype.value)
        return text


def _order(triple: pyoxigraph.Triple) -> tuple[str, bool, str, str]:
    predicate = triple.predicate.value
    # By the bare IRI: `catalogue` comes before `catalogue#publisher`.
    return (str(triple.subject)[1:-1], predicate != _TYPE, predicate, str(triple.object))


def _block(names: _Names, triples: list[pyoxigraph.Triple]) -> str:
    statements = []
    for predicate, group in groupby(triples, key=lambda one: one.predicate.value):
        values = f" ,\n{_INDENT * 2}".join(names.term(one.object) for one in group)
        verb = "a" if predicate == _TYPE else names.short(predicate)
        statements.append(f"{verb} {values}")
    body = f" ;\n{_INDENT}".join(statements)
    return f"{names.term(triples[0].subject)} {body} .\n"
