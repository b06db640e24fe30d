"""How a run is put on record: the history, the messages that are due, the ping, the metrics."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from pipeline import release
from pipeline.last_run import HELD_BACK, HELD_CHANGES
from pipeline.model import Books, Change
from pipeline.notes import Notes
from pipeline.read_elsewhere import with_whole_paths
from pipeline.runs import GOOD, Incident, RunLine, append_run, keep_run, last_run, read_runs
from pipeline.settings import Catalogue, Settings

FILES = ("report.html", "issues.csv", "changes.jsonl", "quarantine.jsonl", *HELD_BACK)

NOT_TOLD = "was not told:"

Warn = Callable[[str], None]


def silent(_: str) -> None:
    """Tell nobody."""


def put_on_record(
    settings: Settings, line: RunLine, books: Mapping[str, Books], told: Path | None, notes: Notes
) -> bool:
    """Add the run to the history, tell what is due, ping, write the metrics.

    `told` is the folder with what this run had to tell, if it has left any. Returns whether all
    that is wrong was known; raises `OutputError` where a good run cannot be put on record.
    """
    before = last_run(settings.output)
    line = _told(settings, before, line, told)
    measured = _measured(settings, line, books)
    shown = {name: with_whole_paths(text, settings.folder) for name, text in measured.items()}
    problems = _pinged(settings, line) | shown
    line = msgspec.structs.replace(line, undelivered=line.undelivered | problems)
    for channel, problem in line.undelivered.items():
        tell = notes.say if _is_for_nobody(line) and channel not in problems else notes
        tell(f"{channel} {NOT_TOLD} {problem}")
    line = msgspec.structs.replace(line, notes=_left_to_know(before, line) | notes.said)
    try:
        append_run(settings.output, line)
    except OSError as error:
        if line.is_good:
            raise release.cannot_write(settings.output, error) from error
        if not keep_run(settings.output, line):
            notes.say("what was told cannot be remembered anywhere: it will be told with each run")
    return _is_known(before, line)


def title_of(catalogue: Catalogue) -> str:
    """Return the catalogue's title, in English where it has one."""
    return catalogue.title.get("en") or next(iter(catalogue.title.values()), "The catalogue")


def _told(
    settings: Settings, before: RunLine | None, line: RunLine, folder: Path | None
) -> RunLine:
    """Return the line with what is wrong after the run, people having been told what is due."""
    if not line.problems and not (before and (before.open or before.owed)):
        return line  # nothing to tell, and nothing to import
    from pipeline.alerts import (
        Due,
        failure_message,
        message_channels,
        recovery_message,
        send_through,
        with_incidents,
    )

    catalogue = settings.catalogue
    title, place = title_of(catalogue), settings.folder
    files = [file for name in FILES if folder and (file := folder / name).is_file()]
    opened: Mapping[str, Incident] = before.open if before else {}

    def deliver(channel: str, due: Due) -> dict[str, str]:
        messages = {}
        if due.failure or due.reminder:
            kind = "failure" if due.failure else "reminder"
            changes = _changes(folder) if folder else []
            messages[kind] = failure_message(title, line, due, opened, changes, files, place)
        if due.recovery:
            messages["recovery"] = recovery_message(title, line, due, place)
        tried = {kind: send_through(catalogue, channel, one) for kind, one in messages.items()}
        if "failure" in tried and due.reminder:
            tried["reminder"] = tried["failure"]  # in the same message
        return {kind: problem for kind, problem in tried.items() if problem}

    channels = message_channels(catalogue.alerts)
    configured = [one.name for one in settings.sources] or None  # none: they cannot be read
    days = catalogue.alerts.remind_days
    return with_incidents(before, line, days, channels, deliver, configured)


def _left_to_know(before: RunLine | None, line: RunLine) -> dict[str, str]:
    """Return the notes of the run before where this one did not get to see whether they hold."""
    if before is None or line.outcome in {"published", "partial"}:
        return {}
    return {note: when for note, when in before.notes.items() if NOT_TOLD not in note}


def _is_for_nobody(line: RunLine) -> bool:
    """Say whether something is wrong of which no channel has taken a message."""
    return any(not line.open[key].channels for key in line.problems)


def _is_known(before: RunLine | None, line: RunLine) -> bool:
    if not line.problems:
        return False
    from pipeline.alerts import is_known

    return is_known(before, line)


def _pinged(settings: Settings, line: RunLine) -> dict[str, str]:
    if not line.is_good or line.outcome not in GOOD or not settings.catalogue.alerts.ping:
        return {}
    from pipeline.alerts import ping

    return ping(settings.catalogue)


def _measured(settings: Settings, line: RunLine, books: Mapping[str, Books]) -> dict[str, str]:
    """Write the metrics; return why that was not possible."""
    if not settings.catalogue.alerts.metrics:
        return {}
    from pipeline.alerts import metrics_problem, place_of_metrics, write_metrics

    if problem := metrics_problem(settings):
        return {"metrics": problem}
    runs = (*read_runs(settings.output), line)
    good = next((one.clock for one in reversed(runs) if one.is_good), "")
    file = place_of_metrics(settings)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_metrics(file, line, good, books, {"catalogue": settings.catalogue.base})
    except (OSError, ValueError) as error:
        return {"metrics": f"{file} cannot be written: {getattr(error, 'strerror', '') or error}"}
    return {}


def _changes(folder: Path) -> list[Change]:
    """Return what the run changed, and what would have changed of what was refused at a gate."""
    from pipeline.diff import read_changes

    found: list[Change] = []
    for name in ("changes.jsonl", HELD_CHANGES):
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            found += read_changes(folder / name)
    return found
