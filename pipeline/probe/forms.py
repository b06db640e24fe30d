"""The short selectors by which an element can be told: its tag, classes, attributes, place.

Each form comes with what it costs: the less, the likelier it finds the same on the next page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pipeline.probe.names import LOOKS, cost, made_up_stem

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST_CLASSES = 6
MOST_LEVELS = 4
"""Elements above one that are looked at to tell it."""

TELLING = {
    "article": 0.4, "h1": 0.3, "h2": 0.3, "h3": 0.3, "h4": 0.3, "h5": 0.3, "h6": 0.4, "time": 0.2,
    "dt": 0.8, "dd": 1.2, "cite": 0.8, "blockquote": 1.0, "figcaption": 1.0, "p": 1.4, "a": 1.4,
    "em": 1.4, "strong": 1.3, "b": 1.3, "i": 1.5, "small": 1.4, "section": 1.6, "summary": 1.2,
    "td": 2.6, "th": 1.6, "li": 2.0, "tr": 1.8, "table": 2.4, "abbr": 1.2, "label": 1.6,
    "details": 1.2, "font": 2.4, "span": 2.4, "div": 2.8, "address": 1.2, "header": 1.2,
}  # fmt: skip
OTHER_TAG = 2.0
CUSTOM_TAG = 0.5  # such as <app-result>: the site's own word
ATTRIBUTE = 0.3
VALUE_ATTRIBUTES = ("itemprop", "property", "data-testid", "data-test", "data-qa", "data-field",
                    "data-label", "data-title", "data-th", "data-column", "headers",
                    "typeof")  # fmt: skip
RELATIONS = frozenset({"author", "tag", "bookmark", "license", "next", "enclosure"})
PRESENT = re.compile(
    r"data-(?:[a-z]+-)*(?:id|pid|item|record|result|object|entry|key|doi|uuid|url)"
)
PLAIN_VALUE = re.compile(r"[A-Za-z_][\w:./ -]{0,50}")
ROLES = frozenset({"listitem", "article", "row", "heading", "rowheader", "gridcell", "cell"})


class Form(NamedTuple):
    """A selector of one element without regard to what stands around it."""

    cost: float
    css: str


def tag_cost(tag: str) -> float:
    """Return what a bare tag costs."""
    return CUSTOM_TAG if "-" in tag else TELLING.get(tag, OTHER_TAG)


@lru_cache(maxsize=2048)
def is_plain_tag(tag: object) -> bool:
    """Say whether an element's tag can be written in a selector."""
    return isinstance(tag, str) and bool(re.fullmatch(r"[a-z][a-z0-9-]*", tag))


def is_prefixed(tag: object) -> bool:
    """Say whether a tag has a prefix, as in XML that is read as HTML: `dc:title`."""
    return isinstance(tag, str) and bool(re.fullmatch(r"[a-z][\w.-]*:[a-z][\w.-]*", tag))


def named_path(tag: str) -> str:
    """Return the XPath selector of a tag that CSS cannot write."""
    return f'xpath:.//*[name()="{tag}"]'


def own_forms(element: _Element) -> list[Form]:
    """Return the forms of an element, the cheapest first; its bare tag is always among them."""
    tag = element.tag
    if is_prefixed(tag):
        return [Form(CUSTOM_TAG, named_path(tag))]
    if not is_plain_tag(tag):
        return []
    forms = [Form(1.0 + tag_cost(tag), tag), *_class_forms(tag, element.get("class", ""))]
    forms += _attribute_forms(tag, element)
    if tag == "a":
        forms += _link_forms(element.get("href", ""))
    return sorted(forms)


@lru_cache(maxsize=16384)
def _class_forms(tag: str, classes: str) -> tuple[Form, ...]:
    return tuple(_forms_of_classes(tag, classes))


def _forms_of_classes(tag: str, classes: str) -> Iterator[Form]:
    names = classes.split()[:MOST_CLASSES]
    priced = [(price, name) for name in names if (price := cost(name)) is not None]
    seen: list[str] = []
    for price, name in sorted(priced):
        if name in seen:
            continue
        seen.append(name)
        yield Form(0.2 + price + 0.1 * tag_cost(tag), f"{tag}.{escaped(name)}")
    if len(seen) > 1:
        whole = "".join(f".{escaped(name)}" for name in seen)
        yield Form(1.0 + LOOKS, tag + whole)
        yield Form(0.9 + LOOKS, "".join((tag, *(f".{escaped(name)}" for name in seen[:2]))))
    for name in names:
        if stem := made_up_stem(name):
            yield Form(1.0, f'{tag}[class*="{stem}"]')


