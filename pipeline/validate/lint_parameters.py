"""The parameters of a shape: values that no engine can make sense of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from pipeline.validate import terms
from pipeline.validate.shape_graph import ShapeGraph, datatype, is_iri, text
from pipeline.validate.turtle import Finding
from pipeline.vocabulary import SH, XSD

if TYPE_CHECKING:
    from pipeline.validate.shape_graph import Node


def parameter_findings(
    graph: ShapeGraph, shape: Node, finding: Callable[[str, str], Finding]
) -> Iterator[Finding]:
    """Find parameters of a shape whose values cannot work; `finding` makes one of a message."""
    for term in sorted(terms.PROPERTIES):
        values = graph.values(shape, term)
        if term in terms.ONCE and len(values) > 1:
            yield finding(f"sh:{term} is given {len(values)} times: keep one.", term)
        for value in values:
            problem = _value_problem(graph, term, value)
            if problem:
                yield finding(problem, term)
    for least, most in (
        ("minCount", "maxCount"),
        ("minLength", "maxLength"),
        ("qualifiedMinCount", "qualifiedMaxCount"),
    ):
        bounds = [text(value) for term in (least, most) for value in graph.values(shape, term)]
        if len(bounds) == len((least, most)) and all(bound.isdecimal() for bound in bounds):
            low, high = map(int, bounds)
            if low > high:
                yield finding(f"sh:{least} is more than sh:{most}: nothing can conform.", least)


def _value_problem(graph: ShapeGraph, term: str, value: Node) -> str:
    said = text(value)
    if term in terms.COUNTS and not (said.isdecimal() and datatype(value) == XSD + "integer"):
        return f"sh:{term} must be a whole number, such as sh:{term} 1."
    if term in terms.BOOLEANS and said not in {"true", "false"}:
        return f"sh:{term} must be true or false."
    if term == "pattern":
        return _pattern_problem(said)
    if term in terms.LISTS and not graph.members(value):
        return f"sh:{term} must be a list with at least one member: sh:{term} ( … )."
    return _iri_problem(term, value) if term in terms.IRIS else ""


def _iri_problem(term: str, value: Node) -> str:
    if not is_iri(value):
        return f"sh:{term} must be an IRI."
    allowed = {"nodeKind": terms.NODE_KINDS, "severity": terms.SEVERITIES}.get(term)
    if allowed is None or value.value in {SH + local for local in allowed}:
        return ""
    return f"sh:{term} must be one of {', '.join(f'sh:{local}' for local in sorted(allowed))}."


def _pattern_problem(pattern: str) -> str:
    """Try the pattern with the expressions of both engines."""
    import pyoxigraph
    import shacl

    try:
        re.compile(pattern)
    except re.error as error:
        return f"sh:pattern is no regular expression ({error}): correct it."
    shape = (
        f"<urn:s> a <{SH}NodeShape> ; <{SH}targetNode> <urn:n> ; "
        f"<{SH}pattern> {pyoxigraph.Literal(pattern)} ."
    )
    try:
        shacl.Shapes.from_turtle(shape)
    except ValueError as error:
        reason = str(error).strip().rpartition("error: ")[2]
        return f"sh:pattern is a regular expression the engine does not know: {reason}."
    return ""
