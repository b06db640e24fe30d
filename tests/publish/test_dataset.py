"""`dataset.ttl`, against the project's own shapes and DCAT-AP's official ones."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pyoxigraph
import pytest

from pipeline.publish import Artefact, Description, dataset_ntriples, write_dataset
from pipeline.publish.vocabulary_dump import write_vocabulary
from pipeline.settings import Catalogue, Publisher, Rights, Source
from pipeline.vocabulary import Vocabulary

ROOT = Path(__file__).parents[2]
OWN_SHAPES = ("catalogue", "dataset", "distribution", "values")
SUFFIXES = ("nt", "nt.gz", "ttl", "ttl.gz", "jsonld", "jsonld.gz", "rdf", "rdf.gz")
SHACL = "http://www.w3.org/ns/shacl#"
DCAT = "http://www.w3.org/ns/dcat#"


@pytest.fixture
def description(
    base: str, catalogue: Catalogue, source: Source, vocabulary: Vocabulary
) -> Description:
    return Description(
        catalogue=catalogue,
        sources=(source,),
        vocabulary=vocabulary,
        release="20261124T190000Z",
        issued="2026-11-23T19:00:00Z",
        modified="2026-11-24T19:00:00Z",
        records=33,
        triples=500,
        dumps=tuple(Artefact(f"catalogue.{one}", 10, "ab" * 32) for one in SUFFIXES),
        languages=("pt", "en", "qaa", ""),
        themes=(f"{base}subject/collections",),
    )


def _objects(ntriples: bytes, subject: str, predicate: str) -> list[str]:
    return sorted(
        str(quad.object)
        for quad in pyoxigraph.parse(input=ntriples, format=pyoxigraph.RdfFormat.N_TRIPLES)
        if str(quad.subject) == f"<{subject}>" and quad.predicate.value == predicate
    )


def test_file_and_ntriples_are_the_same_graph(tmp_path: Path, description: Description) -> None:
    ntriples = dataset_ntriples(description)
    artefact = write_dataset(tmp_path, ntriples)
    data = (tmp_path / "dataset.ttl").read_bytes()
    assert artefact.size == len(data)
    read = pyoxigraph.parse(input=data, format=pyoxigraph.RdfFormat.TURTLE)
    assert sorted(f"{quad.triple} .\n".encode() for quad in read) == ntriples.splitlines(True)
    assert b"_:" not in ntriples


def test_each_dump_is_a_distribution(base: str, description: Description) -> None:
    ntriples = dataset_ntriples(description)
    assert len(_objects(ntriples, f"{base}dataset", DCAT + "distribution")) == len(SUFFIXES)
    node = f"{base}dataset#ttl-gz"
    assert _objects(ntriples, node, DCAT + "downloadURL") == [f"<{base}dump/catalogue.ttl.gz>"]
    assert _objects(ntriples, node, DCAT + "compressFormat") == [
        "<https://www.iana.org/assignments/media-types/application/gzip>"
    ]
    assert _objects(ntriples, f"{base}dataset#ttl", DCAT + "compressFormat") == []


def test_languages_without_an_authority_are_lexvos_or_left_out(
    base: str, description: Description
) -> None:
    assert _objects(
        dataset_ntriples(description), f"{base}dataset", "http://purl.org/dc/terms/language"
    ) == [
        "<http://lexvo.org/id/iso639-3/qaa>",
        "<http://publications.europa.eu/resource/authority/language/ENG>",
        "<http://publications.europa.eu/resource/authority/language/POR>",
    ]


def test_little_settings_are_enough(
    base: str, description: Description, catalogue: Catalogue
) -> None:
    bare = msgspec.structs.replace(
        catalogue,
        description={},
        homepage="",
        publisher=Publisher("P"),
        contact="https://example.org/contact",
    )
    source = Source(kind="text-listing", location="a", languages=("en",), name="a", rights=Rights())
    ntriples = dataset_ntriples(
        msgspec.structs.replace(description, catalogue=bare, sources=(source,), dumps=())
    )
    vcard = "http://www.w3.org/2006/vcard/ns#"
    assert _objects(ntriples, f"{base}catalogue#contact", vcard + "hasURL") == [
        "<https://example.org/contact>"
    ]
    assert _objects(ntriples, f"{base}dataset#source-a", "http://purl.org/dc/terms/title") == [
        '"a"'
    ]


def _results(data: bytes, shapes: list[Path], base: str) -> list[tuple[str, str, str]]:
    """Return severity, focus node and path of each result that stands in the report itself."""
    import pyshacl
    import rdflib

    graph = rdflib.Graph()
    for file in shapes:
        graph.parse(file, format="turtle", publicID=base)
    _, report, _ = pyshacl.validate(
        rdflib.Graph().parse(data=data, format="nt"), shacl_graph=graph, allow_warnings=True
    )
    assert isinstance(report, rdflib.Graph)
    return sorted(
        (
            str(report.value(node, rdflib.URIRef(SHACL + "resultSeverity"))).removeprefix(SHACL),
            str(report.value(node, rdflib.URIRef(SHACL + "focusNode"))),
            str(report.value(node, rdflib.URIRef(SHACL + "resultPath"))),
        )
        for node in report.objects(None, rdflib.URIRef(SHACL + "result"))
    )


@pytest.fixture
def official(shared: Path) -> Path:
    folder = shared / "dcat" / "dcat-ap-3.0.1-shacl"
    folder = folder if folder.is_dir() else shared / "samples" / "dcat" / "dcat-ap-3.0.1-shacl"
    if not folder.is_dir():
        pytest.skip("DCAT-AP's official shapes are not beside this checkout")
    return folder


def test_conforms_to_our_own_shapes(base: str, description: Description) -> None:
    files = [ROOT / "shapes" / f"{name}.ttl" for name in OWN_SHAPES]
    assert _results(dataset_ntriples(description), files, base) == []


@pytest.mark.parametrize("names", [("shapes", "range"), ("deprecateduris",)])
def test_conforms_to_dcat_ap(
    base: str, description: Description, official: Path, names: tuple[str, ...]
) -> None:
    # These need no import: every class that they ask for is stated in the file itself.
    files = [official / f"{name}.ttl" for name in names]
    assert _results(dataset_ntriples(description), files, base) == []


def test_recommendations_that_are_not_followed(
    base: str, description: Description, official: Path
) -> None:
    results = _results(dataset_ntriples(description), [official / "shapes_recommended.ttl"], base)
    assert {severity for severity, _, _ in results} == {"Warning"}
    # Settings do not hold a place, a period, kinds of publisher and licence, or a promise to last.
    assert {path.rpartition("/")[2] for _, _, path in results} == {
        "availability", "spatial", "temporal", "type",
    }  # fmt: skip


def test_controlled_vocabularies(base: str, description: Description, official: Path) -> None:
    # These shapes need the EU's code lists (the owl:imports of mdr_imports.ttl); without the
    # network the file states itself which list its languages and file types are from. A publisher
    # or theme outside of the EU's lists is a warning of theirs. Their checksum shape asks for an
    # algorithm whose IRI begins with https://spdx.org, which no term of SPDX does.
    results = _results(
        dataset_ntriples(msgspec.structs.replace(description, languages=("en", "pt"))),
        [official / "mdr-vocabularies.shape.ttl"],
        base,
    )
    violations = [(node, path) for severity, node, path in results if severity == "Violation"]
    assert {path for _, path in violations} == {"http://spdx.org/rdf/terms#algorithm"}
    assert len(violations) == len(SUFFIXES)
    warnings = {path.rpartition("/")[2] for severity, _, path in results if severity == "Warning"}
    assert warnings == {"publisher", "dcat#theme", "dcat#themeTaxonomy"}


def test_vocabulary_is_written_as_turtle(tmp_path: Path, vocabulary: Vocabulary) -> None:
    write_vocabulary(tmp_path, vocabulary)
    data = (tmp_path / "vocabulary.ttl").read_bytes()
    read = pyoxigraph.parse(input=data, format=pyoxigraph.RdfFormat.TURTLE)
    assert "".join(sorted(f"{quad.triple} .\n" for quad in read)) == vocabulary.ntriples
    assert b"a skos:Concept ;" in data
