"""JSON-LD as pages have it: contexts, references, and what is not quite JSON."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.embedded_jsonld import DEEPEST, MOST_NODES, graph_of, scripts
from pipeline.extract.embedded_page import read_page
from pipeline.extract.rdf_graph import TYPE, Graph

S = "http://schema.org/"
BASE = "https://a.example/x/1"


def told(graph: Graph) -> dict[str, dict[str, list[tuple[str, str]]]]:
    """Return subject -> property -> value and language."""
    return {
        subject: {
            name.removeprefix(S).replace(TYPE, "a"): [
                (term.value.removeprefix(S), term.language) for term in terms
            ]
            for name, terms in about.items()
        }
        for subject, about in graph.statements.items()
    }


def only(value: object) -> dict[str, list[tuple[str, str]]]:
    """Return what the first node says."""
    return next(iter(told(graph_of([value], BASE)).values()), {})


@pytest.mark.parametrize(
    "context",
    [
        "https://schema.org", "http://schema.org/", "http://www.schema.org", "schema.org",
        ["https://schema.org", {"x": "http://x.example/"}], {"@vocab": "https://schema.org/"},
        "https://w3id.org/codemeta/3.0", [{"@language": "en"}, "https://schema.org"], {}, [], None,
    ],
)  # fmt: skip
def test_contexts_that_mean_schema_org(context: object) -> None:
    assert only({"@context": context, "@type": "Book", "@id": "#b"})["a"] == [("Book", "")]


def test_without_a_context_schema_org_is_meant() -> None:
    assert only({"@type": "Book", "name": "B"}) == {"a": [("Book", "")], "name": [("B", "")]}


def test_names_of_an_unknown_context_mean_nothing() -> None:
    value = {"@context": "https://www.w3.org/ns/activitystreams", "@type": "Note", "name": "N"}
    assert only(value) == {}
    assert only({**value, "schema:name": "N", "http://purl.org/dc/terms/title": "T"}) == {
        "name": [("N", "")], "http://purl.org/dc/terms/title": [("T", "")],
    }  # fmt: skip


def test_terms_prefixes_and_aliases_of_the_page() -> None:
    context = {
        "@vocab": "http://x.example/",
        "dct": "http://purl.org/dc/terms/",
        "label": "dct:title",
        "who": {"@id": "schema:creator", "@type": "@id"},
        "id": "@id",
        "kind": "@type",
        "none": None,
    }
    value = {
        "@context": context, "id": "/it", "kind": "dct:Thing", "label": "L", "who": "W",
        "other": "O", "none": "N",
    }  # fmt: skip
    (subject,) = graph_of([value], BASE).statements
    assert subject == "https://a.example/it"
    assert only(value) == {
        "a": [("http://purl.org/dc/terms/Thing", "")],
        "http://purl.org/dc/terms/title": [("L", "")],
        "creator": [("W", "")],
        "http://x.example/other": [("O", "")],
        "http://x.example/none": [("N", "")],
    }


def test_values_and_languages() -> None:
    value = {
        "@context": ["https://schema.org", {"@language": "fr"}],
        "name": ["Un", {"@value": "Uno", "@language": "es"}, {"@value": 2}],
        "headline": {"en": "Hello", "pt-BR": ["Olá", "Oi"]},
        "about": {"@list": ["a", "b"]},
        "keywords": {"@set": ["c"]},
        "numberOfPages": 12,
        "isAccessibleForFree": True,
        "price": 1.5,
        "empty": None,
        "nothing": [],
        "odd": {"@value": {"x": 1}},
        "strange": {"@value": "s", "@language": 7},
    }
    found = only(value)
    assert found["name"] == [("Un", "fr"), ("Uno", "es"), ("2", "fr")]
    assert found["headline"] == [("Hello", "en"), ("Olá", "pt-BR"), ("Oi", "pt-BR")]
    assert found["about"] == [("a", "fr"), ("b", "fr")]
    assert found["keywords"] == [("c", "fr")]
    assert found["numberOfPages"] == [("12", "fr")]
    assert found["isAccessibleForFree"] == [("true", "fr")]
    assert found["price"] == [("1.5", "fr")]
    assert found["strange"] == [("s", "")]
    assert not {"empty", "nothing", "odd"} & found.keys()


def test_references_and_blank_nodes() -> None:
    first = {"@id": "#b", "author": {"@id": "_:p"}, "about": {"name": "A"}}
    second = {"@graph": [{"@id": "_:p", "name": "P"}]}
    found = told(graph_of([first, second], BASE))
    assert found[f"{BASE}#b"]["author"] == [("_:1-p", "")]
    assert found["_:2-p"] == {"name": [("P", "")]}  # blank nodes are those of one document
    (about,) = found[f"{BASE}#b"]["about"]
    assert found[about[0]] == {"name": [("A", "")]}


def test_a_node_without_statements_is_none() -> None:
    assert told(graph_of([{"@context": "https://schema.org", "@graph": []}, "text", 3], BASE)) == {}


def test_identifiers_that_are_no_addresses() -> None:
    assert list(graph_of([{"@id": "http://[x", "name": "N"}], BASE).statements) == ["http://[x"]
    assert only({"@id": 5, "name": "N"}) == {"name": [("N", "")]}
    assert only({"@type": [5, "Book", ""], "x:": "y", "": "z"}) == {"a": [("Book", "")]}


def test_depth_and_number_are_bounded() -> None:
    value: dict[str, object] = {"name": "in"}
    for _ in range(3 * DEEPEST):
        value = {"about": value}
    assert len(graph_of([value], BASE).statements) == DEEPEST + 1
    many = {"about": [{"name": "x"}] * (MOST_NODES + 10)}
    assert len(graph_of([many], BASE).statements) == MOST_NODES


def found_in(text: str, attributes: str = 'type="application/ld+json"') -> list[object]:
    html = f"<html><head><script {attributes}>{text}</script></head></html>"
    page, _ = read_page(html, "page", BASE)
    return scripts(page)[0]


@pytest.mark.parametrize(
    "text",
    [
        '{"a": "b"}', '[{"a": "b"}]', '[null, {}, {"a": "b"}, 3]', '\ufeff {"a": "b"}',
        '<!-- note -->{"a": "b"}', '<!--{"a": "b"}-->', '<![CDATA[{"a": "b"}]]>',
        '//<![CDATA[\n{"a": "b"}\n//]]>', '/*<![CDATA[*/{"a": "b"}/*]]>*/',
        '{"a": "b",}', '{"a": "b" /* c */} // d', '{"a": "b"};', '{&quot;a&quot;: &quot;b&quot;}',
    ],
)  # fmt: skip
def test_what_is_not_quite_json(text: str) -> None:
    assert found_in(text) == [{"a": "b"}]


def test_comments_and_commas_inside_texts_stay() -> None:
    assert found_in('{"a": "http://x/ /* y */ ,}", "b": "\\",]",}') == [
        {"a": "http://x/ /* y */ ,}", "b": '",]'}
    ]
    assert found_in('{"a": "line\nbreak\ttab"}') == [{"a": "line\nbreak\ttab"}]


@pytest.mark.parametrize(
    ("attributes", "count"),
    [
        ('type="application/ld+json; charset=utf-8"', 1), ('type=" Application/LD+JSON "', 1),
        ('type="application/json"', 0), ("", 0),
    ],
)  # fmt: skip
def test_which_scripts_are_read(attributes: str, count: int) -> None:
    assert len(found_in('{"a": "b"}', attributes)) == count


def test_a_broken_script_is_told() -> None:
    html = "".join(f'<script type="application/ld+json">{one}</script>'
                   for one in ('{"a": ', " ", '{"b": 1}'))  # fmt: skip
    page, _ = read_page(f"<html>{html}</html>", "page", BASE)
    found, problems = scripts(page)
    assert found == [{"b": 1}]
    assert len(problems) == 1
    assert problems[0].startswith("its JSON-LD is no JSON: line 1, column 7")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["@id", "@type", "@context", "@graph", "@value", "@language", "@list",
                         "name", "author", "en", "schema:url", "x:y", "@vocab", ""]),
        inner, max_size=4),
    max_leaves=25,
)  # fmt: skip


@given(JSON)
def test_no_document_breaks_it(value: object) -> None:
    graph_of([value], BASE)


@pytest.mark.parametrize("part", ['"\\', "/*", "<!--", ", "])
def test_hostile_scripts_cost_little(part: str) -> None:
    assert found_in("{" + 100_000 * part) == []
