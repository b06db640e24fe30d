"""`changes.jsonl`, `tombstones.jsonl` and `quarantine.jsonl`: a JSON object a line, sorted."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from pipeline.model import Change, Issue, Locator, Record, Tombstone
from pipeline.publish.artefact import Artefact, write_lines
from pipeline.publish.sorting import sort_structs

CHANGES_FILE = "changes.jsonl"
TOMBSTONES_FILE = "tombstones.jsonl"
QUARANTINE_FILE = "quarantine.jsonl"


class Rejected(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of `quarantine.jsonl`: what was rejected, where it stood, why, and all of it."""

    id: str
    source: str
    locator: Locator
    issues: tuple[Issue, ...]
    record: Record


def write_changes(folder: Path, changes: Iterable[Change]) -> Artefact:
    """Write `changes.jsonl`, sorted by source, id and change; raises `OutputError`."""
    ordered = sort_structs(changes, Change, lambda one: (one.source, one.id, one.change), folder)
    return _write(folder / CHANGES_FILE, ordered)


def write_tombstones(folder: Path, tombstones: Iterable[Tombstone]) -> Artefact:
    """Write `tombstones.jsonl`, sorted by id; raises `OutputError`."""
    ordered = sort_structs(tombstones, Tombstone, lambda one: (one.id,), folder)
    return _write(folder / TOMBSTONES_FILE, ordered)


def write_quarantine(folder: Path, records: Iterable[Record]) -> Artefact:
    """Write `quarantine.jsonl`: rejected records, each with the issues that it carries.

    Sorted by source, id and key. Raises `OutputError`.
    """
    ordered = sort_structs(records, Record, lambda one: (one.source, one.id, one.key), folder)
    return _write(
        folder / QUARANTINE_FILE,
        (
            Rejected(
                one.id,
                one.source,
                one.locator,
                one.issues,
                msgspec.structs.replace(one, issues=()),
            )
            for one in ordered
        ),
    )


def _write(file: Path, structs: Iterable[msgspec.Struct]) -> Artefact:
    encoder = msgspec.json.Encoder()
    return write_lines(file, (encoder.encode(one) + b"\n" for one in structs))
