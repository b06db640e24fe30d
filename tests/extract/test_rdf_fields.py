"""One subject of a graph and its record."""

from __future__ import annotations

import pytest

from pipeline.extract.properties import PROPERTIES
from pipeline.extract.rdf_fields import Describer, own_fields
from pipeline.extract.rdf_languages import language_code
from pipeline.extract.rdf_parse import parse
from pipeline.kinds import Field, RdfSettings
from pipeline.model import Locator, SourceRecord
from pipeline.settings import Source

PREFIXES = """
@prefix : <http://e.org/> .
@prefix adms: <http://www.w3.org/ns/adms#> .
@prefix bibo: <http://purl.org/ontology/bibo/> .
@prefix dc: <http://purl.org/dc/elements/1.1/> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix edm: <http://www.europeana.eu/schemas/edm/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix s: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def record(text: str, fields: dict[str, Field | str] | None = None, subject: str = "http://e.org/a",
           languages: tuple[str, ...] = ("en", "es")) -> SourceRecord:  # fmt: skip
    source = Source(
        kind="rdf", location="a.ttl", languages=languages, name="demo",
        rdf=RdfSettings(fields=fields or {}), file="input/demo.toml",
    )  # fmt: skip
    graph = parse(PREFIXES + text, "turtle", "", "a.ttl").graph
    place = Locator("0" * 64, "a.ttl", "")
    return Describer(graph, source, own_fields(source), place).record(subject, 7)


def values(text: str, field: str) -> tuple[str, ...]:
    return record(text).fields.get(field, ())


def test_languages_of_texts_are_kept() -> None:
    found = record(
        ':a dct:title "A"@en, "B"@pt-BR, "C" ; dct:issued "2001"@en ; dc:identifier "x"@en .'
    )
    assert found.fields["title"] == ("A", "B", "C")
    assert found.languages == {"title": ("en", "pt-br", "")}


@pytest.mark.parametrize(
    ("text", "title", "alternative"),
    [
        ('dct:title "A" ; rdfs:label "A"', ("A",), ()),
        ('dct:title "A" ; rdfs:label "B"', ("A",), ("B",)),
        ('rdfs:label "B" ; s:name "A"', ("A",), ("B",)),
        ('dct:title "A"@en ; s:name "A"@en-us, "B"@es, "C"', ("A", "B"), ("C",)),
        ('dct:title "A"@en ; s:name "B"@en', ("A",), ("B",)),
        ('dct:title "A" ; s:name "B"@es', ("A",), ("B",)),
        ('skos:prefLabel "L"@en ; dct:alternative "M"', ("L",), ("M",)),
    ],
)
def test_a_record_has_one_title_a_language(
    text: str, title: tuple[str, ...], alternative: tuple[str, ...]
) -> None:
    found = record(f":a {text} .").fields
    assert found["title"] == title
    assert found.get("alternative", ()) == alternative


def test_markup_is_told_and_other_values_beside_it_are_escaped() -> None:
    found = record(':a dct:description "<p>A</p>"^^rdf:HTML, "1 < 2 & 3"@en ; dct:title "<b>" .')
    assert found.markup == ("description",)
    assert found.fields["description"] == ("<p>A</p>", "1 &lt; 2 &amp; 3")
    assert found.fields["title"] == ("<b>",)


@pytest.mark.parametrize(
    ("node", "name"),
    [
        ('"Ruiz, Ana"@es', "Ruiz, Ana"),
        ('[ foaf:name "The Agency" ]', "The Agency"),
        ('[ foaf:name "Agencia"@es, "Agency"@en ]', "Agency"),
        ('[ s:name "Agence"@fr, "Agencia"@es-MX ]', "Agencia"),
        ('[ s:name "Agence"@fr, "Agency" ]', "Agency"),
        ('[ vcard:fn "A Contact" ]', "A Contact"),
        ('[ s:givenName "Ana" ; s:familyName "Ruiz" ]', "Ana Ruiz"),
        ('[ foaf:surname "Ruiz" ]', "Ruiz"),
        (
            '[ foaf:name "Ana" ; owl:sameAs <https://orcid.org/0000-0002-1825-0097> ]',
            "Ana https://orcid.org/0000-0002-1825-0097",
        ),
        (
            '[ s:name "Uni" ; s:identifier "https://ror.org/03yrm5c26" ]',
            "Uni https://ror.org/03yrm5c26",
        ),
        ('[ s:name "Uni" ; s:sameAs <https://example.org/ror.org/1> ]', "Uni"),
        ('[ a s:Role ; s:author [ s:name "Inside" ] ]', "Inside"),
        ('[ a s:Role ; s:author "Inside" ]', "Inside"),
        ("<http://e.org/unknown>", "http://e.org/unknown"),
    ],
)
def test_agents_have_names(node: str, name: str) -> None:
    assert values(f":a dct:creator {node} .", "creator") == (name,)


def test_agents_in_a_list_keep_their_order() -> None:
    text = ':a bibo:authorList ( "B" [ foaf:name "A" ] "C" ) ; dct:creator "C", "D" .'
    assert values(text, "creator") == ("C", "D", "B", "A")


@pytest.mark.parametrize(
    ("iri", "code"),
    [
        ("http://publications.europa.eu/resource/authority/language/SPA", "spa"),
        ("http://lexvo.org/id/iso639-3/que", "que"),
        ("http://www.lexvo.org/id/iso639-1/pt", "pt"),
        ("http://id.loc.gov/vocabulary/iso639-1/en", "en"),
        ("https://id.loc.gov/vocabulary/iso639-2/fre", "fre"),
        ("http://id.loc.gov/vocabulary/languages/ger", "ger"),
        ("https://iso639-3.sil.org/code/aym", "aym"),
        ("http://example.org/en", ""),
        ("English", ""),
    ],
)
def test_languages_have_codes(iri: str, code: str) -> None:
    assert language_code(iri) == code


def test_a_language_is_a_code_a_name_or_an_iri() -> None:
    text = """:a dct:language <http://lexvo.org/id/iso639-3/que>, "en"@en, [ rdfs:label "Spanish" ],
    [ s:name "Deutsch"@de ; s:alternateName "de" ], <http://e.org/lang> ."""
    assert values(text, "language") == ("que", "en", "Spanish", "Deutsch", "http://e.org/lang")
    assert record(text).languages == {}


