"""Which fields tell one entry of a source from another."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.kinds import KINDS
from pipeline.model import SourceRecord

CANDIDATES = (
    ("page",), ("identifier",), ("file",), ("title", "type"), ("title", "date"), ("title",),
    ("title", "creator"), ("title", "description"), ("title", "date", "creator"),
)  # fmt: skip
LINKS = frozenset({"page", "file"})
NEARLY_ALL = 0.98


def find_key(records: Sequence[SourceRecord], kind: str) -> tuple[str, ...]:
    """Return the fields that every record has and no two have alike; nothing: the kind's own."""
    own = [record.key for record in records]
    if all(own) and len(set(own)) >= NEARLY_ALL * len(own):
        return ()
    default = KINDS[kind].key
    best, most = (default if "id" not in default else ("title",)), 0
    for names in CANDIDATES:
        if not all(_has(record, names[0]) for record in records):
            continue
        values = {tuple(record.fields.get(name, ()) for name in names) for record in records}
        if len(values) == len(records):
            return names
        if len(values) > most:
            best, most = names, len(values)
    return best


def _has(record: SourceRecord, name: str) -> bool:
    """Say whether a record has a value that a key can be made of: a whole address, any text."""
    values = record.fields.get(name, ())
    if name in LINKS:
        return any(value.startswith(("http://", "https://")) for value in values)
    return bool(values)


def key_comment(key: Sequence[str], records: Sequence[SourceRecord]) -> str:
    """Return why these fields are the key."""
    values = {tuple(record.fields.get(name, ()) for name in key) for record in records}
    named = " and ".join(key)
    if len(values) == len(records):
        return (
            f"What tells entries apart: each of the {len(records)} looked at has its own {named}."
        )
    return (
        f"What tells entries apart. Of the {len(records)} looked at only {len(values)} have a "
        f"{named} of their own: are some listed twice?"
    )
