"""The entries of a page with the places inside them, and the fields that were found so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from pipeline.kinds import Field
from pipeline.probe.finding import exact, xpath_of
from pipeline.probe.forms import Form
from pipeline.probe.page_index import PageIndex
from pipeline.probe.slots import SELF, Slot, TextSlot

if TYPE_CHECKING:
    from lxml.etree import _Element

LOOKED_AT = 8
"""Elements of a slot by which it is judged whether it is used already."""


class FoundField(msgspec.Struct, frozen=True):
    """A field of the entries: how it is taken, in which share of them it is, and from where."""

    name: str
    field: Field
    presence: float
    why: str = ""


class Entries:
    """The entries of a page and the places inside them, with what is known of each already."""

    def __init__(
        self, elements: Sequence[_Element], slots: Sequence[Slot], index: PageIndex,
        known_types: frozenset[str], tails: Sequence[Sequence[_Element]] | None = None,
    ) -> None:  # fmt: skip
        """Take entries and slots; nothing is found yet."""
        self.elements = elements
        self.tails = tails or [[] for _ in elements]
        self.slots = slots
        self.index = index
        self.known_types = known_types
        self.fields: dict[str, FoundField] = {}
        self.used: set[_Element] = set()
        self.title: Slot | None = None

    def add(
        self, name: str, slot: Slot, *, attribute: str = "", split: str = "", why: str = ""
    ) -> None:
        """Note that `slot` is the field `name`, unless that is known."""
        if name in self.fields:
            return
        if not isinstance(slot, TextSlot):
            self.used.update(set(slot.elements) - set(self.elements))
        field = Field(self.selector(slot), attribute=attribute, split=split)
        self.fields[name] = FoundField(name, field, slot.presence, why)

    def selector(self, slot: Slot) -> str:
        """Return the cheapest selector of a slot that finds just its elements."""
        if isinstance(slot, TextSlot):
            return slot.selector
        if form := exact(slot.forms, self.elements, slot.found):
            return form.css
        first = [Form(form.cost, f"xpath:({xpath_of(form.css)})[1]") for form in slot.forms]
        found = exact(first, self.elements, slot.found) if slot.number <= 1 else None
        return found.css if found else slot.selector

    def free(self) -> list[Slot]:
        """Return the slots that are neither used nor part of the title, or around used ones."""
        around = {above for element in self.used for above in element.iterancestors()} | self.used
        return [
            slot
            for slot in self.slots
            if slot.selector != SELF
            and not any(
                element in around or self._in_used(element) for element in slot.elements[:8]
            )
        ]

    def _in_used(self, element: _Element) -> bool:
        return any(above in self.used for above in element.iterancestors())
