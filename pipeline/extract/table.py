"""`table`: the rows of CSV, TSV and other delimited text, of XLSX, XLS and ODS workbooks.

Dialect, headings and the columns of each field are found where the settings do not name them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import chain, islice

from pipeline.errors import SettingsError, SourceError
from pipeline.extract.access import Access, NoEntriesError, read_each
from pipeline.extract.columns import are_by_letter, columns_of, counter_of_known
from pipeline.extract.csv_dialect import check_delimiter, find_dialect
from pipeline.extract.csv_text import Doubt, Row, rows_of
from pipeline.extract.decoding import decode
from pipeline.extract.headings import (
    ROWS_SEARCHED,
    Headings,
    HeadingsError,
    find_header,
    letters,
    name_columns,
)
from pipeline.extract.payloads import Payload, shown, source_issue
from pipeline.extract.table_rows import Plan, may_hold_errors, records_of
from pipeline.extract.unread import Notes
from pipeline.extract.workbook import OpenedSheet, is_workbook, open_sheet
from pipeline.model import Issue, Locator, Page
from pipeline.settings import Source

AT_ONCE = 100
"""Records of one page: read twice as fast as pages of thousands, which the collector of cyclic
garbage goes through again and again."""

MOST_COLUMNS = 16_384
"""Columns of a table: as many as spreadsheet programs have."""

MOST_SHEETS = 10
"""Sheets that are tried until one has headings."""

ACCEPT = (
    "text/csv, text/tab-separated-values, "
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet, "
    "application/vnd.oasis.opendocument.spreadsheet, application/vnd.ms-excel, */*;q=0.5"
)
MARKUP = ("<!doctype html", "<html", "<table", "<?xml")


def pages(source: Source, access: Access) -> Iterator[Page]:
    """Return the pages of a `table`, of some hundred records; see `pipeline.extract.pages`."""
    check_delimiter(source)
    for name, field in (source.table.fields if source.table else {}).items():
        if not isinstance(field, str) and field.attribute:
            raise SettingsError(
                f"key 'table.fields.{name}.attribute': a table has no attributes",
                where=source.file or source.name, expected="select, split, html, language",
                next_step="take it out",
            )  # fmt: skip
    return read_each(source, access, lambda payload: read(payload, source), accept=ACCEPT)


def read(payload: Payload, source: Source) -> Iterator[Page]:
    """Yield the pages of one table.

    Raises `SourceError` for what is no table or has no headings, a column that the settings name
    or a title; `NoEntriesError` where no row follows the headings.
    """
    place = Locator(payload.digest, payload.name, "")
    read_pages = _read_workbook if is_workbook(payload.data) else _read_text
    has_records = False
    for page in read_pages(payload, source, place):
        has_records = has_records or bool(page.records)
        yield page
    if not has_records:
        raise NoEntriesError(
            "has no row below its headings", where=payload.name, expected="a row a resource",
            next_step="check the file; where the headings were found wrong, name the number of "
            "their row as 'table.header'",
        )  # fmt: skip


def _read_text(payload: Payload, source: Source, place: Locator) -> Iterator[Page]:
    decoded = decode(payload.data, source, payload.name, markup=False, charset=payload.charset)
    text = decoded.text
    if text[:500].lstrip().lower().startswith(MARKUP):
        raise SourceError(
            f"is HTML or XML, not a table: it begins {shown(text)!r}", where=payload.name,
            expected="delimited text, or a workbook", next_step="save it as CSV or XLSX; for a "
            "listing that is a web page use kind = \"html-listing\"",
        )  # fmt: skip
    dialect = find_dialect(text, source, counter_of_known(source))
    doubts: list[Doubt] = []
    rows = rows_of(text, dialect, payload.name, doubts)
    errors = may_hold_errors(text)
    yield from _read_rows(rows, source, place, list(decoded.issues), doubts, errors=errors)


def _read_workbook(payload: Payload, source: Source, place: Locator) -> Iterator[Page]:
    wanted = source.table.sheet if source.table else ""
    name, tried = wanted, 0
    refused: HeadingsError | None = None
    while True:
        opened = open_sheet(payload.data, payload.name, name)
        notes = _notes(opened, source, payload.name)
        tried += 1
        with closing(opened.rows):
            rows = ((number, number, cells) for number, cells in opened.rows)
            try:
                yield from _read_rows(rows, source, place, notes, [], errors=True)
                return
            except HeadingsError as error:
                refused = refused or error
        visible = [sheet.name for sheet in opened.sheets if sheet.visible]
        name = opened.name or name
        further = visible[visible.index(name) + 1 :] if name in visible else []
        if wanted or not further or tried == MOST_SHEETS:
            raise refused
        name = further[0]


def _notes(opened: OpenedSheet, source: Source, where: str) -> list[Issue]:
    """Return issues on sheets that were not read and on cells with errors."""
    notes = []
    others = [sheet.name for sheet in opened.sheets if sheet.visible and sheet.name != opened.name]
    if others and not (source.table and source.table.sheet):
        listed = ", ".join(repr(shown(name, 40)) for name in others[:MOST_SHEETS])
        message = (
            f"{where}: sheet {shown(opened.name)!r} was read, not {listed}; name another as "
            "'table.sheet'"
        )
        notes.append(source_issue(source, message, severity="info"))
    if opened.errors:
        message = (
            f"{where}: formulas fail in cells such as {', '.join(opened.errors)}, which were read "
            "as blank; correct them in the spreadsheet"
        )
        notes.append(source_issue(source, message))
    return notes


def _read_rows(
    rows: Iterator[Row], source: Source, place: Locator, issues: list[Issue],
    doubts: list[Doubt], *, errors: bool,
) -> Iterator[Page]:  # fmt: skip
    first = list(islice(rows, max(ROWS_SEARCHED, source.table.header if source.table else 0)))
    headings, header, after = _headings(first, source, place.name)
    fields, notes = columns_of(headings, source, place.name)
    plan = Plan(source, place, fields, header, errors)
    told = Notes((*issues, *notes))
    records = records_of(chain(first[after:], rows), plan)
    while batch := tuple(islice(records, AT_ONCE)):
        _tell(doubts, source, place.name, told)
        yield told.page(batch)
    _tell(doubts, source, place.name, told)
    if told:
        yield told.page()


def _tell(doubts: list[Doubt], source: Source, where: str, told: Notes) -> None:
    for doubt in doubts:
        message = f"{where}: row {doubt.number}, line {doubt.line}: {doubt.message}"
        (told.lose if doubt.swallows else told.append)(source_issue(source, message))
    doubts.clear()


def _headings(
    first: list[Row], source: Source, where: str
) -> tuple[Headings, tuple[str, ...], int]:
    """Return the headings, their row as written, how many of the first rows are no records."""
    cells = [row[2] for row in first]
    width = max(map(len, cells), default=0)
    if width > MOST_COLUMNS:
        raise SourceError(
            f"has rows of {width:,} cells", where=where, expected=f"at most {MOST_COLUMNS:,}",
            next_step="check the file; set 'table.delimiter' if it was found wrong",
        )  # fmt: skip
    given = source.table.header if source.table else 0
    if given:
        if given > len(cells) or not any(map(str.strip, cells[given - 1])):
            raise SourceError(
                f"has no cell in row {given} (key 'table.header')", where=where,
                expected="the number of the row of headings, from 1; blank rows count",
                next_step="correct it, or leave it out: the row is found",
            )  # fmt: skip
        return name_columns(cells[given - 1], width), tuple(cells[given - 1]), given
    known = counter_of_known(source)
    index = find_header(cells, known)
    if are_by_letter(source) and (index is None or not known(cells[index])):
        return _lettered(width), (), 0
    if index is None:
        raise _no_headings(cells, where)
    below = cells[index + 1] if index + 1 < len(cells) else []
    after = index + (2 if _is_rule(below) else 1)
    return name_columns(cells[index], width), tuple(cells[index]), after


def _is_rule(cells: list[str]) -> bool:
    """Say whether a row is the line below the headings of a table in Markdown."""
    drawn = [cell.strip() for cell in cells if cell.strip()]
    return bool(drawn) and all(len(cell) > 1 and not cell.strip("-:=+") for cell in drawn)


def _lettered(width: int) -> Headings:
    names = tuple(f"column {letters(index)}" for index in range(width))
    return Headings(names, names, width)


def _no_headings(cells: list[list[str]], where: str) -> HeadingsError:
    filled = [row for row in cells if any(map(str.strip, row))]
    begins = " | ".join(cell for cell in filled[0] if cell.strip()) if filled else ""
    return HeadingsError(
        f"no row looks like headings; the first begins {shown(begins)!r}" if filled else "is empty",
        where=where, expected="a row with a name for each column",
        next_step="name its number as 'table.header'; a table without headings is read by letters: "
        '[table.fields] title = "column A"',
    )  # fmt: skip
