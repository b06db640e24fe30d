"""All syntaxes hold one graph: golden cases, and records that Hypothesis makes up."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipeline.map import Mapping, Scope, compile_mapping
from pipeline.model import Agent, Date, Locator, Record, Suggestion, Text

GOLDEN = Path(__file__).parents[1] / "golden" / "map"
CASES = sorted(folder.name for folder in GOLDEN.iterdir() if folder.is_dir())
CONTEXT = Path(__file__).parents[2] / "ontology" / "context.jsonld"
Graph = Callable[[Mapping, Record], set[tuple[str, str, tuple[str, ...]]]]


@pytest.mark.parametrize("case", CASES)
def test_golden(case: str, scope: Scope, graph: Graph) -> None:
    folder = GOLDEN / case
    record = msgspec.json.decode((folder / "record.json").read_bytes(), type=Record)
    own = folder / "context.jsonld"
    mapping = compile_mapping(own if own.exists() else CONTEXT, scope)
    written = {
        "nt": mapping.ntriples(record),
        "ttl": mapping.turtle_head() + mapping.turtle(record),
        "jsonld": mapping.jsonld(record) + b"\n",
    }
    assert graph(mapping, record)
    for syntax, text in written.items():
        file = folder / f"expected.{syntax}"
        if os.environ.get("CATALOOM_GOLDEN") == "1":
            file.write_bytes(text)
        assert file.read_bytes() == text, f"{file} (CATALOOM_GOLDEN=1 rewrites it)"


# Any code point, lone surrogates too; often those that some syntax gives a meaning.
characters = st.one_of(
    st.characters(),
    st.characters(categories=["Cs", "Cc", "Co", "Cn"]),
    st.sampled_from("\"'\\\n\r\t<>&{}@^\x00\x1f\x7f\u0085\u2028\ufeff\ufffd\ufffe\uffff\U0001f600"),
)
strings = st.text(characters, max_size=12)
tags = st.one_of(
    st.just(""),
    st.sampled_from(["es", "pt-BR", "zh-Hant", "EN", "x-own", "i-klingon", "a", "es_MX", "ſk"]),
    st.from_regex(r"\A[a-zA-Z]{1,9}(-[a-zA-Z0-9]{1,9}){0,3}\Z"),
    strings,
)
texts = st.lists(st.builds(Text, value=strings, language=tags), max_size=3).map(tuple)
iris = st.one_of(
    strings,
    st.sampled_from(
        [
            "https://example.org/a b",
            "https://example.org/%zz",
            "https://example.org/ñ?ü#é",
            "HTTP://EXAMPLE.org:80/a(b)'c&d",
            "https://[2001:db8::1]/",
            "https://[::g]/",
            "title:x",
            "dcterms:title",
            "dcterms://x",
            "_:b0",
            "@id",
            "relative",
            "//example.org/",
            "urn:isbn:9780306406157",
            "http://purl.org/dc/terms/title",
            "http://purl.org/dc/terms/",
            "http://purl.org/dc/dcmitype/Text",
            "http://xmlns.com/foaf/0.1/Agent",
        ]
    ),
    strings.map(lambda text: "https://example.org/" + text),
)
lists = st.lists(iris, max_size=3).map(tuple)
agents = st.lists(st.builds(Agent, name=strings, iri=st.one_of(st.just(""), iris)), max_size=3).map(
    tuple
)
dates = st.builds(
    Date,
    value=strings,
    precision=st.sampled_from(["gYear", "gYearMonth", "date", "edtf"]),
    year=strings,
)
records = st.builds(
    Record,
    id=st.just("demo-abcdefghij"),
    source=st.sampled_from(["demo", "other"]),
    key=st.just("k"),
    locator=st.builds(Locator, payload=st.just("0"), name=iris, position=st.just("entry 1")),
    title=texts,
    description=texts,
    types=lists,
    classes=lists,
    languages=st.lists(tags, max_size=2).map(tuple),
    issued=st.none() | dates,
    creators=agents,
    publishers=agents,
    subjects=lists,
    suggestions=st.lists(
        st.builds(
            Suggestion,
            concept=iris,
            label=st.builds(Text, value=strings, language=tags),
        ),
        max_size=2,
    ).map(tuple),
    identifiers=st.lists(strings, max_size=2).map(tuple),
    pages=lists,
    files=lists,
    licences=lists,
    rights=texts,
    other=st.dictionaries(st.sampled_from(["audience", "sameAs", "unknown"]), texts),
    release=st.integers(0, 3),
)


@settings(
    max_examples=150,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(record=records)
@pytest.mark.slow
def test_any_record_is_one_graph(record: Record, wider_mapping: Mapping, graph: Graph) -> None:
    assert graph(wider_mapping, record)


def test_documents_of_several_records(mapping: Mapping, record: Record, graph: Graph) -> None:
    import pyoxigraph

    second = msgspec.structs.replace(record, id="demo-second")
    expected = len(graph(mapping, record) | graph(mapping, second))
    turtle = mapping.turtle_head() + mapping.turtle(record) + mapping.turtle(second)
    assert len(list(pyoxigraph.parse(turtle, format=pyoxigraph.RdfFormat.TURTLE))) == expected
    nodes = mapping.rdfxml(second) + mapping.rdfxml(record)
    xml = mapping.rdfxml_head() + nodes + mapping.rdfxml_tail()
    assert len(list(pyoxigraph.parse(xml, format=pyoxigraph.RdfFormat.RDF_XML))) == expected
