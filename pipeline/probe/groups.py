"""What is repeated on a page: sets of elements that one selector finds, and may be entries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from pipeline.probe.forms import Form, Forms, escaped, is_plain_tag, is_prefixed
from pipeline.probe.names import LOOKS, cost
from pipeline.probe.page_index import PageIndex
from pipeline.probe.words import field_of_label

if TYPE_CHECKING:
    from lxml.etree import _Element

FEWEST = 2
MOST_FORMS = 5
LEVELS = 4
BEST = 60
"""Groups that are looked at closely."""

MARKED_BY = frozenset({"strong", "b", "a", "h2", "h3", "h4", "h5", "em", "dt", "font", "td", "img"})
"""Children by which an entry is told from its siblings: `p:has(> strong)`."""

NEVER = frozenset(
    ["body", "html", "head", "br", "hr", "img", "input", "option", "select", "button",
     "script", "th", "thead", "tfoot", "col", "colgroup", "iframe", "caption", "source",
     "picture", "video", "audio", "form", "nav", "footer", "main", "map", "area"]
)  # fmt: skip
LONG_HEADING = 80
"""Letters from which the only cell of a row is no heading."""

COUNT_POWER, MASS_POWER = 0.3, 0.6


class Group(msgspec.Struct):
    """Elements that one selector finds.

    `selectors` are the cheapest first. Where an entry goes on behind its element, `tails` holds,
    for each element, its following siblings up to the next one.
    """

    elements: list[_Element]
    selectors: list[Form]
    tails: list[list[_Element]] | None = None

    @property
    def cost(self) -> float:
        """Return the cost of the cheapest selector."""
        return self.selectors[0].cost


def find_groups(index: PageIndex) -> list[Group]:
    """Return the groups of a page that may be its entries, the weightiest first."""
    found: dict[str, tuple[float, list[_Element]]] = {}
    for element in index.elements:
        if element.tag in NEVER or not index.letters[element] or is_no_entry(element, index):
            continue
        for css, price in dict(_keys(element, index.forms)).items():
            found.setdefault(css, (price, []))[1].append(element)
    groups: dict[tuple[int, ...], Group] = {}
    for css, (price, elements) in found.items():
        if len(elements) < FEWEST:
            continue
        for form, chosen in _unnested(Form(price, css), elements):
            if len(chosen) < FEWEST:
                continue
            key = tuple(map(id, chosen))
            groups.setdefault(key, Group(chosen, [])).selectors.append(form)
    all_groups = list(groups.values())
    for group in all_groups:
        group.selectors.sort()
    all_groups += [flat for group in all_groups if (flat := _with_tails(group, index))]
    all_groups.sort(key=lambda group: -rough_score(group, index))
    return all_groups[:BEST]


def is_no_entry(element: _Element, index: PageIndex) -> bool:
    """Say whether an element cannot be an entry: a table's headings, a link within the page."""
    if element.tag == "tr":
        return is_heading_row(element, index)
    if element.tag in {"li", "a", "p", "dt", "dd"}:
        links = [element] if element.tag == "a" else list(element.iter("a"))
        hrefs = [link.get("href", "") for link in links]
        return bool(hrefs) and all(href.startswith("#") and len(href) > 1 for href in hrefs)
    return False


def is_heading_row(row: _Element, index: PageIndex) -> bool:
    """Say whether a row of a table holds the headings of its columns."""
    cells = [cell for cell in row if cell.tag in {"td", "th"}]
    if any(cell.tag == "td" for cell in cells):
        if any(True for _ in row.itersiblings("tr", preceding=True)):
            return False
        parent = row.getparent()
        if parent is not None and parent.tag == "thead":
            return True
        named = sum(bool(field_of_label(index.text(cell))) for cell in cells)
        return named > 1 and 2 * named >= len(cells)
    return bool(cells) and not (len(cells) == 1 and index.letters[row] > LONG_HEADING)


def rough_score(group: Group, index: PageIndex) -> float:
    """Return how much of the page a group is, by number, text and place."""
    weights = [index.weights[element] for element in group.elements]
    weight = sum(weights) / len(weights)
    return float(len(group.elements) ** COUNT_POWER * mass(group, index) ** MASS_POWER * weight)


def mass(group: Group, index: PageIndex) -> float:
    """Return the share of the page's content that stands in a group."""
    parts: Iterable[_Element] = group.elements
    if group.tails is not None:
        parts = [*group.elements, *(part for tail in group.tails for part in tail)]
    letters = sum(index.letters.get(part, 0) for part in parts)
    if group.tails is not None:
        letters += sum(len((part.tail or "").strip()) for part in parts)
    return min(1.0, letters / index.content_letters)


