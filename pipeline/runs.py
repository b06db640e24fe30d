"""`output/runs.jsonl`: a line for each run, the last of which says what is wrong now."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

FILE = "runs.jsonl"
CATALOGUE = "the catalogue"  # the key of a problem that is no one source's
GOOD = frozenset({"published", "unchanged"})
READ_BACK = 1 << 20  # bytes from the end in which the last line is looked for


class Incident(msgspec.Struct, frozen=True, omit_defaults=True):
    """A problem that has not gone away: since when, when people were last told, what it is.

    `told` is empty where a channel did not take the message.
    """

    since: str
    told: str
    message: str


class RunLine(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One run: when it began (xsd:dateTime), how it ended, what it changed, what is wrong.

    `sources` are those that it read (none: it read none). `open` holds the incidents after this
    run, by source or `CATALOGUE`; `alert` the kinds of message that were due, `undelivered` why a
    channel did not take them.
    """

    clock: str
    outcome: str
    exit_code: int
    seconds: float = 0.0
    release: str = ""
    sources: tuple[str, ...] = ()
    records: int = 0
    changes: dict[str, int] = {}
    problems: dict[str, str] = {}
    open: dict[str, Incident] = {}
    alert: tuple[Literal["failure", "reminder", "recovery"], ...] = ()
    undelivered: dict[str, str] = {}

    @property
    def is_good(self) -> bool:
        """Say whether the run did all it was asked for."""
        return self.exit_code == 0


def append_run(output: Path, line: RunLine) -> None:
    """Add a line; a torn one before it (a run that was killed) is closed first."""
    file = output / FILE
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    try:
        size = os.fstat(handle).st_size
        torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
        data = b"\n" * torn + msgspec.json.encode(line) + b"\n"
        if os.write(handle, data) < len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file))
        os.fsync(handle)
    finally:
        os.close(handle)


def read_runs(output: Path) -> list[RunLine]:
    """Return every run that is on record, the oldest first; lines that are torn are passed over."""
    try:
        data = (output / FILE).read_bytes()
    except FileNotFoundError:
        return []
    return list(filter(None, map(_decoded, data.splitlines())))


def last_run(output: Path) -> RunLine | None:
    """Return the last run on record, or None."""
    try:
        with (output / FILE).open("rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - READ_BACK))
            lines = file.read().splitlines()
    except FileNotFoundError:
        return None
    return next(filter(None, map(_decoded, reversed(lines))), None)


def _decoded(line: bytes) -> RunLine | None:
    try:
        return msgspec.json.decode(line, type=RunLine)
    except msgspec.MsgspecError:
        return None


def incidents_after(
    before: Mapping[str, Incident], line: RunLine, remind_days: int
) -> tuple[dict[str, Incident], dict[str, list[str]]]:
    """Return the incidents after a run, and which keys are to be told of, by kind of message.

    A problem is told of once, and again every `remind_days`; a source that was read and is right
    again is told of as recovered. What a run did not read stays as it was.
    """
    due: dict[str, list[str]] = {"failure": [], "reminder": [], "recovery": []}
    after: dict[str, Incident] = {}
    for key, message in line.problems.items():
        known = before.get(key)
        if known is None or not known.told:
            due["failure"].append(key)
            after[key] = Incident(known.since if known else line.clock, line.clock, message)
        elif not 0 <= days_between(known.told, line.clock) < remind_days:  # or the clock went back
            due["reminder"].append(key)
            after[key] = Incident(known.since, line.clock, message)
        else:
            after[key] = Incident(known.since, known.told, message)
    for key, known in before.items():
        if key in after:
            continue
        if key in line.sources or (key == CATALOGUE and line.outcome in {*GOOD, "partial"}):
            due["recovery"].append(key)
        else:
            after[key] = known
    return after, due


def days_between(earlier: str, later: str) -> float:
    """Return the days from one xsd:dateTime to another."""
    from datetime import datetime

    span = datetime.fromisoformat(later) - datetime.fromisoformat(earlier)
    return span.total_seconds() / 86_400
