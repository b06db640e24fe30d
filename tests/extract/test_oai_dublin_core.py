"""Dublin Core of every flavour, and what is not known but looks like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.oai_dublin_core import field_of
from pipeline.extract.oai_metadata import read_metadata
from pipeline.extract.xml_document import parse_xml
from tests.extract.oai_provider import DC, dublin_core

DCTERMS = 'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:q="http://example.org/q"'


def values(text: str) -> dict[str, list[str]]:
    """Return the fields of metadata, without languages."""
    found, _ = read_metadata(parse_xml(text, "metadata"))
    return {name: [value for value, _ in given] for name, given in found.items()}


def dc(**elements: str | list[str]) -> dict[str, list[str]]:
    """Return the fields of an oai_dc record of these elements."""
    content = "".join(
        f"<dc:{name}>{value}</dc:{name}>"
        for name, given in elements.items()
        for value in ([given] if isinstance(given, str) else given)
    )
    return values(dublin_core(content))


def test_the_fifteen_elements() -> None:
    plain = ("title", "creator", "subject", "description", "publisher", "contributor", "date",
             "type", "format", "source", "language", "relation", "coverage")  # fmt: skip
    found = dc(**{name: [f"{name} 1", f"{name} 2"] for name in plain})
    assert found == {name: [f"{name} 1", f"{name} 2"] for name in plain}


@pytest.mark.parametrize(
    ("identifiers", "expected"),
    [
        (["https://a.org/1", "https://a.org/2"],
         {"page": ["https://a.org/1"], "identifier": ["https://a.org/2"]}),
        (["ISBN 9783161484100", "doi:10.1/a"],
         {"identifier": ["ISBN 9783161484100", "doi:10.1/a"]}),
        (["https://doi.org/10.1/a"],
         {"page": ["https://doi.org/10.1/a"], "identifier": ["https://doi.org/10.1/a"]}),
        (["https://a.org/1", "http://dx.doi.org/10.1/a"],
         {"page": ["https://a.org/1"], "identifier": ["http://dx.doi.org/10.1/a"]}),
        (["https://a.org/1.pdf", "https://a.org/1"],
         {"file": ["https://a.org/1.pdf"], "page": ["https://a.org/1"]}),
        (["https://a.org/A.PDF?download=1"], {"file": ["https://a.org/A.PDF?download=1"]}),
        (["https://a.org/x.epub#top"], {"file": ["https://a.org/x.epub#top"]}),
        (["https://a.org/bitstream/1/2/x"], {"file": ["https://a.org/bitstream/1/2/x"]}),
        (["http://a.org/cgi/viewcontent.cgi?article=1"],
         {"file": ["http://a.org/cgi/viewcontent.cgi?article=1"]}),
        (["https://example.zip"], {"page": ["https://example.zip"]}),
        (["\n HTTPS://A.org/1 "], {"page": ["\n HTTPS://A.org/1 "]}),
        (["https://a.org/p?file=x.pdf"], {"page": ["https://a.org/p?file=x.pdf"]}),
        (["urn:nbn:x"], {"identifier": ["urn:nbn:x"]}),
    ],
)  # fmt: skip
def test_identifiers(identifiers: list[str], expected: dict[str, list[str]]) -> None:
    assert dc(identifier=identifiers) == expected


def test_rights_are_statements_or_addresses_of_licences() -> None:
    licence = "http://creativecommons.org/licenses/by/4.0/"
    assert dc(rights=[licence, "All rights reserved", "info:eu-repo/semantics/openAccess"]) == {
        "licence": [licence],
        "rights": ["All rights reserved", "info:eu-repo/semantics/openAccess"],
    }
    assert dc(rights=licence) == {"licence": [licence]}
    assert dc(rights="CC BY") == {"rights": ["CC BY"]}


def test_moments_of_the_repository_come_after_the_date_of_issue() -> None:
    dates = ["2007-10-10T15:47:32Z", "2007-10-11T00:00:00.5+02:00", "2004", "2005-01"]
    assert dc(date=dates)["date"] == ["2004", "2005-01", *dates[:2]]
    assert dc(date=[dates[0], "Tuesday"])["date"] == ["Tuesday", dates[0]]
    assert dc(date=[dates[0]])["date"] == [dates[0]]


def test_qualified_dublin_core() -> None:
    found = values(
        f"<q:qualifieddc {DC} {DCTERMS}><dc:title>T</dc:title>"
        "<dcterms:alternative>A</dcterms:alternative><dcterms:abstract>D</dcterms:abstract>"
        "<dc:date>2001</dc:date><dcterms:issued>2002</dcterms:issued>"
        "<dcterms:created>2003</dcterms:created><dcterms:spatial>Peru</dcterms:spatial>"
        "<dcterms:isPartOf>Series</dcterms:isPartOf><dcterms:extent>5 p.</dcterms:extent>"
        "<dcterms:accessRights>open</dcterms:accessRights>"
        "<dcterms:license>https://l.org</dcterms:license><q:degree>MA</q:degree>"
        "<dcterms:bibliographicCitation>C</dcterms:bibliographicCitation></q:qualifieddc>"
    )
    assert found == {
        "title": ["T"], "alternative": ["A"], "description": ["D"], "date": ["2002", "2001"],
        "created": ["2003"], "spatial": ["Peru"], "isPartOf": ["Series"], "extent": ["5 p."],
        "rights": ["open"], "licence": ["https://l.org"], "degree": ["MA"],
        "bibliographicCitation": ["C"],
    }  # fmt: skip


def test_another_date_counts_where_there_is_no_date_of_issue() -> None:
    available = "<dcterms:available>2005</dcterms:available>"
    created = "<dcterms:created>2003</dcterms:created>"
    found = values(f"<dcterms {DCTERMS}>{available}{created}</dcterms>")
    assert (found["date"], found["created"], found["available"]) == (["2003"], ["2003"], ["2005"])
    assert values(f"<dcterms {DCTERMS}>{available}</dcterms>")["date"] == ["2005"]


@pytest.mark.parametrize(
    ("root", "element"),
    [
        ('<dc xmlns="http://purl.org/dc/elements/1.1/">', "title"),
        ("<oai_dc:dc xmlns:oai_dc='http://www.openarchives.org/OAI/2.0/oai_dc/'>", "oai_dc:title"),
        ("<dc>", "title"),
        ("<DC>", "Title"),
        ('<dc xmlns:dc="http://purl.org/dc">', "dc:title"),
        ('<x:dc xmlns:x="urn:a" xmlns:y="urn:b">', "y:TITLE"),
    ],
)
def test_namespaces_that_are_wrong_or_missing(root: str, element: str) -> None:
    end = root.partition(" ")[0].strip("<>")
    assert values(f"{root}<{element}>T</{element}></{end}>") == {"title": ["T"]}


def test_languages_are_kept_and_inherited_from_the_container() -> None:
    text = (
        f'<oai_dc:dc {DC} xml:lang="fr"><dc:title>T</dc:title>'
        '<dc:title xml:lang="en_US">U</dc:title>'
        '<dc:title lang="es">V</dc:title><dc:title xml:lang="">W</dc:title></oai_dc:dc>'
    )
    found, known = read_metadata(parse_xml(f'<a xml:lang="de">{text}</a>', "metadata")[0])
    assert known
    assert found["title"] == [("T", "fr"), ("U", "en_US"), ("V", "es"), ("W", "fr")]


def test_elements_within_a_value() -> None:
    found = dc(
        description="A <b>bold</b> H<sub>2</sub>O<br/>line",
        creator="<name>Smith</name><mail>s@x.org</mail>",
    )
    assert [" ".join(text.split()) for text in found["description"]] == ["A bold H2O line"]
    assert found["creator"][0].split() == ["Smith", "s@x.org"]


def test_values_that_stand_in_an_attribute() -> None:
    rdf = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    found = values(
        f'<oai_dc:dc {DC} {rdf}><dc:subject rdf:resource="http://s.org/1"/>'
        '<dc:relation xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="http://r.org"> '
        '</dc:relation><dc:type href="x"/><dc:source/><dc:format> </dc:format></oai_dc:dc>'
    )
    assert found == {"subject": ["http://s.org/1"], "relation": ["http://r.org"], "type": ["x"],
                     "format": [" "]}  # fmt: skip


def test_entities_of_a_missing_document_type_stay_to_be_read() -> None:
    text = f'<!DOCTYPE x SYSTEM "x.dtd">{dublin_core("<dc:title>A&nbsp;B</dc:title>&x;")}'
    assert values(text) == {"title": ["A&nbsp;B"]}


@pytest.mark.parametrize(
    ("tag", "field"),
    [("{urn:x}id", ""), ("{urn:x}a b", ""), ("thesis:degree", "degree"), ("é", ""), ("9", ""),
     ("x" * 62, ""), (None, "")],
)  # fmt: skip
def test_names_of_other_elements(tag: object, field: str) -> None:
    assert field_of(tag) == field


def test_an_unknown_format_gives_what_looks_like_dublin_core() -> None:
    root = parse_xml(
        '<lom xml:lang="en"><general><title><string lang="fr">T</string><x>U</x></title>'
        "<description>D</description></general><technical><format>PDF</format></technical>"
        '<rights xml:lang="es">R</rights><title/></lom>',
        "metadata",
    )
    found, known = read_metadata(root)
    assert not known
    assert found == {
        "title": [("T", "fr"), ("U", "en")], "description": [("D", "en")],
        "format": [("PDF", "en")], "rights": [("R", "es")],
    }  # fmt: skip


def test_a_known_format_inside_an_unknown_one_is_taken() -> None:
    inner = dublin_core("<dc:title>T</dc:title>")
    found, known = read_metadata(parse_xml(f"<mets><title>x</title><xml>{inner}</xml></mets>", "m"))
    assert known
    assert found == {"title": [("T", "")]}


@given(st.lists(st.tuples(
    st.sampled_from(["title", "date", "identifier", "rights", "creator"]),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), max_size=20)
    | st.sampled_from(["https://a.org/1", "https://a.org/1.pdf", "2004", "2007-10-10T15:47:32Z"]),
), max_size=8))  # fmt: skip
def test_no_value_is_lost_or_made_up(pairs: list[tuple[str, str]]) -> None:
    from xml.sax.saxutils import escape

    content = "".join(f"<dc:{name}>{escape(value)}</dc:{name}>" for name, value in pairs)
    found = values(dublin_core(content))
    places = {"identifier": {"identifier", "page", "file"}, "rights": {"rights", "licence"}}
    for name in ("title", "date", "identifier", "rights", "creator"):
        given = sorted(value for other, value in pairs if other == name and value)
        kept = sorted(v for field in places.get(name, {name}) for v in found.get(field, ()))
        assert kept == given
