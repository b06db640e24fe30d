"""Moments in days and in seconds."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.oai_dates import as_from, as_until, granularity_of, is_moment

MOMENTS = st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
)


@pytest.mark.parametrize(
    "value",
    ["2024-02-29", "2024-05-01T23:59:59Z", "2024-05-01T23:59:59.123Z", "0001-01-01",
     "2024-05-01t10:00:00z"],
)  # fmt: skip
def test_moments(value: str) -> None:
    assert is_moment(value)


@pytest.mark.parametrize(
    "value",
    ["", "2024", "2024-13-01", "2023-02-29", "2024-05-01T24:00:01Z", "2024-05-01T10:00Z",
     "2024-05-01T10:00:00", "2024-05-01T10:00:00+02:00", "01.05.2024", "2024-05-01\n",
     "٢٠٢٤-٠٥-٠١"],
)  # fmt: skip
def test_what_is_no_moment(value: str) -> None:
    assert not is_moment(value)


@pytest.mark.parametrize(
    ("stated", "expected"),
    [("YYYY-MM-DDThh:mm:ssZ", "second"), (" yyyy-mm-ddThh:mm:ssZ\n", "second"),
     ("YYYY-MM-DDThh:mm:ss.sZ", "second"), ("YYYY-MM-DD", "day"), ("", None), ("day", None)],
)  # fmt: skip
def test_granularity(stated: str, expected: str | None) -> None:
    assert granularity_of(stated) == expected


@given(MOMENTS)
def test_a_range_in_either_granularity_holds_its_moments(moment: str) -> None:
    day = moment[:10]
    assert as_from(moment, "second") == as_until(moment, "second") == moment
    assert as_from(moment, "day") == as_until(moment, "day") == day
    assert as_from(day, "second") <= moment <= as_until(day, "second")
    assert as_from(day, "second")[:10] == as_until(day, "second")[:10] == day


def test_fractions_of_a_second_are_cut() -> None:
    assert as_from("2024-05-01T10:20:30.999z", "second") == "2024-05-01T10:20:30Z"
