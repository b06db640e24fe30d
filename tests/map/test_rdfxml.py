"""RDF/XML: characters and names that XML cannot hold."""

from __future__ import annotations

import pytest

from pipeline.errors import SettingsError
from pipeline.map import rdfxml

PREFIXES = {"xmlThing": "http://example.org/ns#", "dcterms": "http://purl.org/dc/terms/"}


def document(ntriples: bytes, prefixes: dict[str, str] = PREFIXES) -> bytes:
    return rdfxml.head(prefixes) + rdfxml.nodes(ntriples, prefixes) + rdfxml.TAIL


def test_every_xml_parser_reads_the_same_text() -> None:
    from lxml import etree

    lines = rb'<http://a.example/s> <http://purl.org/dc/terms/title> "a\r\n\tb <&> ]]> \u0085" .'
    root = etree.fromstring(document(lines))
    assert [element.text for element in root.iter("{*}title")] == ["a\r\n\tb <&> ]]> \u0085"]


def test_what_xml_forbids_is_replaced() -> None:
    from lxml import etree

    lines = rb'<http://a.example/s> <http://purl.org/dc/terms/title> "\u0000\u001F\uFFFE\uFFFFx" .'
    root = etree.fromstring(document(lines))
    assert [element.text for element in root.iter("{*}title")] == ["\ufffd\ufffd\ufffd\ufffdx"]


def test_prefixes_are_pretty_and_escaped() -> None:
    prefixes = {
        "a": "http://a.example/?x=1&y=",
        "b": "http://a.example/?x=1&y=",
        "rdf": "http://other.example/",
        **PREFIXES,
    }
    lines = b'<http://a.example/s> <http://a.example/?x=1&y=z> "x" .'
    text = document(lines, prefixes)
    assert b'xmlns:a="http://a.example/?x=1&amp;y="' in text
    assert b"<a:z>x</a:z>" in text
    assert b"xmlThing" not in text
    assert b"http://other.example/" not in text


def test_nothing_is_nothing() -> None:
    assert rdfxml.nodes(b"", PREFIXES) == b""


@pytest.mark.parametrize(
    "lines",
    [
        b'<http://a.example/s> <http://a.example/123> "x" .',
        b'<http://a.example/s> <http://a.example/> "x" .',
        b"<http://a.example/s> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
        b" <http://a.example/1> .",
    ],
)
def test_names_that_no_element_can_have(lines: bytes) -> None:
    with pytest.raises(SettingsError, match="cannot be written in RDF/XML"):
        rdfxml.nodes(lines, PREFIXES)


def test_what_is_no_n_triples() -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        rdfxml.nodes(b"<a> <b> <c> .", PREFIXES)
