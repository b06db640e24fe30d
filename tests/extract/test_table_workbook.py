"""Workbooks: sheets, cells, merged ranges; archives that are bombs, sheets that fill the memory."""

from __future__ import annotations

import datetime
import io
import resource
import signal
import struct
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from pipeline.errors import SourceError
from pipeline.extract import workbook, workbook_worker, zip_archive
from pipeline.extract.table import MOST_SHEETS
from pipeline.extract.workbook import ERROR_CELL, open_sheet
from pipeline.extract.workbook_worker import (
    PREFIX,
    Ended,
    Failed,
    Opened,
    Rows,
    cell_text,
    filled,
    messages,
    send,
)
from pipeline.extract.workbook_worker import (
    Sheet as Listed,
)
from pipeline.kinds import Field
from pipeline.query import confinement
from tests.extract.tables import issues_in, pages_of, records_in, table_source
from tests.extract.workbooks import (
    MAIN,
    Raw,
    Sheet,
    date,
    ods,
    ods_row,
    sheet_xml,
    xlsx,
    zipped,
)

BOOKS: list[list[object]] = [
    ["Title", "Year", "Link"],
    ["Ceramics", 2019.0, None],
    ["Textiles", None, "https://e.org"],
]
ERROR = Raw('<c r="{ref}" t="e"><f>1/0</f><v>#DIV/0!</v></c>')
FORMULA = Raw('<c r="{ref}"><f>A1+1</f><v>41</v></c>')
LIMIT = 150_000_000
ROOT = Path(__file__).parents[2]