def test_concepts_are_called_by_all_their_labels() -> None:
    text = """:a dct:subject [ skos:prefLabel "Savings"@en, "Ahorro"@es ; skos:altLabel "x" ],
      <http://e.org/concept> ; dcat:keyword "credit"@en ; s:keywords "a, b ,,c" ."""
    found = record(text)
    assert found.fields["subject"] == (
        "Savings", "Ahorro", "http://e.org/concept", "a", "b", "c", "credit",
    )  # fmt: skip
    assert found.languages["subject"] == ("en", "es", "", "", "", "", "en")


def test_a_type_has_one_label_of_several() -> None:
    text = ':a s:learningResourceType [ skos:prefLabel "Kurs"@de, "Curso"@es ] ; a s:Course .'
    assert values(text, "type") == ("Curso",)
    assert values(":a a s:Course, s:LearningResource, <http://x/y#Kind>, owl:Thing .", "type") == (
        "Course", "Kind",
    )  # fmt: skip
    assert values(":a a s:CreativeWork .", "type") == ()


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ('dct:identifier "10.1/x"', "10.1/x"),
        ('adms:identifier [ skos:notation "N-1" ]', "N-1"),
        ('s:identifier [ a s:PropertyValue ; s:propertyID "doi" ; s:value "10.1/x" ]', "10.1/x"),
        ("s:identifier <https://doi.org/10.1/x>", "https://doi.org/10.1/x"),
        ('bibo:isbn13 "9780306406157"', "9780306406157"),
    ],
)
def test_identifiers(text: str, identifier: str) -> None:
    assert values(f":a {text} .", "identifier") == (identifier,)


