"""The JSON-LD writer: a record is one framed node on one line, the context stands in the head."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import orjson

from pipeline.map.context import Context
from pipeline.map.document import NODES, Field, Planned
from pipeline.map.lexical import Memo
from pipeline.map.ntriples import Writer
from pipeline.map.plan import DATATYPES, Plan
from pipeline.map.program import Program
from pipeline.map.term import Term
from pipeline.map.values import Pieces, Syntax, write_record_node, write_start, write_values
from pipeline.model import Text

SEPARATOR: Final = b",\n"
TAIL: Final = b"\n]}\n"
NO_LANGUAGE: Final = b'"@none":'


def head(context: Context) -> bytes:
    """Return the start of the document, with the context; records follow, joined by `SEPARATOR`."""
    return f'{{"@context": {context.text},\n"@graph": [\n'.encode()


def class_name(context: Context, iri: str) -> str:
    """Return the shortest name that `iri` has as a class: a term, `prefix:name`, or itself."""
    for name, term in context.terms.items():
        if term.iri == iri and name[0].isupper() and not term.reverse:
            return name
    return context.shorten(iri)


def writer(plan: Plan) -> Writer:
    """Return the function that writes a record as one JSON object on one line, without its end.

    In the compiled text `o` is a written value, `v` a value.
    """
    names = plan.names() | {
        "array": array,
        "listed": listed,
        "language_map": _language_map(plan),
        "tag": Memo(lambda value: _language_key(plan, value)),
        "iri": Memo(lambda value: _quoted(value) if plan.reference(value) else b""),
        "vocabulary": Memo(
            lambda value: _quoted(value) if plan.vocabulary_reference(value) else b""
        ),
        "datatype": {
            kind: b'{"@type":' + orjson.dumps(plan.context.shorten(iri)) + b',"@value":'
            for kind, iri in DATATYPES.items()
        },
        "classes": Memo(lambda classes: _types(plan, classes)),
    }
    others = {}
    for field, term in plan.others:
        program = Program(names)
        program.line(0, "def other(values, parts):")
        _values(program, 1, field, term)
        others[field.name] = program.function("other")

    (record,) = (planned for planned in plan.resource if planned[0].kind == "record")
    program = Program(names)
    program.line(0, "def record_node(record, modified, identifier):")
    program.line(1, "parts = []")
    _record(program, plan, record)
    program.line(1, "return b''.join(parts)")
    names["record_node"] = program.function("record_node")

    program = Program(names | {"others": others})
    write_start(program)
    program.line(1, "parts = []; root = b'\"' + resource_base + identifier")
    program.emit(1, program.constant(b'{"id":'), "root", program.constant(b'"'))
    program.emit(1, "classes[record.classes]")
    for field, term in plan.resource:
        if field.kind == "record":
            write_record_node(program)
        elif field.kind in NODES:
            _nodes(program, plan, (field, term))
        else:
            _values(program, 1, field, term)
    if others:
        program.line(1, "for name in sorted(record.other):")
        program.line(2, "if name in others: others[name](record.other[name], parts)")
    program.emit(1, program.constant(b"}"))
    program.line(1, "return b''.join(parts)")
    write: Writer = program.function("write")
    return write


def _quoted(iri: str) -> bytes:
    """Return a checked IRI or term as a JSON string: it holds nothing that needs an escape.

    orjson would do, but what it gives keeps its first, larger piece of memory: dear in a memo.
    """
    return f'"{iri}"'.encode()


def _types(plan: Plan, implied: tuple[str, ...]) -> bytes:
    """Return the key `type` with the resource's classes, or nothing where it has none."""
    found = [term.name for term in plan.classes()]
    if plan.types_are_published:
        found += [class_name(plan.context, iri) for iri in implied if plan.class_reference(iri)]
    return b',"type":' + array([orjson.dumps(name) for name in found]) if found else b""


def _language_key(plan: Plan, language: str) -> bytes:
    tag = plan.tag(language)
    return f'"{tag}":'.encode() if tag else NO_LANGUAGE


def _language_map(plan: Plan) -> Callable[[tuple[Text, ...], bool], bytes]:
    """Return the function that writes texts by language, those without one under `@none`."""
    keys: Memo[str, bytes] = Memo(lambda value: _language_key(plan, value))

    def write(texts: tuple[Text, ...], as_set: bool) -> bytes:
        by_language: dict[bytes, list[bytes]] = {}
        for text in texts:
            by_language.setdefault(keys[text.language], []).append(orjson.dumps(text.value))
        written = [
            key + (array(values) if as_set or len(values) > 1 else values[0])
            for key, values in by_language.items()
        ]
        return b"{" + b",".join(written) + b"}"

    return write


