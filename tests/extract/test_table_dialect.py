"""Delimiters and quotation marks: found where they are usual, and where marks do not close."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SourceError
from pipeline.extract.columns import counter_of_known
from pipeline.extract.csv_dialect import find_dialect
from pipeline.extract.csv_text import AT_ONCE, MOST_BROKEN, Dialect, Doubt, lines_of, rows_of
from tests.extract.tables import fields_in, issues_in, records_in, table_source

SOURCE = table_source()


def found(text: str, delimiter: str = "") -> Dialect:
    source = table_source(delimiter=delimiter)
    return find_dialect(text, source, counter_of_known(source))


def cells_of(text: str, dialect: Dialect) -> list[list[str]]:
    doubts: list[Doubt] = []
    cells = [row[2] for row in rows_of(text, dialect, "list.csv", doubts)]
    assert doubts == []
    return cells


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^", "~"])
def test_delimiters(delimiter: str) -> None:
    rows = ["Title,Year", "Clay; kilns| and ~ more,2019", "Textiles\tand^dyes,2020"]
    text = "\n".join(
        delimiter.join(cell.replace(delimiter, " ") for cell in row.split(",")) for row in rows
    )
    assert found(text).delimiter == delimiter
    assert [fields["date"] for fields in fields_in(text)] == [("2019",), ("2020",)]


def test_decimal_commas_do_not_part() -> None:
    assert found("Shelf;Price;Size\nA;1,5;2,5\nB;2,5;3,5\nC;7,5;8,5\n").delimiter == ";"


def test_lists_in_cells_do_not_part() -> None:
    text = "Title,Tags\n" + "".join(f"Book {n},a;b;c\n" for n in range(9))
    assert found(text).delimiter == ","


def test_one_column_has_no_delimiter() -> None:
    text = "Title\nClay\nBowls, cups and jars\nTextiles; dyes\nPaper\nInk\n"
    assert [fields["title"][0] for fields in fields_in(text)] == [
        "Clay", "Bowls, cups and jars", "Textiles; dyes", "Paper", "Ink",
    ]  # fmt: skip
    quoted = 'Title\n"Clay, and ""more"""\n"Paper"\nInk\nGlue\n'
    assert [fields["title"][0] for fields in fields_in(quoted)] == [
        'Clay, and "more"', "Paper", "Ink", "Glue",
    ]  # fmt: skip
    marked = "Title\x1fx\nClay\n"
    assert found(marked).delimiter == "\x1e"


def test_ragged_rows_still_have_their_delimiter() -> None:
    text = "Title,Year,Type,Link\nClay,2019\nInk\nPaper,2020,Guide\nGlue,2020,Guide,x\n"
    assert found(text).delimiter == ","


def test_a_delimiter_that_is_set_is_believed() -> None:
    assert found("Title:Year\nClay:2019\n", ":").delimiter == ":"
    assert found("Title\tYear\nClay\t2019\n", "tab").delimiter == "\t"
    assert found("Title\tYear\nClay\t2019\n", "\\t").delimiter == "\t"
    assert found("Title\nClay\n", ";").delimiter == ";"


def test_the_separator_line_of_excel() -> None:
    text = "sep=;\r\nTitle;Year\r\nClay, wet;2019\r\n"
    (record,) = records_in(text)
    assert record.fields == {"title": ("Clay, wet",), "date": ("2019",)}
    assert record.locator.position == "row 2, line 3"
    assert found('"sep=^"\nTitle^Year\nx^1\n').delimiter == "^"
    assert found("sep=;\nTitle,Year\nClay,2019\n", ",").delimiter == ","


def test_single_quotation_marks() -> None:
    text = "'Title','Year'\n'Clay, wet','2019'\n'The potter''s wheel','2020'\n"
    assert [fields["title"][0] for fields in fields_in(text)] == ["Clay, wet", "The potter's wheel"]


def test_apostrophes_are_no_quotation_marks() -> None:
    text = "Title,Year\n'Twas the night,2019\nThe potter's wheel,2020\n'Tis,2021\n"
    assert [fields["title"][0] for fields in fields_in(text)] == [
        "'Twas the night", "The potter's wheel", "'Tis",
    ]  # fmt: skip


def test_quotation_marks_escaped_by_a_backslash() -> None:
    text = 'Title,Year\n"The \\"great\\", late",2019\n"Clay",2020\n'
    assert [fields["title"][0] for fields in fields_in(text)] == ['The "great", late', "Clay"]
    assert [len(fields) for fields in fields_in(text)] == [2, 2]


def test_backslashes_that_escape_nothing_are_kept() -> None:
    text = 'Title,File\n"Clay","C:\\books\\"\n"Ink","D:\\x"\n'
    assert [fields["file"][0] for fields in fields_in(text)] == ["C:\\books\\", "D:\\x"]


def test_delimiters_escaped_by_a_backslash() -> None:
    text = "Title,Year\nClay\\, wet,2019\nInk,2020\n"
    assert fields_in(text)[0] == {"title": ("Clay, wet",), "date": ("2019",)}


def test_blanks_before_quotation_marks() -> None:
    text = 'Title, Abstract\nClay, "wet, and dry"\nInk, "black, or blue"\n'
    assert [fields["description"][0] for fields in fields_in(text)] == [
        "wet, and dry", "black, or blue",
    ]  # fmt: skip


