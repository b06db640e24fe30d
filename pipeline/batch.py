"""The records of some pages, cleaned together into a file; what is remembered of them is taken."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from pipeline.clean import clean_payload
from pipeline.link.identity import Keyed
from pipeline.model import Head, Locator, Record, SourceRecord
from pipeline.remembered import (
    NOTHING,
    NOWHERE,
    Made,
    Memory,
    apart,
    key_of,
    keys_among,
    packed,
    placed,
)
from pipeline.settings import Settings, Source
from pipeline.vocabulary import fold

MADE = ".made"
_decode = msgspec.msgpack.Decoder(Record).decode
ENTRY_SIZE = 16  # bytes of the digest by which the next run knows an entry again


class Batch(msgspec.Struct, frozen=True):
    """A task: the records of some pages, to be cleaned into `file`, as far as the memory lacks."""

    records: tuple[SourceRecord, ...]
    source: Source
    settings: Settings
    file: Path
    memory: Memory = NOTHING


class CleanedBatch(msgspec.Struct, frozen=True):
    """What came of a batch: the keys of its entries, and those by which they are remembered."""

    entries: list[Keyed]
    remembered: list[bytes]


class _Entry(msgspec.Struct, frozen=True, array_like=True):
    """What is remembered of an entry: its keys, and its record without its place (msgpack)."""

    keyed: Keyed
    record: msgspec.Raw


class Line(msgspec.Struct, frozen=True, array_like=True):
    """A line of a batch file: where the entry stood, and its record without its place (msgpack)."""

    locator: Locator
    packed: msgspec.Raw

    @property
    def record(self) -> Record:
        """Return the record where it stood."""
        return placed(_decode(self.packed), self.locator)


def clean_batch(batch: Batch) -> CleanedBatch:
    """Clean one batch into its file and return its keys (run in a worker process).

    What had to be made for it is written beside the file, for `made_of`.
    """
    payloads: dict[str, list[int]] = {}
    for place, record in enumerate(batch.records):
        payloads.setdefault(record.locator.payload, []).append(place)
    keys = [key_of(record, batch.memory.rules) for record in batch.records]
    known = batch.memory.find(keys)
    found: dict[int, tuple[bytes, bytes]] = {}
    for places in payloads.values():
        pairs = _cleaned(batch, places, [keys[place] for place in places], known)
        found.update(zip(places, pairs, strict=True))
    ordered = [found[place] for place in range(len(batch.records))]
    entries = [msgspec.msgpack.decode(value, type=_Entry) for _, value in ordered]
    written = [
        Line(record.locator, entry.record)
        for record, entry in zip(batch.records, entries, strict=True)
    ]
    batch.file.write_bytes(msgspec.msgpack.encode(written))
    made = [(key, packed(value)) for key, value in ordered if key not in known]
    _beside(batch.file).write_bytes(msgspec.msgpack.encode(made))
    return CleanedBatch([entry.keyed for entry in entries], [key for key, _ in ordered])


def read_batch(file: Path) -> list[Record]:
    """Return the cleaned records of a batch, in order."""
    return [line.record for line in batch_lines(file)]


def batch_lines(file: Path) -> list[Line]:
    """Return the lines of a batch, whose records are not looked into yet."""
    return msgspec.msgpack.decode(file.read_bytes(), type=list[Line])


def made_of(files: Sequence[Path]) -> Iterator[Made]:
    """Yield what had to be made for batches, under the keys by which to remember it."""
    for file in files:
        yield from msgspec.msgpack.decode(_beside(file).read_bytes(), type=list[Made])


def abstract(record: Record) -> str:
    """Return the folded abstract of a record, by which it is recognised under a new key."""
    return fold(" ".join(text.value for text in record.description))


def kind(record: Record | Head) -> str:
    """Return the folded type labels of a record."""
    return "\x1f".join(sorted(fold(label) for label in record.type_labels))


def _cleaned(
    batch: Batch, places: Sequence[int], keys: Sequence[bytes], known: dict[bytes, bytes]
) -> list[tuple[bytes, bytes]]:
    """Return, for each record of a payload, the key by which it is remembered, and its entry.

    Where no text of a payload may be damaged, each record is what it would be alone, and only those
    that are not `known` are cleaned. Where one may be, all are judged together, so that they are
    remembered together or not at all; such entries are added to `known`.
    """
    missing = [index for index, key in enumerate(keys) if key not in known]
    if not missing:
        return [(key, known[key]) for key in keys]
    together = keys_among(keys)
    known.update(batch.memory.find(together))
    if all(key in known for key in together):
        return [(key, known[key]) for key in together]
    records = [batch.records[place] for place in places]
    thresholds = batch.settings.catalogue.language
    cleaned = clean_payload([records[index] for index in missing], batch.source, thresholds)
    if cleaned.apart:
        values = {
            keys[index]: _entry(record)
            for index, record in zip(missing, cleaned.records, strict=True)
        }
        return [(key, values.get(key) or known[key]) for key in keys]
    if len(missing) < len(records):
        cleaned = clean_payload(records, batch.source, thresholds)
    return [(key, _entry(one)) for key, one in zip(together, cleaned.records, strict=True)]


def _entry(record: Record) -> bytes:
    packed = msgspec.msgpack.encode(apart(record))
    return msgspec.msgpack.encode(_Entry(_keyed(record, packed), msgspec.Raw(packed)))


def _keyed(record: Record, packed: bytes) -> Keyed:
    told = abstract(record)
    bare = msgspec.structs.replace(record, locator=NOWHERE, issues=(), evidence=())
    return Keyed(
        key=record.key,
        kind=kind(record),
        content=_digest(msgspec.msgpack.encode(bare)),
        abstract=_digest(told.encode()),
        entry=hashlib.blake2b(packed, digest_size=ENTRY_SIZE).hexdigest(),
    )


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def _beside(file: Path) -> Path:
    return file.with_name(f"{file.name}{MADE}")
