"""Dates as sources write them -> EDTF and XSD dates; what is not certain is said, never guessed.

Forms: ISO 8601 dates and date-times, EDTF (Library of Congress, levels 0 and 1), years, ranges,
decades, `c. 1990`, `[2008?]`, and dates with the names of months or seasons in English, Spanish,
French and Portuguese. Years follow XSD 1.1 and EDTF, where 0000 is 1 BC and -0043 is 44 BC; a bare
`0000` is what databases write for nothing, so it is refused.
"""

from __future__ import annotations

import calendar
import re
import unicodedata

import msgspec

from pipeline.clean.calendar_words import DAYS_OF_WEEK, MONTHS, NONE_GIVEN, SEASONS
from pipeline.model import Date, DatePrecision

LATEST_YEAR = 2100  # a later one is a slip; stages know no clock, so the bound is a fixed one
LONGEST = 100  # characters; longer values are sentences
DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
MONTHS_IN_YEAR = 12
FEBRUARY = 2

TIME = re.compile(
    r"(?<=\d)(?:[t ]\s*|,\s+)\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?\s*(?:[ap]\.?m\.?)?"
    r"\s*(?:z|utc|gmt|[a-z]{3,4}|[+-]\d{2}:?\d{2})?$"
)
ZONE = re.compile(r"(?<=\d)(?:z|[+-]\d{2}:\d{2})$")
WEEKDAY = re.compile(rf"^(?:{DAYS_OF_WEEK})\b\.?,?\s+")
BRACKETED = re.compile(r"^[\[(<](.*)[\])>]([?~%]?)$")
COPYRIGHT = re.compile(r"^(?:©|\(c\)|copyright|cop\.|c(?=\d{4}$)|p(?=\d{4}$))\s*")
PUBLISHED = re.compile(
    r"^(?:published|publicado|publie|issued|date|fecha|data)\s*:?\s+(?:le |el |em )?"
)
ABOUT = re.compile(
    r"^(?:(?:circa|ca?|about|approx(?:imately)?|around|vers|environ|hacia|alrededor de"
    r"|aproximadamente|por volta de|cerca de)\s+|(?:ca?|approx)\.\s*)(?=\d|\[)"
)
BEFORE_CHRIST = re.compile(
    r"^(\d{1,4})\s*(?:b\.?\s?c\.?(?:\s?e\.?)?|a\.?\s?c\.?|av\.?\s?j\.?-?\s?c\.?)$"
)
AFTER_CHRIST = re.compile(
    r"^(?:a\.?d\.?\s*(\d{1,4})|(\d{1,4})\s*(?:a\.?d\.?|c\.?e\.?|d\.?\s?c\.?))$"
)
DECADE = re.compile(
    r"^(?:(?:the|les|los|os)\s+)?(?:annees|anos|decada de(?: los)?)?\s*(\d{3})0(?:['’]?s)?$"
)
CENTURY = re.compile(r"^(\d{1,2})(?:st|nd|rd|th)\s+century$")
EDTF = re.compile(r"^(-?\d{4}|-?\d{3}x|-?\d{2}xx)(?:-(\d{2}|xx)(?:-(\d{2}|xx))?)?([?~%]?)$")
COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
YEAR_FIRST = re.compile(r"^(\d{4})[/.](\d{1,2})(?:[/.](\d{1,2}))?$")
SHORT_ISO = re.compile(r"^(\d{4})-(\d{1,2})(?:-(\d{1,2}))?$")
YEAR_LAST = re.compile(r"^(?:(\d{1,2})([/.-]))?(\d{1,2})([/.-])(\d{4})$")
NAMED = re.compile(
    r"^(?:(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|°|o)?\.?[\s-]+(?:de\s+|of\s+)?)?(?P<name>[a-z]{3,12})\.?"
    r"(?:[\s-]+(?P<later>\d{1,2})(?:st|nd|rd|th)?)?,?[\s-]+(?:de[l]?\s+|of\s+)?(?P<year>\d{4})$"
)
YEAR_NAMED = re.compile(r"^(\d{4})[,\s-]+([a-z]{3,12})\.?(?:[\s-]+(\d{1,2}))?$")
RANGE = re.compile(
    r"^(?:from |between |de |entre |desde )?(?P<first>[^/–—]{4,40}?)\s*"
    r"(?:/|–|—|\s-\s|(?<=\d{4})-(?=\d{4})|(?<=\d{4}s)-|\s(?:to|and|a|y|e|et|hasta|ate|au?)\s)\s*"
    r"(?P<last>[^/–—]{4,40})$"
)
OPEN_END = re.compile(
    r"^(.{4,12}?)\s*(?:(?:/\.\.|[-–—])|(?:[-–—]|\s(?:to|a))\s*(?:the |la )?"
    r"(?:present|presente|now|today|actualidad))$"
)
OPEN_START = re.compile(r"^\.\./(.{4,12})$")
UNKNOWN_SIDE = re.compile(r"^(/?)([^/]{4,12})(/?)$")
PRECISIONS: tuple[tuple[re.Pattern[str], DatePrecision], ...] = (
    (re.compile(r"-?\d{4}"), "gYear"),
    (re.compile(r"-?\d{4}-(?:0\d|1[0-2])"), "gYearMonth"),
    (re.compile(r"-?\d{4}-\d{2}-\d{2}"), "date"),
)


