"""The four dumps and what reads them back."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pytest

from pipeline.errors import OutputError
from pipeline.publish import Dumps, Frame, PartDump, verify_dumps, write_dumps
from pipeline.publish.artefact import opened

TITLE = "http://purl.org/dc/terms/title"
FRAMES = {
    "ttl": Frame(head=b"@prefix dcterms: <http://purl.org/dc/terms/> .\n\n"),
    "jsonld": Frame(
        head=b'{"@context":{"title":"%s"},"@graph":[\n' % TITLE.encode(),
        separator=b",\n",
        tail=b"\n]}\n",
    ),
    "rdf": Frame(
        head=b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        b' xmlns:dcterms="http://purl.org/dc/terms/">\n',
        tail=b"</rdf:RDF>\n",
    ),
}


def _pieces(node: str, title: str) -> dict[str, str]:
    return {
        "nt": f'<{node}> <{TITLE}> "{title}" .\n',
        "ttl": f'<{node}> dcterms:title "{title}" .\n',
        "jsonld": f'{{"@id":"{node}","title":"{title}"}}',
        "rdf": f'<rdf:Description rdf:about="{node}"><dcterms:title>{title}</dcterms:title>'
        "</rdf:Description>\n",
    }


def _part(folder: Path, number: int, titles: list[str]) -> PartDump:
    folder.mkdir(exist_ok=True)
    written = [
        _pieces(f"https://example.org/{number}-{index}", title)
        for index, title in enumerate(titles)
    ]
    paths = {}
    for name in ("nt", "ttl", "jsonld", "rdf"):
        paths[name] = folder / f"{number}.{name}"
        separator = ",\n" if name == "jsonld" else ""
        paths[name].write_text(separator.join(one[name] for one in written), "utf-8")
    return PartDump(paths, len(titles), len(titles))


def _write(folder: Path, parts: list[list[str]]) -> Dumps:
    target = folder / "release"
    target.mkdir(parents=True)
    made = [_part(folder / "pieces", number, titles) for number, titles in enumerate(parts)]
    return write_dumps(target, made, FRAMES)


def test_dumps_are_the_same_graph(tmp_path: Path) -> None:
    dumps = _write(tmp_path, [["A", "Guía"], [], ["Cobrança"], []])
    assert (dumps.records, dumps.triples) == (3, 3)
    assert verify_dumps(tmp_path / "release") == []


def test_a_catalogue_without_records_is_valid_too(tmp_path: Path) -> None:
    assert _write(tmp_path, [[], []]).records == 0
    assert verify_dumps(tmp_path / "release") == []


def test_artefacts_tell_size_and_digest(tmp_path: Path) -> None:
    dumps = _write(tmp_path, [["A"]])
    assert [file.name for file in dumps.files] == [
        "catalogue.nt", "catalogue.nt.gz", "catalogue.ttl", "catalogue.ttl.gz",
        "catalogue.jsonld", "catalogue.jsonld.gz", "catalogue.rdf", "catalogue.rdf.gz",
    ]  # fmt: skip
    for file in dumps.files:
        data = (tmp_path / "release" / file.name).read_bytes()
        assert (file.size, file.sha256) == (len(data), hashlib.sha256(data).hexdigest())


def test_gzip_has_no_name_and_no_time_and_python_reads_it(tmp_path: Path) -> None:
    _write(tmp_path, [["A" * 3_000_000, "B"]])
    plain = (tmp_path / "release" / "catalogue.nt").read_bytes()
    packed = (tmp_path / "release" / "catalogue.nt.gz").read_bytes()
    assert gzip.decompress(packed) == plain
    flags, mtime = packed[3], packed[4:8]
    assert (flags, mtime) == (0, b"\0\0\0\0")


def test_same_pieces_same_bytes(tmp_path: Path) -> None:
    parts = [["A", "B"], ["C"]]
    assert _write(tmp_path / "one", parts).files == _write(tmp_path / "two", parts).files


def test_a_disk_that_refuses_is_an_output_error(tmp_path: Path) -> None:
    target = tmp_path / "release"
    target.mkdir()
    (target / "catalogue.nt").symlink_to("/dev/full")
    with pytest.raises(OutputError, match="No space left"):
        write_dumps(target, [_part(tmp_path / "pieces", 0, ["A" * 1_000_000])], FRAMES)


def test_a_missing_piece_is_an_output_error(tmp_path: Path) -> None:
    part = _part(tmp_path / "pieces", 0, ["A"])
    part.pieces["ttl"].unlink()
    with pytest.raises(OutputError, match=r"0\.ttl"):
        write_dumps(tmp_path, [part], FRAMES)


@pytest.fixture
def release(tmp_path: Path) -> Path:
    _write(tmp_path, [["A", "B"]])
    return tmp_path / "release"


def test_verify_finds_a_triple_that_one_dump_lacks(release: Path) -> None:
    file = release / "catalogue.ttl"
    file.write_text(file.read_text().replace('"B"', '"C"'))
    problems = verify_dumps(release)
    assert any("lacks 1" in line and '"B"' in line for line in problems)
    assert any("1 triples that the N-Triples lack" in line and '"C"' in line for line in problems)
    assert any(line.startswith("catalogue.ttl.gz: is not") for line in problems)


def test_verify_counts_where_there_are_too_many_to_compare(release: Path) -> None:
    assert verify_dumps(release, compared=1) == []
    file = release / "catalogue.ttl"
    file.write_text(file.read_text() + '<https://example.org/x> dcterms:title "X" .\n')
    assert "catalogue.ttl: 3 triples, the N-Triples have 2" in verify_dumps(release, compared=1)


def test_verify_tells_what_cannot_be_read(release: Path) -> None:
    (release / "catalogue.jsonld").write_text("{")
    (release / "catalogue.rdf").unlink()
    (release / "catalogue.nt.gz").write_bytes(b"no gzip")
    (release / "catalogue.ttl.gz").write_bytes((release / "catalogue.ttl.gz").read_bytes()[:20])
    problems = verify_dumps(release)
    assert [line.split(":")[0] for line in problems] == [
        "catalogue.nt.gz", "catalogue.ttl.gz", "catalogue.jsonld", "catalogue.rdf",
    ]  # fmt: skip
    (release / "catalogue.nt").write_text("broken")
    assert verify_dumps(release)[0].startswith("catalogue.nt: cannot be read back")
    (release / "catalogue.nt").unlink()
    assert verify_dumps(release)[0].startswith("catalogue.nt: cannot be read back")


def test_what_is_flushed_is_on_its_way(tmp_path: Path) -> None:
    with opened(tmp_path / "file") as sink:
        sink.write(b"begun")
        sink.flush()
        assert (tmp_path / "file").read_bytes() == b"begun"
        assert sink.artefact().size == 5
