"""RDF/XML through pyoxigraph: the nodes of some N-Triples, between a head and a tail.

rdflib writes it too, some fifty times slower (docs/decisions). What XML cannot hold is dealt with
here: predicates and classes that cannot name an element are refused, characters that XML 1.0
forbids become U+FFFD (`Mapping.problems` reports them), and carriage returns are written so that
no XML parser turns them into line feeds.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from pipeline.errors import SettingsError
from pipeline.map.lexical import QNAME_TAIL, REPLACEMENT, XML_FORBIDDEN
from pipeline.map.term import RDF

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyoxigraph

TAIL: Final = b"</rdf:RDF>\n"
_ROOT: Final = b"<rdf:RDF"
_CONTROLS: Final = bytes(range(9)) + b"\x0b\x0c" + bytes(range(14, 32))
_NONCHARACTERS: Final = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")


def head(prefixes: Mapping[str, str]) -> bytes:
    """Return the XML declaration and the root element with its namespaces."""
    names = {"rdf": RDF} | _usable(prefixes)
    lines = "".join(f'\n    xmlns:{name}="{_escape(iri)}"' for name, iri in sorted(names.items()))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{lines}>\n'.encode()


def nodes(ntriples: bytes, prefixes: Mapping[str, str]) -> bytes:
    """Return `ntriples` (UTF-8, sorted by subject) as the node elements of an RDF/XML document.

    They stand between `head(prefixes)` and `TAIL`. Raises `SettingsError` for a predicate or class
    whose IRI cannot be the name of an element, or where the N-Triples cannot be parsed.
    """
    import pyoxigraph

    try:
        quads = _checked(pyoxigraph.parse(ntriples, format=pyoxigraph.RdfFormat.N_TRIPLES))
        output = io.BytesIO()
        pyoxigraph.serialize(
            quads, output, format=pyoxigraph.RdfFormat.RDF_XML, prefixes=_usable(prefixes)
        )
    except SyntaxError as error:
        raise SettingsError(
            f"these N-Triples cannot be read: {error.msg}",
            next_step="report it: a record was written wrongly",
        ) from None
    document = output.getvalue()
    start = document.index(b">", document.index(_ROOT)) + 2
    written = document[start : document.rindex(TAIL.rstrip())]
    if b"\r" in written:
        written = written.replace(b"\r", b"&#13;")
    forbidden = len(written.translate(None, _CONTROLS)) < len(written)
    if forbidden or any(character in written for character in _NONCHARACTERS):
        written = XML_FORBIDDEN.sub(REPLACEMENT, written.decode()).encode()
    return written


def _checked(triples: Iterator[pyoxigraph.Quad]) -> Iterator[pyoxigraph.Quad]:
    """Pass on triples whose predicates and classes can be names of elements."""
    usable: set[str] = set()
    for triple in triples:
        names = [triple.predicate.value]
        if names[0] == RDF + "type":
            names.append(getattr(triple.object, "value", ""))
        for name in names:
            if name not in usable:
                if QNAME_TAIL.search(name) is None:
                    raise SettingsError(
                        f"<{name}> cannot be written in RDF/XML as the name of an element",
                        expected="predicates and classes whose IRIs end in a name beginning with"
                        " a letter or '_'",
                        next_step="give the term of the context or the ontology another IRI",
                    )
                usable.add(name)
        yield triple


def _usable(prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return the prefixes, one a namespace, without names that XML keeps for itself."""
    by_namespace: dict[str, str] = {}
    for name, iri in sorted(prefixes.items()):
        if not name.lower().startswith("xml") and name != "rdf" and iri != RDF:
            by_namespace.setdefault(iri, name)
    return {name: iri for iri, name in by_namespace.items()}


def _escape(iri: str) -> str:
    """Return an IRI for an attribute: of XML's own characters it may hold only `&` and `'`."""
    return iri.replace("&", "&amp;")