def changed(data: bytes, member: str, old: str, new: str) -> bytes:
    """Return the archive `data` with a text of one of its members replaced."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name).decode() for name in archive.namelist()}
    assert old in members[member]
    members[member] = members[member].replace(old, new)
    return zipped(members)


def test_a_sheet_is_read() -> None:
    first, second = records_in(xlsx({"Books": Sheet(BOOKS)}))
    assert first.fields == {"title": ("Ceramics",), "date": ("2019",)}
    assert first.locator.position == "row 2"
    assert second.fields == {"title": ("Textiles",), "page": ("https://e.org",)}
    assert issues_in(xlsx({"Books": Sheet(BOOKS)})) == []


def test_positions_are_those_that_the_spreadsheet_shows() -> None:
    rows: list[list[object]] = [
        [],
        [None, "A list"],
        [],
        [None, None, "Title", "Year"],
        [],
        [None, None, "Clay", 2019],
    ]
    (record,) = records_in(xlsx({"Books": Sheet(rows)}))
    assert record.locator.position == "row 6"
    assert record.fields == {"title": ("Clay",), "date": ("2019",)}
    source = table_source({"title": "column C", "subject": "column B"}, header=4)
    assert records_in(xlsx({"Books": Sheet(rows)}), source)[0].fields == {"title": ("Clay",)}


def test_cells_of_every_type_are_texts() -> None:
    rows: list[list[object]] = [
        ["Title", "Whole", "Part", "Big", "Yes", "Day", "Moment", "Formula", "Lines"],
        ["Clay", 2019.0, 0.1, 9780439023480, True, date(43832), date(43832.5), FORMULA, "a\nb  c "],
    ]
    names: dict[str, Field | str] = {str(name).lower(): str(name) for name in rows[0]}
    (record,) = records_in(xlsx({"S": Sheet(rows)}), table_source(names))
    assert record.fields == {
        "title": ("Clay",), "whole": ("2019",), "part": ("0.1",), "big": ("9780439023480",),
        "yes": ("true",), "day": ("2020-01-02",), "moment": ("2020-01-02T12:00:00",),
        "formula": ("41",), "lines": ("a\nb  c",),
    }  # fmt: skip


def test_cells_with_errors_are_told() -> None:
    data = xlsx({"S": Sheet([["Title", "Year"], ["Clay", ERROR], ["Ink", "#REF!"]])})
    assert [record.fields for record in records_in(data)] == [
        {"title": ("Clay",)}, {"title": ("Ink",)},
    ]  # fmt: skip
    first, second = issues_in(data)
    assert "formulas fail in cells such as B2" in first.message
    assert second.identifier == "row 3"


def test_references_of_cells_with_errors() -> None:
    many = [["Title", ERROR, ERROR, ERROR], ["x", ERROR, ERROR, ERROR]]
    assert open_sheet(xlsx({"S": Sheet(many)}), "x").errors == ("B1", "C1", "D1", "B2", "C2")
    assert ERROR_CELL.findall(b'<c t="e" r="B7" s="1"><c r="C7"><c s="2" r="D7" t="e">') == [
        b"B7", b"D7",
    ]  # fmt: skip


@pytest.mark.slow
def test_the_first_visible_sheet_with_headings_is_read() -> None:
    sheets = {
        "Hidden": Sheet([["Title"], ["secret"]], hidden=True),
        "Empty": Sheet([]),
        "Notes": Sheet([[1, 2], [3, 4]]),
        "Blank": Sheet([]),
        "Terms": Sheet([["Word", "Meaning"], ["Kiln", "an oven"]]),
        "Books": Sheet(BOOKS),
        "More": Sheet(BOOKS),
    }
    assert [record.fields["title"][0] for record in records_in(xlsx(sheets))] == [
        "Ceramics", "Textiles",
    ]  # fmt: skip
    (issue,) = issues_in(xlsx(sheets))
    assert issue.severity == "info"
    assert issue.message == (
        "list.csv: sheet 'Books' was read, not 'Empty', 'Notes', 'Blank', 'Terms', 'More'; name "
        "another as 'table.sheet'"
    )


def test_a_sheet_may_be_named_even_a_hidden_one() -> None:
    data = xlsx({"Books": Sheet(BOOKS), "Old": Sheet([["Title"], ["secret"]], hidden=True)})
    assert records_in(data, table_source(sheet="Old"))[0].fields == {"title": ("secret",)}
    assert issues_in(data, table_source(sheet="Old")) == []


def test_a_sheet_that_is_not_there_is_told_with_those_that_are() -> None:
    data = xlsx({"Books": Sheet(BOOKS), "Old": Sheet(BOOKS)})
    with pytest.raises(SourceError) as error:
        pages_of(data, table_source(sheet="Book"))
    assert str(error.value) == (
        "list.csv: has no sheet 'Book' (key 'table.sheet') (did you mean 'Books'?); expected one "
        "of 'Books', 'Old'; next: correct 'table.sheet'"
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sheets", "message"),
    [
        ({"A": Sheet([]), "B": Sheet([])}, "is empty"),
        ({"A": Sheet([[1, 2], [3, 4]]), "B": Sheet([[5, 6]])}, "the first begins '1 | 2'"),
        ({"A": Sheet([["Title", "Year"]])}, "no row below its headings"),
    ],
)
def test_workbooks_without_a_table(sheets: dict[str, Sheet], message: str) -> None:
    with pytest.raises(SourceError) as error:
        pages_of(xlsx(sheets))
    assert message in str(error.value)


@pytest.mark.slow
def test_only_some_sheets_are_tried() -> None:
    sheets = {f"S{number}": Sheet([[1, 2], [3, 4]]) for number in range(MOST_SHEETS)}
    with pytest.raises(SourceError, match="no row looks like headings"):
        pages_of(xlsx({**sheets, "Books": Sheet(BOOKS)}))


def test_only_the_named_sheet_is_tried() -> None:
    data = xlsx({"A": Sheet([[1, 2], [3, 4]]), "B": Sheet(BOOKS)})
    with pytest.raises(SourceError, match="no row looks like headings"):
        pages_of(data, table_source(sheet="A"))


def test_cells_merged_downwards_hold_for_each_row() -> None:
    rows: list[list[object]] = [
        ["Type", "Title", "Year"],
        ["Guide", "Clay", 2019], [None, "Ink", 2020], [None, "Glue", None], [None, "Paper", 2022],
    ]  # fmt: skip
    data = xlsx({"S": Sheet(rows, merged=["A2:A4", "B1:C1", "C3:C4"])})
    found = [record.fields for record in records_in(data)]
    assert [(fields.get("type"), fields.get("date")) for fields in found] == [
        (("Guide",), ("2019",)), (("Guide",), ("2020",)), (("Guide",), ("2020",)),
        (None, ("2022",)),
    ]  # fmt: skip


def test_merged_ranges_outside_the_rows_do_no_harm() -> None:
    rows = [["a", ""], ["", ""], ["b", ""]]
    merged = [((0, 0), (1, 0)), ((0, 0), (0, 1)), ((1, 5), (2, 5)), ((9, 0), (11, 0))]
    assert list(filled(rows, merged)) == [["a", ""], ["a", ""], ["b", ""]]


def test_an_opendocument_sheet_is_read() -> None:
    cells = (
        '<table:table-row><table:table-cell office:value-type="string"><text:p>Clay</text:p>'
        "<text:p>wet</text:p></table:table-cell>"
        '<table:table-cell office:value-type="float" office:value="2019"><text:p>2019,0</text:p>'
        '</table:table-cell><table:table-cell office:value-type="date" office:date-value='
        '"2020-01-02"><text:p>2. 1. 20</text:p></table:table-cell></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048574"><table:table-cell '
        'table:number-columns-repeated="16384"/></table:table-row>'
    )
    data = ods(ods_row(["Title", "Shelf", "Date"]) + cells)
    source = table_source({"title": Field("Title"), "shelf": "Shelf", "date": "Date"})
    (record,) = records_in(data, source)
    assert record.fields == {
        "title": ("Clay\nwet",), "shelf": ("2019",), "date": ("2020-01-02",),
    }  # fmt: skip


def test_texts_of_cells() -> None:
    assert cell_text(datetime.time(3, 4)) == "03:04:00"
    assert cell_text(datetime.timedelta(hours=30, minutes=5)) == "30:05:00"
    assert cell_text(datetime.date(2020, 1, 2)) == "2020-01-02"
    assert cell_text(datetime.datetime(2020, 1, 2)) == "2020-01-02"
    assert cell_text(datetime.datetime(2020, 1, 2, 3)) == "2020-01-02T03:00:00"
    assert cell_text("a\0b") == "ab"
    assert cell_text(7) == "7"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (zipped({"a.txt": "x"}), "cannot be read as a workbook"),
        (b"PK\x03\x04 and no more", "is a ZIP archive that cannot be read"),
        (workbook.OLE + b"\0" * 600, "cannot be read as a workbook"),
        (workbook.OLE, "cannot be read as a workbook"),
    ],
)
def test_what_is_no_workbook(data: bytes, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        pages_of(data)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_entities_are_refused(encoding: str) -> None:
    bomb = '<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><a>&b;</a>'
    with pytest.raises(SourceError, match="declares XML entities"):
        pages_of(zipped({"xl/sharedStrings.xml": (" " * 70_000 + bomb).encode(encoding)}))


@pytest.mark.parametrize("before", range(8))
def test_entities_are_found_where_pieces_meet(monkeypatch: pytest.MonkeyPatch, before: int) -> None:
    monkeypatch.setattr(zip_archive, "LARGEST_PIECE", 7)
    with pytest.raises(SourceError, match="declares XML entities"):
        pages_of(zipped({"a.rels": " " * before + "<!DOCTYPE a [<!ENTITY a 'x'>]>"}))


def test_archives_that_are_wrong() -> None:
    good = xlsx({"S": Sheet(BOOKS)})
    end = good.index(zip_archive.CENTRAL_HEADER)
    encrypted = bytearray(good)
    encrypted[end + 8] |= 1
    packed = bytearray(good)
    struct.pack_into("<H", packed, end + 10, zipfile.ZIP_LZMA)
    elsewhere = bytearray(good)
    struct.pack_into("<I", elsewhere, end + 42, 7)
    beyond = bytearray(good)
    struct.pack_into("<I", beyond, end + 42, len(good) - 5)
    damaged = bytearray(good)
    damaged[60:70] = b"\xff" * 10
    for data, message in (
        (encrypted, "is encrypted"),
        (packed, "packed in a way"),
        (elsewhere, "whose list of files is wrong"),
        (beyond, "is cut off|cannot be read"),
        (damaged, "is damaged"),
        (good + zip_archive.CENTRAL_HEADER * 2001, "more than 2,000 files"),
    ):
        with pytest.raises(SourceError, match=message):
            pages_of(bytes(data))


def test_stored_members_are_read() -> None:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx({"S": Sheet(BOOKS)}))) as archive,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as stored,
    ):
        for name in archive.namelist():
            stored.writestr(name, archive.read(name))
    assert len(records_in(buffer.getvalue())) == 2


def bomb(megabytes: int) -> bytes:
    """Return an XLSX whose sheet unpacks to so much, and says that it is small."""
    blank = " " * 1_000_000
    data = bytearray(
        zipped({"xl/worksheets/sheet1.xml": f"<worksheet>{blank * megabytes}</worksheet>"})
    )
    at = data.index(zip_archive.CENTRAL_HEADER)
    struct.pack_into("<I", data, at + 24, 100)  # the size once unpacked
    return bytes(data)


def test_a_bomb_is_measured_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_archive, "LARGEST_UNPACKED", 2_000_000)
    with pytest.raises(SourceError, match="unpacks to more than 2 MB"):
        pages_of(bomb(3))


@pytest.mark.slow
def test_a_bomb_takes_neither_memory_nor_time(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(bomb(510))
    program = f"""if True:
        import pathlib, resource
        from pipeline.errors import SourceError
        from tests.extract.tables import pages_of
        data = pathlib.Path({str(path)!r}).read_bytes()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        try:
            pages_of(data)
        except SourceError as error:
            print(error)
        print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)
    """
    started = time.monotonic()
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True,
                          cwd=ROOT, text=True)  # fmt: skip
    message, grown = told.stdout.splitlines()
    assert "unpacks to more than 500 MB" in message
    assert int(grown) < LIMIT
    assert time.monotonic() - started < 20


def sparse(cell: str) -> bytes:
    """Return an XLSX of two cells, one of them far from the other."""
    far = f'<row r="{cell[3:]}"><c r="{cell}"><v>1</v></c></row>'
    return changed(
        xlsx({"S": Sheet(BOOKS)}), "xl/worksheets/sheet1.xml", "</sheetData>", f"{far}</sheetData>"
    )


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux enforces RLIMIT_DATA")
@pytest.mark.parametrize("cell", ["XFD1048576", "ZZZ9999999"])
def test_a_sheet_that_would_fill_the_memory_is_refused(cell: str) -> None:
    with pytest.raises(SourceError) as error:
        pages_of(sparse(cell))
    assert "takes more than 1,024 MB of memory to open" in str(error.value) or (
        "cannot be read as a workbook" in str(error.value)
    )
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 2_000_000


def test_rows_repeated_without_end_are_refused() -> None:
    cell = (
        '<table:table-cell table:number-columns-repeated="1024" office:value-type="string">'
        "<text:p>x</text:p></table:table-cell>"
    )
    rows = f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>'
    with pytest.raises(SourceError, match="cannot be read as a workbook"):
        pages_of(ods(rows))


def test_a_reader_that_dies_is_told() -> None:
    for code, complaints, message in (
        (-24, "", "takes more than 60 seconds"),
        (-9, "", "takes more than 1,024 MB"),
        (-6, "memory allocation of 9 bytes failed", "takes more than 1,024 MB"),
        (1, "Traceback\nMemoryError", "takes more than 1,024 MB"),
        (-11, "thread panicked\nat x", r"brings its reader down \(exit code -11: at x\)"),
    ):
        with pytest.raises(SourceError, match=message):
            raise workbook._died(code, complaints, "list.xlsx")


def test_a_reader_that_never_starts_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    large = bytes(workbook.OLE + b"\0" * 1_000_000)
    with pytest.raises(SourceError, match=r"brings its reader down \(exit code 1"):
        pages_of(large)


def test_the_process_ends_with_its_reader() -> None:
    rows: list[list[object]] = [["Title", "Year"], *([f"Book {n}", n] for n in range(40_000))]
    opened = open_sheet(xlsx({"S": Sheet(rows)}), "list.xlsx")
    assert next(opened.rows) == (1, ["Title", "Year"])
    opened.rows.close()


def test_what_the_process_says(monkeypatch: pytest.MonkeyPatch) -> None:
    sheets = (Listed("S", True),)
    assert list(messages(xlsx({"S": Sheet(BOOKS)}), "")) == [
        Opened(sheets, "S"),
        Rows(1, [["Title", "Year", "Link"], ["Ceramics", "2019"], ["Textiles", "", "https://e.org"]]),
        Ended(),
    ]  # fmt: skip
    assert list(messages(xlsx({"S": Sheet([])}), "")) == [Opened(sheets, ""), Ended()]
    assert list(messages(xlsx({"S": Sheet([])}), "T")) == [Failed("sheet", "T", sheets)]
    (failed,) = messages(b"nothing", "")
    assert isinstance(failed, Failed)
    assert failed.kind == "workbook"
    monkeypatch.setattr(workbook_worker, "CELLS_AT_ONCE", 4)
    parts = [part for part in messages(xlsx({"S": Sheet(BOOKS)}), "S") if isinstance(part, Rows)]
    assert [(part.first, len(part.cells)) for part in parts] == [(1, 2), (3, 1)]


def test_the_program_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    class Standard:
        def __init__(self, data: bytes = b"") -> None:
            self.buffer = io.BytesIO(data)

    said = Standard()
    monkeypatch.setattr(sys, "stdin", Standard((1).to_bytes(PREFIX) + b"S" + b"no workbook"))
    monkeypatch.setattr(sys, "stdout", said)
    for limit in ("refuse_sockets", "refuse_writing", "cap_processor", "cap_memory"):
        monkeypatch.setattr(confinement, limit, lambda *_: None)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    assert workbook_worker.main() == 0
    expected = io.BytesIO()
    for message in messages(b"no workbook", "S"):
        send(message, expected)
    assert said.buffer.getvalue() == expected.getvalue()


def test_a_password_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    import python_calamine

    def refuse(_: object) -> None:
        raise python_calamine.PasswordError("locked")

    monkeypatch.setattr(python_calamine, "load_workbook", refuse)
    (failed,) = messages(b"", "")
    assert failed == Failed("password", "")
    with pytest.raises(SourceError, match="is protected by a password"):
        raise workbook._failure(Failed("password", ""), "list.xlsx")


def test_sheets_are_written_as_programs_write_them() -> None:
    assert MAIN in sheet_xml(Sheet([["x"]]))
