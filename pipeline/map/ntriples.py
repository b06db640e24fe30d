"""The N-Triples writer: one line a triple, canonical escapes, lines sorted within a record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pipeline.map.document import NODES, Planned
from pipeline.map.lexical import Memo, canonical
from pipeline.map.plan import DATATYPES, Plan
from pipeline.map.program import Program
from pipeline.map.term import RDF, Term
from pipeline.map.values import Pieces, Syntax, write_values
from pipeline.model import Record

TYPE: Final = f"<{RDF}type> ".encode()
SORTED_NODES: Final = 9
"""Up to so many, numbered nodes are in the order of their bytes: `#creator-10` < `#creator-2`."""

Writer = Callable[[Record, tuple[str, ...]], bytes]
"""Takes a record and its datestamp (no or one `xsd:dateTime`); gives UTF-8."""


def writer(plan: Plan) -> Writer:
    """Return the function that writes a record as sorted N-Triples.

    In the compiled text `s` is the subject with its brackets and a blank, `o` an object with the
    end of the line, `v` a value. The lines are written in the order of their bytes wherever that
    is known beforehand; `ordered` turns false where it is not, and then they are sorted.
    """
    names = plan.names() | {
        "finish": finish,
        "distinct": distinct,
        "iri": Memo(lambda value: _line_end(plan.reference(value))),
        "vocabulary": Memo(lambda value: _line_end(plan.vocabulary_reference(value))),
        "tag": Memo(lambda value: f"@{tag} .\n".encode() if (tag := plan.tag(value)) else b" .\n"),
        "datatype": {kind: b"^^" + _line_end(iri) for kind, iri in DATATYPES.items()},
        "classes": Memo(lambda classes: _type_objects(plan, classes)),
    }
    others = {}
    for field, term in plan.others:
        program = Program(names)
        program.line(0, "def other(values, s, parts):")
        write_values(program, 1, field, term, SYNTAX)
        others[field.name] = program.function("other")

    program = Program(names | {"others": others})
    program.line(0, "def write(record, modified):")
    program.line(1, "identifier = record.id.encode()")
    program.line(1, f"parts = []; ordered = {_is_ordered(plan)}")
    program.line(1, "root = b'<' + resource_base + identifier; resource = root + b'> '")
    for planned in plan.resource:
        if planned[0].kind == "record":
            _node(program, 1, plan, planned, "b'<' + record_base + identifier + b'> '")
    for planned in sorted(plan.resource, key=lambda planned: planned[0].name):
        if planned[0].kind in NODES and planned[0].kind != "record":
            _nodes(program, plan, planned)
    program.line(1, "s = resource")
    _resource(program, plan)
    if others:
        program.line(1, "for name in record.other:")
        program.line(2, "if name in others:")
        program.line(3, "others[name](record.other[name], s, parts); ordered = False")
    program.line(1, "return finish(parts, ordered)")
    write: Writer = program.function("write")
    return write


def _line_end(iri: str) -> bytes:
    return f"<{iri}> .\n".encode() if iri else b""


def _type_objects(plan: Plan, classes: tuple[str, ...]) -> list[bytes]:
    """Return the ends of the resource's type lines."""
    iris = [term.iri for term in plan.classes()]
    if plan.types_are_published:
        iris += [plan.class_reference(iri) for iri in classes]
    return distinct([_line_end(iri) for iri in iris if iri])


def _by_predicate(planned: Planned) -> str:
    return f"<{planned[1].iri}> "


def _is_ordered(plan: Plan) -> bool:
    """Return whether lines in order of node, predicate and object are in order of their bytes."""
    subjects = [[term.iri for _, term in plan.resource if not term.reverse]]
    for field, term in plan.resource:
        if field.kind in NODES:
            inner = [term.iri for _, term in plan.nodes[field.kind]]
            subjects.append([*inner, term.iri] if term.reverse else inner)
        elif term.reverse:
            return False
    return all(len({*predicates, RDF + "type"}) > len(predicates) for predicates in subjects)


def _literal(program: Program, term: Term, value: str, language: str) -> Pieces:
    if language:
        return [f"dumps({value})", f"tag[{language}]"]
    end = f"^^<{term.datatype}>" if term.datatype else f"@{term.language}" if term.language else ""
    return [f"dumps({value})", program.constant(f"{end} .\n".encode())]


