"""The rows of delimited text (RFC 4180 and what programs write instead), in bounded memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from pipeline.errors import SourceError
from pipeline.extract.payloads import shown

if TYPE_CHECKING:
    from _csv import Reader

AT_ONCE = 1 << 20
"""Characters whose lines are found together."""

MOST_BROKEN = 20
"""Rows whose quotation marks do not close after which a text is no table."""

MANY_LINES = 10
"""Lines of one row from which it may be several that a stray quotation mark made one."""

LEAST_DELIMITERS = 3
"""Delimiters by which a line inside a cell is recognised as a row; prose has fewer of them."""


class Dialect(msgspec.Struct, frozen=True):
    """How a delimited text is written.

    `quote` is the quotation mark, or empty where none has a meaning; `escapes` says that a
    backslash takes the meaning of the next character, `spaced` that blanks follow delimiters.
    `delimiters` is the usual number of them in a row, `start` where the text begins (behind
    Excel's line `sep=;`).
    """

    delimiter: str
    quote: str = '"'
    escapes: bool = False
    spaced: bool = False
    delimiters: int = 0
    start: int = 0


Row = tuple[int, int, list[str]]
"""The number of a row as a spreadsheet program counts it, the line it begins in, its cells."""


class Doubt(NamedTuple):
    """What is doubtful about the row that begins in `line`; `swallows` others, it may be."""

    number: int
    line: int
    message: str
    swallows: bool = False


def rows_of(text: str, dialect: Dialect, where: str, doubts: list[Doubt]) -> Iterator[Row]:
    """Yield the rows of `text`, blank ones too (they count); what is doubtful goes to `doubts`.

    A row whose quotation marks are wrong (one does not close, or closes within its cell) ends with
    its first line. After some of these, marks within cells are taken for a habit of the text, and
    only those are told that do not close within the longest cell (131,072 characters); too many of
    these raise a `SourceError`.
    """
    first = 1 if dialect.start else 0
    number, done = 0, first
    for attempt in range(2 * MOST_BROKEN):
        lines = islice(lines_of(text, dialect.start), done - first, None)
        reader = _reader(lines, dialect, strict=attempt < MOST_BROKEN)
        before = done
        try:
            for cells in reader:
                number += 1
                begins, done = done + 1, before + reader.line_num
                if done - begins >= MANY_LINES and _holds_rows(cells, dialect):
                    message = SWALLOWED.format(done - begins + 1)
                    doubts.append(Doubt(number, begins, message, swallows=True))
                yield number, begins, cells
            return
        except csv.Error:
            is_one_line = before + reader.line_num == done + 1
            broken = next(islice(lines_of(text, dialect.start), done - first, None))
            number, done = number + 1, done + 1
            what = STRAY if is_one_line and attempt < MOST_BROKEN else UNCLOSED
            doubts.append(Doubt(number, done, what.format(shown(broken))))
            yield number, done, _split(broken, dialect)
    raise SourceError(
        f"has {MOST_BROKEN} rows with a quotation mark that never closes, the last in line {done}",
        where=where, expected="cells with quotation marks around the whole, or none",
        next_step="set 'table.delimiter' if it was found wrong, or save the table again as CSV",
    )  # fmt: skip


SWALLOWED = (
    "has {} lines, many of which look like rows of their own: a quotation mark may be missing; "
    "check it"
)
UNCLOSED = (
    "opens a quotation mark that does not close, so it was read to the end of its line only: "
    "{!r}; add or remove the mark"
)
STRAY = (
    "has a quotation mark that ends its cell too early: {!r}; inside a cell in quotation marks "
    "they are doubled"
)


def lines_of(text: str, start: int = 0) -> Iterator[str]:
    r"""Return the lines of `text` with their ends: CR, LF or both, and no others.

    >>> list(lines_of("a\r\nb\u2028c\rd"))
    ['a\r\n', 'b\u2028c\r', 'd']
    """
    return chain.from_iterable(map(_lines_in, _pieces(text, start)))


def _lines_in(piece: str) -> Iterator[str]:
    return io.StringIO(piece, newline="")


def _pieces(text: str, start: int) -> Iterator[str]:
    """Yield `text` in pieces that end with a line; a copy of the whole would be four times it."""
    end = "\n" if "\n" in text else "\r"
    while start < len(text):
        stop = text.find(end, start + AT_ONCE) + 1 or len(text)
        yield text[start:stop]
        start = stop


def _reader(lines: Iterator[str], dialect: Dialect, *, strict: bool = False) -> Reader:
    return csv.reader(
        lines,
        delimiter=dialect.delimiter,
        quotechar=dialect.quote or None,
        quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
        escapechar="\\" if dialect.escapes else None,
        skipinitialspace=dialect.spaced,
        strict=strict,
    )


def parse_sample(sample: str, dialect: Dialect, *, is_whole: bool) -> tuple[list[list[str]], bool]:
    """Return the rows of a short text, and whether they keep to the rules of `dialect`.

    Where the text is not whole the last row is left out, as it may be cut.
    """
    rows: list[list[str]] = []
    keeps = True
    try:
        rows.extend(_reader(lines_of(sample), dialect, strict=True))
    except csv.Error as error:
        keeps = not is_whole and "end of data" in str(error)
        rows = []
        try:
            rows.extend(_reader(lines_of(sample), dialect))
        except csv.Error:  # a cell beyond the limit
            return rows, False
    return (rows if is_whole else rows[:-1]), keeps


def _split(line: str, dialect: Dialect) -> list[str]:
    try:
        return next(_reader(iter([line]), dialect), [])
    except csv.Error:  # longer than any cell may be
        return line.split(dialect.delimiter)


def _holds_rows(cells: list[str], dialect: Dialect) -> bool:
    if dialect.delimiters < LEAST_DELIMITERS:
        return False
    lines = max(cells, key=len).splitlines()
    return 2 * sum(line.count(dialect.delimiter) >= dialect.delimiters for line in lines) > len(
        lines
    )
