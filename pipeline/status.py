"""`cataloom status`: the last good run, when the next is expected, what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from pipeline import release
from pipeline.runs import RunLine, days_between, read_runs
from pipeline.settings import Settings


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """How a catalogue stands; times are xsd:dateTime, empty where there is none.

    It `is_well` where the last good run is not older than expected and nothing is open.
    """

    last: RunLine | None
    last_good: str
    expected: str
    late: bool
    release: str
    records: int

    @property
    def is_well(self) -> bool:
        """Say whether nothing needs a person."""
        return not self.late and self.last is not None and not self.last.open


def status_of(settings: Settings) -> Status:
    """Return how the catalogue stands at the clock's reading."""
    runs = read_runs(settings.output)
    now = release.stamp(release.clock())
    good = next((run.clock for run in reversed(runs) if run.is_good), "")
    expected = ""
    if good:
        hours = timedelta(hours=settings.catalogue.alerts.expected_hours)
        expected = release.stamp(datetime.fromisoformat(good) + hours)
    manifest = release.previous_manifest(settings.output)
    return Status(
        last=runs[-1] if runs else None,
        last_good=good,
        expected=expected,
        late=not good or now > expected,
        release=manifest.id if manifest else "",
        records=manifest.records if manifest else 0,
    )


def as_lines(status: Status) -> Iterator[str]:
    """Yield the status for people."""
    yield f"release     {status.release or 'none yet'}" + (
        f", {status.records:,} records" if status.release else ""
    )
    last = status.last
    if last is None:
        yield "last run    none on record; next: cataloom run"
    else:
        yield f"last run    {last.clock}, {last.outcome} (exit code {last.exit_code})"
        yield f"last good   {status.last_good or 'none on record'}"
    if status.expected:
        yield f"expected    a good run before {status.expected}" + (
            ": it is late; look at the scheduler's log" if status.late else ""
        )
    if last is None:
        return
    for key, incident in sorted(last.open.items()):
        yield f"wrong       {key}, since {incident.since}: {incident.message}"
    for channel, problem in sorted(last.undelivered.items()):
        yield f"not told    {channel}: {problem}"
    if status.is_well:
        yield "Nothing is wrong."


def digest(settings: Settings, days: int) -> Iterator[str]:
    """Yield what happened in the last days: runs, releases, changes, incidents."""
    now = release.stamp(release.clock())
    runs = [run for run in read_runs(settings.output) if days_between(run.clock, now) <= days]
    outcomes = Counter(run.outcome for run in runs)
    changes = Counter[str]()
    for run in runs:
        changes.update(run.changes)
    told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
    yield f"The last {days} days: {len(runs)} runs" + (f" ({told})" if told else "")
    yield (
        "Records: "
        + ", ".join(f"{changes[kind]:,} {kind}" for kind in ("created", "updated", "deleted"))
        + (f"; {runs[-1].records:,} are published" if runs else "")
    )
    yield from _incidents(runs)


def _incidents(runs: Sequence[RunLine]) -> Iterator[str]:
    seen: dict[tuple[str, str], str] = {}
    for run in runs:
        for key, incident in run.open.items():
            seen[key, incident.since] = incident.message
    still = {(key, one.since) for key, one in runs[-1].open.items()} if runs else set()
    if not seen:
        yield "Nothing was wrong."
    for (key, since), message in sorted(seen.items(), key=lambda one: one[0][1]):
        state = "still wrong" if (key, since) in still else "right again"
        yield f"{since}  {key}, {state}: {message}"
