"""`cataloom check` on `shapes/`: mistakes that an engine would pass over in silence."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipeline.validate import terms
from pipeline.validate.engine import SHAPES_FOLDER
from pipeline.validate.lint_parameters import parameter_findings
from pipeline.validate.shape_graph import ShapeGraph, is_iri, shape_graph, steps, text
from pipeline.validate.turtle import Document, Finding, read_folder
from pipeline.vocabulary import PREFIXES, RDF, RDFS, SH, XSD

if TYPE_CHECKING:
    from pipeline.validate.shape_graph import Node

FARTHEST: Final = 2  # statements from the focus: the value, and what is said of the value
NEAR: Final = 0.8  # likeness from which one namespace is taken for a slip of another

_VOCABULARIES: Final = {
    SH: terms.PROPERTIES | terms.CLASSES | terms.INDIVIDUALS,
    RDF: terms.RDF_TERMS,
    RDFS: terms.RDFS_TERMS,
    XSD: terms.XSD_TERMS,
}


def lint_shapes(folder: Path, base: str, namespaces: Iterable[str] = ()) -> tuple[Finding, ...]:
    """Return what is wrong with `shapes/*.ttl` of the catalogue folder `folder`, sorted.

    Relative IRIs are below `base`; `namespaces` are those of the catalogue's context, beyond the
    ones that Cataloom knows.
    """
    documents, findings = read_folder(folder / SHAPES_FOLDER, base)
    known = {*PREFIXES.values(), base, *namespaces}
    for document in documents:
        findings += _prefix_findings(document, known)
        findings += _term_findings(document, known)
    graph = shape_graph(documents)
    shapes = graph.shapes()
    for shape in shapes:
        findings += _shape_findings(graph, shape)
    findings += _reach_findings(graph, shapes)
    if documents and not any(graph.has_target(shape) for shape in shapes):
        findings.append(
            Finding(
                documents[0].name, 0, "",
                "No shape says what it applies to, so that nothing would be checked: add "
                "sh:targetClass.",
            )
        )  # fmt: skip
    if documents and not any(finding.severity == "violation" for finding in findings):
        findings += _engine_findings(documents, base)
    return tuple(sorted(set(findings)))


def _prefix_findings(document: Document, known: set[str]) -> Iterator[Finding]:
    for prefix, namespace in document.prefixes.items():
        line = document.text[: document.text.find(f"<{namespace}")].count("\n") + 1
        if prefix in PREFIXES and namespace != PREFIXES[prefix]:
            yield Finding(
                document.name, line, f"{prefix}:",
                f"The prefix stands for <{namespace}> here: write <{PREFIXES[prefix]}>.",
            )  # fmt: skip
        elif namespace not in known and not namespace.startswith(document.base):
            near = difflib.get_close_matches(namespace, sorted(known), 1, NEAR)
            advice = f"did you mean <{near[0]}>?" if near else "check that it is spelt right."
            yield Finding(
                document.name, line, f"{prefix}:",
                f"The namespace <{namespace}> is used nowhere else in the catalogue: {advice}",
                "violation" if near else "warning",
            )  # fmt: skip


def _term_findings(document: Document, known: set[str]) -> Iterator[Finding]:
    """Find terms that do not exist, and properties in no namespace that anybody knows."""
    import pyoxigraph

    for subject, predicate, value in document.triples:
        name = document.short(subject.value) if is_iri(subject) else ""
        after = subject.value if is_iri(subject) else ""
        spoken = [predicate.value]
        if isinstance(value, pyoxigraph.NamedNode):
            spoken.append(value.value)
        elif isinstance(value, pyoxigraph.Literal):
            spoken.append(value.datatype.value)
        for iri in spoken:
            message = _term_problem(document, iri, is_predicate=iri == predicate.value)
            if message:
                yield Finding(document.name, document.line_of(iri, after), name, message)
        path = value.value if predicate.value == SH + "path" and is_iri(value) else ""
        if path and not path.startswith(tuple(known | set(document.prefixes.values()))):
            yield Finding(
                document.name, document.line_of(path, after), name,
                f"The property <{path}> is in no namespace of the catalogue: check its spelling.",
                "warning",
            )  # fmt: skip


def _term_problem(document: Document, iri: str, *, is_predicate: bool) -> str:
    for namespace, existing in _VOCABULARIES.items():
        local = iri.removeprefix(namespace)
        if local == iri:
            continue
        short = document.short(iri)
        if namespace == SH and local in terms.REFUSED:
            return (
                f"{short} may look at anything in the catalogue, which makes every record depend "
                "on every other: use the constraints of SHACL Core."
            )
        allowed = existing
        if namespace == SH:
            allowed = terms.PROPERTIES if is_predicate else terms.CLASSES | terms.INDIVIDUALS
        if re.fullmatch(r"_\d+", local) and namespace == RDF:
            return ""
        if local not in allowed:
            near = difflib.get_close_matches(local, sorted(allowed), 1, 0.6)
            advice = f"did you mean {short.removesuffix(local)}{near[0]}?" if near else "remove it."
            return f"{short} does not exist, so that nothing is checked by it: {advice}"
    return ""


def _shape_findings(graph: ShapeGraph, shape: Node) -> Iterator[Finding]:
    """Find what a single shape lacks, and parameters whose values cannot work."""
    statements = graph.statements.get(shape)
    if statements is None:
        yield from _undescribed(graph, shape)
        return
    document = graph.documents[shape]
    name = document.short(shape.value) if is_iri(shape) else "a shape without IRI"
    line = document.line_of(shape.value) if is_iri(shape) else _line_of_blank(graph, shape)

    def finding(message: str, term: str = "") -> Finding:
        place = document.line_of(SH + term, shape.value) if term and is_iri(shape) else line
        return Finding(document.name, place, name, message)

    if not is_iri(shape):
        yield finding("The shape has no IRI, so that no message can name it: write <shape/NAME>.")
    if not any(text(value).strip() for value in graph.values(shape, "message")):
        yield finding("The shape has no sh:message: say what is wrong and what to do.")
    yield from parameter_findings(graph, shape, finding)
    classes = {getattr(value, "value", "") for value in statements.get(RDF + "type", [])}
    if graph.values(shape, "path") and SH + "NodeShape" in classes:
        yield finding("A node shape has no sh:path: make it a sh:PropertyShape.", "path")
    if SH + "PropertyShape" in classes and not graph.values(shape, "path"):
        yield finding("The property shape has no sh:path: say which property it checks.")
    for term, value in graph.references(shape):
        if term == "property" and value in graph.statements and not graph.values(value, "path"):
            yield finding(
                f"sh:property leads to {_name(document, value)}, which has no sh:path.", term
            )


def _reach_findings(graph: ShapeGraph, shapes: list[Node]) -> Iterator[Finding]:
    """Find shapes that look too far, and such as are never applied."""
    reached: set[Node] = set()
    for shape in shapes:
        if graph.has_target(shape):
            yield from _too_far(graph, shape, 0, (), reached)
    for shape in shapes:
        if shape not in reached and shape in graph.documents and is_iri(shape):
            document = graph.documents[shape]
            yield Finding(
                document.name, document.line_of(shape.value), document.short(shape.value),
                "The shape is never applied: refer to it by sh:property or sh:node, or give it a "
                "target.", "warning",
            )  # fmt: skip


def _too_far(
    graph: ShapeGraph, shape: Node, distance: int, above: tuple[Node, ...], reached: set[Node]
) -> Iterator[Finding]:
    reached.add(shape)
    document = graph.documents.get(shape)
    if document is None:
        return
    name = _name(document, shape)
    line = document.line_of(shape.value) if is_iri(shape) else 0
    if shape in above:
        yield Finding(
            document.name, line, name, "The shape leads back to itself: break the circle."
        )
        return
    for path in graph.values(shape, "path"):
        length = steps(graph, path)
        distance += length if length is not None else FARTHEST + 1
        if length is None or length > 1:
            yield Finding(
                document.name, line, name,
                "sh:path takes more than one step: use a single property (or its inverse).",
            )  # fmt: skip
            return
    if distance > FARTHEST or (distance == FARTHEST and graph.values(shape, "class")):
        yield Finding(
            document.name, line, name,
            "The shape looks further than one step from the value that is checked: shorten the "
            "chain of sh:node and sh:property.",
        )  # fmt: skip
        return
    for _, value in graph.references(shape):
        yield from _too_far(graph, value, distance, (*above, shape), reached)


def _engine_findings(documents: list[Document], base: str) -> Iterator[Finding]:
    import shacl

    triples = {f"{triple} .\n" for document in documents for triple in document.triples}
    try:
        shacl.Shapes.from_text("".join(sorted(triples)), format="ntriples", base=base)
    except ValueError as error:
        place = documents[0].name.rpartition("/")[0]
        yield Finding(place, 0, "", f"The engine refuses the shapes: {error}")


def _undescribed(graph: ShapeGraph, shape: Node) -> Iterator[Finding]:
    names = [text(one) for one in graph.shapes() if one in graph.statements and is_iri(one)]
    for subject, document in sorted(graph.documents.items(), key=lambda item: str(item[0])):
        if any(value == shape for _, value in graph.references(subject)):
            name = _name(document, shape)
            others = [one for one in names if one != text(subject)]
            near = difflib.get_close_matches(text(shape), others, 1, NEAR)
            advice = f"did you mean {document.short(near[0])}?" if near else "describe it."
            line = document.line_of(shape.value, text(subject)) if is_iri(shape) else 0
            yield Finding(
                document.name, line, _name(document, subject),
                f"{name} is referred to but not described: {advice}",
            )  # fmt: skip


def _line_of_blank(graph: ShapeGraph, shape: Node) -> int:
    """Return the line of the shape with an IRI that refers to one without."""
    for subject, document in graph.documents.items():
        if is_iri(subject) and any(value == shape for _, value in graph.references(subject)):
            return document.line_of(subject.value)
    return 0


def _name(document: Document, node: Node) -> str:
    return document.short(node.value) if is_iri(node) else "a shape without IRI"
