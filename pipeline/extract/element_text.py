"""An element of a page -> its text with line and paragraph boundaries, its markup, its language."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

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
UNSEEN = frozenset({"script", "style", "template", "noscript", "svg", "head"})
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
NOT_A_LANGUAGE = "?"


def text_of(element: _Element) -> str:
    """Return the text that a reader sees in `element`.

    White space is collapsed as browsers do; a `br` or list item is one line end, a block two.
    """
    if len(element) == 0:
        return _collapsed(element.text or "").strip(" ")
    from lxml import etree

    pieces: list[str] = []
    hidden = 0
    for event, node in etree.iterwalk(element, events=("start", "end")):
        tag = node.tag if isinstance(node.tag, str) else "script"
        boundary = BOUNDARIES.get(tag, "")
        if event == "start":
            hidden += tag in UNSEEN
            if hidden:
                continue
            pieces.append(boundary if node is not element and tag != "br" else "")
            pieces.append(_collapsed(node.text or ""))
            continue
        was_hidden = hidden
        hidden -= tag in UNSEEN
        if node is not element and not hidden:
            pieces.append("" if was_hidden else boundary)
            pieces.append(_collapsed(node.tail or ""))
    text = _collapsed_runs("".join(pieces), " ")
    text = text.replace(" \n", "\n").replace("\n ", "\n")
    return _collapsed_runs(text, LINE, PARAGRAPH).strip(" \n")


def markup_of(element: _Element) -> str:
    """Return the markup inside `element`, as HTML."""
    from lxml import etree

    parts = [html.escape(element.text or "", quote=False)]
    parts += [etree.tostring(child, method="html", encoding="unicode") for child in element]
    return "".join(parts).strip(" \t\n\r\f")


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
    given = element.get("lang") or element.get("xml:lang")
    if not given:
        return ""
    value = given.strip().replace("_", "-")
    return value if not value or LANGUAGE.fullmatch(value) else NOT_A_LANGUAGE


def _collapsed(text: str) -> str:
    """Make every run of HTML's white space one space.

    Of HTML's only: a no-break space or a control character may be half of a damaged letter.
    """
    for character in "\t\n\r\f":
        text = text.replace(character, " ")
    return _collapsed_runs(text, " ")


def _collapsed_runs(text: str, character: str, to: str = "") -> str:
    """Shorten runs of `character` to `to`, by default to one of it."""
    to = to or character
    while (longer := to + character) in text:
        text = text.replace(longer, to)
    return text
