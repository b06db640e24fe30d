"""Which place inside the entries holds their abstract."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline.probe.names import words_of
from pipeline.probe.slots import Slot
from pipeline.probe.titles import word_count
from pipeline.probe.words import NAMES, is_action

if TYPE_CHECKING:
    from lxml.etree import _Element

TOOLS = frozenset(
    ["share", "sharing", "sharedaddy", "social", "addtoany", "actions", "toolbar", "buttons",
     "cart", "price", "prices", "rating", "ratings", "stars", "availability", "holdings",
     "comments", "jp"]
)  # fmt: skip
LEAST_ABSTRACT = 32.0
"""Letters of an abstract, in the middle, from which it is one."""

ENOUGH = 0.8
PRESENT = 0.3
LEAST_VARIETY = 0.5
ALONE = 1.05
"""Elements an entry up to which a slot holds one value each."""


def size(text: str) -> float:
    """Return how much a text says, in letters of an alphabet."""
    return max(len(text), 6 * word_count(text) if not text.isascii() else 0)


def is_tool(element: _Element) -> bool:
    """Say whether an element, or one near around it, is for sharing, buying, rating."""
    near: _Element | None = element
    for _ in range(3):
        if near is None:
            return False
        if words_of(f"{near.get('class', '')} {near.get('id', '')}") & TOOLS:
            return True
        near = near.getparent()
    return False


def of_abstract(slots: Sequence[Slot]) -> Slot | None:
    """Return the slot of the abstract: of those with the most text the narrowest, or None."""
    rated = [
        (_told(slot), slot)
        for slot in slots
        if slot.presence >= PRESENT
        and slot.variety >= LEAST_VARIETY
        and not any(map(is_tool, slot.elements[:3]))
    ]
    rated = [
        (told * (1.3 if slot.name_words & NAMES["description"] else 1.0), slot)
        for told, slot in rated
        if told >= LEAST_ABSTRACT
        or (told >= LEAST_ABSTRACT / 2 and slot.name_words & NAMES["description"])
    ]
    if not rated:
        return None
    most = max(told for told, _ in rated)
    alone = [pair for pair in rated if pair[1].number <= ALONE]
    if alone and max(told for told, _ in alone) >= most / 2:
        rated, most = alone, max(told for told, _ in alone)
    near = [slot for told, slot in rated if told >= ENOUGH * most]
    named = [
        slot for slot in near if slot.name_words & (NAMES["description"] - {"content", "body"})
    ]
    single = [slot for slot in named or near if slot.number <= ALONE] or named or near
    return min(single, key=lambda slot: (_told(slot) // 8, slot.cost))


def _told(slot: Slot) -> float:
    """Return how much text an entry has in a slot, without what is a button's."""
    sizes = [sum(size(text) for text in some if not is_action(text)) for some in slot.texts if some]
    return statistics.median(sizes) * slot.presence if sizes else 0.0
