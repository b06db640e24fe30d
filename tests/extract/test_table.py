"""Tables of delimited text: records, columns, ragged rows, positions, hostile and huge files."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from pathlib import Path
from typing import Literal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import SettingsError, SourceError
from pipeline.extract import pages, table_rows
from pipeline.extract.access import Access, NoEntriesError
from pipeline.extract.columns import FieldColumns
from pipeline.extract.payloads import LONGEST_FIELD, MOST_VALUES
from pipeline.extract.source_record import WHITE_SPACE
from pipeline.extract.table import read
from pipeline.extract.table_rows import ERRORS, Plan, quick_reader, read_row, records_of
from pipeline.kinds import Field
from pipeline.model import Locator
from pipeline.settings import Paging
from tests.extract.tables import (
    fields_in,
    issues_in,
    pages_of,
    payload_of,
    records_in,
    table_source,
)
from tests.extract.web import Answer, Web, fetcher_for

BOOKS = "Title,Author,Year,Link\nCeramics,Ana,2019,https://example.org/1\nTextiles,,2020,\n"


def test_usual_columns_are_known() -> None:
    first, second = records_in(BOOKS)
    assert first.fields == {
        "title": ("Ceramics",),
        "creator": ("Ana",),
        "date": ("2019",),
        "page": ("https://example.org/1",),
    }
    assert second.fields == {"title": ("Textiles",), "date": ("2020",)}
    assert first.source == "demo"
    assert first.locator.position == "row 2"
    assert first.locator.name == "list.csv"
    assert second.locator.position == "row 3"
    assert issues_in(BOOKS) == []


def test_columns_that_are_not_read_are_told_once() -> None:
    (issue,) = issues_in("Title,Shelf,Colour\nCeramics,3,red\nTextiles,4,blue\n")
    assert issue.severity == "info"
    assert issue.identifier == ""
    assert issue.message == (
        "list.csv: no field is known by the names of these columns, so they are not read: 'Shelf', "
        "'Colour'; name those that are wanted in [table.fields]"
    )


def test_fields_with_a_title_say_all() -> None:
    source = table_source({"title": "Author", "subject": Field("Year", split="0")})
    (first, _) = records_in(BOOKS, source)
    assert first.fields == {"title": ("Ana",), "subject": ("2", "19")}
    assert issues_in("Title,Other\nCeramics,x\n", table_source({"title": "Title"})) == []


def test_fields_without_a_title_correct_the_usual_names() -> None:
    source = table_source({"publisher": "Author", "page": Field("LINK")})
    assert fields_in(BOOKS, source)[0] == {
        "publisher": ("Ana",),
        "title": ("Ceramics",),
        "date": ("2019",),
        "page": ("https://example.org/1",),
    }


def test_columns_of_one_name_are_taken_together() -> None:
    text = "Title,Tag,Year,Tag\nCeramics,kiln,2019,glaze\nTextiles,,2020,loom\n"
    assert [fields["subject"] for fields in fields_in(text)] == [("kiln", "glaze"), ("loom",)]
    both = table_source({"title": "Title", "subject": Field("Tag", language="en")})
    assert records_in(text, both)[0].languages == {"subject": ("en", "en")}
    second = table_source({"title": "Title", "subject": "Tag#2"})
    assert [fields["subject"] for fields in fields_in(text, second)] == [("glaze",), ("loom",)]


def test_columns_without_a_name_have_their_letter() -> None:
    text = "Title,,Year\nCeramics,kiln,2019\n"
    source = table_source({"title": "Title", "subject": "column B", "date": "column c"})
    assert fields_in(text, source) == [
        {"title": ("Ceramics",), "subject": ("kiln",), "date": ("2019",)}
    ]


def test_columns_in_several_languages() -> None:
    text = "title_en,title_es,Description (fr),URL_es\nFair,Feria,Une foire,https://example.org\n"
    (record,) = records_in(text)
    assert record.fields["title"] == ("Fair", "Feria")
    assert record.languages == {"title": ("en", "es"), "description": ("fr",)}
    assert record.fields["page"] == ("https://example.org",)


def test_a_stated_language_that_is_none_is_told() -> None:
    source = table_source({"title": Field("Title", language="the usual")})
    (record, _) = records_in(BOOKS, source)
    assert record.fields["title"] == ("Ceramics",)
    assert record.languages == {}
    assert "was not used" in record.issues[0].message


def test_markup_is_named() -> None:
    source = table_source({"title": "Title", "description": Field("About", html=True)})
    records = records_in("Title,About\nCeramics,<p>Kilns</p>\nTextiles,\n", source)
    assert [record.markup for record in records] == [("description",), ()]


def test_the_sources_own_key() -> None:
    text = "ID,Title\n 17 ,Ceramics\n,Textiles\n"
    assert [record.key for record in records_in(text)] == ["17", ""]
    assert [list(record.fields) for record in records_in(text)] == [["title"], ["title"]]
    source = table_source({"id": Field("ID", split="-"), "title": "Title"})
    assert [r.key for r in records_in("ID,Title\n-a-b,Ceramics\nx\n", source)] == ["a", "x"]


def test_a_title_may_be_a_default() -> None:
    text = "Link,Year\nhttps://example.org,2019\n"
    source = table_source(defaults={"title": "A page"})
    assert fields_in(text, source) == [{"page": ("https://example.org",), "date": ("2019",)}]


def test_cells_keep_their_line_breaks() -> None:
    text = 'Title,Abstract\nCeramics,"One.\n\nTwo, ""2"".\r\nThree"\nTextiles,Four\n'
    first, second = records_in(text)
    assert first.fields["description"] == ('One.\n\nTwo, "2".\r\nThree',)
    assert first.locator.position == "row 2"
    assert second.locator.position == "row 3, line 6"


def test_rows_that_are_blank_or_the_headings_again_are_left_out() -> None:
    text = "Title,Year\nCeramics,2019\n\n , \nTitle,Year\nTextiles,2020\n"
    assert [record.locator.position for record in records_in(text)] == ["row 2", "row 6"]


def test_short_rows_are_fine_and_long_ones_are_told() -> None:
    text = "Title,Year,Type\nCeramics\nTextiles,2020,Guide,,\nPaper,2021,Guide,extra, cells\n"
    records = records_in(text)
    assert [record.fields for record in records] == [
        {"title": ("Ceramics",)},
        {"title": ("Textiles",), "date": ("2020",), "type": ("Guide",)},
        {"title": ("Paper",), "date": ("2021",), "type": ("Guide",)},
    ]
    assert [len(record.issues) for record in records] == [0, 0, 1]
    issue = records[2].issues[0]
    assert (issue.identifier, issue.severity, issue.value) == ("row 4", "warning", "extra")
    assert issue.message.startswith("has 5 cells where there are 3 headings")


def test_a_row_that_gives_nothing_is_told() -> None:
    source = table_source({"title": "Title"})
    record = records_in("Title,Note\nCeramics,x\n,see below\n", source)[1]
    assert record.fields == {}
    assert record.issues[0].value == "see below"


def test_a_field_that_is_too_long_or_too_many_is_cut_and_told() -> None:
    long = "x" * (LONGEST_FIELD + 1)
    many = ";".join("abc"[i % 3] for i in range(MOST_VALUES + 1))
    source = table_source({"title": "Title", "subject": Field("Tags", split=";")})
    first, second = records_in(f"Title,Tags\n{long},a\nShort,{many}\n", source)
    assert len(first.fields["title"][0]) == LONGEST_FIELD
    assert len(second.fields["subject"]) == MOST_VALUES
    assert "its column" in first.issues[0].message
    assert "its column" in second.issues[0].message


def test_failed_formulas_are_told_and_left_out() -> None:
    text = "Title,Year,Link\nCeramics,#REF!,x\nIssue #N/A of it,2020,#¡VALOR!\nPaper,Err:502,\n"
    records = records_in(text)
    assert [record.fields for record in records] == [
        {"title": ("Ceramics",), "page": ("x",)},
        {"title": ("Issue #N/A of it",), "date": ("2020",)},
        {"title": ("Paper",)},
    ]
    assert [issue.value for record in records for issue in record.issues] == [
        "#REF!", "#¡VALOR!", "Err:502",
    ]  # fmt: skip


def test_years_lose_the_decimal_that_blanks_in_their_column_gave_them() -> None:
    text = "Title,Year,ISBN,Page\n7.0,2019.0,9780439023480.0,12.0\n"
    assert fields_in(text) == [
        {"title": ("7.0",), "date": ("2019",), "identifier": ("9780439023480",), "page": ("12.0",)}
    ]
    dates = table_source({"title": "Title", "date": Field("Year", split=" ")})
    assert fields_in("Title,Year\nx,2019 2020.0\n", dates)[0]["date"] == ("2019", "2020")


def test_a_column_that_is_not_there_is_told_with_the_nearest() -> None:
    with pytest.raises(SourceError) as error:
        records_in(BOOKS, table_source({"title": "Titel"}))
    assert str(error.value) == (
        "list.csv: has no column 'Titel' (key 'table.fields.title') (did you mean 'Title'?); "
        "expected one of 'Title', 'Author', 'Year', 'Link'; next: correct the setting; where the "
        "row of headings was found wrong, name its number as 'table.header'"
    )
    with pytest.raises(SourceError, match="has no column 'column Z'"):
        records_in(BOOKS, table_source({"title": "column Z"}))


def test_a_table_without_a_title_shows_how_to_name_it() -> None:
    with pytest.raises(SourceError) as error:
        records_in("Shelf,Colour\nCeramics,red\nTextiles,blue\n")
    assert "there are 'Shelf', 'Colour'" in error.value.expected
    assert 'title = "Shelf", description = "Colour"' in error.value.next_step


def test_many_columns_are_not_all_listed() -> None:
    text = ",".join(f"Heading {letter}{n}" for letter in "abcdef" for n in range(10))
    with pytest.raises(SourceError, match="and 20 more"):
        records_in(f"{text}\n{text.replace('Heading', 'Cell')}\n")


def test_headings_without_rows_are_an_empty_page() -> None:
    for text in ("Title,Year\n", "Title,Shelf\n"):
        with pytest.raises(NoEntriesError, match="no row below its headings"):
            pages_of(text)


@pytest.mark.parametrize("text", ["<!DOCTYPE html><p>No", " <table><tr>", "<?xml version='1.0'?>"])
def test_markup_is_no_table(text: str) -> None:
    with pytest.raises(SourceError, match="is HTML or XML, not a table"):
        pages_of(text)


def test_what_is_not_text_is_no_table() -> None:
    with pytest.raises(SourceError, match="holds NUL bytes"):
        pages_of(b"Title,Year\nCer\0amics,2019\n")


def test_rows_without_end_are_no_table() -> None:
    with pytest.raises(SourceError, match="has rows of 3,000,001 cells"):
        pages_of("Title,Year\nCeramics,2019\n" + "," * 3_000_000)


def test_encodings_and_charsets() -> None:
    text = "Título;Año\nCerámica;2019\n"
    for data, source, charset in (
        (text.encode("utf-8-sig"), table_source(), ""),
        (text.encode("utf-16"), table_source(), ""),
        (text.encode("cp1252"), table_source(), "windows-1252"),
        (text.encode("cp1252"), table_source(encoding="cp1252"), ""),
    ):
        found = list(read(payload_of(data, charset=charset), source))
        assert [record.fields["title"] for page in found for record in page.records] == [
            ("Cerámica",)
        ]
        assert not any(page.issues for page in found)


def test_a_guessed_encoding_is_told_on_the_first_page() -> None:
    (page,) = pages_of("Title,Year\nCerámica,2019\n".encode("cp1252"))
    assert len(page.issues) == 1
    assert page.records[0].fields["title"] == ("Cerámica",)


def test_pages_hold_some_records_each() -> None:
    found = pages_of("Title,Year\n" + "".join(f"Book {n},2019\n" for n in range(250)))
    assert [len(page.records) for page in found] == [100, 100, 50]
    assert found[2].records[-1].locator.position == "row 251"


@pytest.mark.slow
def test_a_million_rows_take_bounded_memory() -> None:
    program = """if True:
        import resource
        from pipeline.extract.table import read
        from tests.extract.tables import payload_of, table_source

        def peak():
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

        payload = payload_of(b"Title,Year\\n" + b"Book of many rows,2019\\n" * 1_000_000)
        before = peak()
        count = sum(len(page.records) for page in read(payload, table_source()))
        print(count, (peak() - before) * 1024, len(payload.data))
    """
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True,
                          cwd=Path(__file__).parents[2], text=True)  # fmt: skip
    count, grown, size = map(int, told.stdout.split())
    assert count == 1_000_000
    assert grown < 2 * size + 30_000_000


def test_settings_are_checked_before_anything_is_read(folder: Path, payloads: Path) -> None:
    access = Access(folder, payloads)
    with pytest.raises(SettingsError, match=r"key 'table.delimiter': '::' is no delimiter"):
        pages(table_source(delimiter="::"), access)
    with pytest.raises(SettingsError, match=r"key 'table.fields.title.attribute'"):
        pages(table_source({"title": Field("Title", attribute="href")}), access)
    none = msgspec.structs.replace(table_source(), table=None)
    (folder / "list.csv").write_text(BOOKS)
    assert [len(page.records) for page in pages(none, access)] == [2]


def test_numbered_pages_of_the_web(tmp_path: Path) -> None:
    rows = {1: "Title,Year\nCeramics,2019\n", 2: "Title,Year\nTextiles,2020\n", 3: "Title,Year\n"}
    answers = {f"/list.csv?p={n}": Answer(text, 200, {"Content-Type": "text/csv; charset=utf-8"})
               for n, text in rows.items()}  # fmt: skip
    with Web(dict(answers)) as web:
        source = msgspec.structs.replace(
            table_source(), location=web.url("/list.csv"), paging=Paging(parameter="p")
        )
        access = Access(tmp_path, tmp_path / "payloads", fetcher_for(source, tmp_path))
        found = [record for page in pages(source, access) for record in page.records]
        assert [record.fields["title"] for record in found] == [("Ceramics",), ("Textiles",)]
        assert web.paths == ["/list.csv?p=1", "/list.csv?p=2", "/list.csv?p=3"]
        assert web.requests[0].headers["accept"].startswith("text/csv")


def test_the_samples_are_read_whole(shared: Path, payloads: Path) -> None:
    """The figures stand in docs/sources/table.md."""
    access = Access(shared / "samples" / "tables", payloads)
    books = msgspec.structs.replace(table_source(), location="goodbooks_sample.csv")
    found = [record for page in pages(books, access) for record in page.records]
    assert len(found) == 99
    assert sum("language" in record.fields for record in found) == 98
    assert found[0].fields["date"] == ("2008",)
    repositories = msgspec.structs.replace(table_source(), location="oerworldmap_repositories.csv")
    found = [record for page in pages(repositories, access) for record in page.records]
    with (shared / "samples/tables/oerworldmap_repositories.csv").open(newline="") as file:
        rows = [row for row in csv.reader(file) if any(map(str.strip, row))]
    assert len(found) == len(rows) - 1 == 61
    assert sum("\n" in value for record in found for value in record.fields["title"]) == 0
    first, second = rows[0].index("Tag"), len(rows[0]) - 1 - rows[0][::-1].index("Tag")
    assert first != second
    tags = table_source({"title": "Name", "subject": "Tag"})
    tags = msgspec.structs.replace(tags, location="oerworldmap_repositories.csv")
    assert [record.fields.get("subject", ()) for page in pages(tags, access)
            for record in page.records] == [
        tuple(cell for index in (first, second) if (cell := row[index].strip())) for row in rows[1:]
    ]  # fmt: skip


CELLS = st.one_of(
    st.text(alphabet="ab;, \t\n", max_size=8),
    st.sampled_from([*sorted(ERRORS)[:3], "2019.0", "97804390.0", " x ", "a;b;;c", "\xa0"]),
)
COLUMNS = st.lists(
    st.builds(
        FieldColumns,
        st.sampled_from(["title", "date", "identifier", "subject", "id"]),
        st.lists(
            st.tuples(st.integers(0, 4), st.sampled_from(["", "en", "pt_BR", "no tag"])),
            min_size=1, max_size=3,
        ).map(tuple),
        st.sampled_from(["", ";", "a"]),
        st.booleans(),
    ),
    min_size=1, max_size=4, unique_by=lambda column: column.name,
)  # fmt: skip


@given(COLUMNS, st.lists(st.lists(CELLS, max_size=7), max_size=6), st.booleans())
def test_rows_read_quickly_are_as_those_read_with_care(
    columns: list[FieldColumns], rows: list[list[str]], errors: bool
) -> None:
    place = Locator("0" * 64, "list.csv", "")
    plan = Plan(table_source(), place, tuple(columns), ("Title", "Year"), errors)
    quick = quick_reader(plan)
    for cells in rows:
        record = quick(cells, "row 2")
        assert record is None or record == read_row(cells, plan, "row 2")
        assert record is None or not record.issues
    found = list(records_of(((n, n, row) for n, row in enumerate(rows, 1)), plan))
    filled = [row for row in rows if any(cell.strip(WHITE_SPACE) for cell in row)]
    assert len(found) == sum(row != ["Title", "Year"] for row in filled)


def test_most_rows_are_read_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(table_rows, "read_row")
    assert len(records_in(BOOKS)) == 2


QUOTING: list[Literal[0, 1]] = [csv.QUOTE_MINIMAL, csv.QUOTE_ALL]
NAMES = ["Title", "Abstract", "Author", "Year", "Link"]
CELL = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\x1f#", exclude_categories=["Cs", "Cc"])
    | st.sampled_from("\n\r,;|\t\"'"),
    max_size=20,
)


@settings(max_examples=150)
@given(
    st.lists(st.lists(CELL, min_size=5, max_size=5), min_size=1, max_size=8),
    st.sampled_from(",;\t|^"),
    st.sampled_from("\"'"),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(QUOTING),
)
def test_what_a_writer_writes_is_read(
    rows: list[list[str]], delimiter: str, quote: str, end: str, quoting: Literal[0, 1]
) -> None:
    # What is no part of a row's end is not quoted by the writer, so it may not stand in a cell.
    other = "\r" if "\n" in end else "\n"
    rows = [[cell.replace(other, "").replace("Err:", "") for cell in row] for row in rows]
    if quote == "'":  # double ones that stand alone would be read as what they are elsewhere
        rows = [[cell.replace('"', "") for cell in row] for row in rows]
    buffer = io.StringIO(newline="")
    writer = csv.writer(
        buffer, delimiter=delimiter, quotechar=quote, lineterminator=end, quoting=quoting
    )
    writer.writerows([NAMES, *rows])
    source = table_source({"title": "Title", "description": "Abstract", "creator": "Author",
                           "date": "Year", "page": "Link"})  # fmt: skip
    filled = [row for row in rows if any(cell.strip(WHITE_SPACE) for cell in row)]
    if not filled:
        return
    text = buffer.getvalue().lstrip("\ufeff")
    found = [record.fields for page in read(payload_of(text), source) for record in page.records]
    names = list(source.table.fields) if source.table else []
    assert found == [
        {name: (stripped,) for name, cell in zip(names, row, strict=True)
         if (stripped := cell.strip(WHITE_SPACE))}
        for row in filled
    ]  # fmt: skip
