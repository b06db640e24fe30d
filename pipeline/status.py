"""`cataloom status`: the last good run, when the next is expected, what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from pipeline import release
from pipeline.damage import older_damage, refuse_seen_damage
from pipeline.errors import CataloomError
from pipeline.read_elsewhere import with_whole_paths
from pipeline.runs import Incident, RunLine, days_between, read_runs, unreadable
from pipeline.settings import Settings


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """How a catalogue stands; times are xsd:dateTime, empty where there is none.

    `settings` says what is wrong with the settings, `damage` with the current release; `unreadable`
    counts the lines of the history that are passed over; `older` says what is wrong with releases
    that are not current. It is `late` where the last good run is older than expected, `failing`
    where runs are made since then. It `is_well` where it is not late, nothing is open or damaged,
    and all that was due was told.
    """

    is_well: bool
    last: RunLine | None
    last_good: str
    expected: str
    late: bool
    release: str
    records: int
    settings: str = ""
    damage: str = ""
    unreadable: int = 0
    failing: bool = False
    older: tuple[str, ...] = ()


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """One incident of the days that are looked back on."""

    key: str
    since: str
    message: str
    is_open: bool


class Digest(msgspec.Struct, frozen=True, kw_only=True):
    """What happened in the last days: runs by outcome, changes of records, incidents."""

    days: int
    runs: int
    outcomes: dict[str, int]
    changes: dict[str, int]
    records: int
    incidents: list[Past]


def status_of(settings: Settings, wrong: str = "") -> Status:
    """Return how the catalogue stands at the clock's reading; `wrong` is said of its settings."""
    runs = read_runs(settings.output)
    last = runs[-1] if runs else None
    now = release.stamp(release.clock())
    good = next((run.clock for run in reversed(runs) if run.is_good), "")
    hours = timedelta(hours=settings.catalogue.alerts.expected_hours)

    def until(moment: str) -> str:
        return release.stamp(datetime.fromisoformat(moment) + hours)

    expected = until(good) if good else ""
    late = not good or now > expected
    manifest, damage = None, ""
    try:
        manifest = release.previous_manifest(settings.output)
        if manifest is not None:
            refuse_seen_damage(settings.output)
    except CataloomError as error:
        damage = str(error)
    older = tuple(with_whole_paths(one, settings.folder) for one in older_damage(settings.output))
    is_told = last is not None and not (last.open or last.undelivered)
    return Status(
        is_well=is_told and not (late or wrong or damage or older),
        last=last,
        last_good=good,
        expected=expected,
        late=late,
        release=manifest.id if manifest else "",
        records=manifest.records if manifest else 0,
        settings=with_whole_paths(wrong, settings.folder),
        damage=damage,
        unreadable=unreadable(settings.output),
        failing=late and last is not None and not last.is_good and now <= until(last.clock),
        older=older,
    )


def as_lines(status: Status) -> Iterator[str]:
    """Yield the status for people."""
    last = status.last
    if status.damage:
        yield f"release     {status.damage}"
    else:
        yield f"release     {status.release or 'none yet'}" + (
            f", {status.records:,} records" if status.release else ""
        )
    for one in status.older:
        yield f"older       {one}"
    if last is None:
        yield "last run    none on record; next: cataloom run"
    else:
        yield f"last run    {last.clock}, {last.outcome} (exit code {last.exit_code})"
        yield f"last good   {status.last_good or 'none on record'}"
    if status.expected:
        why = "look at the scheduler's log"
        if status.failing:
            why = f"runs are made, but are refused or fail since the good one of {status.last_good}"
        yield f"expected    a good run before {status.expected}" + (
            f": it is late; {why}" if status.late else ""
        )
    opened: dict[str, Incident] = last.open if last else {}
    if status.settings and all(one.message != status.settings for one in opened.values()):
        yield f"wrong       the settings: {status.settings}"
    for key, incident in sorted(opened.items()):
        yield f"wrong       {key}, since {incident.since}: {incident.message}"
    for channel, problem in sorted(last.undelivered.items() if last else ()):
        yield f"not told    {channel}: {problem}"
    if status.unreadable:
        yield f"note        {status.unreadable} line(s) of runs.jsonl cannot be read: passed over"
    elif status.is_well:
        yield "Nothing is wrong."


def as_json(told: Status | Digest) -> Iterator[str]:
    """Yield a status or a digest as one JSON object, with all its members."""
    plain = msgspec.to_builtins(told)
    if isinstance(told, Status) and told.last is not None:
        plain["last"]["open"] = msgspec.to_builtins(told.last.open)
        plain["last"]["undelivered"] = told.last.undelivered
    yield msgspec.json.format(msgspec.json.encode(plain), indent=1).decode()


def digest_of(settings: Settings, days: int) -> Digest:
    """Return what happened in the last days: runs, releases, changes, incidents."""
    now = release.stamp(release.clock())
    runs = [run for run in read_runs(settings.output) if days_between(run.clock, now) <= days]
    changes = Counter[str]()
    for run in runs:
        changes.update(run.changes)
    seen = {
        (incident.since, key): incident.message
        for run in runs
        for key, incident in run.open.items()
    }
    still = {(one.since, key) for key, one in runs[-1].open.items()} if runs else set()
    return Digest(
        days=days,
        runs=len(runs),
        outcomes=dict(sorted(Counter(run.outcome for run in runs).items())),
        changes={kind: changes[kind] for kind in ("created", "updated", "deleted")},
        records=runs[-1].records if runs else 0,
        incidents=[
            Past(key=key, since=since, message=message, is_open=(since, key) in still)
            for (since, key), message in sorted(seen.items())
        ],
    )


def digest_lines(digest: Digest) -> Iterator[str]:
    """Yield a digest for people."""
    told = ", ".join(f"{count} {outcome}" for outcome, count in digest.outcomes.items())
    yield f"The last {digest.days} days: {digest.runs} runs" + (f" ({told})" if told else "")
    yield (
        "Records: "
        + ", ".join(f"{count:,} {kind}" for kind, count in digest.changes.items())
        + (f"; {digest.records:,} are published" if digest.runs else "")
    )
    if not digest.incidents:
        yield "Nothing was wrong."
    for one in digest.incidents:
        state = "still wrong" if one.is_open else "right again"
        yield f"{one.since}  {one.key}, {state}: {one.message}"
