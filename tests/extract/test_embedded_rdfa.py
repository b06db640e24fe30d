"""RDFa by extruct and pyRdfa: offline, quiet, and within limits."""

from __future__ import annotations

import logging
import socket
import warnings

import pytest

from pipeline.extract.embedded_error import UnreadableError
from pipeline.extract.embedded_page import HtmlPage, read_page
from pipeline.extract.embedded_rdfa import MOST_PROPERTIES, has_rdfa, rdfa_graph, rdfa_nodes
from pipeline.extract.rdf_graph import TYPE, Term

HERE = "https://a.example/1"


def page_of(body: str, head: str = "", attributes: str = "") -> HtmlPage:
    text = f"<html {attributes}><head>{head}</head><body>{body}</body></html>"
    return read_page(text, "page", HERE)[0]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('<p typeof="Book">x</p>', True),
        ('<p vocab="http://schema.org/">x</p>', True),
        ('<meta property="dc:title" content="x">', True),
        ('<meta property="og:title" content="x"><meta property=" OG:type" content="y">', False),
        ('<meta property="article:tag" content="x">', False),
        ('<p property="name">x</p>', False),
        ('<a rel="nofollow" href="/x">x</a>', False),
        ("", False),
    ],
)
def test_when_a_page_has_rdfa(body: str, expected: bool) -> None:
    assert has_rdfa(page_of(body)) is expected


def test_nodes_and_graph() -> None:
    body = """
    <div vocab="http://schema.org/" typeof="Book" resource="/b">
      <b property="name" lang="es">Una guía</b>
      <a property="url" href="/1">x</a>
    </div>"""
    graph = rdfa_graph(rdfa_nodes(page_of(body)))
    about = graph.statements["https://a.example/b"]
    assert about[TYPE] == [Term("http://schema.org/Book", is_node=True)]
    assert about["http://schema.org/name"] == [Term("Una guía", language="es")]
    assert about["http://schema.org/url"] == [Term(HERE, is_node=True)]


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Vocabularies, profiles and prefixes are names and no addresses that are asked for."""
    rdfa_nodes(page_of('<p typeof="schema:Book">x</p>'))  # what is imported late is here now

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)
    body = """
    <div vocab="http://127.0.0.1:9/vocabulary#" prefix="x: http://127.0.0.1:9/x#" typeof="Thing">
      <b property="name x:name">N</b><link property="x:see" href="http://127.0.0.1:9/see">
    </div>"""
    head = '<link rel="profile" href="http://127.0.0.1:9/profile"><base href="http://127.0.0.1:9/">'
    attributes = 'profile="http://127.0.0.1:9/p" version="XHTML+RDFa 1.1"'
    nodes = rdfa_nodes(page_of(body, head, attributes))
    names = {name for node in nodes for name in node}
    assert "http://127.0.0.1:9/vocabulary#name" in names


def test_loggers_and_warnings_are_as_before(caplog: pytest.LogCaptureFixture) -> None:
    for name in ("rdflib", "pyRdfa"):
        logging.getLogger(name).setLevel(logging.INFO)
    filters = list(warnings.filters)
    with caplog.at_level(logging.DEBUG):
        rdfa_nodes(page_of('<p about="http://a b/{x}" property="dc:title">bad IRI</p>'))
    assert not caplog.records
    assert logging.getLogger("rdflib").level == logging.INFO
    assert not logging.getLogger("rdflib").disabled
    assert warnings.filters == filters
    for name in ("rdflib", "pyRdfa"):
        logging.getLogger(name).setLevel(logging.NOTSET)


def test_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    body = '<i property="dc:title">x</i>' * (MOST_PROPERTIES + 1)
    with pytest.raises(UnreadableError, match="too many elements"):
        rdfa_nodes(page_of(body))
    monkeypatch.setattr("pipeline.extract.embedded_rdfa.MOST_ELEMENTS", 10)
    with pytest.raises(UnreadableError, match="too many elements"):
        rdfa_nodes(page_of('<i property="dc:title">x</i>' * 10))


def test_what_the_library_raises_stays_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RecursionError

    monkeypatch.setattr("extruct.rdfa.RDFaExtractor.extract_items", fail)
    with pytest.raises(UnreadableError, match=r"its RDFa cannot be read \(RecursionError\)"):
        rdfa_nodes(page_of('<p typeof="Book">x</p>'))
