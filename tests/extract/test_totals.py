"""Declared totals in four languages and every common way to write a number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.totals import Total, declared_total, number_in


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("437 entries were found.", 437),
        ("541 resultados", 541),
        ("464 résultats", 464),
        ("464 re\u0301sultats", 464),
        ("464 rĂ©sultats", 464),
        ("33 registros encontrados", 33),
        ("Foram encontrados 12 registros", 12),
        ("Se encontraron 541 resultados", 541),
        ("437 entrées trouvées", 437),
        ("1,234 results", 1234),
        ("1.234 resultados", 1234),
        ("1\u202f234 résultats", 1234),
        ("1\u00a0234 résultats", 1234),
        ("1’234 results", 1234),
        ("1,23,456 results", 123456),
        ("1,234,567 items", 1234567),
        ("Showing 1–10 of 437 results", 437),
        ("Mostrando 1-10 de 541", 541),
        ("Affichage de 1 à 10 sur 464 résultats", 464),
        ("91 à 100 sur 464", 464),
        ("Exibindo 1 a 10 de 1.234 resultados", 1234),
        ("Results 1 - 10 of about 1,234", 1234),
        ("Total: 437", 437),
        ("Resources (437)", 437),
        ("(437 results)", 437),
        ("437 items found for 'green finance'", 437),
        ("٤٣٧ results", 437),
        ("0 results", 0),
        ("10 of 437 entries", 437),
    ],
)
def test_a_total_is_read(line: str, number: int) -> None:
    assert declared_total(line) == Total(number)
    assert number_in(line) == number


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Page 1 of 44",
        "Página 3 de 44",
        "No results",
        "2008",
        "10 years of microfinance",
        "500 entries were found to be wrong by the auditors of the bank",
        "437 entries " * 20,
        "1.5 results",
        "results",
    ],
)
def test_prose_and_page_numbers_declare_no_total(line: str) -> None:
    assert declared_total(line) is None


def test_what_may_count_pages_is_not_certain() -> None:
    assert declared_total("10 of 437") == Total(437, certain=False, shown=10)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("437", 437),
        ("About 437", 437),
        ("We list 437 entries here", 437),
        ("Here are 10 of 437", 437),
        ("Page 2, 437", None),
        ("2 and 3", None),
        ("none", None),
    ],
)
def test_a_number_is_found_in_a_text_that_holds_one(text: str, number: int | None) -> None:
    assert number_in(text) == number


@given(st.integers(0, 999_999_999), st.sampled_from([",", ".", " ", "'", "\u00a0", "\u202f"]))
def test_grouped_numbers_are_read_back(number: int, separator: str) -> None:
    line = f"{number:,}".replace(",", separator) + " resultados"
    assert declared_total(line) == Total(number)


@given(st.text(max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    total = declared_total(text)
    assert total is None or total.number >= 0
    number_in(text)
