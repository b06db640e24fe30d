"""`rdf` with a query, against a SPARQL engine behind a small server on loopback."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import msgspec
import pyoxigraph
import pytest

from pipeline.errors import SettingsError, SourceError
from pipeline.extract.access import Access
from pipeline.extract.fetch import Fetcher
from pipeline.extract.rdf import pages
from pipeline.kinds import RdfSettings
from pipeline.model import Page, SourceRecord
from pipeline.settings import Catalogue, FetchSettings, Paging, Publisher, Source
from tests.extract.web import Answer, Request, Web

PREFIXES = """\
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
"""
QUERY = (
    PREFIXES
    + """\
CONSTRUCT {
  ?d a dcat:Dataset ; dct:title ?title ; dcat:keyword ?keyword ; dct:publisher ?p .
  ?p foaf:name ?name .  # the name of who publishes it }
} WHERE {
  ?d a dcat:Dataset ; dct:title ?title .
  OPTIONAL { ?d dcat:keyword ?keyword }
  OPTIONAL { ?d dct:publisher ?p . ?p foaf:name ?name }
}"""
)


def turtle(count: int) -> str:
    """Return datasets of two titles and four keywords each: eight solutions a record."""
    parts = [
        "@prefix dcat: <http://www.w3.org/ns/dcat#> .\n@prefix dct: <http://purl.org/dc/terms/> .\n"
        "@prefix foaf: <http://xmlns.com/foaf/0.1/> .\n"
        '<https://example.org/agent> foaf:name "The Agency" .\n'
    ]
    parts += [
        f"<https://example.org/dataset/{number:05}> a dcat:Dataset ;\n"
        f'  dct:title "Dataset {number}"@en, "Datos {number}"@es ;\n'
        f'  dcat:keyword "a", "b", "c", "number {number}" ;\n'
        "  dct:publisher <https://example.org/agent> .\n"
        for number in range(count)
    ]
    return "".join(parts)


class Endpoint:
    """A SPARQL endpoint over a store; `cap` is the number of statements of an answer it gives."""

    def __init__(self, data: str, *, cap: int = 0, tells: bool = True) -> None:
        self.store = pyoxigraph.Store()
        self.store.load(input=data, format=pyoxigraph.RdfFormat.TURTLE)
        self.cap = cap
        self.tells = tells
        self.media_type = "application/n-triples"
        self.queries: list[str] = []

    def __call__(self, request: Request) -> Answer:
        query = (request.form if request.method == "POST" else request.query).get("query", "")
        self.queries.append(query)
        try:
            answer = self.store.query(query)
        except SyntaxError as error:
            return Answer(str(error), 400, {"Content-Type": "text/plain"})
        assert isinstance(answer, pyoxigraph.QueryTriples)
        found = list(answer)
        headers = {"Content-Type": self.media_type}
        if self.cap and len(found) > self.cap:
            found = found[: self.cap]
            if self.tells:
                headers["X-SPARQL-MaxRows"] = str(self.cap)
        syntax = pyoxigraph.RdfFormat.from_media_type(self.media_type)
        assert syntax is not None
        return Answer(pyoxigraph.serialize(found, format=syntax) or b"", 200, headers)


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as server:
        yield server


def make_source(
    place: Web | str, query: str = QUERY, page_size: int = 10, **settings: object
) -> Source:
    location = place if isinstance(place, str) else place.url("/sparql")
    source = Source(
        kind="rdf", location=location, languages=("en", "es"), name="demo",
        rdf=RdfSettings(query=query, page_size=page_size), file="input/demo.toml",
    )  # fmt: skip
    return msgspec.structs.replace(source, **settings)


def harvest(source: Source, folder: Path) -> list[Page]:
    catalogue = Catalogue(
        base="https://example.org/", title={"en": "A"}, publisher=Publisher("A"),
        licence="https://example.org/licence", languages=("en",), contact="mailto:a@example.org",
        fetch=FetchSettings(pause=0, retries=0),
    )  # fmt: skip
    fetcher = Fetcher(source, catalogue, folder / "output")
    return list(pages(source, Access(folder, folder / "output" / "payloads", fetcher)))


def records(found: list[Page]) -> list[SourceRecord]:
    return [record for page in found for record in page.records]


def messages(found: list[Page]) -> str:
    return "\n".join(issue.message for page in found for issue in page.issues)


def test_every_record_comes_whole_and_once(web: Web, tmp_path: Path) -> None:
    web.answers["/sparql"] = endpoint = Endpoint(turtle(37))
    found = harvest(make_source(web), tmp_path)
    assert [len(page.records) for page in found] == [10, 10, 10, 7]
    assert [record.key for record in records(found)] == [
        f"https://example.org/dataset/{number:05}" for number in range(37)
    ]
    for number, record in enumerate(records(found)):
        assert set(record.fields["title"]) == {f"Dataset {number}", f"Datos {number}"}
        assert set(record.fields["subject"]) == {"a", "b", "c", f"number {number}"}
        assert record.fields["publisher"] == ("The Agency",)
    assert len(endpoint.queries) == 5
    assert messages(found) == ""


def test_pages_end_where_the_last_one_is_full(web: Web, tmp_path: Path) -> None:
    web.answers["/sparql"] = endpoint = Endpoint(turtle(20))
    found = harvest(make_source(web), tmp_path)
    assert [len(page.records) for page in found] == [10, 10]
    assert len(endpoint.queries) == 3


def test_classes_choose_among_what_is_asked_for(web: Web, tmp_path: Path) -> None:
    data = (
        turtle(3) + '<https://example.org/x> a dcat:Dataset, <https://e.org/Odd> ; dct:title "X" .'
    )
    web.answers["/sparql"] = Endpoint(data)
    pattern = "{ ?d a ?class ; dct:title ?t }"
    query = f"{PREFIXES} CONSTRUCT {pattern} WHERE {pattern}"
    rdf = RdfSettings(query=query, page_size=2, classes=("https://e.org/Odd",))
    found = harvest(make_source(web, rdf=rdf), tmp_path)
    assert [record.key for record in records(found)] == ["https://example.org/x"]


def test_what_has_no_class_or_title_is_a_record_too_where_it_is_asked_for(
    web: Web, tmp_path: Path
) -> None:
    web.answers["/sparql"] = Endpoint('<http://e.org/a> <http://e.org/p> "A" .')
    rdf = RdfSettings(
        query="CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", fields={"title": "http://e.org/p"}
    )
    found = harvest(make_source(web, rdf=rdf), tmp_path)
    assert [record.fields["title"] for record in records(found)] == [("A",)]


def test_blank_nodes_are_records_of_their_page(web: Web, tmp_path: Path) -> None:
    data = "@prefix dct: <http://purl.org/dc/terms/> . " + "".join(
        f'[] dct:title "T{number}" ; dct:identifier "N-{number}" . ' for number in range(5)
    )
    web.answers["/sparql"] = Endpoint(data)
    query = f"{PREFIXES} CONSTRUCT {{ ?d ?p ?o }} WHERE {{ ?d ?p ?o }}"
    found = harvest(make_source(web, query, page_size=2), tmp_path)
    assert sorted(record.key for record in records(found)) == [f"N-{n}" for n in range(5)]


def test_a_query_that_cannot_be_paged_is_asked_as_a_whole(web: Web, tmp_path: Path) -> None:
    web.answers["/sparql"] = endpoint = Endpoint(turtle(5))
    found = harvest(make_source(web, QUERY + " LIMIT 17"), tmp_path)
    assert endpoint.queries == [QUERY + " LIMIT 17"]
    assert 1 <= len(records(found)) <= 5
    assert "is asked as a whole, since it has a LIMIT of its own" in messages(found)


@pytest.mark.parametrize(
    ("media_type", "cap"), [("text/turtle", 0), ("application/rdf+xml", 0), ("text/turtle", 44)]
)
def test_every_syntax_and_a_cap_that_is_told(
    media_type: str, cap: int, web: Web, tmp_path: Path
) -> None:
    web.answers["/sparql"] = endpoint = Endpoint(turtle(12), cap=cap)
    endpoint.media_type = media_type
    found = harvest(make_source(web), tmp_path)
    assert len({record.key for record in records(found)}) == len(records(found)) == 12
    assert all(len(record.fields["subject"]) == 4 for record in records(found))


def test_a_cap_that_is_not_told_is_found_out(web: Web, tmp_path: Path) -> None:
    web.answers["/sparql"] = endpoint = Endpoint(turtle(30), cap=50, tells=False)
    found = harvest(make_source(web, page_size=20), tmp_path)
    assert [len(page.records) for page in found] == [5, 5, 5, 5, 5, 5]
    assert all(len(record.fields["subject"]) == 4 for record in records(found))
    assert "LIMIT 1 OFFSET" in "".join(endpoint.queries)


def test_an_answer_of_a_round_number_of_statements_is_asked_for_again(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.extract.sparql_endpoint.ROUND", 91)
    web.answers["/sparql"] = Endpoint(turtle(12))  # ten records are nine statements each and one
    found = harvest(make_source(web), tmp_path)
    assert [len(page.records) for page in found] == [5, 5, 2]


@pytest.mark.parametrize("tells", [True, False])
def test_a_cap_below_one_record_stops_the_source(tells: bool, web: Web, tmp_path: Path) -> None:
    web.answers["/sparql"] = Endpoint(turtle(3), cap=2, tells=tells)
    with pytest.raises(SourceError) as caught:
        harvest(make_source(web, page_size=4), tmp_path)
    assert str(caught.value).startswith(f"{web.url('/sparql')}: the endpoint ")
    assert "page_size" in str(caught.value)


def test_an_endpoint_that_takes_no_notice_of_offset_ends(web: Web, tmp_path: Path) -> None:
    endpoint = Endpoint(turtle(30))

    def same(request: Request) -> Answer:
        query = request.query or request.form
        text = re.sub(r"OFFSET \d+", "OFFSET 0", query["query"])
        return endpoint(request._replace(method="GET", path="/?" + urlencode({"query": text})))

    web.answers["/sparql"] = same
    found = harvest(make_source(web), tmp_path)
    assert len(records(found)) == 10
    assert "takes no notice of OFFSET" in messages(found)


@pytest.mark.parametrize(("media_type", "most"), [("text/plain", 10_000), ("text/html", 10)])
def test_virtuoso_is_asked_otherwise_where_it_would_sort_too_much(
    media_type: str, most: int, web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = Endpoint(turtle(12))
    refused: list[str] = []

    def virtuoso(request: Request) -> Answer:
        query = (request.query or request.form)["query"]
        limit = re.search(r"ORDER BY \?d LIMIT (\d+) OFFSET (\d+)", query)
        if limit and int(limit.group(1)) + int(limit.group(2)) > 10:
            refused.append(query)
            text = "Virtuoso 22023 Error SR353: Sorted TOP clause"
            return Answer(text, 500, {"Content-Type": media_type})
        return endpoint(request)

    monkeypatch.setattr("pipeline.extract.sparql_endpoint.MOST_SORTED", most)
    web.answers["/sparql"] = virtuoso
    found = harvest(make_source(web, page_size=5), tmp_path)
    assert len(records(found)) == 12
    assert len(refused) == 1


@pytest.mark.parametrize("status", [400, 500])
def test_an_error_is_told_with_the_endpoint_and_not_the_query(
    status: int, web: Web, tmp_path: Path
) -> None:
    web.answers["/sparql"] = Answer("Parse error at line 3", status, {"Content-Type": "text/plain"})
    with pytest.raises(SourceError) as caught:
        harvest(make_source(web), tmp_path)
    message = str(caught.value)
    assert message.startswith(f"{web.url('/sparql')}: ")
    assert f"HTTP {status}" in message
    assert "it says 'Parse error at line 3'" in message
    assert "CONSTRUCT" not in message
    assert "rdf.page_size" in message


def test_html_and_broken_answers_are_refused(web: Web, tmp_path: Path) -> None:
    web.answers["/sparql"] = "<!DOCTYPE html><title>Query form</title>"
    with pytest.raises(SourceError, match="is an HTML page, no RDF; its title is 'Query form'"):
        harvest(make_source(web), tmp_path / "a")
    half = Answer(
        '<http://a> <http://b> "c" .\n<http://a> <ht', 200, {"Content-Type": "text/plain"}
    )
    web.answers["/sparql"] = half
    with pytest.raises(SourceError, match=r"is not N-Triples: line 2.*expected a whole answer"):
        harvest(make_source(web), tmp_path / "b")


def test_an_endpoint_that_has_nothing_stops_the_source(web: Web, tmp_path: Path) -> None:
    web.answers["/sparql"] = Endpoint("")
    with pytest.raises(SourceError, match=r"the endpoint gives nothing for 'rdf\.query'"):
        harvest(make_source(web), tmp_path)


def test_short_queries_are_addresses_and_long_ones_forms(web: Web, tmp_path: Path) -> None:
    web.answers["/sparql"] = endpoint = Endpoint(turtle(1))
    location = web.url("/sparql?default-graph-uri=#about")
    query = f"{PREFIXES} CONSTRUCT {{ ?d ?p ?o }} WHERE {{ ?d a dcat:Dataset ; ?p ?o }}"
    harvest(make_source(web, query, location=location), tmp_path / "short")
    assert {request.method for request in web.requests} == {"GET"}
    assert web.requests[0].query["default-graph-uri"] == ""
    assert web.requests[0].headers["accept"].startswith("application/n-triples")
    harvest(make_source(web, query + "#" + "x" * 2_000, location=location), tmp_path / "long")
    assert web.requests[-1].method == "GET"  # the comment is no part of what is asked
    padded = query.replace(
        "dcat:Dataset ; ?p ?o }", f'dcat:Dataset ; ?p ?o FILTER(?o != "{"x" * 900}") }}'
    )
    harvest(make_source(web, padded, location=location), tmp_path / "longer")
    assert web.requests[-1].method == "POST"
    assert web.requests[-1].path == "/sparql?default-graph-uri="
    assert len(endpoint.queries) == len(web.requests) == 6


def test_settings_that_do_not_go_together(web: Web, tmp_path: Path) -> None:
    access = Access(tmp_path, tmp_path)
    with pytest.raises(SettingsError, match=r"key 'rdf.query': 'a.ttl' is no SPARQL endpoint"):
        pages(make_source(web, location="a.ttl"), access)
    with pytest.raises(SettingsError, match="key 'paging': an endpoint is paged by its query"):
        pages(make_source(web, paging=Paging("page")), access)
