"""A table -> which of its columns are which fields, by their headings and by what they hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import msgspec

from pipeline.errors import CataloomError, SourceError
from pipeline.extract.columns import columns_of, counter_of_known
from pipeline.extract.csv_dialect import find_dialect
from pipeline.extract.csv_text import rows_of
from pipeline.extract.headings import Headings, find_header, letters, name_columns
from pipeline.extract.payloads import shown
from pipeline.extract.usual_columns import usual_field
from pipeline.extract.workbook import is_workbook, open_sheet
from pipeline.kinds import OWN_KEY, Field, TableSettings
from pipeline.probe.column_guess import guess_fields
from pipeline.probe.proposal import Proposal, field_lines
from pipeline.probe.sample import Sample
from pipeline.probe.toml_text import Line
from pipeline.settings import Source

ROWS_LOOKED_AT = 400
LEAST_ROWS = 3
"""Rows of a table without headings; fewer are anything."""

MOST_SHEETS = 10
MOST_UNUSED = 12
SEPARATORS = ("; ", ";", "|", ", ")


class Sheet(msgspec.Struct):
    """The first rows of a table, and the name of the sheet they stand on (empty: of a text)."""

    rows: list[list[str]]
    name: str = ""


def propose_table(sample: Sample) -> Proposal | None:
    """Return the proposal for a table, or None where it has no row of headings or nothing else."""
    sheets = list(_sheets(sample))
    found = [
        proposal
        for sheet in sheets
        if (proposal := _propose(sample, sheet, named=len(sheets) > 1)) is not None
    ]
    return max(found, key=_fields_of, default=None)


def _fields_of(proposal: Proposal) -> int:
    """Return how many fields a proposal has: of several sheets that with most is the listing."""
    return sum(not line.off for line in proposal.tables["table.fields"])


def _sheets(sample: Sample) -> Iterator[Sheet]:
    name = sample.payload.name
    try:
        if not is_workbook(sample.data):
            dialect = find_dialect(sample.text, _source(sample), counter_of_known(_source(sample)))
            rows = rows_of(sample.text, dialect, name, [])
            yield Sheet([cells for _, _, cells in islice(rows, ROWS_LOOKED_AT)])
            return
        opened = open_sheet(sample.data, name, "")
        for sheet in [one.name for one in opened.sheets if one.visible][:MOST_SHEETS]:
            cells = islice(open_sheet(sample.data, name, sheet).rows, ROWS_LOOKED_AT)
            yield Sheet([list(row) for _, row in cells], sheet)
    except CataloomError:
        return


def _source(sample: Sample) -> Source:
    return Source(kind="table", location=sample.location, languages=("en",), name="probe",
                  table=TableSettings())  # fmt: skip


def _propose(sample: Sample, sheet: Sheet, *, named: bool) -> Proposal | None:
    source = _source(sample)
    known = counter_of_known(source)
    place = find_header(sheet.rows, known)
    rows = [row for row in sheet.rows if any(map(str.strip, row))]
    if place is None:
        headings, below = _lettered(rows), rows
    else:
        headings = name_columns(sheet.rows[place])
        below = [row for row in sheet.rows[place + 1 :] if any(map(str.strip, row))]
        alone = max(map(len, rows)) == 1
        if (alone or _is_a_row(sheet.rows[place], below)) and not known(sheet.rows[place]):
            headings, below = _lettered(rows), rows
    if not below or (headings.names[0] == "column A" and len(below) < LEAST_ROWS):
        return None
    fields = _fields(headings, below, source)
    if "title" not in fields:
        return None
    proposal = Proposal(kind="table", location=sample.location)
    lines = [Line("sheet", sheet.name, "The sheet that the table stands on.")] if named else []
    proposal.tables["table"] = lines
    proposal.tables["table.fields"] = [*field_lines(fields), *_unused(headings, fields, below)]
    if OWN_KEY in fields:
        proposal.key = (OWN_KEY,)
    return proposal


def _lettered(rows: Sequence[Sequence[str]]) -> Headings:
    """Return the names of the columns of a table without headings."""
    names = tuple(f"column {letters(index)}" for index in range(max(map(len, rows), default=0)))
    return Headings(names, names)


def _is_a_row(cells: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Say whether the row taken for headings looks like those below it: long or numeric cells."""
    long = sum(len(cell) > 60 or "://" in cell for cell in cells)  # noqa: PLR2004
    return long > 0 and any("://" in cell or len(cell) > 60 for row in below[:5] for cell in row)  # noqa: PLR2004


