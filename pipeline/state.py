"""A published record as state: what of it the next run takes up."""

from __future__ import annotations

import msgspec

from pipeline.model import Record

FOUND_ANEW = frozenset({"link", "map", "validate"})  # stages whose issues every run finds again


def bare(record: Record) -> Record:
    """Return a published record without what each run finds anew: links and issues."""
    kept = tuple(one for one in record.issues if one.stage not in FOUND_ANEW)
    return msgspec.structs.replace(
        record, types=(), classes=(), subjects=(), suggestions=(), issues=kept
    )


def last_valid(record: Record) -> Record:
    """Return a published record in the place of a rejected one: the source shows it, if wrongly."""
    return msgspec.structs.replace(bare(record), missing=0, missing_since="")
