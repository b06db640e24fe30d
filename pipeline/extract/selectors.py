"""The selectors of an `html-listing`, compiled before any page is read.

A selector is CSS, or XPath behind `xpath:`. Both are looked for inside the element they are applied
to (the page, or an entry), the element itself included for CSS.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from pipeline.errors import SettingsError
from pipeline.kinds import Field
from pipeline.settings import Source

if TYPE_CHECKING:
    from lxml.etree import _Element

XPATH = "xpath:"

Select = Callable[["_Element"], "list[_Element | str]"]
"""Takes an element; gives what the selector finds below it: elements, or texts and attributes."""


class FieldSelector(msgspec.Struct, frozen=True):
    """One field: how its values are found, and its settings."""

    name: str
    select: Select
    field: Field


class Selectors(msgspec.Struct, frozen=True):
    """All selectors of a source; `next` and `total` are None where the settings give none."""

    entry: Select
    fields: tuple[FieldSelector, ...]
    next: Select | None = None
    total: Select | None = None


def compile_selectors(source: Source) -> Selectors:
    """Compile every selector of `source.html`.

    Raises `SettingsError` for a missing table, no fields, or a selector that is wrong; the message
    names its key.
    """
    html = source.html
    if html is None or not html.fields:
        raise SettingsError(
            "key 'html': missing" if html is None else "key 'html.fields': empty",
            where=source.file or source.name,
            expected='[html] with entry = "…" and [html.fields] with a selector per field',
            next_step="see docs/sources.md, 'A listing saved as HTML'",
        )
    fields = []
    for name, given in html.fields.items():
        field = Field(select=given) if isinstance(given, str) else given
        key = f"html.fields.{name}" + ("" if isinstance(given, str) else ".select")
        fields.append(FieldSelector(name, _compile(source, key, field.select), field))
    return Selectors(
        entry=_compile(source, "html.entry", html.entry),
        fields=tuple(fields),
        next=_compile(source, "html.next", html.next) if html.next else None,
        total=_compile(source, "html.total", html.total) if html.total else None,
    )


def text_holder(found: str) -> _Element | None:
    """Return the element that a text or attribute, found by XPath, stands in, if any."""
    if not hasattr(found, "getparent"):
        return None
    parent: _Element | None = found.getparent()
    is_tail = parent is not None and getattr(found, "is_tail", False)
    return parent.getparent() if parent is not None and is_tail else parent


def attribute_name(found: str) -> str:
    """Return the name of the attribute whose value an XPath found, or an empty text."""
    return getattr(found, "attrname", None) or ""


def _compile(source: Source, key: str, selector: str) -> Select:
    from cssselect import SelectorError
    from lxml import etree
    from lxml.cssselect import CSSSelector

    is_xpath = selector.startswith(XPATH)
    kind = "XPath expression" if is_xpath else "CSS selector"
    try:
        if is_xpath:
            expression = etree.XPath(selector.removeprefix(XPATH))
        elif selector.strip():
            expression = CSSSelector(selector, translator="html")
        else:
            raise ValueError("it is empty")
        expression(etree.Element("html"))  # finds unknown functions, prefixes and variables
    except (SelectorError, etree.XPathError, ValueError) as error:
        raise SettingsError(
            f"key '{key}': {selector!r} is no {kind}: {error}",
            where=source.file or source.name,
            expected='CSS such as "article h2" (an attribute is named by attribute = "href"), '
            "or XPath behind xpath:",
            next_step="correct it; your browser's inspector shows the page's elements",
        ) from error

    def select(element: _Element) -> list[_Element | str]:
        found = expression(element)
        if isinstance(found, bool):
            return ["true"] if found else []
        if isinstance(found, float):
            return [f"{found:g}"]
        if isinstance(found, str):
            return [found]
        return [item for item in found if isinstance(item, (str, etree._Element))]

    return select
