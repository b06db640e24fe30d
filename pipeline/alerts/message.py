"""What people are told: in words, and as data with the differences and the issues in full."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from pipeline.alerts.due import Due
from pipeline.model import Change
from pipeline.read_elsewhere import with_folder
from pipeline.runs import Incident, RunLine

MOST_LINES = 200  # changes and issues in the words of a message; the attached files hold all


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message: its kind (failure, reminder, recovery, test), subject and words.

    `problems` maps a source (or the catalogue) to what is wrong; `files` are those of the last run
    that say everything: changes, issues, quarantine, report.
    """

    kind: str
    subject: str
    text: str
    run: str
    release: str = ""
    problems: Mapping[str, str] = {}
    changes: tuple[Change, ...] = ()
    files: tuple[Path, ...] = ()


def failure_message(
    title: str,
    line: RunLine,
    told: Due,
    opened: Mapping[str, Incident],
    changes: Sequence[Change],
    files: Sequence[Path],
    catalogue: Path,
) -> Message:
    """Return the message on what went wrong, or still is.

    `told` lists the keys by kind, `opened` holds what was wrong before; `changes` and `files` are
    those of the run, none where it has left none. Messages are read elsewhere, so commands name the
    `catalogue` folder.
    """
    keys = [*told.failure, *told.reminder]
    kind = "failure" if told.failure else "reminder"
    problems = {key: with_folder(line.problems[key], catalogue) for key in keys}
    what = ", ".join(keys)
    subject = f"{title}: {what} {'still ' if kind == 'reminder' else ''}needs you"
    parts = [f"The run of {line.clock} ended with {line.outcome} (exit code {line.exit_code})."]
    for key in keys:
        since = f" (since {opened[key].since})" if key in opened else ""
        parts.append(f"{key}{since}:\n{problems[key]}")
    parts.append(_published(line))
    if changes:
        parts.append("What the run changed, or held back:\n" + "\n".join(_change_lines(changes)))
    if files:
        parts.append(f"Everything on this run: {files[0].parent}")
    parts.append(with_folder("How it stands: cataloom status", catalogue))
    return Message(
        kind=kind,
        subject=subject,
        text="\n\n".join(parts) + "\n",
        run=line.clock,
        release=line.release,
        problems=problems,
        changes=tuple(changes),
        files=tuple(files),
    )


def recovery_message(title: str, line: RunLine, told: Due, catalogue: Path) -> Message:
    """Return the message on what is right again, and on what is no source any more."""
    problems = {key: with_folder(one.message, catalogue) for key, one in told.recovery.items()}
    parts = [
        f"{key} {'is no source any more as of' if key in told.gone else 'is right again with'} "
        f"the run of {line.clock}. It was wrong since {one.since}:\n{problems[key]}"
        for key, one in told.recovery.items()
    ]
    right = [key for key in told.recovery if key not in told.gone]
    news = [f"{', '.join(right)} is right again"] if right else []
    news += [f"{', '.join(sorted(told.gone))} is no source any more"] if told.gone else []
    return Message(
        kind="recovery",
        subject=f"{title}: {'; '.join(news)}",
        text="\n\n".join((*parts, _published(line))) + "\n",
        run=line.clock,
        release=line.release,
        problems=problems,
    )


def _published(line: RunLine) -> str:
    if not line.release:
        return "Nothing is published yet."
    return f"Published is {line.release}, {line.records:,} records."


def _change_lines(changes: Sequence[Change]) -> list[str]:
    from pipeline.diff import as_table

    lines = list(as_table(changes[:MOST_LINES]))
    if len(changes) > MOST_LINES:
        lines.append(f"… and {len(changes) - MOST_LINES:,} more, in the files of the run")
    return lines
