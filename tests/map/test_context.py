"""What a context may say, and the messages for what it may not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import SettingsError
from pipeline.map import Mapping, Scope, compile_mapping
from pipeline.map.context import parse_context, read_context

ROOT = Path(__file__).parents[2]
COMPILED = Callable[..., Mapping]
ALIASES = {"id": "@id", "type": "@type"}


def parse(**terms: object) -> Any:
    return parse_context(json.dumps({"@context": ALIASES | terms}), "context.jsonld")


def test_our_own_context_is_whole(mapping: Mapping) -> None:
    assert mapping.missing() == ()
    assert {"title", "record", "matchedLabel"} <= mapping.fields()
    assert "CreativeWork" not in mapping.fields()


@pytest.mark.parametrize(
    ("definition", "said"),
    [
        (1, "a definition cannot be 1"),
        ([], "a definition cannot be []"),
        ("no iri", "'no iri': it is not an absolute IRI"),
        ("dcterm:title", "did you mean 'dcterms:'"),
        ("", "it is not an absolute IRI"),
        ("http://example.org/123", "cannot be written in RDF/XML"),
        ("titel:x", "did you mean 'title:'"),
        ({}, "no IRI"),
        ({"@id": 5}, "no IRI"),
        ({"@id": "dcterms:a", "@reverse": "dcterms:b"}, "both @id and @reverse"),
        ({"@id": "dcterms:a", "@container": "@list"}, "container @list is not supported"),
        ({"@id": "dcterms:a", "@container": []}, "container [] is not supported"),
        ({"@id": "dcterms:a", "@container": ["@set", {}]}, "is not supported"),
        ({"@id": "dcterms:a", "@type": "@json"}, "@type @json is not supported"),
        ({"@id": "dcterms:a", "@type": 5}, "@type 5 is not supported"),
        ({"@id": "dcterms:a", "@type": "rdf:langString"}, "needs a language"),
        ({"@id": "dcterms:a", "@language": "es_MX"}, "is no language tag"),
        ({"@id": "dcterms:a", "@language": "es", "@type": "@id"}, "more than one of"),
        ({"@id": "dcterms:a", "@container": "@language", "@language": "es"}, "more than one of"),
        ({"@reverse": "dcterms:a", "@container": "@language"}, "@reverse with literals"),
        ({"@id": "dcterms:a", "@containr": "@set"}, "did you mean @container"),
        ({"@id": "dcterms:a", "@context": {}}, "'@context' is not supported"),
        ({"@id": "dcterms:a", "@prefix": True}, "'@prefix' is not supported"),
        ("object:x", "'object' is no prefix"),
        ("wrong:x", "is defined by itself"),
        ("title:x", "is no prefix"),
    ],
)
def test_refused_definitions(definition: object, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse(
            dcterms="http://purl.org/dc/terms/",
            rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#",
            title="http://purl.org/dc/terms/title",
            object={"@id": "dcterms:a"},
            wrong=definition,
        )
    assert said in str(caught.value)
    assert str(caught.value).startswith("context.jsonld: term '")
    assert "expected" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "context.jsonld:1: not JSON"),
        ('{"@context": {\n"a": }}', "context.jsonld:2: not JSON"),
        ("[]", "not a context document"),
        ('{"title": 1}', "not a context document"),
        ('{"@context": "https://example.org/context"}', "never fetched"),
        ('{"@context": [{}]}', "'@context' is not an object"),
        ('{"@context": {"@version": 1.0}}', "'@version' is not 1.1"),
        ('{"@context": {"@vocab": "http://example.org/"}}', "term '@vocab': not supported"),
        ('{"@context": {"@base": null}}', "term '@base': not supported"),
        ('{"@context": {"a:b": "http://example.org/b"}}', "term 'a:b': not supported"),
        ('{"@context": {"a\\u0000\'); import os": null}}', "not supported"),
        ('{"@context": {"id": "@id"}}', "term 'type': must be an alias"),
        ('{"@context": {"id": "@type", "type": "@type"}}', "term 'id': must be an alias"),
        ('{"@context": {"a": null, "a": null}}', "key 'a' stands twice"),
        ('{"@context": {"a": {"@id": "x:y", "@id": "x:z"}}}', "key '@id' stands twice"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_refused_files(text: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_context(text, "context.jsonld")
    assert said in str(caught.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        read_context(tmp_path / "none.jsonld")
    (tmp_path / "latin.jsonld").write_bytes(b'{"@context": {"a": "\xe9"}}')
    with pytest.raises(SettingsError, match="not UTF-8"):
        read_context(tmp_path / "latin.jsonld")


def test_null_and_set_and_reverse() -> None:
    context = parse(
        a=None,
        b={"@id": None},
        c={"@reverse": "http://example.org/c", "@container": "@set", "@type": "@vocab"},
        d={"@id": "http://example.org/d", "@type": "http://www.w3.org/2001/XMLSchema#string"},
        e={"@id": "http://example.org/e", "@language": None, "@type": None, "@container": None},
    )
    assert set(context.terms) == {"c", "d", "e"}
    assert context.names == {"id", "type", "a", "b", "c", "d", "e"}
    assert (context.terms["c"].reverse, context.terms["c"].as_set) == (True, True)
    assert context.terms["d"].datatype == ""


def test_the_digest_is_of_what_the_context_says() -> None:
    one = parse_context('{"@context": {"id": "@id", "type": "@type", "a": null}}', "x")
    same = parse_context('{"@context":{"a":null,"type":"@type","id":"@id"}}', "y")
    other = parse_context('{"@context":{"type":"@type","id":"@id"}}', "x")
    assert one.digest == same.digest != other.digest


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"creator": {"@id": "dcterms:creator", "@type": "xsd:token"}}, "its values are nodes"),
        ({"record": {"@id": "foaf:x", "@container": "@language"}}, "its values are nodes"),
        ({"issued": {"@id": "dcterms:issued", "@container": "@language"}}, "its value is a date"),
        ({"issued": {"@id": "dcterms:issued", "@type": "@id"}}, "its value is a date"),
        ({"page": {"@reverse": "foaf:page"}}, "@reverse needs values that are IRIs"),
        ({"record": None}, "term 'record': missing"),
    ],
)
def test_a_term_must_fit_its_field(
    with_context: COMPILED, terms: dict[str, object], said: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        with_context(**terms)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        (Scope(base="example.org"), "catalogue base: 'example.org': it is not an absolute IRI"),
        (Scope(base="http://a/", dataset="a b"), "dataset: "),
        (Scope(base="http://a/", metadata_licence="CC0"), "catalogue licence: "),
        (Scope(base="http://a/", homepages={"demo": "x"}), "source demo: homepage: "),
        (Scope(base="http://a/", collections={"demo": "x"}), "source demo: collection: "),
    ],
)
def test_the_scope_is_checked(scope: Scope, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        compile_mapping(ROOT / "ontology" / "context.jsonld", scope)
    assert str(caught.value).startswith(said)
