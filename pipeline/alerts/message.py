"""What people are told: in words, and as data with the differences and the issues in full."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from pipeline.model import Change
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
    told: Mapping[str, Sequence[str]],
    changes: Sequence[Change],
    files: Sequence[Path],
    folder: Path,
) -> Message:
    """Return the message on what went wrong, or still is: `told` lists the keys by kind."""
    keys = [*told["failure"], *told["reminder"]]
    kind = "failure" if told["failure"] else "reminder"
    again = [key for key in keys if key in told["reminder"]]
    what = ", ".join(keys)
    subject = f"{title}: {what} {'still ' if kind == 'reminder' else ''}needs you"
    parts = [f"The run of {line.clock} ended with {line.outcome} (exit code {line.exit_code})."]
    for key in keys:
        since = f" (since {line.open[key].since})" if key in again else ""
        parts.append(f"{key}{since}:\n{line.problems.get(key) or line.open[key].message}")
    parts.append(_published(line))
    if changes:
        parts.append("What the run changed:\n" + "\n".join(_change_lines(changes)))
    parts.append(f"Everything on this run: {folder}")
    return Message(
        kind=kind,
        subject=subject,
        text="\n\n".join(parts) + "\n",
        run=line.clock,
        release=line.release,
        problems={key: line.open[key].message for key in keys},
        changes=tuple(changes),
        files=tuple(files),
    )


def recovery_message(
    title: str, line: RunLine, keys: Sequence[str], before: Mapping[str, Incident]
) -> Message:
    """Return the message on what is right again."""
    parts = [
        f"{key} is right again with the run of {line.clock}. It was wrong since "
        f"{before[key].since}:\n{before[key].message}"
        for key in keys
    ]
    return Message(
        kind="recovery",
        subject=f"{title}: {', '.join(keys)} is right again",
        text="\n\n".join((*parts, _published(line))) + "\n",
        run=line.clock,
        release=line.release,
        problems={key: before[key].message for key in keys},
    )


def _published(line: RunLine) -> str:
    if not line.release:
        return "Nothing is published yet."
    return f"Published is {line.release}, {line.records:,} records."


def _change_lines(changes: Sequence[Change]) -> list[str]:
    from pipeline.diff import as_table

    lines = list(as_table(changes[:MOST_LINES]))
    if len(changes) > MOST_LINES:
        lines.append(f"… and {len(changes) - MOST_LINES:,} more, in changes.jsonl")
    return lines
