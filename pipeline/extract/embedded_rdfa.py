"""RDFa of a page -> a graph, with extruct and pyRdfa; quiet, offline, and within limits.

What extruct and the libraries behind it raise on hostile pages is of any kind, and none of it
leaves here.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipeline.extract.embedded_error import UnreadableError
from pipeline.extract.rdf_graph import TYPE, Graph, Term

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from pipeline.extract.embedded_page import HtmlPage

MOST_PROPERTIES = 5_000
"""Elements with `property` or `typeof` of one page; a listing of 500 entries has as many."""

MOST_ELEMENTS = 50_000
"""Elements of a page with RDFa: pyRdfa looks at each, some 30 thousand a second."""

LOGGERS = ("rdflib", "rdflib.term", "extruct", "pyRdfa")
SOCIAL = (
    "og:", "fb:", "twitter:", "article:", "book:", "profile:", "music:", "video:", "product:",
    "al:", "place:", "business:",
)  # fmt: skip
"""Prefixes of Open Graph and its like, which is read as such and not as RDFa."""


def has_rdfa(page: HtmlPage) -> bool:
    """Say whether the page has attributes of RDFa beyond those of Open Graph and of links."""
    if page.root.xpath("boolean(//@typeof) or boolean(//@vocab)"):
        return True
    names = page.root.xpath(f"//@property[position() <= {MOST_PROPERTIES}]")
    return any(":" in name and not name.strip().lower().startswith(SOCIAL) for name in names)


def rdfa_nodes(page: HtmlPage) -> list[dict[str, object]]:
    """Return the nodes that a page's RDFa states as expanded JSON-LD; raises `UnreadableError`."""
    attributes = page.root.xpath("count(//@property) + count(//@typeof)")
    if attributes > MOST_PROPERTIES or page.root.xpath("count(//*)") > MOST_ELEMENTS:
        raise UnreadableError("has too many elements for its RDFa to be read")
    with _quiet():
        from extruct.rdfa import RDFaExtractor

        try:
            tree = _dom_of(page.root)
            found = RDFaExtractor().extract_items(tree, base_url=page.base or None)
        except Exception as error:
            raise UnreadableError(f"its RDFa cannot be read ({type(error).__name__})") from None
    return [one for one in found if isinstance(one, dict)]


def rdfa_graph(nodes: list[dict[str, object]]) -> Graph:
    """Return the graph of nodes in expanded JSON-LD."""
    graph = Graph()
    for node in nodes:
        subject = str(node.get("@id", ""))
        for name, values in node.items():
            for value in values if isinstance(values, list) else [values]:
                if name == "@type":
                    graph.add(subject, TYPE, Term(str(value), is_node=True))
                elif not name.startswith("@") and isinstance(value, dict):
                    graph.add(subject, name, _term(value))
    return graph


def _dom_of(root: HtmlElement) -> HtmlElement:
    """Return a copy of a page with the interface of xml.dom, which pyRdfa reads and changes."""
    from extruct.xmldom import XmlDomHTMLParser
    from lxml import html

    parser = XmlDomHTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    tree = html.document_fromstring(html.tostring(root, encoding="utf-8"), parser=parser)
    for element in tree.iter():  # pyRdfa takes the page for XML, which has xml:lang
        if (language := element.get("lang")) is not None:
            element.set("xml:lang", language)
    return tree


def _term(value: dict[str, object]) -> Term:
    if "@id" in value:
        return Term(str(value["@id"]), is_node=True)
    return Term(str(value.get("@value", "")), language=str(value.get("@language", "")))


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep extruct and the libraries behind it from warning and logging, and undo it after.

    Importing extruct sets rdflib's logger to another level for good.
    """
    levels = {name: logging.getLogger(name).level for name in LOGGERS}
    disabled = {name: logging.getLogger(name).disabled for name in LOGGERS}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in LOGGERS:
            logging.getLogger(name).disabled = True
        try:
            yield
        finally:
            for name in LOGGERS:
                logging.getLogger(name).disabled = disabled[name]
                logging.getLogger(name).setLevel(levels[name])
