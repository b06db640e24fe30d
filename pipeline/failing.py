"""What a run leaves in `output/last-run/` that failed before it had anything of its own to tell."""

from __future__ import annotations

import shutil
from pathlib import Path

from pipeline import VERSION, release
from pipeline.aside import NEW
from pipeline.errors import CataloomError
from pipeline.last_run import FILE, FOLDER, LastRun, copy_told, note_last_run, read_last_run
from pipeline.model import Issue
from pipeline.settings import Settings

MADE = f"{NEW}failed-run"


def mark_of(output: Path) -> tuple[int, ...]:
    """Return what tells whether `run.json` has been written anew."""
    try:
        found = (output / FOLDER / FILE).stat()
    except OSError:
        return ()
    return found.st_ino, found.st_mtime_ns, found.st_ctime_ns


def keep_failure(settings: Settings, last: LastRun, message: str, mark: tuple[int, ...]) -> bool:
    """Let the last run's folder say that this run failed; say whether what it holds is this run's.

    `mark` is that of the folder before the run: where the run has told its own story, only its end
    is put right. What an earlier run had to tell goes.
    """
    output = settings.output
    try:
        if mark_of(output) != mark:
            told = read_last_run(output)
            if told is not None and told.outcome != "refused":
                note_last_run(output, last)
            return True
        with release.locked(output):
            _keep(settings, last, message)
    except (CataloomError, OSError):  # another run is at work, or the disk cannot be written
        return False
    return True


def _keep(settings: Settings, last: LastRun, message: str) -> None:
    from pipeline.publish import ReportData, write_changes, write_report
    from pipeline.publish.tables import write_issues

    made = settings.output / MADE
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir()
    try:
        catalogue = settings.catalogue
        data = ReportData(
            title=catalogue.title.get("en") or next(iter(catalogue.title.values())),
            base=catalogue.base,
            release=last.release,
            previous=last.release,
            clock=last.clock,
            version=VERSION,
            outcome="refused" if last.outcome == "refused" else "failed",
            outcome_text=message,
        )
        write_report(made, data)
        write_changes(made, ())
        (made / "quarantine.jsonl").touch()
        lines = (line.strip() for line in message.splitlines())
        write_issues(
            made, [Issue("", "", "publish", "", "", "violation", line) for line in lines if line]
        )
        copy_told(made, settings.output / FOLDER, last)
    finally:
        shutil.rmtree(made, ignore_errors=True)
