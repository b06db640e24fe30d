"""`graph/`: the Oxigraph store that answers SPARQL; all of it in the default graph."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import OutputError, ReleaseError, show_path
from pipeline.publish.artefact import BUFFER_SIZE
from pipeline.release import AGAIN, cannot_write

if TYPE_CHECKING:
    import pyoxigraph
    from _typeshed import WriteableBuffer

GRAPH_FOLDER = "graph"
# The store holds a chunk in memory, some five times its size, until it is on the disk. Measured on
# 261 MB of N-Triples: chunks of 128 MB peak at 650 MB, these at 355 MB for 12 % more CPU.
CHUNK_SIZE = 64 << 20


def write_graph(folder: Path, sources: Iterable[Path | bytes], chunk_size: int = CHUNK_SIZE) -> int:
    """Load N-Triples (files, or bytes) into a new store in `folder`/graph; return its triples.

    The store is flushed and closed: from now on it is only opened to be read. Raises `OutputError`
    where it cannot be written, or where a source is no N-Triples.
    """
    import pyoxigraph

    target = folder / GRAPH_FOLDER
    try:
        store = pyoxigraph.Store(target)
        for source in sources:
            if isinstance(source, bytes):
                store.bulk_load(input=source, format=pyoxigraph.RdfFormat.N_TRIPLES)
                continue
            with source.open("rb") as stream:
                size = source.stat().st_size
                while stream.tell() < size:
                    window = io.BufferedReader(_Lines(stream, chunk_size), BUFFER_SIZE)
                    store.bulk_load(input=window, format=pyoxigraph.RdfFormat.N_TRIPLES)
        store.flush()
        count = len(store)
    except OSError as error:
        raise cannot_write(target, error) from error
    except (SyntaxError, ValueError) as error:
        raise OutputError(
            f"what should be loaded is no N-Triples: {error}",
            where=show_path(target),
            next_step="report this as a bug of Cataloom, with the record that the message shows",
        ) from error
    return count


def graph_size(folder: Path) -> int:
    """Return the number of triples of a release's graph; raises `ReleaseError`."""
    return len(_read_only(folder))


def graph_ntriples(folder: Path) -> str:
    """Return a release's whole graph as sorted N-Triples, to be compared; raises `ReleaseError`."""
    return "".join(sorted(f"{quad.triple} .\n" for quad in _read_only(folder)))


def _read_only(folder: Path) -> pyoxigraph.Store:
    import pyoxigraph

    try:
        return pyoxigraph.Store.read_only(str(folder / GRAPH_FOLDER))
    except OSError as error:
        raise ReleaseError(
            f"the graph cannot be opened: {error}",
            where=show_path(folder / GRAPH_FOLDER),
            next_step=AGAIN,
        ) from error


class _Lines(io.RawIOBase):
    """The next lines of a stream, about `size` bytes and never half a line."""

    def __init__(self, stream: io.BufferedReader, size: int) -> None:
        self._stream = stream
        self._left = size
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        if self._ended:
            return 0
        if self._left > 0:
            block = self._stream.read(min(len(view), self._left))
            self._left -= len(block)
        else:
            block = self._stream.readline(len(view))
        self._ended = not block or (self._left <= 0 and block.endswith(b"\n"))
        view[: len(block)] = block
        return len(block)
