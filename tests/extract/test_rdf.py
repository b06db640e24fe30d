"""`rdf`: files, catalogues in pages, settings; what a document says of itself."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from pipeline.errors import SettingsError, SourceError
from pipeline.extract.access import Access
from pipeline.extract.fetch import Fetcher
from pipeline.extract.rdf import pages
from pipeline.kinds import Field, RdfSettings
from pipeline.model import Page, SourceRecord
from pipeline.settings import Catalogue, FetchSettings, Paging, Publisher, Source
from tests.extract.web import Answer, Web

PREFIXES = """\
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix hydra: <http://www.w3.org/ns/hydra/core#> .
"""
CATALOGUE = Catalogue(
    base="https://example.org/", title={"en": "A"}, publisher=Publisher("A"),
    licence="https://example.org/licence", languages=("en",), contact="mailto:a@example.org",
    fetch=FetchSettings(pause=0, retries=0),
)  # fmt: skip


def dataset(name: str) -> str:
    return f'<{name}> a dcat:Dataset ; dct:title "Dataset {name}"@en ; dct:description "…" .\n'


def make_source(location: str, rdf: RdfSettings | None = None, **settings: object) -> Source:
    source = Source(
        kind="rdf", location=location, languages=("en", "es"), name="demo", rdf=rdf,
        homepage="https://example.org/", file="input/demo.toml",
    )  # fmt: skip
    return msgspec.structs.replace(source, **settings)


def read(source: Source, folder: Path) -> list[Page]:
    payloads = folder / "output" / "payloads"
    fetcher = Fetcher(source, CATALOGUE, folder / "output") if source.is_live else None
    return list(pages(source, Access(folder, payloads, fetcher)))


def read_text(text: str, folder: Path, name: str = "a.ttl", **settings: object) -> list[Page]:
    (folder / name).write_text(text, "utf-8")
    return read(make_source(name, **settings), folder)  # type: ignore[arg-type]


def records(found: list[Page]) -> list[SourceRecord]:
    return [record for page in found for record in page.records]


def keys(found: list[Page]) -> list[str]:
    return [record.key.removeprefix("https://example.org/") for record in records(found)]


def messages(found: list[Page]) -> str:
    return "\n".join(issue.message for page in found for issue in page.issues)


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as server:
        yield server


def test_records_come_in_the_order_of_the_document(folder: Path) -> None:
    found = read_text(PREFIXES + dataset("b") + dataset("a"), folder)
    assert keys(found) == ["b", "a"]
    assert [record.locator.position for record in records(found)] == [
        "record https://example.org/b", "record https://example.org/a",
    ]  # fmt: skip
    assert messages(found) == ""


def test_a_large_document_comes_in_several_pages(folder: Path) -> None:
    text = PREFIXES + "".join(dataset(str(number)) for number in range(4_100))
    found = read_text(text, folder)
    assert [len(page.records) for page in found] == [2_000, 2_000, 100]


def test_without_a_base_relative_iris_are_told(folder: Path) -> None:
    found = read_text(PREFIXES + dataset("a") + dataset("b"), folder, homepage="")
    assert [record.key for record in records(found)] == ["a", "b"]
    assert "2 records have an IRI that is relative" in messages(found)
    assert "homepage" in messages(found)


def test_a_homepage_that_is_no_iri_is_no_base(folder: Path) -> None:
    found = read_text(PREFIXES + dataset("a"), folder, homepage="not an iri")
    assert [record.key for record in records(found)] == ["a"]


def test_a_dump_is_unpacked(folder: Path) -> None:
    data = gzip.compress((PREFIXES + dataset("a")).encode())
    (folder / "dump.ttl.gz").write_bytes(data)
    assert keys(read(make_source("dump.ttl.gz"), folder)) == ["a"]


def test_all_graphs_of_a_dataset_are_read_as_one(folder: Path) -> None:
    text = PREFIXES + (
        '<g1> { <a> a dcat:Dataset ; dct:title "One" . }\n'
        '<g2> { <a> dct:publisher <p> . }\n<p> dct:title "Agency" .\n'
    )
    found = read_text(text, folder, "a.trig")
    assert records(found)[0].fields["publisher"] == ("Agency",)


def test_several_files_are_documents_of_their_own(folder: Path) -> None:
    (folder / "1.ttl").write_text(PREFIXES + dataset("a"))
    (folder / "2.ttl").write_text(PREFIXES + dataset("b"))
    assert keys(read(make_source("*.ttl"), folder)) == ["a", "b"]


def test_of_several_files_a_broken_one_is_an_issue(folder: Path) -> None:
    (folder / "1.ttl").write_text(PREFIXES + dataset("a"))
    (folder / "2.ttl").write_text(PREFIXES + "<b> a .")
    (folder / "3.ttl").write_text(PREFIXES + "<c> dct:title 'no class, nothing else' .")
    (folder / "4.ttl").write_text(PREFIXES + dataset("d"))
    found = read(make_source("*.ttl"), folder)
    assert keys(found) == ["a", "c", "d"]
    assert "was left out: 2.ttl: is not Turtle: line 4" in messages(found)


def test_where_no_file_gives_a_record_the_source_fails(folder: Path) -> None:
    (folder / "1.ttl").write_text("<a> b")
    (folder / "2.ttl").write_text("<a> <b> <c> .")
    with pytest.raises(SourceError, match=r"none of 2 files gives a record; the first: 1\.ttl"):
        read(make_source("*.ttl"), folder)


def test_one_broken_document_stops_the_source(folder: Path) -> None:
    text = PREFIXES + dataset("a") + "<b> a dcat:Dataset ;\n  dct:title oops .\n"
    with pytest.raises(SourceError) as caught:
        read_text(text, folder)
    assert "a.ttl: is not Turtle: line 6: oops is not a valid RDF object" in str(caught.value)
    assert "'dct:title oops .'" in str(caught.value)


def test_a_document_without_records_says_what_it_holds(folder: Path) -> None:
    text = "@prefix foaf: <http://xmlns.com/foaf/0.1/> .\n<a> a foaf:Person .\n<b> a foaf:Person ."
    with pytest.raises(SourceError, match=r"holds no record: it describes 2 foaf:Person"):
        read_text(text, folder)
    with pytest.raises(SourceError, match=r"no record: it says nothing"):
        read_text("@prefix foaf: <http://xmlns.com/foaf/0.1/> .\n", folder)


def test_classes_name_the_records(folder: Path) -> None:
    text = PREFIXES + dataset("a") + '<b> a <http://e.org/Tool> ; dct:title "Tool" .\n'
    found = read_text(text, folder, rdf=RdfSettings(classes=("http://e.org/Tool",)))
    assert keys(found) == ["b"]
    found = read_text(
        text, folder, rdf=RdfSettings(classes=("dcat:Dataset", "<http://e.org/Tool>"))
    )
    assert keys(found) == ["a", "b"]
    with pytest.raises(SourceError, match=r"expected instances of dcat:Catalog"):
        read_text(text, folder, rdf=RdfSettings(classes=("dcat:Catalog",)))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (RdfSettings(classes=("Dataset",)), "key 'rdf.classes': 'Dataset' is no class"),
        (RdfSettings(fields={"x": "title"}), "key 'rdf.fields.x': 'title' is no property"),
        (RdfSettings(fields={"x": "  "}), "key 'rdf.fields.x': '' is no property"),
        (RdfSettings(fields={"id": "dct:title"}), "key 'rdf.fields.id': the name is taken"),
        (
            RdfSettings(fields={"x": Field("dct:title", attribute="href")}),
            "key 'rdf.fields.x.attribute'",
        ),
        (RdfSettings(format="turtel"), "key 'rdf.format': 'turtel': unknown (did you mean"),
        (RdfSettings(query="SELECT * {}"), "key 'rdf.query': is a query for SELECT"),
    ],
)
def test_wrong_settings_are_told_before_anything_is_read(
    settings: RdfSettings, message: str, tmp_path: Path
) -> None:
    source = make_source("missing.ttl", settings)
    with pytest.raises(SettingsError) as caught:
        pages(source, Access(tmp_path, tmp_path))
    assert message in str(caught.value)
    assert "input/demo.toml" in str(caught.value)


def test_a_catalogue_in_pages_is_followed(web: Web, tmp_path: Path) -> None:
    total = 'hydra:totalItems "3"^^<http://www.w3.org/2001/XMLSchema#integer>'
    for number, follow in ((1, "hydra:next"), (2, "hydra:nextPage"), (3, "")):
        link = f'{follow} "{web.url()}catalog.ttl?page={number + 1}"; ' if follow else ""
        web.answers[f"/catalog.ttl?page={number}"] = (
            PREFIXES
            + f"<#p{number}> a hydra:PagedCollection; {link} {total} .\n"
            + dataset(f"{number}")
        )
    source = make_source(web.url("/catalog.ttl?page=1"))
    found = read(source, tmp_path)
    assert keys(found) == [web.url(f"/{number}") for number in (1, 2, 3)]
    assert [page.declared_total for page in found] == [3, 3, 3]
    assert web.requests[0].headers["accept"].startswith("text/turtle")


def test_numbered_pages_end_with_one_that_has_no_record(web: Web, tmp_path: Path) -> None:
    web.answers["/c.ttl?page=1"] = PREFIXES + dataset("a")
    web.answers["/c.ttl?page=2"] = PREFIXES + dataset("b")
    web.answers["/c.ttl?page=3"] = PREFIXES + "<> a dcat:Catalog ."
    source = make_source(web.url("/c.ttl"), paging=Paging("page"))
    assert keys(read(source, tmp_path)) == [web.url("/a"), web.url("/b")]


def test_what_the_server_calls_it_counts(web: Web, tmp_path: Path) -> None:
    text = "<a> <http://purl.org/dc/terms/title> <<( <a> <b> <c> )>> . " + PREFIXES + dataset("a")
    web.answers["/data"] = Answer(text, 200, {"Content-Type": "text/turtle; charset=utf-8"})
    assert keys(read(make_source(web.url("/data")), tmp_path)) == [web.url("/a")]


def test_a_page_of_html_is_refused_by_its_title(web: Web, tmp_path: Path) -> None:
    web.answers["/data"] = "<!-- x --><!DOCTYPE html><html><title>Log in</title>"
    with pytest.raises(SourceError, match=r"is an HTML page, no RDF; its title is 'Log in'"):
        read(make_source(web.url("/data")), tmp_path)


def test_a_declared_total_that_is_no_number_is_none(folder: Path) -> None:
    for total in ('"many"', '"3", "4"', '"99999999999999"', "[]"):
        text = PREFIXES + f"<> hydra:totalItems {total} .\n" + dataset("a")
        assert read_text(text, folder)[0].declared_total is None


def test_latin_1_and_utf_16_are_read(folder: Path) -> None:
    xml = (
        '<?xml version="1.0" encoding="iso-8859-1"?><rdf:RDF xmlns:dct="http://purl.org/dc/terms/" '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="a">'
        "<dct:title>Crédito</dct:title></rdf:Description></rdf:RDF>"
    )
    (folder / "a.rdf").write_bytes(xml.encode("latin-1"))
    assert records(read(make_source("a.rdf"), folder))[0].fields["title"] == ("Crédito",)
    (folder / "b.ttl").write_bytes(('<b> <http://purl.org/dc/terms/title> "ő" .').encode("utf-16"))
    assert records(read(make_source("b.ttl"), folder))[0].fields["title"] == ("ő",)


def test_many_broken_lines_are_told_in_short(folder: Path) -> None:
    good = '<http://e.org/a> <http://purl.org/dc/terms/title> "A" .\n'
    found = read_text(good + "broken\n" * 25, folder, "a.nt")
    told = messages(found).split("\n")
    assert len(told) == 11
    assert told[0].startswith("a.nt: line 2: ")
    assert told[-1] == "a.nt: 15 further parts are broken"
