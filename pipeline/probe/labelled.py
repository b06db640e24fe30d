"""Values behind a label, in the entries of a page: `<b>Author:</b> Jane`, `<dt>Year</dt><dd>…`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pipeline.extract.selectors import XPATH
from pipeline.probe.finding import finder, quoted, xpath_of
from pipeline.probe.forms import Form
from pipeline.probe.page_index import PageIndex
from pipeline.probe.slots import Slot, TextSlot
from pipeline.probe.words import BY, field_of_label

if TYPE_CHECKING:
    from lxml.etree import _Element

LABEL_TAGS = frozenset(
    ["dt", "th", "td", "strong", "b", "span", "label", "em", "i", "div", "h4", "h5", "h6",
     "p", "small", "u", "font", "li", "abbr"]
)  # fmt: skip
LONGEST_LABEL = 40
LEAST_SHARE = 0.25
MOST_PARTS = 200
BEFORE_VALUE = ":：-–— \u00a0"
PREFIX = re.compile(r"([^\W\d_][\w ()/-]{0,28}?)\s*[:：]\s+(?=\S)")
COST = 0.9


class Labelled:
    """A label that entries share: our field for it (empty: none), the slot of its values."""

    def __init__(self, label: str, slot: Slot, around: Sequence[_Element] = ()) -> None:
        """Take the label as the page writes it, the slot of its values, what holds both."""
        self.label = label.strip(BEFORE_VALUE)
        self.field = field_of_label(label)
        self.slot = slot
        self.around = around


def find_labelled(entries: Sequence[_Element], index: PageIndex) -> list[Labelled]:
    """Return the labels that at least a quarter of the entries share, with their values."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for entry in entries:
        counts.update(set(_labels_in(entry, index)))
    found: dict[str, Labelled] = {}
    for (tag, label, way), count in counts.most_common():
        if count < max(2, LEAST_SHARE * len(entries)) or label in found:
            continue
        path = _path(tag, label, way)
        slot = evaluated(f"{XPATH}{path}", entries, index, COST)
        if slot.presence >= LEAST_SHARE:
            holder = f"{XPATH}.//{tag}[normalize-space()={quoted(label)}]/.."
            around = evaluated(holder, entries, index, COST).elements
            found[label] = Labelled(label, slot, around)
    return list(found.values())


def find_prefixed(slots: Sequence[Slot], entries: Sequence[_Element]) -> list[Labelled]:
    """Return the slots whose texts begin with the same label: `Author: Jane`, `By Jane`."""
    found: dict[str, Labelled] = {}
    for slot in slots:
        if isinstance(slot, TextSlot) or slot.presence < LEAST_SHARE or slot.number > 1:
            continue
        prefix, field = common_prefix(slot.firsts)
        if not prefix or prefix in found:
            continue
        inner = without_prefix(slot, prefix, entries)
        if inner is None or (field == "creator" and not _are_names(inner)):
            continue
        labelled = Labelled(prefix, inner)
        labelled.field = field
        found[prefix] = labelled
    return list(found.values())


def without_prefix(slot: Slot, prefix: str, entries: Sequence[_Element]) -> Slot | None:
    """Return the slot of a slot's texts behind `prefix`; None where XPath cannot give them.

    An element is found by its label rather than by its place, which changes where others are
    missing.
    """
    label = quoted(prefix)
    ways = [f".//{slot.tag}[starts-with(normalize-space(), {label})]"] if slot.tag else []
    for way in (*ways, xpath_of(slot.selector)):
        selector = f"{XPATH}normalize-space(substring-after({way}, {label}))"
        inner = evaluated(selector, entries, slot.index, slot.cost + 0.5)
        if _is_rest(inner, slot, prefix):
            return inner
    return None


def _is_rest(inner: Slot, slot: Slot, prefix: str) -> bool:
    """Say whether XPath gives what a reader sees behind the label: it knows of no line ends."""
    rests = [text.removeprefix(prefix).strip() for text in slot.firsts]
    same = sum(one == other for one, other in zip(inner.firsts, rests, strict=False))
    return same >= 0.8 * len(rests)


