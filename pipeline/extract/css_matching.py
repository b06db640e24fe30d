"""Plain CSS selectors, looked for together in one walk through a page.

XPath walks through the page, or an entry, once for each selector, which took most of the time of
reading a page; and its time grows with the square of a page that nests its elements deeply. What a
selector of tags, classes, ids, attributes, descendants and children finds is the same here; every
other selector is left to XPath.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from cssselect.parser import Tree
    from lxml.etree import _Element

PLAIN_NAME = re.compile(r"[a-z][a-z0-9-]*")
SPACE = re.compile(r"[ \t\r\n]+")
"""What parts the classes of an element, as XPath's normalize-space() sees it."""

PAGE = frozenset({"html", "body"})
"""What these say of their language they say of the page, not of what it lists."""


class Compound(msgspec.Struct, frozen=True):
    """What is asked of one element: tag (empty: any), classes, attributes (None: any value)."""

    tag: str = ""
    classes: frozenset[str] = frozenset()
    attributes: tuple[tuple[str, str | None], ...] = ()


Chain = tuple[tuple[Compound, bool], ...]
"""A part of a selector, from the outermost element inwards: a compound, and whether the element is
a child of the one before it (else any descendant)."""

Found = list[tuple[int, "_Element"]]
"""Elements in the page's order, each with the number of the entry that it stands in."""

NO_ENTRY = -1


class Walk:
    """What one walk through a page saw of several selectors; its time grows with the page only.

    `found` holds what each selector finds. `entries` are the entries, `nested` says how many of
    them stand inside another one, `states_languages` whether anything states its language.
    """

    def __init__(
        self,
        root: _Element,
        selectors: Sequence[Sequence[Chain]],
        *,
        in_entries: Collection[int] = (),
        entry: Sequence[Chain] = (),
        entries: Collection[_Element] = (),
    ) -> None:
        """Walk through all in `root`, itself included, for `selectors`, each given by its parts.

        Entries are what the selector `entry` finds, or else `entries`. The selectors of the numbers
        `in_entries` are looked for in each entry: nothing that they ask for may stand above it. (So
        it is right only where entries are not nested.)
        """
        self.found: list[Found] = [[] for _ in selectors]
        self.entries: list[_Element] = []
        self.nested = 0
        self.states_languages = False
        self._seen: Found = []
        self._finders = list(_finders(entry, self._seen, in_entries=False))
        self._others: list[_Finder] = []
        for number, chains in enumerate(selectors):
            self._others += _finders(chains, self.found[number], in_entries=number in in_entries)
        self._walk(root, entries)

    def _walk(self, root: _Element, entries: Collection[_Element]) -> None:
        looks: dict[tuple[str, str | None], tuple[list[_Finder], list[_Finder]]] = {}
        closing: Closing = []
        inside = _Finder(Compound(), False, None, self._seen, False)
        place, behind, stated = NO_ENTRY, None, False
        for element in root.iter("*"):  # for each element of the page: nothing is idle here
            if element is behind:
                behind = _left(closing, element)
                place = len(self.entries) - 1 if inside.is_open else NO_ENTRY
            look = element.tag, element.get("class")
            if look not in looks:
                looks[look] = _fitting(self._finders, *look), _fitting(self._others, *look)
            of_entry, others = looks[look]
            if not stated and element.get("lang") and look[0] not in PAGE:
                stated = True
            if entries and element in entries:
                self._seen.append((NO_ENTRY, element))
                place = self._enter(element, inside, closing)
                behind = closing[-1][0]
            for finder in of_entry:
                finder.visit(element, place, closing)
                if len(self._seen) > len(self.entries):
                    place = self._enter(element, inside, closing)
                behind = closing[-1][0] if closing else None
            for finder in others:
                if finder.is_simple:
                    if place >= 0 or not finder.in_entries:
                        finder.found.append((place, element))
                elif finder.before is None or finder.is_child or finder.before.is_open:
                    finder.visit(element, place, closing)
                    behind = closing[-1][0] if closing else None
        self.states_languages = stated

    def _enter(self, element: _Element, inside: _Finder, closing: Closing) -> int:
        """Note an entry and return its number."""
        self.nested += inside.is_open
        inside.open(element, closing)
        self.entries.append(element)
        return len(self.entries) - 1


Closing = list[tuple["_Element | None", "_Finder"]]
"""What is open, the innermost last, with the element at which it is left (None: at the end)."""


def _left(closing: Closing, element: _Element) -> _Element | None:
    """Close what is left at `element`; return where the next is left."""
    while closing and closing[-1][0] is element:
        closing.pop()[1].is_open = False
    return closing[-1][0] if closing else None


