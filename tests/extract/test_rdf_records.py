"""Which subjects of a graph are records."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.properties import (
    CLASSES,
    NEVER_CLASSES,
    PAGE_CLASSES,
    PART_CLASSES,
    PROPERTIES,
    canonical,
    expand,
)
from pipeline.extract.rdf_parse import parse
from pipeline.extract.rdf_records import Selection, class_counts, select

PREFIXES = """
@prefix : <http://e.org/> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix edm: <http://www.europeana.eu/schemas/edm/> .
@prefix ore: <http://www.openarchives.org/ore/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix s: <https://schema.org/> .
"""


LINKS = ["s:hasPart", "s:isBasedOn"]


def selected(text: str, *wanted: str) -> Selection:
    return select(parse(PREFIXES + text, "turtle", "", "doc").graph, wanted)


def names(text: str, *wanted: str) -> list[str]:
    return [node.removeprefix("http://e.org/") for node in selected(text, *wanted).subjects]


def test_instances_of_the_usual_classes_in_the_order_of_the_document() -> None:
    text = """
    :list a dcat:Catalog ; dct:title "Catalogue" ; dct:description "All" ; dcat:dataset :c, :a, :b .
    :c a s:Course ; s:name "C" . :a a dcat:Dataset ; dct:title "A" . :b a s:Report ; s:name "B" .
    """
    assert names(text) == ["c", "a", "b"]
    assert selected(text).notes == ()


def test_a_catalogue_is_no_record_even_where_it_is_a_dataset_too() -> None:
    text = (
        ':list a dcat:Catalog, dcat:Dataset ; dct:title "L" . :a a dcat:Dataset ; dct:title "A" .'
    )
    assert names(text) == ["a"]


def test_a_description_of_a_record_is_none() -> None:
    text = ':r a dcat:CatalogRecord ; dct:title "R" ; foaf:primaryTopic :a . ' \
           ':d a foaf:Document ; dct:title "D" ; foaf:primaryTopic :a . ' \
           ':a a dcat:Dataset ; dct:title "A" .'  # fmt: skip
    assert names(text) == ["a"]


def test_what_has_only_a_class_is_told_of() -> None:
    text = """:a a dcat:Dataset ; dct:title "A" ; dct:relation :b, :c . :b a dcat:Dataset .
    :c a s:Book ."""
    assert names(text) == ["a"]
    assert selected(text).notes == (
        "2 things are of a class of resources but without title and description, so they were not "
        "taken: 'http://e.org/b', 'http://e.org/c'",
    )


def test_what_a_record_mentions_is_none_unless_it_says_something_of_itself() -> None:
    text = """
    :a a s:Article ; s:name "A" ; s:isPartOf :journal, [ a s:Periodical ; s:name "Blank" ;
        s:description "Whatever it says" ], :series ; s:citation :b .
    :journal a s:Periodical ; s:name "Journal" ; s:issn "1234-5679" .
    :series a s:BookSeries ; s:name "Series" ; s:description "Of its own" .
    :b a s:Article ; s:name "B" ; s:datePublished "2001" .
    """
    assert names(text) == ["a", "series", "b"]
    assert selected(text).notes == (
        "2 things are only mentioned by another one (no IRI, or no description, date, subject and "
        "file), so they were not taken: 'Blank', 'Journal'; to take all, name their classes in "
        "'rdf.classes'",
    )
    assert len(names(text, "http://schema.org/Periodical")) == 2


def test_what_mentions_each_other_in_a_circle_stays() -> None:
    text = """
    :a a s:Book ; s:name "A" ; s:hasPart :b . :b a s:Book ; s:name "B" ; s:isPartOf :a .
    :x a s:Book ; s:name "X" ; s:hasPart :y . :y a s:Book ; s:name "Y" ; s:hasPart :z .
    :z a s:Book ; s:name "Z" ; s:isPartOf :y .
    """
    assert names(text) == ["a", "b", "x"]


def test_a_list_does_not_mention_its_records() -> None:
    text = """:a a s:Article ; s:name "A" ; s:mainEntity :b ; s:hasPart :c .
    :b a s:Book ; s:name "B" . :c a s:Book ; s:name "C" ."""
    assert names(text) == ["a", "b"]


def test_media_and_services_are_records_where_nothing_points_to_them() -> None:
    text = """
    :a a s:Article ; s:name "A" ; s:image :i ; s:video [ a s:VideoObject ; s:name "V" ] .
    :i a s:ImageObject ; s:name "I" . :film a s:VideoObject ; s:name "Film" .
    :list a dcat:Catalog ; dcat:service :api . :api a dcat:DataService ; dct:title "API" .
    :used a dcat:DataService ; dct:title "Used" .
    :d a dcat:Distribution ; dcat:accessService :used .
    :nameless a s:ImageObject .
    """
    assert names(text) == ["a", "film", "api"]


def test_a_page_is_a_record_where_there_is_no_other() -> None:
    page = ':site a s:WebSite ; s:name "Site" . :p a s:WebPage ; s:name "P" ; s:isPartOf :site . '
    assert names(page) == ["p"]
    assert names(page + ':a a s:Article ; s:name "A" .') == ["a"]


def test_what_has_a_title_is_a_record_where_there_is_no_other() -> None:
    text = (
        ':a a :Tool ; s:name "A" ; s:author :p . :p a s:Person ; s:name "P" . :t rdfs:label "T" .'
    )
    assert names(text) == ["a"]
    assert names(':p a foaf:Person ; foaf:name "P" .') == []


def test_what_has_no_class_but_dublin_core_is_a_record_beside_others() -> None:
    text = """
    :a a s:Book ; s:name "A" ; dct:license :l ; dct:source :s . :b dct:title "B" ; dct:subject "x" .
    :l dct:title "Licence" ; dct:description "Of others" . :s dct:title "Bare" . :n s:name "Named" ;
    s:description "But not in Dublin Core" .
    """
    assert names(text) == ["a", "b"]


def test_what_was_left_out_with_a_title_is_told() -> None:
    text = """:a a s:Book ; s:name "A" . :t a :Tool, s:Thing ; s:name "T" .
    :u a :Tool ; s:name "U" . :p a foaf:Person ; s:name "P" . [] a :Tool ; s:name "blank" ."""
    assert selected(text).notes == (
        "holds things with a title that were not taken: 2 http://e.org/Tool, 1 schema:Thing; to "
        "take them, name their classes in 'rdf.classes'",
    )


def test_titles_may_stand_on_the_proxies_of_edm() -> None:
    text = """
    :o a edm:ProvidedCHO . :proxy a ore:Proxy ; ore:proxyFor :o ; dct:title "O" .
    :bare a edm:ProvidedCHO .
    """
    assert names(text) == ["o"]


def test_classes_are_counted_for_a_message() -> None:
    graph = parse(PREFIXES + ":a a foaf:Person . :b a foaf:Person, :X .", "turtle", "", "d").graph
    assert class_counts(graph) == "2 foaf:Person, 1 http://e.org/X"


def test_the_tables_are_in_their_own_spelling_and_apart() -> None:
    for table in (CLASSES, PART_CLASSES, PAGE_CLASSES, NEVER_CLASSES, PROPERTIES):
        assert {canonical(iri) for iri in table} == set(table)
    assert not CLASSES & PART_CLASSES
    assert not (CLASSES | PART_CLASSES) & (PAGE_CLASSES | NEVER_CLASSES)
    needed = {"title", "description", "type", "subject", "language", "date", "creator", "publisher",
              "identifier", "page", "file", "licence", "rights"}  # fmt: skip
    assert needed <= set(PROPERTIES.values())


@pytest.mark.parametrize(
    ("name", "iri"),
    [
        ("dct:title", "http://purl.org/dc/terms/title"),
        ("sdo:name", "http://schema.org/name"),
        (" <https://schema.org/name> ", "http://schema.org/name"),
        ("https://www.schema.org/name", "http://schema.org/name"),
        ("urn:example:p", "urn:example:p"),
        ("foaf://x/y", "foaf://x/y"),
        ("title", ""),
        ("unknown:title", ""),
        ("dct:a b", ""),
        ("http://a/b c", ""),
        ("", ""),
    ],
)
def test_names_of_properties(name: str, iri: str) -> None:
    assert expand(name) == iri


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 5), st.sampled_from(LINKS)),
        max_size=12,
    )
)  # fmt: skip
def test_something_is_taken_however_records_point_to_one_another(
    links: list[tuple[int, int, str]],
) -> None:
    text = "".join(f':n{number} a s:Book ; s:name "{number}" .\n' for number in range(6))
    text += "".join(f":n{start} {name} :n{end} .\n" for start, end, name in links)
    taken = names(text)
    assert taken
    pointed = {f"n{end}" for start, end, _ in links if start != end}
    assert {f"n{number}" for number in range(6)} - pointed <= set(taken)
