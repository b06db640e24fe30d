"""N3.js, jsonld.js, rdfxml-streaming-parser and rdf-validate-shacl over what a release holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.clients

ROOT = Path(__file__).parents[2]
BASE = "https://w3id.org/sepm-resources/"
SEVERITIES = {"violation": "Violation", "warning": "Warning", "info": "Info"}
GOLDEN = ROOT / "tests" / "golden" / "validate"
# It takes what is no N-Triples for no data at all, where we go on with the other lines.
UNREADABLE = {"unreadable"}
CASES = sorted(one.name for one in GOLDEN.iterdir() if one.is_dir() and one.name not in UNREADABLE)

Triples = frozenset[str]


@pytest.mark.parametrize(
    ("client", "suffix"),
    [
        ("n3", "ttl"),
        ("n3", "nt"),
        ("jsonld", "jsonld"),
        ("rdfxml-streaming-parser", "rdf"),
    ],
)
def test_the_four_dumps_are_one_graph(
    client: str,
    suffix: str,
    either: Path,
    run_node: Callable[..., bytes],
    read_ntriples: Callable[[bytes | Path], Triples],
) -> None:
    expected = read_ntriples(either / "catalogue.nt")
    read = run_node("triples.mjs", either / f"catalogue.{suffix}", package=client)
    assert read_ntriples(read) == expected
    assert len(read.splitlines()) == len(expected)  # nothing is said twice


@pytest.mark.parametrize("name", ["vocabulary", "dataset"])
def test_n3_reads_vocabulary_and_dataset(
    name: str,
    either: Path,
    run_node: Callable[..., bytes],
    read_ntriples: Callable[[bytes | Path], Triples],
    read_turtle: Callable[[Path], Triples],
) -> None:
    file = either / f"{name}.ttl"
    read = run_node("triples.mjs", file, package="n3")
    assert read_ntriples(read) == read_turtle(file)


def test_jsonld_refuses_a_context_elsewhere(
    release: Path, tmp_path: Path, run_node: Callable[..., bytes]
) -> None:
    """The loader of our script really is the one that is asked."""
    file = tmp_path / "catalogue.jsonld"
    document = json.loads((release / "catalogue.jsonld").read_text("utf-8"))
    file.write_text(json.dumps({**document, "@context": "https://example.org/context"}))
    with pytest.raises(AssertionError, match=r"wants https://example\.org/context to be loaded"):
        run_node("triples.mjs", file, package="jsonld")


# rdf-validate-shacl takes 30 February for an xsd:date; pyshacl finds it, as we do.
LENIENT = {(f"{BASE}resource/listing-cccccccccc", f"{BASE}shape/issued-form", "Violation")}


def _validate(run_node: Callable[..., bytes], *data: Path) -> tuple[bool, list[list[str]]]:
    output = run_node("shacl.mjs", BASE, ROOT / "shapes", *data, package="rdf-validate-shacl")
    report = json.loads(output)
    return report["conforms"], sorted(report["results"])


def test_a_third_engine_says_that_the_release_conforms(
    release: Path, run_node: Callable[..., bytes]
) -> None:
    names = ("catalogue.nt", "vocabulary.ttl", "dataset.ttl")
    assert _validate(run_node, *(release / name for name in names)) == (True, [])
    assert "sh:conforms true" in (release / "validation.ttl").read_text("utf-8")


@pytest.mark.parametrize("case", CASES)
def test_a_third_engine_finds_what_ours_finds(case: str, run_node: Callable[..., bytes]) -> None:
    from pipeline.validate import compile_shapes, find_results
    from pipeline.vocabulary import Vocabulary

    vocabulary, data = GOLDEN / "vocabulary.nt", GOLDEN / case / "data.nt"
    concepts = Vocabulary(
        concepts={}, schemes={}, ntriples=vocabulary.read_text("utf-8"), language_iris={}, digest=""
    )
    checker = compile_shapes(ROOT, BASE, concepts)
    ours = sorted(
        [one.focus.strip("<>"), one.shape, SEVERITIES.get(one.severity, one.severity)]
        for one in find_results(data.read_text("utf-8"), checker)
        if one.record
    )
    _, results = _validate(run_node, vocabulary, data)
    about = f"{BASE}record/", f"{BASE}resource/"
    found = {(focus, shape, severity.split("#")[-1]) for focus, shape, severity in ours}
    expected = {one for one in found if one[0].startswith(about)} - LENIENT
    assert expected == {tuple(one) for one in results if one[0].startswith(about)}