class _Finder:
    """One compound of a selector's part during a walk.

    It `is_open` while the walk is below an element that it found and that a further compound may
    stand in at any depth; `parents` are those that a further one has to be a child of.
    """

    __slots__ = (
        *("before", "compound", "found", "in_entries"),
        *("is_child", "is_last", "is_open", "is_simple", "parents"),
    )

    def __init__(
        self,
        compound: Compound,
        is_child: bool,
        before: _Finder | None,
        found: Found,
        in_entries: bool,
    ) -> None:
        """Take where what is found goes."""
        self.compound = compound
        self.is_child = is_child
        self.before = before
        self.found = found
        self.in_entries = in_entries
        self.is_open = False
        self.is_last = True
        self.is_simple = before is None and not compound.attributes
        self.parents: set[_Element] | None = None
        if before is not None:
            before.is_last = before.is_simple = False
            before.parents = set() if is_child else None

    def fits(self, tag: str, classes: frozenset[str]) -> bool:
        """Say whether an element of a tag and classes may be what is asked for."""
        return self.compound.tag in {"", tag} and self.compound.classes <= classes

    def visit(self, element: _Element, place: int, closing: Closing) -> None:
        """Take an element that fits, in the entry numbered `place`, if it is asked for."""
        before = self.before
        if self.compound.attributes and not _has(self.compound, element):
            return
        if before is None:
            if self.in_entries and place == NO_ENTRY:
                return
        elif self.is_child:
            if element.getparent() not in (before.parents or ()):
                return
        elif not before.is_open:
            return
        if self.parents is not None:
            self.parents.add(element)
        elif not self.is_last:
            self.open(element, closing)
        elif not self.found or self.found[-1][1] is not element:  # by another part of a selector
            self.found.append((place, element))

    def open(self, element: _Element, closing: Closing) -> None:
        """Be open until the walk leaves `element`."""
        if self.is_open:
            return
        self.is_open = True
        behind: _Element | None = None
        node: _Element | None = element
        while node is not None and behind is None:
            behind = node.getnext()
            node = node.getparent()
        closing.append((behind, self))


def _finders(chains: Sequence[Chain], found: Found, *, in_entries: bool) -> Iterator[_Finder]:
    """Yield the finders of a selector's parts, that of each compound before those above it.

    So an element that fits two compounds does not stand below itself.
    """
    for chain in chains:
        finder = None
        made = []
        for compound, is_child in chain:
            finder = _Finder(compound, is_child, finder, found, in_entries)
            finder.is_simple = finder.is_simple and len(chains) == 1
            made.append(finder)
        yield from reversed(made)


def _fitting(finders: list[_Finder], tag: str, class_: str | None) -> list[_Finder]:
    """Return those of `finders` that an element of a tag and class may be for."""
    classes = frozenset(SPACE.split(class_)) if class_ else frozenset()
    return [one for one in finders if one.fits(tag, classes)]


def chain_of(tree: Tree) -> Chain | None:
    """Return a selector that cssselect has parsed as a chain, or None where it is no plain one."""
    from cssselect.parser import CombinedSelector

    steps: list[tuple[Compound | None, bool]] = []
    while isinstance(tree, CombinedSelector):
        if tree.combinator not in {" ", ">"}:
            return None
        steps.append((_compound(tree.subselector), tree.combinator == ">"))
        tree = tree.selector
    steps.append((_compound(tree), False))
    chain = tuple((compound, is_child) for compound, is_child in steps if compound is not None)
    return chain[::-1] if len(chain) == len(steps) else None


def _compound(tree: Tree) -> Compound | None:
    from cssselect.parser import Attrib, Class, Element, Hash

    classes: set[str] = set()
    attributes: list[tuple[str, str | None]] = []
    while not isinstance(tree, Element):
        if isinstance(tree, Class):
            classes.add(tree.class_name)
        elif isinstance(tree, Hash):
            attributes.append(("id", tree.id))
        elif isinstance(tree, Attrib) and tree.operator in {"exists", "="}:
            if tree.namespace or tree.flag or not PLAIN_NAME.fullmatch(tree.attrib.lower()):
                return None
            value = None if tree.value is None else str(tree.value.value)
            attributes.append((tree.attrib.lower(), value))
        else:
            return None
        tree = tree.selector
    tag = (tree.element or "").lower()
    if tree.namespace or (tag and not PLAIN_NAME.fullmatch(tag)):
        return None
    return Compound(tag, frozenset(classes), tuple(attributes))


def _has(compound: Compound, element: _Element) -> bool:
    for name, value in compound.attributes:
        given = element.get(name)
        if given is None or (value is not None and given != value):
            return False
    return True
