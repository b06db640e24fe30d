"""The state in a release: its records, in parts, and its tombstones."""

from __future__ import annotations

import contextlib
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import cast

import msgspec

from pipeline.errors import ReleaseError, show_path
from pipeline.manifest import MANIFEST, MEND_FOLDER, read_manifest, sync
from pipeline.model import Head, Record, Tombstone

RECORDS = "records"
TOMBSTONES = "tombstones.jsonl"
CHANGES = "changes.jsonl"
COMPRESSION_LEVEL = 1  # isal's levels are 0 to 3
THIN_LEVEL = 3  # of Zstandard: half of what isal leaves, as quickly
READ_SIZE = 1 << 20

read_line = msgspec.json.Decoder(Record).decode  # of a record part


def is_state(name: str) -> bool:
    """Say whether a file of a release is of its state.

    >>> is_state("records/part-00000.jsonl.gz"), is_state("issues.csv")
    (True, False)
    """
    return name in {MANIFEST, TOMBSTONES} or name.startswith(f"{RECORDS}/")


def write_records(file: Path, records: Iterable[Record]) -> None:
    """Write a record part: one JSON line a record, gzip without name or time."""
    from isal import igzip

    encoder = msgspec.json.Encoder()
    with (
        file.open("wb") as raw,
        igzip.IGzipFile("", "wb", COMPRESSION_LEVEL, raw, mtime=0) as packed,
    ):
        for record in records:
            packed.write(encoder.encode(record) + b"\n")


def read_records(folder: Path) -> Iterator[Record]:
    """Yield every record of a release, by part; raises `ReleaseError` where a part is damaged."""
    for file in part_files(folder):
        yield from read_part(file)


def part_files(folder: Path) -> list[Path]:
    """Return the record parts of a release, in order; those of a thinned one are `.zst`.

    Raises `ReleaseError` where one that the manifest names is missing.
    """
    found = {
        file.stem: file
        for suffix in (".zst", ".gz")  # both while a release is being thinned, with one content
        for file in (folder / RECORDS).glob(f"part-*.jsonl{suffix}")
    }
    files = read_manifest(folder).files
    wanted = {Path(name).stem for name in files if name.startswith(f"{RECORDS}/")}
    if missing := sorted(wanted - found.keys()):
        raise ReleaseError(
            f"record parts are missing: {', '.join(missing)}",
            where=show_path(folder / RECORDS),
            next_step=MEND_FOLDER,
        )
    return [found[name] for name in sorted(wanted or found)]


def read_heads(folder: Path) -> Iterator[tuple[Head, bytes]]:
    """Yield the head of every record of a release and its line, which `read_line` reads."""
    decode = msgspec.json.Decoder(Head).decode
    for file in part_files(folder):
        with _damage_explained(file):
            for line in _lines(file):
                yield decode(line), line


def read_part(file: Path) -> Iterator[Record]:
    """Yield the records of one part."""
    with _damage_explained(file):
        yield from map(read_line, _lines(file))


@contextlib.contextmanager
def _damage_explained(file: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, EOFError, msgspec.MsgspecError) as error:
        raise ReleaseError(
            f"the record part is damaged: {error}",
            where=show_path(file),
            next_step=MEND_FOLDER,
        ) from error


def thin_part(file: Path) -> Path:
    """Write a record part anew beside itself, packed as those of thinned releases are."""
    from isal import igzip

    thin = file.with_suffix(".zst")
    spare = thin.with_name(f".{thin.name}")
    with igzip.open(file, "rb") as lines, _zstd().open(spare, "wb", level=THIN_LEVEL) as packed:
        shutil.copyfileobj(lines, packed, READ_SIZE)
    sync(spare)
    return spare.replace(thin)


def read_tombstones(folder: Path) -> list[Tombstone]:
    """Return the tombstones of a release, in their order."""
    decoder = msgspec.json.Decoder(Tombstone)
    file = folder / TOMBSTONES
    try:
        return [decoder.decode(line) for line in file.read_bytes().splitlines() if line]
    except (OSError, msgspec.MsgspecError) as error:
        raise ReleaseError(
            f"the tombstones are damaged: {error}", where=show_path(file), next_step=MEND_FOLDER
        ) from error


def _lines(file: Path) -> Iterator[bytes]:
    """Yield the lines of a packed file; damage raises `OSError` or `EOFError`."""
    from isal import igzip
    from isal.igzip_lib import IsalError

    zstd = _zstd()
    damage = (cast("type[Exception]", IsalError), zstd.ZstdError)
    opened = zstd.open if file.suffix == ".zst" else igzip.open
    try:
        with opened(file, "rb") as lines:
            yield from lines
    except damage as error:
        raise OSError(str(error)) from error


def _zstd() -> ModuleType:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd
