"""The mapping: writers compiled once from the context, used for every record."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Final

from pipeline.errors import SettingsError
from pipeline.map import jsonld, ntriples, problems, rdfxml, turtle
from pipeline.map.context import Context, read_context
from pipeline.map.document import NODE_CLASSES, RESOURCE_CLASSES, allowed, document_names
from pipeline.map.lexical import iri_fault, without_surrogates
from pipeline.map.ntriples import Writer
from pipeline.map.plan import Plan
from pipeline.map.scope import Scope
from pipeline.model import Issue, Record


def is_identifier(value: str) -> bool:
    """Return whether `value` is letters, digits and hyphens, as minted identifiers are.

    >>> is_identifier("sepm-resources-abcdefghij"), is_identifier(""), is_identifier("a/b")
    (True, False, False)
    """
    return value.isascii() and value.replace("-", "").isalnum()


class _Writers:
    """The writers of all sources that may publish the same fields, each compiled when asked for."""

    def __init__(self, context: Context, scope: Scope, published: frozenset[str]) -> None:
        self.plan = Plan(context, scope, allowed(published))

    @cached_property
    def ntriples(self) -> Writer:
        return ntriples.writer(self.plan)

    @cached_property
    def turtle(self) -> Writer:
        return turtle.writer(self.plan)

    @cached_property
    def jsonld(self) -> Writer:
        return jsonld.writer(self.plan)

    @cached_property
    def rdfxml(self) -> Writer:
        return rdfxml.writer(self.plan)

    @cached_property
    def find(self) -> problems.Finder:
        return problems.finder(self.plan)


class Mapping:
    """Writes records as RDF, as the context says; made by `compile_mapping`.

    Every writer gives UTF-8, the same graph in each syntax, and never fails for a record: what
    cannot be published is left out or replaced, and `problems` says so. A record whose `id` cannot
    be part of an IRI gives empty bytes. Pickled by context and scope, for worker processes.
    """

    jsonld_separator: Final = jsonld.SEPARATOR
    """What stands between two records of a JSON-LD document."""

    def __init__(self, context: Context, scope: Scope) -> None:
        self.context = context
        self.scope = scope
        self._modified = {number: (value,) for number, value in scope.modified.items()}
        self._all = _Writers(context, scope, frozenset())
        sets = sorted({published for published in scope.publish.values() if published}, key=sorted)
        limited = {published: _Writers(context, scope, published) for published in sets}
        self._limited = {
            source: limited[published] for source, published in scope.publish.items() if published
        }

    def __reduce__(self) -> tuple[type[Mapping], tuple[Context, Scope]]:
        """Pickle what it was made from: compiled functions cannot be."""
        return (Mapping, (self.context, self.scope))

    @property
    def digest(self) -> str:
        """Return the SHA-256 (hex) of the context's definitions, whatever their layout."""
        return self.context.digest

    def fields(self) -> frozenset[str]:
        """Return the names of the document's fields, and of others, that the context publishes."""
        return frozenset(self.context.fields)

    def missing(self) -> tuple[str, ...]:
        """Return the document's fields and classes that the context lacks, so never published.

        Those that it maps to null are left out on purpose and not among them.
        """
        used = document_names() | set(RESOURCE_CLASSES) | set(NODE_CLASSES.values())
        return tuple(sorted(used - self.context.names))

    def ntriples(self, record: Record) -> bytes:
        """Return the record's N-Triples: canonical, sorted by bytes, each triple once."""
        write = self._limited.get(record.source, self._all).ntriples
        modified = self._modified.get(record.release, ())
        try:
            return write(record, modified)
        except TypeError as error:
            return _again(write, record, modified, error)

    def description(self, record: Record) -> bytes:
        """Return the record's N-Triples without its datestamp: what decides whether it changed."""
        write = self._limited.get(record.source, self._all).ntriples
        try:
            return write(record, ())
        except TypeError as error:
            return _again(write, record, (), error)

    def turtle(self, record: Record) -> bytes:
        """Return the record's Turtle, to follow `turtle_head`: a block a subject, sorted."""
        write = self._limited.get(record.source, self._all).turtle
        modified = self._modified.get(record.release, ())
        try:
            return write(record, modified)
        except TypeError as error:
            return _again(write, record, modified, error)

    def turtle_head(self) -> bytes:
        """Return the prefix lines of a Turtle document."""
        return turtle.head(self.context)

    def jsonld(self, record: Record) -> bytes:
        """Return the record as one JSON object on one line.

        A document is `jsonld_head`, records joined by `jsonld_separator`, and `jsonld_tail`.
        """
        write = self._limited.get(record.source, self._all).jsonld
        modified = self._modified.get(record.release, ())
        try:
            return write(record, modified)
        except TypeError as error:
            return _again(write, record, modified, error)

    def jsonld_head(self) -> bytes:
        """Return the start of a JSON-LD document, with the context inline."""
        return jsonld.head(self.context)

    def jsonld_tail(self) -> bytes:
        """Return the end of a JSON-LD document."""
        return jsonld.TAIL

    def rdfxml(self, record: Record) -> bytes:
        """Return the record as node elements of RDF/XML.

        They stand between `rdfxml_head` and `rdfxml_tail`. Raises `SettingsError` where the context
        has a predicate that cannot name an element.
        """
        write = self._limited.get(record.source, self._all).rdfxml
        modified = self._modified.get(record.release, ())
        try:
            return write(record, modified)
        except UnicodeEncodeError:
            return write(without_surrogates(record), modified)

    def rdfxml_head(self) -> bytes:
        """Return the start of an RDF/XML document."""
        return rdfxml.head(self.context.prefixes)

    def rdfxml_tail(self) -> bytes:
        """Return the end of an RDF/XML document."""
        return rdfxml.TAIL

    def problems(self, record: Record) -> list[Issue]:
        """Return a warning for each value that is left out or not published as it stands."""
        if not is_identifier(record.id):
            message = (
                "The identifier cannot be part of an IRI, so the record is not published."
                " Expected a minted one such as source-abcdefghij; this is a fault of the program,"
                " report it."
            )
            return [problems.issue(record, "id", record.id, message)]
        writers = self._limited.get(record.source, self._all)
        suspects = writers.find(record, self._modified.get(record.release, ()))
        return problems.issues(writers.plan, record, suspects) if suspects else []


