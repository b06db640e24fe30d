"""Which syntax a document is in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SettingsError, SourceError
from pipeline.extract.payloads import Payload
from pipeline.extract.rdf_syntax import SPELLINGS, named_syntax, recognise
from pipeline.kinds import RdfSettings
from pipeline.settings import Source

NT = '<http://a> <http://b> "c"@en .\n'
TURTLE = "@prefix a: <http://a> .\n"
XML = '<?xml version="1.0"?><rdf:RDF/>'
JSON = '{"@context": {}}'


def payload(name: str = "data", media_type: str = "") -> Payload:
    return Payload(name, b"", "", media_type=media_type)


@pytest.mark.parametrize(
    ("text", "name", "media_type", "syntax", "by"),
    [
        (TURTLE, "a.ttl", "", "turtle", "its name"),
        (TURTLE, "https://e.org/a.ttl?x=1", "", "turtle", "its name"),
        (TURTLE, "a.ttl.gz", "", "turtle", "its name"),
        (TURTLE, "a", "text/turtle", "turtle", "the server's media type"),
        (TURTLE, "a.rdf", "application/json", "trig", "its content"),
        (TURTLE, "a", "text/plain", "trig", "its content"),
        ("# a note\n\n" + TURTLE, "a", "", "trig", "its content"),
        ("PREFIX a: <http://a>", "a", "", "trig", "its content"),
        ("<a> a <b> .", "a", "", "trig", "its content"),
        ("ex:a ex:b ex:c .", "a", "", "trig", "its content"),
        ("[] a <b> .", "a", "", "trig", "its content"),
        (NT, "a.nt", "", "n-triples", "its name"),
        (NT * 500, "a", "text/plain", "n-triples", "its content"),
        ("# dump\n\n_:a <http://b> <http://c> . # c\n", "a", "", "n-triples", "its content"),
        ('<http://a> <http://b> "c"^^<http://d> <http://g> .\n', "a", "", "n-quads", "its content"),
        (NT + TURTLE, "a", "", "trig", "its content"),
        (XML, "a.ttl", "text/turtle", "rdf-xml", "its content"),
        ("\ufeff" + XML, "a.owl", "", "rdf-xml", "its name"),
        ("<!-- a -->\n<rdf:RDF/>", "a", "text/xml", "rdf-xml", "the server's media type"),
        (JSON, "a.json", "", "json-ld", "its name"),
        (JSON, "a", "application/ld+json", "json-ld", "the server's media type"),
        ('[{"@id": "a"}]', "a", "text/html", "json-ld", "its content"),
        ("{}", "a.ttl", "", "json-ld", "its content"),
        ("{ <a> <b> <c> }", "a.trig", "", "trig", "its name"),
    ],
)
def test_the_syntax_is_found(text: str, name: str, media_type: str, syntax: str, by: str) -> None:
    found = recognise(payload(name, media_type), text)
    assert (found.syntax, found.by) == (syntax, by)


def test_the_setting_counts_before_all() -> None:
    assert recognise(payload("a.rdf", "application/json"), TURTLE, "n-quads").syntax == "n-quads"


@pytest.mark.parametrize("text", ["", "Title,Author\n1,2", "Hello world", "# only a comment\n"])
def test_what_is_no_rdf_is_refused(text: str) -> None:
    with pytest.raises(SourceError, match="no RDF that is recognised"):
        recognise(payload(), text)


@pytest.mark.parametrize(
    "text", ["<!DOCTYPE html><p>", " <HTML lang='en'>", "<!-- a --><!-- b -->\n<html>", "<body>"]
)
def test_html_is_refused_whatever_it_is_called(text: str) -> None:
    with pytest.raises(SourceError, match="is an HTML page, no RDF; expected Turtle"):
        recognise(payload("a.ttl", "text/turtle"), text, "turtle")


def test_many_comments_take_no_time() -> None:
    assert recognise(payload(), "<!-- a -->" * 2_000 + "<rdf:RDF/>").syntax == "rdf-xml"


@given(st.text(alphabet="<>\"'@{}[]().:;# \n_ab\\", max_size=200))
def test_any_text_is_recognised_or_refused(text: str) -> None:
    try:
        assert recognise(payload("a.txt"), text).syntax in set(SPELLINGS.values())
    except SourceError as error:
        assert "RDF" in str(error)  # noqa: PT017 - one of two ends


def test_settings_name_a_syntax_in_many_ways() -> None:
    def named(name: str) -> str | None:
        rdf = RdfSettings(format=name)
        return named_syntax(Source(kind="rdf", location="a", languages=("en",), rdf=rdf))

    assert [named(name) for name in ("", "TTL", "RDF/XML", "application/n-quads", "jsonld")] == [
        None, "turtle", "rdf-xml", "n-quads", "json-ld",
    ]  # fmt: skip
    with pytest.raises(SettingsError, match=r"'json-lod': unknown \(did you mean 'json-ld'\?\)"):
        named("json-lod")
    assert named_syntax(Source(kind="rdf", location="a", languages=("en",))) is None
