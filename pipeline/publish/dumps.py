"""`catalogue.nt`, `.ttl`, `.jsonld`, `.rdf` and their `.gz`: the records' graph, four times.

The records were written where they were mapped, a piece a part and format; here the pieces are put
between head and tail, compressed and digested, all in one pass.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from pipeline.publish.artefact import Artefact, opened, packed

NTRIPLES = "nt"
TURTLE = "ttl"
JSONLD = "jsonld"
RDFXML = "rdf"
FORMATS = (NTRIPLES, TURTLE, JSONLD, RDFXML)
READ_SIZE = 1 << 20


class Frame(msgspec.Struct, frozen=True):
    """What stands before, between and after the pieces of a dump."""

    head: bytes = b""
    separator: bytes = b""
    tail: bytes = b""


class PartDump(msgspec.Struct, frozen=True):
    """One part's records, written: format (`nt`, `ttl`, `jsonld`, `rdf`) -> file of its bytes.

    An empty file is a part without records. `triples` is the number of lines of the N-Triples.
    """

    pieces: Mapping[str, Path]
    records: int
    triples: int


class Dumps(msgspec.Struct, frozen=True):
    """The dumps of a release, the plain file before its `.gz`, and what they hold."""

    files: tuple[Artefact, ...]
    records: int
    triples: int


def write_dumps(folder: Path, parts: Iterable[PartDump], frames: Mapping[str, Frame]) -> Dumps:
    """Write the four dumps and their `.gz` into the release `folder`; order of parts is kept.

    `frames` maps formats to what surrounds the pieces (none: nothing does). Raises `OutputError`.
    """
    parts = list(parts)

    def join(name: str) -> tuple[Artefact, Artefact]:
        paths = [part.pieces[name] for part in parts]
        return _write(folder / f"catalogue.{name}", _joined(paths, frames.get(name, Frame())))

    # The compressor and the digest leave the interpreter to the other dumps meanwhile.
    with ThreadPoolExecutor(min(len(FORMATS), os.cpu_count() or 1)) as pool:
        files = tuple(file for pair in pool.map(join, FORMATS) for file in pair)
    return Dumps(
        files=files,
        records=sum(part.records for part in parts),
        triples=sum(part.triples for part in parts),
    )


def _joined(paths: Iterable[Path], frame: Frame) -> Iterator[bytes]:
    yield frame.head
    first = True
    for path in paths:
        with path.open("rb") as stream:
            block = stream.read(READ_SIZE)
            if block and not first:
                yield frame.separator
            while block:
                first = False
                yield block
                block = stream.read(READ_SIZE)
    yield frame.tail


def _write(file: Path, blocks: Iterable[bytes]) -> tuple[Artefact, Artefact]:
    with (
        opened(file) as plain,
        opened(file.with_name(f"{file.name}.gz")) as squeezed,
        packed(squeezed) as stream,
    ):
        for block in blocks:
            plain.write(block)
            stream.write(block)
    return plain.artefact(), squeezed.artefact()
