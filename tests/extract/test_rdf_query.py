"""CONSTRUCT queries, taken apart and put together for a page."""

from __future__ import annotations

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SettingsError
from pipeline.extract.rdf_query import MARK, Construct, read_query

DATA = """
@prefix : <http://e.org/> .
:a :title "A {" ; :in :g . :b :title "B }" . :c :title "C" ; :in _:x .
_:d :title "D" . :e :other "E" .
:g :name "G" . _:x :name "X" .
"""
AWKWARD = """# CONSTRUCT { in a comment }
PREFIX : <http://e.org/>
PREFIX select: <http://select/#>
construct { # the record {
  ?d :title ?t ; :in ?g . ?g :name ?n # no end }
}
# between }
WHERE { ?d :title ?t . # {
  FILTER (?t != "}" && ?t != '''{'''@en && ?t != \"\"\"" }\"\"\" && ?t != '\\'{')
  OPTIONAL { ?d :in ?g . { SELECT ?g ?n { ?g :name ?n } LIMIT 9 } } # the end
}
order by ?t"""


def read(text: str) -> Construct:
    return read_query(text, "input/demo.toml")


def ask(query: str) -> set[str]:
    store = pyoxigraph.Store()
    store.load(input=DATA, format=pyoxigraph.RdfFormat.TURTLE)
    return {str(triple) for triple in store.query(query)}  # type: ignore[union-attr]


def test_a_query_is_parted_whatever_stands_in_it() -> None:
    query = read(AWKWARD)
    assert query.record == "?d"
    assert query.unpaged == ""
    assert query.template.startswith("# the record {\n  ?d :title ?t")
    assert query.pattern.endswith("# the end")
    assert query.prologue.endswith("<http://select/#>\n")


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("size", [1, 2, 3, 10])
def test_pages_together_are_the_whole(size: int, nested: bool) -> None:
    query = read(AWKWARD)
    whole = ask(query.whole)
    assert len(whole) == 8
    found: set[str] = set()
    marked = 0
    for offset in range(0, 10, size):
        answer = ask(query.page(size, offset, nested=nested))
        here = {triple for triple in answer if MARK in triple}
        assert len(here) == max(0, min(size, 4 - offset))
        marked += len(here)
        found |= answer - here
    assert marked == 4
    named = {triple for triple in whole if "_:" not in triple}
    assert named <= found
    assert len({triple for triple in found if '"D"' in triple}) == 1


def test_the_short_form_and_the_dataset() -> None:
    query = read("CONSTRUCT FROM <http://g> FROM NAMED <http://h> WHERE { $s ?p ?o . }")
    assert (query.record, query.template, query.pattern) == ("$s", "$s ?p ?o .", "$s ?p ?o .")
    assert query.dataset == "FROM <http://g> FROM NAMED <http://h> "
    assert "\nFROM <http://g> FROM NAMED <http://h> WHERE {" in query.page(5, 10)
    assert "LIMIT 5 OFFSET 10" in query.page(5, 10)
    query = read("CONSTRUCT { ?s ?p ?o } FROM <http://g> { ?s ?p ?o }")
    assert query.dataset == "FROM <http://g> "


def test_values_that_are_no_nodes_take_no_place() -> None:
    query = read(
        "PREFIX : <http://e.org/> CONSTRUCT { ?n :p ?t } "
        "WHERE { { ?x :title ?t BIND(?t AS ?n) } UNION { ?n :title ?t } UNION { ?x :other ?t } }"
    )
    assert len([triple for triple in ask(query.page(4, 0)) if MARK in triple]) == 4
    assert ask(query.page(4, 4)) == set()


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("CONSTRUCT WHERE { ?s ?p ?o } LIMIT 5", "it has a LIMIT of its own"),
        ("CONSTRUCT WHERE { ?s ?p ?o } offset 5 limit 5", "it has a LIMIT of its own"),
        ("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o } GROUP BY ?s", "it has a GROUP of its own"),
        ("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o } VALUES ?s { <a> }", "it has a VALUES of its own"),
        ("CONSTRUCT { [] ?p ?o } { ?s ?p ?o }", "its template does not begin with a variable"),
        ("CONSTRUCT { <a> ?p ?o } { ?s ?p ?o }", "its template does not begin with a variable"),
        ("CONSTRUCT { } { ?s ?p ?o }", "its template does not begin with a variable"),
        ("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o { SELECT ?s { ?s ?p ?o } LIMIT 3 } }", ""),
    ],
)
def test_what_cannot_be_paged_is_told(query: str, reason: str) -> None:
    assert read(query).unpaged.startswith(reason)
    assert bool(read(query).unpaged) == bool(reason)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "is no query"),
        ("SELECT * { ?s ?p ?o }", "is a query for SELECT"),
        ("PREFIX construct: <a> describe construct:b", "is a query for DESCRIBE"),
        ("DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", "is a query for DELETE"),
        ("CONSTRUCT", "has no braces"),
        ("CONSTRUCT { ?s ?p ?o }", "has one group in braces"),
        ("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o", "has a { that is not closed"),
        ("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } }", "has a } too many"),
        ("CONSTRUCT WHERE { ?s ?p ?o } #" + "x" * 100_000, "has 100,030 characters"),
    ],
)
def test_what_is_no_construct_query_is_refused(query: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read(query)
    assert f"input/demo.toml: key 'rdf.query': {message}" in str(caught.value)


@given(
    st.lists(
        st.sampled_from(["CONSTRUCT", "WHERE", "{", "}", "?d", "<a>", '"', "'", '"""', "#", "\n",
                         "\\", "a:b", "FROM", "LIMIT", "SELECT", ".", "1"]),
        max_size=30,
    ).map(" ".join)
)  # fmt: skip
def test_any_text_is_parted_or_refused(text: str) -> None:
    try:
        query = read(text)
    except SettingsError as error:
        assert "rdf.query" in str(error)  # noqa: PT017 - one of two ends
    else:
        assert query.unpaged or query.record in query.page(1, 0)
