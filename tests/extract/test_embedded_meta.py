"""Citation tags, Dublin Core and Open Graph in meta tags."""

from __future__ import annotations

import pytest

from pipeline.extract.embedded_meta import citation, dublin_core, open_graph
from pipeline.extract.embedded_page import HtmlPage, read_page
from pipeline.extract.payloads import MOST_VALUES
from pipeline.extract.source_record import Given


def page_of(*metas: tuple[str, str], head: str = "") -> HtmlPage:
    tags = "".join(f'<meta name="{name}" content="{content}">' for name, content in metas)
    return read_page(f"<html><head>{tags}{head}</head></html>", "page", "https://a.example/1")[0]


@pytest.mark.parametrize(
    ("metas", "expected"),
    [
        ([("citation_title", "A guide")], {"title": ["A guide"]}),
        ([("bepress_citation_title", "A guide")], {"title": ["A guide"]}),
        ([("Citation_Author", "Doe, Jane"), ("citation_author", "Pérez, Juan")],
         {"creator": ["Doe, Jane", "Pérez, Juan"]}),
        ([("citation_authors", "Doe, Jane; Pérez, Juan")],
         {"creator": ["Doe, Jane", "Pérez, Juan"]}),
        ([("citation_author", "Doe, Jane"), ("citation_author_orcid", "0000-0002-1825-0097"),
          ("citation_author", "Pérez, Juan"),
          ("citation_author_orcid", "https://orcid.org/0000-0001-5109-3700")],
         {"creator": ["Doe, Jane https://orcid.org/0000-0002-1825-0097",
                      "Pérez, Juan https://orcid.org/0000-0001-5109-3700"]}),
        ([("citation_author_orcid", "0000-0002-1825-0097")], {}),
        ([("citation_publication_date", "2008/05"), ("citation_online_date", "2009")],
         {"date": ["2008/05"]}),
        ([("citation_doi", "10.1000/182")], {"identifier": ["https://doi.org/10.1000/182"]}),
        ([("citation_doi", "doi:10.1000/182")], {"identifier": ["doi:10.1000/182"]}),
        ([("citation_isbn", "9783161484100")], {"identifier": ["ISBN 9783161484100"]}),
        ([("citation_keywords", "a; b, c")], {"subject": ["a", " b, c"]}),
        ([("citation_keywords", "a, b")], {"subject": ["a", " b"]}),
        ([("citation_pdf_url", "/1.pdf"), ("citation_abstract_html_url", "/1")],
         {"file": ["/1.pdf"], "page": ["/1"]}),
        ([("citation_journal_title", "Journal"), ("citation_issn", "0317-8471")],
         {"isPartOf": ["Journal"], "type": ["Article"]}),
        ([("citation_technical_report_institution", "Bureau"),
          ("citation_technical_report_number", "7")],
         {"publisher": ["Bureau"], "identifier": ["7"], "type": ["Report"]}),
        ([("citation_dissertation_institution", "University")],
         {"publisher": ["University"], "type": ["Thesis"]}),
        ([("citation_title", "  ")], {}),
        ([("title", "x"), ("citation_unknown", "y")], {}),
    ],
)  # fmt: skip
def test_citation(metas: list[tuple[str, str]], expected: dict[str, list[str]]) -> None:
    found = citation(page_of(*metas))
    assert {name: [one.value for one in given] for name, given in found.items()} == expected


@pytest.mark.parametrize(
    ("metas", "expected"),
    [
        (
            [("DC.title", "A guide"), ("dc:creator", "Jane")],
            {"title": ["A guide"], "creator": ["Jane"]},
        ),
        (
            [("DCTERMS.issued", "2008"), ("DC.Date.modified", "2009")],
            {"date": ["2008"], "modified": ["2009"]},
        ),
        ([("DC.Date.X-MetadataLastModified", "2010")], {}),
        (
            [("DC.Creator.PersonalName", "Jane"), ("DC.contributor.author", "Juan")],
            {"creator": ["Jane"], "contributor": ["Juan"]},
        ),
        ([("DC.title.alternative", "Other")], {"alternative": ["Other"]}),
        ([("DC.subject", "a; b"), ("DC.Subject", "c")], {"subject": ["a", "b", "c"]}),
        ([("DCTERMS.license", "https://l.example/")], {"licence": ["https://l.example/"]}),
        ([("DC.rights", "All reserved")], {"rights": ["All reserved"]}),
        ([("DC.nothing", "x"), ("description", "y"), ("DCX.title", "z")], {}),
    ],
)
def test_dublin_core(metas: list[tuple[str, str]], expected: dict[str, list[str]]) -> None:
    found = dublin_core(page_of(*metas))
    assert {name: [one.value for one in given] for name, given in found.items()} == expected


def test_dublin_core_under_a_prefix_of_the_page_and_in_links() -> None:
    head = (
        '<link rel="schema.dublin" href="http://purl.org/dc/terms/">'
        '<link rel="schema.other" href="http://x.example/">'
        '<meta name="dublin.title" content="Una guía" lang="es">'
        '<meta name="other.title" content="x">'
        '<link rel="DCTERMS.license" href="https://l.example/">'
    )
    found = dublin_core(page_of(head=head))
    assert found == {"title": [Given("Una guía", "es")], "licence": [Given("https://l.example/")]}


@pytest.mark.parametrize(
    ("metas", "expected"),
    [
        ([("og:title", "A guide"), ("og:title", "Other"), ("og:description", "D")],
         {"title": ["A guide"], "description": ["D"]}),
        ([("og:type", "website")], {}),
        ([("OG:type", "article")], {"type": ["article"]}),
        ([("article:author", "https://facebook.example/jane"), ("article:author", "Jane")],
         {"creator": ["Jane"]}),
        ([("article:published_time", "2008-05-01T10:00:00Z"),
          ("article:modified_time", "2009-01-01")],
         {"date": ["2008-05-01T10:00:00Z"], "modified": ["2009-01-01"]}),
        ([("article:tag", "a"), ("article:tag", "b"), ("article:section", "c")],
         {"subject": ["a", "b", "c"]}),
        ([("book:isbn", "9783161484100")], {"identifier": ["ISBN 9783161484100"]}),
        ([("og:url", "https://a.example/x"), ("og:site_name", "S"), ("og:locale", "en_US")], {}),
    ],
)  # fmt: skip
def test_open_graph(metas: list[tuple[str, str]], expected: dict[str, list[str]]) -> None:
    found = open_graph(page_of(*metas))
    assert {name: [one.value for one in given] for name, given in found.items()} == expected


def test_many_values_are_bounded() -> None:
    metas = [("citation_author", f"Name {number}") for number in range(2 * MOST_VALUES)]
    assert len(citation(page_of(*metas))["creator"]) == MOST_VALUES + 1
