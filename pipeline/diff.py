"""What differs between two releases, record by record, and how people and machines are shown it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from pipeline.compare import change_of, order, title_of
from pipeline.errors import ReleaseError, show_path
from pipeline.model import Change
from pipeline.query.table import visible
from pipeline.release import current, read_records, read_tombstones, releases

ORDER = ("created", "updated", "deleted")
SHOWN_LENGTH = 100  # characters of a value in a table; JSON holds all of it


def chosen(output: Path, first: str, second: str) -> tuple[Path, Path]:
    """Return the folders of two releases: by default the current one and the one before it.

    With `first` alone, that one and the current one. Raises `ReleaseError` where there is none.
    """
    last = current(output).name
    kept = [folder.name for folder in releases(output)]
    if not first:
        before = [one for one in kept if one < last]
        if not before:
            raise ReleaseError(
                "only one release is kept",
                where=show_path(output / "releases"),
                expected="two releases to compare",
                next_step="run again when the sources have changed: cataloom run",
            )
        first = before[-1]
    for name in (first, second or last):
        if name not in kept:
            raise ReleaseError(
                f"{name!r} is no release that is kept",
                where=show_path(output / "releases"),
                expected=f"one of {', '.join(kept)}",
            )
    return output / "releases" / first, output / "releases" / (second or last)


def differences(before: Path, after: Path) -> Iterator[Change]:
    """Yield what was created, updated and deleted from one release to the other.

    In the order of the records; both releases are read once, side by side.
    """
    reasons = {stone.id: stone.reason for stone in read_tombstones(after)}
    old, new = read_records(before), read_records(after)
    left, right = next(old, None), next(new, None)
    while left is not None or right is not None:
        if right is not None and (left is None or order(right) < order(left)):
            yield change_of(None, right)
            right = next(new, None)
        elif left is not None and (right is None or order(left) < order(right)):
            yield Change(
                left.id, "deleted", title_of(left), left.source, reason=reasons.get(left.id, "")
            )
            left = next(old, None)
        elif left is not None and right is not None:
            if left.digest != right.digest:
                yield change_of(left, right)
            left, right = next(old, None), next(new, None)


def read_changes(file: Path) -> Iterator[Change]:
    """Yield the changes of a `changes.jsonl`."""
    decoder = msgspec.json.Decoder(Change)
    with file.open("rb") as lines:
        for line in lines:
            yield decoder.decode(line)


def as_table(changes: Iterable[Change]) -> Iterator[str]:
    """Yield lines for people: each change with what changed before -> after, and the counts."""
    counts = Counter[str]()
    for change in changes:
        counts[change.change] += 1
        why = f" ({change.reason})" if change.reason else ""
        yield f"{change.change:<8} {change.id}  {_short(change.title)}{why}"
        for field, (before, after) in sorted(change.fields.items()):
            yield f"         {field}: {_short(before) or '—'} → {_short(after) or '—'}"
    yield ", ".join(f"{counts[kind]} {kind}" for kind in ORDER)


def as_json(changes: Iterable[Change]) -> Iterator[str]:
    """Yield the changes as lines of one JSON array."""
    lead = "["
    for change in changes:
        yield lead + msgspec.json.encode(change).decode()
        lead = ","
    yield "[]" if lead == "[" else "]"


def _short(text: str) -> str:
    line = visible(" ".join(text.split()))
    return line if len(line) <= SHOWN_LENGTH else line[: SHOWN_LENGTH - 1] + "…"
