"""RDF/XML: characters and names that XML cannot hold."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from pipeline.errors import SettingsError
from pipeline.map import Mapping, Scope, rdfxml
from pipeline.model import Agent, Record, Text

PREFIXES = {"xmlThing": "http://example.org/ns#", "dcterms": "http://purl.org/dc/terms/"}


def document(mapping: Mapping, record: Record) -> bytes:
    return mapping.rdfxml_head() + mapping.rdfxml(record) + mapping.rdfxml_tail()


def titled(record: Record, *titles: str) -> Record:
    return msgspec.structs.replace(record, title=tuple(Text(title, "en") for title in titles))


def titles(written: bytes) -> list[str | None]:
    from lxml import etree

    return [element.text for element in etree.fromstring(written).iter("{*}title")]


def test_every_xml_parser_reads_the_same_text(mapping: Mapping, record: Record) -> None:
    text = "a\r\n\tb <&> ]]> \x85 \\u0041"
    assert titles(document(mapping, titled(record, text))) == [text]


def test_what_xml_forbids_is_replaced(mapping: Mapping, record: Record) -> None:
    written = document(mapping, titled(record, "\x00\x1f\ufffe\uffff\x7fx"))
    assert titles(written) == ["\ufffd\ufffd\ufffd\ufffd\x7fx"]


def test_half_a_character_is_replaced(mapping: Mapping, record: Record) -> None:
    assert titles(document(mapping, titled(record, "a\ud800b"))) == ["a\ufffdb"]


def test_values_are_sorted_each_once(mapping: Mapping, record: Record) -> None:
    assert titles(document(mapping, titled(record, "b", "a", "b"))) == ["a", "b"]


def test_an_address_with_an_ampersand(mapping: Mapping, record: Record) -> None:
    agent = Agent("A", "https://example.org/?a=1&b='2'")
    several = msgspec.structs.replace(
        record, pages=("https://example.org/?x=1&y=2",), creators=(agent,)
    )
    written = mapping.rdfxml(several)
    assert b'rdf:resource="https://example.org/?x=1&amp;y=2"' in written
    assert b"rdf:about=\"https://example.org/?a=1&amp;b='2'\"" in written


def test_prefixes_are_pretty_and_escaped() -> None:
    prefixes = {
        "a": "http://a.example/?x=1&y=",
        "b": "http://a.example/?x=1&y=",
        "rdf": "http://other.example/",
        **PREFIXES,
    }
    text = rdfxml.head(prefixes)
    assert b'xmlns:a="http://a.example/?x=1&amp;y="' in text
    assert b"xmlThing" not in text
    assert b"http://other.example/" not in text


def test_a_predicate_without_a_prefix_brings_its_own(
    with_context: Callable[..., Mapping], record: Record
) -> None:
    mapping = with_context(title={"@id": "http://a.example/?x&y/title", "@container": "@language"})
    line = b'<ns:title xmlns:ns="http://a.example/?x&amp;y/" xml:lang="es">'
    assert line in mapping.rdfxml(record)


def test_what_is_no_identifier_is_not_written(mapping: Mapping, record: Record) -> None:
    assert mapping.rdfxml(msgspec.structs.replace(record, id="../x")) == b""


@pytest.mark.parametrize(
    "iri",
    [
        "http://a.example/123",
        "http://a.example/",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#li",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#Description",
    ],
)
def test_names_that_no_element_can_have(
    iri: str, with_context: Callable[..., Mapping], record: Record
) -> None:
    with pytest.raises(SettingsError, match="cannot be written in RDF/XML"):
        with_context(title={"@id": iri, "@container": "@language"}).rdfxml(record)


def test_the_base_may_hold_an_ampersand(
    scope: Scope, with_context: Callable[..., Mapping], record: Record
) -> None:
    odd = msgspec.structs.replace(scope, base="https://example.org/a&b/")
    assert b'rdf:about="https://example.org/a&amp;b/resource/' in with_context(odd).rdfxml(record)
