"""`output/runs.jsonl`: a line for each run, the last of which says what is wrong now.

Where the folder cannot be written, `pipeline.unwritten` keeps the lines until it can.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

from pipeline import unwritten
from pipeline.errors import RunRefused

FILE = "runs.jsonl"
CATALOGUE = "the catalogue"  # the key of a problem that is no one source's
GOOD = frozenset({"published", "unchanged"})
READ_BACK = 1 << 20  # bytes from the end in which the last line is looked for


class Incident(msgspec.Struct, frozen=True, omit_defaults=True):
    """A problem that has not gone away: since when, when people were last told, what it is.

    `channels` holds when each channel last took a message of it; `told` is the last of these, and
    empty where none has taken one. `kinds` are the kinds of problem that it has been since it
    began, `heard` those that each channel was told of.
    """

    since: str
    told: str
    message: str
    channels: dict[str, str] = {}
    kinds: tuple[str, ...] = ()
    heard: dict[str, tuple[str, ...]] = {}

    def as_told_by(self, channel: str) -> Incident:
        """Return it as one channel knows it; `told` is empty where it took no message of it.

        A line of an earlier version has one time for all channels, and no kinds.
        """
        told = self.channels.get(channel, "") if self.channels else self.told
        return Incident(self.since, told, self.message, kinds=self.heard.get(channel, ()))

    def is_news(self, kinds: Sequence[str]) -> bool:
        """Say whether any of these kinds is one that people were not told of."""
        return bool(self.kinds) and not {*kinds} <= {*self.kinds}


class RunLine(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One run: when it began (xsd:dateTime), how it ended, what it changed, what is wrong.

    `sources` are those that it read (none: it read none), `kinds` the kinds of each problem. `open`
    holds the incidents after this run, by source or `CATALOGUE`; `alert` the kinds of message that
    were due, `undelivered` why a channel did not take them, `owed` what each channel has still to
    be told of as right again. `notes` are what was said beside, and when it was last said.
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
    kinds: dict[str, tuple[str, ...]] = {}
    open: dict[str, Incident] = {}
    alert: tuple[Literal["failure", "reminder", "recovery"], ...] = ()
    undelivered: dict[str, str] = {}
    owed: dict[str, dict[str, Incident]] = {}
    notes: dict[str, str] = {}

    @property
    def is_good(self) -> bool:
        """Say whether the run did all it was asked for."""
        return self.exit_code == 0


def append_run(output: Path, line: RunLine) -> None:
    """Add a line, after those that were kept elsewhere until now; raises `OSError`.

    A torn line before it (a run that was killed) is closed first.
    """
    file = output / FILE
    kept = unwritten.read_lines(output, _clock_of_last(output))
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    try:
        size = os.fstat(handle).st_size
        torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
        lines = b"".join(one + b"\n" for one in (*kept, msgspec.json.encode(line)))
        data = b"\n" * torn + lines
        if os.write(handle, data) < len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file))
        os.fsync(handle)
    finally:
        os.close(handle)
    if kept:
        unwritten.forget_lines(output)


def keep_run(output: Path, line: RunLine) -> bool:
    """Keep a line that cannot be added now; say whether there was a place for it."""
    return unwritten.keep_line(output, _clock_of_last(output), msgspec.json.encode(line))


def read_runs(output: Path) -> list[RunLine]:
    """Return every run that is on record, the oldest first; lines that are torn are passed over."""
    return list(filter(None, map(_decoded, _all_lines(output))))


def unreadable(output: Path) -> int:
    """Return how many lines of the record cannot be read: torn ones, or changed by hand."""
    return sum(1 for line in _all_lines(output) if line.strip() and _decoded(line) is None)


def last_run(output: Path) -> RunLine | None:
    """Return the last run on record, or None."""
    written = _last_written(output)
    kept = unwritten.read_lines(output, written.clock if written else "")
    return next(filter(None, map(_decoded, reversed(kept))), written)


def _all_lines(output: Path) -> list[bytes]:
    try:
        lines = (output / FILE).read_bytes().splitlines()
    except OSError:
        lines = []
    return [*lines, *unwritten.read_lines(output, _clock_of_last(output))]


def _last_written(output: Path) -> RunLine | None:
    try:
        with (output / FILE).open("rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - READ_BACK))
            lines = file.read().splitlines()
    except OSError:
        return None
    return next(filter(None, map(_decoded, reversed(lines))), None)


def _clock_of_last(output: Path) -> str:
    last = _last_written(output)
    return last.clock if last else ""


def _decoded(line: bytes) -> RunLine | None:
    """Return a line's run, or None where it is none or holds what is no moment."""
    try:
        run = msgspec.json.decode(line, type=RunLine)
        owed = (one for incidents in run.owed.values() for one in incidents.values())
        for incident in (*run.open.values(), *owed):
            for moment in (incident.since, incident.told, *incident.channels.values()):
                if moment:
                    _moment(moment)
        for moment in (run.clock, *run.notes.values()):
            _moment(moment)
    except (msgspec.MsgspecError, ValueError):
        return None
    return run


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(text)
    return found


def incidents_after(
    before: Mapping[str, Incident],
    line: RunLine,
    remind_days: int,
    configured: Collection[str] | None = None,
) -> tuple[dict[str, Incident], dict[str, list[str]]]:
    """Return the incidents after a run, and which keys are to be told of, by kind of message.

    A problem is told of once, at once again where it is of another kind, and else every
    `remind_days`; a source that was read and is right again is told of as recovered, and so is one
    that is not `configured` any more (None: that is not known). What a run did not read stays.
    """
    due: dict[str, list[str]] = {"failure": [], "reminder": [], "recovery": []}
    after: dict[str, Incident] = {}
    for key, message in line.problems.items():
        known, kinds = before.get(key), line.kinds.get(key, ())
        since, told = (known.since, known.told) if known else (line.clock, "")
        if known is None or not known.told or known.is_news(kinds):
            due["failure"].append(key)
            told = line.clock
        elif not 0 <= days_between(known.told, line.clock) < remind_days:  # or the clock went back
            due["reminder"].append(key)
            told = line.clock
        all_kinds = dict.fromkeys((*(known.kinds if known else ()), *kinds))
        after[key] = Incident(since, told, message, kinds=tuple(all_kinds))
    for key, known in before.items():
        if key in after:
            continue
        if _is_right(key, known, line) or is_gone(key, configured):
            due["recovery"].append(key)
        else:
            after[key] = known
    return after, due


def is_gone(key: str, configured: Collection[str] | None) -> bool:
    """Say whether an incident is one of a source that is no source any more."""
    return key != CATALOGUE and configured is not None and key not in configured


def _is_right(key: str, known: Incident, line: RunLine) -> bool:
    """Say whether a run shows that an incident is over; one without a harvest shows no refusal."""
    if key != CATALOGUE:
        return key in line.sources
    was_refused = any(kind.partition(":")[0] == RunRefused.kind for kind in known.kinds)
    return line.outcome in {*GOOD, "partial"} and bool(line.sources or not was_refused)


def days_between(earlier: str, later: str) -> float:
    """Return the days from one xsd:dateTime to another."""
    span = _moment(later) - _moment(earlier)
    return span.total_seconds() / 86_400
