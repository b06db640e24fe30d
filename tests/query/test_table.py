"""Answers as people see them."""

from __future__ import annotations

import io
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.query import table
from pipeline.query.prefixes import predeclared, shorten

ANY_TEXT = st.text(st.characters(blacklist_categories=["Cs"]), max_size=80)


def written(names: list[str], rows: list[list[str]], width: int = 0) -> list[str]:
    output = io.BytesIO()
    table.write(names, rows, output, width)
    return output.getvalue().decode().split("\n")[:-1]


def test_columns_line_up() -> None:
    assert written(["type", "titles"], [["type:case-study", "12"], ["日本", "é"]]) == [
        "type            │ titles",
        "────────────────┼───────",
        "type:case-study │ 12",
        "日本            │ é",
        "2 rows",
    ]


def test_long_cells_wrap_with_further_lines_indented() -> None:
    rows = [["a", "Guía para Proveedores de Servicios @es"], ["b", "x" * 25]]
    assert written(["n", "title"], rows, 20) == [
        "n │ title",
        "──┼─────────────────",
        "a │ Guía para",
        "  │   Proveedores de",
        "  │   Servicios @es",
        "b │ xxxxxxxxxxxxxx",
        "  │   xxxxxxxxxxx",
        "2 rows",
    ]


def test_columns_that_cannot_fit_become_blocks() -> None:
    names = [f"v{number}" for number in range(6)]
    rows = [[f"value {number}" * 3 for number in range(5)] + [""], ["x"] * 6]
    lines = written(names, rows, 30)
    assert lines[:3] == ["── 1 ──", "v0: value 0value 0value 0", "v1: value 1value 1value 1"]
    assert "v5: x" in lines
    assert not any(line.startswith("v5:") for line in lines[: lines.index("── 2 ──")])
    assert lines[-1] == "2 rows"


def test_no_rows_and_no_columns() -> None:
    assert written(["title"], []) == ["title", "─────", "0 rows"]
    assert written([], [[]]) == ["1 row"]


def test_rows_are_streamed_beyond_those_measured() -> None:
    count = table.MEASURED_ROWS + 5
    lines = written(["n"], [[str(number)] for number in range(count)])
    assert len(lines) == count + 3
    assert lines[-1] == f"{count} rows"


@given(st.lists(st.lists(ANY_TEXT, min_size=3, max_size=3), max_size=4), st.integers(30, 100))
@settings(max_examples=60)
def test_any_table_fits(rows: list[list[str]], width: int) -> None:
    shown = [[table.visible(cell) for cell in row] for row in rows]
    for line in written(["a", "b", "c"], shown, width):
        assert table.cells(line) <= width
    text = "".join(written(["a", "b", "c"], shown))
    for row in shown:
        for cell in row:
            assert cell.rstrip() in text


@given(ANY_TEXT)
@settings(max_examples=150)
def test_nothing_visible_steers_a_terminal(text: str) -> None:
    shown = table.visible(text)
    assert not {unicodedata.category(character) for character in shown} & {"Cc", "Zl", "Zp"}
    assert not set(shown) & {"\u202e", "\u2066", "\u200b", "\ufeff", "\U000e0041"}
    if all(character.isprintable() for character in text):
        assert shown == text


def test_control_characters_have_pictures() -> None:
    assert table.visible("\x00\t\n\x1b\x7f\x85\u2028\ud800\U000e0041") == (
        "␀␉␊␛␡{0085}{2028}{D800}{E0041}"
    )


@given(ANY_TEXT, st.integers(2, 30))
@settings(max_examples=100)
def test_wrapped_lines_fit_and_lose_nothing(text: str, width: int) -> None:
    shown = table.visible(text)
    lines = table.wrap(shown, width)
    assert all(table.cells(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == shown.replace(" ", "")


def test_terms() -> None:
    import pyoxigraph as ox

    prefixes = predeclared("https://example.org/")
    year = ox.NamedNode("http://www.w3.org/2001/XMLSchema#gYear")
    edtf = ox.NamedNode("http://id.loc.gov/datatypes/edtf")
    triple = ox.Triple(ox.BlankNode("b"), ox.NamedNode("a:p"), ox.Literal("x\x1b"))
    shown = [
        table.show(term, prefixes)
        for term in (
            None,
            ox.NamedNode("https://example.org/type/guideline"),
            ox.NamedNode("https://example.com/a b".replace(" ", "%20")),
            ox.Literal("Guía", language="es"),
            ox.Literal("plain"),
            ox.Literal("2008", datatype=year),
            ox.Literal("1984/1990", datatype=edtf),
            ox.BlankNode("b"),
            triple,
        )
    ]
    assert shown == [
        "",
        "type:guideline",
        "<https://example.com/a%20b>",
        "Guía @es",
        "plain",
        "2008",
        "1984/1990 ^^<http://id.loc.gov/datatypes/edtf>",
        "_:b",
        '_:b <a:p> "x\\u001B"',
    ]


@pytest.mark.parametrize(
    ("iri", "short"),
    [
        ("http://purl.org/dc/terms/title", "dcterms:title"),
        ("http://purl.org/dc/terms/", "<http://purl.org/dc/terms/>"),
        ("http://purl.org/dc/terms/a/b", "<http://purl.org/dc/terms/a/b>"),
        ("http://purl.org/dc/terms/a.", "<http://purl.org/dc/terms/a.>"),
        ("https://c.example/record/s-1", "record:s-1"),
        ("https://c.example/recorder/s", "<https://c.example/recorder/s>"),
    ],
)
def test_iris_are_short_only_where_the_prefix_can_be_typed(iri: str, short: str) -> None:
    assert shorten(iri, predeclared("https://c.example/")) == short


def test_without_a_base_there_are_no_prefixes_of_the_catalogue() -> None:
    assert "type" not in predeclared("")
    assert predeclared("")["skos"] == "http://www.w3.org/2004/02/skos/core#"
