"""HTML and SVG, escaped by default: whatever is not `Markup` already is text and is escaped."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

# Characters that HTML forbids, or that would turn the text around them: shown as U+FFFD.
_UNSHOWABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    "\u202a-\u202e\u2066-\u2069]"
)
_VOID_ELEMENTS = frozenset({"br", "hr", "meta", "rect", "circle", "line"})


class Markup(str):
    """Text that is markup already; made by `element` and `join` only."""

    __slots__ = ()


Content = str | int | Markup


def escape(content: Content) -> Markup:
    """Return content as markup.

    >>> escape("<b>")
    '&lt;b&gt;'
    """
    if isinstance(content, Markup):
        return content
    return Markup(html.escape(_UNSHOWABLE.sub("\N{REPLACEMENT CHARACTER}", str(content))))


def join(contents: Iterable[Content], separator: str = "") -> Markup:
    """Return contents one after another, escaped."""
    return Markup(escape(separator).join(escape(one) for one in contents))


def element(name: str, /, *contents: Content, **attributes: Content) -> Markup:
    """Return an element; a trailing `_` of an attribute's name goes, other `_` become `-`.

    An attribute with an empty value is left out.

    >>> element("p", "a < b", class_="note")
    '<p class="note">a &lt; b</p>'
    """
    parts = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value != ""
    )
    if name in _VOID_ELEMENTS:
        return Markup(f"<{name}{parts}>" if name in {"br", "hr", "meta"} else f"<{name}{parts}/>")
    return Markup(f"<{name}{parts}>{join(contents)}</{name}>")
