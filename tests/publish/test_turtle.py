"""Turtle for people."""

from __future__ import annotations

import pyoxigraph
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.publish.terms import iri, literal, triple
from pipeline.publish.turtle import turtle

PREFIXES = {
    "ex": "https://example.org/",
    "deep": "https://example.org/deep/",
    "un": "https://u.org/",
}
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

NAMES = st.sampled_from(["a", "deep/b", "c.d", "1", "x-y", "-z", "", "deep/", "e#f", "g%20h"]).map(
    lambda name: iri(f"https://example.org/{name}")
)
VALUES = NAMES | st.builds(
    literal, st.text(st.characters(codec="utf-8")), language=st.sampled_from(["", "en", "pt-BR"])
)
GRAPHS = st.lists(st.builds(triple, NAMES, NAMES | st.just(iri(RDF_TYPE)), VALUES), max_size=12)


def _triples(data: bytes, kind: pyoxigraph.RdfFormat) -> set[str]:
    return {str(quad.triple) for quad in pyoxigraph.parse(input=data, format=kind)}


@settings(max_examples=150)
@given(GRAPHS)
def test_turtle_is_the_same_graph(lines: list[bytes]) -> None:
    data = b"".join(lines)
    written = turtle(data, PREFIXES)
    assert _triples(written, pyoxigraph.RdfFormat.TURTLE) == _triples(
        data, pyoxigraph.RdfFormat.N_TRIPLES
    )
    assert written == turtle(b"".join(reversed(lines)), PREFIXES)


def test_layout() -> None:
    lines = [
        '<https://example.org/b> <https://example.org/p> "2"@en .\n',
        '<https://example.org/b> <https://example.org/p> "1"^^<https://example.org/deep/n> .\n',
        f"<https://example.org/b> <{RDF_TYPE}> <https://example.org/C> .\n",
        "<https://example.org/b#x> <https://example.org/p> <https://example.org/c.d> .\n",
    ]
    assert turtle("".join(lines).encode(), PREFIXES).decode() == (
        "@prefix deep: <https://example.org/deep/> .\n"
        "@prefix ex: <https://example.org/> .\n"
        "\n"
        "ex:b a ex:C ;\n"
        '    ex:p "1"^^deep:n ,\n'
        '        "2"@en .\n'
        "\n"
        "<https://example.org/b#x> ex:p <https://example.org/c.d> .\n"
    )


def test_what_is_no_ntriples_is_refused() -> None:
    with pytest.raises(ValueError, match="line 2"):
        turtle(b"<https://e.org/a> <https://e.org/b> <https://e.org/c> .\nbroken\n", {})
