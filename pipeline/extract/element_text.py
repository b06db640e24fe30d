"""An element of a page -> its text with line and paragraph boundaries, its markup, its language."""

from __future__ import annotations

import html
import re
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING

from pipeline.extract.css_matching import PAGE

if TYPE_CHECKING:
    from lxml.etree import _Element

LINE = "\n"
PARAGRAPH = "\n\n"
BOUNDARIES = {
    **dict.fromkeys(("br", "dd", "dt", "li", "tr", "option", "caption", "figcaption"), LINE),
    **dict.fromkeys(
        ("address", "article", "aside", "blockquote", "dl", "div", "fieldset", "figure", "footer",
         "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "main", "nav", "ol", "p",
         "pre", "section", "table", "ul"), PARAGRAPH),
    **dict.fromkeys(("td", "th"), " "),
}  # fmt: skip
WHITE_SPACE = ("\n", "\t", "\r", "\f")
SPACE = " \n\t\r\f"
UNSEEN = frozenset({"script", "style", "template", "noscript", "svg", "head"})
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
NOT_A_LANGUAGE = "?"


def text_of(element: _Element) -> str:
    """Return the text that a reader sees in `element`.

    White space is collapsed as browsers do; a `br` or list item is one line end, a block two.
    """
    text = element.text or ""
    while (size := len(element)) == 1 and not text.strip(SPACE):  # as of a link in a heading
        child = element[0]
        if not {element.tag, child.tag}.isdisjoint(UNSEEN) or (child.tail or "").strip(SPACE):
            break
        element, text = child, child.text or ""
    if size == 0:
        return _collapsed(text).strip(" ")
    if element.tag in UNSEEN:
        return ""
    pieces = [_collapsed(text)]
    _gather(element, pieces)
    text = _collapsed_runs("".join(pieces), " ")
    if LINE in text:
        text = text.replace(" \n", "\n").replace("\n ", "\n")
        text = _collapsed_runs(text, LINE, PARAGRAPH)
    return text.strip(" \n")


def _gather(element: _Element, pieces: list[str]) -> None:
    """Append the texts below `element`; the parser bounds how deep that goes."""
    for child in element:
        name: object = child.tag
        tag = name if isinstance(name, str) else "script"  # a comment, as far as a reader sees
        boundary = BOUNDARIES.get(tag)
        if tag not in UNSEEN:
            if boundary is not None and tag != "br":
                pieces.append(boundary)
            if text := child.text:
                pieces.append(_collapsed(text))
            if len(child):
                _gather(child, pieces)
            if boundary is not None:
                pieces.append(boundary)
        if tail := child.tail:
            pieces.append(_collapsed(tail))


def markup_of(element: _Element) -> str:
    """Return the markup inside `element`, as HTML."""
    tostring = _etree().tostring
    text = element.text
    parts = [html.escape(text, quote=False)] if text else []
    parts += [tostring(child, method="html", encoding="unicode") for child in element]
    return "".join(parts).strip(" \t\n\r\f")


@cache
def _etree() -> ModuleType:
    from lxml import etree  # once: the statement takes as long as what it is needed for

    return etree


def language_of(element: _Element, entry: _Element, *, parts: bool = True) -> str:
    """Return the language that the page states for the text of `element`, or an empty text.

    Looked for on the element and above it, up to the entry and no further: what a page says about
    itself says nothing about its entries. Empty as well where, of `parts`, one states another
    language. A value that is no language tag gives `NOT_A_LANGUAGE`.
    """
    node: _Element | None = element
    stated = ""
    while node is not None and node is not entry:
        stated = stated or _stated(node)
        node = node.getparent()
    if node is None:  # not inside the entry
        return ""
    stated = stated or _stated(entry)
    within = {_stated(child) for child in element.iter()} if parts and len(element) else set()
    return stated if within <= {"", stated} else ""


def _stated(element: _Element) -> str:
    if element.tag in PAGE:
        return ""
    given = element.get("lang") or element.get("xml:lang")
    if not given:
        return ""
    value = given.strip().replace("_", "-")
    return value if not value or LANGUAGE.fullmatch(value) else NOT_A_LANGUAGE


def _collapsed(text: str) -> str:
    """Make every run of HTML's white space one space.

    Of HTML's only: a no-break space or a control character may be half of a damaged letter.
    """
    for character in WHITE_SPACE:
        if character in text:
            text = text.replace(character, " ")
    return _collapsed_runs(text, " ") if "  " in text else text


def _collapsed_runs(text: str, character: str, to: str = "") -> str:
    """Shorten runs of `character` to `to`, by default to one of it."""
    to = to or character
    while (longer := to + character) in text:
        text = text.replace(longer, to)
    return text
