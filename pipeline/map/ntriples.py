"""The N-Triples writer: one line a triple, canonical escapes, lines sorted within a record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pipeline.map.document import NODES, Planned
from pipeline.map.lexical import Memo, canonical
from pipeline.map.plan import DATATYPES, Plan
from pipeline.map.program import Program
from pipeline.map.term import RDF, Term
from pipeline.map.values import (
    Pieces,
    Syntax,
    write_end,
    write_record_node,
    write_start,
    write_values,
)
from pipeline.model import Record

TYPE: Final = f"<{RDF}type> ".encode()
TYPES: Final = "types[record.classes].replace(ZERO, s)"
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
        "canonical": in_canonical_order,
        "reorder": reorder,
        "distinct": distinct,
        "iri": Memo(lambda value: _line_end(plan.reference(value))),
        "vocabulary": Memo(lambda value: _line_end(plan.vocabulary_reference(value))),
        "tag": Memo(lambda value: f"@{tag} .\n".encode() if (tag := plan.tag(value)) else b" .\n"),
        "datatype": {kind: b"^^" + _line_end(iri) for kind, iri in DATATYPES.items()},
        "types": Memo(lambda classes: _type_lines(plan, classes)),
    }
    others = {}
    for field, term in plan.others:
        program = Program(names)
        program.line(0, "def other(values, s, parts):")
        write_values(program, 1, field, term, SYNTAX)
        others[field.name] = program.function("other")

    (record,) = (planned for planned in plan.resource if planned[0].kind == "record")
    program = Program(names)
    program.line(0, "def record_node(record, modified, identifier):")
    program.line(1, "parts = []; resource = b'<' + resource_base + identifier + b'> '")
    _node(program, 1, plan, record, "b'<' + record_base + identifier + b'> '")
    program.line(1, "return b''.join(parts)")
    names["record_node"] = program.function("record_node")

    program = Program(names | {"others": others})
    write_start(program)
    program.line(1, f"parts = []; ordered = {_is_ordered(plan)}")
    program.line(1, "root = b'<' + resource_base + identifier; resource = root + b'> '")
    write_record_node(program)
    for planned in sorted(plan.resource, key=lambda planned: planned[0].name):
        if planned[0].kind in NODES and planned[0].kind != "record":
            _nodes(program, plan, planned)
    program.line(1, "s = resource")
    _resource(program, plan)
    if others:
        program.line(1, "for name in record.other:")
        program.line(2, "if name in others:")
        program.line(3, "others[name](record.other[name], s, parts); ordered = False")
    program.line(1, "text = b''.join(parts)")
    program.line(1, "if not ordered: text = reorder(text)")
    write_end(program)
    write: Writer = program.function("write")
    return write


def _line_end(iri: str) -> bytes:
    return f"<{iri}> .\n".encode() if iri else b""


def _type_lines(plan: Plan, classes: tuple[str, ...]) -> bytes:
    """Return the resource's type lines, with a zero byte for the subject."""
    iris = plan.resource_classes(classes)
    return b"".join(distinct([b"\0" + TYPE + _line_end(iri) for iri in iris]))


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


def _dated(_: Program, __: Term, value: str) -> Pieces:
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


SYNTAX: Final = Syntax(_literal, _dated, r"f'<{v}> .\n'.encode()", _one, _several)


def _resource(program: Program, plan: Plan) -> None:
    """Write the lines whose subject is the resource, in the order of their predicates."""
    typed = False
    for field, term in sorted(plan.resource, key=_by_predicate):
        if not typed and _by_predicate((field, term)).encode() > TYPE:
            program.emit(1, TYPES)
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
                program.line(1, f"if {field.values}:")
                program.line(2, f"for o in distinct({field.name}):")
                program.emit(3, "s", predicate, "o", program.constant(b".\n"))
    if not typed:
        program.emit(1, TYPES)


def _nodes(program: Program, plan: Plan, planned: Planned) -> None:
    """Write the lines of the numbered nodes of a field, and keep them in a list of its name."""
    field, _ = planned
    program.line(1, f"if values := {field.values}:")
    program.line(2, f"number = 0; {field.name} = []")
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


def in_canonical_order(text: bytes) -> bytes:
    """Return lines in canonical form, sorted again: an escape sorts unlike its character."""
    return reorder(canonical(text))


def reorder(text: bytes) -> bytes:
    """Return lines sorted by their bytes, each once."""
    return b"".join(distinct(text.splitlines(keepends=True)))
