"""Which of the things that a page speaks of is the one that the page is about."""

from __future__ import annotations

from urllib.parse import urldefrag

from pipeline.extract.properties import (
    CLASSES,
    FOAF,
    NEVER_CLASSES,
    PAGE_CLASSES,
    PART_CLASSES,
    PROPERTIES,
    SCHEMA,
)
from pipeline.extract.rdf_graph import Graph

OWN_ADDRESSES = (SCHEMA + "url", SCHEMA + "mainEntityOfPage")
MAIN = frozenset({SCHEMA + "mainEntity", SCHEMA + "mainEntityOfPage", SCHEMA + "about"})
SITE = frozenset({SCHEMA + "WebSite", SCHEMA + "DataCatalog", SCHEMA + "Blog"})
IMAGES = frozenset({SCHEMA + "ImageObject", FOAF + "Image"})
NOT_CHOSEN = 9


def choose(graph: Graph, addresses: frozenset[str], types: frozenset[str]) -> str:
    """Return the subject that a page at `addresses` is about, or empty: it speaks of none.

    With `types` only instances of these classes count. Otherwise creative works do: first what says
    that it is this page's, then what nothing else points to, then media, then the page itself. The
    first of several in the page's order is taken.
    """
    best, rank = "", NOT_CHOSEN
    pointing = graph.pointing(graph.statements)
    for subject in graph.statements:
        found = _rank(graph, subject, addresses, types, pointing[subject])
        if found < rank:
            best, rank = subject, found
    return best


def _rank(
    graph: Graph, subject: str, addresses: frozenset[str], types: frozenset[str],
    pointing: list[tuple[str, str]],
) -> int:  # fmt: skip
    classes = set(graph.classes(subject))
    is_own = _is_about(graph, subject, addresses) or any(name in MAIN for _, name in pointing)
    if types:
        return int(not is_own) if classes & types else NOT_CHOSEN
    if classes & CLASSES:
        return 0 if is_own else 1 if not pointing else NOT_CHOSEN
    if classes & PART_CLASSES:
        return 2 if is_own or not (pointing or classes & IMAGES) else NOT_CHOSEN
    if classes & PAGE_CLASSES - SITE:
        return 3 if is_own or not pointing else NOT_CHOSEN
    names = graph.statements[subject]
    if not classes & (NEVER_CLASSES | SITE) and urldefrag(subject).url in addresses:
        return 4 if any(PROPERTIES.get(name) == "title" for name in names) else NOT_CHOSEN
    return NOT_CHOSEN


def _is_about(graph: Graph, subject: str, addresses: frozenset[str]) -> bool:
    told = (subject, *(term.value for term in graph.values(subject, *OWN_ADDRESSES)))
    return any(urldefrag(one).url in addresses for one in told if one.startswith("http"))
