"""N-Triples terms, read back by pyoxigraph."""

from __future__ import annotations

import pyoxigraph
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.publish.terms import iri, literal, triple

ANY_TEXT = st.text(
    st.characters(codec=None) | st.sampled_from('"\\\r\n\t\0\x7f\u2028<>{}\U0001f600')
)
NODE = iri("https://example.org/x")


def _read(line: bytes) -> pyoxigraph.Quad:
    quads = list(pyoxigraph.parse(input=line, format=pyoxigraph.RdfFormat.N_TRIPLES))
    assert len(quads) == 1
    quad: pyoxigraph.Quad = quads[0]
    return quad


@settings(max_examples=200)
@given(ANY_TEXT)
def test_any_text_comes_back(text: str) -> None:
    shown = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    value = _read(triple(NODE, NODE, literal(text, language="pt-BR"))).object
    assert isinstance(value, pyoxigraph.Literal)
    if shown == text:
        assert value.value == text
    assert "\ud800" not in value.value
    assert value.language is not None
    assert value.language.lower() == "pt-br"


@given(st.text("\ud800\udfff a", min_size=1))
def test_lone_surrogates_become_replacement_characters(text: str) -> None:
    value = _read(triple(NODE, NODE, literal(text))).object
    assert isinstance(value, pyoxigraph.Literal)
    assert value.value == text.replace("\ud800", "\ufffd").replace("\udfff", "\ufffd")


@settings(max_examples=200)
@given(ANY_TEXT)
def test_no_text_breaks_out_of_an_iri(text: str) -> None:
    quad = _read(triple(iri(f"https://example.org/{text}"), NODE, NODE))
    assert str(quad.subject).startswith("<https://example.org/")


def test_a_datatype_is_an_iri() -> None:
    assert literal("1", datatype="https://example.org/n") == b'"1"^^<https://example.org/n>'