def _attribute_forms(tag: str, element: _Element) -> Iterator[Form]:
    for name, value in element.attrib.items():
        key, text = str(name), str(value)
        if key in VALUE_ATTRIBUTES and PLAIN_VALUE.fullmatch(text):
            yield Form(ATTRIBUTE, f'{tag}[{key}="{text}"]')
        elif key == "itemscope" or PRESENT.fullmatch(key):
            yield Form(2 * ATTRIBUTE, f"{tag}[{key}]")
        elif key == "role" and text in ROLES:
            yield Form(2 * ATTRIBUTE, f'{tag}[role="{text}"]')
        elif key == "rel" and text in RELATIONS:
            yield Form(ATTRIBUTE, f'{tag}[rel="{text}"]')
        elif key == "itemtype" and (kind := re.search(r"/([A-Z]\w+)$", text)):
            yield Form(ATTRIBUTE, f'{tag}[itemtype$="/{kind.group(1)}"]')


def _link_forms(href: str) -> Iterator[Form]:
    """Yield selectors of a link by a telling part of its address: `/author/`, `?author=`."""
    address = href.partition("#")[0]
    path, _, query = re.sub(r"^(?:https?:)?//[^/]*", "", address).partition("?")
    for step in path.split("/")[:-1]:
        if re.fullmatch(r"[A-Za-z][A-Za-z_-]{2,20}", step):
            yield Form(2.8, f'a[href*="/{step}/"]')
    for pair in query.split("&")[:4]:
        name = pair.partition("=")[0]
        if re.fullmatch(r"[A-Za-z][A-Za-z_-]{1,20}", name):
            yield Form(3.0, f'a[href*="{name}="]')


def place_forms(element: _Element) -> list[Form]:
    """Return the forms that count an element among its siblings, where there are several."""
    parent = element.getparent()
    if parent is None or not is_plain_tag(element.tag):
        return []
    tag = element.tag
    if tag in {"td", "th"}:
        before = sum(1 for _ in element.itersiblings(preceding=True))
        behind = sum(1 for _ in element.itersiblings())
        return [
            Form(1.6, f"{tag}:nth-child({before + 1})"),
            Form(1.9, f"{tag}:nth-last-child({behind + 1})"),
        ]
    same = [child for child in parent if child.tag == tag]
    if len(same) == 1:
        return []
    return [Form(1.8 + tag_cost(tag), f"{tag}:nth-of-type({same.index(element) + 1})")]


class Forms:
    """The forms of the elements of one page, each worked out once."""

    def __init__(self) -> None:
        """Start with none."""
        self._own: dict[_Element, list[Form]] = {}
        self._places: dict[_Element, list[Form]] = {}
        self._around: dict[_Element, list[list[Form]]] = {}
        self.parts: dict[tuple[_Element, int], list[Form]] = {}

    def own(self, element: _Element) -> list[Form]:
        """Return `own_forms` of an element."""
        if element not in self._own:
            self._own[element] = own_forms(element)
        return self._own[element]

    def places(self, element: _Element) -> list[Form]:
        """Return `place_forms` of an element."""
        if element not in self._places:
            self._places[element] = place_forms(element)
        return self._places[element]

    def contexts(self, element: _Element, levels: int, stop: _Element | None = None) -> list[Form]:
        """Return selectors of what stands around an element, each with its combinator.

        At most `levels` elements above it are looked at, none from `stop` upwards.
        """
        if element not in self._around:
            self._around[element] = list(self._each_above(element))
        found: list[Form] = []
        above = element.getparent()
        for forms in self._around[element][:levels]:
            if above is None or above is stop:
                break
            found += forms
            above = above.getparent()
        return found

    def _each_above(self, element: _Element) -> Iterator[list[Form]]:
        above = element.getparent()
        for distance in range(MOST_LEVELS):
            if above is None or not is_plain_tag(above.tag) or above.tag in {"body", "html"}:
                return
            between = " > " if distance == 0 else " "
            away = 0.25 * distance
            found = []
            name = above.get("id", "")
            price = cost(name) if name else None
            if price is not None:
                found.append(Form(0.4 + min(price, 1.0) + away, f"#{escaped(name)}{between}"))
            classes = [form for form in self.own(above) if form.css != above.tag]
            found += [Form(0.4 + form.cost + away, form.css + between) for form in classes[:2]]
            bare = 0.6 if above.tag == "main" else 0.8 + tag_cost(above.tag)
            found.append(Form(bare + away, above.tag + between))
            yield found
            above = above.getparent()


@lru_cache(maxsize=8192)
def escaped(name: str) -> str:
    r"""Return a name as CSS takes it (CSSOM 2.1, serialise an identifier).

    >>> print(escaped("md:flex"), escaped("2col"))
    md\:flex \32 col
    """
    if name == "-":
        return "\\-"
    text = re.sub(r"[^\w-]|[^\x00-\x7f]", lambda found: _escaped_character(found.group()), name)
    return re.sub(
        r"^-?\d", lambda found: f"{found.group()[:-1]}\\{ord(found.group()[-1]):x} ", text
    )


def _escaped_character(character: str) -> str:
    return character if ord(character) > 0x7F else "\\" + character  # noqa: PLR2004
