"""Moments as OAI-PMH writes them: UTC, in days or in seconds (OAI-PMH 2.0 §3.3.1)."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal

Granularity = Literal["day", "second"]

DAY = re.compile(r"\d{4}-\d\d-\d\d")
SECOND = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?[Zz]", re.ASCII)
FIRST_SECOND, LAST_SECOND = "T00:00:00Z", "T23:59:59Z"


def is_moment(value: str) -> bool:
    """Say whether `value` is a day of the calendar, or a second of one in UTC.

    >>> is_moment("2024-02-29"), is_moment("2024-02-29T12:00:00Z"), is_moment("2023-02-29")
    (True, True, False)
    """
    if not (DAY.fullmatch(value) or SECOND.fullmatch(value)):
        return False
    try:
        datetime.fromisoformat(value[:19])
    except ValueError:
        return False
    return value.isascii()


def granularity_of(stated: str) -> Granularity | None:
    """Return what Identify states as granularity, or None where it is neither of the two.

    >>> granularity_of("YYYY-MM-DDThh:mm:ssZ"), granularity_of("YYYY-MM-DD"), granularity_of("")
    ('second', 'day', None)
    """
    form = "".join(stated.split()).lower()
    if form.startswith("yyyy-mm-ddthh:mm"):
        return "second"
    return "day" if form == "yyyy-mm-dd" else None


def as_from(value: str, granularity: Granularity) -> str:
    """Return a moment as the start of a range, which includes it.

    >>> as_from("2024-05-01", "second"), as_from("2024-05-01T10:20:30Z", "day")
    ('2024-05-01T00:00:00Z', '2024-05-01')
    """
    return value[:10] if granularity == "day" else _second(value, FIRST_SECOND)


def as_until(value: str, granularity: Granularity) -> str:
    """Return a moment as the end of a range, which includes it: a day to its last second.

    >>> as_until("2024-05-01", "second"), as_until("2024-05-01T10:20:30Z", "day")
    ('2024-05-01T23:59:59Z', '2024-05-01')
    """
    return value[:10] if granularity == "day" else _second(value, LAST_SECOND)


def _second(value: str, of_day: str) -> str:
    return f"{value[:10]}T{value[11:19]}Z" if len(value) > len("YYYY-MM-DD") else value + of_day
