"""A scope, records, and the readers that all four syntaxes are compared with."""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from pipeline.map import Mapping, Scope, compile_mapping
from pipeline.model import Locator, Record, Text

ROOT = Path(__file__).parents[2]
CONTEXT = ROOT / "ontology" / "context.jsonld"
BASE = "https://example.org/catalogue/"
XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"

Triple = tuple[str, str, tuple[str, ...]]
"""Subject, predicate, and an IRI alone or a literal with its datatype and language."""

SCOPE = Scope(
    base=BASE,
    dataset=BASE + "dataset",
    metadata_licence="https://creativecommons.org/publicdomain/zero/1.0/",
    modified={1: "2026-01-31T12:00:00Z", 2: "2026-02-28T12:00:00Z"},
    language_iris={
        "es": "http://publications.europa.eu/resource/authority/language/SPA",
        "pt": "http://publications.europa.eu/resource/authority/language/POR",
    },
    homepages={"demo": "https://example.org/listing"},
    collections={"demo": "https://example.org/collection"},
)


def literal(value: str, datatype: str, language: str | None) -> tuple[str, ...]:
    return (value, "" if language else datatype, (language or "").lower())


def read_pyoxigraph(data: bytes, syntax: str) -> set[Triple]:
    import pyoxigraph

    formats = {
        "nt": pyoxigraph.RdfFormat.N_TRIPLES,
        "ttl": pyoxigraph.RdfFormat.TURTLE,
        "rdf": pyoxigraph.RdfFormat.RDF_XML,
        "jsonld": pyoxigraph.RdfFormat.JSON_LD,
    }
    found = set()
    for quad in pyoxigraph.parse(data, format=formats[syntax]):
        subject, term = quad.subject, quad.object
        assert isinstance(subject, pyoxigraph.NamedNode), "no blank nodes are ever used"
        if isinstance(term, pyoxigraph.Literal):
            value = literal(term.value, term.datatype.value, term.language)
        else:
            assert isinstance(term, pyoxigraph.NamedNode)
            value = (term.value,)
        found.add((subject.value, quad.predicate.value, value))
    return found


def read_rdflib(data: bytes, monkeypatch: pytest.MonkeyPatch) -> set[Triple]:
    import rdflib

    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    monkeypatch.setattr(logging.getLogger("rdflib.term"), "disabled", True)
    with warnings.catch_warnings():  # rdflib's own reader uses what rdflib deprecates
        warnings.simplefilter("ignore", DeprecationWarning)
        graph = rdflib.Graph().parse(data=data, format="json-ld")
    found = set()
    for subject, predicate, term in graph:
        assert isinstance(subject, rdflib.URIRef)
        if isinstance(term, rdflib.Literal):
            value = literal(str(term), str(term.datatype or XSD_STRING), term.language)
        else:
            value = (str(term),)
        found.add((str(subject), str(predicate), value))
    return found


def refuse_to_load(url: str, _: dict[str, Any]) -> dict[str, Any]:
    raise AssertionError(f"a remote context was asked for: {url}")


def read_pyld(data: bytes) -> set[Triple]:
    from pyld import jsonld

    dataset = jsonld.to_rdf(json.loads(data), {"documentLoader": refuse_to_load})
    found = set()
    for triple in dataset["@default"]:
        term = triple["object"]
        assert triple["subject"]["type"] == "IRI"
        value = (
            (term["value"],)
            if term["type"] == "IRI"
            else literal(term["value"], term["datatype"], term.get("language"))
        )
        found.add((triple["subject"]["value"], triple["predicate"]["value"], value))
    return found


def jsonld_document(mapping: Mapping, records: Iterable[Record]) -> bytes:
    written = mapping.jsonld_separator.join(map(mapping.jsonld, records))
    return mapping.jsonld_head() + written + mapping.jsonld_tail()


@pytest.fixture(scope="session")
def mapping() -> Mapping:
    return compile_mapping(CONTEXT, SCOPE)


@pytest.fixture(scope="session")
def wider_mapping(tmp_path_factory: pytest.TempPathFactory) -> Mapping:
    """Return a mapping with two fields that only the context knows."""
    document = json.loads(CONTEXT.read_text("utf-8"))
    document["@context"] |= {
        "audience": {"@id": "dcterms:audience", "@container": "@language"},
        "sameAs": {"@id": "schema:sameAs", "@type": "@id"},
    }
    file = tmp_path_factory.mktemp("wider") / "context.jsonld"
    file.write_text(json.dumps(document), "utf-8")
    return compile_mapping(file, SCOPE)


@pytest.fixture(scope="session")
def scope() -> Scope:
    return SCOPE


@pytest.fixture(scope="session")
def record() -> Record:
    """Return a small record."""
    return Record(
        id="demo-abcdefghij",
        source="demo",
        key="a title",
        locator=Locator("0" * 64, "page-1.html", "entry 1"),
        title=(Text("Un título", "es"),),
        release=1,
    )


@pytest.fixture
def with_context(tmp_path: Path) -> Callable[..., Mapping]:
    """Return a function that compiles the project's context with terms changed or taken away."""

    def compiled(scope: Scope = SCOPE, without: tuple[str, ...] = (), **terms: object) -> Mapping:
        document = json.loads(CONTEXT.read_text("utf-8"))
        document["@context"] |= terms
        for name in without:
            del document["@context"][name]
        file = tmp_path / "context.jsonld"
        file.write_text(json.dumps(document), "utf-8")
        return compile_mapping(file, scope)

    return compiled


@pytest.fixture
def graph(monkeypatch: pytest.MonkeyPatch) -> Callable[[Mapping, Record], set[Triple]]:
    """Return a function that gives a record's triples, having held all syntaxes to be the same."""

    def same_everywhere(mapping: Mapping, record: Record) -> set[Triple]:
        ntriples = mapping.ntriples(record)
        expected = read_pyoxigraph(ntriples, "nt")
        lines = ntriples.splitlines(keepends=True)
        assert lines == sorted(set(lines))
        assert read_pyoxigraph(mapping.turtle_head() + mapping.turtle(record), "ttl") == expected
        document = jsonld_document(mapping, [record])
        assert read_pyoxigraph(document, "jsonld") == expected
        assert read_rdflib(document, monkeypatch) == expected
        assert read_pyld(document) == expected
        xml = mapping.rdfxml_head() + mapping.rdfxml(record) + mapping.rdfxml_tail()
        # RDF/XML cannot hold every character; problems() says so, of a text cut in two only that.
        doubts = ("Holds", "Half of a character pair")
        if not any(one.message.startswith(doubts) for one in mapping.problems(record)):
            assert read_pyoxigraph(xml, "rdf") == expected
        return expected

    return same_everywhere
