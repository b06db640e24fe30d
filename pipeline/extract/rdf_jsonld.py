"""JSON-LD is made ready for its parser: checked as JSON, with its contexts in it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import msgspec

from pipeline.errors import SourceError
from pipeline.extract.json_text import Parsed, read_json
from pipeline.extract.payloads import shown
from pipeline.extract.rdf_contexts import CONTEXT, GRAPH, resolve, told

MOST_NODES = 5_000
"""Nodes that are parsed one by one to find a faulty one."""

NAMES = ("@id", "id", "name", "title")
"""By what a node is known to a person, the best first."""


class Document(msgspec.Struct, frozen=True):
    """A text for the parser; for JSON-LD also the document, and notes on what is doubtful."""

    text: str
    document: object = None
    notes: tuple[str, ...] = ()

    def nodes(self) -> Iterator[tuple[str, str]]:
        """Return the outermost nodes of a JSON-LD document: what each is called, and its text."""
        for number, (context, node) in enumerate(_outermost(self.document), 1):
            if number > MOST_NODES:
                return
            known = node if isinstance(node, dict) else {}
            name = next((known[name] for name in NAMES if known.get(name)), "")
            shown_name = f" ({shown(str(name))})" if name else ""
            yield f"node {number}{shown_name}", json.dumps({CONTEXT: context, GRAPH: [node]})


def read_document(text: str, where: str) -> Document:
    """Return a JSON-LD document that needs nothing from elsewhere.

    A text of several documents, one a line, is read as a list of them. Raises `SourceError` with
    line and reason where it is no JSON, and where it nests too deep.
    """
    parsed = _read_lines(text, where) or read_json(text, where, expected="JSON-LD")
    resolved = resolve(parsed.value, where)
    notes = list(parsed.notes)
    if resolved.refused:
        notes.append(told(resolved.refused))
    if not resolved.has_context:
        notes.append(
            "has no '@context', which says what its names mean, so that only names that are IRIs "
            "could be read; for plain JSON use the kind 'json'"
        )
    return Document(
        json.dumps(resolved.document, ensure_ascii=False), resolved.document, tuple(notes)
    )


def _read_lines(text: str, where: str) -> Parsed | None:
    """Return the documents of JSON Lines, or None where the first two lines are not two of them."""
    first, end, rest = text.lstrip("\ufeff \t\r\n").partition("\n")
    if not end or not first.startswith("{") or not rest.lstrip().startswith("{"):
        return None
    try:
        read_json(first, where)
    except SourceError:
        return None
    found: list[object] = []
    broken: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            found.append(read_json(line, f"line {number}").value)
        except SourceError as error:
            broken.append(str(error))
    notes = (f"{len(broken):,} of its lines are no JSON; the first: {broken[0]}",) if broken else ()
    return Parsed(found, notes)


def _outermost(document: object) -> Iterator[tuple[object, object]]:
    """Return each outermost node with the context that is in force there."""
    for item in document if isinstance(document, list) else [document]:
        if not isinstance(item, dict):
            continue
        graph = item.get(GRAPH)
        if isinstance(graph, list):
            for node in graph:
                yield item.get(CONTEXT, {}), node
        else:
            own = {name: value for name, value in item.items() if name != CONTEXT}
            yield item.get(CONTEXT, {}), own
