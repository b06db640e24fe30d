"""Names in the answers of providers, known by their local part, whatever namespace they are in."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
RESOURCE = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}resource"
HREF = "{http://www.w3.org/1999/xlink}href"
INLINE = frozenset({"a", "abbr", "b", "bdi", "bdo", "cite", "code", "em", "font", "i", "mark", "q",
                    "s", "small", "span", "strong", "sub", "sup", "tt", "u", "var"})  # fmt: skip


@functools.lru_cache(maxsize=4096)
def local(tag: object) -> str:
    """Return the local part of an element's name in small letters; empty for what is no element.

    >>> local("{http://purl.org/dc/elements/1.1/}Title"), local("dc:Title")
    ('title', 'title')
    """
    name = tag if isinstance(tag, str) else ""
    return name.rpartition("}")[2].rpartition(":")[2].lower()


@functools.lru_cache(maxsize=4096)
def name_of(tag: str) -> str:
    """Return the local part of an element's name as it is written."""
    return tag.rpartition("}")[2].rpartition(":")[2]


def children(element: _Element, name: str) -> list[_Element]:
    """Return the children of a local name."""
    return [child for child in element if local(child.tag) == name]


def first(element: _Element, *path: str) -> _Element | None:
    """Return the first element down a path of local names, or None."""
    found: _Element | None = element
    for name in path:
        if found is None:
            return None
        found = next((child for child in found if local(child.tag) == name), None)
    return found


def text_in(element: _Element, *path: str) -> str:
    """Return the text of the first element down a path of local names, or an empty text."""
    found = first(element, *path)
    return "" if found is None else text_of(found).strip()


def text_of(element: _Element) -> str:
    """Return the text of an element; what stands in elements of their own is parted by a space."""
    if not len(element):
        return element.text or ""
    pieces = [element.text or ""]
    for child in element:
        gap = "" if local(child.tag) in INLINE or not isinstance(child.tag, str) else " "
        pieces += (gap, text_of(child), gap, child.tail or "")
    return "".join(pieces)


def language_in(element: _Element) -> str:
    """Return the language that an element states itself, or an empty text."""
    return element.get(XML_LANG) or element.get("lang") or ""


def inherited_language(element: _Element, top: _Element) -> str:
    """Return the language stated for an element, on it or above it, up to `top` and no further."""
    node: _Element | None = element
    while node is not None:
        if stated := language_in(node):
            return stated
        if node is top:
            break
        node = node.getparent()
    return ""


def reference(element: _Element) -> str:
    """Return the address that an element names in an attribute, or an empty text."""
    return element.get(RESOURCE) or element.get(HREF) or element.get("href") or ""
