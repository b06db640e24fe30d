"""The part of a compiled writer that goes through the values of one field, alike in each syntax."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from pipeline.map.document import Field
from pipeline.map.program import Program
from pipeline.map.term import Term

Pieces = list[str]
"""Expressions of bytes, to be joined."""


class Syntax(msgspec.Struct, frozen=True):
    """How a syntax writes the values of a field.

    `literal` gives the pieces of a literal for the expressions of its text and of its language
    (empty: the field has none), `dated` those of a date whose precision types it. `one` adds one
    value with what belongs around it; `several` adds the values of a list that has at least one.
    """

    literal: Callable[[Program, Term, str, str], Pieces]
    dated: Callable[[Term, str], Pieces]
    one: Callable[[Program, int, Term, Pieces], None]
    several: Callable[[Program, int, Term, str], None]


def write_values(program: Program, depth: int, field: Field, term: Term, syntax: Syntax) -> None:
    """Write a field of texts, strings or a date: nothing where there is no value."""
    if field.kind == "date":
        text = "v.value"
        pieces = (
            syntax.literal(program, term, text, "") if term.coercion else syntax.dated(term, text)
        )
        program.line(depth, f"v = {field.values}")
        program.line(depth, "if v is not None:")
        syntax.one(program, depth + 1, term, pieces)
        return
    whole = field.values if field.always_one else "v"
    value = f"{whole}.value" if field.kind == "texts" else whole
    if term.is_reference:
        memo = "iri" if term.coercion == "@id" else "vocabulary"
        found, several = f"{memo}[{value}]", f"[x for v in values if (x := {memo}[{value}])]"
    else:
        language = f"{whole}.language" if field.kind == "texts" and term.by_language else ""
        pieces = syntax.literal(program, term, value, language)
        found, several = "", f"[{' + '.join(pieces)} for v in values]"
    if not field.always_one:
        program.line(depth, f"values = {field.values}")
        program.line(depth, "if len(values) == 1:")
        program.line(depth + 1, "v, = values")
    inner = depth if field.always_one else depth + 1
    if found:
        program.line(inner, f"if o := {found}:")
        syntax.one(program, inner + 1, term, ["o"])
    else:
        syntax.one(program, inner, term, pieces)
    if not field.always_one:
        program.line(depth, f"elif values and (o := {several}):")
        syntax.several(program, depth + 1, term, "o")
