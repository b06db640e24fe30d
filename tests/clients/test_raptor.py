"""rapper, xmllint and the checksum tools of every Unix, over what a release holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.clients

SYNTAXES = {"nt": "ntriples", "ttl": "turtle", "rdf": "rdfxml"}

Run = Callable[..., bytes]
Triples = frozenset[str]


@pytest.mark.parametrize("suffix", SYNTAXES)
def test_rapper_reads_the_same_graph(
    suffix: str, either: Path, run: Run, read_ntriples: Callable[[bytes | Path], Triples]
) -> None:
    file = either / f"catalogue.{suffix}"
    read = run("rapper", "--quiet", "--input", SYNTAXES[suffix], "--output", "ntriples", file)
    expected = read_ntriples(either / "catalogue.nt")
    assert read_ntriples(read) == expected
    assert len(read.splitlines()) == len(expected)


@pytest.mark.parametrize("name", ["vocabulary", "dataset"])
def test_rapper_reads_vocabulary_and_dataset(
    name: str,
    either: Path,
    run: Run,
    read_ntriples: Callable[[bytes | Path], Triples],
    read_turtle: Callable[[Path], Triples],
) -> None:
    file = either / f"{name}.ttl"
    read = run("rapper", "--quiet", "--input", "turtle", "--output", "ntriples", file)
    assert read_ntriples(read) == read_turtle(file)


def test_xmllint_finds_the_rdf_well_formed(either: Path, run: Run) -> None:
    assert run("xmllint", "--noout", "--nonet", either / "catalogue.rdf") == b""


def test_the_compressed_files_are_whole(either: Path, run: Run) -> None:
    compressed = sorted(either.rglob("*.gz"))
    assert len(compressed) >= 5
    run("gzip", "--test", *compressed)
    for file in compressed:
        plain = file.with_suffix("")
        if plain.is_file():
            assert run("gzip", "--decompress", "--stdout", file) == plain.read_bytes(), file.name


def test_sha256sum_agrees_with_the_manifest(either: Path, run: Run, tmp_path: Path) -> None:
    files = json.loads((either / "manifest.json").read_text("utf-8"))["files"]
    sums = tmp_path / "sums"
    lines = [f"{_digest(stated)}  {either / name}\n" for name, stated in files.items()]
    sums.write_text("".join(lines), encoding="utf-8")
    answer = run("sha256sum", "--check", "--strict", sums).decode()
    assert answer.count(": OK\n") == len(files) >= 15


def _digest(stated: str | dict[str, str]) -> str:
    return stated if isinstance(stated, str) else stated["sha256"]
