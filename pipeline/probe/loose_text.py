"""Text of an entry that no element of its own holds: ` (2010)` or ` – what it is about`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline.probe.finding import quoted, xpath_of
from pipeline.probe.labelled import evaluated
from pipeline.probe.page_index import PageIndex
from pipeline.probe.slots import SELF, Slot, TextSlot
from pipeline.probe.titles import is_date

if TYPE_CHECKING:
    from lxml.etree import _Element

SEPARATOR = re.compile(r"\s*[-–—:|·•.,;]+\s+|\s+(?=\()")
YEAR = re.compile(r"\((?:[^()\d]{0,12})(?:1[5-9]|20)\d\d[^()]{0,6}\)")
IN_BRACKETS = (
    'xpath:substring-before(substring-after(normalize-space(.), " ("), ")")',
    'xpath:substring-before(substring-after(normalize-space(.), "("), ")")',
)
MOSTLY = 0.7
COST = 1.6


def find_loose(
    entries: Sequence[_Element], title: Slot, index: PageIndex
) -> list[tuple[str, Slot]]:
    """Return the slots of loose text, each with the field that it may be."""
    found: list[tuple[str, Slot]] = []
    texts = [index.text(entry) for entry in entries]
    if sum(bool(YEAR.search(text)) for text in texts) >= MOSTLY * len(texts):
        for path in IN_BRACKETS:
            slot = evaluated(path, entries, index, COST)
            if sum(map(is_date, slot.firsts)) >= MOSTLY * len(texts):
                found.append(("date", slot))
                break
    found += [("description", slot) for slot in _bare_texts(entries, index)]
    if not isinstance(title, TextSlot) and title.selector != SELF and title.number == 1:
        found += _behind_title(entries, texts, title, index)
        name = xpath_of(title.selector)
        for start in (name, f"{name}/.."):
            path = f"xpath:{start}/following-sibling::text()[normalize-space()][1]"
            found.append(("description", evaluated(path, entries, index, COST + 0.5)))
    return found


def _behind_title(
    entries: Sequence[_Element], texts: Sequence[str], title: Slot, index: PageIndex
) -> list[tuple[str, Slot]]:
    """Return the slot of what follows the title in an entry's text, without what parts the two."""
    counts: Counter[str] = Counter()
    behind = 0
    for text, own in zip(texts, title.texts, strict=True):
        if not own or own[0] not in text:
            continue
        rest = text.partition(own[0])[2]
        behind += bool(rest.strip())
        if mark := SEPARATOR.match(rest):
            counts[mark.group()] += 1
    if not counts or behind < MOSTLY * len(entries):
        return []
    separator, count = counts.most_common(1)[0]
    if count < 0.8 * behind or not separator.strip():
        return []
    name = xpath_of(title.selector)
    path = (
        f"xpath:substring-after(normalize-space(.), concat(normalize-space({name}), "
        f"{quoted(separator)}))"
    )
    return [("description", evaluated(path, entries, index, COST))]


def _bare_texts(entries: Sequence[_Element], index: PageIndex) -> list[Slot]:
    """Return the slots of the bare texts right inside the entries, by their number."""
    slots = []
    for number in (1, 2, 3):
        path = f"xpath:./text()[normalize-space()][{number}]"
        slot = evaluated(path, entries, index, COST + 0.1 * number)
        if slot.presence < 0.3:  # noqa: PLR2004
            break
        slots.append(slot)
    return slots
