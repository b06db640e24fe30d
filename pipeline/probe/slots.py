"""The places inside the entries of a page that hold their fields: a selector and what it finds."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from pipeline.probe.forms import Form, Forms, is_plain_tag, is_prefixed
from pipeline.probe.names import words_of
from pipeline.probe.page_index import PageIndex

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST_PARTS = 400
"""Elements of one entry that are looked at."""

LEVELS = 3
HTML_TAGS = frozenset(
    ["a", "abbr", "address", "article", "aside", "b", "blockquote", "br", "button",
     "caption", "center", "cite", "code", "dd", "del", "details", "dfn", "div", "dl", "dt",
     "em", "fieldset", "figcaption", "figure", "font", "footer", "form", "h1", "h2", "h3",
     "h4", "h5", "h6", "header", "hr", "i", "img", "ins", "label", "legend", "li", "link",
     "main", "mark", "meta", "nav", "ol", "p", "pre", "q", "s", "section", "small", "span",
     "strike", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th",
     "thead", "time", "tr", "u", "ul", "var"]
)  # fmt: skip
"""Tags that say how something is shown; others, of XML, say what it is."""

SELF = "xpath:self::*"


class Slot:
    """What one selector finds in each of the entries: elements, and the text of each.

    `found` has a list an entry; `name_words` are the words of the classes and attributes that the
    elements share.
    """

    def __init__(
        self, forms: Sequence[Form], found: Sequence[Sequence[_Element]], index: PageIndex
    ) -> None:
        """Take the selectors, the cheapest first, and what they find, one list an entry."""
        self.forms = forms
        self.selector = forms[0].css
        self.cost = forms[0].cost
        self.found = found
        self.index = index

    @cached_property
    def texts(self) -> list[list[str]]:
        """Return the texts that are not empty, one list an entry."""
        return [
            [text for element in some if (text := self.index.text(element))] for some in self.found
        ]

    @cached_property
    def firsts(self) -> list[str]:
        """Return the first text of each entry that has one."""
        return [texts[0] for texts in self.texts if texts]

    @cached_property
    def presence(self) -> float:
        """Return the share of the entries that have a text here."""
        return len(self.firsts) / max(1, len(self.found))

    @cached_property
    def number(self) -> float:
        """Return how many elements an entry that has one has, on average."""
        counts = [len(some) for some in self.found if some]
        return statistics.fmean(counts) if counts else 0.0

    @cached_property
    def length(self) -> float:
        """Return the middle length of the texts."""
        lengths = [len(text) for texts in self.texts for text in texts]
        return statistics.median(lengths) if lengths else 0.0

    @cached_property
    def variety(self) -> float:
        """Return the share of different texts among the first ones."""
        folded = {text.casefold() for text in self.firsts}
        return len(folded) / max(1, len(self.firsts))

    @cached_property
    def tag(self) -> str:
        """Return the tag of the first element."""
        first = next((some[0] for some in self.found if some), None)
        return first.tag if first is not None and isinstance(first.tag, str) else ""

    @cached_property
    def name_words(self) -> frozenset[str]:
        """Return the words by which the page names these elements."""
        elements = [some[0] for some in self.found if some][:12]
        each = [element_words(element) for element in elements]
        return frozenset.intersection(*each) if each else frozenset()

    @cached_property
    def elements(self) -> list[_Element]:
        """Return all elements that are found."""
        return [element for some in self.found for element in some]

    @cached_property
    def links(self) -> list[str]:
        """Return the address of each entry: of the element, in it, or of the link around it."""
        return [
            next((href for element in some if (href := link_of(element))), "")
            for some in self.found
        ]


class TextSlot(Slot):
    """A slot whose selector finds texts and not elements."""

    def __init__(self, form: Form, texts: list[list[str]], index: PageIndex) -> None:
        """Take the selector and the texts that it finds, one list an entry."""
        super().__init__([form], [[] for _ in texts], index)
        self.texts = texts

    @cached_property
    def number(self) -> float:
        """Return how many texts an entry that has one has, on average."""
        counts = [len(some) for some in self.texts if some]
        return statistics.fmean(counts) if counts else 0.0


def element_words(element: _Element) -> frozenset[str]:
    """Return the words of the names that an element bears."""
    names = (
        element.get(key, "")
        for key in ("class", "itemprop", "property", "rel", "data-label", "data-title",
                    "data-th", "data-field", "data-testid", "data-column", "headers")
    )  # fmt: skip
    own = str(element.tag) if "-" in element.tag or element.tag not in HTML_TAGS else ""
    return words_of(" ".join((*names, own)))


def link_of(element: _Element) -> str:
    """Return the address that an element links to: its own, one in it, or of the link around it."""
    nearby = [element, *element.iter("a")]
    above = element.getparent()
    for _ in range(3):
        if above is None:
            break
        if above.tag == "a":
            nearby.append(above)
        above = above.getparent()
    for one in nearby:
        href = one.get("href", "").strip() if one.tag == "a" else ""
        if is_address(href):
            return href
    return ""


def is_address(href: str) -> bool:
    """Say whether a link leads to another page rather than to a place on it or a script."""
    return bool(href) and not href.lower().startswith(
        ("#", "javascript:", "mailto:", "tel:", "data:")
    )


class Keyed:
    """What selectors find in entries, as it is gathered: for each its cost and its elements."""

    def __init__(self, count: int) -> None:
        """Begin for `count` entries."""
        self.count = count
        self.found: dict[str, tuple[float, dict[int, list[_Element]]]] = {}

    def add(self, form: Form, number: int, element: _Element) -> None:
        """Note that a selector finds `element` in the entry `number`; entries come in order."""
        known = self.found.get(form.css)
        if known is None:
            known = self.found[form.css] = (form.cost, {})
        known[1].setdefault(number, []).append(element)

    def slots(self, index: PageIndex) -> list[Slot]:
        """Return one slot for each set of elements, with its selectors, the cheapest first."""
        forms: dict[tuple[tuple[int, ...], ...], list[Form]] = {}
        for css, (price, found) in self.found.items():
            key = tuple((number, *map(id, some)) for number, some in found.items())
            forms.setdefault(key, []).append(Form(price, css))
        return [Slot(sorted(some), self._lists(some[0].css), index) for some in forms.values()]

    def _lists(self, css: str) -> list[list[_Element]]:
        found = self.found[css][1]
        return [found.get(number, []) for number in range(self.count)]


def find_slots(index: PageIndex, entries: Sequence[_Element]) -> list[Slot]:
    """Return the slots of the entries, the cheapest selector for each set of elements."""
    keyed = Keyed(len(entries))
    for number, entry in enumerate(entries):
        for count, element in enumerate(entry.iterdescendants()):
            if count > MOST_PARTS:
                break
            if element in index.letters:
                for form in known_forms(element, entry, index.forms):
                    keyed.add(form, number, element)
    whole = Slot([Form(1.0, SELF)], [[entry] for entry in entries], index)
    return [whole, *keyed.slots(index)]


def known_forms(element: _Element, entry: _Element, forms: Forms) -> list[Form]:
    """Return `part_forms`, worked out once for each distance from the entry that matters."""
    distance, above = 1, element.getparent()
    while above is not None and above is not entry and distance <= LEVELS:
        distance, above = distance + 1, above.getparent()
    known = forms.parts.get((element, distance))
    if known is None:
        known = forms.parts[element, distance] = part_forms(element, entry, forms)
    return known


def part_forms(element: _Element, entry: _Element, forms: Forms) -> list[Form]:
    """Return selectors, inside the entry, of one of its parts."""
    own = forms.own(element)
    if not own or is_prefixed(element.tag):
        return own
    found = list(own)
    contexts = forms.contexts(element, LEVELS, stop=entry)
    some = own[:3] if own[0].css != element.tag else own[:1]
    bare = next(form for form in own if form.css == element.tag)
    for context in contexts:
        found += [Form(context.cost + form.cost, context.css + form.css) for form in some]
        if bare not in some:
            found.append(Form(context.cost + bare.cost, context.css + bare.css))
    is_child = element.getparent() is entry
    if is_child:
        found.append(Form(1.2 + bare.cost, f"xpath:./{element.tag}"))
    for place in forms.places(element):
        if is_child and element.tag not in {"td", "th"}:
            number = place.css.rpartition("(")[2].rstrip(")")
            found.append(Form(1.2 + place.cost, f"xpath:./{element.tag}[{number}]"))
        elif is_child:
            found.append(place)
        else:
            found += [Form(c.cost + place.cost, c.css + place.css) for c in contexts[:3]]
    return found + _below_a_place(element, entry, bare, forms)


def _below_a_place(element: _Element, entry: _Element, bare: Form, forms: Forms) -> list[Form]:
    """Return selectors of a part by the counted place of what stands around it: a table's cell."""
    above = element.getparent()
    found: list[Form] = []
    for _ in range(LEVELS):
        if above is None or above is entry:
            break
        if is_plain_tag(above.tag):
            found += [
                Form(0.5 + place.cost + bare.cost, f"{place.css} {bare.css}")
                for place in forms.places(above)
            ]
        above = above.getparent()
    return found
