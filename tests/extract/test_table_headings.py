"""The row of headings below titles and notes, and the usual names of columns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SourceError
from pipeline.extract.columns import counter_of_known
from pipeline.extract.headings import by_letter, find_header, letters, name_columns
from pipeline.extract.usual_columns import USUAL, loosely_named, usual_field
from pipeline.kinds import OWN_KEY
from tests.extract.tables import fields_in, issues_in, records_in, table_source

ROWS = "Ceramics,Ana,2019,https://example.org/1\nTextiles,Eva,2020,https://example.org/2\n"


@pytest.mark.parametrize(
    "above",
    [
        "",
        "\n\n",
        "Resources of the library\n\n",
        "Resources of the library,,,\nas of 2024-01-01,,,\n,,,\n",
        "Exported,2024-01-01,,\nBy,Ana,,\n",
        '"A note\nof two lines",,,\n',
        "List,2019,2020,2021\n",
    ],
)
@pytest.mark.parametrize("headings", ["Title,Author,Year,Link", "Título;Autor;Año;Enlace"])
def test_headings_are_found_below_what_stands_above(above: str, headings: str) -> None:
    delimiter = ";" if ";" in headings else ","
    text = above.replace(",", delimiter) + headings + "\n" + ROWS.replace(",", delimiter)
    records = records_in(text)
    assert [record.fields["title"] for record in records] == [("Ceramics",), ("Textiles",)]
    above_them = above.count("\n") - ("two lines" in above)
    assert records[0].locator.position.partition(",")[0] == f"row {above_them + 2}"


def test_headings_that_are_not_known_are_the_first_row_of_texts() -> None:
    rows = [["2019", "x"], ["Werk", "Regal"], ["Bowl", "3"], ["Cup", "4"]]
    known = counter_of_known(table_source())
    assert find_header(rows, known) == 1
    assert find_header([["", ""], ["Werk", "Regal"]], known) == 1
    assert find_header([["1", "2"], ["3", "https://example.org"]], known) is None
    assert find_header([["x" * 301, "y"]], known) is None
    assert find_header([], known) is None


def test_a_later_row_needs_clearly_more_known_names() -> None:
    known = counter_of_known(table_source())
    assert find_header([["Prepared by Ana", "Library"], ["Title", "Link"]], known) == 1
    assert find_header([["Work", "Where"], ["Guide", "Link"], ["Cup", "PDF"]], known) == 0


def test_columns_that_the_settings_name_are_known() -> None:
    text = "My list,of works\nWerk,Regal\nBowl,3\nCup,4\n"
    source = table_source({"title": "Werk", "subject": "Regal"})
    assert fields_in(text, source)[0] == {"title": ("Bowl",), "subject": ("3",)}


def test_the_row_of_headings_may_be_set() -> None:
    text = "Title,Link\nnot the headings,x\nName,Note\nCeramics,red\n"
    source = table_source({"title": "Name"}, header=3)
    (record,) = records_in(text, source)
    assert record.fields == {"title": ("Ceramics",)}
    assert record.locator.position == "row 4"
    for number in (60, 5):
        with pytest.raises(SourceError, match=rf"has no cell in row {number} \(key 'table.header'"):
            records_in(text, table_source(header=number))
    with pytest.raises(SourceError, match="has no cell in row 1"):
        records_in("\nTitle\nx\n", table_source(header=1))


def test_the_row_of_headings_may_be_far_down() -> None:
    text = "Note,x\n" * 80 + "Title,Year\nCeramics,2019\n"
    assert fields_in(text, table_source(header=81)) == [{"title": ("Ceramics",), "date": ("2019",)}]


def test_a_table_without_headings_is_read_by_letters() -> None:
    source = table_source({"title": "column A", "date": "column C", "page": "column D"})
    first, second = records_in(ROWS, source)
    assert first.fields == {
        "title": ("Ceramics",), "date": ("2019",), "page": ("https://example.org/1",),
    }  # fmt: skip
    assert second.locator.position == "row 2"
    assert len(records_in(f"Title,Author,Year,Link\n{ROWS}", source)) == 2


def test_no_headings_are_an_error_that_shows_the_first_row() -> None:
    with pytest.raises(SourceError) as error:
        records_in("1,2,3\n4,5,6\n7,8,9\n")
    assert "no row looks like headings; the first begins '1 | 2 | 3'" in str(error.value)
    with pytest.raises(SourceError, match="is empty"):
        records_in(",\n,\n", table_source(delimiter=","))


def test_names_of_columns() -> None:
    assert name_columns(["Tag", "Tag", "Tag#2", "", " a\n b ", "", ""]).names == (
        "Tag", "Tag#3", "Tag#2", "column D", "a b",
    )  # fmt: skip


@given(st.lists(st.sampled_from(["Tag", "Tag#2", "Tag#3", "", "column B"]), max_size=9))
def test_each_column_has_a_name_of_its_own(cells: list[str]) -> None:
    headings = name_columns(cells)
    assert len(headings.names) == len(headings.written)
    filled = [name for name in headings.names if not name.startswith("column")]
    assert len(set(filled)) == len(filled)


@given(st.integers(0, 16_383))
def test_letters_lead_back(index: int) -> None:
    assert by_letter(f"column {letters(index)}") == index
    assert by_letter(f"Column {letters(index).lower()} ") == index


def test_letters() -> None:
    assert [letters(index) for index in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
    assert by_letter("A") is None


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Title", "title"),
        ("TÍTULO", "title"),
        ("Titre de la ressource", "title"),
        ("nombre_del_recurso", "title"),
        ("Titel (deutsch)", "title"),
        ("dc:title", "title"),
        ("Dublin Core:Title", "title"),
        ("schema:name", "title"),
        ("Resumen / Abstract", "description"),
        ("Zusammenfassung", "description"),
        ("Web page", "page"),
        ("Lien", "page"),
        ("dc.identifier.uri[]", "page"),
        ("PDF", "file"),
        ("Author(s)", "creator"),
        ("Autor/es", "creator"),
        ("dc.contributor.author", "creator"),
        ("Éditeur", "publisher"),
        ("dc.date.issued", "date"),
        ("Año de publicación", "date"),
        ("Erscheinungsjahr", "date"),
        ("Tipo de recurso", "type"),
        ("Mots-clés", "subject"),
        ("Palavras-chave", "subject"),
        ("Schlagwörter", "subject"),
        ("Language(s)", "language"),
        ("ISBN-13", "identifier"),
        ("license(s)", "licence"),
        ("Derechos", "rights"),
        ("ID", OWN_KEY),
        ("Audience", "audience"),
        ("dcterms:tableOfContents", "tableOfContents"),
    ],
)
def test_usual_names(heading: str, field: str) -> None:
    usual = usual_field(heading, ("en", "es"))
    assert usual is not None
    assert usual.field == field


@pytest.mark.parametrize(
    "heading",
    ["", " ", "Provider_Name", "original_title", "logo (URL angeben)", "Title/URL", "startDate",
     "E-mail", "Comments:", "/", "()", "Title (annotated)x"],
)  # fmt: skip
def test_other_names_are_not_guessed(heading: str) -> None:
    assert usual_field(heading, ("en", "es")) is None


def test_long_cells_are_no_usual_names() -> None:
    for heading in (f"Title ({'a' * 80})", "title " * 50_000, "title" + " (" * 50_000):
        assert usual_field(heading) is None


def test_the_language_of_a_heading() -> None:
    for heading, language in (
        ("title_en", "en"), ("Title (Spanish)", "es"), ("Título en español", "es"),
        ("dc.title[pt_BR]", "pt-BR"), ("Titel - deutsch", "de"), ("title@qu", "qu"),
        ("Title (annotated)", ""), ("Tags (separated by ;)", ""), ("year_en", ""),
    ):  # fmt: skip
        usual = usual_field(heading, ("en", "qu"))
        assert usual is not None
        assert usual.language == language


def test_data_are_dates_in_some_languages() -> None:
    assert usual_field("Data", ("pt-BR",)) == ("date", 0, "")
    assert usual_field("Data", ("en",)) is None


def test_the_surest_name_wins_and_several_are_taken_where_there_may_be_several() -> None:
    text = "Name,Title,Keywords,Topic,ISBN,DOI,Year,Date\na,b,c,d,e,f,2019,2019-01-02\n"
    assert fields_in(text) == [
        {
            "title": ("b",), "subject": ("c", "d"), "identifier": ("e", "f"),
            "date": ("2019-01-02",),
        }
    ]  # fmt: skip


def test_headings_that_hold_a_usual_word_are_taken_and_told() -> None:
    text = (
        "Timestamp,File name,What is the title?,Paste the link,Who is the author?\n1,f,Clay,x,Ana\n"
    )
    assert fields_in(text) == [{"title": ("Clay",), "page": ("x",), "creator": ("Ana",)}]
    messages = [issue.message for issue in issues_in(text)]
    assert messages[0] == (
        "list.csv: column 'What is the title?' was taken for the title, by a word of its name; "
        "correct that in [table.fields] if it is wrong"
    )
    assert "'Paste the link' was taken for the page" in messages[1]
    assert "'Who is the author?' was taken for the creator" in messages[2]
    assert "not read: 'Timestamp', 'File name'" in messages[3]


def test_words_of_headings() -> None:
    headings = ["Course name", "Título del curso", "Author name", "Image URL", "Site of it"]
    assert loosely_named(headings, "title") == 1
    assert loosely_named(headings[:1], "title") == 0
    assert loosely_named(headings[2:4], "title") is None
    assert loosely_named(headings, "page") == 4
    assert loosely_named(headings, "creator") == 2
    assert loosely_named(headings, "date") is None


def test_the_line_below_headings_is_no_row() -> None:
    text = "| Title | Link |\n|:---|---|\n| Clay | x |\n"
    assert fields_in(text) == [{"title": ("Clay",), "page": ("x",)}]
    assert fields_in("Title,Link\n-,-\n")[0] == {"title": ("-",), "page": ("-",)}


def test_every_name_is_that_of_one_field() -> None:
    names = [name for listed in USUAL.values() for name in listed.split("|")]
    assert sorted(names) == sorted(set(names))
