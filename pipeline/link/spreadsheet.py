"""Reading tables that went through a spreadsheet, and writing them so that they survive one."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pipeline.errors import OutputError, SettingsError, show_path

_MARKS = "=+\\-@\t\r\n＝＋－＠"  # what makes a spreadsheet take a cell for a formula
_GUARDED = re.compile(f"'+[{_MARKS}]")
_FORMULA = re.compile(f"'*[{_MARKS}]")
_SEPARATORS = ",;\t"


def read_rows(file: Path, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the line on which each row of a CSV file starts, and its cells by column name.

    Column names are lower-cased, cells stripped and freed of the apostrophe that guards against
    formulas; empty rows are passed over. Commas, semicolons and tabs separate, UTF-8 and (with a
    byte order mark) UTF-16 are read. Raises `SettingsError` (file:line) where the file cannot be
    read, is no CSV or lacks one of the columns `needed`.
    """
    text = _decoded(file)
    first = 0
    if text[:4].lower() == "sep=":  # how Excel notes the separator
        text = text.partition("\n")[2]
        first = 1
    header, _, _ = text.lstrip().partition("\n")
    separator = max(_SEPARATORS, key=lambda mark: (header.count(mark), -_SEPARATORS.index(mark)))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    names: list[str] = []
    start = first + 1
    try:
        for cells in reader:
            if not names and any(cells):
                names = [cell.strip().lower() for cell in cells]
                _check_columns(file, names, needed, start)
            elif any(cell.strip() for cell in cells):
                row = dict.fromkeys(names, "")
                row.update(zip(names, (unguarded(cell.strip()) for cell in cells), strict=False))
                yield start, row
            start = first + reader.line_num + 1
    except csv.Error as error:
        raise SettingsError(
            f"this row is no CSV ({error})",
            where=f"{show_path(file)}:{start}",
            expected="cells with quotation marks doubled and in quotation marks",
            next_step="save the sheet as CSV (UTF-8) again",
        ) from error
    if not names:
        _check_columns(file, names, needed, 1)


def _check_columns(file: Path, names: list[str], needed: Sequence[str], line: int) -> None:
    missing = [name for name in needed if name not in names]
    if missing:
        raise SettingsError(
            f"the column(s) {', '.join(missing)} are missing",
            where=f"{show_path(file)}:{line}",
            expected=f"a first row with the columns {', '.join(needed)}",
            next_step="start again from the review.csv of the current release (output/current)",
        )


def _decoded(file: Path) -> str:
    try:
        data = file.read_bytes()
        # What Excel calls "Unicode text" is UTF-16 with a byte order mark.
        wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
        return data.decode("utf-16" if wide else "utf-8-sig")
    except OSError as error:
        raise SettingsError(
            f"cannot be read ({error.strerror})",
            where=show_path(file),
            next_step="check the path; the review.csv to fill in stands in output/current",
        ) from error
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SettingsError(
            "is not UTF-8",
            where=f"{show_path(file)}:{line}",
            next_step="save the sheet as CSV UTF-8",
        ) from error


def write_rows(file: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a CSV file (UTF-8, commas, LF, a line a row) as a whole or not at all.

    Runs of white space in a cell become one space. Raises `OutputError`.
    """
    sheet = io.StringIO(newline="")
    writer = csv.writer(sheet, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([guarded(" ".join(cell.split())) for cell in row] for row in rows)
    spare = file.with_name(f".{file.name}.partial")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with spare.open("w", encoding="utf-8", newline="") as stream:
            stream.write(sheet.getvalue())
            stream.flush()
            os.fsync(stream.fileno())
        spare.replace(file)
    except OSError as error:
        raise OutputError(
            f"cannot be written ({error.strerror})",
            where=show_path(file),
            next_step="make the folder writable; nothing was changed",
        ) from error


def guarded(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """Return what `guarded` was given."""
    return cell[1:] if _GUARDED.match(cell) else cell
