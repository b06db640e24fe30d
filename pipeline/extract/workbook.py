"""The rows of a workbook (XLSX, XLSB, XLS, ODS): a process of its own opens it, this one is told.

Before that a ZIP archive is measured, so that it can fill neither memory nor time.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import closing, suppress
from pathlib import Path
from typing import IO

import msgspec

from pipeline.errors import SourceError
from pipeline.extract.payloads import shown
from pipeline.extract.workbook_worker import (
    MEGABYTES,
    PREFIX,
    SECONDS,
    Ended,
    Failed,
    Message,
    Opened,
    Rows,
    Sheet,
)
from pipeline.extract.zip_archive import unpacked
from pipeline.settings import nearest

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # [MS-CFB] §2.2: XLS, and workbooks with a password

SHEET_MEMBER = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
ERROR_CELL = re.compile(rb'<c\b(?=[^>]*\st="e")[^>]*\sr="([A-Z]{1,3}[0-9]{1,7})"')
MOST_SHOWN = 5

WORKBOOK = "a workbook as Excel or LibreOffice saves it (XLSX, XLS or ODS)"


class OpenedSheet(msgspec.Struct, frozen=True):
    """A sheet that is being read: its name, all sheets, the cells with errors, the rows to come.

    `rows` gives the number of each row from 1 and its cells, and ends the process with itself.
    """

    name: str
    sheets: tuple[Sheet, ...]
    errors: tuple[str, ...]
    rows: Generator[tuple[int, list[str]], None, None]


def is_workbook(data: bytes) -> bool:
    """Say whether `data` begins as the files of spreadsheet programs do."""
    return data.startswith((ZIP, OLE))


def open_sheet(data: bytes, where: str, name: str = "") -> OpenedSheet:
    """Return the sheet `name` of a workbook, or its first visible one that has a cell.

    Raises `SourceError` for what is no workbook, has a password or no such sheet, unpacks to too
    much, or takes more memory or time than any listing.
    """
    errors = error_cells(data, where) if data.startswith(ZIP) else ()
    told = _told(data, where, name)
    opened = next(told)
    if not isinstance(opened, Opened):  # cannot be: what comes first is this, or was raised
        raise AssertionError
    return OpenedSheet(opened.sheet, opened.sheets, errors, _rows(told))


def error_cells(data: bytes, where: str) -> tuple[str, ...]:
    """Return the first cells of an XLSX archive that hold an error (#REF!), which is left out.

    Measures the archive on its way; raises `SourceError` as `open_sheet` does.
    """
    found: dict[str, None] = {}
    for name, piece in unpacked(data, where):
        if b't="e"' in piece and len(found) < MOST_SHOWN and SHEET_MEMBER.fullmatch(name):
            found.update(dict.fromkeys(cell.decode("ascii") for cell in ERROR_CELL.findall(piece)))
    return tuple(found)[:MOST_SHOWN]


def _rows(told: Generator[Message, None, None]) -> Generator[tuple[int, list[str]], None, None]:
    with closing(told):
        for message in told:
            if isinstance(message, Rows):
                yield from enumerate(message.cells, message.first)


def _told(data: bytes, where: str, name: str) -> Generator[Message, None, None]:
    """Yield the messages of the process that opens `data`; raises `SourceError` for a failure."""
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "pipeline.extract.workbook_worker"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_environment(),
    ) as process:  # fmt: skip
        if process.stdin is None or process.stdout is None or process.stderr is None:
            raise AssertionError  # cannot be: all three are pipes
        try:
            with (
                suppress(BrokenPipeError),
                process.stdin as given,
            ):  # where it died, a code says why
                wanted = name.encode()  # it reads all before it says a word
                given.write(len(wanted).to_bytes(PREFIX) + wanted)
                given.write(data)
            while (message := _next(process.stdout)) is not None:
                if isinstance(message, Ended):
                    return
                if isinstance(message, Failed):
                    raise _failure(message, where)
                yield message
            complaints = process.stderr.read().decode(errors="replace")
            process.wait()
        finally:
            process.kill()
    raise _died(process.returncode, complaints, where)


def _environment() -> dict[str, str]:
    """Return the worker's environment: this package is found, a panic prints no backtrace."""
    ours = str(Path(__file__).resolve().parent.parent.parent)
    path = os.environ.get("PYTHONPATH", "")
    found = f"{ours}{os.pathsep}{path}" if path else ours
    return {**os.environ, "PYTHONPATH": found, "RUST_BACKTRACE": "0"}


def _next(stream: IO[bytes]) -> Message | None:
    length = int.from_bytes(stream.read(PREFIX))
    packed = stream.read(length)
    if not length or len(packed) < length:  # it died, perhaps while it wrote
        return None
    decoder: msgspec.msgpack.Decoder[Message] = msgspec.msgpack.Decoder(Message)
    return decoder.decode(packed)


def _failure(failed: Failed, where: str) -> SourceError:
    if failed.kind == "password":
        what, step = "is protected by a password", "save it without one"
    elif failed.kind == "sheet":
        names = [sheet.name for sheet in failed.sheets]
        listed = ", ".join(repr(shown(name)) for name in names) or "no sheet of cells"
        return SourceError(
            f"has no sheet {shown(failed.message)!r} (key 'table.sheet')"
            f"{nearest(failed.message, names)}",
            where=where, expected=f"one of {listed}", next_step="correct 'table.sheet'",
        )  # fmt: skip
    else:
        what = f"cannot be read as a workbook: {shown(failed.message)}"
        step = "open it in a spreadsheet program and save it again, or as CSV"
    return SourceError(what, where=where, expected=WORKBOOK, next_step=step)


def _died(code: int, complaints: str, where: str) -> SourceError:
    """Return the error for a process that ended with `code` before the sheet was whole."""
    if code == -signal.SIGXCPU:
        what = f"takes more than {SECONDS:g} seconds to open"
    elif (
        code == -signal.SIGKILL or "memory allocation" in complaints or "MemoryError" in complaints
    ):
        what = (
            f"takes more than {MEGABYTES:,} MB of memory to open; a single cell far right and far "
            "down does this"
        )
    else:
        last = complaints.strip().rpartition("\n")[2]
        what = f"brings its reader down (exit code {code}: {shown(last)})"
    return SourceError(
        what, where=where, expected=WORKBOOK,
        next_step="copy the table to a new workbook, or save the sheet as CSV",
    )  # fmt: skip
