"""What the selectors of a listing find in a page: one walk for all plain ones, XPath for others."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from pipeline.extract.css_matching import Compound, Walk
from pipeline.extract.payloads import MOST_VALUES
from pipeline.extract.selectors import Selector

if TYPE_CHECKING:
    from lxml.etree import _Element


BASE = Selector(lambda root: list(root.iter("base")), (((Compound("base"), False),),))
"""Finds what the links of a page are relative to."""


class PageWalk:
    """One walk through a page.

    `entries` are what the selector of the entries finds, elements if it is right; `nested` is how
    many of them stand inside another one, `states_languages` says whether anything in the page
    states its language.
    """

    def __init__(
        self,
        root: _Element,
        selectors: Sequence[Selector],
        entry: Selector | None = None,
        in_entries: Sequence[Selector] = (),
    ) -> None:
        """Walk through all in `root` for `selectors`, for `entry` and, in entries, `in_entries`."""
        self._root = root
        self._in_entries = in_entries
        self._numbers = {one: number for number, one in enumerate((*selectors, *in_entries))}
        by_xpath = entry.find(root) if entry is not None and not entry.chains else []
        self._walk = Walk(
            root,
            [one.chains for one in self._numbers],
            in_entries={self._numbers[one] for one in in_entries},
            entry=entry.chains if entry is not None else (),
            entries={one for one in by_xpath if not isinstance(one, str)},
        )
        self.entries: Sequence[_Element | str] = by_xpath or self._walk.entries
        self.nested = self._walk.nested
        self.states_languages = self._walk.states_languages
        self._in_each: list[list[list[_Element | str]]] = []

    def found(self, selector: Selector) -> Sequence[_Element | str]:
        """Return what one of the `selectors` finds in the page."""
        if not selector.chains:
            return selector.find(self._root)
        return [element for _, element in self._walk.found[self._numbers[selector]]]

    def found_in_each(self, selector: Selector) -> Sequence[Sequence[_Element | str]]:
        """Return what one of `in_entries` finds in each of the entries."""
        entries = self._walk.entries
        if not selector.chains:
            return [selector.find(entry) for entry in entries]
        if self.nested:
            return self._in_nested(selector)
        each: list[list[_Element | str]] = [[] for _ in entries]
        for place, element in self._walk.found[self._numbers[selector]]:
            each[place].append(element)
        return each

    def depth(self) -> int:
        """Return how many entries stand inside one another at most; 1 where none does."""
        depths: dict[_Element, int] = {}
        if self.nested:
            for entry in self._walk.entries:  # the outer before the inner
                above = (depths[one] for one in entry.iterancestors() if one in depths)
                depths[entry] = 1 + next(above, 0)
        return max(depths.values(), default=1)

    def _in_nested(self, selector: Selector) -> list[list[_Element | str]]:
        """Walk through each entry by itself, as an element may stand in several."""
        if not self._in_each:
            self._in_each = [self._found_in(entry) for entry in self._walk.entries]
        number = self._in_entries.index(selector)
        return [found[number] for found in self._in_each]

    def _found_in(self, entry: _Element) -> list[list[_Element | str]]:
        walk = Walk(entry, [one.chains for one in self._in_entries])
        return [[element for _, element in islice(found, MOST_VALUES + 1)] for found in walk.found]
