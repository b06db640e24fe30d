"""The Turtle writer: prefixes, grouped by subject, one predicate a line, sorted, diffable."""

from __future__ import annotations

from typing import Final

from pipeline.map.context import Context
from pipeline.map.document import NODES, Planned
from pipeline.map.lexical import Memo, canonical
from pipeline.map.ntriples import Writer, distinct
from pipeline.map.plan import DATATYPES, Plan
from pipeline.map.program import Program
from pipeline.map.term import Term
from pipeline.map.values import (
    Pieces,
    Syntax,
    compile_others,
    compile_record_node,
    write_end,
    write_others,
    write_record_node,
    write_start,
    write_values,
)

PREDICATE_BREAK: Final = b" ;\n    "
OBJECT_BREAK: Final = b" ,\n        "
SUBJECT_END: Final = b" .\n\n"


def head(context: Context) -> bytes:
    """Return the prefix lines and a blank one."""
    lines = [f"@prefix {name}: <{iri}> .\n" for name, iri in sorted(context.prefixes.items())]
    return "".join([*lines, "\n"]).encode()


def show(context: Context, iri: str) -> str:
    """Return `iri` as Turtle writes it: shortened where a prefix fits, in brackets where not."""
    short = context.shorten(iri)
    return f"<{iri}>" if short == iri else short


def writer(plan: Plan) -> Writer:
    """Return the function that writes a record as Turtle without prefix lines.

    In the compiled text `s` is the subject in brackets, `o` an object, `v` a value.
    """
    return _Turtle(plan).writer()


