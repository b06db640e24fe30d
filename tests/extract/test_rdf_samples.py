"""Real documents: the counts that docs/sources/rdf.md tells, and what must hold of each."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from pipeline.errors import SourceError
from pipeline.extract.access import Access
from pipeline.extract.payloads import Payload
from pipeline.extract.rdf import pages
from pipeline.extract.rdf_parse import parse
from pipeline.extract.rdf_syntax import recognise
from pipeline.model import Page, SourceRecord
from pipeline.settings import Source
from tests.conftest import ROOT

DOCUMENT = ROOT / "docs" / "sources" / "rdf.md"
ROW = re.compile(r"^\| `(\w+\.\w+)` \| (\d+) \| ([^|]+) \|$", re.MULTILINE)
TOLD = {name: (int(count), titles) for name, count, titles in ROW.findall(DOCUMENT.read_text())}
NO_CONTEXT = "noContext.json"


def read(path: Path, payloads: Path) -> list[Page]:
    source = Source(kind="rdf", location=path.name, languages=("en", "de"), name="demo")
    return list(pages(source, Access(path.parent, payloads)))


def records(found: list[Page]) -> list[SourceRecord]:
    return [record for page in found for record in page.records]


def titles(found: list[Page]) -> str:
    counts: Counter[str] = Counter()
    for record in records(found):
        given = record.fields.get("title", ())
        counts.update(record.languages.get("title", ("",) * len(given)))
    return ", ".join(f"{tag or 'none'} {count}" for tag, count in sorted(counts.items()))


def test_the_document_tells_of_every_file(shared: Path) -> None:
    folder = shared / "samples" / "dcat" / "catalogues"
    assert set(TOLD) == {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("name", TOLD)
def test_catalogues(name: str, shared: Path, payloads: Path) -> None:
    path = shared / "samples" / "dcat" / "catalogues" / name
    count, told = TOLD[name]
    if not count:
        with pytest.raises(SourceError, match=told):
            read(path, payloads)
        return
    found = read(path, payloads)
    assert (len(records(found)), titles(found)) == (count, told)
    for record in records(found):
        assert record.key.startswith(("http://", "https://"))
        assert {"title", "description", "page"} <= set(record.fields)
        assert not [issue for issue in record.issues if issue.severity != "info"]
        assert not any(
            value.startswith("_:") for given in record.fields.values() for value in given
        )
    assert not [issue for page in found for issue in page.issues if issue.severity != "info"]


def test_the_catalogue_of_several_languages_keeps_them_all(shared: Path, payloads: Path) -> None:
    path = shared / "samples" / "dcat" / "catalogues" / "dataset_multilingual.ttl"
    (record,) = records(read(path, payloads))
    for field in ("title", "description", "provenance", "rights"):
        assert sorted(record.languages[field]) == ["ca", "en", "es"]
    assert Counter(record.languages["subject"]) == {"ca": 2, "en": 2, "es": 2}


@pytest.mark.parametrize("part", ["valid", "invalid"])
def test_amb(part: str, shared: Path, payloads: Path) -> None:
    paths = sorted((shared / "samples" / "dcat" / "amb_examples" / "examples" / part).iterdir())
    assert len(paths) == {"valid": 33, "invalid": 35}[part]
    for path in paths:
        if path.name == NO_CONTEXT:
            with pytest.raises(SourceError, match="has no '@context'"):
                read(path, payloads)
            continue
        (record,) = records(read(path, payloads))
        assert record.key.startswith(("http://", "https://")), path.name
        assert len(record.fields["title"]) == 1, path.name
        assert record.fields["page"], path.name


def test_amb_as_one_source(shared: Path, payloads: Path) -> None:
    folder = shared / "samples" / "dcat" / "amb_examples"
    source = Source(kind="rdf", location="examples/*/*.json", languages=("de",), name="demo")
    found = list(pages(source, Access(folder, payloads)))
    assert len(records(found)) == 67
    told = [issue.message for page in found for issue in page.issues if issue.severity == "warning"]
    assert sum(NO_CONTEXT in message for message in told) == 1
    assert any("assessesWithoutURI.json: node 1" in message for message in told)


@pytest.mark.parametrize(
    ("folder", "count"), [("dcat/dcat-ap-3.0.1-shacl", 7), ("vocabularies", 35)]
)
def test_shapes_and_vocabularies_are_parsed(folder: str, count: int, shared: Path) -> None:
    paths = [
        path for path in sorted((shared / "samples" / folder).rglob("*"))
        if path.suffix in {".ttl", ".nt"}
    ]  # fmt: skip
    assert len(paths) == count
    for path in paths:
        text = path.read_text("utf-8")
        syntax = recognise(Payload("", b"", ""), text).syntax
        parsed = parse(text, syntax, "", path.name)
        assert parsed.graph.statements, path.name
        assert not parsed.problems, path.name


def test_language_tables_are_no_rdf(shared: Path) -> None:
    for path in (shared / "samples" / "vocabularies" / "iso639").iterdir():
        with pytest.raises(SourceError, match="no RDF that is recognised"):
            recognise(Payload(path.name, b"", ""), path.read_text("utf-8"))


@pytest.mark.slow
def test_our_own_dumps_give_our_own_records(own_release: Path, payloads: Path) -> None:
    folder = own_release / "output" / "current"
    found = {}
    for name in ("catalogue.ttl", "catalogue.jsonld", "catalogue.nt", "catalogue.rdf"):
        given = records(read(folder / name, payloads))
        found[name] = {
            record.key: {field: sorted(values) for field, values in record.fields.items()}
            for record in given
        }
        assert len(found[name]) == len(given) == 33
    assert found["catalogue.ttl"] == found["catalogue.nt"] == found["catalogue.rdf"]
    assert found["catalogue.ttl"] == found["catalogue.jsonld"]
    for fields in found["catalogue.ttl"].values():
        assert {"title", "description", "page"} <= set(fields)