def _key(term: Term) -> bytes:
    return b"," + orjson.dumps(term.name) + b":"


def _around(term: Term) -> tuple[bytes, bytes]:
    """Return what stands before and after the values of a term."""
    start, end = (b"[", b"]") if term.as_set else (b"", b"")
    if term.by_language:
        start, end = b"{" + NO_LANGUAGE + start, end + b"}"
    return start, end


def _literal(_: Program, __: Term, value: str, ___: str) -> Pieces:
    return [f"dumps({value})"]


def _dated(_: Program, __: Term, value: str) -> Pieces:
    return ["datatype[v.precision]", f"dumps({value})", "b'}'"]


def _one(program: Program, depth: int, term: Term, pieces: Pieces) -> None:
    start, end = _around(term)
    program.emit(depth, program.constant(_key(term) + start), *pieces, program.constant(end))


def _several(program: Program, depth: int, term: Term, objects: str) -> None:
    _one(program, depth, term, [f"{'listed' if term.as_set else 'array'}({objects})"])


SYNTAX: Final = Syntax(_literal, _dated, "f'\"{v}\"'.encode()", _one, _several)


def _values(program: Program, depth: int, field: Field, term: Term) -> None:
    """Write the key and values of a field that holds texts, strings or a date."""
    if not (term.by_language and field.kind == "texts"):
        write_values(program, depth, field, term, SYNTAX)
        return
    start, end = (b"[", b"]}") if term.as_set else (b"", b"}")
    opening = program.constant(_key(term) + b"{")
    text, inner = field.values, depth
    if not field.always_one:
        text, inner = "v", depth + 2
        program.line(depth, f"if values := {field.values}:")
        program.line(depth + 1, "if len(values) == 1:")
        program.line(inner, "v, = values")
    pieces = (program.constant(start), f"dumps({text}.value)", program.constant(end))
    program.emit(inner, opening, f"tag[{text}.language]", *pieces)
    if not field.always_one:
        program.line(depth + 1, "else:")
        whole = f"language_map(values, {term.as_set})"
        program.emit(depth + 2, program.constant(_key(term)), whole)


def _nodes(program: Program, plan: Plan, planned: Planned) -> None:
    """Write the key of a field that holds numbered nodes, and the nodes."""
    field, term = planned
    program.line(1, f"values = {field.values}")
    program.line(1, "if values:")
    one = "False" if term.as_set else "len(values) == 1"
    key = _key(term)
    whole, opening = program.constant(key), program.constant(key + b"[")
    program.line(2, f"number = 0; start = {whole} if {one} else {opening}")
    program.line(2, "for item in values:")
    program.line(3, "number += 1")
    program.line(3, f"node = b'%b#{field.name}-%d\"' % (root, number)")
    if field.kind == "agents":
        program.line(3, "if item.iri and (o := iri[item.iri]): node = o")
    program.emit(3, "start", program.constant(b'{"id":'), "node")
    _inside(program, 3, plan, field)
    program.line(3, "start = b','")
    program.line(2, f"if not {one}: parts.append(b']')")


def _record(program: Program, plan: Plan, planned: Planned) -> None:
    """Write the key of the record's own node, and the node."""
    field, term = planned
    start, end = _around(term)
    program.emit(1, program.constant(_key(term) + start + b'{"id":"'), "record_base")
    program.emit(1, "identifier", program.constant(b'"'))
    _inside(program, 1, plan, field)
    program.emit(1, program.constant(end))


def _inside(program: Program, depth: int, plan: Plan, field: Field) -> None:
    """Write a node's class and fields, and its closing brace."""
    for kind in plan.classes(field.kind):
        program.emit(depth, program.constant(b',"type":' + orjson.dumps(kind.name)))
    for inner in plan.nodes[field.kind]:
        _values(program, depth, *inner)
    program.emit(depth, program.constant(b"}"))


def listed(values: list[bytes]) -> bytes:
    """Return written values as the inside of a JSON array, each once."""
    return b",".join(dict.fromkeys(values))


def array(values: list[bytes]) -> bytes:
    """Return written values as a JSON array, each once."""
    return b"[" + listed(values) + b"]"
