"""The text of a document -> a graph (pyoxigraph), as hostile as it may be; nothing is fetched."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import msgspec

from pipeline.errors import SourceError
from pipeline.extract.payloads import shown
from pipeline.extract.properties import PREFIXES
from pipeline.extract.rdf_graph import Graph, Term
from pipeline.extract.rdf_jsonld import Document, read_document
from pipeline.extract.rdf_quoting import refuse_quoted
from pipeline.extract.rdf_syntax import NAMES, Syntax
from pipeline.extract.rdf_xml import checked

if TYPE_CHECKING:
    from pyoxigraph import BlankNode, NamedNode, Quad, Triple

MOST_STATEMENTS = 2_000_000
"""Statements of one document, which take some 600 MB; 50 MB of N-Triples hold about 400,000."""

MOST_BROKEN = 10_000
"""Broken lines or nodes of one document beyond which it is given up."""

SHOWN_BROKEN = 10
"""Broken lines or nodes of one document that are named; of the others the number is told."""

LONGEST_REASON = 200
MOST_PREFIXES = 20
"""Prefixes of one document that are not declared; for each it is read once more."""

LINES_APART: frozenset[Syntax] = frozenset({"n-triples", "n-quads"})
"""Syntaxes in which a broken line says nothing about the next one."""

UNKNOWN = "urn:x-undeclared:"
UNDECLARED = re.compile(r"The prefix ([\w.-]*): has not been declared")
PLACE = re.compile(
    r"Parser error (?:at line|between line) (\d+)"
    r"(?: between columns \d+ and \d+| column \d+)?(?: and line \d+ column \d+)?: "
)

Take = Callable[[SyntaxError], None]


class Parsed(msgspec.Struct, frozen=True):
    """The graph of a document; `problems` says what was not read in some of `count` broken parts.

    `notes` tells what was doubtful about the document as a whole.
    """

    graph: Graph
    problems: tuple[str, ...] = ()
    count: int = 0
    notes: tuple[str, ...] = ()


def parse(text: str, syntax: Syntax, base: str, where: str) -> Parsed:
    """Return the graph of `text`; relative IRIs are resolved on `base` if there is one.

    Lines of N-Triples and N-Quads that are broken are left out, as is what nodes of JSON-LD must
    not say; `problems` names them. Prefixes that Turtle does not declare get their usual meaning or
    none. IRIs and language tags are kept as they are written. Raises `SourceError` with line and
    reason where a document of another syntax is broken, where nothing can be read, and for what is
    too large or nested too deep.
    """
    if syntax == "json-ld":
        return _parse_json_ld(read_document(text, where), base, where)
    if syntax == "rdf-xml":
        return Parsed(_Reading(syntax, base, where).whole(checked(text, where)).graph)
    refuse_quoted(text, where)
    if syntax in LINES_APART:
        try:
            return Parsed(_Reading(syntax, base, where).whole(text, lenient=False).graph)
        except _BrokenError:
            return _Reading(syntax, base, where).lines(text)
    return _parse_turtle(text, syntax, base, where)


class _BrokenError(SourceError):
    """A document is not in its syntax; `prefix` is one that it does not declare."""

    prefix: str | None = None


class _Reading:
    """What one document gives; blank nodes get names in their order, the same each time."""

    def __init__(self, syntax: Syntax, base: str, where: str) -> None:
        self.syntax = syntax
        self.base = base
        self.where = where
        self.graph = Graph()
        self.problems: list[str] = []
        self.count = 0
        self._statements = 0
        self._names: dict[str, str] = {}

    def whole(self, text: str, *, lenient: bool = True) -> _Reading:
        """Read a document that must not be broken anywhere."""

        def refuse(error: SyntaxError) -> None:
            broken = _broken(_told(error, text), self.syntax, self.where)
            if found := UNDECLARED.search(str(error.msg)):
                broken.prefix = found.group(1)
            raise broken

        for quad in quads(text, self.syntax, self.base, refuse, lenient=lenient):
            self._add(quad)
        return self

    def parts(self, text: str) -> _Reading:
        """Read a document of which parts may be left out."""
        for quad in quads(text, self.syntax, self.base, lambda error: self._take(_told(error))):
            self._add(quad)
        if self.problems and not self.graph.statements:
            raise _broken(self.problems[0], self.syntax, self.where)
        return self

    def lines(self, text: str) -> Parsed:
        """Read a document line by line, so that no broken line takes others with it."""
        for number, line in enumerate(text.split("\n"), 1):
            errors: list[SyntaxError] = []
            found = list(quads(line, self.syntax, self.base, errors.append)) if line else []
            if not errors:
                for quad in found:
                    self._add(quad)
                continue
            reason = shown(PLACE.sub("", str(errors[0].msg)), LONGEST_REASON)
            self._take(f"line {number}: {reason}; there: {shown(line)!r}; it was left out")
        if not self.graph.statements:
            raise _broken(self.problems[0], self.syntax, self.where)
        return Parsed(self.graph, tuple(self.problems), self.count)

    def _take(self, problem: str) -> None:
        self.count += 1
        if self.count <= SHOWN_BROKEN:
            self.problems.append(problem)
        if self.count > MOST_BROKEN:
            name = NAMES[self.syntax]
            raise SourceError(
                f"has more than {MOST_BROKEN:,} parts that are not {name}; the first: "
                f"{self.problems[0]}", where=self.where, expected=name,
                next_step="check the file, or name its syntax as 'rdf.format'",
            )  # fmt: skip

    def _add(self, quad: Quad) -> None:
        import pyoxigraph

        self._statements += 1
        if self._statements > MOST_STATEMENTS:
            raise SourceError(
                f"has more than {MOST_STATEMENTS:,} statements", where=self.where,
                expected="a part of a catalogue that fits into the memory",
                next_step="save it as several documents",
            )  # fmt: skip
        given, subject = quad.object, self._name(quad.subject)
        if isinstance(given, pyoxigraph.Literal):
            term = Term(given.value, language=given.language or "", datatype=given.datatype.value)
        elif isinstance(given, pyoxigraph.NamedNode | pyoxigraph.BlankNode):
            term = Term(self._name(given), is_node=True)
        else:  # a statement about a statement
            return
        self.graph.add(subject, quad.predicate.value, term)

    def _name(self, node: NamedNode | BlankNode | Triple) -> str:
        import pyoxigraph

        if isinstance(node, pyoxigraph.NamedNode):
            return node.value
        return self._names.setdefault(str(node), f"_:{len(self._names) + 1}")


def quads(
    text: str, syntax: Syntax, base: str, take: Take, *, lenient: bool = True
) -> Iterator[Quad]:
    """Return the statements of `text`, which has been checked; `take` gets what cannot be read.

    `lenient` takes an IRI with a blank or a tag such as de_DE: they are for clean to judge, not a
    reason to refuse a document.
    """
    import pyoxigraph

    formats = pyoxigraph.RdfFormat
    known = {
        "turtle": formats.TURTLE, "trig": formats.TRIG, "json-ld": formats.JSON_LD,
        "rdf-xml": formats.RDF_XML, "n-triples": formats.N_TRIPLES, "n-quads": formats.N_QUADS,
    }  # fmt: skip
    try:
        parser = pyoxigraph.parse(
            input=text, format=known[syntax], base_iri=base or None, lenient=lenient
        )
    except ValueError:  # the base is no IRI
        parser = pyoxigraph.parse(input=text, format=known[syntax], lenient=lenient)
    while True:
        try:
            quad = next(parser)
        except StopIteration:
            return
        except SyntaxError as error:
            take(error)
        else:
            yield quad


def _parse_turtle(text: str, syntax: Syntax, base: str, where: str) -> Parsed:
    """Return the graph of Turtle, and what its undeclared prefixes were taken for."""
    prefixes: dict[str, str] = {}
    while True:
        # On the first line, so that the lines keep their numbers.
        head = "".join(f"@prefix {name}: <{iri}> . " for name, iri in prefixes.items())
        try:
            graph = _Reading(syntax, base, where).whole(head + text).graph
        except _BrokenError as error:
            prefix = error.prefix
            if prefix is None or prefix in prefixes or len(prefixes) == MOST_PREFIXES:
                raise
            prefixes[prefix] = PREFIXES.get(prefix, f"{UNKNOWN}{prefix}:")
        else:
            notes = (_undeclared(name, iri) for name, iri in prefixes.items())
            return Parsed(graph, notes=tuple(notes))


def _parse_json_ld(document: Document, base: str, where: str) -> Parsed:
    """Return the graph of JSON-LD; its parser tells what is wrong, but not where.

    So where something is, each node is parsed alone, until enough of the faulty ones are found.
    """
    read = _Reading("json-ld", base, where).parts(document.text)
    found: list[str] = []
    if read.problems:
        for name, text in document.nodes():
            errors: list[SyntaxError] = []
            for _ in quads(text, "json-ld", base, errors.append):
                pass
            found += [f"{name} was read but for a part: {_told(error)}" for error in errors]
            if len(found) >= SHOWN_BROKEN:
                break
    return Parsed(
        read.graph, tuple((found or read.problems)[:SHOWN_BROKEN]), read.count, document.notes
    )


def _undeclared(prefix: str, iri: str) -> str:
    if iri.startswith(UNKNOWN):
        return (
            f"the prefix '{prefix}:' is not declared; what is named with it could not be "
            "understood: tell who publishes the file"
        )
    return f"the prefix '{prefix}:' is not declared; it was taken for <{iri}>"


def _told(error: SyntaxError, text: str = "") -> str:
    message = str(error.msg)
    place = PLACE.match(message)
    if not place:
        return shown(message, LONGEST_REASON)
    reason = shown(message[place.end() :], LONGEST_REASON)
    if not text:
        return reason
    line = int(place.group(1))
    there = shown(_line(text, line))
    return f"line {line}: {reason}" + (f"; there: {there!r}" if there else "")


def _line(text: str, number: int) -> str:
    start = 0
    for _ in range(number - 1):
        start = text.find("\n", start) + 1
        if not start:
            return ""
    return text[start : start + 1000].partition("\n")[0].strip()


def _broken(problem: str, syntax: Syntax, where: str) -> _BrokenError:
    return _BrokenError(
        f"is not {NAMES[syntax]}: {problem}", where=where, expected=NAMES[syntax],
        next_step="correct a copy of the file, or tell who publishes it; if it is in another "
        "syntax, name that as 'rdf.format'",
    )  # fmt: skip
