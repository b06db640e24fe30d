"""What differs between two releases, record by record, and how people and machines are shown it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from pipeline.aside import CURRENT, RELEASES
from pipeline.compare import change_of, order, title_of
from pipeline.errors import ReleaseError, show_path
from pipeline.manifest import read_manifest
from pipeline.model import Change
from pipeline.query.table import visible
from pipeline.record_parts import read_records, read_tombstones
from pipeline.release import AGAIN, current, full_id, release_id, releases

ORDER = ("created", "updated", "deleted")
SHOWN_LENGTH = 100  # characters of a value in a table; JSON holds all of it


def changes_between(output: Path, first: str = "", second: str = "") -> Iterator[Change]:
    """Yield what changed from one release to another: by default what the current one changed.

    With `first` alone, from that one to the current one. Raises `ReleaseError` where there is none.
    """
    now = current(output)
    after = named(output, second) if second else now
    before = named(output, first) if first else one_before(output)
    if before is not None:
        return differences(before, after)
    file = now / "changes.jsonl"
    try:
        return iter(list(read_changes(file)))
    except (OSError, msgspec.MsgspecError) as error:
        raise ReleaseError(
            f"the changes are damaged: {error}", where=show_path(file), next_step=AGAIN
        ) from error


def to_go_back_to(output: Path, name: str = "") -> Path:
    """Return the folder of an older release: `name`, or the one before the current.

    Raises `ReleaseError` where there is none.
    """
    now = current(output)
    target = named(output, name) if name else one_before(output)
    if target is None:
        raise ReleaseError(
            "only one release is kept",
            where=show_path(output / RELEASES),
            expected="an older one to go back to",
            next_step="mend the source, and publish what it gives then: cataloom run",
        )
    if target == now:
        raise ReleaseError(
            f"{target.name} is the current release",
            where=show_path(output / CURRENT),
            expected="an older one",
            next_step="cataloom releases lists them",
        )
    return target


def named(output: Path, name: str) -> Path:
    """Return the folder of the kept release whose id is, or alone begins with, `name`."""
    kept = {folder.name: folder for folder in releases(output)}
    found = kept.get(full_id(name, kept))
    if found is None:
        several = [one for one in kept if one.startswith(name)]
        raise ReleaseError(
            f"{name!r} is "
            + ("the beginning of several" if several else "no release that is kept"),
            where=show_path(output / RELEASES),
            expected=f"one of {', '.join(several or kept)}",
        )
    return found.resolve()


def one_before(output: Path) -> Path | None:
    """Return the folder of the last release kept of those that the current one followed."""
    now = current(output)
    line = {release_id(moment) for moment in read_manifest(now).datestamps}
    before = [one for one in releases(output) if one.name in line and one.name != now.name]
    return before[-1].resolve() if before else None


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
    counts = Counter[tuple[str, bool]]()
    for change in changes:
        counts[change.change, change.held] += 1
        why = f" ({change.reason})" if change.reason else ""
        held = " (held back)" if change.held else ""
        yield f"{change.change:<8} {change.id}  {_short(change.title)}{why}{held}"
        for field, (before, after) in sorted(change.fields.items()):
            yield f"         {field}: {_short(before) or '—'} → {_short(after) or '—'}"
    yield ", ".join(f"{counts[kind, False]} {kind}" for kind in ORDER)
    if any(held for _, held in counts):
        told = ", ".join(f"{counts[kind, True]} {kind}" for kind in (*ORDER, "missing"))
        yield f"held back: {told}"


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