class _Turtle:
    """The context's ways of writing Turtle, for one plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.syntax = Syntax(self.literal, self.dated, "f'<{v}>'.encode()", self.one, self.several)

    def show(self, iri: str) -> bytes:
        return show(self.plan.context, iri).encode() if iri else b""

    def predicate(self, term: Term) -> bytes:
        return PREDICATE_BREAK + self.show(term.iri) + b" "

    def in_order(self, node: list[Planned]) -> list[Planned]:
        return sorted(node, key=lambda planned: self.show(planned[1].iri))

    def writer(self) -> Writer:
        plan = self.plan
        names = plan.names() | {
            "canonical": canonical,
            "many": many,
            "first_predicate": first_predicate,
            "iri": Memo(lambda value: self.show(plan.reference(value))),
            "vocabulary": Memo(lambda value: self.show(plan.vocabulary_reference(value))),
            "full": Memo(lambda value: f"<{i}>".encode() if (i := plan.reference(value)) else b""),
            "tag": Memo(lambda value: f"@{tag}".encode() if (tag := plan.tag(value)) else b""),
            "datatype": {kind: b"^^" + self.show(iri) for kind, iri in DATATYPES.items()},
            "classes": Memo(self.classes),
        }
        others = compile_others(plan, names, self.syntax)
        names["record_node"] = compile_record_node(
            plan, names, "b'<' + resource_base + identifier + b'>'", self.nodes
        )
        program = Program(names | {"others": others})
        write_start(program)
        program.line(1, "root = b'<' + resource_base + identifier; s = resource = root + b'>'")
        program.line(1, "parts = [s, classes[record.classes]]; backwards = []")
        for planned in self.in_order(plan.resource):
            if planned[0].kind not in NODES:
                write_values(program, 1, *planned, self.syntax)
            elif planned[0].kind == "record" or not planned[1].reverse:
                self.links(program, planned)
        if others:
            write_others(program)
        program.emit(1, program.constant(SUBJECT_END))
        program.line(1, "if not parts[1]: first_predicate(parts, 0)")
        for planned in plan.resource:
            if planned[0].kind == "record":
                write_record_node(program)
            elif planned[0].kind in NODES:
                self.nodes(program, planned)
        program.line(1, "text = b''.join(parts + backwards if backwards else parts)")
        write_end(program)
        write: Writer = program.function("write")
        return write

    def classes(self, implied: tuple[str, ...]) -> bytes:
        """Return ` a` and the resource's classes, or nothing where it has none."""
        objects = distinct([self.show(iri) for iri in self.plan.resource_classes(implied)])
        return b" a " + b", ".join(objects) if objects else b""

    def literal(self, program: Program, term: Term, value: str, language: str) -> Pieces:
        if language:
            return [f"dumps({value})", f"tag[{language}]"]
        end = f"@{term.language}".encode() if term.language else b""
        if term.datatype:
            end = b"^^" + self.show(term.datatype)
        return [f"dumps({value})", program.constant(end)]

    def dated(self, _: Program, __: Term, value: str) -> Pieces:
        return [f"dumps({value})", "datatype[v.precision]"]

    def one(self, program: Program, depth: int, term: Term, pieces: Pieces) -> None:
        if not term.reverse:
            program.emit(depth, program.constant(self.predicate(term)), *pieces)
            return
        predicate = program.constant(b" " + self.show(term.iri) + b" ")
        end = program.constant(SUBJECT_END)
        program.line(depth, f"backwards += ({', '.join(pieces)}, {predicate}, s, {end})")

    def several(self, program: Program, depth: int, term: Term, objects: str) -> None:
        if term.reverse:
            program.line(depth, f"for o in sorted(set({objects})):")
            self.one(program, depth + 1, term, ["o"])
        else:
            self.one(program, depth, term, [f"many({objects})"])

    def links(self, program: Program, planned: Planned) -> None:
        """Write the predicate that leads from the resource to the nodes of a field."""
        field, term = planned
        predicate = program.constant(self.predicate(term))
        if field.kind == "record":
            if not term.reverse:
                opening, end = program.constant(b"<"), program.constant(b">")
                program.emit(1, predicate, opening, "record_base", "identifier", end)
            return
        program.line(1, f"if {field.values}:")
        program.line(2, "number = 0; objects = []")
        program.line(2, f"for item in {field.values}:")
        program.line(3, "number += 1")
        self.subject(program, 3, planned)
        program.line(3, "objects.append(s)")
        program.line(2, "s = resource")
        self.one(program, 2, term, ["many(objects)"])

    def subject(self, program: Program, depth: int, planned: Planned) -> None:
        """Set `s` to the node that is `item`, the one of that `number`."""
        program.line(depth, f"s = b'%b#{planned[0].name}-%d>' % (root, number)")
        if planned[0].kind == "agents":
            program.line(depth, "if item.iri and (o := full[item.iri]): s = o")

    def nodes(self, program: Program, planned: Planned) -> None:
        """Write the blocks of the nodes of a field."""
        field, term = planned
        depth = 1
        if field.kind == "record":
            program.line(1, "s = b'<' + record_base + identifier + b'>'")
        else:
            depth = 2
            program.line(1, "number = 0")
            program.line(1, f"for item in {field.values}:")
            program.line(depth, "number += 1")
            self.subject(program, depth, planned)
        classes = [self.show(kind.iri) for kind in self.plan.classes(field.kind)]
        if not classes:
            program.line(depth, "start = len(parts)")
        types = b" a " + classes[0] if classes else b""
        program.emit(depth, "s", program.constant(types))
        if term.reverse:
            program.emit(depth, program.constant(self.predicate(term)), "resource")
        for inner in self.in_order(self.plan.nodes[field.kind]):
            write_values(program, depth, *inner, self.syntax)
        program.emit(depth, program.constant(SUBJECT_END))
        if not classes:
            program.line(depth, "first_predicate(parts, start)")


def first_predicate(parts: list[bytes], start: int) -> None:
    """Mend, in `parts`, a block without classes: nothing may stand before its first predicate.

    The block begins at `start` with its subject; one without any predicate is taken out.
    """
    block = b"".join(parts[start:])
    subject, found, rest = block.partition(PREDICATE_BREAK)
    parts[start:] = [subject, b" ", rest] if found else []


def many(objects: list[bytes]) -> bytes:
    """Return the objects of one predicate, each once, sorted, one a line."""
    return OBJECT_BREAK.join(distinct(objects))