class Reading(msgspec.Struct, frozen=True):
    """What was made of a date: the date if there is one, and the problem if there is one.

    A problem is a sentence for a librarian; an ambiguous date has both (its year, and why no more).
    """

    date: Date | None
    problem: str = ""


def read_date(text: str) -> Reading:
    """Return the date that `text` (clean, one line) says; at most its year where it is ambiguous.

    A value that says "no date" gives neither date nor problem.

    >>> read_date("May 2008").date
    Date(value='2008-05', precision='gYearMonth', year='2008')
    >>> read_date("c. 1990").date
    Date(value='1990~', precision='edtf', year='1990')
    """
    if len(text) > LONGEST:
        return Reading(None, "this is too long for a date; expected a year or a date")
    plain = _plain(text)
    if not plain or plain in NONE_GIVEN:
        return Reading(None)
    try:
        return _read(plain)
    except _RefusedError as error:
        return Reading(None, str(error))


class _RefusedError(Exception):
    """A value that has the form of a date and is none; the text is for a librarian."""


def _read(plain: str) -> Reading:
    if ambiguous := _ambiguous(plain):
        return ambiguous
    value = _single(plain) or _interval(plain)
    if not value:
        raise _RefusedError("this cannot be read as a date; expected a form such as 2008-05-01")
    return Reading(Date(value, _precision(value), _earliest(value)))


def _plain(text: str) -> str:
    """Return `text` in small letters without accents, Western digits, no time, no weekday."""
    if not text.isascii():
        text = "".join(
            str(unicodedata.decimal(character)) if character.isdecimal() else character
            for character in unicodedata.normalize("NFD", text)
            if not unicodedata.combining(character)
        )
        text = re.sub("[\u2010-\u2012\u2212]", "-", text)
    plain = " ".join(text.lower().split())
    if plain in NONE_GIVEN:
        return plain
    plain = plain if plain.endswith("..") else plain.rstrip(".,;")
    plain = PUBLISHED.sub("", plain)
    plain = ZONE.sub("", TIME.sub("", WEEKDAY.sub("", plain))) if ":" in plain else plain
    plain = WEEKDAY.sub("", plain)
    if re.fullmatch(r"-?\d{4}-\d{2}-\d{2}z|-?\d{4}z", plain):
        plain = plain[:-1]
    if bracketed := BRACKETED.fullmatch(plain):
        plain = bracketed.group(1).strip() + bracketed.group(2)
    return COPYRIGHT.sub("", plain).strip()


def _single(plain: str) -> str:
    """Return one date, decade, century or season as EDTF, or nothing if it has no such form."""
    if about := ABOUT.match(plain):
        value = _single(BRACKETED.sub(r"\1\2", plain[about.end() :].rstrip("?")))
        doubt = "%" if plain.endswith("?") else "~"
        return value + doubt if value and value[-1] not in "?~%" else value
    for read in (_standard, _numeric, _named, _of_an_era):
        if value := read(plain):
            return value
    return ""


def _standard(plain: str) -> str:
    found = EDTF.fullmatch(plain)
    if not found:
        return ""
    year, month, day, doubt = found.groups()
    if "x" in year and (month or "").strip("x"):
        return ""
    season = month is not None and month.isdigit() and int(month) in range(21, 25)
    if season and day is None:
        return f"{_year(year)}-{month}{doubt}"
    _check(year, month, day)
    return "-".join(part.upper() for part in (_year(year), month, day) if part) + doubt


def _numeric(plain: str) -> str:
    if found := COMPACT.fullmatch(plain):
        return _joined(*found.groups())
    if found := YEAR_FIRST.fullmatch(plain) or SHORT_ISO.fullmatch(plain):
        return _joined(*found.groups())
    found = YEAR_LAST.fullmatch(plain)
    if not found:
        return ""
    first, mark, second, _, year = found.groups()
    if first is None:
        return _joined(year, second)
    # With full stops the day is first everywhere; else one of the two has to be over 12.
    if mark == "." or int(first) > MONTHS_IN_YEAR or first == second:
        return _joined(year, second, first)
    return _joined(year, first, second)


