"""The rows of a table -> source records; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from pipeline.extract.columns import FieldColumns
from pipeline.extract.csv_text import Row
from pipeline.extract.payloads import LONGEST_FIELD, MOST_VALUES, shown
from pipeline.extract.source_record import LANGUAGE, WHITE_SPACE, Given, make_record
from pipeline.kinds import OWN_KEY
from pipeline.model import Issue, Locator, SourceRecord
from pipeline.settings import Source

# What spreadsheet programs show where a formula fails, in the languages of our sources.
ERRORS = frozenset(
    {
        *("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"),
        *("#¡REF!", "#N/D", "#¡VALOR!", "#¡DIV/0!", "#¿NOMBRE?", "#¡NUM!", "#VALOR!", "#NOME?"),
        *(
            "#NÚM!",
            "#VALEUR!",
            "#NOM?",
            "#NOMBRE!",
            "#BEZUG!",
            "#NV",
            "#WERT!",
            "#ZAHL!",
            "#ERROR!",
        ),
        *(f"Err:{number}" for number in range(501, 541)),
    }
)
DECIMAL = ".0"
WHOLE = {"date": 4, "identifier": 8}
"""Digits from which a number with `.0` is a year, or an ISBN, in a column that has blanks."""

ERROR_IN_TEXT = re.compile("#(?:" + "|".join(re.escape(e[1:]) for e in ERRORS if e[0] == "#") + ")")

Quick = Callable[[list[str], str], SourceRecord | None]
"""Takes the cells of a row and its position; gives its record, or None where care is needed."""


class Plan(msgspec.Struct, frozen=True):
    """How rows are read: the columns of each field, and the row of headings as it was written.

    `errors` says that cells may hold what failed formulas show.
    """

    source: Source
    place: Locator
    fields: tuple[FieldColumns, ...]
    header: tuple[str, ...] = ()
    errors: bool = False

    @property
    def width(self) -> int:
        """Return the number of columns that are known."""
        last = max((index for field in self.fields for index, _ in field.places), default=0)
        return max(len(self.header), last + 1)


def may_hold_errors(text: str) -> bool:
    """Say whether a delimited text may have cells that show the failure of a formula."""
    return "Err:5" in text or bool(ERROR_IN_TEXT.search(text))


def records_of(rows: Iterable[Row], plan: Plan) -> Iterator[SourceRecord]:
    """Yield the record of each row that is neither blank nor the headings again.

    Each is as `read_row` makes it. Most rows need nothing of its care, and a million of them are
    read in a fraction of the time without.
    """
    quick, header = quick_reader(plan), list(plan.header)
    for number, line, cells in rows:
        position = f"row {number}" if line == number else f"row {number}, line {line}"
        record = quick(cells, position)
        if record is not None:
            yield record
        elif any(cell.strip(WHITE_SPACE) for cell in cells) and cells != header:
            yield read_row(cells, plan, position)


def read_row(cells: Sequence[str], plan: Plan, position: str) -> SourceRecord:
    """Return the record of one row, with issues on cells too many and on failed formulas."""
    issues: list[Issue] = []

    def note(field: str, value: str, message: str) -> None:
        name = plan.source.name
        issues.append(Issue(name, position, "extract", field, shown(value), "warning", message))

    found: dict[str, list[Given]] = {}
    for field in plan.fields:
        values = found.setdefault(field.name, [])
        for index, language in field.places:
            cell = cells[index] if index < len(cells) else ""
            if plan.errors and cell.strip() in ERRORS:
                message = f"field '{field.name}': its formula fails; correct it in the spreadsheet"
                note(field.name, cell, message)
                continue
            parts = cell.split(field.split) if field.split else [cell]
            values += [Given(whole(field.name, part.strip(WHITE_SPACE)), language)
                       for part in parts]  # fmt: skip
    if beyond := [cell for cell in cells[plan.width :] if cell.strip()]:
        message = (
            f"has {len(cells)} cells where there are {plan.width} headings, and the rest was left "
            "out; a cell that holds the delimiter stands in quotation marks"
        )
        note("", beyond[0], message)
    own = (given.value.strip(WHITE_SPACE) for given in found.pop(OWN_KEY, []))
    if not any(given.value.strip(WHITE_SPACE) for values in found.values() for given in values):
        value = next((cell for cell in cells if cell.strip(WHITE_SPACE)), "")
        note("", value, "no column that is read holds anything here; is this a row of the table?")
    return make_record(
        plan.source, plan.place, position, found, key=next(filter(None, own), ""),
        markup=[field.name for field in plan.fields if field.html], issues=issues,
        look="its column",
    )  # fmt: skip


def whole(field: str, value: str) -> str:
    """Return a year or a number that a program wrote with a decimal it does not have without it.

    >>> whole("date", "2019.0"), whole("title", "2019.0"), whole("identifier", "2.0")
    ('2019', '2019.0', '2.0')
    """
    if not value.endswith(DECIMAL):
        return value
    digits = value[: -len(DECIMAL)]
    is_number = len(digits) >= WHOLE.get(field, LONGEST_FIELD) and digits.isdigit()
    return digits if is_number else value


def quick_reader(plan: Plan) -> Quick:
    """Return the function that reads rows as `read_row` does, but only those without a problem."""
    width, header = plan.width, list(plan.header)
    name, digest, payload = plan.source.name, plan.place.payload, plan.place.name
    fields = [field for field in plan.fields if field.name != OWN_KEY]
    steps = [(field.name, field.places[0][0], _beyond_one(field)) for field in fields]
    own = next((field for field in plan.fields if field.name == OWN_KEY), None)
    html = frozenset(field.name for field in fields if field.html)
    numbers = [field.name for field in fields if field.name in WHOLE]
    errors = ERRORS if plan.errors else None

    def quick(cells: list[str], position: str) -> SourceRecord | None:
        if len(cells) < width:
            cells = cells + [""] * (width - len(cells))
        if len(cells) > width or cells == header or (errors and not errors.isdisjoint(cells)):
            return None
        found: dict[str, tuple[str, ...]] = {}
        languages: dict[str, tuple[str, ...]] = {}
        for field, index, several in steps:
            if several is not None:
                if not _take(cells, several, found, languages):
                    return None
            elif value := cells[index].strip(WHITE_SPACE):
                if len(value) > LONGEST_FIELD:
                    return None
                found[field] = (value,)
        if not found:
            return None
        for field in numbers:
            values = found.get(field)
            if values and (len(values) > 1 or values[0].endswith(DECIMAL)):
                found[field] = tuple(whole(field, value) for value in values)
        markup = tuple(field for field in found if field in html) if html else ()
        key = "" if own is None else _first(cells, own)
        return SourceRecord(
            name, Locator(digest, payload, position), found, languages, markup, (), key
        )

    return quick


def _beyond_one(field: FieldColumns) -> FieldColumns | None:
    """Return `field` where it takes more than the text of one cell."""
    is_one = len(field.places) == 1 and not field.split and not field.places[0][1]
    return None if is_one else field


def _take(
    cells: list[str],
    field: FieldColumns,
    found: dict[str, tuple[str, ...]],
    languages: dict[str, tuple[str, ...]],
) -> bool:
    """Add values and languages of a field of several parts; False where one needs a word."""
    values: list[str] = []
    tags: list[str] = []
    split = field.split
    for index, language in field.places:
        parts = cells[index].split(split) if split else (cells[index],)
        kept = [value for part in parts if (value := part.strip(WHITE_SPACE))]
        values += kept
        if language:
            tag = language.strip().replace("_", "-")
            if not LANGUAGE.fullmatch(tag):
                return False
            tags += [tag] * len(kept)
        else:
            tags += [""] * len(kept)
    if not values:
        return True
    if len(values) > MOST_VALUES or len(max(values, key=len)) > LONGEST_FIELD:
        return False
    found[field.name] = tuple(values)
    if any(tags):
        languages[field.name] = tuple(tags)
    return True


def _first(cells: Sequence[str], field: FieldColumns) -> str:
    """Return the first text in the columns of the source's own key."""
    for index, _ in field.places:
        cell = cells[index]
        for part in cell.split(field.split) if field.split else (cell,):
            if value := part.strip(WHITE_SPACE):
                return value[:LONGEST_FIELD]
    return ""
