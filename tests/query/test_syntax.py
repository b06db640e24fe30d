"""Keywords told from strings, comments and names; messages that help."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import QueryError
from pipeline.query import syntax

LOCAL = "<http://127.0.0.1:1/>"

# Each is a SERVICE clause to the engine, which wants no space after its keywords.
ASKING = (
    f"ASK {{ SERVICE {LOCAL} {{ ?s ?p ?o }} }}",
    f"ASK {{ service SILENT {LOCAL} {{ ?s ?p ?o }} }}",
    f"ASK {{ SERVICESILENT{LOCAL}{{ ?s ?p ?o }} }}",
    f"ASK {{ FILTER(1<2)SERVICE{LOCAL}{{ ?s ?p ?o }} FILTER(3>1) }}",
    "ASK { BIND(1 AS ?x)SERVICE?x{ ?s ?p ?o } }",
    "PREFIX e: <http://127.0.0.1:1/> ASK { SERVICEe:a{ ?s ?p ?o } }",
    "PREFIX SERVICEe: <a:> PREFIX e: <http://127.0.0.1:1/> ASK { SERVICEe:a { ?s ?p ?o } }",
    "PREFIX e: <http://127.0.0.1:1/> ASK { ?s ?p trueSERVICEe:a{ ?s ?p ?o } }",
    f"ASK {{ ?s ?p 1SERVICE{LOCAL}{{ ?s ?p ?o }} }}",
    f"PREFIX e: <e:> ASK {{ ?s ?p e:.SERVICE{LOCAL}{{ ?s ?p ?o }} }}",
    f"PREFIX e: <e:> ASK {{ ?s ?p e:a\\#b . SERVICE {LOCAL} {{ ?s ?p ?o }} }}",
    f"PREFIX e: <e:> ASK {{ ?s ?p e:a\\'b . SERVICE {LOCAL} {{ ?s ?p ?o }} }}",
    f"ASK {{ <http://e/\\u0041#x> ?p ?o . SERVICE {LOCAL} {{ ?s ?p ?o }} }}",
    f"ASK {{ ?s ?p ''''x'''SERVICE{LOCAL}{{ ?s ?p ?o }} }}",
    f"ASK {{ ?s ?p '\\''SERVICE{LOCAL}{{ ?s ?p ?o }} }}",
    f"ASK {{ ?s ?p ?o #\rSERVICE{LOCAL}{{ ?s ?p ?o }}\n }}",
)

# The word, where it asks nobody.
HARMLESS = (
    "ASK { # SERVICE <http://example.org/> { }\n ?s ?p ?o }",
    "ASK { ?s ?p 'SERVICE <x> {', \"SERVICE\", '''a 'SERVICE' b''', \"\"\"\"SERVICE\"\"\" }",
    "ASK { ?service <http://example.org/SERVICE#SERVICE> $SERVICE }",
    "PREFIX e: <http://example.org/> ASK { ?s ?p e:SERVICE , e:a\\_service , _:SERVICE }",
    "PREFIX service: <http://example.org/> ASK { service:a service:b service:c }",
    "PREFIX service: <http://example.org/> ASK { GRAPH service:a { ?s ?p ?o } }",
    "ASK { ?s ?p 'customer SERVICE'@en-service }",
)


@pytest.mark.parametrize("query", ASKING)
def test_service_is_refused_where_the_engine_would_ask(query: str) -> None:
    import pyoxigraph

    with pytest.raises(QueryError, match="SERVICE asks another server") as caught:
        syntax.refuse_service(syntax.read(query))
    assert "query, line " in str(caught.value)
    # The engine reads it as SPARQL, so that the case is one: no SyntaxError.
    with contextlib.suppress(OSError, RuntimeError):
        pyoxigraph.Store().query(query)


@pytest.mark.parametrize("query", HARMLESS)
def test_the_word_service_may_stand_elsewhere(query: str) -> None:
    import pyoxigraph

    syntax.refuse_service(syntax.read(query))
    pyoxigraph.Store().query(query)


@given(st.text(max_size=100))
@settings(max_examples=100)
def test_every_character_belongs_to_a_token(text: str) -> None:
    spans = [match.span() for match in syntax._TOKEN.finditer(text)]
    assert "".join(text[start:end] for start, end in spans) == text
    syntax.read(text)


@given(
    st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\r\n"), max_size=60)
)
@settings(max_examples=100)
def test_what_stands_in_a_comment_is_never_a_keyword(text: str) -> None:
    tokens = syntax.read(f"ASK {{ }} # {text} SERVICE").tokens
    assert [token.text for token in tokens] == ["ASK", "{", "}"]


@pytest.mark.parametrize(
    ("query", "form"),
    [
        ("SELECT * { }", "SELECT"),
        ("# CONSTRUCT\nPREFIX select: <a:> BASE <b:> ask { }", "ASK"),
        ("construct where { ?s ?p ?o }", "CONSTRUCT"),
        ("DESCRIBE <a:b>", "DESCRIBE"),
        ("", ""),
        ("what is this", ""),
    ],
)
def test_the_form_is_the_first_keyword(query: str, form: str) -> None:
    assert syntax.form(syntax.read(query)) == form


@pytest.mark.parametrize("word", sorted(syntax.UPDATES))
def test_updates_are_refused(word: str) -> None:
    with pytest.raises(QueryError, match=f"{word} would change the graph"):
        syntax.form(syntax.read(f"PREFIX a: <a:>\n{word.lower()} <file:///etc/passwd>"))


def test_prefixes_that_the_query_declares() -> None:
    read = syntax.read(
        "PREFIX a: <http://a/> prefix : <http://b/> SELECT * { a:x a:y 'PREFIX c:' }"
    )
    assert syntax.declared_prefixes(read) == {"a": "http://a/", "": "http://b/"}


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("  ", "line 1, column 1: the query is empty"),
        ("SELECT *\n{ ?s ?p ?o FLTER(?o) }", "line 2, column 12: FLTER is no word.*FILTER?"),
        ("SELECT * { ?s foaff:name ?o }", "column 15: the prefix foaff: is not .*mean foaf:?"),
        ("SELECT * { ?s ?p 'open }", "column 18: the string that starts here never ends: 'open"),
        ("SELECT * { ?s ?p ?o", r"column 10: this \{ is opened and never closed"),
        ("SELECT * { ?s ?p (1] }", "column 20: this ] closes nothing"),
        ("SELECT * { } }", "column 14: this } closes nothing"),
        (
            "SELECT * { ?s ?o }",
            r"line 1, column \d+: this is not SPARQL.*look just before that place",
        ),
        ("SELECT * { ?s ?p ?o } LIMIT x:", "the prefix x: is not declared"),
        ("SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o }", "unbound"),
    ],
)
def test_a_syntax_error_says_where_and_what(query: str, message: str) -> None:
    import pyoxigraph

    with pytest.raises(SyntaxError) as engine:
        pyoxigraph.Store().query(query)
    error = syntax.explain(query, str(engine.value), {"foaf": "http://xmlns.com/foaf/0.1/"})
    assert error.exit_code == 2
    assert re.search(message, str(error)), str(error)
    assert "\n" not in str(error)
    assert "SERVICE" not in str(error)


def test_a_message_of_another_make_is_passed_on() -> None:
    assert str(syntax.explain("ASK { }", "no\nidea", {})) == "query: no idea"


@given(st.text(max_size=80), st.integers(1, 5), st.integers(1, 90))
@settings(max_examples=100)
def test_any_query_can_be_explained(text: str, line: int, column: int) -> None:
    error = syntax.explain(text, f"error at {line}:{column}: expected one of A, [_]", {})
    assert str(error).startswith("query, line ")
