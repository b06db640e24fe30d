"""`graph/` from that of the release before: what has gone is taken out, what has come is put in.

Making the store anew takes as long as writing all dumps; after a run that changed little nearly all
of it is as it was. Its tables are never changed once they are written, so the new store links them.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pipeline.errors import ReleaseError
from pipeline.manifest import digest_of, read_manifest
from pipeline.publish.dataset import DATASET_FILE
from pipeline.publish.dumps import NTRIPLES
from pipeline.publish.graph import GRAPH_FOLDER
from pipeline.release import holds

if TYPE_CHECKING:
    import pyoxigraph

TABLE = ".sst"  # how the names of RocksDB's tables end
LOG, LOCK = "LOG", "LOCK"  # what it notes for people; what it holds while it is open
MOST = 4  # the part of the dump that may differ is one in so many: else the graph is made anew


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """What the graph of the release in the making differs in from that of the release `before`.

    `gone` and `come` are files of N-Triples: those of the records that are no more as they were,
    and of those that are not yet. `description` (N-Triples) is what the catalogue says of itself
    now, `vocabulary` (N-Triples) is the same in both; `base` is that of the catalogue's IRIs.
    """

    before: Path
    gone: Sequence[Path]
    come: Sequence[Path]
    description: bytes
    vocabulary: bytes
    base: str


def update_graph(folder: Path, difference: Difference) -> bool:
    """Make `folder`/graph, whose dumps are written, and say whether it was done.

    Where too much differs, or the store of the release before is not whole or cannot be taken over,
    nothing is left of the try: the graph is to be made anew (`write_graph`).
    """
    files = (*difference.gone, *difference.come)
    size = sum(file.stat().st_size for file in files)
    if size * MOST > (folder / f"catalogue.{NTRIPLES}").stat().st_size:
        return False
    target = folder / GRAPH_FOLDER
    try:
        _copy(difference.before, target)
        _apply(target, difference, folder / f"catalogue.{NTRIPLES}")
    except (OSError, ValueError, RuntimeError, SyntaxError, ReleaseError):
        shutil.rmtree(target, ignore_errors=True)
        return False
    return True


def _copy(before: Path, target: Path) -> None:
    """Copy a store: its tables as links, the small files as they are."""
    known = read_manifest(before).files
    entry = known.get(DATASET_FILE)
    if entry is None or not holds(before / DATASET_FILE, entry):
        raise ValueError(f"{DATASET_FILE} is not what was published")
    target.mkdir()
    for file in sorted((before / GRAPH_FOLDER).iterdir()):
        if file.name == LOCK or file.name.startswith(LOG):
            continue
        entry = known.get(f"{GRAPH_FOLDER}/{file.name}")
        if entry is None or digest_of(file) != entry.sha256:
            raise ValueError(f"{file.name} is not what was published")
        if file.suffix == TABLE:
            with contextlib.suppress(OSError):  # a file system without hard links
                os.link(file, target / file.name)
                continue
        shutil.copyfile(file, target / file.name)


def _apply(target: Path, difference: Difference, dump: Path) -> None:
    import pyoxigraph

    gone, come = _lines(difference.gone), _lines(difference.come)
    gone, come = gone - come, come - gone
    gone -= _shared(gone, difference, dump)
    old = _parsed((difference.before / DATASET_FILE).read_bytes(), pyoxigraph.RdfFormat.TURTLE)
    new = _parsed(difference.description, pyoxigraph.RdfFormat.N_TRIPLES)
    store = pyoxigraph.Store(target)
    for quad in _parsed(b"".join(gone), pyoxigraph.RdfFormat.N_TRIPLES) | (old - new):
        store.remove(quad)
    store.extend(_parsed(b"".join(come), pyoxigraph.RdfFormat.N_TRIPLES) | (new - old))
    store.flush()


def _lines(files: Sequence[Path]) -> set[bytes]:
    return set().union(*(file.read_bytes().splitlines(keepends=True) for file in files))


def _shared(gone: set[bytes], difference: Difference, dump: Path) -> set[bytes]:
    """Return the lines that other records or the vocabulary still have, as those of an agent."""
    own = tuple(f"<{difference.base}{kind}/".encode() for kind in ("record", "resource"))
    others = {line for line in gone if not line.startswith(own)}
    if not others:
        return others
    with dump.open("rb") as lines:
        kept = others.intersection(lines)
    return kept | others.intersection(difference.vocabulary.splitlines(keepends=True))


def _parsed(data: bytes, syntax: pyoxigraph.RdfFormat) -> set[pyoxigraph.Quad]:
    import pyoxigraph

    return set(pyoxigraph.parse(data, format=syntax))