def test_tab_separated_text_without_quoting() -> None:
    text = 'Title\tYear\n"Clay" and "ink"\t2019\n"Paper\t2020\n"Glue" of old\t2021\n'
    assert [fields["title"][0] for fields in fields_in(text)] == [
        '"Clay" and "ink"', '"Paper', '"Glue" of old',
    ]  # fmt: skip


def test_a_long_first_row_does_not_hide_the_others() -> None:
    text = f'Title;Abstract\nClay;"{"word, " * 20_000}"\nInk;"x"\nGlue;"y; z"\n'
    assert [len(fields) for fields in fields_in(text)] == [2, 2, 2]


def test_a_cut_sample_is_no_broken_one() -> None:
    text = "Title,Abstract\n" + 'Clay,"one\n\ntwo, ""three"" and more"\n' * 3_000
    assert found(text) == Dialect(",", '"', delimiters=1)


def test_lines_end_at_their_ends_only() -> None:
    text = "Title,Abstract\rClay,a\x0bb\x1c\u2028c\x85d\rInk,x"
    assert cells_of(text, Dialect(",")) == [
        ["Title", "Abstract"], ["Clay", "a\x0bb\x1c\u2028c\x85d"], ["Ink", "x"],
    ]  # fmt: skip


@given(st.lists(st.sampled_from(["a", "\n", "\r\n", "\r", "\u2028", "é"])), st.integers(0, 3))
def test_lines_join_to_the_text(pieces: list[str], start: int) -> None:
    text = "".join(pieces)
    lines = list(lines_of(text, start))
    assert "".join(lines) == text[start:]
    assert all(line.rstrip("\r\n").count("\n") == 0 for line in lines)


def test_lines_are_whole_where_pieces_meet() -> None:
    line = "x" * (AT_ONCE - 1) + "\r\n"
    assert list(lines_of(line * 3)) == [line] * 3


def test_a_mark_that_does_not_close_costs_one_row() -> None:
    text = 'Title,Abstract\nClay,"a broken one\nInk,"fine, really"\nPaper,x\n'
    records = records_in(text)
    assert [record.fields["title"][0] for record in records] == ["Clay", "Ink", "Paper"]
    assert records[0].fields["description"] == ("a broken one",)
    assert records[1].fields["description"] == ("fine, really",)
    assert records[2].locator.position == "row 4"


def test_a_mark_that_never_closes_is_told() -> None:
    rows = "".join(f"Book {n},fine\n" for n in range(20_000))
    text = f'sep=,\nTitle,Abstract\nInk,fine\nClay,"a broken one\n{rows}'
    (issue,) = issues_in(text)
    assert issue.message == (
        "list.csv: row 3, line 4: opens a quotation mark that does not close, so it was read to "
        "the end of its line only: 'Clay,\"a broken one'; add or remove the mark"
    )
    assert [record.locator.position for record in records_in(text)[1:3]] == [
        "row 3, line 4", "row 4, line 5",
    ]  # fmt: skip
    assert len(records_in(text)) == 20_002


def test_a_mark_that_ends_its_cell_too_early_is_told() -> None:
    text = 'Title,Year\n"Clay" and ink,2019\n"Paper, or ink",2020\n'
    assert [fields["title"] for fields in fields_in(text)] == [
        ("Clay and ink",), ("Paper, or ink",),
    ]  # fmt: skip
    (issue,) = issues_in(text)
    assert "row 2, line 2: has a quotation mark that ends its cell too early" in issue.message


def test_marks_within_cells_that_are_a_habit_are_told_so_often_only() -> None:
    text = "Title,Year\n" + '"Clay" and ink,2019\n"Paper, or ink",2020\n' * 100
    assert len(records_in(text)) == 200
    assert len(issues_in(text)) == MOST_BROKEN


def test_many_marks_that_never_close_are_no_table() -> None:
    long = "word " * 40_000
    text = "Title,Abstract\n" + f'Clay,"{long}\n' * (2 * MOST_BROKEN + 1)
    with pytest.raises(SourceError, match=f"has {MOST_BROKEN} rows with a quotation mark"):
        records_in(text, table_source(delimiter=","))


def test_a_row_longer_than_any_cell_is_parted_at_its_delimiters() -> None:
    long = "x" * 200_000
    (record, other) = records_in(f"Title,Abstract,Year\nClay,{long},2019\nInk,y,2020\n")
    assert record.fields["date"] == ("2019",)
    assert len(record.fields["description"][0]) == 100_000
    assert other.fields["date"] == ("2020",)


def test_rows_that_a_stray_mark_swallows_are_told() -> None:
    rows = "".join(f"Book {n},2019,Guide,x\n" for n in range(30))
    text = f'Title,Year,Type,Subject\n"Clay,2019,Guide,x\n{rows}Ink",2019,Guide,x\n{rows}'
    (issue,) = issues_in(text)
    assert "row 2, line 2: has 32 lines, many of which look like rows" in issue.message
    prose = "One, two, three, four.\n" * 2 + "A line.\n" * 20
    assert issues_in(f'Title,Year,Type,Abstract\nClay,2019,Guide,"{prose}"\n{rows}') == []
    assert issues_in(f'Title,Abstract\nClay,"{rows}"\n') == []
