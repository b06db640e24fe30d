"""The releases that are kept, as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec

from pipeline.diff import ORDER, read_changes
from pipeline.errors import ReleaseError
from pipeline.manifest import Manifest, read_manifest
from pipeline.release import current, releases

MEGABYTE = 1_000_000
UNKNOWN = "?"
HEADINGS = ("release", "switched in", "records", *ORDER, "MB", "of its own", "remarks")
NUMBERS = range(2, 8)  # columns


def as_table(output: Path) -> Iterator[str]:
    """Yield a line a release, the newest first: what it holds, what changed, what it takes.

    `of its own` is what would be freed if it went: the files it shares with no other release. One
    that cannot be read has its line too.
    """
    now = current(output).name
    rows: list[tuple[str, ...]] = [HEADINGS]
    for folder in reversed(releases(output)):
        name = folder.name + (" *" if folder.name == now else "")
        sizes = [f"{size / MEGABYTE:,.1f}" for size in _sizes(folder)]
        try:
            manifest = read_manifest(folder)
        except ReleaseError as error:
            rows.append((name, *[UNKNOWN] * (2 + len(ORDER)), *sizes, error.what))
            continue
        records = f"{manifest.records:,}"
        rows.append(
            (name, manifest.switches[-1], records, *_counts(folder), *sizes, _remarks(manifest))
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    for row in rows:
        cells = (
            cell.rjust(width) if column in NUMBERS else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()
    yield "* current"


def _counts(folder: Path) -> list[str]:
    try:
        counts = Counter[str](change.change for change in read_changes(folder / "changes.jsonl"))
    except (OSError, msgspec.MsgspecError):
        return [UNKNOWN] * len(ORDER)
    return [f"{counts[kind]:,}" for kind in ORDER]


def _sizes(folder: Path) -> tuple[int, int]:
    """Return the bytes of a release, and of the files that no other release has."""
    whole = own = 0
    for file in folder.rglob("*"):
        if file.is_file():
            status = file.stat()
            whole += status.st_size
            own += status.st_size if status.st_nlink == 1 else 0
    return whole, own


def _remarks(manifest: Manifest) -> str:
    told = [f"refused or failed: {', '.join(manifest.failed)}"] if manifest.failed else []
    told += [f"accepted {run}: {reason}" for run, reason in manifest.accepted.items()]
    if manifest.rolled_back_to:
        told.append(f"rolled back to {manifest.rolled_back_to}")
    return "; ".join(told)
