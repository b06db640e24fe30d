"""What of a record the writers leave out or change, as issues for the person who looks after it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

import orjson

from pipeline.map.document import NODES, Field
from pipeline.map.lexical import REPLACEMENT, SURROGATE, XML_FORBIDDEN, Memo, iri_fault
from pipeline.map.plan import Plan
from pipeline.map.program import Program
from pipeline.map.term import Term
from pipeline.model import Issue, Record

SHOWN: Final = 200
"""How many characters of an offending value an issue keeps."""

Suspect = tuple[str, Literal["iri", "class", "agent", "tag", "text"], str]
"""A field, what may be wrong with a value of it, and the value."""
Finder = Callable[[Record, tuple[str, ...]], list[Suspect]]


def finder(plan: Plan) -> Finder:
    """Return the function that finds suspicious values among those the writers publish."""
    names = plan.names() | {
        "iri": Memo(plan.reference),
        "class_iri": Memo(plan.class_reference),
        "vocabulary": Memo(plan.vocabulary_reference),
        "tag": Memo(plan.tag),
        "odd": odd,
    }
    others = {}
    for field, term in plan.others:
        program = Program(names)
        program.line(0, "def other(values, add):")
        _values(program, 1, field, term)
        others[field.name] = program.function("other")
    program = Program(names | {"others": others})
    program.line(0, "def find(record, modified):")
    program.line(1, "found = []; add = found.append")
    if plan.types_are_published:
        program.line(1, "for v in record.classes:")
        program.line(2, "if not class_iri[v]: add(('type', 'class', v))")
    for field, term in plan.resource:
        if field.kind not in NODES:
            _values(program, 1, field, term)
            continue
        depth = 1
        if field.kind != "record":
            depth = 2
            program.line(1, f"for item in {field.values}:")
            program.line(depth, "pass")
        if field.kind == "agents":
            program.line(depth, "if item.iri and not iri[item.iri]:")
            program.line(depth + 1, f"add(('{field.name}', 'agent', item.iri))")
        for inner, inner_term in plan.nodes[field.kind]:
            _values(program, depth, inner, inner_term)
    if others:
        program.line(1, "for name in record.other:")
        program.line(2, "if name in others: others[name](record.other[name], add)")
    program.line(1, "return found")
    find: Finder = program.function("find")
    return find


def _values(program: Program, depth: int, field: Field, term: Term) -> None:
    """Look at the values of a field that holds texts, strings or a date."""
    name = program.constant(field.name)
    if field.kind == "date":
        program.line(depth, f"v = {field.values}")
        program.line(depth, f"if v is not None and odd(v.value): add(({name}, 'text', v.value))")
        return
    program.line(depth, f"for v in {f'({field.values},)' if field.always_one else field.values}:")
    value = "v.value" if field.kind == "texts" else "v"
    if term.is_reference:
        memo = "iri" if term.coercion == "@id" else "vocabulary"
        program.line(depth + 1, f"if not {memo}[{value}]: add(({name}, 'iri', {value}))")
        return
    program.line(depth + 1, f"if odd({value}): add(({name}, 'text', {value}))")
    if term.by_language and field.kind == "texts":
        program.line(depth + 1, "if v.language and not tag[v.language]:")
        program.line(depth + 2, f"add(({name}, 'tag', v.language))")


def odd(value: str) -> bool:
    """Return whether `value` may hold what RDF or XML cannot: quick, and sure where it says no."""
    try:
        written = orjson.dumps(value)
    except orjson.JSONEncodeError:
        return True
    return b"\\" in written or b"\xef" in written


def issues(plan: Plan, record: Record, suspects: list[Suspect]) -> list[Issue]:
    """Return an issue for each suspect that is indeed left out or changed."""
    found = []
    for field, doubt, value in suspects:
        if doubt == "iri":
            message = (
                f"Left out of the published record: {iri_fault(value, plan.context.names)}."
                " Expected an address in full, such as https://example.org/report; correct it at"
                " the source."
            )
        elif doubt == "class":
            message = (
                "Left out of the published record: a class must be an address in full that ends in"
                " a name, such as http://purl.org/dc/dcmitype/Text. Correct cataloom:impliesClass"
                " of the concept in the ontology."
            )
        elif doubt == "agent":
            message = (
                f"The agent gets an IRI of ours: {iri_fault(value, plan.context.names)}."
                " Expected its ORCID, ROR, VIAF or ISNI as an address in full."
            )
        elif doubt == "tag":
            message = (
                "Published without a language: this is not a well-formed language tag (BCP 47)."
                " Expected a tag such as es or pt-BR; correct the source's settings."
            )
        elif SURROGATE.search(value):
            message = (
                "Half of a character pair (a lone surrogate) is published as U+FFFD. The text was"
                " cut or decoded wrongly; correct it at the source."
            )
        elif XML_FORBIDDEN.search(value):
            message = (
                "Holds a character that XML forbids; it is published as U+FFFD in RDF/XML alone."
                " Remove the control character at the source."
            )
        else:
            continue
        found.append(issue(record, field, value, message))
    return found


def issue(record: Record, field: str, value: str, message: str) -> Issue:
    """Return a warning about a value of `record`."""
    return Issue(
        source=record.source,
        identifier=record.id or record.locator.position,
        stage="map",
        property=field,
        value=SURROGATE.sub(REPLACEMENT, value)[:SHOWN],
        severity="warning",
        message=message,
    )