def _keys(element: _Element, forms: Forms) -> Iterator[tuple[str, float]]:
    own = forms.own(element)[:MOST_FORMS]
    if is_prefixed(element.tag):
        yield own[0].css, own[0].cost
        return
    bare = next((form for form in own if form.css == element.tag), None)
    contexts = forms.contexts(element, LEVELS)
    for form in own:
        if form.css != element.tag or element.tag == "article":
            yield form.css, form.cost
    named = [form for form in own[:2] if form.css != element.tag]
    for context in contexts:
        if bare is not None and element.tag != "td":
            yield context.css + bare.css, context.cost + bare.cost
        for form in named:
            yield context.css + form.css, context.cost + form.cost + 0.3
    if bare is not None and (path := _path(element, forms)):
        yield path
    if element.tag == "tr":
        cells = sum(child.tag == "td" for child in element)
        for context in contexts[:4]:
            yield f"{context.css}tr:has(> td:nth-child({cells}))", context.cost + 1.5
            yield f"{context.css}tr + tr", context.cost + 2.0
    marks = dict.fromkeys(child.tag for child in element if child.tag in MARKED_BY)
    for mark in marks:
        for form in own[:2] if named else own[:1]:
            for context in contexts[:3]:
                css = f"{context.css}{form.css}:has(> {mark})"
                yield css, context.cost + form.cost + 0.9


def _path(element: _Element, forms: Forms) -> tuple[str, float] | None:
    """Return the path of tags down to an element, from the nearest one that has a name."""
    steps = [str(element.tag)]
    price = 2.5
    for above in element.iterancestors():
        tag = above.tag
        if not is_plain_tag(tag):
            return None
        named = [form for form in forms.own(above) if form.css != tag and form.cost < LOOKS]
        start = f"#{escaped(above.get('id', ''))}" if cost(above.get("id", "")) is not None else ""
        if tag == "body" or start or named:
            steps.append("body" if tag == "body" else start or named[0].css)
            return " > ".join(reversed(steps)), price
        steps.append(tag)
        price += 1.1
    return None


def _unnested(form: Form, elements: list[_Element]) -> Iterator[tuple[Form, list[_Element]]]:
    """Yield the group, or where some of its elements stand in others, the innermost ones."""
    members = set(elements)
    holders = {
        above for element in elements for above in element.iterancestors() if above in members
    }
    if not holders:
        yield form, elements
        return
    last = form.css.split(" ")[-1]
    if ":has(" in last:
        return
    inner = [element for element in elements if element not in holders]
    yield Form(form.cost + 0.8, f"{form.css}:not(:has({last}))"), inner


def _with_tails(group: Group, index: PageIndex) -> Group | None:
    """Return the group with what follows each element, where entries seem to go on there."""
    if group.elements[0].tag == "dd":  # it belongs to the dt before it, not to the one behind
        return None
    members = set(group.elements)
    parents = {element.getparent() for element in group.elements}
    if len(group.elements) < FEWEST * len(parents):
        return None
    tails: list[list[_Element]] = []
    for element in group.elements:
        tail: list[_Element] = []
        for sibling in element.itersiblings():
            if sibling in members or _ends_entry(sibling, element):
                break
            if sibling in index.letters:
                tail.append(sibling)
        tails.append(tail)
    _shorten_last(group.elements, tails)
    with_text = sum(
        1
        for element, tail in zip(group.elements, tails, strict=True)
        if sum(index.letters[part] for part in tail) or _text_behind(element)
    )
    if with_text < 0.6 * len(group.elements):
        return None
    return Group(group.elements, group.selectors, tails)


def _shorten_last(elements: list[_Element], tails: list[list[_Element]]) -> None:
    """Cut the tail of the last element below a parent: what stands there may be no entry's."""
    following = [element.getparent() for element in elements[1:]] + [None]
    is_last = [
        element.getparent() is not parent
        for element, parent in zip(elements, following, strict=True)
    ]
    longest = max(
        (len(tail) for tail, last in zip(tails, is_last, strict=True) if not last), default=0
    )
    for tail, last in zip(tails, is_last, strict=True):
        if last:
            del tail[longest:]


def _ends_entry(sibling: _Element, element: _Element) -> bool:
    """Say whether `sibling` is a heading of the same rank as the entry's element, or above it."""
    if not (_is_heading(sibling.tag) and isinstance(element.tag, str)):
        return False
    return not _is_heading(element.tag) or str(sibling.tag) <= element.tag


def _is_heading(tag: object) -> bool:
    return isinstance(tag, str) and len(tag) == len("h1") and tag[0] == "h" and tag[1].isdigit()


def _text_behind(element: _Element) -> bool:
    node: _Element | None = element
    while node is not None and node.tag in {element.tag, "br"}:
        if (node.tail or "").strip():
            return True
        node = node.getnext()
    return False
