"""`issues.csv`, `worklist.csv` and `review.csv`: what people open in a spreadsheet.

RFC 4180: commas, CRLF, quotes doubled. UTF-8 with a byte order mark, without which spreadsheets
take it for the local 8-bit encoding. A cell that a spreadsheet would run as a formula gets an
apostrophe in front, which `unguarded` takes off again.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from pipeline.model import Issue, ReviewLine, WorklistLine
from pipeline.publish.artefact import Artefact, write_lines
from pipeline.publish.sorting import sort_structs
from pipeline.publish.terms import scalar

ISSUES_FILE = "issues.csv"
WORKLIST_FILE = "worklist.csv"
REVIEW_FILE = "review.csv"
BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}".encode()
# A spreadsheet cell holds 32,767 characters; what is longer is cut there, and damages the row.
LONGEST_CELL = 32_000
ROWS_A_BLOCK = 1000

# Apostrophes before the sign count too, so that taking one off always gives back what was there.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}"
                      r"\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}]")  # fmt: skip
_SEVERITIES = {"violation": "0", "warning": "1", "info": "2"}


def write_issues(folder: Path, issues: Iterable[Issue]) -> Artefact:
    """Write every issue, by source, severity (worst first), identifier and property.

    Raises `OutputError`.
    """
    ordered = sort_structs(issues, Issue, _issue_order, folder)
    return _write(folder / ISSUES_FILE, Issue, ordered)


def write_worklist(folder: Path, lines: Iterable[WorklistLine]) -> Artefact:
    """Write the labels that no concept carries, the most frequent first; raises `OutputError`."""
    ordered = sorted(
        lines, key=lambda one: (one.source, one.property, -one.count, one.label, one.suggestion)
    )
    return _write(folder / WORKLIST_FILE, WorklistLine, ordered)


def write_review(folder: Path, lines: Iterable[ReviewLine]) -> Artefact:
    """Write the questions for a person, by record; `decision` is the last column.

    Raises `OutputError`.
    """
    ordered = sort_structs(
        lines, ReviewLine, lambda one: (one.record, one.property, one.value, one.label), folder
    )
    return _write(folder / REVIEW_FILE, ReviewLine, ordered)


def guarded(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula.

    >>> guarded("=1+1"), guarded("1+1")
    ("'=1+1", '1+1')
    """
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """Return what `guarded` was given.

    >>> unguarded("'=1+1"), unguarded("'quoted'")
    ('=1+1', "'quoted'")
    """
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _issue_order(issue: Issue) -> tuple[str, ...]:
    return (
        issue.source,
        _SEVERITIES[issue.severity],
        issue.identifier,
        issue.stage,
        issue.property,
        issue.message,
        issue.value,
    )


def _write(file: Path, kind: type[msgspec.Struct], rows: Iterable[msgspec.Struct]) -> Artefact:
    return write_lines(file, _encoded(kind.__struct_fields__, rows))


def _encoded(columns: Sequence[str], rows: Iterable[msgspec.Struct]) -> Iterator[bytes]:
    yield BYTE_ORDER_MARK
    text = io.StringIO(newline="")
    writer = csv.writer(text, dialect="excel")
    writer.writerow(columns)
    for number, row in enumerate(rows, start=1):
        writer.writerow([_cell(getattr(row, column)) for column in columns])
        if number % ROWS_A_BLOCK == 0:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def _cell(value: str | int | tuple[str, ...]) -> str:
    text = " ".join(value) if isinstance(value, tuple) else str(value)
    text = guarded(scalar(text))
    if len(text) <= LONGEST_CELL:
        return text
    return f"{text[:LONGEST_CELL]}… ({len(text):,} characters)"
