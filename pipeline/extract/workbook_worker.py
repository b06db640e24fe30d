"""The process that opens one workbook: `python -m pipeline.extract.workbook_worker`.

Reads the name of the sheet (empty: any) behind its length (4 bytes, big endian) and the workbook
from stdin, and writes messages to stdout, each behind its length: `Opened`, then `Rows` in their
order, then `Ended`; or `Failed`. calamine, which reads workbooks, takes memory for every cell
between the outermost ones and ends its process where there is none left to take: so it has one of
its own, with limits.
"""

from __future__ import annotations

import datetime
import io
import signal
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO, Final

import msgspec

from pipeline.extract.json_paths import text_of
from pipeline.query import confinement

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

MEGABYTES: Final = 1024
"""Memory of the process: enough for a sheet of some million cells."""

SECONDS: Final = 60.0
"""Computing time of the process: that of 50 MB of sheet several times over."""

CELLS_AT_ONCE: Final = 20_000
PREFIX: Final = 4


class Sheet(msgspec.Struct, frozen=True):
    """A sheet of cells (not of charts or macros), and whether a reader sees it."""

    name: str
    visible: bool


class Opened(msgspec.Struct, frozen=True, tag=True):
    """The sheets of the workbook, and the name of that which follows (empty: none has a cell)."""

    sheets: tuple[Sheet, ...]
    sheet: str


class Rows(msgspec.Struct, frozen=True, tag=True):
    """Cells of consecutive rows as texts, blanks at a row's end left out; `first` counts from 1."""

    first: int
    cells: list[list[str]]


class Failed(msgspec.Struct, frozen=True, tag=True):
    """Why the workbook or the sheet cannot be read: `kind` is password, sheet or workbook."""

    kind: str
    message: str
    sheets: tuple[Sheet, ...] = ()


class Ended(msgspec.Struct, frozen=True, tag=True):
    """The sheet is whole."""


Message = Opened | Rows | Failed | Ended
Span = tuple[tuple[int, int], tuple[int, int]]


def main() -> int:
    """Read the workbook on stdin, confined; return the exit code."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, which kills
    wanted = sys.stdin.buffer.read(int.from_bytes(sys.stdin.buffer.read(PREFIX))).decode()
    data = sys.stdin.buffer.read()
    confinement.refuse_sockets()
    confinement.refuse_writing()
    confinement.cap_processor(SECONDS)
    confinement.cap_memory(MEGABYTES)
    for message in messages(data, wanted):
        send(message, sys.stdout.buffer)
    sys.stdout.buffer.flush()
    return 0


def send(message: Message, output: BinaryIO) -> None:
    """Write `message` behind its length."""
    packed = msgspec.msgpack.encode(message)
    output.write(len(packed).to_bytes(PREFIX) + packed)


def messages(data: bytes, wanted: str) -> Iterator[Message]:
    """Yield what the workbook `data` says: of the sheet `wanted`, or of the first that has cells.

    Hidden sheets are read only where they are wanted by name.
    """
    import python_calamine as calamine

    sheets: tuple[Sheet, ...] = ()
    try:
        with calamine.load_workbook(io.BytesIO(data)) as workbook:
            sheets = _sheets(workbook)
            if wanted and wanted not in [sheet.name for sheet in sheets]:
                yield Failed("sheet", wanted, sheets)
                return
            names = [wanted] if wanted else [sheet.name for sheet in sheets if sheet.visible]
            for name in names:
                cells = workbook.get_sheet_by_name(name)
                if cells.start is not None:
                    yield Opened(sheets, name)
                    yield from _rows(cells)
                    break
            else:
                yield Opened(sheets, "")
        yield Ended()
    except calamine.PasswordError:
        yield Failed("password", "", sheets)
    except (calamine.CalamineError, OSError, ValueError) as error:
        yield Failed("workbook", str(error), sheets)


def _sheets(workbook: CalamineWorkbook) -> tuple[Sheet, ...]:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    return tuple(
        Sheet(one.name, one.visible == SheetVisibleEnum.Visible)
        for one in workbook.sheets_metadata
        if one.typ == SheetTypeEnum.WorkSheet
    )


def _rows(cells: CalamineSheet) -> Iterator[Rows]:
    left = cells.start[1] if cells.start else 0
    rows = ([""] * left + [cell_text(cell) for cell in row] for row in cells.iter_rows())
    gathered: list[list[str]] = []
    first, size = 1, 0
    for number, row in enumerate(filled(rows, cells.merged_cell_ranges or ()), 1):
        while row and not row[-1].strip():
            row.pop()
        gathered.append(row)
        size += len(row) + 1
        if size > CELLS_AT_ONCE:
            yield Rows(first, gathered)
            gathered, first, size = [], number + 1, 0
    yield Rows(first, gathered)


def filled(rows: Iterable[list[str]], merged: Iterable[Span]) -> Iterator[list[str]]:
    """Yield `rows` with the text of a cell that is merged downwards in each row it stands for.

    Cells merged sideways, as headings of a page are, stay as they are.
    """
    starts: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, _) in merged:
        if bottom > top:
            starts.setdefault(top, []).append((left, bottom))
    going: dict[int, tuple[int, str]] = {}
    for number, row in enumerate(rows):
        for column, (bottom, text) in list(going.items()):
            if number > bottom:
                del going[column]
            else:
                row[column] = row[column] or text
        for column, bottom in starts.get(number, ()):
            if column < len(row):  # rows are as wide as each other
                going[column] = (bottom, row[column])
        yield row


def cell_text(cell: object) -> str:
    """Return the value of a cell as text: dates by ISO 8601, numbers as short as they may be.

    >>> cell_text(2019.0), cell_text(datetime.datetime(2020, 1, 2)), cell_text(True)
    ('2019', '2020-01-02', 'true')
    """
    if isinstance(cell, str):
        return cell.replace("\0", "")
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat()
    if isinstance(cell, (datetime.date, datetime.time)):
        return cell.isoformat()
    if isinstance(cell, datetime.timedelta):
        minutes, seconds = divmod(int(cell.total_seconds()), 60)
        return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
    return text_of(cell)


if __name__ == "__main__":  # pragma: no cover - another process
    sys.exit(main())
