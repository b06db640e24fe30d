"""Tables that went through Excel and LibreOffice, and tables that are damaged."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import OutputError, SettingsError
from pipeline.link.spreadsheet import guarded, read_rows, unguarded, write_rows

HEADER = ("record", "value")


def rows(file: Path) -> list[tuple[int, dict[str, str]]]:
    return list(read_rows(file, HEADER))


def saved(folder: Path, data: bytes | str) -> Path:
    file = folder / "table.csv"
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    return file


@pytest.mark.parametrize(
    "data",
    [
        "record,value\na,é x\nb,\n",
        "\ufeffrecord,value\r\na,é x\r\nb,\r\n",
        "record;value\r\na;é x\r\nb;\r\n",
        "record\tvalue\na\té x\nb\t\n",
        'RECORD , "Value"\na, é x \nb\n'.replace(', "', ',"'),
        "value,more,record\né x,1,a\n,2,b\n",
        "record,value\na,é x,surplus\nb\n",
        "record\tvalue\r\na\té x\r\nb\t\r\n".encode("utf-16"),
        '"record";"value"\n"a";"é x"\n"b";""\n',
    ],
)
def test_what_spreadsheets_make_of_it(tmp_path: Path, data: bytes | str) -> None:
    found = rows(saved(tmp_path, data))
    assert [number for number, _ in found] == [2, 3]
    assert [(row["record"], row["value"]) for _, row in found] == [("a", "é x"), ("b", "")]


def test_lines_are_counted_as_an_editor_does(tmp_path: Path) -> None:
    data = 'sep=;\r\n\r\nrecord;value\r\na;"two\r\nlines"\r\n;\r\n\r\nb;x\r\n'
    assert rows(saved(tmp_path, data)) == [
        (4, {"record": "a", "value": "two\r\nlines"}),
        (8, {"record": "b", "value": "x"}),
    ]


@pytest.mark.parametrize(
    ("data", "line", "told"),
    [
        ("", 1, "record, value are missing"),
        ("\n\n", 1, "are missing"),
        ("record,valeur\na,b\n", 1, "value are missing"),
        (b"record,value\na,caf\n" + b"b,\xe9\n", 3, "UTF-8"),
        ('record,value\na,"b" c\n', 2, "no CSV"),
        ('record,value\na,b\nc,"d\n', 3, "no CSV"),
        ("record,value\na," + "b" * 140_000, 2, "no CSV"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(
    tmp_path: Path, data: bytes | str, line: int, told: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        rows(saved(tmp_path, data))
    assert caught.value.where.endswith(f"table.csv:{line}")
    assert told in caught.value.what
    assert caught.value.next_step


def test_truncated_utf_16_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="UTF-8"):
        rows(saved(tmp_path, b"\xff\xfea"))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        rows(tmp_path / "none.csv")


CELL = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=20).map(
    lambda text: " ".join(text.split())
)


@given(cells=st.lists(st.tuples(CELL, CELL), max_size=5))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_what_is_written_is_read_again(tmp_path: Path, cells: list[tuple[str, str]]) -> None:
    file = tmp_path / "table.csv"
    write_rows(file, HEADER, cells)
    assert [(row["record"], row["value"]) for _, row in rows(file)] == [
        cell for cell in cells if any(cell)
    ]


@given(st.text(max_size=10))
def test_no_cell_is_a_formula(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell
    assert not guarded(cell).startswith(
        ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
    )


@pytest.mark.parametrize("cell", ["=1", "'=1", "''@x", "-", "\t", "＝1"])
def test_guards(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"
    assert guarded("x=1") == "x=1"
    assert unguarded("'quoted'") == "'quoted'"


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "input").write_text("a file where a folder should be")
    with pytest.raises(OutputError, match="cannot be written"):
        write_rows(tmp_path / "input" / "table.csv", HEADER, [])


def test_a_row_is_a_line(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    write_rows(file, HEADER, [("a\r\nb\u2028", " =1\n")])
    assert file.read_bytes() == b"record,value\na b,'=1\n"


def test_nothing_is_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = saved(tmp_path, "record,value\nold,1\n")

    def fail(_self: Path, _target: Path) -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OutputError):
        write_rows(file, HEADER, [("new", "2")])
    assert rows(file) == [(2, {"record": "old", "value": "1"})]
