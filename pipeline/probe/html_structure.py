"""A page of HTML -> the listing in it: the selector of an entry and those of its fields."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from pipeline.probe.entries import FoundField
from pipeline.probe.finding import MOST_TRIED, exact
from pipeline.probe.forms import Form
from pipeline.probe.groups import Group, find_groups
from pipeline.probe.html_fields import find_fields
from pipeline.probe.page_index import PageIndex
from pipeline.probe.scoring import choose, rank, slots_of, spread

if TYPE_CHECKING:
    from lxml.etree import _Element

SUFFIXES = (':has(a:not([href^="#"]))', ':not(:has(a[href^="#"]))', ":has(> td)", ":not(:has(th))",
            ":has(a)")  # fmt: skip
"""What leaves out a table of contents, headings of columns, and parts without a link."""

MOST_LEVELS = 4
LEVELS = 4
MORE_TEXT = 0.5
MOST_LOOKED_AT = 80
"""Entries whose insides are looked at."""


class Listing(msgspec.Struct):
    """The entries that were found on a page: selector, elements, fields by name."""

    entry: str
    elements: list[_Element]
    fields: dict[str, FoundField]
    score: float


def find_listing(index: PageIndex, known_types: frozenset[str] = frozenset()) -> Listing | None:
    """Return the listing of a page, or None where nothing is repeated that has titles."""
    scored = rank(find_groups(index), index)
    chosen = choose(scored)
    if chosen is None:
        return None
    whole = widen(chosen.group, index)
    entry = _entry_selector(whole, index)
    group = _looked_at(whole)
    slots = slots_of(group, index)
    fields = find_fields(group.elements, slots, index, known_types, group.tails)
    return Listing(entry, whole.elements, fields, chosen.score)


def _looked_at(group: Group) -> Group:
    places = spread(len(group.elements), MOST_LOOKED_AT)
    tails = None if group.tails is None else [group.tails[place] for place in places]
    return Group([group.elements[place] for place in places], group.selectors, tails)


def widen(group: Group, index: PageIndex) -> Group:
    """Return the elements around those of a group, one each, as far as they hold more text."""
    if group.tails is not None:
        return group
    best, around = group, group
    for _ in range(MOST_LEVELS):
        parents = [element.getparent() for element in around.elements]
        if len(set(parents)) < len(parents) or None in parents:
            break
        elements = [parent for parent in parents if parent is not None and parent in index.letters]
        if len(elements) < len(parents) or any(parent.tag == "body" for parent in elements):
            break
        around = Group(elements, _forms_around(elements, around, index))
        more = [
            index.letters[wide] > index.letters[narrow] + 1
            for wide, narrow in zip(elements, best.elements, strict=True)
        ]
        if sum(more) > MORE_TEXT * len(more):
            best = around
    return best


def _forms_around(elements: Sequence[_Element], inner: Group, index: PageIndex) -> list[Form]:
    """Return selectors of elements that each hold one of `inner`, the cheapest first."""
    shared = set.intersection(*(set(index.forms.own(element)) for element in elements))
    contexts = set.intersection(*({*index.forms.contexts(element, LEVELS)} for element in elements))
    mark = inner.selectors[0].css.split(" ")[-1].split(":")[0]
    forms = list(shared)
    forms += [Form(c.cost + f.cost, c.css + f.css) for c in contexts for f in shared]
    forms += [Form(form.cost + 0.5, f"{form.css}:has(> {mark})") for form in forms]
    return sorted(forms) or [Form(9.0, f"*:has(> {mark})")]


def _entry_selector(group: Group, index: PageIndex) -> str:
    """Return the cheapest selector that finds these entries and nothing else on the page."""
    forms = list(group.selectors)
    forms += [Form(form.cost + 1.0, form.css + suffix) for form in forms[:6] for suffix in SUFFIXES]
    for start in range(0, len(forms), MOST_TRIED):
        some = forms[start : start + MOST_TRIED]
        known = index.letters if index.is_cut else None
        if form := exact(some, [index.root], [group.elements], known):
            return form.css
    return group.selectors[0].css
