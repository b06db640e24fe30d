"""The columns of a table of entries: their headings, and the slot of the cells below each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline.probe.groups import is_heading_row
from pipeline.probe.labelled import Labelled
from pipeline.probe.page_index import PageIndex
from pipeline.probe.slots import Slot

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST_SPANNED = 1000
CELLS = frozenset({"td", "th"})


def find_columns(
    entries: Sequence[_Element], slots: Sequence[Slot], index: PageIndex
) -> list[Labelled]:
    """Return the columns that have a heading, where the entries are rows of a table."""
    first = entries[0]
    table = next((above for above in first.iterancestors() if above.tag == "table"), None)
    if first.tag != "tr" or table is None:
        return []
    headings = _headings(table, index)
    cells = _cells(table)
    found = []
    for number, heading in enumerate(headings):
        if not heading:
            continue
        column = [cells.get((row, number)) for row in entries]
        slot = next(
            (slot for slot in slots
             if slot.number <= 1 and [some[0] if some else None for some in slot.found] == column),
            None,
        )  # fmt: skip
        if slot is not None and slot.elements:
            found.append(Labelled(heading, slot))
    return found


def _headings(table: _Element, index: PageIndex) -> list[str]:
    for row in table.iter("tr"):
        if is_heading_row(row, index):
            cells = [cell for cell in row if cell.tag in CELLS]
            if len(cells) > 1 and not any("colspan" in cell.attrib for cell in cells):
                return [index.text(cell) for cell in cells]
    return []


def _cells(table: _Element) -> dict[tuple[_Element, int], _Element]:
    """Return the cell of each row and column; one that began in a row above is left out."""
    found: dict[tuple[_Element, int], _Element] = {}
    taken: dict[int, int] = {}  # column -> rows for which a cell from above still fills it
    for row in table.iter("tr"):
        column = 0
        for cell in (child for child in row if child.tag in CELLS):
            while taken.get(column, 0) > 0:
                taken[column] -= 1
                column += 1
            found[row, column] = cell
            for _ in range(_span(cell, "colspan")):
                taken[column] = _span(cell, "rowspan") - 1
                column += 1
        for rest in [place for place in taken if place >= column]:
            taken[rest] -= taken[rest] > 0
    return found


def _span(cell: _Element, name: str) -> int:
    text = cell.get(name, "1").strip()
    return min(int(text), MOST_SPANNED) if text.isdecimal() and int(text) > 0 else 1
