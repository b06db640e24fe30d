"""Entries without an element around them: a heading and what follows it, up to the next one.

What follows is told by its distance from the entry's element, as XPath 1.0 cannot say "up to the
next": `following-sibling::*[2][self::p]`, unless the next entry begins before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pipeline.probe.forms import Form, is_plain_tag, tag_cost
from pipeline.probe.groups import Group
from pipeline.probe.names import cost
from pipeline.probe.page_index import PageIndex
from pipeline.probe.slots import MOST_PARTS, Keyed, Slot, TextSlot, find_slots

if TYPE_CHECKING:
    from lxml.etree import _Element

FARTHEST = 8
"""Siblings behind an entry's element that are looked at."""


def find_flat_slots(index: PageIndex, group: Group) -> list[Slot]:
    """Return the slots in and behind the elements of a group with tails."""
    tails = group.tails or []
    slots = find_slots(index, group.elements)
    keyed = Keyed(len(group.elements))
    guard = _guard(group)
    for condition, price in _conditions(tails):
        found, places = _matching(group.elements, tails, condition)
        base = _behind(condition, places, guard)
        _add(keyed, base, price, found, index)
        for place in places if len(places) > 1 else ():
            some = [
                [one for one in tail if _distance(element, one) == place]
                for element, tail in zip(group.elements, found, strict=True)
            ]
            base = _behind(condition, [place], guard)
            _add(keyed, base, price + 0.4, some, index)
    slots += keyed.slots(index)
    if text := _text_behind(group, index):
        slots.append(text)
    return slots


def condition_of(tag: str, name: str = "") -> str:
    """Return the XPath test for a tag and, where given, a class name.

    >>> condition_of("p", "note")
    "self::p[contains(concat(' ', normalize-space(@class), ' '), ' note ')]"
    """
    if not name:
        return f"self::{tag}"
    return f"self::{tag}[contains(concat(' ', normalize-space(@class), ' '), ' {name} ')]"


def matches(element: _Element, condition: str) -> bool:
    """Say whether an element fulfils a condition of `condition_of`."""
    tag, _, rest = condition.removeprefix("self::").partition("[")
    if element.tag != tag:
        return False
    if rest.startswith("contains"):
        name = rest.rpartition(", ' ")[2].partition(" ')")[0]
        return name in element.get("class", "").split()
    return not rest or element.find(rest.rstrip("]")) is not None


def _conditions(tails: Sequence[Sequence[_Element]]) -> list[tuple[str, float]]:
    found: dict[str, float] = {}
    for tail in tails:
        for element in tail:
            if not is_plain_tag(element.tag):
                continue
            found.setdefault(condition_of(element.tag), 1.0 + tag_cost(element.tag))
            for name in element.get("class", "").split()[:4]:
                price = cost(name)
                if price is not None:
                    found.setdefault(condition_of(element.tag, name), 0.6 + price)
    return list(found.items())


def _guard(group: Group) -> str:
    """Return the test that tells an entry's element, or a heading above it, among its siblings."""
    first = group.elements[0]
    tag = str(first.tag)
    others = [part for tail in group.tails or [] for part in tail]
    tests = [condition_of(tag)]
    for name in first.get("class", "").split():
        if cost(name) is not None:
            tests.append(condition_of(tag, name))
    tests += [f"self::{tag}[{child.tag}]" for child in first if is_plain_tag(child.tag)]
    test = next(
        (one for one in tests if all(matches(element, one) for element in group.elements)
         and not any(matches(part, one) for part in others)), tests[0],
    )  # fmt: skip
    headings = {
        str(sibling.tag)
        for element in group.elements[:200]
        for sibling in element.itersiblings("h1", "h2", "h3", "h4", "h5")
        if str(sibling.tag) < tag or not tag.startswith("h")
    } - {tag}
    return " or ".join([test, *(f"self::{heading}" for heading in sorted(headings))])


def _matching(
    elements: Sequence[_Element], tails: Sequence[Sequence[_Element]], condition: str
) -> tuple[list[list[_Element]], list[int]]:
    """Return what fulfils the condition behind each element, and at which distances."""
    found: list[list[_Element]] = []
    places: set[int] = set()
    for element, tail in zip(elements, tails, strict=True):
        wanted = set(tail)
        some: list[_Element] = []
        for distance, sibling in enumerate(element.itersiblings(), 1):
            if distance > FARTHEST:
                break
            if sibling in wanted and matches(sibling, condition):
                some.append(sibling)
                places.add(distance)
        found.append(some)
    return found, sorted(places)


def _distance(element: _Element, sibling: _Element) -> int:
    distance = 1
    for one in element.itersiblings():
        if one is sibling:
            return distance
        distance += 1
    return 0


def _behind(condition: str, places: Sequence[int], guard: str) -> str:
    steps = []
    for place in places:
        step = f"following-sibling::*[{place}][{condition}]"
        if place > 1:
            step += f"[not(preceding-sibling::*[position() < {place}][{guard}])]"
        steps.append(step)
    return " | ".join(steps) or f"following-sibling::*[1][{condition}]"


def _add(
    keyed: Keyed, base: str, price: float, found: Sequence[Sequence[_Element]], index: PageIndex
) -> None:
    for number, some in enumerate(found):
        for top in some:
            keyed.add(Form(price, f"xpath:{base}"), number, top)
            for count, element in enumerate(top.iterdescendants()):
                if count > MOST_PARTS:
                    break
                if element not in index.letters or not is_plain_tag(element.tag):
                    continue
                for form in _part_steps(element):
                    path = f"xpath:({base})//{form.css}"
                    keyed.add(Form(price + form.cost, path), number, element)


def _part_steps(element: _Element) -> Iterator[Form]:
    tag = str(element.tag)
    yield Form(tag_cost(tag), tag)
    for name in element.get("class", "").split()[:4]:
        price = cost(name)
        if price is not None:
            test = condition_of(tag, name).partition("[")[2]
            yield Form(0.3 + price, f"{tag}[{test}")
    if tag == "td":
        place = 1 + sum(1 for _ in element.itersiblings(preceding=True))
        yield Form(1.5, f"td[{place}]")


def _text_behind(group: Group, index: PageIndex) -> Slot | None:
    """Return the slot of bare text behind the elements: `<b>Title</b><br>text`."""
    members = set(group.elements)
    texts: list[list[str]] = []
    for element, tail in zip(group.elements, group.tails or [], strict=True):
        inside = set(tail)
        some = [element.tail or ""]
        for sibling in element.itersiblings():
            if sibling in members:
                break
            if sibling in inside or sibling.tag == "br":
                some.append(sibling.tail or "")
        texts.append([text for one in some if (text := " ".join(one.split()))][:1])
    if sum(map(bool, texts)) < 0.5 * len(texts):
        return None
    path = "xpath:following-sibling::text()[normalize-space()][1]"
    return TextSlot(Form(1.5, path), texts, index)
