"""A run as operators have it: on record, told of only when something is wrong or right again."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from pipeline import release
from pipeline.ending import Outcome
from pipeline.errors import CataloomError, LockHeld
from pipeline.last_run import FOLDER, read_last_run
from pipeline.model import Books, Change
from pipeline.runs import (
    CATALOGUE,
    GOOD,
    Incident,
    RunLine,
    append_run,
    incidents_after,
    last_run,
    read_runs,
)
from pipeline.settings import Settings

FILES = ("report.html", "issues.csv", "changes.jsonl", "quarantine.jsonl")
UNEXPECTED = 1


def attend(settings: Settings, run: Callable[[], Outcome]) -> Outcome:
    """Do a run, put it on record, send what is due; returns or raises what the run does.

    A run that finds the lock held, or that only plans, is not on record.
    """
    begun, clock = time.monotonic(), release.stamp(release.clock())
    try:
        outcome = run()
    except LockHeld:
        raise
    except Exception as error:
        seconds = round(time.monotonic() - begun, 1)
        _put_on_record(settings, _failed(settings, clock, seconds, error), {})
        raise
    if outcome.kind != "planned":
        seconds = round(time.monotonic() - begun, 1)
        _put_on_record(settings, _ended(settings, clock, seconds, outcome), outcome.books)
    return outcome


def check_links_after(settings: Settings, tell: Callable[[str], None]) -> None:
    """Ask for the links that are due, where the settings say so; a run has ended before.

    Nothing that is found stops anything: it is an issue of the next release.
    """
    if settings.catalogue.links.check:
        from pipeline.link_check import check_links

        check_links(settings, tell)


def send_test(settings: Settings) -> dict[str, str]:
    """Send a test message through every channel that is set; return each one's problem or ''."""
    from pipeline.alerts import Message, channels_of, ping, send

    catalogue = settings.catalogue
    clock = release.stamp(release.clock())
    title = catalogue.title.get("en") or next(iter(catalogue.title.values()))
    message = Message(
        kind="test",
        subject=f"{title}: a test",
        text=f"This is a test of {clock}. So will messages on runs that need you arrive.\n",
        run=clock,
    )
    problems = {**send(catalogue, message), **ping(catalogue)}
    tested = [name for name in channels_of(catalogue.alerts) if name != "metrics"]
    if not tested:
        return {"alerts": "no channel is set; see [alerts] in docs/settings.md"}
    return {name: problems.get(name, "") for name in tested}


def _ended(settings: Settings, clock: str, seconds: float, outcome: Outcome) -> RunLine:
    manifest = release.previous_manifest(settings.output)
    changes: dict[str, int] = {}
    if outcome.kind == "published" or outcome.exit_code:
        for name in ("created", "updated", "deleted"):
            changes[name] = sum(getattr(books, name) for books in outcome.books.values())
    return RunLine(
        clock=clock,
        outcome="partial" if outcome.failed else outcome.kind,
        exit_code=outcome.exit_code,
        seconds=seconds,
        release=outcome.release,
        sources=outcome.sources,
        records=manifest.records if manifest else 0,
        changes={name: count for name, count in changes.items() if count},
        problems=dict(outcome.failed),
    )


def _failed(settings: Settings, clock: str, seconds: float, error: Exception) -> RunLine:
    known = isinstance(error, CataloomError)
    code = error.exit_code if isinstance(error, CataloomError) else UNEXPECTED
    message = str(error) if known else f"{type(error).__name__}: {error}"
    last = read_last_run(settings.output)
    told = last.failed if last and last.outcome == "refused" and last.clock == clock else {}
    try:
        manifest = release.previous_manifest(settings.output)
    except CataloomError:
        manifest = None
    return RunLine(
        clock=clock,
        outcome="refused" if told or code == 4 else "failed",  # noqa: PLR2004 - see errors.py
        exit_code=code,
        seconds=seconds,
        release=manifest.id if manifest else "",
        sources=tuple(sorted(told)),
        records=manifest.records if manifest else 0,
        problems=dict(told) or {CATALOGUE: message},
    )


def _put_on_record(settings: Settings, line: RunLine, books: Mapping[str, Books]) -> None:
    """Add the run to the history, tell what is due, write the metrics."""
    before = last_run(settings.output)
    alerts = settings.catalogue.alerts
    known = before.open if before else {}
    after, due = incidents_after(known, line, alerts.remind_days)
    kinds = tuple(kind for kind in ("failure", "reminder", "recovery") if due[kind])
    line = msgspec.structs.replace(line, open=after, alert=kinds)
    problems = _tell(settings, line, due, known) if kinds else {}
    if problems:  # nobody was told: it is due again
        again = {
            key: msgspec.structs.replace(one, told="") if key in due["failure"] else one
            for key, one in after.items()
        }
        line = msgspec.structs.replace(line, open=again)
    problems |= _after_a_good_run(settings, line)
    line = msgspec.structs.replace(line, undelivered=problems)
    try:
        append_run(settings.output, line)
        _write_metrics(settings, line, books)
    except OSError as error:
        problem = release.cannot_write(settings.output, error)
        if line.is_good:
            raise problem from error


def _tell(
    settings: Settings,
    line: RunLine,
    due: Mapping[str, Sequence[str]],
    known: Mapping[str, Incident],
) -> dict[str, str]:
    from pipeline.alerts import failure_message, recovery_message, send

    catalogue = settings.catalogue
    title = catalogue.title.get("en") or next(iter(catalogue.title.values()))
    folder = settings.output / FOLDER
    problems: dict[str, str] = {}
    if due["failure"] or due["reminder"]:
        files = [file for name in FILES if (file := folder / name).is_file()]
        message = failure_message(title, line, due, _changes(folder), files, folder)
        problems |= send(catalogue, message)
    if due["recovery"]:
        message = recovery_message(title, line, due["recovery"], known)
        problems |= send(catalogue, message)
    return problems


def _after_a_good_run(settings: Settings, line: RunLine) -> dict[str, str]:
    if not line.is_good or line.outcome not in GOOD or not settings.catalogue.alerts.ping:
        return {}
    from pipeline.alerts import ping

    return ping(settings.catalogue)


def _write_metrics(settings: Settings, line: RunLine, books: Mapping[str, Books]) -> None:
    alerts = settings.catalogue.alerts
    if not alerts.metrics:
        return
    from pipeline.alerts import write_metrics
    from pipeline.alerts.channels import value_of

    good = [one.clock for one in read_runs(settings.output) if one.is_good]
    file = settings.folder / value_of(alerts.metrics)
    file.parent.mkdir(parents=True, exist_ok=True)
    write_metrics(file, line, good[-1] if good else "", books,
                  {"catalogue": settings.catalogue.base})  # fmt: skip


def _changes(folder: Path) -> list[Change]:
    from pipeline.diff import read_changes

    try:
        return list(read_changes(folder / "changes.jsonl"))
    except (OSError, msgspec.MsgspecError):
        return []