def _again(write: Writer, record: Record, modified: tuple[str, ...], error: TypeError) -> bytes:
    """Write a record that holds lone surrogates, which orjson refuses with a `TypeError`."""
    mended = without_surrogates(record)
    if mended == record:
        raise error
    return write(mended, modified)


def compile_mapping(context_file: Path, scope: Scope) -> Mapping:
    """Read the context in `context_file` and compile it for the catalogue that `scope` describes.

    Raises `SettingsError` where the context cannot be read, uses what is not supported
    (docs/mapping.md), does not fit the fields of a record, or where an IRI of `scope` is none.
    """
    context = read_context(context_file)
    record = context.terms.get("record")
    if record is None:
        raise SettingsError(
            "term 'record': missing",
            where=context.file,
            expected='"record": {"@reverse": "foaf:primaryTopic"}, which ties each record to its'
            " resource",
        )
    for name, iri in _scope_iris(scope):
        fault = iri_fault(iri, context.names)
        if fault:
            raise SettingsError(
                f"'{iri}': {fault}", where=name, expected="an IRI in full, such as https://…"
            )
    return Mapping(context, scope)


def _scope_iris(scope: Scope) -> Iterator[tuple[str, str]]:
    """Yield the IRIs that settings gave, each with the name of its setting."""
    yield "catalogue base", scope.base
    yield "dataset", scope.dataset or scope.base
    yield "catalogue licence", scope.metadata_licence or scope.base
    for name, values in (("homepage", scope.homepages), ("collection", scope.collections)):
        for source, iri in sorted(values.items()):
            yield f"source {source}: {name}", iri or scope.base
