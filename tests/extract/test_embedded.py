"""What a page says of itself, in each syntax and over all of them."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from pipeline.extract.embedded import SYNTAXES, Embedded, describe
from pipeline.extract.embedded_page import read_page
from pipeline.extract.source_record import Given
from pipeline.model import Locator
from pipeline.settings import Source

SOURCE = Source(kind="sitemap", location="https://a.example/", languages=("en", "es"), name="demo")
HERE = "https://a.example/guides/1"
SCHEMA = "http://schema.org/"


def html(head: str = "", body: str = "", attributes: str = 'lang="en"') -> str:
    return (
        f"<!doctype html><html {attributes}><head><title>The page</title>{head}</head>"
        f"<body>{body}</body></html>"
    )


def read(
    text: str, *, address: str = HERE, syntaxes: Sequence[str] = SYNTAXES,
    types: frozenset[str] = frozenset(),
) -> Embedded:  # fmt: skip
    page, _ = read_page(text, "page", address)
    return describe(page, SOURCE, Locator("0" * 64, "page", ""), syntaxes, types)


def values(found: Embedded) -> dict[str, list[str]]:
    return {name: [one.value for one in given] for name, given in found.fields.items()}


def script(*documents: object) -> str:
    return "".join(
        f'<script type="application/ld+json">{json.dumps(one)}</script>' for one in documents
    )


BOOK = {
    "@context": "https://schema.org",
    "@type": ["Book", "LearningResource"],
    "name": "A guide",
    "description": "<p>How to <b>begin</b>.</p>",
    "author": [
        {"@type": "Person", "name": "Jane Doe", "sameAs": "https://orcid.org/0000-0002-1825-0097"},
        "Juan Pérez",
    ],
    "publisher": {"@type": "Organization", "name": "Field Press"},
    "datePublished": "2008-05-01",
    "inLanguage": "en",
    "keywords": "volunteers, field work",
    "about": {"@type": "DefinedTerm", "name": "Communities"},
    "learningResourceType": "Manual",
    "license": "https://creativecommons.org/licenses/by/4.0/",
    "isbn": "9783161484100",
    "encoding": {"@type": "MediaObject", "contentUrl": "/guides/1.pdf"},
    "isPartOf": {"@type": "CreativeWorkSeries", "name": "Guides"},
    "url": "/guides/1",
}


def test_schema_org_in_json_ld() -> None:
    found = read(html(script(BOOK)))
    assert values(found) == {
        "title": ["A guide"],
        "description": ["<p>How to <b>begin</b>.</p>"],
        "creator": ["Jane Doe https://orcid.org/0000-0002-1825-0097", "Juan Pérez"],
        "publisher": ["Field Press"],
        "date": ["2008-05-01"],
        "language": ["en"],
        "subject": ["Communities", "volunteers", "field work"],
        "type": ["Manual"],
        "licence": ["https://creativecommons.org/licenses/by/4.0/"],
        "identifier": ["9783161484100"],
        "file": ["https://a.example/guides/1.pdf"],
        "isPartOf": ["Guides"],
        "page": [HERE],
    }
    assert found.fields["title"] == [Given("A guide", "en")]
    assert found.fields["creator"][1] == Given("Juan Pérez")
    assert found.markup == ("description",)
    assert found.syntaxes == ("json-ld",)


def test_the_type_is_the_class_where_nothing_better_is_said() -> None:
    thing = {"@context": "https://schema.org", "@type": "ScholarlyArticle", "name": "N"}
    assert values(read(html(script(thing))))["type"] == ["ScholarlyArticle"]
    assert "type" not in values(read(html(script({**thing, "@type": "WebPage"}))))


def test_a_graph_with_references() -> None:
    """As plug-ins for WordPress write it."""
    graph = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "WebSite", "@id": "https://a.example/#site", "name": "The site"},
            {"@type": "WebPage", "@id": HERE, "name": "A guide - The site",
             "isPartOf": {"@id": "https://a.example/#site"},
             "breadcrumb": {"@type": "BreadcrumbList", "itemListElement": [
                 {"@type": "ListItem", "item": {"@type": "WebPage", "name": "Home",
                                                "@id": "https://a.example/"}}]}},
            {"@type": "Article", "@id": f"{HERE}#article", "headline": "A guide",
             "isPartOf": {"@id": HERE}, "mainEntityOfPage": {"@id": HERE},
             "author": {"@id": "https://a.example/#jane"}, "wordCount": 12},
            {"@type": "Person", "@id": "https://a.example/#jane", "name": "Jane Doe"},
        ],
    }  # fmt: skip
    found = values(read(html(script(graph))))
    assert found["title"] == ["A guide"]
    assert found["creator"] == ["Jane Doe"]
    assert found["page"] == [HERE]
    assert found["type"] == ["Article"]


@pytest.mark.parametrize(
    ("things", "title"),
    [
        ([{"@type": "Organization", "name": "Org"}], "The page"),
        ([{"@type": "Article", "name": "One"}, {"@type": "Article", "name": "Two"}], "One"),
        ([{"@type": "Article", "name": "One"},
          {"@type": "Article", "name": "Two", "url": HERE}], "Two"),
        ([{"@type": "Article", "name": "One"},
          {"@type": "Article", "name": "Two", "mainEntityOfPage": f"{HERE}#a"}], "Two"),
        ([{"@type": "WebPage", "name": "P", "mainEntity": {"@type": "Book", "name": "B"}}], "B"),
        ([{"@type": "WebPage", "name": "P"}, {"@type": "VideoObject", "name": "V"}], "V"),
        ([{"@type": "WebPage", "name": "P"}, {"@type": "ImageObject", "name": "I"}], "P"),
        ([{"@type": "ImageObject", "name": "I", "url": HERE}], "I"),
        ([{"@type": "WebSite", "name": "S", "url": HERE}], "The page"),
        ([{"@type": "ItemList", "itemListElement": [
            {"@type": "ListItem", "item": {"@type": "Article", "name": "A"}}]}], "The page"),
        ([{"@type": "BreadcrumbList", "itemListElement": [
            {"@type": "ListItem", "item": {"@type": "WebPage", "name": "Home"}}]}], "The page"),
        ([{"@type": "Event", "name": "E",
           "workPerformed": {"@type": "CreativeWork", "name": "W"}}], "The page"),
        ([{"@id": HERE, "name": "Untyped"}], "Untyped"),
        ([{"@id": HERE, "keywords": "no title"}], "The page"),
        ([{"name": "Nothing else"}], "The page"),
    ],
)  # fmt: skip
def test_which_thing_the_page_is_about(things: list[dict[str, object]], title: str) -> None:
    documents = [{"@context": "https://schema.org", **thing} for thing in things]
    assert values(read(html(script(*documents))))["title"] == [title]


def test_only_wanted_types_count() -> None:
    documents = html(
        script(
            {"@context": "https://schema.org", "@type": "Article", "name": "A", "url": HERE},
            {"@context": "https://schema.org", "@type": "Course", "name": "C"},
            {"@context": "https://schema.org", "@type": "Course", "name": "D", "url": HERE},
        )
    )
    found = read(documents, types=frozenset({SCHEMA + "Course"}))
    assert values(found)["title"] == ["D"]
    assert found.has_wanted
    assert not read(documents, types=frozenset({SCHEMA + "Event"})).has_wanted
    assert read(documents, types=frozenset()).has_wanted


def test_microdata() -> None:
    body = """
    <div itemscope itemtype="https://schema.org/Book" itemid="/guides/1#book" itemref="more">
      <h1 itemprop="name">A  guide</h1>
      <p itemprop="description">How to<br>begin.</p>
      <span itemprop="author creator" itemscope itemtype="https://schema.org/Person">
        <a itemprop="url" href="/jane"><span itemprop="name">Jane Doe</span></a></span>
      <time itemprop="datePublished" datetime="2008-05-01">May</time>
      <a itemprop="license" href="https://creativecommons.org/licenses/by/4.0/">free</a>
      <meta itemprop="inLanguage" content="es">
      <data itemprop="isbn" value="9783161484100">ISBN</data>
      <object itemprop="contentUrl" data="/1.pdf"></object>
    </div>
    <p id="more"><span itemprop="about" content="Communities">x</span></p>"""
    found = values(read(html(body=body)))
    assert found["title"] == ["A guide"]
    assert found["description"] == ["How to\nbegin."]
    assert found["creator"] == ["Jane Doe"]
    assert found["date"] == ["2008-05-01"]
    assert found["licence"] == ["https://creativecommons.org/licenses/by/4.0/"]
    assert found["language"] == ["es"]
    assert found["identifier"] == ["9783161484100"]
    assert found["file"] == ["https://a.example/1.pdf"]
    assert found["subject"] == ["Communities"]


def test_rdfa() -> None:
    body = """
    <div vocab="http://schema.org/" typeof="Book">
      <h1 property="name" lang="es">Una guía</h1>
      <div property="author" typeof="Person"><span property="name">Jane Doe</span></div>
      <a property="license" href="https://creativecommons.org/licenses/by/4.0/">free</a>
    </div>"""
    found = read(html(body=body))
    assert found.fields["title"] == [Given("Una guía", "es")]
    assert values(found)["creator"] == ["Jane Doe"]
    assert values(found)["licence"] == ["https://creativecommons.org/licenses/by/4.0/"]
    assert found.syntaxes == ("rdfa",)


def test_rdfa_with_dublin_core_about_the_page_itself() -> None:
    head = '<meta property="dc:title" content="A guide"><meta property="dc:creator" content="Jane">'
    found = values(read(html(head)))
    assert found["title"] == ["A guide"]
    assert found["creator"] == ["Jane"]


def test_the_first_syntax_that_gives_a_field_wins() -> None:
    head = script({"@context": "https://schema.org", "@type": "Article", "name": "From JSON-LD"})
    head += (
        '<meta name="citation_title" content="From citation tags">'
        '<meta name="citation_author" content="Doe, Jane">'
        '<meta name="DC.title" content="From Dublin Core">'
        '<meta name="DC.creator" content="Somebody">'
        '<meta name="DC.publisher" content="Field Press">'
        '<meta property="og:title" content="From Open Graph">'
        '<meta name="description" content="Plain.">'
    )
    found = read(html(head))
    assert values(found)["title"] == ["From JSON-LD"]
    assert values(found)["creator"] == ["Doe, Jane"]
    assert values(found)["publisher"] == ["Field Press"]
    assert found.fields["description"] == [Given("Plain.", "en")]
    assert found.syntaxes == ("json-ld", "citation", "dublin-core")
    found = read(html(head), syntaxes=("opengraph", "citation"))
    assert values(found)["title"] == ["From Open Graph"]
    assert "publisher" not in found.fields
    assert found.syntaxes == ("opengraph", "citation")
    assert values(read(html(head), syntaxes=()))["title"] == ["The page"]


def test_another_thing_in_another_syntax_is_left_out() -> None:
    head = script({"@context": "https://schema.org", "@type": "Book", "name": "One Book"})
    body = (
        '<div itemscope itemtype="http://schema.org/Book"><b itemprop="name">{}</b>'
        '<i itemprop="publisher">Press</i></div>'
    )
    assert "publisher" not in values(read(html(head, body.format("Another"))))
    assert values(read(html(head, body.format("one  book"))))["publisher"] == ["Press"]


def test_a_page_without_metadata() -> None:
    found = read(html('<link rel="license" href="/terms">'))
    assert values(found) == {
        "title": ["The page"], "licence": ["https://a.example/terms"], "page": [HERE],
    }  # fmt: skip
    assert found.syntaxes == ()


def test_plain_html_fills_what_is_missing() -> None:
    head = (
        '<meta name="author" content="Jane"><meta name="keywords" content="a, b,,a">'
        '<meta name="date" content="2008"><meta name="description" content="">'
    )
    found = values(read(html(head)))
    assert found["creator"] == ["Jane"]
    assert found["subject"] == ["a", " b"]
    assert found["date"] == ["2008"]
    assert "description" not in found


@pytest.mark.parametrize(
    ("head", "pages"),
    [
        ("", [HERE]),
        ('<link rel="canonical" href="https://a.example/g1">', ["https://a.example/g1"]),
        (script({"@type": "Book", "name": "B", "url": "https://b.example/x"}),
         [HERE, "https://b.example/x"]),
        (script({"@type": "Book", "name": "B", "url": "https://www.a.example/"}), [HERE]),
        (script({"@type": "Book", "name": "B", "url": "https://[b"}), [HERE]),
    ],
)  # fmt: skip
def test_the_address_of_the_page_comes_first(head: str, pages: list[str]) -> None:
    assert values(read(html(head)))["page"] == pages


def test_a_saved_page_without_an_address_has_no_page() -> None:
    assert "page" not in values(read(html(), address=""))


def test_profiles_are_no_names() -> None:
    book = {"@type": "Book", "name": "B", "author": "/people/jane"}
    assert "creator" not in values(read(html(script(book))))


def test_what_cannot_be_read_is_told_and_the_rest_is() -> None:
    body = "<div itemscope itemtype='http://schema.org/Book'>" + "<div itemprop='name'>" * 200
    body += "word " * 300_000
    head = '<script type="application/ld+json">{"@type": "Book", </script>' + script(BOOK)
    found = read(html(head, body))
    assert values(found)["title"] == ["A guide"]
    assert len(found.problems) == 2
    assert found.problems[0].startswith("its JSON-LD is no JSON: line 1, column")
    assert found.problems[1] == "has too much microdata"


def test_an_author_without_a_name_is_an_issue() -> None:
    book = {"@type": "Book", "name": "B", "author": {"@type": "Person", "jobTitle": "Director"}}
    found = read(html(script(book)))
    assert "creator" not in found.fields
    assert [issue.property for issue in found.issues] == ["creator"]