@pytest.mark.parametrize(
    ("text", "pages"),
    [
        ("dcat:landingPage <http://x/1>", ["http://x/1"]),
        ('foaf:page "http://x/1", [ foaf:homepage <http://x/2> ]', ["http://x/1", "http://x/2"]),
        ("foaf:page [ rdfs:label 'Help' ]", ["Help"]),
        ("dct:title 'T'", ["http://e.org/a"]),
        ("s:mainEntityOfPage <http://x/1>", ["http://e.org/a", "http://x/1"]),
        ("s:mainEntityOfPage <http://e.org/a#page>", ["http://e.org/a#page"]),
        ("s:url <http://x/1> ; s:mainEntityOfPage <http://x/2>", ["http://x/1", "http://x/2"]),
    ],
)
def test_pages(text: str, pages: list[str]) -> None:
    assert list(values(f":a {text} .", "page")) == pages


def test_what_is_no_address_is_no_page() -> None:
    assert "page" not in record('<urn:x:1> dct:title "A" .', subject="urn:x:1").fields


def test_distributions_give_files_pages_and_licences() -> None:
    found = record(
        """:a dct:title "A" ; dcat:distribution :d, [ dcat:accessURL <http://x/api> ], :unknown ;
        s:encoding [ s:contentUrl "http://x/m.mp4" ], <http://x/direct.pdf>, [ ] .
        :d dcat:downloadURL <http://x/f.csv> ; dcat:accessURL <http://x/f.csv>, <http://x/show> ;
        dct:license <http://l/1> ; dct:rights [ rdfs:label "Free"@en ] ."""
    ).fields
    assert found["file"] == ("http://x/direct.pdf", "http://x/m.mp4", "http://x/f.csv")
    assert found["page"] == ("http://e.org/a", "http://x/show", "http://x/api")
    assert found["distribution"] == ("http://e.org/unknown",)
    assert (found["licence"], found["rights"]) == (("http://l/1",), ("Free",))


def test_what_the_record_says_itself_comes_before_its_distributions() -> None:
    found = record(
        """:a dct:license "CC BY 4.0" ; dct:rights "Mine" ; dcat:landingPage <http://x/p> ;
        dcat:distribution [ dct:license <http://l/1> ; dct:rights "Theirs" ;
        dcat:accessURL <http://x/api> ] ."""
    ).fields
    assert (found["licence"], found["rights"]) == (("CC BY 4.0",), ("Mine",))
    assert (found["page"], found["accessURL"]) == (("http://x/p",), ("http://x/api",))


def test_rights_keep_their_iri_beside_their_words() -> None:
    text = """:a dct:rights <http://r/1>, [ rdfs:label "Free"@en ], "Ours" .
    <http://r/1> rdfs:label "One" ."""
    assert values(text, "rights") == ("http://r/1", "One", "Free", "Ours")


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ('dct:issued "2001"^^xsd:gYear ; dct:date "1999"', ("2001", "1999")),
        ('dct:created "1999" ; dct:modified "2002"', ("1999",)),
        ('s:datePublished "2001-02-03"', ("2001-02-03",)),
        ('dct:modified "2002"', ()),
    ],
)
def test_dates(text: str, date: tuple[str, ...]) -> None:
    assert values(f":a {text} .", "date") == date


@pytest.mark.parametrize(
    ("text", "temporal"),
    [
        ('"1990s"', ("1990s",)),
        ('[ dcat:startDate "1990" ; dcat:endDate "1999" ]', ("1990/1999",)),
        ('[ s:startDate "1990" ]', ("1990/..",)),
        ('[ rdfs:label "The nineties" ]', ("The nineties",)),
        ("[ ]", ()),
    ],
)
def test_periods(text: str, temporal: tuple[str, ...]) -> None:
    assert values(f":a dct:temporal {text} .", "temporal") == temporal


