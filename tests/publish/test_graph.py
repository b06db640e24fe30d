"""The Oxigraph store."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import OutputError, ReleaseError
from pipeline.publish import graph_ntriples, graph_size, write_graph

LINES = [b'<https://example.org/%d> <https://example.org/p> "%d" .\n' % (n, n) for n in range(500)]


def test_graph_holds_every_source(tmp_path: Path) -> None:
    file = tmp_path / "catalogue.nt"
    file.write_bytes(b"".join(LINES))
    more = b'<https://example.org/a> <https://example.org/p> "\xc3\xa7"@pt .\n'
    assert write_graph(tmp_path, [file, more]) == 501
    assert graph_size(tmp_path) == 501
    assert graph_ntriples(tmp_path).encode() == b"".join(sorted([*LINES, more]))


@pytest.mark.parametrize("chunk_size", [1, 49, 50, 4096, 1 << 20])
def test_chunks_end_with_a_line(tmp_path: Path, chunk_size: int) -> None:
    file = tmp_path / "catalogue.nt"
    lines = LINES[:40]
    file.write_bytes(b"".join(lines).rstrip(b"\n"))  # the last line may lack its end
    assert write_graph(tmp_path, [file], chunk_size) == 40
    assert graph_ntriples(tmp_path).encode() == b"".join(sorted(lines))


def test_a_line_longer_than_chunk_and_buffer_stays_whole(tmp_path: Path) -> None:
    file = tmp_path / "catalogue.nt"
    file.write_bytes(b'<https://e.org/1> <https://e.org/p> "%s" .\n' % (b"x" * 1_000_000) * 2)
    assert write_graph(tmp_path, [file], 1000) == 1


def test_nothing_to_load_is_an_empty_graph(tmp_path: Path) -> None:
    (tmp_path / "catalogue.nt").touch()
    assert write_graph(tmp_path, [tmp_path / "catalogue.nt", b""]) == 0
    assert graph_ntriples(tmp_path) == ""


def test_reading_changes_nothing(tmp_path: Path) -> None:
    write_graph(tmp_path, [LINES[0]])
    before = {path: path.read_bytes() for path in (tmp_path / "graph").iterdir()}
    graph_size(tmp_path)
    assert {path: path.read_bytes() for path in (tmp_path / "graph").iterdir()} == before


def test_what_is_no_ntriples_is_an_output_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no N-Triples"):
        write_graph(tmp_path, [b"<a> <b>"])


def test_an_unwritable_place_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "graph").write_text("a file stands here")
    with pytest.raises(OutputError):
        write_graph(tmp_path, [])
    with pytest.raises(OutputError):
        write_graph(tmp_path / "other", [tmp_path / "missing.nt"])


def test_a_release_without_graph_is_a_release_error(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="cataloom run --again"):
        graph_size(tmp_path)
