"""The part of a compiled writer that goes through the values of one field, alike in each syntax."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from pipeline.map.document import Field, Planned
from pipeline.map.lexical import MEMO_LIMIT
from pipeline.map.plan import Plan
from pipeline.map.program import Program
from pipeline.map.term import Term

Pieces = list[str]
"""Expressions of bytes, to be joined."""


class Syntax(msgspec.Struct, frozen=True):
    """How a syntax writes the values of a field.

    `literal` gives the pieces of a literal for the expressions of its text and of its language
    (empty: the field has none), `dated` those of a date whose precision types it. `plain` is the
    expression that writes an IRI `v` without looking for a shorter form. `one` adds one value with
    what belongs around it; `several` adds the values of a list that has at least one.
    """

    literal: Callable[[Program, Term, str, str], Pieces]
    dated: Callable[[Program, Term, str], Pieces]
    plain: str
    one: Callable[[Program, int, Term, Pieces], None]
    several: Callable[[Program, int, Term, str], None]


def write_values(program: Program, depth: int, field: Field, term: Term, syntax: Syntax) -> None:
    """Write a field of texts, strings or a date: nothing where there is no value."""
    if field.kind == "date":
        _write_date(program, depth, field, term, syntax)
        return
    value = _value(field)
    if term.is_reference:
        found = f"{'iri' if term.coercion == '@id' else 'vocabulary'}[{value}]"
        several = f"[x for v in values if (x := {found})]"
        if field.seldom_twice and term.coercion == "@id":
            found = f"{syntax.plain} if plain({value}) else {found}"
    else:
        language = _language(field) if term.by_language else ""
        pieces = syntax.literal(program, term, value, language)
        found, several = "", f"[{' + '.join(pieces)} for v in values]"
    inner = depth
    if not field.always_one:
        inner = depth + 2
        program.line(depth, f"if values := {field.values}:")
        program.line(depth + 1, "if len(values) == 1:")
        program.line(inner, "v, = values")
    if found:
        program.line(inner, f"if o := {found}:")
        syntax.one(program, inner + 1, term, ["o"])
    else:
        syntax.one(program, inner, term, pieces)
    if not field.always_one:
        program.line(depth + 1, f"elif o := {several}:")
        syntax.several(program, depth + 2, term, "o")


def _write_date(program: Program, depth: int, field: Field, term: Term, syntax: Syntax) -> None:
    text = "v.value"
    pieces = (
        syntax.literal(program, term, text, "")
        if term.coercion
        else syntax.dated(program, term, text)
    )
    program.line(depth, f"v = {field.values}")
    program.line(depth, "if v is not None:")
    syntax.one(program, depth + 1, term, pieces)


def _value(field: Field) -> str:
    """Return the expression of the text of one value."""
    whole = field.values if field.always_one else "v"
    return f"{whole}.value" if field.kind == "texts" else whole


def _language(field: Field) -> str:
    """Return the expression of the language of one value; empty where the field has none."""
    whole = field.values if field.always_one else "v"
    return f"{whole}.language" if field.kind == "texts" else ""


def compile_others(
    plan: Plan, names: Mapping[str, object], syntax: Syntax
) -> dict[str, Callable[..., None]]:
    """Return, by field, the functions that write the fields which only the context knows."""
    others: dict[str, Callable[..., None]] = {}
    for field, term in plan.others:
        program = Program(names)
        program.line(0, "def other(values, s, parts, backwards):")
        write_values(program, 1, field, term, syntax)
        others[field.name] = program.function("other")
    return others


def write_others(program: Program) -> None:
    """Write the fields of a record that have a function in `others`."""
    program.line(1, "for name in sorted(record.other):")
    program.line(2, "if name in others:")
    program.line(3, "others[name](record.other[name], s, parts, backwards)")


def compile_record_node(
    plan: Plan,
    names: Mapping[str, object],
    resource: str,
    write_nodes: Callable[[Program, Planned], None],
) -> Callable[..., bytes]:
    """Return the function that writes a record's own node.

    `resource` is the expression of the resource it leads to, `write_nodes` writes the node.
    """
    (record,) = (planned for planned in plan.resource if planned[0].kind == "record")
    program = Program(names)
    program.line(0, "def record_node(record, modified, identifier):")
    program.line(1, f"parts = []; resource = {resource}")
    write_nodes(program, record)
    program.line(1, "return b''.join(parts)")
    write: Callable[..., bytes] = program.function("record_node")
    return write


def write_record_node(program: Program) -> None:
    """Write what `record_node` makes of the record's own node, asking it once a source and release.

    But for the identifier that node is the same for all records of a source. A zero byte, which no
    syntax of RDF holds, stands for the identifier in what is remembered.
    """
    program.line(1, "key = record.source, modified")
    program.line(1, "node = seen.get(key)")
    program.line(1, "if node is None:")
    program.line(2, f"if len(seen) > {MEMO_LIMIT}: seen.clear()")
    program.line(2, "node = seen[key] = record_node(record, modified, ZERO)")
    program.emit(1, "node.replace(ZERO, identifier)")


def write_end(program: Program) -> None:
    """Return `text` with canonical escapes; a few quick searches show that most need no change."""
    program.line(1, r"if (b'\\' in text and b'\\u' in text) or b'\x7f' in text or b'\xef' in text:")
    program.line(2, "return canonical(text)")
    program.line(1, "return text")


def write_start(program: Program) -> None:
    """Begin the function of a writer: nothing is written under what is no identifier."""
    program.line(0, "def write(record, modified):")
    program.line(1, "identifier = record.id")
    program.line(1, "if not (identifier.isascii() and identifier.replace('-', '').isalnum()):")
    program.line(2, "return b''")
    program.line(1, "identifier = identifier.encode()")
