"""The dumps, read by clients of other makers: each gives the triples of our N-Triples."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clients.conftest import Run, Triples

pytestmark = pytest.mark.clients

Read = Callable[[bytes | Path], Triples]
SYNTAXES = (("nt", "ntriples"), ("ttl", "turtle"), ("rdf", "rdfxml"))
DUMPS = ("nt", "ttl", "jsonld", "rdf")


@pytest.mark.parametrize(
    ("suffix", "package"),
    [("nt", "n3"), ("ttl", "n3"), ("jsonld", "jsonld"), ("rdf", "rdfxml-streaming-parser")],
)
def test_node_clients_read_the_same_graph(
    either: Path, run_node: Run, read_ntriples: Read, suffix: str, package: str
) -> None:
    found = run_node("triples.mjs", either / f"catalogue.{suffix}", package=package)
    assert read_ntriples(found) == read_ntriples(either / "catalogue.nt")


@pytest.mark.parametrize("name", ["vocabulary.ttl", "dataset.ttl"])
def test_n3_reads_the_other_turtle_files(
    release: Path, run_node: Run, read_ntriples: Read, read_turtle: Read, name: str
) -> None:
    found = run_node("triples.mjs", release / name, package="n3")
    assert read_ntriples(found) == read_turtle(release / name)


@pytest.mark.parametrize(
    ("suffix", "form"), [("nt", "ntriples"), ("ttl", "turtle"), ("rdf", "rdfxml")]
)
def test_rapper_reads_the_same_graph(
    either: Path, run: Run, read_ntriples: Read, suffix: str, form: str
) -> None:
    file = either / f"catalogue.{suffix}"
    found = run("rapper", "-q", "-i", form, "-o", "ntriples", file)
    assert len(read_ntriples(found)) == len(read_ntriples(either / "catalogue.nt"))


@pytest.mark.parametrize(
    ("suffix", "form"), [("nt", "ntriples"), ("ttl", "turtle"), ("rdf", "rdfxml")]
)
def test_perls_trine_reads_the_same_number_of_triples(
    release: Path, run: Run, read_ntriples: Read, suffix: str, form: str
) -> None:
    import subprocess

    try:
        subprocess.run(["perl", "-MRDF::Trine", "-e", "1"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("RDF::Trine is not installed: tests/clients/install brings it")
    script = Path(__file__).parent / "read.pl"
    found = run("perl", script, "trine", form, release / f"catalogue.{suffix}")
    assert len(read_ntriples(found)) == len(read_ntriples(release / "catalogue.nt"))


def test_rdfxml_is_well_formed(either: Path, run: Run) -> None:
    run("xmllint", "--noout", "--nonet", either / "catalogue.rdf")


@pytest.mark.parametrize("suffix", DUMPS)
def test_gzip_finds_the_packed_dumps_whole(release: Path, run: Run, suffix: str) -> None:
    file = release / f"catalogue.{suffix}"
    assert run("gzip", "-dc", f"{file}.gz") == file.read_bytes()


def test_sha256sum_agrees_with_the_manifest(release: Path, run: Run, tmp_path: Path) -> None:
    files = json.loads((release / "manifest.json").read_bytes())["files"]
    sums = tmp_path / "sums"
    lines = (f"{entry['sha256']}  {release / name}\n" for name, entry in files.items())
    sums.write_text("".join(lines), "utf-8")
    run("sha256sum", "--quiet", "-c", sums)


def test_a_third_engine_finds_that_the_release_conforms(release: Path, run_node: Run) -> None:
    base = json.loads((release / "manifest.json").read_bytes())["base"]
    shapes = release.parents[1] / "shapes"
    shapes = shapes if shapes.is_dir() else release.resolve().parents[2] / "shapes"
    data = [release / name for name in ("catalogue.nt", "vocabulary.ttl", "dataset.ttl")]
    report = json.loads(run_node("shacl.mjs", base, shapes, *data, package="rdf-validate-shacl"))
    assert report == {"conforms": True, "results": []}
