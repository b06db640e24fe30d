"""Microdata of a page -> its items -> a graph (HTML Standard §5; Microdata to RDF §4).

extruct reads the same items, but its time grows with the square of what is nested: a page of 4 MB
took it minutes. What it gives for the samples is what the tests hold this to.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING

from pipeline.extract.element_text import text_of
from pipeline.extract.embedded_error import UnreadableError
from pipeline.extract.html_pages import joined
from pipeline.extract.properties import SCHEMA, canonical
from pipeline.extract.rdf_graph import TYPE, Graph, Term

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from pipeline.extract.embedded_page import HtmlPage

Item = dict[str, object]
"""As extruct has it: `type` (one or a list), `id`, `properties`, or `value` where it has none."""

MOST_STEPS = 200_000
"""Elements that are looked at on one page, each time one is."""

MOST_CHARACTERS = 5_000_000
"""Characters of all texts: what is nested is read again and again."""

DEEPEST = 40
SOURCES = dict.fromkeys(("audio", "embed", "iframe", "img", "source", "track", "video"), "src")
LINKS = {**SOURCES, **dict.fromkeys(("a", "area", "link"), "href"), "object": "data"}
VALUES = {"meta": "content", "data": "value", "meter": "value"}


def items_of(page: HtmlPage) -> list[Item]:
    """Return the outermost items of a page; raises `UnreadableError` for too much of it."""
    if not page.root.xpath("boolean(//@itemscope)"):
        return []
    return _Reader(page).outermost()


def microdata_graph(items: list[Item], base: str) -> Graph:
    """Return the graph that the items state."""
    graph = Graph()
    numbers = count(1)
    for item in items:
        _add(graph, item, "", base, numbers)
    return graph


class _Reader:
    """Reads the items of one page, each element as often as it must, up to a limit."""

    def __init__(self, page: HtmlPage) -> None:
        self.root = page.root
        self.base = page.base
        self.seen: set[HtmlElement] = set()
        self.steps = self.characters = 0
        self.ids: dict[str, HtmlElement] = {}
        for element in page.root.iter():
            if isinstance(element.tag, str) and (name := element.get("id")):
                self.ids.setdefault(name, element)

    def outermost(self) -> list[Item]:
        scopes = self.root.xpath("//*[@itemscope]")
        return [
            self._item(scope, 0)
            for scope in scopes
            if scope not in self.seen and (scope.get("itemprop") is None or not _inside(scope))
        ]

    def _item(self, scope: HtmlElement, depth: int) -> Item:
        self.seen.add(scope)
        item: Item = {}
        types = (scope.get("itemtype") or "").split()
        if types:
            item["type"] = types[0] if len(types) == 1 else types
            if identifier := (scope.get("itemid") or "").strip():
                item["id"] = identifier
        found: dict[str, list[object]] = {}
        for element in self._properties(scope):
            value = self._value(element, depth)
            for name in (element.get("itemprop") or "").split()[:20]:
                if value is not None:
                    found.setdefault(name, []).append(value)
        if found:
            item["properties"] = {
                name: values[0] if len(values) == 1 else values for name, values in found.items()
            }
        else:
            item["value"] = self._simple(scope)
        return item

    def _properties(self, scope: HtmlElement) -> Iterator[HtmlElement]:
        """Yield the elements that are properties of an item, in the order of the page."""
        starts = list(scope)
        for name in (scope.get("itemref") or "").split():
            referred = self.ids.get(name)
            if referred is None or referred is scope:
                continue
            # An item that is referred to without being a property lends its own, as in extruct.
            lends = referred.get("itemscope") is not None and referred.get("itemprop") is None
            starts += list(referred) if lends else [referred]
        waiting = list(reversed(starts))
        met: set[HtmlElement] = set()
        while waiting:
            element = waiting.pop()
            self._step()
            if element in met or not isinstance(element.tag, str):
                continue
            met.add(element)
            if element.get("itemprop") is not None:
                yield element
            if element.get("itemscope") is None:
                waiting.extend(reversed(element))

    def _value(self, element: HtmlElement, depth: int) -> object:
        if element.get("itemscope") is None:
            return self._simple(element)
        if element in self.seen or depth >= DEEPEST:
            return None
        return self._item(element, depth + 1)

    def _simple(self, element: HtmlElement) -> str:
        tag = str(element.tag)
        if tag in LINKS:
            return joined(self.base, element.get(LINKS[tag]) or "")
        if tag in VALUES:
            return element.get(VALUES[tag]) or ""
        if tag == "time" and element.get("datetime"):
            return element.get("datetime") or ""
        return element.get("content") or self._text(element)

    def _text(self, element: HtmlElement) -> str:
        if len(element):
            self.characters += int(element.xpath("string-length(.)"))
            self._step(int(element.xpath("count(.//*)")))
        return text_of(element)

    def _step(self, by: int = 1) -> None:
        self.steps += by
        if self.steps > MOST_STEPS or self.characters > MOST_CHARACTERS:
            raise UnreadableError("has too much microdata")


def _inside(element: HtmlElement) -> bool:
    return any(one.get("itemscope") is not None for one in element.iterancestors())


def _add(graph: Graph, item: Item, above: str, base: str, numbers: Iterator[int]) -> str:
    given = item.get("type", [])
    types = [_type(str(kind)) for kind in (given if isinstance(given, list) else [given])]
    vocabulary = _namespace(types[0]) if types else above
    identifier = str(item.get("id", ""))
    subject = joined(base, identifier) if identifier else f"_:{next(numbers)}"
    graph.statements.setdefault(subject, {})
    for kind in types:
        graph.add(subject, TYPE, Term(kind, is_node=True))
    properties = item.get("properties")
    for name, values in properties.items() if isinstance(properties, dict) else ():
        if ":" not in name and not vocabulary:
            continue
        iri = name if ":" in name else vocabulary + name
        for value in values if isinstance(values, list) else [values]:
            if isinstance(value, dict):
                node = _add(graph, value, vocabulary, base, numbers)
                graph.add(subject, iri, Term(node, is_node=True))
            else:
                graph.add(subject, iri, Term(str(value)))
    if isinstance(text := item.get("value"), str) and text.strip():
        graph.add(subject, SCHEMA + "name", Term(text))
    return subject


def _type(kind: str) -> str:
    return canonical(kind if ":" in kind else f"http://{kind}")


def _namespace(iri: str) -> str:
    return iri[: max(iri.rfind("/"), iri.rfind("#")) + 1]