def _ambiguous(plain: str) -> Reading | None:
    found = YEAR_LAST.fullmatch(plain)
    if not found or found.group(1) is None or found.group(2) == ".":
        return None
    first, second, year = int(found.group(1)), int(found.group(3)), found.group(5)
    if first == second or not (0 < first <= MONTHS_IN_YEAR and 0 < second <= MONTHS_IN_YEAR):
        return None
    return Reading(
        Date(_year(year), "gYear", year),
        f"day and month cannot be told apart, only the year {year} is published; "
        f"expected {year}-{second:02}-{first:02} or {year}-{first:02}-{second:02}",
    )


def _named(plain: str) -> str:
    if found := NAMED.fullmatch(plain):
        name, year = found["name"], found["year"]
        if found["day"] and found["later"]:
            return ""
        day = found["day"] or found["later"]
    elif found := YEAR_NAMED.fullmatch(plain):
        year, name, day = found.groups()
    else:
        return ""
    if name in MONTHS:
        return _joined(year, str(MONTHS[name]), day)
    return f"{_year(year)}-{SEASONS[name]}" if name in SEASONS and not day else ""


def _of_an_era(plain: str) -> str:
    if found := BEFORE_CHRIST.fullmatch(plain):
        number = int(found.group(1))
        if not number:
            raise _RefusedError("there is no year 0 before Christ; the year before AD 1 is 1 BC")
        return f"{'-' if number > 1 else ''}{number - 1:04}"
    if found := AFTER_CHRIST.fullmatch(plain):
        return _year(f"{int(found.group(1) or found.group(2)):04}")
    if (found := DECADE.fullmatch(plain)) and not plain.isdigit():
        return f"{_year(found.group(1) + '0')[:3]}X"
    if found := CENTURY.fullmatch(plain):
        return f"{_year(f'{int(found.group(1)) - 1:02}01')[:2]}XX"
    return ""


def _interval(plain: str) -> str:
    if found := OPEN_START.fullmatch(plain):
        last = _single(found.group(1))
        return f"../{last}" if last else ""
    if found := OPEN_END.fullmatch(plain):
        first = _single(found.group(1))
        return f"{first}/.." if first else ""
    if (found := UNKNOWN_SIDE.fullmatch(plain)) and found.group(1) != found.group(3):
        value = _single(found.group(2))
        return f"{found.group(1)}{value}{found.group(3)}" if value else ""
    found = RANGE.fullmatch(plain)
    if not found:
        return ""
    first, last = _single(found["first"].strip()), _single(found["last"].strip())
    if not first or not last:
        return ""
    if _sortable(last, latest=True) < _sortable(first):
        raise _RefusedError(f"this ends before it begins ({first} to {last})")
    return f"{first}/{last}"


def _joined(year: str, month: str | None = None, day: str | None = None) -> str:
    _check(year, month, day)
    return "-".join([_year(year), *(f"{int(part):02}" for part in (month, day) if part)])


def _year(year: str) -> str:
    """Return a year of four digits (or `x`s), refused where it cannot be one."""
    if year in {"0000", "-0000"}:
        raise _RefusedError("0000 is no year that a source means; expected a year such as 2008")
    if int(year.replace("x", "0")) > LATEST_YEAR:
        raise _RefusedError(
            f"the year {year} is far in the future; expected one up to {LATEST_YEAR}"
        )
    return year.upper()


def _check(year: str, month: str | None, day: str | None) -> None:
    """Refuse what the calendar does not have (proleptic Gregorian, as in XSD 1.1)."""
    if not month or "x" in month:
        if day and "x" not in day:
            raise _RefusedError("this has a day without a month; expected YYYY-MM-DD")
        return
    number = int(month)
    if not 1 <= number <= MONTHS_IN_YEAR:
        raise _RefusedError(f"there is no month {month}; expected 01 to 12")
    if not day or "x" in day:
        return
    days = DAYS[number - 1]
    if number == FEBRUARY and "x" not in year:
        days -= not calendar.isleap(int(year))
    if not 1 <= int(day) <= days:
        raise _RefusedError(f"there is no day {day} in month {number:02} of {year}")


def _precision(value: str) -> DatePrecision:
    for pattern, precision in PRECISIONS:
        if pattern.fullmatch(value):
            return precision
    return "edtf"


def _earliest(value: str) -> str:
    """Return the first year that the value speaks of; of an interval, the first that is given."""
    first = next(part for part in value.split("/") if part not in {"", ".."})
    number = _sortable(first)[0]
    return f"{'-' if number < 0 else ''}{abs(number):04}"


def _sortable(value: str, *, latest: bool = False) -> tuple[int, str]:
    """Return the first (or last) year of one EDTF date, and the rest of it to compare by."""
    sign = -1 if value.startswith("-") else 1
    digits, rest = value.lstrip("-")[:4], value.lstrip("-")[4:].rstrip("?~%")
    filler = "9" if latest == (sign > 0) else "0"
    return sign * int(digits.replace("X", filler)), rest + ("~" if latest else "")