def _fields(
    headings: Headings, rows: Sequence[Sequence[str]], source: Source
) -> dict[str, tuple[Field, str]]:
    """Return a field for each column that is known by its heading or by what it holds."""
    found: dict[str, tuple[Field, str]] = {}
    try:
        columns, _ = columns_of(headings, source, "")
        usual = {one.name: one.places for one in columns}
    except SourceError:
        usual = _by_heading(headings)
    for name, places in usual.items():
        for index, language in places:
            filled = [row[index].strip() for row in rows if index < len(row) and row[index].strip()]
            if not filled or name in found:
                continue
            split = (
                _split(filled) if name in {"subject", "creator", "language", "identifier"} else ""
            )
            select = _select(headings, index, places)
            why = f"Filled in {len(filled)} of {len(rows)} rows looked at."
            found[name] = (Field(select, split=split, language=language), why)
    taken = {index for name, places in usual.items() if name in found for index, _ in places}
    for name, index in guess_fields(headings.names, rows, taken, set(found)).items():
        found[name] = (Field(headings.names[index]), "By what the column holds: check it.")
    order = ("id", "title", "description", "type", "subject", "language", "date", "creator")
    return {name: found[name] for name in (*order, *found) if name in found}


def _by_heading(headings: Headings) -> dict[str, tuple[tuple[int, str], ...]]:
    found: dict[str, tuple[tuple[int, str], ...]] = {}
    for index, heading in enumerate(headings.written):
        if usual := usual_field(heading):
            found.setdefault(usual.field, ((index, usual.language),))
    return found


def _select(headings: Headings, index: int, places: Sequence[tuple[int, str]]) -> str:
    """Return how a column is named: all of one heading together, or the very one."""
    same = [i for i, written in enumerate(headings.written) if written == headings.written[index]]
    if len(same) > 1 and {i for i, _ in places} >= set(same):
        return headings.written[index]
    return headings.names[index]


def _split(values: Sequence[str]) -> str:
    for separator in SEPARATORS:
        having = [value for value in values if separator in value]
        parts = [part for value in having for part in value.split(separator)]
        short = sum(len(part.split()) <= 4 for part in parts)  # noqa: PLR2004
        if len(having) >= 0.15 * len(values) and short >= 0.8 * len(parts):
            if separator.strip() == "," and _are_reversed_names(having):
                return ""
            return separator.strip()
    return ""


def _are_reversed_names(values: Sequence[str]) -> bool:
    """Say whether commas part surname and given name: `Diallo, Amina`."""
    return sum(value.count(",") == 1 for value in values) > 0.7 * len(values)


def _unused(
    headings: Headings, fields: dict[str, tuple[Field, str]], rows: Sequence[Sequence[str]]
) -> Iterator[Line]:
    used = {field.select for field, _ in fields.values()}
    left = [name for name in headings.names if name not in used][:MOST_UNUSED]
    for number, name in enumerate(left):
        index = headings.names.index(name)
        example = next((r[index] for r in rows if index < len(r) and r[index].strip()), "")
        comment = (
            "Columns without a field. Name the field, and take the # away." if not number else ""
        )
        shown_example = (
            f"such as {shown(example, 50)!r}" if example else "empty in the rows looked at"
        )
        yield Line(f"field-{number + 1}", name, f"{comment} {shown_example}".strip(), off=True)
