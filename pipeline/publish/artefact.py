"""How a file of a release is written: counted, digested, gzip without name or time.

Whatever the operating system refuses (a full disk, a folder that may not be written) becomes
`OutputError`; nothing is swallowed. Syncing to the disk is left to `pipeline.release`.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from pipeline.record_parts import COMPRESSION_LEVEL
from pipeline.release import cannot_write

# Small writes are gathered before they reach the file and the compressor.
BUFFER_SIZE = 1 << 18


class Artefact(msgspec.Struct, frozen=True):
    """A file that has been written: its name in the release, size in bytes, SHA-256 (hex)."""

    name: str
    size: int
    sha256: str


class Sink:
    """An open file that counts and digests what is written to it."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()
        self._name = name
        self._size = 0

    def write(self, data: bytes) -> int:
        """Write all of `data`; return its length in bytes."""
        self._stream.write(data)
        self._digest.update(data)
        self._size += len(data)
        return len(data)

    def flush(self) -> None:
        """Hand to the operating system what is buffered."""
        self._stream.flush()

    def artefact(self) -> Artefact:
        """Return what has been written so far."""
        return Artefact(self._name, self._size, self._digest.hexdigest())


@contextlib.contextmanager
def opened(file: Path) -> Iterator[Sink]:
    """Open a new file of a release; raises `OutputError` where it cannot be written."""
    try:
        with file.open("wb", buffering=BUFFER_SIZE) as stream:
            yield Sink(stream, file.name)
    except OSError as error:
        raise cannot_write(file, error) from error


@contextlib.contextmanager
def packed(sink: Sink) -> Iterator[io.BufferedWriter]:
    """Yield a stream whose bytes reach `sink` as one gzip member without name, with mtime 0."""
    from isal import igzip

    with (
        igzip.IGzipFile("", "wb", COMPRESSION_LEVEL, sink, mtime=0) as member,
        io.BufferedWriter(member, BUFFER_SIZE) as stream,
    ):
        yield stream


def write_lines(file: Path, lines: Iterable[bytes]) -> Artefact:
    """Write `lines` (each with its line end) to a file."""
    with opened(file) as sink:
        for line in lines:
            sink.write(line)
    return sink.artefact()


def write_packed(file: Path, pieces: Iterable[bytes]) -> Artefact:
    """Write `pieces` to a gzip file."""
    with opened(file) as sink, packed(sink) as inner:
        for piece in pieces:
            inner.write(piece)
    return sink.artefact()
