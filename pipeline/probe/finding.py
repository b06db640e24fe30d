"""Selectors of a proposal, tried on the page they are for."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from pipeline.extract.selectors import XPATH
from pipeline.probe.forms import Form

if TYPE_CHECKING:
    from lxml.etree import _Element

Find = Callable[["_Element"], "list[_Element | str]"]
MOST_TRIED = 24


@lru_cache(maxsize=4096)
def finder(selector: str) -> Find:
    """Return what finds by a selector, as `html-listing` does; a wrong one finds nothing."""
    from cssselect import SelectorError
    from lxml import etree
    from lxml.cssselect import CSSSelector

    try:
        expression = (
            etree.XPath(selector.removeprefix(XPATH))
            if selector.startswith(XPATH)
            else CSSSelector(selector, translator="html")
        )
    except (SelectorError, etree.XPathError, ValueError):
        return lambda _: []

    def find(element: _Element) -> list[_Element | str]:
        try:
            found = expression(element)
        except etree.XPathError:
            return []
        if isinstance(found, str):
            return [found] if found.strip() else []
        if not isinstance(found, list):
            return []
        return [item for item in found if isinstance(item, (str, etree._Element))]

    return find


def exact(
    forms: Iterable[Form], tops: Sequence[_Element], wanted: Sequence[Sequence[_Element]],
    known: Container[_Element] | None = None,
) -> Form | None:  # fmt: skip
    """Return the cheapest of `forms` that finds in each of `tops` just what is wanted there.

    Where `known` is given, what is found but not in it does not count.
    """
    for form in list(forms)[:MOST_TRIED]:
        find = finder(form.css)
        each = (
            {item for item in find(top) if known is None or item in known or isinstance(item, str)}
            for top in tops
        )
        if all(found == set(some) for found, some in zip(each, wanted, strict=True)):
            return form
    return None


@lru_cache(maxsize=1024)
def xpath_of(selector: str) -> str:
    """Return an XPath expression, relative to an entry, for a selector.

    >>> xpath_of("xpath:./p")
    './p'
    >>> xpath_of("a")
    './/a'
    """
    if selector.startswith(XPATH):
        return selector.removeprefix(XPATH)
    tag, dot, name = selector.partition(".")
    if tag.isalnum() and not dot:
        return f".//{tag}"
    if tag.isalnum() and name.replace("-", "").replace("_", "").isalnum():
        return f'.//{tag}[contains(concat(" ", normalize-space(@class), " "), " {name} ")]'
    from cssselect import HTMLTranslator

    return str(HTMLTranslator().css_to_xpath(selector))


def quoted(text: str) -> str:
    """Return a text as an XPath literal; one with both kinds of quotes is joined of parts."""
    if '"' not in text:
        return f'"{text}"'
    if "'" not in text:
        return f"'{text}'"
    parts = ", '\"', ".join(f'"{part}"' for part in text.split('"'))
    return f"concat({parts})"