def test_nodes_without_a_name_are_told_of_where_it_matters() -> None:
    found = record(":a dct:publisher [ a foaf:Agent ] ; dct:spatial [ a dct:Location ] .")
    assert "publisher" not in found.fields
    assert [(i.property, i.severity) for i in found.issues] == [("publisher", "info")]
    assert "neither a name nor an address" in found.issues[0].message
    assert record(":a dct:isPartOf [ ] .").issues == ()


def test_the_parts_of_a_description_in_edm_are_one() -> None:
    text = """@prefix ore: <http://www.openarchives.org/ore/terms/> .
    :proxy ore:proxyFor :a ; dc:title "T" . :agg edm:aggregatedCHO :a ; edm:isShownAt <http://x/p> ;
      edm:rights <http://r/1> ; edm:dataProvider "Museum" . :a a edm:ProvidedCHO ; dc:title "T" ."""
    found = record(text).fields
    assert found == {"title": ("T",), "page": ("http://x/p",), "rights": ("http://r/1",),
                     "provider": ("Museum",)}  # fmt: skip


def test_own_fields_come_in_the_place_of_the_usual_ones() -> None:
    fields: dict[str, Field | str] = {
        "title": "http://e.org/ns#name dct:title",
        "country": Field("http://e.org/ns#country", split=";", language="en"),
        "creator": "http://e.org/ns#by",
        "description": Field("http://e.org/ns#text", html=True),
        "subject": "http://e.org/ns#nothing",
    }
    found = record(
        """@prefix ns: <http://e.org/ns#> .
        :a ns:name "Own" ; dct:title "Usual" ; rdfs:label "L" ; ns:country "Peru; Chile" ;
        ns:by [ foaf:name "Ana" ] ; dct:creator "Not me" ; ns:text "<p>x</p>" ; dct:subject "gone" ;
        dct:description "<b>not</b>"^^rdf:HTML .""",
        fields,
    )
    assert found.fields["title"] == ("Own", "Usual")
    assert found.fields["country"] == ("Peru", "Chile")
    assert found.languages["country"] == ("en", "en")
    assert found.fields["creator"] == ("Ana",)
    assert found.fields["description"] == ("<p>x</p>",)
    assert found.markup == ("description",)
    assert "subject" not in found.fields
    own = record(
        ':a <http://e.org/t> "<i>x</i>"^^rdf:HTML ; dct:title "T" .', {"note": "http://e.org/t"}
    )
    assert own.markup == ("note",)


@pytest.mark.parametrize(
    ("text", "subject", "key"),
    [
        (':a dct:title "A"', "http://e.org/a", "http://e.org/a"),
        ('_:a dct:identifier "N-1" ; s:url <http://x/1>', "_:1", "N-1"),
        ("_:a s:url <http://x/1>", "_:1", "http://x/1"),
        ('_:a dct:title "A"', "_:1", ""),
        (
            '<https://e.org/.well-known/genid/7> dct:identifier "N-1"',
            "https://e.org/.well-known/genid/7", "N-1",
        ),
    ],
)  # fmt: skip
def test_keys(text: str, subject: str, key: str) -> None:
    found = record(f"{text} .", subject=subject)
    assert found.key == key
    named = subject == "http://e.org/a"
    assert found.locator.position == (f"record {subject}" if named else "record 7")


def test_too_many_and_too_long_values_are_told_with_the_setting_to_check() -> None:
    found = record(":a dct:subject " + ", ".join(f'"{n}"' for n in range(1_100)) + " .")
    assert len(found.fields["subject"]) == 1_000
    assert "check the property that 'rdf.fields' gives it" in found.issues[0].message


def test_every_usual_property_gives_its_field() -> None:
    for name, field in PROPERTIES.items():
        text = f':a <{name}> "value" ; <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> :X .'
        found = record(text).fields
        assert found[field] == (("value",) if name != "http://schema.org/mainEntityOfPage"
                                else ("http://e.org/a", "value")), name  # fmt: skip
