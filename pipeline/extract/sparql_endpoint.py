"""`rdf` with a query: the records that a SPARQL endpoint makes of it (SPARQL 1.1 Protocol §2.1).

Pages are cut between records, never within one: each is asked for by a query within the query that
chooses records in a fixed order (`rdf_query`). A page is read as a document of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urldefrag, urlencode

import msgspec

from pipeline.errors import SettingsError, SourceError
from pipeline.extract.access import Access, NoEntriesError
from pipeline.extract.fetch import HttpError
from pipeline.extract.payloads import MOST_FILES, Payload, shown, source_issue
from pipeline.extract.rdf_document import Described, Plan, describe, read_graph
from pipeline.extract.rdf_graph import Graph, has_iri
from pipeline.extract.rdf_query import MARK, Construct, read_query
from pipeline.extract.unread import unread
from pipeline.model import Page

ACCEPT = "application/n-triples, text/turtle;q=0.9, application/rdf+xml;q=0.5"
"""N-Triples first: no abbreviation that a server could get wrong, and soonest written."""

LONGEST_ADDRESS = 2_000
"""Characters of an address that every server takes; what is longer is sent as a form."""

CUT_SHORT = ("x-sparql-maxrows", "x-sql-state", "x-sql-message")
"""Headers by which Virtuoso says that an answer is not whole, though it answers 200."""

SORTS_TOO_MUCH = ("SR353", "Sorted TOP clause")
"""What Virtuoso says where it would have to sort more than it is set to."""

MOST_SORTED = 10_000
"""Results that Virtuoso sorts, unless it is set otherwise; the page behind them is asked for in
another form wherever an endpoint refuses it."""

ROUND = 1_000
"""Statements of an answer of which there are just so many, or a multiple, are as many as the
endpoint gives: caps are round. Virtuoso does not say so; once in a thousand times it is chance."""


class _CutShortError(SourceError):
    """The endpoint gave less than was asked for."""


class _RefusedError(SourceError):
    """The endpoint answers with an error."""

    @property
    def sorts(self) -> bool:
        """Say whether it will not sort as much as it would have to."""
        return any(mark in self.what for mark in SORTS_TOO_MUCH)


def query_pages(plan: Plan, access: Access) -> Iterator[Page]:
    """Return the pages of records that the endpoint at `location` gives for `rdf.query`.

    Raises `SettingsError` for a query that is no CONSTRUCT query, and for a source that is no
    address or has a paging of its own; `SourceError`, as pages are taken, for what the endpoint
    refuses and for what is not whole.
    """
    source = plan.source
    settings = source.rdf
    query = read_query(settings.query if settings else "", source.file or source.name)
    if not source.is_live:
        raise SettingsError(
            f"key 'rdf.query': {shown(source.location)!r} is no SPARQL endpoint",
            where=source.file or source.name, expected="an http or https address as 'location'",
            next_step="give the endpoint's address, or leave 'query' out to read files",
        )  # fmt: skip
    if source.paging:
        raise SettingsError(
            "key 'paging': an endpoint is paged by its query", where=source.file or source.name,
            expected="'rdf.page_size' alone",
        )  # fmt: skip
    endpoint = _Endpoint(plan, access, query)
    return endpoint.whole() if query.unpaged else endpoint.pages()


class _Endpoint:
    def __init__(self, plan: Plan, access: Access, query: Construct) -> None:
        self.plan = plan
        self.access = access
        self.query = query
        self.location = plan.source.location.strip()
        self.size = plan.source.rdf.page_size if plan.source.rdf else 1
        self.nested = False

    def whole(self) -> Iterator[Page]:
        """Ask for everything at once."""
        message = f"key 'rdf.query' is asked as a whole, since {self.query.unpaged}"
        yield Page((), (source_issue(self.plan.source, message, severity="info"),))
        described = self._answer(self.query.whole)
        statements = _statements(described.graph)
        if statements % ROUND == 0 and statements:
            message = (
                f"{self.location}: gives just {statements:,} statements, so it may have cut its "
                "answer short: ask for less in 'rdf.query'"
            )
            yield unread(self.plan.source, message)
        yield from read_graph(described, self.plan)

    def pages(self) -> Iterator[Page]:
        """Ask for page after page until the endpoint has no further record."""
        offset = given = 0
        is_last = False
        seen, digests = set[str](), set[str]()
        while not is_last and len(digests) < MOST_FILES:
            described, size = self._page(offset)
            found = _marked(described.graph)
            if not found and not described.graph.statements:
                break
            if len(found) < size:
                if not found or self._has(offset + len(found)):
                    self._ask_for_less("leaves records out")
                    continue
                is_last = True
            # A blank node is another one in each answer, whatever its label.
            new = [subject for subject in found if not has_iri(subject) or subject not in seen]
            if not new or described.place.payload in digests:
                message = (
                    f"{self.location}: gives the same records again and again, so reading ended "
                    "here: the endpoint takes no notice of OFFSET"
                )
                yield unread(self.plan.source, message)
                return
            seen.update(new)
            digests.add(described.place.payload)
            given += len(new)
            wanted = self._wanted(described.graph, new)
            if wanted or described.issues:
                yield from read_graph(described, self.plan, wanted)
            offset += size
        if len(digests) == MOST_FILES and not is_last:
            message = f"{self.location}: {MOST_FILES:,} pages were read and no end was found"
            yield unread(self.plan.source, f"{message}, so reading stops here")
        if not given:
            raise NoEntriesError(
                "the endpoint gives nothing for 'rdf.query'", where=self.location,
                expected="at least one record", next_step="try the query at the endpoint itself",
            )  # fmt: skip

    def _wanted(self, graph: Graph, subjects: list[str]) -> tuple[str, ...]:
        classes = self.plan.classes
        return tuple(
            subject for subject in subjects if not classes or classes & set(graph.classes(subject))
        )

    def _page(self, offset: int) -> tuple[Described, int]:
        """Return the records from `offset` on, and how many were asked for.

        Where the endpoint cuts its answer short, fewer are asked for from then on.
        """
        while True:
            try:
                described = self._records(self.size, offset)
            except _CutShortError:
                if self.size == 1:
                    raise
                self.size //= 2
                continue
            statements = _statements(described.graph)
            if statements % ROUND or not statements or self.size == 1:
                return described, self.size
            self._ask_for_less("may have cut its answer short")

    def _has(self, offset: int) -> bool:
        """Say whether there is a record at `offset`."""
        return bool(_marked(self._records(1, offset).graph))

    def _records(self, size: int, offset: int) -> Described:
        try:
            return self._answer(self.query.page(size, offset, nested=self.nested))
        except _RefusedError as error:
            if self.nested or not (error.sorts or offset + size > MOST_SORTED):
                raise
        self.nested = True
        return self._answer(self.query.page(size, offset, nested=True))

    def _ask_for_less(self, reason: str) -> None:
        if self.size == 1:
            raise _not_whole(self.location, reason)
        self.size //= 2

    def _answer(self, query: str) -> Described:
        payload = self._ask(query)
        told = [f"{name}: {payload.headers[name]}" for name in CUT_SHORT if name in payload.headers]
        if told:
            raise _not_whole(self.location, f"cuts its answer short ({shown('; '.join(told))})")
        # The payload is named by its whole query, which nobody wants to read in a message; what an
        # endpoint sends has no syntax that the settings could know better.
        payload = msgspec.structs.replace(payload, name=self.location)
        return describe(payload, msgspec.structs.replace(self.plan, syntax=None), strict=True)

    def _ask(self, query: str) -> Payload:
        address = urldefrag(self.location).url
        mark = "&" if "?" in address else "?"
        short = f"{address}{mark}{urlencode({'query': query})}"
        try:
            if len(short) <= LONGEST_ADDRESS:
                return self.access.web.get(short, accept=ACCEPT)
            return self.access.web.get(address, accept=ACCEPT, form={"query": query})
        except HttpError as error:
            raise _RefusedError(
                error.what + (f"; it says {error.said!r}" if error.said else ""),
                where=self.location,
                expected="an answer to 'rdf.query'",
                next_step="try the query at the endpoint itself; if it takes too long there, set a "
                "smaller 'rdf.page_size' or ask for less",
            ) from error  # fmt: skip


def _statements(graph: Graph) -> int:
    return sum(len(terms) for about in graph.statements.values() for terms in about.values())


def _marked(graph: Graph) -> list[str]:
    """Return the subjects that were asked for, in the order of their IRIs."""
    return sorted(node for node, about in graph.statements.items() if MARK in about)


def _not_whole(location: str, what: str) -> _CutShortError:
    return _CutShortError(
        f"the endpoint {what}", where=location, expected="whole answers",
        next_step="set a smaller 'rdf.page_size', or ask for less in 'rdf.query'",
    )  # fmt: skip
