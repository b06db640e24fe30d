"""Which delimiter and quotation mark a delimited text has, found by trying them.

The dialect is right under which the first rows hold headings that are known, have the same number
of cells, keep to the rules of quoting, and have no quotation marks left over.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator

import msgspec

from pipeline.errors import SettingsError
from pipeline.extract.csv_text import Dialect, parse_sample
from pipeline.extract.payloads import shown
from pipeline.settings import Source

DELIMITERS = ",;\t|^~"
NAMES = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
QUOTES = ('"', "'")

SAMPLE = 1 << 15
"""Characters by which the dialect is found: some dozen rows at least."""

LONGEST_SAMPLE = 1 << 18
"""Characters up to which the sample is made longer to hold `LEAST_ROWS`."""

LEAST_ROWS = 4
KNOWN_HEADINGS = 2
"""Known names in one row that make it the headings."""

LEAST_PARTED = 0.7
"""Share of rows with more than one cell without which a text has one column only."""

NO_DELIMITERS = "\x1f\x1e\x1d\x1c\ue000"
"""What parts nothing in a text of one column."""

SEPARATOR_LINE = re.compile(r'"?sep=(.)"?[^\S\r\n]*(?:\r\n|\r|\n)', re.IGNORECASE)  # Excel's
ESCAPED_QUOTE = re.compile(r'\\"(?![\r\n",;\t|^~]|$)')


class _Trial(msgspec.Struct, frozen=True):
    dialect: Dialect
    known: bool
    parted: float
    fitness: float


def find_dialect(text: str, source: Source, known: Callable[[list[str]], int]) -> Dialect:
    """Return the dialect of `text`; `known` counts the fields that a row's cells name.

    Excel's line `sep=;` and the setting `table.delimiter` are believed. Raises `SettingsError` for
    a delimiter that is no single character.
    """
    given = _given_delimiter(source)
    found = SEPARATOR_LINE.match(text)
    start = found.end() if found else 0
    if found and not given:
        given = found.group(1)
    size = SAMPLE
    while True:
        sample = _sample(text, start, size)
        is_whole = len(sample) == len(text) - start
        trials = [_try(d, sample, is_whole, known) for d in _candidates(sample, given, start)]
        best = max(trials, key=lambda trial: (trial.known, trial.fitness), default=None)
        if is_whole or size >= LONGEST_SAMPLE or sample.count("\n") >= LEAST_ROWS:
            break
        size *= 8
    if best is not None and (given or best.known or best.parted >= LEAST_PARTED):
        return best.dialect
    unused = next((c for c in NO_DELIMITERS if c not in text), NO_DELIMITERS[0])
    quoted = best is not None and best.dialect.quote == '"'
    return Dialect(unused, '"' if quoted or best is None else "", start=start)


def _given_delimiter(source: Source) -> str:
    setting = source.table.delimiter if source.table else ""
    delimiter = NAMES.get(setting.strip().lower(), setting)
    if len(delimiter) > 1 or delimiter in {"\r", "\n", *QUOTES}:
        raise SettingsError(
            f"key 'table.delimiter': {shown(setting)!r} is no delimiter",
            where=source.file or source.name,
            expected='a single character, such as ";", or "tab"',
            next_step="correct it, or leave it out: it is found",
        )
    return delimiter


def check_delimiter(source: Source) -> None:
    """Raise `SettingsError` for a delimiter that is no single character."""
    _given_delimiter(source)


def _sample(text: str, start: int, size: int) -> str:
    """Return the first `size` characters from `start`, to the end of a line where there is one."""
    if len(text) - start <= size:
        return text[start:]
    sample = text[start : start + size]
    end = max(sample.rfind("\n"), sample.rfind("\r"))
    return sample[: end + 1] if end > 0 else sample


def _candidates(sample: str, given: str, start: int) -> Iterator[Dialect]:
    """Yield the dialects to try, the more usual ones first."""
    escapes = bool(ESCAPED_QUOTE.search(sample))
    for delimiter in given or DELIMITERS:
        if delimiter not in sample and not given:
            continue
        part = re.escape(delimiter)
        escaped = escapes or f"\\{delimiter}" in sample
        for quote in QUOTES:
            if quote not in sample and quote != QUOTES[0]:
                continue
            if quote != QUOTES[0] and not re.search(rf"(?:{part}|\A|[\r\n]){quote}", sample):
                continue
            yield Dialect(delimiter, quote, start=start)
            if escaped and quote in QUOTES:
                yield Dialect(delimiter, quote, escapes=True, start=start)
            if re.search(rf"{part} +{quote}", sample):
                yield Dialect(delimiter, quote, spaced=True, start=start)
        if QUOTES[0] in sample and not _quotes_delimiters(sample, delimiter):
            yield Dialect(delimiter, "", start=start)


def _quotes_delimiters(sample: str, delimiter: str) -> bool:
    """Say whether a cell is quoted that needs it, so that the marks have a meaning."""
    part = re.escape(delimiter)
    quoted = re.finditer(rf'(?:\A|[\r\n]|{part})"([^"\r\n]*+)"(?=\Z|[\r\n]|{part})', sample)
    return any(delimiter in found.group(1) for found in quoted)


def _try(
    dialect: Dialect,
    sample: str,
    is_whole: bool,
    known: Callable[[list[str]], int],
) -> _Trial:
    rows, keeps = parse_sample(sample, dialect, is_whole=is_whole)
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    widths = Counter(len(row) for row in filled)
    total = len(filled) or 1
    usual = max((width for width in widths if width > 1), key=lambda w: (widths[w], w), default=1)
    parted = sum(count for width, count in widths.items() if width > 1) / total
    left_over = sum(any(map(_has_quotes, row)) for row in filled) / total
    fitness = parted + (widths[usual] / total if usual > 1 else 0) + keeps / 2 - left_over
    return _Trial(
        msgspec.structs.replace(dialect, delimiters=usual - 1),
        any(known(row) >= KNOWN_HEADINGS for row in filled[:20]),
        parted,
        fitness,
    )


def _has_quotes(cell: str) -> bool:
    """Say whether `cell` holds quotation marks that should have been taken away."""
    if cell.count('"') % 2:
        return True
    return len(cell) > 1 and cell[0] == cell[-1] and cell[0] in QUOTES
