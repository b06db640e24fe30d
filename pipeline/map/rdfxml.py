"""The RDF/XML writer: an element a subject and a predicate, sorted, diffable.

What XML cannot hold is dealt with here: predicates that cannot name an element are refused,
characters that XML 1.0 forbids become U+FFFD (`Mapping.problems` reports them), and carriage
returns are written so that no XML parser turns them into line feeds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from pipeline.errors import SettingsError
from pipeline.map.document import NODES, Planned
from pipeline.map.lexical import QNAME_TAIL, REPLACEMENT, XML_FORBIDDEN, Memo
from pipeline.map.ntriples import Writer
from pipeline.map.plan import DATATYPES, Plan
from pipeline.map.program import Program
from pipeline.map.term import RDF, Term
from pipeline.map.values import (
    Pieces,
    Syntax,
    compile_others,
    compile_record_node,
    write_others,
    write_record_node,
    write_start,
    write_values,
)

TAIL: Final = b"</rdf:RDF>\n"
OPENING: Final = b'\t<rdf:Description rdf:about="'
OPENED: Final = b'">\n'
CLOSING: Final = b"\t</rdf:Description>\n"
RESOURCE: Final = b' rdf:resource="'
EMPTY: Final = b'"/>\n'  # the end of an element without content
TYPE: Final = b"\t\t<rdf:type" + RESOURCE
# Names that the syntax keeps for itself (RDF 1.1 XML Syntax, section 5.1), and one that it renames.
RESERVED: Final = frozenset(
    RDF + name
    for name in ("RDF", "Description", "ID", "about", "parseType", "resource", "nodeID",
                 "datatype", "li", "aboutEach", "aboutEachPrefix", "bagID")
)  # fmt: skip
_SPECIAL: Final = re.compile(f"[&<>\r{XML_FORBIDDEN.pattern[1:-1]}]")
_ESCAPES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}


def head(prefixes: Mapping[str, str]) -> bytes:
    """Return the XML declaration and the root element with its namespaces."""
    names = {"rdf": RDF} | _usable(prefixes)
    lines = "".join(f'\n    xmlns:{name}="{escape(iri)}"' for name, iri in sorted(names.items()))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{lines}>\n'.encode()


def writer(plan: Plan) -> Writer:
    """Return the function that writes a record as node elements, to stand between head and `TAIL`.

    In the compiled text `s` is the subject's IRI, `o` an object: what follows the name of its
    element, to the end of the line; `v` a value. Raises `SettingsError` where a predicate cannot
    name an element.
    """
    return _RdfXml(plan).writer()


def escape(text: str) -> str:
    """Return text as it may stand in an element, or an IRI as it may stand in an attribute.

    >>> escape("a < b & c")
    'a &lt; b &amp; c'
    """
    if _SPECIAL.search(text) is None:
        return text
    return _SPECIAL.sub(lambda match: _ESCAPES.get(match[0], REPLACEMENT), text)


def escaped(text: str) -> bytes:
    """Return `escape(text)` in UTF-8."""
    return escape(text).encode()


class _RdfXml:
    """The context's ways of writing RDF/XML, for one plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.prefixes = {iri: name for name, iri in _usable(plan.context.prefixes).items()}
        self.prefixes[RDF] = "rdf"
        plain = "b' rdf:resource=\"' + v.replace('&', '&amp;').encode() + b'\"/>\\n'"
        self.syntax = Syntax(self.literal, self.dated, f"({plain})", self.one, self.several)

    def element(self, iri: str) -> tuple[bytes, bytes]:
        """Return the name of a predicate's element, and what declares its prefix if need be."""
        local = QNAME_TAIL.search(iri)
        if local is None or iri in RESERVED:
            raise SettingsError(
                f"<{iri}> cannot be written in RDF/XML as the name of an element",
                expected="predicates whose IRIs end in a name beginning with a letter or '_', and"
                " none that RDF/XML keeps for itself",
                next_step="give the term of the context another IRI",
            )
        namespace = iri[: local.start()]
        # The longest namespace that has a prefix and leaves a name.
        for known in sorted(self.prefixes, key=len, reverse=True):
            rest = iri[len(known) :]
            if iri.startswith(known) and QNAME_TAIL.fullmatch(rest):
                return f"{self.prefixes[known]}:{rest}".encode(), b""
        return b"ns:" + local[0].encode(), f' xmlns:ns="{escape(namespace)}"'.encode()

    def writer(self) -> Writer:
        plan = self.plan
        names = plan.names()
        names |= {
            "text": escaped,
            "resource_base": escaped(f"{plan.scope.base}resource/"),
            "record_base": escaped(f"{plan.scope.base}record/"),
            "iri": Memo(lambda value: self.resource(plan.reference(value))),
            "vocabulary": Memo(lambda value: self.resource(plan.vocabulary_reference(value))),
            "full": Memo(lambda value: escaped(plan.reference(value))),
            "tag": Memo(
                lambda value: f' xml:lang="{tag}">'.encode() if (tag := plan.tag(value)) else b">"
            ),
            "datatype": {kind: self.datatype(iri) for kind, iri in DATATYPES.items()},
            "classes": Memo(self.classes),
        }
        others = compile_others(plan, names, self.syntax)
        names["record_node"] = compile_record_node(
            plan, names, "resource_base + identifier", self.nodes
        )
        program = Program(names | {"others": others})
        write_start(program)
        program.line(1, "resource = s = resource_base + identifier")
        program.line(1, "parts = []; backwards = []")
        opening, opened = program.constant(OPENING), program.constant(OPENED)
        program.emit(1, opening, "s", opened, "classes[record.classes]")
        for planned in self.in_order(plan.resource):
            if planned[0].kind not in NODES:
                write_values(program, 1, *planned, self.syntax)
            elif planned[0].kind == "record" or not planned[1].reverse:
                self.links(program, planned)
        if others:
            write_others(program)
        program.emit(1, program.constant(CLOSING))
        for planned in plan.resource:
            if planned[0].kind == "record":
                write_record_node(program)
            elif planned[0].kind in NODES:
                self.nodes(program, planned)
        program.line(1, "return b''.join(parts + backwards if backwards else parts)")
        write: Writer = program.function("write")
        return write

    def in_order(self, node: list[Planned]) -> list[Planned]:
        return sorted(node, key=lambda planned: planned[1].iri)

    def resource(self, iri: str) -> bytes:
        return RESOURCE + escaped(iri) + EMPTY if iri else b""

    def datatype(self, iri: str) -> bytes:
        return f' rdf:datatype="{escape(iri)}">'.encode()

    def classes(self, implied: tuple[str, ...]) -> bytes:
        """Return the lines of the resource's classes."""
        iris = sorted(set(self.plan.resource_classes(implied)))
        return b"".join(TYPE + escaped(iri) + EMPTY for iri in iris)

    def literal(self, program: Program, term: Term, value: str, language: str) -> Pieces:
        start = program.constant(b">")
        if language:
            start = f"tag[{language}]"
        elif term.datatype:
            start = program.constant(self.datatype(term.datatype))
        elif term.language:
            start = program.constant(f' xml:lang="{term.language}">'.encode())
        return [start, f"text({value})", program.constant(self.end(term))]

    def dated(self, program: Program, term: Term, value: str) -> Pieces:
        return ["datatype[v.precision]", f"text({value})", program.constant(self.end(term))]

    def end(self, term: Term) -> bytes:
        return b"</" + self.element(term.iri)[0] + b">\n"

    def start(self, term: Term) -> bytes:
        name, declaration = self.element(term.iri)
        return b"\t\t<" + name + declaration

    def one(self, program: Program, depth: int, term: Term, pieces: Pieces) -> None:
        if not term.reverse:
            program.emit(depth, program.constant(self.start(term)), *pieces)
            return
        constants = (OPENING, OPENED + self.start(term) + RESOURCE, EMPTY + CLOSING)
        before, between, after = map(program.constant, constants)
        subject = f"o[{len(RESOURCE)}:-{len(EMPTY)}]"
        program.line(depth, f"backwards += ({before}, {subject}, {between}, s, {after})")

    def several(self, program: Program, depth: int, term: Term, objects: str) -> None:
        program.line(depth, f"for o in sorted(set({objects})):")
        self.one(program, depth + 1, term, ["o"])

    def links(self, program: Program, planned: Planned) -> None:
        """Write the elements that lead from the resource to the nodes of a field."""
        field, term = planned
        start, end = program.constant(self.start(term) + RESOURCE), program.constant(EMPTY)
        if field.kind == "record":
            if not term.reverse:
                program.emit(1, start, "record_base", "identifier", end)
            return
        program.line(1, f"if {field.values}:")
        program.line(2, "number = 0; objects = set()")
        program.line(2, f"for item in {field.values}:")
        program.line(3, "number += 1")
        self.subject(program, 3, planned)
        program.line(3, "objects.add(s)")
        program.line(2, "s = resource")
        program.line(2, "for o in sorted(objects):")
        program.emit(3, start, "o", end)

    def subject(self, program: Program, depth: int, planned: Planned) -> None:
        """Set `s` to the IRI of the node that is `item`, the one of that `number`."""
        program.line(depth, f"s = b'%b#{planned[0].name}-%d' % (resource, number)")
        if planned[0].kind == "agents":
            program.line(depth, "if item.iri and (o := full[item.iri]): s = o")

    def nodes(self, program: Program, planned: Planned) -> None:
        """Write the elements of the nodes of a field."""
        field, term = planned
        depth = 1
        if field.kind == "record":
            program.line(1, "s = record_base + identifier")
        else:
            depth = 2
            program.line(1, "number = 0")
            program.line(1, f"for item in {field.values}:")
            program.line(depth, "number += 1")
            self.subject(program, depth, planned)
        types = b"".join(TYPE + escaped(kind.iri) + EMPTY for kind in self.plan.classes(field.kind))
        opening, opened = program.constant(OPENING), program.constant(OPENED + types)
        program.emit(depth, opening, "s", opened)
        if term.reverse:
            start, end = program.constant(self.start(term) + RESOURCE), program.constant(EMPTY)
            program.emit(depth, start, "resource", end)
        for inner in self.in_order(self.plan.nodes[field.kind]):
            write_values(program, depth, *inner, self.syntax)
        program.emit(depth, program.constant(CLOSING))


def _usable(prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return the prefixes, one a namespace, without names that XML keeps for itself."""
    by_namespace: dict[str, str] = {}
    for name, iri in sorted(prefixes.items()):
        if not name.lower().startswith("xml") and name != "rdf" and iri != RDF:
            by_namespace.setdefault(iri, name)
    return {name: iri for iri, name in by_namespace.items()}