def _are_names(slot: Slot) -> bool:
    texts = slot.firsts
    names = sum(len(t.split()) <= 12 and not any(c.isdigit() for c in t) for t in texts)  # noqa: PLR2004
    return names >= 0.7 * len(texts)


def evaluated(selector: str, entries: Sequence[_Element], index: PageIndex, cost: float) -> Slot:
    """Return the slot of what a selector finds in the entries: elements, or else texts."""
    find = finder(selector)
    each = [find(entry) for entry in entries]
    if any(isinstance(item, str) for some in each for item in some):
        texts = [[text for item in some if (text := " ".join(str(item).split()))] for some in each]
        return TextSlot(Form(cost, selector), texts, index)
    elements = [[item for item in some if not isinstance(item, str)] for some in each]
    return Slot([Form(cost, selector)], elements, index)


def common_prefix(texts: Sequence[str]) -> tuple[str, str]:
    """Return the label that four of five texts begin with, and our field for it."""
    counts: Counter[tuple[str, str]] = Counter()
    for text in texts:
        if found := PREFIX.match(text):
            if field := field_of_label(found.group(1)):
                counts[found.group().rstrip(), field] += 1
        elif found := BY.match(text):
            counts[found.group(), "creator"] += 1
    if not counts:
        return "", ""
    (prefix, field), count = counts.most_common(1)[0]
    return (prefix, field) if count >= 0.8 * len(texts) else ("", "")


def _labels_in(entry: _Element, index: PageIndex) -> Iterator[tuple[str, str, str]]:
    for number, element in enumerate(entry.iterdescendants()):
        if number > MOST_PARTS:
            return
        if element.tag not in LABEL_TAGS or not 0 < index.letters.get(element, 0) <= LONGEST_LABEL:
            continue
        text = index.text(element)
        if len(text) > LONGEST_LABEL or not _is_label(element, text):
            continue
        if way := _way(element, index):
            yield str(element.tag), text, way


def _is_label(element: _Element, text: str) -> bool:
    if element.tag in {"dt", "th"} or text.endswith((":", "：")):
        return any(character.isalpha() for character in text)
    after = (element.tail or "").lstrip()
    return after.startswith((":", "：")) or bool(
        element.tag in {"td", "span", "div", "label", "strong", "b"} and field_of_label(text)
    )


def _way(  # noqa: PLR0911 - a case a way
    element: _Element, index: PageIndex
) -> str:
    """Return how the value is reached from its label: an XPath step, or nothing."""
    tail = (element.tail or "").strip()
    following = next(element.itersiblings(), None)
    if element.tag == "dt":
        return "/following-sibling::*[1][self::dd]"
    if element.tag in {"th", "td"}:
        return "/following-sibling::td[1]" if following is not None else ""
    if tail.strip(BEFORE_VALUE):
        return "TEXT" + (tail[0] if tail.startswith((":", "：")) else "")
    while following is not None and (following.tag == "br" or not index.letters.get(following, 0)):
        if (following.tail or "").strip():
            return ""
        following = next(following.itersiblings(), None)
    if following is not None:
        if following.tag == "a" or element.tag != following.tag:
            return f"/following-sibling::{following.tag}"
        return "/following-sibling::*[1]"
    parent = element.getparent()
    if parent is not None and index.letters.get(parent) == index.letters[element]:
        beside = next(parent.itersiblings(), None)
        if beside is not None and index.letters.get(beside, 0):
            return "/../following-sibling::*[1]"
    return ""


def _path(tag: str, label: str, way: str) -> str:
    base = f".//{tag}[normalize-space()={quoted(label)}]"
    if way.startswith("TEXT"):
        text = f"{base}/following-sibling::text()[normalize-space()][1]"
        sign = way.removeprefix("TEXT")
        return f'normalize-space(substring-after({text}, "{sign}"))' if sign else text
    return base + way