def _dated(_: Term, value: str) -> Pieces:
    return [f"dumps({value})", "datatype[v.precision]"]


def _one(program: Program, depth: int, term: Term, pieces: Pieces) -> None:
    predicate = program.constant(f"<{term.iri}> ".encode())
    if term.reverse:
        program.emit(depth, "o[:-2]", predicate, "s", program.constant(b".\n"))
    else:
        program.emit(depth, "s", predicate, *pieces)


def _several(program: Program, depth: int, term: Term, objects: str) -> None:
    program.line(depth, f"for o in distinct({objects}):")
    _one(program, depth + 1, term, ["o"])


SYNTAX: Final = Syntax(_literal, _dated, _one, _several)


def _resource(program: Program, plan: Plan) -> None:
    """Write the lines whose subject is the resource, in the order of their predicates."""
    typed = False
    for field, term in sorted(plan.resource, key=_by_predicate):
        if not typed and _by_predicate((field, term)).encode() > TYPE:
            _types(program)
            typed = True
        if field.kind not in NODES:
            write_values(program, 1, field, term, SYNTAX)
        elif not term.reverse:
            predicate = program.constant(f"<{term.iri}> ".encode())
            if field.kind == "record":
                end = program.constant(b"> .\n")
                opening = program.constant(b"<")
                program.emit(1, "s", predicate, opening, "record_base", "identifier", end)
            else:
                program.line(1, f"if {field.name}:")
                program.line(2, f"for o in distinct({field.name}):")
                program.emit(3, "s", predicate, "o", program.constant(b".\n"))
    if not typed:
        _types(program)


def _types(program: Program) -> None:
    program.line(1, "for o in classes[record.classes]:")
    program.emit(2, "s", program.constant(TYPE), "o")


def _nodes(program: Program, plan: Plan, planned: Planned) -> None:
    """Write the lines of the numbered nodes of a field, and keep them in a list of its name."""
    field, _ = planned
    program.line(1, f"values = {field.values}; {field.name} = []")
    program.line(1, "if values:")
    program.line(2, "number = 0")
    program.line(2, f"if len(values) > {SORTED_NODES}: ordered = False")
    program.line(2, "for item in values:")
    program.line(3, "number += 1")
    _node(program, 3, plan, planned, f"b'%b#{field.name}-%d> ' % (root, number)")
    program.line(3, f"{field.name}.append(s)")


def _node(program: Program, depth: int, plan: Plan, planned: Planned, node: str) -> None:
    """Write the lines whose subject is a node of the resource."""
    field, term = planned
    program.line(depth, f"s = {node}")
    if field.kind == "agents":
        program.line(depth, "if item.iri and (o := iri[item.iri]): s = o[:-2]; ordered = False")
    steps: list[tuple[bytes, Planned | None]] = [
        (_by_predicate(inner).encode(), inner) for inner in plan.nodes[field.kind]
    ]
    steps += [(TYPE + _line_end(kind.iri), None) for kind in plan.classes(field.kind)]
    link = f"<{term.iri}> ".encode()
    if term.reverse:
        steps.append((link, None))
    for start, inner in sorted(steps, key=lambda step: step[0]):
        if inner is not None:
            write_values(program, depth, *inner, SYNTAX)
        elif start == link:
            program.emit(depth, "s", program.constant(link), "resource", program.constant(b".\n"))
        else:
            program.emit(depth, "s", program.constant(start))


def distinct(objects: list[bytes]) -> list[bytes]:
    """Return objects sorted by their bytes, each once."""
    return sorted(set(objects))


def finish(parts: list[bytes], ordered: bool) -> bytes:
    """Return the lines that `parts` make, in order, each once, with canonical escapes."""
    text = b"".join(parts)
    if not ordered:
        text = b"".join(distinct(text.splitlines(keepends=True)))
    return canonical(text) if needs_care(text) else text


def needs_care(text: bytes) -> bool:
    """Return whether `text` may hold an escape that is not canonical: a few quick searches."""
    return (b"\\" in text and b"\\u" in text) or b"\x7f" in text or b"\xef" in text
