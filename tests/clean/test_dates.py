"""Dates: many forms are read; what is not certain is said and never guessed."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.clean.dates import LATEST_YEAR, read_date
from pipeline.model import DatePrecision

LEXICAL = {
    "gYear": r"-?\d{4}",
    "gYearMonth": r"-?\d{4}-(0[1-9]|1[0-2])",
    "date": r"-?\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])",
    "edtf": r"[-/.\dX?~%]+",
}


@pytest.mark.parametrize(
    ("text", "value", "precision", "year"),
    [
        ("2008", "2008", "gYear", "2008"),
        ("2008-05", "2008-05", "gYearMonth", "2008"),
        ("2008-05-01", "2008-05-01", "date", "2008"),
        ("2008/5", "2008-05", "gYearMonth", "2008"),
        ("2008.05.01", "2008-05-01", "date", "2008"),
        ("20080501", "2008-05-01", "date", "2008"),
        ("5/2008", "2008-05", "gYearMonth", "2008"),
        ("13/05/2008", "2008-05-13", "date", "2008"),
        ("05/13/2008", "2008-05-13", "date", "2008"),
        ("05/05/2008", "2008-05-05", "date", "2008"),
        ("01.05.2008", "2008-05-01", "date", "2008"),
        ("2008-05-01T12:00:00Z", "2008-05-01", "date", "2008"),
        ("2008-05-01 12:00:00.5+02:00", "2008-05-01", "date", "2008"),
        ("2008-05-01+02:00", "2008-05-01", "date", "2008"),
        ("2008-05-01Z", "2008-05-01", "date", "2008"),
        ("Thu, 01 May 2008 12:00:00 GMT", "2008-05-01", "date", "2008"),
        ("May 2008", "2008-05", "gYearMonth", "2008"),
        ("May 1st, 2008", "2008-05-01", "date", "2008"),
        ("2008 May 3", "2008-05-03", "date", "2008"),
        ("Sept. 2008", "2008-09", "gYearMonth", "2008"),
        ("1 de mayo de 2008", "2008-05-01", "date", "2008"),
        ("lunes, 5 de mayo de 2008", "2008-05-05", "date", "2008"),
        ("1er août 2008", "2008-08-01", "date", "2008"),
        ("1º de março de 2008", "2008-03-01", "date", "2008"),
        ("Published: mai 2008", "2008-05", "gYearMonth", "2008"),
        ("٢٠٠٨", "2008", "gYear", "2008"),
        ("Spring 2008", "2008-21", "edtf", "2008"),
        ("otoño 2008", "2008-23", "edtf", "2008"),
        ("c. 1990", "1990~", "edtf", "1990"),
        ("ca.1990", "1990~", "edtf", "1990"),
        ("vers 1990", "1990~", "edtf", "1990"),
        ("[circa 1990?]", "1990%", "edtf", "1990"),
        ("[2008?]", "2008?", "edtf", "2008"),
        ("[2008]", "2008", "gYear", "2008"),
        ("c2008", "2008", "gYear", "2008"),
        ("©2008", "2008", "gYear", "2008"),
        ("2001-2004", "2001/2004", "edtf", "2001"),
        ("2001–2004", "2001/2004", "edtf", "2001"),
        ("de 2001 a 2004", "2001/2004", "edtf", "2001"),
        ("May 2001 - June 2004", "2001-05/2004-06", "edtf", "2001"),
        ("2008-05-03/2008-05", "2008-05-03/2008-05", "edtf", "2008"),
        ("2001-present", "2001/..", "edtf", "2001"),
        ("2001/..", "2001/..", "edtf", "2001"),
        ("../2004", "../2004", "edtf", "2004"),
        ("2001/", "2001/", "edtf", "2001"),
        ("1990s", "199X", "edtf", "1990"),
        ("années 1990", "199X", "edtf", "1990"),
        ("19th century", "18XX", "edtf", "1800"),
        ("20XX", "20XX", "edtf", "2000"),
        ("2008-XX", "2008-XX", "edtf", "2008"),
        ("2008-05-XX", "2008-05-XX", "edtf", "2008"),
        ("2008-05~", "2008-05~", "edtf", "2008"),
        ("2000-02-29", "2000-02-29", "date", "2000"),
        ("44 BC", "-0043", "gYear", "-0043"),
        ("44 av. J.-C.", "-0043", "gYear", "-0043"),
        ("1 BCE", "0000", "gYear", "0000"),
        ("-0044", "-0044", "gYear", "-0044"),
        ("-199X", "-199X", "edtf", "-1999"),
        ("AD 800", "0800", "gYear", "0800"),
    ],
)
def test_forms(text: str, value: str, precision: DatePrecision, year: str) -> None:
    reading = read_date(text)
    assert not reading.problem
    assert reading.date is not None
    assert (reading.date.value, reading.date.precision, reading.date.year) == (
        value,
        precision,
        year,
    )


def test_day_and_month_that_cannot_be_told_apart_give_the_year_and_a_problem() -> None:
    reading = read_date("01/05/2008")
    assert reading.date is not None
    assert (reading.date.value, reading.date.precision) == ("2008", "gYear")
    assert "2008-05-01 or 2008-01-05" in reading.problem


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("2008-02-30", "no day 30"),
        ("1900-02-29", "no day 29"),
        ("2008-13", "no month 13"),
        ("2001-14", "no month 14"),
        ("20081301", "no month 13"),
        ("May 32, 2008", "no day 32"),
        ("32/13/2008", "no month 13"),
        ("2008-XX-05", "day without a month"),
        ("20XX-05", "cannot be read"),
        ("9999", "far in the future"),
        (f"May {LATEST_YEAR + 1}", "far in the future"),
        ("0000-05", "no year"),
        ("0 BC", "no year 0"),
        ("2004-2001", "ends before it begins"),
        ("2008-05-02/2008-05-01", "ends before it begins"),
        ("1/2/08", "cannot be read"),
        ("800", "cannot be read"),
        ("1 May 2 2008", "cannot be read"),
        ("Foo 2008", "cannot be read"),
        ("soon/later", "cannot be read"),
        ("soon/..", "cannot be read"),
        ("../soon", "cannot be read"),
        ("soonest/", "cannot be read"),
        ("x" * 200, "too long"),
    ],
)
def test_what_is_no_date_is_a_problem_and_never_a_guess(text: str, problem: str) -> None:
    reading = read_date(text)
    assert reading.date is None
    assert problem in reading.problem


@pytest.mark.parametrize("text", ["", "n.d.", "s.f.", "Sin fecha", "0000-00-00", "0000"])
def test_no_date_is_no_problem(text: str) -> None:
    assert read_date(text).date is None
    assert not read_date(text).problem


PARTS = st.sampled_from(
    ["2008", "1999", "05", "13", "31", "1", "-", "/", ".", " ", "May", "mayo", "c. ", "?", "~", "[",
     "]", "X", "XX", "s", "..", "–", "BC", "T10:00", "Z", "de ", "Spring", "٣"]
)  # fmt: skip


@given(st.one_of(st.lists(PARTS, max_size=8).map("".join), st.text(max_size=20)))
@settings(max_examples=200, deadline=None)
def test_whatever_is_read_has_a_valid_form(text: str) -> None:
    reading = read_date(text)
    if reading.date is None:
        return
    assert re.fullmatch(LEXICAL[reading.date.precision], reading.date.value, re.ASCII)
    assert re.fullmatch(r"-?\d{4}", reading.date.year, re.ASCII)
    again = read_date(reading.date.value)
    assert again.date == reading.date


@given(st.dates(max_value=date(LATEST_YEAR, 12, 31)))
@settings(max_examples=50, deadline=None)
def test_every_calendar_date_is_kept(day: date) -> None:
    text = str(day)
    reading = read_date(text)
    assert reading.date is not None
    assert reading.date.value == text
