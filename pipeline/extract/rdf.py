"""`rdf`: descriptions in DCAT, schema.org, Dublin Core and their like, or a SPARQL endpoint's.

A document is held in memory as a whole (payloads have at most `fetch.largest` megabytes) and read
into pages of at most 2,000 records, in the order in which it names them.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.errors import SourceError
from pipeline.extract.access import Access, Read, read_each, read_following
from pipeline.extract.payloads import Payload, find_files
from pipeline.extract.properties import HYDRA
from pipeline.extract.rdf_document import describe, make_plan, read_graph
from pipeline.extract.rdf_graph import Graph
from pipeline.extract.rdf_syntax import ACCEPT
from pipeline.extract.sparql_endpoint import query_pages
from pipeline.extract.unread import unread
from pipeline.model import Page
from pipeline.settings import Source

NEXT = (HYDRA + "next", HYDRA + "nextPage")
"""How a catalogue that is given in pages points to the next (Hydra; CKAN has both spellings)."""


def pages(source: Source, access: Access) -> Iterator[Page]:
    """Return the pages of an `rdf` source; see `pipeline.extract.pages`."""
    plan = make_plan(source)
    if source.rdf and source.rdf.query.strip():
        return query_pages(plan, access)
    links: dict[str, str] = {}

    def read(payload: Payload) -> Iterator[Page]:
        described = describe(payload, plan)
        links[payload.digest] = _next_link(described.graph)
        return read_graph(described, plan)

    if source.paging:
        return read_each(source, access, read, accept=ACCEPT)
    if not source.is_live and (files := len(find_files(source, access.folder))) > 1:
        return _read_files(source, access, read, files)
    return read_following(
        source, access, read, lambda payload: links.get(payload.digest, ""), accept=ACCEPT
    )


def _read_files(source: Source, access: Access, read: Read, files: int) -> Iterator[Page]:
    """Read one document after the other: a broken one is an issue, the others go on."""
    given = 0
    failures: list[SourceError] = []

    def read_safely(payload: Payload) -> Iterator[Page]:
        nonlocal given
        try:
            for page in read(payload):
                given += len(page.records)
                yield page
        except SourceError as error:
            failures.append(error)
            yield unread(source, f"was left out: {error}")

    def read_all() -> Iterator[Page]:
        yield from found
        if not given:
            first = failures[0] if failures else None
            raise SourceError(
                f"none of {files:,} files gives a record"
                + (f"; the first: {first}" if first else ""),
                where=source.file or source.name, expected="descriptions of resources",
            )  # fmt: skip

    found = read_each(source, access, read_safely, accept=ACCEPT)
    return read_all()


def _next_link(graph: Graph) -> str:
    for node, about in graph.statements.items():
        if any(name in about for name in NEXT):
            return next((term.value for term in graph.values(node, *NEXT)), "")
    return ""
